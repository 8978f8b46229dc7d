/// Compensation: what was completed is undone in the reverse order, one after the other.
/// Source: [BPMN-13] compensation handling.
#include <algorithm>

#include "run.h"

namespace bpmn {

/// Who undoes it: the activity drawn at its compensation boundary event, or the event sub-process inside it.
ElementIndex Run::handler_of(const Undo& undo) const {
  const Node& node = definition_.node(undo.element);
  return node.handler != no_element ? node.handler : node.undo;
}

/// Before an element is completed: whether it, or something done inside it, can be undone later.
void Run::note_undo(Key key) {
  const Living& at = living(key);
  if (at.element == no_element) return;
  const Node& node = definition_.node(at.element);
  if (node.type == ElementType::boundary_event) return;
  const bool own = node.handler != no_element && !is_inner(at);
  const std::vector<Key> undos = data_.undos_in(key);
  const bool inside = std::any_of(undos.begin(), undos.end(),
                                  [&](Key one) { return data_.undos.find(one)->stage == UndoStage::noted; });
  if (own || inside || (node.undo != no_element && !is_body(at)))
    emit(UndoChanged{.element = at.element, .key = key, .scope = at.scope, .stage = UndoStage::noted});
}

/// What a compensation event asks for. Inside an event sub-process it is what was done in the scope around it, too; in
/// the one that undoes a sub-process, what was done inside that.
bool Run::trigger_undo(Key thrower, const EventSpec& spec) {
  if (data_.undos.empty() || (spec.targeted && spec.activity == no_element)) return false;
  bool any = false;
  for (Key scope = living(thrower).scope; scope != 0; scope = living(scope).scope) {
    any = trigger_undo_of(scope, spec.activity, thrower) || any;
    if (node_of(scope).type != ElementType::event_sub_process) break;
    const Undo* undone = data_.undone_by(scope);
    if (undone == nullptr) continue;
    const Key inside = undone->key;
    return trigger_undo_of(inside, spec.activity, thrower) || any;
  }
  return any;
}

bool Run::trigger_undo_of(Key scope, ElementIndex activity, Key by) {
  std::vector<Undo> wanted;
  for (const Key key : data_.undos_in(scope)) {
    const Undo& undo = *data_.undos.find(key);
    if (undo.stage == UndoStage::noted && (activity == no_element || undo.element == activity)) wanted.push_back(undo);
  }
  for (const Undo& undo : wanted) trigger_one(undo, by);
  return !wanted.empty();
}

/// A sub-process that nothing undoes as a whole is undone by what undoes its parts.
void Run::trigger_one(const Undo& undo, Key by) {
  emit(UndoChanged{
      .element = undo.element, .key = undo.key, .scope = undo.scope, .stage = UndoStage::triggered, .by = by});
  if (handler_of(undo) == no_element) trigger_undo_of(undo.key, no_element, by);
}

/// At rest: starts the next handler of each thrower whose last one is through; ends those that have none left.
bool Run::undo_next() {
  if (!through_.empty()) {
    const Key thrower = *through_.begin();
    through_.erase(through_.begin());
    const bool left = data_.has_started(thrower) || !data_.triggered_by(thrower).empty();
    if (!left && data_.find_living(thrower) != nullptr) {
      if (node_of(thrower).transaction)
        leave_cancelled(thrower);
      else
        finish_throw(thrower);
    }
    return true;
  }
  if (data_.undos.empty()) return false;
  const Series<Asked>& triggered = data_.index->triggered;
  for (auto at = triggered.begin(); at != triggered.end();) {
    const Key thrower = at->trigger;
    if (data_.has_started(thrower)) {
      at = triggered.lower_bound({thrower + 1, 0, 0});
      continue;
    }
    for (; at != triggered.end() && at->trigger == thrower; ++at) {
      if (handler_of(*data_.undos.find(at->key)) == no_element) continue;
      start_undo(at->key);
      return true;
    }
    // Only parts without a handler remain.
    std::vector<Key> through = data_.triggered_by(thrower);
    std::sort(through.begin(), through.end());
    for (const Key key : through)
      if (const Undo* one = data_.undos.find(key))
        emit(UndoChanged{.element = one->element, .key = key, .scope = one->scope, .stage = UndoStage::done});
    through_.insert(thrower);
    return true;
  }
  return false;
}

/// The handler lives in the nearest scope that still lives, and sees the variables as they were when the scopes between
/// were completed.
void Run::start_undo(Key key) {
  const Undo undo = *data_.undos.find(key);
  feel::Context seen;
  Key scope = undo.scope;
  std::vector<const feel::Context*> inner_first;
  if (undo.variables != nullptr && definition_.node(undo.element).behaviour == Behaviour::scope)
    inner_first.push_back(undo.variables.get());
  while (data_.find_living(scope) == nullptr) {
    const Undo* around = data_.undos.find(scope);
    if (around->variables != nullptr) inner_first.push_back(around->variables.get());
    scope = around->scope;
  }
  for (auto own = inner_first.rbegin(); own != inner_first.rend(); ++own)
    for (const auto& [name, value] : (*own)->entries()) seen.put(name, value);
  const ElementIndex handler = handler_of(undo);
  const Key by = enter_only(handler, scope);
  emit(UndoChanged{.element = undo.element, .key = key, .scope = undo.scope, .stage = UndoStage::started, .by = by});
  set_variables(by, seen);
  if (definition_.node(handler).type != ElementType::event_sub_process) return activate(by);
  const Node& node = definition_.node(handler);
  if (const auto opened = open_listeners(node.event_starts, by); !opened)
    return raise(by, Step::working, opened.error());
  complete(enter_only(node.start, by));
}

/// A handler is through, and with it what it undid; the thrower goes on when nothing is left.
void Run::after_handler(Key handler) {
  const Undo* undone = data_.undone_by(handler);
  if (undone == nullptr) return;
  const Undo undo = *undone;
  emit(UndoChanged{.element = undo.element, .key = undo.key, .scope = undo.scope, .stage = UndoStage::done});
  through_.insert(undo.trigger);
}

/// What was cancelled undoes nothing any more, and asks for nothing any more.
void Run::forget_undos_of(Key ended) {
  if (data_.undos.empty()) return;
  std::vector<Key> left = data_.triggered_by(ended);
  if (const Undo* undone = data_.undone_by(ended)) left.push_back(undone->key);
  std::sort(left.begin(), left.end());
  for (const Key key : left) {
    const Undo* found = data_.undos.find(key);
    if (found == nullptr) continue;
    const Undo undo = *found;
    emit(UndoChanged{.element = undo.element, .key = undo.key, .scope = undo.scope, .stage = UndoStage::done});
    if (undo.handler == ended) through_.insert(undo.trigger);
  }
}

}  // namespace bpmn
