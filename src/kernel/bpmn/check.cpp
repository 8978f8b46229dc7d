#include "check.h"

namespace bpmn {
namespace {

class Checker {
 public:
  Checker(const Drawing& drawing, const Definition& definition, Faults& faults)
      : drawing_(drawing), definition_(definition), faults_(faults) {}

  void run() {
    check_process();
    for (std::size_t i = 0; i < drawing_.elements.size(); ++i) {
      const auto index = static_cast<ElementIndex>(i);
      check_flows(index);
      switch (definition_.nodes[i].type) {
        case ElementType::start_event:
          check_start(index);
          break;
        case ElementType::end_event:
          check_end(index);
          break;
        case ElementType::intermediate_throw:
          check_throw(index);
          break;
        case ElementType::intermediate_catch:
          check_catch(index);
          break;
        case ElementType::boundary_event:
          check_boundary(index);
          break;
        case ElementType::sub_process:
        case ElementType::transaction:
          check_scope(index);
          break;
        case ElementType::ad_hoc_sub_process:
          check_ad_hoc(index);
          break;
        case ElementType::call_activity:
          check_call(index);
          break;
        case ElementType::event_sub_process:
          check_event_sub_process(index);
          break;
        case ElementType::exclusive_gateway:
        case ElementType::inclusive_gateway:
        case ElementType::complex_gateway:
          check_choice(index);
          break;
        case ElementType::event_gateway:
          check_event_gateway(index);
          break;
        case ElementType::receive_task:
          need_names(index);
          break;
        case ElementType::process:
        case ElementType::task:
        case ElementType::user_task:
        case ElementType::service_task:
        case ElementType::business_rule_task:
        case ElementType::script_task:
        case ElementType::send_task:
        case ElementType::manual_task:
        case ElementType::parallel_gateway:
          break;
      }
      check_work(index);
      check_loop(index);
    }
  }

 private:
  const Node& node(ElementIndex index) const { return definition_.nodes[index]; }
  const DrawnElement& drawn(ElementIndex index) const { return drawing_.elements[index]; }
  void fault(ElementIndex index, std::string_view code, std::string zh, std::string en) {
    faults_.add(drawn(index).face.id, code, std::move(zh), std::move(en));
  }

  void check_process() {
    if (!definition_.starts.empty()) return;
    for (const Node& at : definition_.nodes)
      if (at.instantiates && at.scope == no_element && at.incoming.empty()) return;
    faults_.add(drawing_.process_id, "bpmn.start_missing", "流程没有开始事件", "the process has no start event");
  }

  bool in_ad_hoc(ElementIndex index) const {
    const ElementIndex scope = node(index).scope;
    return scope != no_element && node(scope).type == ElementType::ad_hoc_sub_process;
  }

  bool is_handler(ElementIndex index) const {
    for (const Node& at : definition_.nodes)
      if (at.type == ElementType::boundary_event && at.handler == index) return true;
    return false;
  }

  /// Every element must be reachable by drawing, and every token must have somewhere to go.
  void check_flows(ElementIndex index) {
    const Node& at = node(index);
    const bool begins = at.type == ElementType::start_event || at.type == ElementType::boundary_event ||
                        at.type == ElementType::event_sub_process ||
                        (at.type == ElementType::intermediate_catch && at.trigger == Trigger::link);
    if (begins && !at.incoming.empty())
      fault(index, "bpmn.flow_not_allowed", "此元素不能有流入的顺序流", "no sequence flow may lead into this element");
    const bool apart = begins || at.type == ElementType::process || at.instantiates || at.for_compensation;
    if (!apart && at.incoming.empty() && !in_ad_hoc(index) && !is_handler(index))
      fault(index, "bpmn.unreachable", "没有顺序流通向此元素，永远不会执行",
            "no sequence flow leads to this element, so it can never run");
    const bool undoes = at.type == ElementType::boundary_event && at.has(Trigger::compensation);
    const bool ends = at.type == ElementType::end_event || at.type == ElementType::event_sub_process || undoes ||
                      (at.type == ElementType::intermediate_throw && at.trigger == Trigger::link);
    if (ends && !at.outgoing.empty())
      fault(index, "bpmn.flow_not_allowed", "此元素不能有流出的顺序流", "no sequence flow may leave this element");
    const bool must_go_on = at.type == ElementType::start_event ||
                            (at.type == ElementType::boundary_event && !undoes) ||
                            at.type == ElementType::exclusive_gateway || at.type == ElementType::parallel_gateway ||
                            at.type == ElementType::inclusive_gateway || at.type == ElementType::complex_gateway ||
                            at.type == ElementType::event_gateway;
    if (must_go_on && at.outgoing.empty())
      fault(index, "bpmn.flow_missing", "此元素之后没有顺序流，流程走到这里就无处可去",
            "no sequence flow leaves this element: the process has nowhere to go from here");
    if (!drawn(index).default_flow.empty() && at.default_flow == no_flow)
      fault(index, "bpmn.unknown_reference", "默认流“" + drawn(index).default_flow + "”不存在或不从此元素流出",
            "the default flow '" + drawn(index).default_flow + "' does not exist or does not leave this element");
  }

  void unsupported_trigger(ElementIndex index) {
    fault(index, "bpmn.unsupported", "此位置不支持这种事件触发", "this kind of event is not supported in this place");
  }

  void check_start(ElementIndex index) {
    const Node& at = node(index);
    const bool in_event_scope = at.scope != no_element && node(at.scope).type == ElementType::event_sub_process;
    const bool in_process = at.scope == no_element || node(at.scope).type == ElementType::process;
    if (!in_event_scope && !in_process && at.trigger != Trigger::none)
      fault(index, "bpmn.start_not_none", "子流程的开始事件必须是空开始事件",
            "the start event of a sub-process must be a none start event");
    for (const EventSpec& spec : at.specs) {
      const bool caught = spec.trigger == Trigger::error || spec.trigger == Trigger::escalation ||
                          spec.trigger == Trigger::compensation;
      if (caught && !in_event_scope) unsupported_trigger(index);
      if (spec.trigger == Trigger::terminate || spec.trigger == Trigger::link || spec.trigger == Trigger::cancel)
        unsupported_trigger(index);
      if (in_event_scope && spec.trigger == Trigger::error && !at.interrupting)
        fault(index, "bpmn.not_interrupting", "错误开始事件必须是中断的", "an error start event must be interrupting");
    }
    need_names(index);
  }

  void check_end(ElementIndex index) {
    const Node& at = node(index);
    for (const EventSpec& spec : at.specs) {
      if (spec.trigger == Trigger::timer || spec.trigger == Trigger::link || spec.trigger == Trigger::condition)
        unsupported_trigger(index);
      if (spec.trigger == Trigger::cancel && !in_transaction(index))
        fault(index, "bpmn.no_transaction", "取消结束事件只能用在事务子流程内",
              "a cancel end event may only stand in a transaction");
      if (spec.trigger == Trigger::error && spec.code.empty())
        fault(index, "bpmn.error_code_missing", "错误结束事件没有错误代码", "the error end event has no error code");
    }
    need_thrown(index);
  }

  bool in_transaction(ElementIndex index) const {
    for (ElementIndex at = node(index).scope; at != no_element; at = node(at).scope)
      if (node(at).transaction) return true;
    return false;
  }

  void check_throw(ElementIndex index) {
    if (node(index).trigger == Trigger::link) {
      if (node(index).link_target == no_element)
        fault(index, "bpmn.link_missing", "同一层没有名称相同的链接捕获事件",
              "no catching link event of this name exists on this level");
      return;
    }
    for (const EventSpec& spec : node(index).specs)
      if (spec.trigger != Trigger::message && spec.trigger != Trigger::escalation && spec.trigger != Trigger::signal &&
          spec.trigger != Trigger::compensation)
        unsupported_trigger(index);
    need_thrown(index);
  }

  /// What throwing needs to know.
  void need_thrown(ElementIndex index) {
    const DrawnElement& at = drawn(index);
    for (const EventSpec& spec : node(index).specs)
      if (spec.trigger == Trigger::escalation && spec.code.empty())
        fault(index, "bpmn.escalation_code_missing", "升级事件没有升级代码",
              "the escalation event has no escalation code");
    for (const DrawnEvent& event : at.events)
      if (event.trigger == Trigger::signal && event.name.empty()) signal_missing(index);
    if (node(index).has(Trigger::message) && at.job_type.empty())
      fault(index, "bpmn.job_type_missing", "没有填写任务类型（zeebe:taskDefinition type）",
            "no job type is given (zeebe:taskDefinition type)");
  }

  void signal_missing(ElementIndex index) {
    fault(index, "bpmn.signal_missing", "没有指定信号或信号没有名称", "no signal is given, or the signal has no name");
  }

  void check_catch(ElementIndex index) {
    const Node& at = node(index);
    if (at.trigger == Trigger::link) {
      if (at.link_sources.empty())
        fault(index, "bpmn.link_missing", "同一层没有名称相同的链接抛出事件",
              "no throwing link event of this name exists on this level");
      return;
    }
    if (at.specs.empty()) unsupported_trigger(index);
    for (const EventSpec& spec : at.specs)
      if (spec.trigger != Trigger::message && spec.trigger != Trigger::timer && spec.trigger != Trigger::signal &&
          spec.trigger != Trigger::condition)
        unsupported_trigger(index);
    need_names(index);
  }

  static bool is_activity(ElementType type) {
    switch (type) {
      case ElementType::task:
      case ElementType::user_task:
      case ElementType::service_task:
      case ElementType::business_rule_task:
      case ElementType::script_task:
      case ElementType::send_task:
      case ElementType::receive_task:
      case ElementType::manual_task:
      case ElementType::sub_process:
      case ElementType::transaction:
      case ElementType::ad_hoc_sub_process:
      case ElementType::call_activity:
        return true;
      case ElementType::start_event:
      case ElementType::end_event:
      case ElementType::intermediate_throw:
      case ElementType::intermediate_catch:
      case ElementType::boundary_event:
      case ElementType::event_sub_process:
      case ElementType::exclusive_gateway:
      case ElementType::parallel_gateway:
      case ElementType::inclusive_gateway:
      case ElementType::complex_gateway:
      case ElementType::event_gateway:
      case ElementType::process:
        return false;
    }
    return false;
  }

  void check_boundary(ElementIndex index) {
    const Node& at = node(index);
    if (at.attached_to == no_element || !is_activity(node(at.attached_to).type) ||
        node(at.attached_to).scope != at.scope) {
      fault(index, "bpmn.not_attached", "边界事件没有附着在同一层的任务或子流程上",
            "the boundary event is not attached to a task or sub-process of the same level");
    }
    if (at.specs.empty()) unsupported_trigger(index);
    for (const EventSpec& spec : at.specs) {
      if (spec.trigger == Trigger::link || spec.trigger == Trigger::terminate) unsupported_trigger(index);
      if (spec.trigger == Trigger::cancel && at.attached_to != no_element && !node(at.attached_to).transaction)
        fault(index, "bpmn.no_transaction", "取消边界事件只能附着在事务子流程上",
              "a cancel boundary event may only sit on a transaction");
      if (spec.trigger == Trigger::error && !at.interrupting)
        fault(index, "bpmn.not_interrupting", "错误边界事件必须是中断的",
              "an error boundary event must be interrupting");
    }
    need_names(index);
  }

  /// What catching needs to know: a name, a time, a condition.
  void need_names(ElementIndex index) {
    for (const DrawnEvent& event : drawn(index).events) {
      if (event.trigger == Trigger::message && event.name.empty())
        fault(index, "bpmn.message_missing", "没有指定消息或消息没有名称",
              "no message is given, or the message has no name");
      if (event.trigger == Trigger::signal && event.name.empty()) signal_missing(index);
      if (event.trigger == Trigger::timer && event.timer.empty())
        fault(index, "bpmn.timer_missing", "没有填写时间、时长或周期", "no date, duration or cycle is given");
      if (event.trigger == Trigger::condition && event.condition.empty())
        fault(index, "bpmn.condition_missing", "没有填写条件", "no condition is given");
    }
  }

  std::vector<ElementIndex> starts_in(ElementIndex scope) const {
    std::vector<ElementIndex> starts;
    for (std::size_t i = 0; i < definition_.nodes.size(); ++i)
      if (definition_.nodes[i].scope == scope && definition_.nodes[i].type == ElementType::start_event)
        starts.push_back(static_cast<ElementIndex>(i));
    return starts;
  }

  void check_scope(ElementIndex index) {
    if (starts_in(index).empty())
      fault(index, "bpmn.start_missing", "子流程没有开始事件", "the sub-process has no start event");
  }

  void check_ad_hoc(ElementIndex index) {
    if (node(index).entries.empty())
      fault(index, "bpmn.start_missing", "临时子流程中没有可以开始的元素",
            "the ad-hoc sub-process holds nothing that may begin");
    if (!starts_in(index).empty())
      fault(index, "bpmn.start_not_allowed", "临时子流程不能有开始事件",
            "an ad-hoc sub-process may have no start event");
  }

  void check_call(ElementIndex index) {
    const std::string& called = drawn(index).called;
    if (called.empty())
      fault(index, "bpmn.called_missing", "没有填写要调用的流程", "no process to call is given");
    else if (!called.starts_with('=') && !definition_.called.contains(called))
      fault(index, "bpmn.called_unknown", "文件中没有被调用的流程“" + called + "”",
            "the file holds no process '" + called + "' to call");
  }

  void check_event_sub_process(ElementIndex index) {
    const auto starts = starts_in(index);
    if (starts.size() != 1 || node(starts.front()).trigger == Trigger::none)
      fault(index, "bpmn.start_missing", "事件子流程须有且只有一个带触发条件的开始事件",
            "an event sub-process must have exactly one start event, with a trigger");
    if (drawn(index).loop.kind != LoopKind::none)
      fault(index, "bpmn.unsupported", "事件子流程不能多实例", "an event sub-process can not be multi-instance");
  }

  void check_choice(ElementIndex index) {
    const Node& at = node(index);
    if (at.outgoing.size() < 2 || at.type == ElementType::inclusive_gateway) return;
    for (const FlowIndex flow : at.outgoing) {
      if (flow == at.default_flow || definition_.flows[flow].condition || !drawing_.flows[flow].condition.empty())
        continue;
      faults_.add(drawing_.flows[flow].face.id, "bpmn.condition_missing", "互斥网关的流出须有条件，或设为默认流",
                  "a flow leaving an exclusive gateway needs a condition or must be its default flow");
    }
  }

  void check_event_gateway(ElementIndex index) {
    const Node& at = node(index);
    if (at.outgoing.size() < 2)
      fault(index, "bpmn.flow_missing", "事件网关至少要有两条流出",
            "an event-based gateway needs two outgoing flows or more");
    for (const FlowIndex flow : at.outgoing) {
      const ElementIndex target = definition_.flows[flow].target;
      const Node& next = node(target);
      const bool waits = (next.type == ElementType::intermediate_catch && next.trigger != Trigger::link) ||
                         (next.type == ElementType::receive_task && next.boundaries.empty());
      if (!waits || next.incoming.size() != 1)
        fault(target, "bpmn.event_expected", "事件网关之后只能是仅由它流入的捕获事件",
              "an event-based gateway must lead to catch events that nothing else leads to");
    }
  }

  /// What the machine needs to do the element's work.
  void check_work(ElementIndex index) {
    const Node& at = node(index);
    if (at.behaviour == Behaviour::job && at.job_type.empty())
      fault(index, "bpmn.job_type_missing", "没有填写任务类型（zeebe:taskDefinition type）",
            "no job type is given (zeebe:taskDefinition type)");
    if (at.behaviour == Behaviour::script && drawn(index).script.empty())
      fault(index, "bpmn.script_missing", "没有填写脚本表达式", "no script expression is given");
    const bool writes_result = at.behaviour == Behaviour::script || at.behaviour == Behaviour::decision;
    if (writes_result && at.result_variable.empty())
      fault(index, "bpmn.result_missing", "没有填写结果变量", "no result variable is given");
  }

  void check_loop(ElementIndex index) {
    const DrawnLoop& loop = drawn(index).loop;
    if (loop.kind == LoopKind::none) return;
    if (!is_activity(node(index).type))
      fault(index, "bpmn.unsupported", "只有任务和子流程可以循环或多实例",
            "only tasks and sub-processes can loop or be multi-instance");
    if (loop.kind == LoopKind::standard) {
      if (loop.condition.empty() && loop.maximum.empty())
        fault(index, "bpmn.condition_missing", "循环没有条件，也没有次数上限",
              "the loop has neither a condition nor a maximum");
      return;
    }
    if (loop.input_collection.empty() && loop.cardinality.empty())
      fault(index, "bpmn.collection_missing", "多实例没有填写输入集合",
            "the multi-instance marker has no input collection");
    if (loop.output_collection.empty() != loop.output_element.empty())
      fault(index, "bpmn.collection_missing", "输出集合与输出元素须同时填写",
            "output collection and output element must be given together");
  }

  const Drawing& drawing_;
  const Definition& definition_;
  Faults& faults_;
};

}  // namespace

void check(const Drawing& drawing, const Definition& definition, Faults& faults) {
  Checker(drawing, definition, faults).run();
}

}  // namespace bpmn
