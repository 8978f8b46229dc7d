#include <gtest/gtest.h>

#include "modules/casework/due.h"

namespace {

using calendar::Civil;
using calendar::Date;

calendar::Calendar autumn_2026() {
  const auto day = [](int month, int number, calendar::DayKind kind, const char* name) {
    return calendar::YearPlan::Day{*calendar::date_of({2026, month, number}), kind, name};
  };
  calendar::YearPlan plan{.year = 2026};
  for (int number = 1; number <= 7; ++number)
    plan.days.push_back(day(10, number, calendar::DayKind::holiday, "国庆节"));
  plan.days.push_back(day(9, 20, calendar::DayKind::makeup_workday, "国庆节调休上班"));
  plan.days.push_back(day(10, 10, calendar::DayKind::makeup_workday, "国庆节调休上班"));
  return calendar::Calendar::of({plan}).value();
}

Date on(int month, int day) {
  return *calendar::date_of({2026, month, day});
}

casework::Mark mark(const char* element, int month, int day) {
  return {element, calendar::start_of(on(month, day)).plus_us(std::int64_t{10} * 3600 * base::us_per_second)};
}

const casework::ClockPlan permit{
    .starts = {"accepted"},
    .stops = {"decided", "withdrawn"},
    .pauses = {{"inspection_started", "inspection_finished", {"现场核查", "site inspection"}}},
    .extensions = {"extended"}};
const casework::Limit ten_days{.span = {10, calendar::Unit::working_days},
                               .basis = {"办法第二十二条", "article 22"},
                               .extension = calendar::Span{5, calendar::Unit::working_days}};

casework::ClockReading read(const std::vector<casework::Mark>& marks, Date today) {
  return casework::read_clock(permit, marks, ten_days, std::nullopt, autumn_2026(), today).value();
}

TEST(read_clock, waits_until_a_start_mark_is_passed) {
  EXPECT_EQ(read({mark("submitted", 11, 2)}, on(11, 3)).state, casework::ClockState::waiting);
}

TEST(read_clock, counts_working_days_from_the_day_after_the_start) {
  const auto reading = read({mark("accepted", 11, 2)}, on(11, 3));
  EXPECT_EQ(reading.state, casework::ClockState::running);
  EXPECT_EQ(*reading.legal->due, on(11, 16));
  EXPECT_FALSE(reading.legal->derivation.empty());
}

TEST(read_clock, skips_the_national_holiday_and_counts_the_make_up_day) {
  EXPECT_EQ(*read({mark("accepted", 9, 28)}, on(9, 28)).legal->due, on(10, 16));
}

TEST(read_clock, has_no_due_day_while_paused) {
  const auto reading = read({mark("accepted", 11, 2), mark("inspection_started", 11, 4)}, on(11, 20));
  EXPECT_EQ(reading.state, casework::ClockState::paused);
  EXPECT_FALSE(reading.legal->due);
  EXPECT_FALSE(reading.legal->overdue);
}

TEST(read_clock, gives_back_the_working_days_of_a_pause) {
  const auto reading =
      read({mark("accepted", 11, 2), mark("inspection_started", 11, 4), mark("inspection_finished", 11, 6)}, on(11, 9));
  EXPECT_EQ(*reading.legal->due, on(11, 18));
}

TEST(read_clock, grows_by_each_extension) {
  EXPECT_EQ(*read({mark("accepted", 11, 2), mark("extended", 11, 9)}, on(11, 9)).legal->due, on(11, 23));
}

TEST(read_clock, is_late_only_after_the_due_day_and_stays_as_it_was_when_stopped) {
  const auto in_time = read({mark("accepted", 11, 2), mark("decided", 11, 16)}, on(12, 24));
  EXPECT_EQ(in_time.state, casework::ClockState::stopped);
  EXPECT_FALSE(in_time.legal->overdue);
  EXPECT_TRUE(read({mark("accepted", 11, 2), mark("decided", 11, 17)}, on(12, 24)).legal->overdue);
}

TEST(read_clock, ends_an_open_pause_with_the_clock) {
  const auto reading =
      read({mark("accepted", 11, 2), mark("inspection_started", 11, 4), mark("withdrawn", 11, 6)}, on(11, 9));
  EXPECT_EQ(reading.state, casework::ClockState::stopped);
  EXPECT_FALSE(reading.legal->overdue);
}

TEST(read_clock, refuses_a_year_without_a_plan) {
  const auto refused =
      casework::read_clock(permit, {mark("accepted", 12, 28)}, ten_days, std::nullopt, autumn_2026(), on(12, 29));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "calendar.year_unknown");
}

TEST(read_clock, tells_which_pause_is_open) {
  const auto paused = read({mark("accepted", 11, 2), mark("inspection_started", 11, 4)}, on(11, 6));
  ASSERT_TRUE(paused.pause);
  EXPECT_EQ(paused.pause->from, on(11, 4));
  EXPECT_EQ(paused.pause->reason.zh, "现场核查");
  const auto running =
      read({mark("accepted", 11, 2), mark("inspection_started", 11, 4), mark("inspection_finished", 11, 5)}, on(11, 6));
  EXPECT_FALSE(running.pause);
}

TEST(timing_of, takes_the_nearest_day_and_the_nearest_legal_day_of_running_clocks) {
  const casework::ClockDays licence{.state = casework::ClockState::running, .legal = on(11, 5), .promised = on(11, 3)};
  const casework::ClockDays joint{.state = casework::ClockState::running, .legal = {}, .promised = on(11, 9)};
  const casework::ClockDays waits{
      .state = casework::ClockState::paused,
      .legal = {},
      .promised = {},
      .pause = calendar::Pause{.from = on(11, 4), .to = {}, .reason = {"现场核查", "inspection"}}};
  const casework::Timing timing = casework::timing_of({{"joint", joint}, {"licence", licence}, {"permit", waits}});
  EXPECT_EQ(timing.next_day, on(11, 3));
  EXPECT_EQ(timing.next_clock, "licence");
  EXPECT_EQ(timing.legal_day, on(11, 5));
  EXPECT_FALSE(timing.pause) << "something still runs";

  const casework::Timing waiting = casework::timing_of({{"permit", waits}});
  EXPECT_FALSE(waiting.next_day);
  ASSERT_TRUE(waiting.pause);
  EXPECT_EQ(waiting.pause->reason.en, "inspection");
  EXPECT_EQ(casework::timing_of({}), casework::Timing{});
}

TEST(case_number, ends_with_the_check_digit_of_its_digits) {
  const std::string number = casework::case_number("430211", on(11, 24), 12);
  EXPECT_EQ(number.substr(0, number.size() - 1), "ZL4302112026112400012");
  EXPECT_NE(number, casework::case_number("430211", on(11, 24), 21));
}

}  // namespace
