#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/dmn/dmn.h"
#include "testing.h"

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace dmn::testing;

/// A table over `area` and `kind`; each row is the two tests.
std::vector<dmn::Finding> findings(std::string_view policy,
                                   const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string xml = "<decisionTable hitPolicy='" + std::string(policy) +
                    "'><input><inputExpression><text>area</text></inputExpression></input><input><inputExpression>"
                    "<text>kind</text></inputExpression><inputValues><text>\"shop\",\"canteen\"</text></inputValues>"
                    "</input><output/>";
  for (const auto& [area, kind] : rows)
    xml += "<rule><inputEntry><text>" + area + "</text></inputEntry><inputEntry><text>" + kind +
           "</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>";
  const auto compiled =
      dmn::compile(sources(model(input("area", "number") + input("kind", "string") +
                                 decision("d", needs_input("area") + needs_input("kind") + xml + "</decisionTable>"))));
  EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error().places.at(0).message.en);
  return compiled ? dmn::analyse(**compiled) : std::vector<dmn::Finding>{};
}

std::vector<std::string> sentences(const std::vector<dmn::Finding>& found) {
  std::vector<std::string> texts;
  for (const dmn::Finding& finding : found) texts.push_back(finding.message.en);
  return texts;
}

TEST(analyse, says_nothing_of_a_complete_table) {
  EXPECT_THAT(
      findings("UNIQUE",
               {{"&lt; 50", "-"}, {"&gt;= 50", "\"shop\""}, {"[50..100]", "\"canteen\""}, {"&gt; 100", "\"canteen\""}}),
      IsEmpty());
}

TEST(analyse, finds_the_gap_between_limits) {
  EXPECT_THAT(sentences(findings("UNIQUE", {{"&lt; 50", "-"}, {"&gt; 50", "\"shop\""}, {"&gt; 60", "\"canteen\""}})),
              ElementsAre("no row covers: area 50, kind any value",
                          "no row covers: area above 50 and at most 60, kind \"canteen\""));
}

TEST(analyse, finds_overlapping_rows) {
  const auto found = findings("UNIQUE", {{"&lt;= 50", "-"}, {"&gt;= 50", "-"}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, dmn::Finding::Kind::overlap);
  EXPECT_THAT(found[0].rows, ElementsAre(1, 2));
}

TEST(analyse, finds_rows_that_can_never_match) {
  const auto empty = findings("UNIQUE", {{"-", "-"}, {"-", "not(\"shop\",\"canteen\")"}});
  ASSERT_EQ(empty.size(), 1u);
  EXPECT_EQ(empty[0].kind, dmn::Finding::Kind::never_matches);
  const auto hidden = findings("FIRST", {{"&lt; 50", "-"}, {"-", "-"}, {"&gt; 70", "\"shop\""}});
  ASSERT_EQ(hidden.size(), 1u);
  EXPECT_THAT(hidden[0].rows, ElementsAre(3));
}

TEST(analyse, claims_nothing_about_tests_on_other_values) {
  EXPECT_THAT(findings("UNIQUE", {{"area + 1", "-"}, {"&gt; 50", "-"}}), IsEmpty());
}

/// A table over `kind`, which may be any value of its type; each row is its test.
std::vector<std::string> of_one_column(const std::string& type, const std::vector<std::string>& rows) {
  std::string xml = "<decisionTable><input><inputExpression><text>kind</text></inputExpression></input><output/>";
  for (const std::string& row : rows)
    xml += "<rule><inputEntry><text>" + row + "</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>";
  const auto compiled =
      dmn::compile(sources(model(input("kind", type) + decision("d", needs_input("kind") + xml + "</decisionTable>"))));
  EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error().places.at(0).message.en);
  return compiled ? sentences(dmn::analyse(**compiled)) : std::vector<std::string>{};
}

TEST(analyse, knows_that_a_boolean_is_true_or_false_however_often_they_are_named) {
  EXPECT_THAT(of_one_column("boolean", {"true", "false", "not(true)", "not(false)"}),
              ElementsAre("rows 1 and 4 can match together, but the table allows only one",
                          "rows 2 and 3 can match together, but the table allows only one"));
  EXPECT_THAT(of_one_column("boolean", {"false", "true"}), IsEmpty());
  EXPECT_THAT(of_one_column("boolean", {"true"}), ElementsAre("no row covers: kind any other value"));
}

TEST(analyse, tells_a_gap_among_strings_once) {
  EXPECT_THAT(of_one_column("string", {"\"b\"", "\"a\"", "\"c\""}), ElementsAre("no row covers: kind any other value"));
  EXPECT_THAT(of_one_column("string", {"\"b\"", "not(\"b\")"}), IsEmpty());
  EXPECT_THAT(of_one_column("string", {"[\"a\"..\"c\"]", "&gt; \"c\""}),
              ElementsAre("no row covers: kind below \"a\""));
}

TEST(analyse, finds_a_range_that_runs_backwards) {
  EXPECT_THAT(of_one_column("number", {"[5..1]", "-"}), ElementsAre("the tests of row 1 can never hold"));
}

TEST(analyse, claims_nothing_of_times_that_can_not_be_compared) {
  EXPECT_THAT(of_one_column("time", {"&lt; @\"10:00:00\"", "&gt;= @\"10:00:00Z\"", "@\"11:00:00\""}), IsEmpty());
}

TEST(analyse, says_when_a_table_is_too_large_and_comes_to_an_end) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (int row = 0; row < 3'000; ++row)
    rows.emplace_back("[" + std::to_string(row) + ".." + std::to_string(row + 1) + ")", "not(\"shop\")");
  const auto found = findings("UNIQUE", rows);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.back().kind, dmn::Finding::Kind::not_judged);
  EXPECT_EQ(found.front().kind, dmn::Finding::Kind::gap);
  for (int row = 3'000; row < 20'000; ++row)
    rows.emplace_back("[" + std::to_string(row) + ".." + std::to_string(row + 1) + ")", "-");
  const auto larger = findings("UNIQUE", rows);
  ASSERT_EQ(larger.size(), 1u);
  EXPECT_EQ(larger[0].kind, dmn::Finding::Kind::not_judged);
}

}  // namespace
