#include <algorithm>
#include <map>

#include "check.h"
#include "definition.h"
#include "model.h"
#include "node_compiler.h"

namespace bpmn {
namespace {

std::uint64_t hash_of(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325ull) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hash;
}

std::string fingerprint_of(std::string_view text) {
  std::uint64_t hash = hash_of(text);
  std::string digits(16, '0');
  for (int i = 15; i >= 0; --i, hash >>= 4) digits[static_cast<std::size_t>(i)] = "0123456789abcdef"[hash & 15];
  return digits;
}

bool is_inclusive(const Node& node) {
  return node.joins() && (node.type == ElementType::inclusive_gateway || node.type == ElementType::complex_gateway);
}

class Compiler {
 public:
  Compiler(const Drawing& drawing, feel::Dialect dialect, Faults& faults)
      : drawing_(drawing),
        dialect_(dialect),
        faults_(faults),
        nodes_(dialect, faults),
        definition_(std::make_shared<Definition>()) {}

  std::shared_ptr<Definition> run() {
    Definition& out = *definition_;
    out.process_id = drawing_.process_id;
    out.process_name = drawing_.process_name;
    out.tolerant = faults_.tolerant();
    out.root.type = ElementType::process;
    out.root.behaviour = Behaviour::scope;
    for (const auto& [id, index] : drawing_.called) out.called.emplace(id, index);
    for (const DrawnElement& element : drawing_.elements) {
      const auto index = static_cast<ElementIndex>(out.nodes.size());
      if (element.face.type != ElementType::process) by_id_.emplace(std::pair{element.process, element.face.id}, index);
      out.by_id.emplace(element.face.id, index);
      out.nodes.push_back(nodes_.node_of(element));
    }
    for (const DrawnFlow& flow : drawing_.flows) link(flow);
    for (std::size_t i = 0; i < out.nodes.size(); ++i) relate(static_cast<ElementIndex>(i));
    for (std::size_t i = 0; i < out.nodes.size(); ++i) enter_here(static_cast<ElementIndex>(i));
    for (std::size_t i = 0; i < out.nodes.size(); ++i)
      if (is_inclusive(out.nodes[i])) reach(static_cast<ElementIndex>(i));
    for (std::size_t i = 0; i < out.nodes.size(); ++i) out.elements.push_back(face_of(i));
    for (std::size_t i = 0; i < out.flows.size(); ++i) {
      SequenceFlow flow = drawing_.flows[i].face;
      flow.source = out.flows[i].source;
      flow.target = out.flows[i].target;
      out.sequence_flows.push_back(std::move(flow));
    }
    if (auto compiled =
            feel::compile("(x - date and time(\"1970-01-01T00:00:00Z\")) / duration(\"PT1S\")", {{"x", {}}}, dialect_))
      out.since_epoch = std::move(compiled).value();
    return definition_;
  }

 private:
  /// An element of the process, or of the called process, that `process` names.
  ElementIndex index_of(ElementIndex process, const std::string& id) const {
    const auto found = by_id_.find({process, id});
    return found == by_id_.end() ? no_element : found->second;
  }

  Node& scope_of(const Node& node) {
    return node.scope == no_element ? definition_->root : definition_->nodes[node.scope];
  }

  /// Flows keep their place in the drawing even when at fault, so that indexes agree.
  void link(const DrawnFlow& flow) {
    Definition& out = *definition_;
    const auto index = static_cast<FlowIndex>(out.flows.size());
    CompiledFlow compiled{.source = index_of(flow.process, flow.source), .target = index_of(flow.process, flow.target)};
    compiled.condition = nodes_.expression(flow.face.id, flow.condition);
    compiled.is_conditional = !flow.condition.empty();
    for (const std::string& end : {flow.source, flow.target}) {
      if (index_of(flow.process, end) != no_element) continue;
      faults_.add(flow.face.id, "bpmn.unknown_reference", "顺序流的一端“" + end + "”不是流程中的元素",
                  "one end of the flow, '" + end + "', is no element of the process");
    }
    if (compiled.source != no_element && compiled.target != no_element) {
      if (out.nodes[compiled.source].scope != out.nodes[compiled.target].scope) {
        faults_.add(flow.face.id, "bpmn.flow_crosses_scope", "顺序流不能穿过子流程的边界",
                    "a sequence flow may not cross the border of a sub-process");
      } else {
        out.nodes[compiled.source].outgoing.push_back(index);
        out.nodes[compiled.target].incoming.push_back(index);
      }
    }
    out.flows.push_back(std::move(compiled));
  }

  /// What a node needs to know of its neighbours.
  void relate(ElementIndex index) {
    Definition& out = *definition_;
    Node& node = out.nodes[index];
    const DrawnElement& element = drawing_.elements[index];
    for (const FlowIndex flow : node.outgoing)
      if (drawing_.flows[flow].face.id == element.default_flow) node.default_flow = flow;
    for (std::size_t i = 0; i < node.specs.size(); ++i) {
      if (element.events[i].activity.empty()) continue;
      node.specs[i].activity = index_of(element.process, element.events[i].activity);
      if (node.specs[i].activity == no_element)
        faults_.add(element.face.id, "bpmn.unknown_reference", "要补偿的活动“" + element.events[i].activity + "”不存在",
                    "the activity to compensate, '" + element.events[i].activity + "', does not exist");
    }
    if (node.type == ElementType::boundary_event) attach(index, element);
    if (node.type == ElementType::intermediate_throw && !node.link.empty()) link_to_catch(index);
    if (node.type == ElementType::start_event) relate_start(index);
  }

  /// An activity beside the one it undoes.
  static bool may_undo(const Node& handler, const Node& event) {
    return handler.scope == event.scope && handler.type != ElementType::event_sub_process &&
           handler.type != ElementType::boundary_event && handler.type != ElementType::start_event &&
           handler.type != ElementType::process;
  }

  void attach(ElementIndex index, const DrawnElement& element) {
    Definition& out = *definition_;
    Node& node = out.nodes[index];
    node.attached_to = index_of(element.process, element.attached_to);
    if (node.attached_to == no_element) return;
    Node& activity = out.nodes[node.attached_to];
    activity.boundaries.push_back(index);
    if (!node.has(Trigger::compensation)) return;
    node.handler = index_of(element.process, element.handler);
    if (node.handler != no_element && !may_undo(out.nodes[node.handler], node)) node.handler = no_element;
    activity.handler = node.handler;
    if (node.handler == no_element)
      faults_.add(element.face.id, "bpmn.handler_missing", "补偿边界事件没有用关联线连到补偿活动",
                  "no association leads from the compensation boundary event to the activity that undoes");
  }

  void relate_start(ElementIndex index) {
    Definition& out = *definition_;
    Node& node = out.nodes[index];
    Node& scope = scope_of(node);
    if (node.scope == no_element) out.starts.push_back(index);
    if (scope.type == ElementType::event_sub_process) {
      scope.start = index;
      Node& around = scope_of(scope);
      if (node.has(Trigger::compensation))
        around.undo = node.scope;
      else
        around.event_starts.push_back(index);
    } else if (node.trigger == Trigger::none && scope.start == no_element) {
      scope.start = index;
    }
  }

  /// Tokens begin at the none start events of a scope; where none is drawn, at whatever no flow leads to.
  void enter_here(ElementIndex index) {
    const Node& node = definition_->nodes[index];
    Node& scope = scope_of(node);
    if (scope.type == ElementType::event_sub_process) {
      if (scope.start == index) scope.entries.push_back(index);
      return;
    }
    if (scope.start != no_element) {
      if (node.type == ElementType::start_event && node.trigger == Trigger::none) scope.entries.push_back(index);
      return;
    }
    const bool apart = node.type == ElementType::start_event || node.type == ElementType::boundary_event ||
                       node.type == ElementType::event_sub_process || node.type == ElementType::process ||
                       (node.type == ElementType::intermediate_catch && !node.link.empty());
    if (apart || node.for_compensation || is_handler(index) || !node.incoming.empty()) return;
    if (node.type == ElementType::end_event && node.specs.empty()) return;
    scope.entries.push_back(index);
  }

  bool is_handler(ElementIndex index) const {
    const Node& node = definition_->nodes[index];
    return std::any_of(definition_->nodes.begin(), definition_->nodes.end(), [&](const Node& other) {
      return other.type == ElementType::boundary_event && other.handler == index && other.scope == node.scope;
    });
  }

  /// A link is a flow that is not drawn: from the throwing event to the catching one of its name and scope.
  void link_to_catch(ElementIndex index) {
    Definition& out = *definition_;
    Node& source = out.nodes[index];
    for (std::size_t i = 0; i < out.nodes.size(); ++i) {
      Node& target = out.nodes[i];
      if (target.type != ElementType::intermediate_catch || target.scope != source.scope ||
          target.link != source.link || source.link_target != no_element) {
        continue;
      }
      source.link_target = static_cast<ElementIndex>(i);
      target.link_sources.push_back(index);
    }
  }

  /// Walks backwards from each incoming flow of an inclusive join, never through the join itself.
  void reach(ElementIndex join) {
    Definition& out = *definition_;
    for (const FlowIndex incoming : out.nodes[join].incoming) {
      Bits seen(out.nodes.size(), false);
      std::vector<ElementIndex> open;
      const auto visit = [&](ElementIndex at) {
        if (at == no_element || at == join || seen[at]) return;
        seen[at] = true;
        open.push_back(at);
      };
      visit(out.flows[incoming].source);
      while (!open.empty()) {
        const Node& at = out.nodes[open.back()];
        open.pop_back();
        for (const FlowIndex flow : at.incoming) visit(out.flows[flow].source);
        visit(at.attached_to);
        for (const ElementIndex source : at.link_sources) visit(source);
      }
      out.nodes[join].reaches.push_back(std::move(seen));
    }
  }

  Element face_of(std::size_t index) const {
    Element element = drawing_.elements[index].face;
    element.attached_to = definition_->nodes[index].attached_to;
    element.job_type = definition_->nodes[index].job_type.text;
    element.decision = definition_->nodes[index].decision.text;
    element.candidate_groups = split_list(definition_->nodes[index].candidate_groups.text);
    return element;
  }

  const Drawing& drawing_;
  feel::Dialect dialect_;
  Faults& faults_;
  NodeCompiler nodes_;
  std::map<std::pair<ElementIndex, std::string>, ElementIndex> by_id_;
  std::shared_ptr<Definition> definition_;
};

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return parts;
}

base::Result<std::shared_ptr<const Definition>> compile(std::string_view xml, const CompileOptions& options) {
  Faults faults(options.tolerant);
  const Drawing drawing = parse(xml, options.process, faults);
  if (drawing.flows.size() >= no_flow)
    faults.add_fatal(drawing.process_id, "bpmn.too_many", "顺序流过多", "the process has too many sequence flows");
  if (drawing.process_id.empty() || drawing.flows.size() >= no_flow) {
    if (faults.empty()) faults.add_fatal("", "bpmn.id_missing", "流程没有id", "the process has no id");
    return faults.error(options.source);
  }
  const std::shared_ptr<Definition> definition = Compiler(drawing, options.dialect, faults).run();
  if (!options.tolerant) check(drawing, *definition, faults);
  if (!faults.empty()) return faults.error(options.source);
  definition->xml = std::string(xml);
  definition->fingerprint = fingerprint_of(xml);
  for (const Node& node : definition->nodes) definition->activates = definition->activates || node.activation;
  definition->number = hash_of(drawing.process_id, hash_of(xml));
  return std::shared_ptr<const Definition>(definition);
}

const std::string& process_id(const Definition& definition) {
  return definition.process_id;
}
const std::string& process_name(const Definition& definition) {
  return definition.process_name;
}
const std::vector<Element>& elements(const Definition& definition) {
  return definition.elements;
}
const std::vector<SequenceFlow>& flows(const Definition& definition) {
  return definition.sequence_flows;
}
const std::string& fingerprint(const Definition& definition) {
  return definition.fingerprint;
}
const std::string& xml_of(const Definition& definition) {
  return definition.xml;
}

ElementIndex find_element(const Definition& definition, std::string_view id) {
  const auto found = definition.by_id.find(std::string(id));
  return found == definition.by_id.end() ? no_element : found->second;
}

}  // namespace bpmn
