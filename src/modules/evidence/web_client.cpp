#include "modules/evidence/web_client.h"
#include "kernel/base/refusals.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <system_error>

namespace evidence {
namespace {

constexpr std::size_t answer_bytes_max = 4'000'000;

struct Address {
  std::string host;
  std::string port = "80";
  std::string path = "/";
};

base::Error unreachable(const std::string& url, const std::string& cause) {
  return base::conflict("evidence.web_unreachable", {url + " 无法访问:" + cause, url + " cannot be reached: " + cause});
}

std::optional<Address> address_of(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  Address address;
  const std::size_t slash = url.find('/');
  if (slash != std::string_view::npos) address.path = std::string(url.substr(slash));
  std::string_view host = url.substr(0, slash);
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && host.back() != ']') {
    address.port = std::string(host.substr(colon + 1));
    host = host.substr(0, colon);
  }
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  address.host = std::string(host);
  for (const char c : address.host + address.path)
    if (static_cast<unsigned char>(c) <= ' ') return std::nullopt;
  if (address.host.empty() || address.port.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return address;
}

std::string words(int error) {
  return std::generic_category().message(error);
}

/// A connection that gives up at its deadline. Each step returns what went wrong, or nothing.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Connection(Clock::time_point deadline) : deadline_(deadline) {}
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::string open(const Address& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int code = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found); code != 0)
      return ::gai_strerror(code);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
    std::string cause = "no address";
    for (const addrinfo* each = found; each; each = each->ai_next) {
      socket_ = ::socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, each->ai_protocol);
      if (socket_ < 0) return words(errno);
      int error = ::connect(socket_, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
      if (error == EINPROGRESS) {
        socklen_t size = sizeof error;
        error = wait(POLLOUT) ? 0 : ETIMEDOUT;
        if (error == 0) ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
      }
      if (error == 0) return {};
      cause = words(error);
      ::close(socket_);
      socket_ = -1;
    }
    return cause;
  }

  std::string send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size > 0)
        bytes.remove_prefix(static_cast<std::size_t>(size));
      else if (errno != EAGAIN && errno != EINTR)
        return words(errno);
      else if (!wait(POLLOUT))
        return words(ETIMEDOUT);
    }
    return {};
  }

  /// Reads until the other side closes.
  std::string receive(std::string& bytes) {
    std::array<char, 16'384> block{};
    while (true) {
      const ssize_t size = ::recv(socket_, block.data(), block.size(), 0);
      if (size == 0) return {};
      if (size > 0) {
        bytes.append(block.data(), static_cast<std::size_t>(size));
        if (bytes.size() > answer_bytes_max) return "the answer is too long";
      } else if (errno != EAGAIN && errno != EINTR) {
        return words(errno);
      } else if (!wait(POLLIN)) {
        return words(ETIMEDOUT);
      }
    }
  }

 private:
  bool wait(short events) {
    pollfd watched{.fd = socket_, .events = events, .revents = 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    return left > 0 && ::poll(&watched, 1, static_cast<int>(left)) > 0;
  }

  Clock::time_point deadline_;
  int socket_ = -1;
};

/// Takes the pieces of a chunked body together.
std::optional<std::string> unchunked(std::string_view bytes) {
  std::string body;
  while (true) {
    const std::size_t line = bytes.find("\r\n");
    std::size_t size = 0;
    if (line == std::string_view::npos) return std::nullopt;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + line, size, 16);
    if (error != std::errc() || end == bytes.data()) return std::nullopt;
    bytes.remove_prefix(line + 2);
    if (size == 0) return body;
    if (size > bytes.size() || bytes.size() - size < 2) return std::nullopt;
    body += bytes.substr(0, size);
    bytes.remove_prefix(size + 2);
  }
}

std::optional<WebAnswer> answer_of(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  const std::size_t space = bytes.find(' ');
  if (!bytes.starts_with("HTTP/1.") || end == std::string_view::npos || space + 4 > end) return std::nullopt;
  WebAnswer answer;
  const std::string_view digits = bytes.substr(space + 1, 3);
  if (std::from_chars(digits.data(), digits.data() + 3, answer.status).ec != std::errc()) return std::nullopt;
  std::string head(bytes.substr(0, end + 2));
  for (char& c : head)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const std::string_view rest = bytes.substr(end + 4);
  if (head.find("\r\ntransfer-encoding: chunked\r\n") != std::string::npos) {
    auto body = unchunked(rest);
    if (!body) return std::nullopt;
    answer.body = std::move(*body);
    return answer;
  }
  answer.body = std::string(rest);
  constexpr std::string_view length_word = "\r\ncontent-length: ";
  if (const std::size_t at = head.find(length_word); at != std::string::npos) {
    std::size_t length = 0;
    const char* from = head.data() + at + length_word.size();
    if (std::from_chars(from, head.data() + head.size(), length).ec != std::errc()) return std::nullopt;
    if (rest.size() < length) return std::nullopt;  // cut short
    answer.body.resize(length);
  }
  return answer;
}

}  // namespace

base::Result<WebAnswer> ask_web(const std::string& url, std::string_view body, int timeout_ms) {
  const auto address = address_of(url);
  if (!address)
    return base::Error{.code = "evidence.web_address",
                       .message = {"地址应以 http:// 开头:" + url, "The address must begin with http://: " + url}};
  Connection connection(Connection::Clock::now() + std::chrono::milliseconds(timeout_ms));
  std::string request = std::string(body.empty() ? "GET " : "POST ") + address->path +
                        " HTTP/1.1\r\nHost: " + address->host + ":" + address->port + "\r\nConnection: close\r\n";
  if (!body.empty()) request += "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n";
  request += body;
  if (const std::string cause = connection.open(*address); !cause.empty()) return unreachable(url, cause);
  if (const std::string cause = connection.send(request); !cause.empty()) return unreachable(url, cause);
  std::string bytes;
  if (const std::string cause = connection.receive(bytes); !cause.empty()) return unreachable(url, cause);
  auto answer = answer_of(bytes);
  if (!answer) return unreachable(url, "the answer is no complete HTTP");
  return std::move(*answer);
}

}  // namespace evidence
