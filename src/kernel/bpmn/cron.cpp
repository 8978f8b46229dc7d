#include "cron.h"

#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "kernel/calendar/calendar.h"

namespace bpmn {
namespace {

struct Cron {
  std::array<std::bitset<64>, 6> fields;  // second minute hour day month weekday (0 Sunday)
  bool last_day = false;
};

struct Range {
  int from;
  int to;
};
constexpr std::array<Range, 6> limits{Range{0, 59}, Range{0, 59}, Range{0, 23},
                                      Range{1, 31}, Range{1, 12}, Range{0, 7}};

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(by);
    const std::string_view part = text.substr(0, at);
    if (!part.empty() || by != ' ') parts.push_back(part);
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view expanded(std::string_view text) {
  if (text == "@hourly") return "0 0 * * * *";
  if (text == "@daily" || text == "@midnight") return "0 0 0 * * *";
  if (text == "@weekly") return "0 0 0 * * 0";
  if (text == "@monthly") return "0 0 0 1 * *";
  if (text == "@yearly" || text == "@annually") return "0 0 0 1 1 *";
  return text;
}

std::optional<int> number_of(std::string_view text, std::size_t field) {
  static constexpr std::array<std::string_view, 12> months{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                           "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  static constexpr std::array<std::string_view, 7> days{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
  std::string upper;
  for (const char c : text) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (std::size_t i = 0; field == 4 && i < months.size(); ++i)
    if (months[i] == upper) return static_cast<int>(i) + 1;
  for (std::size_t i = 0; field == 5 && i < days.size(); ++i)
    if (days[i] == upper) return static_cast<int>(i);
  if (text.empty() || text.size() > 2) return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  if (number < limits[field].from || number > limits[field].to) return std::nullopt;
  return number;
}

bool read_part(std::string_view part, std::size_t field, Cron& cron) {
  if (field == 3 && part == "L") return cron.last_day = true;
  int step = 1;
  bool stepped = false;
  if (const auto slash = part.find('/'); slash != std::string_view::npos) {
    const std::string_view text = part.substr(slash + 1);
    step = 0;
    for (const char c : text) {
      if (c < '0' || c > '9' || step > 99) return false;
      step = step * 10 + (c - '0');
    }
    if (step == 0) return false;
    stepped = true;
    part = part.substr(0, slash);
  }
  Range range = limits[field];
  if (field == 5) range.to = 6;
  if (part != "*" && part != "?") {
    const auto dash = part.find('-');
    const auto from = number_of(part.substr(0, dash), field);
    const auto to = dash == std::string_view::npos ? from : number_of(part.substr(dash + 1), field);
    if (!from || !to) return false;
    range = {*from, stepped && dash == std::string_view::npos ? limits[field].to : *to};
    if (range.from > range.to) return false;
  }
  for (int i = range.from; i <= range.to; i += step)
    cron.fields[field].set(static_cast<std::size_t>(field == 5 ? i % 7 : i));
  return true;
}

std::optional<Cron> parse(std::string_view text) {
  const auto fields = split(expanded(text), ' ');
  if (fields.size() != 6) return std::nullopt;
  Cron cron;
  for (std::size_t i = 0; i < 6; ++i)
    for (const std::string_view part : split(fields[i], ','))
      if (!read_part(part, i, cron)) return std::nullopt;
  return cron;
}

bool fits(const Cron& cron, calendar::Date date) {
  const calendar::Civil civil = calendar::civil_of(date);
  if (!cron.fields[4].test(static_cast<std::size_t>(civil.month))) return false;
  const std::int64_t weekday = ((date.days + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  if (!cron.fields[5].test(static_cast<std::size_t>(weekday))) return false;
  if (cron.last_day && calendar::civil_of({date.days + 1}).day == 1) return true;
  return cron.fields[3].test(static_cast<std::size_t>(civil.day));
}

/// The first second of the day, from `second` on.
std::optional<std::int64_t> second_of(const Cron& cron, std::int64_t second) {
  for (std::int64_t hour = second / 3600; hour < 24; ++hour) {
    if (!cron.fields[2].test(static_cast<std::size_t>(hour))) continue;
    for (std::int64_t minute = 0; minute < 60; ++minute) {
      if (!cron.fields[1].test(static_cast<std::size_t>(minute)) || hour * 3600 + minute * 60 + 59 < second) continue;
      for (std::int64_t at = 0; at < 60; ++at)
        if (cron.fields[0].test(static_cast<std::size_t>(at)) && hour * 3600 + minute * 60 + at >= second)
          return hour * 3600 + minute * 60 + at;
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_cron(std::string_view text) {
  return parse(text).has_value();
}

std::optional<base::Instant> next_of_cron(std::string_view text, base::Instant moment) {
  constexpr std::int64_t seconds_a_day = 86'400;
  constexpr int days_max = 8 * 366;
  const auto cron = parse(text);
  if (!cron) return std::nullopt;
  std::int64_t seconds = moment.us / base::us_per_second;
  if (moment.us % base::us_per_second < 0) --seconds;
  ++seconds;  // after it, not at it
  std::int64_t day = seconds / seconds_a_day;
  if (seconds % seconds_a_day < 0) --day;
  std::int64_t second = seconds - day * seconds_a_day;
  for (int i = 0; i < days_max; ++i, ++day, second = 0) {
    if (!fits(*cron, {day})) continue;
    if (const auto at = second_of(*cron, second))
      return base::Instant{(day * seconds_a_day + *at) * base::us_per_second};
  }
  return std::nullopt;
}

}  // namespace bpmn
