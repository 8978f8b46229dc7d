#include <gtest/gtest.h>

#include "modules/statistics/model.h"

namespace statistics {
namespace {

TEST(percent, of_the_stock_a_year_before_is_the_reported_rate) {
  EXPECT_EQ(percent(6907, 29552, 1), "23.4");  // [ART] F-08
  EXPECT_EQ(percent(6907, 36459, 1), "18.9");  // what the wrong base would give
}

TEST(percent, rounds_half_up_also_below_nought) {
  EXPECT_EQ(percent(1, 8, 1), "12.5");
  EXPECT_EQ(percent(1, 800, 2), "0.13");
  EXPECT_EQ(percent(125, 1000, 0), "13");
  EXPECT_EQ(percent(-125, 1000, 0), "-12");
  EXPECT_EQ(percent(-1, 3, 1), "-33.3");
  EXPECT_EQ(percent(163, 163, 0), "100");
  EXPECT_EQ(percent(1, 1000, 3), "0.100");
}

TEST(percent, without_a_whole_is_a_dash) {
  EXPECT_EQ(percent(0, 0, 1), "—");
  EXPECT_EQ(percent(0, 5, 1), "0.0");
}

TEST(year_before, is_the_same_day_and_of_leap_day_the_last_of_february) {
  const auto day = [](const char* text) { return *calendar::parse_date(text); };
  EXPECT_EQ(year_before(day("2019-09-30")), day("2018-09-30"));
  EXPECT_EQ(year_before(day("2024-02-29")), day("2023-02-28"));
}

TEST(grade_text, has_words_for_each_of_the_five_grades) {
  for (const char* grade : {"very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"}) {
    EXPECT_NE(grade_text(grade).zh, grade);
    EXPECT_NE(grade_text(grade).en, grade);
  }
}

}  // namespace
}  // namespace statistics
