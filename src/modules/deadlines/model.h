/// How an open case is placed on the board. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace deadlines {

/// Where a case lies. Each lies on one.
enum class Pile { late, today, soon, later, paused, no_clock };

/// What decides it: the nearest day of a running clock; whether, with none running, one is paused.
struct Times {
  std::optional<calendar::Date> next_day;
  bool paused = false;
};

inline constexpr int soon_working_days = 3;

/// `soon_until`: the last day of the pile "soon".
Pile pile_of(const Times& times, calendar::Date today, calendar::Date soon_until);
/// The day `soon_working_days` working days from today. Errors: `calendar.year_unknown`.
base::Result<calendar::Date> soon_until(calendar::Date today, const calendar::Calendar& calendar);

/// A pile, a mark or an age: its id in addresses and its name on screens.
struct Named {
  std::string_view id;
  base::Text name;
};
const Named& name_of(Pile pile);
std::span<const Pile> piles();
std::optional<Pile> parse_pile(std::string_view id);

/// What may be said of a case besides: its pile does not tell it.
enum class Mark { late_by_law, late_for_applicant, express };
const Named& name_of(Mark mark);
std::span<const Mark> marks();
std::optional<Mark> parse_mark(std::string_view id);

/// How long an unverified promise waits. Units: calendar days, first and last included; no last: without end.
struct Age {
  std::string_view id;
  base::Text name;
  int first = 0;
  std::optional<int> last;
};
std::span<const Age> ages();
const Age* find_age(std::string_view id);
/// Every age of 0 days or more has one.
const Age& age_of(calendar::Date made_on, calendar::Date today);

}  // namespace deadlines
