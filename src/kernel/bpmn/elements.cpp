#include "kernel/base/check.h"
#include "run.h"

namespace bpmn {

const Instance::Living& Run::living(Key key) const {
  const Living* found = data_.find_living(key);
  CHECK(found != nullptr);
  return *found;
}

Key Run::enter_only(ElementIndex element, Key scope) {
  const Key key = data_.next_key;
  emit(ElementEntered{element, key, scope});
  ++steps_;
  return key;
}

void Run::enter(ElementIndex element, Key scope) {
  const Key key = enter_only(element, scope);
  if (steps_ <= world_.steps_max + bonus_) return activate(key);
  raise(key, Step::entering,
        refusal(base::Refusal::conflict, "bpmn.steps_exceeded", "一次操作引起的步骤过多，流程可能有死循环",
                "one command made the process take too many steps: it may loop without end"));
}

/// Sets up inputs and boundary events, then lets the element work. Safe to try again: a failure leaves nothing open.
void Run::activate(Key key) {
  const Living at = living(key);
  const Node& node = definition_.node(at.element);
  if (is_body(at)) return activate_body(key);
  const auto ready = [&]() -> base::Result<void> {
    TRY(std::ignore, map_inputs(node, key));
    // The inner instances of a multi-instance element share the boundary events of its body.
    if (!is_inner(at)) {
      TRY(std::ignore, open_listeners(node.boundaries, key));
    }
    return base::done();
  }();
  if (!ready) {
    close_waits(key);
    return raise(key, Step::entering, ready.error());
  }
  if (!listen(key, Phase::start, 0)) work(key);
}

bool Run::is_held(ElementIndex element) const {
  return world_.direction != nullptr && element < world_.direction->held.size() && world_.direction->held[element];
}

void Run::work(Key key) {
  const Living at = living(key);
  const Node& node = definition_.node(at.element);
  base::Result<void> done;
  switch (node.behaviour) {
    case Behaviour::pass:
      if (!is_held(at.element)) return complete(key);
      done = open_task(key);
      break;
    case Behaviour::user_task:
      if (listen(key, Phase::creating, 0)) return;
      if (!node.assignee.empty() && listen(key, Phase::assigning, 0)) return;
      done = open_task(key);
      break;
    case Behaviour::job:
      done = open_job(key);
      break;
    case Behaviour::script:
      return run_script(key);
    case Behaviour::decision:
      if (world_.decisions != nullptr || !definition_.tolerant) return run_decision(key);
      emit(JobOpened{.element = at.element, .key = key, .type = node.decision.text});
      return;
    case Behaviour::await:
      done = open_own_waits(key);
      break;
    case Behaviour::event_gateway: {
      if (directed(at.element)) return complete(key);
      std::vector<ElementIndex> events;
      for (const FlowIndex flow : node.outgoing) events.push_back(definition_.flows[flow].target);
      done = open_listeners(events, key);
      if (!done) close_waits(key);
      if (done && living(key).listeners == 0)
        done = refusal(base::Refusal::conflict, "bpmn.event_expected", "事件网关之后没有可以等待的事件",
                       "no event that can be waited for follows the event-based gateway");
      break;
    }
    case Behaviour::scope:
      return open_scope(key);
    case Behaviour::call:
      done = open_call(key);
      break;
    case Behaviour::throws:
      if (!node.has(Trigger::message) || node.job_type.empty()) return throw_events(key);
      done = open_job(key);
      break;
  }
  if (!done) raise(key, Step::working, done.error());
}

void Run::complete(Key key) {
  if (is_body(living(key)) || !listen(key, Phase::end, 0)) complete_now(key);
}

/// Outputs, ways out, and on. Safe to try again after a failure.
void Run::complete_now(Key key) {
  const Living at = living(key);
  const Node& node = definition_.node(at.element);
  if (node.type == ElementType::process) return return_from(key);
  if (is_inner(at)) {
    if (const auto done = complete_inner(key); !done) raise(key, Step::completing, done.error());
    return;
  }
  const auto flows = [&]() -> base::Result<std::vector<FlowIndex>> {
    if (is_body(at) || !node.ad_hoc.output_collection.empty()) hand_out_results(key);
    if (!is_body(at)) {
      TRY(std::ignore, map_outputs(node, key));
    }
    return ways_out(at.element, key);
  }();
  if (!flows) return raise(key, Step::completing, flows.error());
  leave(key, flows.value());
}

void Run::leave(Key key, const std::vector<FlowIndex>& flows) {
  const Living at = living(key);
  const Node& node = definition_.node(at.element);
  std::vector<std::string> signals;
  if (node.behaviour == Behaviour::throws)
    for (const EventSpec& spec : node.specs)
      if (const auto name = text_of(spec.name, key); spec.trigger == Trigger::signal && name && !name->empty())
        signals.push_back(*name);
  if (flows.empty()) collect_ad_hoc(at.scope, key);
  close_waits(key);
  note_undo(key);
  emit(ElementCompleted{at.element, key});
  after_handler(key);
  if (node.link_target != no_element) queue_.push_back({.scope = at.scope, .element = node.link_target});
  for (const FlowIndex flow : flows) {
    emit(FlowTaken{flow, at.scope});
    queue_.push_back({.scope = at.scope, .flow = flow});
  }
  for (const std::string& name : signals) broadcast(at.element, key, name);
}

void Run::cancel(Key key) {
  interrupt_scope(key, 0);
  close_waits(key);
  if (data_.find_incident(key) != nullptr) emit(IncidentResolved{key});
  emit(ElementCancelled{living(key).element, key});
  forget_undos_of(key);
}

void Run::raise(Key key, Step step, const base::Error& error) {
  if (data_.find_incident(key) != nullptr) return;  // one at a time: the first one says why
  emit(IncidentRaised{
      .element = living(key).element, .key = key, .code = error.code, .message = error.message, .step = step});
}

void Run::run_script(Key key) {
  const Node& node = node_of(key);
  const auto result = evaluate(*node.script, key);
  if (!result) return raise(key, Step::working, result.error());
  deliver(key, {{node.result_variable, result.value()}});
  complete(key);
}

void Run::run_decision(Key key) {
  const ElementIndex element = living(key).element;
  const Node& node = definition_.node(element);
  const auto made = [&]() -> base::Result<std::pair<std::string, Decisions::Answer>> {
    TRY(std::string decision, text_of(node.decision, key));
    if (world_.decisions == nullptr)
      return refusal(base::Refusal::conflict, "bpmn.decision_unknown", "没有可用的决策模型",
                     "no decision models are at hand");
    TRY(Decisions::Answer answer, world_.decisions->decide(decision, context_of(key), world_.feel));
    return std::pair{std::move(decision), std::move(answer)};
  }();
  if (!made) return raise(key, Step::working, made.error());
  const auto& [decision, answer] = made.value();
  emit(DecisionMade{
      .element = element, .key = key, .decision = decision, .basis = answer.basis, .explanation = answer.explanation});
  deliver(key, {{node.result_variable, answer.value}});
  complete(key);
}

base::Result<void> Run::open_task(Key key) {
  const ElementIndex element = living(key).element;
  const Node& node = definition_.node(element);
  TaskOpened task{.element = element,
                  .key = key,
                  .assignee = {},
                  .candidate_groups = {},
                  .candidate_users = {},
                  .form = definition_.elements[element].form,
                  .due = {},
                  .follow_up = {}};
  // Who plays does every task, whoever it is meant for.
  if (definition_.tolerant) {
    emit(std::move(task));
    return base::done();
  }
  TRY(task.assignee, text_of(node.assignee, key));
  TRY(task.candidate_groups, texts_of(node.candidate_groups, key));
  TRY(task.candidate_users, texts_of(node.candidate_users, key));
  TRY(task.due, schedule_of(node.due, key, DayEnd::ends));
  TRY(task.follow_up, schedule_of(node.follow_up, key, DayEnd::begins));
  TRY(task.priority, number_of(node.priority, key, task.priority));
  emit(std::move(task));
  return base::done();
}

base::Result<void> Run::open_job(Key key) {
  const ElementIndex element = living(key).element;
  const Node& node = definition_.node(element);
  JobOpened job{.element = element, .key = key, .type = {}};
  TRY(job.type, text_of(node.job_type, key));
  if (job.type.empty() && !definition_.tolerant)
    return refusal(base::Refusal::invalid, "bpmn.job_type_missing", "任务类型为空", "the job type is empty");
  TRY(job.retries, number_of(node.retries, key, job.retries));
  emit(std::move(job));
  return base::done();
}

base::Result<std::optional<base::Instant>> Run::schedule_of(const Attribute& attribute, Key key, DayEnd end) {
  if (attribute.empty()) return std::optional<base::Instant>{};
  TRY(const feel::Value value, evaluate(attribute, key));
  if (value.is_null()) return std::optional<base::Instant>{};
  TRY(const base::Instant moment, moment_of(value, end));
  return std::optional<base::Instant>{moment};
}

}  // namespace bpmn
