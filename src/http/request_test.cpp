#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "http/http.h"
#include "request.h"

namespace {

using http::Language;
using http::Request;

TEST(target, is_split_and_decoded) {
  Request request;
  ASSERT_TRUE(http::read_target("/api/v1/%E7%AA%97/x?q=%E9%A4%90+%E9%A6%86&empty=&flag", request));
  EXPECT_EQ(request.path, "/api/v1/窗/x");
  EXPECT_EQ(request.query_value("q"), "餐 馆");
  EXPECT_EQ(request.query_value("empty"), "");
  EXPECT_TRUE(request.query.contains("flag"));
}

TEST(target, refuses_what_can_be_read_in_two_ways) {
  for (const char* target :
       {"", "x", "http://host/x", "*", "/a/../b", "/a/./b", "/%2e%2e/b", "/a%2Fb", "/a%5Cb", "/a\\b", "/a%00b",
        "/a%zzb", "/a%4", "/a%", "/%ff", "/a?x=%00", "/a?x=%f", "/a?x=1&x=2", "/a%0d%0ab"}) {
    Request request;
    const auto result = http::read_target(target, request);
    ASSERT_FALSE(result.has_value()) << target;
    EXPECT_EQ(result.error().code, "http.target_invalid") << target;
  }
}

TEST(target, has_a_limit) {
  Request request;
  EXPECT_FALSE(http::read_target('/' + std::string(http::target_bytes_max, 'a'), request).has_value());
}

TEST(language, is_asked_for_by_query_then_cookie_then_header) {
  Request request;
  EXPECT_EQ(http::language_of(request), Language::zh);
  request.headers["accept-language"] = "fr;q=0.9, en-US;q=0.8, zh;q=0.2";
  EXPECT_EQ(http::language_of(request), Language::en);
  request.headers["cookie"] = "a=b; yichuang_lang=zh";
  EXPECT_EQ(http::language_of(request), Language::zh);
  request.query["lang"] = "en";
  EXPECT_EQ(http::language_of(request), Language::en);
  request = {};
  request.headers["accept-language"] = "en;q=abc, zh-CN";
  EXPECT_EQ(http::language_of(request), Language::zh);
}

TEST(cookie, is_found_by_its_whole_name) {
  Request request;
  request.headers["cookie"] = "xyichuang_session=no; yichuang_session=yes;b=";
  EXPECT_EQ(request.cookie("yichuang_session"), "yes");
  EXPECT_EQ(request.cookie("b"), "");
  EXPECT_EQ(request.cookie("c"), "");
}

TEST(session, has_the_host_bound_name_behind_tls) {
  Request request;
  request.headers["cookie"] = "yichuang_session=plain; __Host-yichuang_session=bound";
  EXPECT_EQ(http::session_token(request), "plain");
  request.secure = true;
  EXPECT_EQ(http::session_token(request), "bound");
  http::Reply reply;
  http::set_session(reply, request, "t", 60);
  EXPECT_EQ(reply.headers.at(0).second,
            "__Host-yichuang_session=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
  http::Reply cleared;
  http::clear_session(cleared, request);
  EXPECT_EQ(cleared.headers.at(0).second,
            "__Host-yichuang_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure");
}

TEST(site, is_foreign_by_origin_or_fetch_metadata) {
  Request request;
  request.headers["host"] = "one.example:8080";
  EXPECT_FALSE(http::from_another_site(request));
  request.headers["origin"] = "http://one.example:8080";
  EXPECT_FALSE(http::from_another_site(request));
  for (const char* origin : {"http://two.example", "http://one.example", "null", "file://"}) {
    request.headers["origin"] = origin;
    EXPECT_TRUE(http::from_another_site(request)) << origin;
  }
  request.headers.erase("origin");
  for (const char* site : {"cross-site", "same-site"}) {
    request.headers["sec-fetch-site"] = site;
    EXPECT_TRUE(http::from_another_site(request)) << site;
  }
  request.headers["sec-fetch-site"] = "same-origin";
  EXPECT_FALSE(http::from_another_site(request));
}

TEST(address, is_taken_from_the_configured_proxy_only) {
  Request request;
  request.remote = "10.0.0.1";
  request.headers["x-forwarded-for"] = "6.6.6.6, 192.0.2.7";
  EXPECT_EQ(http::client_address(request, ""), "10.0.0.1");
  EXPECT_EQ(http::client_address(request, "10.0.0.2"), "10.0.0.1");
  EXPECT_EQ(http::client_address(request, "10.0.0.1"), "192.0.2.7");
  request.headers["x-forwarded-for"] = "<script>";
  EXPECT_EQ(http::client_address(request, "10.0.0.1"), "10.0.0.1");
}

TEST(equal_constant_time, compares) {
  EXPECT_TRUE(http::equal_constant_time("abc", "abc"));
  EXPECT_FALSE(http::equal_constant_time("abc", "abd"));
  EXPECT_FALSE(http::equal_constant_time("abc", "ab"));
}

TEST(request, makes_ids_that_differ_within_one_millisecond) {
  Request request;
  request.at = {1'764'000'000'000'000};
  std::set<std::int64_t> seen;
  for (int i = 0; i < 100'000; ++i) seen.insert(request.make_id().number);
  EXPECT_EQ(seen.size(), 100'000u);
}

TEST(request, answers_not_found_for_a_parameter_that_is_no_id) {
  Request request;
  request.parameters["case"] = "zzz";
  EXPECT_EQ(request.id("case").error().kind, base::Refusal::not_found);
  EXPECT_EQ(request.id("other").error().code, "http.not_found");
}

TEST(security_headers, stand_on_every_reply_and_keep_what_the_handler_set) {
  Request request;
  request.request_id = "r1";
  http::Reply reply{.headers = {{"content-security-policy", "own"}}};
  http::add_security_headers(reply, request);
  std::map<std::string, std::string> headers(reply.headers.begin(), reply.headers.end());
  EXPECT_EQ(headers.at("content-security-policy"), "own");
  EXPECT_FALSE(headers.contains("Content-Security-Policy"));
  EXPECT_EQ(headers.at("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(headers.at("X-Request-Id"), "r1");
  EXPECT_FALSE(headers.contains("Strict-Transport-Security"));
  request.secure = true;
  http::Reply secure;
  http::add_security_headers(secure, request);
  headers = {secure.headers.begin(), secure.headers.end()};
  EXPECT_EQ(headers.at("Strict-Transport-Security"), "max-age=31536000");
  EXPECT_TRUE(headers.at("Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
  EXPECT_TRUE(headers.at("Content-Security-Policy").find("unsafe") == std::string::npos);
}

TEST(throttle, lets_the_burst_pass_and_then_the_rate) {
  http::Throttle throttle({.per_second = 2, .burst = 3, .keys_max = 10});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(throttle.take("a", 100).has_value());
  EXPECT_EQ(throttle.take("a", 100), 1);
  EXPECT_FALSE(throttle.take("b", 100).has_value());
  EXPECT_FALSE(throttle.take("a", 100.5).has_value());
  EXPECT_TRUE(throttle.take("a", 100.5).has_value());
}

TEST(throttle, says_how_long_to_wait) {
  http::Throttle throttle({.per_second = 0.1, .burst = 1});
  EXPECT_FALSE(throttle.take("a", 0).has_value());
  EXPECT_EQ(throttle.take("a", 0), 10);
  Request request;
  const http::Reply reply = http::too_many(request, 10);
  EXPECT_EQ(reply.status, 429);
  EXPECT_NE(
      std::find(reply.headers.begin(), reply.headers.end(), std::pair<std::string, std::string>("Retry-After", "10")),
      reply.headers.end());
}

TEST(throttle, remembers_a_busy_key_among_many_others) {
  http::Throttle throttle({.per_second = 0.001, .burst = 1, .keys_max = 100});
  EXPECT_FALSE(throttle.take("busy", 0).has_value());
  for (int i = 0; i < 10'000; ++i) {
    throttle.take("k" + std::to_string(i), 0);
    if (i % 20 == 0) {
      EXPECT_TRUE(throttle.take("busy", 0).has_value());
    }
  }
}

TEST(throttle, is_off_at_rate_zero) {
  http::Throttle throttle({});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(throttle.take("a").has_value());
}

}  // namespace
