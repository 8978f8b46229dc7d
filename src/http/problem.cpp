#include <array>

#include "http/describe.h"
#include "http/http.h"

namespace http {
namespace {

struct Title {
  int status;
  base::Text words;
};

const base::Text& title_of(int status) {
  static const std::array<Title, 16> titles = {{{400, {"请求有误", "Bad request"}},
                                                {401, {"请先登录", "Sign-in needed"}},
                                                {403, {"无权操作", "Not allowed"}},
                                                {404, {"未找到", "Not found"}},
                                                {405, {"不支持的操作方式", "Method not allowed"}},
                                                {409, {"与当前状态不符", "Conflict"}},
                                                {412, {"内容已被他人修改", "Changed meanwhile"}},
                                                {413, {"内容过大", "Content too large"}},
                                                {415, {"不支持的内容类型", "Unsupported content type"}},
                                                {422, {"内容需要改正", "Content needs correcting"}},
                                                {428, {"缺少版本", "Version needed"}},
                                                {429, {"操作过于频繁", "Too many requests"}},
                                                {500, {"系统错误", "Internal error"}},
                                                {503, {"服务暂不可用", "Service unavailable"}},
                                                {504, {"处理超时", "Timed out"}},
                                                {0, {"请求未完成", "Request not completed"}}}};
  for (const Title& title : titles) {
    if (title.status == status) return title.words;
  }
  return titles.back().words;
}

}  // namespace

const std::string& words(const base::Text& text, Language language) {
  return language == Language::zh ? text.zh : text.en;
}

int status_of(base::Refusal kind) {
  switch (kind) {
    case base::Refusal::invalid:
      return 422;
    case base::Refusal::unauthenticated:
      return 401;
    case base::Refusal::forbidden:
      return 403;
    case base::Refusal::not_found:
      return 404;
    case base::Refusal::conflict:
      return 409;
    case base::Refusal::rule_not_met:
      return 409;
    case base::Refusal::stale:
      return 412;
    case base::Refusal::too_many:
      return 429;
  }
  CHECK(kind == base::Refusal::invalid);
  return 500;
}

Reply problem(const base::Error& error, const Request& request) {
  return problem(error.code.starts_with("json.") ? 400 : status_of(error.kind), error, request);
}

Reply problem(int status, const base::Error& error, const Request& request) {
  Writer writer{.out = {}, .language = request.language};
  const auto field = [&](std::string_view name, std::string_view value) {
    writer.text(name);
    writer.out += ':';
    writer.text(value);
  };
  writer.out += '{';
  field("type", "urn:yichuang:problem:" + error.code);
  writer.out += ',';
  field("title", words(title_of(status), request.language));
  writer.out += ",\"status\":" + std::to_string(status) + ",";
  field("detail", words(error.message, request.language));
  writer.out += ',';
  field("code", error.code);
  writer.out += ',';
  field("request_id", request.request_id);
  writer.out += ",\"places\":[";
  bool first = true;
  for (const base::Place& place : error.places) {
    if (!std::exchange(first, false)) writer.out += ',';
    writer.out += '{';
    field("path", place.path);
    writer.out += ',';
    field("code", place.code);
    writer.out += ',';
    field("message", words(place.message, request.language));
    writer.out += '}';
  }
  writer.out += "]}";
  Reply reply{.status = status, .body = std::move(writer.out), .content_type = "application/problem+json"};
  reply.headers.emplace_back("Cache-Control", "no-store");
  if (status == 429) reply.headers.emplace_back("Retry-After", "10");
  if (status == 503) reply.headers.emplace_back("Retry-After", "2");
  return reply;
}

}  // namespace http
