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

/// Several instances of one element, or the same again and again.
struct Loop {
  bool present = false;
  bool standard = false;  // a standard loop: again while `condition` holds
  bool sequential = false;
  bool test_before = false;
  std::optional<feel::Expression> condition = std::nullopt;
  std::optional<feel::Expression> maximum = std::nullopt;
  std::optional<feel::Expression> cardinality = std::nullopt;
  std::optional<feel::Expression> input_collection = std::nullopt;
  std::string input_element = {};
  std::string output_collection = {};
  std::optional<feel::Expression> output_element = std::nullopt;
  std::optional<feel::Expression> completion = std::nullopt;
};

/// One thing an event reacts to or brings about.
struct EventSpec {
  Trigger trigger = Trigger::none;
  Timer timer = {};
  Attribute name = {};  // message, signal
  std::optional<feel::Expression> correlation = std::nullopt;
  Attribute code = {};  // error, escalation; empty: any
  std::optional<feel::Expression> condition = std::nullopt;
  std::vector<std::string> variable_names = {};  // empty: any variable
  bool on_create = true;
  bool on_update = true;
  bool targeted = false;  // compensation: of one activity
  ElementIndex activity = no_element;
  bool waits = true;  // compensation: until it is done
};

/// When a listener's job is opened.
enum class Phase { start, end, creating, assigning, completing };
struct Listener {
  Phase phase = Phase::start;
  Attribute type = {};
  Attribute retries = {};
};

struct AdHoc {
  std::optional<feel::Expression> active_elements = std::nullopt;
  std::optional<feel::Expression> completion = std::nullopt;
  bool cancels_remaining = true;
  bool one_by_one = false;
  std::string output_collection = {};
  std::optional<feel::Expression> output_element = std::nullopt;
};

/// What happens when a token enters an element.
enum class Behaviour {
  pass,  // goes on at once: start, milestone, undefined and manual task, gateways
  user_task,
  job,
  script,
  decision,
  await,  // catch event, receive task
  event_gateway,
  scope,   // sub-process, transaction, ad-hoc and event sub-process, called process
  call,    // call activity
  throws,  // throw and end events that bring something about; a send task without a job
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
  ElementIndex start = no_element;              // its first none start event; an event sub-process's only start event
  std::vector<ElementIndex> entries = {};       // where tokens begin when it is entered
  std::vector<ElementIndex> event_starts = {};  // start events of the event sub-processes directly inside
  ElementIndex undo = no_element;               // the event sub-process that compensates it
  bool transaction = false;
  AdHoc ad_hoc = {};

  std::vector<Mapping> inputs = {};
  std::vector<Mapping> outputs = {};
  std::vector<EventSpec> specs = {};
  bool parallel = false;      // all specs must happen; event-based gateway: all events
  bool instantiates = false;  // event-based gateway, receive task
  bool for_compensation = false;
  ElementIndex handler = no_element;  // compensation boundary event: who undoes; activity: likewise
  std::string link = {};
  ElementIndex link_target = no_element;        // throwing link event: the catching one
  std::vector<ElementIndex> link_sources = {};  // catching link event: those that lead to it
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
  std::vector<Listener> listeners = {};
  Attribute called = {};  // call activity: process id
  bool passes_all_in = true;
  bool passes_all_out = true;
  std::optional<feel::Expression> activation = std::nullopt;  // complex gateway

  /// Inclusive and complex join: for each incoming flow, the elements from which a token can still come over it without
  /// passing this gateway.
  std::vector<Bits> reaches = {};

  /// Waits for tokens on several flows.
  bool joins() const {
    return incoming.size() > 1 && (type == ElementType::parallel_gateway || type == ElementType::inclusive_gateway ||
                                   type == ElementType::complex_gateway);
  }
  bool has(Trigger wanted) const {
    for (const EventSpec& spec : specs)
      if (spec.trigger == wanted) return true;
    return false;
  }
};

struct CompiledFlow {
  ElementIndex source = no_element;
  ElementIndex target = no_element;
  std::optional<feel::Expression> condition = std::nullopt;
  bool is_conditional = false;  // drawn with a condition, evaluable or not
};

class Definition {
 public:
  const Node& node(ElementIndex index) const { return index == no_element ? root : nodes[index]; }
  bool has(ElementIndex index) const { return index == no_element || index < nodes.size(); }

  std::string process_id;
  std::string process_name;
  std::string xml;
  std::string fingerprint;
  std::uint64_t number = 0;  // the fingerprint, and which process of the file
  std::vector<Element> elements;
  std::vector<SequenceFlow> sequence_flows;
  std::vector<Node> nodes;
  std::vector<CompiledFlow> flows;
  Node root;                                             // the process itself
  std::vector<ElementIndex> starts;                      // the process's own start events, in document order
  std::unordered_map<std::string, ElementIndex> called;  // processes of the file that call activities name
  bool tolerant = false;
  bool activates = false;  // some complex gateway has a condition of its own
  std::unordered_map<std::string, ElementIndex> by_id;
  /// Seconds from the epoch to a date and time `x`, whatever its zone: FEEL knows the zones.
  std::optional<feel::Expression> since_epoch;
};

}  // namespace bpmn
