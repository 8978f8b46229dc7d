/// The tables of the catalogue, for the tests.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kernel/calendar/calendar.h"

namespace calendar {

inline std::string catalogue_file(const std::string& name) {
  std::ifstream file(std::string(SOURCE_DIR) + "/catalogue/calendar/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<YearPlan> published_plans() {
  return parse_table(catalogue_file("workdays.csv")).value();
}

inline std::vector<YearPlan> provisional_plans() {
  return parse_table(catalogue_file("provisional-2027.csv"), true).value();
}

/// Only what is published.
inline const Calendar& published() {
  static const Calendar calendar = Calendar::of(published_plans()).value();
  return calendar;
}

/// With the provisional 2027.
inline const Calendar& complete() {
  static const Calendar calendar = Calendar::of(prefer_published(published_plans(), provisional_plans())).value();
  return calendar;
}

inline Date on(std::string_view text) {
  const std::optional<Date> date = parse_date(text);
  EXPECT_TRUE(date.has_value()) << text;
  return date.value_or(Date{});
}

}  // namespace calendar
