#include <algorithm>

#include "run.h"

namespace bpmn {

base::Result<bool> Run::holds(FlowIndex flow, Key key) {
  const feel::Expression& condition = *definition_.flows[flow].condition;
  TRY(const feel::Value value, evaluate(condition, key));
  if (value.kind() == feel::Kind::boolean) return value.as_boolean();
  return refusal(base::Refusal::rule_not_met, "bpmn.condition_not_boolean",
                 "条件“" + condition.text() + "”的结果不是“是”或“否”" + diagnosis_zh_,
                 "the condition '" + condition.text() + "' is neither true nor false" + diagnosis_en_);
}

/// An exclusive gateway takes the first flow whose condition holds; everything else takes every flow whose condition
/// holds or that has none. The default flow is taken when no other is.
/// Source: [BPMN-13.4].
base::Result<std::vector<FlowIndex>> Run::ways_out(const Node& node, Key key) {
  std::vector<FlowIndex> taken;
  if (node.outgoing.empty()) return taken;
  const bool exclusive = node.type == ElementType::exclusive_gateway;
  if (node.type == ElementType::parallel_gateway) return node.outgoing;
  for (const FlowIndex flow : node.outgoing) {
    if (flow == node.default_flow) continue;
    if (definition_.flows[flow].condition) {
      TRY(const bool holding, holds(flow, key));
      if (!holding) continue;
    }
    taken.push_back(flow);
    if (exclusive) break;
  }
  if (taken.empty() && node.default_flow != no_flow) taken.push_back(node.default_flow);
  if (!taken.empty()) return taken;
  return refusal(base::Refusal::rule_not_met, "bpmn.no_flow_matches", "没有一条流出的条件成立，也没有默认流",
                 "no condition of an outgoing flow holds, and there is no default flow");
}

void Run::arrive(ElementIndex join, FlowIndex flow, Key scope) {
  emit(JoinChanged{.element = join, .scope = scope, .flow = flow, .change = 1});
  if (definition_.node(join).type == ElementType::parallel_gateway && all_marked(join, scope)) fire(join, scope);
}

std::vector<bool> Run::marks(ElementIndex join, Key scope) const {
  const Node& node = definition_.node(join);
  std::vector<bool> marked(node.incoming.size(), false);
  for (const JoinCount& count : data_.joins) {
    if (count.element != join || count.scope != scope) continue;
    const auto at = std::find(node.incoming.begin(), node.incoming.end(), count.flow);
    if (at != node.incoming.end()) marked[static_cast<std::size_t>(at - node.incoming.begin())] = true;
  }
  return marked;
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
  const auto marked = marks(join, scope);
  if (std::all_of(marked.begin(), marked.end(), [](bool mark) { return mark; })) return true;
  for (const Living& token : data_.living)
    if (token.scope == scope && token.element != join && token.element != no_element &&
        blocks(token.element, node, marked))
      return false;
  for (const JoinCount& token : data_.joins) {
    if (token.scope != scope || token.element == join) continue;
    if (!joins_block && definition_.node(token.element).type == ElementType::inclusive_gateway) continue;
    if (blocks(token.element, node, marked)) return false;
  }
  return true;
}

/// At rest: fires one join that may fire; parallel ones first, then inclusive ones, then those that only wait for each
/// other.
bool Run::fire_join() {
  for (const JoinCount& join : data_.joins) {
    if (definition_.node(join.element).type != ElementType::parallel_gateway) continue;
    if (!all_marked(join.element, join.scope)) continue;
    fire(join.element, join.scope);
    return true;
  }
  for (const bool joins_block : {true, false}) {
    for (const JoinCount& join : data_.joins) {
      if (definition_.node(join.element).type != ElementType::inclusive_gateway) continue;
      if (!inclusive_ready(join.element, join.scope, joins_block)) continue;
      fire(join.element, join.scope);
      return true;
    }
  }
  return false;
}

}  // namespace bpmn
