#include <gtest/gtest.h>

#include "modules/deadlines/model.h"

namespace deadlines {
namespace {

calendar::Date day(const char* text) {
  return *calendar::parse_date(text);
}

TEST(pile_of, lays_every_case_on_exactly_one_pile) {
  const calendar::Date today = day("2026-11-25"), soon = day("2026-11-30");
  EXPECT_EQ(pile_of({day("2026-11-24"), false}, today, soon), Pile::late);
  EXPECT_EQ(pile_of({day("2026-11-25"), false}, today, soon), Pile::today);
  EXPECT_EQ(pile_of({day("2026-11-26"), false}, today, soon), Pile::soon);
  EXPECT_EQ(pile_of({day("2026-11-30"), false}, today, soon), Pile::soon);
  EXPECT_EQ(pile_of({day("2026-12-01"), false}, today, soon), Pile::later);
  EXPECT_EQ(pile_of({{}, true}, today, soon), Pile::paused);
  EXPECT_EQ(pile_of({{}, false}, today, soon), Pile::no_clock);
}

TEST(soon_until, counts_working_days_and_refuses_an_unknown_year) {
  calendar::YearPlan plan{.year = 2026};
  const auto calendar = calendar::Calendar::of({plan}).value();
  // Friday 27 November: Monday, Tuesday, Wednesday.
  EXPECT_EQ(soon_until(day("2026-11-27"), calendar).value(), day("2026-12-02"));
  const auto unknown = soon_until(day("2026-12-31"), calendar);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "calendar.year_unknown");
}

TEST(age_of, covers_every_age_without_gap_or_overlap) {
  const calendar::Date made = day("2026-01-01");
  int before = -1;
  for (int days = 0; days < 400; ++days) {
    const Age& age = age_of(made, {made.days + days});
    EXPECT_LE(age.first, days);
    EXPECT_TRUE(!age.last || days <= *age.last);
    EXPECT_GE(age.first, before);
    before = age.first;
    EXPECT_EQ(find_age(age.id), &age);
  }
  EXPECT_EQ(age_of({made.days + 5}, made).id, "week");  // made on a later business day: a demonstration's clock
}

TEST(names, are_read_back_from_their_ids_and_nothing_else_is) {
  for (const Pile pile : piles()) EXPECT_EQ(parse_pile(name_of(pile).id), pile);
  for (const Mark mark : marks()) EXPECT_EQ(parse_mark(name_of(mark).id), mark);
  EXPECT_FALSE(parse_pile("elsewhere"));
  EXPECT_FALSE(parse_mark(""));
  EXPECT_EQ(find_age("none"), nullptr);
}

}  // namespace
}  // namespace deadlines
