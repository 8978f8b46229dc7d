/// Compensation: what was completed is undone in the reverse order, one after the other.
/// Source: [BPMN-13] compensation handling.
#include <algorithm>
#include <map>

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
  const bool inside = std::any_of(data_.undos.begin(), data_.undos.end(), [&](const Undo& undo) {
    return undo.scope == key && undo.stage == UndoStage::noted;
  });
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
    const auto undone = std::find_if(data_.undos.begin(), data_.undos.end(), [&](const Undo& undo) {
      return undo.handler == scope && undo.stage == UndoStage::started;
    });
    if (undone == data_.undos.end()) continue;
    const Key inside = undone->key;
    return trigger_undo_of(inside, spec.activity, thrower) || any;
  }
  return any;
}

bool Run::trigger_undo_of(Key scope, ElementIndex activity, Key by) {
  std::vector<Undo> wanted;
  for (const Undo& undo : data_.undos)
    if (undo.scope == scope && undo.stage == UndoStage::noted && (activity == no_element || undo.element == activity))
      wanted.push_back(undo);
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
    const bool left = std::any_of(data_.undos.begin(), data_.undos.end(), [&](const Undo& undo) {
      return undo.trigger == thrower && undo.stage != UndoStage::noted;
    });
    if (!left && data_.find_living(thrower) != nullptr) {
      if (node_of(thrower).transaction)
        leave_cancelled(thrower);
      else
        finish_throw(thrower);
    }
    return true;
  }
  if (data_.undos.empty()) return false;
  std::set<Key> busy;
  std::map<Key, const Undo*> next;  // by thrower; none left when only parts without a handler remain
  for (const Undo& undo : data_.undos) {
    if (undo.stage == UndoStage::started) busy.insert(undo.trigger);
    if (undo.stage != UndoStage::triggered) continue;
    const Undo*& best = next[undo.trigger];
    if (handler_of(undo) != no_element && (best == nullptr || undo.order > best->order)) best = &undo;
  }
  for (const auto& [thrower, undo] : next) {
    if (busy.contains(thrower)) continue;
    if (undo != nullptr) {
      start_undo(undo->key);
      return true;
    }
    std::vector<Undo> through;
    for (const Undo& one : data_.undos)
      if (one.stage == UndoStage::triggered && one.trigger == thrower) through.push_back(one);
    for (const Undo& one : through)
      if (data_.undos.find(one.key) != nullptr)
        emit(UndoChanged{.element = one.element, .key = one.key, .scope = one.scope, .stage = UndoStage::done});
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
  if (data_.undos.empty()) return;
  const auto undone = std::find_if(data_.undos.begin(), data_.undos.end(), [&](const Undo& undo) {
    return undo.stage == UndoStage::started && undo.handler == handler;
  });
  if (undone == data_.undos.end()) return;
  const Undo undo = *undone;
  emit(UndoChanged{.element = undo.element, .key = undo.key, .scope = undo.scope, .stage = UndoStage::done});
  through_.insert(undo.trigger);
}

/// What was cancelled undoes nothing any more, and asks for nothing any more.
void Run::forget_undos_of(Key ended) {
  if (data_.undos.empty()) return;
  std::vector<Undo> left;
  for (const Undo& undo : data_.undos)
    if ((undo.stage == UndoStage::started && undo.handler == ended) ||
        (undo.stage == UndoStage::triggered && undo.trigger == ended))
      left.push_back(undo);
  for (const Undo& undo : left) {
    if (data_.undos.find(undo.key) == nullptr) continue;
    emit(UndoChanged{.element = undo.element, .key = undo.key, .scope = undo.scope, .stage = UndoStage::done});
    if (undo.handler == ended) through_.insert(undo.trigger);
  }
}

}  // namespace bpmn
