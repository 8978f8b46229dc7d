/// The steps of a script, done on the stage.
#include <algorithm>

#include "stage.h"

namespace bpmn {
namespace {

base::Error undone(std::string zh, std::string en) {
  return {.kind = base::Refusal::conflict, .code = "bpmn.step_refused", .message = {std::move(zh), std::move(en)}};
}

base::Error nothing_at(const std::string& name) {
  return undone("没有什么在“" + name + "”处等待", "nothing waits at '" + name + "'");
}

bool is_task_wait(const Wait& wait) {
  return wait.kind == WaitKind::task || wait.kind == WaitKind::job;
}

}  // namespace

/// Plain and manual tasks wait when the script completes them, or when something may happen at their border.
void Stage::hold(const Script& script) {
  std::vector<std::string> named;
  for (const ScriptStep& step : script.steps)
    if (step.kind == ScriptStep::Kind::complete || step.kind == ScriptStep::Kind::error) named.push_back(step.name);
  for (Role& role : roles_) {
    const auto& nodes = role.definition->nodes;
    role.direction.held.assign(nodes.size(), false);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].type != ElementType::task && nodes[i].type != ElementType::manual_task) continue;
      const bool border = std::any_of(nodes[i].boundaries.begin(), nodes[i].boundaries.end(),
                                      [&](ElementIndex one) { return !nodes[one].has(Trigger::compensation); });
      role.direction.held[i] =
          border || std::find(named.begin(), named.end(), role.definition->elements[i].id) != named.end();
    }
  }
}

/// Without a leading `start` step the process begins by itself: the one named, or the only one; where several take
/// part, each that begins without being called or sent a message.
void Stage::begin(const Script& script) {
  hold(script);
  if (!script.steps.empty() && script.steps.front().kind == ScriptStep::Kind::start) return;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < roles_.size(); ++i)
    if (script.process.empty() ? !roles_[i].called : roles_[i].id == script.process) chosen.push_back(i);
  if (chosen.empty() && script.process.empty() && !roles_.empty()) chosen.push_back(0);
  if (chosen.empty()) troubles_.push_back("the file holds no process '" + script.process + "'");
  const auto begins = [&](std::size_t process) {
    const Definition& definition = *roles_[process].definition;
    return definition.root.start != no_element || (definition.starts.empty() && !definition.root.entries.empty());
  };
  const auto marked = [&](std::size_t process) { return begins(process) && roles_[process].executable; };
  if (std::any_of(chosen.begin(), chosen.end(), marked))
    std::erase_if(chosen, [&](std::size_t process) { return !roles_[process].executable; });
  bool any = false;
  for (const std::size_t process : chosen) {
    if (!begins(process)) continue;
    any = true;
    cast(process, "", variables_);
  }
  if (any) return;
  for (const std::size_t process : chosen) arm_start_timers(process);
  const bool waits = std::any_of(script.steps.begin(), script.steps.end(), [](const ScriptStep& step) {
    return step.kind == ScriptStep::Kind::message || step.kind == ScriptStep::Kind::signal ||
           step.kind == ScriptStep::Kind::start || step.kind == ScriptStep::Kind::advance;
  });
  if (waits) return;
  for (const std::size_t process : chosen) {
    const Definition& definition = *roles_[process].definition;
    if (definition.starts.empty()) continue;
    start_timers_.clear();
    cast(process, definition.elements[definition.starts.front()].id, variables_);
    return;
  }
}

void Stage::arm_start_timers(std::size_t process) {
  const Actor nobody{.process = process};
  const auto triggers = start_triggers(*roles_[process].definition, world_of(nobody));
  if (!triggers) return;
  for (const StartTrigger& trigger : *triggers)
    if (trigger.trigger == Trigger::timer) start_timers_.push_back({process, trigger});
}

namespace {

/// Not inside a process that the one played only calls.
bool is_own(const Definition& definition, ElementIndex element) {
  while (element != no_element && definition.node(element).type != ElementType::process)
    element = definition.node(element).scope;
  return element == no_element;
}

}  // namespace

/// Where the element is drawn.
std::optional<Stage::Place> Stage::find(const std::string& id) const {
  for (std::size_t process = 0; process < roles_.size(); ++process)
    if (const ElementIndex element = find_element(*roles_[process].definition, id);
        element != no_element && is_own(*roles_[process].definition, element))
      return Place{process, element};
  return std::nullopt;
}

std::vector<Stage::Waiting> Stage::waits_at(const std::string& id) const {
  std::vector<Waiting> found;
  for (std::size_t i = 0; i < actors_.size(); ++i)
    for (const Wait& wait : actors_[i].instance.waits())
      if (face(actors_[i], wait.element).id == id) found.push_back({i, wait});
  return found;
}

base::Result<void> Stage::perform(const ScriptStep& step) {
  switch (step.kind) {
    case ScriptStep::Kind::start:
      return start(step);
    case ScriptStep::Kind::complete:
      return complete(step);
    case ScriptStep::Kind::error:
      return error(step);
    case ScriptStep::Kind::trigger:
      return trigger(step);
    case ScriptStep::Kind::message:
      return message(step);
    case ScriptStep::Kind::signal:
      return signal(step);
    case ScriptStep::Kind::take:
      return take(step);
    case ScriptStep::Kind::advance:
      return advance(step);
    case ScriptStep::Kind::set:
      return set(step);
    case ScriptStep::Kind::cancel:
      return cancel(step);
  }
  return base::done();
}

/// A start event of a process begins a new instance; one of an event sub-process begins that.
base::Result<void> Stage::start(const ScriptStep& step) {
  const auto place = find(step.name);
  if (!place) return undone("没有元素“" + step.name + "”", "there is no element '" + step.name + "'");
  const Definition& definition = *roles_[place->process].definition;
  const Node& node = definition.node(place->element);
  const bool inside = node.scope != no_element && definition.node(node.scope).type == ElementType::event_sub_process;
  if (inside) return trigger(step);
  if (node.scope != no_element && definition.node(node.scope).type != ElementType::process)
    return undone("“" + step.name + "”不能启动流程", "'" + step.name + "' can not start a process");
  feel::Context variables = actors_.empty() ? variables_ : feel::Context{};
  for (const auto& [name, value] : step.variables.entries()) variables.put(name, value);
  actors_.push_back({.process = place->process});
  const auto started = run(actors_.size() - 1, Start{.variables = variables, .start_event = step.name});
  if (!started) actors_.pop_back();
  return started;
}

base::Result<void> Stage::complete(const ScriptStep& step) {
  std::vector<Waiting> waiting = waits_at(step.name);
  if (std::any_of(waiting.begin(), waiting.end(), [](const Waiting& one) { return is_task_wait(one.wait); }))
    std::erase_if(waiting, [](const Waiting& one) { return !is_task_wait(one.wait); });
  if (step.index >= waiting.size()) {
    if (waiting.empty() && find(step.name)) return trigger(step);  // may begin in an ad-hoc sub-process
    return nothing_at(step.name);
  }
  const auto& [actor, wait] = waiting[step.index];
  if (wait.kind == WaitKind::task) return run(actor, CompleteTask{wait.key, step.variables});
  if (wait.kind == WaitKind::job) return run(actor, CompleteJob{wait.key, step.variables});
  return trigger(step);
}

base::Result<void> Stage::error(const ScriptStep& step) {
  std::size_t left = step.index;
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    for (const Instance::Living& living : actors_[i].instance.living()) {
      if (!is_shown(actors_[i], living) || face(actors_[i], living.element).id != step.name) continue;
      if (left-- != 0) continue;
      const Key key = living.key;
      return run(i, ThrowError{.key = key, .code = step.code, .variables = step.variables});
    }
  }
  return nothing_at(step.name);
}

base::Result<void> Stage::trigger(const ScriptStep& step) {
  std::vector<Waiting> waiting = waits_at(step.name);
  // One event of several definitions counts once.
  std::vector<Waiting> each;
  for (const Waiting& one : waiting)
    if (std::none_of(each.begin(), each.end(), [&](const Waiting& other) {
          return other.actor == one.actor && other.wait.host == one.wait.host;
        }))
      each.push_back(one);
  waiting = std::move(each);
  if (step.index < waiting.size()) {
    const auto& [actor, wait] = waiting[step.index];
    return run(actor, TriggerEvent{.element = wait.element, .host = wait.host, .variables = step.variables});
  }
  std::size_t left = step.index;
  for (std::size_t i = 0; i < actors_.size() && waiting.empty(); ++i) {
    if (actors_[i].instance.ended()) continue;
    const ElementIndex element = find_element(definition(actors_[i]), step.name);
    if (element == no_element) continue;
    const Node& node = definition(actors_[i]).node(element);
    std::vector<Key> hosts{0};
    if (node.type == ElementType::boundary_event) {
      hosts.clear();
      for (const Instance::Living& living : actors_[i].instance.living())
        if (living.element == node.attached_to) hosts.push_back(living.key);
    }
    for (const Key host : hosts) {
      if (left != 0) {
        --left;
        continue;
      }
      if (const auto done = run(i, TriggerEvent{.element = element, .host = host, .variables = step.variables}); done)
        return done;
    }
  }
  return nothing_at(step.name);
}

/// To the first that waits for it, else to the first start event of the name.
base::Result<void> Stage::message(const ScriptStep& step) {
  std::vector<Waiting> waiting;
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    for (const Wait& wait : actors_[i].instance.waits()) {
      if (wait.kind != WaitKind::message || wait.name != step.name) continue;
      if (step.key && !wait.correlation.empty() && wait.correlation != *step.key) continue;
      waiting.push_back({i, wait});
    }
  }
  if (waiting.empty()) {  // perhaps the element is meant
    waiting = waits_at(step.name);
    std::erase_if(waiting, [](const Waiting& one) { return one.wait.kind != WaitKind::message; });
  }
  if (step.index < waiting.size()) {
    const auto& [actor, wait] = waiting[step.index];
    return run(actor, TriggerEvent{.element = wait.element, .host = wait.key, .variables = step.variables});
  }
  for (std::size_t process = 0; process < roles_.size(); ++process) {
    const Actor nobody{.process = process};
    const auto triggers = start_triggers(*roles_[process].definition, world_of(nobody));
    if (!triggers) continue;
    for (const StartTrigger& trigger : *triggers) {
      if (trigger.trigger != Trigger::message || trigger.message != step.name) continue;
      feel::Context variables = actors_.empty() ? variables_ : feel::Context{};
      for (const auto& [name, value] : step.variables.entries()) variables.put(name, value);
      cast(process, roles_[process].definition->elements[trigger.element].id, variables);
      return base::done();
    }
  }
  return undone("没有谁在等待消息“" + step.name + "”", "nothing waits for the message '" + step.name + "'");
}

base::Result<void> Stage::signal(const ScriptStep& step) {
  pass_on_signal(actors_.size(), step.name, step.variables);
  return base::done();
}

/// From now on; what stood still for want of a way goes on.
base::Result<void> Stage::take(const ScriptStep& step) {
  for (const auto& [gateway, wanted] : step.ways) {
    bool known = false;
    for (Role& role : roles_) {
      const Definition& definition = *role.definition;
      for (std::size_t i = 0; i < definition.nodes.size(); ++i) {
        if (definition.elements[i].id != gateway) continue;
        std::vector<FlowIndex> ways;
        for (const std::string& name : wanted)
          for (const FlowIndex flow : definition.nodes[i].outgoing) {
            const SequenceFlow& face = definition.sequence_flows[flow];
            if (face.id == name || (face.name == name && !name.empty())) ways.push_back(flow);
          }
        if (ways.empty()) continue;
        known = true;
        if (definition.nodes[i].type == ElementType::exclusive_gateway) ways.resize(1);
        role.direction.ways[static_cast<ElementIndex>(i)] = std::move(ways);
      }
    }
    if (!known) return undone("“" + gateway + "”没有所选的流出", "none of the flows chosen leaves '" + gateway + "'");
  }
  retry();
  return base::done();
}

/// What could not go on is tried again after the play was changed.
void Stage::retry() {
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    std::vector<Key> keys;
    for (const Incident& incident : actors_[i].instance.incidents())
      if (incident.code != "bpmn.job_failed" && incident.code != "bpmn.error_uncaught" &&
          incident.code != "bpmn.steps_exceeded" && incident.code != "bpmn.stuck")
        keys.push_back(incident.key);
    for (const Key key : keys) static_cast<void>(run(i, ResolveIncident{key}));
  }
}

/// Fires the next timer that is due by then; the clock stands at its moment.
bool Stage::fire_next(base::Instant until) {
  std::optional<base::Instant> first;
  std::size_t actor = 0;
  Key key = 0;
  for (std::size_t i = 0; i < actors_.size(); ++i)
    for (const Wait& wait : actors_[i].instance.waits())
      if (wait.kind == WaitKind::timer && wait.due <= until && (!first || wait.due < *first)) {
        first = wait.due;
        actor = i;
        key = wait.key;
      }
  StartTimer* starting = nullptr;
  for (StartTimer& timer : start_timers_)
    if (timer.trigger.due <= until && (!first || timer.trigger.due < *first)) {
      first = timer.trigger.due;
      starting = &timer;
    }
  if (!first) return false;
  if (*first > now_) now_ = *first;
  if (starting == nullptr) return run(actor, FireTimer{key}).has_value();
  const StartTimer timer = *starting;
  const auto next = next_firing(timer.trigger.due, timer.trigger.interval);
  if (timer.trigger.repetitions == 0 || !next) {
    start_timers_.erase(start_timers_.begin() + (starting - start_timers_.data()));
  } else {
    starting->trigger.due = *next;
    if (starting->trigger.repetitions > 0) --starting->trigger.repetitions;
  }
  const Definition& definition = *roles_[timer.process].definition;
  cast(timer.process, definition.elements[timer.trigger.element].id, actors_.empty() ? variables_ : feel::Context{});
  return true;
}

base::Result<void> Stage::advance(const ScriptStep& step) {
  constexpr int firings_max = 100'000;
  const auto period = parse_period(step.name);
  const auto until = period ? plus(now_, *period) : parse_moment(step.name, DayEnd::begins);
  if (!until || *until < now_) return undone("时间不能倒退", "time does not go back");
  settle();
  for (int i = 0; i < firings_max; ++i) {
    if (!fire_next(*until)) {
      now_ = *until;
      return base::done();
    }
    settle();
  }
  return undone("定时器触发过多", "too many timers fire");
}

base::Result<void> Stage::set(const ScriptStep& step) {
  if (actors_.empty()) {
    for (const auto& [name, value] : step.variables.entries()) variables_.put(name, value);
    return base::done();
  }
  for (std::size_t i = 0; i < actors_.size(); ++i)
    if (!actors_[i].instance.ended()) {
      TRY(std::ignore, run(i, SetVariables{.variables = step.variables}));
    }
  retry();
  return base::done();
}

base::Result<void> Stage::cancel(const ScriptStep&) {
  for (std::size_t i = 0; i < actors_.size(); ++i)
    if (!actors_[i].instance.ended()) {
      TRY(std::ignore, run(i, Cancel{}));
    }
  start_timers_.clear();
  return base::done();
}

}  // namespace bpmn
