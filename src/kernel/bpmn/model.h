/// A process as drawn: what the XML says, word for word, before anything is compiled.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/bpmn/bpmn.h"

namespace bpmn {

/// Everything wrong with a model, told together.
class Faults {
 public:
  /// When tolerant, only what keeps the model from being read at all is kept.
  explicit Faults(bool tolerant = false) : tolerant_(tolerant) {}
  void add(std::string_view element, std::string_view code, std::string zh, std::string en);
  /// Even when tolerant.
  void add_fatal(std::string_view element, std::string_view code, std::string zh, std::string en);
  bool empty() const { return places_.empty(); }
  bool tolerant() const { return tolerant_; }
  /// `bpmn.invalid` with every place.
  base::Error error(const std::string& source) const;

 private:
  bool tolerant_;
  std::vector<base::Place> places_;
};

inline constexpr std::size_t xml_bytes_max = 8'388'608;
inline constexpr std::size_t elements_max = 10'000;
inline constexpr std::size_t faults_max = 200;
inline constexpr int nesting_max = 32;

struct DrawnMapping {
  std::string source;
  std::string target;
};

enum class LoopKind { none, several, standard };

struct DrawnLoop {
  LoopKind kind = LoopKind::none;
  bool sequential = false;
  bool test_before = false;
  std::string condition;    // standard loop
  std::string maximum;      // standard loop
  std::string cardinality;  // several instances counted, not listed
  std::string input_collection;
  std::string input_element;
  std::string output_collection;
  std::string output_element;
  std::string completion;
};

/// One event definition of an event, a receive task or a send task.
struct DrawnEvent {
  Trigger trigger = Trigger::none;
  std::string timer_kind = {};  // timeDate, timeDuration, timeCycle
  std::string timer = {};
  std::string name = {};  // of a message or signal
  std::string correlation = {};
  bool is_named = true;   // false: no message or signal is referred to
  std::string code = {};  // of an error or escalation; empty: any
  std::string link = {};
  std::string condition = {};
  std::string variable_names = {};   // of a condition: only changes of these count
  std::string variable_events = {};  // "create", "update" or both
  std::string activity = {};         // compensation: the activity; empty: all of the scope
  bool waits = true;                 // compensation: until it is done
};

/// zeebe:executionListener and zeebe:taskListener.
struct DrawnListener {
  bool of_task = false;
  std::string event;
  std::string type;
  std::string retries;
};

struct DrawnElement {
  Element face;
  ElementIndex process = no_element;  // the called process it is drawn in; none: the process itself
  bool interrupting = true;
  std::string attached_to;
  std::string default_flow;
  std::vector<DrawnEvent> events;
  bool for_compensation = false;
  bool instantiates = false;     // event-based gateway, receive task
  bool parallel_events = false;  // event-based gateway that instantiates: all of its events
  std::string handler;           // compensation boundary event: the activity associated with it

  std::string job_type;
  std::string retries;
  std::string decision;
  std::string script;
  std::string result_variable;
  bool has_script = false;
  std::vector<DrawnMapping> inputs;
  std::vector<DrawnMapping> outputs;
  std::vector<DrawnListener> listeners;

  std::string assignee;
  std::string candidate_groups;
  std::string candidate_users;
  std::string due;
  std::string follow_up;
  std::string priority;
  DrawnLoop loop;

  std::string called;  // call activity: process id
  bool passes_all_in = true;
  bool passes_all_out = true;

  std::string activation;  // complex gateway
  std::string completion;  // ad-hoc sub-process
  bool cancels_remaining = true;
  bool one_by_one = false;  // ordering="Sequential"
  std::string active_elements;
  std::string output_collection;
  std::string output_element;
};

struct DrawnFlow {
  SequenceFlow face;
  std::string source;
  std::string target;
  std::string condition;
  ElementIndex process = no_element;  // the called process it is drawn in; none: the process itself
};

struct Drawing {
  std::string process_id;
  std::string process_name;
  /// Document order, an enclosing scope before what it holds. A called process is an element of its own, after the
  /// elements of the process itself.
  std::vector<DrawnElement> elements;
  std::vector<DrawnFlow> flows;
  std::map<std::string, ElementIndex> called;  // by process id
};

/// Reads the XML, whatever its namespace prefixes; diagram interchange is not looked at.
/// Faults are added, and what could be read is returned.
Drawing parse(std::string_view xml, const std::string& process, Faults& faults);

}  // namespace bpmn
