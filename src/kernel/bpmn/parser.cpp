#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include <pugixml.hpp>

#include "model.h"

namespace bpmn {

void Faults::add(std::string_view element, std::string_view code, std::string zh, std::string en) {
  if (places_.size() >= faults_max) return;
  places_.push_back(
      {.path = std::string(element), .code = std::string(code), .message = {std::move(zh), std::move(en)}});
}

base::Error Faults::error(const std::string& source) const {
  const std::string name = source.empty() ? "" : " " + source;
  const std::string count = std::to_string(places_.size());
  return {.kind = base::Refusal::invalid,
          .code = "bpmn.invalid",
          .message = {"流程模型" + name + "有" + count + "处错误，请逐一改正后重新发布",
                      "the process model" + name + " has " + count + " fault(s); correct each and deploy again"},
          .places = places_};
}

namespace {

constexpr std::string_view bpmn_uri = "http://www.omg.org/spec/BPMN/20100524/MODEL";
constexpr std::string_view zeebe_uri = "http://camunda.org/schema/zeebe/1.0";

std::string_view prefix_of(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
}

std::string_view local_of(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// The namespace a node's own prefix stands for, as declared on it or around it.
std::string_view uri_of(pugi::xml_node node) {
  const std::string_view prefix = prefix_of(node.name());
  const std::string declaration = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (pugi::xml_node at = node; at; at = at.parent())
    if (const auto attribute = at.attribute(declaration.c_str())) return attribute.value();
  return {};
}

bool is_bpmn(pugi::xml_node node) {
  return node.type() == pugi::node_element && uri_of(node) == bpmn_uri;
}

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
}

std::string text_of(pugi::xml_node node) {
  return trimmed(node.text().get());
}

std::string attribute_of(pugi::xml_node node, const char* name) {
  return node.attribute(name).value();
}

/// The first child of that BPMN name; an empty node when there is none.
pugi::xml_node child_of(pugi::xml_node node, std::string_view local) {
  for (const auto child : node.children())
    if (local_of(child.name()) == local && is_bpmn(child)) return child;
  return {};
}

template <class F>
void each_extension(pugi::xml_node node, F&& visit) {
  for (const auto child : child_of(node, "extensionElements").children())
    if (child.type() == pugi::node_element && uri_of(child) == zeebe_uri) visit(child, local_of(child.name()));
}

struct Kind {
  std::string_view name;
  ElementType type;
};
constexpr std::array kinds{
    Kind{"startEvent", ElementType::start_event},
    Kind{"endEvent", ElementType::end_event},
    Kind{"intermediateThrowEvent", ElementType::intermediate_throw},
    Kind{"intermediateCatchEvent", ElementType::intermediate_catch},
    Kind{"boundaryEvent", ElementType::boundary_event},
    Kind{"task", ElementType::task},
    Kind{"userTask", ElementType::user_task},
    Kind{"serviceTask", ElementType::service_task},
    Kind{"businessRuleTask", ElementType::business_rule_task},
    Kind{"scriptTask", ElementType::script_task},
    Kind{"sendTask", ElementType::send_task},
    Kind{"receiveTask", ElementType::receive_task},
    Kind{"manualTask", ElementType::manual_task},
    Kind{"subProcess", ElementType::sub_process},
    Kind{"exclusiveGateway", ElementType::exclusive_gateway},
    Kind{"parallelGateway", ElementType::parallel_gateway},
    Kind{"inclusiveGateway", ElementType::inclusive_gateway},
    Kind{"eventBasedGateway", ElementType::event_gateway},
};
/// Flow nodes of the standard that are not executed: refused, never silently passed over.
constexpr std::array<std::string_view, 7> not_executed{"callActivity",   "transaction",      "adHocSubProcess",
                                                       "complexGateway", "callChoreography", "choreographyTask",
                                                       "subChoreography"};

std::optional<ElementType> type_of(std::string_view local) {
  for (const Kind& kind : kinds)
    if (kind.name == local) return kind.type;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(Faults& faults) : faults_(faults) {}

  Drawing run(std::string_view xml, const std::string& wanted) {
    if (xml.size() > xml_bytes_max) {
      faults_.add("", "bpmn.too_large", "模型文件超过8 MB", "the model file is larger than 8 MB");
      return {};
    }
    const auto read = document_.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
    if (!read) {
      const std::string offset = std::to_string(read.offset);
      faults_.add("", "bpmn.not_xml", "不是完整的XML文件（第" + offset + "字节处）",
                  "not a well-formed XML file (at byte " + offset + ")");
      return {};
    }
    definitions_ = document_.document_element();
    if (local_of(definitions_.name()) != "definitions" || !is_bpmn(definitions_)) {
      faults_.add("", "bpmn.not_bpmn", "不是BPMN 2.0模型：根元素应为definitions",
                  "not a BPMN 2.0 model: the root element must be definitions");
      return {};
    }
    const pugi::xml_node process = choose_process(wanted);
    if (!process) return {};
    drawing_.process_id = attribute_of(process, "id");
    drawing_.process_name = attribute_of(process, "name");
    read_scope(process, no_element, 0);
    return std::move(drawing_);
  }

 private:
  pugi::xml_node choose_process(const std::string& wanted) {
    std::vector<pugi::xml_node> all;
    std::vector<pugi::xml_node> executable;
    for (const auto child : definitions_.children()) {
      if (local_of(child.name()) != "process" || !is_bpmn(child)) continue;
      if (!wanted.empty() && attribute_of(child, "id") == wanted) return child;
      all.push_back(child);
      if (child.attribute("isExecutable").as_bool()) executable.push_back(child);
    }
    if (!wanted.empty()) {
      faults_.add(wanted, "bpmn.process_unknown", "文件中没有流程“" + wanted + "”",
                  "the file holds no process '" + wanted + "'");
      return {};
    }
    if (executable.size() == 1) return executable.front();
    if (all.size() == 1) return all.front();
    faults_.add("", "bpmn.process_unclear", "文件中应恰有一个可执行流程（isExecutable）",
                "the file must hold exactly one executable process (isExecutable)");
    return {};
  }

  void read_scope(pugi::xml_node scope, ElementIndex index, int depth) {
    if (depth > nesting_max) {
      faults_.add(attribute_of(scope, "id"), "bpmn.too_deep", "子流程嵌套超过32层",
                  "sub-processes are nested more than 32 deep");
      return;
    }
    for (const auto child : scope.children()) {
      if (!is_bpmn(child)) continue;
      const std::string_view local = local_of(child.name());
      if (local == "sequenceFlow") {
        read_flow(child);
      } else if (const auto type = type_of(local)) {
        read_element(child, *type, index, depth);
      } else if (std::find(not_executed.begin(), not_executed.end(), local) != not_executed.end()) {
        unsupported(child, std::string(local));
      }
    }
  }

  void unsupported(pugi::xml_node node, const std::string& what) {
    faults_.add(attribute_of(node, "id"), "bpmn.unsupported", "暂不支持的元素：" + what,
                "this element is not supported: " + what);
  }

  bool take_id(const std::string& id, std::string_view what) {
    if (id.empty()) {
      faults_.add("", "bpmn.id_missing", "有一个" + std::string(what) + "没有id",
                  "a " + std::string(what) + " has no id");
      return false;
    }
    if (!ids_.insert(id).second) {
      faults_.add(id, "bpmn.id_twice", "id“" + id + "”重复", "the id '" + id + "' is used twice");
      return false;
    }
    return true;
  }

  void read_flow(pugi::xml_node node) {
    DrawnFlow flow;
    flow.face.id = attribute_of(node, "id");
    flow.face.name = attribute_of(node, "name");
    flow.source = attribute_of(node, "sourceRef");
    flow.target = attribute_of(node, "targetRef");
    flow.condition = text_of(child_of(node, "conditionExpression"));
    if (take_id(flow.face.id, "sequenceFlow")) drawing_.flows.push_back(std::move(flow));
  }

  void read_element(pugi::xml_node node, ElementType type, ElementIndex scope, int depth) {
    DrawnElement element;
    element.face.id = attribute_of(node, "id");
    element.face.name = attribute_of(node, "name");
    element.face.scope = scope;
    element.face.type = type;
    element.face.documentation = text_of(child_of(node, "documentation"));
    if (!take_id(element.face.id, local_of(node.name()))) return;
    if (drawing_.elements.size() >= elements_max) {
      faults_.add(element.face.id, "bpmn.too_many", "流程元素超过10000个", "the process has more than 10,000 elements");
      return;
    }
    if (type == ElementType::sub_process && node.attribute("triggeredByEvent").as_bool())
      element.face.type = ElementType::event_sub_process;
    element.attached_to = attribute_of(node, "attachedToRef");
    element.default_flow = attribute_of(node, "default");
    const bool start = type == ElementType::start_event;
    element.interrupting = node.attribute(start ? "isInterrupting" : "cancelActivity").as_bool(true);
    read_event(node, element);
    if (type == ElementType::receive_task) read_message(node, element);
    read_loop(node, element);
    each_extension(
        node, [&](pugi::xml_node extension, std::string_view local) { read_extension(extension, local, element); });
    const auto index = static_cast<ElementIndex>(drawing_.elements.size());
    drawing_.elements.push_back(std::move(element));
    if (type == ElementType::sub_process) read_scope(node, index, depth + 1);
  }

  void read_event(pugi::xml_node node, DrawnElement& element) {
    int definitions = 0;
    for (const auto child : node.children()) {
      const std::string_view local = local_of(child.name());
      if (!is_bpmn(child) || !(local.ends_with("EventDefinition") || local == "eventDefinitionRef")) continue;
      if (++definitions > 1) {
        faults_.add(element.face.id, "bpmn.unsupported", "一个事件只能有一个触发定义",
                    "an event may have one event definition only");
        return;
      }
      if (local == "messageEventDefinition") {
        element.face.trigger = Trigger::message;
        read_message(child, element);
        each_extension(
            child, [&](pugi::xml_node extension, std::string_view name) { read_extension(extension, name, element); });
      } else if (local == "timerEventDefinition") {
        element.face.trigger = Trigger::timer;
        read_timer(child, element);
      } else if (local == "errorEventDefinition") {
        element.face.trigger = Trigger::error;
        read_code(child, element, {.reference = "errorRef", .root = "error", .code = "errorCode"});
      } else if (local == "escalationEventDefinition") {
        element.face.trigger = Trigger::escalation;
        read_code(child, element, {.reference = "escalationRef", .root = "escalation", .code = "escalationCode"});
      } else if (local == "linkEventDefinition") {
        element.face.trigger = Trigger::link;
        element.link = attribute_of(child, "name");
      } else if (local == "terminateEventDefinition") {
        element.face.trigger = Trigger::terminate;
      } else {
        unsupported(node, std::string(local));
      }
    }
  }

  /// A referenced root element: by its id, with or without a namespace prefix.
  pugi::xml_node referenced(const std::string& reference, std::string_view local) {
    for (const auto child : definitions_.children()) {
      if (local_of(child.name()) != local) continue;
      const std::string_view id = child.attribute("id").value();
      if (id == reference || id == local_of(reference)) return child;
    }
    return {};
  }

  void unknown_reference(const DrawnElement& element, const std::string& reference) {
    faults_.add(element.face.id, "bpmn.unknown_reference", "引用了不存在的“" + reference + "”",
                "refers to '" + reference + "', which the file does not hold");
  }

  void read_message(pugi::xml_node node, DrawnElement& element) {
    const std::string reference = attribute_of(node, "messageRef");
    element.message_missing = reference.empty();
    if (reference.empty()) return;
    const pugi::xml_node message = referenced(reference, "message");
    if (!message) return unknown_reference(element, reference);
    element.message = attribute_of(message, "name");
    each_extension(message, [&](pugi::xml_node extension, std::string_view local) {
      if (local == "subscription") element.correlation = attribute_of(extension, "correlationKey");
    });
  }

  /// How errors and escalations name their code.
  struct CodeNames {
    const char* reference;
    const char* root;
    const char* code;
  };
  void read_code(pugi::xml_node node, DrawnElement& element, const CodeNames& names) {
    const std::string reference = attribute_of(node, names.reference);
    if (reference.empty()) return;
    const pugi::xml_node root = referenced(reference, names.root);
    if (!root) return unknown_reference(element, reference);
    element.error_code = attribute_of(root, names.code);
    if (element.error_code.empty()) element.error_code = attribute_of(root, "name");
  }

  void read_timer(pugi::xml_node node, DrawnElement& element) {
    for (const char* kind : {"timeDate", "timeDuration", "timeCycle"}) {
      const pugi::xml_node child = child_of(node, kind);
      if (!child) continue;
      element.timer_kind = kind;
      element.timer = text_of(child);
    }
  }

  void read_loop(pugi::xml_node node, DrawnElement& element) {
    if (child_of(node, "standardLoopCharacteristics")) unsupported(node, "standardLoopCharacteristics");
    const pugi::xml_node loop = child_of(node, "multiInstanceLoopCharacteristics");
    if (!loop) return;
    element.loop.present = true;
    element.loop.sequential = loop.attribute("isSequential").as_bool();
    element.loop.completion = text_of(child_of(loop, "completionCondition"));
    each_extension(loop, [&](pugi::xml_node extension, std::string_view local) {
      if (local != "loopCharacteristics") return;
      element.loop.input_collection = attribute_of(extension, "inputCollection");
      element.loop.input_element = attribute_of(extension, "inputElement");
      element.loop.output_collection = attribute_of(extension, "outputCollection");
      element.loop.output_element = attribute_of(extension, "outputElement");
    });
  }

  void read_extension(pugi::xml_node extension, std::string_view local, DrawnElement& element) {
    const auto value = [&](const char* name) { return attribute_of(extension, name); };
    if (local == "taskDefinition") {
      element.job_type = value("type");
      element.retries = value("retries");
    } else if (local == "taskHeaders") {
      for (const auto header : extension.children())
        if (local_of(header.name()) == "header")
          element.face.headers[attribute_of(header, "key")] = attribute_of(header, "value");
    } else if (local == "properties") {
      for (const auto property : extension.children())
        if (local_of(property.name()) == "property")
          element.face.properties[attribute_of(property, "name")] = attribute_of(property, "value");
    } else if (local == "ioMapping") {
      for (const auto mapping : extension.children()) {
        const DrawnMapping drawn{attribute_of(mapping, "source"), attribute_of(mapping, "target")};
        if (local_of(mapping.name()) == "input") element.inputs.push_back(drawn);
        if (local_of(mapping.name()) == "output") element.outputs.push_back(drawn);
      }
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
    } else if (local == "executionListeners" || local == "taskListeners") {
      if (extension.first_child()) {
        faults_.add(element.face.id, "bpmn.unsupported", "暂不支持监听器：" + std::string(local),
                    "listeners are not supported: " + std::string(local));
      }
    }
  }

  Faults& faults_;
  pugi::xml_document document_;
  pugi::xml_node definitions_;
  std::set<std::string> ids_;
  Drawing drawing_;
};

}  // namespace

Drawing parse(std::string_view xml, const std::string& process, Faults& faults) {
  return Parser(faults).run(xml, process);
}

}  // namespace bpmn
