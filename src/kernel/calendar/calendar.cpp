#include "kernel/calendar/calendar.h"

#include <algorithm>
#include <utility>

namespace calendar {
namespace {

base::Error refusal(std::string code, base::Text message) {
  return {.kind = base::Refusal::invalid, .code = std::move(code), .message = std::move(message)};
}

}  // namespace

base::Result<Calendar> Calendar::of(std::vector<YearPlan> plans) {
  Calendar calendar;
  for (YearPlan& plan : plans) {
    const std::string year_text = std::to_string(plan.year);
    const bool is_twice =
        std::ranges::any_of(calendar.years_, [&](const Year& year) { return year.year == plan.year; });
    if (is_twice)
      return refusal("calendar.year_twice", {year_text + "年的放假安排出现了两份,请只保留一份",
                                             "there are two plans for " + year_text + "; keep one of them"});
    const std::optional<Date> first = date_of({plan.year, 1, 1});
    const std::optional<Date> last = date_of({plan.year, 12, 31});
    CHECK(first && last);
    const std::int64_t first_day = first->days;
    const std::int64_t days_count = last->days - first_day + 1;
    Year& year = calendar.years_.emplace_back(
        Year{.year = plan.year, .first_day = first_day, .provisional = plan.provisional, .working = {}, .marked = {}});
    for (std::int64_t day = 0; day < days_count; ++day) year.working.push_back(weekday({first_day + day}) <= 5);
    for (YearPlan::Day& day : plan.days) {
      const std::string day_text = to_text(day.date);
      if (civil_of(day.date).year != plan.year)
        return refusal("calendar.day_outside_year", {day_text + "不属于" + year_text + "年,请移到相应年份",
                                                     day_text + " is not in " + year_text + "; move it to its year"});
      const std::int64_t key = day.date.days;
      year.working[static_cast<std::size_t>(key - first_day)] = day.kind == DayKind::makeup_workday;
      if (!year.marked.emplace(key, std::move(day)).second)
        return refusal("calendar.day_twice", {day_text + "在放假安排中出现了两次,请只保留一次",
                                              day_text + " is in the plan twice; keep it once"});
    }
  }
  std::ranges::sort(calendar.years_, {}, &Year::year);
  return calendar;
}

base::Result<Calendar> Calendar::with(std::span<const YearPlan::Day> days) const {
  Calendar other = *this;
  for (const YearPlan::Day& day : days) {
    const auto year = std::ranges::find_if(other.years_, [&](const Year& one) { return one.has(day.date); });
    if (year == other.years_.end()) return is_working_day(day.date).error();
    year->working[static_cast<std::size_t>(day.date.days - year->first_day)] = day.kind == DayKind::makeup_workday;
    year->marked.insert_or_assign(day.date.days, day);
  }
  return other;
}

const Calendar::Year* Calendar::find_year(Date date) const {
  const auto year = std::ranges::find_if(years_, [&](const Year& one) { return one.has(date); });
  return year == years_.end() ? nullptr : &*year;
}

base::Result<bool> Calendar::is_working_day(Date date) const {
  const Year* year = find_year(date);
  if (!year) {
    const std::string text = std::to_string(civil_of(date).year);
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "calendar.year_unknown",
                       .message = {text + "年的放假安排尚未载入,无法计算期限,请系统管理员载入该年的通知或暂定安排",
                                   "the holiday plan of " + text +
                                       " is not loaded, so the limit cannot be computed; the administrator should "
                                       "load that year's notice or a provisional plan"}};
  }
  return year->working[static_cast<std::size_t>(date.days - year->first_day)];
}

bool Calendar::is_provisional(Date date) const {
  const Year* year = find_year(date);
  return year && year->provisional;
}

std::optional<std::string> Calendar::name_of(Date date) const {
  const Year* year = find_year(date);
  if (!year) return std::nullopt;
  const auto day = year->marked.find(date.days);
  if (day == year->marked.end()) return std::nullopt;
  return day->second.name;
}

std::vector<std::int64_t> Calendar::years() const {
  std::vector<std::int64_t> loaded;
  for (const Year& year : years_) loaded.push_back(year.year);
  return loaded;
}

}  // namespace calendar
