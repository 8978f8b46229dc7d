/// What events bring about: escalations, errors, signals, cancellation, the end of everything.
#include <algorithm>

#include "run.h"

namespace bpmn {

/// In this order: escalations, then compensation, which may take its time, then the rest.
void Run::throw_events(Key key) {
  const Node& node = node_of(key);
  for (const EventSpec& spec : node.specs) {
    if (spec.trigger != Trigger::escalation) continue;
    const auto code = text_of(spec.code, key);
    if (!code) return raise(key, Step::working, code.error());
    const auto found = find_catcher(living(key).scope, {Trigger::escalation, *code});
    if (!found) continue;  // nobody has to listen
    // Told first, so that the throwing element ends as drawn even when the catcher interrupts it.
    if (node.specs.size() == 1) {
      complete(key);
      if (data_.find_living(key) == nullptr) set_off_catcher(found->catcher, found->host, {});
      return;
    }
    set_off_catcher(found->catcher, found->host, {});
    if (data_.find_living(key) == nullptr) return;
  }
  bool waits = false;
  for (const EventSpec& spec : node.specs)
    if (spec.trigger == Trigger::compensation) waits = (trigger_undo(key, spec) && spec.waits) || waits;
  if (!waits) finish_throw(key);
}

void Run::finish_throw(Key key) {
  const Node& node = node_of(key);
  for (const EventSpec& spec : node.specs) {
    if (spec.trigger == Trigger::cancel) return cancel_transaction(key);
    if (spec.trigger == Trigger::terminate) interrupt_scope(living(key).scope, key);
    if (spec.trigger != Trigger::error) continue;
    const auto code = text_of(spec.code, key);
    if (!code) return raise(key, Step::working, code.error());
    const auto found = find_catcher(living(key).scope, {Trigger::error, *code});
    if (!found)
      return raise(key, Step::working,
                   refusal(base::Refusal::conflict, "bpmn.error_uncaught", "错误“" + *code + "”没有对应的处理路径",
                           "nothing in the process catches the error '" + *code + "'"));
    complete(key);
    if (data_.find_living(key) == nullptr) set_off_catcher(found->catcher, found->host, {});
    return;
  }
  complete(key);
}

/// To everything that waits for it in this instance; whoever runs instances tells the others.
void Run::broadcast(ElementIndex element, Key key, const std::string& name) {
  emit(SignalThrown{.element = element, .key = key, .name = name});
  set_off_signal(name, {});
}

bool Run::set_off_signal(const std::string& name, const feel::Context& variables) {
  const std::vector<Key> waiting = data_.waits_for(WaitKind::signal, name);
  for (const Key key : waiting)
    if (const Wait* wait = data_.find_wait(key)) set_off(Wait(*wait), variables);
  return !waiting.empty();
}

/// A cancel end event ends the transaction: everything in it is ended, then what was done is undone, then its cancel
/// boundary event goes on.
void Run::cancel_transaction(Key key) {
  Key transaction = living(key).scope;
  while (transaction != process_key && !node_of(transaction).transaction) transaction = living(transaction).scope;
  if (transaction == process_key)
    return raise(key, Step::working,
                 refusal(base::Refusal::conflict, "bpmn.no_transaction", "取消结束事件不在事务子流程内",
                         "the cancel end event does not stand in a transaction"));
  complete(key);
  if (data_.find_living(key) != nullptr) return;
  interrupt_scope(transaction, 0);
  if (!trigger_undo_of(transaction, no_element, transaction)) leave_cancelled(transaction);
}

void Run::leave_cancelled(Key transaction) {
  const Living at = living(transaction);
  const Key host = is_inner(at) ? at.scope : transaction;
  const std::vector<ElementIndex>& boundaries = definition_.node(at.element).boundaries;
  const auto boundary = std::find_if(boundaries.begin(), boundaries.end(),
                                     [&](ElementIndex one) { return definition_.node(one).has(Trigger::cancel); });
  if (boundary == boundaries.end()) return cancel(host);
  set_off_boundary(*boundary, host, {});
}

/// The catcher of exactly that code, else the one that catches all.
ElementIndex Run::catcher_of(const std::vector<ElementIndex>& catchers, ElementIndex came_from,
                             const Thrown& thrown) const {
  ElementIndex catch_all = no_element;
  for (const ElementIndex catcher : catchers) {
    const Node& node = definition_.node(catcher);
    if (node.type == ElementType::start_event && node.scope == came_from) continue;
    for (const EventSpec& spec : node.specs) {
      if (spec.trigger != thrown.trigger) continue;
      if (!spec.code.text.empty() && spec.code.text == thrown.code) return catcher;
      if (spec.code.text.empty() && catch_all == no_element) catch_all = catcher;
    }
  }
  return catch_all;
}

/// Outward from `origin`: at each level its event sub-processes, then its boundary events. An event sub-process does
/// not catch what is thrown in itself.
std::optional<Run::Catch> Run::find_catcher(Key origin, const Thrown& thrown) const {
  ElementIndex came_from = no_element;
  for (Key at = origin; at != 0;) {
    const Living here = living(at);
    const Node& node = definition_.node(here.element);
    if (const ElementIndex start = catcher_of(node.event_starts, came_from, thrown); start != no_element)
      return Catch{start, at};
    const ElementIndex boundary = catcher_of(node.boundaries, no_element, thrown);
    if (boundary != no_element && !is_inner(here)) return Catch{boundary, at};
    came_from = here.element;
    at = here.scope;
  }
  return std::nullopt;
}

bool Run::throw_to_catcher(Key origin, const Thrown& thrown, const feel::Context& variables) {
  const auto found = find_catcher(origin, thrown);
  if (found) set_off_catcher(found->catcher, found->host, variables);
  return found.has_value();
}

}  // namespace bpmn
