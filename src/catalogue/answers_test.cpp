#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/form.h"

namespace {

using catalogue::Completeness;
using testing::ElementsAre;

const catalogue::Form& form() {
  static const catalogue::Form read = catalogue::parse_form(R"({
    "id": "sample", "components": [
      {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": true, "minLength": 2, "maxLength": 4},
       "properties": {"label_en": "Name"}},
      {"type": "textfield", "key": "phone", "label": "电话", "properties": {"label_en": "Phone", "check": "phone"}},
      {"type": "number", "key": "area", "label": "面积", "decimalDigits": 1, "validate": {"min": 1, "max": 500},
       "properties": {"label_en": "Area"}},
      {"type": "radio", "key": "filed_by", "label": "提交人", "validate": {"required": true}, "properties": {"label_en": "Filed by"},
       "values": [{"value": "self", "label": "本人", "label_en": "Self"}, {"value": "agent", "label": "代理人", "label_en": "Agent"}]},
      {"type": "textfield", "key": "agent", "label": "代理人姓名", "validate": {"required": true},
       "conditional": {"hide": "=filed_by != \"agent\""}, "properties": {"label_en": "Agent's name"}},
      {"type": "checklist", "key": "goods", "label": "品种", "properties": {"label_en": "Goods"},
       "values": [{"value": "hot", "label": "热食", "label_en": "Hot"}, {"value": "cold", "label": "冷食", "label_en": "Cold"}]},
      {"type": "checkbox", "key": "agreed", "label": "同意声明", "validate": {"required": true}, "properties": {"label_en": "I agree"}},
      {"type": "text", "text": "声明", "properties": {"text_en": "Declaration"}}]})",
                                                            "sample.json")
                                          .value();
  return read;
}

const feel::Context good{{"name", "演味馆"}, {"filed_by", "self"}, {"agreed", true}};

base::Result<feel::Context> check(const feel::Context& answers, Completeness completeness = Completeness::full) {
  return catalogue::check_answers(form(), {}, answers, completeness, "/answers", {});
}

std::vector<std::string> faults_of(const feel::Context& changes, Completeness completeness = Completeness::full) {
  feel::Context answers = good;
  for (const auto& [key, value] : changes.entries()) answers.put(key, value);
  const auto checked = check(answers, completeness);
  std::vector<std::string> found;
  if (checked) return found;
  EXPECT_EQ(checked.error().code, "catalogue.answers_invalid");
  for (const base::Place& place : checked.error().places) {
    EXPECT_FALSE(place.message.zh.empty() || place.message.en.empty());
    found.push_back(place.path + " " + place.code);
  }
  return found;
}

TEST(check_answers, keeps_what_is_right_and_tidies_it) {
  const auto checked = check({{"name", "  演味馆 "},
                              {"phone", "１３０ ０００００００１"},
                              {"area", "８６．５"},
                              {"filed_by", "self"},
                              {"goods", feel::Value(feel::List{"cold", "hot", "cold"})},
                              {"agreed", true}});
  ASSERT_TRUE(checked) << checked.error().places[0].path << checked.error().places[0].message.en;
  EXPECT_EQ(checked.value().find("name")->as_string(), "演味馆");
  EXPECT_EQ(checked.value().find("phone")->as_string(), "13000000001");
  EXPECT_EQ(checked.value().find("area")->as_number(), *feel::Decimal::parse("86.5"));
  EXPECT_EQ(feel::to_json(*checked.value().find("goods")), R"(["hot","cold"])") << "in the order offered, each once";
}

TEST(check_answers, tells_every_place_with_its_reason) {
  EXPECT_THAT(faults_of({{"name", "演"}, {"area", "0.5"}, {"filed_by", "cousin"}}),
              ElementsAre("/answers/name catalogue.answer_too_short", "/answers/area catalogue.answer_too_small",
                          "/answers/filed_by catalogue.answer_not_offered"));
  EXPECT_THAT(faults_of({{"name", "演味馆演味馆"}}), ElementsAre("/answers/name catalogue.answer_too_long"));
  EXPECT_THAT(faults_of({{"area", "many"}}), ElementsAre("/answers/area catalogue.answer_not_a_number"));
  EXPECT_THAT(faults_of({{"area", "1.25"}}), ElementsAre("/answers/area catalogue.answer_digits"));
  EXPECT_THAT(faults_of({{"area", "501"}}), ElementsAre("/answers/area catalogue.answer_too_large"));
  EXPECT_THAT(faults_of({{"name", feel::Value(feel::Context{})}}), ElementsAre("/answers/name catalogue.answer_type"));
  EXPECT_THAT(faults_of({{"name", "\xff\xfe演"}}), ElementsAre("/answers/name catalogue.answer_type")) << "no UTF-8";
  EXPECT_THAT(faults_of({{"goods", feel::Value(feel::List{"hot", "raw"})}}),
              ElementsAre("/answers/goods catalogue.answer_not_offered"));
  EXPECT_THAT(faults_of({{"fax", "1"}}), ElementsAre("/answers/fax catalogue.answer_unknown"));
}

TEST(check_answers, asks_for_what_is_missing_only_when_all_must_be_there) {
  const feel::Context blank{{"name", "  "}, {"agreed", false}};
  EXPECT_THAT(faults_of(blank),
              ElementsAre("/answers/name catalogue.answer_missing", "/answers/agreed catalogue.answer_missing"));
  EXPECT_THAT(faults_of(blank, Completeness::draft), ElementsAre());
  EXPECT_THAT(faults_of({{"area", "many"}}, Completeness::draft),
              ElementsAre("/answers/area catalogue.answer_not_a_number"))
      << "what is there is checked while drafting too";
}

TEST(check_answers, drops_what_is_hidden_and_asks_for_what_appears) {
  EXPECT_THAT(faults_of({{"filed_by", "agent"}}), ElementsAre("/answers/agent catalogue.answer_missing"));
  feel::Context answers = good;
  answers.put("agent", "柳试宁");
  const auto checked = check(answers);
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked.value().find("agent"), nullptr) << "the one who files is no agent";
}

}  // namespace
