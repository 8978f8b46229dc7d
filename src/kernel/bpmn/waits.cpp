#include <algorithm>
#include <cstdlib>

#include "kernel/base/check.h"
#include "run.h"

namespace bpmn {
namespace {

base::Error timer_invalid(const std::string& what) {
  return refusal(base::Refusal::invalid, "bpmn.timer_invalid", "“" + what + "”不是日期、时间、时长或周期",
                 "'" + what + "' is no date, date and time, duration or cycle");
}

}  // namespace

/// A civil date, date and time, duration from now, or the text of one of them, as a moment.
base::Result<base::Instant> Run::moment_of(const feel::Value& value, Key key, DayEnd end) {
  const base::Instant now = world_.feel.now;
  std::optional<base::Instant> moment;
  switch (value.kind()) {
    case feel::Kind::date:
      moment = moment_of_day(value.as_date().days, end);
      break;
    case feel::Kind::years_months:
      moment = plus(now, {.months = value.as_years_months().months});
      break;
    case feel::Kind::days_time: {
      const feel::DaysTime length = value.as_days_time();
      if (std::abs(length.seconds) < 1'000'000'000'000)
        moment = plus(now, {.us = length.seconds * base::us_per_second + length.nanoseconds / 1000});
      break;
    }
    case feel::Kind::date_time: {
      feel::DateTime local = value.as_date_time();
      if (local.time.zone.kind == feel::Zone::Kind::none)
        local.time.zone = {.kind = feel::Zone::Kind::offset, .offset_seconds = 8 * 3600, .name = {}};
      if (local.time.zone.kind == feel::Zone::Kind::named) {
        if (!definition_.since_epoch) break;
        const auto outcome = feel::evaluate(*definition_.since_epoch, {{"x", value}}, world_.feel);
        if (outcome.value.kind() != feel::Kind::number) break;
        moment = plus({}, {.us = static_cast<std::int64_t>(outcome.value.as_number().to_double() * 1e6)});
        break;
      }
      if (std::abs(local.date.days) > 4'000'000) break;
      const std::int64_t seconds = local.date.days * 86'400 + local.time.second_of_day - local.time.zone.offset_seconds;
      moment = plus({}, {.us = seconds * base::us_per_second + local.time.nanosecond / 1000});
      break;
    }
    case feel::Kind::string: {
      moment = parse_moment(value.as_string(), end);
      if (const auto period = parse_period(value.as_string())) moment = plus(now, *period);
      break;
    }
    case feel::Kind::null:
    case feel::Kind::boolean:
    case feel::Kind::number:
    case feel::Kind::time:
    case feel::Kind::list:
    case feel::Kind::context:
    case feel::Kind::range:
    case feel::Kind::function:
      break;
  }
  if (moment) return *moment;
  base::Error error = timer_invalid(feel::to_text(value));
  error.message.zh += diagnosis_zh_;
  error.message.en += diagnosis_en_;
  static_cast<void>(key);
  return error;
}

base::Result<Run::Firing> Run::firing_of(const Timer& timer, Key key) {
  TRY(const feel::Value value, evaluate(timer.value, key));
  if (timer.kind != TimerKind::cycle) {
    TRY(const base::Instant due, moment_of(value, key, DayEnd::ends));
    return Firing{.due = due, .repetitions = 0, .interval = {}};
  }
  // FEEL has a value of its own for an endless cycle: a plain duration.
  const std::string text = feel::to_text(value);
  const auto cycle = parse_cycle(text.starts_with('P') ? "R/" + text : text);
  if (!cycle) return timer_invalid(text);
  const auto due = cycle->start ? cycle->start : plus(world_.feel.now, cycle->period);
  if (!due) return timer_invalid(text);
  const int repetitions = cycle->firings < 0 ? -1 : cycle->firings - 1;
  return Firing{.due = *due, .repetitions = repetitions, .interval = repetitions == 0 ? "" : cycle->period_text};
}

/// `key` is the waiting element's own, or that of its host; a wait under a host gets a key of its own.
base::Result<void> Run::open_wait(ElementIndex element, Key key, Key host, Key scope) {
  const Node& node = definition_.node(element);
  if (node.trigger == Trigger::timer) {
    TRY(Firing firing, firing_of(node.timer, scope));
    emit(TimerOpened{.element = element,
                     .key = key,
                     .due = firing.due,
                     .repetitions = firing.repetitions,
                     .interval = std::move(firing.interval),
                     .host = host == key ? 0 : host});
    return base::done();
  }
  TRY(std::string name, text_of(node.message, scope));
  if (name.empty())
    return refusal(base::Refusal::invalid, "bpmn.message_missing", "消息名称为空", "the message name is empty");
  std::string correlation;
  if (node.correlation) {
    TRY(const feel::Value value, evaluate(*node.correlation, scope));
    if (value.kind() != feel::Kind::string && value.kind() != feel::Kind::number)
      return refusal(base::Refusal::invalid, "bpmn.correlation_invalid", "消息的关联键不是文本或数字" + diagnosis_zh_,
                     "the correlation key of the message is neither text nor number" + diagnosis_en_);
    correlation = feel::to_text(value);
  }
  emit(MessageOpened{.element = element,
                     .key = key,
                     .name = std::move(name),
                     .correlation = std::move(correlation),
                     .host = host == key ? 0 : host});
  return base::done();
}

/// Opens what listens beside `host` and is not open yet.
base::Result<void> Run::open_listeners(const std::vector<ElementIndex>& listeners, Key host, Key scope) {
  for (const ElementIndex element : listeners) {
    const Node& node = definition_.node(element);
    const bool waits = node.trigger == Trigger::timer || node.trigger == Trigger::message ||
                       node.behaviour == Behaviour::await_message;
    if (!waits) continue;
    const bool open = std::any_of(data_.waits.begin(), data_.waits.end(),
                                  [&](const Wait& wait) { return wait.host == host && wait.element == element; });
    if (!open) {
      TRY(std::ignore, open_wait(element, data_.next_key, host, scope));
    }
  }
  return base::done();
}

void Run::close_waits(Key host) {
  std::vector<Key> keys;
  for (const Wait& wait : data_.waits)
    if (wait.host == host) keys.push_back(wait.key);
  for (const Key key : keys) emit(WaitClosed{key});
}

void Run::set_off(const Wait& wait, const feel::Context& variables) {
  const Node& node = definition_.node(wait.element);
  if (wait.host == wait.key) return complete_wait(wait.key, variables);
  if (node.type == ElementType::boundary_event) {
    reopen(wait);
    return set_off_boundary(wait.element, wait.host, variables);
  }
  if (node.type == ElementType::start_event) {
    reopen(wait);
    return set_off_event_sub_process(wait.element, wait.host, variables);
  }
  // An event-based gateway: the first event decides the way.
  const Key scope = living(wait.host).scope;
  const FlowIndex flow = node.incoming.front();
  close_waits(wait.host);
  emit(ElementCompleted{living(wait.host).element, wait.host});
  emit(FlowTaken{flow, scope});
  const Key key = enter_only(wait.element, scope);
  deliver(key, variables);
  complete(key);
}

/// A message listener that does not interrupt goes on listening; a timer that repeats is set anew.
void Run::reopen(const Wait& wait) {
  const bool interrupting = definition_.node(wait.element).interrupting;
  if (wait.kind == WaitKind::message && !interrupting) return;
  emit(WaitClosed{wait.key});
  if (wait.kind != WaitKind::timer || wait.repetitions == 0 || interrupting) return;
  const auto due = next_firing(wait.due, wait.interval);
  if (!due) return;  // beyond the year 9999
  emit(TimerOpened{.element = wait.element,
                   .key = data_.next_key,
                   .due = due.value(),
                   .repetitions = wait.repetitions < 0 ? -1 : wait.repetitions - 1,
                   .interval = wait.repetitions == 1 ? "" : wait.interval,
                   .host = wait.host});
}

void Run::set_off_boundary(ElementIndex boundary, Key host, const feel::Context& variables) {
  const Key scope = living(host).scope;
  if (definition_.node(boundary).interrupting) cancel(host);
  const Key key = enter_only(boundary, scope);
  deliver(key, variables);
  complete(key);
}

void Run::set_off_event_sub_process(ElementIndex start, Key scope, const feel::Context& variables) {
  const Node& node = definition_.node(start);
  const Node& event_scope = definition_.node(node.scope);
  if (node.interrupting) {
    interrupt_scope(scope, 0);
    std::vector<Key> listeners;
    for (const Wait& wait : data_.waits)
      if (wait.host == scope && definition_.node(wait.element).type == ElementType::start_event)
        listeners.push_back(wait.key);
    for (const Key listener : listeners) emit(WaitClosed{listener});
  }
  const Key around = enter_only(node.scope, scope);
  if (const auto opened = open_listeners(event_scope.event_starts, around, around); !opened)
    return raise(around, Step::working, opened.error());
  const Key key = enter_only(start, around);
  deliver(key, variables);
  complete(key);
}

/// The catcher of exactly that code, else the one that catches all.
ElementIndex Run::catcher_of(const std::vector<ElementIndex>& catchers, ElementIndex came_from,
                             const Thrown& thrown) const {
  ElementIndex catch_all = no_element;
  for (const ElementIndex catcher : catchers) {
    const Node& node = definition_.node(catcher);
    if (node.trigger != thrown.trigger) continue;
    if (node.type == ElementType::start_event && node.scope == came_from) continue;
    if (!node.error_code.empty() && node.error_code == thrown.code) return catcher;
    if (node.error_code.empty() && catch_all == no_element) catch_all = catcher;
  }
  return catch_all;
}

/// Outward from `origin`: at each level its event sub-processes, then its boundary events. An event sub-process does
/// not catch what is thrown in itself.
bool Run::throw_to_catcher(Key origin, const Thrown& thrown, const feel::Context& variables) {
  ElementIndex came_from = no_element;
  for (Key at = origin; at != 0;) {
    const Living here = living(at);
    const Node& node = definition_.node(here.element);
    if (const ElementIndex start = catcher_of(node.event_starts, came_from, thrown); start != no_element) {
      set_off_event_sub_process(start, at, variables);
      return true;
    }
    const ElementIndex boundary = catcher_of(node.boundaries, no_element, thrown);
    if (boundary != no_element && !is_inner(here)) {
      set_off_boundary(boundary, at, variables);
      return true;
    }
    came_from = here.element;
    at = here.scope;
  }
  return false;
}

base::Result<base::Instant> next_firing(base::Instant due, std::string_view interval) {
  const auto period = parse_period(interval);
  const auto next = period ? plus(due, *period) : std::nullopt;
  if (!next) return timer_invalid(std::string(interval));
  return *next;
}

base::Result<std::vector<StartTrigger>> start_triggers(const Definition& definition, const World& world) {
  std::vector<StartTrigger> triggers;
  Run run(definition, Instance(), world);
  for (const ElementIndex start : definition.starts) {
    const Node& node = definition.node(start);
    if (node.trigger == Trigger::message) {
      TRY(std::string name, run.text_of(node.message, 0));
      triggers.push_back({.element = start, .trigger = Trigger::message, .message = std::move(name)});
    } else if (node.trigger == Trigger::timer) {
      TRY(Run::Firing firing, run.firing_of(node.timer, 0));
      triggers.push_back({.element = start,
                          .trigger = Trigger::timer,
                          .message = {},
                          .due = firing.due,
                          .repetitions = firing.repetitions,
                          .interval = std::move(firing.interval)});
    }
  }
  return triggers;
}

}  // namespace bpmn
