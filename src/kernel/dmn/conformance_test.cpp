#include <gtest/gtest.h>

#include "kernel/dmn/conformance.h"
#include "testing.h"

namespace {

using namespace dmn::testing;
using Kind = dmn::Verdict::Kind;

std::string cases(std::string_view result) {
  return "<testCases xmlns='http://www.omg.org/spec/DMN/20160719/testcase' "
         "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><modelName>test.dmn</modelName><testCase id='001'>" +
         std::string(result) + "</testCase></testCases>";
}

dmn::Verdict judged(std::string_view feel, std::string_view result, dmn::Reading reading = dmn::Reading::strict) {
  const auto verdicts =
      dmn::judge_suite(sources(model(decision("a", text(feel)))), "test.dmn", cases(result), reading, {});
  return verdicts ? verdicts->at(0) : dmn::Verdict{};
}

TEST(judge_suite, compares_numbers_with_a_tolerance_and_all_else_exactly) {
  EXPECT_EQ(judged("1/3",
                   "<resultNode name='a'><expected><value xsi:type='xsd:decimal'>0.333333333</value></expected>"
                   "</resultNode>")
                .kind,
            Kind::success);
  EXPECT_EQ(judged("\"x \"",
                   "<resultNode name='a'><expected><value xsi:type='xsd:string'>x</value></expected>"
                   "</resultNode>")
                .kind,
            Kind::error);
}

TEST(judge_suite, compares_lists_components_and_temporal_values) {
  EXPECT_EQ(judged("{d: date(\"2026-11-24\"), l: [true]}",
                   "<resultNode name='a'><expected><component name='l'><list><item><value xsi:type='xsd:boolean'>true"
                   "</value></item></list></component><component name='d'><value xsi:type='xsd:date'>2026-11-24</value>"
                   "</component></expected></resultNode>")
                .kind,
            Kind::success);
}

TEST(judge_suite, strict_reading_wants_a_reason_beside_an_expected_null) {
  const std::string_view wants_error =
      "<resultNode name='a' errorResult='true'><expected><value xsi:nil='true'/></expected></resultNode>";
  EXPECT_EQ(judged("null", wants_error).kind, Kind::error);
  EXPECT_EQ(judged("null", wants_error, dmn::Reading::lenient).kind, Kind::success);
  EXPECT_EQ(judged("1 + \"x\"", wants_error).kind, Kind::success);
}

TEST(judge_suite, refuses_a_test_file_that_cannot_be_read) {
  EXPECT_EQ(dmn::judge_suite({}, "", "<a>", dmn::Reading::strict, {}).error().code, "conformance.invalid");
}

TEST(csv_row, quotes_what_the_kit_reads_back) {
  EXPECT_EQ(dmn::csv_row("s", "t", {.kind = Kind::error, .test_case = "1", .detail = "got \"x\""}),
            "\"s\",\"t\",\"1\",\"ERROR\",\"got \"\"x\"\"\"\n");
}

}  // namespace
