#include <algorithm>

#include "kernel/base/refusals.h"
#include "obstacles.h"
#include "parts.h"
#include "store.h"

namespace licensing {
namespace {

constexpr std::string_view applicant_resubmit = "resubmit";
constexpr std::string_view applicant_rectify = "rectify";

feel::World world_of(const casework::Engine& engine, const casework::Moment& moment) {
  return engine.catalogue().world_at(moment.now);
}

feel::Context subject_of(const feel::Context& guide) {
  const feel::Value* subject = guide.find(catalogue::subject_key);
  return subject && subject->kind() == feel::Kind::context ? subject->as_context() : feel::Context();
}

/// The applicant's open task for `element`, whichever round it is.
base::Result<casework::TaskId> applicant_task(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                              base::Id id, std::string_view element) {
  for (const casework::Task& task : casework::tasks_of(snapshot, scope, id))
    if (!task.done_at && task.element == element) return task.id;
  return base::conflict("licensing.nothing_asked",
                        {"窗口目前没有要求您办理这一步", "Nothing of this kind is asked of you at the moment."});
}

std::string text_of(const feel::Value* value) {
  return value && value->kind() == feel::Kind::string ? value->as_string() : std::string();
}

std::vector<std::string> ids_of(const std::vector<const catalogue::Registration*>& registrations) {
  std::vector<std::string> ids;
  for (const auto* registration : registrations) ids.push_back(registration->id);
  return ids;
}

}  // namespace

std::string title_of(const Application& application, const catalogue::Service& service) {
  const feel::Context subject = subject_of(application.guide);
  for (const feel::Value* value : {application.answers.find("proposed_name"), application.answers.find("trade_name"),
                                   subject.find("name"), application.answers.find("operator_name")})
    if (value && value->kind() == feel::Kind::string && !value->as_string().empty()) return value->as_string();
  return service.name.zh;
}

Licensing::Licensing(Settings settings, casework::Engine& engine, storage::FileStore& files)
    : settings_(std::move(settings)), engine_(engine), files_(files) {
  register_workers();
}

base::Result<Application> Licensing::draft(storage::Transaction& transaction, base::Id id,
                                           const std::string& service_id, const feel::Context& given,
                                           const casework::Moment& moment) const {
  TRY(const auto service, engine_.catalogue().service(service_id));
  TRY(const feel::Context guide, with_subject(transaction, *service, given, moment.now));
  TRY(const catalogue::Plan plan, catalogue::plan(*service, guide, world_of(engine_, moment)));
  if (plan.advice)
    return base::Error{.kind = base::Refusal::rule_not_met, .code = "licensing.not_suitable", .message = *plan.advice};
  for (const catalogue::Registration* registration : plan.registrations)
    if (const auto custody = custody_of(*registration, {{catalogue::subject_key, feel::Value(subject_of(guide))}},
                                        world_of(engine_, moment))) {
      TRY(std::ignore, check_cluster(transaction, engine_.catalogue(), bureau().division, custody->host,
                                     {.industry = {}, .permits = other_permits(plan.registrations, *registration)}));
    }
  Application application{.id = id,
                          .division = bureau().division,
                          .office = bureau().window,
                          .applicant = moment.actor.person,
                          .service = service_id,
                          .guide = guide,
                          .answers = {},
                          .title = {},
                          .created_at = moment.now,
                          .updated_at = moment.now,
                          .submitted_at = {}};
  application.title = title_of(application, *service);
  insert_application(transaction, application);
  return application;
}

base::Result<Application> Licensing::save_draft(storage::Transaction& transaction, base::Id id, std::int64_t version,
                                                const feel::Context& answers, const std::optional<feel::Context>& guide,
                                                const casework::Moment& moment) const {
  TRY(Application application, load_application(transaction, moment.actor.scope, id));
  TRY(std::ignore, check_editable(application, version));
  TRY(const auto service, engine_.catalogue().service(application.service));
  const feel::World world = world_of(engine_, moment);
  if (guide) {
    TRY(application.guide, with_subject(transaction, *service, *guide, moment.now));
    TRY(const catalogue::Plan plan, catalogue::plan(*service, application.guide, world));
    if (plan.advice)
      return base::Error{
          .kind = base::Refusal::rule_not_met, .code = "licensing.not_suitable", .message = *plan.advice};
  }
  TRY(application.answers, catalogue::check_answers(service->form, application.guide, answers,
                                                    catalogue::Completeness::draft, "/answers", world));
  application.title = title_of(application, *service);
  application.updated_at = moment.now;
  ++application.version;
  update_application(transaction, application);
  return application;
}

base::Result<void> Licensing::discard(storage::Transaction& transaction, base::Id id,
                                      const casework::Moment& moment) const {
  TRY(const Application application, load_application(transaction, moment.actor.scope, id));
  TRY(std::ignore, check_editable(application, application.version));
  delete_draft(transaction, id);
  return {};
}

base::Result<MaterialFile> Licensing::add_file(storage::Transaction& transaction, const MaterialFile& file,
                                               const casework::Moment& moment) const {
  TRY(Application application, load_application(transaction, moment.actor.scope, file.application));
  std::shared_ptr<const catalogue::Service> service;
  bool opened = true;
  if (application.submitted_at) {
    TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, application.id));
    service = of_case.service;
    const auto open = corrections(of_case);
    opened = std::any_of(open.begin(), open.end(),
                         [&](const Correction& correction) { return correction.place == "/materials/" + file.slot; });
  } else {
    TRY(service, engine_.catalogue().service(application.service));
  }
  const catalogue::Material* material = service->find_material(file.slot);
  if (!material)
    return base::not_found("licensing.slot_unknown",
                           {"这项服务没有这份材料", "This service does not ask for this document."});
  if (!opened)
    return base::conflict("licensing.not_opened",
                          {"窗口没有要求补正这份材料", "The window did not ask for this document to be corrected."});
  const std::vector<MaterialFile> files = files_of(transaction, application.id);
  const auto count =
      std::count_if(files.begin(), files.end(), [&](const MaterialFile& other) { return other.slot == file.slot; });
  if (count >= material->files_max)
    return base::conflict(
        "licensing.slot_full",
        {"这份材料最多上传" + std::to_string(material->files_max) + "个文件,请先删除不需要的",
         "At most " + std::to_string(material->files_max) + " files for this document; remove one first."});
  insert_file(transaction, application, file);
  return file;
}

base::Result<void> Licensing::remove_file(storage::Transaction& transaction, base::Id id, base::Id file_id,
                                          const casework::Moment& moment) const {
  TRY(const Application application, load_application(transaction, moment.actor.scope, id));
  const auto file = find_file(transaction, id, file_id);
  if (!file) return base::not_found("licensing.file_unknown", {"没有找到这个文件", "There is no such file."});
  if (application.submitted_at) {
    TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, id));
    const auto open = corrections(of_case);
    const bool opened = std::any_of(open.begin(), open.end(), [&](const Correction& correction) {
      return correction.place == "/materials/" + file->slot;
    });
    if (!opened)
      return base::conflict("licensing.not_opened",
                            {"窗口没有要求补正这份材料", "The window did not ask for this document to be corrected."});
  }
  remove_file_row(transaction, file_id, moment.now);
  return {};
}

base::Result<std::vector<base::Place>> Licensing::missing(storage::Snapshot& snapshot, const Application& application,
                                                          const casework::Moment& moment) const {
  TRY(const auto service, engine_.catalogue().service(application.service));
  const feel::World world = world_of(engine_, moment);
  std::vector<base::Place> places;
  const auto checked = catalogue::check_answers(service->form, application.guide, application.answers,
                                                catalogue::Completeness::full, "/answers", world);
  if (!checked) places = checked.error().places;
  // Told now rather than by a refusal after the examination.
  TRY(const auto against, obstacles(snapshot, *service, application, moment.now));
  places.insert(places.end(), against.begin(), against.end());
  const std::vector<MaterialFile> files = files_of(snapshot, application.id);
  for (const catalogue::Material* material :
       catalogue::materials_needed(*service, application.guide, application.answers, world)) {
    const bool there =
        std::any_of(files.begin(), files.end(), [&](const MaterialFile& file) { return file.slot == material->id; });
    if (!there)
      places.push_back({"/materials/" + material->id,
                        "licensing.material_missing",
                        {"请上传:" + material->name.zh, "Please upload: " + material->name.en}});
  }
  return places;
}

base::Result<casework::CaseHead> Licensing::submit(storage::Transaction& transaction, base::Id id, std::int64_t version,
                                                   const casework::Moment& moment) const {
  TRY(Application application, load_application(transaction, moment.actor.scope, id));
  TRY(std::ignore, check_editable(application, version));
  TRY(const auto service, engine_.catalogue().service(application.service));
  // The register may have moved on since the draft was begun.
  TRY(application.guide, with_subject(transaction, *service, application.guide, moment.now));
  TRY(auto places, missing(transaction, application, moment));
  if (!places.empty())
    return base::Error{
        .kind = base::Refusal::invalid,
        .code = "licensing.incomplete",
        .message = {"还有" + std::to_string(places.size()) + "处需要填写或改正,请逐一完成后再提交",
                    "There are " + std::to_string(places.size()) + " things to fill in or mend before you can submit."},
        .places = std::move(places)};
  const feel::World world = world_of(engine_, moment);
  TRY(const catalogue::Plan plan, catalogue::plan(*service, application.guide, world));
  const calendar::Date today = moment.today();

  feel::List registrations;
  for (const std::string& registration : ids_of(plan.registrations)) registrations.emplace_back(registration);
  feel::Context variables;
  variables.put("case_id", base::to_text(id));
  variables.put("case_number", casework::next_case_number(transaction, application.division, today));
  variables.put("received_on", feel::Value(today));
  variables.put("guide", feel::Value(application.guide));
  variables.put("answers", feel::Value(application.answers));
  variables.put(catalogue::subject_key, feel::Value(subject_of(application.guide)));
  variables.put("registrations", feel::Value(std::move(registrations)));
  variables.put("corrections_asked", feel::Value(0));

  application.submitted_at = moment.now;
  application.updated_at = moment.now;
  ++application.version;
  application.title = title_of(application, *service);
  update_application(transaction, application);
  return engine_.open(transaction,
                      {.id = id,
                       .division = application.division,
                       .office = application.office,
                       .number = variables.find("case_number")->as_string(),
                       .service = service,
                       .applicant = application.applicant,
                       .title = application.title,
                       .variables = std::move(variables)},
                      moment);
}

std::vector<Correction> Licensing::corrections(const casework::Case& of_case) const {
  std::vector<Correction> open;
  if (of_case.head.state != "correction_requested") return open;
  const feel::Value* acceptance = of_case.instance.variables().find("accept_application");
  if (!acceptance || acceptance->kind() != feel::Kind::context) return open;
  const feel::Value* list = acceptance->as_context().find("corrections");
  if (!list || list->kind() != feel::Kind::list) return open;
  for (const feel::Value& item : list->as_list())
    if (item.kind() == feel::Kind::context)
      open.push_back({text_of(item.as_context().find("place")), text_of(item.as_context().find("reason"))});
  return open;
}

base::Result<casework::CaseHead> Licensing::resubmit(storage::Transaction& transaction, base::Id id,
                                                     std::int64_t version, const feel::Context& changes,
                                                     const casework::Moment& moment) const {
  TRY(Application application, load_application(transaction, moment.actor.scope, id));
  TRY(const casework::TaskId task, applicant_task(transaction, moment.actor.scope, id, applicant_resubmit));
  if (version != application.version)
    return base::Error{.kind = base::Refusal::stale,
                       .code = "licensing.version_stale",
                       .message = {"您在另一个页面上已经改过这份申请,请刷新后继续",
                                   "This application was changed on another page. Please reload and go on."}};
  TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, id));
  std::vector<std::string> slots_changed;
  const base::Instant asked_at = [&] {
    for (auto mark = of_case.marks.rbegin(); mark != of_case.marks.rend(); ++mark)
      if (mark->element == "correction_requested") return mark->at;
    return base::Instant{};
  }();
  for (const MaterialFile& file : files_of(transaction, id))
    if (file.uploaded_at >= asked_at) slots_changed.push_back(file.slot);
  TRY(const feel::Context merged, corrected(application.answers, changes, corrections(of_case), slots_changed));
  TRY(application.answers,
      catalogue::check_answers(of_case.service->form, application.guide, merged, catalogue::Completeness::full,
                               "/answers", world_of(engine_, moment)));
  // What was asked to be corrected must stand; what else has changed meanwhile is for the examiner.
  TRY(auto against, obstacles(transaction, *of_case.service, application, moment.now));
  std::erase_if(against, [&](const base::Place& place) {
    constexpr std::string_view answers = "/answers/";
    return !place.path.starts_with(answers) || !changes.find(place.path.substr(answers.size()));
  });
  if (!against.empty())
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "licensing.incomplete",
                       .message = {"还有" + std::to_string(against.size()) + "处需要改正",
                                   "There are still " + std::to_string(against.size()) + " things to mend."},
                       .places = std::move(against)};
  application.updated_at = moment.now;
  application.title = title_of(application, *of_case.service);
  ++application.version;
  update_application(transaction, application);
  TRY(std::ignore, engine_.rename(transaction, id, application.title, moment));

  feel::Context more;
  more.put("answers", feel::Value(application.answers));
  more.put("corrected", feel::Value(changes));
  return engine_.complete_task(transaction, task, {}, std::nullopt, moment, std::move(more));
}

base::Result<casework::CaseHead> Licensing::rectified(storage::Transaction& transaction, base::Id id,
                                                      const std::string& report, const casework::Moment& moment) const {
  TRY(const casework::TaskId task, applicant_task(transaction, moment.actor.scope, id, applicant_rectify));
  feel::Context done;
  done.put("report", report);
  return engine_.complete_task(transaction, task, done, std::nullopt, moment);
}

base::Result<casework::CaseHead> Licensing::withdraw(storage::Transaction& transaction, base::Id id,
                                                     const std::string& reason, const casework::Moment& moment) const {
  TRY(const Application application, load_application(transaction, moment.actor.scope, id));
  if (!application.submitted_at)
    return base::conflict("licensing.not_submitted",
                          {"申请还没有提交,可以直接删除草稿", "Nothing was submitted yet; you can delete the draft."});
  TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, id));
  if (casework::is_binding(of_case))
    return base::conflict("licensing.already_issued",
                          {"证照已经核发,不能撤回;如不再经营,请办理注销",
                           "The certificates have been issued. To give up the business, apply for cancellation."});
  return engine_.withdraw(transaction, id, reason, moment);
}

base::Result<void> Licensing::rate(storage::Transaction& transaction, base::Id id, const std::string& grade,
                                   const std::string& comment, const casework::Moment& moment) const {
  TRY(const Application application, load_application(transaction, moment.actor.scope, id));
  if (!parse_grade(grade))
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "licensing.grade_unknown",
                       .message = {"请选择一个满意程度", "Please choose one of the five grades."},
                       .places = {{"/grade", "licensing.grade_unknown", {"请选择", "Please choose."}}}};
  std::optional<calendar::Date> ended_on;
  int days = 0;
  if (application.submitted_at) {
    TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, id));
    if (of_case.head.ended_at) ended_on = calendar::local_date(*of_case.head.ended_at);
    days = of_case.service->rating_days;
  }
  TRY(std::ignore, check_rating(ended_on, find_rating(transaction, id).has_value(), days, moment.today()));
  feel::Context data;
  data.put("grade", grade);
  data.put("comment", comment);
  TRY(std::ignore, engine_.note(transaction, id, "case.rated", data, moment));
  insert_rating(transaction, application, {.grade = grade, .comment = comment, .at = moment.now});
  return {};
}

base::Result<Visit> Licensing::record_visit(storage::Transaction& transaction, base::Id of_case, base::Id visit_id,
                                            const std::string& reason, calendar::Date on,
                                            const casework::Moment& moment) const {
  TRY(const casework::Case loaded, engine_.load(transaction, moment.actor.scope, of_case));
  if (on > moment.today() || on < calendar::local_date(loaded.head.opened_at))
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "licensing.visit_day",
                       .message = {"到窗口日期应在提交之后、今天之前(含今天)",
                                   "The day of the visit must lie between the submission and today."},
                       .places = {{"/on", "licensing.visit_day", {"日期不对", "Not a possible day."}}}};
  const Visit visit{.on = on, .reason = reason, .recorded_by = moment.actor.person};
  feel::Context data;
  data.put("visit", base::to_text(visit_id));
  data.put("on", feel::Value(on));
  data.put("reason", reason);
  TRY(const casework::CaseHead head, engine_.note(transaction, of_case, "case.visited", data, moment));
  insert_visit(transaction, visit_id, head, visit, moment.now);
  return visit;
}

}  // namespace licensing
