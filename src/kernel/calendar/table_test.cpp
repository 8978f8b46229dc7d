#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "kernel/calendar/calendar.h"
#include "test_tables.h"

namespace calendar {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view header = "date,kind,name,source\n";

base::Result<std::vector<YearPlan>> table(std::string_view lines) {
  return parse_table(std::string(header) + std::string(lines));
}

TEST(catalogue_table, gives_the_working_days_of_each_year) {
  const std::map<int, int> expected{{2015, 249}, {2016, 250}, {2017, 249}, {2018, 250}, {2019, 250}, {2020, 249},
                                    {2021, 250}, {2022, 249}, {2023, 249}, {2024, 251}, {2025, 248}, {2026, 248}};
  EXPECT_EQ(published().years().size(), expected.size());
  for (const auto& [year, count] : expected) {
    int working = 0;
    const Date last = date_of({.year = year, .month = 12, .day = 31}).value();
    for (Date day = date_of({.year = year, .month = 1, .day = 1}).value(); day <= last; ++day.days)
      working += published().is_working_day(day).value() ? 1 : 0;
    EXPECT_EQ(working, count) << year;
  }
}

TEST(catalogue_table, holds_the_extension_of_the_spring_festival_of_2020) {
  // First announced as a make-up workday, cancelled by the notice of January 2020.
  EXPECT_FALSE(published().is_working_day(on("2020-02-01")).value());
  EXPECT_FALSE(published().is_working_day(on("2020-01-31")).value());
  EXPECT_TRUE(published().is_working_day(on("2020-02-03")).value());
}

TEST(catalogue_table, counts_make_up_saturdays_and_skips_weekday_holidays) {
  EXPECT_TRUE(published().is_working_day(on("2026-10-10")).value());
  EXPECT_EQ(published().name_of(on("2026-10-10")), "国庆节调休上班");
  EXPECT_FALSE(published().is_working_day(on("2026-10-05")).value());
  EXPECT_FALSE(published().is_working_day(on("2026-11-28")).value());
  EXPECT_TRUE(published().is_working_day(on("2026-11-27")).value());
  EXPECT_EQ(published().name_of(on("2026-11-27")), std::nullopt);
}

// [ALL-82]
TEST(calendar, refuses_a_year_that_is_not_loaded) {
  for (const char* day : {"2014-12-31", "2027-01-04"}) {
    const auto answer = published().is_working_day(on(day));
    ASSERT_FALSE(answer) << day;
    EXPECT_EQ(answer.error().code, "calendar.year_unknown");
  }
  EXPECT_THAT(published().is_working_day(on("2027-01-04")).error().message.zh, HasSubstr("2027年"));
  EXPECT_EQ(Calendar().is_working_day(on("2026-01-05")).error().code, "calendar.year_unknown");
}

// [HOL-2]
TEST(provisional_2027, holds_the_holidays_fixed_by_regulation) {
  const std::vector<YearPlan> plans = provisional_plans();
  ASSERT_EQ(plans.size(), 1u);
  EXPECT_TRUE(plans[0].provisional);
  EXPECT_EQ(plans[0].days.size(), 13u);
  for (const char* day : {"2027-01-01", "2027-02-05", "2027-02-06", "2027-02-08", "2027-04-05", "2027-05-01",
                          "2027-05-02", "2027-06-09", "2027-09-15", "2027-10-01", "2027-10-03"})
    EXPECT_FALSE(complete().is_working_day(on(day)).value()) << day;
  for (const char* day : {"2027-02-04", "2027-02-09", "2027-06-10", "2027-10-04"})
    EXPECT_TRUE(complete().is_working_day(on(day)).value()) << day;
  EXPECT_TRUE(complete().is_provisional(on("2027-03-01")));
  EXPECT_FALSE(complete().is_provisional(on("2026-12-31")));
  EXPECT_FALSE(complete().is_provisional(on("2028-01-01")));
}

TEST(prefer_published, drops_the_provisional_plan_once_the_notice_is_there) {
  const std::vector<YearPlan> notice = table("2027-02-09,holiday,春节,notice\n").value();
  const std::vector<YearPlan> joined = prefer_published(notice, provisional_plans());
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_FALSE(joined[0].provisional);
  EXPECT_EQ(joined[0].days.size(), 1u);
}

// [HOL-2]
TEST(provisional_plan, adds_the_fixed_civil_dates_to_the_lunar_ones) {
  const YearPlan plan = provisional_plan(2027, {{.date = on("2027-06-09"), .name = "端午"}});
  EXPECT_TRUE(plan.provisional);
  EXPECT_EQ(plan.days.size(), 7u);
  const Calendar calendar = Calendar::of({plan}).value();
  EXPECT_EQ(calendar.name_of(on("2027-10-02")), "国庆节");
  EXPECT_EQ(calendar.name_of(on("2027-06-09")), "端午");
}

TEST(calendar_of, refuses_two_plans_for_a_year_and_days_out_of_place) {
  const YearPlan plan{.year = 2026, .days = {{.date = on("2026-01-01"), .name = "元旦"}}};
  EXPECT_EQ(Calendar::of({plan, plan}).error().code, "calendar.year_twice");
  EXPECT_EQ(Calendar::of({{.year = 2025, .days = plan.days}}).error().code, "calendar.day_outside_year");
  EXPECT_EQ(Calendar::of({{.year = 2026, .days = {plan.days[0], plan.days[0]}}}).error().code, "calendar.day_twice");
}

TEST(parse_table, reads_byte_order_mark_crlf_quotes_and_a_missing_last_line_end) {
  const auto plans = parse_table(
      "\xEF\xBB\xBF"
      "date,kind,name,source\r\n"
      "2027-01-02,makeup_workday,\"元旦, \"\"调休\"\"\",notice\r\n"
      "\r\n"
      "2026-01-01,holiday,元旦,\"two\nlines\"\r\n"
      "2027-01-01,holiday,元旦,notice");
  ASSERT_TRUE(plans) << plans.error().message.en;
  ASSERT_EQ(plans->size(), 2u);
  EXPECT_EQ((*plans)[0].year, 2026);
  EXPECT_EQ((*plans)[0].days[0].source, "two\nlines");
  EXPECT_EQ((*plans)[1].days.size(), 2u);
  EXPECT_EQ((*plans)[1].days[1].name, "元旦, \"调休\"");
  EXPECT_EQ((*plans)[1].days[1].kind, DayKind::makeup_workday);
}

std::vector<std::string> faults(std::string_view lines) {
  const auto plans = table(lines);
  EXPECT_FALSE(plans);
  std::vector<std::string> found;
  if (plans) return found;
  EXPECT_EQ(plans.error().code, "calendar.table_invalid");
  for (const base::Place& place : plans.error().places) {
    EXPECT_FALSE(place.message.zh.empty() || place.message.en.empty());
    found.push_back(place.path + " " + place.code);
  }
  return found;
}

TEST(parse_table, reports_every_bad_line_with_its_number) {
  EXPECT_THAT(faults("2026-02-30,holiday,x,y\n"
                     "2026-01-01,holiday,元旦,y\n"
                     "2026-01-02,feast,x,y\n"
                     "2026-01-03,holiday,x\n"
                     "2026-01-01,holiday,元旦,y\n"
                     "2026-01-05,makeup_workday,x,y\n"
                     "2026-01-06,holiday,,y\n"
                     "2026-01-07,holiday,\"x,y\n"),
              ElementsAre("/lines/2 calendar.date", "/lines/4 calendar.kind", "/lines/5 calendar.field_count",
                          "/lines/6 calendar.day_twice", "/lines/7 calendar.makeup_on_weekday",
                          "/lines/8 calendar.field_empty", "/lines/9 calendar.quote_open"));
}

TEST(parse_table, counts_the_lines_inside_quoted_fields) {
  EXPECT_THAT(faults("2026-01-01,holiday,元旦,\"a\nb\"\n2026-13-01,holiday,x,y\n"),
              ElementsAre("/lines/4 calendar.date"));
}

TEST(parse_table, refuses_what_is_no_such_table) {
  for (const std::string& text : {std::string(), std::string("day,kind\n"),
                                  std::string("date,kind,name,source\n\xff\n"), std::string(table_bytes_max + 1, 'x')})
    EXPECT_EQ(parse_table(text).error().code, "calendar.table_invalid") << text.substr(0, 40);
}

}  // namespace
}  // namespace calendar
