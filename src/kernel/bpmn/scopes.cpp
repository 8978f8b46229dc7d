/// Sub-processes, called processes, the process itself: how they begin and end.
#include <algorithm>

#include "kernel/base/check.h"
#include "run.h"

namespace bpmn {
namespace {

constexpr int calls_deep_max = 64;

}  // namespace

/// A sub-process opens its listeners and lets tokens in where it begins.
void Run::open_scope(Key key) {
  const Node& node = node_of(key);
  judged_.insert(key);
  const auto opened = [&]() -> base::Result<void> {
    TRY(std::ignore, open_listeners(node.event_starts, key));
    if (node.type == ElementType::ad_hoc_sub_process) return open_ad_hoc(key);
    for (const ElementIndex entry : node.entries) queue_.push_back({.scope = key, .element = entry});
    return base::done();
  }();
  if (!opened) raise(key, Step::working, opened.error());
}

/// What is active at once is told by an expression, or by a job; else everything that no flow leads to.
base::Result<void> Run::open_ad_hoc(Key key) {
  const Node& node = node_of(key);
  if (!node.ad_hoc.output_collection.empty() && data_.loops.find(key) == nullptr) emit(LoopOpened{key, 0});
  if (node.ad_hoc.active_elements) {
    TRY(const feel::Value active, evaluate(*node.ad_hoc.active_elements, key));
    return enter_active(key, active);
  }
  if (!node.job_type.empty()) return open_job(key);
  for (const ElementIndex entry : node.entries) queue_.push_back({.scope = key, .element = entry});
  return base::done();
}

/// A list of element ids, or of contexts with `elementId`.
base::Result<void> Run::enter_active(Key key, const feel::Value& wanted) {
  const ElementIndex around = living(key).element;
  const feel::List list = wanted.kind() == feel::Kind::list ? wanted.as_list() : feel::List{};
  std::vector<ElementIndex> active;
  for (const feel::Value& item : list) {
    const feel::Value* named = item.kind() == feel::Kind::context ? item.as_context().find("elementId") : &item;
    const std::string id = named == nullptr ? "" : feel::to_text(*named);
    ElementIndex found = no_element;
    for (std::size_t i = 0; i < definition_.nodes.size(); ++i)
      if (definition_.nodes[i].scope == around && definition_.elements[i].id == id)
        found = static_cast<ElementIndex>(i);
    if (found == no_element || !definition_.node(found).incoming.empty())
      return refusal(base::Refusal::rule_not_met, "bpmn.active_unknown", "临时子流程中没有可直接开始的元素“" + id + "”",
                     "the ad-hoc sub-process holds no element '" + id + "' that may begin by itself");
    active.push_back(found);
  }
  if (wanted.kind() != feel::Kind::list)
    return refusal(base::Refusal::rule_not_met, "bpmn.collection_not_list",
                   "临时子流程的活动元素不是列表" + diagnosis_zh_,
                   "the active elements of the ad-hoc sub-process are no list" + diagnosis_en_);
  for (const ElementIndex element : active) queue_.push_back({.scope = key, .element = element});
  return base::done();
}

/// At rest, after something in it has ended: whether it is done.
bool Run::judge_ad_hoc(Key key) {
  const AdHoc& ad_hoc = node_of(key).ad_hoc;
  if (const Wait* wait = data_.find_wait(key); wait != nullptr && wait->spec != 0) return false;  // a listener's turn
  const bool idle = living(key).children == 0 && !data_.has_joins(key);
  bool fulfilled = !ad_hoc.completion && idle;
  if (ad_hoc.completion) {
    const auto value = evaluate(*ad_hoc.completion, key);
    if (!value) {
      raise(key, Step::working, value.error());
      return true;
    }
    fulfilled = value->is_true();
    if (fulfilled && ad_hoc.cancels_remaining) interrupt_scope(key, 0);
    fulfilled = fulfilled && living(key).children == 0 && !data_.has_joins(key);
  }
  if (fulfilled) {
    if (data_.find_wait(key) != nullptr) emit(WaitClosed{key});
    complete(key);
    return true;
  }
  // Whoever steers it by a job is asked again after each step.
  const bool steered = !node_of(key).job_type.empty() && !ad_hoc.active_elements;
  if (steered && data_.find_wait(key) == nullptr) {
    if (const auto opened = open_job(key); !opened) raise(key, Step::working, opened.error());
  }
  return false;
}

/// What an element at the end of a way inside an ad-hoc sub-process leaves in its output collection.
void Run::collect_ad_hoc(Key scope, Key child) {
  const Living* at = data_.find_living(scope);
  if (at == nullptr || at->element == no_element) return;
  const AdHoc& ad_hoc = definition_.node(at->element).ad_hoc;
  if (!ad_hoc.output_element || data_.loops.find(scope) == nullptr || living(child).element == at->element) return;
  const Collected* last = data_.collected.last_before({scope + 1, 0});
  const std::uint32_t index = last != nullptr && last->key == scope ? last->index + 1 : 0;
  if (auto value = evaluate(*ad_hoc.output_element, child))
    emit(ItemCollected{.key = scope, .index = index, .value = storable(*value)});
}

/// A process of the same file is entered as a scope of its own, whose variables end at its border. One that the file
/// does not hold is done elsewhere: a job whose type is the process id.
base::Result<void> Run::open_call(Key key) {
  const ElementIndex element = living(key).element;
  const Node& node = definition_.node(element);
  TRY(std::string called, text_of(node.called, key));
  const auto found = definition_.called.find(called);
  if (found == definition_.called.end()) {
    if (!definition_.tolerant)
      return refusal(base::Refusal::rule_not_met, "bpmn.called_unknown", "文件中没有被调用的流程“" + called + "”",
                     "the file holds no process '" + called + "' to call");
    emit(JobOpened{.element = element, .key = key, .type = std::move(called)});
    return base::done();
  }
  int depth = 0;
  for (Key at = key; at != 0; at = living(at).scope)
    if (node_of(at).type == ElementType::process) ++depth;
  if (depth > calls_deep_max)
    return refusal(base::Refusal::conflict, "bpmn.calls_too_deep", "流程互相调用超过64层",
                   "processes call each other more than 64 deep");
  feel::Context variables;
  if (node.passes_all_in)
    variables = context_of(key);
  else if (const feel::Context* own = data_.find_variables(key))
    variables = *own;
  const Key process = enter_only(found->second, key);
  set_variables(process, variables);
  open_scope(process);
  return base::done();
}

/// The variables of a called process go to the call activity: to its output mappings, or all of them.
void Run::return_from(Key called) {
  const Key call = living(called).scope;
  const Node& node = node_of(call);
  const feel::Context variables =
      data_.find_variables(called) == nullptr ? feel::Context{} : *data_.find_variables(called);
  leave(called, {});
  if (!node.outputs.empty())
    set_variables(call, variables);
  else if (node.passes_all_out)
    propagate(call, variables);
}

bool Run::may_complete(const Living& at) const {
  if (at.children != 0 || data_.find_incident(at.key) != nullptr || data_.has_joins(at.key)) return false;
  if (data_.find_wait(at.key) != nullptr) return false;
  const Behaviour behaviour = definition_.node(at.element).behaviour;
  return behaviour == Behaviour::scope || behaviour == Behaviour::call || is_body(at);
}

/// At rest: completes one scope in which nothing lives and no token waits; inner ones first.
bool Run::complete_scope() {
  while (!judged_.empty()) {
    const Key key = *judged_.begin();
    judged_.erase(judged_.begin());
    const Living* found = data_.find_living(key);
    if (found == nullptr) continue;
    const Living at = *found;
    const bool ad_hoc = definition_.node(at.element).type == ElementType::ad_hoc_sub_process && !is_body(at);
    if (ad_hoc && data_.find_incident(key) == nullptr) {
      if (judge_ad_hoc(key)) return true;
      continue;
    }
    if (!may_complete(at)) continue;
    if (key == process_key)
      finish_process();
    else
      complete(key);
    return true;
  }
  return false;
}

/// Tokens that wait at a join for others that can not come: told, not left lying.
void Run::report_stuck() {
  if (data_.joins.empty() || data_.ended) return;
  for (const Key key : touched_) {
    if (!data_.has_joins(key) || living(key).children != 0) continue;
    raise(key, Step::working,
          refusal(base::Refusal::conflict, "bpmn.stuck", "汇合网关在等待不会再到来的分支，流程无法继续",
                  "a joining gateway waits for a branch that can not come any more"));
  }
}

void Run::finish_process() {
  close_waits(process_key);
  emit(ElementCompleted{no_element, process_key});
  emit(ProcessEnded{.cancelled = false});
}

/// Ends everything inside a scope but `except`, tokens on their way and at joins included.
void Run::interrupt_scope(Key scope, Key except) {
  for (const Key child : data_.children_of(scope))
    if (child != except && data_.find_living(child) != nullptr) cancel(child);
  for (const JoinCount& join : data_.joins_in(scope))
    emit(JoinChanged{.element = join.element,
                     .scope = scope,
                     .flow = join.flow,
                     .change = -static_cast<int>(join.count),
                     .spent = join.spent});
  std::erase_if(queue_, [&](const Token& token) { return token.scope == scope; });
}

}  // namespace bpmn
