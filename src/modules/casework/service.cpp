#include <algorithm>

#include "engine.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/evidence/evidence.h"
#include "store.h"

namespace casework {
namespace {

/// Jobs and element steps that one command may set off; passing it is a fault of the process model.
constexpr int jobs_max = 100;
/// Room for the events of a usual step, so that they are not moved while they gather.
constexpr std::size_t events_usual = 32;

}  // namespace

base::Error case_unknown() {
  return base::not_found("casework.case_unknown",
                         {"没有找到这个办件,请核对办件编号", "There is no such case. Please check the case number."});
}

base::Error task_unknown() {
  return base::not_found("casework.task_unknown", {"没有找到这项待办", "There is no such task."});
}

base::Error not_yours(std::string_view zh, std::string_view en) {
  return {
      .kind = base::Refusal::forbidden, .code = "casework.not_yours", .message = {std::string(zh), std::string(en)}};
}

std::string property(const bpmn::Element& element, const std::string& name) {
  const auto found = element.properties.find(name);
  return found == element.properties.end() ? std::string() : found->second;
}

namespace {

/// Whom it was done by and when is told to the second one who tries; or that the case went another way.
base::Error already_done(const Task& task) {
  const std::string at = calendar::to_text_local(*task.done_at).substr(0, 16);
  if (!task.done_by)
    return base::conflict("casework.already_done",
                          {"办件已于" + at + "转到别的环节或者结束,这项工作不再需要办理",
                           "The case went another way or ended at " + at + "; this task need not be done any more."});
  base::Error error = base::conflict(
      "casework.already_done",
      {"这项工作已于" + at + "办结,无需重复办理", "This task was already done at " + at + "; nothing was changed."});
  error.places.push_back({.path = "/done_by", .code = base::to_text(task.done_by), .message = error.message});
  return error;
}

bool clock_names(const catalogue::Clock& clock, const std::string& element) {
  const auto in = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), element) != list.end();
  };
  if (in(clock.starts) || in(clock.stops) || in(clock.extensions)) return true;
  return std::any_of(clock.pauses.begin(), clock.pauses.end(),
                     [&](const auto& pause) { return pause.from == element || pause.to == element; });
}

/// Marks are kept for what a clock listens to and for milestones that name a state.
bool is_mark(const catalogue::Service& service, const bpmn::Element& element) {
  if (element.type == bpmn::ElementType::intermediate_throw || element.type == bpmn::ElementType::start_event)
    return true;
  if (!property(element, "state").empty() || property(element, "binding") == "true") return true;
  return std::any_of(service.clocks.begin(), service.clocks.end(),
                     [&](const catalogue::Clock& clock) { return clock_names(clock, element.id); });
}

}  // namespace

void pass(const catalogue::Service& service, const bpmn::Event& event, base::Instant at, Passed passed) {
  const std::vector<bpmn::Element>& elements = bpmn::elements(*service.process);
  const auto* done = std::get_if<bpmn::ElementCompleted>(&event);
  if (!done || done->element >= elements.size()) return;
  const bpmn::Element& element = elements[done->element];
  if (is_mark(service, element)) passed.marks.push_back({element.id, at});
  if (const std::string state = property(element, "state"); !state.empty()) passed.state = state;
}

namespace {

/// The rows that matched, what in each decided it, and its basis: kept with the case, whatever the rules become.
std::string explanation_of(const dmn::Outcome& outcome) {
  feel::List rows;
  for (const dmn::Match& match : outcome.matches) {
    feel::List inputs;
    for (std::size_t cell = 0; cell < match.row->cells.size(); ++cell)
      inputs.emplace_back(feel::Context{{"input", match.row->cells[cell].input},
                                        {"test", match.row->cells[cell].test},
                                        {"value", match.values[cell]}});
    feel::List basis(match.row->annotations.begin(), match.row->annotations.end());
    rows.emplace_back(feel::Context{{"decision", match.row->decision},
                                    {"row", feel::Value(match.row->number)},
                                    {"rule", match.row->rule_id},
                                    {"inputs", feel::Value(std::move(inputs))},
                                    {"basis", feel::Value(std::move(basis))}});
  }
  return rows.empty() ? std::string() : feel::to_json(feel::Value(std::move(rows)));
}

/// Business rule tasks ask the service's own decision model.
class ServiceDecisions : public bpmn::Decisions {
 public:
  explicit ServiceDecisions(const catalogue::Service& service) : service_(service) {}

  base::Result<Answer> decide(std::string_view decision, const feel::Context& variables,
                              const feel::World& world) const override {
    if (!service_.decisions)
      return base::not_found("casework.no_decisions", {"这项服务没有决策表", "This service has no decision model."});
    TRY(const dmn::Outcome outcome, dmn::evaluate(*service_.decisions, decision, variables, world));
    Answer answer{.value = outcome.value, .basis = {}};
    for (const dmn::Match& match : outcome.matches)
      answer.basis.insert(answer.basis.end(), match.row->annotations.begin(), match.row->annotations.end());
    answer.explanation = explanation_of(outcome);
    return answer;
  }

 private:
  const catalogue::Service& service_;
};

}  // namespace

bool changed_since(storage::Snapshot& snapshot, const CaseHead& head, std::int64_t sequence) {
  if (sequence == head.sequence) return false;
  if (sequence > head.sequence) return true;
  const auto events = storage::load_events(snapshot, {"case", head.id}, sequence, events_max);
  return std::any_of(events.begin(), events.end(), [](const storage::Event& event) {
    return event.type != kind_of(Operation::remind).event && event.type != kind_of(Operation::escalate).event;
  });
}

std::string to_text(TaskId id) {
  return base::to_text(id.of_case) + "-" + std::to_string(id.key);
}

std::optional<TaskId> parse_task_id(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.size() - dash > 10) return std::nullopt;
  const auto of_case = base::parse_id(text.substr(0, dash));
  const std::string_view digits = text.substr(dash + 1);
  if (!of_case || digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return TaskId{*of_case, static_cast<bpmn::Key>(std::stoul(std::string(digits)))};
}

base::Text name_of(const bpmn::Element& element) {
  const std::string en = property(element, "name_en");
  return {element.name, en.empty() ? element.name : en};
}

Engine::Engine(std::shared_ptr<const catalogue::Catalogue> catalogue) : catalogue_(std::move(catalogue)) {}

void Engine::work(std::string job_type, Worker worker) {
  workers_[std::move(job_type)] = std::move(worker);
}

base::Result<Case> Engine::load(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                base::Id of_case) const {
  std::optional<StoredCase> stored = find_case(snapshot, scope, of_case);
  if (!stored) return case_unknown();
  Case loaded{.head = std::move(stored->head), .instance = {}, .marks = std::move(stored->marks), .service = {}};
  loaded.deeds = std::move(stored->deeds);
  loaded.conduct = conduct_of(loaded.deeds);
  TRY(loaded.service, pinned(snapshot, loaded.head.service, loaded.head.service_version));
  if (auto kept = instances_.find(of_case, stored->instance)) {
    loaded.instance = std::move(*kept);
    return loaded;
  }
  TRY(loaded.instance, bpmn::decode_instance(stored->instance));
  instances_.keep(of_case, stored->instance, loaded.instance);
  return loaded;
}

std::string Engine::stored_instance(const Case& of_case) const {
  std::string text = bpmn::encode(of_case.instance);
  instances_.keep(of_case.head.id, text, of_case.instance);
  return text;
}

void note_waits(Case& of_case, const bpmn::Event& event) {
  if (const auto* job = std::get_if<bpmn::JobOpened>(&event)) {
    if (!of_case.instance.waits().find(job->key)) of_case.jobs_opened.push_back(job->key);
    return;
  }
  if (const auto* task = std::get_if<bpmn::TaskOpened>(&event)) {
    if (of_case.instance.waits().find(task->key)) of_case.tasks_again.push_back(task->key);
    return;
  }
  if (of_case.instance.has_incident()) {
    const auto* completed = std::get_if<bpmn::ElementCompleted>(&event);
    const auto* cancelled = std::get_if<bpmn::ElementCancelled>(&event);
    const bpmn::Key ended = completed ? completed->key : cancelled ? cancelled->key : 0;
    if (of_case.instance.incidents().find(ended)) of_case.failures_gone.push_back(ended);
  }
  const auto* closed = std::get_if<bpmn::WaitClosed>(&event);
  if (!closed) return;
  const bpmn::Wait* wait = of_case.instance.waits().find(closed->key);
  CHECK(wait);
  const bool is_new = wait->kind == bpmn::WaitKind::job && std::erase(of_case.jobs_opened, closed->key) > 0;
  of_case.closed.push_back({wait->kind, is_new});
}

std::unique_ptr<bpmn::Decisions> decisions_of(const catalogue::Service& service) {
  return std::make_unique<ServiceDecisions>(service);
}

void Engine::take(Case& of_case, bpmn::Event event, const Moment& moment, std::vector<bpmn::Event>& all) const {
  note_waits(of_case, event);
  bpmn::apply(*of_case.service->process, of_case.instance, event);
  pass(*of_case.service, event, moment.now, {of_case.marks, of_case.head.state});
  all.push_back(std::move(event));
}

/// Does the jobs that were opened and have a worker here, and what their results set off.
base::Result<void> Engine::work_off(storage::Transaction& transaction, Case& of_case, const Moment& moment,
                                    std::vector<bpmn::Event>& all) const {
  const auto decisions = decisions_of(*of_case.service);
  const bpmn::World world{.feel = catalogue_->world_at(moment.now), .decisions = decisions.get()};
  const std::vector<bpmn::Element>& elements = bpmn::elements(*of_case.service->process);
  std::size_t seen = 0;
  for (int jobs = 0;; ++jobs) {
    const bpmn::JobOpened* job = nullptr;
    for (; seen < all.size() && !job; ++seen) {
      const auto* opened = std::get_if<bpmn::JobOpened>(&all[seen]);
      if (opened && workers_.contains(opened->type)) job = opened;
    }
    if (!job) return base::done();
    CHECK(jobs < jobs_max);
    const bpmn::Key key = job->key;
    bpmn::Command command;
    const auto refused = std::find_if(of_case.refused.begin(), of_case.refused.end(),
                                      [&](const RefusedJob& one) { return one.key == key; });
    if (refused != of_case.refused.end()) {
      command = bpmn::FailJob{.key = key, .retries = 0, .message = refused->message};
    } else {
      auto variables = workers_.find(job->type)->second(transaction, {of_case, elements[job->element], moment});
      if (!variables) {
        of_case.refused.push_back({key, variables.error().message});
        return variables.error();
      }
      command = bpmn::CompleteJob{.key = key, .variables = std::move(variables).value()};
    }
    TRY(std::vector<bpmn::Event> events, bpmn::decide(*of_case.service->process, of_case.instance, command, world));
    for (bpmn::Event& event : events) take(of_case, std::move(event), moment, all);
  }
}

base::Result<std::vector<bpmn::Event>> Engine::run(storage::Transaction& transaction, Case& of_case,
                                                   bpmn::Command command, const Moment& moment) const {
  const auto decisions = decisions_of(*of_case.service);
  const bpmn::World world{.feel = catalogue_->world_at(moment.now), .decisions = decisions.get()};
  std::vector<bpmn::Event> all;
  all.reserve(events_usual);
  TRY(std::vector<bpmn::Event> events, bpmn::decide(*of_case.service->process, of_case.instance, command, world));
  for (bpmn::Event& event : events) take(of_case, std::move(event), moment, all);
  TRY(std::ignore, work_off(transaction, of_case, moment, all));
  return all;
}

namespace {

/// What the rows show of a case from its first moment on.
std::string opening_json(const CaseHead& head) {
  return feel::to_json(feel::Value(feel::Context{{"division", head.division},
                                                 {"office", head.office},
                                                 {"number", head.number},
                                                 {"service", head.service},
                                                 {"version", head.service_version},
                                                 {"applicant", base::to_text(head.applicant)},
                                                 {"title", head.title}}));
}

/// `opening`: JSON; empty: the case was opened before.
std::string event_json(std::string_view by, const std::string& element, bpmn::Key key, const std::string& reason,
                       const std::string& opening, const std::vector<bpmn::Event>& events) {
  std::string json = "{\"by\":\"" + std::string(by) + "\"";
  if (!opening.empty()) json += ",\"case\":" + opening;
  if (!element.empty()) json += ",\"element\":" + feel::to_json(feel::Value(element));
  if (key != 0) json += ",\"key\":" + std::to_string(key);
  if (!reason.empty()) json += ",\"reason\":" + feel::to_json(feel::Value(reason));
  return json + ",\"events\":" + bpmn::encode(events) + "}";
}

/// An operation's own event: what it came with, and what it did to the process.
std::string deed_json(const Deed& deed, const std::vector<bpmn::Event>& events) {
  feel::Context data{{"by", "operate"}, {"op", feel::Value(kind_of(deed.operation).id)}};
  for (const auto& [key, value] : deed.data.entries()) data.put(key, value);
  std::string json = feel::to_json(feel::Value(std::move(data)));
  json.pop_back();
  return json + ",\"events\":" + bpmn::encode(events) + "}";
}

/// The clock whose due day a task stands under: named by the element's property `clock`, else the nearest of all.
std::string clock_of(const bpmn::Element& element) {
  return property(element, "clock");
}

}  // namespace

std::optional<calendar::Date> due_under(const std::vector<ClockDue>& clocks, const std::string& clock) {
  std::optional<calendar::Date> nearest;
  for (const ClockDue& one : clocks) {
    if (one.days.state != ClockState::running) continue;
    if (!clock.empty() && one.clock->id != clock) continue;
    // The earlier of the two limits: what the person doing the work should look at.
    for (const auto& due : {one.days.promised, one.days.legal})
      if (due && (!nearest || *due < *nearest)) nearest = due;
  }
  return nearest;
}

namespace {

/// What the applicant was promised for the whole: the latest promise that runs.
std::optional<calendar::Date> promised_day(const std::vector<ClockDue>& clocks) {
  std::optional<calendar::Date> latest;
  for (const ClockDue& one : clocks) {
    if (one.days.state != ClockState::running) continue;
    if (one.days.promised && (!latest || *latest < *one.days.promised)) latest = one.days.promised;
  }
  return latest;
}

}  // namespace

void set_days(CaseHead& head, const std::vector<ClockDue>& clocks) {
  head.promised_day.reset();
  head.timing = {};
  if (head.ended_at) return;
  head.promised_day = promised_day(clocks);
  std::vector<std::pair<std::string, ClockDays>> days;
  for (const ClockDue& one : clocks) days.emplace_back(one.clock->id, one.days);
  head.timing = timing_of(days);
}

namespace {

/// Tasks that stay open may stand under a clock that a step has started, paused or stopped, or a new calendar has
/// moved. Those that `events` have just opened stand under it already.
void save_due_days(storage::Transaction& transaction, const Case& of_case, const std::vector<ClockDue>& clocks,
                   const std::vector<bpmn::Event>& events) {
  const std::vector<bpmn::Element>& elements = bpmn::elements(*of_case.service->process);
  for (const auto& living : of_case.instance.living()) {
    if (living.element >= elements.size() || elements[living.element].type != bpmn::ElementType::user_task) continue;
    const bool is_new = std::any_of(events.begin(), events.end(), [&](const bpmn::Event& event) {
      const auto* opened = std::get_if<bpmn::TaskOpened>(&event);
      return opened && opened->key == living.key;
    });
    if (!is_new)
      save_task_due(transaction, of_case.head.id, elements[living.element].id,
                    due_under(clocks, clock_of(elements[living.element])));
  }
}

/// Whoever has taken the task keeps it as long as it stays with the same role.
void tell_task_anew(storage::Transaction& transaction, const Case& of_case, const bpmn::TaskOpened& opened,
                    base::Id applicant, std::optional<calendar::Date> due) {
  const TaskId id{of_case.head.id, opened.key};
  const std::optional<Task> before = find_task(transaction, system_scope(), id);
  CHECK(before);
  const std::string group = opened.candidate_groups.empty() ? std::string() : opened.candidate_groups.front();
  save_task_anew(transaction, id,
                 {.element = element_at(of_case, opened.element).id,
                  .group = group,
                  .form = opened.form,
                  .assignee = before->group == group ? before->assignee : applicant,
                  .due = due});
}

}  // namespace

base::Result<CaseHead> Engine::finish(storage::Transaction& transaction, Case& of_case, std::vector<bpmn::Event> events,
                                      const Step& step, const Moment& moment) const {
  if (of_case.instance.ended() && !of_case.head.ended_at) of_case.head.ended_at = moment.now;
  TRY(const std::vector<ClockDue> days, due_days(*catalogue_, of_case, Started::going));
  set_days(of_case.head, days);
  const std::vector<bpmn::Element>& elements = bpmn::elements(*of_case.service->process);

  const bool is_new = of_case.head.sequence == 0;
  of_case.head.sequence =
      evidence::append(transaction, {"case", of_case.head.id}, of_case.head.sequence,
                       {.type = step.deed ? kind_of(step.deed->operation).event
                                : is_new  ? "case.opened"
                                          : "case.advanced",
                        .at = moment.now,
                        .actor = moment.actor.person,
                        .data = step.deed ? deed_json(*step.deed, events)
                                          : event_json(step.by, step.element, step.key, step.reason,
                                                       is_new ? opening_json(of_case.head) : std::string(), events)},
                       of_case.head.division, {{"service", of_case.head.service}});
  const std::string instance = stored_instance(of_case);
  if (is_new)
    insert_case(transaction, of_case, instance);
  else
    update_case(transaction, of_case, instance);
  save_values(transaction, of_case, events);

  for (const bpmn::Event& event : events) {
    const auto* task = std::get_if<bpmn::TaskOpened>(&event);
    if (!task) continue;
    const bpmn::Element& element = elements[task->element];
    const base::Id assignee = task->candidate_groups.size() == 1 && task->candidate_groups[0] == "applicant"
                                  ? of_case.head.applicant
                                  : base::Id{};
    bpmn::TaskOpened opened = *task;
    if (of_case.conduct.express_at) opened.priority = std::max(opened.priority, express_priority);
    if (std::find(of_case.tasks_again.begin(), of_case.tasks_again.end(), task->key) != of_case.tasks_again.end()) {
      tell_task_anew(transaction, of_case, opened, assignee, due_under(days, clock_of(element)));
      continue;
    }
    insert_task(transaction, of_case, opened, element, assignee, due_under(days, clock_of(element)), moment.now);
  }
  save_waits(transaction, of_case, events, step, moment);
  if (outside_ && step.deed) outside_->held(transaction, of_case.head.id, of_case.conduct.suspended);
  save_due_days(transaction, of_case, days, events);
  if (!of_case.conduct.interruptions.empty()) {
    TRY(std::ignore, refresh_timers(transaction, of_case, moment));
  }
  return of_case.head;
}

bool Engine::is_planned_otherwise(storage::Snapshot& snapshot, base::Id id, base::Instant now) const {
  const auto of_case = load(snapshot, system_scope(), id);
  if (!of_case || of_case.value().head.ended_at) return false;
  const Case& stands = of_case.value();
  const auto days = due_days(*catalogue_, stands, Started::going);
  if (!days) return false;
  if (!stands.conduct.interruptions.empty()) return true;  // its timers follow its clocks
  CaseHead head = stands.head;
  set_days(head, days.value());
  if (head.promised_day != stands.head.promised_day || head.timing != stands.head.timing) return true;
  for (const Task& task : tasks_of(snapshot, system_scope(), id)) {
    const bpmn::ElementIndex element = bpmn::find_element(*stands.service->process, task.element);
    if (task.done_at || element == bpmn::no_element) continue;
    if (task.due != due_under(days.value(), clock_of(bpmn::elements(*stands.service->process)[element]))) return true;
  }
  const auto decisions = decisions_of(*stands.service);
  const bpmn::World world{.feel = catalogue_->world_at(now), .decisions = decisions.get()};
  for (const OpenTimer& timer : timers_of(snapshot, id)) {
    const auto events = bpmn::decide(*stands.service->process, stands.instance,
                                     bpmn::ReplanTimer{.key = timer.key, .opened_at = timer.opened_at}, world);
    if (events && !events.value().empty()) return true;
  }
  return false;
}

base::Result<bool> Engine::refresh(storage::Transaction& transaction, Case& of_case, const Moment& moment) const {
  TRY(const std::vector<ClockDue> days, due_days(*catalogue_, of_case, Started::going));
  const auto before = of_case.head.promised_day;
  const Timing timing_before = of_case.head.timing;
  set_days(of_case.head, days);
  update_case(transaction, of_case, stored_instance(of_case));
  save_due_days(transaction, of_case, days, {});
  if (!of_case.conduct.interruptions.empty()) {
    TRY(std::ignore, refresh_timers(transaction, of_case, moment));
  }
  return of_case.head.promised_day != before || of_case.head.timing != timing_before;
}

base::Result<CaseHead> Engine::open(storage::Transaction& transaction, const NewCase& request,
                                    const Moment& moment) const {
  Case opened{.head = {.id = request.id,
                       .division = request.division,
                       .office = request.office,
                       .number = request.number,
                       .service = request.service->id,
                       .service_version = request.service->version,
                       .applicant = request.applicant,
                       .title = request.title,
                       .state = "submitted",
                       .opened_at = moment.now},
              .instance = {},
              .marks = {},
              .service = request.service};
  TRY(auto events, run(transaction, opened,
                       bpmn::Start{.variables = request.variables, .start_event = request.start_event}, moment));
  return finish(transaction, opened, std::move(events), {.by = request.by, .element = request.start_event}, moment);
}

base::Result<CaseHead> Engine::complete_task(storage::Transaction& transaction, TaskId id, const feel::Context& answers,
                                             std::optional<std::int64_t> expected_sequence, const Moment& moment,
                                             feel::Context more) const {
  // The case first: whoever else completes the task between the two reads is seen with it, and can be named.
  base::Result<Case> loaded = load(transaction, moment.actor.scope, id.of_case);
  const std::optional<Task> task = find_task(transaction, moment.actor.scope, id);
  if (!task) return task_unknown();
  if (task->done_at) return already_done(*task);
  TRY(Case of_case, std::move(loaded));
  if (task->group == "applicant") {
    if (moment.actor.person != of_case.head.applicant)
      return not_yours("这一步由申请人办理", "This step is for the applicant.");
  } else if (!may_do(transaction, moment.actor, *task, moment.today())) {
    return not_yours("您的岗位不办理这一环节", "Your role does not cover this step.");
  }
  if (task->assignee && task->assignee != moment.actor.person)
    return not_yours("这项工作已由他人领取,请先由其退回",
                     "Somebody else has taken this task; it must be released first.");
  if (expected_sequence && changed_since(transaction, of_case.head, *expected_sequence))
    return base::Error{.kind = base::Refusal::stale,
                       .code = "casework.stale",
                       .message = {"办件在您打开之后有了变化,请刷新后再办理;您填写的内容仍在页面上",
                                   "The case has changed since you opened it. Please reload; what you typed is kept."}};
  TRY(std::ignore, check_completion(transaction, of_case, *task, moment));
  if (const auto guard = guards_.find(task->form); guard != guards_.end()) {
    TRY(std::ignore, guard->second(transaction, *task));
  }
  return complete(transaction, of_case, *task, answers, moment, std::move(more));
}

base::Result<CaseHead> Engine::complete(storage::Transaction& transaction, Case& of_case, const Task& task,
                                        const feel::Context& answers, const Moment& moment, feel::Context more) const {
  feel::Context checked = answers;
  if (const auto form = of_case.service->task_forms.find(task.form); form != of_case.service->task_forms.end()) {
    const feel::World world = catalogue_->world_at(moment.now);
    TRY(checked, catalogue::check_answers(form->second, of_case.instance.variables(), answers,
                                          catalogue::Completeness::full, "/answers", world));
  }
  checked.put("by", base::to_text(moment.actor.person));
  checked.put("by_name", moment.actor.name);
  checked.put("on", feel::Value(moment.today()));
  feel::Context variables = std::move(more);
  variables.put(task.element, feel::Value(std::move(checked)));
  const bpmn::Key key = task.id.key;
  TRY(auto events,
      run(transaction, of_case, bpmn::CompleteTask{.key = key, .variables = std::move(variables)}, moment));
  return finish(transaction, of_case, std::move(events),
                {.by = "complete_task", .element = task.element, .key = key, .reason = {}}, moment);
}

base::Result<bool> Engine::complete_form(storage::Transaction& transaction, base::Id id, std::string_view form,
                                         const feel::Context& answers, const Moment& moment) const {
  TRY(Case of_case, load(transaction, system_scope(), id));
  for (const Task& task : tasks_of(transaction, system_scope(), id)) {
    if (task.done_at || task.form != form) continue;
    if (!check_completion(transaction, of_case, task, moment)) return false;
    TRY(std::ignore, complete(transaction, of_case, task, answers, moment, {}));
    return true;
  }
  return false;
}

namespace {

/// Appends an event that moves no token. Errors: the transaction's conflict when the case changed since it was loaded.
void add_note(storage::Transaction& transaction, Case& of_case, std::string_view type, const feel::Context& data,
              const Moment& moment) {
  of_case.head.sequence = evidence::append(
      transaction, {"case", of_case.head.id}, of_case.head.sequence,
      {.type = type, .at = moment.now, .actor = moment.actor.person, .data = feel::to_json(feel::Value(data))},
      of_case.head.division, {{"service", of_case.head.service}});
  update_case(transaction, of_case, bpmn::encode(of_case.instance));
}

}  // namespace

base::Result<Task> Engine::claim(storage::Transaction& transaction, TaskId id, const Moment& moment) const {
  base::Result<Case> loaded = load(transaction, moment.actor.scope, id.of_case);  // first, as in complete_task
  std::optional<Task> task = find_task(transaction, moment.actor.scope, id);
  if (!task) return task_unknown();
  if (task->done_at) return already_done(*task);
  if (!may_do(transaction, moment.actor, *task, moment.today()))
    return not_yours("您的岗位不办理这一环节", "Your role does not cover this step.");
  if (task->assignee == moment.actor.person) return *task;
  if (task->assignee)
    return base::Error{.kind = base::Refusal::conflict,
                       .code = "casework.already_claimed",
                       .message = {"这项工作已由他人领取", "Somebody else has taken this task."},
                       .places = {{.path = "/assignee", .code = base::to_text(task->assignee), .message = {}}}};
  feel::Context data;
  data.put("element", task->element);
  data.put("key", feel::Value(static_cast<std::int64_t>(id.key)));
  TRY(Case of_case, std::move(loaded));
  add_note(transaction, of_case, "task.claimed", data, moment);
  assign_task(transaction, id, moment.actor.person);
  task->assignee = moment.actor.person;
  return *task;
}

base::Result<Task> Engine::release(storage::Transaction& transaction, TaskId id, const Moment& moment) const {
  base::Result<Case> loaded = load(transaction, moment.actor.scope, id.of_case);  // first, as in complete_task
  std::optional<Task> task = find_task(transaction, moment.actor.scope, id);
  if (!task) return task_unknown();
  if (task->done_at) return already_done(*task);
  if (task->assignee != moment.actor.person)
    return not_yours("只有领取人可以退回这项工作", "Only the person who took this task can release it.");
  feel::Context data;
  data.put("element", task->element);
  data.put("key", feel::Value(static_cast<std::int64_t>(id.key)));
  TRY(Case of_case, std::move(loaded));
  add_note(transaction, of_case, "task.released", data, moment);
  assign_task(transaction, id, {});
  task->assignee = {};
  return *task;
}

base::Result<CaseHead> Engine::note(storage::Transaction& transaction, base::Id id, std::string_view type,
                                    const feel::Context& data, const Moment& moment) const {
  TRY(Case of_case, load(transaction, moment.actor.scope, id));
  add_note(transaction, of_case, type, data, moment);
  return of_case.head;
}

base::Result<void> Engine::rename(storage::Transaction& transaction, base::Id id, const std::string& title,
                                  const Moment& moment) const {
  TRY(Case of_case, load(transaction, moment.actor.scope, id));
  if (of_case.head.title == title) return base::done();
  of_case.head.title = title;
  add_note(transaction, of_case, "case.renamed", {{"title", title}}, moment);
  return base::done();
}

bool Engine::fire_one(storage::Store& store, TaskId timer, base::Instant now) const {
  const Moment moment{.now = now,
                      .actor = {.person = {}, .name = {}, .staff = false, .roles = {}, .scope = system_scope()}};
  // The timer may be gone since it was looked up.
  return advance_alone(store, timer.of_case,
                       {.command = bpmn::FireTimer{.key = timer.key}, .by = "timer", .element = {}, .key = timer.key},
                       moment, [&](storage::Transaction& transaction) { return timer_waits(transaction, timer); })
      .has_value();
}

int Engine::fire_due_timers(storage::Store& store, base::Instant now, int limit) const {
  const std::vector<TaskId> due =
      store.read_value([&](storage::Snapshot& snapshot) { return due_timers(snapshot, now, limit); });
  int fired = 0;
  for (const TaskId& timer : due) fired += fire_one(store, timer, now);
  return fired;
}

}  // namespace casework
