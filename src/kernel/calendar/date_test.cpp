#include <gtest/gtest.h>

#include "kernel/calendar/calendar.h"

namespace calendar {
namespace {

Date day(std::int64_t year, int month, int number) {
  return date_of({.year = year, .month = month, .day = number}).value();
}

TEST(date, counts_from_1970) {
  EXPECT_EQ(day(1970, 1, 1).days, 0);
  EXPECT_EQ(day(2000, 3, 1).days, 11'017);
  EXPECT_EQ(day(1969, 12, 31).days, -1);
  EXPECT_EQ(day(0, 3, 1).days, -719'468);
}

TEST(date, every_day_of_two_eras_comes_back) {
  Civil expected{.year = -401, .month = 1, .day = 1};
  Date date = date_of(expected).value();
  for (; expected.year < 400; ++date.days) {
    ASSERT_EQ(civil_of(date), expected);
    ASSERT_EQ(date_of(expected), date);
    if (++expected.day > days_in_month(expected.year, expected.month)) expected.day = 1, ++expected.month;
    if (expected.month > 12) expected.month = 1, ++expected.year;
  }
}

TEST(date, holds_the_years_of_feel_and_no_more) {
  for (const std::int64_t year : {-year_max, year_max}) {
    EXPECT_EQ(civil_of(day(year, 12, 31)), (Civil{.year = year, .month = 12, .day = 31}));
    EXPECT_EQ(civil_of(day(year, 1, 1)), (Civil{.year = year, .month = 1, .day = 1}));
  }
  EXPECT_FALSE(date_of({.year = year_max + 1, .month = 1, .day = 1}));
  EXPECT_FALSE(plus_days(day(year_max, 12, 31), 1));
  EXPECT_FALSE(plus_days(day(-year_max, 1, 1), -1));
  EXPECT_FALSE(plus_days(day(1, 1, 1), INT64_MAX));
  EXPECT_EQ(plus_days(day(-year_max, 1, 1), day(year_max, 12, 31).days - day(-year_max, 1, 1).days),
            day(year_max, 12, 31));
  EXPECT_FALSE(plus_months(day(year_max, 12, 31), 1));
  EXPECT_FALSE(plus_months(day(1, 1, 1), INT64_MIN));
}

TEST(date, refuses_days_that_do_not_exist) {
  EXPECT_FALSE(date_of({.year = 2026, .month = 2, .day = 29}));
  EXPECT_TRUE(date_of({.year = 2024, .month = 2, .day = 29}));
  EXPECT_FALSE(date_of({.year = 1900, .month = 2, .day = 29}));
  EXPECT_TRUE(date_of({.year = 2000, .month = 2, .day = 29}));
  EXPECT_FALSE(date_of({.year = 2026, .month = 13, .day = 1}));
  EXPECT_FALSE(date_of({.year = 2026, .month = 0, .day = 1}));
  EXPECT_FALSE(date_of({.year = 2026, .month = 4, .day = 31}));
  EXPECT_FALSE(date_of({.year = 2026, .month = 4, .day = 0}));
}

TEST(date, knows_its_weekday_before_and_after_1970) {
  EXPECT_EQ(weekday(day(2026, 11, 24)), 2);
  EXPECT_EQ(weekday(day(2026, 11, 29)), 7);
  EXPECT_EQ(weekday(day(1969, 12, 29)), 1);
  EXPECT_EQ(weekday(day(1900, 1, 1)), 1);
}

TEST(date, is_written_and_read) {
  EXPECT_EQ(to_text(day(2026, 1, 5)), "2026-01-05");
  EXPECT_EQ(to_text(day(-7, 1, 5)), "-0007-01-05");
  EXPECT_EQ(to_text(day(12'345, 1, 5)), "12345-01-05");
  EXPECT_EQ(to_text_zh(day(2026, 11, 4)), "2026年11月4日");
  EXPECT_EQ(to_text_en(day(2026, 11, 4)), "4 November 2026");
  EXPECT_EQ(parse_date("2026-01-05"), day(2026, 1, 5));
  for (const char* text :
       {"", "2026-1-5", "2026-02-30", "2026/01/05", "2026-01-05 ", "20260105", "-026-01-05", "2026-01-0x"})
    EXPECT_FALSE(parse_date(text)) << text;
}

// [MFD-202]
TEST(plus_months, ends_on_the_corresponding_day_or_the_last_of_the_month) {
  EXPECT_EQ(plus_months(day(2026, 1, 31), 1), day(2026, 2, 28));
  EXPECT_EQ(plus_months(day(2023, 12, 31), 2), day(2024, 2, 29));
  EXPECT_EQ(plus_months(day(2024, 2, 29), 12), day(2025, 2, 28));
  EXPECT_EQ(plus_months(day(2026, 1, 15), -1), day(2025, 12, 15));
  EXPECT_EQ(plus_months(day(2026, 3, 31), -13), day(2025, 2, 28));
}

TEST(instant, falls_on_the_chinese_day) {
  const base::Instant late{1'764'000'000LL * base::us_per_second};  // 2025-11-24T16:00:00Z
  EXPECT_EQ(local_date(late), day(2025, 11, 25));
  EXPECT_EQ(local_second_of_day(late), 0);
  EXPECT_EQ(local_date({late.us - 1}), day(2025, 11, 24));
  EXPECT_EQ(local_second_of_day({late.us - 1}), 86'399);
  EXPECT_EQ(start_of(day(2025, 11, 25)), late);
  EXPECT_EQ(to_text_local(late.plus_us(9 * 3'600 * base::us_per_second + 1'800 * base::us_per_second)),
            "2025-11-25T09:30:00+08:00");
  EXPECT_EQ(local_date({-9 * 3'600 * base::us_per_second}), day(1969, 12, 31));
}

}  // namespace
}  // namespace calendar
