#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "kernel/calendar/calendar.h"
#include "kernel/calendar/due.h"
#include "test_tables.h"

namespace calendar {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

const base::Text accepted{"受理", "acceptance"};
const base::Text correction{"补正", "correction"};

Span working(int count) {
  return {.count = count, .unit = Unit::working_days};
}
Span calendar_days(int count) {
  return {.count = count, .unit = Unit::calendar_days};
}
Span months(int count) {
  return {.count = count, .unit = Unit::months};
}

std::vector<std::string> zh(const std::vector<Reason>& reasons) {
  std::vector<std::string> sentences;
  for (const Reason& reason : reasons) sentences.push_back(reason.text.zh);
  return sentences;
}

std::vector<std::string> en(const std::vector<Reason>& reasons) {
  std::vector<std::string> sentences;
  for (const Reason& reason : reasons) sentences.push_back(reason.text.en);
  return sentences;
}

std::string due(std::string_view start, Span limit) {
  const auto deadline = deadline_after(on(start), limit, published());
  return deadline ? to_text(deadline->due) : deadline.error().code;
}

// [ALL-82] [MFD-201] [MFD-203]
TEST(deadline_after, agrees_with_the_published_vectors) {
  struct Vector {
    const char* start;
    Span limit;
    const char* due;
  };
  const std::array<Vector, 12> vectors{{
      {"2019-09-27", working(5), "2019-10-10"},
      {"2019-04-30", working(3), "2019-05-07"},
      {"2018-12-28", working(3), "2019-01-03"},
      {"2026-02-13", working(2), "2026-02-24"},
      {"2019-11-29", working(7), "2019-12-10"},
      {"2019-11-29", working(20), "2019-12-27"},
      {"2020-01-20", working(5), "2020-02-04"},
      {"2015-09-02", working(2), "2015-09-07"},
      {"2023-12-29", working(10), "2024-01-15"},
      {"2019-09-02", calendar_days(30), "2019-10-08"},
      {"2019-04-02", calendar_days(30), "2019-05-05"},
      {"2019-08-05", calendar_days(90), "2019-11-04"},
  }};
  for (const Vector& vector : vectors) EXPECT_EQ(due(vector.start, vector.limit), vector.due) << vector.start;
}

// [MFD-202] [MFD-203]
TEST(calendar_with, tries_other_days_and_leaves_the_calendar_as_it_is) {
  const Calendar calendar = Calendar::of({YearPlan{.year = 2026}}).value();
  const Date monday = *parse_date("2026-03-16");
  const Date saturday = *parse_date("2026-03-21");
  const YearPlan::Day days[] = {{.date = monday, .kind = DayKind::holiday},
                                {.date = saturday, .kind = DayKind::makeup_workday}};
  const Calendar other = calendar.with(days).value();
  EXPECT_FALSE(other.is_working_day(monday).value());
  EXPECT_TRUE(other.is_working_day(saturday).value());
  EXPECT_TRUE(calendar.is_working_day(monday).value());
  EXPECT_FALSE(calendar.is_working_day(saturday).value());
  const YearPlan::Day beyond[] = {{.date = *parse_date("2031-03-16"), .kind = DayKind::holiday}};
  EXPECT_EQ(calendar.with(beyond).error().code, "calendar.year_unknown");
}

TEST(deadline_after, ends_months_and_years_on_the_corresponding_day) {
  EXPECT_EQ(due("2026-03-10", months(6)), "2026-09-10");
  EXPECT_EQ(due("2025-12-31", months(2)), "2026-02-28");  // a make-up Saturday is no rest day
  EXPECT_EQ(due("2024-12-31", months(2)), "2025-02-28");
  EXPECT_EQ(due("2026-07-31", months(2)), "2026-09-30");
  EXPECT_EQ(due("2025-08-03", months(2)), "2025-10-09");
  EXPECT_EQ(due("2025-03-31", {.count = 1, .unit = Unit::years}), "2026-03-31");
}

TEST(deadline_after, refuses_what_is_no_limit) {
  EXPECT_EQ(due("2026-03-10", working(0)), "calendar.limit_invalid");
  EXPECT_EQ(due("2026-03-10", months(-1)), "calendar.limit_invalid");
  EXPECT_EQ(due("2026-03-10", {.count = 101, .unit = Unit::years}), "calendar.limit_invalid");
  EXPECT_EQ(due("2026-03-10", calendar_days(INT32_MAX)), "calendar.limit_invalid");
}

TEST(deadline_after, refuses_to_count_into_a_year_that_is_not_loaded) {
  EXPECT_EQ(due("2026-12-28", working(5)), "calendar.year_unknown");
  EXPECT_EQ(due("2026-12-28", calendar_days(5)), "calendar.year_unknown");
  EXPECT_EQ(due("2014-12-20", working(1)), "calendar.year_unknown");
}

TEST(deadline_after, tells_how_it_counted) {
  const Deadline deadline = deadline_after(on("2026-09-28"), working(5), published(), accepted).value();
  EXPECT_EQ(to_text(deadline.due), "2026-10-10");
  EXPECT_FALSE(deadline.provisional);
  EXPECT_THAT(zh(deadline.derivation),
              ElementsAre("自2026年9月28日受理,当日不计,自次日起算。", "期限为5个工作日,周六、周日和法定节假日不计。",
                          "其间2026年10月1日至7日国庆节放假,不计。", "2026年10月10日为国庆节调休上班,计入。",
                          "第5个工作日为2026年10月10日,即最后一日。"));
  EXPECT_THAT(
      en(deadline.derivation),
      ElementsAre("The limit runs from 28 September 2026 (acceptance); that day does not count, counting begins "
                  "the next day.",
                  "The limit is 5 working days; Saturdays, Sundays and public holidays do not count.",
                  "1 to 7 October 2026 are holidays (National Day) and do not count.",
                  "10 October 2026 is a make-up workday for National Day and counts.",
                  "Working day 5 is 10 October 2026, the last day in time."));
}

TEST(deadline_after, tells_why_a_rest_day_moves_the_end) {
  const Deadline holiday = deadline_after(on("2019-09-02"), calendar_days(30), published()).value();
  EXPECT_THAT(zh(holiday.derivation),
              ElementsAre("自2019年9月2日起,当日不计,自次日起算。", "期限为30日,按自然日计算,节假日也计入。",
                          "第30日为2019年10月2日。", "最后一日为国庆节假期,顺延至下一个工作日2019年10月8日。"));
  const Deadline sunday = deadline_after(on("2019-08-05"), calendar_days(90), published()).value();
  EXPECT_THAT(en(sunday.derivation),
              Contains("That day is a Sunday, so the limit ends on the next working day, 4 November 2019."));
}

TEST(deadline_after, says_when_a_day_is_provisional) {
  const Deadline deadline = deadline_after(on("2026-12-30"), working(5), complete(), accepted).value();
  EXPECT_EQ(to_text(deadline.due), "2027-01-07");
  EXPECT_TRUE(deadline.provisional);
  EXPECT_EQ(zh(deadline.derivation).back(), "2027年放假安排尚未公布,此日期为暂定,公布后重新计算。");
  EXPECT_THAT(zh(deadline.derivation), Contains("其间2027年1月1日元旦放假,不计。"));
  const Deadline before = deadline_after(on("2026-11-24"), working(5), complete()).value();
  EXPECT_FALSE(before.provisional);
  const Deadline rolled = deadline_after(on("2026-12-20"), calendar_days(14), complete()).value();
  EXPECT_EQ(to_text(rolled.due), "2027-01-04");
  EXPECT_TRUE(rolled.provisional);
}

TEST(add_working_days, goes_both_ways) {
  EXPECT_EQ(to_text(add_working_days(on("2026-09-28"), 5, published()).value()), "2026-10-10");
  EXPECT_EQ(to_text(add_working_days(on("2026-10-10"), -5, published()).value()), "2026-09-28");
  EXPECT_EQ(to_text(add_working_days(on("2026-10-03"), 0, published()).value()), "2026-10-03");
  EXPECT_EQ(add_working_days(on("2026-12-31"), 1, published()).error().code, "calendar.year_unknown");
}

TEST(working_days_between, undoes_add_working_days_and_changes_sign_when_swapped) {
  for (int count = -40; count <= 40; ++count) {
    const Date end = add_working_days(on("2026-06-01"), count, published()).value();
    EXPECT_EQ(working_days_between(on("2026-06-01"), end, published()).value(), count);
    EXPECT_EQ(working_days_between(end, on("2026-06-01"), published()).value(), -count);
  }
  EXPECT_EQ(working_days_between(on("2026-10-03"), on("2026-10-03"), published()).value(), 0);
}

Running run_working(std::string_view start, int limit, std::vector<Pause> pauses, std::string_view today) {
  return run(on(start), working(limit), {}, pauses, on(today), published(), accepted).value();
}

std::string due_of(const Running& running) {
  return running.due ? to_text(*running.due) : "open";
}

TEST(run, counts_used_and_left) {
  const auto at = [](std::string_view today) {
    const Running running = run_working("2026-11-24", 5, {}, today);
    EXPECT_EQ(due_of(running), "2026-12-01");
    return std::pair(running.used, running.left);
  };
  EXPECT_EQ(at("2026-11-20"), std::pair(0, 5));
  EXPECT_EQ(at("2026-11-24"), std::pair(0, 5));
  EXPECT_EQ(at("2026-11-25"), std::pair(1, 4));
  EXPECT_EQ(at("2026-11-29"), std::pair(3, 2));
  EXPECT_EQ(at("2026-12-01"), std::pair(5, 0));
  EXPECT_EQ(at("2026-12-03"), std::pair(5, -2));
}

// [ALL-45]
TEST(run, gives_back_the_working_days_of_a_pause) {
  const Running running = run_working(
      "2026-11-24", 5, {{.from = on("2026-11-25"), .to = on("2026-11-30"), .reason = correction}}, "2026-11-30");
  EXPECT_EQ(due_of(running), "2026-12-04");
  EXPECT_EQ(running.used, 1);
  EXPECT_EQ(running.left, 4);
  EXPECT_THAT(zh(running.derivation), Contains("因补正,2026年11月26日至30日暂停计算,扣除3个工作日。"));
  EXPECT_THAT(en(running.derivation),
              Contains("Paused 26 to 30 November 2026 (correction): 3 working days do not count."));
}

TEST(run, gives_back_nothing_for_a_pause_over_rest_days_alone) {
  const Running weekend =
      run_working("2026-11-24", 5, {{.from = on("2026-11-27"), .to = on("2026-11-29")}}, "2026-11-24");
  EXPECT_EQ(due_of(weekend), "2026-12-01");
  const Running holiday =
      run_working("2026-09-28", 5, {{.from = on("2026-09-30"), .to = on("2026-10-07")}}, "2026-09-28");
  EXPECT_EQ(due_of(holiday), "2026-10-10");
  EXPECT_THAT(zh(holiday.derivation), Contains("2026年10月1日至7日暂停计算,扣除0个工作日。"));
}

TEST(run, gives_back_make_up_workdays_and_skips_holidays_within_a_pause) {
  // 8, 9 and the make-up Saturday 10 October are given back, the holidays before them are not.
  const Running running =
      run_working("2026-09-28", 5, {{.from = on("2026-09-30"), .to = on("2026-10-10")}}, "2026-09-28");
  EXPECT_EQ(due_of(running), "2026-10-14");
}

TEST(run, gives_back_a_day_in_two_pauses_once) {
  const std::vector<Pause> overlapping{{.from = on("2026-11-26"), .to = on("2026-11-30"), .reason = correction},
                                       {.from = on("2026-11-25"), .to = on("2026-11-27"), .reason = correction},
                                       {.from = on("2026-11-26"), .to = on("2026-11-27"), .reason = correction}};
  EXPECT_EQ(due_of(run_working("2026-11-24", 5, overlapping, "2026-11-24")), "2026-12-04");
}

TEST(run, ignores_pauses_before_the_start_and_after_the_end) {
  const std::vector<Pause> outside{{.from = on("2026-11-16"), .to = on("2026-11-20")},
                                   {.from = on("2026-12-01"), .to = on("2026-12-09")}};
  const Running running = run_working("2026-11-24", 5, outside, "2026-12-02");
  EXPECT_EQ(due_of(running), "2026-12-01");
  EXPECT_EQ(running.left, -1);
  EXPECT_THAT(zh(running.derivation), Not(Contains(testing::HasSubstr("暂停"))));
  const std::vector<Pause> opened_late{{.from = on("2026-12-01")}};
  EXPECT_EQ(due_of(run_working("2026-11-24", 5, opened_late, "2026-12-02")), "2026-12-01");
}

TEST(run, knows_no_due_day_while_a_pause_is_open) {
  const Running running = run_working(
      "2026-11-24", 5, {{.from = on("2026-11-26"), .to = std::nullopt, .reason = correction}}, "2026-12-10");
  EXPECT_FALSE(running.due);
  EXPECT_FALSE(running.provisional);
  EXPECT_EQ(running.used, 2);
  EXPECT_EQ(running.left, 3);
  EXPECT_EQ(zh(running.derivation).back(),
            "因补正,自2026年11月26日起暂停(当日仍计),尚未恢复;已用2个工作日,恢复后还剩3个工作日,到期日届时确定。");
}

TEST(run, keeps_an_earlier_closed_pause_beside_an_open_one) {
  const std::vector<Pause> pauses{{.from = on("2026-11-24"), .to = on("2026-11-25"), .reason = correction},
                                  {.from = on("2026-11-26"), .to = std::nullopt, .reason = {"检验", "testing"}}};
  const Running running = run_working("2026-11-24", 5, pauses, "2026-11-27");
  EXPECT_FALSE(running.due);
  EXPECT_EQ(running.used, 1);
  EXPECT_EQ(running.left, 4);
  EXPECT_THAT(zh(running.derivation), Contains("因补正,2026年11月25日暂停计算,扣除1个工作日。"));
}

// [ALL-42]
TEST(run, adds_extensions_in_the_same_unit_only) {
  const std::array<Span, 1> ten{working(10)};
  const Running running = run(on("2026-11-24"), working(5), ten, {}, on("2026-11-24"), published()).value();
  EXPECT_EQ(due_of(running), "2026-12-15");
  EXPECT_EQ(running.left, 15);
  EXPECT_THAT(zh(running.derivation), Contains("经批准延长10个工作日。"));
  EXPECT_THAT(en(running.derivation), Contains("It was extended by 10 working days."));
  const std::array<Span, 1> other{calendar_days(10)};
  EXPECT_EQ(run(on("2026-11-24"), working(5), other, {}, on("2026-11-24"), published()).error().code,
            "calendar.limit_invalid");
}

TEST(run, gives_back_calendar_days_to_a_calendar_day_limit) {
  const std::array<Pause, 1> pauses{{{.from = on("2026-11-05"), .to = on("2026-11-15"), .reason = correction}}};
  const Running running = run(on("2026-11-02"), calendar_days(20), {}, pauses, on("2026-11-17"), published()).value();
  EXPECT_EQ(due_of(running), "2026-12-02");
  EXPECT_EQ(running.used, 5);
  EXPECT_EQ(running.left, 15);
  EXPECT_THAT(zh(running.derivation), Contains("因补正,2026年11月6日至15日暂停计算,扣除10日。"));
}

TEST(run, shifts_months_by_the_calendar_days_paused) {
  const std::array<Pause, 1> pauses{{{.from = on("2026-04-01"), .to = on("2026-04-11")}}};
  const Running running = run(on("2026-03-10"), months(3), {}, pauses, on("2026-03-10"), published()).value();
  EXPECT_EQ(due_of(running), "2026-06-22");  // 10 June and ten days is 20 June, a holiday Saturday; Monday is free
}

TEST(run, moves_off_a_rest_day_past_a_pause_that_began_there) {
  // Day 5 is Saturday the 28th; the pause takes Monday and Tuesday.
  const std::array<Pause, 1> pauses{{{.from = on("2026-11-28"), .to = on("2026-12-01")}}};
  const Running running = run(on("2026-11-23"), calendar_days(5), {}, pauses, on("2026-11-23"), published()).value();
  EXPECT_EQ(due_of(running), "2026-12-02");
}

TEST(run, refuses_a_pause_that_ends_before_it_begins) {
  const std::array<Pause, 1> pauses{{{.from = on("2026-11-26"), .to = on("2026-11-25")}}};
  EXPECT_EQ(run(on("2026-11-24"), working(5), {}, pauses, on("2026-11-24"), published()).error().code,
            "calendar.pause_invalid");
}

TEST(run, a_published_notice_changes_what_leaned_on_the_provisional_plan) {
  const auto due_with = [](const Calendar& calendar) {
    return run(on("2027-02-03"), working(3), {}, {}, on("2027-02-03"), calendar).value();
  };
  EXPECT_EQ(due_of(due_with(complete())), "2027-02-10");
  EXPECT_TRUE(due_with(complete()).provisional);
  std::vector<YearPlan> notice{{.year = 2027}};
  for (int day = 5; day <= 11; ++day)
    notice[0].days.push_back({.date = *date_of({.year = 2027, .month = 2, .day = day}), .name = "春节"});
  const Calendar loaded = Calendar::of(prefer_published(std::move(notice), provisional_plans())).value();
  EXPECT_EQ(due_of(due_with(loaded)), "2027-02-15");
  EXPECT_FALSE(due_with(loaded).provisional);
}

/// Day by day, as a person counts on a calendar at the wall.
struct ByHand {
  Date start;
  Span limit;
  const std::vector<Pause>& pauses;

  bool is_paused(Date day) const {
    return std::ranges::any_of(pauses, [&](const Pause& one) { return one.from < day && (!one.to || day <= *one.to); });
  }
  bool is_paused_for_good(Date day) const {
    return std::ranges::any_of(pauses, [&](const Pause& one) { return one.from < day && !one.to; });
  }
  bool counts(Date day) const {
    return !is_paused(day) && (limit.unit != Unit::working_days || complete().is_working_day(day).value());
  }
  std::optional<Date> due() const {
    Date day = start;
    for (int counted = 0; counted < limit.count; counted += counts(day) ? 1 : 0)
      if (is_paused_for_good({++day.days})) return std::nullopt;
    for (; is_paused(day) || !complete().is_working_day(day).value(); ++day.days)
      if (is_paused_for_good(day)) return std::nullopt;
    return day;
  }
  int used(Date until) const {
    int count = 0;
    for (Date day{start.days + 1}; day <= until; ++day.days) count += counts(day) ? 1 : 0;
    return count;
  }
};

TEST(run, agrees_with_counting_day_by_day) {
  std::minstd_rand random(2026);
  const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  int open = 0;
  for (int round = 0; round < 3000; ++round) {
    const Date start{on("2024-01-01").days + below(900)};
    std::vector<Pause> pauses;
    for (int pause = below(4); pause > 0; --pause) {
      const Date from{start.days - 3 + below(60)};
      pauses.push_back({.from = from});
      if (below(8) > 0) pauses.back().to = Date{from.days + below(30)};
    }
    const ByHand by_hand{start, below(2) == 0 ? working(1 + below(40)) : calendar_days(1 + below(60)), pauses};
    const Date today{start.days + below(120)};
    const Running running = run(start, by_hand.limit, {}, pauses, today, complete()).value();
    SCOPED_TRACE("round " + std::to_string(round) + " from " + to_text(start) + ", " + to_text(by_hand.limit).en);
    const auto due = by_hand.due();
    ASSERT_EQ(running.due, due);
    ASSERT_EQ(running.used, by_hand.used(due ? std::min(today, *due) : today));
    if (due && today <= *due) {
      ASSERT_EQ(running.left, by_hand.used(*due) - by_hand.used(today));
    }
    const Due alone = due_of(start, by_hand.limit, {}, pauses, complete()).value();
    ASSERT_EQ(alone.day, due);
    ASSERT_EQ(alone.provisional, running.provisional);
    open += due ? 0 : 1;
  }
  EXPECT_GT(open, 100);
}

}  // namespace
}  // namespace calendar
