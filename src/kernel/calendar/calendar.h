/// Civil dates, working days and deadlines, as Chinese law counts them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace calendar {

/// A civil date of the proleptic Gregorian calendar, without a time zone.
/// Units: `days` since 1970-01-01. Years from -999,999,999 to 999,999,999.
struct Date {
  std::int64_t days = 0;
  auto operator<=>(const Date&) const = default;
};

/// Year, month 1..12, day 1..31.
struct Civil {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
  auto operator<=>(const Civil&) const = default;
};

/// Nothing when the day does not exist (30 February).
std::optional<Date> date_of(Civil civil);
Civil civil_of(Date date);
/// 1 Monday … 7 Sunday.
int weekday(Date date);
/// "2026-11-24"; years outside 0..9999 keep their sign and digits.
std::string to_text(Date date);
/// "2026年11月24日".
std::string to_text_zh(Date date);
/// Reads exactly YYYY-MM-DD.
std::optional<Date> parse_date(std::string_view text);

/// The civil date and the second of the day of `moment` in China (UTC+8, no summer time since 1991).
Date local_date(base::Instant moment);
int local_second_of_day(base::Instant moment);
/// The first moment of `date` in China.
base::Instant start_of(Date date);
/// "2026-11-24T09:30:00+08:00".
std::string to_text_local(base::Instant moment);

/// What a notice says about one day.
enum class DayKind { holiday, makeup_workday };

/// One year's plan: the days that differ from Monday-to-Friday.
struct YearPlan {
  std::int64_t year = 0;
  /// True while only weekends and the holidays fixed by regulation are known: every due day that leans on it says so.
  bool provisional = false;
  struct Day {
    Date date;
    DayKind kind = DayKind::holiday;
    std::string name;
  };
  std::vector<Day> days;
};

/// The loaded years. Immutable once built; shared between threads.
class Calendar {
 public:
  Calendar() = default;
  /// Errors: `calendar.year_twice` when two plans are for one year, `calendar.day_outside_year`.
  static base::Result<Calendar> of(std::vector<YearPlan> plans);

  /// Errors: `calendar.year_unknown`, never a silent Monday-to-Friday.
  /// Source: [LS-82] [MFD-203] and the State Council's yearly notices.
  base::Result<bool> is_working_day(Date date) const;
  /// Whether `date` lies in a year whose notice is not published yet.
  bool is_provisional(Date date) const;
  /// The name of the holiday or make-up workday, if the notice names one for `date`.
  std::optional<std::string> name_of(Date date) const;
  /// The years loaded, ascending.
  std::vector<std::int64_t> years() const;

 private:
  struct Year {
    bool provisional = false;
    std::map<std::int64_t, YearPlan::Day> marked;  // by Date::days
  };
  std::map<std::int64_t, Year> years_;
};

/// Reads the table `date,kind,name,source` (kind: holiday or makeup_workday), one plan a year.
/// Errors: `calendar.table_invalid` with every line at fault.
base::Result<std::vector<YearPlan>> parse_table(std::string_view csv);

/// Weekends and the holidays whose civil date the regulation fixes (New Year, Labour Day, National Day) plus those the
/// caller passes for the lunar ones; marked provisional.
/// Source: [HOL-2] Regulation on Public Holidays for National Festivals and Memorial Days (2025 revision).
YearPlan provisional_plan(std::int64_t year, std::vector<YearPlan::Day> days);

enum class Unit { working_days, calendar_days, months, years };

/// A length of time as a rule states it.
struct Span {
  int count = 0;
  Unit unit = Unit::working_days;
  bool operator==(const Span&) const = default;
};

/// One step of a derivation, to be read out by a clerk.
struct Reason {
  base::Text text;
};

/// The last day in time.
struct Deadline {
  Date due;
  bool provisional = false;
  std::vector<Reason> derivation;
};

/// The last day on which an answer is still in time. The starting day does not count; a calendar-day, month or year
/// limit that ends on a rest day ends on the next working day.
/// Errors: `calendar.year_unknown`; `calendar.limit_invalid` when `limit.count` is below 1.
/// Source: [MFD-201] [MFD-202] [MFD-203] [LS-82].
base::Result<Deadline> deadline_after(Date start, Span limit, const Calendar& calendar);

/// The day that is `count` working days after (before, when negative) `start`; `start` itself does not count.
/// Errors: `calendar.year_unknown`.
base::Result<Date> add_working_days(Date start, int count, const Calendar& calendar);

/// Working days after `from` up to and including `to`; negative when `to` is earlier.
/// Errors: `calendar.year_unknown`.
base::Result<int> working_days_between(Date from, Date to, const Calendar& calendar);

/// A pause of a running limit: from the day it began to the day it ended (both civil). The days after `from` up to and
/// including `to` do not count. An open pause has no `to`.
struct Pause {
  Date from;
  std::optional<Date> to;
  base::Text reason;
};

/// The state of a limit that may have been paused and extended.
struct Running {
  /// Nothing while a pause is open: the day is not known yet.
  std::optional<Date> due;
  bool provisional = false;
  /// Units of the limit already used on `today`, and left.
  int used = 0;
  int left = 0;
  std::vector<Reason> derivation;
};

/// The due day of `limit` (plus `extensions`, in the same unit) started on `start`, with `pauses` taken out.
/// Pauses of a limit in working days give back working days, those of a calendar-day limit give back calendar days.
/// Source: [LS-45] [LS-42].
base::Result<Running> run(Date start, Span limit, std::span<const Span> extensions, std::span<const Pause> pauses,
                          Date today, const Calendar& calendar);

}  // namespace calendar
