/// A process as compiled: what the machine runs. Immutable.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/bpmn/bpmn.h"
#include "kernel/feel/feel.h"
#include "timer.h"

namespace bpmn {

using FlowIndex = std::uint16_t;
inline constexpr FlowIndex no_flow = 0xFFFF;

/// A plain text, or a FEEL expression where the model starts with '='.
struct Attribute {
  std::string text = {};
  std::optional<feel::Expression> expression = std::nullopt;
  bool empty() const { return text.empty() && !expression; }
};

struct Mapping {
  Attribute source;
  std::vector<std::string> target;  // "a.b" is two names
};

/// The texts between commas, without the spaces around them.
std::vector<std::string> split_list(std::string_view text);

enum class TimerKind { none, date, duration, cycle };
struct Timer {
  TimerKind kind = TimerKind::none;
  Attribute value;
};

struct Loop {
  bool present = false;
  bool sequential = false;
  std::optional<feel::Expression> input_collection;
  std::string input_element;
  std::string output_collection;
  std::optional<feel::Expression> output_element;
  std::optional<feel::Expression> completion;
};

/// What happens when a token enters an element.
enum class Behaviour {
  pass,  // goes on at once: start, milestone, undefined and manual task, gateways
  user_task,
  job,
  script,
  decision,
  await_message,
  await_timer,
  event_gateway,
  scope,       // sub-process, event sub-process
  escalation,  // throw and end event
  end_error,
  end_terminate
};

/// One bit for each element.
using Bits = std::vector<bool>;

struct Node {
  ElementType type = ElementType::task;
  Trigger trigger = Trigger::none;
  Behaviour behaviour = Behaviour::pass;
  ElementIndex scope = no_element;
  ElementIndex attached_to = no_element;
  bool interrupting = true;
  std::vector<FlowIndex> incoming = {};
  std::vector<FlowIndex> outgoing = {};
  FlowIndex default_flow = no_flow;
  std::vector<ElementIndex> boundaries = {};

  // Of a scope.
  ElementIndex start = no_element;              // its none start event; an event sub-process's only start event
  std::vector<ElementIndex> event_starts = {};  // start events of the event sub-processes directly inside

  std::vector<Mapping> inputs = {};
  std::vector<Mapping> outputs = {};
  Timer timer = {};
  Attribute message = {};
  std::optional<feel::Expression> correlation = std::nullopt;
  std::string link = {};
  ElementIndex link_target = no_element;        // throwing link event: the catching one
  std::vector<ElementIndex> link_sources = {};  // catching link event: those that lead to it
  std::string error_code = {};                  // of an error or escalation; empty: catches all
  Attribute job_type = {};
  Attribute retries = {};
  Attribute decision = {};
  std::optional<feel::Expression> script = std::nullopt;
  std::string result_variable = {};
  Attribute assignee = {};
  Attribute candidate_groups = {};
  Attribute candidate_users = {};
  Attribute due = {};
  Attribute follow_up = {};
  Attribute priority = {};
  Loop loop = {};

  /// Inclusive join: for each incoming flow, the elements from which a token can still come over it without passing
  /// this gateway.
  std::vector<Bits> reaches = {};

  /// Waits for tokens on several flows.
  bool joins() const {
    return incoming.size() > 1 && (type == ElementType::parallel_gateway || type == ElementType::inclusive_gateway);
  }
};

struct CompiledFlow {
  ElementIndex source = no_element;
  ElementIndex target = no_element;
  std::optional<feel::Expression> condition = std::nullopt;
};

class Definition {
 public:
  const Node& node(ElementIndex index) const { return index == no_element ? root : nodes[index]; }
  bool has(ElementIndex index) const { return index == no_element || index < nodes.size(); }

  std::string process_id;
  std::string process_name;
  std::string xml;
  std::string fingerprint;
  std::vector<Element> elements;
  std::vector<SequenceFlow> sequence_flows;
  std::vector<Node> nodes;
  std::vector<CompiledFlow> flows;
  Node root;                         // the process itself
  std::vector<ElementIndex> starts;  // the process's own start events, in document order
  std::unordered_map<std::string, ElementIndex> by_id;
  /// Seconds from the epoch to a date and time `x`, whatever its zone: FEEL knows the zones.
  std::optional<feel::Expression> since_epoch;
};

}  // namespace bpmn
