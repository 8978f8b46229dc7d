#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "parts.h"
#include "xml.h"

namespace bpmn {

using namespace xml;  // NOLINT: the words of this file

void Faults::add(std::string_view element, std::string_view code, std::string zh, std::string en) {
  if (!tolerant_) add_fatal(element, code, std::move(zh), std::move(en));
}

void Faults::add_fatal(std::string_view element, std::string_view code, std::string zh, std::string en) {
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
    Kind{"transaction", ElementType::transaction},
    Kind{"adHocSubProcess", ElementType::ad_hoc_sub_process},
    Kind{"callActivity", ElementType::call_activity},
    Kind{"exclusiveGateway", ElementType::exclusive_gateway},
    Kind{"parallelGateway", ElementType::parallel_gateway},
    Kind{"inclusiveGateway", ElementType::inclusive_gateway},
    Kind{"complexGateway", ElementType::complex_gateway},
    Kind{"eventBasedGateway", ElementType::event_gateway},
};
/// Nodes of the standard's choreographies: refused, never silently passed over.
constexpr std::array<std::string_view, 3> not_executed{"callChoreography", "choreographyTask", "subChoreography"};

std::optional<ElementType> type_of(std::string_view local) {
  for (const Kind& kind : kinds)
    if (kind.name == local) return kind.type;
  return std::nullopt;
}

bool holds_elements(ElementType type) {
  return type == ElementType::sub_process || type == ElementType::transaction ||
         type == ElementType::ad_hoc_sub_process;
}

class Parser {
 public:
  explicit Parser(Faults& faults) : faults_(faults) {}

  Drawing run(std::string_view xml, const std::string& wanted) {
    if (!load(xml)) return {};
    const pugi::xml_node process = choose_process(wanted);
    if (!process) return {};
    drawing_.process_id = attribute_of(process, "id");
    drawing_.process_name = attribute_of(process, "name");
    if (drawing_.process_id.empty() && faults_.tolerant()) drawing_.process_id = "process";
    read_process(process, no_element);
    read_called();
    return std::move(drawing_);
  }

  std::optional<Outline> outline(std::string_view xml) {
    if (!load(xml)) return std::nullopt;
    Outline out;
    std::set<std::string> called;
    for (const auto child : definitions_.children()) {
      if (!is_bpmn(child)) continue;
      if (local_of(child.name()) == "process") {
        std::size_t elements = 0;
        look_into(child, elements, called);
        if (elements != 0)
          out.processes.push_back({.id = attribute_of(child, "id"),
                                   .name = attribute_of(child, "name"),
                                   .executable = child.attribute("isExecutable").as_bool()});
      } else {
        for (const auto flow : child.children())
          if (is_bpmn(flow) && local_of(flow.name()) == "messageFlow")
            out.message_flows.push_back({.id = attribute_of(flow, "id"),
                                         .source = std::string(local_of(attribute_of(flow, "sourceRef"))),
                                         .target = std::string(local_of(attribute_of(flow, "targetRef")))});
      }
    }
    for (Outline::Process& process : out.processes) process.called = called.contains(process.id);
    return out;
  }

 private:
  /// Counts elements, and notes which processes they call.
  void look_into(pugi::xml_node scope, std::size_t& elements, std::set<std::string>& called) {
    for (const auto child : scope.children()) {
      const auto type = type_of(local_of(child.name()));
      if (!type || !is_bpmn(child)) continue;
      ++elements;
      if (*type == ElementType::call_activity) {
        called.insert(std::string(local_of(attribute_of(child, "calledElement"))));
        each_extension(child, [&](pugi::xml_node extension, std::string_view) {
          called.insert(attribute_of(extension, "processId"));
        });
      }
      if (holds_elements(*type)) look_into(child, elements, called);
    }
  }

  bool load(std::string_view xml) {
    if (xml.size() > xml_bytes_max) {
      faults_.add_fatal("", "bpmn.too_large", "模型文件超过8 MB", "the model file is larger than 8 MB");
      return false;
    }
    const auto read = document_.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
    if (!read) {
      const std::string offset = std::to_string(read.offset);
      faults_.add_fatal("", "bpmn.not_xml", "不是完整的XML文件（第" + offset + "字节处）",
                        "not a well-formed XML file (at byte " + offset + ")");
      return false;
    }
    definitions_ = document_.document_element();
    if (local_of(definitions_.name()) != "definitions" || !is_bpmn(definitions_)) {
      faults_.add_fatal("", "bpmn.not_bpmn", "不是BPMN 2.0模型：根元素应为definitions",
                        "not a BPMN 2.0 model: the root element must be definitions");
      return false;
    }
    return true;
  }

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
      faults_.add_fatal(wanted, "bpmn.process_unknown", "文件中没有流程“" + wanted + "”",
                        "the file holds no process '" + wanted + "'");
      return {};
    }
    if (executable.size() == 1) return executable.front();
    if (all.size() == 1) return all.front();
    faults_.add_fatal("", "bpmn.process_unclear", "文件中应恰有一个可执行流程（isExecutable）",
                      "the file must hold exactly one executable process (isExecutable)");
    return {};
  }

  void read_process(pugi::xml_node process, ElementIndex index) {
    process_ = index;
    ids_.clear();
    const std::size_t first = drawing_.elements.size();
    read_scope(process, index, 0);
    read_lanes(process, first);
    read_associations(process, first);
  }

  /// The processes that call activities name, and those called in turn, each once; all of the file when an expression
  /// decides which.
  void read_called() {
    for (std::size_t at = 0; at < drawing_.elements.size(); ++at) {
      const std::string called = drawing_.elements[at].called;
      if (called.empty()) continue;
      for (const auto child : definitions_.children()) {
        if (local_of(child.name()) != "process" || !is_bpmn(child)) continue;
        const std::string id = attribute_of(child, "id");
        if ((called != id && !called.starts_with('=')) || id.empty() || drawing_.called.contains(id)) continue;
        add_called(child, id);
      }
    }
  }

  void add_called(pugi::xml_node process, const std::string& id) {
    if (drawing_.elements.size() >= elements_max) return;
    DrawnElement element;
    element.face.id = id;
    element.face.name = attribute_of(process, "name");
    element.face.type = ElementType::process;
    const auto index = static_cast<ElementIndex>(drawing_.elements.size());
    element.process = index;
    drawing_.elements.push_back(std::move(element));
    drawing_.called.emplace(id, index);
    read_process(process, index);
  }

  void read_scope(pugi::xml_node scope, ElementIndex index, int depth) {
    if (depth > nesting_max) {
      faults_.add_fatal(attribute_of(scope, "id"), "bpmn.too_deep", "子流程嵌套超过32层",
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
        faults_.add(attribute_of(child, "id"), "bpmn.unsupported", "不支持的元素：" + std::string(local),
                    "this element is not supported: " + std::string(local));
      }
    }
  }

  bool take_id(std::string& id, std::string_view what) {
    if (id.empty() && faults_.tolerant()) id = std::string(what) + "#" + std::to_string(ids_.size());
    if (id.empty()) {
      faults_.add(id, "bpmn.id_missing", "有一个" + std::string(what) + "没有id",
                  "a " + std::string(what) + " has no id");
      return false;
    }
    if (ids_.insert(id).second) return true;
    faults_.add(id, "bpmn.id_twice", "id“" + id + "”重复", "the id '" + id + "' is used twice");
    return false;
  }

  void read_flow(pugi::xml_node node) {
    DrawnFlow flow;
    flow.face.id = attribute_of(node, "id");
    flow.face.name = attribute_of(node, "name");
    flow.source = local_of(attribute_of(node, "sourceRef"));
    flow.target = local_of(attribute_of(node, "targetRef"));
    flow.condition = text_of(child_of(node, "conditionExpression"));
    flow.process = process_;
    if (take_id(flow.face.id, "sequenceFlow")) drawing_.flows.push_back(std::move(flow));
  }

  void read_element(pugi::xml_node node, ElementType type, ElementIndex scope, int depth) {
    DrawnElement element;
    element.face.id = attribute_of(node, "id");
    element.face.name = attribute_of(node, "name");
    element.face.scope = scope;
    element.face.type = type;
    element.face.documentation = text_of(child_of(node, "documentation"));
    element.process = process_;
    if (!take_id(element.face.id, local_of(node.name()))) return;
    if (drawing_.elements.size() >= elements_max) {
      faults_.add_fatal(element.face.id, "bpmn.too_many", "流程元素超过10000个",
                        "the process has more than 10,000 elements");
      return;
    }
    if (holds_elements(type) && node.attribute("triggeredByEvent").as_bool())
      element.face.type = ElementType::event_sub_process;
    Parts(definitions_, faults_).read(node, element);
    element.attached_to = local_of(element.attached_to);
    element.default_flow = local_of(element.default_flow);
    const auto index = static_cast<ElementIndex>(drawing_.elements.size());
    drawing_.elements.push_back(std::move(element));
    if (holds_elements(type)) read_scope(node, index, depth + 1);
  }

  DrawnElement* find(const std::string& id, std::size_t first) {
    for (std::size_t at = first; at < drawing_.elements.size(); ++at)
      if (drawing_.elements[at].face.id == id) return &drawing_.elements[at];
    return nullptr;
  }

  /// The innermost lane comes last and stays.
  void read_lanes(pugi::xml_node node, std::size_t first) {
    for (const auto child : node.children()) {
      if (!is_bpmn(child)) continue;
      const std::string_view local = local_of(child.name());
      if (local == "flowNodeRef") {
        if (DrawnElement* element = find(std::string(local_of(text_of(child))), first)) {
          element->face.lane = attribute_of(node, "name");
          if (element->face.lane.empty()) element->face.lane = attribute_of(node, "id");
        }
      } else if (local == "laneSet" || local == "childLaneSet" || local == "lane" || holds(local)) {
        read_lanes(child, first);
      }
    }
  }

  /// An association from a compensation boundary event leads to its handler.
  void read_associations(pugi::xml_node node, std::size_t first) {
    for (const auto child : node.children()) {
      if (!is_bpmn(child)) continue;
      const std::string_view local = local_of(child.name());
      if (local == "association") {
        std::string ends[] = {std::string(local_of(attribute_of(child, "sourceRef"))),
                              std::string(local_of(attribute_of(child, "targetRef")))};
        if (attribute_of(child, "associationDirection") == "None") associate(ends[1], ends[0], first);
        associate(ends[0], ends[1], first);
      } else if (holds(local)) {
        read_associations(child, first);
      }
    }
  }

  static bool holds(std::string_view local) {
    const auto type = type_of(local);
    return type && holds_elements(*type);
  }

  void associate(const std::string& from, const std::string& to, std::size_t first) {
    DrawnElement* event = find(from, first);
    if (event == nullptr || event->face.type != ElementType::boundary_event) return;
    if (find(to, first) != nullptr) event->handler = to;
  }

  Faults& faults_;
  pugi::xml_document document_;
  pugi::xml_node definitions_;
  std::set<std::string> ids_;
  ElementIndex process_ = no_element;
  Drawing drawing_;
};

}  // namespace

base::Result<Outline> outline_of(std::string_view xml) {
  Faults faults(true);
  auto outline = Parser(faults).outline(xml);
  if (!outline) return faults.error("");
  return std::move(*outline);
}

Drawing parse(std::string_view xml, const std::string& process, Faults& faults) {
  return Parser(faults).run(xml, process);
}

}  // namespace bpmn
