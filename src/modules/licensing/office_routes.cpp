/// The office's routes: work list, cases, tasks, visits.
#include "office_routes.h"

#include "http/export.h"
#include "http/query_then.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/casework/looks.h"
#include "modules/evidence/looks.h"
#include "modules/registration/registration.h"
#include "parts.h"

namespace licensing {
namespace {

constexpr std::string_view tag = "office";

struct TaskView {
  std::string id;
  base::Id of_case;
  std::string case_number;
  std::string title;
  base::Text service_name;
  std::string element;
  base::Text name;
  std::string group;
  base::Text group_name;
  std::optional<std::string> assignee_name;
  bool mine = false;
  std::optional<calendar::Date> due_day;
  std::optional<std::int64_t> days_left;
  std::optional<base::Text> left_text;
  bool paused = false;
  bool overdue = false;
  base::Instant opened_at;
  std::int64_t priority = 50;
};
BOOST_DESCRIBE_STRUCT(TaskView, (),
                      (id, of_case, case_number, title, service_name, element, name, group, group_name, assignee_name,
                       mine, due_day, days_left, left_text, paused, overdue, opened_at, priority))

struct CountsView {
  std::int64_t mine = 0;
  std::int64_t office = 0;
  std::int64_t overdue = 0;
};
BOOST_DESCRIBE_STRUCT(CountsView, (), (mine, office, overdue))

struct Completion {
  feel::Context answers;
  std::optional<std::int64_t> case_sequence;
};
BOOST_DESCRIBE_STRUCT(Completion, (), (answers, case_sequence))

struct CompletionView {
  base::Id of_case;
  std::string state;
  base::Text state_text;
  std::int64_t sequence = 0;
  std::optional<std::string> next_task;
};
BOOST_DESCRIBE_STRUCT(CompletionView, (), (of_case, state, state_text, sequence, next_task))

struct DisclosureBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(DisclosureBody, (), (reason))

struct FullNumbers {
  std::string citizen_id;
  std::string phone;
};
BOOST_DESCRIBE_STRUCT(FullNumbers, (), (citizen_id, phone))

struct ClaimView {
  std::string id;
  bool mine = false;
};
BOOST_DESCRIBE_STRUCT(ClaimView, (), (id, mine))

struct CaseSummary {
  base::Id id;
  std::string number;
  std::string title;
  base::Text service_name;
  std::string state;
  base::Text state_text;
  std::string applicant_name;
  base::Instant submitted_at;
  std::optional<calendar::Date> promised_day;
  std::optional<base::Text> left_text;
  bool overdue = false;
  bool paused = false;
};
BOOST_DESCRIBE_STRUCT(CaseSummary, (),
                      (id, number, title, service_name, state, state_text, applicant_name, submitted_at, promised_day,
                       left_text, overdue, paused))

struct VisitBody {
  std::string reason;
  std::optional<calendar::Date> on;
};
BOOST_DESCRIBE_STRUCT(VisitBody, (), (reason, on))

struct VisitAnswer {
  calendar::Date on;
  std::string reason;
  std::int64_t visit_count = 0;
};
BOOST_DESCRIBE_STRUCT(VisitAnswer, (), (on, reason, visit_count))

http::Need staff(std::string permission) {
  return {http::Need::Kind::staff, std::move(permission)};
}

casework::Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

/// Days left as a clerk says them; working days where the calendar knows them.
base::Text due_text(calendar::Date due, calendar::Date today, const calendar::Calendar& calendar,
                    std::int64_t& days_left) {
  const auto working = calendar::working_days_between(today, due, calendar);
  const std::int64_t left = working ? working.value() : due.days - today.days;
  days_left = left;
  const std::string zh_unit = working ? "个工作日" : "天";
  const std::string en_unit = std::string(working ? " working day" : " day") + (std::abs(left) == 1 ? "" : "s");
  if (due < today && left == 0) return {"已逾期", "Late"};  // since the last working day: only rest days have passed
  if (due < today)
    return {"逾期" + std::to_string(std::abs(left)) + zh_unit, "Late by " + std::to_string(std::abs(left)) + en_unit};
  if (due == today) return {"今天到期", "Due today"};
  return {"剩" + std::to_string(left) + zh_unit, std::to_string(left) + en_unit + " left"};
}

base::Text service_name(const catalogue::Catalogue& catalogue, const std::string& id) {
  const auto service = catalogue.service(id);
  return service ? service.value()->name : base::Text{id, id};
}

TaskView task_view(const casework::Task& task, const catalogue::Catalogue& catalogue, storage::Snapshot& snapshot,
                   const access_control::Actor& actor, calendar::Date today) {
  TaskView view{.id = casework::to_text(task.id),
                .of_case = task.id.of_case,
                .case_number = task.case_number,
                .title = task.case_title,
                .service_name = service_name(catalogue, task.service),
                .element = task.element,
                .name = element_name(catalogue, task.service, task.element),
                .group = task.group,
                .group_name = group_name(task.group),
                .mine = task.assignee && task.assignee == actor.person,
                .due_day = task.due,
                .paused = !task.due,
                .overdue = task.due && *task.due < today,
                .opened_at = task.opened_at,
                .priority = task.priority};
  if (task.assignee) view.assignee_name = access_control::name_of_person(snapshot, task.assignee);
  if (task.due) {
    std::int64_t days = 0;
    view.left_text = due_text(*task.due, today, catalogue.calendar, days);
    view.days_left = days;
  }
  return view;
}

void mount_work_list(http::Router& router, storage::Store& store, Licensing& licensing, evidence::ReadBook& reads) {
  http::query<CountsView>(router, store,
                          {.path = "/api/v1/task-counts",
                           .id = "count_tasks",
                           .tag = std::string(tag),
                           .summary = {"待办数量", "How many tasks wait"},
                           .need = staff("task.read")},
                          [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<CountsView> {
                            const auto counts = casework::count_tasks(
                                snapshot, access_control::actor_of(request.caller), calendar::local_date(request.at));
                            return CountsView{counts.mine, counts.office, counts.overdue};
                          });
  http::list<TaskView>(
      router, store,
      {.path = "/api/v1/tasks",
       .id = "list_tasks",
       .tag = std::string(tag),
       .summary = {"待办列表,按到期日排列", "The work list, by due day"},
       .need = staff("task.read"),
       .query = {"tab", "search", "service", "element", "sort"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<TaskView>> {
        const access_control::Actor actor = access_control::actor_of(request.caller);
        const calendar::Date today = calendar::local_date(request.at);
        const std::string_view tab = request.query_value("tab");
        const casework::TaskPage found =
            casework::list_tasks(snapshot, actor,
                                 {.tab = tab == "mine"      ? casework::TaskFilter::Tab::mine
                                         : tab == "overdue" ? casework::TaskFilter::Tab::overdue
                                                            : casework::TaskFilter::Tab::office,
                                  .search = std::string(request.query_value("search")),
                                  .service = std::string(request.query_value("service")),
                                  .element = std::string(request.query_value("element")),
                                  .by_opening = request.query_value("sort") == "opened",
                                  .limit = http::limit_of(request),
                                  .cursor = std::string(request.query_value("cursor"))},
                                 today);
        http::Page<TaskView> page{.items = {}, .next = found.next, .total = found.total};
        for (const casework::Task& task : found.tasks)
          page.items.push_back(task_view(task, licensing.engine().catalogue(), snapshot, actor, today));
        return page;
      },
      evidence::note_export(reads, "list_tasks"));
}

base::Result<casework::TaskId> task_of(const http::Request& request) {
  const auto id = casework::parse_task_id(request.parameters.find("task")->second);
  if (!id) return base::not_found("casework.task_unknown", {"没有找到这项待办", "There is no such task."});
  return *id;
}

template <class Use>
void claim_command(http::Router& router, storage::Store& store, http::Operation operation, Use use) {
  operation.method = "POST";
  operation.tag = tag;
  operation.need = staff("task.complete");
  operation.errors = {"casework.task_unknown", "casework.already_done", "casework.already_claimed",
                      "casework.not_yours"};
  http::command<http::Nothing, ClaimView>(
      router, store, std::move(operation),
      [use](storage::Transaction& transaction, const http::Request& request,
            const http::Nothing&) -> base::Result<ClaimView> {
        TRY(const casework::TaskId id, task_of(request));
        TRY(const casework::Task task, use(transaction, id, moment_of(request)));
        return ClaimView{casework::to_text(id), task.assignee == request.caller.person};
      });
}

/// The next thing the same person can do in the same case, so that the screen can go on without a detour.
std::optional<std::string> next_task(storage::Snapshot& snapshot, const access_control::Actor& actor,
                                     base::Id of_case) {
  for (const casework::Task& task : casework::tasks_of(snapshot, actor.scope, of_case))
    if (!task.done_at && actor.has_role(task.group) && (!task.assignee || task.assignee == actor.person))
      return casework::to_text(task.id);
  return std::nullopt;
}

/// Says by name who was faster.
base::Error named(storage::Snapshot& snapshot, base::Error error) {
  if (error.places.empty() || (error.code != "casework.already_done" && error.code != "casework.already_claimed"))
    return error;
  const auto person = base::parse_id(error.places[0].code);
  const std::string name = person ? access_control::name_of_person(snapshot, *person) : std::string();
  if (!name.empty()) {
    error.message.zh = name + ":" + error.message.zh;
    error.message.en = name + ": " + error.message.en;
  }
  error.places.clear();
  return error;
}

void mount_tasks(http::Router& router, storage::Store& store, Licensing& licensing) {
  const casework::Engine& engine = licensing.engine();
  claim_command(router, store,
                {.path = "/api/v1/tasks/{task}/claim", .id = "claim_task", .summary = {"领取", "Take a task"}},
                [&engine](storage::Transaction& transaction, casework::TaskId id,
                          const casework::Moment& moment) -> base::Result<casework::Task> {
                  auto claimed = engine.claim(transaction, id, moment);
                  if (!claimed) return named(transaction, std::move(claimed).error());
                  return claimed;
                });
  claim_command(router, store,
                {.path = "/api/v1/tasks/{task}/release", .id = "release_task", .summary = {"退回", "Release a task"}},
                [&engine](storage::Transaction& transaction, casework::TaskId id, const casework::Moment& moment) {
                  return engine.release(transaction, id, moment);
                });
  http::command<Completion, CompletionView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/tasks/{task}/completion",
       .id = "complete_task",
       .tag = std::string(tag),
       .summary = {"办结一个环节", "Complete a task"},
       .need = staff("task.complete"),
       .errors = {"casework.task_unknown", "casework.already_done", "casework.not_yours", "casework.stale",
                  "catalogue.answers_invalid", "registration.name_taken", "delivery.not_recorded"}},
      [&engine](storage::Transaction& transaction, const http::Request& request,
                const Completion& body) -> base::Result<CompletionView> {
        TRY(const casework::TaskId id, task_of(request));
        const casework::Moment moment = moment_of(request);
        auto head = engine.complete_task(transaction, id, body.answers, body.case_sequence, moment);
        if (!head) return named(transaction, std::move(head).error());
        return CompletionView{head->id, head->state, state_text(head->state), head->sequence,
                              next_task(transaction, moment.actor, head->id)};
      });
}

CaseSummary case_summary(const casework::CaseHead& head, const catalogue::Catalogue& catalogue,
                         storage::Snapshot& snapshot, calendar::Date today) {
  CaseSummary summary{.id = head.id,
                      .number = head.number,
                      .title = head.title,
                      .service_name = service_name(catalogue, head.service),
                      .state = head.state,
                      .state_text = state_text(head.state),
                      .applicant_name = access_control::name_of_person(snapshot, head.applicant),
                      .submitted_at = head.opened_at,
                      .promised_day = head.promised_day,
                      .overdue = head.promised_day && *head.promised_day < today,
                      .paused = !head.ended_at && !head.promised_day};
  if (head.promised_day) {
    std::int64_t days = 0;
    summary.left_text = due_text(*head.promised_day, today, catalogue.calendar, days);
  }
  return summary;
}

void mount_cases(http::Router& router, storage::Store& store, Licensing& licensing, evidence::ReadBook& reads) {
  http::list<CaseSummary>(
      router, store,
      {.path = "/api/v1/cases",
       .id = "list_cases",
       .tag = std::string(tag),
       .summary = {"办件列表", "Cases"},
       .need = staff("case.read"),
       .query = {"search", "state", "sort", "variable", "value", "from", "to"},
       .errors = {"casework.filter_variable_unknown", "casework.filter_incomplete", "casework.filter_value",
                  "casework.filter_range"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<CaseSummary>> {
        TRY(casework::ValueFilter where,
            casework::read_filter(licensing.engine().catalogue(),
                                  {.variable = std::string(request.query_value("variable")),
                                   .value = std::string(request.query_value("value")),
                                   .from = std::string(request.query_value("from")),
                                   .to = std::string(request.query_value("to"))}));
        const casework::CasePage found = casework::list_cases(snapshot, access_control::scope_of(request.caller),
                                                              {.search = std::string(request.query_value("search")),
                                                               .state = std::string(request.query_value("state")),
                                                               .where = std::move(where),
                                                               .by_promised = request.query_value("sort") == "promised",
                                                               .limit = http::limit_of(request),
                                                               .cursor = std::string(request.query_value("cursor"))});
        http::Page<CaseSummary> page{.items = {}, .next = found.next, .total = found.total};
        for (const casework::CaseHead& head : found.cases)
          page.items.push_back(
              case_summary(head, licensing.engine().catalogue(), snapshot, calendar::local_date(request.at)));
        return page;
      },
      evidence::note_export(reads, "list_cases"));
  http::query_then<CasePageView>(
      router, store,
      {.path = "/api/v1/cases/{case}",
       .id = "find_case",
       .tag = std::string(tag),
       .summary = {"办件详情", "A case on one screen"},
       .need = staff("case.read"),
       .errors = {"casework.case_unknown"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<CasePageView> {
        TRY(const base::Id id, request.id("case"));
        return case_page(snapshot, licensing, access_control::actor_of(request.caller), id, request.at);
      },
      [&store, &reads](const http::Request& request) {
        casework::note_look(store, reads, request, request.id("case").value(), "case");
      });
  http::query_then<ProcessView>(
      router, store,
      {.path = "/api/v1/cases/{case}/process",
       .id = "find_case_process",
       .tag = std::string(tag),
       .summary = {"流程图与经过的路径", "The process diagram and the path taken"},
       .need = staff("case.read"),
       .errors = {"casework.case_unknown"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<ProcessView> {
        TRY(const base::Id id, request.id("case"));
        return process_view(snapshot, licensing, access_control::scope_of(request.caller), id);
      },
      [&store, &reads](const http::Request& request) {
        casework::note_look(store, reads, request, request.id("case").value(), "case");
      });
  http::command<VisitBody, VisitAnswer>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/cases/{case}/visits",
       .id = "record_visit",
       .tag = std::string(tag),
       .summary = {"登记申请人到窗口一次", "Record that the applicant came to the window"},
       .need = staff("case.visit"),
       .answer_status = 201,
       .errors = {"casework.case_unknown", "licensing.visit_day"}},
      [&licensing](storage::Transaction& transaction, const http::Request& request,
                   const VisitBody& body) -> base::Result<VisitAnswer> {
        TRY(const base::Id id, request.id("case"));
        const casework::Moment moment = moment_of(request);
        TRY(const Visit visit, licensing.record_visit(transaction, id, request.make_id(), body.reason,
                                                      body.on.value_or(moment.today()), moment));
        return VisitAnswer{visit.on, visit.reason, count_visits(transaction, id)};
      });
}

}  // namespace

namespace {

/// Both the reason and the answer are personal: nothing of them is kept under an Idempotency-Key, and asking twice
/// leaves two traces, as it should.
void mount_disclosures(http::Router& router, storage::Store& store, const Licensing& licensing,
                       const access_control::Access& access) {
  http::Operation disclose{.method = "POST",
                           .path = "/api/v1/cases/{case}/disclosures",
                           .id = "disclose_applicant",
                           .tag = std::string(tag),
                           .summary = {"查看申请人的完整号码(须写明理由,留下记录)",
                                       "Read the applicant's full numbers (needs a reason, leaves a record)"},
                           .need = staff("person.disclose"),
                           .body_schema = http::schema_text<DisclosureBody>(),
                           .answer_schema = http::schema_text<FullNumbers>(),
                           .errors = {"casework.case_unknown", "access.reason_missing"}};
  router.add(std::move(disclose), [&store, &licensing, &access](const http::Request& request) -> http::Reply {
    const auto body = http::read<DisclosureBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto numbers = store.write_result([&](storage::Transaction& transaction) -> base::Result<FullNumbers> {
      TRY(const base::Id id, request.id("case"));
      TRY(const casework::Case of_case,
          licensing.engine().load(transaction, access_control::scope_of(request.caller), id));
      TRY(const access_control::PersonalNumbers full, access.disclose(transaction, {.id = request.make_id(),
                                                                                    .person = of_case.head.applicant,
                                                                                    .reader = request.caller.person,
                                                                                    .record_kind = "case",
                                                                                    .record = id,
                                                                                    .reason = body.value().reason,
                                                                                    .at = request.at}));
      TRY(const std::string reason, evidence::check_purpose(body.value().reason));
      evidence::record_read(transaction, {.division = of_case.head.division,
                                          .subject = "case/" + base::to_text(id),
                                          .person = request.caller.person,
                                          .what = "numbers",
                                          .reason = reason,
                                          .at = request.at});
      return FullNumbers{full.citizen_id, full.phone};
    });
    if (!numbers) return http::problem(numbers.error(), request);
    http::Reply reply{.body = http::write(numbers.value(), request.language)};
    reply.headers.emplace_back("Cache-Control", "no-store");
    return reply;
  });
}

void mount_entity_certificates(http::Router& router, storage::Store& store, Licensing& licensing,
                               evidence::ReadBook& reads) {
  http::query_then<http::Page<CertificateView>>(
      router, store,
      {.path = "/api/v1/entities/{entity}/certificates",
       .id = "list_entity_certificates",
       .tag = std::string(tag),
       .summary = {"市场主体的证照", "The certificates of an entity"},
       .need = staff("entity.read"),
       .errors = {"registration.entity_unknown"}},
      [&licensing](storage::Snapshot& snapshot,
                   const http::Request& request) -> base::Result<http::Page<CertificateView>> {
        TRY(const base::Id id, request.id("entity"));
        if (!registration::find_entity(snapshot, access_control::scope_of(request.caller), id))
          return base::not_found("registration.entity_unknown",
                                 {"登记簿中没有这个市场主体", "There is no such entity in the register."});
        http::Page<CertificateView> page;
        page.items = certificate_views(certificates_of_entity(snapshot, id), licensing.engine().catalogue(),
                                       calendar::local_date(request.at));
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      },
      [&reads](const http::Request& request) {
        reads.note({.division = request.caller.division,
                    .subject = "entity/" + base::to_text(request.id("entity").value()),
                    .person = request.caller.person,
                    .what = "certificates",
                    .reason = {},
                    .at = request.at});
      });
}

}  // namespace

void mount_office(http::Router& router, storage::Store& store, storage::FileStore& files, Licensing& licensing,
                  const access_control::Access& access, evidence::ReadBook& reads) {
  mount_disclosures(router, store, licensing, access);
  mount_work_list(router, store, licensing, reads);
  mount_tasks(router, store, licensing);
  mount_cases(router, store, licensing, reads);
  mount_entity_certificates(router, store, licensing, reads);
  http::Operation content{.method = "GET",
                          .path = "/api/v1/cases/{case}/materials/{file}/content",
                          .id = "read_material",
                          .tag = std::string(tag),
                          .summary = {"查看材料文件", "Read an uploaded file"},
                          .need = staff("case.read"),
                          .answer_schema = R"({"type":"string","format":"binary"})",
                          .answer_type = "application/octet-stream",
                          .errors = {"licensing.file_unknown"}};
  router.add(std::move(content), [&](const http::Request& request) {
    http::Reply reply = material_content(store, files, request, "case");
    if (reply.status == 200) casework::note_look(store, reads, request, request.id("case").value(), "material");
    return reply;
  });
}

}  // namespace licensing
