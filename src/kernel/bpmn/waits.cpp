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

/// The last moment there is: a timer that only fires by hand.
constexpr base::Instant never{2'932'896ll * 86'400 * base::us_per_second};

bool is_moment(const Timer& timer) {
  const std::string& text = timer.value.text;
  return parse_moment(text, DayEnd::ends) || parse_period(text) || parse_cycle(text);
}

}  // namespace

/// A civil date, date and time, duration from now, or the text of one of them, as a moment.
base::Result<base::Instant> Run::moment_of(const feel::Value& value, DayEnd end) {
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
  return error;
}

base::Result<Run::Firing> Run::firing_of(const Timer& timer, Key key) {
  // What was left out of a drawing is set off by whoever plays it.
  if (definition_.tolerant && !timer.value.expression && !is_moment(timer)) return Firing{.due = never};
  TRY(const feel::Value value, evaluate(timer.value, key));
  if (timer.kind != TimerKind::cycle) {
    TRY(const base::Instant due, moment_of(value, DayEnd::ends));
    return Firing{.due = due, .repetitions = 0, .interval = {}};
  }
  // FEEL has a value of its own for an endless cycle: a plain duration.
  const std::string text = feel::to_text(value);
  const auto cycle = parse_cycle(text.starts_with('P') ? "R/" + text : text);
  if (!cycle) return timer_invalid(text);
  const auto due = first_firing(*cycle, world_.feel.now);
  if (!due) return timer_invalid(text);
  const int repetitions = cycle->firings < 0 ? -1 : cycle->firings - 1;
  return Firing{.due = *due, .repetitions = repetitions, .interval = repetitions == 0 ? "" : cycle->period_text};
}

base::Result<void> Run::open_timer(const EventSpec& spec, TimerOpened opened) {
  TRY(Firing firing, firing_of(spec.timer, opened.host == 0 ? opened.key : opened.host));
  opened.due = firing.due;
  opened.repetitions = firing.repetitions;
  opened.interval = std::move(firing.interval);
  emit(std::move(opened));
  return base::done();
}

base::Result<void> Run::open_message(const EventSpec& spec, MessageOpened opened) {
  const Key scope = opened.host == 0 ? opened.key : opened.host;
  TRY(opened.name, text_of(spec.name, scope));
  if (opened.name.empty())
    return refusal(base::Refusal::invalid, "bpmn.message_missing", "消息名称为空", "the message name is empty");
  if (spec.correlation) {
    TRY(const feel::Value value, evaluate(*spec.correlation, scope));
    const bool known = value.kind() == feel::Kind::string || value.kind() == feel::Kind::number;
    if (!known && !definition_.tolerant)
      return refusal(base::Refusal::invalid, "bpmn.correlation_invalid", "消息的关联键不是文本或数字" + diagnosis_zh_,
                     "the correlation key of the message is neither text nor number" + diagnosis_en_);
    if (known) opened.correlation = feel::to_text(value);
  }
  emit(std::move(opened));
  return base::done();
}

/// `key` is the waiting element's own, or new: then the wait shares the life of `host`.
base::Result<void> Run::open_wait(ElementIndex element, std::size_t index, Key key, Key host) {
  const EventSpec& spec = definition_.node(element).specs.at(index);
  const Key shared = host == key ? 0 : host;
  const auto number = static_cast<std::uint16_t>(index);
  switch (spec.trigger) {
    case Trigger::timer:
      return open_timer(spec, {.element = element, .key = key, .due = {}, .host = shared, .spec = number});
    case Trigger::message:
      return open_message(spec, {.element = element, .key = key, .name = {}, .host = shared, .spec = number});
    case Trigger::signal: {
      TRY(std::string name, text_of(spec.name, host));
      if (name.empty())
        return refusal(base::Refusal::invalid, "bpmn.signal_missing", "信号名称为空", "the signal name is empty");
      emit(SignalOpened{.element = element, .key = key, .name = std::move(name), .host = shared, .spec = number});
      return base::done();
    }
    case Trigger::condition:
      emit(ConditionOpened{.element = element, .key = key, .host = shared, .spec = number});
      return base::done();
    case Trigger::none:
    case Trigger::error:
    case Trigger::terminate:
    case Trigger::escalation:
    case Trigger::link:
    case Trigger::compensation:
    case Trigger::cancel:
    case Trigger::multiple:
    case Trigger::parallel_multiple:
      return base::done();  // caught where it is thrown
  }
  return base::done();
}

/// A catch event or receive task waits under its own key; for one of several events, under a key for each.
base::Result<void> Run::open_own_waits(Key key) {
  const ElementIndex element = living(key).element;
  const Node& node = definition_.node(element);
  const auto opened = node.specs.size() == 1 ? open_wait(element, 0, key, key) : open_listeners({element}, key);
  if (!opened) close_waits(key);
  // What can not happen by itself is set off by whoever plays.
  if (opened && definition_.tolerant && data_.find_wait(key) == nullptr && living(key).listeners == 0)
    emit(MessageOpened{.element = element, .key = key, .name = definition_.elements[element].id, .correlation = {}});
  return opened;
}

/// Opens what listens beside `host` and is not open yet.
base::Result<void> Run::open_listeners(const std::vector<ElementIndex>& listeners, Key host) {
  for (const ElementIndex element : listeners) {
    const Node& node = definition_.node(element);
    for (std::size_t i = 0; i < node.specs.size(); ++i) {
      bool open = false;
      for (const Key key : data_.waits_under(host)) {
        const Wait* wait = data_.find_wait(key);
        open = open || (wait->element == element && wait->spec == i);
      }
      if (open) continue;
      TRY(std::ignore, open_wait(element, i, data_.next_key, host));
    }
  }
  return base::done();
}

bool Run::waits_on(ElementIndex element, Key host) const {
  for (const Key key : data_.waits_under(host))
    if (data_.find_wait(key)->element == element) return true;
  return false;
}

void Run::close_waits(Key host) {
  if (data_.find_wait(host) != nullptr) emit(WaitClosed{host});
  for (const Key key : data_.waits_under(host)) emit(WaitClosed{key});
}

void Run::set_off(const Wait& wait, const feel::Context& variables) {
  if (wait.host == wait.key) return complete_wait(wait.key, variables);
  if (living(wait.host).element == wait.element) return set_off_own(wait, variables);
  const Node& node = definition_.node(wait.element);
  if (node.type != ElementType::boundary_event && node.type != ElementType::start_event)
    return set_off_after_gateway(wait, variables);
  if (!node.parallel) {
    reopen(wait);
    return set_off_catcher(wait.element, wait.host, variables);
  }
  // All of several events: each is told as it comes, the last one sets off.
  emit(WaitClosed{wait.key});
  propagate(wait.host, variables);
  if (waits_on(wait.element, wait.host)) return;
  if (!node.interrupting) {
    if (const auto opened = open_listeners({wait.element}, wait.host); !opened)
      return raise(wait.host, Step::entering, opened.error());
  }
  set_off_catcher(wait.element, wait.host, {});
}

/// A catch event of several: one is enough, or all must come.
void Run::set_off_own(const Wait& wait, const feel::Context& variables) {
  emit(WaitClosed{wait.key});
  deliver(wait.host, variables);
  if (definition_.node(wait.element).parallel && waits_on(wait.element, wait.host)) return;
  close_waits(wait.host);
  complete(wait.host);
}

/// The first event decides the way; behind a parallel one each goes its way.
void Run::set_off_after_gateway(const Wait& wait, const feel::Context& variables) {
  const Living gateway = living(wait.host);
  const Node& node = definition_.node(wait.element);
  FlowIndex way = no_flow;
  for (const FlowIndex flow : node.incoming)
    if (definition_.flows[flow].source == gateway.element) way = flow;
  if (node_of(wait.host).parallel) {
    emit(WaitClosed{wait.key});
    if (data_.waits_under(wait.host).empty()) emit(ElementCompleted{gateway.element, wait.host});
  } else {
    close_waits(wait.host);
    emit(ElementCompleted{gateway.element, wait.host});
  }
  emit(FlowTaken{way, gateway.scope});
  const Key key = enter_only(wait.element, gateway.scope);
  deliver(key, variables);
  complete(key);
}

/// Messages, signals and conditions that do not interrupt go on listening; a timer that repeats is set anew.
void Run::reopen(const Wait& wait) {
  const bool interrupting = definition_.node(wait.element).interrupting;
  if (wait.kind == WaitKind::condition && !interrupting)
    return emit(ConditionOpened{.element = wait.element, .key = wait.key, .spec = wait.spec, .armed = false});
  if (wait.kind != WaitKind::timer && !interrupting) return;
  emit(WaitClosed{wait.key});
  if (wait.kind != WaitKind::timer || wait.repetitions == 0 || interrupting) return;
  const auto due = next_firing(wait.due, wait.interval);
  if (!due) return;  // beyond the year 9999
  emit(TimerOpened{.element = wait.element,
                   .key = data_.next_key,
                   .due = due.value(),
                   .repetitions = wait.repetitions < 0 ? -1 : wait.repetitions - 1,
                   .interval = wait.repetitions == 1 ? "" : wait.interval,
                   .host = wait.host,
                   .spec = wait.spec});
}

void Run::set_off_catcher(ElementIndex catcher, Key host, const feel::Context& variables) {
  if (definition_.node(catcher).type == ElementType::start_event)
    set_off_event_sub_process(catcher, host, variables);
  else
    set_off_boundary(catcher, host, variables);
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
    for (const Key listener : data_.waits_under(scope))
      if (definition_.node(data_.find_wait(listener)->element).type == ElementType::start_event)
        emit(WaitClosed{listener});
  }
  const Key around = enter_only(node.scope, scope);
  if (const auto opened = open_listeners(event_scope.event_starts, around); !opened)
    return raise(around, Step::working, opened.error());
  const Key key = enter_only(start, around);
  deliver(key, variables);
  complete(key);
}

/// Whether the variables that changed may change what the condition says.
bool Run::concerns(const EventSpec& spec, Key wait) const {
  if (fresh_.contains(wait)) return true;
  return std::any_of(changes_.begin(), changes_.end(), [&](const std::pair<std::string, bool>& change) {
    if (!(change.second ? spec.on_create : spec.on_update)) return false;
    const auto& names = spec.variable_names;
    return names.empty() || std::find(names.begin(), names.end(), change.first) != names.end();
  });
}

/// At rest: sets off one condition that has become true. One that does not interrupt fires again only after it was
/// false in between. What can not be evaluated is not true.
bool Run::fire_condition() {
  if (!changed_) return false;
  if (data_.conditions != 0 && steps_ <= world_.steps_max + bonus_) {
    for (const Key key : data_.waits_for(WaitKind::condition)) {
      if (key <= judged_to_) continue;
      judged_to_ = key;
      const Wait one = *data_.find_wait(key);
      const EventSpec& spec = definition_.node(one.element).specs.at(one.spec);
      if (!spec.condition || !concerns(spec, one.key)) continue;
      const auto value = evaluate(*spec.condition, one.host);
      const bool holding = value && value->is_true();
      if (!holding && one.repetitions == 0) {
        emit(ConditionOpened{.element = one.element, .key = one.key, .spec = one.spec, .armed = true});
        return true;
      }
      if (!holding || one.repetitions == 0) continue;
      set_off(one, {});
      return true;
    }
  }
  judged_to_ = 0;
  changed_ = false;
  changes_.clear();
  fresh_.clear();
  return false;
}

base::Result<base::Instant> next_firing(base::Instant due, std::string_view interval) {
  const auto next = after(due, interval);
  if (!next) return timer_invalid(std::string(interval));
  return *next;
}

namespace {

/// What instantiates from outside: start events, and receive tasks and events behind gateways that are marked so.
std::vector<ElementIndex> starters_of(const Definition& definition) {
  std::vector<ElementIndex> starters = definition.starts;
  for (std::size_t i = 0; i < definition.nodes.size(); ++i) {
    const Node& node = definition.nodes[i];
    if (!node.instantiates || node.scope != no_element || !node.incoming.empty()) continue;
    if (node.type == ElementType::receive_task) starters.push_back(static_cast<ElementIndex>(i));
    if (node.type == ElementType::event_gateway)
      for (const FlowIndex flow : node.outgoing) starters.push_back(definition.flows[flow].target);
  }
  return starters;
}

}  // namespace

base::Result<std::vector<StartTrigger>> start_triggers(const Definition& definition, const World& world) {
  std::vector<StartTrigger> triggers;
  Run run(definition, Instance(), world);
  for (const ElementIndex start : starters_of(definition)) {
    for (const EventSpec& spec : definition.node(start).specs) {
      if (spec.trigger == Trigger::message || spec.trigger == Trigger::signal) {
        TRY(std::string name, run.text_of(spec.name, 0));
        triggers.push_back({.element = start, .trigger = spec.trigger, .message = std::move(name)});
      } else if (spec.trigger == Trigger::timer) {
        TRY(Run::Firing firing, run.firing_of(spec.timer, 0));
        triggers.push_back({.element = start,
                            .trigger = Trigger::timer,
                            .message = {},
                            .due = firing.due,
                            .repetitions = firing.repetitions,
                            .interval = std::move(firing.interval)});
      }
    }
  }
  return triggers;
}

}  // namespace bpmn
