/// Several instances of one element, or the same again and again: a body holds boundary events and outputs, inner
/// instances do the work.
#include <algorithm>

#include "run.h"

namespace bpmn {
namespace {

constexpr const char* loop_items = "loopItems";
constexpr int instances_max = 1'000'000;
constexpr int steps_for_each = 1'000;
constexpr int bonus_max = 2'000'000;

}  // namespace

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
  const feel::Context* own = data_.find_variables(body);
  const feel::Value* items = own == nullptr ? nullptr : own->find(loop_items);
  return items == nullptr || items->kind() != feel::Kind::list ? none : items->as_list();
}

/// How many instances: as many as the collection has items, or the number drawn. For a standard loop at most so many; 0
/// without a limit.
base::Result<std::uint32_t> Run::count_of(const Node& node, Key key) {
  const Loop& loop = node.loop;
  const auto& number = loop.standard ? loop.maximum : loop.cardinality;
  if (number && (loop.standard || !loop.input_collection)) {
    TRY(const feel::Value value, evaluate(*number, key));
    const auto count = whole_number(value);
    if (count) return static_cast<std::uint32_t>(*count);
    if (!definition_.tolerant) return count.error();
  }
  if (loop.standard) return definition_.tolerant && !loop.condition ? 1u : 0u;
  if (loop.input_collection) {
    TRY(const feel::Value value, evaluate(*loop.input_collection, key));
    if (value.kind() == feel::Kind::list && value.as_list().size() <= instances_max) {
      set_variables(key, {{loop_items, value}});
      return static_cast<std::uint32_t>(value.as_list().size());
    }
    if (!definition_.tolerant)
      return refusal(base::Refusal::rule_not_met, "bpmn.collection_not_list",
                     "多实例的输入集合不是列表，或超过一百万项" + diagnosis_zh_,
                     "the input collection of the multi-instance element is no list, or has more than a million items" +
                         diagnosis_en_);
  }
  return 1u;  // drawn without a number
}

void Run::activate_body(Key key) {
  const Node& node = node_of(key);
  bool first = true;
  const auto count = [&]() -> base::Result<std::uint32_t> {
    TRY(const std::uint32_t size, count_of(node, key));
    if (node.loop.test_before) {
      TRY(first, goes_again(key, key));
    }
    TRY(std::ignore, open_listeners(node.boundaries, key));
    return size;
  }();
  if (!count) {
    close_waits(key);
    return raise(key, Step::entering, count.error());
  }
  if (data_.loops.find(key) == nullptr) emit(LoopOpened{key, *count});
  judged_.insert(key);
  const std::uint32_t all = node.loop.standard ? (first ? 1u : 0u) : *count;
  const std::uint32_t now = node.loop.sequential ? std::min<std::uint32_t>(1, all) : all;
  for (std::uint32_t i = 0; i < now; ++i) queue_.push_back({.scope = key, .loop_index = static_cast<int>(i)});
}

/// Whether a standard loop does its activity once more, judged from inside.
base::Result<bool> Run::goes_again(Key key, Key body) {
  const Loop& loop = node_of(body).loop;
  const LoopState* state = data_.loops.find(body);
  if (state != nullptr && state->count != 0 && state->started >= state->count) return false;
  if (!loop.condition) return state == nullptr || state->count != 0;
  TRY(const feel::Value value, evaluate(*loop.condition, key));
  if (value.kind() == feel::Kind::boolean) return value.as_boolean();
  if (definition_.tolerant) return false;
  return refusal(base::Refusal::rule_not_met, "bpmn.condition_not_boolean",
                 "循环条件“" + loop.condition->text() + "”的结果不是“是”或“否”" + diagnosis_zh_,
                 "the loop condition '" + loop.condition->text() + "' is neither true nor false" + diagnosis_en_);
}

/// Many instances take many steps. But not those inside others, or inside a called process that may call itself, and
/// not a loop that may have no end.
bool Run::grants_steps(Key body) const {
  if (node_of(body).loop.standard) return false;
  for (Key at = living(body).scope; at != process_key; at = living(at).scope)
    if (node_of(at).loop.present || node_of(at).type == ElementType::process) return false;
  return true;
}

void Run::enter_inner(Key body, int index) {
  const ElementIndex element = living(body).element;
  const Node& node = definition_.node(element);
  const auto at = static_cast<std::size_t>(index);
  feel::Context own{{"loopCounter", feel::Value(index + 1)}};
  if (const feel::List& items = items_of(body); !node.loop.input_element.empty() && at < items.size())
    own.put(node.loop.input_element, items[at]);
  const Key key = enter_only(element, body);
  set_variables(key, own);
  if (grants_steps(body))
    bonus_ = std::max(bonus_,
                      static_cast<int>(std::min<std::int64_t>((index + 1) * std::int64_t{steps_for_each}, bonus_max)));
  if (steps_ <= world_.steps_max + bonus_) return activate(key);
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
  if (!index || *index < 1 || *index > instances_max)
    return refusal(base::Refusal::rule_not_met, "bpmn.loop_counter_lost", "变量loopCounter被改写",
                   "the variable loopCounter was overwritten");
  if (node.loop.output_element && data_.loops.find(body) != nullptr) {
    TRY(feel::Value item, evaluate(*node.loop.output_element, key));
    emit(ItemCollected{.key = body, .index = static_cast<std::uint32_t>(*index - 1), .value = storable(item)});
  }
  bool enough = false;
  if (node.loop.standard) {
    TRY(const bool again, goes_again(key, body));
    enough = !again;
  } else {
    TRY(enough, is_enough(key, body));
  }
  leave(key, {});
  after_inner(body, static_cast<int>(*index), enough);
  return base::done();
}

/// The completion condition sees the counts under both engines' names, and what was collected so far.
base::Result<bool> Run::is_enough(Key key, Key body) {
  const Loop& loop = node_of(body).loop;
  if (!loop.completion) return false;
  feel::Context extra;
  if (const LoopState* state = data_.loops.find(body)) {
    const auto value = [](std::uint32_t number) { return feel::Value(std::int64_t{number}); };
    const std::uint32_t completed = state->completed + 1;
    const std::uint32_t active = state->started - completed - state->cancelled;
    extra = {{"numberOfInstances", value(state->count)},       {"numberOfActiveInstances", value(active)},
             {"numberOfCompletedInstances", value(completed)}, {"numberOfTerminatedInstances", value(state->cancelled)},
             {"nrOfInstances", value(state->count)},           {"nrOfActiveInstances", value(active)},
             {"nrOfCompletedInstances", value(completed)}};
  }
  const auto& names = loop.completion->free_names();
  if (!loop.output_collection.empty() && std::find(names.begin(), names.end(), loop.output_collection) != names.end())
    extra.put(loop.output_collection, feel::Value(results_of(body)));
  TRY(const feel::Value value, evaluate(*loop.completion, key, extra));
  return value.is_true();
}

/// What the inner instances have left, each in its place; null where one has left nothing.
feel::List Run::results_of(Key body) const {
  const Node& node = node_of(body);
  const std::string& name =
      node.ad_hoc.output_collection.empty() ? node.loop.output_collection : node.ad_hoc.output_collection;
  const feel::Context* own = data_.find_variables(body);
  const feel::Value* kept = own == nullptr ? nullptr : own->find(name);
  feel::List results = kept != nullptr && kept->kind() == feel::Kind::list ? kept->as_list() : feel::List{};
  const LoopState* state = data_.loops.find(body);
  if (state != nullptr && !node.loop.standard && results.size() < state->count) results.resize(state->count);
  for (auto at = data_.collected.lower_bound({body, 0}); at != data_.collected.end() && at->key == body; ++at) {
    if (results.size() <= at->index) results.resize(at->index + 1);
    results[at->index] = at->value;
  }
  return results;
}

/// The collected outputs leave the body.
void Run::hand_out_results(Key body) {
  const Node& node = node_of(body);
  const std::string& name =
      node.ad_hoc.output_collection.empty() ? node.loop.output_collection : node.ad_hoc.output_collection;
  if (!name.empty() && data_.loops.find(body) != nullptr)
    propagate(living(body).scope, {{name, feel::Value(results_of(body))}});
}

void Run::after_inner(Key body, int index, bool enough) {
  if (data_.find_living(body) == nullptr) return;
  const Node& node = node_of(body);
  if (enough) return interrupt_scope(body, 0);
  if (!node.loop.sequential) return;
  const LoopState* state = data_.loops.find(body);
  const std::size_t count = state == nullptr ? items_of(body).size() : state->count;
  if (node.loop.standard || static_cast<std::size_t>(index) < count)
    queue_.push_back({.scope = body, .loop_index = index});
}

}  // namespace bpmn
