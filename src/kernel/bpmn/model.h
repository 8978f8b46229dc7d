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
  void add(std::string_view element, std::string_view code, std::string zh, std::string en);
  bool empty() const { return places_.empty(); }
  /// `bpmn.invalid` with every place.
  base::Error error(const std::string& source) const;

 private:
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

struct DrawnLoop {
  bool present = false;
  bool sequential = false;
  std::string input_collection;
  std::string input_element;
  std::string output_collection;
  std::string output_element;
  std::string completion;
};

struct DrawnElement {
  Element face;
  bool interrupting = true;
  bool is_event = false;
  std::string attached_to;
  std::string default_flow;

  std::string timer_kind;  // timeDate, timeDuration, timeCycle
  std::string timer;
  std::string message;  // name
  std::string correlation;
  bool message_missing = false;
  std::string error_code;  // of an error or escalation
  std::string link;

  std::string job_type;
  std::string retries;
  std::string decision;
  std::string script;
  std::string result_variable;
  bool has_script = false;
  std::vector<DrawnMapping> inputs;
  std::vector<DrawnMapping> outputs;

  std::string assignee;
  std::string candidate_groups;
  std::string candidate_users;
  std::string due;
  std::string follow_up;
  std::string priority;
  DrawnLoop loop;
};

struct DrawnFlow {
  SequenceFlow face;
  std::string source;
  std::string target;
  std::string condition;
};

struct Drawing {
  std::string process_id;
  std::string process_name;
  std::vector<DrawnElement> elements;  // document order, an enclosing sub-process before what it holds
  std::vector<DrawnFlow> flows;
};

/// Reads the XML, whatever its namespace prefixes; diagram interchange is not looked at.
/// Faults are added, and what could be read is returned.
Drawing parse(std::string_view xml, const std::string& process, Faults& faults);

}  // namespace bpmn
