#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>

namespace driver {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view length_name = "Content-Length: ";
constexpr int answer_wait_s = 60;

}  // namespace

std::string bytes_of(const Request& request) {
  std::string text = request.method + " " + request.path +
                     " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: " + request.language + "\r\n";
  if (request.session != nullptr) {
    text += "Cookie: " + request.session->cookie + "\r\n";
    if (request.method != "GET") text += "X-CSRF-Token: " + request.session->csrf_token + "\r\n";
  }
  if (!request.key.empty()) text += "Idempotency-Key: " + request.key + "\r\n";
  if (!request.body.empty()) text += "Content-Type: " + request.content_type + "\r\n";
  if (request.method != "GET") text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return text + "\r\n" + request.body;
}

std::size_t answer_size(std::string_view text) {
  const std::size_t end = text.find(head_end);
  if (end == std::string_view::npos) return 0;
  const std::size_t at = text.substr(0, end).find(length_name);
  std::size_t length = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at + length_name.size(), text.data() + end, length);
  const std::size_t size = end + head_end.size() + length;
  return text.size() < size ? 0 : size;
}

Answer parse_answer(std::string_view text) {
  constexpr std::size_t status_at = std::string_view("HTTP/1.1 ").size();
  const std::size_t end = text.find(head_end);
  Answer answer{.status = 0,
                .head = std::string(text.substr(0, end)),
                .body = std::string(text.substr(std::min(text.size(), end + head_end.size())))};
  if (text.size() > status_at + 3) std::from_chars(text.data() + status_at, text.data() + status_at + 3, answer.status);
  return answer;
}

feel::Context Answer::json() const {
  const auto parsed = feel::parse_json(body);
  return parsed && parsed->kind() == feel::Kind::context ? parsed->as_context() : feel::Context();
}

std::string Answer::text(std::string_view key) const {
  const feel::Context content = json();
  const feel::Value* value = content.find(key);
  return value != nullptr && value->kind() == feel::Kind::string ? value->as_string() : std::string();
}

int connect_to(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval wait{.tv_sec = answer_wait_s, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return descriptor;
  ::close(descriptor);
  throw Broken("no connection");
}

Connection::Connection(int port) : descriptor_(connect_to(port)) {}

Connection::~Connection() {
  ::close(descriptor_);
}

Answer Connection::ask(const Request& request) {
  std::string_view left;
  const std::string bytes = bytes_of(request);
  for (left = bytes; !left.empty();) {
    const ssize_t sent = ::send(descriptor_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw Broken("the connection ended while sending");
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string text;
  while (answer_size(text) == 0) {
    char piece[16'384];
    const ssize_t size = ::recv(descriptor_, piece, sizeof piece, 0);
    if (size <= 0) throw Broken("the connection ended before the answer");
    text.append(piece, static_cast<std::size_t>(size));
  }
  return parse_answer(text);
}

Session sign_in(int port, const std::string& account) {
  const std::string body = R"({"account":")" + account + R"(","password":"tianyuan-demo-2026"})";
  const Answer answer = Connection(port).ask({.method = "POST", .path = "/api/v1/sessions", .body = body});
  constexpr std::string_view cookie_name = "Set-Cookie: ";
  const std::size_t at = answer.head.find(cookie_name);
  if (answer.status != 201 || at == std::string::npos)
    throw std::runtime_error("signing in as " + account + ": " + answer.body);
  const std::size_t start = at + cookie_name.size();
  return {.cookie = answer.head.substr(start, answer.head.find(';', start) - start),
          .csrf_token = answer.text("csrf_token")};
}

}  // namespace driver
