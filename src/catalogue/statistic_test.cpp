#include <gtest/gtest.h>

#include <algorithm>

#include "statistic_reader.h"

namespace catalogue {
namespace {

/// A definition that is in order but for what `changes` puts at its end.
std::string definition(const std::string& measure, const std::string& changes) {
  return "figure_a:\n"
         "  figure: F-99\n"
         "  title: {zh: 甲, en: A}\n"
         "  unit: {zh: 户, en: entities}\n"
         "  scope: {zh: 全区, en: district}\n"
         "  definition: {zh: 数, en: count}\n"
         "  exclusions: {zh: 无, en: none}\n"
         "  source: ART\n"
         "  measure: " +
         measure + "\n" + changes;
}

/// The codes of what is wrong.
std::vector<std::string> faults_of(const std::string& text) {
  Catalogue catalogue;
  Faults faults;
  read_statistics(text, "statistics/a.yaml", catalogue, faults);
  std::vector<std::string> codes;
  for (const base::Place& place : faults.take()) codes.push_back(place.code);
  return codes;
}

TEST(read_statistics, takes_a_definition_in_order) {
  Catalogue catalogue;
  Faults faults;
  read_statistics(
      definition("growth_rate", "  decimals: 1\n  public: false\n  reported: {value: \"23.4\", day: 2019-09-30}\n"),
      "statistics/a.yaml", catalogue, faults);
  EXPECT_TRUE(faults.empty());
  const Statistic* found = catalogue.find_statistic("figure_a");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->measure, Measure::growth_rate);
  EXPECT_EQ(found->decimals, 1);
  EXPECT_FALSE(found->is_public);
  EXPECT_EQ(found->reported->value, "23.4");
  EXPECT_EQ(catalogue.find_statistic("figure_b"), nullptr);
}

TEST(read_statistics, names_what_a_measure_lacks) {
  EXPECT_EQ(faults_of(definition("guess", "")), std::vector<std::string>{"catalogue.measure_unknown"});
  EXPECT_EQ(faults_of(definition("finished_cases", "  tag: no_service\n")),
            std::vector<std::string>{"catalogue.unknown_reference"});
  EXPECT_EQ(faults_of(definition("promise", "  rule: no.rule\n")),
            std::vector<std::string>{"catalogue.unknown_reference"});
  EXPECT_EQ(faults_of(definition("list_length", "")), std::vector<std::string>{"catalogue.missing"});
  EXPECT_FALSE(faults_of(definition("stock", "  decimals: 9\n")).empty());
  EXPECT_FALSE(faults_of(definition("stock", "  colour: red\n")).empty());
}

}  // namespace
}  // namespace catalogue
