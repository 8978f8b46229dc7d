#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample.h"

namespace documents {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> all;
  const auto parsed = parse_template(text, "t");
  if (parsed) return all;
  EXPECT_EQ(parsed.error().code, "documents.template_invalid");
  for (const base::Place& place : parsed.error().places) {
    all.push_back(place.path + " " + place.code);
    EXPECT_FALSE(place.message.zh.empty() || place.message.en.empty()) << place.path;
  }
  return all;
}

TEST(parse_template, reads_every_template_of_the_catalogue) {
  for (const char* name : {"acceptance_slip", "correction_notice", "not_accepted_notice", "grant_decision",
                           "refusal_decision", "business_licence", "business_licence_copy", "food_permit"}) {
    const auto parsed = parse_template(sample::template_text(name), name);
    EXPECT_TRUE(parsed) << name << ": " << (parsed ? "" : parsed.error().places.front().message.en);
  }
}

TEST(parse_template, lists_every_fault_with_its_place) {
  EXPECT_THAT(
      faults_of(R"(
page: {size: A5, paper: yes}
blocks:
  - {kind: heading}
  - {kind: seal}
  - {kind: paragraph, text: "{{ a", size: huge, colour: red, color: red}
  - {kind: rows, rows: []}
  - {kind: table, columns: [{head: 名称, value: "{{ x }}"}]}
  - {kind: paragraph, text: a, as: b}
  - {kind: paragraph, text: "{{ 1 + }}", when: "a =="}
)"),
      testing::UnorderedElementsAre(
          "t#title documents.key_missing", "t#page/size documents.choice_unknown", "t#page/paper documents.key_unknown",
          "t#blocks/1/text documents.key_missing", "t#blocks/2/kind documents.kind_unknown",
          "t#blocks/3/text documents.brace_open", "t#blocks/3/size documents.number_expected",
          "t#blocks/3/colour documents.key_unknown", "t#blocks/3/color documents.color_expected",
          "t#blocks/4/rows documents.list_expected", "t#blocks/5/each documents.key_missing",
          "t#blocks/6/as documents.key_unknown", "t#blocks/7/text feel.syntax", "t#blocks/7/when feel.syntax"));
}

TEST(parse_template, refuses_what_is_no_template_at_all) {
  EXPECT_THAT(faults_of("- a"), ElementsAre("t documents.not_a_mapping"));
  EXPECT_THAT(faults_of("title: [a"), ElementsAre("t documents.not_yaml"));
  EXPECT_THAT(faults_of("title: \xff"), ElementsAre("t documents.not_utf8"));
  EXPECT_THAT(faults_of(std::string(template_bytes_max + 1, ' ')), ElementsAre("t documents.template_too_large"));
  EXPECT_THAT(faults_of("title: a\nblocks:\n- just text"), ElementsAre("t#blocks/1 documents.block_expected"));
  EXPECT_THAT(faults_of("title: a\ntitle: b\nblocks: [{kind: spring}]"), ElementsAre("t#title documents.key_twice"));
  EXPECT_THAT(faults_of("title: {a: b}\npage: 5\nblocks: [{kind: spring}]"),
              ElementsAre("t#title documents.text_expected", "t#page documents.not_a_mapping"));
}

TEST(needed_names, are_those_of_the_data_without_those_of_loops) {
  const auto slip = parse_template(sample::template_text("acceptance_slip"), "acceptance_slip");
  ASSERT_TRUE(slip);
  const std::vector<std::string> names = needed_names(**slip);
  EXPECT_THAT(names, IsSupersetOf({"authority", "case", "limits", "materials", "number"}));
  EXPECT_THAT(names, testing::Not(testing::Contains("item")));
  EXPECT_THAT(names, testing::Not(testing::Contains("index")));
}

TEST(qr_svg, draws_modules_and_refuses_what_no_code_can_hold) {
  const auto svg = qr_svg("https://yichuang.example/c/1");
  ASSERT_TRUE(svg);
  EXPECT_THAT(*svg, HasSubstr("viewBox=\"0 0 "));
  EXPECT_EQ(qr_svg("").error().code, "documents.qr_empty");
  EXPECT_EQ(qr_svg(std::string(2332, 'a')).error().code, "documents.qr_too_long");
  EXPECT_TRUE(qr_svg(std::string(2331, 'a')));
}

}  // namespace
}  // namespace documents
