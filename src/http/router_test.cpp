#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <set>

#include "http/api.h"

namespace sample {

struct Wish {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Wish, (), (text))
struct Answer {
  std::string text;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (text, count))

}  // namespace sample

namespace {

using http::Need;
using http::Reply;
using http::Request;
using http::Router;
using testing::HasSubstr;

http::Operation operation(std::string method, std::string path, std::string id,
                          Need need = {.kind = Need::Kind::anyone}) {
  return {.method = std::move(method),
          .path = std::move(path),
          .id = std::move(id),
          .tag = "sample",
          .summary = {"样例", "sample"},
          .need = std::move(need)};
}

Request request_of(std::string method, std::string path) {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.request_id = "req1";
  request.headers["host"] = "one.example";
  return request;
}

std::string header_of(const Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return "";
}

std::string code_of(const Reply& reply) {
  auto body = feel::parse_json(reply.body);
  if (!body || body->kind() != feel::Kind::context || !body->as_context().find("code")) return "";
  return body->as_context().find("code")->as_string();
}

http::Caller staff(std::vector<std::string> permissions) {
  return {.person = {1},
          .session = {2},
          .staff = true,
          .name = "甲",
          .permissions = std::move(permissions),
          .division = "430211",
          .office = "01",
          .roles = {},
          .csrf_token = "token"};
}

http::Caller citizen() {
  return {.person = {3},
          .session = {4},
          .staff = false,
          .name = "乙",
          .permissions = {},
          .division = "",
          .office = "",
          .roles = {},
          .csrf_token = "token"};
}

TEST(router, prefers_the_literal_and_hands_over_parameters) {
  Router router;
  router.add(operation("GET", "/cases/{case}", "find_case"),
             [](const Request& r) { return Reply{.body = "case " + r.parameters.at("case")}; });
  router.add(operation("GET", "/cases/mine", "my_cases"), [](const Request&) { return Reply{.body = "mine"}; });
  router.add(operation("GET", "/cases/{case}/steps/{step}", "step"),
             [](const Request& r) { return Reply{.body = r.parameters.at("case") + r.parameters.at("step")}; });
  router.add(operation("GET", "/cases/mine/open", "open"), [](const Request&) { return Reply{.body = "open"}; });
  const auto body = [&](const char* path) {
    Request request = request_of("GET", path);
    return router.handle(request).body;
  };
  EXPECT_EQ(body("/cases/mine"), "mine");
  EXPECT_EQ(body("/cases/7"), "case 7");
  EXPECT_EQ(body("/cases/mine/steps/2"), "mine2");
  Request empty = request_of("GET", "/cases/");
  EXPECT_EQ(router.handle(empty).status, 404);
}

TEST(router, answers_404_405_head_and_options) {
  Router router;
  router.add(operation("GET", "/a", "get_a"), [](const Request&) { return Reply{.body = "a"}; });
  router.add(operation("DELETE", "/a", "delete_a"), [](const Request&) { return Reply{.status = 204}; });
  Request missing = request_of("GET", "/b");
  const Reply none = router.handle(missing);
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(code_of(none), "http.not_found");
  Request put = request_of("PUT", "/a");
  const Reply wrong = router.handle(put);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(code_of(wrong), "http.method_not_allowed");
  EXPECT_EQ(header_of(wrong, "Allow"), "OPTIONS, DELETE, GET, HEAD");
  Request head = request_of("HEAD", "/a");
  EXPECT_EQ(router.handle(head).status, 200);
  Request options = request_of("OPTIONS", "/a");
  EXPECT_EQ(router.handle(options).status, 204);
}

TEST(router, lets_each_caller_do_what_the_route_says_and_no_more) {
  struct Row {
    Need need;
    int nobody;
    int citizen;
    int clerk;
    int examiner;
  };
  const std::vector<Row> rows = {{{.kind = Need::Kind::anyone}, 200, 200, 200, 200},
                                 {{.kind = Need::Kind::signed_in}, 401, 200, 200, 200},
                                 {{.kind = Need::Kind::citizen}, 401, 200, 403, 403},
                                 {{.kind = Need::Kind::staff}, 401, 403, 200, 200},
                                 {{.kind = Need::Kind::staff, .permission = "case.examine"}, 401, 403, 403, 200}};
  for (const std::string method : {"GET", "POST"}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Router router;
      router.add(operation(method, "/x", "x", rows[i].need), [](const Request&) { return Reply{}; });
      const auto status = [&](http::Caller caller) {
        Request request = request_of(method, "/x");
        request.headers["x-csrf-token"] = caller.csrf_token;
        request.caller = std::move(caller);
        const Reply reply = router.handle(request);
        EXPECT_EQ(code_of(reply), reply.status == 401   ? "http.sign_in_needed"
                                  : reply.status == 403 ? "http.not_allowed"
                                                        : "");
        return reply.status;
      };
      EXPECT_EQ(status({}), rows[i].nobody) << method << i;
      EXPECT_EQ(status(citizen()), rows[i].citizen) << method << i;
      EXPECT_EQ(status(staff({"case.read"})), rows[i].clerk) << method << i;
      EXPECT_EQ(status(staff({"case.examine"})), rows[i].examiner) << method << i;
    }
  }
}

TEST(need, staff_without_a_demanded_second_factor_are_told_to_set_it_up) {
  Router router;
  router.add(operation("GET", "/own", "own", {.kind = Need::Kind::signed_in}), [](const Request&) { return Reply{}; });
  router.add(operation("GET", "/work", "work", {.kind = Need::Kind::staff}), [](const Request&) { return Reply{}; });
  const auto ask = [&](const std::string& path) {
    Request request = request_of("GET", path);
    request.caller = staff({});
    request.caller.second_factor_missing = true;
    return router.handle(request);
  };
  EXPECT_EQ(ask("/own").status, 200);
  const Reply refused = ask("/work");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code_of(refused), "http.second_factor_missing");
}

TEST(forgery, needs_the_sessions_token_on_unsafe_methods) {
  Router router;
  router.add(operation("POST", "/x", "x"), [](const Request&) { return Reply{}; });
  Request request = request_of("POST", "/x");
  request.caller = citizen();
  EXPECT_EQ(code_of(router.handle(request)), "http.csrf_token");
  request.headers["x-csrf-token"] = "tokem";
  EXPECT_EQ(code_of(router.handle(request)), "http.csrf_token");
  request.headers["x-csrf-token"] = "token";
  EXPECT_EQ(router.handle(request).status, 200);
  request.caller.csrf_token = "";
  request.headers["x-csrf-token"] = "";
  EXPECT_EQ(router.handle(request).status, 403) << "an empty token protects nobody";
}

TEST(forgery, refuses_another_sites_request_even_before_sign_in) {
  Router router;
  router.add(operation("POST", "/x", "x"), [](const Request&) { return Reply{}; });
  router.add(operation("GET", "/x", "y"), [](const Request&) { return Reply{}; });
  Request request = request_of("POST", "/x");
  request.headers["origin"] = "http://two.example";
  EXPECT_EQ(code_of(router.handle(request)), "http.other_site");
  request.headers["origin"] = "http://one.example";
  EXPECT_EQ(router.handle(request).status, 200);
  request.headers["sec-fetch-site"] = "cross-site";
  EXPECT_EQ(router.handle(request).status, 403);
  request.method = "GET";
  EXPECT_EQ(router.handle(request).status, 200);
}

TEST(body, is_refused_when_too_large_or_of_another_type) {
  Router router;
  http::Operation upload = operation("PUT", "/file", "upload");
  upload.body_type = "application/octet-stream";
  upload.body_bytes_max = 4;
  router.add(upload, [](const Request&) { return Reply{}; });
  http::Operation json = operation("POST", "/json", "json");
  json.body_schema = http::schema_text<sample::Wish>();
  router.add(json, [](const Request&) { return Reply{}; });
  Request file = request_of("PUT", "/file");
  file.headers["content-type"] = "image/png";
  file.body = "12345";
  EXPECT_EQ(code_of(router.handle(file)), "http.body_too_large");
  file.body = "1234";
  EXPECT_EQ(router.handle(file).status, 200);
  Request text = request_of("POST", "/json");
  text.body = "{}";
  text.headers["content-type"] = "text/plain";
  EXPECT_EQ(router.handle(text).status, 415);
  EXPECT_EQ(code_of(router.handle(text)), "http.content_type");
  text.headers["content-type"] = "Application/JSON; charset=utf-8";
  EXPECT_EQ(router.handle(text).status, 200);
}

TEST(handler, that_throws_tells_the_sender_nothing_but_the_request_id) {
  Router router;
  router.add(operation("GET", "/fault", "fault"), [](const Request&) -> Reply { throw storage::Fault("disk secret"); });
  router.add(operation("GET", "/bug", "bug"), [](const Request&) -> Reply { throw base::Bug("secret"); });
  router.add(operation("GET", "/full", "full"),
             [](const Request&) -> Reply { throw storage::FullFault("disk secret"); });
  Request full = request_of("GET", "/full");
  const Reply no_room = router.handle(full);
  EXPECT_EQ(no_room.status, 507);
  EXPECT_EQ(code_of(no_room), "http.disk_full");
  EXPECT_THAT(no_room.body, testing::Not(HasSubstr("secret")));
  Request fault = request_of("GET", "/fault");
  const Reply unavailable = router.handle(fault);
  EXPECT_EQ(unavailable.status, 503);
  EXPECT_EQ(code_of(unavailable), "http.unavailable");
  EXPECT_EQ(header_of(unavailable, "Retry-After"), "2");
  EXPECT_THAT(unavailable.body, HasSubstr("req1"));
  EXPECT_THAT(unavailable.body, testing::Not(HasSubstr("secret")));
  Request bug = request_of("GET", "/bug");
  const Reply failed = router.handle(bug);
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(code_of(failed), "http.bug");
  EXPECT_THAT(failed.body, testing::Not(HasSubstr("secret")));
}

TEST(problem, has_the_shape_of_rfc_9457_in_the_readers_language) {
  Request request = request_of("GET", "/x");
  const base::Error error{.kind = base::Refusal::rule_not_met,
                          .code = "sample.no",
                          .message = {"不行", "no"},
                          .places = {{.path = "/a", .code = "sample.place", .message = {"此处", "here"}}}};
  const Reply zh = http::problem(error, request);
  EXPECT_EQ(zh.status, 409);
  EXPECT_EQ(zh.content_type, "application/problem+json");
  EXPECT_EQ(
      zh.body,
      R"({"type":"urn:yichuang:problem:sample.no","title":"与当前状态不符","status":409,"detail":"不行",)"
      R"("code":"sample.no","request_id":"req1","places":[{"path":"/a","code":"sample.place","message":"此处"}]})");
  request.language = http::Language::en;
  EXPECT_THAT(http::problem(error, request).body, HasSubstr(R"("detail":"no")"));
}

TEST(problem, maps_every_kind_of_refusal) {
  using base::Refusal;
  const std::map<Refusal, int> table = {
      {Refusal::invalid, 422},  {Refusal::unauthenticated, 401}, {Refusal::forbidden, 403}, {Refusal::not_found, 404},
      {Refusal::conflict, 409}, {Refusal::rule_not_met, 409},    {Refusal::stale, 412},     {Refusal::too_many, 429}};
  for (const auto& [kind, status] : table) EXPECT_EQ(http::status_of(kind), status);
  EXPECT_EQ(http::problem(base::Error{.code = "json.invalid", .message = {}}, {}).status, 400);
}

TEST(assets, are_served_with_tags_and_pages_stand_for_what_is_below) {
  Router router;
  router.serve_asset("/index.html", "<p>", "text/html; charset=utf-8", false);
  router.serve_asset("/app.js", "1", "text/javascript", true, "default-src 'none'");
  router.serve_page("/", "/index.html");
  Request script = request_of("GET", "/app.js");
  const Reply first = router.handle(script);
  EXPECT_EQ(first.body, "1");
  EXPECT_EQ(header_of(first, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header_of(first, "Content-Security-Policy"), "default-src 'none'");
  script.headers["if-none-match"] = header_of(first, "ETag");
  EXPECT_EQ(router.handle(script).status, 304);
  Request deep = request_of("GET", "/cases/7");
  EXPECT_EQ(router.handle(deep).body, "<p>");
  Request api = request_of("GET", "/api/v1/none");
  EXPECT_EQ(router.handle(api).status, 404);
  Request post = request_of("POST", "/cases/7");
  EXPECT_EQ(router.handle(post).status, 405);
  EXPECT_TRUE(router.serves_asset("/app.js"));
  EXPECT_FALSE(router.serves_asset("/cases/7"));
}

TEST(tagged, answers_304_to_who_has_it) {
  Request request = request_of("GET", "/x");
  const Reply first = http::tagged(request, "{}");
  EXPECT_EQ(first.status, 200);
  request.headers["if-none-match"] = "\"other\", W/" + header_of(first, "ETag");
  const Reply second = http::tagged(request, "{}");
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
  EXPECT_EQ(header_of(second, "ETag"), header_of(first, "ETag"));
  EXPECT_EQ(header_of(http::tagged(request, "{}", "v7"), "ETag"), "\"v7\"");
}

TEST(version_edited, reads_if_match) {
  Request request;
  EXPECT_EQ(http::version_edited(request).error().code, "http.version_missing");
  request.headers["if-match"] = "*";
  EXPECT_FALSE(http::version_edited(request).has_value());
  request.headers["if-match"] = "\"v7\"";
  EXPECT_EQ(http::version_edited(request).value(), "v7");
}

/// A router with one query and one command on a fresh database.
class Api : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) /
        ("yichuang_http_" + std::to_string(::getpid()) + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    auto opened = storage::open({.database = "sqlite:" + (folder_ / "test.db").string()});
    ASSERT_TRUE(opened.has_value());
    store_ = std::move(opened).value();
    ASSERT_TRUE(store_->migrate(storage::migrations()).has_value());
    http::Operation wish = operation("POST", "/api/v1/wishes", "wish");
    wish.answer_status = 201;
    http::command<sample::Wish, sample::Answer>(
        router_, *store_, wish,
        [this](storage::Transaction& t, const Request&, const sample::Wish& body) -> base::Result<sample::Answer> {
          ++runs_;
          const std::int64_t number = t.next_number("wishes");
          t.at_end([number](storage::Transaction& last) { last.add_receipt({"public", number + 40, "ab"}); });
          if (body.text == "no")
            return base::Error{.kind = base::Refusal::conflict, .code = "sample.no", .message = {"不行", "no"}};
          return sample::Answer{.text = body.text, .count = number};
        });
    http::query<sample::Answer>(router_, *store_, operation("GET", "/api/v1/wishes", "wishes"),
                                [](storage::Snapshot&, const Request&) -> base::Result<sample::Answer> {
                                  return sample::Answer{.text = "x", .count = 1};
                                });
    http::mount_system(router_, *store_, "1.2.3");
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Reply post(std::string key, std::string body) {
    Request request = request_of("POST", "/api/v1/wishes");
    request.headers["content-type"] = "application/json";
    if (!key.empty()) request.headers["idempotency-key"] = std::move(key);
    request.body = std::move(body);
    request.at = {1'764'000'000'000'000};
    return router_.handle(request);
  }
  Reply get(std::string path) {
    Request request = request_of("GET", std::move(path));
    request.remote = "127.0.0.1";
    return router_.handle(request);
  }

  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
  Router router_;
  int runs_ = 0;
};

TEST_F(Api, runs_a_command_once_however_often_it_is_sent) {
  const Reply first = post("k1", R"({"text":"a"})");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.body, R"({"text":"a","count":1})");
  const Reply again = post("k1", R"({"text":"a"})");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(header_of(again, "Idempotent-Replayed"), "true");
  for (const Reply* reply : {&first, &again}) {
    EXPECT_EQ(header_of(*reply, "Log-Index"), "41");
    EXPECT_EQ(header_of(*reply, "Log-Leaf-Hash"), "ab");
    EXPECT_EQ(header_of(*reply, "Log-Receipts"), "public/41/ab");
  }
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(post("k2", R"({"text":"a"})").body, R"({"text":"a","count":2})");
}

TEST_F(Api, refuses_a_missing_an_overlong_and_a_reused_key) {
  EXPECT_EQ(post("", R"({"text":"a"})").status, 400);
  EXPECT_EQ(code_of(post("", R"({"text":"a"})")), "http.key_missing");
  EXPECT_EQ(code_of(post(std::string(300, 'k'), R"({"text":"a"})")), "http.key_invalid");
  EXPECT_EQ(post("k1", R"({"text":"a"})").status, 201);
  const Reply other = post("k1", R"({"text":"b"})");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(code_of(other), "storage.key_reused");
}

TEST_F(Api, forgets_a_refused_command) {
  EXPECT_EQ(post("k1", R"({"text":"no"})").status, 409);
  EXPECT_EQ(post("k2", R"({"text":"a"})").body, R"({"text":"a","count":1})") << "the number was taken back";
}

TEST_F(Api, tells_the_places_at_fault) {
  const Reply reply = post("k1", R"({"txt":1})");
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, HasSubstr(R"("path":"/txt","code":"http.field_unknown")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("path":"/text","code":"http.field_missing")"));
  EXPECT_EQ(post("k1", "{").status, 400);
}

TEST_F(Api, answers_queries_with_a_tag) {
  const Reply reply = get("/api/v1/wishes");
  EXPECT_EQ(reply.body, R"({"text":"x","count":1})");
  EXPECT_NE(header_of(reply, "ETag"), "");
}

TEST_F(Api, describes_every_route_and_nothing_else) {
  auto document = feel::parse_json(get("/openapi.json").body);
  ASSERT_TRUE(document.has_value());
  const feel::Context& root = document->as_context();
  EXPECT_EQ(root.find("openapi")->as_string(), "3.1.0");
  std::set<std::string> described;
  for (const auto& [path, methods] : root.find("paths")->as_context().entries()) {
    for (const auto& [method, content] : methods.as_context().entries())
      described.insert(content.as_context().find("operationId")->as_string());
  }
  std::set<std::string> known;
  for (const http::Operation& one : router_.operations()) known.insert(one.id);
  EXPECT_EQ(described, known);
  const std::string text = get("/openapi.json").body;
  EXPECT_THAT(text, HasSubstr(R"("sample.Wish":{"type":"object")"));
  EXPECT_THAT(text, HasSubstr(R"(#/components/schemas/sample.Answer)"));
  EXPECT_THAT(text, HasSubstr(R"("name":"Idempotency-Key")"));
  EXPECT_THAT(text, testing::Not(HasSubstr("$defs")));
  EXPECT_EQ(text, router_.openapi("1.2.3"));
}

TEST_F(Api, answers_for_its_health_and_figures) {
  EXPECT_EQ(get("/healthz").body, R"({"status":"ok","version":"1.2.3"})");
  EXPECT_EQ(get("/readyz").status, 200);
  get("/nowhere");
  const std::string metrics = get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("process_resident_memory_bytes"));
  EXPECT_THAT(metrics, HasSubstr(R"(yichuang_request_seconds_count{operation="healthz",status="2xx"})"));
  EXPECT_THAT(metrics, HasSubstr(R"(yichuang_request_seconds_bucket{operation="none",status="4xx",le="+Inf"})"));
  Request far = request_of("GET", "/metrics");
  far.remote = "192.0.2.1";
  EXPECT_EQ(router_.handle(far).status, 404);
  EXPECT_THAT(get("/api-docs").body, HasSubstr("/api-docs.js"));
}

}  // namespace
