/// Cases: process instances over storage, with tasks, timers, jobs and clocks. The face for the modules that bring
/// services to life, and for the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/catalogue.h"
#include "kernel/bpmn/bpmn.h"
#include "modules/access/model.h"
#include "modules/casework/instances.h"
#include "modules/casework/model.h"
#include "modules/casework/operations.h"
#include "storage/storage.h"

namespace http {
class Router;
}
namespace evidence {
class Findings;
class ReadBook;
}  // namespace evidence

namespace casework {

/// When and by whom something is done; enters at the edge and travels as an argument.
struct Moment {
  base::Instant now;
  access_control::Actor actor;
  calendar::Date today() const { return calendar::local_date(now); }
};

/// A case's row: what lists show.
struct CaseHead {
  base::Id id;
  std::string division;
  std::string office;
  std::string number;
  std::string service;
  std::string service_version;
  base::Id applicant;
  std::string title;
  std::string state;  // the `state` property of the last milestone passed
  base::Instant opened_at;
  std::optional<base::Instant> ended_at;
  std::optional<calendar::Date> promised_day;  // a view of the clocks, refreshed with every event
  std::int64_t sequence = 0;                   // of the last event
  Timing timing = {};                          // as promised_day: refreshed with every event
};

/// A step that can not go on until somebody acts; everything else of the case goes on.
struct Incident {
  bpmn::Key key = 0;    // of the living element
  std::string element;  // its id; empty: the process itself
  std::string code;
  base::Text message;  // why, in words
  base::Instant raised_at;
};

/// A job whose worker refused what it was asked.
struct RefusedJob {
  bpmn::Key key = 0;
  base::Text message;
};

/// A case as loaded for a command or a page.
struct Case {
  CaseHead head;
  bpmn::Instance instance;
  std::vector<Mark> marks;
  std::shared_ptr<const catalogue::Service> service;  // the version the case runs on
  std::vector<Deed> deeds = {};                       // operations done to it, oldest first
  Conduct conduct = {};                               // what they add up to

  /// Of the step under way: what it closed, in the order of its events; `is_new`: it was opened in the same step.
  struct Closed {
    bpmn::WaitKind kind = bpmn::WaitKind::task;
    bool is_new = false;
  };
  std::vector<Closed> closed = {};
  std::vector<bpmn::Key> jobs_opened = {};
  std::vector<bpmn::Key> tasks_again = {};    // told anew by another version
  std::vector<bpmn::Key> failures_gone = {};  // elements that ended although they had an incident
  /// Jobs that fail for good instead of being tried: their workers refused the same step before.
  std::vector<RefusedJob> refused = {};
};

/// Names a task: the waiting element `key` of a case. As text: "0d3k…-17".
struct TaskId {
  base::Id of_case;
  bpmn::Key key = 0;
};
std::string to_text(TaskId id);
std::optional<TaskId> parse_task_id(std::string_view text);

struct Task {
  TaskId id;
  std::string division;
  std::string office;
  std::string case_number;
  std::string case_title;
  std::string case_state;
  std::string service;
  std::string element;
  std::string group;  // candidate group: a role, or "applicant"
  std::string form;
  base::Id assignee;
  base::Instant opened_at;
  std::optional<calendar::Date> due;  // a view of the clock the task stands under
  std::optional<base::Instant> done_at;
  base::Id done_by;
  int priority = 50;
};

/// One of the case's clocks as it stands today.
struct ClockView {
  const catalogue::Clock* clock = nullptr;
  ClockReading reading;
};

struct NewCase {
  base::Id id;
  std::string division;
  std::string office;
  std::string number;
  std::shared_ptr<const catalogue::Service> service;
  base::Id applicant;
  std::string title;
  feel::Context variables;
  /// Element id of the start event; empty: the none start event. With what set it off, for the stored event.
  std::string start_event = {};
  std::string by = "open";
};

/// An operation asked for: its id and what it comes with ("reason", "basis", "clock", "task", "to", "places",
/// "answers", "person", "agree", "material", "promise", "kept", "told", "channel").
struct OperationRequest {
  base::Id of_case;
  std::string operation;
  feel::Context data;
  std::optional<std::int64_t> expected_sequence = {};
};

/// What somebody may do to a case now, for the menu on its page.
struct Possible {
  const OperationKind* kind = nullptr;
  std::optional<base::Error> refusal;  // why not, when the state of the case forbids it
  struct Choice {
    std::string value;
    base::Text label;
  };
  std::vector<Choice> tasks;      // open ones
  std::vector<Choice> steps;      // where it may be sent back to, as "task>step"
  std::vector<Choice> clocks;     // that may be extended
  std::vector<Choice> versions;   // of the service, that it may be moved to
  std::vector<Choice> materials;  // that may be promised, or whose promise waits
  std::vector<Choice> people;
  feel::Context variables;  // single values that the failed steps see; another may be given when they are tried again
};

/// What moving a case to another version of its service would do.
struct MigrationPreview {
  struct Step {
    std::string element;  // of the version the case runs on
    base::Text name;
    std::string to_element;  // of the other version; empty: it has none
    base::Text to_name;
  };
  std::string from_version;
  std::string to_version;
  std::vector<Step> steps;             // what is under way
  std::vector<Step> closed;            // events that stop listening
  std::vector<Step> opened;            // events that listen from then on
  std::vector<base::Place> obstacles;  // why it can not be moved; path = element id
};

/// A version of a service that was in force once, or is.
struct DeployedVersion {
  std::string version;
  base::Instant deployed_at;
};

/// The instance, marks and state of a case as its stored events give them, up to the event `until`.
struct Replayed {
  bpmn::Instance instance;
  std::vector<Mark> marks;
  std::string state;
  std::vector<Deed> deeds;
  std::shared_ptr<const catalogue::Service> service;
  std::map<bpmn::Key, base::Instant> timers_opened = {};
  std::vector<Incident> incidents = {};
};

/// A decision that a case has made, with all that it was made of: rebuilt from the case's events.
struct DecisionTaken {
  std::int64_t sequence = 0;  // of the event
  base::Instant at;
  std::string element;                      // the business rule task
  std::string decision;                     // its id in the service's model
  feel::Context inputs;                     // every variable that it could see
  std::optional<feel::Value> outcome;       // as recorded; nothing when it did not come to one
  std::vector<std::string> basis;           // annotations of the rows that matched then
  feel::List explanation;                   // those rows: {decision, row, rule, inputs: [{input, test, value}], basis}
  std::shared_ptr<const dmn::Model> model;  // the version the case ran on
};

/// What a service task does inside the transaction: returns the variables it sets.
struct JobContext {
  const Case& of_case;
  const bpmn::Element& element;
  const Moment& moment;
};
using Worker = std::function<base::Result<feel::Context>(storage::Transaction&, const JobContext&)>;

/// Keeps what cases wait for from outside the office: jobs that other systems do, and messages. Told in the
/// transaction of the step.
class Outside {
 public:
  virtual ~Outside() = default;
  /// Told again when a job has failed and is to be tried once more, and when a case moves to another version.
  virtual void opened(storage::Transaction& transaction, const CaseHead& head, const bpmn::Element& element,
                      const bpmn::Wait& wait, base::Instant now) = 0;
  virtual void closed(storage::Transaction& transaction, base::Id of_case, bpmn::Key key, bpmn::WaitKind kind) = 0;
  /// Told after every operation of staff: while the case is suspended, what it waits for is held.
  virtual void held(storage::Transaction& transaction, base::Id of_case, bool suspended) = 0;
};

/// Something that comes from outside: a job done or failed by another system, a message.
struct Advance {
  bpmn::Command command;
  std::string by;       // for the event: "complete_job", "message"
  std::string element;  // id
  bpmn::Key key = 0;
  std::string reason = {};
};

/// Told of corrected answers in the transaction that corrects them: who filed them keeps them too. Returns what lists
/// call the case from now on.
using OnCorrected = std::function<base::Result<std::string>(storage::Transaction&, const Case&,
                                                            const feel::Context& answers, const Moment&)>;

/// Asked before somebody completes a task by hand; a refusal keeps the task open.
using Guard = std::function<base::Result<void>(storage::Snapshot&, const Task&)>;

/// Runs the processes. Built once by the server; thread-safe after that.
class Engine {
 public:
  explicit Engine(std::shared_ptr<const catalogue::Catalogue> catalogue);

  /// Registers what a job type does here. Jobs of other types wait for another system (`Outside`).
  void work(std::string job_type, Worker worker);

  const catalogue::Catalogue& catalogue() const { return *catalogue_; }

  /// Starts a case. Errors: what `decide` refuses.
  base::Result<CaseHead> open(storage::Transaction& transaction, const NewCase& request, const Moment& moment) const;

  /// Completes a user task with the answers of its form; they become the variable named by the element's id, together
  /// with who did it and when. `more` are further variables the caller sets in the same step.
  /// Errors: `casework.task_unknown`; `casework.already_done` with who and when; `casework.not_yours` (forbidden: role,
  /// scope or assignee); `casework.stale` when `expected_sequence` is given and the case has moved on;
  /// `catalogue.answers_invalid`; what the guard of the task's form refuses.
  base::Result<CaseHead> complete_task(storage::Transaction& transaction, TaskId task, const feel::Context& answers,
                                       std::optional<std::int64_t> expected_sequence, const Moment& moment,
                                       feel::Context more = {}) const;

  /// Completes the case's open task of this form when its work was done and written down elsewhere: a delivery is the
  /// hand-over of its case. Returns whether a task was completed: a case that is suspended, or whose task waits for a
  /// signature, keeps it. Who may do the work is checked where it is done.
  /// Errors: `casework.case_unknown`, `catalogue.answers_invalid`.
  base::Result<bool> complete_form(storage::Transaction& transaction, base::Id of_case, std::string_view form,
                                   const feel::Context& answers, const Moment& moment) const;

  base::Result<Task> claim(storage::Transaction& transaction, TaskId task, const Moment& moment) const;
  base::Result<Task> release(storage::Transaction& transaction, TaskId task, const Moment& moment) const;

  /// Ends the case at the applicant's own wish.
  /// Errors: `casework.ended`, `casework.binding`.
  base::Result<CaseHead> withdraw(storage::Transaction& transaction, base::Id of_case, std::string_view reason,
                                  const Moment& moment) const;

  /// Does one of the operations of `operations.h`: checked against the case, appended as an event, its effect on
  /// process, clocks and timers applied.
  /// Errors: `casework.operation_unknown`, `casework.operation_not_yours`, `casework.stale`, what `operations.h` lists,
  /// and what each operation says of its details.
  base::Result<CaseHead> operate(storage::Transaction& transaction, const OperationRequest& request,
                                 const Moment& moment) const;
  /// The operations the actor's roles cover, with what they can be applied to.
  base::Result<std::vector<Possible>> possible(storage::Snapshot& snapshot, base::Id of_case,
                                               const Moment& moment) const;
  /// Reminds of and escalates tasks whose day comes near or has passed, as their clocks say; and reminds, each working
  /// day, those who were asked for a signature on an earlier day and have not given it. Returns how many.
  int remind(storage::Store& store, base::Instant now, int limit) const;

  /// What the operation `migrate` would do; `version` empty: the one in force. Nothing is changed.
  /// Errors: `casework.case_unknown`, `casework.ended`, `casework.version_unknown`, `casework.version_same`,
  /// `casework.renaming_invalid`.
  base::Result<MigrationPreview> preview_migration(storage::Snapshot& snapshot, base::Id of_case,
                                                   const std::string& version, const feel::Context& renamed,
                                                   const Moment& moment) const;

  void on_corrected(OnCorrected listener) { on_corrected_ = std::move(listener); }
  /// Registers what must hold before a task with this form is completed by hand. `complete_form` does not ask it: who
  /// calls that has done the work.
  void guard(std::string form, Guard guard) { guards_[std::move(form)] = std::move(guard); }
  void tell(Outside& outside) { outside_ = &outside; }

  /// Errors: `casework.case_unknown`, `casework.suspended`, `bpmn.nothing_waits`, what workers refuse.
  base::Result<CaseHead> advance(storage::Transaction& transaction, base::Id of_case, const Advance& step,
                                 const Moment& moment) const;
  /// The same in transactions of its own, for nobody who could be told of a refusal: a worker that refuses leaves an
  /// incident. `first` is called in the transaction before anything else; false: nothing is done.
  /// Errors: as `advance`; `bpmn.nothing_waits` when `first` says no.
  base::Result<CaseHead> advance_alone(storage::Store& store, base::Id of_case, const Advance& step,
                                       const Moment& moment,
                                       const std::function<bool(storage::Transaction&)>& first) const;

  /// Rebuilds a case from its events alone.
  /// Errors: `casework.case_unknown`, `bpmn.stored_invalid`.
  base::Result<Replayed> replay(storage::Snapshot& snapshot, base::Id of_case, std::int64_t until = INT64_MAX) const;

  /// Compares every row that shows what cases have told with their events: cases, tasks, timers, incidents, signatures,
  /// promises, the values they are found by; and delegations and kept versions of services with what they were made
  /// of. Each finding names case, table, row and column, and no content. `progress` is told how many cases were looked
  /// at.
  using Progress = std::function<void(std::int64_t done)>;
  std::vector<base::Text> check(storage::Snapshot& snapshot, const Progress& progress = nullptr) const;

  /// The decisions that a case has made by its service's model, oldest first; those it took back by going back, too.
  /// Errors: `casework.case_unknown` also for a case outside `scope`, `bpmn.stored_invalid`.
  base::Result<std::vector<DecisionTaken>> decisions_taken(storage::Snapshot& snapshot,
                                                           const access_control::Scope& scope, base::Id of_case) const;

  /// What lists call the case from now on: an answer that it was named after was corrected. Told by an event of its
  /// own; nothing is done when it is called so already.
  /// Errors: `casework.case_unknown`.
  base::Result<void> rename(storage::Transaction& transaction, base::Id of_case, const std::string& title,
                            const Moment& moment) const;

  /// Records something that happened to the case without moving its process (a visit, a rating).
  base::Result<CaseHead> note(storage::Transaction& transaction, base::Id of_case, std::string_view type,
                              const feel::Context& data, const Moment& moment) const;

  /// Fires up to `limit` timers that are due; returns how many. Each in its own transaction: one failing case does not
  /// hold up the others.
  int fire_due_timers(storage::Store& store, base::Instant now, int limit) const;

  /// Brings what cases are searched by up to what their services declare now, for `limit` cases, ended ones too, in a
  /// transaction of its own; any number of processes may do it, and a restart goes on where it stood. Steps of cases
  /// write their own values. Returns whether there is more to do.
  bool index_values(storage::Store& store, int limit) const;

  /// Keeps services and shared models as they are now, so that cases go on with the version they started with whatever
  /// the catalogue becomes; at start, before serving. Errors: none of its own; throws storage::Fault.
  base::Result<void> deploy(storage::Store& store, base::Instant now) const;

  /// Keeps one version of a folder of models, a service's or a shared one: before anything begins with it.
  void deploy(storage::Transaction& transaction, const std::string& id, const std::string& version,
              const catalogue::Files& files, base::Instant now) const;

  /// A version that was deployed once; null when there is none, or when it can not be read any more.
  std::shared_ptr<const catalogue::Service> find_version(storage::Snapshot& snapshot, const std::string& service,
                                                         const std::string& version) const;

  /// Computes open cases' due days and timers again when calendar or rules are not those of the last time: `limit`
  /// cases at a call, so that whoever calls does other work between. Cases that stay as they are, are only read. A
  /// restart begins again.
  struct Replanned {
    int changed = 0;
    bool has_more = false;
  };
  Replanned replan(storage::Store& store, base::Instant now, int limit) const;

  /// Errors: `casework.case_unknown` also for a case outside `scope`.
  base::Result<Case> load(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id of_case) const;

  /// Every clock of the service, started or not, as of `today`.
  base::Result<std::vector<ClockView>> clocks(const Case& of_case, calendar::Date today) const;

  class Onlooker;  // sees a case being rebuilt (`engine.h`)

 private:
  /// What a rebuilding starts with when the first event does not tell it.
  struct Beginning {
    std::string service;
    std::string version;
    std::int64_t until = INT64_MAX;
  };
  base::Result<Replayed> replay(storage::Snapshot& snapshot, base::Id of_case, const Beginning& beginning,
                                Onlooker& onlooker) const;
  Beginning beginning_of(storage::Snapshot& snapshot, base::Id of_case, const storage::Event& first) const;
  bool check_case(storage::Snapshot& snapshot, base::Id of_case, const storage::Event& first,
                  evidence::Findings& findings) const;
  /// What set off a change, for the stored event: "open", "complete_task", "timer", "cancel", "replan".
  struct Step {
    std::string_view by;
    std::string element;
    bpmn::Key key = 0;
    std::string reason;
    const Deed* deed = nullptr;  // an operation: its event is the operation's own
  };
  base::Result<std::shared_ptr<const catalogue::Service>> pinned(storage::Snapshot& snapshot,
                                                                 const std::string& service,
                                                                 const std::string& version) const;
  base::Result<CaseHead> finish(storage::Transaction& transaction, Case& of_case, std::vector<bpmn::Event> events,
                                const Step& step, const Moment& moment) const;
  base::Result<std::vector<bpmn::Event>> run(storage::Transaction& transaction, Case& of_case, bpmn::Command command,
                                             const Moment& moment) const;
  base::Result<void> check_completion(storage::Snapshot& snapshot, const Case& of_case, const Task& task,
                                      const Moment& moment) const;
  int remind_of_tasks(storage::Store& store, base::Instant now, int limit) const;
  int remind_signers(storage::Store& store, base::Instant now, int limit) const;
  base::Result<CaseHead> complete(storage::Transaction& transaction, Case& of_case, const Task& task,
                                  const feel::Context& answers, const Moment& moment, feel::Context more) const;
  base::Result<CaseHead> perform(storage::Transaction& transaction, Case& of_case, Deed deed,
                                 const Moment& moment) const;
  base::Result<std::vector<bpmn::Event>> carry_out(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                   const Moment& moment) const;
  base::Result<std::vector<bpmn::Event>> send_back(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                   const Moment& moment) const;
  base::Result<std::vector<bpmn::Event>> correct(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                 const Moment& moment) const;
  base::Result<void> reopen(storage::Transaction& transaction, Case& of_case, Deed& deed, const Moment& moment) const;
  base::Result<std::vector<bpmn::Event>> assist(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                const Moment& moment) const;
  base::Result<std::vector<bpmn::Event>> retry(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                               const Moment& moment) const;
  base::Result<std::vector<bpmn::Event>> migrate(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                 const Moment& moment) const;
  base::Result<std::shared_ptr<const catalogue::Service>> version_to_go_to(storage::Snapshot& snapshot,
                                                                           const CaseHead& head,
                                                                           const std::string& version) const;
  void take(Case& of_case, bpmn::Event event, const Moment& moment, std::vector<bpmn::Event>& all) const;
  base::Result<void> work_off(storage::Transaction& transaction, Case& of_case, const Moment& moment,
                              std::vector<bpmn::Event>& all) const;
  void save_values(storage::Transaction& transaction, const Case& of_case,
                   const std::vector<bpmn::Event>& events) const;
  void save_waits(storage::Transaction& transaction, const Case& of_case, const std::vector<bpmn::Event>& events,
                  const Step& step, const Moment& moment) const;
  base::Result<void> check_extension(const Case& of_case, const Deed& deed, const Moment& moment) const;
  base::Result<void> prepare_promise(const Case& of_case, Deed& deed, const Moment& moment) const;
  base::Result<void> prepare_person(storage::Snapshot& snapshot, const Case& of_case, Deed& deed,
                                    const Moment& moment) const;
  base::Result<void> refresh_timers(storage::Transaction& transaction, const Case& of_case, const Moment& moment) const;
  void refresh_tasks(storage::Transaction& transaction, const Case& of_case, const std::vector<ClockView>& views) const;
  /// The views of a case's clocks, without an event. Returns whether the promised day moved.
  base::Result<bool> refresh(storage::Transaction& transaction, Case& of_case, const Moment& moment) const;
  /// The instance as it is stored; kept for the next step.
  std::string stored_instance(const Case& of_case) const;
  bool fire_one(storage::Store& store, TaskId timer, base::Instant now) const;
  bool replan_one(storage::Store& store, base::Id of_case, base::Instant now) const;
  /// Whether replanning would change a due day or a timer of the case.
  bool is_planned_otherwise(storage::Snapshot& snapshot, base::Id of_case, base::Instant now) const;

  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  std::map<std::string, Worker, std::less<>> workers_;
  OnCorrected on_corrected_;
  std::map<std::string, Guard, std::less<>> guards_;  // by form
  Outside* outside_ = nullptr;
  mutable InstanceCache instances_;
  mutable std::atomic<std::int64_t> signers_reminded_on_ = 0;  // days
  // How far open cases were planned again, and by which calendar and rules.
  struct Planning {
    std::string ground;
    base::Id after;
    bool is_finished = false;
  };
  mutable std::mutex planning_mutex_;
  mutable Planning planning_;
  // Versions that only old cases use, read when one of them is.
  mutable std::mutex pinned_mutex_;
  mutable std::map<std::string, std::shared_ptr<const catalogue::Service>, std::less<>> pinned_;
  // Declared indexes that every case of the service has been gone through for.
  mutable std::map<std::string, std::string, std::less<>> indexed_;
};

struct TaskFilter {
  enum class Tab { mine, office, overdue } tab = Tab::office;
  std::string search;  // number or title contains
  std::string service;
  std::string element;
  bool by_opening = false;  // otherwise by due day
  int limit = 50;
  std::string cursor;
};
struct TaskPage {
  std::vector<Task> tasks;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
/// Whether the actor's own roles, or one that somebody has delegated, cover the task today.
bool may_do(storage::Snapshot& snapshot, const access_control::Actor& actor, const Task& task, calendar::Date today);

/// Somebody lends a role to a colleague for some days, for all services or one.
struct Delegation {
  base::Id id;
  std::string division;
  base::Id from_person;
  base::Id to_person;
  std::string role;
  std::string service;  // empty: all
  calendar::Date valid_from;
  calendar::Date valid_to;
  std::string reason;
  std::optional<base::Instant> revoked_at = {};
};
/// Newest first.
std::vector<DeployedVersion> versions_of(storage::Snapshot& snapshot, std::string_view service);
/// The files of a version that was deployed once; nothing when there was none.
std::optional<catalogue::Files> kept_files(storage::Snapshot& snapshot, std::string_view service,
                                           std::string_view version);
/// How many open cases in scope run on which version, by service and version.
std::map<std::pair<std::string, std::string>, std::int64_t> cases_by_version(storage::Snapshot& snapshot,
                                                                             const access_control::Scope& scope);

/// Errors: `casework.reason_missing`, `casework.delegation_days` (ends before it begins, in the past, or longer than
/// 90 days), `casework.role_unknown` (not a role of the giver), `casework.person_unfit` (not staff of the division, or
/// the giver).
base::Result<Delegation> delegate(storage::Transaction& transaction, const Delegation& delegation,
                                  const Moment& moment);
/// By the giver only. Errors: `casework.delegation_unknown`.
base::Result<Delegation> revoke_delegation(storage::Transaction& transaction, base::Id id, const Moment& moment);
/// Given and received ones that are in force or still to come.
std::vector<Delegation> delegations_of(storage::Snapshot& snapshot, base::Id person, calendar::Date today);

/// Promises not verified yet within scope, the earliest due first.
struct OpenPromise {
  base::Id of_case;
  std::string case_number;
  std::string case_title;
  std::string service;
  std::string material;
  base::Instant made_at;
  calendar::Date due;
};
std::vector<OpenPromise> open_promises(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit);

/// Open tasks that the actor may do, within the actor's scope.
TaskPage list_tasks(storage::Snapshot& snapshot, const access_control::Actor& actor, const TaskFilter& filter,
                    calendar::Date today);
struct TaskCounts {
  std::int64_t mine = 0, office = 0, overdue = 0;
};
TaskCounts count_tasks(storage::Snapshot& snapshot, const access_control::Actor& actor, calendar::Date today);
/// Open and done tasks of one case, oldest first.
std::vector<Task> tasks_of(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id of_case);

/// A search by a variable, as asked: one value, or for numbers and days a range with both ends in it.
struct ValueQuery {
  std::string variable;  // id of an index; empty: no search
  std::string value;
  std::string from;
  std::string to;
};
/// The same as it is stored.
struct ValueFilter {
  std::string name;  // empty: no search
  std::string from;
  std::string to;
};
/// Errors: `casework.filter_variable_unknown` (no service declares it), `casework.filter_incomplete` (a value without a
/// variable, or the other way round), `casework.filter_value` (not of the variable's kind), `casework.filter_range` (a
/// range of texts, a range and a value, or one that ends before it begins).
base::Result<ValueFilter> read_filter(const catalogue::Catalogue& catalogue, const ValueQuery& query);

struct CaseFilter {
  std::string search;
  std::string state;
  ValueFilter where = {};
  bool by_promised = false;
  int limit = 50;
  std::string cursor;
};
struct CasePage {
  std::vector<CaseHead> cases;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
CasePage list_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const CaseFilter& filter);

/// Steps that can not go on, the longest standing first.
struct IncidentFilter {
  base::Id of_case = {};     // none: all
  std::string service = {};  // empty, as the next two: any
  std::string element = {};
  std::string code = {};
  bool newest_first = false;
  int limit = 50;
  std::string cursor = {};
};
struct IncidentPage {
  struct Item {
    CaseHead head;
    Incident incident;
  };
  std::vector<Item> items;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
IncidentPage list_incidents(storage::Snapshot& snapshot, const access_control::Scope& scope,
                            const IncidentFilter& filter);

/// Failed steps of one service, step and reason: what is put right together.
struct IncidentGroup {
  std::string service;
  std::string version;  // of one of the cases
  std::string element;
  std::string code;
  base::Text message;  // of one of them
  std::int64_t steps = 0;
  std::int64_t cases = 0;
  base::Instant since;  // when the first of them failed
};
/// The largest first, no more than `limit`.
std::vector<IncidentGroup> group_incidents(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit);

/// Open cases after `after`, by id, for going through many in pieces.
struct CaseSelection {
  std::string service;       // empty: any
  std::string version = {};  // that they run on; empty: any
  bool stuck = false;        // only those with an incident
  std::string element = {};  // of the incident; empty: any
  std::string code = {};     // of the incident; empty: any
};
std::vector<base::Id> select_cases(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                   const CaseSelection& selection, base::Id after, int limit);
std::int64_t count_cases(storage::Snapshot& snapshot, const access_control::Scope& scope,
                         const CaseSelection& selection);
/// The next one of the division on this day; taken back with the transaction.
std::string next_case_number(storage::Transaction& transaction, std::string_view division, calendar::Date today);
/// "" when there is no such case.
std::string case_number(storage::Snapshot& snapshot, base::Id of_case);

/// The events of a case in words and as stored, oldest first.
std::vector<storage::Event> history(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id of_case);

/// What happened, in words, for events that are not steps of the process: operations and notes.
struct Told {
  base::Text text;
  std::string reason;
};
std::optional<Told> told_by(const storage::Event& event, const catalogue::Service& service);
/// Whether the case has passed a step after which nothing is taken back (element property `binding`).
bool is_binding(const Case& of_case);

/// The operations' routes.
void mount(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads);

/// The name of an element in the reader's language: its BPMN name, and the property `name_en`.
base::Text name_of(const bpmn::Element& element);

std::span<const storage::Migration> migrations();

}  // namespace casework
