#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include <spdlog/spdlog.h>

#include "http/http.h"

namespace {

using http::Need;
using http::Reply;
using http::Request;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

http::Operation operation(std::string method, std::string path, std::string id) {
  return {.method = std::move(method),
          .path = std::move(path),
          .id = std::move(id),
          .tag = "sample",
          .summary = {"样例", "sample"},
          .need = {.kind = Need::Kind::anyone}};
}

/// A connection on which bytes are sent as they are.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool open() const { return open_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// What comes until the peer closes or `wait_ms` pass in silence.
  std::string receive_all(int wait_ms = 2'000) {
    std::string out;
    while (receive_some(out, wait_ms)) {
    }
    return out;
  }
  /// One answer with Content-Length.
  std::string receive_one(int wait_ms = 2'000) {
    std::string out;
    while (true) {
      const std::size_t head = out.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t at = out.find("Content-Length: ");
        if (at == std::string::npos || at > head) return out;
        if (out.size() >= head + 4 + static_cast<std::size_t>(std::stoul(out.substr(at + 16)))) return out;
      }
      if (!receive_some(out, wait_ms)) return out;
    }
  }
  bool closed_by_peer(int wait_ms) {
    std::string rest;
    while (receive_some(rest, wait_ms)) {
    }
    return ended_;
  }

 private:
  bool receive_some(std::string& out, int wait_ms) {
    pollfd ready = {.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, wait_ms) <= 0) return false;
    char buffer[4096];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    ended_ = got <= 0;
    if (got > 0) out.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  int socket_;
  bool open_ = false;
  bool ended_ = false;
};

/// A running server on a free port; `options` may be changed before start().
class Served : public testing::Test {
 protected:
  Served() {
    spdlog::set_level(spdlog::level::off);
    options.port = 0;
    options.workers = 4;
    options.stop_timeout_s = 3;
    router->add(operation("GET", "/hello", "hello"),
                [](const Request& r) { return Reply{.body = "{\"at\":\"" + r.path + "\"}"}; });
    router->add(operation("GET", "/who", "who"),
                [](const Request& r) { return Reply{.body = r.caller.name + "|" + r.remote}; });
    http::Operation upload = operation("POST", "/echo", "echo");
    upload.body_type = "application/octet-stream";
    router->add(upload, [](const Request& r) { return Reply{.body = r.body, .content_type = "text/plain"}; });
    router->add(operation("GET", "/slow", "slow"), [this](const Request&) {
      ++slow_running;
      released.wait();
      return Reply{.body = "done"};
    });
    router->add(operation("GET", "/inject", "inject"), [](const Request& r) {
      return Reply{.body = "x", .headers = {{"X-Name", "a\r\nX-Evil: " + std::string(r.query_value("v"))}}};
    });
  }

  void start() {
    server = std::make_unique<http::Server>(
        options, router,
        [](const Request& request) {
          http::Caller caller;
          if (http::session_token(request) == "good") caller = {.person = {1}, .name = "clerk"};
          return caller;
        },
        [] { return base::Instant{1'764'000'000'000'000}; });
    auto started = server->start();
    ASSERT_TRUE(started.has_value());
    port = *started;
  }
  std::string ask(std::string_view bytes) {
    Wire wire(port);
    EXPECT_TRUE(wire.open());
    wire.send(bytes);
    return wire.receive_one();
  }

  http::ServerOptions options;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<int> slow_running = 0;
  std::shared_ptr<http::Router> router = std::make_shared<http::Router>();
  std::unique_ptr<http::Server> server;
  std::uint16_t port = 0;
};

constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(Served, answers_with_security_headers_date_and_request_id) {
  start();
  const std::string answer = ask(hello);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("{\"at\":\"/hello\"}"));
  for (const char* header :
       {"Date: ", "Content-Security-Policy: default-src 'self'", "X-Content-Type-Options: nosniff",
        "X-Request-Id: ", "Referrer-Policy: ", "Permissions-Policy: ", "Cross-Origin-Opener-Policy: "})
    EXPECT_THAT(answer, HasSubstr(header));
  EXPECT_THAT(answer, Not(HasSubstr("Strict-Transport-Security")));
}

TEST_F(Served, keeps_the_connection_for_the_next_request) {
  start();
  Wire wire(port);
  for (int i = 0; i < 3; ++i) {
    wire.send(hello);
    EXPECT_THAT(wire.receive_one(), StartsWith("HTTP/1.1 200"));
  }
  wire.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(wire.receive_one(), HasSubstr("Connection: close"));
  EXPECT_TRUE(wire.closed_by_peer(2'000));
}

TEST_F(Served, answers_two_pipelined_requests_in_order) {
  start();
  Wire wire(port);
  wire.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = wire.receive_all();
  EXPECT_LT(answers.find("200 OK"), answers.find("404 Not Found"));
}

TEST_F(Served, answers_head_without_a_body_and_404_and_405) {
  start();
  Wire wire(port);
  wire.send("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string head = wire.receive_all();
  EXPECT_THAT(head, HasSubstr("Content-Length: 15\r\n"));
  EXPECT_THAT(head, testing::EndsWith("\r\n\r\n"));
  EXPECT_THAT(ask("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 404"));
  const std::string wrong = ask("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(wrong, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(wrong, HasSubstr("Allow: OPTIONS, GET, HEAD"));
}

TEST_F(Served, refuses_bad_targets_and_headers) {
  start();
  EXPECT_THAT(ask("GET /a/%2e%2e/b HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(ask("GET /a%00 HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("http.target_invalid"));
  EXPECT_THAT(ask("GET /hello HTTP/1.1\r\n\r\n"), HasSubstr("http.headers_invalid"));
  EXPECT_THAT(ask("GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), HasSubstr("http.headers_invalid"));
}

TEST_F(Served, refuses_requests_whose_length_can_be_read_in_two_ways) {
  start();
  for (const std::string_view lengths :
       {"Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n", "Content-Length: 3x\r\n", "Transfer-Encoding: chunked, x\r\n"}) {
    Wire wire(port);
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\n" + std::string(lengths) + "\r\nabc");
    const std::string answer = wire.receive_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400")) << lengths;
    EXPECT_THAT(answer, HasSubstr("http.request_invalid")) << lengths;
    EXPECT_TRUE(wire.closed_by_peer(4'000)) << lengths;
  }
}

TEST_F(Served, refuses_bare_line_feeds_and_folded_headers_and_closes) {
  start();
  for (const std::string_view bytes :
       {"GET /hello HTTP/1.1\nHost: x\n\n", "GET /hello HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: x\r\nX: y\r\n\tz\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", "\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: x\r\nX: y\r\n\n", "GET /hello HTTP/1.1\r\nHost : x\r\n\r\n"}) {
    Wire wire(port);
    wire.send(bytes);
    const std::string answer = wire.receive_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400")) << bytes;
    EXPECT_THAT(answer, HasSubstr("Connection: close")) << bytes;
    EXPECT_TRUE(wire.closed_by_peer(4'000)) << bytes;
  }
}

TEST_F(Served, refuses_a_second_request_hidden_behind_a_bare_line_feed_after_a_good_one) {
  start();
  Wire wire(port);
  wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 4\r\n\r\nab\n\n");
  EXPECT_THAT(wire.receive_one(), testing::EndsWith("ab\n\n"));
  wire.send("GET /hello HTTP/1.1\r\nHost: x\n\r\n");
  EXPECT_THAT(wire.receive_all(), StartsWith("HTTP/1.1 400"));
}

TEST_F(Served, says_what_is_too_large) {
  options.body_bytes_max = 1'000;
  options.header_bytes_max = 2'000;
  start();
  const auto refused = [&](const std::string& bytes) {
    Wire wire(port);
    wire.send(bytes);
    return wire.receive_all(500).substr(0, 12);
  };
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\n";
  EXPECT_EQ(refused(head + "Content-Length: 1001\r\n\r\n"), "HTTP/1.1 413");
  EXPECT_EQ(refused(head + "Content-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x')), "HTTP/1.1 413");
  EXPECT_EQ(refused(head + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2'000, 'x') + "\r\n0\r\n\r\n"),
            "HTTP/1.1 413");
  EXPECT_EQ(refused(head + "X-Big: " + std::string(3'000, 'x') + "\r\n\r\n"), "HTTP/1.1 431");
  EXPECT_EQ(refused(head + "X-Big: " + std::string(30'000, 'x') + "\r\n\r\n"), "HTTP/1.1 431");
  EXPECT_EQ(refused("GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 414");
  std::string many = "GET /hello HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 200; ++i) many += "A" + std::to_string(i) + ": b\r\n";
  EXPECT_EQ(refused(many + "\r\n"), "HTTP/1.1 431");
  EXPECT_EQ(refused("\x16\x03\x01 this is no HTTP\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_THAT(ask(hello), StartsWith("HTTP/1.1 200")) << "others are not disturbed";
}

TEST_F(Served, takes_a_body_in_chunks) {
  start();
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
              testing::EndsWith("abcde"));
}

TEST_F(Served, closes_on_who_sends_too_slowly) {
  options.read_timeout_s = 1;
  start();
  Wire slow(port);
  slow.send("GET /hello HTTP/1.1\r\nHos");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(slow.closed_by_peer(5'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(Served, does_not_let_data_start_headers) {
  start();
  const std::string answer = ask("GET /inject?v=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, Not(HasSubstr("\r\nX-Evil")));
}

TEST_F(Served, knows_the_caller_by_the_session_cookie) {
  start();
  EXPECT_THAT(ask("GET /who HTTP/1.1\r\nHost: x\r\nCookie: yichuang_session=good\r\n\r\n"),
              testing::EndsWith("clerk|127.0.0.1"));
  EXPECT_THAT(ask("GET /who HTTP/1.1\r\nHost: x\r\nCookie: yichuang_session=bad\r\n\r\n"),
              testing::EndsWith("\r\n|127.0.0.1"));
}

TEST_F(Served, believes_the_configured_proxy_only) {
  options.proxy_address = "127.0.0.1";
  start();
  EXPECT_THAT(ask("GET /who HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n\r\n"),
              testing::EndsWith("|192.0.2.7"));
}

TEST_F(Served, answers_429_to_an_address_that_asks_too_often) {
  options.requests_per_second_max = 0.5;
  options.requests_burst_max = 2;
  options.throttle_loopback = true;
  start();
  EXPECT_THAT(ask(hello), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(ask(hello), StartsWith("HTTP/1.1 200"));
  const std::string refused = ask(hello);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 2"));
}

TEST_F(Served, answers_503_at_once_when_the_queue_is_full) {
  options.workers = 1;
  options.queue_requests_max = 1;
  start();
  Wire running(port);
  Wire queued(port);
  running.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  while (slow_running == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  queued.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string refused;
  for (int i = 0; i < 100 && refused.find("503") == std::string::npos; ++i) {
    Wire wire(port);
    wire.send(hello);
    refused = wire.receive_one(50);
  }
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 2"));
  EXPECT_THAT(refused, HasSubstr("http.busy"));
  release.set_value();
  EXPECT_THAT(running.receive_one(), HasSubstr("done"));
  EXPECT_THAT(queued.receive_one(), HasSubstr("done"));
}

TEST_F(Served, finishes_what_runs_before_it_stops) {
  start();
  Wire wire(port);
  wire.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  while (slow_running == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::thread stopper([&] { server->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  release.set_value();
  EXPECT_THAT(wire.receive_one(), HasSubstr("done"));
  stopper.join();
  EXPECT_FALSE(Wire(port).open());
}

TEST_F(Served, keeps_an_answer_open_and_sends_it_piece_by_piece) {
  std::shared_ptr<http::Listener> kept;
  std::promise<void> there;
  router->add(operation("GET", "/stream", "stream"), [&](const Request&) {
    return Reply{.listen = [&](std::shared_ptr<http::Listener> listener) {
      kept = std::move(listener);
      kept->send("event: ready\n\n");
      there.set_value();
    }};
  });
  start();
  Wire wire(port);
  wire.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  there.get_future().wait();
  std::string got = wire.receive_all(300);
  EXPECT_THAT(got, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(got, HasSubstr("event: ready\n\n"));
  EXPECT_THAT(got, Not(HasSubstr("Content-Length")));
  EXPECT_TRUE(kept->send("event: changed\n\n"));
  EXPECT_THAT(wire.receive_all(300), HasSubstr("event: changed\n\n"));
  kept->end();
  EXPECT_THAT(wire.receive_all(300), HasSubstr("0\r\n\r\n"));
  EXPECT_FALSE(kept->send("more"));
}

TEST_F(Served, stops_at_once_although_an_answer_is_open) {
  std::shared_ptr<http::Listener> kept;
  std::promise<void> there;
  router->add(operation("GET", "/stream", "stream"), [&](const Request&) {
    return Reply{.listen = [&](std::shared_ptr<http::Listener> listener) {
      kept = std::move(listener);
      kept->send(": here\n\n");
      there.set_value();
    }};
  });
  start();
  Wire wire(port);
  wire.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  there.get_future().wait();
  const auto before = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
  EXPECT_FALSE(kept->send("too late"));
}

TEST_F(Served, notices_that_a_listening_page_is_gone) {
  std::shared_ptr<http::Listener> kept;
  std::promise<void> there;
  router->add(operation("GET", "/stream", "stream"), [&](const Request&) {
    return Reply{.listen = [&](std::shared_ptr<http::Listener> listener) {
      kept = std::move(listener);
      there.set_value();
    }};
  });
  start();
  {
    Wire wire(port);
    wire.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    there.get_future().wait();
  }
  bool alive = true;
  for (int tries = 0; alive && tries < 100; ++tries) {
    alive = kept->send(": still here\n\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_FALSE(alive);
}

TEST_F(Served, says_that_the_port_is_taken) {
  start();
  http::ServerOptions same = options;
  same.port = port;
  http::Server second(same, router, nullptr, [] { return base::Instant{}; });
  EXPECT_EQ(second.start().error().code, "http.port_taken");
}

TEST_F(Served, serves_many_at_once) {
  options.io_threads = 2;
  start();
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      Wire wire(port);
      for (int n = 0; n < 50; ++n) {
        wire.send(hello);
        if (wire.receive_one().starts_with("HTTP/1.1 200")) ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 400);
}

}  // namespace
