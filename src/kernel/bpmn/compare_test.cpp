#include "compare.h"

#include <gtest/gtest.h>

namespace bpmn {
namespace {

std::string drawing(const std::string& inside, const std::string& x = "10") {
  return R"(<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="http://camunda.org/schema/zeebe/1.0" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"><b:process id="p" isExecutable="true"><b:startEvent id="s"><b:outgoing>f</b:outgoing></b:startEvent>)" +
         inside + R"(</b:process><di:BPMNDiagram id="d"><di:BPMNPlane bpmnElement="p" x=")" + x +
         R"("/></di:BPMNDiagram></b:definitions>)";
}

std::string told(const std::string& before, const std::string& after) {
  const auto changes = compare(before, after);
  EXPECT_TRUE(changes.has_value());
  std::string text;
  for (const Change& change : changes.value()) {
    const char* sign[] = {"+", "-", "~", "redrawn"};
    text += std::string(sign[static_cast<int>(change.kind)]) + change.element;
    for (const auto& detail : change.details) text += " " + detail.what + ":" + detail.before + ">" + detail.after;
    text += ";";
  }
  return text;
}

const std::string task =
    R"(<b:userTask id="t" name="审查"><b:extensionElements><z:assignmentDefinition candidateGroups="a"/></b:extensionElements></b:userTask>)";
const std::string flow =
    R"(<b:sequenceFlow id="f" sourceRef="s" targetRef="t"><b:conditionExpression id="c">=x &gt; 5</b:conditionExpression></b:sequenceFlow>)";

TEST(compare, finds_nothing_between_a_drawing_and_itself_in_another_order) {
  EXPECT_EQ(told(drawing(task + flow), drawing(task + flow)), "");
  EXPECT_EQ(told(drawing(task + flow), drawing(flow + task)), "");
}

TEST(compare, tells_what_an_element_says_otherwise) {
  const std::string later = drawing(
      R"(<b:userTask id="t" name="审查"><b:extensionElements><z:assignmentDefinition candidateGroups="b"/></b:extensionElements></b:userTask>)" +
      flow);
  EXPECT_EQ(told(drawing(task + flow), later), "~t extensionElements/assignmentDefinition@candidateGroups:a>b;");
  const std::string other = drawing(
      task +
      R"(<b:sequenceFlow id="f" sourceRef="s" targetRef="t"><b:conditionExpression id="c9">=x &gt; 6</b:conditionExpression></b:sequenceFlow>)");
  EXPECT_EQ(told(drawing(task + flow), other), "~f conditionExpression:=x > 5>=x > 6;");
}

TEST(compare, tells_elements_added_and_removed_and_those_of_another_kind) {
  EXPECT_EQ(told(drawing(task), drawing(task + flow)), "+f;");
  EXPECT_EQ(told(drawing(task + flow), drawing(task)), "-f;");
  EXPECT_EQ(told(drawing(R"(<b:task id="t"/>)"), drawing(R"(<b:userTask id="t"/>)")), "~t type:task>userTask;");
}

TEST(compare, tells_once_that_only_the_picture_differs) {
  EXPECT_EQ(told(drawing(task), drawing(task, "20")), "redrawn;");
  EXPECT_EQ(told(drawing(task), drawing(task + flow, "20")), "+f;");
}

TEST(compare, refuses_what_is_no_process) {
  const auto refused = compare(drawing(task), "<a/>");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "bpmn.invalid");
}

}  // namespace
}  // namespace bpmn
