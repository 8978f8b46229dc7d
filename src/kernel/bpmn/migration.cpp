/// An instance goes on in another definition: what corresponds, what forbids it, and what the new one asks of it.
#include <algorithm>

#include "kernel/base/check.h"
#include "run.h"

namespace bpmn {
namespace {

/// Finds what corresponds in the definition an instance is to go on in.
class Matching {
 public:
  Matching(const Definition& from, const Definition& to, const Instance& instance, const Renaming& renamed)
      : from_(from), to_(to), instance_(instance), renamed_(renamed) {}

  MigrationPlan plan() {
    for (const Instance::Living& one : instance_.living())
      if (one.element != no_element) match(one);
    for (const Wait& wait : instance_.waits()) match(wait);
    for (const JoinCount& join : instance_.data().joins) match(join);
    for (const Undo& undo : instance_.data().undos) match(undo);
    return std::move(plan_);
  }

  ElementIndex counterpart(ElementIndex element) const {
    if (element == no_element) return no_element;
    const std::string& id = from_.elements[element].id;
    const auto named = renamed_.find(id);
    return find_element(to_, named == renamed_.end() ? id : named->second);
  }

  /// By id, or else the only one between the counterparts of its ends.
  FlowIndex counterpart_of_flow(FlowIndex flow) const {
    const CompiledFlow& old = from_.flows[flow];
    const ElementIndex target = counterpart(old.target);
    for (std::size_t i = 0; i < to_.flows.size(); ++i)
      if (to_.sequence_flows[i].id == from_.sequence_flows[flow].id && to_.flows[i].target == target)
        return static_cast<FlowIndex>(i);
    FlowIndex found = no_flow;
    for (std::size_t i = 0; i < to_.flows.size(); ++i) {
      if (to_.flows[i].target != target || to_.flows[i].source != counterpart(old.source)) continue;
      if (found != no_flow) return no_flow;
      found = static_cast<FlowIndex>(i);
    }
    return found;
  }

  /// A wait whose element stops listening: nothing is lost but what the new definition does not want.
  bool is_dropped(const Wait& wait) const {
    const ElementType type = from_.node(wait.element).type;
    const bool listens = type == ElementType::boundary_event || type == ElementType::start_event;
    return listens && wait.host != wait.key && !corresponds(wait);
  }

 private:
  void obstacle(ElementIndex element, std::string code, std::string zh, std::string en) {
    const Element& at = from_.elements[element];
    const std::string name = at.name.empty() ? at.id : at.name;
    plan_.obstacles.push_back({at.id, std::move(code), {"“" + name + "”" + zh, "“" + name + "” " + en}});
  }

  void match(const Instance::Living& one) {
    const ElementIndex target = counterpart(one.element);
    plan_.steps.push_back({one.key, one.element, target});
    if (target == no_element)
      return obstacle(one.element, "bpmn.element_gone", "正在进行,新版本中没有对应的环节",
                      "is under way, and the other version has no such element");
    const Node& old = from_.node(one.element);
    const Node& node = to_.node(target);
    if (old.type != node.type || old.behaviour != node.behaviour)
      return obstacle(one.element, "bpmn.type_differs", "在新版本中是另一种环节",
                      "is an element of another kind there");
    if (old.loop.present != node.loop.present || old.loop.standard != node.loop.standard ||
        old.loop.sequential != node.loop.sequential)
      return obstacle(one.element, "bpmn.loop_differs", "办理的次数或者先后方式在新版本中不同",
                      "is done once, at the same time or one after the other otherwise there");
    const Instance::Living* around = instance_.living().find(one.scope);
    const bool is_inner = around->element == one.element;
    if (!is_inner && old.type != ElementType::process && node.scope != counterpart(around->element))
      return obstacle(one.element, "bpmn.nesting_differs", "在新版本中属于另一个子流程",
                      "lies in another sub-process there");
    if (old.behaviour == Behaviour::await && old.specs.size() != node.specs.size())
      obstacle(one.element, "bpmn.event_differs", "在新版本中等待的事件不同", "waits for other events there");
  }

  static Trigger trigger_of(WaitKind kind) {
    switch (kind) {
      case WaitKind::timer:
        return Trigger::timer;
      case WaitKind::message:
        return Trigger::message;
      case WaitKind::signal:
        return Trigger::signal;
      case WaitKind::condition:
        return Trigger::condition;
      case WaitKind::task:
      case WaitKind::job:
        break;
    }
    return Trigger::none;
  }

  bool corresponds(const Wait& wait) const {
    const ElementIndex target = counterpart(wait.element);
    if (target == no_element) return false;
    const Node& old = from_.node(wait.element);
    const Node& node = to_.node(target);
    if (old.type != node.type || old.interrupting != node.interrupting) return false;
    if (wait.kind == WaitKind::task) return true;
    if (wait.kind == WaitKind::job)
      return wait.spec == 0 || (wait.spec <= node.listeners.size() &&
                                node.listeners[wait.spec - 1u].phase == old.listeners[wait.spec - 1u].phase);
    if (wait.spec >= node.specs.size() || node.specs[wait.spec].trigger != trigger_of(wait.kind)) return false;
    const ElementIndex host = counterpart(instance_.living().find(wait.host)->element);
    if (old.type == ElementType::boundary_event) return node.attached_to == host;
    if (old.type == ElementType::start_event && wait.host != wait.key)
      return node.scope != no_element && to_.node(node.scope).scope == host;
    if (host == target) return true;
    const auto& incoming = node.incoming;
    return std::any_of(incoming.begin(), incoming.end(),
                       [&](FlowIndex flow) { return to_.flows[flow].source == host; });
  }

  void match(const Wait& wait) {
    const auto& gone = plan_.obstacles;
    const std::string& id = from_.elements[wait.element].id;
    if (corresponds(wait)) return;
    if (is_dropped(wait)) return plan_.closed.push_back(wait.element);
    if (std::any_of(gone.begin(), gone.end(), [&](const base::Place& place) { return place.path == id; })) return;
    obstacle(wait.element, "bpmn.event_differs", "在新版本中等待的事件不同", "waits for another event there");
  }

  void match(const JoinCount& join) {
    const ElementIndex target = counterpart(join.element);
    if (target != no_element && to_.node(target).joins() && to_.node(target).type == from_.node(join.element).type &&
        counterpart_of_flow(join.flow) != no_flow)
      return;
    obstacle(join.element, "bpmn.join_differs", "已有分支到达,新版本中没有对应的汇合或者分支",
             "holds a branch that has arrived, and the other version has no such join or branch");
  }

  void match(const Undo& undo) {
    const ElementIndex target = counterpart(undo.element);
    if (target != no_element && to_.node(target).type == from_.node(undo.element).type) return;
    obstacle(undo.element, "bpmn.undo_differs", "已完成并且可以补偿,新版本中没有对应的环节",
             "was done and can be undone, and the other version has no such element");
  }

  const Definition& from_;
  const Definition& to_;
  const Instance& instance_;
  const Renaming& renamed_;
  MigrationPlan plan_;
};

base::Error impossible(std::vector<base::Place> obstacles) {
  base::Error error = refusal(base::Refusal::rule_not_met, "bpmn.migration_impossible", "办件不能转到这个版本",
                              "the case can not go on in this version");
  for (const base::Place& place : obstacles) {
    error.message.zh += ":" + place.message.zh;
    error.message.en += ": " + place.message.en;
    break;
  }
  error.places = std::move(obstacles);
  return error;
}

void add(std::vector<std::pair<std::uint16_t, std::uint16_t>>& pairs, std::uint16_t from, std::uint16_t to) {
  const std::pair pair{from, to};
  if (std::find(pairs.begin(), pairs.end(), pair) == pairs.end()) pairs.push_back(pair);
}

}  // namespace

MigrationPlan plan_migration(const Definition& from, const Definition& to, const Instance& instance,
                             const Renaming& renamed) {
  return Matching(from, to, instance, renamed).plan();
}

base::Result<std::vector<Event>> migrate(const Definition& from, const Definition& to, const Instance& instance,
                                         const Renaming& renamed, const World& world) {
  if (!instance.started())
    return refusal(base::Refusal::conflict, "bpmn.not_started", "流程尚未开始", "the process has not started");
  if (instance.ended()) return refusal(base::Refusal::conflict, "bpmn.ended", "流程已结束", "the process has ended");
  Matching matching(from, to, instance, renamed);
  MigrationPlan plan = matching.plan();
  if (!plan.obstacles.empty()) return impossible(std::move(plan.obstacles));

  Instance moved = instance;
  std::vector<Event> events;
  InstanceMigrated migrated;
  for (const MigrationPlan::Step& step : plan.steps) add(migrated.elements, step.from, step.to);
  for (const Wait& wait : instance.waits())
    if (matching.is_dropped(wait))
      events.emplace_back(WaitClosed{wait.key});
    else
      add(migrated.elements, wait.element, matching.counterpart(wait.element));
  for (const Undo& undo : instance.data().undos)
    add(migrated.elements, undo.element, matching.counterpart(undo.element));
  for (const JoinCount& join : instance.data().joins) {
    add(migrated.elements, join.element, matching.counterpart(join.element));
    add(migrated.flows, join.flow, matching.counterpart_of_flow(join.flow));
  }
  for (const Event& event : events) apply(from, moved, event);
  events.emplace_back(std::move(migrated));
  apply(to, moved, events.back());

  std::vector<bool> is_new(to.nodes.size(), true);
  for (std::size_t i = 0; i < from.nodes.size(); ++i)
    if (const ElementIndex known = matching.counterpart(static_cast<ElementIndex>(i)); known != no_element)
      is_new[known] = false;
  Run run(to, moved, world);
  TRY(std::ignore, run.settle_in(is_new));
  for (Event& event : run.take_events()) events.push_back(std::move(event));
  return events;
}

base::Result<void> Run::settle_in(const std::vector<bool>& is_new) {
  std::vector<Key> living_keys, wait_keys;
  for (const Living& one : data_.living) living_keys.push_back(one.key);
  for (const Wait& wait : data_.waits) wait_keys.push_back(wait.key);
  const auto at_fault = [&](ElementIndex element, const base::Error& error) {
    const bool is_process = element == no_element;
    return impossible(
        {{is_process ? definition_.process_id : definition_.elements[element].id, error.code, error.message}});
  };
  for (const Key key : wait_keys) {
    const ElementIndex element = data_.find_wait(key)->element;
    if (const auto done = wait_anew(key); !done) return at_fault(element, done.error());
  }
  for (const Key key : living_keys) {
    const ElementIndex element = living(key).element;
    if (const auto done = open_new_listeners(key, is_new); !done) return at_fault(element, done.error());
    judged_.insert(key);
  }
  for (const JoinCount& join : data_.joins) touch(join.scope);
  settle();
  return base::done();
}

/// What was not drawn before listens from now on. What had listened and was over stays so.
base::Result<void> Run::open_new_listeners(Key key, const std::vector<bool>& is_new) {
  const Living at = living(key);
  const Incident* incident = data_.find_incident(key);
  if (incident != nullptr && incident->step == Step::entering) return base::done();  // set up when it is tried again
  const Node& node = definition_.node(at.element);
  const auto open = [&](const std::vector<ElementIndex>& listeners) -> base::Result<void> {
    std::vector<ElementIndex> added;
    std::copy_if(listeners.begin(), listeners.end(), std::back_inserter(added),
                 [&](ElementIndex element) { return is_new[element]; });
    return open_listeners(added, key);
  };
  if (!is_inner(at)) {
    TRY(std::ignore, open(node.boundaries));
  }
  if (!is_body(at)) {
    TRY(std::ignore, open(node.event_starts));
  }
  if (node.behaviour != Behaviour::event_gateway || incident != nullptr) return base::done();
  std::vector<ElementIndex> events;
  for (const FlowIndex flow : node.outgoing) events.push_back(definition_.flows[flow].target);
  return open(events);
}

/// Whom a task is for, what a job is called and what a message is matched by are what the new definition says.
base::Result<void> Run::wait_anew(Key key) {
  const Wait wait = *data_.find_wait(key);
  const Node& node = definition_.node(wait.element);
  if (wait.kind == WaitKind::task) return node.behaviour == Behaviour::user_task ? open_task(key) : base::done();
  if (wait.kind == WaitKind::job) {
    if (wait.spec != 0 || node.job_type.empty()) return base::done();
    TRY(const std::string type, text_of(node.job_type, key));
    if (type == wait.name) return base::done();
    return open_job(key);
  }
  if (wait.kind != WaitKind::message && wait.kind != WaitKind::signal) return base::done();
  const EventSpec& spec = node.specs.at(wait.spec);
  TRY(const std::string name, text_of(spec.name, wait.host));
  std::string correlation;
  if (spec.correlation) {
    TRY(const feel::Value value, evaluate(*spec.correlation, wait.host));
    correlation = feel::to_text(value);
  }
  if (name == wait.name && (wait.kind == WaitKind::signal || correlation == wait.correlation)) return base::done();
  emit(WaitClosed{key});
  return open_wait(wait.element, wait.spec, wait.host == key ? key : data_.next_key, wait.host);
}

}  // namespace bpmn
