/// The SQL of casework, all of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/casework/casework.h"

namespace casework {

/// A case's row as stored; the service's definition is looked up by the caller.
struct StoredCase {
  CaseHead head;
  std::string instance;
  std::vector<Mark> marks;
  std::vector<Deed> deeds;
  std::string first_version;  // of the service, when the case was opened
};

/// A day that sorts behind every real one: "no due day".
inline constexpr std::string_view no_day = "9999-12-31";

std::optional<StoredCase> find_case(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
void insert_case(storage::Transaction& transaction, const Case& of_case, const std::string& instance);
void update_case(storage::Transaction& transaction, const Case& of_case, const std::string& instance);

std::optional<Task> find_task(storage::Snapshot& snapshot, const access_control::Scope& scope, TaskId id);
void insert_task(storage::Transaction& transaction, const Case& of_case, const bpmn::TaskOpened& opened,
                 const bpmn::Element& element, base::Id assignee, std::optional<calendar::Date> due, base::Instant now);
/// Closes the task if it is open; `by` none: it was cancelled or done by the system.
void close_task(storage::Transaction& transaction, base::Id of_case, bpmn::Key key, base::Instant at, base::Id by);
void assign_task(storage::Transaction& transaction, TaskId id, base::Id assignee);
void save_task_due(storage::Transaction& transaction, base::Id of_case, const std::string& element,
                   std::optional<calendar::Date> due);

/// A timer that is there already gets the new due moment and keeps the one at which it was opened.
void save_timer(storage::Transaction& transaction, const Case& of_case, bpmn::Key key, base::Instant due,
                base::Instant now);
struct OpenTimer {
  bpmn::Key key = 0;
  base::Instant opened_at;
};
std::vector<OpenTimer> timers_of(storage::Snapshot& snapshot, base::Id of_case);
void drop_timer(storage::Transaction& transaction, base::Id of_case, bpmn::Key key);
std::vector<TaskId> due_timers(storage::Snapshot& snapshot, base::Instant now, int limit);
/// Open tasks due on `until` or before that were told of neither as due soon nor as late, oldest day first.
struct DueTask {
  TaskId id;
  calendar::Date due;
  std::string element;
};
std::vector<DueTask> tasks_to_remind(storage::Snapshot& snapshot, calendar::Date until, calendar::Date today,
                                     int limit);
void mark_reminded(storage::Transaction& transaction, TaskId id, bool late);
/// Whose signatures open tasks wait for, the oldest cases first.
std::vector<std::pair<TaskId, base::Id>> signatures_waiting(storage::Snapshot& snapshot, int limit);
/// A task that was cancelled or done with its case is open again.
void open_task_again(storage::Transaction& transaction, TaskId id);
void save_priority(storage::Transaction& transaction, base::Id of_case, int priority);
/// Whose signatures a task waits for, as the work list looks for them.
void save_signature(storage::Transaction& transaction, TaskId id, const Conduct::Signature& signature,
                    std::string_view division);
/// The actor's roles and those lent to the actor today.
std::vector<std::string> roles_of(storage::Snapshot& snapshot, const access_control::Actor& actor,
                                  calendar::Date today);
void insert_delegation(storage::Transaction& transaction, const Delegation& delegation);
void end_delegation(storage::Transaction& transaction, base::Id id, base::Instant at);
std::optional<Delegation> find_delegation(storage::Snapshot& snapshot, base::Id id);
void save_promise(storage::Transaction& transaction, const CaseHead& head, const Conduct::Promise& promise);

void insert_incident(storage::Transaction& transaction, const CaseHead& head, const Incident& incident);
void delete_incident(storage::Transaction& transaction, base::Id of_case, bpmn::Key key);

/// What rows call elements by is what the version calls them that the case has moved to.
void rename_element(storage::Transaction& transaction, base::Id of_case, const std::string& from,
                    const std::string& to);
/// An open task as another version tells it: who may do it, with which form, until when.
struct TaskAnew {
  std::string element;
  std::string group;
  std::string form;
  base::Id assignee;
  std::optional<calendar::Date> due;
};
void save_task_anew(storage::Transaction& transaction, TaskId id, const TaskAnew& task);

/// What the case is found by; a list has several of one name.
struct IndexedValue {
  std::string name;
  std::string value;  // sorted by bytes
};
void insert_values(storage::Transaction& transaction, const CaseHead& head, const std::vector<IndexedValue>& values);
/// `name` empty: all of them.
void delete_values(storage::Transaction& transaction, base::Id of_case, std::string_view name);
/// How far the cases of a service were gone through for what it declares as indexed.
struct IndexGround {
  std::string service;
  std::string fingerprint;
  base::Id done_to;
  bool finished = false;
};
/// From the beginning when it was for another fingerprint.
IndexGround ground_of(storage::Transaction& transaction, const std::string& service, const std::string& fingerprint);
/// False when another process has gone on from `before` meanwhile.
bool save_ground(storage::Transaction& transaction, const IndexGround& before, const IndexGround& after);
bool is_indexed(storage::Snapshot& snapshot, std::string_view service, std::string_view fingerprint);
/// All after `after`, ended ones too.
std::vector<base::Id> cases_of_service(storage::Snapshot& snapshot, std::string_view service, base::Id after,
                                       int limit);
/// The last ones of the service that ended.
std::vector<base::Id> ended_cases(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                  std::string_view service, int limit);
/// Until the end of the transaction nobody else changes the case.
void lock_case(storage::Transaction& transaction, base::Id of_case);

/// The statement that finds a list's cases, from "FROM" on, without order and limit.
struct CaseStatement {
  std::string sql;
  std::vector<storage::Datum> parameters;
};
CaseStatement cases_found(const access_control::Scope& scope, const CaseFilter& filter);

/// Marks and deeds as the case's row has them.
std::string marks_text(const std::vector<Mark>& marks);
std::string deeds_text(const std::vector<Deed>& deeds);
/// A day as rows have it.
std::string due_text(const std::optional<calendar::Date>& due);

/// The versions of services that are kept.
struct KeptVersion {
  std::string service;
  std::string version;
  std::string files;  // JSON
};
std::vector<KeptVersion> kept_versions(storage::Snapshot& snapshot);
/// As the case's row says it, for cases whose first event does not.
struct CaseVersion {
  std::string service;
  std::string version;
};
std::optional<CaseVersion> first_version_of(storage::Snapshot& snapshot, base::Id of_case);

bool timer_waits(storage::Snapshot& snapshot, TaskId timer);

/// Open cases after `after`, for going through all of them in pieces.
std::vector<base::Id> open_cases(storage::Snapshot& snapshot, base::Id after, int limit);

/// A service's files as JSON, kept by version.
void save_deployed(storage::Transaction& transaction, std::string_view service, std::string_view version,
                   const std::string& files_json, base::Instant now);
std::optional<std::string> find_deployed(storage::Snapshot& snapshot, std::string_view service,
                                         std::string_view version);

/// What calendar and rules the stored due days were computed from.
std::string plan_ground(storage::Snapshot& snapshot);
void save_plan_ground(storage::Transaction& transaction, std::string_view fingerprint);

/// A scope that reaches every case: for the system's own work (timers, re-planning), never for a request.
access_control::Scope system_scope();

}  // namespace casework
