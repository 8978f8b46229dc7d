#include "modules/casework/forecast.h"

#include <algorithm>

#include "engine.h"
#include "store.h"

namespace casework {
namespace {

constexpr int steps_max = 500;
constexpr std::string_view good_end = "finished";
constexpr int days_unknown = 1;  // a step that no case has passed yet
/// Steps are done in the afternoon: what falls due on a day is still in time on it.
constexpr std::int64_t afternoon_us = std::int64_t{15} * 3'600 * base::us_per_second;

struct Open {
  std::string element;
  std::string group;
  base::Id person;
  calendar::Date opened;
};

class Player {
 public:
  Player(const Engine& engine, Case& of_case, const Habit& habit, const Assumption& assumption, base::Instant now)
      : engine_(engine),
        case_(of_case),
        habit_(habit),
        assumption_(assumption),
        now_(now),
        today_(calendar::local_date(now)),
        decisions_(decisions_of(*of_case.service)) {}

  void take(const Task& task) {
    if (!task.done_at)
      open_[task.id.key] = {task.element, task.group, task.assignee, calendar::local_date(task.opened_at)};
  }

  base::Result<Forecast> play() {
    for (int step = 0; step < steps_max && !case_.instance.ended(); ++step) {
      TRY(const std::optional<Next> next, find_next());
      if (!next) {
        told_.stops_because = why_it_waits();
        break;
      }
      now_ = std::max(now_, next->at);
      if (auto refusal = carry_out(*next)) {
        told_.stops_because = std::move(refusal);
        break;
      }
    }
    if (case_.instance.ended()) told_.ends_on = calendar::local_date(now_);
    TRY(told_.clocks, engine_.clocks(case_, calendar::local_date(now_)));
    return std::move(told_);
  }

 private:
  struct Next {
    bpmn::Command command;
    base::Instant at;
    bpmn::Key task = 0;
  };

  /// What happens first of all that is waited for.
  base::Result<std::optional<Next>> find_next() {
    std::optional<Next> first;
    const auto offer = [&](Next one) {
      if (!first || one.at < first->at) first = std::move(one);
    };
    for (const bpmn::Wait& wait : case_.instance.waits()) {
      if (wait.kind == bpmn::WaitKind::job) return std::optional(Next{bpmn::CompleteJob{wait.key, {}}, now_});
      if (wait.kind == bpmn::WaitKind::timer) offer({bpmn::FireTimer{wait.key}, std::max(now_, wait.due)});
      if (wait.kind != bpmn::WaitKind::task) continue;
      const auto task = open_.find(wait.key);
      if (task == open_.end()) continue;
      TRY(const calendar::Date day, done_on(task->second));
      offer({bpmn::CompleteTask{wait.key, answers_of(task->second.element, day)},
             calendar::start_of(day).plus_us(afternoon_us), wait.key});
    }
    return first;
  }

  base::Result<calendar::Date> done_on(const Open& task) const {
    const auto delay = assumption_.delays.find(task.element);
    const auto usual = habit_.days.find(task.element);
    const calendar::Date from = delay == assumption_.delays.end() ? task.opened : std::max(today_, task.opened);
    const int days = delay != assumption_.delays.end() ? delay->second
                     : usual != habit_.days.end()      ? usual->second
                                                       : days_unknown;
    TRY(calendar::Date day, calendar::add_working_days(from, days, calendar()));
    day = std::max(day, calendar::local_date(now_));
    TRY(day, working_day_from(day));
    return back_from_absence(task, day);
  }

  base::Result<calendar::Date> working_day_from(calendar::Date day) const {
    for (;; ++day.days) {
      TRY(const bool is_working, calendar().is_working_day(day));
      if (is_working) return day;
    }
  }

  const Assumption::Absence* absence_on(base::Id person, calendar::Date day) const {
    for (const Assumption::Absence& each : assumption_.absences)
      if (each.person == person && each.from <= day && day <= each.to) return &each;
    return nullptr;
  }

  /// The first day on which somebody is there to do it.
  base::Result<calendar::Date> back_from_absence(const Open& task, calendar::Date day) const {
    std::vector<base::Id> people;
    if (task.person) {
      people = {task.person};
    } else if (const auto staff = assumption_.staff.find(task.group); staff != assumption_.staff.end()) {
      people = staff->second;
    }
    if (people.empty()) return day;
    while (true) {
      std::optional<calendar::Date> back;
      for (const base::Id person : people) {
        const Assumption::Absence* away = absence_on(person, day);
        if (!away) return day;
        if (!back || away->to < *back) back = away->to;
      }
      TRY(day, working_day_from({back->days + 1}));
    }
  }

  feel::Context answers_of(const std::string& element, calendar::Date day) const {
    feel::Context answers;
    if (const feel::Value* given = habit_.answers.find(element); given && given->kind() == feel::Kind::context)
      answers = given->as_context();
    answers.put("on", feel::Value(day));
    return feel::Context{{element, feel::Value(std::move(answers))}};
  }

  /// Returns why it can not be done.
  std::optional<base::Text> carry_out(const Next& next) {
    const bpmn::World world{.feel = engine_.catalogue().world_at(now_), .decisions = decisions_.get()};
    auto events = bpmn::decide(*case_.service->process, case_.instance, next.command, world);
    if (!events) return events.error().message;
    if (const auto task = open_.find(next.task); task != open_.end()) {
      const Open& done = task->second;
      told_.steps.push_back({done.element, done.group, done.person, done.opened, calendar::local_date(now_)});
    }
    for (const bpmn::Event& event : events.value()) {
      if (const auto* opened = std::get_if<bpmn::TaskOpened>(&event))
        open_[opened->key] = {element_at(case_, opened->element).id,
                              opened->candidate_groups.empty() ? std::string() : opened->candidate_groups.front(),
                              {},
                              calendar::local_date(now_)};
      if (const auto* closed = std::get_if<bpmn::WaitClosed>(&event)) open_.erase(closed->key);
      if (const auto* raised = std::get_if<bpmn::IncidentRaised>(&event)) incident_ = raised->message;
      bpmn::apply(*case_.service->process, case_.instance, event);
      pass(*case_.service, event, now_, {case_.marks, case_.head.state});
    }
    return std::nullopt;
  }

  base::Text why_it_waits() const {
    if (incident_) return *incident_;
    if (case_.instance.has_incident()) return {"有环节不能继续", "A step can not go on."};
    return {"等待外部的消息", "It waits for a message from outside."};
  }

  const calendar::Calendar& calendar() const { return engine_.catalogue().calendar; }

  const Engine& engine_;
  Case& case_;
  const Habit& habit_;
  const Assumption& assumption_;
  base::Instant now_;
  const calendar::Date today_;
  const std::unique_ptr<bpmn::Decisions> decisions_;
  std::map<bpmn::Key, Open> open_;
  std::optional<base::Text> incident_;
  Forecast told_;
};

int median(std::vector<int> days) {
  const auto middle = days.begin() + static_cast<std::ptrdiff_t>(days.size() / 2);
  std::nth_element(days.begin(), middle, days.end());
  return *middle;
}

}  // namespace

Habit habit_of(storage::Snapshot& snapshot, const Engine& engine, const access_control::Scope& scope,
               const std::string& service) {
  Habit habit;
  std::map<std::string, std::vector<int>> days;
  for (const base::Id id : ended_cases(snapshot, scope, service, habit_cases_max)) {
    const auto of_case = engine.load(snapshot, scope, id);
    if (!of_case || of_case.value().instance.cancelled()) continue;
    ++habit.cases;
    for (const Task& task : tasks_of(snapshot, scope, id)) {
      if (!task.done_at || !task.done_by) continue;
      const auto taken = calendar::working_days_between(
          calendar::local_date(task.opened_at), calendar::local_date(*task.done_at), engine.catalogue().calendar);
      if (taken) days[task.element].push_back(std::max(0, taken.value()));
    }
    if (habit.learnt_from.empty() && of_case.value().head.state == good_end) {
      habit.learnt_from = of_case.value().head.number;
      habit.answers = of_case.value().instance.variables();
    }
  }
  for (auto& [element, each] : days) habit.days[element] = median(std::move(each));
  return habit;
}

base::Result<Forecast> forecast(const Engine& engine, Case of_case, const std::vector<Task>& tasks, const Habit& habit,
                                const Assumption& assumption, base::Instant now) {
  if (of_case.conduct.suspended)
    return Forecast{.steps = {},
                    .clocks = {},
                    .ends_on = {},
                    .stops_because = base::Text{"办件已中止，期限不计算", "The case is suspended; no time counts."}};
  Player player(engine, of_case, habit, assumption, now);
  for (const Task& task : tasks) player.take(task);
  return player.play();
}

}  // namespace casework
