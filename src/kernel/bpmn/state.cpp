#include "state.h"

#include <algorithm>

#include "kernel/base/check.h"

namespace bpmn {
namespace {

template <class T>
auto place_of(T& sorted, Key key) {
  return std::lower_bound(sorted.begin(), sorted.end(), key,
                          [](const auto& entry, Key wanted) { return entry.key < wanted; });
}

template <class T>
auto find_in(T& sorted, Key key) -> decltype(&*sorted.begin()) {
  const auto at = place_of(sorted, key);
  return at != sorted.end() && at->key == key ? &*at : nullptr;
}

template <class T>
void erase_from(T& sorted, Key key) {
  const auto at = place_of(sorted, key);
  if (at != sorted.end() && at->key == key) sorted.erase(at);
}

auto variables_place(auto& sorted, Key scope) {
  return std::lower_bound(sorted.begin(), sorted.end(), scope,
                          [](const ScopeVariables& entry, Key wanted) { return entry.scope < wanted; });
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
      Instance::Living* scope = find_in(data_.living, event.scope);
      CHECK(scope != nullptr);
      ++scope->children;
    }
    data_.living.push_back({.key = event.key, .element = event.element, .scope = event.scope, .children = 0});
    ++data_.next_key;
  }

  void operator()(const ElementCompleted& event) { remove(event.key, event.element); }
  void operator()(const ElementCancelled& event) { remove(event.key, event.element); }
  void operator()(const FlowTaken& event) { CHECK(event.flow < definition_.flows.size()); }

  void operator()(const TaskOpened& event) {
    open({.kind = WaitKind::task, .key = event.key, .host = event.key, .element = event.element});
  }

  void operator()(const JobOpened& event) {
    if (Wait* again = find_in(data_.waits, event.key)) {
      CHECK(again->kind == WaitKind::job);
      again->retries = event.retries;
      return;
    }
    open({.kind = WaitKind::job,
          .key = event.key,
          .host = event.key,
          .element = event.element,
          .retries = event.retries,
          .name = event.type});
  }

  void operator()(const TimerOpened& event) {
    if (Wait* again = find_in(data_.waits, event.key)) {  // planned again
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
          .interval = event.interval});
  }

  void operator()(const MessageOpened& event) {
    open({.kind = WaitKind::message,
          .key = event.key,
          .host = event.host,
          .element = event.element,
          .name = event.name,
          .correlation = event.correlation});
  }

  void operator()(const WaitClosed& event) {
    CHECK(find_in(data_.waits, event.key) != nullptr);
    erase_from(data_.waits, event.key);
  }

  void operator()(const VariablesSet& event) {
    CHECK(find_in(data_.living, event.scope) != nullptr);
    auto at = variables_place(data_.variables, event.scope);
    if (at == data_.variables.end() || at->scope != event.scope) {
      data_.variables.insert(at, {event.scope, std::make_shared<const feel::Context>(event.variables)});
      return;
    }
    feel::Context merged = *at->values;
    for (const auto& [name, value] : event.variables.entries()) merged.put(name, value);
    at->values = std::make_shared<const feel::Context>(std::move(merged));
  }

  void operator()(const DecisionMade& event) { CHECK(find_in(data_.living, event.key) != nullptr); }

  void operator()(const IncidentRaised& event) {
    CHECK(find_in(data_.living, event.key) != nullptr && find_in(data_.incidents, event.key) == nullptr);
    data_.incidents.insert(place_of(data_.incidents, event.key), {event.key, event.step, event.code});
  }

  void operator()(const IncidentResolved& event) {
    CHECK(find_in(data_.incidents, event.key) != nullptr);
    erase_from(data_.incidents, event.key);
  }

  void operator()(const ProcessEnded& event) {
    CHECK(data_.started && !data_.ended && data_.living.empty());
    data_.ended = true;
    data_.cancelled = event.cancelled;
  }

  void operator()(const JoinChanged& event) {
    CHECK(event.flow < definition_.flows.size() && find_in(data_.living, event.scope) != nullptr);
    const auto at = std::find_if(data_.joins.begin(), data_.joins.end(), [&](const JoinCount& join) {
      return join.flow == event.flow && join.scope == event.scope;
    });
    if (at == data_.joins.end()) {
      CHECK(event.change > 0);
      data_.joins.push_back({event.element, event.scope, event.flow, static_cast<std::uint32_t>(event.change)});
      return;
    }
    const std::int64_t count = std::int64_t{at->count} + event.change;
    CHECK(count >= 0);
    at->count = static_cast<std::uint32_t>(count);
    if (count == 0) data_.joins.erase(at);
  }

 private:
  void open(Wait wait) {
    CHECK(definition_.has(wait.element) && find_in(data_.waits, wait.key) == nullptr);
    if (wait.host == 0) wait.host = wait.key;
    CHECK(find_in(data_.living, wait.host) != nullptr);
    if (wait.key != wait.host) {
      CHECK(wait.key == data_.next_key);
      ++data_.next_key;
    }
    data_.waits.insert(place_of(data_.waits, wait.key), std::move(wait));
  }

  /// An element ends with nothing left of it: what it waited for was closed and what lived in it has ended before.
  void remove(Key key, ElementIndex element) {
    const Instance::Living* living = find_in(data_.living, key);
    CHECK(living != nullptr && living->element == element && living->children == 0);
    CHECK(std::none_of(data_.waits.begin(), data_.waits.end(), [&](const Wait& wait) { return wait.host == key; }));
    if (Instance::Living* scope = find_in(data_.living, living->scope)) --scope->children;
    std::erase_if(data_.joins, [&](const JoinCount& join) { return join.scope == key; });
    erase_from(data_.incidents, key);
    // The variables of the process outlive it, to be read from the ended instance.
    const auto at = variables_place(data_.variables, key);
    if (key != process_key && at != data_.variables.end() && at->scope == key) data_.variables.erase(at);
    erase_from(data_.living, key);
  }

  const Definition& definition_;
  Instance::Data& data_;
};

}  // namespace

const Instance::Living* Instance::Data::find_living(Key key) const {
  return find_in(living, key);
}
const Wait* Instance::Data::find_wait(Key key) const {
  return find_in(waits, key);
}
const Incident* Instance::Data::find_incident(Key key) const {
  return find_in(incidents, key);
}

const feel::Context* Instance::Data::find_variables(Key scope) const {
  const auto at = variables_place(variables, scope);
  return at != variables.end() && at->scope == scope ? at->values.get() : nullptr;
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
const std::vector<Instance::Living>& Instance::living() const {
  return data_->living;
}
const std::vector<Wait>& Instance::waits() const {
  return data_->waits;
}
const std::vector<Incident>& Instance::incidents() const {
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

bool operator==(const Instance& left, const Instance& right) {
  const Instance::Data& a = *left.data_;
  const Instance::Data& b = *right.data_;
  const auto same_variables = [](const ScopeVariables& x, const ScopeVariables& y) {
    return x.scope == y.scope &&
           std::equal(x.values->entries().begin(), x.values->entries().end(), y.values->entries().begin(),
                      y.values->entries().end(), [](const auto& one, const auto& other) {
                        return one.first == other.first && one.second == other.second;
                      });
  };
  return a.started == b.started && a.ended == b.ended && a.cancelled == b.cancelled && a.next_key == b.next_key &&
         a.living == b.living && a.waits == b.waits && a.joins == b.joins && a.incidents == b.incidents &&
         std::equal(a.variables.begin(), a.variables.end(), b.variables.begin(), b.variables.end(), same_variables);
}

void apply(const Definition& definition, Instance& instance, const Event& event) {
  std::visit(Applier(definition, instance.data()), event);
}

}  // namespace bpmn
