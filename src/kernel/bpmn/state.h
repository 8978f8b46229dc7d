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
  bool operator==(const JoinCount&) const = default;
};

/// Variables of one scope. Shared between copies of an instance and never changed in place.
struct ScopeVariables {
  Key scope = 0;
  std::shared_ptr<const feel::Context> values;
};

/// Invariants:
///   1. `living`, `waits`, `incidents`, `variables` are sorted by key, each key once.
///   2. The scope of a living element lives; the process is `living.front()` from start to end.
///   3. The host of a wait lives, and so does an incident's element.
///   4. Every `count` in `joins` is above 0, and its scope lives.
struct Instance::Data {
  bool started = false;
  bool ended = false;
  bool cancelled = false;
  Key next_key = process_key;
  std::vector<Living> living;
  std::vector<Wait> waits;
  std::vector<JoinCount> joins;
  std::vector<Incident> incidents;
  std::vector<ScopeVariables> variables;

  const Living* find_living(Key key) const;
  const Wait* find_wait(Key key) const;
  const Incident* find_incident(Key key) const;
  /// Null pointer when the scope has none.
  const feel::Context* find_variables(Key scope) const;
  bool has_joins(Key scope) const;
};

}  // namespace bpmn
