#include "store.h"

#include <charconv>

#include "casework_migrations.h"

namespace casework {
namespace {

using storage::Datum;
using storage::Row;

std::vector<Mark> marks_of(std::string_view text) {
  std::vector<Mark> marks;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view piece = text.substr(0, end);
    const std::size_t at = piece.rfind('@');
    CHECK(at != std::string_view::npos);
    Mark mark{.element = std::string(piece.substr(0, at)), .at = {}};
    std::from_chars(piece.data() + at + 1, piece.data() + piece.size(), mark.at.us);
    marks.push_back(std::move(mark));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return marks;
}

std::vector<Deed> deeds_of(const std::string& text) {
  std::vector<Deed> deeds;
  const auto list = feel::parse_json(text);
  CHECK(list && list.value().kind() == feel::Kind::list);
  for (const feel::Value& item : list.value().as_list()) {
    feel::Context data = item.as_context();
    const auto operation = parse_operation(data.find("op")->as_string());
    CHECK(operation);
    Deed deed{.operation = operation.value(),
              .at = {data.find("at")->as_number().to_int64().value_or(0)},
              .by = base::parse_id(data.find("by")->as_string()).value_or(base::Id{}),
              .data = {}};
    for (const char* key : {"op", "at", "by"}) data.erase(key);
    deed.data = std::move(data);
    deeds.push_back(std::move(deed));
  }
  return deeds;
}

std::optional<calendar::Date> day_of(const Datum& datum) {
  if (datum.is_null() || datum.text() == no_day) return std::nullopt;
  return datum.date();
}

constexpr std::string_view head_columns =
    "c.id, c.division, c.office, c.number, c.service, c.service_version, c.applicant, c.title, c.state, c.opened_at, "
    "c.ended_at, c.promised_day, c.sequence, c.next_day, c.next_clock, c.legal_day, c.paused_on, c.paused_zh, "
    "c.paused_en";

CaseHead head_of(const Row& row) {
  CaseHead head{.id = row[0].id(),
                .division = row[1].text(),
                .office = row[2].text(),
                .number = row[3].text(),
                .service = row[4].text(),
                .service_version = row[5].text(),
                .applicant = row[6].id(),
                .title = row[7].text(),
                .state = row[8].text(),
                .opened_at = row[9].instant()};
  if (!row[10].is_null()) head.ended_at = row[10].instant();
  head.promised_day = day_of(row[11]);
  head.sequence = row[12].number();
  head.timing.next_day = day_of(row[13]);
  head.timing.next_clock = row[14].text();
  head.timing.legal_day = day_of(row[15]);
  if (const auto since = day_of(row[16]))
    head.timing.pause = {.from = *since, .to = {}, .reason = {row[17].text(), row[18].text()}};
  return head;
}

/// The scope as a condition on `alias` (a table with division, office and, for `own`, applicant).
struct Condition {
  std::string sql;
  std::vector<Datum> parameters;
};

Condition within(const access_control::Scope& scope, const std::string& alias) {
  switch (scope.kind) {
    case access_control::Scope::Kind::nothing:
      return {"1 = 0", {}};
    case access_control::Scope::Kind::own:
      return {alias + ".applicant = ?", {scope.person}};
    case access_control::Scope::Kind::office:
      return {alias + ".division = ? AND " + alias + ".office = ?", {scope.division, scope.office}};
    case access_control::Scope::Kind::division:
      if (scope.division.size() == 6) return {alias + ".division = ?", {scope.division}};
      return {alias + ".division >= ? AND " + alias + ".division < ?", {scope.division, scope.division + ":"}};
  }
  return {"1 = 0", {}};
}

constexpr std::string_view task_columns =
    "t.case_id, t.task_key, t.division, t.office, c.number, c.title, c.state, c.service, t.element, t.candidate_group, "
    "t.form, t.assignee, t.opened_at, t.due_day, t.done_at, t.done_by, t.priority";

Task task_of(const Row& row) {
  Task task{.id = {row[0].id(), static_cast<bpmn::Key>(row[1].number())},
            .division = row[2].text(),
            .office = row[3].text(),
            .case_number = row[4].text(),
            .case_title = row[5].text(),
            .case_state = row[6].text(),
            .service = row[7].text(),
            .element = row[8].text(),
            .group = row[9].text(),
            .form = row[10].text(),
            .assignee = row[11].id(),
            .opened_at = row[12].instant(),
            .due = day_of(row[13])};
  if (!row[14].is_null()) task.done_at = row[14].instant();
  task.done_by = row[15].id();
  task.priority = static_cast<int>(row[16].number());
  return task;
}

/// `%` and `_` in what a person typed mean themselves.
std::string like_pattern(std::string_view search) {
  std::string pattern = "%";
  for (const char c : search) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

void append(Condition& to, std::string_view sql, std::initializer_list<Datum> parameters) {
  to.sql += " AND ";
  to.sql += sql;
  to.parameters.insert(to.parameters.end(), parameters.begin(), parameters.end());
}

/// Tasks for somebody: what one has taken, or what one's roles may take, within scope.
Condition tasks_for(const access_control::Actor& actor, const std::vector<std::string>& roles, TaskFilter::Tab tab,
                    calendar::Date today) {
  if (actor.scope.kind == access_control::Scope::Kind::own) return {"1 = 0", {}};  // an applicant has no work list
  Condition condition = within(actor.scope, "t");
  condition.sql += " AND t.done_at IS NULL";
  if (tab == TaskFilter::Tab::mine) {
    append(condition,
           "(t.assignee = ? OR EXISTS (SELECT 1 FROM signatures s WHERE s.person = ? AND s.open = 1 AND "
           "s.case_id = t.case_id AND s.task_key = t.task_key))",
           {actor.person, actor.person});
    return condition;
  }
  std::string groups;
  for (const std::string& role : roles) {
    groups += groups.empty() ? "?" : ", ?";
    condition.parameters.emplace_back(role);
  }
  condition.sql += groups.empty() ? " AND 1 = 0" : " AND t.candidate_group IN (" + groups + ")";
  if (tab == TaskFilter::Tab::overdue) append(condition, "t.due_day < ?", {calendar::to_text(today)});
  return condition;
}

}  // namespace

std::string marks_text(const std::vector<Mark>& marks) {
  std::string text;
  for (const Mark& mark : marks) {
    if (!text.empty()) text += ' ';
    text += mark.element + "@" + std::to_string(mark.at.us);
  }
  return text;
}

/// Deeds as stored beside the case: what `conduct_of` makes of them is never stored itself.
std::string deeds_text(const std::vector<Deed>& deeds) {
  feel::List list;
  for (const Deed& deed : deeds) {
    feel::Context entry = deed.data;
    entry.put("op", kind_of(deed.operation).id);
    entry.put("at", feel::Value(deed.at.us));
    entry.put("by", base::to_text(deed.by));
    list.emplace_back(std::move(entry));
  }
  return feel::to_json(feel::Value(std::move(list)));
}

std::string due_text(const std::optional<calendar::Date>& due) {
  return due ? calendar::to_text(*due) : std::string(no_day);
}

std::vector<std::string> roles_of(storage::Snapshot& snapshot, const access_control::Actor& actor,
                                  calendar::Date today) {
  std::vector<std::string> roles = actor.roles;
  for (const Delegation& delegation : delegations_of(snapshot, actor.person, today))
    if (delegation.to_person == actor.person && delegation.valid_from <= today) roles.push_back(delegation.role);
  return roles;
}

access_control::Scope system_scope() {
  return access_control::Scope::of_division("");
}

std::optional<StoredCase> find_case(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  Condition condition = within(scope, "c");
  append(condition, "c.id = ?", {id});
  const auto rows =
      snapshot.query("SELECT " + std::string(head_columns) +
                         ", c.instance, c.marks, c.deeds, c.first_version FROM cases c WHERE " + condition.sql,
                     condition.parameters);
  if (rows.empty()) return std::nullopt;
  return StoredCase{.head = head_of(rows[0]),
                    .instance = rows[0][19].text(),
                    .marks = marks_of(rows[0][20].text()),
                    .deeds = deeds_of(rows[0][21].text()),
                    .first_version = rows[0][22].text().empty() ? rows[0][5].text() : rows[0][22].text()};
}

namespace {

/// next_day, next_clock, legal_day, paused_on, paused_zh, paused_en, as the statements below name them.
void add_timing(std::vector<Datum>& parameters, const Timing& timing) {
  const base::Text reason = timing.pause ? timing.pause->reason : base::Text{};
  const std::string paused_on = timing.pause ? due_text(timing.pause->from) : std::string(no_day);
  parameters.insert(parameters.end(), {due_text(timing.next_day), timing.next_clock, due_text(timing.legal_day),
                                       paused_on, reason.zh, reason.en});
}

}  // namespace

void insert_case(storage::Transaction& transaction, const Case& of_case, const std::string& instance) {
  const CaseHead& head = of_case.head;
  std::vector<Datum> parameters = {head.id,
                                   head.division,
                                   head.office,
                                   head.number,
                                   head.service,
                                   head.service_version,
                                   head.applicant,
                                   head.title,
                                   head.state,
                                   instance,
                                   marks_text(of_case.marks),
                                   head.opened_at,
                                   Datum(head.ended_at),
                                   due_text(head.promised_day),
                                   head.sequence,
                                   head.service_version};
  add_timing(parameters, head.timing);
  transaction.execute(
      "INSERT INTO cases (id, division, office, number, service, service_version, applicant, title, state, instance, "
      "marks, opened_at, ended_at, promised_day, sequence, first_version, next_day, next_clock, legal_day, paused_on, "
      "paused_zh, paused_en) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      parameters);
}

void update_case(storage::Transaction& transaction, const Case& of_case, const std::string& instance) {
  const CaseHead& head = of_case.head;
  std::vector<Datum> parameters = {head.title,
                                   head.state,
                                   instance,
                                   marks_text(of_case.marks),
                                   Datum(head.ended_at),
                                   due_text(head.promised_day),
                                   head.sequence,
                                   deeds_text(of_case.deeds),
                                   head.service_version,
                                   of_case.conduct.suspended};
  add_timing(parameters, head.timing);
  parameters.emplace_back(head.id);
  transaction.execute(
      "UPDATE cases SET title = ?, state = ?, instance = ?, marks = ?, ended_at = ?, promised_day = ?, sequence = ?, "
      "deeds = ?, "
      "service_version = ?, suspended = ?, next_day = ?, next_clock = ?, legal_day = ?, paused_on = ?, paused_zh = ?, "
      "paused_en = ? WHERE id = ?",
      parameters);
}

std::optional<Task> find_task(storage::Snapshot& snapshot, const access_control::Scope& scope, TaskId id) {
  Condition condition = within(scope, scope.kind == access_control::Scope::Kind::own ? "c" : "t");
  append(condition, "t.case_id = ? AND t.task_key = ?", {id.of_case, std::int64_t{id.key}});
  const auto rows = snapshot.query(
      "SELECT " + std::string(task_columns) + " FROM tasks t JOIN cases c ON c.id = t.case_id WHERE " + condition.sql,
      condition.parameters);
  if (rows.empty()) return std::nullopt;
  return task_of(rows[0]);
}

void insert_task(storage::Transaction& transaction, const Case& of_case, const bpmn::TaskOpened& opened,
                 const bpmn::Element& element, base::Id assignee, std::optional<calendar::Date> due,
                 base::Instant now) {
  transaction.execute(
      "INSERT INTO tasks (case_id, task_key, division, office, element, candidate_group, form, assignee, opened_at, "
      "due_day, priority, done_at, done_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)",
      {of_case.head.id, std::int64_t{opened.key}, of_case.head.division, of_case.head.office, element.id,
       opened.candidate_groups.empty() ? std::string() : opened.candidate_groups.front(), opened.form, assignee, now,
       due_text(due), opened.priority});
}

void close_task(storage::Transaction& transaction, base::Id of_case, bpmn::Key key, base::Instant at, base::Id by) {
  transaction.execute(
      "UPDATE tasks SET done_at = ?, done_by = ? WHERE case_id = ? AND task_key = ? AND done_at IS NULL",
      {at, by, of_case, std::int64_t{key}});
}

void assign_task(storage::Transaction& transaction, TaskId id, base::Id assignee) {
  transaction.execute("UPDATE tasks SET assignee = ? WHERE case_id = ? AND task_key = ?",
                      {assignee, id.of_case, std::int64_t{id.key}});
}

void save_task_due(storage::Transaction& transaction, base::Id of_case, const std::string& element,
                   std::optional<calendar::Date> due) {
  transaction.execute(
      "UPDATE tasks SET due_day = ? WHERE case_id = ? AND element = ? AND done_at IS NULL AND due_day <> ?",
      {due_text(due), of_case, element, due_text(due)});
}

void save_timer(storage::Transaction& transaction, const Case& of_case, bpmn::Key key, base::Instant due,
                base::Instant now) {
  transaction.execute(
      "INSERT INTO timers (case_id, timer_key, division, opened_at, due_at) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (case_id, timer_key) DO UPDATE SET due_at = excluded.due_at",
      {of_case.head.id, std::int64_t{key}, of_case.head.division, now, due});
}

std::vector<OpenTimer> timers_of(storage::Snapshot& snapshot, base::Id of_case) {
  std::vector<OpenTimer> timers;
  for (const Row& row :
       snapshot.query("SELECT timer_key, opened_at FROM timers WHERE case_id = ? ORDER BY timer_key", {of_case}))
    timers.push_back({static_cast<bpmn::Key>(row[0].number()), row[1].instant()});
  return timers;
}

void drop_timer(storage::Transaction& transaction, base::Id of_case, bpmn::Key key) {
  transaction.execute("DELETE FROM timers WHERE case_id = ? AND timer_key = ?", {of_case, std::int64_t{key}});
}

std::vector<TaskId> due_timers(storage::Snapshot& snapshot, base::Instant now, int limit) {
  std::vector<TaskId> due;
  for (const Row& row : snapshot.query(
           "SELECT case_id, timer_key FROM timers WHERE due_at <= ? ORDER BY due_at, case_id, timer_key LIMIT ?",
           {now, limit}))
    due.push_back({row[0].id(), static_cast<bpmn::Key>(row[1].number())});
  return due;
}

std::vector<DueTask> tasks_to_remind(storage::Snapshot& snapshot, calendar::Date until, calendar::Date today,
                                     int limit) {
  std::vector<DueTask> tasks;
  for (const Row& row : snapshot.query(
           "SELECT case_id, task_key, due_day, element FROM tasks WHERE done_at IS NULL AND due_day <= ? "
           "AND (reminded = 0 OR (reminded = 1 AND due_day < ?)) ORDER BY due_day, case_id, task_key LIMIT ?",
           {calendar::to_text(until), calendar::to_text(today), limit}))
    tasks.push_back({{row[0].id(), static_cast<bpmn::Key>(row[1].number())}, row[2].date(), row[3].text()});
  return tasks;
}

std::vector<std::pair<TaskId, base::Id>> signatures_waiting(storage::Snapshot& snapshot, int limit) {
  std::vector<std::pair<TaskId, base::Id>> waiting;
  for (const Row& row :
       snapshot.query("SELECT s.case_id, s.task_key, s.person FROM signatures s JOIN tasks t ON t.case_id = s.case_id "
                      "AND t.task_key = s.task_key WHERE s.open = 1 AND t.done_at IS NULL "
                      "ORDER BY s.case_id, s.task_key, s.person LIMIT ?",
                      {limit}))
    waiting.push_back({{row[0].id(), static_cast<bpmn::Key>(row[1].number())}, row[2].id()});
  return waiting;
}

void mark_reminded(storage::Transaction& transaction, TaskId id, bool late) {
  transaction.execute("UPDATE tasks SET reminded = ? WHERE case_id = ? AND task_key = ?",
                      {late ? 2 : 1, id.of_case, std::int64_t{id.key}});
}

void open_task_again(storage::Transaction& transaction, TaskId id) {
  transaction.execute("UPDATE tasks SET done_at = NULL, done_by = 0 WHERE case_id = ? AND task_key = ?",
                      {id.of_case, std::int64_t{id.key}});
}

void save_priority(storage::Transaction& transaction, base::Id of_case, int priority) {
  transaction.execute("UPDATE tasks SET priority = ? WHERE case_id = ? AND done_at IS NULL", {priority, of_case});
}

void save_signature(storage::Transaction& transaction, TaskId id, const Conduct::Signature& signature,
                    std::string_view division) {
  transaction.execute(
      "INSERT INTO signatures (case_id, task_key, person, division, open) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (case_id, task_key, person) DO UPDATE SET open = excluded.open",
      {id.of_case, std::int64_t{id.key}, signature.person, division, !signature.agreed.has_value()});
}

void save_promise(storage::Transaction& transaction, const CaseHead& head, const Conduct::Promise& promise) {
  transaction.execute(
      "INSERT INTO promises (case_id, material, division, office, made_at, due_day, kept) VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (case_id, material, made_at) DO UPDATE SET kept = excluded.kept",
      {head.id, promise.material, head.division, head.office, promise.made_at, promise.due,
       promise.kept ? Datum(*promise.kept) : Datum()});
}

namespace {

constexpr std::string_view delegation_columns =
    "id, division, from_person, to_person, role, service, valid_from, valid_to, reason, revoked_at";

Delegation delegation_of(const Row& row) {
  Delegation delegation{.id = row[0].id(),
                        .division = row[1].text(),
                        .from_person = row[2].id(),
                        .to_person = row[3].id(),
                        .role = row[4].text(),
                        .service = row[5].text(),
                        .valid_from = row[6].date(),
                        .valid_to = row[7].date(),
                        .reason = row[8].text()};
  if (!row[9].is_null()) delegation.revoked_at = row[9].instant();
  return delegation;
}

}  // namespace

void insert_delegation(storage::Transaction& transaction, const Delegation& delegation) {
  transaction.execute(
      "INSERT INTO delegations (id, division, from_person, to_person, role, service, valid_from, valid_to, reason, "
      "revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
      {delegation.id, delegation.division, delegation.from_person, delegation.to_person, delegation.role,
       delegation.service, delegation.valid_from, delegation.valid_to, delegation.reason});
}

void end_delegation(storage::Transaction& transaction, base::Id id, base::Instant at) {
  transaction.execute("UPDATE delegations SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", {at, id});
}

std::optional<Delegation> find_delegation(storage::Snapshot& snapshot, base::Id id) {
  const auto row = snapshot.find("SELECT " + std::string(delegation_columns) + " FROM delegations WHERE id = ?", {id});
  if (!row) return std::nullopt;
  return delegation_of(*row);
}

std::vector<Delegation> delegations_of(storage::Snapshot& snapshot, base::Id person, calendar::Date today) {
  std::vector<Delegation> delegations;
  for (const Row& row :
       snapshot.query("SELECT " + std::string(delegation_columns) +
                          " FROM delegations WHERE (from_person = ? OR to_person = ?) AND valid_to >= ? "
                          "AND revoked_at IS NULL ORDER BY valid_from, id",
                      {person, person, today}))
    delegations.push_back(delegation_of(row));
  return delegations;
}

std::vector<OpenPromise> open_promises(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit) {
  Condition condition = within(scope, "c");
  condition.parameters.emplace_back(limit);
  std::vector<OpenPromise> promises;
  for (const Row& row : snapshot.query(
           "SELECT p.case_id, c.number, c.title, c.service, p.material, p.made_at, p.due_day FROM promises p "
           "JOIN cases c ON c.id = p.case_id WHERE p.kept IS NULL AND " +
               condition.sql + " ORDER BY p.due_day, p.case_id LIMIT ?",
           condition.parameters))
    promises.push_back(
        {row[0].id(), row[1].text(), row[2].text(), row[3].text(), row[4].text(), row[5].instant(), row[6].date()});
  return promises;
}

void insert_incident(storage::Transaction& transaction, const CaseHead& head, const Incident& incident) {
  transaction.execute(
      "INSERT INTO incidents (case_id, incident_key, division, element, code, message_zh, message_en, raised_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {head.id, std::int64_t{incident.key}, head.division, incident.element, incident.code, incident.message.zh,
       incident.message.en, incident.raised_at});
}

void delete_incident(storage::Transaction& transaction, base::Id of_case, bpmn::Key key) {
  transaction.execute("DELETE FROM incidents WHERE case_id = ? AND incident_key = ?", {of_case, std::int64_t{key}});
}

IncidentPage list_incidents(storage::Snapshot& snapshot, const access_control::Scope& scope,
                            const IncidentFilter& filter) {
  Condition condition = within(scope, "c");
  if (filter.of_case) append(condition, "i.case_id = ?", {filter.of_case});
  if (!filter.service.empty()) append(condition, "c.service = ?", {filter.service});
  if (!filter.element.empty()) append(condition, "i.element = ?", {filter.element});
  if (!filter.code.empty()) append(condition, "i.code = ?", {filter.code});
  const std::string from = " FROM incidents i JOIN cases c ON c.id = i.case_id WHERE ";
  IncidentPage page;
  page.total = snapshot.query("SELECT COUNT(*)" + from + condition.sql, condition.parameters)[0][0].number();
  std::int64_t raised_at = 0;
  if (const std::size_t cut = filter.cursor.find('~'); cut != std::string::npos) {
    std::from_chars(filter.cursor.data(), filter.cursor.data() + cut, raised_at);
    const TaskId last = parse_task_id(std::string_view(filter.cursor).substr(cut + 1)).value_or(TaskId{});
    append(condition,
           filter.newest_first ? "(i.raised_at, i.case_id, i.incident_key) < (?, ?, ?)"
                               : "(i.raised_at, i.case_id, i.incident_key) > (?, ?, ?)",
           {raised_at, last.of_case, std::int64_t{last.key}});
  }
  condition.parameters.emplace_back(filter.limit + 1);
  for (const Row& row :
       snapshot.query("SELECT " + std::string(head_columns) +
                          ", i.incident_key, i.element, i.code, i.message_zh, i.message_en, "
                          "i.raised_at" +
                          from + condition.sql +
                          (filter.newest_first ? " ORDER BY i.raised_at DESC, i.case_id DESC, i.incident_key DESC"
                                               : " ORDER BY i.raised_at, i.case_id, i.incident_key") +
                          " LIMIT ?",
                      condition.parameters)) {
    if (page.items.size() == static_cast<std::size_t>(filter.limit)) {
      const auto& last = page.items.back();
      page.next = std::to_string(last.incident.raised_at.us) + "~" + to_text({last.head.id, last.incident.key});
      break;
    }
    page.items.push_back({head_of(row),
                          {.key = static_cast<bpmn::Key>(row[19].number()),
                           .element = row[20].text(),
                           .code = row[21].text(),
                           .message = {row[22].text(), row[23].text()},
                           .raised_at = row[24].instant()}});
  }
  return page;
}

std::vector<IncidentGroup> group_incidents(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit) {
  Condition condition = within(scope, "c");
  condition.parameters.emplace_back(limit);
  std::vector<IncidentGroup> groups;
  for (const Row& row : snapshot.query(
           "SELECT c.service, i.element, i.code, MIN(i.message_zh), MIN(i.message_en), COUNT(*), "
           "COUNT(DISTINCT i.case_id), MIN(i.raised_at), MIN(c.service_version) FROM incidents i JOIN cases c ON c.id "
           "= i.case_id WHERE " +
               condition.sql +
               " GROUP BY c.service, i.element, i.code ORDER BY COUNT(*) DESC, c.service, i.element, i.code LIMIT ?",
           condition.parameters))
    groups.push_back({.service = row[0].text(),
                      .version = row[8].text(),
                      .element = row[1].text(),
                      .code = row[2].text(),
                      .message = {row[3].text(), row[4].text()},
                      .steps = row[5].number(),
                      .cases = row[6].number(),
                      .since = row[7].instant()});
  return groups;
}

void rename_element(storage::Transaction& transaction, base::Id of_case, const std::string& from,
                    const std::string& to) {
  transaction.execute("UPDATE tasks SET element = ? WHERE case_id = ? AND element = ?", {to, of_case, from});
  transaction.execute("UPDATE incidents SET element = ? WHERE case_id = ? AND element = ?", {to, of_case, from});
}

void save_task_anew(storage::Transaction& transaction, TaskId id, const TaskAnew& task) {
  transaction.execute(
      "UPDATE tasks SET element = ?, candidate_group = ?, form = ?, assignee = ?, due_day = ? WHERE case_id = ? AND "
      "task_key = ?",
      {task.element, task.group, task.form, task.assignee, due_text(task.due), id.of_case, std::int64_t{id.key}});
}

std::vector<DeployedVersion> versions_of(storage::Snapshot& snapshot, std::string_view service) {
  std::vector<DeployedVersion> versions;
  for (const Row& row : snapshot.query(
           "SELECT version, deployed_at FROM deployed_services WHERE service = ? ORDER BY deployed_at DESC, version",
           {service}))
    versions.push_back({row[0].text(), row[1].instant()});
  return versions;
}

std::map<std::pair<std::string, std::string>, std::int64_t> cases_by_version(storage::Snapshot& snapshot,
                                                                             const access_control::Scope& scope) {
  const Condition condition = within(scope, "c");
  std::map<std::pair<std::string, std::string>, std::int64_t> counts;
  for (const Row& row :
       snapshot.query("SELECT c.service, c.service_version, COUNT(*) FROM cases c WHERE c.ended_at IS NULL AND " +
                          condition.sql + " GROUP BY c.service, c.service_version",
                      condition.parameters))
    counts[{row[0].text(), row[1].text()}] = row[2].number();
  return counts;
}

namespace {

Condition selected(const access_control::Scope& scope, const CaseSelection& selection) {
  Condition condition = within(scope, "c");
  append(condition, "c.ended_at IS NULL", {});
  if (!selection.service.empty()) append(condition, "c.service = ?", {selection.service});
  if (!selection.version.empty()) append(condition, "c.service_version = ?", {selection.version});
  if (selection.stuck)
    append(condition,
           "EXISTS (SELECT 1 FROM incidents i WHERE i.case_id = c.id AND (i.element = ? OR "
           "CAST(? AS TEXT) = '') AND (i.code = ? OR CAST(? AS TEXT) = ''))",
           {selection.element, selection.element, selection.code, selection.code});
  return condition;
}

}  // namespace

std::int64_t count_cases(storage::Snapshot& snapshot, const access_control::Scope& scope,
                         const CaseSelection& selection) {
  const Condition condition = selected(scope, selection);
  return snapshot.query("SELECT COUNT(*) FROM cases c WHERE " + condition.sql, condition.parameters)[0][0].number();
}

std::vector<base::Id> select_cases(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                   const CaseSelection& selection, base::Id after, int limit) {
  Condition condition = selected(scope, selection);
  append(condition, "c.id > ?", {after});
  condition.parameters.emplace_back(limit);
  std::vector<base::Id> ids;
  for (const Row& row : snapshot.query("SELECT c.id FROM cases c WHERE " + condition.sql + " ORDER BY c.id LIMIT ?",
                                       condition.parameters))
    ids.push_back(row[0].id());
  return ids;
}

std::string next_case_number(storage::Transaction& transaction, std::string_view division, calendar::Date today) {
  return case_number(division, today,
                     transaction.next_number("case/" + std::string(division) + "/" + calendar::to_text(today)));
}

std::string case_number(storage::Snapshot& snapshot, base::Id of_case) {
  const auto row = snapshot.find("SELECT number FROM cases WHERE id = ?", {of_case});
  return row ? (*row)[0].text() : std::string();
}

void insert_values(storage::Transaction& transaction, const CaseHead& head, const std::vector<IndexedValue>& values) {
  if (values.empty()) return;
  std::string sql = "INSERT INTO case_values (case_id, name, place, division, value) VALUES ";
  std::vector<Datum> parameters;
  std::map<std::string_view, std::int64_t> places;
  for (const IndexedValue& one : values) {
    sql += parameters.empty() ? "(?, ?, ?, ?, ?)" : ", (?, ?, ?, ?, ?)";
    parameters.insert(parameters.end(), {head.id, one.name, ++places[one.name], head.division, one.value});
  }
  transaction.execute(sql, parameters);
}

void delete_values(storage::Transaction& transaction, base::Id of_case, std::string_view name) {
  if (name.empty())
    transaction.execute("DELETE FROM case_values WHERE case_id = ?", {of_case});
  else
    transaction.execute("DELETE FROM case_values WHERE case_id = ? AND name = ?", {of_case, name});
}

IndexGround ground_of(storage::Transaction& transaction, const std::string& service, const std::string& fingerprint) {
  IndexGround ground{.service = service, .fingerprint = {}, .done_to = {}};
  const auto row =
      transaction.find("SELECT fingerprint, done_to, finished FROM index_grounds WHERE service = ?", {service});
  if (!row) {
    transaction.execute(
        "INSERT INTO index_grounds (service, division, fingerprint, done_to, finished) VALUES (?, '', '', 0, 0) "
        "ON CONFLICT (service) DO NOTHING",
        {service});
    return ground;
  }
  ground.fingerprint = (*row)[0].text();
  ground.finished = (*row)[2].truth() && ground.fingerprint == fingerprint;
  if (ground.fingerprint == fingerprint) ground.done_to = (*row)[1].id();
  return ground;
}

bool save_ground(storage::Transaction& transaction, const IndexGround& before, const IndexGround& after) {
  return transaction.execute(
             "UPDATE index_grounds SET fingerprint = ?, done_to = ?, finished = ? WHERE service = ? AND fingerprint = "
             "? AND (fingerprint <> ? OR done_to = ?)",
             {after.fingerprint, after.done_to, after.finished, after.service, before.fingerprint, after.fingerprint,
              before.done_to}) == 1;
}

bool is_indexed(storage::Snapshot& snapshot, std::string_view service, std::string_view fingerprint) {
  return snapshot
      .find("SELECT 1 FROM index_grounds WHERE service = ? AND fingerprint = ? AND finished = 1",
            {service, fingerprint})
      .has_value();
}

std::vector<base::Id> cases_of_service(storage::Snapshot& snapshot, std::string_view service, base::Id after,
                                       int limit) {
  std::vector<base::Id> ids;
  for (const Row& row :
       snapshot.query("SELECT id FROM cases WHERE service = ? AND id > ? ORDER BY id LIMIT ?", {service, after, limit}))
    ids.push_back(row[0].id());
  return ids;
}

std::vector<base::Id> ended_cases(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                  std::string_view service, int limit) {
  Condition condition = within(scope, "c");
  append(condition, "c.service = ? AND c.ended_at IS NOT NULL", {service});
  condition.parameters.emplace_back(limit);
  std::vector<base::Id> ids;
  for (const Row& row : snapshot.query(
           "SELECT c.id FROM cases c WHERE " + condition.sql + " ORDER BY c.id DESC LIMIT ?", condition.parameters))
    ids.push_back(row[0].id());
  return ids;
}

void lock_case(storage::Transaction& transaction, base::Id of_case) {
  transaction.execute("UPDATE cases SET sequence = sequence WHERE id = ?", {of_case});
}

std::vector<KeptVersion> kept_versions(storage::Snapshot& snapshot) {
  std::vector<KeptVersion> all;
  for (const Row& row :
       snapshot.query("SELECT service, version, files FROM deployed_services ORDER BY service, version"))
    all.push_back({row[0].text(), row[1].text(), row[2].text()});
  return all;
}

std::optional<CaseVersion> first_version_of(storage::Snapshot& snapshot, base::Id of_case) {
  const auto row = snapshot.find("SELECT service, service_version, first_version FROM cases WHERE id = ?", {of_case});
  if (!row) return std::nullopt;
  return CaseVersion{.service = (*row)[0].text(),
                     .version = (*row)[2].text().empty() ? (*row)[1].text() : (*row)[2].text()};
}

bool timer_waits(storage::Snapshot& snapshot, TaskId timer) {
  return snapshot
      .find("SELECT 1 FROM timers WHERE case_id = ? AND timer_key = ?", {timer.of_case, std::int64_t{timer.key}})
      .has_value();
}

std::vector<base::Id> open_cases(storage::Snapshot& snapshot, base::Id after, int limit) {
  std::vector<base::Id> ids;
  for (const Row& row :
       snapshot.query("SELECT id FROM cases WHERE ended_at IS NULL AND id > ? ORDER BY id LIMIT ?", {after, limit}))
    ids.push_back(row[0].id());
  return ids;
}

void save_deployed(storage::Transaction& transaction, std::string_view service, std::string_view version,
                   const std::string& files_json, base::Instant now) {
  transaction.execute(
      "INSERT INTO deployed_services (service, version, division, files, deployed_at) VALUES (?, ?, '', ?, ?) "
      "ON CONFLICT (service, version) DO NOTHING",
      {service, version, files_json, now});
}

std::optional<std::string> find_deployed(storage::Snapshot& snapshot, std::string_view service,
                                         std::string_view version) {
  const auto row =
      snapshot.find("SELECT files FROM deployed_services WHERE service = ? AND version = ?", {service, version});
  if (!row) return std::nullopt;
  return (*row)[0].text();
}

std::string plan_ground(storage::Snapshot& snapshot) {
  const auto row = snapshot.find("SELECT fingerprint FROM plan_grounds WHERE id = 1");
  return row ? (*row)[0].text() : std::string();
}

void save_plan_ground(storage::Transaction& transaction, std::string_view fingerprint) {
  transaction.execute(
      "INSERT INTO plan_grounds (id, division, fingerprint) VALUES (1, '', ?) "
      "ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint",
      {fingerprint});
}

TaskPage list_tasks(storage::Snapshot& snapshot, const access_control::Actor& actor, const TaskFilter& filter,
                    calendar::Date today) {
  Condition condition = tasks_for(actor, roles_of(snapshot, actor, today), filter.tab, today);
  if (!filter.service.empty()) append(condition, "c.service = ?", {filter.service});
  if (!filter.element.empty()) append(condition, "t.element = ?", {filter.element});
  if (!filter.search.empty()) {
    const std::string pattern = like_pattern(filter.search);
    append(condition, "(c.title LIKE ? ESCAPE '\\' OR c.number LIKE ? ESCAPE '\\')", {pattern, pattern});
  }
  const std::string from = " FROM tasks t JOIN cases c ON c.id = t.case_id WHERE ";
  TaskPage page;
  page.total = snapshot.query("SELECT COUNT(*)" + from + condition.sql, condition.parameters)[0][0].number();

  // The cursor is the sort key of the last row shown, then its id: stable while rows come and go.
  const std::string key = filter.by_opening ? "t.opened_at" : "t.due_day";
  const std::size_t first = filter.cursor.find('~');
  const std::size_t second = filter.cursor.find('~', first == std::string::npos ? first : first + 1);
  if (second != std::string::npos) {
    const std::string value = filter.cursor.substr(0, first);
    const auto id = base::parse_id(std::string_view(filter.cursor).substr(first + 1, second - first - 1));
    const std::int64_t task_key = std::strtoll(filter.cursor.c_str() + second + 1, nullptr, 10);
    const Datum position =
        filter.by_opening ? Datum(static_cast<std::int64_t>(std::strtoll(value.c_str(), nullptr, 10))) : Datum(value);
    append(condition, "(" + key + ", t.case_id, t.task_key) > (?, ?, ?)",
           {position, id.value_or(base::Id{}), task_key});
  }
  condition.parameters.emplace_back(filter.limit + 1);
  const auto rows = snapshot.query("SELECT " + std::string(task_columns) + from + condition.sql + " ORDER BY " + key +
                                       ", t.case_id, t.task_key LIMIT ?",
                                   condition.parameters);
  for (const Row& row : rows) {
    if (page.tasks.size() == static_cast<std::size_t>(filter.limit)) {
      const Task& last = page.tasks.back();
      page.next = (filter.by_opening ? std::to_string(last.opened_at.us) : due_text(last.due)) + "~" +
                  base::to_text(last.id.of_case) + "~" + std::to_string(last.id.key);
      break;
    }
    page.tasks.push_back(task_of(row));
  }
  return page;
}

TaskCounts count_tasks(storage::Snapshot& snapshot, const access_control::Actor& actor, calendar::Date today) {
  const std::vector<std::string> roles = roles_of(snapshot, actor, today);
  const auto count = [&](TaskFilter::Tab tab) {
    const Condition condition = tasks_for(actor, roles, tab, today);
    return snapshot.query("SELECT COUNT(*) FROM tasks t WHERE " + condition.sql, condition.parameters)[0][0].number();
  };
  return {.mine = count(TaskFilter::Tab::mine),
          .office = count(TaskFilter::Tab::office),
          .overdue = count(TaskFilter::Tab::overdue)};
}

std::vector<Task> tasks_of(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id of_case) {
  Condition condition = within(scope, "c");
  append(condition, "c.id = ?", {of_case});
  std::vector<Task> tasks;
  for (const Row& row :
       snapshot.query("SELECT " + std::string(task_columns) + " FROM tasks t JOIN cases c ON c.id = t.case_id WHERE " +
                          condition.sql + " ORDER BY t.opened_at, t.task_key",
                      condition.parameters))
    tasks.push_back(task_of(row));
  return tasks;
}

CaseStatement cases_found(const access_control::Scope& scope, const CaseFilter& filter) {
  Condition condition = within(scope, "c");
  // The values are found first: there are few of them, whatever the number of cases.
  if (!filter.where.name.empty())
    append(condition,
           "c.id IN (SELECT v.case_id FROM case_values v WHERE v.name = ? AND v.value >= ? AND v.value <= ?)",
           {filter.where.name, filter.where.from, filter.where.to});
  if (!filter.state.empty()) append(condition, "c.state = ?", {filter.state});
  if (!filter.search.empty()) {
    const std::string pattern = like_pattern(filter.search);
    append(condition, "(c.title LIKE ? ESCAPE '\\' OR c.number LIKE ? ESCAPE '\\')", {pattern, pattern});
  }
  return {" FROM cases c WHERE " + condition.sql, std::move(condition.parameters)};
}

CasePage list_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const CaseFilter& filter) {
  CaseStatement found = cases_found(scope, filter);
  CasePage page;
  page.total = snapshot.query("SELECT COUNT(*)" + found.sql, found.parameters)[0][0].number();
  const auto add = [&](std::string_view more, std::initializer_list<Datum> values) {
    found.sql += more;
    found.parameters.insert(found.parameters.end(), values);
  };
  const std::size_t cut = filter.cursor.find('~');
  if (cut != std::string::npos) {
    const base::Id id = base::parse_id(std::string_view(filter.cursor).substr(cut + 1)).value_or(base::Id{});
    if (filter.by_promised)
      add(" AND (c.promised_day, c.id) > (?, ?)", {filter.cursor.substr(0, cut), id});
    else
      add(" AND c.id < ?", {id});
  }
  found.parameters.emplace_back(filter.limit + 1);
  const std::string order =
      filter.by_promised ? " ORDER BY c.promised_day, c.id LIMIT ?" : " ORDER BY c.id DESC LIMIT ?";
  for (const Row& row : snapshot.query("SELECT " + std::string(head_columns) + found.sql + order, found.parameters)) {
    if (page.cases.size() == static_cast<std::size_t>(filter.limit)) {
      const CaseHead& last = page.cases.back();
      page.next = due_text(last.promised_day) + "~" + base::to_text(last.id);
      break;
    }
    page.cases.push_back(head_of(row));
  }
  return page;
}

std::vector<storage::Event> history(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id of_case) {
  if (!find_case(snapshot, scope, of_case)) return {};
  return storage::load_events(snapshot, {"case", of_case});
}

std::span<const storage::Migration> migrations() {
  return casework_migrations;
}

}  // namespace casework
