#include "catalogue/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using catalogue::FieldKind;
using testing::ElementsAre;

const std::string good = R"({
  "schemaVersion": 19, "type": "default", "id": "sample", "components": [
    {"type": "group", "id": "shop", "label": "店铺", "properties": {"label_en": "Shop"},
     "conditional": {"hide": "=closed = true"}, "components": [
      {"type": "textfield", "key": "phone", "label": "电话", "validate": {"required": true, "maxLength": 20},
       "properties": {"label_en": "Phone", "check": "phone", "needed_by": "licence, permit"}},
      {"type": "number", "key": "area", "label": "面积", "decimalDigits": 1, "validate": {"min": 1, "max": 500},
       "properties": {"label_en": "Area"}},
      {"type": "radio", "key": "kind", "label": "种类", "properties": {"label_en": "Kind"},
       "values": [{"value": "hot", "label": "热食", "label_en": "Hot food"}]}]},
    {"type": "checkbox", "key": "agreed", "label": "同意", "properties": {"label_en": "I agree"}},
    {"type": "text", "text": "声明", "properties": {"text_en": "Declaration"}}]})";

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

std::vector<std::string> faults_of(const std::string& json) {
  const auto form = catalogue::parse_form(json, "sample.json");
  std::vector<std::string> found;
  if (form) return found;
  EXPECT_EQ(form.error().code, "catalogue.form_invalid");
  for (const base::Place& place : form.error().places) found.push_back(place.path + " " + place.code);
  return found;
}

TEST(parse_form, reads_groups_fields_and_what_stands_loose) {
  const auto form = catalogue::parse_form(good, "sample.json");
  ASSERT_TRUE(form);
  ASSERT_EQ(form.value().groups.size(), 2u);
  EXPECT_EQ(form.value().groups[0].label.en, "Shop");
  EXPECT_TRUE(form.value().groups[0].hidden_when);
  EXPECT_EQ(form.value().groups[1].id, "main");
  const catalogue::Field* phone = form.value().find("phone");
  ASSERT_NE(phone, nullptr);
  EXPECT_EQ(phone->kind, FieldKind::text);
  EXPECT_TRUE(phone->required);
  EXPECT_EQ(phone->length_max, 20);
  EXPECT_EQ(phone->check, "phone");
  EXPECT_THAT(phone->needed_by, ElementsAre("licence", "permit"));
  const catalogue::Field* area = form.value().find("area");
  ASSERT_NE(area, nullptr);
  EXPECT_EQ(area->decimal_digits, 1);
  EXPECT_EQ(area->max, feel::Decimal::parse("500"));
  EXPECT_EQ(form.value().find("fax"), nullptr);
  EXPECT_EQ(form.value().json, good) << "as drawn: the editors open it again";
}

TEST(parse_form, names_every_component_at_fault) {
  EXPECT_THAT(faults_of(with(good, "\"type\": \"number\"", "\"type\": \"slider\"")),
              ElementsAre("/components/0/components/1 catalogue.form_type_unsupported"));
  EXPECT_THAT(faults_of(with(good, "\"label_en\": \"Area\"", "\"label_en\": \"\"")),
              ElementsAre("/components/0/components/1 catalogue.form_text_missing"));
  EXPECT_THAT(faults_of(with(good, "\"check\": \"phone\"", "\"check\": \"fax\"")),
              ElementsAre("/components/0/components/0/properties/check catalogue.form_check_unknown"));
  EXPECT_THAT(faults_of(with(good, "\"key\": \"area\"", "\"key\": \"phone\"")),
              ElementsAre("phone catalogue.form_key_twice"));
  EXPECT_THAT(faults_of(with(good, "\"key\": \"area\"", "\"key\": \"guide\"")),
              ElementsAre("/components/0/components/1/key catalogue.form_key_missing"));
  EXPECT_THAT(faults_of(with(good, ", \"label_en\": \"Hot food\"", "")),
              ElementsAre("/components/0/components/2/values/0 catalogue.form_option_incomplete"));
  EXPECT_THAT(faults_of(with(good, R"([{"value": "hot", "label": "热食", "label_en": "Hot food"}])", "[]")),
              ElementsAre("/components/0/components/2/values catalogue.form_options_missing"));
  EXPECT_THAT(faults_of(with(good, "=closed = true", "=closed = ")),
              ElementsAre(testing::StartsWith("/components/0/conditional/hide#")));
  EXPECT_THAT(faults_of(with(good, "\"schemaVersion\": 19", "\"schemaVersion\": 20")),
              ElementsAre("/schemaVersion catalogue.form_version_unknown"));
  EXPECT_THAT(faults_of(R"({"id": "", "components": []})"),
              ElementsAre("/id catalogue.form_id_missing", "/components catalogue.form_empty"));
}

TEST(parse_form, refuses_what_is_no_json) {
  EXPECT_FALSE(catalogue::parse_form("{", "sample.json"));
}

}  // namespace
