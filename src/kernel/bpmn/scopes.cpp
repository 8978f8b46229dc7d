#include "kernel/base/check.h"
#include "run.h"

namespace bpmn {
namespace {

constexpr const char* loop_items = "loopItems";

}  // namespace

/// A sub-process opens its listeners and lets a token in at its start event.
void Run::open_scope(Key key) {
  const Node& node = node_of(key);
  if (const auto opened = open_listeners(node.event_starts, key, key); !opened)
    return raise(key, Step::working, opened.error());
  if (node.start != no_element) queue_.push_back({.scope = key, .element = node.start});
}

/// At rest: completes one scope in which nothing lives and no token waits; inner ones first.
bool Run::complete_scope() {
  for (auto at = data_.living.rbegin(); at != data_.living.rend(); ++at) {
    if (at->children != 0 || data_.find_incident(at->key) != nullptr || data_.has_joins(at->key)) continue;
    if (definition_.node(at->element).behaviour != Behaviour::scope && !is_body(*at)) continue;
    if (at->key == process_key)
      finish_process();
    else
      complete(at->key);
    return true;
  }
  return false;
}

/// Tokens that wait at a join for others that can not come: told, not left lying.
void Run::report_stuck() {
  if (data_.joins.empty() || data_.ended) return;
  std::vector<Key> stuck;
  for (const Living& scope : data_.living)
    if (scope.children == 0 && data_.has_joins(scope.key)) stuck.push_back(scope.key);
  for (const Key key : stuck)
    raise(key, Step::working,
          refusal(base::Refusal::conflict, "bpmn.stuck", "汇合网关在等待不会再到来的分支，流程无法继续",
                  "a joining gateway waits for a branch that can not come any more"));
}

void Run::finish_process() {
  close_waits(process_key);
  emit(ElementCompleted{no_element, process_key});
  emit(ProcessEnded{.cancelled = false});
}

/// Ends everything inside a scope but `except`, tokens on their way and at joins included.
void Run::interrupt_scope(Key scope, Key except) {
  std::vector<Key> children;
  for (const Living& child : data_.living)
    if (child.scope == scope && child.key != except) children.push_back(child.key);
  for (const Key child : children) cancel(child);
  const std::vector<JoinCount> joins = data_.joins;
  for (const JoinCount& join : joins)
    if (join.scope == scope)
      emit(JoinChanged{
          .element = join.element, .scope = scope, .flow = join.flow, .change = -static_cast<int>(join.count)});
  std::erase_if(queue_, [&](const Token& token) { return token.scope == scope; });
}

bool Run::is_inner(const Living& at) const {
  if (at.element == no_element || !definition_.node(at.element).loop.present) return false;
  return living(at.scope).element == at.element;
}

bool Run::is_body(const Living& at) const {
  return at.element != no_element && definition_.node(at.element).loop.present && !is_inner(at);
}

/// The items as they were when the body was entered: kept with it, so that a later change can not shift them.
const feel::List& Run::items_of(Key body) const {
  static const feel::List none;
  const feel::Value* items =
      data_.find_variables(body) == nullptr ? nullptr : data_.find_variables(body)->find(loop_items);
  return items == nullptr || items->kind() != feel::Kind::list ? none : items->as_list();
}

base::Result<std::size_t> Run::collect_items(const Node& node, Key key) {
  TRY(const feel::Value value, evaluate(*node.loop.input_collection, key));
  if (value.kind() == feel::Kind::list) {
    set_variables(key, {{loop_items, value}});
    return value.as_list().size();
  }
  return refusal(base::Refusal::rule_not_met, "bpmn.collection_not_list", "多实例的输入集合不是列表" + diagnosis_zh_,
                 "the input collection of the multi-instance element is no list" + diagnosis_en_);
}

/// The body holds the boundary events and the outputs; an inner instance for each item does the work.
void Run::activate_body(Key key) {
  const Node& node = node_of(key);
  const auto count = [&]() -> base::Result<std::size_t> {
    TRY(const std::size_t size, collect_items(node, key));
    TRY(std::ignore, open_listeners(node.boundaries, key, key));
    return size;
  }();
  if (!count) {
    close_waits(key);
    return raise(key, Step::entering, count.error());
  }
  if (!node.loop.output_collection.empty())
    set_variables(key, {{node.loop.output_collection, feel::Value(feel::List(count.value()))}});
  const std::size_t now = node.loop.sequential ? std::min<std::size_t>(1, count.value()) : count.value();
  for (std::size_t i = 0; i < now; ++i) queue_.push_back({.scope = key, .loop_index = static_cast<int>(i)});
}

void Run::enter_inner(Key body, int index) {
  const ElementIndex element = living(body).element;
  const Node& node = definition_.node(element);
  const feel::List items = items_of(body);
  const Key key = enter_only(element, body);
  const auto at = static_cast<std::size_t>(index);
  feel::Context own{{"loopCounter", feel::Value(index + 1)}};
  if (!node.loop.input_element.empty() && at < items.size()) own.put(node.loop.input_element, items[at]);
  set_variables(key, own);
  if (steps_ <= world_.steps_max) return activate(key);
  raise(key, Step::entering,
        refusal(base::Refusal::conflict, "bpmn.steps_exceeded", "一次操作引起的步骤过多",
                "one command made the process take too many steps"));
}

/// Outputs of one inner instance: its own mappings, its place in the output collection, and whether that is enough.
base::Result<void> Run::complete_inner(Key key) {
  const Living at = living(key);
  const Node& node = definition_.node(at.element);
  const Key body = at.scope;
  TRY(std::ignore, map_outputs(node, key));
  const feel::Value* counter = find_variable(key, "loopCounter");
  const auto index = counter == nullptr || counter->kind() != feel::Kind::number ? std::optional<std::int64_t>{}
                                                                                 : counter->as_number().to_int64();
  if (!index || *index < 1)
    return refusal(base::Refusal::rule_not_met, "bpmn.loop_counter_lost", "变量loopCounter被改写",
                   "the variable loopCounter was overwritten");
  if (node.loop.output_element) {
    TRY(feel::Value item, evaluate(*node.loop.output_element, key));
    const feel::Value* collected = find_variable(body, node.loop.output_collection);
    feel::List items =
        collected != nullptr && collected->kind() == feel::Kind::list ? collected->as_list() : feel::List{};
    const auto place = static_cast<std::size_t>(*index - 1);
    if (place < items.size()) items[place] = std::move(item);
    set_variables(body, {{node.loop.output_collection, feel::Value(std::move(items))}});
  }
  bool enough = false;
  if (node.loop.completion) {
    TRY(const feel::Value value, evaluate(*node.loop.completion, key));
    enough = value.is_true();
  }
  leave(key, {});
  after_inner(body, static_cast<int>(*index), enough);
  return base::done();
}

/// The collected outputs of all inner instances leave the body.
void Run::hand_out_results(Key body) {
  const std::string& name = node_of(body).loop.output_collection;
  const feel::Value* results = name.empty() ? nullptr : find_variable(body, name);
  if (results != nullptr) propagate(living(body).scope, {{name, *results}});
}

void Run::after_inner(Key body, int index, bool enough) {
  const Node& node = node_of(body);
  if (enough) return interrupt_scope(body, 0);
  if (!node.loop.sequential) return;
  if (static_cast<std::size_t>(index) < items_of(body).size()) queue_.push_back({.scope = body, .loop_index = index});
}

}  // namespace bpmn
