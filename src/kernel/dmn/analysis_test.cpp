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

}  // namespace
