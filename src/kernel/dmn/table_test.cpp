#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boxed_compiler.h"
#include "kernel/dmn/dmn.h"
#include "testing.h"

namespace {

using ::testing::ElementsAre;
using namespace dmn::testing;

struct Row {
  std::string test;
  std::string output;
  std::string remark = {};
};

/// A table over the number `area`, with one output column.
std::string table(std::string_view attributes, std::string_view output, const std::vector<Row>& rows) {
  std::string xml = "<decisionTable " + std::string(attributes) +
                    "><input><inputExpression typeRef='number'><text>area</text></inputExpression></input>" +
                    std::string(output) + "<annotation name='basis'/>";
  int number = 0;
  for (const Row& row : rows)
    xml += "<rule id='row" + std::to_string(++number) + "'><inputEntry><text>" + row.test +
           "</text></inputEntry><outputEntry><text>" + row.output + "</text></outputEntry><annotationEntry><text>" +
           row.remark + "</text></annotationEntry></rule>";
  return xml + "</decisionTable>";
}

dmn::Outcome judged(const std::string& logic, int area) {
  const auto compiled =
      dmn::compile(sources(model(input("area", "number") + decision("class", needs_input("area") + logic))));
  EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error().places.at(0).message.en);
  if (!compiled) return {};
  return *dmn::evaluate(**compiled, "class", feel::Context({{"area", feel::Value(area)}}), {});
}

std::string code_of(const dmn::Outcome& outcome) {
  return outcome.diagnostics.empty() ? "" : outcome.diagnostics.front().what.code;
}

TEST(table, unique_gives_the_one_row_and_tells_its_legal_basis) {
  const std::string logic = table("hitPolicy='UNIQUE'", "<output/>",
                                  {{"&lt;= 150", "\"small\"", "rule 1"}, {"&gt; 150", "\"large\"", "rule 2"}});
  const dmn::Outcome outcome = judged(logic, 200);
  EXPECT_EQ(outcome.value, feel::Value("large"));
  ASSERT_EQ(outcome.matches.size(), 1u);
  EXPECT_EQ(outcome.matches[0].row->decision, "class");
  EXPECT_EQ(outcome.matches[0].row->rule_id, "row2");
  EXPECT_EQ(outcome.matches[0].row->number, 2);
  EXPECT_THAT(outcome.matches[0].row->annotations, ElementsAre("rule 2"));
}

TEST(table, unique_with_two_matching_rows_is_null_and_says_which) {
  const dmn::Outcome outcome = judged(table("", "<output/>", {{"&gt; 1", "1"}, {"&gt; 2", "2"}}), 5);
  EXPECT_TRUE(outcome.value.is_null());
  EXPECT_EQ(code_of(outcome), "dmn.rows_overlap");
  EXPECT_EQ(outcome.matches.size(), 2u);
}

TEST(table, first_stops_at_the_first_matching_row) {
  EXPECT_EQ(judged(table("hitPolicy='FIRST'", "<output/>", {{"&gt; 9", "1"}, {"-", "2"}, {"-", "3"}}), 5).value,
            feel::Value(2));
}

TEST(table, any_demands_that_matching_rows_agree) {
  EXPECT_EQ(judged(table("hitPolicy='ANY'", "<output/>", {{"-", "1"}, {"5", "1"}}), 5).value, feel::Value(1));
  EXPECT_EQ(code_of(judged(table("hitPolicy='ANY'", "<output/>", {{"-", "1"}, {"5", "2"}}), 5)), "dmn.rows_disagree");
}

TEST(table, priority_and_output_order_follow_the_output_values) {
  const std::string_view output = "<output><outputValues><text>\"high\",\"low\"</text></outputValues></output>";
  const std::vector<Row> rows = {{"-", "\"low\""}, {"&gt; 1", "\"high\""}};
  EXPECT_EQ(judged(table("hitPolicy='PRIORITY'", output, rows), 5).value, feel::Value("high"));
  EXPECT_EQ(judged(table("hitPolicy='OUTPUT ORDER'", output, rows), 5).value,
            feel::Value(feel::List{feel::Value("high"), feel::Value("low")}));
}

TEST(table, collect_lists_or_aggregates) {
  const std::vector<Row> rows = {{"-", "10"}, {"&gt; 1", "30"}, {"&gt; 2", "20"}, {"&gt; 99", "1"}};
  EXPECT_EQ(judged(table("hitPolicy='COLLECT'", "<output/>", rows), 5).value,
            feel::Value(feel::List{feel::Value(10), feel::Value(30), feel::Value(20)}));
  EXPECT_EQ(judged(table("hitPolicy='COLLECT' aggregation='SUM'", "<output/>", rows), 5).value, feel::Value(60));
  EXPECT_EQ(judged(table("hitPolicy='COLLECT' aggregation='COUNT'", "<output/>", rows), 5).value, feel::Value(3));
  EXPECT_EQ(judged(table("hitPolicy='COLLECT' aggregation='MIN'", "<output/>", rows), 5).value, feel::Value(10));
  EXPECT_EQ(judged(table("hitPolicy='COLLECT' aggregation='MAX'", "<output/>", rows), 5).value, feel::Value(30));
}

TEST(table, aggregation_needs_numbers_or_comparable_values) {
  const std::vector<Row> rows = {{"-", "1"}, {"-", "\"x\""}};
  EXPECT_EQ(code_of(judged(table("hitPolicy='COLLECT' aggregation='SUM'", "<output/>", rows), 5)), "dmn.not_numbers");
  EXPECT_EQ(code_of(judged(table("hitPolicy='COLLECT' aggregation='MAX'", "<output/>", rows), 5)),
            "dmn.not_comparable");
}

TEST(table, without_a_match_gives_the_default_or_nothing) {
  EXPECT_EQ(
      judged(table("", "<output><defaultOutputEntry><text>7</text></defaultOutputEntry></output>", {{"1", "1"}}), 5)
          .value,
      feel::Value(7));
  EXPECT_TRUE(judged(table("", "<output/>", {{"1", "1"}}), 5).value.is_null());
  EXPECT_EQ(judged(table("hitPolicy='COLLECT'", "<output/>", {{"1", "1"}}), 5).value, feel::Value(feel::List()));
}

TEST(table, values_outside_the_declared_ones_are_null_with_a_reason) {
  const std::string logic =
      "<decisionTable><input><inputExpression><text>area</text></inputExpression><inputValues><text>[0..10]</text>"
      "</inputValues></input><output><outputValues><text>1,2</text></outputValues></output>"
      "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>3</text></outputEntry></rule></decisionTable>";
  EXPECT_EQ(code_of(judged(logic, 11)), "dmn.input_not_allowed");
  EXPECT_EQ(code_of(judged(logic, 5)), "dmn.output_not_allowed");
}

TEST(table, several_outputs_make_a_context) {
  const std::string logic =
      "<decisionTable><output name='fee'/><output name='days'/>"
      "<rule><outputEntry><text>0</text></outputEntry><outputEntry><text>20</text></outputEntry></rule>"
      "</decisionTable>";
  EXPECT_EQ(judged(logic, 1).value, feel::Value(feel::Context({{"fee", feel::Value(0)}, {"days", feel::Value(20)}})));
}

TEST(split_values, keeps_quotes_and_brackets_together) {
  EXPECT_THAT(dmn::split_values("\"a,b\", [1,2], max(1,2),3"), ElementsAre("\"a,b\"", "[1,2]", "max(1,2)", "3"));
}

}  // namespace
