#include <algorithm>

#include "run.h"

namespace bpmn {

/// What a complex gateway's expressions may ask for besides variables.
static feel::Context complex_names(const Instance::Data& data, ElementIndex join, Key scope, bool starting) {
  std::int64_t tokens = 0;
  for (const JoinCount& count : data.joins_in(scope))
    if (count.element == join && !count.spent) tokens += count.count;
  return {{"activationCount", feel::Value(tokens)}, {"waitingForStart", feel::Value(starting)}};
}

base::Result<bool> Run::holds(FlowIndex flow, Key key) {
  const CompiledFlow& way = definition_.flows[flow];
  if (!way.condition) return false;  // drawn, but not evaluable
  feel::Context extra;
  if (definition_.node(way.source).type == ElementType::complex_gateway) extra = {{"waitingForStart", true}};
  TRY(const feel::Value value, evaluate(*way.condition, key, extra));
  if (value.kind() == feel::Kind::boolean) return value.as_boolean();
  if (definition_.tolerant) return false;
  return refusal(base::Refusal::rule_not_met, "bpmn.condition_not_boolean",
                 "条件“" + way.condition->text() + "”的结果不是“是”或“否”" + diagnosis_zh_,
                 "the condition '" + way.condition->text() + "' is neither true nor false" + diagnosis_en_);
}

namespace {

constexpr std::size_t ways_told_max = 6;

/// The ways that were not taken, with their conditions: what has to be put right stands in them.
base::Text ways_told(const Definition& definition, const std::vector<FlowIndex>& ways) {
  base::Text told;
  std::size_t count = 0;
  for (const FlowIndex flow : ways) {
    const auto& condition = definition.flows[flow].condition;
    if (!condition || ++count > ways_told_max) continue;
    told.zh += (count == 1 ? "：" : "；") + condition->text();
    told.en += (count == 1 ? ": " : "; ") + condition->text();
  }
  return told;
}

}  // namespace

/// The ways that whoever plays has chosen instead of the conditions.
std::optional<std::vector<FlowIndex>> Run::directed(ElementIndex element) const {
  if (world_.direction == nullptr) return std::nullopt;
  const auto found = world_.direction->ways.find(element);
  if (found == world_.direction->ways.end()) return std::nullopt;
  return found->second;
}

static bool is_choice(ElementType type) {
  return type == ElementType::exclusive_gateway || type == ElementType::inclusive_gateway ||
         type == ElementType::complex_gateway;
}

/// An exclusive gateway takes the first flow whose condition holds; everything else takes every flow whose condition
/// holds or that has none. The default flow is taken when no condition holds. In a tolerant play a gateway of several
/// ways without any condition decides nothing by itself, and the one way of an exclusive gateway without a condition
/// is its last resort.
/// Source: [BPMN-13.4].
base::Result<std::vector<FlowIndex>> Run::ways_out(ElementIndex element, Key key) {
  const Node& node = definition_.node(element);
  std::vector<FlowIndex> taken;
  if (element == no_element || node.outgoing.empty()) return taken;
  if (auto chosen = directed(element)) return std::move(*chosen);
  if (node.type == ElementType::parallel_gateway) return node.outgoing;
  const bool exclusive = node.type == ElementType::exclusive_gateway;
  const bool several = is_choice(node.type) && node.outgoing.size() > 1;
  const bool conditions = std::any_of(node.outgoing.begin(), node.outgoing.end(),
                                      [&](FlowIndex flow) { return definition_.flows[flow].condition.has_value(); });
  const bool plain_waits = definition_.tolerant && several && (exclusive || !conditions);
  bool held = false;  // a condition did
  std::vector<FlowIndex> plain;
  for (const FlowIndex flow : node.outgoing) {
    if (flow == node.default_flow) continue;
    const bool conditional = definition_.flows[flow].is_conditional;
    if (!conditional && plain_waits) {
      plain.push_back(flow);
      continue;
    }
    if (conditional) {
      TRY(const bool holding, holds(flow, key));
      if (!holding) continue;
      held = true;
    }
    taken.push_back(flow);
    if (exclusive) break;
  }
  if (!held && node.default_flow != no_flow && (taken.empty() || !is_choice(node.type)))
    taken.push_back(node.default_flow);
  if (taken.empty() && exclusive && conditions && plain.size() == 1) taken = plain;
  if (!taken.empty()) return taken;
  const base::Text told = ways_told(definition_, node.outgoing);
  return refusal(base::Refusal::rule_not_met, "bpmn.no_flow_matches",
                 "没有一条去路的条件成立，也没有默认去路" + told.zh,
                 "no condition of a way out holds, and there is no default way" + told.en);
}

void Run::arrive(ElementIndex join, FlowIndex flow, Key scope) {
  emit(JoinChanged{.element = join, .scope = scope, .flow = flow, .change = 1});
  if (definition_.node(join).type == ElementType::parallel_gateway && all_marked(join, scope)) fire(join, scope);
}

std::vector<bool> Run::marks(ElementIndex join, Key scope, bool spent) const {
  const Node& node = definition_.node(join);
  std::vector<bool> marked(node.incoming.size(), false);
  for (const JoinCount& count : data_.joins_in(scope)) {
    if (count.element != join || (count.spent && !spent)) continue;
    const auto at = std::find(node.incoming.begin(), node.incoming.end(), count.flow);
    if (at != node.incoming.end()) marked[static_cast<std::size_t>(at - node.incoming.begin())] = true;
  }
  return marked;
}

bool Run::is_spent(ElementIndex join, Key scope) const {
  const std::vector<JoinCount> joins = data_.joins_in(scope);
  return std::any_of(joins.begin(), joins.end(),
                     [&](const JoinCount& count) { return count.spent && count.element == join; });
}

bool Run::all_marked(ElementIndex join, Key scope) const {
  const auto marked = marks(join, scope);
  return std::all_of(marked.begin(), marked.end(), [](bool mark) { return mark; });
}

/// Consumes exactly one token of each marked flow; what came twice stays for the next round.
void Run::fire(ElementIndex join, Key scope) {
  const auto marked = marks(join, scope);
  const Node& node = definition_.node(join);
  for (std::size_t i = 0; i < marked.size(); ++i)
    if (marked[i]) emit(JoinChanged{.element = join, .scope = scope, .flow = node.incoming[i], .change = -1});
  enter(join, scope);
}

/// Whether a token at `token` keeps the join waiting: it can come over an empty flow and over no marked one.
bool Run::blocks(ElementIndex token, const Node& join, const std::vector<bool>& marked) const {
  bool may_come = false;
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (!join.reaches[i][token]) continue;
    if (marked[i]) return false;
    may_come = true;
  }
  return may_come;
}

/// Source: [BPMN-13.4] inclusive gateway. With `joins_block` false, tokens waiting at other inclusive joins are left
/// out: so joins that wait for each other let go once nothing else can come.
bool Run::inclusive_ready(ElementIndex join, Key scope, bool joins_block) const {
  const Node& node = definition_.node(join);
  const auto marked = marks(join, scope, true);
  if (std::all_of(marked.begin(), marked.end(), [](bool mark) { return mark; })) return true;
  for (const ElementIndex token : data_.elements_in(scope))
    if (token != join && blocks(token, node, marked)) return false;
  for (const JoinCount& token : data_.joins_in(scope)) {
    if (token.element == join) continue;
    if (!joins_block && definition_.node(token.element).type == ElementType::inclusive_gateway) continue;
    if (blocks(token.element, node, marked)) return false;
  }
  return true;
}

/// A complex gateway with a condition of its own fires when that holds, once; then it waits until nothing can come over
/// the flows it has not counted yet, takes what has, and begins anew. False when nothing happens.
/// Source: [BPMN-13.4] complex gateway.
bool Run::fire_complex(ElementIndex join, Key scope) {
  const Node& node = definition_.node(join);
  if (is_spent(join, scope)) {
    if (!inclusive_ready(join, scope, true)) return false;
    reset_complex(join, scope);
    return true;
  }
  const auto value = evaluate(*node.activation, scope, complex_names(data_, join, scope, true));
  if (!value || !value->is_true()) return false;
  const auto marked = marks(join, scope);
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (!marked[i]) continue;
    emit(JoinChanged{.element = join, .scope = scope, .flow = node.incoming[i], .change = -1});
    emit(JoinChanged{.element = join, .scope = scope, .flow = node.incoming[i], .change = 1, .spent = true});
  }
  enter(join, scope);
  return true;
}

/// Ways whose condition asks for `waitingForStart` may be taken at the reset, too.
void Run::reset_complex(ElementIndex join, Key scope) {
  const Node& node = definition_.node(join);
  const auto counted = marks(join, scope, true);
  std::vector<bool> spent(node.incoming.size(), false);
  for (const JoinCount& count : data_.joins_in(scope))
    for (std::size_t i = 0; i < spent.size(); ++i)
      if (count.spent && count.element == join && count.flow == node.incoming[i]) spent[i] = true;
  for (std::size_t i = 0; i < counted.size(); ++i)
    if (counted[i])
      emit(JoinChanged{.element = join,
                       .scope = scope,
                       .flow = node.incoming[i],
                       .change = -1,
                       .spent = static_cast<bool>(spent[i])});
  std::vector<FlowIndex> taken;
  for (const FlowIndex flow : node.outgoing) {
    const auto& condition = definition_.flows[flow].condition;
    if (!condition) continue;
    const auto& names = condition->free_names();
    if (std::find(names.begin(), names.end(), "waitingForStart") == names.end()) continue;
    const auto value = evaluate(*condition, scope, {{"waitingForStart", false}});
    if (value && value->is_true()) taken.push_back(flow);
  }
  if (!taken.empty()) leave(enter_only(join, scope), taken);
}

/// At rest: fires one join that may fire, in the scopes where a token has moved since they were judged.
bool Run::fire_join() {
  while (!joins_judged_.empty()) {
    const Key scope = *joins_judged_.begin();
    if (fire_join_in(scope)) return true;
    joins_judged_.erase(scope);
  }
  return false;
}

/// Parallel ones first, then complex and inclusive ones, then those that only wait for each other.
bool Run::fire_join_in(Key scope) {
  const std::vector<JoinCount> joins = data_.joins_in(scope);
  for (const JoinCount& join : joins) {
    if (definition_.node(join.element).type != ElementType::parallel_gateway) continue;
    if (!all_marked(join.element, scope)) continue;
    fire(join.element, scope);
    return true;
  }
  for (const JoinCount& join : joins)
    if (definition_.node(join.element).activation && fire_complex(join.element, scope)) return true;
  for (const bool joins_block : {true, false}) {
    for (const JoinCount& join : joins) {
      const Node& node = definition_.node(join.element);
      if (node.type == ElementType::parallel_gateway || node.activation) continue;
      if (!inclusive_ready(join.element, scope, joins_block)) continue;
      fire(join.element, scope);
      return true;
    }
  }
  return false;
}

}  // namespace bpmn
