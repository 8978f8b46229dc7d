// The only file that sees RESTinio: its headers are heavy, and its habits are kept in one place.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include <spdlog/spdlog.h>
#include <restinio/all.hpp>

#include "http/http.h"
#include "pool.h"
#include "refusing_socket.h"
#include "request.h"

namespace http {
namespace {

constexpr std::size_t header_name_bytes_max = 200;
constexpr std::size_t header_count_max = 100;
/// Descriptors that are left for the database, files and logs.
constexpr std::size_t descriptors_kept = 256;
constexpr std::size_t accepts_at_once = 8;

/// RESTinio gives up accepting on a slot for good when accept() fails, as it does without free descriptors; so there
/// are never more connections than descriptors.
std::size_t connections_possible(std::size_t wanted) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, wanted + descriptors_kept));
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * descriptors_kept) return std::min<std::size_t>(wanted, limit.rlim_cur / 2);
  return std::min<std::size_t>(wanted, limit.rlim_cur - descriptors_kept);
}

const char* phrase_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// What comes from data must not start a header of its own.
std::string header_value(std::string value) {
  std::replace_if(
      value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return value;
}

using Handle = restinio::request_handle_t;
using Traits = restinio::traits_t<restinio::asio_timer_manager_t, RefusalLogger,
                                  std::function<restinio::request_handling_status_t(Handle)>,
                                  restinio::default_strand_t, RefusingSocket>;
struct LimitedTraits : Traits {
  static constexpr bool use_connection_count_limiter = true;
};

/// Headers and body. False when a header that must be single came twice, or Host is missing.
bool copy_headers(const Handle& handle, Request& request) {
  bool good = true;
  handle->header().for_each_field([&](const restinio::http_header_field_t& field) {
    const std::string name = lower(field.name());
    const auto [at, fresh] = request.headers.emplace(name, field.value());
    if (fresh) return;
    good = good && name != "host" && name != "content-type" && name != "idempotency-key" && name != "origin" &&
           name != "x-csrf-token";
    at->second.append(name == "cookie" ? "; " : ", ").append(field.value());
  });
  return good && !request.header("host").empty();
}

base::Error error_of(base::Refusal kind, std::string code, base::Text message) {
  return {.kind = kind, .code = std::move(code), .message = std::move(message)};
}

/// An answer that stays open. What is written while the last piece is still on its way is left out: news only says that
/// something has changed, so the next piece says no less.
class OpenAnswer : public Listener, public std::enable_shared_from_this<OpenAnswer> {
 public:
  using Response = restinio::response_builder_t<restinio::chunked_output_t>;
  explicit OpenAnswer(Response response) : response_(std::move(response)) {}

  bool send(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    if (!response_ || failed_) return false;
    if (writing_) return ++skipped_ <= skipped_max;
    skipped_ = 0;
    writing_ = true;
    response_->append_chunk(std::string(text));
    response_->flush([self = weak_from_this()](const auto& status) {
      if (const auto answer = self.lock()) answer->written(!status);
    });
    return true;
  }

  void end() override {
    const std::lock_guard lock(mutex_);
    if (response_) response_->done();
    response_.reset();
  }

 private:
  /// Pieces that a page may miss before it counts as gone.
  static constexpr int skipped_max = 60;

  /// Comes on the I/O thread, possibly from within `send`.
  void written(bool good) {
    writing_ = false;
    if (!good) failed_ = true;
  }

  std::mutex mutex_;
  std::optional<Response> response_;
  std::atomic<bool> writing_ = false;
  std::atomic<bool> failed_ = false;
  int skipped_ = 0;
};

}  // namespace

struct Server::Impl {
  Impl(ServerOptions wanted, std::shared_ptr<const Router> routes, Authenticator who,
       std::function<base::Instant()> clock)
      : options(std::move(wanted)), router(std::move(routes)), authenticate(std::move(who)), now(std::move(clock)) {}

  ServerOptions options;
  std::shared_ptr<const Router> router;
  Authenticator authenticate;
  std::function<base::Instant()> now;

  Throttle throttle{{.per_second = options.requests_per_second_max, .burst = options.requests_burst_max}};
  std::atomic<std::size_t> running = 0;  // requests taken and not yet written out
  std::atomic<bool> stopping = false;
  std::uint16_t port = 0;
  std::unique_ptr<Pool> pool;
  restinio::asio_ns::io_context context;
  std::optional<restinio::asio_ns::executor_work_guard<restinio::asio_ns::io_context::executor_type>> guard;
  std::unique_ptr<restinio::http_server_t<LimitedTraits>> server;
  std::vector<std::thread> io;
  mutable std::mutex open_mutex;
  mutable std::vector<std::weak_ptr<OpenAnswer>> open;  // answers that stay open

  /// Counts a request from its arrival until its answer is written or its connection is gone.
  class Ticket {
   public:
    explicit Ticket(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
    ~Ticket() { --count_; }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

   private:
    std::atomic<std::size_t>& count_;
  };

  struct Job {
    Handle handle;
    Request request;
    bool single_headers = true;
    std::shared_ptr<Ticket> ticket;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  };

  restinio::request_handling_status_t take(Handle handle);
  Reply answer(Job& job) const;
  void send(Job& job, Reply reply) const;
  void keep_open(Job& job, Reply reply, const restinio::http_status_line_t& line) const;
  void end_open() const;
  void configure(restinio::server_settings_t<LimitedTraits>& settings);
};

/// On an I/O thread: looks at the head only, and hands the request on or refuses it at once.
restinio::request_handling_status_t Server::Impl::take(Handle handle) {
  auto job = std::make_shared<Job>();
  job->handle = std::move(handle);
  job->ticket = std::make_shared<Ticket>(running);
  Request& request = job->request;
  request.method = job->handle->header().method().c_str();
  request.remote = job->handle->remote_endpoint().address().to_string();
  request.secure = options.secure_cookies;
  request.at = now();
  request.request_id = base::to_text(request.make_id());
  job->single_headers = copy_headers(job->handle, request);
  request.remote = client_address(request, options.proxy_address);
  if (options.throttle_loopback || !is_loopback(request.remote)) {
    if (const auto wait = throttle.take(request.remote)) {
      send(*job, too_many(request, *wait));
      return restinio::request_accepted();
    }
  }
  const bool taken = !stopping && pool->try_add([this, job] { send(*job, answer(*job)); });
  if (!taken)
    send(*job, problem(503,
                       error_of(base::Refusal::invalid, "http.busy",
                                {"当前办理人数较多，请稍后重试", "the system is busy; please try again shortly"}),
                       request));
  return restinio::request_accepted();
}

Reply Server::Impl::answer(Job& job) const {
  Request& request = job.request;
  request.body = job.handle->body();
  const auto target = read_target(job.handle->header().request_target(), request);
  request.language = language_of(request);
  if (!target) return problem(400, target.error(), request);
  if (!job.single_headers)
    return problem(400,
                   error_of(base::Refusal::invalid, "http.headers_invalid",
                            {"请求头缺少 Host 或有重复，请更换浏览器后重试",
                             "a header came twice or Host is missing; please try with another browser"}),
                   request);
  try {
    if (authenticate && !session_token(request).empty() && !router->serves_asset(request.path))
      request.caller = authenticate(request);
  } catch (const std::exception& fault) {
    spdlog::error("fault request={} while=authenticating cause={:?}", request.request_id,
                  std::string_view(fault.what()));
    return problem(
        503,
        error_of(base::Refusal::invalid, "http.unavailable",
                 {"系统暂时无法处理，请稍后重试", "the system can not do this right now; please try again shortly"}),
        request);
  }
  return router->handle(request);
}

void Server::Impl::send(Job& job, Reply reply) const {
  const Request& request = job.request;
  add_security_headers(reply, request);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - job.started;
  spdlog::info("request={} remote={} person={} method={} path={:?} status={} bytes={} ms={:.2f}", request.request_id,
               request.remote, request.caller.person ? base::to_text(request.caller.person) : "-", request.method,
               std::string_view(request.path), reply.status, reply.body.size(), taken.count());
  const restinio::http_status_line_t line{restinio::http_status_code_t{static_cast<std::uint16_t>(reply.status)},
                                          phrase_of(reply.status)};
  const auto add_headers = [&](auto& response) {
    response.append_header_date_field();
    if (!reply.body.empty()) response.append_header(restinio::http_field::content_type, reply.content_type);
    for (auto& [name, value] : reply.headers) response.append_header(name, header_value(std::move(value)));
    if (stopping || request.headers.contains("upgrade")) response.connection_close();
  };
  if (reply.listen && !stopping) return keep_open(job, std::move(reply), line);
  const auto written = [ticket = job.ticket](const auto&) {};
  if (request.method == "HEAD") {
    auto response = job.handle->create_response<restinio::user_controlled_output_t>(line);
    add_headers(response);
    response.set_content_length(reply.body.size());
    response.done(written);
  } else {
    auto response = job.handle->create_response(line);
    add_headers(response);
    response.set_body(std::move(reply.body));
    response.done(written);
  }
}

/// The head is sent, the body comes in pieces. It is no running request: stopping does not wait for it.
void Server::Impl::keep_open(Job& job, Reply reply, const restinio::http_status_line_t& line) const {
  auto response = job.handle->create_response<restinio::chunked_output_t>(line);
  response.append_header_date_field();
  response.append_header(restinio::http_field::content_type, "text/event-stream; charset=utf-8");
  response.append_header("X-Accel-Buffering", "no");  // proxies pass each piece on at once
  for (auto& [name, value] : reply.headers) response.append_header(name, header_value(std::move(value)));
  const auto answer = std::make_shared<OpenAnswer>(std::move(response));
  {
    const std::lock_guard lock(open_mutex);
    std::erase_if(open, [](const auto& each) { return each.expired(); });
    open.push_back(answer);
  }
  reply.listen(answer);
}

void Server::Impl::end_open() const {
  std::vector<std::weak_ptr<OpenAnswer>> all;
  {
    const std::lock_guard lock(open_mutex);
    all.swap(open);
  }
  for (const auto& each : all)
    if (const auto answer = each.lock()) answer->end();
}

void Server::Impl::configure(restinio::server_settings_t<LimitedTraits>& settings) {
  namespace asio = restinio::asio_ns;
  const auto address = asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address);
  settings.address(address)
      .protocol(address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4())
      .port(options.port)
      .buffer_size(16 * 1024)
      .max_pipelined_requests(1)
      .max_parallel_connections(connections_possible(options.connections_max))
      .concurrent_accepts_count(accepts_at_once)
      .read_next_http_message_timelimit(std::chrono::seconds(options.read_timeout_s))
      .write_http_response_timelimit(std::chrono::seconds(options.write_timeout_s))
      .handle_request_timeout(std::chrono::seconds(options.handle_timeout_s))
      .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                    .max_url_size(target_bytes_max)
                                    .max_field_name_size(header_name_bytes_max)
                                    .max_field_value_size(options.header_bytes_max)
                                    .max_field_count(header_count_max)
                                    .max_body_size(options.body_bytes_max))
      .acceptor_options_setter([](restinio::acceptor_options_t& acceptor) {
        acceptor.set_option(restinio::asio_ns::ip::tcp::acceptor::reuse_address(true));
      })
      .acceptor_post_bind_hook([this](asio::ip::tcp::acceptor& acceptor) { port = acceptor.local_endpoint().port(); })
      .socket_options_setter(
          [](restinio::socket_options_t& socket) { socket.set_option(restinio::asio_ns::ip::tcp::no_delay(true)); })
      .request_handler([this](Handle handle) { return take(std::move(handle)); });
}

Server::Server(ServerOptions options, std::shared_ptr<const Router> router, Authenticator authenticate,
               std::function<base::Instant()> now)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), std::move(authenticate), std::move(now))) {}

Server::~Server() {
  stop();
}

base::Result<std::uint16_t> Server::start() {
  CHECK(!impl_->server);
  // The whole head of a request, all its lines together; the parser has one limit for the process.
  http_parser_set_max_header_size(static_cast<std::uint32_t>(impl_->options.header_bytes_max + target_bytes_max));
  try {
    impl_->pool = std::make_unique<Pool>(
        Pool::Size{.workers = impl_->options.workers, .jobs_max = impl_->options.queue_requests_max});
    impl_->server = std::make_unique<restinio::http_server_t<LimitedTraits>>(
        restinio::external_io_context(impl_->context), [this](auto& settings) { impl_->configure(settings); });
    impl_->server->open_sync();
  } catch (const std::exception& cause) {
    spdlog::error("can not listen address={} port={} cause={:?}", impl_->options.address, impl_->options.port,
                  std::string_view(cause.what()));
    impl_->server.reset();
    impl_->pool.reset();
    const std::string place = impl_->options.address + ":" + std::to_string(impl_->options.port);
    return error_of(
        base::Refusal::conflict, "http.port_taken",
        {"无法在 " + place + " 上提供服务：地址无效或端口已被占用。请停止占用该端口的程序，或改用其他端口",
         "can not listen on " + place +
             ": the address is invalid or the port is taken. Stop the program that holds it, or choose another"});
  }
  impl_->guard.emplace(impl_->context.get_executor());
  for (unsigned i = 0; i < std::max(1u, impl_->options.io_threads); ++i)
    impl_->io.emplace_back([this] {
      ::pthread_setname_np(::pthread_self(), "connections");
      impl_->context.run();
    });
  return impl_->port;
}

void Server::stop() {
  if (!impl_->server || impl_->stopping.exchange(true)) return;
  std::promise<void> closed;
  restinio::asio_ns::post(impl_->context, [&] {
    impl_->server->close_sync();
    closed.set_value();
  });
  closed.get_future().wait();
  impl_->end_open();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(impl_->options.stop_timeout_s);
  while (impl_->running > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (impl_->running > 0) spdlog::warn("stopping with {} requests unfinished", impl_->running.load());
  impl_->pool->stop();
  impl_->end_open();
  impl_->guard.reset();
  impl_->context.stop();
  for (std::thread& thread : impl_->io) thread.join();
  impl_->server.reset();
}

}  // namespace http
