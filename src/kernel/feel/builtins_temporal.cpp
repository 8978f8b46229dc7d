#include <array>

#include "builtin.h"
#include "temporal.h"

// Functions of dates and times. Source: [DMN-10.3.4.10], [DMN-10.3.4.11].
namespace feel {
namespace {

std::optional<calendar::Date> day_of(const Value& argument) {
  const Value& value = single(argument);
  if (value.kind() == Kind::date) return value.as_date();
  if (value.kind() == Kind::date_time) return value.as_date_time().date;
  return std::nullopt;
}

Value now(const List&, Evaluation& evaluation) {
  constexpr std::int64_t us = base::us_per_second;
  const std::int64_t moment = evaluation.world().now.us;
  const std::int64_t seconds = moment / us - (moment % us < 0 ? 1 : 0);
  const Point point{.seconds = seconds, .nanosecond = static_cast<std::int32_t>((moment - seconds * us) * 1'000)};
  return at_point(point, {.kind = Zone::Kind::offset, .offset_seconds = 8 * 3'600});
}

Value today(const List&, Evaluation& evaluation) {
  return calendar::local_date(evaluation.world().now);
}

Value day_of_year_(const List& arguments, Evaluation& evaluation) {
  const auto date = day_of(arguments[0]);
  return date ? Value(day_of_year(*date)) : mismatch(evaluation, 1, "date");
}

Value week_of_year_(const List& arguments, Evaluation& evaluation) {
  const auto date = day_of(arguments[0]);
  return date ? Value(week_of_year(*date)) : mismatch(evaluation, 1, "date");
}

Value day_of_week(const List& arguments, Evaluation& evaluation) {
  static constexpr std::array<const char*, 7> names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
  const auto date = day_of(arguments[0]);
  return date ? Value(names[static_cast<std::size_t>(calendar::weekday(*date) - 1)]) : mismatch(evaluation, 1, "date");
}

Value month_of_year(const List& arguments, Evaluation& evaluation) {
  static constexpr std::array<const char*, 12> names{"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};
  const auto date = day_of(arguments[0]);
  return date ? Value(names[static_cast<std::size_t>(calendar::civil_of(*date).month - 1)])
              : mismatch(evaluation, 1, "date");
}

constexpr BuiltIn table[] = {
    {"now", "", now},
    {"today", "", today},
    {"day of year", "date", day_of_year_},
    {"day of week", "date", day_of_week},
    {"month of year", "date", month_of_year},
    {"week of year", "date", week_of_year_},
};

}  // namespace

std::span<const BuiltIn> temporal_functions() {
  return table;
}

}  // namespace feel
