#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing.h"

namespace {

using namespace dmn::testing;
using dmn::Change;
using testing::ElementsAre;

std::string row(std::string_view id, std::string_view test, std::string_view outcome, std::string_view basis = "") {
  return "<rule id=\"" + std::string(id) + "\"><inputEntry id=\"in_" + std::string(id) + "\"><text>" +
         std::string(test) + "</text></inputEntry><outputEntry><text>" + std::string(outcome) +
         "</text></outputEntry><annotationEntry><text>" + std::string(basis) + "</text></annotationEntry></rule>";
}
std::string fees(const std::string& rows, std::string_view policy = "FIRST") {
  return model(input("area", "number") +
               decision("fee",
                        needs_input("area") + "<decisionTable hitPolicy=\"" + std::string(policy) +
                            "\"><input><inputExpression><text>area</text></inputExpression></input><output/>"
                            "<annotation name=\"basis\"/>" +
                            rows + "</decisionTable>",
                        "number"));
}
std::vector<dmn::Written> outline(const std::string& xml) {
  return dmn::outline({"test.dmn", xml}).value();
}
std::vector<std::string> told(const std::string& before, const std::string& after) {
  std::vector<std::string> all;
  for (const Change& change : dmn::compare(outline(before), outline(after))) {
    all.push_back(std::string(dmn::to_text(change.kind)) + " " + change.element + " " +
                  std::to_string(change.row_before) + ">" + std::to_string(change.row_after));
  }
  return all;
}

const std::string small = row("a", "&lt; 50", "0", "article 3");
const std::string large = row("b", "-", "100", "article 4");

TEST(outline, tells_the_graph_and_the_rows_as_they_were_written) {
  const auto all = outline(fees(small + large));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind, "inputData");
  EXPECT_EQ(all[1].kind, "decision");
  EXPECT_THAT(all[1].needs, ElementsAre("_area"));
  EXPECT_THAT(all[1].inputs, ElementsAre("area"));
  EXPECT_THAT(all[1].outputs, ElementsAre("")) << "one result has no name";
  ASSERT_EQ(all[1].rows.size(), 2u);
  EXPECT_THAT(all[1].rows[0].inputs, ElementsAre("< 50"));
  EXPECT_THAT(all[1].rows[1].outputs, ElementsAre("100"));
  EXPECT_THAT(all[1].rows[1].annotations, ElementsAre("article 4"));
}

TEST(outline, refuses_what_is_no_model) {
  EXPECT_EQ(dmn::outline({"x.dmn", "<a/>"}).error().code, "dmn.invalid");
}

TEST(compare, finds_nothing_between_a_model_and_itself_or_other_ids_of_cells) {
  EXPECT_THAT(told(fees(small + large), fees(small + large)), ElementsAre());
  std::string renamed = fees(small + large);
  renamed.replace(renamed.find("in_a"), 4, "in_z");
  EXPECT_THAT(told(fees(small + large), renamed), ElementsAre());
}

TEST(compare, the_hit_policy_that_holds_anyway_may_be_left_out) {
  std::string left_out = fees(small, "UNIQUE");
  const std::string said = " hitPolicy=\"UNIQUE\"";
  ASSERT_NE(left_out.find(said), std::string::npos);
  left_out.erase(left_out.find(said), said.size());
  EXPECT_THAT(told(fees(small, "UNIQUE"), left_out), ElementsAre());
}

TEST(compare, tells_each_row_that_was_changed_added_removed_or_moved) {
  EXPECT_THAT(told(fees(small + large), fees(row("a", "&lt; 60", "0", "article 3") + large)),
              ElementsAre("changed _fee 1>1"));
  EXPECT_THAT(told(fees(small + large), fees(row("a", "&lt; 50", "0", "article 5") + large)),
              ElementsAre("changed _fee 1>1"));
  EXPECT_THAT(told(fees(large), fees(small + large)), ElementsAre("added _fee 0>1"));
  EXPECT_THAT(told(fees(small + large), fees(large)), ElementsAre("removed _fee 1>0"));
  EXPECT_THAT(told(fees(small + large), fees(large + small)), ElementsAre("reordered _fee 0>0"));
}

TEST(compare, rows_without_ids_are_recognised_by_what_they_say) {
  const std::string one = row("", "1", "10");
  const std::string two = row("", "2", "20");
  EXPECT_THAT(told(fees(one + two), fees(two)), ElementsAre("removed _fee 1>0"));
  EXPECT_THAT(told(fees(one + one), fees(one)), ElementsAre("removed _fee 2>0"));
}

TEST(compare, tells_elements_that_come_go_and_work_otherwise) {
  EXPECT_THAT(told(fees(small), fees(small, "ANY")), ElementsAre("changed _fee 0>0"));
  EXPECT_THAT(told(model(input("a", "number")), model(input("b", "number"))),
              ElementsAre("added _b 0>0", "removed _a 0>0"));
  EXPECT_THAT(told(model(input("a", "number")), model(input("a", "string"))), ElementsAre("changed _a 0>0"));
}

}  // namespace
