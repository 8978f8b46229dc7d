/// One command executed on a copy of an instance.
///
/// Every change is an event that is applied to the copy at once, so what is decided and what will be replayed can not
/// differ. Tokens on their way stand in `queue_`; when it is empty the instance is at rest, and only then joins are
/// judged and scopes completed. So a join sees every token where it stands, whatever made it move or die.
///
///   token --enter--> entered --activate--> (inputs, listeners) --work--> waits … --complete--> (outputs, ways out)
///                       \______________________ any failure: incident, retried from that step ____________/
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "definition.h"
#include "kernel/bpmn/bpmn.h"
#include "state.h"

namespace bpmn {

class Run {
 public:
  Run(const Definition& definition, const Instance& instance, const World& world);

  base::Result<void> execute(const Command& command);
  std::vector<Event> take_events() { return std::move(events_); }

  /// When a timer falls due, and what follows; evaluated in the scope of `key`.
  struct Firing {
    base::Instant due;
    int repetitions = 0;
    std::string interval;
  };
  base::Result<Firing> firing_of(const Timer& timer, Key key);
  base::Result<std::string> text_of(const Attribute& attribute, Key key);

 private:
  /// A token on its way: over a flow, or into an element without one.
  struct Token {
    Key scope = 0;
    FlowIndex flow = no_flow;
    ElementIndex element = no_element;
    int loop_index = -1;  // an inner instance of a multi-instance element
  };
  using Living = Instance::Living;

  // run.cpp: commands, and running on until nothing moves
  base::Result<void> on(const Start& command);
  base::Result<void> on(const CompleteTask& command);
  base::Result<void> on(const CompleteJob& command);
  base::Result<void> on(const FailJob& command);
  base::Result<void> on(const ThrowError& command);
  base::Result<void> on(const FireTimer& command);
  base::Result<void> on(const ReplanTimer& command);
  base::Result<void> on(const CorrelateMessage& command);
  base::Result<void> on(const SetVariables& command);
  base::Result<void> on(const ResolveIncident& command);
  base::Result<void> on(const Move& command);
  base::Result<void> on(const Cancel& command);
  /// Ends what lives in `scope` at the elements of `after`, and the tokens at joins that came from them.
  void undo(Key scope, const Bits& after);
  base::Result<ElementIndex> start_of(const std::string& wanted) const;
  void complete_wait(Key key, const feel::Context& variables);
  void emit(Event event);
  void settle();
  void move(const Token& token);

  // elements.cpp: the life of an element
  Key enter_only(ElementIndex element, Key scope);
  void enter(ElementIndex element, Key scope);
  void activate(Key key);
  void work(Key key);
  void complete(Key key);
  void leave(Key key, const std::vector<FlowIndex>& flows);
  void cancel(Key key);
  void raise(Key key, Step step, const base::Error& error);
  void run_script(Key key);
  void run_decision(Key key);
  base::Result<void> open_task(Key key);
  base::Result<void> open_job(Key key);
  base::Result<std::optional<base::Instant>> schedule_of(const Attribute& attribute, Key key, DayEnd end);

  // waits.cpp: timers, messages and what they set off
  base::Result<void> open_wait(ElementIndex element, Key key, Key host, Key scope);
  base::Result<void> open_listeners(const std::vector<ElementIndex>& elements, Key host, Key scope);
  void close_waits(Key host);
  void set_off(const Wait& wait, const feel::Context& variables);
  void set_off_boundary(ElementIndex boundary, Key host, const feel::Context& variables);
  void set_off_event_sub_process(ElementIndex start, Key scope, const feel::Context& variables);
  void reopen(const Wait& wait);
  /// An error or escalation on its way outward.
  struct Thrown {
    Trigger trigger;
    std::string code;
  };
  bool throw_to_catcher(Key origin, const Thrown& thrown, const feel::Context& variables);
  ElementIndex catcher_of(const std::vector<ElementIndex>& catchers, ElementIndex came_from,
                          const Thrown& thrown) const;
  base::Result<base::Instant> moment_of(const feel::Value& value, Key key, DayEnd end);

  // gateways.cpp: ways out and joins
  base::Result<std::vector<FlowIndex>> ways_out(const Node& node, Key key);
  base::Result<bool> holds(FlowIndex flow, Key key);
  void arrive(ElementIndex join, FlowIndex flow, Key scope);
  bool fire_join();
  void fire(ElementIndex join, Key scope);
  bool all_marked(ElementIndex join, Key scope) const;
  bool inclusive_ready(ElementIndex join, Key scope, bool joins_block) const;
  bool blocks(ElementIndex token, const Node& join, const std::vector<bool>& marked) const;
  std::vector<bool> marks(ElementIndex join, Key scope) const;

  // scopes.cpp: sub-processes, the process itself, several instances of one element
  void open_scope(Key key);
  bool complete_scope();
  void report_stuck();
  void finish_process();
  void interrupt_scope(Key scope, Key except);
  bool is_inner(const Living& living) const;
  bool is_body(const Living& living) const;
  void activate_body(Key key);
  void enter_inner(Key body, int index);
  base::Result<void> complete_inner(Key key);
  void hand_out_results(Key body);
  void after_inner(Key body, int index, bool enough);
  const feel::List& items_of(Key body) const;
  base::Result<std::size_t> collect_items(const Node& node, Key key);

  // variables.cpp: variables and expressions
  const feel::Value* find_variable(Key key, std::string_view name) const;
  feel::Context context_of(Key key) const;
  base::Result<feel::Value> evaluate(const feel::Expression& expression, Key key);
  base::Result<feel::Value> evaluate(const Attribute& attribute, Key key);
  base::Result<std::vector<std::string>> texts_of(const Attribute& attribute, Key key);
  base::Result<int> number_of(const Attribute& attribute, Key key, int otherwise);
  base::Result<void> map_inputs(const Node& node, Key key);
  base::Result<void> map_outputs(const Node& node, Key key);
  void deliver(Key key, const feel::Context& variables);
  void propagate(Key key, const feel::Context& variables);
  void set_variables(Key scope, const feel::Context& variables);
  void put_path(feel::Context& into, const std::vector<std::string>& path, feel::Value value, Key scope) const;

  const Living& living(Key key) const;
  const Node& node_of(Key key) const { return definition_.node(living(key).element); }

  const Definition& definition_;
  Instance instance_;
  Instance::Data& data_;
  const World& world_;
  std::vector<Event> events_;
  std::deque<Token> queue_;
  int steps_ = 0;
  std::string diagnosis_zh_;  // of the last evaluation, for incidents
  std::string diagnosis_en_;
};

base::Error refusal(base::Refusal kind, std::string code, std::string zh, std::string en);

/// What can be stored and compared: functions and ranges become null, inside lists and contexts too.
feel::Value storable(const feel::Value& value);
feel::Context storable(const feel::Context& context);

}  // namespace bpmn
