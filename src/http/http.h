/// Requests, replies, routes and the server. Knows connections, sessions' cookies and problem responses; no service.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace storage {
class Store;
}

namespace http {

enum class Language { zh, en };

/// Who asks, as the session says; filled in before a handler runs.
struct Caller {
  base::Id person = {};  // none: nobody is signed in
  base::Id session = {};
  bool staff = false;
  std::string name = {};
  std::vector<std::string> permissions = {};  // "task.complete", "case.read"
  std::string division = {};                  // staff: "430211"
  std::string office = {};                    // staff: office code inside the division
  std::vector<std::string> roles = {};
  std::string csrf_token = {};
  bool second_factor_missing = false;  // staff who must set one up before anything else; they have no permissions

  bool may(std::string_view permission) const;
};

struct Request {
  std::string method;                                          // upper case
  std::string path;                                            // decoded, without query
  std::map<std::string, std::string, std::less<>> parameters;  // of the route: {case}
  std::map<std::string, std::string, std::less<>> query;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
  std::string remote;  // address of the peer, or of the client behind a configured proxy
  std::string request_id;
  base::Instant at;     // business time of this request
  bool secure = false;  // served behind TLS: cookies carry Secure and the __Host- name
  Language language = Language::zh;
  Caller caller;

  /// `name` in lower case; empty when absent.
  std::string_view header(std::string_view name) const;
  std::string_view cookie(std::string_view name) const;
  std::string_view query_value(std::string_view name) const;
  /// Errors: not_found when the route's parameter is not an id: a wrong id and a foreign one look the same.
  base::Result<base::Id> id(std::string_view parameter) const;
  /// A new identifier from the request's time and the system's randomness.
  base::Id make_id() const;
};

/// A page that listens to server-sent events until it goes away. Thread-safe.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Sends a piece of the event stream. False once the page is gone or does not keep up: then it is to be dropped.
  virtual bool send(std::string_view text) = 0;
  /// Ends the answer; the page comes back by itself if it is still there.
  virtual void end() = 0;
};

struct Reply {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// Set: the answer stays open as `text/event-stream`, and this is told whom to send to.
  std::function<void(std::shared_ptr<Listener>)> listen = {};
};

/// The words of `text` for the reader.
const std::string& words(const base::Text& text, Language language);

/// RFC 9457 problem+json: type, title, status, detail, code, request id, places (path, code, message).
/// JSON that can not be parsed at all (codes `json.…`) is 400, everything else follows the refusal's kind.
Reply problem(const base::Error& error, const Request& request);
Reply problem(int status, const base::Error& error, const Request& request);
int status_of(base::Refusal kind);

/// The session's cookie: HttpOnly, SameSite=Lax, and bound to this host behind TLS. Units: `max_age_s` in seconds.
void set_session(Reply& reply, const Request& request, std::string_view token, int max_age_s);
void clear_session(Reply& reply, const Request& request);
/// Empty when nobody claims a session.
std::string_view session_token(const Request& request);

/// Token buckets by key (an account, an address): a throttle, never a lock-out. Memory is bounded: keys that were quiet
/// for long are forgotten first. Thread-safe.
class Throttle {
 public:
  struct Rule {
    double per_second = 0;  // 0: no limit
    double burst = 1;
    std::size_t keys_max = 100'000;
  };
  explicit Throttle(const Rule& rule);
  ~Throttle();
  /// Takes one token. Nothing: go on; otherwise the seconds to wait.
  std::optional<int> take(std::string_view key);
  /// The same at a given moment of a clock that only goes forward. Units: seconds.
  std::optional<int> take(std::string_view key, double now_s);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
/// 429 `http.too_many` with Retry-After.
Reply too_many(const Request& request, int wait_s);

/// What a route demands of its caller. There is no default: every route says it, and it is checked before the handler.
struct Need {
  enum class Kind { anyone, signed_in, citizen, staff } kind = Kind::staff;
  std::string permission = {};  // staff: needed besides being staff
};

/// What the OpenAPI document and the router both know of a route.
struct Operation {
  std::string method = {};  // query() says GET itself
  std::string path;         // "/api/v1/cases/{case}"
  std::string id;           // operationId: "find_case"
  std::string tag;          // "licensing"
  base::Text summary;
  Need need;
  std::vector<std::string> query = {};         // names of query parameters
  std::string body_schema = {};                // JSON Schema of the body; empty: none
  std::string body_type = "application/json";  // or application/octet-stream for uploads
  std::string answer_schema = {};              // JSON Schema of the 2xx answer
  std::string answer_type = "application/json";
  int answer_status = 200;
  std::vector<std::string> errors = {};  // stable codes the operation may answer with
  bool idempotency_key = false;          // required on this operation
  bool secret_body = false;              // the body holds a password
  std::size_t body_bytes_max = 1'000'000;
  bool if_match = false;  // the If-Match header is read: what people edit
};

using Handler = std::function<Reply(const Request&)>;

/// Filled once at start, then only read: handle() may run on any number of threads.
class Router {
 public:
  Router();
  /// A route twice is a bug (CHECK).
  void add(Operation operation, Handler handler);
  /// Finds the route, checks need, CSRF, body size, and runs it; answers 404, 405 (with Allow), 401, 403, 413, 400
  /// itself. A Fault thrown by the handler becomes 503, a Bug 500; the cause goes to the log only.
  Reply handle(Request& request) const;
  const std::vector<Operation>& operations() const;
  /// The OpenAPI 3.1 document, from the operations.
  std::string openapi(std::string_view version) const;

  /// Static files: path -> content with type; the fallback serves the page of a single-page entry. `content` is not
  /// copied and must outlive the router. `policy` is the page's own Content-Security-Policy; empty: the strict one.
  void serve_asset(std::string path, std::string_view content, std::string content_type, bool immutable,
                   std::string policy = {});
  /// Whether the path is a static file, for which nobody needs to be known.
  bool serves_asset(std::string_view path) const;
  /// Any GET below `prefix` that is no asset gets this asset (client-side routes).
  void serve_page(std::string prefix, std::string asset_path);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Finds out who asks, from the session cookie; called before a handler. Nobody: an empty Caller.
using Authenticator = std::function<Caller(const Request&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  unsigned io_threads = 1;
  unsigned workers = 32;
  std::size_t queue_requests_max = 4'000;  // more: 503 at once
  std::size_t header_bytes_max = 32'000;
  std::size_t body_bytes_max = 21'000'000;
  int read_timeout_s = 30;
  int write_timeout_s = 30;
  int handle_timeout_s = 60;
  std::size_t connections_max = 10'000;
  bool secure_cookies = false;         // behind TLS: __Host- names and Secure
  std::string proxy_address = {};      // X-Forwarded-For is believed from here only
  double requests_per_second_max = 0;  // of one address; 0: no limit. More: 429 with Retry-After
  double requests_burst_max = 200;
  bool throttle_loopback = false;  // load is measured from the same machine
  int stop_timeout_s = 10;         // how long stop() waits for running requests
};

class Server {
 public:
  /// `now` is the one clock of the program.
  Server(ServerOptions options, std::shared_ptr<const Router> router, Authenticator authenticate,
         std::function<base::Instant()> now);
  ~Server();
  /// Listens and returns; port 0 chooses a free one.
  /// Errors: `http.port_taken` with the remedy.
  base::Result<std::uint16_t> start();
  /// Ends accepting, lets running requests finish (bounded), closes.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Prometheus text: counts and durations of requests by route and status; others add their own gauges.
class Metrics {
 public:
  static Metrics& instance();
  void count(std::string_view name, std::string_view labels, double by = 1);
  void gauge(std::string_view name, std::function<double()> read);
  void observe(std::string_view name, std::string_view labels, double seconds);
  std::string text() const;
};

/// /healthz, /readyz, /metrics (to this machine only), /openapi.json, /api-docs.
void mount_system(Router& router, storage::Store& store, std::string version);

}  // namespace http
