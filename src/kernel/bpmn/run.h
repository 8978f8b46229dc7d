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
#include <functional>
#include <optional>
#include <set>
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

  /// What the new definition asks of an instance that has just come to it; `is_new` by element. Then runs on until
  /// nothing moves.
  base::Result<void> settle_in(const std::vector<bool>& is_new);

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
  base::Result<void> on(const BroadcastSignal& command);
  base::Result<void> on(const TriggerEvent& command);
  /// Ends what lives in `scope` at the elements of `after`, and the tokens at joins that came from them.
  void undo(Key scope, const Bits& after);
  base::Result<ElementIndex> start_of(const std::string& wanted) const;
  void begin(ElementIndex start, const feel::Context& variables);
  void complete_wait(Key key, const feel::Context& variables);
  void emit(Event event);
  /// What has to be judged again at rest because of an event.
  void note(const Event& event);
  void touch(Key scope);
  void touch_below(Key scope);
  void settle();
  void move(const Token& token);

  // elements.cpp: the life of an element
  Key enter_only(ElementIndex element, Key scope);
  void enter(ElementIndex element, Key scope);
  void activate(Key key);
  void work(Key key);
  void complete(Key key);
  void complete_now(Key key);
  void leave(Key key, const std::vector<FlowIndex>& flows);
  void cancel(Key key);
  void raise(Key key, Step step, const base::Error& error);
  bool is_held(ElementIndex element) const;
  void run_script(Key key);
  void run_decision(Key key);
  base::Result<void> open_task(Key key);
  base::Result<void> open_job(Key key);
  base::Result<std::optional<base::Instant>> schedule_of(const Attribute& attribute, Key key, DayEnd end);

  // migration.cpp: going on in another definition
  base::Result<void> open_new_listeners(Key key, const std::vector<bool>& is_new);
  base::Result<void> wait_anew(Key key);

  // listeners.cpp: jobs called at moments of an element's life
  bool listen(Key key, Phase phase, std::size_t from);
  void after_listener(Key key, std::size_t index);

  // waits.cpp: timers, messages, signals, conditions and what they set off
  base::Result<void> open_wait(ElementIndex element, std::size_t spec, Key key, Key host);
  base::Result<void> open_timer(const EventSpec& spec, TimerOpened opened);
  base::Result<void> open_message(const EventSpec& spec, MessageOpened opened);
  base::Result<void> open_own_waits(Key key);
  base::Result<void> open_listeners(const std::vector<ElementIndex>& elements, Key host);
  void close_waits(Key host);
  bool waits_on(ElementIndex element, Key host) const;
  void set_off(const Wait& wait, const feel::Context& variables);
  void set_off_own(const Wait& wait, const feel::Context& variables);
  void set_off_after_gateway(const Wait& wait, const feel::Context& variables);
  void set_off_catcher(ElementIndex catcher, Key host, const feel::Context& variables);
  void set_off_boundary(ElementIndex boundary, Key host, const feel::Context& variables);
  void set_off_event_sub_process(ElementIndex start, Key scope, const feel::Context& variables);
  void reopen(const Wait& wait);
  bool fire_condition();
  bool concerns(const EventSpec& spec, Key wait) const;
  base::Result<base::Instant> moment_of(const feel::Value& value, DayEnd end);

  // throws.cpp: what events bring about
  /// An error or escalation on its way outward.
  struct Thrown {
    Trigger trigger;
    std::string code;
  };
  struct Catch {
    ElementIndex catcher = no_element;
    Key host = 0;
  };
  void throw_events(Key key);
  void finish_throw(Key key);
  void broadcast(ElementIndex element, Key key, const std::string& name);
  bool set_off_signal(const std::string& name, const feel::Context& variables);
  void cancel_transaction(Key key);
  void leave_cancelled(Key transaction);
  std::optional<Catch> find_catcher(Key origin, const Thrown& thrown) const;
  bool throw_to_catcher(Key origin, const Thrown& thrown, const feel::Context& variables);
  ElementIndex catcher_of(const std::vector<ElementIndex>& catchers, ElementIndex came_from,
                          const Thrown& thrown) const;

  // undo.cpp: compensation
  void note_undo(Key key);
  bool trigger_undo(Key thrower, const EventSpec& spec);
  bool trigger_undo_of(Key scope, ElementIndex activity, Key by);
  void trigger_one(const Undo& undo, Key by);
  bool undo_next();
  void start_undo(Key key);
  void after_handler(Key handler);
  void forget_undos_of(Key ended);
  ElementIndex handler_of(const Undo& undo) const;

  // gateways.cpp: ways out and joins
  base::Result<std::vector<FlowIndex>> ways_out(ElementIndex element, Key key);
  std::optional<std::vector<FlowIndex>> directed(ElementIndex element) const;
  base::Result<bool> holds(FlowIndex flow, Key key);
  void arrive(ElementIndex join, FlowIndex flow, Key scope);
  bool fire_join();
  bool fire_join_in(Key scope);
  void fire(ElementIndex join, Key scope);
  bool all_marked(ElementIndex join, Key scope) const;
  bool inclusive_ready(ElementIndex join, Key scope, bool joins_block) const;
  bool blocks(ElementIndex token, const Node& join, const std::vector<bool>& marked) const;
  /// `spent`: flows whose token a complex gateway has counted, too.
  std::vector<bool> marks(ElementIndex join, Key scope, bool spent = false) const;
  bool is_spent(ElementIndex join, Key scope) const;
  bool fire_complex(ElementIndex join, Key scope);
  void reset_complex(ElementIndex join, Key scope);

  // scopes.cpp: sub-processes, called processes, the process itself
  void open_scope(Key key);
  base::Result<void> open_ad_hoc(Key key);
  void after_ad_hoc_job(Key key, const feel::Context& variables);
  base::Result<void> enter_active(Key key, const feel::Value& wanted);
  bool judge_ad_hoc(Key key);
  void collect_ad_hoc(Key scope, Key child);
  base::Result<void> open_call(Key key);
  void return_from(Key called);
  bool complete_scope();
  bool may_complete(const Living& at) const;
  void report_stuck();
  void finish_process();
  void interrupt_scope(Key scope, Key except);

  // loops.cpp: several instances of one element
  bool is_inner(const Living& living) const;
  bool is_body(const Living& living) const;
  void activate_body(Key key);
  base::Result<std::uint32_t> count_of(const Node& node, Key key);
  base::Result<bool> goes_again(Key key, Key body);
  bool grants_steps(Key body) const;
  void enter_inner(Key body, int index);
  base::Result<void> complete_inner(Key key);
  base::Result<bool> is_enough(Key key, Key body);
  void hand_out_results(Key body);
  feel::List results_of(Key body) const;
  void after_inner(Key body, int index, bool enough);
  const feel::List& items_of(Key body) const;

  // variables.cpp: variables and expressions
  const feel::Value* find_variable(Key key, std::string_view name) const;
  /// The scope around `key` whose variables it sees; 0 behind the border of a called process.
  Key seen_around(Key key) const;
  feel::Context context_of(Key key) const;
  /// `extra` comes before the variables.
  base::Result<feel::Value> evaluate(const feel::Expression& expression, Key key, const feel::Context& extra = {});
  base::Result<feel::Value> evaluate(const Attribute& attribute, Key key);
  base::Result<std::vector<std::string>> texts_of(const Attribute& attribute, Key key);
  base::Result<int> number_of(const Attribute& attribute, Key key, int otherwise);
  base::Result<int> whole_number(const feel::Value& value) const;
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
  int bonus_ = 0;                                      // steps granted to several instances
  std::set<Key, std::greater<>> judged_;               // scopes to judge at rest, inner ones first
  std::set<Key, std::greater<>> joins_judged_;         // scopes whose joins to judge at rest
  std::set<Key> touched_;                              // all of those that there were
  bool changed_ = false;                               // a condition may have become true
  Key judged_to_ = 0;                                  // up to where the conditions were judged since
  std::vector<std::pair<std::string, bool>> changes_;  // names of variables, and whether they are new
  std::set<Key> through_;                              // throwers for whom something was undone
  std::set<Key> fresh_;                                // conditions not judged yet
  std::string diagnosis_zh_;                           // of the last evaluation, for incidents
  std::string diagnosis_en_;
};

base::Error refusal(base::Refusal kind, std::string code, std::string zh, std::string en);

/// What can be stored and compared: functions and ranges become null, inside lists and contexts too.
feel::Value storable(const feel::Value& value);
feel::Context storable(const feel::Context& context);

}  // namespace bpmn
