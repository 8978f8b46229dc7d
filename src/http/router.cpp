#include "router.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <system_error>

#include <spdlog/spdlog.h>

#include "request.h"
#include "storage/storage.h"

namespace http {
namespace {

constexpr std::size_t segments_max = 32;

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  while (segments.size() <= segments_max) {
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

struct Match {
  const Node* node = nullptr;
  std::vector<std::string_view> values;
};

/// Fills `match` with the node of the path; literals are tried first.
bool find_node(const Node& node, std::span<const std::string_view> segments, Match& match) {
  if (segments.empty()) {
    if (node.methods.empty()) return false;
    match.node = &node;
    return true;
  }
  const auto child = node.children.find(segments.front());
  if (child != node.children.end() && find_node(*child->second, segments.subspan(1), match)) return true;
  if (!node.parameter || segments.front().empty()) return false;
  match.values.push_back(segments.front());
  if (find_node(*node.parameter, segments.subspan(1), match)) return true;
  match.values.pop_back();
  return false;
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

std::string allowed(const Node& node) {
  std::string list = "OPTIONS";
  for (const auto& [method, index] : node.methods) {
    list += ", " + method;
    if (method == "GET") list += ", HEAD";
  }
  return list;
}

base::Error refusal(base::Refusal kind, std::string code, base::Text message) {
  return {.kind = kind, .code = std::move(code), .message = std::move(message)};
}

Reply not_found(const Request& request) {
  return problem(
      refusal(base::Refusal::not_found, "http.not_found",
              {"没有找到您要的内容，请核对网址", "what you asked for was not found; please check the address"}),
      request);
}

Reply method_not_allowed(const Request& request, const std::string& allow) {
  Reply reply = problem(405,
                        refusal(base::Refusal::invalid, "http.method_not_allowed",
                                {"此网址不支持这种操作方式，可用：" + allow,
                                 "this address does not take that method; it takes " + allow}),
                        request);
  reply.headers.emplace_back("Allow", allow);
  return reply;
}

/// What the route demands of its caller.
std::optional<Reply> refuse_caller(const Need& need, const Request& request) {
  const Caller& caller = request.caller;
  if (need.kind == Need::Kind::anyone) return std::nullopt;
  if (!caller.person)
    return problem(refusal(base::Refusal::unauthenticated, "http.sign_in_needed",
                           {"请先登录，再继续操作", "please sign in first"}),
                   request);
  const bool allowed_kind = need.kind == Need::Kind::signed_in || (need.kind == Need::Kind::citizen && !caller.staff) ||
                            (need.kind == Need::Kind::staff && caller.staff && !caller.second_factor_missing &&
                             (need.permission.empty() || caller.may(need.permission)));
  if (allowed_kind) return std::nullopt;
  if (caller.second_factor_missing)
    return problem(
        refusal(base::Refusal::forbidden, "http.second_factor_missing",
                {"本单位要求工作人员使用两步验证，请先在“我的账号”中启用，再继续办理",
                 "staff of this office sign in with a second step; please set it up under “My account” first"}),
        request);
  spdlog::warn("refused request={} person={} method={} need={}", request.request_id, base::to_text(caller.person),
               request.method, need.permission);
  return problem(refusal(base::Refusal::forbidden, "http.not_allowed",
                         {"您的账号没有办理此项的权限，如有需要请联系管理员",
                          "your account may not do this; if you need it, please ask your administrator"}),
                 request);
}

/// Protects a signed-in browser from what other sites make it send.
std::optional<Reply> refuse_forgery(const Request& request) {
  if (is_safe(request.method)) return std::nullopt;
  if (from_another_site(request))
    return problem(refusal(base::Refusal::forbidden, "http.other_site",
                           {"请求来自其他网站，已被拒绝，请从本系统页面操作",
                            "the request came from another site and was refused; please use this system's own pages"}),
                   request);
  if (!request.caller.person) return std::nullopt;
  const std::string& token = request.caller.csrf_token;
  if (!token.empty() && equal_constant_time(token, request.header("x-csrf-token"))) return std::nullopt;
  return problem(refusal(base::Refusal::forbidden, "http.csrf_token",
                         {"页面已过期，请刷新后重试", "the page has expired; please reload it and try again"}),
                 request);
}

std::optional<Reply> refuse_body(const Operation& operation, const Request& request) {
  if (request.body.size() > operation.body_bytes_max) {
    const std::string most = std::to_string(operation.body_bytes_max);
    return problem(413,
                   refusal(base::Refusal::invalid, "http.body_too_large",
                           {"提交的内容不能超过 " + most + " 字节，请缩减或分批提交",
                            "the content must not exceed " + most + " bytes; please reduce it or send it in parts"}),
                   request);
  }
  if (request.body.empty() || is_safe(request.method)) return std::nullopt;
  const bool has_body = !operation.body_schema.empty() || operation.body_type != "application/json";
  std::string_view type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  const bool same = std::equal(type.begin(), type.end(), operation.body_type.begin(), operation.body_type.end(),
                               [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  // Uploads come under the type the browser guesses; what they are is decided by their content.
  if (!has_body || same || (operation.body_type == "application/octet-stream" && !type.empty())) return std::nullopt;
  return problem(415,
                 refusal(base::Refusal::invalid, "http.content_type",
                         {"请以 " + operation.body_type + " 格式提交", "please send it as " + operation.body_type}),
                 request);
}

std::optional<Reply> refuse_key(const Operation& operation, const Request& request) {
  if (!operation.idempotency_key) return std::nullopt;
  constexpr std::size_t key_bytes_max = 200;
  const std::string_view key = request.header("idempotency-key");
  if (key.empty())
    return problem(400,
                   refusal(base::Refusal::invalid, "http.key_missing",
                           {"缺少请求头 Idempotency-Key，请为每次提交生成一个不重复的值",
                            "the header Idempotency-Key is missing; please make a fresh value for every submission"}),
                   request);
  if (key.size() <= key_bytes_max) return std::nullopt;
  return problem(400,
                 refusal(base::Refusal::invalid, "http.key_invalid",
                         {"请求头 Idempotency-Key 过长，最多 200 个字符",
                          "the header Idempotency-Key is too long; at most 200 characters"}),
                 request);
}

Reply internal_error(const Request& request) {
  return problem(
      500,
      refusal(base::Refusal::invalid, "http.bug",
              {"系统内部错误，您的操作没有生效；请稍后再试，或将编号 " + request.request_id + " 告知工作人员",
               "an internal error occurred and nothing was done; please try later or quote " + request.request_id +
                   " to the staff"}),
      request);
}

Reply unavailable(const Request& request) {
  return problem(
      503,
      refusal(base::Refusal::invalid, "http.unavailable",
              {"系统暂时无法处理，您的操作没有生效；请稍后重试，编号 " + request.request_id,
               "the system can not do this right now and nothing was done; please try again shortly; quote " +
                   request.request_id}),
      request);
}

Reply disk_full(const Request& request) {
  return problem(507,
                 refusal(base::Refusal::invalid, "http.disk_full",
                         {"服务器磁盘空间已满，暂时不能保存，您的操作没有生效，查询不受影响；请稍后重试，编号 " +
                              request.request_id,
                          "the server's disk is full: nothing can be saved for now and nothing was done, reading goes "
                          "on; please try again later; quote " +
                              request.request_id}),
                 request);
}

Reply run(const Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const storage::FullFault& fault) {
    spdlog::error("fault request={} cause={:?}", request.request_id, std::string_view(fault.what()));
    return disk_full(request);
  } catch (const storage::Fault& fault) {
    spdlog::error("fault request={} cause={:?}", request.request_id, std::string_view(fault.what()));
    return unavailable(request);
  } catch (const std::system_error& fault) {
    spdlog::error("fault request={} cause={:?}", request.request_id, std::string_view(fault.what()));
    return unavailable(request);
  } catch (const std::exception& bug) {
    spdlog::critical("bug request={} cause={:?}", request.request_id, std::string_view(bug.what()));
    Metrics::instance().count("yichuang_bugs_total", "");
    return internal_error(request);
  }
}

Reply asset_reply(const Asset& asset, const Request& request) {
  const std::string quoted = '"' + asset.tag + '"';
  Reply reply{.status = 200, .body = {}, .content_type = asset.type};
  reply.headers.emplace_back("ETag", quoted);
  reply.headers.emplace_back("Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (!asset.policy.empty()) reply.headers.emplace_back("Content-Security-Policy", asset.policy);
  if (request.header("if-none-match").find(quoted) != std::string_view::npos)
    reply.status = 304;
  else
    reply.body = asset.content;
  return reply;
}

}  // namespace

Router::Router() : impl_(std::make_shared<Impl>()) {}

void Router::add(Operation operation, Handler handler) {
  CHECK(operation.path.starts_with('/') && !operation.id.empty() && handler);
  Node* node = &impl_->root;
  Route route{.handler = std::move(handler), .parameters = {}};
  for (const std::string_view segment : segments_of(operation.path)) {
    std::unique_ptr<Node>* next = &node->parameter;
    if (is_parameter(segment))
      route.parameters.emplace_back(segment.substr(1, segment.size() - 2));
    else
      next = &node->children[std::string(segment)];
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  const bool fresh = node->methods.emplace(operation.method, impl_->operations.size()).second;
  CHECK(fresh);
  const bool named_twice = std::any_of(impl_->operations.begin(), impl_->operations.end(),
                                       [&](const Operation& other) { return other.id == operation.id; });
  CHECK(!named_twice);
  impl_->operations.push_back(std::move(operation));
  impl_->routes.push_back(std::move(route));
}

const std::vector<Operation>& Router::operations() const {
  return impl_->operations;
}

void Router::serve_asset(std::string path, std::string_view content, std::string content_type, bool immutable,
                         std::string policy) {
  Asset asset{.content = content,
              .type = std::move(content_type),
              .tag = storage::sha256_hex(content).substr(0, 32),
              .policy = std::move(policy),
              .immutable = immutable};
  const bool fresh = impl_->assets.emplace(std::move(path), std::move(asset)).second;
  CHECK(fresh);
}

void Router::serve_page(std::string prefix, std::string asset_path) {
  CHECK(impl_->assets.contains(asset_path));
  impl_->pages.push_back({.prefix = std::move(prefix), .asset = std::move(asset_path)});
  // The longest prefix is asked first.
  std::stable_sort(impl_->pages.begin(), impl_->pages.end(),
                   [](const PageRule& a, const PageRule& b) { return a.prefix.size() > b.prefix.size(); });
}

const Asset* Router::Impl::find_asset(std::string_view path) const {
  const auto found = assets.find(path);
  if (found != assets.end()) return &found->second;
  if (path.starts_with("/api/")) return nullptr;
  for (const PageRule& page : pages) {
    if (path.starts_with(page.prefix)) return &assets.find(page.asset)->second;
  }
  return nullptr;
}

bool Router::serves_asset(std::string_view path) const {
  return impl_->assets.contains(path);
}

Reply Router::handle(Request& request) const {
  const auto started = std::chrono::steady_clock::now();
  std::string_view name = "none";
  const auto answer = [&]() -> Reply {
    Match match;
    if (!find_node(impl_->root, segments_of(request.path), match)) {
      const Asset* asset = impl_->find_asset(request.path);
      if (!asset) return not_found(request);
      name = "asset";
      if (!is_safe(request.method)) return method_not_allowed(request, "GET, HEAD, OPTIONS");
      if (request.method == "OPTIONS") return {.status = 204, .headers = {{"Allow", "GET, HEAD, OPTIONS"}}};
      return asset_reply(*asset, request);
    }
    if (request.method == "OPTIONS") return {.status = 204, .headers = {{"Allow", allowed(*match.node)}}};
    const auto method = match.node->methods.find(request.method == "HEAD" ? "GET" : std::string_view(request.method));
    if (method == match.node->methods.end()) return method_not_allowed(request, allowed(*match.node));
    const Operation& operation = impl_->operations[method->second];
    const Route& route = impl_->routes[method->second];
    name = operation.id;
    for (std::size_t i = 0; i < route.parameters.size(); ++i)
      request.parameters[route.parameters[i]] = std::string(match.values[i]);
    if (auto refused = refuse_caller(operation.need, request)) return *std::move(refused);
    if (auto refused = refuse_forgery(request)) return *std::move(refused);
    if (auto refused = refuse_body(operation, request)) return *std::move(refused);
    if (auto refused = refuse_key(operation, request)) return *std::move(refused);
    return run(route.handler, request);
  };
  Reply reply = answer();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
  std::string labels = "operation=\"";
  labels.append(name).append("\",status=\"").append(1, static_cast<char>('0' + reply.status / 100)).append("xx\"");
  Metrics::instance().observe("yichuang_request_seconds", labels, taken.count());
  return reply;
}

}  // namespace http
