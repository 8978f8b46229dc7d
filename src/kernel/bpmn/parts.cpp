#include "parts.h"

#include "xml.h"

namespace bpmn {

using namespace xml;  // NOLINT: the words of this file

void Parts::read(pugi::xml_node node, DrawnElement& element) {
  const ElementType type = element.face.type;
  element.attached_to = attribute_of(node, "attachedToRef");
  element.default_flow = attribute_of(node, "default");
  element.for_compensation = node.attribute("isForCompensation").as_bool();
  element.instantiates = node.attribute("instantiate").as_bool();
  element.parallel_events = attribute_of(node, "eventGatewayType") == "Parallel";
  const bool start = type == ElementType::start_event;
  element.interrupting = node.attribute(start ? "isInterrupting" : "cancelActivity").as_bool(true);
  element.activation = text_of(child_of(node, "activationCondition"));
  read_events(node, element);
  read_loop(node, element);
  if (type == ElementType::call_activity) read_called(node, element);
  if (type == ElementType::ad_hoc_sub_process) read_ad_hoc(node, element);
  if (type == ElementType::script_task) read_own_script(node, element);
  each_extension(node, [&](pugi::xml_node extension, std::string_view local) {
    read_extension(extension, local, element);
    read_lists(extension, local, element);
  });
}

void Parts::unknown_reference(const DrawnElement& element, const std::string& reference) {
  faults_.add(element.face.id, "bpmn.unknown_reference", "引用了不存在的“" + reference + "”",
              "refers to '" + reference + "', which the file does not hold");
}

/// A referenced root element: by its id, with or without a namespace prefix.
pugi::xml_node Parts::referenced(const std::string& reference, std::string_view local) const {
  for (const auto child : definitions_.children())
    if (local_of(child.name()) == local && refers_to(reference, child.attribute("id").value())) return child;
  return {};
}

void Parts::read_events(pugi::xml_node node, DrawnElement& element) {
  const ElementType type = element.face.type;
  if (type == ElementType::receive_task || type == ElementType::send_task) {
    DrawnEvent event{.trigger = Trigger::message};
    read_message(node, element, event);
    element.events.push_back(std::move(event));
    return;
  }
  for (const auto child : node.children()) {
    if (!is_bpmn(child)) continue;
    const std::string_view local = local_of(child.name());
    if (local == "eventDefinitionRef") {
      const std::string reference = text_of(child);
      pugi::xml_node found;
      for (const auto root : definitions_.children())
        if (local_of(root.name()).ends_with("EventDefinition") && refers_to(reference, attribute_of(root, "id")))
          found = root;
      if (found)
        read_event(found, element);
      else
        unknown_reference(element, reference);
    } else if (local.ends_with("EventDefinition")) {
      read_event(child, element);
    }
  }
  if (element.events.size() == 1) element.face.trigger = element.events.front().trigger;
  if (element.events.size() > 1)
    element.face.trigger =
        node.attribute("parallelMultiple").as_bool() ? Trigger::parallel_multiple : Trigger::multiple;
}

void Parts::read_event(pugi::xml_node definition, DrawnElement& element) {
  const std::string_view local = local_of(definition.name());
  DrawnEvent event;
  if (local == "messageEventDefinition") {
    event.trigger = Trigger::message;
    read_message(definition, element, event);
    each_extension(definition,
                   [&](pugi::xml_node extension, std::string_view name) { read_extension(extension, name, element); });
  } else if (local == "timerEventDefinition") {
    event.trigger = Trigger::timer;
    for (const char* kind : {"timeDate", "timeDuration", "timeCycle"}) {
      const pugi::xml_node child = child_of(definition, kind);
      if (!child) continue;
      event.timer_kind = kind;
      event.timer = text_of(child);
    }
  } else if (local == "errorEventDefinition") {
    event.trigger = Trigger::error;
    read_code(definition, element, {.reference = "errorRef", .root = "error", .code = "errorCode"}, event);
  } else if (local == "escalationEventDefinition") {
    event.trigger = Trigger::escalation;
    read_code(definition, element, {.reference = "escalationRef", .root = "escalation", .code = "escalationCode"},
              event);
  } else if (local == "signalEventDefinition") {
    event.trigger = Trigger::signal;
    read_signal(definition, element, event);
  } else if (local == "conditionalEventDefinition") {
    event.trigger = Trigger::condition;
    read_condition(definition, event);
  } else if (local == "linkEventDefinition") {
    event.trigger = Trigger::link;
    event.link = attribute_of(definition, "name");
    if (event.link.empty()) event.link = element.face.name;
  } else if (local == "compensateEventDefinition") {
    event.trigger = Trigger::compensation;
    event.activity = std::string(local_of(attribute_of(definition, "activityRef")));
    event.waits = definition.attribute("waitForCompletion").as_bool(true);
  } else if (local == "cancelEventDefinition") {
    event.trigger = Trigger::cancel;
  } else if (local == "terminateEventDefinition") {
    event.trigger = Trigger::terminate;
  } else {
    return faults_.add(element.face.id, "bpmn.unsupported", "不支持的事件定义：" + std::string(local),
                       "this event definition is not supported: " + std::string(local));
  }
  element.events.push_back(std::move(event));
}

void Parts::read_message(pugi::xml_node node, const DrawnElement& element, DrawnEvent& event) {
  const std::string reference = attribute_of(node, "messageRef");
  event.is_named = !reference.empty();
  if (reference.empty()) return;
  const pugi::xml_node message = referenced(reference, "message");
  if (!message) return unknown_reference(element, reference);
  event.name = attribute_of(message, "name");
  each_extension(message, [&](pugi::xml_node extension, std::string_view local) {
    if (local == "subscription") event.correlation = attribute_of(extension, "correlationKey");
  });
}

void Parts::read_signal(pugi::xml_node node, const DrawnElement& element, DrawnEvent& event) {
  const std::string reference = attribute_of(node, "signalRef");
  event.is_named = !reference.empty();
  if (reference.empty()) return;
  const pugi::xml_node signal = referenced(reference, "signal");
  if (!signal) return unknown_reference(element, reference);
  event.name = attribute_of(signal, "name");
}

void Parts::read_code(pugi::xml_node node, const DrawnElement& element, const CodeNames& names, DrawnEvent& event) {
  const std::string reference = attribute_of(node, names.reference);
  if (reference.empty()) return;
  const pugi::xml_node root = referenced(reference, names.root);
  if (!root) return unknown_reference(element, reference);
  event.code = attribute_of(root, names.code);
  if (event.code.empty()) event.code = attribute_of(root, "name");
  if (event.code.empty()) event.code = attribute_of(root, "id");
}

void Parts::read_condition(pugi::xml_node node, DrawnEvent& event) {
  event.condition = text_of(child_of(node, "condition"));
  each_extension(node, [&](pugi::xml_node extension, std::string_view local) {
    if (local != "conditionalFilter") return;
    event.variable_names = attribute_of(extension, "variableNames");
    event.variable_events = attribute_of(extension, "variableEvents");
  });
}

/// The data a standard marker points to is the variable called like the data object.
static std::string data_name(pugi::xml_node node, const std::string& reference) {
  for (pugi::xml_node scope = node.parent(); scope; scope = scope.parent()) {
    for (const auto child : scope.children()) {
      const std::string_view local = local_of(child.name());
      const bool data = local == "dataObject" || local == "dataObjectReference" || local == "property" ||
                        local == "dataInput" || local == "dataOutput";
      if (!data || !refers_to(reference, attribute_of(child, "id"))) continue;
      const std::string name = attribute_of(child, "name");
      return name.empty() ? reference : name;
    }
  }
  return reference;
}

void Parts::read_loop(pugi::xml_node node, DrawnElement& element) {
  DrawnLoop& out = element.loop;
  if (const pugi::xml_node loop = child_of(node, "standardLoopCharacteristics")) {
    out.kind = LoopKind::standard;
    out.sequential = true;
    out.test_before = loop.attribute("testBefore").as_bool();
    out.maximum = attribute_of(loop, "loopMaximum");
    out.condition = text_of(child_of(loop, "loopCondition"));
  }
  const pugi::xml_node loop = child_of(node, "multiInstanceLoopCharacteristics");
  if (!loop) return;
  out.kind = LoopKind::several;
  out.sequential = loop.attribute("isSequential").as_bool();
  out.completion = text_of(child_of(loop, "completionCondition"));
  out.cardinality = text_of(child_of(loop, "loopCardinality"));
  const std::string data = text_of(child_of(loop, "loopDataInputRef"));
  if (!data.empty()) out.input_collection = "=" + data_name(node, data);
  out.input_element = attribute_of(child_of(loop, "inputDataItem"), "name");
  each_extension(loop, [&](pugi::xml_node extension, std::string_view local) {
    if (local != "loopCharacteristics") return;
    out.input_collection = attribute_of(extension, "inputCollection");
    out.input_element = attribute_of(extension, "inputElement");
    out.output_collection = attribute_of(extension, "outputCollection");
    out.output_element = attribute_of(extension, "outputElement");
  });
}

void Parts::read_called(pugi::xml_node node, DrawnElement& element) {
  element.called = std::string(local_of(attribute_of(node, "calledElement")));
  each_extension(node, [&](pugi::xml_node extension, std::string_view local) {
    if (local != "calledElement") return;
    element.called = attribute_of(extension, "processId");
    element.passes_all_in = extension.attribute("propagateAllParentVariables").as_bool(true);
    element.passes_all_out = extension.attribute("propagateAllChildVariables").as_bool(true);
  });
}

void Parts::read_ad_hoc(pugi::xml_node node, DrawnElement& element) {
  element.completion = text_of(child_of(node, "completionCondition"));
  element.cancels_remaining = node.attribute("cancelRemainingInstances").as_bool(true);
  element.one_by_one = attribute_of(node, "ordering") == "Sequential";
  each_extension(node, [&](pugi::xml_node extension, std::string_view local) {
    if (local != "adHoc") return;
    element.active_elements = attribute_of(extension, "activeElementsCollection");
    element.output_collection = attribute_of(extension, "outputCollection");
    element.output_element = attribute_of(extension, "outputElement");
  });
}

/// The script of the standard itself, when it says that it is FEEL.
void Parts::read_own_script(pugi::xml_node node, DrawnElement& element) {
  if (attribute_of(node, "scriptFormat").find("feel") == std::string::npos) return;
  element.has_script = true;
  element.script = text_of(child_of(node, "script"));
}

void Parts::read_extension(pugi::xml_node extension, std::string_view local, DrawnElement& element) {
  const auto value = [&](const char* name) { return attribute_of(extension, name); };
  if (local == "taskDefinition") {
    element.job_type = value("type");
    element.retries = value("retries");
  } else if (local == "calledDecision") {
    element.decision = value("decisionId");
    element.result_variable = value("resultVariable");
  } else if (local == "script") {
    element.has_script = true;
    element.script = value("expression");
    element.result_variable = value("resultVariable");
  } else if (local == "assignmentDefinition") {
    element.assignee = value("assignee");
    element.candidate_groups = value("candidateGroups");
    element.candidate_users = value("candidateUsers");
  } else if (local == "taskSchedule") {
    element.due = value("dueDate");
    element.follow_up = value("followUpDate");
  } else if (local == "priorityDefinition") {
    element.priority = value("priority");
  } else if (local == "formDefinition") {
    for (const char* name : {"formId", "externalReference", "formKey"})
      if (element.face.form.empty()) element.face.form = value(name);
  }
}

/// Extensions that hold a list of their own.
void Parts::read_lists(pugi::xml_node extension, std::string_view local, DrawnElement& element) {
  for (const auto entry : extension.children()) {
    const std::string_view name = local_of(entry.name());
    if (local == "taskHeaders" && name == "header") {
      element.face.headers[attribute_of(entry, "key")] = attribute_of(entry, "value");
    } else if (local == "properties" && name == "property") {
      element.face.properties[attribute_of(entry, "name")] = attribute_of(entry, "value");
    } else if (local == "ioMapping" && name == "input") {
      element.inputs.push_back({attribute_of(entry, "source"), attribute_of(entry, "target")});
    } else if (local == "ioMapping" && name == "output") {
      element.outputs.push_back({attribute_of(entry, "source"), attribute_of(entry, "target")});
    } else if (name == "executionListener" || name == "taskListener") {
      element.listeners.push_back({.of_task = name == "taskListener",
                                   .event = attribute_of(entry, "eventType"),
                                   .type = attribute_of(entry, "type"),
                                   .retries = attribute_of(entry, "retries")});
    }
  }
}

}  // namespace bpmn
