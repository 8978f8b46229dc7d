#include "expected.h"

#include <algorithm>

#include "kernel/feel/lookup.h"

namespace casework {
namespace {

std::string text(base::Instant at) {
  return std::to_string(at.us);
}

std::string text(base::Id id) {
  return std::to_string(id.number);
}

std::optional<std::string> text(const std::optional<base::Instant>& at) {
  return at ? std::optional(text(*at)) : std::nullopt;
}

std::string flag(bool truth) {
  return truth ? "1" : "0";
}

bpmn::Key key_in(const feel::Context& data, std::string_view name) {
  return static_cast<bpmn::Key>(number_in(data, name));
}

}  // namespace

void Expected::before(const Replayed& state, const storage::Event&, const std::vector<bpmn::Event>& step,
                      std::size_t index) {
  if (const auto* task = std::get_if<bpmn::TaskOpened>(&step[index]))
    opened_.push_back({*task, state.instance.waits().find(task->key) != nullptr});
  if (const auto* closed = std::get_if<bpmn::WaitClosed>(&step[index])) {
    const bpmn::Wait* wait = state.instance.waits().find(closed->key);
    if (wait && wait->kind == bpmn::WaitKind::task) closed_.push_back(closed->key);
  }
}

/// In the order in which the engine writes: what the deed does to rows, tasks opened, tasks closed.
void Expected::after(const Replayed& state, const storage::Event& event, const feel::Context& data, const Deed* deed) {
  if (sequence_ == 0) {
    opening_ = opening_in(data);
    opened_at_ = event.at;
    first_version_ = state.service->version;
    if (!opening_.empty()) title_ = text_in(opening_, "title");
  }
  sequence_ = event.sequence;
  if (const std::string title = text_in(data, "title"); !title.empty()) title_ = title;
  if (deed) take_deed(state, *deed);
  for (const Opened& opened : opened_) open_task(state, opened, event.at);
  const bool is_theirs = !deed || deed->operation == Operation::assist;
  const bpmn::Key done = is_theirs ? key_in(data, deed ? "task" : "key") : 0;
  for (const bpmn::Key key : closed_) {
    const auto task = tasks_.find(key);
    if (task == tasks_.end() || task->second.done_at) continue;
    task->second.done_at = event.at;
    task->second.done_by = key == done ? event.actor : base::Id{};
  }
  opened_.clear();
  closed_.clear();
  if (event.type == "task.claimed" || event.type == "task.released")
    if (const auto task = tasks_.find(key_in(data, "key")); task != tasks_.end())
      task->second.assignee = event.type == "task.claimed" ? event.actor : base::Id{};
  if (!state.instance.ended())
    ended_at_.reset();
  else if (!ended_at_)
    ended_at_ = event.at;
}

void Expected::take_deed(const Replayed& state, const Deed& deed) {
  apply(conduct_, deed);
  const auto task = tasks_.find(key_in(deed.data, "task"));
  const bool is_known = task != tasks_.end();
  switch (deed.operation) {
    case Operation::reopen:
      for (const bpmn::Wait& wait : state.instance.waits())
        if (const auto again = tasks_.find(wait.key); wait.kind == bpmn::WaitKind::task && again != tasks_.end()) {
          again->second.done_at.reset();
          again->second.done_by = {};
        }
      break;
    case Operation::migrate:
      for (const auto& [from, to] : renaming_in(deed.data))
        for (auto& [key, row] : tasks_)
          if (row.element == from) row.element = to;
      break;
    case Operation::assign:
      if (is_known) task->second.assignee = base::parse_id(text_in(deed.data, "person")).value_or(base::Id{});
      break;
    case Operation::express:
    case Operation::escalate:
      for (auto& [key, row] : tasks_)
        if (!row.done_at) row.priority = express_priority;
      [[fallthrough]];
    case Operation::remind:
      // Who is reminded of a signature is reminded of no day.
      if (is_known && !text_in(deed.data, "due").empty() && deed.operation != Operation::express)
        task->second.reminded = deed.operation == Operation::escalate ? 2 : 1;
      break;
    case Operation::suspend:
    case Operation::resume:
    case Operation::extend:
    case Operation::send_back:
    case Operation::withdraw:
    case Operation::terminate:
    case Operation::correct:
    case Operation::add_signer:
    case Operation::countersign:
    case Operation::sign:
    case Operation::dismiss_signer:
    case Operation::accept_conditionally:
    case Operation::settle_promise:
    case Operation::assist:
    case Operation::retry:
      break;
  }
}

void Expected::open_task(const Replayed& state, const Opened& opened, base::Instant at) {
  const bpmn::TaskOpened& told = opened.task;
  const std::string group = told.candidate_groups.empty() ? std::string() : told.candidate_groups.front();
  const bool is_applicant_s = told.candidate_groups.size() == 1 && group == "applicant";
  const std::optional<base::Id> first = is_applicant_s ? applicant() : base::Id{};
  TaskRow& row = tasks_[told.key];
  if (!opened.is_again)
    row = {.element = {},
           .group = group,
           .form = {},
           .assignee = first,
           .opened_at = at,
           .done_at = {},
           .done_by = {},
           .priority = conduct_.express_at ? std::max(told.priority, express_priority) : told.priority};
  else if (row.group != group)
    row.assignee = first;
  row.element = bpmn::elements(*state.service->process).at(told.element).id;
  row.group = group;
  row.form = told.form;
}

std::optional<base::Id> Expected::applicant() const {
  if (opening_.empty()) return std::nullopt;
  return base::parse_id(text_in(opening_, "applicant"));
}

Case Expected::case_of(const Replayed& state) const {
  Case rebuilt{.head = {}, .instance = state.instance, .marks = state.marks, .service = state.service};
  rebuilt.head.id = id_;
  rebuilt.head.state = state.state;
  rebuilt.head.ended_at = ended_at_;
  rebuilt.deeds = state.deeds;
  rebuilt.conduct = conduct_;
  return rebuilt;
}

/// The division and the office, which most rows repeat.
ExpectedRow Expected::place() const {
  ExpectedRow row;
  if (opening_.empty()) return row;
  row["division"] = text_in(opening_, "division");
  row["office"] = text_in(opening_, "office");
  return row;
}

ExpectedRow Expected::head_row(const Case& of_case, bool with_days) const {
  ExpectedRow row = place();
  if (!opening_.empty()) {
    row["number"] = text_in(opening_, "number");
    row["service"] = text_in(opening_, "service");
    row["first_version"] = first_version_;
    row["applicant"] = text(applicant().value_or(base::Id{}));
  }
  if (title_) row["title"] = *title_;
  row["service_version"] = of_case.service->version;
  row["state"] = of_case.head.state;
  row["instance"] = bpmn::encode(of_case.instance);
  row["marks"] = marks_text(of_case.marks);
  row["deeds"] = deeds_text(of_case.deeds);
  row["opened_at"] = text(opened_at_);
  row["ended_at"] = text(ended_at_);
  row["sequence"] = std::to_string(sequence_);
  row["suspended"] = flag(of_case.conduct.suspended);
  if (!with_days) return row;
  const Timing& timing = of_case.head.timing;
  row["promised_day"] = due_text(of_case.head.promised_day);
  row["next_day"] = due_text(timing.next_day);
  row["next_clock"] = timing.next_clock;
  row["legal_day"] = due_text(timing.legal_day);
  row["paused_on"] = timing.pause ? due_text(timing.pause->from) : std::string(no_day);
  row["paused_zh"] = timing.pause ? timing.pause->reason.zh : std::string();
  row["paused_en"] = timing.pause ? timing.pause->reason.en : std::string();
  return row;
}

/// `clocks` null: they can not be told.
ExpectedRow Expected::task_row(const TaskRow& task, const std::vector<ClockDue>* clocks, const Replayed& state) const {
  ExpectedRow row = place();
  row["element"] = task.element;
  row["candidate_group"] = task.group;
  row["form"] = task.form;
  if (task.assignee) row["assignee"] = text(*task.assignee);
  row["opened_at"] = text(task.opened_at);
  row["done_at"] = text(task.done_at);
  row["done_by"] = text(task.done_by);
  row["priority"] = std::to_string(task.priority);
  row["reminded"] = std::to_string(task.reminded);
  const auto element = bpmn::find_element(*state.service->process, task.element);
  // A task that was done keeps the day it had, whatever the calendar became.
  if (clocks && !task.done_at && element != bpmn::no_element)
    row["due_day"] = due_text(due_under(*clocks, property(bpmn::elements(*state.service->process)[element], "clock")));
  return row;
}

ExpectedRows Expected::timer_rows(const Replayed& state, const Case& of_case,
                                  const catalogue::Catalogue& catalogue) const {
  ExpectedRows rows;
  for (const bpmn::Wait& wait : state.instance.waits()) {
    if (wait.kind != bpmn::WaitKind::timer) continue;
    ExpectedRow& row = rows[std::to_string(wait.key)];
    row = place();
    row.erase("office");
    const auto opened = state.timers_opened.find(wait.key);
    if (opened == state.timers_opened.end()) continue;
    row["opened_at"] = text(opened->second);
    if (const auto due = timer_due(of_case, wait, opened->second, catalogue.calendar))
      row["due_at"] = text(due.value());
  }
  return rows;
}

ExpectedRows Expected::incident_rows(const Replayed& state) const {
  ExpectedRows rows;
  for (const Incident& incident : state.incidents) {
    ExpectedRow& row = rows[std::to_string(incident.key)];
    row = place();
    row.erase("office");
    row["element"] = incident.element;
    row["code"] = incident.code;
    row["message_zh"] = incident.message.zh;
    row["message_en"] = incident.message.en;
    row["raised_at"] = text(incident.raised_at);
  }
  return rows;
}

std::map<std::string_view, ExpectedRows> Expected::rows(storage::Snapshot& snapshot, const Replayed& state,
                                                        const catalogue::Catalogue& catalogue) const {
  std::map<std::string_view, ExpectedRows> all;
  Case of_case = case_of(state);
  const bool is_planned = plan_ground(snapshot) == plan_fingerprint(catalogue);
  const auto clocks = due_days(catalogue, of_case, Started::going);
  if (clocks) set_days(of_case.head, clocks.value());
  all["cases"][text(id_)] = head_row(of_case, clocks && (is_planned || ended_at_));
  for (const auto& [key, task] : tasks_)
    all["tasks"][std::to_string(key)] = task_row(task, clocks && is_planned ? &clocks.value() : nullptr, state);
  all["timers"] = timer_rows(state, of_case, catalogue);
  all["incidents"] = incident_rows(state);
  const ExpectedRow place_of_rows = place();
  const auto division = place_of_rows.find("division");
  const auto row_of = [&](std::string_view table, const std::string& key) -> ExpectedRow& {
    ExpectedRow& row = all[table][key];
    if (division != place_of_rows.end()) row["division"] = division->second;
    return row;
  };
  for (const Conduct::Signature& signature : conduct_.signatures)
    row_of("signatures", std::to_string(signature.task) + " " + text(signature.person))["open"] =
        flag(!signature.agreed);
  for (const Conduct::Promise& promise : conduct_.promises) {
    ExpectedRow& row = row_of("promises", promise.material + " " + text(promise.made_at));
    if (!opening_.empty()) row["office"] = text_in(opening_, "office");
    row["due_day"] = calendar::to_text(promise.due);
    row["kept"] = promise.kept ? std::optional(flag(*promise.kept)) : std::nullopt;
  }
  const std::string service = opening_.empty() ? state.service->id : text_in(opening_, "service");
  if (const auto values = values_of(snapshot, catalogue, service, state.instance.variables())) {
    std::map<std::string, int> places;
    for (const IndexedValue& one : *values)
      row_of("case_values", one.name + " " + std::to_string(++places[one.name]))["value"] = one.value;
    all["case_values"];
  }
  return all;
}

}  // namespace casework
