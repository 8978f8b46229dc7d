#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/describe.h"

namespace sample {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Party {
  std::string name;
  std::optional<int> shares;
};
BOOST_DESCRIBE_STRUCT(Party, (), (name, shares))

struct Visit {
  std::string reason;
  std::optional<calendar::Date> on;
  std::int64_t fee_fen = 0;
  bool urgent = false;
  Colour colour = Colour::red;
  std::vector<Party> parties;
  std::map<std::string, int> counts;
  base::Id place;
  base::Instant at;
  feel::Context answers;
  feel::Value extra;
  std::optional<double> share;
};
BOOST_DESCRIBE_STRUCT(Visit, (),
                      (reason, on, fee_fen, urgent, colour, parties, counts, place, at, answers, extra, share))

struct Tree {
  base::Text label;
  std::vector<Tree> branches = {};
  std::optional<base::Id> owner = {};
};
BOOST_DESCRIBE_STRUCT(Tree, (), (label, branches, owner))

struct One {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(One, (), (text))

}  // namespace sample

namespace {

using http::Language;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string id_text = base::to_text(base::make_id({1'764'000'000'000'000}, 7));

std::string visit_json() {
  return R"({"reason":"试营业","on":"2026-11-24","fee_fen":1200,"urgent":true,"colour":"green",)"
         R"("parties":[{"name":"甲","shares":60},{"name":"乙"}],"counts":{"a":1,"b":2},"place":")" +
         id_text +
         R"(","at":"2026-11-24T09:30:00+08:00","answers":{"area":86.50,"note":null},"extra":[1,"x"],"share":0.25})";
}

/// "path code" of every place at fault.
template <class T>
std::vector<std::string> faults(std::string_view json) {
  const auto result = http::read<T>(json, Language::zh);
  std::vector<std::string> out;
  if (result) return out;
  for (const base::Place& place : result.error().places) {
    EXPECT_FALSE(place.message.zh.empty());
    EXPECT_FALSE(place.message.en.empty());
    out.push_back(place.path + " " + place.code);
  }
  if (out.empty()) out.push_back(result.error().code);
  return out;
}

TEST(read, fills_every_kind_of_member) {
  auto visit = http::read<sample::Visit>(visit_json(), Language::zh);
  ASSERT_TRUE(visit.has_value());
  EXPECT_EQ(visit->reason, "试营业");
  EXPECT_EQ(calendar::to_text(*visit->on), "2026-11-24");
  EXPECT_EQ(visit->fee_fen, 1200);
  EXPECT_EQ(visit->colour, sample::Colour::green);
  ASSERT_EQ(visit->parties.size(), 2u);
  EXPECT_EQ(visit->parties[0].shares, 60);
  EXPECT_FALSE(visit->parties[1].shares.has_value());
  EXPECT_EQ(visit->counts.at("b"), 2);
  EXPECT_EQ(base::to_text(visit->place), id_text);
  EXPECT_EQ(visit->at.us, (calendar::parse_date("2026-11-24")->days * 86'400 + 90 * 60) * 1'000'000);
  EXPECT_EQ(feel::to_json(visit->answers.find("area") ? *visit->answers.find("area") : feel::Value()), "86.5");
  EXPECT_EQ(visit->share, 0.25);
}

TEST(read, gives_back_what_was_written) {
  const auto first = http::read<sample::Visit>(visit_json(), Language::zh);
  ASSERT_TRUE(first.has_value());
  const std::string json = http::write(*first, Language::zh);
  const auto second = http::read<sample::Visit>(json, Language::zh);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(http::write(*second, Language::en), json);
}

TEST(read, tells_all_faults_at_once_each_with_its_place) {
  EXPECT_THAT(
      faults<sample::Visit>(R"({"reason":7,"on":"2026-02-30","fee_fen":1.5,"urgent":"yes","colour":"blue",)"
                            R"("parties":[{"name":"甲"},{"shares":99999999999}],"counts":{"a/b":"x"},"place":"o0",)"
                            R"("at":"2026-11-24T09:30:00","answers":[],"surplus":1})"),
      ElementsAre("/surplus http.field_unknown", "/reason http.field_type", "/on http.date_invalid",
                  "/fee_fen http.field_type", "/urgent http.field_type", "/colour http.enum_unknown",
                  "/parties/1/name http.field_missing", "/parties/1/shares http.number_out_of_range",
                  "/counts/a~1b http.field_type", "/place http.id_invalid", "/at http.instant_invalid",
                  "/answers http.field_type"));
}

TEST(read, takes_absent_and_null_alike_for_optional_members_only) {
  EXPECT_THAT(faults<sample::Party>(R"({"name":"甲","shares":null})"), ElementsAre());
  EXPECT_THAT(faults<sample::Party>(R"({"name":null})"), ElementsAre("/name http.field_missing"));
  EXPECT_THAT(faults<sample::Party>("{}"), ElementsAre("/name http.field_missing"));
}

TEST(read, counts_characters_and_not_bytes) {
  std::string fits;
  for (std::size_t i = 0; i < http::text_length_max; ++i) fits += "字";
  EXPECT_THAT(faults<sample::One>(R"({"text":")" + fits + R"("})"), ElementsAre());
  EXPECT_THAT(faults<sample::One>(R"({"text":")" + fits + R"(字"})"), ElementsAre("/text http.text_too_long"));
}

TEST(read, refuses_control_characters) {
  EXPECT_THAT(faults<sample::One>(R"({"text":"a\u0000b"})"), ElementsAre("/text http.text_invalid"));
  EXPECT_THAT(faults<sample::One>(R"({"text":"a\nb"})"), ElementsAre());
}

TEST(read, refuses_a_list_that_is_too_long) {
  std::string list = "[0";
  for (std::size_t i = 0; i < http::list_items_max; ++i) list += ",0";
  EXPECT_THAT(faults<std::vector<int>>(list + "]"), ElementsAre(" http.list_too_long"));
}

TEST(read, tells_no_more_places_than_help) {
  std::string json = "{\"text\":\"\"";
  for (std::size_t i = 0; i < 3 * http::places_max; ++i) json += ",\"k" + std::to_string(i) + "\":0";
  EXPECT_EQ(faults<sample::One>(json + "}").size(), http::places_max);
}

TEST(read, refuses_what_is_no_json) {
  EXPECT_THAT(faults<sample::One>(R"({"text":"a","text":"b"})"), ElementsAre(" json.key_twice"));
  EXPECT_THAT(faults<sample::One>("{\"text\":\"\xff\"}"), ElementsAre("http.text_not_utf8"));
  EXPECT_THAT(faults<sample::One>(R"({"text":)"), ElementsAre(" json.invalid"));
  EXPECT_THAT(faults<sample::One>(""), ElementsAre(" json.invalid"));
  EXPECT_THAT(faults<sample::One>(std::string(100, '[') + std::string(100, ']')), ElementsAre(" json.too_deep"));
  EXPECT_THAT(faults<sample::One>('"' + std::string(http::body_json_bytes_max, ' ') + '"'),
              ElementsAre("json.too_large"));
}

TEST(read, keeps_long_names_of_the_sender_short) {
  const auto result = http::read<sample::One>(R"({"text":"",")" + std::string(5000, 'x') + R"(":1})", Language::zh);
  ASSERT_FALSE(result.has_value());
  EXPECT_LT(result.error().places.at(0).path.size(), 100u);
}

TEST(read, knows_moments_of_rfc_3339) {
  const auto moment = [](std::string_view text) {
    return http::read<base::Instant>('"' + std::string(text) + '"', Language::zh);
  };
  EXPECT_EQ(moment("1970-01-01T08:00:00.25+08:00").value().us, 250'000);
  EXPECT_EQ(moment("1969-12-31T23:59:60Z").value().us, -1'000'000);
  for (const char* wrong :
       {"1970-01-01 00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00",
        "1970-01-01T00:00:00+8:00", "1970-13-01T00:00:00Z", "1970-01-01T00-00-00Z"})
    EXPECT_EQ(moment(wrong).error().places.at(0).code, "http.instant_invalid") << wrong;
}

TEST(write, speaks_the_readers_language_and_leaves_out_what_is_absent) {
  sample::Tree tree{.label = {"总局", "bureau"}, .branches = {{.label = {"窗口", "window"}}}};
  EXPECT_EQ(http::write(tree, Language::zh), R"({"label":"总局","branches":[{"label":"窗口","branches":[]}]})");
  EXPECT_EQ(http::write(tree, Language::en), R"({"label":"bureau","branches":[{"label":"window","branches":[]}]})");
  tree.owner = base::Id{};
  EXPECT_THAT(http::write(tree, Language::zh), testing::Not(HasSubstr("owner")));
  EXPECT_EQ(http::write(base::Id{}, Language::zh), "null");
}

TEST(write, escapes_text) {
  EXPECT_EQ(http::write(std::string("a\"b\\c\n\x01"), Language::zh), R"("a\"b\\c\n\u0001")");
}

TEST(schema, names_described_types_and_ends_on_recursion) {
  const std::string tree = http::schema_text<sample::Tree>();
  EXPECT_EQ(tree, R"({"$ref":"#/$defs/sample.Tree","$defs":{"sample.Tree":{"type":"object","properties":{"label":)"
                  R"({"type":"string"},"branches":{"type":"array","items":{"$ref":"#/$defs/sample.Tree"}},"owner":)"
                  R"({"anyOf":[{"type":"string","pattern":"^[0-9a-hjkmnp-tv-z]{13}$"},{"type":"null"}]}},)"
                  R"("required":["label","branches"],"additionalProperties":false}}})");
}

TEST(schema, is_json_for_every_kind_of_member) {
  auto schema = feel::parse_json(http::schema_text<sample::Visit>());
  ASSERT_TRUE(schema.has_value());
  const feel::Context& named = schema->as_context().find("$defs")->as_context();
  EXPECT_TRUE(named.find("sample.Visit") && named.find("sample.Party") && named.find("sample.Colour"));
  EXPECT_THAT(feel::to_json(*named.find("sample.Colour")), HasSubstr(R"("enum":["red","green"])"));
}

TEST(component_name, is_the_same_from_both_compilers) {
  EXPECT_EQ(
      http::component_name("std::string http::component_name_of() [with T = http::Page<a::{anonymous}::B>; std::string "
                           "= std::__cxx11::basic_string<char>]"),
      "Page_a.B");
  EXPECT_EQ(http::component_name("std::string http::component_name_of() [T = http::Page<a::(anonymous namespace)::B>]"),
            "Page_a.B");
}

}  // namespace
