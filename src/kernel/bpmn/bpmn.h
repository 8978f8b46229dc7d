/// BPMN 2.0 processes in the Camunda 8 (zeebe:) flavour, executed purely: decide, apply, replay.
///
///   compile(xml) -> Definition        parsed, checked and compiled once, at deployment
///   decide(definition, instance, command, world) -> events or a refusal
///   apply(instance, event) -> instance the only writer of state; replaying the events gives the same instance
///
/// Source: [BPMN-13] execution semantics, OMG BPMN 2.0.2.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/bpmn/series.h"
#include "kernel/feel/feel.h"

namespace bpmn {

/// A process as compiled: immutable, shared between threads.
class Definition;

struct CompileOptions {
  feel::Dialect dialect = feel::Dialect::camunda;
  /// Names for messages ("open-restaurant/process.bpmn").
  std::string source = {};
  /// The process to compile when the file holds several; empty: the only executable one.
  std::string process = {};
  /// Reads any valid drawing so that it can be played: what is missing (conditions, job types, scripts, names) is left
  /// out instead of being a fault, and nothing is checked beyond what the machine needs.
  bool tolerant = false;
};

/// Errors: `bpmn.invalid` with every fault found, path = element id, a sentence a process owner understands.
base::Result<std::shared_ptr<const Definition>> compile(std::string_view xml, const CompileOptions& options = {});

/// Something drawn that can hardly be meant so: `bpmn.deadlock` (fatal: the join can never fire),
/// `bpmn.deadlock_possible`, `bpmn.not_synchronised`, `bpmn.dead_step`. Path = element id.
struct Finding {
  base::Place place;
  bool fatal = false;
};
std::vector<Finding> findings_of(const Definition& definition);

using ElementIndex = std::uint16_t;
inline constexpr ElementIndex no_element = 0xFFFF;

enum class ElementType {
  start_event,
  end_event,
  intermediate_throw,
  intermediate_catch,
  boundary_event,
  task,
  user_task,
  service_task,
  business_rule_task,
  script_task,
  send_task,
  receive_task,
  manual_task,
  sub_process,
  event_sub_process,
  transaction,
  ad_hoc_sub_process,
  call_activity,
  process,  // a process of the same file that a call activity calls
  exclusive_gateway,
  parallel_gateway,
  inclusive_gateway,
  complex_gateway,
  event_gateway
};

/// What an event reacts to or brings about. `multiple`: any of several; `parallel_multiple`: all of several.
enum class Trigger {
  none,
  message,
  timer,
  error,
  terminate,
  escalation,
  link,
  signal,
  condition,
  compensation,
  cancel,
  multiple,
  parallel_multiple
};

/// What a screen or a service needs to know about an element; expressions stay inside the definition.
struct Element {
  std::string id;
  std::string name;
  ElementType type = ElementType::task;
  Trigger trigger = Trigger::none;                // events only
  ElementIndex scope = no_element;                // the enclosing sub-process; none: the process itself
  ElementIndex attached_to = no_element;          // boundary events: the activity they sit on
  std::string form;                               // user task, start event: form id
  std::string job_type;                           // when it is a plain text, not an expression
  std::string decision;                           // business rule task: decision id, when plain
  std::vector<std::string> candidate_groups;      // user task: when plain
  std::map<std::string, std::string> headers;     // zeebe:taskHeaders
  std::map<std::string, std::string> properties;  // zeebe:properties
  std::string documentation;
  std::string lane;  // the innermost lane it is drawn in: its name, or else its id
};

/// What a file holds, before anything is compiled.
struct Outline {
  struct Process {
    std::string id;
    std::string name;
    bool executable = false;
    bool called = false;  // by a call activity of the file
  };
  struct MessageFlow {
    std::string id;
    std::string source;  // ids of elements or participants
    std::string target;
  };
  std::vector<Process> processes;  // those that hold elements
  std::vector<MessageFlow> message_flows;
};
/// Errors: `bpmn.invalid` when it is no BPMN 2.0 file.
base::Result<Outline> outline_of(std::string_view xml);

const std::string& process_id(const Definition& definition);
const std::string& process_name(const Definition& definition);
const std::vector<Element>& elements(const Definition& definition);
ElementIndex find_element(const Definition& definition, std::string_view id);  // no_element when there is none
/// SHA-256-free fingerprint of the model text, to pin versions: FNV-1a 64 as 16 hexadecimal digits.
const std::string& fingerprint(const Definition& definition);
const std::string& xml_of(const Definition& definition);

struct SequenceFlow {
  std::string id;
  std::string name;
  ElementIndex source = no_element;
  ElementIndex target = no_element;
};
/// Counted as `FlowTaken::flow` counts them.
const std::vector<SequenceFlow>& flows(const Definition& definition);

/// Names one living element instance within its process instance; given out in order, never reused. The process itself
/// is key 1.
using Key = std::uint32_t;
inline constexpr Key process_key = 1;

// ---- Events: what happened. Stored; never change the meaning of a stored one. ----

/// The process itself is entered as `no_element` under `process_key`, in scope 0.
struct ElementEntered {
  ElementIndex element;
  Key key;
  Key scope;
};
/// Finished as drawn.
struct ElementCompleted {
  ElementIndex element;
  Key key;
};
/// Ended by an interruption, a terminate end event or an operation.
struct ElementCancelled {
  ElementIndex element;
  Key key;
};
/// `flow` counts the sequence flows of the definition.
struct FlowTaken {
  std::uint16_t flow;
  Key scope;
};

/// Told again under the same key when the instance goes on in another definition (`InstanceMigrated`).
struct TaskOpened {
  ElementIndex element;
  Key key;
  std::string assignee;
  std::vector<std::string> candidate_groups;
  std::vector<std::string> candidate_users;
  std::string form;
  std::optional<base::Instant> due;
  std::optional<base::Instant> follow_up;
  int priority = 50;
};
/// Told again under the same key when the job failed and is to be tried again (`retries` are those left), and when the
/// instance goes on in another definition that has another type.
struct JobOpened {
  ElementIndex element;
  Key key;
  std::string type;
  int retries = 3;
  /// 0: the element's own work; else the number, from 1, of the listener that is called.
  std::uint16_t listener = 0;
};
struct TimerOpened {
  ElementIndex element;
  Key key;  // the waiting element: a boundary event waits under its own key
  base::Instant due;
  /// Firings still to come after this one; -1 without end.
  int repetitions = 0;
  /// The time between two firings as ISO 8601 ("P1D"); empty when it fires once.
  std::string interval = {};
  /// Whose life the wait shares, when it is not its own element: the activity a boundary event sits on, the
  /// event-based gateway before a catch event, the scope an event sub-process listens in; 0: `key` itself.
  Key host = 0;
  /// Which of the element's event definitions waits.
  std::uint16_t spec = 0;
};
struct MessageOpened {
  ElementIndex element;
  Key key;
  std::string name;
  std::string correlation;  // text of the correlation key; empty: none
  Key host = 0;             // as in TimerOpened
  std::uint16_t spec = 0;
};
struct SignalOpened {
  ElementIndex element;
  Key key;
  std::string name;
  Key host = 0;  // as in TimerOpened
  std::uint16_t spec = 0;
};
/// A condition is watched. Told again under the same key when it has fired and must become false first (`armed` false)
/// and when it has become false (`armed` true).
struct ConditionOpened {
  ElementIndex element;
  Key key;
  Key host = 0;  // as in TimerOpened
  std::uint16_t spec = 0;
  bool armed = true;
};
/// A task, job, timer or message wait is over (done or cancelled).
struct WaitClosed {
  Key key;
};
struct VariablesSet {
  Key scope;
  feel::Context variables;
};
struct DecisionMade {
  ElementIndex element;
  Key key;
  std::string decision;
  std::vector<std::string> basis;
  std::string explanation = {};  // how it came about, as whoever decides writes it down
};
/// Where an element stood when it could not go on, and from where it is tried again: while its inputs and boundary
/// events were set up, while it did its work, or while its outputs and ways out were computed.
enum class Step { entering, working, completing };
/// The step can not go on until someone acts; the instance keeps its state.
struct IncidentRaised {
  ElementIndex element;
  Key key;
  std::string code;
  base::Text message;
  Step step = Step::entering;
};
struct IncidentResolved {
  Key key;
};
struct ProcessEnded {
  bool cancelled = false;
};
/// How a token count at a joining gateway changed: `arrived` 1, or the join consumed.
struct JoinChanged {
  ElementIndex element;
  Key scope;
  std::uint16_t flow;
  int change;
  /// Complex gateway: it has fired and this flow was counted; tokens on it belong to the next round.
  bool spent = false;
};
/// Whoever runs instances tells it to all others that wait for the signal (`BroadcastSignal`).
struct SignalThrown {
  ElementIndex element;
  Key key;
  std::string name;
};
/// How far the undoing of something done has come. `noted`: `key` was completed in `scope` and can be undone.
/// `triggered`: it is to be undone for the element `by`. `started`: its handler runs as `by`. `done`: undone, or
/// beyond.
enum class UndoStage { noted, triggered, started, done };
struct UndoChanged {
  ElementIndex element;
  Key key;
  Key scope;
  UndoStage stage;
  Key by = 0;
};
/// An element is done several times: how often, as far as known.
struct LoopOpened {
  Key key;
  std::uint32_t count;
};
/// What one of several instances leaves in the output collection, `index` from 0.
struct ItemCollected {
  Key key;
  std::uint32_t index;
  feel::Value value;
};

/// The instance goes on in another definition: what stood at one element or flow stands at another. Applied with the
/// definition it goes on in; events before it were applied with the one it comes from.
struct InstanceMigrated {
  std::vector<std::pair<ElementIndex, ElementIndex>> elements;      // those in use
  std::vector<std::pair<std::uint16_t, std::uint16_t>> flows = {};  // on which tokens wait at a join
};

using Event = std::variant<ElementEntered, ElementCompleted, ElementCancelled, FlowTaken, TaskOpened, JobOpened,
                           TimerOpened, MessageOpened, WaitClosed, VariablesSet, DecisionMade, IncidentRaised,
                           IncidentResolved, ProcessEnded, JoinChanged, SignalOpened, ConditionOpened, SignalThrown,
                           UndoChanged, LoopOpened, ItemCollected, InstanceMigrated>;

// ---- State ----

enum class WaitKind { task, job, timer, message, signal, condition };
/// Something an instance waits for, as its opening event told it.
struct Wait {
  WaitKind kind = WaitKind::task;
  Key key = 0;
  Key host = 0;  // never 0 here
  ElementIndex element = no_element;
  int retries = 0;         // job
  base::Instant due = {};  // timer
  int repetitions = 0;     // timer; condition: 1 when armed
  std::string interval = {};
  std::string name = {};  // job: its type; message, signal: its name
  std::string correlation = {};
  std::uint16_t spec = 0;  // which event definition; job: which listener, from 1
  Key place() const { return key; }
  bool operator==(const Wait&) const = default;
};
struct Incident {
  Key key = 0;
  Step step = Step::entering;
  std::string code = {};
  Key place() const { return key; }
  bool operator==(const Incident&) const = default;
};

/// A process instance: small (1 kB or less when idle in a typical case), copyable, equal when its events were equal.
class Instance {
 public:
  /// One living element instance; `children` live inside it.
  struct Living {
    Key key = 0;
    ElementIndex element = no_element;
    Key scope = 0;
    std::uint32_t children = 0;
    std::uint32_t listeners = 0;  // waits that share its life under keys of their own
    Key place() const { return key; }
    bool operator==(const Living&) const = default;
  };
  struct Data;

  Instance();
  Instance(const Instance&);
  Instance(Instance&&) noexcept;
  Instance& operator=(const Instance&);
  Instance& operator=(Instance&&) noexcept;
  ~Instance();

  bool started() const;
  bool ended() const;
  bool cancelled() const;
  /// By key, ascending; the process itself first.
  const Series<Living>& living() const;
  /// By key, ascending.
  const Series<Wait>& waits() const;
  const Series<Incident>& incidents() const;
  /// Variables of one scope; those of the process for `process_key`.
  const feel::Context& variables(Key scope = process_key) const;
  bool has_incident() const;

  friend bool operator==(const Instance&, const Instance&);
  Data& data() { return *data_; }
  const Data& data() const { return *data_; }

 private:
  std::unique_ptr<Data> data_;
};

/// Every variable that the living element `key` can see, the innermost first to count.
feel::Context visible_variables(const Definition& definition, const Instance& instance, Key key);

/// The only writer of state. Applying an event twice, or out of order, is a bug (CHECK).
void apply(const Definition& definition, Instance& instance, const Event& event);

// ---- Commands: what somebody asks for ----

/// `start_event`: element id, of a start event of any kind; empty: the none start event, or else the only one.
struct Start {
  feel::Context variables;
  std::string start_event = {};
};
struct CompleteTask {
  Key key;
  feel::Context variables;
};
struct CompleteJob {
  Key key;
  feel::Context variables;
};
/// `retries` left; at 0 an incident is raised.
struct FailJob {
  Key key;
  int retries = 0;
  base::Text message;
};
/// A business error, caught by the nearest error boundary event with the code.
struct ThrowError {
  Key key;
  std::string code;
  feel::Context variables;
};
struct FireTimer {
  Key key;
};
/// Computes a waiting timer again as if it were opened at `opened_at`, because calendar or rules have changed since:
/// the limit starts when it started. Nothing happens when the moment stays the same, or when the timer repeats.
struct ReplanTimer {
  Key key;
  base::Instant opened_at;
};
struct CorrelateMessage {
  std::string name;
  std::string correlation;
  feel::Context variables;
};
/// A signal from elsewhere: everything that waits for it goes on.
struct BroadcastSignal {
  std::string name;
  feel::Context variables = {};
};
/// Makes an event happen by hand, whatever it waits for: a catch event, a boundary event, the start of an event
/// sub-process, an event after an event-based gateway. In an ad-hoc sub-process: enters the element. `host` names the
/// living element it belongs to; 0: the first that fits.
struct TriggerEvent {
  ElementIndex element;
  Key host = 0;
  feel::Context variables = {};
};
struct SetVariables {
  Key scope = process_key;
  feel::Context variables;
};
struct ResolveIncident {
  Key key;
};
/// Sends a token elsewhere (退回, jump): ends the living element `from` and enters `to` in its place. When `to` lies in
/// a scope around that of `from`, the sub-process that holds `from` is ended as a whole. Other branches stay. Errors:
/// `bpmn.move_impossible` when `to` is unknown, a start, boundary or event sub-process, or lies elsewhere.
/// `undo`: the case goes back. What can only have come after `to` (other branches after a fork, tokens at a join) is
/// ended too and will come again; what stands beside it stays. Refused as impossible when `from` does not lie after
/// `to`, or only behind a join that would then wait for a branch that can not come.
struct Move {
  Key from;
  ElementIndex to;
  bool undo = false;
};
/// Whether a case that stands at `from` can go back to `to` (`Move` with `undo`).
bool comes_after(const Definition& definition, ElementIndex from, ElementIndex to);
/// Ends everything that lives.
struct Cancel {};

using Command =
    std::variant<Start, CompleteTask, CompleteJob, FailJob, ThrowError, FireTimer, ReplanTimer, CorrelateMessage,
                 SetVariables, ResolveIncident, Move, Cancel, BroadcastSignal, TriggerEvent>;

/// Evaluates the decisions that business rule tasks call; pure.
class Decisions {
 public:
  struct Answer {
    feel::Value value;
    std::vector<std::string> basis;
    std::string explanation = {};  // kept with the decision, as it is
  };
  virtual base::Result<Answer> decide(std::string_view decision, const feel::Context& variables,
                                      const feel::World& world) const = 0;
  virtual ~Decisions() = default;
};

/// Who plays a process by hand decides ways and waits that the model leaves open.
struct Direction {
  /// Ways out of an element, instead of its conditions: sequence flows as `FlowTaken` counts them.
  std::map<ElementIndex, std::vector<std::uint16_t>> ways = {};
  /// Plain and manual tasks that wait to be completed, as user tasks do.
  std::vector<bool> held = {};
};

/// What the world hands in. `feel.now` is the time of the command.
struct World {
  feel::World feel;
  const Decisions* decisions = nullptr;
  /// Elements entered by one command at most, and a thousand more for each of several instances; passing it is an
  /// incident, never a hang.
  int steps_max = 10'000;
  const Direction* direction = nullptr;
};

/// Errors: `bpmn.not_started`, `bpmn.ended`, `bpmn.already_started`, `bpmn.nothing_waits` (conflict: the task, job,
/// timer or message is not open any more), `bpmn.start_unknown`.
base::Result<std::vector<Event>> decide(const Definition& definition, const Instance& instance, const Command& command,
                                        const World& world);

/// What it means to go on in another definition: where each living element will stand, what no longer listens, and what
/// forbids it. Elements correspond by id, or as `renamed` says (old id -> new id).
struct MigrationPlan {
  struct Step {
    Key key = 0;
    ElementIndex from = no_element;  // in the old definition
    ElementIndex to = no_element;    // in the new one; none: it has no counterpart
  };
  std::vector<Step> steps;             // every living element, in the order of keys
  std::vector<ElementIndex> closed;    // boundary events and starts of event sub-processes that stop listening
  std::vector<base::Place> obstacles;  // path = element id of the old definition
};
using Renaming = std::map<std::string, std::string, std::less<>>;
MigrationPlan plan_migration(const Definition& from, const Definition& to, const Instance& instance,
                             const Renaming& renamed);
/// Carries it out: tasks and what messages are matched by are computed anew, new boundary events and event
/// sub-processes listen, timers keep their moment (`ReplanTimer` computes it again). Events up to `InstanceMigrated`
/// are applied with `from`, it and all others with `to`. Errors: `bpmn.migration_impossible` with the plan's obstacles,
/// or with the element whose expressions give no usable value; `bpmn.not_started`, `bpmn.ended`.
base::Result<std::vector<Event>> migrate(const Definition& from, const Definition& to, const Instance& instance,
                                         const Renaming& renamed, const World& world);

/// What starts instances from outside: messages to wait for and timers to set when the definition is deployed.
struct StartTrigger {
  ElementIndex element = no_element;
  Trigger trigger = Trigger::message;
  std::string message = {};
  base::Instant due = {};
  int repetitions = 0;
  std::string interval = {};
};
/// Errors: `bpmn.timer_invalid`, `bpmn.expression_failed` when a start can not be computed.
base::Result<std::vector<StartTrigger>> start_triggers(const Definition& definition, const World& world);
/// The next firing of a repeated timer: `due` plus `interval`.
/// Errors: `bpmn.timer_invalid`.
base::Result<base::Instant> next_firing(base::Instant due, std::string_view interval);

// ---- Stored forms ----

/// Compact text (JSON array) of events and of an instance; reading gives back what was written, or an error
/// `bpmn.stored_invalid`.
std::string encode(const std::vector<Event>& events);
base::Result<std::vector<Event>> decode_events(std::string_view text);
std::string encode(const Instance& instance);
base::Result<Instance> decode_instance(std::string_view text);

}  // namespace bpmn
