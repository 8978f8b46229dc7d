/// The state of an instance, and how events change it.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "definition.h"
#include "kernel/bpmn/bpmn.h"

namespace bpmn {

/// Tokens that came over one flow into a joining gateway and wait there.
struct JoinCount {
  ElementIndex element = no_element;
  Key scope = 0;
  FlowIndex flow = no_flow;
  std::uint32_t count = 0;
  bool spent = false;  // as in JoinChanged: an entry of its own
  bool operator==(const JoinCount&) const = default;
};

/// Variables of one scope. Shared between copies of an instance and never changed in place.
struct ScopeVariables {
  Key scope = 0;
  std::shared_ptr<const feel::Context> values;
  Key place() const { return scope; }
};

/// Something completed that can be undone, as UndoChanged tells it.
struct Undo {
  Key key = 0;
  ElementIndex element = no_element;
  Key scope = 0;
  UndoStage stage = UndoStage::noted;
  Key trigger = 0;                                           // for whom it is undone
  Key handler = 0;                                           // who undoes it
  std::uint32_t order = 0;                                   // what was completed later comes later
  std::shared_ptr<const feel::Context> variables = nullptr;  // as they were when it was completed
  Key place() const { return key; }
};

/// How far an element that is done several times has come.
struct LoopState {
  Key key = 0;
  std::uint32_t count = 0;
  std::uint32_t started = 0;
  std::uint32_t completed = 0;
  std::uint32_t cancelled = 0;
  Key place() const { return key; }
  bool operator==(const LoopState&) const = default;
};

struct Collected {
  Key key = 0;
  std::uint32_t index = 0;
  feel::Value value;
  std::pair<Key, std::uint32_t> place() const { return {key, index}; }
  bool operator==(const Collected&) const = default;
};

/// Invariants:
///   1. The scope of a living element lives; the process is `living.front()` from start to end.
///   2. The host of a wait lives, and so does an incident's element.
///   3. Every `count` in `joins` is above 0, and its scope lives.
///   4. The scope of an Undo lives, or is the key of another Undo; so is that of a `triggered` or `started` one's
///   handler.
///   5. The key of a LoopState and of a Collected lives.
struct Instance::Data {
  bool started = false;
  bool ended = false;
  bool cancelled = false;
  Key next_key = process_key;
  Series<Living> living;
  Series<Wait> waits;
  std::vector<JoinCount> joins;
  Series<Incident> incidents;
  Series<ScopeVariables> variables;
  Series<Undo> undos;
  Series<LoopState> loops;
  Series<Collected> collected;
  std::uint32_t conditions = 0;   // waits of that kind
  std::uint64_t checked_for = 0;  // the definition whose indexes were checked; no part of the state

  const Living* find_living(Key key) const { return living.find(key); }
  const Wait* find_wait(Key key) const { return waits.find(key); }
  const Incident* find_incident(Key key) const { return incidents.find(key); }
  /// Null pointer when the scope has none.
  const feel::Context* find_variables(Key scope) const;
  bool has_joins(Key scope) const;
};

}  // namespace bpmn
