#include "process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "client.h"

namespace driver {
namespace {

namespace fs = std::filesystem;

constexpr auto ready_wait_max = std::chrono::seconds(60);

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  const bool good = ::bind(descriptor, plain, size) == 0 && ::getsockname(descriptor, plain, &size) == 0;
  ::close(descriptor);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The child's part: never returns.
[[noreturn]] void become(std::string program, const std::vector<std::string>& words, const std::string& log,
                         std::uintmax_t file_bytes_max) {
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // no server outlives a test that crashed
  if (file_bytes_max != 0) {
    const rlimit limit{file_bytes_max, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit is refused, not deadly: what a full disk does
  std::vector<char*> arguments;
  arguments.push_back(program.data());
  std::vector<std::string> copies = words;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (::chdir(SOURCE_DIR) == 0) ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

pid_t start(const std::vector<std::string>& words, const std::string& log, std::uintmax_t file_bytes_max,
            const std::string& program = YICHUANG_PROGRAM) {
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no more processes");
  if (pid == 0) become(program, words, log, file_bytes_max);
  return pid;
}

int status_after(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "yichuang-driver-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Finished run_program(const std::vector<std::string>& words) {
  const Folder folder;
  const std::string log = folder.path("log");
  const int status = status_after(start(words, log, 0));
  return {.status = status, .output = text_of(log)};
}

WitnessProcess::WitnessProcess(const Options& options) : port_(options.port == 0 ? free_port() : options.port) {
  const std::string log = options.data + ".log";
  fs::remove(log);
  pid_ = start(
      {"--data", options.data, "--name", options.name, "--policy", options.policy, "--port", std::to_string(port_)},
      log, 0, WITNESSD_PROGRAM);
  const auto started = std::chrono::steady_clock::now();
  // It says its key and its address when it listens, each on a line.
  for (std::string said;; said = text_of(log)) {
    const std::size_t end = said.find('\n');
    if (end != std::string::npos && said.find('\n', end + 1) != std::string::npos) {
      key_ = said.substr(0, end);
      return;
    }
    const bool gone = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
    if (gone) pid_ = -1;
    if (gone || std::chrono::steady_clock::now() - started > ready_wait_max) {
      kill();
      throw std::runtime_error("the witness does not serve: " + said);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

WitnessProcess::~WitnessProcess() {
  kill();
}

void WitnessProcess::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  status_after(pid_);
  pid_ = -1;
}

Process::Process(const Options& options) : log_(options.data + ".log"), port_(free_port()) {
  std::vector<std::string> words = {"serve",      "--demonstration", "--data",
                                    options.data, "--port",          std::to_string(port_)};
  words.insert(words.end(), options.more.begin(), options.more.end());
  const auto started = std::chrono::steady_clock::now();
  pid_ = start(words, log_, options.file_bytes_max);
  const Request ready{.method = "GET", .path = "/readyz"};
  while (true) {
    try {
      if (Connection(port_).ask(ready).status == 200) break;
    } catch (const Broken&) {
      // not listening yet
    }
    const bool gone = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
    if (gone) pid_ = -1;
    if (gone || std::chrono::steady_clock::now() - started > ready_wait_max) {
      const std::string said = text_of(log_);
      kill();
      throw std::runtime_error("the program does not serve: " +
                               said.substr(said.size() - std::min<std::size_t>(said.size(), 2000)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ready_after_s_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

Process::~Process() {
  kill();
}

std::int64_t Process::memory_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

void Process::limit_files(std::uintmax_t bytes) const {
  const rlimit limit{bytes == 0 ? RLIM_INFINITY : bytes, RLIM_INFINITY};
  if (::prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr) != 0) throw std::runtime_error("prlimit");
}

void Process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

int Process::stop() {
  ::kill(pid_, SIGTERM);
  return wait();
}

int Process::wait() {
  const int status = status_after(pid_);
  pid_ = -1;
  return status;
}

}  // namespace driver
