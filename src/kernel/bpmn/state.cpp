#include "state.h"

#include <algorithm>

#include "kernel/base/check.h"

namespace bpmn {
namespace {

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
    data_.living.insert({.key = event.key, .element = event.element, .scope = event.scope});
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
    open({.kind = WaitKind::task, .key = event.key, .host = event.key, .element = event.element});
  }

  void operator()(const JobOpened& event) {
    if (Wait* again = data_.waits.edit(event.key)) {
      CHECK(again->kind == WaitKind::job);
      again->retries = event.retries;
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
    CHECK(event.flow < definition_.flows.size() && data_.living.find(event.scope) != nullptr);
    const auto at = std::find_if(data_.joins.begin(), data_.joins.end(), [&](const JoinCount& join) {
      return join.flow == event.flow && join.scope == event.scope && join.spent == event.spent;
    });
    if (at == data_.joins.end()) {
      CHECK(event.change > 0);
      data_.joins.push_back(
          {event.element, event.scope, event.flow, static_cast<std::uint32_t>(event.change), event.spent});
      return;
    }
    const std::int64_t count = std::int64_t{at->count} + event.change;
    CHECK(count >= 0);
    at->count = static_cast<std::uint32_t>(count);
    if (count == 0) data_.joins.erase(at);
  }

  void operator()(const UndoChanged& event) {
    if (event.stage == UndoStage::noted) {
      CHECK(data_.undos.find(event.key) == nullptr && data_.living.find(event.scope) != nullptr);
      const ScopeVariables* own = data_.variables.find(event.key);
      std::uint32_t last = 0;
      for (const Undo& undo : data_.undos) last = std::max(last, undo.order);
      return data_.undos.insert({.key = event.key,
                                 .element = event.element,
                                 .scope = event.scope,
                                 .order = last + 1,
                                 .variables = own == nullptr ? nullptr : own->values});
    }
    Undo* undo = data_.undos.edit(event.key);
    CHECK(undo != nullptr);
    if (event.stage == UndoStage::done) {
      data_.undos.erase(event.key);
      return forget(event.key);
    }
    undo->stage = event.stage;
    (event.stage == UndoStage::triggered ? undo->trigger : undo->handler) = event.by;
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
    CHECK(definition_.has(wait.element) && data_.waits.find(wait.key) == nullptr);
    if (wait.host == 0) wait.host = wait.key;
    Instance::Living* host = data_.living.edit(wait.host);
    CHECK(host != nullptr);
    if (wait.key != wait.host) {
      CHECK(wait.key == data_.next_key);
      ++data_.next_key;
      ++host->listeners;
    }
    data_.waits.insert(std::move(wait));
  }

  /// What was done inside a scope that is no more can not be undone any more.
  void forget(Key scope) {
    std::vector<Key> keys;
    for (const Undo& undo : data_.undos)
      if (undo.scope == scope) keys.push_back(undo.key);
    for (const Key key : keys) {
      data_.undos.erase(key);
      forget(key);
    }
  }

  /// An element ends with nothing left of it: what it waited for was closed and what lived in it has ended before.
  void remove(Key key, ElementIndex element, bool completed) {
    const Instance::Living* living = data_.living.find(key);
    CHECK(living != nullptr && living->element == element && living->children == 0 && living->listeners == 0);
    CHECK(data_.waits.find(key) == nullptr);
    if (Instance::Living* scope = data_.living.edit(living->scope)) --scope->children;
    std::erase_if(data_.joins, [&](const JoinCount& join) { return join.scope == key; });
    data_.incidents.erase(key);
    if (!data_.undos.empty() && !(completed && data_.undos.find(key) != nullptr)) forget(key);
    if (data_.loops.erase(key)) {
      for (auto at = data_.collected.lower_bound({key, 0}); at != data_.collected.end() && at->key == key;
           at = data_.collected.lower_bound({key, 0}))
        data_.collected.erase(at->place());
    }
    // The variables of the process outlive it, to be read from the ended instance.
    if (key != process_key) data_.variables.erase(key);
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

bool Instance::Data::has_joins(Key scope) const {
  return std::any_of(joins.begin(), joins.end(), [&](const JoinCount& join) { return join.scope == scope; });
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
  std::visit(Applier(definition, instance.data()), event);
}

}  // namespace bpmn
