#include "modules/deadlines/what_if.h"

#include <algorithm>

#include "kernel/base/refusals.h"
#include "modules/access/access.h"

namespace deadlines {
namespace {

constexpr int days_ahead_max = 400;

base::Error invalid(const std::string& place, base::Text message) {
  return base::invalid_at(place, "deadlines.assumption_invalid", std::move(message));
}

base::Result<std::vector<calendar::YearPlan::Day>> days_tried(const WhatIf& assumed, calendar::Date today) {
  std::vector<calendar::YearPlan::Day> days;
  for (const auto& [name, list, kind] : {std::tuple{"/holidays", &assumed.holidays, calendar::DayKind::holiday},
                                         std::tuple{"/workdays", &assumed.workdays, calendar::DayKind::makeup_workday}})
    for (const calendar::Date day : *list) {
      if (day < today || day.days - today.days > days_ahead_max || days.size() >= days_tried_max)
        return invalid(name, {"最多30天，须为今天起400天以内的日期", "At most 30 days, from today to 400 days ahead."});
      if (std::any_of(days.begin(), days.end(), [&](const auto& other) { return other.date == day; }))
        return invalid(name, {"同一天只能列出一次", "A day can be named only once."});
      days.push_back({.date = day, .kind = kind});
    }
  return days;
}

/// Steps are named across services: at least one of those looked at must have it.
base::Result<void> check_delays(const WhatIf& assumed, const std::vector<const catalogue::Service*>& services) {
  for (const auto& [element, days] : assumed.delays) {
    const std::string place = "/delays/" + element;
    if (days < 0 || days > delay_days_max)
      return invalid(place, {"天数须为0至250个工作日", "A step can take 0 to 250 working days."});
    const bool is_known = std::any_of(services.begin(), services.end(), [&](const catalogue::Service* service) {
      return bpmn::find_element(*service->process, element) != bpmn::no_element;
    });
    if (!is_known) return invalid(place, {"没有这个环节", "There is no such step."});
  }
  return base::done();
}

base::Result<void> check_absences(const WhatIf& assumed, const casework::Assumption& staffed) {
  if (assumed.absences.size() > absences_max) return invalid("/absences", {"最多50人次", "At most 50 absences."});
  for (std::size_t index = 0; index < assumed.absences.size(); ++index) {
    const auto& absence = assumed.absences[index];
    const std::string place = "/absences/" + std::to_string(index);
    if (absence.to < absence.from || absence.to.days - absence.from.days > days_ahead_max)
      return invalid(place + "/to", {"结束日不得早于开始日，且不超过400天",
                                     "The last day must not lie before the first, nor more than 400 days after it."});
    const bool is_known = std::any_of(staffed.staff.begin(), staffed.staff.end(), [&](const auto& role) {
      return std::find(role.second.begin(), role.second.end(), absence.person) != role.second.end();
    });
    if (!is_known) return invalid(place + "/person", {"没有这位工作人员", "There is no such member of the staff."});
  }
  return base::done();
}

/// The engine over a calendar in which some days are otherwise.
base::Result<std::unique_ptr<casework::Engine>> engine_with(const casework::Engine& engine,
                                                            const std::vector<calendar::YearPlan::Day>& days) {
  auto assumed = std::make_shared<catalogue::Catalogue>(engine.catalogue());
  TRY(assumed->calendar, engine.catalogue().calendar.with(days));
  return std::make_unique<casework::Engine>(std::move(assumed));
}

int late(const std::optional<casework::Side>& side) {
  return side && side->overdue ? -side->left : 0;
}
std::optional<calendar::Date> due(const std::optional<casework::Side>& side) {
  return side ? side->due : std::nullopt;
}

/// What has been met or missed before today is past; nothing that is assumed changes it.
std::vector<LimitEffect> limits_of(const casework::Forecast& before, const casework::Forecast& after,
                                   calendar::Date today) {
  std::vector<LimitEffect> limits;
  for (std::size_t at = 0; at < after.clocks.size(); ++at)
    for (const bool legal : {true, false}) {
      const casework::ClockReading& was = before.clocks[at].reading;
      const casework::ClockReading& is = after.clocks[at].reading;
      const auto& side_before = legal ? was.legal : was.promised;
      const auto& side_after = legal ? is.legal : is.promised;
      LimitEffect effect{.clock = after.clocks[at].clock,
                         .legal = legal,
                         .due_before = due(side_before),
                         .due_after = due(side_after),
                         .done_before = was.stopped_on,
                         .done_after = is.stopped_on,
                         .late_before = late(side_before),
                         .late_after = late(side_after)};
      if ((!side_before && !side_after) || (is.stopped_on && *is.stopped_on < today)) continue;
      if (effect.due_before != effect.due_after || effect.done_before != effect.done_after ||
          effect.late_before != effect.late_after || effect.late_after > 0)
        limits.push_back(effect);
    }
  return limits;
}

calendar::Date monday_of(calendar::Date day) {
  constexpr std::int64_t thursday = 4;  // 1970-01-01, Monday is 1
  const std::int64_t weekday = ((day.days + thursday - 1) % 7 + 7) % 7;
  return {day.days - weekday};
}

/// Steps by role, person and week.
class Loads {
 public:
  void add(const casework::Forecast& forecast, int Load::*column) {
    for (const casework::Forecast::Step& step : forecast.steps) {
      if (step.group == "applicant") continue;
      const calendar::Date week = monday_of(step.done);
      Load& load = loads_[{step.group, step.person.number, week.days}];
      load.role = step.group;
      load.person = step.person;
      load.week = week;
      ++(load.*column);
    }
  }
  std::vector<Load> take() {
    std::vector<Load> all;
    for (auto& [key, load] : loads_) all.push_back(std::move(load));
    return all;
  }

 private:
  std::map<std::tuple<std::string, std::int64_t, std::int64_t>, Load> loads_;
};

/// Plays cases both ways.
class Trial {
 public:
  Trial(storage::Snapshot& snapshot, const casework::Engine& before, const casework::Engine& after,
        const access_control::Scope& scope, casework::Assumption as_is, casework::Assumption assumed, base::Instant now)
      : snapshot_(snapshot),
        before_(before),
        after_(after),
        scope_(scope),
        as_is_(std::move(as_is)),
        assumed_(std::move(assumed)),
        now_(now) {}

  base::Result<void> play(base::Id id) {
    TRY(casework::Case of_case, before_.load(snapshot_, scope_, id));
    if (of_case.head.ended_at) return base::conflict("casework.ended", {"办件已经办结", "The case has ended."});
    const std::vector<casework::Task> tasks = casework::tasks_of(snapshot_, scope_, id);
    const casework::Habit& habit = habit_for(of_case.head.service);
    CaseEffect effect{.of_case = of_case.head, .limits = {}, .stops_because = {}, .service = of_case.service};
    TRY(const casework::Forecast is, casework::forecast(before_, of_case, tasks, habit, as_is_, now_));
    TRY(const casework::Forecast would, casework::forecast(after_, std::move(of_case), tasks, habit, assumed_, now_));
    loads_.add(is, &Load::before);
    loads_.add(would, &Load::after);
    ++effects_.cases;
    effect.limits = limits_of(is, would, calendar::local_date(now_));
    effect.ends_before = is.ends_on;
    effect.ends_after = would.ends_on;
    effect.stops_because = would.stops_because;
    const auto is_late = [&](int LimitEffect::*late_by) {
      return std::any_of(effect.limits.begin(), effect.limits.end(),
                         [&](const LimitEffect& limit) { return limit.*late_by > 0; });
    };
    effects_.late_before += is_late(&LimitEffect::late_before) ? 1 : 0;
    effects_.late_after += is_late(&LimitEffect::late_after) ? 1 : 0;
    if (!effect.limits.empty() || effect.ends_before != effect.ends_after)
      effects_.effects.push_back(std::move(effect));
    return base::done();
  }

  Effects take(std::optional<base::Id> next) {
    effects_.load = loads_.take();
    for (auto& [service, habit] : habits_) effects_.learnt.push_back({service, std::move(habit)});
    effects_.next = next;
    return std::move(effects_);
  }

 private:
  const casework::Habit& habit_for(const std::string& service) {
    const auto found = habits_.find(service);
    if (found != habits_.end()) return found->second;
    return habits_.emplace(service, casework::habit_of(snapshot_, before_, scope_, service)).first->second;
  }

  storage::Snapshot& snapshot_;
  const casework::Engine& before_;
  const casework::Engine& after_;
  const access_control::Scope& scope_;
  const casework::Assumption as_is_;
  const casework::Assumption assumed_;
  const base::Instant now_;
  std::map<std::string, casework::Habit> habits_;
  Loads loads_;
  Effects effects_;
};

}  // namespace

base::Result<Effects> what_if(storage::Snapshot& snapshot, const casework::Engine& engine,
                              const access_control::Scope& scope, const WhatIf& assumed, base::Instant now,
                              base::Id after, std::optional<base::Id> of_case) {
  const catalogue::Catalogue& catalogue = engine.catalogue();
  std::vector<const catalogue::Service*> services;
  if (!assumed.service.empty()) {
    TRY(std::ignore, catalogue.service(assumed.service));
  }
  for (const auto& [id, service] : catalogue.services->now())
    if (assumed.service.empty() || id == assumed.service) services.push_back(service.get());
  TRY(const auto days, days_tried(assumed, calendar::local_date(now)));
  TRY(std::ignore, check_delays(assumed, services));
  casework::Assumption as_is;
  for (const access_control::Role& role : access_control::roles()) {
    std::vector<base::Id>& people = as_is.staff[std::string(role.id)];
    for (const access_control::Person& person : access_control::staff_with_role(snapshot, scope, role.id))
      people.push_back(person.id);
  }
  TRY(std::ignore, check_absences(assumed, as_is));
  casework::Assumption other = as_is;
  other.delays = assumed.delays;
  other.absences = assumed.absences;
  TRY(const auto other_engine, engine_with(engine, days));

  Trial trial(snapshot, engine, *other_engine, scope, std::move(as_is), std::move(other), now);
  if (of_case) {
    TRY(std::ignore, trial.play(*of_case));
    return trial.take(std::nullopt);
  }
  const auto ids = casework::select_cases(snapshot, scope, {.service = assumed.service}, after, what_if_cases_max);
  for (const base::Id id : ids) {
    TRY(std::ignore, trial.play(id));
  }
  const bool has_more = ids.size() == static_cast<std::size_t>(what_if_cases_max);
  return trial.take(has_more ? std::optional(ids.back()) : std::nullopt);
}

}  // namespace deadlines
