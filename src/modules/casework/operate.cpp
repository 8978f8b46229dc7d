/// Operations on a case: checked by the pure rules, carried out on process, clocks, tasks and timers, told as events.
#include <algorithm>

#include "engine.h"
#include "kernel/base/refusals.h"
#include "kernel/feel/lookup.h"
#include "modules/access/access.h"
#include "store.h"

namespace casework {
namespace {

constexpr int delegation_days_max = 90;

const bpmn::Wait* task_wait(const Case& of_case, std::int64_t key) {
  for (const bpmn::Wait& wait : of_case.instance.waits())
    if (wait.kind == bpmn::WaitKind::task && std::int64_t{wait.key} == key) return &wait;
  return nullptr;
}

/// Only what operations know is kept of what was sent.
feel::Context known_data(const feel::Context& sent) {
  static constexpr std::string_view keys[] = {"reason", "basis",     "clock",    "task",    "to",   "places", "answers",
                                              "person", "agree",     "material", "promise", "kept", "told",   "channel",
                                              "caller", "variables", "version",  "renamed", "batch"};
  feel::Context data;
  for (const std::string_view key : keys)
    if (const feel::Value* value = sent.find(key); value && !value->is_null()) data.put(std::string(key), *value);
  return data;
}

base::Error unfit(std::string zh, std::string en) {
  return base::invalid_at("/person", "casework.person_unfit", {std::move(zh), std::move(en)});
}

base::Text waiting_text(const Conduct::Signature& signature) {
  if (signature.reminders == 0) return {"等待您签署", "waits for your signature"};
  const std::string count = std::to_string(signature.reminders);
  return {"等待您签署,已提醒" + count + "次", "waits for your signature; reminders: " + count};
}

Standing standing_of(const Case& of_case) {
  return {.ended = of_case.head.ended_at.has_value(),
          .binding = is_binding(of_case),
          .ended_at = of_case.head.ended_at,
          .stuck = of_case.instance.has_incident()};
}

/// The elements of user tasks that people have done in this case, each once.
std::vector<std::string> done_steps(const std::vector<Task>& tasks) {
  std::vector<std::string> steps;
  for (const Task& task : tasks)
    if (task.done_at && task.done_by && std::find(steps.begin(), steps.end(), task.element) == steps.end())
      steps.push_back(task.element);
  return steps;
}

bool is_channel(std::string_view channel) {
  return channel == "phone" || channel == "window" || channel == "letter";
}

}  // namespace

bool is_binding(const Case& of_case) {
  const bpmn::Definition& definition = *of_case.service->process;
  return std::any_of(of_case.marks.begin(), of_case.marks.end(), [&](const Mark& mark) {
    const bpmn::ElementIndex index = bpmn::find_element(definition, mark.element);
    if (index == bpmn::no_element) return false;
    const bpmn::Element& element = bpmn::elements(definition)[index];
    return property(element, "binding") == "true" || property(element, "state") == "issued";
  });
}

bool may_do(storage::Snapshot& snapshot, const access_control::Actor& actor, const Task& task, calendar::Date today) {
  if (task.group.empty() || actor.has_role(task.group)) return true;
  for (const Delegation& delegation : delegations_of(snapshot, actor.person, today)) {
    if (delegation.to_person != actor.person || delegation.role != task.group || delegation.valid_from > today)
      continue;
    if (!delegation.service.empty() && delegation.service != task.service) continue;
    // A role that the giver has lost meanwhile can not be lent on.
    const auto giver = access_control::find_person(snapshot, delegation.from_person);
    if (giver && std::find(giver->roles.begin(), giver->roles.end(), task.group) != giver->roles.end()) return true;
  }
  return false;
}

base::Result<void> Engine::check_completion(storage::Snapshot&, const Case& of_case, const Task& task,
                                            const Moment& moment) const {
  if (of_case.conduct.suspended)
    return base::conflict("casework.suspended",
                          {"办件已中止,请先恢复办理", "The case is suspended; it must be resumed first."});
  TRY(std::ignore, check_signatures(of_case.conduct, task.id.key));
  const auto index = bpmn::find_element(*of_case.service->process, task.element);
  if (index == bpmn::no_element) return base::done();
  const bpmn::Element& element = element_at(of_case, index);
  if (const std::string other = property(element, "four_eyes"); !other.empty()) {
    const feel::Value* done = of_case.instance.variables().find(other);
    if (done && done->kind() == feel::Kind::context &&
        text_in(done->as_context(), "by") == base::to_text(moment.actor.person))
      return base::Error{.kind = base::Refusal::forbidden,
                         .code = "casework.four_eyes",
                         .message = {"审查和决定须由两人分别办理,请由他人办理这一环节",
                                     "Who has examined may not decide; somebody else must do this step."}};
  }
  if (property(element, "promises") == "kept" && of_case.conduct.has_open_promise())
    return base::conflict("casework.promise_open",
                          {"还有容缺承诺没有核销,不能作出决定",
                           "A promise of the conditional acceptance is not verified yet; nothing can be decided."});
  return base::done();
}

base::Result<void> Engine::check_extension(const Case& of_case, const Deed& deed, const Moment& moment) const {
  const std::string id = text_in(deed.data, "clock");
  TRY(const auto views, clocks(of_case, moment.today()));
  const auto view = std::find_if(views.begin(), views.end(), [&](const ClockView& one) { return one.clock->id == id; });
  if (view == views.end() || view->clock->extension_rule.empty())
    return base::invalid_at("/clock", "casework.not_extendable",
                            {"这个时限依法不能延长", "This limit can not be extended."});
  if (view->reading.state != ClockState::running)
    return base::conflict("casework.clock_not_running", {"这个时限没有在计算", "This limit is not running."});
  if (!view->reading.legal || !view->reading.legal->limit.extension)
    return base::invalid_at("/clock", "casework.not_extendable",
                            {"这个时限依法不能延长", "This limit can not be extended."});
  const auto& extended = of_case.conduct.extended;
  if (std::find(extended.begin(), extended.end(), id) != extended.end())
    return base::conflict("casework.extended_already",
                          {"这个时限已经延长过一次", "This limit has been extended once already."});
  if (view->reading.legal && view->reading.legal->overdue)
    return base::conflict("casework.limit_passed",
                          {"法定期限已经届满,不能再延长", "The legal limit has passed; it is too late to extend it."});
  if (text_in(deed.data, "told").empty())
    return base::invalid_at("/told", "casework.told_missing",
                            {"请写明怎样把延长期限的理由告知申请人", "Say how the applicant was told of the reasons."});
  return base::done();
}

base::Result<void> Engine::prepare_promise(const Case& of_case, Deed& deed, const Moment& moment) const {
  const std::string id = text_in(deed.data, "material");
  TRY(std::ignore, check_promise(of_case.conduct, deed.operation, id));
  if (deed.operation == Operation::settle_promise) return base::done();
  const catalogue::Material* material = of_case.service->find_material(id);
  if (!material || !material->deferrable)
    return base::invalid_at("/material", "casework.not_deferrable",
                            {"这份材料不能容缺", "This document can not be deferred."});
  TRY(const catalogue::Rule rule, catalogue_->rules.on("promise.deferred_material", moment.today()));
  TRY(const calendar::Deadline deadline, calendar::deadline_after(moment.today(), rule.value, catalogue_->calendar));
  deed.data.put("due", calendar::to_text(deadline.due));
  if (text_in(deed.data, "promise").empty()) deed.data.put("promise", "承诺按期补交" + material->name.zh);
  return base::done();
}

base::Result<void> Engine::prepare_person(storage::Snapshot& snapshot, const Case& of_case, Deed& deed,
                                          const Moment& moment) const {
  const std::int64_t key = number_in(deed.data, "task");
  const bpmn::Wait* wait = task_wait(of_case, key);
  if (!wait) return task_unknown();
  const std::optional<Task> task = find_task(snapshot, system_scope(), {of_case.head.id, wait->key});
  if (!task) return task_unknown();
  const bool signs = deed.operation != Operation::assign;
  const base::Id id = deed.operation == Operation::sign
                          ? moment.actor.person
                          : base::parse_id(text_in(deed.data, "person")).value_or(base::Id{});
  if (signs) {
    TRY(std::ignore, check_signer(of_case.conduct, deed.operation, wait->key, id));
  }
  if (deed.operation == Operation::sign || deed.operation == Operation::dismiss_signer) return base::done();
  const auto person = access_control::find_person(snapshot, id);
  if (!person || !person->staff || person->division != of_case.head.division)
    return unfit("请选择本局工作人员", "Choose a member of the bureau's staff.");
  if (task->group == "applicant") return unfit("这一步由申请人办理", "This step is for the applicant.");
  const auto& roles = person->roles;
  if (!signs && std::find(roles.begin(), roles.end(), task->group) == roles.end())
    return unfit("这个人的岗位不办理这一环节", "This person's role does not cover the step.");
  deed.data.put("person_name", person->name);
  deed.data.put("element", task->element);
  return base::done();
}

base::Result<std::vector<bpmn::Event>> Engine::send_back(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                         const Moment& moment) const {
  const bpmn::Wait* wait = task_wait(of_case, number_in(deed.data, "task"));
  if (!wait) return task_unknown();
  const bpmn::Definition& definition = *of_case.service->process;
  const std::string to = text_in(deed.data, "to");
  const bpmn::ElementIndex target = bpmn::find_element(definition, to);
  const std::vector<std::string> steps = done_steps(tasks_of(transaction, system_scope(), of_case.head.id));
  if (std::find(steps.begin(), steps.end(), to) == steps.end() || target == bpmn::no_element ||
      !bpmn::comes_after(definition, wait->element, target))
    return base::invalid_at(
        "/to", "casework.step_not_before",
        {"只能退回这个办件已经办过的前面环节", "A case can be sent back only to an earlier step that was done."});
  deed.data.put("from", element_at(of_case, wait->element).id);
  return run(transaction, of_case, bpmn::Move{.from = wait->key, .to = target, .undo = true}, moment);
}

base::Result<std::vector<bpmn::Event>> Engine::correct(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                       const Moment& moment) const {
  const auto context_of = [&](const feel::Context& from, const char* key) {
    const feel::Value* value = from.find(key);
    return value && value->kind() == feel::Kind::context ? value->as_context() : feel::Context{};
  };
  const feel::Context changes = context_of(deed.data, "answers");
  const feel::Context before = context_of(of_case.instance.variables(), "answers");
  feel::Context merged = before;
  for (const auto& [key, value] : changes.entries()) {
    if (!of_case.service->form.find(key))
      return base::invalid_at("/answers/" + key, "casework.fact_unknown",
                              {"申请表中没有这一项", "The form has no such field."});
    merged.put(key, value);
  }
  const feel::World world = catalogue_->world_at(moment.now);
  TRY(feel::Context checked,
      catalogue::check_answers(of_case.service->form, context_of(of_case.instance.variables(), "guide"), merged,
                               catalogue::Completeness::full, "/answers", world));
  feel::List list;
  for (const auto& [key, value] : changes.entries()) {
    const feel::Value* was = before.find(key);
    const feel::Value* is = checked.find(key);
    const feel::Value old_value = was ? *was : feel::Value();
    const feel::Value new_value = is ? *is : feel::Value();
    if (feel::to_json(old_value) == feel::to_json(new_value)) continue;
    list.emplace_back(feel::Context{{"key", key}, {"before", old_value}, {"after", new_value}});
  }
  if (list.empty())
    return base::invalid_at("/answers", "casework.fact_same",
                            {"填报的内容没有变化", "Nothing differs from what was filed."});
  deed.data.erase("answers");
  deed.data.put("changes", feel::Value(std::move(list)));
  if (on_corrected_) {
    TRY(const std::string title, on_corrected_(transaction, of_case, checked, moment));
    if (title != of_case.head.title) deed.data.put("title", title);
    of_case.head.title = title;
  }
  return run(
      transaction, of_case,
      bpmn::SetVariables{.scope = bpmn::process_key, .variables = {{"answers", feel::Value(std::move(checked))}}},
      moment);
}

base::Result<std::vector<bpmn::Event>> Engine::assist(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                      const Moment& moment) const {
  const bpmn::Wait* wait = task_wait(of_case, number_in(deed.data, "task"));
  if (!wait) return task_unknown();
  const bpmn::Key key = wait->key;
  const std::optional<Task> task = find_task(transaction, system_scope(), {of_case.head.id, key});
  if (!task || task->group != "applicant") return task_unknown();
  const auto form = of_case.service->task_forms.find(task->form);
  const feel::Value* sent = deed.data.find("answers");
  feel::Context answers = sent && sent->kind() == feel::Kind::context ? sent->as_context() : feel::Context{};
  if (form != of_case.service->task_forms.end()) {
    const feel::World world = catalogue_->world_at(moment.now);
    TRY(answers, catalogue::check_answers(form->second, of_case.instance.variables(), answers,
                                          catalogue::Completeness::full, "/answers", world));
  }
  answers.put("by", base::to_text(moment.actor.person));
  answers.put("by_name", moment.actor.name);
  answers.put("on", feel::Value(moment.today()));
  answers.put("on_behalf", true);
  deed.data.put("element", task->element);
  return run(transaction, of_case,
             bpmn::CompleteTask{.key = key, .variables = {{task->element, feel::Value(std::move(answers))}}}, moment);
}

base::Result<void> Engine::reopen(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                  const Moment& moment) const {
  TRY(const catalogue::Rule rule, catalogue_->rules.on("case.reopen", moment.today()));
  TRY(std::ignore, check_reopening(*of_case.head.ended_at, rule.value, moment.today(), catalogue_->calendar));
  // Where it stood before the step that ended it.
  std::int64_t ended = 0;
  for (const storage::Event& event : storage::load_events(transaction, {"case", of_case.head.id})) {
    TRY(const feel::Value data, feel::parse_json(event.data));
    const feel::Value* list = data.kind() == feel::Kind::context ? data.as_context().find("events") : nullptr;
    if (!list) continue;
    TRY(const auto events, bpmn::decode_events(feel::to_json(*list)));
    const bool ends = std::any_of(events.begin(), events.end(), [](const bpmn::Event& one) {
      return std::holds_alternative<bpmn::ProcessEnded>(one);
    });
    if (ends) ended = event.sequence;
  }
  CHECK(ended > 1);  // a case that ended in its first step has no task to stand at
  TRY(Replayed before, replay(transaction, of_case.head.id, ended - 1));
  deed.data.put("restored", feel::Value(ended - 1));
  deed.data.put("ended_at", feel::Value(of_case.head.ended_at->us));
  of_case.service = before.service;
  of_case.head.service_version = before.service->version;
  of_case.instance = std::move(before.instance);
  of_case.marks = std::move(before.marks);
  of_case.head.state = std::move(before.state);
  of_case.head.ended_at.reset();
  save_all_values(transaction, *catalogue_, of_case);
  for (const bpmn::Wait& wait : of_case.instance.waits()) {
    if (wait.kind == bpmn::WaitKind::task) open_task_again(transaction, {of_case.head.id, wait.key});
    if (wait.kind == bpmn::WaitKind::timer) {
      const auto opened = before.timers_opened.find(wait.key);
      CHECK(opened != before.timers_opened.end());
      save_timer(transaction, of_case, wait.key, wait.due, opened->second);
    }
    if (outside_ && is_outside(wait.kind))
      outside_->opened(transaction, of_case.head, element_at(of_case, wait.element), wait, moment.now);
  }
  for (const Incident& incident : before.incidents) insert_incident(transaction, of_case.head, incident);
  return base::done();
}

base::Result<std::vector<bpmn::Event>> Engine::carry_out(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                         const Moment& moment) const {
  using Events = std::vector<bpmn::Event>;
  switch (deed.operation) {
    case Operation::extend: {
      TRY(std::ignore, check_extension(of_case, deed, moment));
      return Events{};
    }
    case Operation::send_back:
      return send_back(transaction, of_case, deed, moment);
    case Operation::correct:
      return correct(transaction, of_case, deed, moment);
    case Operation::assist:
    case Operation::withdraw:
      // Somebody acts for the applicant: how the applicant said so is part of the record.
      if (moment.actor.staff && !is_channel(text_in(deed.data, "channel")))
        return base::invalid_at("/channel", "casework.channel_unknown",
                                {"请选择申请人是怎样提出的:电话、到窗口或者来函",
                                 "Say how the applicant asked for it: by phone, at the window or by letter."});
      if (deed.operation == Operation::assist) return assist(transaction, of_case, deed, moment);
      deed.data.put("state", "withdrawn");
      return run(transaction, of_case, bpmn::Cancel{}, moment);
    case Operation::terminate:
      deed.data.put("state", "terminated");
      return run(transaction, of_case, bpmn::Cancel{}, moment);
    case Operation::reopen: {
      TRY(std::ignore, reopen(transaction, of_case, deed, moment));
      return Events{};
    }
    case Operation::assign:
    case Operation::add_signer:
    case Operation::countersign:
    case Operation::sign:
    case Operation::dismiss_signer: {
      TRY(std::ignore, prepare_person(transaction, of_case, deed, moment));
      return Events{};
    }
    case Operation::accept_conditionally:
    case Operation::settle_promise: {
      TRY(std::ignore, prepare_promise(of_case, deed, moment));
      return Events{};
    }
    case Operation::retry:
      return retry(transaction, of_case, deed, moment);
    case Operation::migrate:
      return migrate(transaction, of_case, deed, moment);
    case Operation::suspend:
    case Operation::resume:
    case Operation::express:
    case Operation::remind:
    case Operation::escalate:
      return Events{};
  }
  return Events{};
}

namespace {

/// The rows that lists look at, after the deed is part of the conduct.
void save_views(storage::Transaction& transaction, const Case& of_case, const Deed& deed) {
  const TaskId task{of_case.head.id, static_cast<bpmn::Key>(number_in(deed.data, "task"))};
  switch (deed.operation) {
    case Operation::assign:
      assign_task(transaction, task, base::parse_id(text_in(deed.data, "person")).value_or(base::Id{}));
      break;
    case Operation::add_signer:
    case Operation::countersign:
    case Operation::sign:
    case Operation::dismiss_signer:
      for (const Conduct::Signature& signature : of_case.conduct.signatures)
        if (signature.task == task.key) save_signature(transaction, task, signature, of_case.head.division);
      break;
    case Operation::accept_conditionally:
    case Operation::settle_promise:
      for (const Conduct::Promise& promise : of_case.conduct.promises) save_promise(transaction, of_case.head, promise);
      break;
    case Operation::express:
    case Operation::escalate:
      save_priority(transaction, of_case.head.id, express_priority);
      break;
    case Operation::suspend:
    case Operation::resume:
    case Operation::extend:
    case Operation::send_back:
    case Operation::withdraw:
    case Operation::terminate:
    case Operation::reopen:
    case Operation::correct:
    case Operation::assist:
    case Operation::retry:
    case Operation::migrate:
    case Operation::remind:
      break;
  }
}

}  // namespace

base::Result<CaseHead> Engine::operate(storage::Transaction& transaction, const OperationRequest& request,
                                       const Moment& moment) const {
  TRY(const Operation operation, parse_operation(request.operation));
  const OperationKind& kind = kind_of(operation);
  const auto permissions = access_control::permissions_of(moment.actor.roles);
  if (kind.permission.empty() ||
      std::find(permissions.begin(), permissions.end(), kind.permission) == permissions.end())
    return base::Error{.kind = base::Refusal::forbidden,
                       .code = "casework.operation_not_yours",
                       .message = {"您的岗位不能作这项操作", "Your role does not cover this operation."}};
  TRY(Case of_case, load(transaction, moment.actor.scope, request.of_case));
  if (request.expected_sequence && changed_since(transaction, of_case.head, *request.expected_sequence))
    return base::Error{.kind = base::Refusal::stale,
                       .code = "casework.stale",
                       .message = {"办件在您打开之后有了变化,请刷新后再办理;您填写的内容仍在页面上",
                                   "The case has changed since you opened it. Please reload; what you typed is kept."}};
  return perform(transaction, of_case, {operation, moment.now, moment.actor.person, known_data(request.data)}, moment);
}

base::Result<CaseHead> Engine::perform(storage::Transaction& transaction, Case& of_case, Deed deed,
                                       const Moment& moment) const {
  TRY(std::ignore, check_standing(of_case.conduct, standing_of(of_case), deed.operation));
  TRY(std::ignore, check_words(deed.operation, deed.data));
  TRY(auto events, carry_out(transaction, of_case, deed, moment));
  if (const std::string state = text_in(deed.data, "state"); !state.empty()) {
    of_case.head.state = state;
    of_case.marks.push_back({state, moment.now});
  }
  of_case.deeds.push_back(deed);
  apply(of_case.conduct, deed);
  save_views(transaction, of_case, deed);
  const auto key = static_cast<bpmn::Key>(deed.operation == Operation::assist ? number_in(deed.data, "task") : 0);
  return finish(transaction, of_case, std::move(events),
                {.by = "operate", .element = {}, .key = key, .reason = {}, .deed = &deed}, moment);
}

base::Result<CaseHead> Engine::withdraw(storage::Transaction& transaction, base::Id id, std::string_view reason,
                                        const Moment& moment) const {
  TRY(Case of_case, load(transaction, moment.actor.scope, id));
  return perform(transaction, of_case,
                 {Operation::withdraw, moment.now, moment.actor.person, {{"reason", std::string(reason)}}}, moment);
}

base::Result<base::Instant> timer_due(const Case& of_case, const bpmn::Wait& timer, base::Instant opened_at,
                                      const calendar::Calendar& calendar) {
  if (of_case.conduct.interruptions.empty()) return timer.due;
  const bool days = property(element_at(of_case, timer.element), "unit") == "calendar_days";
  TRY(const auto due, due_after({.opened_at = opened_at,
                                 .due = timer.due,
                                 .unit = days ? calendar::Unit::calendar_days : calendar::Unit::working_days},
                                of_case.conduct.interruptions, calendar));
  return due.value_or(never);
}

base::Result<void> Engine::refresh_timers(storage::Transaction& transaction, const Case& of_case, const Moment&) const {
  for (const OpenTimer& timer : timers_of(transaction, of_case.head.id)) {
    for (const bpmn::Wait& wait : of_case.instance.waits()) {
      if (wait.key != timer.key || wait.kind != bpmn::WaitKind::timer) continue;
      TRY(const base::Instant due, timer_due(of_case, wait, timer.opened_at, catalogue_->calendar));
      save_timer(transaction, of_case, wait.key, due, timer.opened_at);
    }
  }
  return base::done();
}

namespace {

std::vector<Possible::Choice> extendable(const std::vector<ClockView>& clocks, const Conduct& conduct) {
  std::vector<Possible::Choice> choices;
  for (const ClockView& view : clocks) {
    const bool again =
        std::find(conduct.extended.begin(), conduct.extended.end(), view.clock->id) != conduct.extended.end();
    const bool can = view.reading.legal && view.reading.legal->limit.extension;
    if (can && view.reading.state == ClockState::running && !again)
      choices.push_back({view.clock->id, view.clock->name});
  }
  return choices;
}

std::vector<Possible::Choice> materials_for(const Case& of_case, Operation operation) {
  std::vector<Possible::Choice> choices;
  for (const catalogue::Material& material : of_case.service->materials) {
    const bool open = of_case.conduct.open_promise(material.id) != nullptr;
    if (operation == Operation::settle_promise ? open : material.deferrable && !open)
      choices.push_back({material.id, material.name});
  }
  return choices;
}

/// Open tasks by key; `applicant`: only those the applicant is to do, otherwise only those of staff.
std::vector<Possible::Choice> open_tasks(const Case& of_case, const std::vector<Task>& tasks, bool applicant) {
  std::vector<Possible::Choice> choices;
  for (const Task& task : tasks) {
    const bpmn::Wait* wait = task_wait(of_case, task.id.key);
    if (task.done_at || !wait || (task.group == "applicant") != applicant) continue;
    choices.push_back({std::to_string(task.id.key), name_of(element_at(of_case, wait->element))});
  }
  return choices;
}

/// The newest first; the one in force is marked.
std::vector<Possible::Choice> other_versions(storage::Snapshot& snapshot, const CaseHead& head,
                                             const catalogue::Catalogue& catalogue) {
  std::vector<Possible::Choice> choices;
  const auto current = catalogue.service(head.service);
  for (const DeployedVersion& one : versions_of(snapshot, head.service)) {
    if (one.version == head.service_version) continue;
    const bool in_force = current && current.value()->version == one.version;
    const std::string at = calendar::to_text_local(one.deployed_at).substr(0, 16);
    choices.push_back({one.version,
                       {at + "起的版本 " + one.version + (in_force ? "(现行)" : ""),
                        "version " + one.version + " of " + at + (in_force ? " (in force)" : "")}});
  }
  return choices;
}

std::vector<Possible::Choice> failed_steps(const Case& of_case) {
  std::vector<Possible::Choice> choices;
  for (const bpmn::Incident& incident : of_case.instance.incidents())
    choices.push_back({std::to_string(incident.key), name_of_living(of_case, incident.key)});
  return choices;
}

/// What the failed steps see and somebody may put right: single values that the process has set. What was filed is
/// corrected by an operation of its own; whole results of steps come with the steps.
feel::Context correctable(const Case& of_case) {
  static constexpr std::string_view fixed[] = {"answers", "case_id", "case_number"};
  feel::Context found;
  for (const bpmn::Incident& incident : of_case.instance.incidents()) {
    const feel::Context seen = bpmn::visible_variables(*of_case.service->process, of_case.instance, incident.key);
    for (const auto& [name, value] : seen.entries()) {
      const bool single = value.kind() != feel::Kind::context && value.kind() != feel::Kind::list;
      if (single && std::find(std::begin(fixed), std::end(fixed), name) == std::end(fixed)) found.put(name, value);
    }
  }
  return found;
}

std::vector<Possible::Choice> steps_back(const Case& of_case, const std::vector<Task>& tasks) {
  std::vector<Possible::Choice> choices;
  const bpmn::Definition& definition = *of_case.service->process;
  for (const bpmn::Wait& wait : of_case.instance.waits()) {
    if (wait.kind != bpmn::WaitKind::task) continue;
    const base::Text from = name_of(element_at(of_case, wait.element));
    for (const std::string& step : done_steps(tasks)) {
      const bpmn::ElementIndex target = bpmn::find_element(definition, step);
      if (target == bpmn::no_element || !bpmn::comes_after(definition, wait.element, target)) continue;
      const base::Text to = name_of(element_at(of_case, target));
      choices.push_back({std::to_string(wait.key) + ">" + step, {from.zh + " → " + to.zh, from.en + " → " + to.en}});
    }
  }
  return choices;
}

}  // namespace

base::Result<std::vector<Possible>> Engine::possible(storage::Snapshot& snapshot, base::Id id,
                                                     const Moment& moment) const {
  TRY(const Case of_case, load(snapshot, moment.actor.scope, id));
  const auto permissions = access_control::permissions_of(moment.actor.roles);
  const std::vector<Task> tasks = tasks_of(snapshot, moment.actor.scope, id);
  TRY(const auto views, clocks(of_case, moment.today()));
  std::vector<Possible> all;
  for (const OperationKind& kind : operation_kinds()) {
    if (kind.permission.empty() ||
        std::find(permissions.begin(), permissions.end(), kind.permission) == permissions.end())
      continue;
    Possible one{.kind = &kind};
    const auto allowed = check_standing(of_case.conduct, standing_of(of_case), kind.operation);
    if (!allowed) one.refusal = allowed.error();
    using enum Operation;
    if (kind.operation == extend) one.clocks = extendable(views, of_case.conduct);
    if (kind.operation == send_back) one.steps = steps_back(of_case, tasks);
    if (kind.operation == accept_conditionally || kind.operation == settle_promise)
      one.materials = materials_for(of_case, kind.operation);
    if (kind.operation == assist) one.tasks = open_tasks(of_case, tasks, true);
    if (kind.operation == retry) {
      one.tasks = failed_steps(of_case);
      if (std::find(permissions.begin(), permissions.end(), "case.correct") != permissions.end())
        one.variables = correctable(of_case);
    }
    if (kind.operation == migrate) one.versions = other_versions(snapshot, of_case.head, *catalogue_);
    if (kind.operation == assign || kind.operation == add_signer || kind.operation == countersign) {
      one.tasks = open_tasks(of_case, tasks, false);
      for (const access_control::Role& role : access_control::roles())
        for (const auto& person : access_control::staff_with_role(snapshot, moment.actor.scope, role.id))
          if (std::none_of(one.people.begin(), one.people.end(),
                           [&](const auto& other) { return other.value == base::to_text(person.id); }))
            one.people.push_back({base::to_text(person.id), {person.name, person.name}});
    }
    for (const Conduct::Signature& signature : of_case.conduct.signatures) {
      const bool mine = kind.operation == sign && signature.person == moment.actor.person && !signature.agreed;
      if (mine) one.tasks.push_back({std::to_string(signature.task), waiting_text(signature)});
      if (kind.operation == dismiss_signer && (!signature.agreed || (signature.must_agree && !*signature.agreed))) {
        const std::string name = access_control::name_of_person(snapshot, signature.person);
        one.tasks.push_back({std::to_string(signature.task), {name, name}});
        one.people.push_back({base::to_text(signature.person), {name, name}});
      }
    }
    all.push_back(std::move(one));
  }
  return all;
}

int Engine::remind(storage::Store& store, base::Instant now, int limit) const {
  return remind_of_tasks(store, now, limit) + remind_signers(store, now, limit);
}

int Engine::remind_signers(storage::Store& store, base::Instant now, int limit) const {
  const Moment moment{.now = now,
                      .actor = {.person = {}, .name = {}, .staff = false, .roles = {}, .scope = system_scope()}};
  const calendar::Date today = moment.today();
  const auto works_today = catalogue_->calendar.is_working_day(today);
  if (!works_today || !works_today.value()) return 0;
  // Once a day is enough to look; another process, or this one started again, sees in the case who was told already.
  if (signers_reminded_on_.exchange(today.days) == today.days) return 0;
  const auto waiting =
      store.read_value([&](storage::Snapshot& snapshot) { return signatures_waiting(snapshot, limit); });
  int told = 0;
  for (const auto& [task, person] : waiting) {
    const auto done = store.write_result([&](storage::Transaction& transaction) -> base::Result<bool> {
      TRY(Case of_case, load(transaction, moment.actor.scope, task.of_case));
      const Conduct::Signature* signature = of_case.conduct.pending(task.key, person);
      if (of_case.head.ended_at || of_case.conduct.suspended || !signature) return false;
      const base::Instant last = signature->reminded_at.value_or(signature->asked_at);
      if (calendar::local_date(last) >= today) return false;
      Deed deed{Operation::remind, now, {}, {}};
      deed.data.put("task", feel::Value(std::int64_t{task.key}));
      if (const auto open = find_task(transaction, moment.actor.scope, task)) deed.data.put("element", open->element);
      deed.data.put("person", base::to_text(person));
      deed.data.put("person_name", access_control::name_of_person(transaction, person));
      TRY(std::ignore, perform(transaction, of_case, std::move(deed), moment));
      return true;
    });
    told += done && done.value();
  }
  return told;
}

int Engine::remind_of_tasks(storage::Store& store, base::Instant now, int limit) const {
  const Moment moment{.now = now,
                      .actor = {.person = {}, .name = {}, .staff = false, .roles = {}, .scope = system_scope()}};
  const calendar::Date today = moment.today();
  const auto found = store.read_value(
      [&](storage::Snapshot& snapshot) { return tasks_to_remind(snapshot, {today.days + 14}, today, limit); });
  int told = 0;
  for (const DueTask& task : found) {
    const auto done = store.write_result([&](storage::Transaction& transaction) -> base::Result<bool> {
      TRY(Case of_case, load(transaction, moment.actor.scope, task.id.of_case));
      if (of_case.head.ended_at || of_case.conduct.suspended) return false;
      const auto index = bpmn::find_element(*of_case.service->process, task.element);
      int days = 1;
      for (const catalogue::Clock& clock : of_case.service->clocks)
        if (index != bpmn::no_element && clock.id == property(element_at(of_case, index), "clock"))
          days = clock.remind_days;
      const bool late = task.due < today;
      TRY(const calendar::Date first, calendar::add_working_days(today, days, catalogue_->calendar));
      if (!late && task.due > first) return false;
      Deed deed{late ? Operation::escalate : Operation::remind, now, {}, {}};
      deed.data.put("task", feel::Value(std::int64_t{task.id.key}));
      deed.data.put("element", task.element);
      deed.data.put("due", calendar::to_text(task.due));
      TRY(std::ignore, perform(transaction, of_case, std::move(deed), moment));
      mark_reminded(transaction, task.id, late);
      return true;
    });
    told += done && done.value();
  }
  return told;
}

base::Result<Delegation> delegate(storage::Transaction& transaction, const Delegation& wanted, const Moment& moment) {
  Delegation delegation = wanted;
  delegation.from_person = moment.actor.person;
  if (base::Result<void> words = check_words(Operation::assign, {{"reason", delegation.reason}}); !words)
    return words.error();
  if (delegation.valid_to < delegation.valid_from || delegation.valid_to < moment.today() ||
      delegation.valid_to.days - delegation.valid_from.days > delegation_days_max)
    return base::invalid_at("/valid_to", "casework.delegation_days",
                            {"委托期限应从今天以后起止,最长90天",
                             "A delegation ends on or after its first day, not in the past, within 90 days."});
  if (!moment.actor.has_role(delegation.role))
    return base::invalid_at("/role", "casework.role_unknown",
                            {"只能委托您自己的岗位", "Only a role of your own can be delegated."});
  const auto person = access_control::find_person(transaction, delegation.to_person);
  if (!person || !person->staff || person->id == moment.actor.person || person->division != moment.actor.scope.division)
    return unfit("请选择本局的另一名工作人员", "Choose another member of the bureau's staff.");
  delegation.division = person->division;
  feel::Context data{{"from", base::to_text(delegation.from_person)},
                     {"to", base::to_text(delegation.to_person)},
                     {"role", delegation.role},
                     {"service", delegation.service},
                     {"valid_from", calendar::to_text(delegation.valid_from)},
                     {"valid_to", calendar::to_text(delegation.valid_to)},
                     {"division", delegation.division},
                     {"reason", delegation.reason}};
  transaction.append({"delegation", delegation.id}, 0,
                     {.type = "delegation.given",
                      .at = moment.now,
                      .actor = moment.actor.person,
                      .data = feel::to_json(feel::Value(std::move(data)))},
                     delegation.division);
  insert_delegation(transaction, delegation);
  return delegation;
}

base::Result<Delegation> revoke_delegation(storage::Transaction& transaction, base::Id id, const Moment& moment) {
  auto delegation = find_delegation(transaction, id);
  if (!delegation || delegation->from_person != moment.actor.person || delegation->revoked_at)
    return base::not_found("casework.delegation_unknown", {"没有找到这项委托", "There is no such delegation."});
  transaction.append({"delegation", id}, 1,
                     {.type = "delegation.revoked", .at = moment.now, .actor = moment.actor.person, .data = "{}"},
                     delegation->division);
  end_delegation(transaction, id, moment.now);
  delegation->revoked_at = moment.now;
  return *delegation;
}

namespace {

base::Text step_name(const catalogue::Service& service, const std::string& element) {
  const auto index = bpmn::find_element(*service.process, element);
  return index == bpmn::no_element ? base::Text{element, element} : name_of(bpmn::elements(*service.process)[index]);
}

/// What the operation was applied to, behind its name.
base::Text detail_of(const feel::Context& data, const catalogue::Service& service) {
  base::Text detail;
  const auto add = [&](const base::Text& part) {
    if (part.zh.empty()) return;
    detail.zh += (detail.zh.empty() ? ":" : ",") + part.zh;
    detail.en += (detail.en.empty() ? ": " : ", ") + part.en;
  };
  if (const std::string clock = text_in(data, "clock"); !clock.empty())
    for (const catalogue::Clock& one : service.clocks)
      if (one.id == clock) add(one.name);
  if (const std::string from = text_in(data, "from"); !from.empty()) {
    const base::Text left = step_name(service, from), right = step_name(service, text_in(data, "to"));
    add({left.zh + " → " + right.zh, left.en + " → " + right.en});
  }
  if (const std::string element = text_in(data, "element"); !element.empty()) add(step_name(service, element));
  if (const std::string name = text_in(data, "person_name"); !name.empty()) add({name, name});
  if (const catalogue::Material* material = service.find_material(text_in(data, "material"))) add(material->name);
  if (const std::string due = text_in(data, "due"); !due.empty()) add({"限" + due, "due " + due});
  if (const feel::Value* agree = data.find("agree"); agree && agree->kind() == feel::Kind::boolean)
    add(agree->is_true() ? base::Text{"同意", "agreed"} : base::Text{"不同意", "did not agree"});
  if (const feel::Value* kept = data.find("kept"); kept && kept->kind() == feel::Kind::boolean)
    add(kept->is_true() ? base::Text{"已补交", "handed in"} : base::Text{"没有履行", "not kept"});
  if (const feel::Value* changes = data.find("changes"); changes && changes->kind() == feel::Kind::list)
    for (const feel::Value& item : changes->as_list()) {
      if (item.kind() != feel::Kind::context) continue;
      const feel::Value* before = item.as_context().find("before");
      const feel::Value* after = item.as_context().find("after");
      const catalogue::Field* field = service.form.find(text_in(item.as_context(), "key"));
      const std::string change = (before ? feel::to_text(*before) : "") + " → " + (after ? feel::to_text(*after) : "");
      // Numbers of persons stay masked in the history; the event keeps them.
      const bool personal = field && (field->check == "citizen_id" || field->check == "phone");
      if (field)
        add({field->label.zh + (personal ? "" : " " + change), field->label.en + (personal ? "" : " " + change)});
    }
  if (const std::string told = text_in(data, "told"); !told.empty()) add({"告知:" + told, "told: " + told});
  if (const std::string basis = text_in(data, "basis"); !basis.empty()) add({"依据:" + basis, "basis: " + basis});
  return detail;
}

}  // namespace

std::optional<Told> told_by(const storage::Event& event, const catalogue::Service& service) {
  const auto data = feel::parse_json(event.data);
  if (!data || data.value().kind() != feel::Kind::context) return std::nullopt;
  const feel::Context& context = data.value().as_context();
  const auto operation = parse_operation(text_in(context, "op"));
  if (!operation) return std::nullopt;
  const OperationKind& kind = kind_of(operation.value());
  const base::Text detail = detail_of(context, service);
  return Told{.text = {kind.done.zh + detail.zh, kind.done.en + detail.en}, .reason = text_in(context, "reason")};
}

}  // namespace casework
