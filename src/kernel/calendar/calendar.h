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

inline constexpr std::int64_t year_max = 999'999'999;

/// Nothing when the day does not exist (30 February) or the year is beyond `year_max` on either side.
std::optional<Date> date_of(Civil civil);
Civil civil_of(Date date);
/// Nothing beyond the years a Date can hold.
std::optional<Date> plus_days(Date date, std::int64_t days);
/// The corresponding day `months` later (earlier, when negative), or the last day of that month when it has none.
/// Nothing beyond the years a Date can hold.
/// Source: [MFD-202].
std::optional<Date> plus_months(Date date, std::int64_t months);
bool is_leap(std::int64_t year);
/// 28..31.
int days_in_month(std::int64_t year, int month);
/// 1 Monday … 7 Sunday.
int weekday(Date date);
/// "2026-11-24"; years outside 0..9999 keep their sign and digits.
std::string to_text(Date date);
/// "2026年11月24日".
std::string to_text_zh(Date date);
/// "24 November 2026".
std::string to_text_en(Date date);
/// Reads exactly YYYY-MM-DD.
std::optional<Date> parse_date(std::string_view text);

/// The civil date and the second of the day of `moment` in China (UTC+8, no summer time since 1991).
Date local_date(base::Instant moment);
int local_second_of_day(base::Instant moment);
/// The first moment of `date` in China. CHECKs that a moment of that day can be held: years -290,000 to 290,000.
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
    std::string name = {};
    /// Where it is published.
    std::string source = {};
  };
  std::vector<Day> days = {};
};

/// The loaded years. Immutable once built; shared between threads.
class Calendar {
 public:
  Calendar() = default;
  /// Errors: `calendar.year_twice` when two plans are for one year, `calendar.day_outside_year`, `calendar.day_twice`.
  static base::Result<Calendar> of(std::vector<YearPlan> plans);

  /// The same calendar in which some days are otherwise, to try what would come of it; a day's kind stands as a notice
  /// would state it. Errors: `calendar.year_unknown`.
  base::Result<Calendar> with(std::span<const YearPlan::Day> days) const;

  /// Errors: `calendar.year_unknown`, never a silent Monday-to-Friday.
  /// Source: [ALL-82] [MFD-203] and the State Council's yearly notices.
  base::Result<bool> is_working_day(Date date) const;
  /// Whether `date` lies in a year whose notice is not published yet.
  bool is_provisional(Date date) const;
  /// The name of the holiday or make-up workday, if the notice names one for `date`.
  std::optional<std::string> name_of(Date date) const;
  /// The years loaded, ascending.
  std::vector<std::int64_t> years() const;

 private:
  /// Every limit of every case asks day by day, so each day's answer is kept ready.
  struct Year {
    std::int64_t year = 0;
    std::int64_t first_day = 0;  // Date::days of 1 January
    bool provisional = false;
    std::vector<bool> working;                     // one for each day of the year
    std::map<std::int64_t, YearPlan::Day> marked;  // by Date::days
    bool has(Date date) const {
      return date.days >= first_day && date.days - first_day < static_cast<std::int64_t>(working.size());
    }
  };
  const Year* find_year(Date date) const;
  std::vector<Year> years_;  // ascending
};

inline constexpr std::size_t table_bytes_max = 1'048'576;

/// Reads the table `date,kind,name,source` (kind: holiday or makeup_workday), one plan a year, ascending. UTF-8 with or
/// without byte-order mark, lines ended by LF or CRLF, fields quoted where needed. `provisional` marks every plan read.
/// Errors: `calendar.table_invalid` with every line at fault ("/lines/12").
base::Result<std::vector<YearPlan>> parse_table(std::string_view csv, bool provisional = false);

/// All years of both; where a year is in both, the published plan stands and the provisional one is dropped. So loading
/// a notice is only adding its lines to the published table.
std::vector<YearPlan> prefer_published(std::vector<YearPlan> published, std::vector<YearPlan> provisional);

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

/// Longer limits are refused as mistakes.
inline constexpr int limit_years_max = 100;

/// "5个工作日" / "5 working days", "30日" / "30 days", "6个月", "5年".
base::Text to_text(Span span);

/// The last day in time.
struct Deadline {
  Date due;
  bool provisional = false;
  std::vector<Reason> derivation;
};

/// The last day on which an answer is still in time. The starting day does not count; a calendar-day, month or year
/// limit that ends on a rest day ends on the next working day.
/// `event` names what happened on `start` in the derivation, as a noun: {"受理", "acceptance"}; it may be empty.
/// Errors: `calendar.year_unknown`; `calendar.limit_invalid` when `limit.count` is below 1 or beyond `limit_years_max`.
/// Source: [MFD-201] [MFD-202] [MFD-203] [ALL-82].
base::Result<Deadline> deadline_after(Date start, Span limit, const Calendar& calendar, const base::Text& event = {});

/// The day that is `count` working days after (before, when negative) `start`; `start` itself does not count. With a
/// `count` of 0 it is `start`, whatever day that is.
/// Errors: `calendar.year_unknown`.
base::Result<Date> add_working_days(Date start, int count, const Calendar& calendar);

/// Working days after `from` up to and including `to`. When `to` is earlier: those after `to` up to and including
/// `from`, negative, so that swapping the two only changes the sign.
/// Errors: `calendar.year_unknown`.
base::Result<int> working_days_between(Date from, Date to, const Calendar& calendar);

/// A pause of a running limit: from the day it began to the day it ended (both civil). The days after `from` up to and
/// including `to` do not count. An open pause has no `to`.
struct Pause {
  Date from;
  std::optional<Date> to = std::nullopt;
  /// Why, as a noun: {"补正", "correction of the application"}.
  base::Text reason = {};
};

/// The state of a limit that may have been paused and extended.
struct Running {
  /// Nothing while a pause is open: the day is not known yet.
  std::optional<Date> due = std::nullopt;
  bool provisional = false;
  /// Units: working days for a limit in working days, calendar days for every other. `used` counts the days after the
  /// start up to and including `today` (at most `due`), `left` those after `today` up to `due`, paused days in neither.
  /// After `due`, `left` is negative: the days overdue. While a pause is open, `left` is what remains once it ends.
  int used = 0;
  int left = 0;
  std::vector<Reason> derivation = {};
};

/// The due day of `limit` (plus `extensions`, in the same unit) started on `start`, with `pauses` taken out. Pauses of
/// a limit in working days give back working days, those of any other limit give back calendar days; a day in two
/// pauses is given back once; a pause that begins on or after the due day changes nothing.
/// Errors: `calendar.year_unknown`; `calendar.limit_invalid`, also when an extension has another unit;
/// `calendar.pause_invalid` when a pause ends before it begins.
/// Source: [ALL-45] [ALL-42].
base::Result<Running> run(Date start, Span limit, std::span<const Span> extensions, std::span<const Pause> pauses,
                          Date today, const Calendar& calendar, const base::Text& event = {});

}  // namespace calendar
