#include "timer.h"

#include <charconv>

#include "cron.h"
#include "kernel/calendar/calendar.h"

namespace bpmn {
namespace {

constexpr std::int64_t us_per_day = 86'400 * base::us_per_second;
constexpr std::int64_t days_max = 36'525'000;  // a hundred thousand years: far inside 64 bits of microseconds
constexpr base::Instant moment_min{-719'528 * us_per_day};   // 0000-01-01
constexpr base::Instant moment_max{2'932'896 * us_per_day};  // 9999-12-31

/// Reads digits at the front of `text` and removes them; nothing when there are none or too many.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0 || end == text.data() || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// ".25" as microseconds; what is finer is dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t us = 0;
  std::int64_t scale = 100'000;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    us += (text.front() - '0') * scale;
    scale /= 10;
    any = true;
    text.remove_prefix(1);
  }
  if (!any) return std::nullopt;
  return us;
}

std::optional<int> take_two(std::string_view& text, int max) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return std::nullopt;
  const int number = (text[0] - '0') * 10 + (text[1] - '0');
  text.remove_prefix(2);
  if (number > max) return std::nullopt;
  return number;
}

std::optional<base::Instant> bounded(base::Instant moment) {
  if (moment < moment_min || moment > moment_max) return std::nullopt;
  return moment;
}

/// "Z", "+08:00", "-05:30" or nothing (China); with "[Asia/Shanghai]" behind it or alone.
std::optional<std::int64_t> take_offset_seconds(std::string_view text) {
  if (text.empty() || text == "[Asia/Shanghai]" || text == "@Asia/Shanghai") return 8 * 3600;
  if (text == "Z" || text == "z") return 0;
  const bool west = text.front() == '-';
  if (!west && text.front() != '+') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_two(text, 14);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_two(text, 59);
  if (!minutes) return std::nullopt;
  if (!text.empty() && text != "[Asia/Shanghai]") return std::nullopt;
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return west ? -seconds : seconds;
}

}  // namespace

std::optional<Period> parse_period(std::string_view text) {
  const bool negative = take(text, '-');
  if (!take(text, 'P') || text.empty()) return std::nullopt;
  Period period;
  bool in_time = false;
  int order = -1;  // units come largest first, each once
  static constexpr std::string_view units = "YMWDhms";
  while (!text.empty()) {
    if (!in_time && take(text, 'T')) {
      in_time = true;
      if (text.empty()) return std::nullopt;
    }
    const auto number = take_number(text);
    if (!number || *number > days_max * 86'400) return std::nullopt;
    const bool whole = text.empty() || text.front() != '.';
    const auto fraction = take_fraction(text);
    if (!fraction || text.empty()) return std::nullopt;
    char unit = text.front();
    text.remove_prefix(1);
    if (in_time) unit = unit == 'H' ? 'h' : unit == 'M' ? 'm' : unit == 'S' ? 's' : '?';
    const auto place = units.find(unit);
    if (place == std::string_view::npos || static_cast<int>(place) <= order) return std::nullopt;
    if (!whole && unit != 's') return std::nullopt;
    order = static_cast<int>(place);
    if (unit == 'Y' || unit == 'M') {
      if (*number > 1'200'000) return std::nullopt;
      period.months += *number * (unit == 'Y' ? 12 : 1);
      continue;
    }
    const std::int64_t seconds = unit == 'W'   ? 604'800
                                 : unit == 'D' ? 86'400
                                 : unit == 'h' ? 3600
                                 : unit == 'm' ? 60
                                               : 1;
    if (*number > days_max * 86'400 / seconds) return std::nullopt;
    period.us += *number * seconds * base::us_per_second + *fraction;
    if (period.us > days_max * us_per_day) return std::nullopt;
  }
  if (negative) period = {-period.months, -period.us};
  return period;
}

std::optional<base::Instant> plus(base::Instant moment, const Period& period) {
  if (!bounded(moment)) return std::nullopt;
  if (period.months != 0) {
    const calendar::Date day = calendar::local_date(moment);
    const auto later = calendar::plus_months(day, period.months);
    if (!later || later->days < -719'000 || later->days > 2'932'000) return std::nullopt;
    moment.us += (later->days - day.days) * us_per_day;
  }
  return bounded(moment.plus_us(period.us));
}

std::optional<base::Instant> moment_of_day(std::int64_t days_since_1970, DayEnd end) {
  if (days_since_1970 < -719'000 || days_since_1970 > 2'932'000) return std::nullopt;
  return calendar::start_of({days_since_1970 + (end == DayEnd::ends ? 1 : 0)});
}

std::optional<base::Instant> parse_moment(std::string_view text, DayEnd end) {
  const auto date = calendar::parse_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  if (text.size() == 10) return moment_of_day(date->days, end);
  text.remove_prefix(10);
  if (!take(text, 'T')) return std::nullopt;
  const auto hour = take_two(text, 24);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_two(text, 59);
  if (!minute) return std::nullopt;
  int second = 0;
  if (take(text, ':')) {
    const auto read = take_two(text, 59);
    if (!read) return std::nullopt;
    second = *read;
  }
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset_seconds(text);
  if (!offset) return std::nullopt;
  const std::int64_t seconds = date->days * 86'400 + *hour * 3600 + *minute * 60 + second - *offset;
  return bounded({seconds * base::us_per_second + *fraction});
}

namespace {

bool repeats(const std::optional<Period>& period) {
  return period && period->months >= 0 && period->us >= 0 && (period->months != 0 || period->us >= base::us_per_second);
}

}  // namespace

std::optional<Cycle> parse_cycle(std::string_view text) {
  Cycle cycle;
  if (is_cron(text)) {
    cycle.period_text = std::string(text);
    return cycle;
  }
  if (!take(text, 'R')) return std::nullopt;
  if (!text.empty() && text.front() != '/') {
    const auto count = take_number(text);
    if (!count || *count < 1 || *count > 1'000'000) return std::nullopt;
    cycle.firings = static_cast<int>(*count);
  }
  if (!take(text, '/')) return std::nullopt;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    cycle.start = parse_moment(text.substr(0, slash), DayEnd::begins);
    if (!cycle.start) return std::nullopt;
    text.remove_prefix(slash + 1);
  }
  if (!repeats(parse_period(text))) return std::nullopt;
  cycle.period_text = std::string(text);
  return cycle;
}

std::optional<base::Instant> first_firing(const Cycle& cycle, base::Instant now) {
  return cycle.start ? cycle.start : after(now, cycle.period_text);
}

std::optional<base::Instant> after(base::Instant moment, std::string_view interval) {
  if (const auto period = parse_period(interval)) return plus(moment, *period);
  return next_of_cron(interval, moment);
}

}  // namespace bpmn
