#include <algorithm>
#include <map>
#include <set>

#include "kernel/codes/people.h"
#include "modules/access/access.h"
#include "modules/casework/looks.h"
#include "office_routes.h"
#include "parts.h"

namespace licensing {
namespace {

/// Names of people, each looked up once a page.
class Names {
 public:
  explicit Names(storage::Snapshot& snapshot) : snapshot_(snapshot) {}
  const std::string& of(base::Id person) {
    const auto [found, is_new] = names_.try_emplace(person);
    if (is_new) found->second = access_control::name_of_person(snapshot_, person);
    return found->second;
  }

 private:
  storage::Snapshot& snapshot_;
  std::map<base::Id, std::string> names_;
};

/// An answer as a clerk reads it, in both languages: options by their label, lists joined.
base::Text value_text(const catalogue::Field& field, const feel::Value& value) {
  const auto same = [](const std::string& text) { return base::Text{text, text}; };
  const auto label = [&](const feel::Value& item) {
    const std::string text = feel::to_text(item);
    for (const catalogue::FieldOption& option : field.options)
      if (option.value == text) return option.label;
    return same(text);
  };
  if (value.is_null()) return {};
  // The full number is on the identity document; the page repeats no more of it than is needed to compare.
  if (field.check == "citizen_id") return same(codes::mask_citizen_id(feel::to_text(value)));
  if (field.check == "phone") return same(codes::mask_phone(feel::to_text(value)));
  if (value.kind() == feel::Kind::boolean) return value.as_boolean() ? base::Text{"是", "Yes"} : base::Text{"否", "No"};
  if (value.kind() != feel::Kind::list) return label(value);
  base::Text joined;
  for (const feel::Value& item : value.as_list()) {
    const base::Text word = label(item);
    joined.zh += (joined.zh.empty() ? "" : "、") + word.zh;
    joined.en += (joined.en.empty() ? "" : ", ") + word.en;
  }
  return joined;
}

/// What the last correction asked for and what came of it.
struct Corrected {
  std::map<std::string, std::string> asked;  // place -> reason
  std::set<std::string> changed;             // answers' keys
};

Corrected corrected_of(const feel::Context& variables) {
  Corrected corrected;
  const feel::Context acceptance = context_in(variables, "accept_application");
  if (const feel::Value* list = acceptance.find("corrections"); list && list->kind() == feel::Kind::list)
    for (const feel::Value& item : list->as_list())
      if (item.kind() == feel::Kind::context)
        corrected.asked[text_in(item.as_context(), "place")] = text_in(item.as_context(), "reason");
  const feel::Context changes = context_in(variables, "corrected");
  for (const auto& [key, value] : changes.entries()) corrected.changed.insert(key);
  return corrected;
}

/// Whom the case is about, as the register had it when the application came in.
void add_subject(std::vector<GroupView>& groups, const feel::Context& subject) {
  if (subject.empty()) return;
  GroupView view{.id = std::string(catalogue::subject_key),
                 .label = {"办理对象（登记簿现有内容）", "Subject, as registered"}};
  const auto add = [&](const char* key, base::Text label) {
    if (const std::string text = text_in(subject, key); !text.empty())
      view.fields.push_back({.key = key, .label = std::move(label), .value_text = {text, text}});
  };
  add("name", {"名称", "Name"});
  add("credit_code", {"统一社会信用代码", "Credit code"});
  add("status_text", {"登记状态", "Status"});
  add("type_text", {"类型", "Type"});
  add("operator_name", {"法定代表人（经营者、负责人）", "Legal representative or operator"});
  add("address", {"住所（经营场所）", "Domicile"});
  add("scope", {"经营范围", "Scope"});
  add("established_on", {"成立日期", "Established on"});
  groups.push_back(std::move(view));
}

std::vector<GroupView> groups_of(const catalogue::Service& service, const feel::Context& subject,
                                 const feel::Context& answers, const Corrected& corrected) {
  std::vector<GroupView> groups;
  add_subject(groups, subject);
  for (const catalogue::FieldGroup& group : service.form.groups) {
    GroupView view{.id = group.id, .label = group.label};
    for (const catalogue::Field& field : group.fields) {
      const feel::Value* value = answers.find(field.key);
      if (!value || field.kind == catalogue::FieldKind::statement) continue;
      FieldView shown{.key = field.key,
                      .label = field.label,
                      .value_text = value_text(field, *value),
                      .needed_by = registration_names(service, field.needed_by),
                      .changed = corrected.changed.contains(field.key)};
      if (const auto asked = corrected.asked.find("/answers/" + field.key); asked != corrected.asked.end())
        shown.correction_reason = asked->second;
      view.fields.push_back(std::move(shown));
    }
    if (!view.fields.empty()) groups.push_back(std::move(view));
  }
  return groups;
}

std::optional<SideView> side_view(const std::optional<casework::Side>& side) {
  if (!side) return std::nullopt;
  return SideView{.limit_text = span_text(side->limit.span),
                  .basis = side->limit.basis,
                  .due_day = side->due,
                  .left_text = left_text(*side),
                  .overdue = side->overdue,
                  .provisional = side->provisional,
                  .derivation = side->derivation};
}

std::pair<const char*, base::Text> state_of(casework::ClockState state) {
  switch (state) {
    case casework::ClockState::waiting:
      return {"waiting", {"尚未起算", "Not started yet"}};
    case casework::ClockState::running:
      return {"running", {"正在计算", "Running"}};
    case casework::ClockState::paused:
      return {"paused", {"暂停计算", "Paused"}};
    case casework::ClockState::stopped:
      return {"stopped", {"已办结", "Finished"}};
  }
  return {"waiting", {}};
}

std::vector<ClockView> clock_views(const catalogue::Service& service, const std::vector<casework::ClockView>& clocks) {
  std::vector<ClockView> views;
  for (const casework::ClockView& clock : clocks) {
    const auto [state, text] = state_of(clock.reading.state);
    ClockView view{.id = clock.clock->id,
                   .name = clock.clock->name,
                   .state = state,
                   .state_text = text,
                   .legal = side_view(clock.reading.legal),
                   .promised = side_view(clock.reading.promised)};
    if (const auto* registration = service.find_registration(clock.clock->registration))
      view.registration_name = registration->name;
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<OpenTaskView> open_tasks(const casework::Case& of_case, const std::vector<casework::Task>& tasks,
                                     const access_control::Actor& actor, Names& names, calendar::Date today) {
  std::vector<OpenTaskView> views;
  const bpmn::Definition& definition = *of_case.service->process;
  for (const casework::Task& task : tasks) {
    if (task.done_at) continue;
    const bpmn::ElementIndex index = bpmn::find_element(definition, task.element);
    if (index == bpmn::no_element) continue;
    OpenTaskView view{.id = casework::to_text(task.id),
                      .element = task.element,
                      .name = casework::name_of(bpmn::elements(definition)[index]),
                      .group_name = group_name(task.group),
                      .mine = task.assignee && task.assignee == actor.person,
                      .due_day = task.due,
                      .overdue = task.due && *task.due < today};
    const bool has_role = actor.has_role(task.group);
    view.may_claim = has_role && !task.assignee;
    view.may_complete = has_role && (!task.assignee || view.mine);
    if (task.assignee) view.assignee_name = names.of(task.assignee);
    if (const auto form = of_case.service->task_forms.find(task.form); form != of_case.service->task_forms.end())
      view.form = feel::parse_json(form->second.json).value();
    views.push_back(std::move(view));
  }
  return views;
}

base::Text outcome_text(const feel::Context& result) {
  const std::string outcome =
      text_in(result, "outcome").empty() ? text_in(result, "result") : text_in(result, "outcome");
  static const std::map<std::string, base::Text> texts = {{"accept", {"受理", "accepted"}},
                                                          {"correct", {"要求补正", "asked for corrections"}},
                                                          {"not_accept", {"不予受理", "not accepted"}},
                                                          {"grant", {"准予", "granted"}},
                                                          {"refuse", {"不予", "refused"}},
                                                          {"pass", {"符合要求", "passed"}},
                                                          {"rectify", {"要求整改", "to be put right"}},
                                                          {"fail", {"不符合要求", "failed"}}};
  const auto found = texts.find(outcome);
  return found == texts.end() ? base::Text{} : found->second;
}

/// Done tasks, milestones and notes in one list, oldest first.
std::vector<TimelineView> timeline_of(storage::Snapshot& snapshot, const casework::Case& of_case,
                                      const std::vector<casework::Task>& tasks, const access_control::Scope& scope,
                                      Names& names) {
  std::vector<TimelineView> entries;
  const auto& elements = bpmn::elements(*of_case.service->process);
  const auto element_of = [&](const std::string& id) -> const bpmn::Element* {
    const auto index = bpmn::find_element(*of_case.service->process, id);
    return index == bpmn::no_element ? nullptr : &elements[index];
  };
  for (const casework::Task& task : tasks) {
    const bpmn::Element* element = element_of(task.element);
    if (!task.done_at || !task.done_by || !element) continue;
    const feel::Context result = context_in(of_case.instance.variables(), task.element);
    base::Text text = casework::name_of(*element);
    if (const base::Text outcome = outcome_text(result); !outcome.zh.empty())
      text = {text.zh + ":" + outcome.zh, text.en + ": " + outcome.en};
    TimelineView entry{.at = *task.done_at, .actor_name = names.of(task.done_by), .text = std::move(text)};
    if (const std::string reason = text_in(result, "reason"); !reason.empty()) entry.reason = reason;
    entries.push_back(std::move(entry));
  }
  for (const casework::Mark& mark : of_case.marks) {
    const bpmn::Element* element = element_of(mark.element);
    if (element &&
        (element->type == bpmn::ElementType::intermediate_throw || element->type == bpmn::ElementType::start_event))
      entries.push_back({.at = mark.at, .text = casework::name_of(*element)});
  }
  static const std::map<std::string, base::Text> notes = {
      {"task.claimed", {"领取任务", "Took the task"}},
      {"task.released", {"退回任务", "Released the task"}},
      {"case.visited", {"申请人到窗口一次", "The applicant came to the window"}},
      {"case.renamed", {"办件名称随更正的内容改变", "The case was renamed after a correction"}},
      {"case.rated", {"申请人作出评价", "The applicant rated the case"}}};
  for (const storage::Event& event : casework::history(snapshot, scope, of_case.head.id))
    if (const auto told = casework::told_by(event, *of_case.service)) {
      TimelineView entry{.at = event.at, .actor_name = names.of(event.actor), .text = told->text};
      if (!told->reason.empty()) entry.reason = told->reason;
      entries.push_back(std::move(entry));
    } else if (const auto note = notes.find(event.type); note != notes.end())
      entries.push_back({.at = event.at, .actor_name = names.of(event.actor), .text = note->second});
  std::stable_sort(entries.begin(), entries.end(),
                   [](const TimelineView& left, const TimelineView& right) { return left.at < right.at; });
  return entries;
}

std::vector<StepView> steps_of(const casework::Case& of_case, const std::vector<casework::Task>& tasks) {
  std::set<std::string> done, current;
  for (const casework::Mark& mark : of_case.marks) done.insert(mark.element);
  for (const casework::Task& task : tasks) (task.done_at ? done : current).insert(task.element);
  std::vector<StepView> steps;
  for (const bpmn::Element& element : bpmn::elements(*of_case.service->process)) {
    const bool step = element.type == bpmn::ElementType::user_task;
    const bool milestone = element.type == bpmn::ElementType::intermediate_throw;
    if (!step && !milestone) continue;
    steps.push_back({.id = element.id,
                     .name = casework::name_of(element),
                     .type = step ? "task" : "milestone",
                     .state = current.contains(element.id) ? "current"
                              : done.contains(element.id)  ? "done"
                                                           : "next"});
  }
  return steps;
}

}  // namespace

base::Result<CasePageView> case_page(storage::Snapshot& snapshot, const Licensing& licensing,
                                     const access_control::Actor& actor, base::Id id, base::Instant now) {
  TRY(const casework::Case of_case, licensing.engine().load(snapshot, actor.scope, id));
  const catalogue::Service& service = *of_case.service;
  const feel::Context& variables = of_case.instance.variables();
  const feel::Context answers = context_in(variables, "answers");
  const feel::Context guide = context_in(variables, "guide");
  const calendar::Date today = calendar::local_date(now);
  const std::vector<casework::Task> tasks = casework::tasks_of(snapshot, actor.scope, id);
  TRY(const auto clocks, licensing.engine().clocks(of_case, today));
  TRY(auto registrations, registration_views(registrations_of(service, variables), licensing.engine().catalogue().rules,
                                             calendar::local_date(of_case.head.opened_at)));
  Names names(snapshot);
  CasePageView page{.id = id,
                    .number = of_case.head.number,
                    .service = service.id,
                    .service_version = service.version,
                    .service_name = service.name,
                    .title = of_case.head.title,
                    .state = of_case.head.state,
                    .state_text = state_text(of_case.head.state),
                    .sequence = of_case.head.sequence,
                    .submitted_at = of_case.head.opened_at,
                    .registrations = std::move(registrations),
                    .outcomes = outcome_views(service, variables)};
  if (const auto applicant = access_control::find_person(snapshot, of_case.head.applicant))
    page.applicant = {applicant->name, applicant->citizen_id_masked, applicant->phone_masked};
  const Corrected corrected = corrected_of(variables);
  page.groups = groups_of(service, context_in(variables, catalogue::subject_key), answers, corrected);
  std::vector<Correction> asked;
  for (const auto& [place, reason] : corrected.asked) asked.push_back({place, reason});
  const feel::World world = licensing.engine().catalogue().world_at(now);
  page.materials = material_views(service, catalogue::materials_needed(service, guide, answers, world),
                                  files_of(snapshot, id), asked);
  page.clocks = clock_views(service, clocks);
  page.tasks = open_tasks(of_case, tasks, actor, names, today);
  page.timeline = timeline_of(snapshot, of_case, tasks, actor.scope, names);
  page.documents = document_views(documents_of(snapshot, id));
  page.certificates = certificate_views(certificates_of(snapshot, id), licensing.engine().catalogue(), today);
  for (const Visit& visit : visits_of(snapshot, id))
    page.visits.push_back({visit.on, visit.reason, names.of(visit.recorded_by)});
  page.visit_count = static_cast<std::int64_t>(page.visits.size());
  page.process.steps = steps_of(of_case, tasks);
  page.may = {"record_visit"};
  if (const std::string step = casework::step_read_for(tasks, actor); !step.empty())
    page.read_for = element_name(licensing.engine().catalogue(), service.id, step);
  return page;
}

base::Result<ProcessView> process_view(storage::Snapshot& snapshot, const Licensing& licensing,
                                       const access_control::Scope& scope, base::Id id) {
  TRY(const casework::Case of_case, licensing.engine().load(snapshot, scope, id));
  const bpmn::Definition& definition = *of_case.service->process;
  const auto& elements = bpmn::elements(definition);
  ProcessView view{.xml = bpmn::xml_of(definition)};
  for (const auto& living : of_case.instance.living())
    if (living.element < elements.size()) view.current.push_back(elements[living.element].id);
  std::set<std::string> done;
  for (const storage::Event& stored : casework::history(snapshot, scope, id)) {
    TRY(const feel::Value data, feel::parse_json(stored.data));
    const feel::Value* list = data.kind() == feel::Kind::context ? data.as_context().find("events") : nullptr;
    if (!list) continue;
    TRY(const std::vector<bpmn::Event> events, bpmn::decode_events(feel::to_json(*list)));
    for (const bpmn::Event& event : events) {
      if (const auto* completed = std::get_if<bpmn::ElementCompleted>(&event);
          completed && completed->element < elements.size())
        done.insert(elements[completed->element].id);
      if (const auto* flow = std::get_if<bpmn::FlowTaken>(&event))
        view.taken.push_back(bpmn::flows(definition).at(flow->flow).id);
    }
  }
  view.done.assign(done.begin(), done.end());
  return view;
}

}  // namespace licensing
