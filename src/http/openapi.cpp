#include <algorithm>
#include <map>

#include "http/describe.h"
#include "router.h"

namespace http {
namespace {

constexpr std::string_view problem_schemas =
    R"({"Place":{"type":"object","properties":{)"
    R"("path":{"type":"string","description":"JSON pointer into what was sent"},"code":{"type":"string"},)"
    R"("message":{"type":"string"}},"required":["path","code","message"]},)"
    R"("Problem":{"type":"object","description":"RFC 9457 problem details","properties":{"type":{"type":"string"},)"
    R"("title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"code":{"type":"string"},)"
    R"("request_id":{"type":"string"},"places":{"type":"array","items":{"$ref":"#/$defs/Place"}}},)"
    R"("required":["type","title","status","detail","code","request_id","places"]}})";

std::string quoted(std::string_view text) {
  Writer writer{.out = {}};
  writer.text(text);
  return std::move(writer.out);
}

std::string with_component_references(std::string json) {
  constexpr std::string_view from = R"("#/$defs/)";
  constexpr std::string_view to = R"("#/components/schemas/)";
  for (std::size_t at = json.find(from); at != std::string::npos; at = json.find(from, at + to.size()))
    json.replace(at, from.size(), to);
  return json;
}

/// Collects comma-separated members of an object or items of a list.
struct Parts {
  std::string out;
  void add(std::string_view part) {
    if (!out.empty()) out += ',';
    out += part;
  }
};

/// The named schemas of all operations, by name.
class Components {
 public:
  Components() { adopt(feel::parse_json(problem_schemas).value().as_context()); }

  /// The schema with its "$defs" moved here. Two different types of one name are a bug (CHECK).
  std::string adopt(const std::string& schema) {
    auto parsed = feel::parse_json(schema);
    CHECK(parsed.has_value());
    if (parsed->kind() != feel::Kind::context) return schema;
    feel::Context root = parsed->as_context();
    if (const feel::Value* named = root.find("$defs")) {
      adopt(feel::Context(named->as_context()));
      root.erase("$defs");
    }
    return with_component_references(feel::to_json(feel::Value(std::move(root))));
  }

  std::string json() const {
    Parts parts;
    for (const auto& [name, schema] : schemas_) parts.add(quoted(name) + ":" + schema);
    return "{" + parts.out + "}";
  }

 private:
  void adopt(const feel::Context& named) {
    for (const auto& [name, schema] : named.entries()) {
      const auto [at, fresh] = schemas_.emplace(name, "");
      std::string text = with_component_references(feel::to_json(schema));
      CHECK(fresh || at->second == text);
      at->second = std::move(text);
    }
  }

  std::map<std::string, std::string> schemas_;
};

std::string parameter(std::string_view name, std::string_view where, std::string_view rest) {
  return R"({"name":)" + quoted(name) + R"(,"in":")" + std::string(where) + "\"," + std::string(rest) + "}";
}

std::string parameters_of(const Operation& operation, const Route& route) {
  Parts parts;
  for (const std::string& name : route.parameters)
    parts.add(parameter(name, "path", R"("required":true,"schema":{"type":"string"})"));
  for (const std::string& name : operation.query)
    parts.add(parameter(name, "query", R"("required":false,"schema":{"type":"string"})"));
  if (operation.idempotency_key)
    parts.add(
        parameter("Idempotency-Key", "header",
                  R"("required":true,"description":"a fresh value for every submission; a repeated one gets the first )"
                  R"(answer again","schema":{"type":"string","minLength":1,"maxLength":200})"));
  if (operation.if_match)
    parts.add(parameter("If-Match", "header",
                        R"("required":true,"description":"the ETag that was read","schema":{"type":"string"})"));
  return parts.out;
}

bool is_unsafe(const Operation& operation) {
  return operation.method != "GET";
}

/// The statuses the router itself may answer with for this operation, and all others under "default".
std::string problem_responses(const Operation& operation, const Route& route) {
  constexpr std::string_view reference = R"({"$ref":"#/components/responses/Problem"})";
  Parts parts;
  const auto add = [&](std::string_view status) {
    parts.add('"' + std::string(status) + "\":" + std::string(reference));
  };
  if (operation.idempotency_key) add("400");
  if (operation.need.kind != Need::Kind::anyone) add("401");
  if (operation.need.kind != Need::Kind::anyone || is_unsafe(operation)) add("403");
  if (!route.parameters.empty()) add("404");
  if (is_unsafe(operation)) add("409");
  if (operation.if_match) add("412");
  if (!operation.body_schema.empty()) add("422");
  add("default");
  return parts.out;
}

std::string answer_of(const Operation& operation, Components& components) {
  std::string schema = R"({"type":"string","format":"binary"})";
  if (!operation.answer_schema.empty())
    schema = components.adopt(operation.answer_schema);
  else if (operation.answer_type == "application/json")
    schema = "{}";
  else if (operation.answer_type.starts_with("text/"))
    schema = R"({"type":"string"})";
  std::string out = '"' + std::to_string(operation.answer_status) + R"(":{"description":"OK")";
  if (operation.answer_status != 204)
    out += R"(,"content":{)" + quoted(operation.answer_type) + R"(:{"schema":)" + schema + "}}";
  return out + "}";
}

std::string body_of(const Operation& operation, Components& components) {
  std::string schema = R"({"type":"string","format":"binary"})";
  if (!operation.body_schema.empty()) schema = components.adopt(operation.body_schema);
  return R"({"required":true,"content":{)" + quoted(operation.body_type) + R"(:{"schema":)" + schema + "}}}";
}

std::string_view kind_text(Need::Kind kind) {
  switch (kind) {
    case Need::Kind::anyone:
      return "anyone";
    case Need::Kind::signed_in:
      return "signed_in";
    case Need::Kind::citizen:
      return "citizen";
    case Need::Kind::staff:
      return "staff";
  }
  return "staff";
}

std::string operation_json(const Operation& operation, const Route& route, Components& components) {
  Parts parts;
  parts.add(R"("operationId":)" + quoted(operation.id));
  parts.add(R"("tags":[)" + quoted(operation.tag) + "]");
  parts.add(R"("summary":)" + quoted(operation.summary.zh));
  parts.add(R"("description":)" + quoted(operation.summary.en));
  parts.add(R"("x-need":{"kind":")" + std::string(kind_text(operation.need.kind)) + R"(","permission":)" +
            quoted(operation.need.permission) + "}");
  if (const std::string parameters = parameters_of(operation, route); !parameters.empty())
    parts.add(R"("parameters":[)" + parameters + "]");
  if (!operation.body_schema.empty() || operation.body_type != "application/json")
    parts.add(R"("requestBody":)" + body_of(operation, components));
  parts.add(R"("responses":{)" + answer_of(operation, components) + "," + problem_responses(operation, route) + "}");
  if (!operation.errors.empty()) {
    Parts codes;
    for (const std::string& code : operation.errors) codes.add(quoted(code));
    parts.add(R"("x-error-codes":[)" + codes.out + "]");
  }
  if (operation.need.kind == Need::Kind::anyone)
    parts.add(R"("security":[])");
  else
    parts.add(is_unsafe(operation) ? R"("security":[{"session":[],"csrf":[]}])" : R"("security":[{"session":[]}])");
  return "{" + parts.out + "}";
}

}  // namespace

std::string Router::openapi(std::string_view version) const {
  Components components;
  std::map<std::string, std::map<std::string, std::size_t>> paths;
  std::map<std::string, int> tags;
  for (std::size_t i = 0; i < impl_->operations.size(); ++i) {
    const Operation& operation = impl_->operations[i];
    std::string method = operation.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    paths[operation.path][method] = i;
    ++tags[operation.tag];
  }
  Parts path_parts;
  for (const auto& [path, methods] : paths) {
    Parts method_parts;
    for (const auto& [method, index] : methods)
      method_parts.add('"' + method +
                       "\":" + operation_json(impl_->operations[index], impl_->routes[index], components));
    path_parts.add(quoted(path) + ":{" + method_parts.out + "}");
  }
  Parts tag_parts;
  for (const auto& [tag, count] : tags) tag_parts.add(R"({"name":)" + quoted(tag) + "}");
  return R"({"openapi":"3.1.0","info":{"title":"一窗 Yichuang","version":)" + quoted(version) +
         R"(,"description":"Dates are civil dates, instants carry their offset, money is whole fen. Refusals are )"
         R"(problem details (RFC 9457) in the language of `lang`, the cookie or Accept-Language.",)"
         R"("license":{"name":"Apache-2.0","identifier":"Apache-2.0"}},)"
         R"("servers":[{"url":"/"}],"tags":[)" +
         tag_parts.out + R"(],"paths":{)" + path_parts.out + R"(},"components":{"schemas":)" + components.json() +
         R"(,"responses":{"Problem":{"description":"Refused or failed","content":{"application/problem+json":)"
         R"({"schema":{"$ref":"#/components/schemas/Problem"}}}}},)"
         R"("securitySchemes":{"session":{"type":"apiKey","in":"cookie","name":"yichuang_session"},)"
         R"("csrf":{"type":"apiKey","in":"header","name":"X-CSRF-Token"}}}})";
}

}  // namespace http
