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
