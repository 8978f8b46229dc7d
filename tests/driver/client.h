/// A small HTTP/1.1 client that keeps its connection.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "kernel/feel/value.h"

namespace driver {

/// The connection ended before the answer was there: whether the command was done is unknown.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Session {
  std::string cookie;
  std::string csrf_token;
};

struct Request {
  std::string method;
  std::string path;
  const Session* session = nullptr;
  std::string body = {};
  std::string key = {};  // Idempotency-Key
  std::string language = "zh";
  std::string content_type = "application/json";
};
std::string bytes_of(const Request& request);

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  /// The body, a JSON object; empty when it is none.
  feel::Context json() const;
  /// The text under a key of the body; empty when there is none.
  std::string text(std::string_view key) const;
};
/// How many bytes the answer at the beginning of `text` has; 0: not all is there yet.
std::size_t answer_size(std::string_view text);
Answer parse_answer(std::string_view text);

class Connection {
 public:
  /// Errors: throws Broken.
  explicit Connection(int port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  /// Errors: throws Broken.
  Answer ask(const Request& request);

 private:
  int descriptor_ = -1;
};

/// A session of a demonstration account. Errors: throws std::runtime_error with what the program said.
Session sign_in(int port, const std::string& account);

/// A connected, blocking socket. Errors: throws Broken.
int connect_to(int port);

}  // namespace driver
