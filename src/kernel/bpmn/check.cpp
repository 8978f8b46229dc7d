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
          check_scope(index);
          break;
        case ElementType::event_sub_process:
          check_event_sub_process(index);
          break;
        case ElementType::exclusive_gateway:
        case ElementType::inclusive_gateway:
          check_choice(index);
          break;
        case ElementType::event_gateway:
          check_event_gateway(index);
          break;
        case ElementType::receive_task:
          need_message(index);
          break;
        case ElementType::task:
        case ElementType::user_task:
        case ElementType::service_task:
        case ElementType::business_rule_task:
        case ElementType::script_task:
        case ElementType::send_task:
        case ElementType::manual_task:
        case ElementType::call_activity:
        case ElementType::parallel_gateway:
          break;
      }
      check_work(index);
    }
  }

 private:
  const Node& node(ElementIndex index) const { return definition_.nodes[index]; }
  const DrawnElement& drawn(ElementIndex index) const { return drawing_.elements[index]; }
  void fault(ElementIndex index, std::string_view code, std::string zh, std::string en) {
    faults_.add(drawn(index).face.id, code, std::move(zh), std::move(en));
  }

  void check_process() {
    int none = 0;
    for (const ElementIndex start : definition_.starts)
      if (node(start).trigger == Trigger::none) ++none;
    if (definition_.starts.empty()) {
      faults_.add(drawing_.process_id, "bpmn.start_missing", "流程没有开始事件", "the process has no start event");
    }
    if (none > 1) {
      faults_.add(drawing_.process_id, "bpmn.start_twice", "流程只能有一个空开始事件",
                  "the process may have one none start event only");
    }
  }

  /// Every element must be reachable by drawing, and every token must have somewhere to go.
  void check_flows(ElementIndex index) {
    const Node& at = node(index);
    const bool begins = at.type == ElementType::start_event || at.type == ElementType::boundary_event ||
                        at.type == ElementType::event_sub_process ||
                        (at.type == ElementType::intermediate_catch && at.trigger == Trigger::link);
    if (begins && !at.incoming.empty())
      fault(index, "bpmn.flow_not_allowed", "此元素不能有流入的顺序流", "no sequence flow may lead into this element");
    if (!begins && at.incoming.empty())
      fault(index, "bpmn.unreachable", "没有顺序流通向此元素，永远不会执行",
            "no sequence flow leads to this element, so it can never run");
    const bool ends = at.type == ElementType::end_event || at.type == ElementType::event_sub_process ||
                      (at.type == ElementType::intermediate_throw && at.trigger == Trigger::link);
    if (ends && !at.outgoing.empty())
      fault(index, "bpmn.flow_not_allowed", "此元素不能有流出的顺序流", "no sequence flow may leave this element");
    const bool must_go_on = at.type == ElementType::start_event || at.type == ElementType::boundary_event ||
                            at.type == ElementType::exclusive_gateway || at.type == ElementType::parallel_gateway ||
                            at.type == ElementType::inclusive_gateway || at.type == ElementType::event_gateway;
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
    const bool in_sub_process = at.scope != no_element && !in_event_scope;
    if (in_sub_process && at.trigger != Trigger::none)
      fault(index, "bpmn.start_not_none", "子流程的开始事件必须是空开始事件",
            "the start event of a sub-process must be a none start event");
    if (!in_event_scope && (at.trigger == Trigger::error || at.trigger == Trigger::escalation))
      unsupported_trigger(index);
    if (at.trigger == Trigger::terminate || at.trigger == Trigger::link) unsupported_trigger(index);
    if (at.trigger == Trigger::message) need_message(index);
    if (at.trigger == Trigger::timer) need_timer(index);
    if (in_event_scope && at.trigger == Trigger::error && !at.interrupting)
      fault(index, "bpmn.not_interrupting", "错误开始事件必须是中断的", "an error start event must be interrupting");
  }

  void check_end(ElementIndex index) {
    const Node& at = node(index);
    if (at.trigger == Trigger::timer || at.trigger == Trigger::link) unsupported_trigger(index);
    if (at.trigger == Trigger::escalation) need_escalation_code(index);
    if (at.trigger == Trigger::error && at.error_code.empty())
      fault(index, "bpmn.error_code_missing", "错误结束事件没有错误代码", "the error end event has no error code");
  }

  void check_throw(ElementIndex index) {
    const Trigger trigger = node(index).trigger;
    if (trigger == Trigger::escalation) return need_escalation_code(index);
    if (trigger == Trigger::link) {
      if (node(index).link_target == no_element)
        fault(index, "bpmn.link_missing", "同一层没有名称相同的链接捕获事件",
              "no catching link event of this name exists on this level");
      return;
    }
    if (trigger != Trigger::none && trigger != Trigger::message) unsupported_trigger(index);
  }

  void need_escalation_code(ElementIndex index) {
    if (node(index).error_code.empty())
      fault(index, "bpmn.escalation_code_missing", "升级事件没有升级代码",
            "the escalation event has no escalation code");
  }

  void check_catch(ElementIndex index) {
    const Trigger trigger = node(index).trigger;
    if (trigger == Trigger::message) return need_message(index);
    if (trigger == Trigger::link) {
      if (node(index).link_sources.empty())
        fault(index, "bpmn.link_missing", "同一层没有名称相同的链接抛出事件",
              "no throwing link event of this name exists on this level");
      return;
    }
    if (trigger == Trigger::timer) {
      need_timer(index);
      if (node(index).timer.kind == TimerKind::cycle)
        fault(index, "bpmn.cycle_not_allowed", "此处的定时器不能用循环（timeCycle）",
              "a timer here can not be a cycle (timeCycle)");
      return;
    }
    unsupported_trigger(index);
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
      case ElementType::event_gateway:
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
    if (at.trigger == Trigger::message) return need_message(index);
    if (at.trigger == Trigger::timer) return need_timer(index);
    if (at.trigger == Trigger::escalation) return;
    if (at.trigger != Trigger::error) return unsupported_trigger(index);
    if (!at.interrupting)
      fault(index, "bpmn.not_interrupting", "错误边界事件必须是中断的", "an error boundary event must be interrupting");
  }

  void need_message(ElementIndex index) {
    const DrawnElement& at = drawn(index);
    if (at.message_missing || at.message.empty())
      fault(index, "bpmn.message_missing", "没有指定消息或消息没有名称",
            "no message is given, or the message has no name");
  }

  void need_timer(ElementIndex index) {
    if (drawn(index).timer.empty())
      fault(index, "bpmn.timer_missing", "没有填写时间、时长或周期", "no date, duration or cycle is given");
  }

  std::vector<ElementIndex> starts_in(ElementIndex scope) const {
    std::vector<ElementIndex> starts;
    for (std::size_t i = 0; i < definition_.nodes.size(); ++i)
      if (definition_.nodes[i].scope == scope && definition_.nodes[i].type == ElementType::start_event)
        starts.push_back(static_cast<ElementIndex>(i));
    return starts;
  }

  void check_scope(ElementIndex index) {
    if (starts_in(index).size() != 1)
      fault(index, "bpmn.start_missing", "子流程须有且只有一个开始事件",
            "a sub-process must have exactly one start event");
  }

  void check_event_sub_process(ElementIndex index) {
    const auto starts = starts_in(index);
    if (starts.size() != 1 || node(starts.front()).trigger == Trigger::none)
      fault(index, "bpmn.start_missing", "事件子流程须有且只有一个带触发条件的开始事件",
            "an event sub-process must have exactly one start event, with a trigger");
    if (drawn(index).loop.present)
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
                         next.type == ElementType::receive_task;
      if (!waits || next.incoming.size() != 1)
        fault(target, "bpmn.event_expected", "事件网关之后只能是仅由它流入的捕获事件",
              "an event-based gateway must lead to catch events that nothing else leads to");
    }
  }

  /// What the machine needs to do the element's work.
  void check_work(ElementIndex index) {
    const Node& at = node(index);
    if (at.behaviour == Behaviour::job && drawn(index).job_type.empty())
      fault(index, "bpmn.job_type_missing", "没有填写任务类型（zeebe:taskDefinition type）",
            "no job type is given (zeebe:taskDefinition type)");
    if (at.behaviour == Behaviour::script && drawn(index).script.empty())
      fault(index, "bpmn.script_missing", "没有填写脚本表达式", "no script expression is given");
    const bool writes_result = at.behaviour == Behaviour::script || at.behaviour == Behaviour::decision;
    if (writes_result && at.result_variable.empty())
      fault(index, "bpmn.result_missing", "没有填写结果变量", "no result variable is given");
    const DrawnElement& drawing = drawn(index);
    if (!drawing.loop.present) return;
    if (!is_activity(at.type))
      fault(index, "bpmn.unsupported", "只有任务和子流程可以多实例",
            "only tasks and sub-processes can be multi-instance");
    if (drawing.loop.input_collection.empty())
      fault(index, "bpmn.collection_missing", "多实例没有填写输入集合",
            "the multi-instance marker has no input collection");
    if (drawing.loop.output_collection.empty() != drawing.loop.output_element.empty())
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
