#include "modules/casework/clocks.h"

#include <algorithm>

namespace casework {
namespace {

bool names(const std::vector<std::string>& elements, const std::string& element) {
  return std::find(elements.begin(), elements.end(), element) != elements.end();
}

/// The civil day of the first start mark. The limits in force on that day apply.
std::optional<calendar::Date> started_on(const catalogue::Clock& clock, const std::vector<Mark>& marks) {
  for (const Mark& mark : marks)
    if (names(clock.starts, mark.element)) return calendar::local_date(mark.at);
  return std::nullopt;
}

/// Whether a start mark was passed and no stop mark after it.
bool is_going(const catalogue::Clock& clock, const std::vector<Mark>& marks) {
  bool started = false;
  for (const Mark& mark : marks) {
    if (started && names(clock.stops, mark.element)) return false;
    started = started || names(clock.starts, mark.element);
  }
  return started;
}

ClockPlan plan_of(const catalogue::Clock& clock, const Conduct& conduct) {
  ClockPlan plan{.starts = clock.starts,
                 .stops = clock.stops,
                 .pauses = {},
                 .extensions = clock.extensions,
                 .interruptions = conduct.interruptions,
                 .extended = static_cast<int>(std::count(conduct.extended.begin(), conduct.extended.end(), clock.id))};
  for (const auto& pause : clock.pauses) plan.pauses.push_back({pause.from, pause.to, pause.reason});
  return plan;
}

/// Looked up at every step, so nothing is copied.
const catalogue::Rule* find_rule(const catalogue::Rules& rules, const std::string& id, calendar::Date day) {
  const auto rule = std::find_if(rules.all().begin(), rules.all().end(), [&](const catalogue::Rule& one) {
    return one.id == id && one.valid_from <= day && (!one.valid_to || day <= *one.valid_to);
  });
  return rule == rules.all().end() ? nullptr : &*rule;
}

enum class Words { with, without };

base::Result<std::optional<Limit>> limit_of(const catalogue::Rules& rules, const std::string& rule,
                                            const std::string& extension, calendar::Date trigger, Words words) {
  if (rule.empty()) return std::optional<Limit>();
  const catalogue::Rule* found = find_rule(rules, rule, trigger);
  if (!found) return rules.on(rule, trigger).error();
  Limit limit{.span = found->value, .basis = {}};
  if (words == Words::with) limit.basis = found->basis;
  if (!extension.empty()) {
    // Where the law of that day knew no extension, there is none.
    if (const catalogue::Rule* more = find_rule(rules, extension, trigger)) limit.extension = more->value;
  }
  return std::optional<Limit>(std::move(limit));
}

struct Limits {
  std::optional<Limit> legal;
  std::optional<Limit> promised;
};
base::Result<Limits> limits_of(const catalogue::Catalogue& catalogue, const catalogue::Clock& clock,
                               const Conduct& conduct, calendar::Date started, Words words) {
  const bool express = conduct.express_at && !clock.express_rule.empty();
  Limits limits;
  TRY(limits.legal, limit_of(catalogue.rules, clock.legal_rule, clock.extension_rule, started, words));
  TRY(limits.promised,
      limit_of(catalogue.rules, express ? clock.express_rule : clock.promised_rule, "", started, words));
  return limits;
}

}  // namespace

base::Result<std::vector<ClockView>> Engine::clocks(const Case& of_case, calendar::Date today) const {
  std::vector<ClockView> views;
  for (const catalogue::Clock& clock : of_case.service->clocks) {
    ClockView& view = views.emplace_back(ClockView{.clock = &clock, .reading = {}});
    const auto started = started_on(clock, of_case.marks);
    if (!started) continue;
    TRY(const Limits limits, limits_of(*catalogue_, clock, of_case.conduct, *started, Words::with));
    TRY(view.reading, read_clock(plan_of(clock, of_case.conduct), of_case.marks, limits.legal, limits.promised,
                                 catalogue_->calendar, today));
  }
  return views;
}

base::Result<std::vector<ClockDue>> due_days(const catalogue::Catalogue& catalogue, const Case& of_case,
                                             Started which) {
  std::vector<ClockDue> all;
  for (const catalogue::Clock& clock : of_case.service->clocks) {
    const auto started = started_on(clock, of_case.marks);
    if (!started || (which == Started::going && !is_going(clock, of_case.marks))) continue;
    TRY(const Limits limits, limits_of(catalogue, clock, of_case.conduct, *started, Words::without));
    ClockDue& due = all.emplace_back(ClockDue{.clock = &clock, .days = {}, .legal_limit = {}, .promised_limit = {}});
    if (limits.legal) due.legal_limit = limits.legal->span;
    if (limits.promised) due.promised_limit = limits.promised->span;
    TRY(due.days,
        read_days(plan_of(clock, of_case.conduct), of_case.marks, limits.legal, limits.promised, catalogue.calendar));
  }
  return all;
}

}  // namespace casework
