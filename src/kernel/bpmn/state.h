/// The state of an instance, and how events change it.
#pragma once

#include <memory>
#include <string_view>
#include <tuple>
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
  std::tuple<Key, FlowIndex, bool> place() const { return {scope, flow, spent}; }
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

/// What stands at `element` inside `of`: a living element in its scope, a wait under its host, something undone in the
/// scope it was completed in.
struct Member {
  Key of = 0;
  ElementIndex element = no_element;
  Key key = 0;
  std::tuple<Key, ElementIndex, Key> place() const { return {of, element, key}; }
};
/// A message, signal or condition that is waited for, by a hash of kind, name and correlation.
struct Named {
  std::uint64_t hash = 0;
  Key key = 0;
  std::pair<std::uint64_t, Key> place() const { return {hash, key}; }
};
/// An Undo that is triggered, or started, for `trigger`; the last completed first.
struct Asked {
  Key trigger = 0;
  std::uint32_t before = 0;  // the complement of its order
  Key key = 0;
  std::tuple<Key, std::uint32_t, Key> place() const { return {trigger, before, key}; }
};
/// Ways to find without looking at everything. It follows from the state and is no part of it.
struct Index {
  Series<Member> children;
  Series<Member> hosted;  // waits with a host that is not their own element
  Series<Named> named;
  Series<Member> done_in;  // all Undos, by scope
  Series<Asked> triggered;
  Series<Asked> started;
  Series<Member> handlers;  // started Undos, by handler
  Series<Asked> by_order;   // all Undos, the last one first; `trigger` is 0
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
  Series<JoinCount> joins;
  Series<Incident> incidents;
  Series<ScopeVariables> variables;
  Series<Undo> undos;
  Series<LoopState> loops;
  Series<Collected> collected;
  std::uint32_t conditions = 0;  // waits of that kind

  // No part of the state:
  std::uint64_t checked_for = 0;  // the definition whose indexes were checked
  /// None while the instance is small and nothing can be undone: then looking at everything is as quick, and smaller.
  std::shared_ptr<Index> index = nullptr;

  const Living* find_living(Key key) const { return living.find(key); }
  const Wait* find_wait(Key key) const { return waits.find(key); }
  const Incident* find_incident(Key key) const { return incidents.find(key); }
  /// Null pointer when the scope has none.
  const feel::Context* find_variables(Key scope) const;
  bool has_joins(Key scope) const;
  std::vector<JoinCount> joins_in(Key scope) const;
  /// What lives directly in a scope, in the order of keys.
  std::vector<Key> children_of(Key scope) const;
  /// Where it lives: each element once.
  std::vector<ElementIndex> elements_in(Key scope) const;
  /// The waits that share the life of `host` under keys of their own, in the order of keys.
  std::vector<Key> waits_under(Key host) const;
  /// What waits for that message or signal; all conditions, without a name. In the order of keys.
  std::vector<Key> waits_for(WaitKind kind, std::string_view name = {}, std::string_view correlation = {}) const;
  /// What was completed in the scope and can be undone, or is; in the order of keys.
  std::vector<Key> undos_in(Key scope) const;
  /// What the element undoes; null pointer when nothing.
  const Undo* undone_by(Key handler) const;
  /// What is to be undone for `thrower`, the last completed first; and whether something is being undone for it.
  std::vector<Key> triggered_by(Key thrower) const;
  bool has_started(Key thrower) const;
};

/// CHECKs once that the instance was made by this definition as far as that shows: every index must exist. What is
/// applied afterwards is CHECKed by itself, so only an instance that comes from outside is looked at as a whole.
void check_for(const Definition& definition, Instance::Data& data);

}  // namespace bpmn
