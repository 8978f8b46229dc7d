/// The program as a process of its own, on a data folder of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace driver {

/// A folder that is gone afterwards.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

/// What a finished command of the program left behind.
struct Finished {
  int status = 0;
  std::string output;
};
/// Runs `yichuang WORDS…` to its end.
Finished run_program(const std::vector<std::string>& words);

/// A witness of logs (witnessd) as a process of its own; killed at the end.
class WitnessProcess {
 public:
  struct Options {
    std::string data;
    std::string name;    // "one.example/w"
    std::string policy;  // file with the logs to watch
    int port = 0;        // 0: any that is free
  };
  /// Returns when it has said its key. Errors: throws std::runtime_error with what it said.
  explicit WitnessProcess(const Options& options);
  ~WitnessProcess();
  WitnessProcess(const WitnessProcess&) = delete;
  WitnessProcess& operator=(const WitnessProcess&) = delete;

  int port() const { return port_; }
  const std::string& key() const { return key_; }
  void kill();

 private:
  pid_t pid_ = -1;
  int port_ = 0;
  std::string key_;
};

/// A serving program; killed at the end when nobody has stopped it.
class Process {
 public:
  struct Options {
    std::string data;
    std::vector<std::string> more = {};  // further words of the command line
    std::uintmax_t file_bytes_max = 0;   // RLIMIT_FSIZE, which stands for a full disk; 0: no limit
  };
  /// Returns when /readyz answers 200. Errors: throws std::runtime_error with the end of the program's log.
  explicit Process(const Options& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  int port() const { return port_; }
  pid_t pid() const { return pid_; }
  /// From the start of the process to the first answer of /readyz. Units: seconds.
  double ready_after_s() const { return ready_after_s_; }
  /// Resident memory. Units: bytes.
  std::int64_t memory_bytes() const;
  /// Sets the largest file the running process may write; 0: no limit.
  void limit_files(std::uintmax_t bytes) const;

  /// SIGKILL, at once.
  void kill();
  /// SIGTERM, and waits. Returns the exit status.
  int stop();

 private:
  int wait();
  std::string log_;
  int port_ = 0;
  pid_t pid_ = -1;
  double ready_after_s_ = 0;
};

}  // namespace driver
