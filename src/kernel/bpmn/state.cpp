#include "state.h"

#include <algorithm>

#include "kernel/base/check.h"

namespace bpmn {
namespace {

/// From so many living elements and waits on they are found by an index.
constexpr std::size_t looked_through_max = 64;

std::uint64_t hash_of(WaitKind kind, std::string_view name, std::string_view correlation) {
  std::uint64_t hash = 14'695'981'039'346'656'037ull;  // FNV-1a
  const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 1'099'511'628'211ull; };
  add(static_cast<unsigned char>(kind));
  for (const char letter : name) add(static_cast<unsigned char>(letter));
  add(0);
  for (const char letter : correlation) add(static_cast<unsigned char>(letter));
  return hash;
}

bool is_named(WaitKind kind) {
  return kind == WaitKind::message || kind == WaitKind::signal || kind == WaitKind::condition;
}

std::uint64_t hash_of(const Wait& wait) {
  if (wait.kind == WaitKind::condition) return hash_of(wait.kind, {}, {});
  return hash_of(wait.kind, wait.name, wait.correlation);
}

Member child_of(const Instance::Living& one) {
  return {one.scope, one.element, one.key};
}
Asked asked_by(const Undo& undo) {
  return {undo.trigger, ~undo.order, undo.key};
}

void add(Index& index, const Instance::Living& one) {
  index.children.insert(child_of(one));
}
void drop(Index& index, const Instance::Living& one) {
  index.children.erase(child_of(one).place());
}
void add(Index& index, const Wait& wait) {
  if (wait.host != wait.key) index.hosted.insert({wait.host, wait.element, wait.key});
  if (is_named(wait.kind)) index.named.insert({hash_of(wait), wait.key});
}
void drop(Index& index, const Wait& wait) {
  if (wait.host != wait.key) index.hosted.erase({wait.host, wait.element, wait.key});
  if (is_named(wait.kind)) index.named.erase({hash_of(wait), wait.key});
}
void add(Index& index, const Undo& undo) {
  index.done_in.insert({undo.scope, undo.element, undo.key});
  index.by_order.insert({0, ~undo.order, undo.key});
  if (undo.stage == UndoStage::triggered) index.triggered.insert(asked_by(undo));
  if (undo.stage != UndoStage::started) return;
  index.started.insert(asked_by(undo));
  index.handlers.insert({undo.handler, undo.element, undo.key});
}
void drop(Index& index, const Undo& undo) {
  index.done_in.erase({undo.scope, undo.element, undo.key});
  index.by_order.erase({0, ~undo.order, undo.key});
  if (undo.stage == UndoStage::triggered) index.triggered.erase(asked_by(undo).place());
  if (undo.stage != UndoStage::started) return;
  index.started.erase(asked_by(undo).place());
  index.handlers.erase({undo.handler, undo.element, undo.key});
}

/// To change the index; null pointer when there is none.
Index* index_of(Instance::Data& data) {
  if (data.index != nullptr && data.index.use_count() > 1) data.index = std::make_shared<Index>(*data.index);
  return data.index.get();
}

void build_index(Instance::Data& data) {
  data.index = std::make_shared<Index>();
  for (const Instance::Living& one : data.living) add(*data.index, one);
  for (const Wait& wait : data.waits) add(*data.index, wait);
  for (const Undo& undo : data.undos) add(*data.index, undo);
}

/// After something was added to the series.
template <class T>
void note_added(Instance::Data& data, const T& one) {
  if (Index* index = index_of(data))
    add(*index, one);
  else if (data.living.size() + data.waits.size() > looked_through_max || !data.undos.empty())
    build_index(data);
}
template <class T>
void note_dropped(Instance::Data& data, const T& one) {
  if (Index* index = index_of(data)) drop(*index, one);
}

bool fits(const Definition& definition, const Wait& wait) {
  if (wait.element >= definition.nodes.size()) return false;
  const bool by_spec = wait.kind == WaitKind::timer || wait.kind == WaitKind::condition;
  return !by_spec || wait.spec < definition.nodes[wait.element].specs.size();
}
bool fits(const Definition& definition, const JoinCount& join) {
  return join.element < definition.nodes.size() && definition.nodes[join.element].joins() &&
         join.flow < definition.flows.size();
}

/// Applies one event. Everything it relies on is CHECKed: a stored log that does not fit is a bug or a damaged store.
class Applier {
 public:
  Applier(const Definition& definition, Instance::Data& data) : definition_(definition), data_(data) {}

  void operator()(const ElementEntered& event) {
    CHECK(event.key == data_.next_key && definition_.has(event.element) && !data_.ended);
    if (event.element == no_element) {
      CHECK(event.key == process_key && event.scope == 0);
      data_.started = true;
    } else {
      Instance::Living* scope = data_.living.edit(event.scope);
      CHECK(scope != nullptr);
      ++scope->children;
      if (LoopState* loop = loop_around(event.element, *scope)) ++loop->started;
    }
    const Instance::Living entered{.key = event.key, .element = event.element, .scope = event.scope};
    data_.living.insert(entered);
    note_added(data_, entered);
    ++data_.next_key;
  }

  void operator()(const ElementCompleted& event) {
    if (LoopState* loop = loop_around(event.key)) ++loop->completed;
    remove(event.key, event.element, true);
  }
  void operator()(const ElementCancelled& event) {
    if (LoopState* loop = loop_around(event.key)) ++loop->cancelled;
    remove(event.key, event.element, false);
  }
  void operator()(const FlowTaken& event) { CHECK(event.flow < definition_.flows.size()); }

  void operator()(const TaskOpened& event) {
    if (const Wait* again = data_.waits.find(event.key)) {
      CHECK(again->kind == WaitKind::task && again->element == event.element);
      return;
    }
    open({.kind = WaitKind::task, .key = event.key, .host = event.key, .element = event.element});
  }

  void operator()(const JobOpened& event) {
    if (Wait* again = data_.waits.edit(event.key)) {
      CHECK(again->kind == WaitKind::job);
      again->retries = event.retries;
      again->name = event.type;
      return;
    }
    open({.kind = WaitKind::job,
          .key = event.key,
          .host = event.key,
          .element = event.element,
          .retries = event.retries,
          .name = event.type,
          .spec = event.listener});
  }

  void operator()(const TimerOpened& event) {
    if (Wait* again = data_.waits.edit(event.key)) {  // planned again
      CHECK(again->kind == WaitKind::timer);
      again->due = event.due;
      return;
    }
    open({.kind = WaitKind::timer,
          .key = event.key,
          .host = event.host,
          .element = event.element,
          .due = event.due,
          .repetitions = event.repetitions,
          .interval = event.interval,
          .spec = event.spec});
  }

  void operator()(const MessageOpened& event) {
    open({.kind = WaitKind::message,
          .key = event.key,
          .host = event.host,
          .element = event.element,
          .name = event.name,
          .correlation = event.correlation,
          .spec = event.spec});
  }

  void operator()(const SignalOpened& event) {
    open({.kind = WaitKind::signal,
          .key = event.key,
          .host = event.host,
          .element = event.element,
          .name = event.name,
          .spec = event.spec});
  }

  void operator()(const ConditionOpened& event) {
    if (Wait* again = data_.waits.edit(event.key)) {
      CHECK(again->kind == WaitKind::condition);
      again->repetitions = event.armed ? 1 : 0;
      return;
    }
    open({.kind = WaitKind::condition,
          .key = event.key,
          .host = event.host,
          .element = event.element,
          .repetitions = event.armed ? 1 : 0,
          .spec = event.spec});
    ++data_.conditions;
  }

  void operator()(const WaitClosed& event) {
    const Wait* wait = data_.waits.find(event.key);
    CHECK(wait != nullptr);
    if (wait->kind == WaitKind::condition) --data_.conditions;
    if (wait->host != wait->key) --data_.living.edit(wait->host)->listeners;
    note_dropped(data_, *wait);
    data_.waits.erase(event.key);
  }

  void operator()(const VariablesSet& event) {
    CHECK(data_.living.find(event.scope) != nullptr);
    ScopeVariables* own = data_.variables.edit(event.scope);
    if (own == nullptr)
      return data_.variables.insert({event.scope, std::make_shared<const feel::Context>(event.variables)});
    feel::Context merged = *own->values;
    for (const auto& [name, value] : event.variables.entries()) merged.put(name, value);
    own->values = std::make_shared<const feel::Context>(std::move(merged));
  }

  void operator()(const DecisionMade& event) { CHECK(data_.living.find(event.key) != nullptr); }
  void operator()(const SignalThrown&) {}

  void operator()(const IncidentRaised& event) {
    CHECK(data_.living.find(event.key) != nullptr && data_.incidents.find(event.key) == nullptr);
    data_.incidents.insert({event.key, event.step, event.code});
  }

  void operator()(const IncidentResolved& event) { CHECK(data_.incidents.erase(event.key)); }

  void operator()(const ProcessEnded& event) {
    CHECK(data_.started && !data_.ended && data_.living.empty());
    data_.ended = true;
    data_.cancelled = event.cancelled;
  }

  void operator()(const JoinChanged& event) {
    JoinCount join{event.element, event.scope, event.flow, 0, event.spent};
    CHECK(fits(definition_, join) && data_.living.find(event.scope) != nullptr);
    const JoinCount* before = data_.joins.find(join.place());
    const std::int64_t count = std::int64_t{before == nullptr ? 0 : before->count} + event.change;
    CHECK(count >= (before == nullptr ? 1 : 0));
    join.count = static_cast<std::uint32_t>(count);
    if (count == 0)
      data_.joins.erase(join.place());
    else if (before == nullptr)
      data_.joins.insert(join);
    else
      data_.joins.edit(join.place())->count = join.count;
  }

  void operator()(const UndoChanged& event) {
    if (event.stage == UndoStage::noted) {
      CHECK(data_.undos.find(event.key) == nullptr && data_.living.find(event.scope) != nullptr);
      const ScopeVariables* own = data_.variables.find(event.key);
      const std::uint32_t last = data_.undos.empty() ? 0 : ~data_.index->by_order.front().before;
      const Undo undo{.key = event.key,
                      .element = event.element,
                      .scope = event.scope,
                      .order = last + 1,
                      .variables = own == nullptr ? nullptr : own->values};
      data_.undos.insert(undo);
      return note_added(data_, undo);
    }
    Undo* undo = data_.undos.edit(event.key);
    CHECK(undo != nullptr);
    if (event.stage == UndoStage::done) {
      erase_undo(event.key);
      return forget(event.key);
    }
    note_dropped(data_, *undo);
    undo->stage = event.stage;
    (event.stage == UndoStage::triggered ? undo->trigger : undo->handler) = event.by;
    note_added(data_, *undo);
  }

  void operator()(const LoopOpened& event) {
    CHECK(data_.living.find(event.key) != nullptr && data_.loops.find(event.key) == nullptr);
    data_.loops.insert({.key = event.key, .count = event.count});
  }

  void operator()(const ItemCollected& event) {
    CHECK(data_.living.find(event.key) != nullptr);
    if (Collected* again = data_.collected.edit({event.key, event.index}))
      again->value = event.value;
    else
      data_.collected.insert({event.key, event.index, event.value});
  }

  void operator()(const InstanceMigrated& event) {
    const auto to = [](const auto& pairs, auto at) {
      const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == at; });
      CHECK(found != pairs.end());
      return found->second;
    };
    // Entries change but not their places, so that the keys can be gone through meanwhile.
    std::vector<Key> keys;
    for (const Instance::Living& one : data_.living)
      if (one.element != no_element) keys.push_back(one.key);
    for (const Key key : keys) {
      Instance::Living* one = data_.living.edit(key);
      one->element = to(event.elements, one->element);
    }
    keys.clear();
    for (const Wait& wait : data_.waits) keys.push_back(wait.key);
    for (const Key key : keys) {
      Wait* wait = data_.waits.edit(key);
      wait->element = to(event.elements, wait->element);
    }
    keys.clear();
    for (const Undo& undo : data_.undos) keys.push_back(undo.key);
    for (const Key key : keys) {
      Undo* undo = data_.undos.edit(key);
      undo->element = to(event.elements, undo->element);
    }
    const std::vector<JoinCount> joins(data_.joins.begin(), data_.joins.end());
    data_.joins = {};
    for (JoinCount join : joins) {
      join.element = to(event.elements, join.element);
      join.flow = to(event.flows, join.flow);
      data_.joins.insert(join);
    }
    data_.index = nullptr;
    data_.checked_for = 0;
    check_for(definition_, data_);
  }

 private:
  LoopState* loop_around(ElementIndex element, const Instance::Living& scope) {
    return element != no_element && scope.element == element ? data_.loops.edit(scope.key) : nullptr;
  }
  LoopState* loop_around(Key key) {
    const Instance::Living* living = data_.living.find(key);
    const Instance::Living* scope = living == nullptr ? nullptr : data_.living.find(living->scope);
    return scope == nullptr ? nullptr : loop_around(living->element, *scope);
  }

  void open(Wait wait) {
    CHECK(fits(definition_, wait) && data_.waits.find(wait.key) == nullptr);
    if (wait.host == 0) wait.host = wait.key;
    Instance::Living* host = data_.living.edit(wait.host);
    CHECK(host != nullptr);
    if (wait.key != wait.host) {
      CHECK(wait.key == data_.next_key);
      ++data_.next_key;
      ++host->listeners;
    }
    data_.waits.insert(wait);
    note_added(data_, wait);
  }

  void erase_undo(Key key) {
    note_dropped(data_, *data_.undos.find(key));
    data_.undos.erase(key);
  }

  /// What was done inside a scope that is no more can not be undone any more.
  void forget(Key scope) {
    for (const Key key : data_.undos_in(scope)) {
      erase_undo(key);
      forget(key);
    }
  }

  /// An element ends with nothing left of it: what it waited for was closed and what lived in it has ended before.
  void remove(Key key, ElementIndex element, bool completed) {
    const Instance::Living* living = data_.living.find(key);
    CHECK(living != nullptr && living->element == element && living->children == 0 && living->listeners == 0);
    CHECK(data_.waits.find(key) == nullptr);
    if (Instance::Living* scope = data_.living.edit(living->scope)) --scope->children;
    for (const JoinCount& join : data_.joins_in(key)) data_.joins.erase(join.place());
    data_.incidents.erase(key);
    if (!data_.undos.empty() && !(completed && data_.undos.find(key) != nullptr)) forget(key);
    if (data_.loops.erase(key)) {
      for (auto at = data_.collected.lower_bound({key, 0}); at != data_.collected.end() && at->key == key;
           at = data_.collected.lower_bound({key, 0}))
        data_.collected.erase(at->place());
    }
    // The variables of the process outlive it, to be read from the ended instance.
    if (key != process_key) data_.variables.erase(key);
    note_dropped(data_, *data_.living.find(key));
    data_.living.erase(key);
  }

  const Definition& definition_;
  Instance::Data& data_;
};

}  // namespace

const feel::Context* Instance::Data::find_variables(Key scope) const {
  const ScopeVariables* own = variables.find(scope);
  return own == nullptr ? nullptr : own->values.get();
}

void check_for(const Definition& definition, Instance::Data& data) {
  if (data.checked_for == definition.number) return;
  for (const Instance::Living& one : data.living) CHECK(definition.has(one.element));
  for (const Wait& wait : data.waits) CHECK(fits(definition, wait));
  for (const JoinCount& join : data.joins) CHECK(fits(definition, join));
  for (const Undo& undo : data.undos) CHECK(undo.element < definition.nodes.size());
  data.checked_for = definition.number;
  const bool large = data.living.size() + data.waits.size() > looked_through_max;
  if (data.index == nullptr && (large || !data.undos.empty())) build_index(data);
}

bool Instance::Data::has_joins(Key scope) const {
  const auto at = joins.lower_bound({scope, 0, false});
  return at != joins.end() && at->scope == scope;
}

std::vector<JoinCount> Instance::Data::joins_in(Key scope) const {
  std::vector<JoinCount> inside;
  for (auto at = joins.lower_bound({scope, 0, false}); at != joins.end() && at->scope == scope; ++at)
    inside.push_back(*at);
  return inside;
}

namespace {

/// The keys of the members of `of`, ascending.
std::vector<Key> members_of(const Series<Member>& members, Key of) {
  std::vector<Key> keys;
  for (auto at = members.lower_bound({of, 0, 0}); at != members.end() && at->of == of; ++at) keys.push_back(at->key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

std::vector<Key> Instance::Data::children_of(Key scope) const {
  std::vector<Key> children;
  const Living* at = find_living(scope);
  if (at == nullptr || at->children == 0) return children;
  if (index != nullptr) return members_of(index->children, scope);
  for (const Living& one : living)
    if (one.scope == scope) children.push_back(one.key);
  return children;
}

std::vector<ElementIndex> Instance::Data::elements_in(Key scope) const {
  std::vector<ElementIndex> elements;
  if (index != nullptr) {
    for (auto at = index->children.lower_bound({scope, 0, 0}); at != index->children.end() && at->of == scope;) {
      elements.push_back(at->element);
      if (at->element == no_element) break;
      at = index->children.lower_bound({scope, static_cast<ElementIndex>(at->element + 1), 0});
    }
    return elements;
  }
  for (const Living& one : living)
    if (one.scope == scope && std::find(elements.begin(), elements.end(), one.element) == elements.end())
      elements.push_back(one.element);
  return elements;
}

std::vector<Key> Instance::Data::waits_under(Key host) const {
  std::vector<Key> keys;
  const Living* at = find_living(host);
  if (at == nullptr || at->listeners == 0) return keys;
  if (index != nullptr) return members_of(index->hosted, host);
  for (const Wait& wait : waits)
    if (wait.host == host && wait.key != host) keys.push_back(wait.key);
  return keys;
}

std::vector<Key> Instance::Data::waits_for(WaitKind kind, std::string_view name, std::string_view correlation) const {
  std::vector<Key> keys;
  const auto add = [&](const Wait& wait) {
    if (wait.kind == kind && wait.name == name && wait.correlation == correlation) keys.push_back(wait.key);
  };
  if (index == nullptr) {
    for (const Wait& wait : waits) add(wait);
    return keys;
  }
  const std::uint64_t hash = hash_of(kind, name, correlation);
  for (auto at = index->named.lower_bound({hash, 0}); at != index->named.end() && at->hash == hash; ++at)
    add(*waits.find(at->key));
  return keys;
}

std::vector<Key> Instance::Data::undos_in(Key scope) const {
  return undos.empty() ? std::vector<Key>() : members_of(index->done_in, scope);
}

const Undo* Instance::Data::undone_by(Key handler) const {
  if (undos.empty()) return nullptr;
  const auto at = index->handlers.lower_bound({handler, 0, 0});
  return at == index->handlers.end() || at->of != handler ? nullptr : undos.find(at->key);
}

std::vector<Key> Instance::Data::triggered_by(Key thrower) const {
  std::vector<Key> keys;
  if (undos.empty()) return keys;
  const Series<Asked>& triggered = index->triggered;
  for (auto at = triggered.lower_bound({thrower, 0, 0}); at != triggered.end() && at->trigger == thrower; ++at)
    keys.push_back(at->key);
  return keys;
}

bool Instance::Data::has_started(Key thrower) const {
  if (undos.empty()) return false;
  const auto at = index->started.lower_bound({thrower, 0, 0});
  return at != index->started.end() && at->trigger == thrower;
}

Instance::Instance() : data_(std::make_unique<Data>()) {}
Instance::Instance(const Instance& other) : data_(std::make_unique<Data>(*other.data_)) {}
Instance::Instance(Instance&&) noexcept = default;
Instance& Instance::operator=(const Instance& other) {
  if (this != &other) data_ = std::make_unique<Data>(*other.data_);
  return *this;
}
Instance& Instance::operator=(Instance&&) noexcept = default;
Instance::~Instance() = default;

bool Instance::started() const {
  return data_->started;
}
bool Instance::ended() const {
  return data_->ended;
}
bool Instance::cancelled() const {
  return data_->cancelled;
}
const Series<Instance::Living>& Instance::living() const {
  return data_->living;
}
const Series<Wait>& Instance::waits() const {
  return data_->waits;
}
const Series<Incident>& Instance::incidents() const {
  return data_->incidents;
}
bool Instance::has_incident() const {
  return !data_->incidents.empty();
}

const feel::Context& Instance::variables(Key scope) const {
  static const feel::Context none;
  const feel::Context* found = data_->find_variables(scope);
  return found == nullptr ? none : *found;
}

namespace {

bool same(const std::shared_ptr<const feel::Context>& left, const std::shared_ptr<const feel::Context>& right) {
  if (left == right) return true;
  if (left == nullptr || right == nullptr) return false;
  return std::equal(
      left->entries().begin(), left->entries().end(), right->entries().begin(), right->entries().end(),
      [](const auto& one, const auto& other) { return one.first == other.first && one.second == other.second; });
}

}  // namespace

bool operator==(const Instance& left, const Instance& right) {
  const Instance::Data& a = *left.data_;
  const Instance::Data& b = *right.data_;
  const auto same_variables = [](const ScopeVariables& x, const ScopeVariables& y) {
    return x.scope == y.scope && same(x.values, y.values);
  };
  const auto same_undo = [](const Undo& x, const Undo& y) {
    return x.key == y.key && x.element == y.element && x.scope == y.scope && x.stage == y.stage &&
           x.trigger == y.trigger && x.handler == y.handler && x.order == y.order && same(x.variables, y.variables);
  };
  return a.started == b.started && a.ended == b.ended && a.cancelled == b.cancelled && a.next_key == b.next_key &&
         a.living == b.living && a.waits == b.waits && a.joins == b.joins && a.incidents == b.incidents &&
         a.loops == b.loops && a.collected == b.collected && a.conditions == b.conditions &&
         std::equal(a.variables.begin(), a.variables.end(), b.variables.begin(), b.variables.end(), same_variables) &&
         std::equal(a.undos.begin(), a.undos.end(), b.undos.begin(), b.undos.end(), same_undo);
}

void apply(const Definition& definition, Instance& instance, const Event& event) {
  if (!std::holds_alternative<InstanceMigrated>(event)) check_for(definition, instance.data());
  std::visit(Applier(definition, instance.data()), event);
}

}  // namespace bpmn
