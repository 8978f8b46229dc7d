#include "builtin.h"
#include "temporal.h"

namespace feel {
namespace {

Value no_such(Evaluation& evaluation, std::string_view sign, const Value& left, const Value& right) {
  const std::string op(sign);
  return evaluation.fail("feel.type_mismatch", {std::string(kind_name_zh(left.kind())) + " " + op + " " +
                                                    std::string(kind_name_zh(right.kind())) + " 没有意义",
                                                std::string(kind_name(left.kind())) + " " + op + " " +
                                                    std::string(kind_name(right.kind())) + " has no meaning"});
}

Value too_far(Evaluation& evaluation) {
  return evaluation.fail("feel.arithmetic", {"日期或时长超出范围", "the date or duration is out of range"});
}

Value date_value(calendar::Date date, Evaluation& evaluation) {
  return is_in_range(date) ? Value(date) : too_far(evaluation);
}

Value duration_value(Int128 nanoseconds, Evaluation& evaluation) {
  const auto duration = checked_days_time(nanoseconds);
  return duration ? Value(*duration) : too_far(evaluation);
}

std::int64_t floor_days(std::int64_t seconds) {
  return seconds / seconds_per_day - (seconds % seconds_per_day < 0 ? 1 : 0);
}

/// `from` plus a duration; `sign` is 1 or -1.
Value moved(const Value& from, const Value& by, int sign, Evaluation& evaluation) {
  constexpr std::int64_t seconds_max = INT64_MAX / 4;
  if (by.kind() == Kind::years_months) {
    const std::int64_t months = sign * by.as_years_months().months;
    const bool is_date = from.kind() == Kind::date;
    const auto date = calendar::plus_months(is_date ? from.as_date() : from.as_date_time().date, months);
    if (!date) return too_far(evaluation);
    if (is_date) return *date;
    return DateTime{.date = *date, .time = from.as_date_time().time};
  }
  const DaysTime duration = by.as_days_time();
  if (duration.seconds > seconds_max || duration.seconds < -seconds_max) return too_far(evaluation);
  if (from.kind() == Kind::date) {
    // A date counts as its midnight; the result is the date that moment falls on.
    const std::int64_t carry = duration.nanoseconds * sign < 0 ? -1 : 0;
    return date_value({from.as_date().days + floor_days(sign * duration.seconds + carry)}, evaluation);
  }
  const bool is_time = from.kind() == Kind::time;
  const DateTime start = is_time ? DateTime{.date = {}, .time = from.as_time()} : from.as_date_time();
  std::int64_t nanosecond = start.time.nanosecond + sign * duration.nanoseconds;
  std::int64_t seconds = sign * duration.seconds;
  if (nanosecond < 0 || nanosecond >= nanoseconds_per_second) {
    seconds += nanosecond < 0 ? -1 : 1;
    nanosecond += nanosecond < 0 ? nanoseconds_per_second : -nanoseconds_per_second;
  }
  if (start.time.zone.kind == Zone::Kind::named && !is_time) {
    // On the time line: a day on which the clocks change has 23 or 25 hours. Source: [DMN-10.3.2.3.6] value_dt.
    DateTime reached =
        at_point({.seconds = point_of(start).seconds + seconds, .nanosecond = static_cast<std::int32_t>(nanosecond)},
                 start.time.zone);
    return is_in_range(reached.date) ? Value(std::move(reached)) : too_far(evaluation);
  }
  const std::int64_t local = start.date.days * seconds_per_day + start.time.second_of_day + seconds;
  const std::int64_t days = floor_days(local);
  Time time{.second_of_day = static_cast<std::int32_t>(local - days * seconds_per_day),
            .nanosecond = static_cast<std::int32_t>(nanosecond),
            .zone = start.time.zone};
  if (is_time) return time;
  if (!is_in_range({days})) return too_far(evaluation);
  return DateTime{.date = {days}, .time = std::move(time)};
}

DateTime as_moment(const Value& value) {
  return value.kind() == Kind::date ? midnight_utc(value.as_date()) : value.as_date_time();
}

bool is_day(const Value& value) {
  return value.kind() == Kind::date || value.kind() == Kind::date_time;
}
bool is_duration(const Value& value) {
  return value.kind() == Kind::days_time || value.kind() == Kind::years_months;
}

Value difference(const Value& left, const Value& right, Evaluation& evaluation) {
  const auto zoned = [](const Zone& zone) { return zone.kind != Zone::Kind::none; };
  if (left.kind() == Kind::time) {
    if (zoned(left.as_time().zone) != zoned(right.as_time().zone)) return no_such(evaluation, "-", left, right);
    const auto seconds = [](const Time& time) { return time.second_of_day - offset_of(time).value_or(0); };
    const Int128 whole_part = seconds(left.as_time()) - seconds(right.as_time());
    return duration_value(whole_part * nanoseconds_per_second + left.as_time().nanosecond - right.as_time().nanosecond,
                          evaluation);
  }
  const DateTime first = as_moment(left);
  const DateTime second = as_moment(right);
  const bool both_dates = left.kind() == Kind::date && right.kind() == Kind::date;
  if (!both_dates && zoned(first.time.zone) != zoned(second.time.zone)) return no_such(evaluation, "-", left, right);
  const Point from = point_of(second);
  const Point to = point_of(first);
  return duration_value(
      static_cast<Int128>(to.seconds - from.seconds) * nanoseconds_per_second + to.nanosecond - from.nanosecond,
      evaluation);
}

/// A duration times or divided by a number, cut to whole months or nanoseconds.
Value scaled(const Value& duration, const Decimal& factor, bool divide_it, Evaluation& evaluation) {
  const bool months = duration.kind() == Kind::years_months;
  const auto size = months ? Decimal(duration.as_years_months().months)
                           : *add(*multiply(Decimal(duration.as_days_time().seconds), Decimal(nanoseconds_per_second)),
                                  Decimal(static_cast<std::int64_t>(duration.as_days_time().nanoseconds)));
  auto result = divide_it ? divide(size, factor) : multiply(size, factor);
  if (result) result = rounded(*result, 0, Rounding::down);
  if (!result) return or_null(result, evaluation);
  if (months) {
    const auto count = result->to_int64();
    return count ? Value(YearsMonths{*count}) : too_far(evaluation);
  }
  const auto seconds = rounded(*divide(*result, Decimal(nanoseconds_per_second)), 0, Rounding::down);
  const auto whole_seconds = seconds ? seconds->to_int64() : std::nullopt;
  if (!whole_seconds) return too_far(evaluation);
  const auto rest = subtract(*result, *multiply(*seconds, Decimal(nanoseconds_per_second)));
  return DaysTime{.seconds = *whole_seconds,
                  .nanoseconds = static_cast<std::int32_t>(rest ? rest->to_int64().value_or(0) : 0)};
}

Value duration_ratio(const Value& left, const Value& right, Evaluation& evaluation) {
  const auto size = [](const Value& value) {
    if (value.kind() == Kind::years_months) return Decimal(value.as_years_months().months);
    const DaysTime duration = value.as_days_time();
    return *add(*multiply(Decimal(duration.seconds), Decimal(nanoseconds_per_second)),
                Decimal(static_cast<std::int64_t>(duration.nanoseconds)));
  };
  return or_null(divide(size(left), size(right)), evaluation);
}

}  // namespace

Value add_values(const Value& left, const Value& right, Evaluation& evaluation) {
  if (left.kind() == Kind::number && right.kind() == Kind::number)
    return or_null(add(left.as_number(), right.as_number()), evaluation);
  if (left.kind() == Kind::string && right.kind() == Kind::string) {
    if (!evaluation.take_bytes(static_cast<std::int64_t>(left.as_string().size() + right.as_string().size())))
      return {};
    return left.as_string() + right.as_string();
  }
  if (left.kind() == Kind::years_months && right.kind() == Kind::years_months) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(left.as_years_months().months, right.as_years_months().months, &sum))
      return too_far(evaluation);
    return YearsMonths{sum};
  }
  if (left.kind() == Kind::days_time && right.kind() == Kind::days_time)
    return duration_value(nanoseconds_of(left.as_days_time()) + nanoseconds_of(right.as_days_time()), evaluation);
  if (is_day(left) && is_duration(right)) return moved(left, right, 1, evaluation);
  if (is_duration(left) && is_day(right)) return moved(right, left, 1, evaluation);
  if (left.kind() == Kind::time && right.kind() == Kind::days_time) return moved(left, right, 1, evaluation);
  if (left.kind() == Kind::days_time && right.kind() == Kind::time) return moved(right, left, 1, evaluation);
  return no_such(evaluation, "+", left, right);
}

Value subtract_values(const Value& left, const Value& right, Evaluation& evaluation) {
  if (left.kind() == Kind::number && right.kind() == Kind::number)
    return or_null(subtract(left.as_number(), right.as_number()), evaluation);
  if (left.kind() == Kind::years_months && right.kind() == Kind::years_months) {
    std::int64_t rest = 0;
    if (__builtin_sub_overflow(left.as_years_months().months, right.as_years_months().months, &rest))
      return too_far(evaluation);
    return YearsMonths{rest};
  }
  if (left.kind() == Kind::days_time && right.kind() == Kind::days_time)
    return duration_value(nanoseconds_of(left.as_days_time()) - nanoseconds_of(right.as_days_time()), evaluation);
  if ((is_day(left) && is_duration(right)) || (left.kind() == Kind::time && right.kind() == Kind::days_time))
    return moved(left, right, -1, evaluation);
  if ((is_day(left) && is_day(right)) || (left.kind() == Kind::time && right.kind() == Kind::time))
    return difference(left, right, evaluation);
  return no_such(evaluation, "-", left, right);
}

Value multiply_values(const Value& left, const Value& right, Evaluation& evaluation) {
  if (left.kind() == Kind::number && right.kind() == Kind::number)
    return or_null(multiply(left.as_number(), right.as_number()), evaluation);
  if (is_duration(left) && right.kind() == Kind::number) return scaled(left, right.as_number(), false, evaluation);
  if (left.kind() == Kind::number && is_duration(right)) return scaled(right, left.as_number(), false, evaluation);
  return no_such(evaluation, "*", left, right);
}

Value divide_values(const Value& left, const Value& right, Evaluation& evaluation) {
  if (left.kind() == Kind::number && right.kind() == Kind::number)
    return or_null(divide(left.as_number(), right.as_number()), evaluation);
  if (is_duration(left) && right.kind() == Kind::number) return scaled(left, right.as_number(), true, evaluation);
  if (is_duration(left) && left.kind() == right.kind()) return duration_ratio(left, right, evaluation);
  return no_such(evaluation, "/", left, right);
}

Value power_values(const Value& left, const Value& right, Evaluation& evaluation) {
  if (left.kind() == Kind::number && right.kind() == Kind::number)
    return or_null(power(left.as_number(), right.as_number()), evaluation);
  return no_such(evaluation, "**", left, right);
}

}  // namespace feel
