/// RESTinio closes without a word when a request can not be parsed or is too large. This socket and logger make it
/// answer 4xx first, and read on for a moment, so that the answer is not lost with the unread rest of the request.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>
#include <restinio/all.hpp>

#include "framing.h"

namespace http {

/// The status that the connection being closed on this thread shall still answer; 0: none.
inline thread_local int refusal_status = 0;

/// RESTinio's reports. A parser's error is followed, on the same thread, by the closing of that connection.
class RefusalLogger {
 public:
  template <class Message>
  void trace(Message&&) const noexcept {}
  template <class Message>
  void info(Message&&) const noexcept {}
  template <class Message>
  void warn(Message&& message) const {
    spdlog::debug("connection {:?}", message());
  }
  template <class Message>
  void error(Message&& message) const {
    const std::string text = message();
    spdlog::debug("connection {:?}", text);
    refusal_status = status_of(text);
  }

 private:
  static int status_of(std::string_view text) {
    const auto says = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (!says("parser error")) return 0;
    if (says("HPE_CB_headers_complete") || says("HPE_CB_body")) return 413;
    if (says("HPE_CB_url")) return 414;
    if (says("HPE_CB_header") || says("HPE_HEADER_OVERFLOW")) return 431;
    return 400;
  }
};

/// Answers, says that nothing more comes, and throws away what still arrives until the sender closes or the time is up.
class Farewell : public std::enable_shared_from_this<Farewell> {
 public:
  static constexpr int count_max = 500;
  static constexpr auto time_max = std::chrono::seconds(3);

  static void start(restinio::asio_ns::ip::tcp::socket socket, int status) {
    if (count_ >= count_max) return;
    std::make_shared<Farewell>(std::move(socket), status)->write();
  }

  Farewell(restinio::asio_ns::ip::tcp::socket socket, int status)
      : socket_(std::move(socket)), strand_(socket_.get_executor()), timer_(socket_.get_executor()) {
    ++count_;
    const std::string body =
        R"({"type":"urn:yichuang:problem:http.request_invalid","title":"请求有误 / Bad request","status":)" +
        std::to_string(status) + R"(,"detail":")" + std::string(words_of(status)) +
        R"(","code":"http.request_invalid","request_id":"","places":[]})";
    text_ = "HTTP/1.1 " + std::to_string(status) +
            " Refused\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n" +
            "Cache-Control: no-store\r\nContent-Type: application/problem+json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  ~Farewell() { --count_; }

 private:
  static std::string_view words_of(int status) {
    switch (status) {
      case 413:
        return "提交的内容过大，请缩减后重试 / the content is too large; please reduce it";
      case 414:
        return "网址过长 / the address is too long";
      case 431:
        return "请求头过大，请清除本站 Cookie 后重试 / the headers are too large; please clear this site's cookies";
      default:
        return "请求格式不正确 / the request is malformed";
    }
  }

  void write() {
    namespace asio = restinio::asio_ns;
    timer_.expires_after(time_max);
    timer_.async_wait(asio::bind_executor(strand_, [self = shared_from_this()](const auto&) {
      restinio::asio_ns::error_code ignored;
      self->socket_.close(ignored);
    }));
    asio::async_write(socket_, asio::buffer(text_),
                      asio::bind_executor(strand_, [self = shared_from_this()](const auto& error, std::size_t) {
                        restinio::asio_ns::error_code ignored;
                        self->socket_.shutdown(restinio::asio_ns::ip::tcp::socket::shutdown_send, ignored);
                        if (!error) self->read();
                      }));
  }

  void read() {
    namespace asio = restinio::asio_ns;
    socket_.async_read_some(asio::buffer(buffer_),
                            asio::bind_executor(strand_, [self = shared_from_this()](const auto& error, std::size_t) {
                              if (error)
                                self->timer_.cancel();
                              else
                                self->read();
                            }));
  }

  static inline std::atomic<int> count_ = 0;
  restinio::asio_ns::ip::tcp::socket socket_;
  restinio::asio_ns::strand<restinio::asio_ns::ip::tcp::socket::executor_type> strand_;
  restinio::asio_ns::steady_timer timer_;
  std::string text_;
  std::array<char, 16 * 1024> buffer_ = {};
};

/// A socket that reads strictly and says why it is closed.
class RefusingSocket : public restinio::asio_ns::ip::tcp::socket {
 public:
  using Base = restinio::asio_ns::ip::tcp::socket;
  using Base::Base;

  /// Hands on what arrived. A byte that breaks the framing is handed on as NUL, which no parser takes in a head or a
  /// chunk's frame: so the refusal goes the way of every other malformed request.
  template <class Handler>
  void async_read_some(const restinio::asio_ns::mutable_buffer& buffer, Handler&& handler) {
    namespace asio = restinio::asio_ns;
    const auto executor = asio::get_associated_executor(handler, get_executor());
    // The handler owns the connection and with it this socket.
    Base::async_read_some(asio::buffer(buffer),
                          asio::bind_executor(executor, [this, buffer, handler = std::forward<Handler>(handler)](
                                                            const asio::error_code& error, std::size_t size) mutable {
                            char* const bytes = static_cast<char*>(buffer.data());
                            if (const auto fault = framing_.find_fault({bytes, error ? 0 : size})) bytes[*fault] = '\0';
                            handler(error, size);
                          }));
  }

  void shutdown(shutdown_type what, restinio::asio_ns::error_code& error) {
    const int status = std::exchange(refusal_status, 0);
    if (status == 0) {
      Base::shutdown(what, error);
      return;
    }
    Farewell::start(Base(std::move(static_cast<Base&>(*this))), status);
  }

 private:
  Framing framing_;
};

}  // namespace http
