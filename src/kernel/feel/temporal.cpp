#include "temporal.h"

#include <unicode/timezone.h>

#include <algorithm>
#include <cstdio>

#include "text.h"

namespace feel {
namespace {

using calendar::Civil;
using calendar::Date;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

/// Reads digits and signs from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool eat(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  std::size_t digits_ahead() const {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
    return end - at_;
  }
  /// Exactly `count` digits.
  std::optional<std::int64_t> number(std::size_t count) {
    if (count == 0 || count > 18 || digits_ahead() < count) return std::nullopt;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (text_[at_++] - '0');
    return value;
  }
  /// The digits after a point as nanoseconds; further digits are cut off.
  std::optional<std::int32_t> fraction() {
    std::size_t count = digits_ahead();
    if (count == 0) return std::nullopt;
    std::int32_t value = 0;
    for (std::size_t i = 0; i < 9; ++i) value = value * 10 + (i < count ? text_[at_ + i] - '0' : 0);
    at_ += count;
    return value;
  }
  std::string_view rest() const { return text_.substr(at_); }
  std::size_t place() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<Date> read_date(Reader& in) {
  const bool negative = in.eat('-');
  const std::size_t year_digits = in.digits_ahead();
  if (year_digits < 4 || year_digits > 9 || (year_digits > 4 && in.peek() == '0')) return std::nullopt;
  const auto year = in.number(year_digits);
  if (!year || !in.eat('-') || in.digits_ahead() != 2) return std::nullopt;
  const auto month = in.number(2);
  if (!month || !in.eat('-') || in.digits_ahead() != 2) return std::nullopt;
  const auto day = in.number(2);
  if (!day) return std::nullopt;
  return calendar::date_of(
      {.year = negative ? -*year : *year, .month = static_cast<int>(*month), .day = static_cast<int>(*day)});
}

std::optional<Zone> read_zone(std::string_view text) {
  if (text.empty()) return Zone{};
  if (text == "Z" || text == "z") return Zone{.kind = Zone::Kind::offset};
  if (text[0] == '@') {
    if (!is_zone(text.substr(1))) return std::nullopt;
    return Zone{.kind = Zone::Kind::named, .name = std::string(text.substr(1))};
  }
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  Reader in(text.substr(1));
  if (in.digits_ahead() != 2) return std::nullopt;
  const auto hours = in.number(2);
  if (!hours || !in.eat(':') || in.digits_ahead() != 2) return std::nullopt;
  const auto minutes = in.number(2);
  std::int64_t seconds = 0;
  if (in.eat(':')) {
    if (in.digits_ahead() != 2) return std::nullopt;
    seconds = *in.number(2);
  }
  constexpr std::int64_t offset_max = 18 * 3'600;
  const std::int64_t total = *hours * 3'600 + *minutes * 60 + seconds;
  if (!in.at_end() || *minutes > 59 || seconds > 59 || total > offset_max) return std::nullopt;
  return Zone{.kind = Zone::Kind::offset, .offset_seconds = static_cast<std::int32_t>(text[0] == '-' ? -total : total)};
}

/// `carry` is set for 24:00:00, the first moment of the next day.
std::optional<Time> read_time(std::string_view text, bool& carry) {
  Reader in(text);
  if (in.digits_ahead() != 2) return std::nullopt;
  const auto hour = in.number(2);
  if (!in.eat(':') || in.digits_ahead() != 2) return std::nullopt;
  const auto minute = in.number(2);
  if (!in.eat(':') || in.digits_ahead() != 2) return std::nullopt;
  const auto second = in.number(2);
  std::int32_t nanosecond = 0;
  if (in.eat('.')) {
    const auto fraction = in.fraction();
    if (!fraction) return std::nullopt;
    nanosecond = *fraction;
  }
  auto zone = read_zone(in.rest());
  if (!zone || *hour > 24 || *minute > 59 || *second > 59) return std::nullopt;
  carry = *hour == 24;
  if (carry && (*minute != 0 || *second != 0 || nanosecond != 0)) return std::nullopt;
  const auto second_of_day = static_cast<std::int32_t>((*hour % 24) * 3'600 + *minute * 60 + *second);
  return Time{.second_of_day = second_of_day, .nanosecond = nanosecond, .zone = std::move(*zone)};
}

std::string zone_text(const Zone& zone) {
  if (zone.kind == Zone::Kind::none) return "";
  if (zone.kind == Zone::Kind::named) return "@" + zone.name;
  if (zone.offset_seconds == 0) return "Z";
  const int size = std::abs(zone.offset_seconds);
  char text[16];
  std::snprintf(text, sizeof text, "%c%02d:%02d", zone.offset_seconds < 0 ? '-' : '+', size / 3'600, size / 60 % 60);
  std::string out = text;
  if (size % 60 != 0) {
    std::snprintf(text, sizeof text, ":%02d", size % 60);
    out += text;
  }
  return out;
}

std::string fraction_text(std::int32_t nanoseconds) {
  if (nanoseconds == 0) return "";
  char text[16];
  std::snprintf(text, sizeof text, ".%09d", nanoseconds);
  std::string out = text;
  while (out.back() == '0') out.pop_back();
  return out;
}

/// Milliseconds since 1970 of the same moment in a year that ICU's integers reach: the Gregorian calendar repeats every
/// 400 years, weekdays included.
double known_milliseconds(std::int64_t seconds) {
  constexpr std::int64_t cycle = 146'097 * seconds_per_day;
  constexpr std::int64_t after = 64'092'211'200;  // 4001-01-01
  if (seconds > after) seconds = after + (seconds - after) % cycle;
  if (seconds < -after) seconds = -after;  // long before any zone was named
  return static_cast<double>(seconds) * 1'000.0;
}

std::optional<std::int32_t> zone_offset(const std::string& name, std::int64_t seconds, bool is_local) {
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  std::int32_t raw = 0;
  std::int32_t summer = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone->getOffset(known_milliseconds(seconds), is_local, raw, summer, status);
  if (U_FAILURE(status)) return std::nullopt;
  return (raw + summer) / 1'000;
}

}  // namespace

bool is_zone(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  if (name == "Z" || name == "UTC" || name == "GMT") return true;
  if (name.find('/') == std::string_view::npos && name.size() < 4) return false;  // "PST": not one zone, but many
  icu::UnicodeString canonical;
  UBool is_system = false;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(
      icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int>(name.size()))), canonical, is_system,
      status);
  return U_SUCCESS(status) && is_system;
}

std::optional<Date> parse_any_date(std::string_view text) {
  Reader in(text);
  auto date = read_date(in);
  if (!in.at_end()) return std::nullopt;
  return date;
}

std::optional<Time> parse_time(std::string_view text) {
  bool carry = false;
  if (!text.empty() && text[0] == 'T') text.remove_prefix(1);
  return read_time(text, carry);
}

std::optional<DateTime> parse_date_time(std::string_view text) {
  Reader in(text);
  auto date = read_date(in);
  if (!date) return std::nullopt;
  if (in.at_end()) return DateTime{.date = *date};
  if (!in.eat('T')) return std::nullopt;
  bool carry = false;
  auto time = read_time(in.rest(), carry);
  if (!time) return std::nullopt;
  if (carry) date->days += 1;
  if (!is_in_range(*date)) return std::nullopt;
  return DateTime{.date = *date, .time = std::move(*time)};
}

std::optional<Value> parse_duration(std::string_view text) {
  Reader in(text);
  const bool negative = in.eat('-');
  if (!in.eat('P')) return std::nullopt;
  bool has_months = false;
  bool has_time = false;
  bool in_time = false;
  Int128 months = 0;
  Int128 nanoseconds = 0;
  std::string_view units = "YMD";
  while (!in.at_end()) {
    if (!in_time && in.eat('T')) {
      in_time = true;
      units = "HMS";
      if (in.at_end()) return std::nullopt;
      continue;
    }
    const std::size_t count = in.digits_ahead();
    const auto number = in.number(count);
    if (!number) return std::nullopt;
    std::int32_t fraction = 0;
    bool has_fraction = false;
    if (in_time && in.eat('.')) {
      has_fraction = true;
      fraction = in.fraction().value_or(0);
    }
    const std::size_t unit = units.find(in.peek());
    if (in.at_end() || unit == std::string_view::npos) return std::nullopt;
    const char letter = units[unit];
    if (has_fraction && letter != 'S') return std::nullopt;
    in.eat(letter);
    units.remove_prefix(unit + 1);
    const Int128 billion = nanoseconds_per_second;
    if (!in_time && letter == 'Y') months += static_cast<Int128>(*number) * 12;
    if (!in_time && letter == 'M') months += *number;
    if (letter == 'D') nanoseconds += *number * (seconds_per_day * billion);
    if (letter == 'H') nanoseconds += *number * (3'600 * billion);
    if (in_time && letter == 'M') nanoseconds += *number * (60 * billion);
    if (letter == 'S') nanoseconds += *number * billion + fraction;
    (letter == 'Y' || (!in_time && letter == 'M') ? has_months : has_time) = true;
  }
  if (has_months == has_time) return std::nullopt;
  if (has_months) {
    if (months > INT64_MAX) return std::nullopt;
    return YearsMonths{static_cast<std::int64_t>(negative ? -months : months)};
  }
  const auto duration = checked_days_time(negative ? -nanoseconds : nanoseconds);
  if (!duration) return std::nullopt;
  return *duration;
}

std::string date_to_text(Date date) {
  return calendar::to_text(date);
}

std::string to_text(const Time& time) {
  char text[16];
  const int seconds = time.second_of_day;
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", seconds / 3'600, seconds / 60 % 60, seconds % 60);
  return text + fraction_text(time.nanosecond) + zone_text(time.zone);
}

std::string to_text(const DateTime& date_time) {
  return date_to_text(date_time.date) + "T" + to_text(date_time.time);
}

std::string to_text(YearsMonths duration) {
  if (duration.months == 0) return "P0M";
  const bool negative = duration.months < 0;
  const auto size =
      negative ? ~static_cast<std::uint64_t>(duration.months) + 1 : static_cast<std::uint64_t>(duration.months);
  std::string out = negative ? "-P" : "P";
  if (size / 12 != 0) out += std::to_string(size / 12) + "Y";
  if (size % 12 != 0) out += std::to_string(size % 12) + "M";
  return out;
}

std::string to_text(DaysTime duration) {
  Int128 nanoseconds = nanoseconds_of(duration);
  if (nanoseconds == 0) return "PT0S";
  std::string out = nanoseconds < 0 ? "-P" : "P";
  if (nanoseconds < 0) nanoseconds = -nanoseconds;
  const auto seconds = static_cast<std::int64_t>(nanoseconds / nanoseconds_per_second);
  const auto rest = static_cast<std::int32_t>(nanoseconds % nanoseconds_per_second);
  if (seconds / seconds_per_day != 0) out += std::to_string(seconds / seconds_per_day) + "D";
  const std::int64_t of_day = seconds % seconds_per_day;
  if (of_day == 0 && rest == 0) return out;
  out += "T";
  if (of_day / 3'600 != 0) out += std::to_string(of_day / 3'600) + "H";
  if (of_day / 60 % 60 != 0) out += std::to_string(of_day / 60 % 60) + "M";
  if (of_day % 60 != 0 || rest != 0) out += std::to_string(of_day % 60) + fraction_text(rest) + "S";
  return out;
}

std::optional<std::int32_t> offset_of(const DateTime& date_time) {
  const Zone& zone = date_time.time.zone;
  if (zone.kind == Zone::Kind::none) return std::nullopt;
  if (zone.kind == Zone::Kind::offset) return zone.offset_seconds;
  return zone_offset(zone.name, date_time.date.days * seconds_per_day + date_time.time.second_of_day, true);
}

std::optional<std::int32_t> offset_of(const Time& time) {
  if (time.zone.kind == Zone::Kind::offset) return time.zone.offset_seconds;
  return offset_of(DateTime{.date = {}, .time = time});
}

Point point_of(const DateTime& date_time) {
  const std::int64_t local = date_time.date.days * seconds_per_day + date_time.time.second_of_day;
  return {.seconds = local - offset_of(date_time).value_or(0), .nanosecond = date_time.time.nanosecond};
}

DateTime at_point(Point point, const Zone& zone) {
  std::int64_t local = point.seconds;
  if (zone.kind == Zone::Kind::offset) local += zone.offset_seconds;
  if (zone.kind == Zone::Kind::named) local += zone_offset(zone.name, point.seconds, false).value_or(0);
  const std::int64_t days = floor_div(local, seconds_per_day);
  return {.date = {days},
          .time = {.second_of_day = static_cast<std::int32_t>(local - days * seconds_per_day),
                   .nanosecond = point.nanosecond,
                   .zone = zone}};
}

DateTime midnight_utc(Date date) {
  return {.date = date, .time = {.zone = {.kind = Zone::Kind::offset}}};
}

bool is_in_range(Date date) {
  constexpr std::int64_t days_max = 366'000'000'000;  // a little more than 999,999,999 years on either side
  if (date.days > days_max || date.days < -days_max) return false;
  static const std::int64_t first = calendar::date_of({.year = -999'999'999, .month = 1, .day = 1})->days;
  static const std::int64_t last = calendar::date_of({.year = 999'999'999, .month = 12, .day = 31})->days;
  return date.days >= first && date.days <= last;
}

Int128 nanoseconds_of(DaysTime duration) {
  return static_cast<Int128>(duration.seconds) * nanoseconds_per_second + duration.nanoseconds;
}

std::optional<DaysTime> checked_days_time(Int128 nanoseconds) {
  const Int128 seconds = nanoseconds / nanoseconds_per_second;
  if (seconds > INT64_MAX || seconds < INT64_MIN) return std::nullopt;
  return DaysTime{.seconds = static_cast<std::int64_t>(seconds),
                  .nanoseconds = static_cast<std::int32_t>(nanoseconds % nanoseconds_per_second)};
}

int day_of_year(Date date) {
  const Civil civil = calendar::civil_of(date);
  return static_cast<int>(date.days - calendar::date_of({.year = civil.year, .month = 1, .day = 1})->days) + 1;
}

int week_of_year(Date date) {
  // The ISO week belongs to the year of its Thursday.
  const Date thursday{date.days - calendar::weekday(date) + 4};
  return is_in_range(thursday) ? (day_of_year(thursday) - 1) / 7 + 1 : 1;
}

}  // namespace feel
