#include <algorithm>
#include <array>
#include <set>

#include "check.h"
#include "definition.h"
#include "model.h"

namespace bpmn {
namespace {

std::string fingerprint_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  std::string digits(16, '0');
  for (int i = 15; i >= 0; --i, hash >>= 4) digits[static_cast<std::size_t>(i)] = "0123456789abcdef"[hash & 15];
  return digits;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// The variables an expression may mean, so that one called `date`, `number` or `count` is not taken for the function
/// of that name: every plain name that is nowhere called. In the Camunda flavour functions and variables do not meet.
feel::Names variables_in(std::string_view text) {
  static constexpr std::array<std::string_view, 19> words{
      "if", "then", "else", "for",   "in",      "return",   "some", "every", "satisfies", "and",
      "or", "not",  "true", "false", "between", "instance", "of",   "null",  "function"};
  feel::Names names;
  std::set<std::string_view> called;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"' || text[i] == '`') {
      const char quote = text[i++];
      while (i < text.size() && text[i] != quote) i += text[i] == '\\' ? 2 : 1;
      ++i;
      continue;
    }
    const std::size_t from = i;
    while (i < text.size() && (is_letter(text[i]) || (i > from && text[i] >= '0' && text[i] <= '9'))) ++i;
    if (i == from) {
      ++i;
      continue;
    }
    const std::string_view word = text.substr(from, i - from);
    const std::size_t next = text.find_first_not_of(" \t\r\n", i);
    if (next != std::string_view::npos && text[next] == '(') called.insert(word);
    if (std::find(words.begin(), words.end(), word) == words.end()) seen.insert(word);
  }
  for (const std::string_view word : seen)
    if (!called.contains(word)) names.push_back({.name = std::string(word)});
  return names;
}

class Compiler {
 public:
  Compiler(const Drawing& drawing, feel::Dialect dialect, Faults& faults)
      : drawing_(drawing), dialect_(dialect), faults_(faults), definition_(std::make_shared<Definition>()) {}

  std::shared_ptr<Definition> run() {
    Definition& out = *definition_;
    out.process_id = drawing_.process_id;
    out.process_name = drawing_.process_name;
    out.root.type = ElementType::sub_process;
    out.root.behaviour = Behaviour::scope;
    for (const DrawnElement& element : drawing_.elements) {
      out.by_id.emplace(element.face.id, static_cast<ElementIndex>(out.nodes.size()));
      out.nodes.push_back(compile_node(element));
    }
    for (const DrawnFlow& flow : drawing_.flows) link(flow);
    for (std::size_t i = 0; i < out.nodes.size(); ++i) relate(static_cast<ElementIndex>(i));
    for (std::size_t i = 0; i < out.nodes.size(); ++i)
      if (out.nodes[i].type == ElementType::inclusive_gateway && out.nodes[i].joins())
        reach(static_cast<ElementIndex>(i));
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
  std::optional<feel::Expression> expression(std::string_view id, std::string_view text) {
    if (text.starts_with('=')) text.remove_prefix(1);
    auto compiled =
        feel::compile(text, dialect_ == feel::Dialect::camunda ? variables_in(text) : feel::Names{}, dialect_);
    if (compiled) return std::move(compiled).value();
    faults_.add(id, "bpmn.expression_invalid", "表达式“" + std::string(text) + "”有误：" + compiled.error().message.zh,
                "the expression '" + std::string(text) + "' is wrong: " + compiled.error().message.en);
    return std::nullopt;
  }

  std::optional<feel::Expression> optional_expression(std::string_view id, std::string_view text) {
    if (text.empty()) return std::nullopt;
    return expression(id, text);
  }

  Attribute attribute(std::string_view id, const std::string& text) {
    if (!text.starts_with('=')) return {.text = text};
    return {.text = {}, .expression = expression(id, text)};
  }

  std::vector<Mapping> mappings(const DrawnElement& element, const std::vector<DrawnMapping>& drawn) {
    std::vector<Mapping> out;
    for (const DrawnMapping& mapping : drawn) {
      Mapping compiled{.source = attribute(element.face.id, mapping.source), .target = {}};
      std::string_view rest = mapping.target;
      while (true) {
        const auto dot = rest.find('.');
        compiled.target.emplace_back(rest.substr(0, dot));
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
      }
      for (const std::string& name : compiled.target)
        if (name.empty())
          faults_.add(element.face.id, "bpmn.target_invalid", "变量映射的目标“" + mapping.target + "”不是变量名",
                      "the mapping target '" + mapping.target + "' is no variable name");
      if (compiled.source.empty())
        faults_.add(element.face.id, "bpmn.source_missing", "变量映射没有来源表达式",
                    "a variable mapping has no source");
      out.push_back(std::move(compiled));
    }
    return out;
  }

  static Behaviour behaviour_of(const DrawnElement& element) {
    const Trigger trigger = element.face.trigger;
    switch (element.face.type) {
      case ElementType::end_event:
        if (trigger == Trigger::error) return Behaviour::end_error;
        if (trigger == Trigger::terminate) return Behaviour::end_terminate;
        if (trigger == Trigger::escalation) return Behaviour::escalation;
        return trigger == Trigger::message ? Behaviour::job : Behaviour::pass;
      case ElementType::intermediate_throw:
        if (trigger == Trigger::escalation) return Behaviour::escalation;
        return trigger == Trigger::message ? Behaviour::job : Behaviour::pass;
      case ElementType::intermediate_catch:
        if (trigger == Trigger::link) return Behaviour::pass;
        return trigger == Trigger::timer ? Behaviour::await_timer : Behaviour::await_message;
      case ElementType::user_task:
        return Behaviour::user_task;
      case ElementType::service_task:
      case ElementType::send_task:
        return Behaviour::job;
      case ElementType::business_rule_task:
        return element.decision.empty() ? Behaviour::job : Behaviour::decision;
      case ElementType::script_task:
        return element.has_script ? Behaviour::script : Behaviour::job;
      case ElementType::receive_task:
        return Behaviour::await_message;
      case ElementType::sub_process:
      case ElementType::event_sub_process:
      case ElementType::call_activity:
        return Behaviour::scope;
      case ElementType::event_gateway:
        return Behaviour::event_gateway;
      case ElementType::start_event:
      case ElementType::boundary_event:
      case ElementType::task:
      case ElementType::manual_task:
      case ElementType::exclusive_gateway:
      case ElementType::parallel_gateway:
      case ElementType::inclusive_gateway:
        return Behaviour::pass;
    }
    return Behaviour::pass;
  }

  Node compile_node(const DrawnElement& element) {
    const std::string& id = element.face.id;
    Node node{.type = element.face.type, .trigger = element.face.trigger, .behaviour = behaviour_of(element)};
    node.scope = element.face.scope;
    node.interrupting = element.interrupting;
    node.inputs = mappings(element, element.inputs);
    node.outputs = mappings(element, element.outputs);
    node.timer = timer(element);
    node.message = attribute(id, element.message);
    node.correlation = optional_expression(id, element.correlation);
    node.error_code = element.error_code;
    node.link = element.link;
    node.job_type = attribute(id, element.job_type);
    node.retries = attribute(id, element.retries);
    node.decision = attribute(id, element.decision);
    node.script = optional_expression(id, element.script);
    node.result_variable = element.result_variable;
    node.assignee = attribute(id, element.assignee);
    node.candidate_groups = attribute(id, element.candidate_groups);
    node.candidate_users = attribute(id, element.candidate_users);
    node.due = schedule(id, element.due);
    node.follow_up = schedule(id, element.follow_up);
    node.priority = attribute(id, element.priority);
    node.loop.present = element.loop.present;
    node.loop.sequential = element.loop.sequential;
    node.loop.input_collection = optional_expression(id, element.loop.input_collection);
    node.loop.input_element = element.loop.input_element;
    node.loop.output_collection = element.loop.output_collection;
    node.loop.output_element = optional_expression(id, element.loop.output_element);
    node.loop.completion = optional_expression(id, element.loop.completion);
    return node;
  }

  /// A task's due or follow-up moment; a plain text must be one, or a duration.
  Attribute schedule(const std::string& id, const std::string& text) {
    if (!text.empty() && !text.starts_with('=') && !parse_moment(text, DayEnd::ends) && !parse_period(text))
      faults_.add(id, "bpmn.timer_invalid", "“" + text + "”不是ISO 8601日期、时间或时长",
                  "'" + text + "' is no ISO 8601 date, time or duration");
    return attribute(id, text);
  }

  Timer timer(const DrawnElement& element) {
    if (element.face.trigger != Trigger::timer) return {};
    Timer out;
    const std::string& text = element.timer;
    const bool plain = !text.empty() && !text.starts_with('=');
    bool right = true;
    if (element.timer_kind == "timeDate") {
      out.kind = TimerKind::date;
      right = !plain || parse_moment(text, DayEnd::ends).has_value();
    } else if (element.timer_kind == "timeDuration") {
      out.kind = TimerKind::duration;
      right = !plain || parse_period(text).has_value();
    } else {
      out.kind = TimerKind::cycle;
      right = !plain || parse_cycle(text).has_value();
    }
    if (!right)
      faults_.add(element.face.id, "bpmn.timer_invalid", "“" + text + "”不是ISO 8601日期、时长或周期",
                  "'" + text + "' is no ISO 8601 date, duration or cycle of the kind chosen");
    out.value = attribute(element.face.id, text);
    return out;
  }

  ElementIndex index_of(const std::string& id) const {
    const auto found = definition_->by_id.find(id);
    return found == definition_->by_id.end() ? no_element : found->second;
  }

  /// Flows keep their place in the drawing even when at fault, so that indexes agree.
  void link(const DrawnFlow& flow) {
    Definition& out = *definition_;
    const auto index = static_cast<FlowIndex>(out.flows.size());
    CompiledFlow compiled{.source = index_of(flow.source), .target = index_of(flow.target)};
    compiled.condition = optional_expression(flow.face.id, flow.condition);
    for (const std::string& end : {flow.source, flow.target}) {
      if (index_of(end) != no_element) continue;
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
    if (node.type == ElementType::boundary_event) {
      node.attached_to = index_of(element.attached_to);
      if (node.attached_to != no_element) out.nodes[node.attached_to].boundaries.push_back(index);
    }
    if (node.type == ElementType::intermediate_throw && node.trigger == Trigger::link) link_to_catch(index);
    if (node.type != ElementType::start_event) return;
    Node& scope = node.scope == no_element ? out.root : out.nodes[node.scope];
    if (node.scope == no_element) out.starts.push_back(index);
    if (scope.type == ElementType::event_sub_process) {
      scope.start = index;
      Node& around = scope.scope == no_element ? out.root : out.nodes[scope.scope];
      around.event_starts.push_back(index);
    } else if (node.trigger == Trigger::none && scope.start == no_element) {
      scope.start = index;
    }
  }

  /// A link is a flow that is not drawn: from the throwing event to the catching one of its name and scope.
  void link_to_catch(ElementIndex index) {
    Definition& out = *definition_;
    Node& source = out.nodes[index];
    for (std::size_t i = 0; i < out.nodes.size(); ++i) {
      Node& target = out.nodes[i];
      if (target.type != ElementType::intermediate_catch || target.trigger != Trigger::link ||
          target.scope != source.scope || target.link != source.link || source.link_target != no_element) {
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
  Faults faults;
  const Drawing drawing = parse(xml, options.process, faults);
  if (drawing.flows.size() >= no_flow)
    faults.add(drawing.process_id, "bpmn.too_many", "顺序流过多", "the process has too many sequence flows");
  if (drawing.process_id.empty() || drawing.flows.size() >= no_flow) {
    if (faults.empty()) faults.add("", "bpmn.id_missing", "流程没有id", "the process has no id");
    return faults.error(options.source);
  }
  const std::shared_ptr<Definition> definition = Compiler(drawing, options.dialect, faults).run();
  check(drawing, *definition, faults);
  if (!faults.empty()) return faults.error(options.source);
  definition->xml = std::string(xml);
  definition->fingerprint = fingerprint_of(xml);
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
