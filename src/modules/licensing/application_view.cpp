#include <algorithm>

#include "obstacles.h"
#include "parts.h"

namespace licensing {
namespace {

bool passed(const std::vector<casework::Mark>& marks, std::string_view element) {
  return std::any_of(marks.begin(), marks.end(), [&](const casework::Mark& mark) { return mark.element == element; });
}

bool on_the_way(const bpmn::Element& element) {
  const auto found = element.properties.find("progress");
  return found != element.properties.end() && found->second == "main";
}

/// Milestones passed, with their moments; what is being done now; and the main milestones still ahead.
std::vector<ProgressView> progress_of(const casework::Case& of_case, const std::vector<casework::Task>& tasks) {
  const auto& elements = bpmn::elements(*of_case.service->process);
  std::vector<ProgressView> steps;
  for (const casework::Mark& mark : of_case.marks)
    for (const bpmn::Element& element : elements) {
      const bool milestone =
          element.type == bpmn::ElementType::intermediate_throw || element.type == bpmn::ElementType::start_event;
      if (element.id == mark.element && milestone)
        steps.push_back({.id = element.id, .label = casework::name_of(element), .state = "done", .at = mark.at});
    }
  if (of_case.head.state == "withdrawn")
    steps.push_back(
        {.id = "withdrawn", .label = state_text("withdrawn"), .state = "done", .at = of_case.head.ended_at});
  if (of_case.head.ended_at) return steps;
  for (const casework::Task& task : tasks) {
    if (task.done_at) continue;
    for (const bpmn::Element& element : elements)
      if (element.id == task.element)
        steps.push_back({.id = element.id,
                         .label = casework::name_of(element),
                         .state = "current",
                         .at = task.opened_at,
                         .note = group_name(task.group)});
  }
  for (const bpmn::Element& element : elements)
    if (on_the_way(element) && !passed(of_case.marks, element.id))
      steps.push_back({.id = element.id, .label = casework::name_of(element), .state = "next"});
  return steps;
}

std::optional<base::Text> holder_of(const std::vector<casework::Task>& tasks) {
  base::Text holders;
  for (const casework::Task& task : tasks) {
    if (task.done_at) continue;
    const base::Text name = task.group == "applicant" ? base::Text{"您", "you"} : group_name(task.group);
    if (holders.zh.find(name.zh) != std::string::npos) continue;
    holders.zh += (holders.zh.empty() ? "" : "、") + name.zh;
    holders.en += (holders.en.empty() ? "" : ", ") + name.en;
  }
  if (holders.zh.empty()) return std::nullopt;
  return base::Text{"目前在" + holders.zh + "处办理", "Now with: " + holders.en};
}

bool has_open(const std::vector<casework::Task>& tasks, std::string_view element) {
  return std::any_of(tasks.begin(), tasks.end(),
                     [&](const casework::Task& task) { return !task.done_at && task.element == element; });
}

void add_promise(ApplicationView& view, const std::vector<casework::ClockView>& clocks) {
  for (const casework::ClockView& clock : clocks) {
    if (!clock.clock->registration.empty() || !clock.reading.promised || clock.clock->promised_rule.empty()) continue;
    const casework::Side& side = *clock.reading.promised;
    if (clock.reading.state == casework::ClockState::stopped) continue;
    view.promised_text =
        base::Text{clock.clock->name.zh + "," + left_text(side).zh, clock.clock->name.en + ", " + left_text(side).en};
    view.provisional = side.provisional;
  }
}

std::vector<std::string> allowed(const ApplicationView& view, const casework::Case& of_case,
                                 const std::vector<casework::Task>& tasks, calendar::Date today) {
  std::vector<std::string> may;
  if (has_open(tasks, "resubmit")) may.emplace_back("correct");
  if (has_open(tasks, "rectify")) may.emplace_back("rectify");
  if (!of_case.head.ended_at && !passed(of_case.marks, "issued")) may.emplace_back("withdraw");
  if (of_case.head.ended_at && !view.rating &&
      today.days - calendar::local_date(*of_case.head.ended_at).days <= of_case.service->rating_days)
    may.emplace_back("rate");
  return may;
}

/// The case, once there is one, and the version of the service that it runs on; a draft follows the catalogue.
struct Ground {
  std::optional<casework::Case> of_case;
  std::shared_ptr<const catalogue::Service> service;
};
base::Result<Ground> ground_of(storage::Snapshot& snapshot, const Licensing& licensing,
                               const access_control::Scope& scope, const Application& application) {
  Ground ground;
  if (application.submitted_at) {
    TRY(ground.of_case, licensing.engine().load(snapshot, scope, application.id));
    ground.service = ground.of_case->service;
  } else {
    TRY(ground.service, licensing.engine().catalogue().service(application.service));
  }
  return ground;
}

base::Result<void> add_case(ApplicationView& view, storage::Snapshot& snapshot, const Licensing& licensing,
                            const access_control::Scope& scope, const Application& application,
                            const casework::Case& of_case, base::Instant now) {
  const calendar::Date today = calendar::local_date(now);
  const std::vector<casework::Task> tasks = casework::tasks_of(snapshot, scope, application.id);
  view.number = of_case.head.number;
  view.state = of_case.head.state;
  view.state_text = state_text(view.state);
  TRY(view.registrations,
      registration_views(registrations_of(*of_case.service, of_case.instance.variables()),
                         licensing.engine().catalogue().rules, calendar::local_date(of_case.head.opened_at)));
  view.outcomes = outcome_views(*of_case.service, of_case.instance.variables());
  for (const Correction& correction : licensing.corrections(of_case))
    view.corrections.push_back({correction.place, place_label(*of_case.service, correction.place), correction.reason});
  view.holder_text = holder_of(tasks);
  view.promised_day = of_case.head.promised_day;
  TRY(const auto clocks, licensing.engine().clocks(of_case, today));
  add_promise(view, clocks);
  view.progress = progress_of(of_case, tasks);
  view.documents = document_views(documents_of(snapshot, application.id));
  view.certificates =
      certificate_views(certificates_of(snapshot, application.id), licensing.engine().catalogue(), today);
  view.visits = count_visits(snapshot, application.id);
  if (const auto rating = find_rating(snapshot, application.id))
    view.rating = RatingView{rating->grade, rating->comment, rating->at};
  view.may = allowed(view, of_case, tasks, today);
  return {};
}

}  // namespace

base::Result<ApplicationView> application_view(storage::Snapshot& snapshot, const Licensing& licensing,
                                               const access_control::Scope& scope, base::Id id, base::Instant now) {
  TRY(const Application application, load_application(snapshot, scope, id));
  TRY(const Ground of, ground_of(snapshot, licensing, scope, application));
  const std::shared_ptr<const catalogue::Service>& service = of.service;
  const feel::World world = licensing.engine().catalogue().world_at(now);
  ApplicationView view{.id = id,
                       .service = application.service,
                       .service_name = service->name,
                       .title = application.title,
                       .state = "drafted",
                       .state_text = state_text("drafted"),
                       .version = application.version,
                       .guide = application.guide,
                       .answers = application.answers,
                       .created_at = application.created_at,
                       .submitted_at = application.submitted_at};
  if (application.submitted_at) {
    TRY(std::ignore, add_case(view, snapshot, licensing, scope, application, *of.of_case, now));
  } else {
    TRY(const catalogue::Plan plan, catalogue::plan(*service, application.guide, world));
    TRY(view.registrations,
        registration_views(plan.registrations, licensing.engine().catalogue().rules, calendar::local_date(now)));
    view.may = {"edit", "submit", "discard"};
  }
  // A name is checked while it is typed, and again when it was sent back.
  if (!application.submitted_at || !view.corrections.empty()) {
    TRY(const catalogue::Plan plan, catalogue::plan(*service, application.guide, world));
    for (const catalogue::Registration* registration : plan.registrations)
      if (auto asked = name_asked(*registration, facts_of(application), world))
        view.names.push_back({std::move(asked->place), std::move(asked->kind), std::move(asked->renaming)});
  }
  std::vector<Correction> corrections;
  for (const CorrectionView& correction : view.corrections)
    corrections.push_back({correction.place, correction.reason});
  view.materials =
      material_views(*service, catalogue::materials_needed(*service, application.guide, application.answers, world),
                     files_of(snapshot, id), corrections);
  // A draft is open everywhere; afterwards only what the window has sent back is.
  if (!application.submitted_at)
    for (MaterialView& material : view.materials) material.opened = true;
  return view;
}

base::Result<ApplicationSummary> application_summary(storage::Snapshot& snapshot, const Licensing& licensing,
                                                     const access_control::Scope& scope,
                                                     const Application& application) {
  TRY(const Ground of, ground_of(snapshot, licensing, scope, application));
  ApplicationSummary summary{.id = application.id,
                             .service_name = of.service->name,
                             .title = application.title,
                             .state = "drafted",
                             .state_text = state_text("drafted"),
                             .updated_at = application.updated_at,
                             .needs_you = true};
  if (!of.of_case) return summary;
  const casework::Case& of_case = *of.of_case;
  const std::vector<casework::Task> tasks = casework::tasks_of(snapshot, scope, application.id);
  summary.number = of_case.head.number;
  summary.state = of_case.head.state;
  summary.state_text = state_text(summary.state);
  summary.holder_text = holder_of(tasks);
  summary.promised_day = of_case.head.promised_day;
  summary.needs_you = has_open(tasks, "resubmit") || has_open(tasks, "rectify");
  return summary;
}

}  // namespace licensing
