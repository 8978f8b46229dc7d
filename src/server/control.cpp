#include "control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "storage/storage.h"

namespace server {
namespace {

constexpr std::size_t line_bytes_max = 4'096;
constexpr int poll_ms = 200;

std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

/// Up to the end of the line or of what is sent.
std::string read_all(int socket, std::size_t bytes_max, bool to_line_end) {
  std::string text;
  char buffer[1024];
  while (text.size() < bytes_max) {
    const ssize_t got = ::read(socket, buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
    if (to_line_end && text.find('\n') != std::string::npos) break;
  }
  return to_line_end ? text.substr(0, text.find('\n')) : text;
}

void write_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace

ControlSocket::ControlSocket(std::string path, std::function<std::string(const std::string&)> answer)
    : path_(std::move(path)), answer_(std::move(answer)) {
  const auto address = address_of(path_);
  if (!address) throw storage::Fault("the path of the data folder is too long for a socket: " + path_);
  ::unlink(path_.c_str());  // left by a server that was killed; the database's lock keeps two from running at once
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const mode_t before = ::umask(0177);
  const int bound = ::bind(listener_, reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
  ::umask(before);
  if (bound != 0 || ::listen(listener_, 4) != 0) {
    ::close(listener_);
    throw storage::Fault("cannot listen at " + path_ + ": " + std::strerror(errno));
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ControlSocket::~ControlSocket() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  ::close(listener_);
  ::unlink(path_.c_str());
}

void ControlSocket::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, poll_ms) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    write_all(socket, answer_(read_all(socket, line_bytes_max, true)));
    ::close(socket);
  }
}

std::optional<std::string> ask_running_server(const std::string& path, const std::string& line) {
  const auto address = address_of(path);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!address || ::connect(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    ::close(socket);
    return std::nullopt;
  }
  write_all(socket, line + "\n");
  std::string answer = read_all(socket, 1'000'000, false);
  ::close(socket);
  return answer;
}

}  // namespace server
