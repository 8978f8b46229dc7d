#include "kernel/calendar/calendar.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace calendar {
namespace {

constexpr std::int64_t days_per_era = 146'097;  // 400 years of the Gregorian calendar
constexpr std::int64_t epoch_shift = 719'468;   // days from 0000-03-01 to 1970-01-01
constexpr std::int64_t us_per_day = 86'400 * base::us_per_second;
constexpr std::int64_t china_us = 8 * 3'600 * base::us_per_second;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

/// Counts from 1 March, so that the leap day is the last of its year and needs no case of its own.
constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  const std::int64_t shifted = month <= 2 ? year - 1 : year;
  const std::int64_t era = floor_div(shifted, 400);
  const std::int64_t year_of_era = shifted - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * days_per_era + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - epoch_shift;
}

constexpr std::int64_t days_min = days_from_civil(-year_max, 1, 1);
constexpr std::int64_t days_max = days_from_civil(year_max, 12, 31);

std::int64_t local_us(base::Instant moment) {
  CHECK(moment.us <= INT64_MAX - china_us);
  return moment.us + china_us;
}

}  // namespace

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(std::int64_t year, int month) {
  CHECK(month >= 1 && month <= 12);
  constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : lengths[static_cast<std::size_t>(month - 1)];
}

std::optional<Date> date_of(Civil civil) {
  if (civil.year < -year_max || civil.year > year_max || civil.month < 1 || civil.month > 12) return std::nullopt;
  if (civil.day < 1 || civil.day > days_in_month(civil.year, civil.month)) return std::nullopt;
  return Date{days_from_civil(civil.year, civil.month, civil.day)};
}

Civil civil_of(Date date) {
  CHECK(date.days >= days_min && date.days <= days_max);
  const std::int64_t shifted = date.days + epoch_shift;
  const std::int64_t era = floor_div(shifted, days_per_era);
  const std::int64_t day_of_era = shifted - era * days_per_era;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const auto month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0), .month = month, .day = day};
}

std::optional<Date> plus_days(Date date, std::int64_t days) {
  constexpr std::int64_t span = days_max - days_min;
  if (days > span || days < -span) return std::nullopt;
  const Date moved{date.days + days};
  if (moved.days < days_min || moved.days > days_max) return std::nullopt;
  return moved;
}

std::optional<Date> plus_months(Date date, std::int64_t months) {
  constexpr std::int64_t span = 24 * year_max;
  if (months > span || months < -span) return std::nullopt;
  const Civil civil = civil_of(date);
  const std::int64_t total = civil.year * 12 + (civil.month - 1) + months;
  const std::int64_t year = floor_div(total, 12);
  const auto month = static_cast<int>(total - year * 12 + 1);
  return date_of({.year = year, .month = month, .day = std::min(civil.day, days_in_month(year, month))});
}

int weekday(Date date) {
  // 1970-01-01 was a Thursday, the day with index 3 when Monday is 0.
  const std::int64_t index = (date.days % 7 + 7 + 3) % 7;
  return static_cast<int>(index) + 1;
}

std::string to_text(Date date) {
  const Civil civil = civil_of(date);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%s%04lld-%02d-%02d", civil.year < 0 ? "-" : "",
                static_cast<long long>(std::llabs(civil.year)), civil.month, civil.day);
  return text.data();
}

std::string to_text_zh(Date date) {
  const Civil civil = civil_of(date);
  return std::to_string(civil.year) + "年" + std::to_string(civil.month) + "月" + std::to_string(civil.day) + "日";
}

std::string to_text_en(Date date) {
  constexpr std::array<const char*, 12> months{"January", "February", "March",     "April",   "May",      "June",
                                               "July",    "August",   "September", "October", "November", "December"};
  const Civil civil = civil_of(date);
  return std::to_string(civil.day) + " " + months[static_cast<std::size_t>(civil.month - 1)] + " " +
         std::to_string(civil.year);
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(from, size)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int year = number(0, 4);
  if (year < 0) return std::nullopt;
  return date_of({.year = year, .month = number(5, 2), .day = number(8, 2)});
}

Date local_date(base::Instant moment) {
  return {floor_div(local_us(moment), us_per_day)};
}

int local_second_of_day(base::Instant moment) {
  const std::int64_t us = local_us(moment);
  return static_cast<int>((us - floor_div(us, us_per_day) * us_per_day) / base::us_per_second);
}

base::Instant start_of(Date date) {
  constexpr std::int64_t held = 290'000LL * 365;
  CHECK(date.days >= -held && date.days <= held);
  return {date.days * us_per_day - china_us};
}

std::string to_text_local(base::Instant moment) {
  const int second = local_second_of_day(moment);
  std::array<char, 24> time{};
  std::snprintf(time.data(), time.size(), "T%02d:%02d:%02d+08:00", second / 3'600, second / 60 % 60, second % 60);
  return to_text(local_date(moment)) + time.data();
}

}  // namespace calendar
