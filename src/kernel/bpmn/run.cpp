#include "run.h"

#include <algorithm>

#include "kernel/base/check.h"

namespace bpmn {

base::Error refusal(base::Refusal kind, std::string code, std::string zh, std::string en) {
  return {.kind = kind, .code = std::move(code), .message = {std::move(zh), std::move(en)}};
}

namespace {

/// Room for the events of a usual step, so that they are not moved while they gather.
constexpr std::size_t events_usual = 16;

base::Error nothing_waits() {
  return refusal(base::Refusal::conflict, "bpmn.nothing_waits", "该事项已办结或已撤销，不再等待办理",
                 "nothing waits here any more: it was done or withdrawn");
}

}  // namespace

Run::Run(const Definition& definition, const Instance& instance, const World& world)
    : definition_(definition), instance_(instance), data_(instance_.data()), world_(world) {
  check_for(definition_, data_);
}

base::Result<void> Run::execute(const Command& command) {
  if (!std::holds_alternative<Start>(command)) {
    if (!data_.started)
      return refusal(base::Refusal::conflict, "bpmn.not_started", "流程尚未开始", "the process has not started");
    if (data_.ended) return refusal(base::Refusal::conflict, "bpmn.ended", "流程已结束", "the process has ended");
  }
  TRY(std::ignore, std::visit([this](const auto& one) { return on(one); }, command));
  settle();
  return base::done();
}

void Run::note(const Event& event) {
  if (const auto* set = std::get_if<VariablesSet>(&event)) {
    if (definition_.activates && !data_.joins.empty()) touch_below(set->scope);
    if (data_.conditions == 0) return;
    changed_ = true;
    judged_to_ = 0;
    const feel::Context* own = data_.find_variables(set->scope);
    for (const auto& [name, value] : set->variables.entries())
      changes_.emplace_back(name, own == nullptr || own->find(name) == nullptr);
  } else if (const auto* opened = std::get_if<ConditionOpened>(&event)) {
    if (data_.find_wait(opened->key) != nullptr) return;
    changed_ = true;
    judged_to_ = 0;
    fresh_.insert(opened->key);
  } else if (const auto* completed = std::get_if<ElementCompleted>(&event)) {
    judged_.insert(living(completed->key).scope);
    touch(living(completed->key).scope);
  } else if (const auto* cancelled = std::get_if<ElementCancelled>(&event)) {
    judged_.insert(living(cancelled->key).scope);
    touch(living(cancelled->key).scope);
  } else if (const auto* join = std::get_if<JoinChanged>(&event)) {
    judged_.insert(join->scope);
    joins_judged_.insert(join->scope);
    touched_.insert(join->scope);
  } else if (const auto* resolved = std::get_if<IncidentResolved>(&event)) {
    judged_.insert(resolved->key);
    touch(resolved->key);
  } else if (const auto* closed = std::get_if<WaitClosed>(&event)) {
    judged_.insert(closed->key);
  }
}

/// The joins of a scope are judged again because a token in it has moved or died.
void Run::touch(Key scope) {
  if (data_.joins.empty()) return;
  joins_judged_.insert(scope);
  touched_.insert(scope);
}

/// What an activation condition sees has changed, in this scope and all inside it.
void Run::touch_below(Key scope) {
  touch(scope);
  for (const Key child : data_.children_of(scope)) touch_below(child);
}

void Run::emit(Event event) {
  note(event);
  apply(definition_, instance_, event);
  if (events_.capacity() == 0) events_.reserve(events_usual);
  events_.push_back(std::move(event));
}

/// Runs until nothing moves. Bounded: every round moves a token into an element, of which `steps_max` may be entered,
/// or ends a living one.
void Run::settle() {
  while (!data_.ended) {
    if (!queue_.empty()) {
      const Token token = queue_.front();
      queue_.pop_front();
      move(token);
      continue;
    }
    if (!fire_condition() && !undo_next() && !fire_join() && !complete_scope()) break;
  }
  report_stuck();
}

void Run::move(const Token& token) {
  if (data_.find_living(token.scope) == nullptr) return;  // its scope was interrupted while it was on its way
  if (token.loop_index >= 0) return enter_inner(token.scope, token.loop_index);
  if (token.flow == no_flow) return enter(token.element, token.scope);
  const ElementIndex target = definition_.flows[token.flow].target;
  if (definition_.nodes[target].joins()) return arrive(target, token.flow, token.scope);
  enter(target, token.scope);
}

/// A start event, or what is drawn to instantiate without one. `no_element`: wherever tokens begin.
base::Result<ElementIndex> Run::start_of(const std::string& wanted) const {
  if (wanted.empty()) {
    if (definition_.root.start != no_element) return definition_.root.start;
    if (definition_.starts.size() == 1) return definition_.starts.front();
    if (definition_.starts.empty() && !definition_.root.entries.empty()) return no_element;
  }
  for (const ElementIndex start : definition_.starts)
    if (definition_.elements[start].id == wanted) return start;
  const ElementIndex named = find_element(definition_, wanted);
  if (named != no_element && definition_.node(named).scope == no_element) {
    const Node& node = definition_.node(named);
    const bool first = node.incoming.empty() && (node.instantiates || definition_.tolerant);
    const bool behind =
        node.incoming.size() == 1 && definition_.node(definition_.flows[node.incoming.front()].source).instantiates;
    if (first || behind) return named;
  }
  return refusal(base::Refusal::invalid, "bpmn.start_unknown", "流程没有开始事件“" + wanted + "”",
                 "the process has no start event '" + wanted + "'");
}

base::Result<void> Run::on(const Start& command) {
  if (data_.started)
    return refusal(base::Refusal::conflict, "bpmn.already_started", "流程已经开始", "the process has started already");
  TRY(const ElementIndex start, start_of(command.start_event));
  emit(ElementEntered{no_element, process_key, 0});
  judged_.insert(process_key);
  set_variables(process_key, command.variables);
  if (const auto opened = open_listeners(definition_.root.event_starts, process_key); !opened)
    raise(process_key, Step::entering, opened.error());
  begin(start, command.variables);
  return base::done();
}

/// The event that starts has happened already: it is not waited for.
void Run::begin(ElementIndex start, const feel::Context& variables) {
  if (start == no_element) {
    for (const ElementIndex entry : definition_.root.entries)
      queue_.push_back({.scope = process_key, .element = entry});
    return;
  }
  const Node& node = definition_.node(start);
  if (node.type == ElementType::start_event) return complete(enter_only(start, process_key));
  if (node.incoming.empty() && node.type == ElementType::receive_task) {
    const Key key = enter_only(start, process_key);
    deliver(key, variables);
    return complete(key);
  }
  if (node.incoming.empty()) return enter(start, process_key);
  const Key gateway = enter_only(definition_.flows[node.incoming.front()].source, process_key);
  work(gateway);
  for (const Key key : data_.waits_under(gateway)) {
    const Wait* wait = data_.find_wait(key);
    if (wait != nullptr && wait->element == start) return set_off(Wait(*wait), {});
  }
}

/// What was waited for is there: on with the element's work, or past it.
void Run::complete_wait(Key key, const feel::Context& variables) {
  const std::size_t listener = data_.find_wait(key)->kind == WaitKind::job ? data_.find_wait(key)->spec : 0;
  const Node& node = node_of(key);
  emit(WaitClosed{key});
  deliver(key, variables);
  if (listener != 0) return after_listener(key, listener - 1);
  if (node.behaviour == Behaviour::throws) return throw_events(key);
  if (node.type == ElementType::ad_hoc_sub_process && !is_body(living(key))) return after_ad_hoc_job(key, variables);
  if (node.behaviour == Behaviour::user_task && listen(key, Phase::completing, 0)) return;
  complete(key);
}

/// Whoever steers an ad-hoc sub-process by a job names what is active next in `activateElements`.
void Run::after_ad_hoc_job(Key key, const feel::Context& variables) {
  const feel::Value* active = variables.find("activateElements");
  if (active == nullptr) return;
  if (const auto entered = enter_active(key, *active); !entered) raise(key, Step::working, entered.error());
}

base::Result<void> Run::on(const CompleteTask& command) {
  const Wait* wait = data_.find_wait(command.key);
  if (wait == nullptr || wait->kind != WaitKind::task) return nothing_waits();
  complete_wait(command.key, command.variables);
  return base::done();
}

base::Result<void> Run::on(const CompleteJob& command) {
  const Wait* wait = data_.find_wait(command.key);
  if (wait == nullptr || wait->kind != WaitKind::job) return nothing_waits();
  complete_wait(command.key, command.variables);
  return base::done();
}

base::Result<void> Run::on(const FailJob& command) {
  const Wait* wait = data_.find_wait(command.key);
  if (wait == nullptr || wait->kind != WaitKind::job) return nothing_waits();
  if (command.retries > 0) {
    emit(JobOpened{.element = wait->element,
                   .key = wait->key,
                   .type = wait->name,
                   .retries = command.retries,
                   .listener = wait->spec});
    return base::done();
  }
  // A listener is called again from where its moment began.
  Step step = Step::working;
  if (wait->spec != 0) {
    const Phase phase = node_of(command.key).listeners.at(wait->spec - 1u).phase;
    if (phase == Phase::start) step = Step::entering;
    if (phase == Phase::end) step = Step::completing;
  }
  emit(WaitClosed{command.key});
  raise(command.key, step, refusal(base::Refusal::conflict, "bpmn.job_failed", command.message.zh, command.message.en));
  return base::done();
}

base::Result<void> Run::on(const ThrowError& command) {
  const Wait* wait = data_.find_wait(command.key);
  const bool own = wait != nullptr && wait->host == wait->key;
  if (!own && data_.find_living(command.key) == nullptr) return nothing_waits();
  const auto found = find_catcher(command.key, {Trigger::error, command.code});
  if (!own && !found) return nothing_waits();
  if (own) emit(WaitClosed{command.key});
  if (found)
    set_off_catcher(found->catcher, found->host, command.variables);
  else
    raise(command.key, Step::working,
          refusal(base::Refusal::conflict, "bpmn.error_uncaught", "业务错误“" + command.code + "”没有对应的处理路径",
                  "nothing in the process catches the business error '" + command.code + "'"));
  return base::done();
}

base::Result<void> Run::on(const FireTimer& command) {
  const Wait* wait = data_.find_wait(command.key);
  if (wait == nullptr || wait->kind != WaitKind::timer) return nothing_waits();
  set_off(Wait(*wait), {});
  return base::done();
}

base::Result<void> Run::on(const ReplanTimer& command) {
  const Wait* found = data_.find_wait(command.key);
  if (found == nullptr || found->kind != WaitKind::timer) return nothing_waits();
  const Wait wait = *found;
  const EventSpec& spec = definition_.node(wait.element).specs.at(wait.spec);
  if (spec.timer.kind == TimerKind::cycle) return base::done();
  TRY(const Firing firing, firing_of(spec.timer, wait.host));
  if (firing.due == wait.due) return base::done();
  emit(TimerOpened{.element = wait.element,
                   .key = wait.key,
                   .due = firing.due,
                   .host = wait.host == wait.key ? 0 : wait.host,
                   .spec = wait.spec});
  return base::done();
}

base::Result<void> Run::on(const CorrelateMessage& command) {
  const std::vector<Key> waiting = data_.waits_for(WaitKind::message, command.name, command.correlation);
  if (waiting.empty()) return nothing_waits();
  set_off(Wait(*data_.find_wait(waiting.front())), command.variables);
  return base::done();
}

base::Result<void> Run::on(const BroadcastSignal& command) {
  if (!set_off_signal(command.name, command.variables)) return nothing_waits();
  return base::done();
}

base::Result<void> Run::on(const TriggerEvent& command) {
  if (command.element >= definition_.nodes.size()) return nothing_waits();
  const auto fits = [&](Key host) { return command.host == 0 || command.host == host; };
  std::vector<Key> waiting;
  const auto add = [&](const Wait& wait) {
    if (wait.element == command.element) waiting.push_back(wait.key);
  };
  if (const Wait* own = data_.find_wait(command.host)) add(*own);
  for (const Key key : data_.waits_under(command.host)) add(*data_.find_wait(key));
  if (command.host == 0)
    for (const Wait& wait : data_.waits) add(wait);
  const Node& node = definition_.node(command.element);
  if (!waiting.empty()) {
    const Key host = data_.find_wait(waiting.front())->host;
    for (const Key key : waiting) {
      const Wait* wait = data_.find_wait(key);
      if (wait != nullptr && wait->host == host) set_off(Wait(*wait), command.variables);
      if (!node.parallel) break;
    }
    return base::done();
  }
  if (node.has(Trigger::compensation)) {
    // Undone by hand: for nobody who would wait for it.
    const ElementIndex undone =
        node.type == ElementType::start_event ? definition_.node(node.scope).scope : node.attached_to;
    for (const Undo& undo : data_.undos) {
      if (undo.element != undone || undo.stage != UndoStage::noted) continue;
      trigger_one(Undo(undo), undo.key);
      return base::done();
    }
    return nothing_waits();
  }
  // What waits for nothing is caught where it is thrown, or may begin in an ad-hoc sub-process.
  for (const Living& at : data_.living) {
    if (!fits(at.key)) continue;
    const Node& here = definition_.node(at.element);
    const auto& starts = here.event_starts;
    const bool listens = std::find(starts.begin(), starts.end(), command.element) != starts.end() && !is_body(at);
    const bool sits = node.type == ElementType::boundary_event && at.element == node.attached_to &&
                      at.element != no_element && !is_inner(at);
    if (sits && node.has(Trigger::cancel)) {
      const Key transaction = at.key;
      interrupt_scope(transaction, 0);
      if (!trigger_undo_of(transaction, no_element, transaction)) leave_cancelled(transaction);
      return base::done();
    }
    if (listens || sits) {
      set_off_catcher(command.element, at.key, command.variables);
      return base::done();
    }
    if (at.element == node.scope && here.type == ElementType::ad_hoc_sub_process && !is_body(at) &&
        node.incoming.empty()) {
      set_variables(at.key, command.variables);
      queue_.push_back({.scope = at.key, .element = command.element});
      return base::done();
    }
  }
  return nothing_waits();
}

base::Result<void> Run::on(const SetVariables& command) {
  if (data_.find_living(command.scope) == nullptr) return nothing_waits();
  set_variables(command.scope, command.variables);
  return base::done();
}

base::Result<void> Run::on(const ResolveIncident& command) {
  const Incident* found = data_.find_incident(command.key);
  if (found == nullptr) return nothing_waits();
  const Incident incident = *found;
  emit(IncidentResolved{command.key});
  if (incident.code == "bpmn.stuck") return base::done();  // judged again when at rest
  if (command.key == process_key) {
    if (const auto opened = open_listeners(definition_.root.event_starts, process_key); !opened)
      raise(process_key, Step::entering, opened.error());
    return base::done();
  }
  switch (incident.step) {
    case Step::entering:
      activate(command.key);
      break;
    case Step::working:
      work(command.key);
      break;
    case Step::completing:
      complete(command.key);
      break;
  }
  return base::done();
}

namespace {

/// What a token at `to` brings about in its scope: everything after it, but behind a join only when all its branches
/// are. `to` itself belongs to it.
Bits after_of(const Definition& definition, ElementIndex to) {
  Bits after(definition.nodes.size(), false);
  after[to] = true;
  const auto reached = [&](const Node& node, ElementIndex index) {
    if (node.type == ElementType::boundary_event) return bool{after[node.attached_to]};
    const auto in = [&](FlowIndex flow) { return bool{after[definition.flows[flow].source]}; };
    const auto sent = [&](ElementIndex source) { return bool{after[source]}; };
    if (std::any_of(node.link_sources.begin(), node.link_sources.end(), sent)) return true;
    if (definition.nodes[index].joins()) return std::all_of(node.incoming.begin(), node.incoming.end(), in);
    return std::any_of(node.incoming.begin(), node.incoming.end(), in);
  };
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t at = 0; at < definition.nodes.size(); ++at) {
      const auto index = static_cast<ElementIndex>(at);
      if (after[index] || !reached(definition.nodes[index], index)) continue;
      after[index] = true;
      grew = true;
    }
  }
  return after;
}

}  // namespace

bool comes_after(const Definition& definition, ElementIndex from, ElementIndex to) {
  if (from >= definition.nodes.size() || to >= definition.nodes.size()) return false;
  const Bits after = after_of(definition, to);
  while (from != no_element && definition.nodes[from].scope != definition.nodes[to].scope)
    from = definition.nodes[from].scope;
  return from != no_element && from != to && after[from];
}

base::Result<void> Run::on(const Move& command) {
  const base::Error impossible = refusal(base::Refusal::conflict, "bpmn.move_impossible", "不能从当前环节转到所选环节",
                                         "the case can not be sent from this step to the one chosen");
  if (command.from == process_key || data_.find_living(command.from) == nullptr) return nothing_waits();
  if (command.to >= definition_.nodes.size()) return impossible;
  const Node& target = definition_.nodes[command.to];
  if (target.type == ElementType::start_event || target.type == ElementType::boundary_event ||
      target.type == ElementType::event_sub_process || target.type == ElementType::process) {
    return impossible;
  }
  // Outward to what lives directly in the scope of the target; an inner instance leads to its body.
  Key ended = command.from;
  while (is_inner(living(ended)) || living(living(ended).scope).element != target.scope) {
    ended = living(ended).scope;
    if (ended == process_key) return impossible;
  }
  const Key scope = living(ended).scope;
  if (!command.undo) {
    cancel(ended);
    enter(command.to, scope);
    return base::done();
  }
  const Bits after = after_of(definition_, command.to);
  if (!after[living(ended).element]) return impossible;
  undo(scope, after);
  enter(command.to, scope);
  return base::done();
}

void Run::undo(Key scope, const Bits& after) {
  std::vector<Key> ended;
  for (const Key key : data_.children_of(scope))
    if (after[living(key).element]) ended.push_back(key);
  for (const Key key : ended) cancel(key);
  for (const JoinCount& join : data_.joins_in(scope))
    if (after[definition_.flows[join.flow].source])
      emit(JoinChanged{.element = join.element,
                       .scope = scope,
                       .flow = join.flow,
                       .change = -static_cast<int>(join.count),
                       .spent = join.spent});
}

base::Result<void> Run::on(const Cancel&) {
  interrupt_scope(process_key, 0);
  close_waits(process_key);
  emit(ElementCancelled{no_element, process_key});
  emit(ProcessEnded{.cancelled = true});
  return base::done();
}

base::Result<std::vector<Event>> decide(const Definition& definition, const Instance& instance, const Command& command,
                                        const World& world) {
  World then = world;
  if (const auto* replan = std::get_if<ReplanTimer>(&command)) then.feel.now = replan->opened_at;
  Run run(definition, instance, then);
  TRY(std::ignore, run.execute(command));
  return run.take_events();
}

}  // namespace bpmn
