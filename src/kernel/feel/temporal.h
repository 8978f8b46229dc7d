/// Dates, times and durations as text, on the time line, and in arithmetic.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/feel/value.h"

namespace feel {

__extension__ using Int128 = __int128;

inline constexpr std::int64_t seconds_per_day = 86'400;
inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// ISO 8601 as XML Schema reads it, years up to nine digits, a zone name after '@'. Nothing for anything else.
std::optional<calendar::Date> parse_any_date(std::string_view text);
std::optional<Time> parse_time(std::string_view text);
std::optional<DateTime> parse_date_time(std::string_view text);
/// A years-and-months or a days-and-time duration, by the parts it has; mixtures are nothing.
std::optional<Value> parse_duration(std::string_view text);

std::string to_text(const Time& time);
std::string to_text(const DateTime& date_time);
std::string to_text(YearsMonths duration);
std::string to_text(DaysTime duration);
std::string date_to_text(calendar::Date date);

/// Whether ICU's copy of the time-zone database knows the name.
bool is_zone(std::string_view name);

/// Offset from UTC, at that local moment; nothing for a local time without zone.
std::optional<std::int32_t> offset_of(const DateTime& date_time);
/// A time's offset; a named zone is taken on 1970-01-01, since a time has no day.
std::optional<std::int32_t> offset_of(const Time& time);

/// A point on the UTC time line (on a local one when there is no zone).
struct Point {
  std::int64_t seconds = 0;
  std::int32_t nanosecond = 0;
  auto operator<=>(const Point&) const = default;
};
Point point_of(const DateTime& date_time);
/// In the zone, shown as there.
DateTime at_point(Point point, const Zone& zone);
DateTime midnight_utc(calendar::Date date);

/// Whole days of a year beyond ±999,999,999 are nothing.
bool is_in_range(calendar::Date date);
Int128 nanoseconds_of(DaysTime duration);
/// Nothing beyond what int64 seconds hold.
std::optional<DaysTime> checked_days_time(Int128 nanoseconds);

/// 1..53, as ISO 8601 counts weeks.
int week_of_year(calendar::Date date);
int day_of_year(calendar::Date date);

}  // namespace feel
