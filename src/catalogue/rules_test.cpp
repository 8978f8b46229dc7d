#include "rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using catalogue::Faults;
using catalogue::Rule;
using catalogue::Rules;

const std::string good = R"(
food_permit.decision:
  - {valid_from: 2015-10-01, valid_to: 2023-11-30, value: 20, unit: working_days, basis: {zh: 旧办法, en: Old measures}, source: FBP-21, confidence: S}
  - {valid_from: 2023-12-01, value: 10, unit: working_days, basis: {zh: 新办法, en: New measures}, source: FBP-20, confidence: V}
)";

calendar::Date day(const char* text) {
  return *calendar::parse_date(text);
}

std::vector<Rule> read(const std::string& text, Faults& faults) {
  std::vector<Rule> rules;
  catalogue::read_rules(text, "rules/limits.yaml", rules, faults);
  catalogue::check_overlaps(rules, faults);
  return rules;
}

std::vector<std::string> faults_of(const std::string& text) {
  Faults faults;
  read(text, faults);
  std::vector<std::string> found;
  for (const base::Place& place : faults.take()) found.push_back(place.path + " " + place.code);
  return found;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(rules, are_chosen_by_the_day_of_the_triggering_event) {
  Faults faults;
  const Rules rules(read(good, faults));
  ASSERT_TRUE(faults.empty());
  EXPECT_EQ(rules.on("food_permit.decision", day("2015-10-01")).value().value.count, 20);
  EXPECT_EQ(rules.on("food_permit.decision", day("2023-11-30")).value().value.count, 20) << "the last day counts";
  const Rule now = rules.on("food_permit.decision", day("2023-12-01")).value();
  EXPECT_EQ(now.value.count, 10);
  EXPECT_EQ(now.value.unit, calendar::Unit::working_days);
  EXPECT_EQ(now.basis.zh, "新办法");
  EXPECT_EQ(now.source, "FBP-20");
  EXPECT_EQ(now.confidence, 'V');
  EXPECT_EQ(rules.limit_on("food_permit.decision", day("2099-01-01")).value().count, 10) << "no end";
}

TEST(rules, refuse_a_day_without_a_version_and_a_name_without_a_rule) {
  Faults faults;
  const Rules rules(read(good, faults));
  EXPECT_EQ(rules.on("food_permit.decision", day("2015-09-30")).error().code, "catalogue.rule_not_in_force");
  EXPECT_EQ(rules.on("food_permit.decided", day("2026-01-01")).error().code, "catalogue.rule_unknown");
  EXPECT_EQ(rules.limit_on("food_permit.decided", day("2026-01-01")).error().code, "catalogue.rule_unknown");
}

TEST(read_rules, names_what_is_wrong_and_where) {
  using testing::ElementsAre;
  const std::string second = "rules/limits.yaml#food_permit.decision/2";
  EXPECT_THAT(faults_of(with(good, "value: 10, unit: working_days", "value: 10, unit: weeks")),
              ElementsAre(second + "/unit catalogue.unit_unknown"));
  EXPECT_THAT(faults_of(with(good, "confidence: V", "confidence: W")),
              ElementsAre(second + "/confidence catalogue.confidence_unknown"));
  EXPECT_THAT(faults_of(with(good, "valid_to: 2023-11-30", "valid_to: 2014-11-30")),
              ElementsAre("rules/limits.yaml#food_permit.decision/1/valid_to catalogue.rule_ends_early"));
  EXPECT_THAT(faults_of(with(good, "valid_from: 2023-12-01, ", "")),
              testing::Contains(second + "/valid_from catalogue.missing"));
  EXPECT_THAT(faults_of(with(good, "en: New measures", "en: ''")), testing::SizeIs(1));
  EXPECT_THAT(faults_of(with(good, "source: FBP-20", "sauce: FBP-20")), testing::SizeIs(2))
      << "unknown key, missing key";
}

TEST(check_overlaps, finds_two_versions_on_one_day) {
  EXPECT_THAT(faults_of(with(good, "valid_to: 2023-11-30", "valid_to: 2023-12-01")),
              testing::ElementsAre("rules#food_permit.decision catalogue.rule_overlaps"));
  EXPECT_THAT(faults_of(with(good, ", valid_to: 2023-11-30", "")),
              testing::ElementsAre("rules#food_permit.decision catalogue.rule_overlaps"));
}

}  // namespace
