/// The technician's line into a running server: a socket in the data folder that only the service's user can open. One
/// process owns the database, so `yichuang backup` asks it instead of opening the file a second time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace server {

/// Answers one line with one text per connection.
class ControlSocket {
 public:
  /// Throws storage::Fault when the socket cannot be made.
  ControlSocket(std::string path, std::function<std::string(const std::string& line)> answer);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  void run(const std::stop_token& stop);
  std::string path_;
  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1;
  std::jthread thread_;
};

/// The running server's answer; nothing when none runs.
std::optional<std::string> ask_running_server(const std::string& path, const std::string& line);

}  // namespace server
