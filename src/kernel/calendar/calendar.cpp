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
    const auto [place, is_new] = calendar.years_.try_emplace(plan.year);
    if (!is_new)
      return refusal("calendar.year_twice", {year_text + "年的放假安排出现了两份,请只保留一份",
                                             "there are two plans for " + year_text + "; keep one of them"});
    place->second.provisional = plan.provisional;
    for (YearPlan::Day& day : plan.days) {
      const std::string day_text = to_text(day.date);
      if (civil_of(day.date).year != plan.year)
        return refusal("calendar.day_outside_year", {day_text + "不属于" + year_text + "年,请移到相应年份",
                                                     day_text + " is not in " + year_text + "; move it to its year"});
      const std::int64_t key = day.date.days;
      if (!place->second.marked.emplace(key, std::move(day)).second)
        return refusal("calendar.day_twice", {day_text + "在放假安排中出现了两次,请只保留一次",
                                              day_text + " is in the plan twice; keep it once"});
    }
  }
  return calendar;
}

base::Result<bool> Calendar::is_working_day(Date date) const {
  const std::int64_t year = civil_of(date).year;
  const auto plan = years_.find(year);
  if (plan == years_.end()) {
    const std::string text = std::to_string(year);
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "calendar.year_unknown",
                       .message = {text + "年的放假安排尚未载入,无法计算期限,请系统管理员载入该年的通知或暂定安排",
                                   "the holiday plan of " + text +
                                       " is not loaded, so the limit cannot be computed; the administrator should "
                                       "load that year's notice or a provisional plan"}};
  }
  const auto day = plan->second.marked.find(date.days);
  if (day != plan->second.marked.end()) return day->second.kind == DayKind::makeup_workday;
  return weekday(date) <= 5;
}

bool Calendar::is_provisional(Date date) const {
  const auto plan = years_.find(civil_of(date).year);
  return plan != years_.end() && plan->second.provisional;
}

std::optional<std::string> Calendar::name_of(Date date) const {
  const auto plan = years_.find(civil_of(date).year);
  if (plan == years_.end()) return std::nullopt;
  const auto day = plan->second.marked.find(date.days);
  if (day == plan->second.marked.end()) return std::nullopt;
  return day->second.name;
}

std::vector<std::int64_t> Calendar::years() const {
  std::vector<std::int64_t> loaded;
  for (const auto& [year, plan] : years_) loaded.push_back(year);
  return loaded;
}

}  // namespace calendar
