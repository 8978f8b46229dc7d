#include "node_compiler.h"

#include <algorithm>
#include <array>
#include <set>

namespace bpmn {
namespace {

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

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// "${a == 'b' && c}", as other engines write it, in FEEL's words.
std::string in_feel(std::string_view text) {
  if (text.size() < 3 || (text[0] != '$' && text[0] != '#') || text[1] != '{' || text.back() != '}')
    return std::string(text);
  std::string feel(text.substr(2, text.size() - 3));
  replace_all(feel, "==", "=");
  replace_all(feel, "&&", " and ");
  replace_all(feel, "||", " or ");
  replace_all(feel, "'", "\"");
  if (feel.starts_with('!') && !feel.starts_with("!=")) feel = "not(" + feel.substr(1) + ")";
  return feel;
}

Behaviour throwing(const DrawnElement& element) {
  const bool throws = std::any_of(element.events.begin(), element.events.end(),
                                  [](const DrawnEvent& event) { return event.trigger != Trigger::link; });
  return throws ? Behaviour::throws : Behaviour::pass;
}

Behaviour behaviour_of(const DrawnElement& element, bool tolerant) {
  switch (element.face.type) {
    case ElementType::end_event:
    case ElementType::intermediate_throw:
      return throwing(element);
    case ElementType::intermediate_catch:
      return element.face.trigger == Trigger::link || element.events.empty() ? Behaviour::pass : Behaviour::await;
    case ElementType::user_task:
      return Behaviour::user_task;
    case ElementType::service_task:
      return Behaviour::job;
    case ElementType::send_task:
      return Behaviour::job;
    case ElementType::business_rule_task:
      return element.decision.empty() ? Behaviour::job : Behaviour::decision;
    case ElementType::script_task:
      return element.has_script && !(tolerant && element.script.empty()) ? Behaviour::script : Behaviour::job;
    case ElementType::receive_task:
      return Behaviour::await;
    case ElementType::sub_process:
    case ElementType::event_sub_process:
    case ElementType::transaction:
    case ElementType::ad_hoc_sub_process:
    case ElementType::process:
      return Behaviour::scope;
    case ElementType::call_activity:
      return Behaviour::call;
    case ElementType::event_gateway:
      return Behaviour::event_gateway;
    case ElementType::start_event:
    case ElementType::boundary_event:
    case ElementType::task:
    case ElementType::manual_task:
    case ElementType::exclusive_gateway:
    case ElementType::parallel_gateway:
    case ElementType::inclusive_gateway:
    case ElementType::complex_gateway:
      return Behaviour::pass;
  }
  return Behaviour::pass;
}

}  // namespace

std::optional<feel::Expression> NodeCompiler::expression(std::string_view id, std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::string foreign;
  if (faults_.tolerant()) text = foreign = in_feel(text);
  if (text.starts_with('=')) text.remove_prefix(1);
  auto compiled =
      feel::compile(text, dialect_ == feel::Dialect::camunda ? variables_in(text) : feel::Names{}, dialect_);
  if (compiled) return std::move(compiled).value();
  faults_.add(id, "bpmn.expression_invalid", "表达式“" + std::string(text) + "”有误：" + compiled.error().message.zh,
              "the expression '" + std::string(text) + "' is wrong: " + compiled.error().message.en);
  return std::nullopt;
}

Attribute NodeCompiler::attribute(std::string_view id, const std::string& text) {
  if (!text.starts_with('=')) return {.text = text};
  return {.text = {}, .expression = expression(id, text)};
}

std::vector<Mapping> NodeCompiler::mappings(const DrawnElement& element, const std::vector<DrawnMapping>& drawn) {
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
    bool right = true;
    for (const std::string& name : compiled.target) right = right && !name.empty();
    if (!right)
      faults_.add(element.face.id, "bpmn.target_invalid", "变量映射的目标“" + mapping.target + "”不是变量名",
                  "the mapping target '" + mapping.target + "' is no variable name");
    if (compiled.source.empty())
      faults_.add(element.face.id, "bpmn.source_missing", "变量映射没有来源表达式", "a variable mapping has no source");
    if (right && !compiled.source.empty()) out.push_back(std::move(compiled));
  }
  return out;
}

EventSpec NodeCompiler::spec_of(const DrawnElement& element, const DrawnEvent& event) {
  const std::string& id = element.face.id;
  EventSpec spec{.trigger = event.trigger};
  if (event.trigger == Trigger::timer) spec.timer = timer_of(element, event);
  spec.name = attribute(id, event.name);
  if (spec.name.empty() && faults_.tolerant()) spec.name.text = element.face.name.empty() ? id : element.face.name;
  spec.correlation = expression(id, event.correlation);
  spec.code = attribute(id, event.code);
  spec.condition = expression(id, event.condition);
  spec.variable_names = split_list(event.variable_names);
  if (!event.variable_events.empty()) {
    spec.on_create = event.variable_events.find("create") != std::string::npos;
    spec.on_update = event.variable_events.find("update") != std::string::npos;
  }
  spec.targeted = !event.activity.empty();
  spec.waits = event.waits;
  return spec;
}

Timer NodeCompiler::timer_of(const DrawnElement& element, const DrawnEvent& event) {
  Timer out;
  const std::string& text = event.timer;
  const bool plain = !text.empty() && !text.starts_with('=');
  bool right = true;
  if (event.timer_kind == "timeDate") {
    out.kind = TimerKind::date;
    right = !plain || parse_moment(text, DayEnd::ends).has_value();
  } else if (event.timer_kind == "timeDuration") {
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

/// A task's due or follow-up moment; a plain text must be one, or a duration.
Attribute NodeCompiler::schedule(const std::string& id, const std::string& text) {
  if (text.empty() || text.starts_with('=') || parse_moment(text, DayEnd::ends) || parse_period(text))
    return attribute(id, text);
  faults_.add(id, "bpmn.timer_invalid", "“" + text + "”不是ISO 8601日期、时间或时长",
              "'" + text + "' is no ISO 8601 date, time or duration");
  return {};
}

Loop NodeCompiler::loop_of(const DrawnElement& element) {
  const DrawnLoop& drawn = element.loop;
  const std::string& id = element.face.id;
  Loop loop;
  loop.present = drawn.kind != LoopKind::none;
  loop.standard = drawn.kind == LoopKind::standard;
  loop.sequential = drawn.sequential;
  loop.test_before = drawn.test_before;
  loop.condition = expression(id, drawn.condition);
  loop.maximum = expression(id, drawn.maximum);
  loop.cardinality = expression(id, drawn.cardinality);
  loop.input_collection = expression(id, drawn.input_collection);
  loop.input_element = drawn.input_element;
  loop.output_collection = drawn.output_collection;
  loop.output_element = expression(id, drawn.output_element);
  loop.completion = expression(id, drawn.completion);
  return loop;
}

/// Those whose moment is known; others stay in the file and are not called.
std::vector<Listener> NodeCompiler::listeners_of(const DrawnElement& element) {
  struct Moment {
    std::string_view event;
    bool of_task;
    Phase phase;
  };
  static constexpr std::array moments{
      Moment{"start", false, Phase::start},          Moment{"end", false, Phase::end},
      Moment{"creating", true, Phase::creating},     Moment{"create", true, Phase::creating},
      Moment{"assigning", true, Phase::assigning},   Moment{"assignment", true, Phase::assigning},
      Moment{"completing", true, Phase::completing}, Moment{"complete", true, Phase::completing}};
  std::vector<Listener> listeners;
  for (const DrawnListener& drawn : element.listeners) {
    if (drawn.type.empty()) continue;
    for (const Moment& moment : moments)
      if (moment.event == drawn.event && moment.of_task == drawn.of_task)
        listeners.push_back({.phase = moment.phase,
                             .type = attribute(element.face.id, drawn.type),
                             .retries = attribute(element.face.id, drawn.retries)});
  }
  return listeners;
}

void NodeCompiler::compile_task(const DrawnElement& element, Node& node) {
  const std::string& id = element.face.id;
  node.job_type = attribute(id, element.job_type);
  node.retries = attribute(id, element.retries);
  node.decision = attribute(id, element.decision);
  node.script = expression(id, element.script);
  node.result_variable = element.result_variable;
  node.assignee = attribute(id, element.assignee);
  node.candidate_groups = attribute(id, element.candidate_groups);
  node.candidate_users = attribute(id, element.candidate_users);
  node.due = schedule(id, element.due);
  node.follow_up = schedule(id, element.follow_up);
  node.priority = attribute(id, element.priority);
}

Node NodeCompiler::node_of(const DrawnElement& element) {
  const std::string& id = element.face.id;
  Node node{.type = element.face.type,
            .trigger = element.face.trigger,
            .behaviour = behaviour_of(element, faults_.tolerant())};
  node.scope = element.face.scope;
  node.interrupting = element.interrupting;
  node.inputs = mappings(element, element.inputs);
  node.outputs = mappings(element, element.outputs);
  for (const DrawnEvent& event : element.events) {
    node.specs.push_back(spec_of(element, event));
    if (event.trigger == Trigger::link) node.link = event.link;
  }
  node.parallel = element.face.trigger == Trigger::parallel_multiple || element.parallel_events;
  node.instantiates = element.instantiates;
  node.for_compensation = element.for_compensation;
  node.transaction = element.face.type == ElementType::transaction;
  compile_task(element, node);
  node.loop = loop_of(element);
  node.listeners = listeners_of(element);
  node.called = attribute(id, element.called);
  node.passes_all_in = element.passes_all_in;
  node.passes_all_out = element.passes_all_out;
  node.activation = expression(id, element.activation);
  if (element.face.type == ElementType::ad_hoc_sub_process) {
    node.ad_hoc = {.active_elements = expression(id, element.active_elements),
                   .completion = expression(id, element.completion),
                   .cancels_remaining = element.cancels_remaining,
                   .one_by_one = element.one_by_one,
                   .output_collection = element.output_collection,
                   .output_element = expression(id, element.output_element)};
  }
  // A script that can not be read is done by whoever plays.
  if (node.behaviour == Behaviour::script && !node.script && faults_.tolerant()) node.behaviour = Behaviour::job;
  return node;
}

}  // namespace bpmn
