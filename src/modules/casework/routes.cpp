/// Operations on cases, delegations, promises: JSON -> request -> use case -> JSON.
#include <algorithm>

#include "engine.h"
#include "http/query_then.h"
#include "modules/access/access.h"
#include "modules/casework/looks.h"
#include "store.h"

namespace casework {
namespace {

constexpr std::string_view tag = "casework";

struct ChoiceView {
  std::string value;
  base::Text label;
};
BOOST_DESCRIBE_STRUCT(ChoiceView, (), (value, label))

struct PossibleView {
  std::string operation;
  base::Text name;
  bool needs_basis = false;
  bool may = true;
  std::optional<base::Text> why_not;
  std::vector<ChoiceView> tasks;
  std::vector<ChoiceView> steps;
  std::vector<ChoiceView> clocks;
  std::vector<ChoiceView> versions;
  std::vector<ChoiceView> materials;
  std::vector<ChoiceView> people;
  feel::Context variables;
};
BOOST_DESCRIBE_STRUCT(PossibleView, (),
                      (operation, name, needs_basis, may, why_not, tasks, steps, clocks, versions, materials, people,
                       variables))

struct PossibleList {
  std::vector<PossibleView> items;
};
BOOST_DESCRIBE_STRUCT(PossibleList, (), (items))

struct PlaceBody {
  std::string place;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(PlaceBody, (), (place, reason))

/// What an operation comes with; each takes what it needs.
struct OperationBody {
  std::string operation;
  std::string reason;
  std::optional<std::string> basis;
  std::optional<std::string> clock;
  std::optional<std::int64_t> task;
  std::optional<std::string> to;
  std::vector<PlaceBody> places;
  std::optional<feel::Context> answers;
  std::optional<feel::Context> variables;
  std::optional<std::string> version;
  std::optional<feel::Context> renamed;
  std::optional<base::Id> person;
  std::optional<bool> agree;
  std::optional<std::string> material;
  std::optional<std::string> promise;
  std::optional<bool> kept;
  std::optional<std::string> told;
  std::optional<std::string> channel;
  std::optional<std::string> caller;
  std::optional<std::int64_t> case_sequence;
};
BOOST_DESCRIBE_STRUCT(OperationBody, (),
                      (operation, reason, basis, clock, task, to, places, answers, variables, version, renamed, person,
                       agree, material, promise, kept, told, channel, caller, case_sequence))

struct DueView {
  std::string clock;
  base::Text name;
  bool paused = false;
  std::optional<calendar::Date> legal_day;
  std::optional<calendar::Date> promised_day;
};
BOOST_DESCRIBE_STRUCT(DueView, (), (clock, name, paused, legal_day, promised_day))

/// The case after the operation; in a preview, as it would be.
struct OperatedView {
  std::string state;
  std::int64_t sequence = 0;
  bool suspended = false;
  bool ended = false;
  std::vector<base::Text> waiting;
  std::vector<base::Text> failed;  // steps that can not go on
  std::vector<DueView> clocks;
};
BOOST_DESCRIBE_STRUCT(OperatedView, (), (state, sequence, suspended, ended, waiting, failed, clocks))

struct DelegationBody {
  base::Id to_person;
  std::string role;
  std::optional<std::string> service;
  calendar::Date valid_from;
  calendar::Date valid_to;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(DelegationBody, (), (to_person, role, service, valid_from, valid_to, reason))

struct DelegationView {
  base::Id id;
  base::Id from_person;
  std::string from_name;
  base::Id to_person;
  std::string to_name;
  std::string role;
  base::Text role_name;
  std::string service;
  calendar::Date valid_from;
  calendar::Date valid_to;
  std::string reason;
  bool revoked = false;
};
BOOST_DESCRIBE_STRUCT(DelegationView, (),
                      (id, from_person, from_name, to_person, to_name, role, role_name, service, valid_from, valid_to,
                       reason, revoked))

struct ColleagueView {
  base::Id id;
  std::string name;
  std::vector<base::Text> role_names;
};
BOOST_DESCRIBE_STRUCT(ColleagueView, (), (id, name, role_names))

struct PromiseView {
  base::Id of_case;
  std::string case_number;
  std::string case_title;
  std::string material;
  base::Text material_name;
  base::Instant made_at;
  calendar::Date due_day;
  std::int64_t age_days = 0;
  bool overdue = false;
};
BOOST_DESCRIBE_STRUCT(PromiseView, (),
                      (of_case, case_number, case_title, material, material_name, made_at, due_day, age_days, overdue))

Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

http::Need staff(std::string permission) {
  return {http::Need::Kind::staff, std::move(permission)};
}

std::vector<std::string> operation_errors() {
  return {"casework.case_unknown",
          "casework.operation_unknown",
          "casework.operation_not_yours",
          "casework.stale",
          "casework.ended",
          "casework.not_ended",
          "casework.suspended",
          "casework.not_suspended",
          "casework.binding",
          "casework.reason_missing",
          "casework.basis_missing",
          "casework.task_unknown",
          "casework.not_extendable",
          "casework.clock_not_running",
          "casework.extended_already",
          "casework.limit_passed",
          "casework.told_missing",
          "casework.step_not_before",
          "casework.fact_unknown",
          "casework.fact_same",
          "casework.person_unfit",
          "casework.signer_twice",
          "casework.signature_unknown",
          "casework.not_deferrable",
          "casework.promise_twice",
          "casework.promise_unknown",
          "casework.express_already",
          "casework.channel_unknown",
          "casework.reopen_late",
          "casework.no_incident",
          "casework.incident_unknown",
          "casework.variable_reserved",
          "casework.version_unknown",
          "casework.version_same",
          "casework.renaming_invalid",
          "bpmn.migration_impossible",
          "catalogue.answers_invalid"};
}

OperationRequest request_of(base::Id id, const OperationBody& body) {
  OperationRequest request{
      .of_case = id, .operation = body.operation, .data = {}, .expected_sequence = body.case_sequence};
  const auto put = [&](const char* key, const std::optional<std::string>& value) {
    if (value) request.data.put(key, feel::Value(*value));
  };
  request.data.put("reason", body.reason);
  put("basis", body.basis);
  put("clock", body.clock);
  put("to", body.to);
  put("material", body.material);
  put("promise", body.promise);
  put("told", body.told);
  put("channel", body.channel);
  put("caller", body.caller);
  if (body.task) request.data.put("task", feel::Value(*body.task));
  if (body.answers) request.data.put("answers", feel::Value(*body.answers));
  if (body.variables) request.data.put("variables", feel::Value(*body.variables));
  put("version", body.version);
  if (body.renamed) request.data.put("renamed", feel::Value(*body.renamed));
  if (body.person) request.data.put("person", base::to_text(*body.person));
  if (body.agree) request.data.put("agree", feel::Value(*body.agree));
  if (body.kept) request.data.put("kept", feel::Value(*body.kept));
  feel::List places;
  for (const PlaceBody& place : body.places)
    places.emplace_back(feel::Context{{"place", place.place}, {"reason", place.reason}});
  if (!places.empty()) request.data.put("places", feel::Value(std::move(places)));
  return request;
}

base::Result<OperatedView> operated_view(storage::Snapshot& snapshot, const Engine& engine, base::Id id,
                                         const Moment& moment) {
  TRY(const Case of_case, engine.load(snapshot, moment.actor.scope, id));
  TRY(const auto clocks, engine.clocks(of_case, moment.today()));
  OperatedView view{.state = of_case.head.state,
                    .sequence = of_case.head.sequence,
                    .suspended = of_case.conduct.suspended,
                    .ended = of_case.head.ended_at.has_value()};
  for (const bpmn::Wait& wait : of_case.instance.waits())
    if (wait.kind == bpmn::WaitKind::task)
      view.waiting.push_back(name_of(bpmn::elements(*of_case.service->process)[wait.element]));
  for (const bpmn::Incident& incident : of_case.instance.incidents())
    view.failed.push_back(name_of_living(of_case, incident.key));
  for (const ClockView& clock : clocks) {
    if (clock.reading.state != ClockState::running && clock.reading.state != ClockState::paused) continue;
    DueView due{
        .clock = clock.clock->id, .name = clock.clock->name, .paused = clock.reading.state == ClockState::paused};
    if (clock.reading.legal) due.legal_day = clock.reading.legal->due;
    if (clock.reading.promised) due.promised_day = clock.reading.promised->due;
    view.clocks.push_back(std::move(due));
  }
  return view;
}

std::vector<ChoiceView> views_of(const std::vector<Possible::Choice>& choices) {
  std::vector<ChoiceView> views;
  for (const auto& choice : choices) views.push_back({choice.value, choice.label});
  return views;
}

void mount_operations(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads) {
  http::query_then<PossibleList>(
      router, store,
      {.path = "/api/v1/cases/{case}/operations",
       .id = "list_operations",
       .tag = std::string(tag),
       .summary = {"可以对办件作的操作", "What may be done to a case now"},
       .need = staff("case.operate"),
       .errors = {"casework.case_unknown"}},
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<PossibleList> {
        TRY(const base::Id id, request.id("case"));
        TRY(const auto all, engine.possible(snapshot, id, moment_of(request)));
        PossibleList list;
        for (const Possible& one : all) {
          PossibleView view{.operation = std::string(one.kind->id),
                            .name = one.kind->name,
                            .needs_basis = one.kind->needs_basis,
                            .may = !one.refusal,
                            .why_not = {},
                            .tasks = views_of(one.tasks),
                            .steps = views_of(one.steps),
                            .clocks = views_of(one.clocks),
                            .versions = views_of(one.versions),
                            .materials = views_of(one.materials),
                            .people = views_of(one.people),
                            .variables = one.variables};
          if (one.refusal) view.why_not = one.refusal->message;
          list.items.push_back(std::move(view));
        }
        return list;
      },
      [&store, &reads](const http::Request& request) {
        note_look(store, reads, request, request.id("case").value(), "case");
      });
  http::command<OperationBody, OperatedView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/cases/{case}/operations",
       .id = "operate_case",
       .tag = std::string(tag),
       .summary = {"中止、延期、退回、更正、加签等操作",
                   "Suspend, extend, send back, correct, ask for signatures and more"},
       .need = staff("case.operate"),
       .errors = operation_errors()},
      [&engine](storage::Transaction& transaction, const http::Request& request,
                const OperationBody& body) -> base::Result<OperatedView> {
        TRY(const base::Id id, request.id("case"));
        const Moment moment = moment_of(request);
        TRY(std::ignore, engine.operate(transaction, request_of(id, body), moment));
        return operated_view(transaction, engine, id, moment);
      });
}

/// The operation is done and taken back in one transaction: the preview is what would be, not a guess at it.
void mount_preview(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads) {
  http::Operation operation{
      .method = "POST",
      .path = "/api/v1/cases/{case}/operations/preview",
      .id = "preview_operation",
      .tag = std::string(tag),
      .summary = {"预览操作的结果,不作任何改变", "What an operation would bring about; nothing is changed"},
      .need = staff("case.operate"),
      .body_schema = http::schema_text<OperationBody>(),
      .answer_schema = http::schema_text<OperatedView>(),
      .errors = operation_errors()};
  router.add(std::move(operation), [&store, &engine, &reads](const http::Request& request) -> http::Reply {
    const auto body = http::read<OperationBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto id = request.id("case");
    if (!id) return http::problem(id.error(), request);
    const Moment moment = moment_of(request);
    std::optional<base::Result<OperatedView>> seen;
    store.write([&](storage::Transaction& transaction) {
      seen.emplace([&]() -> base::Result<OperatedView> {
        TRY(std::ignore, engine.operate(transaction, request_of(id.value(), body.value()), moment));
        return operated_view(transaction, engine, id.value(), moment);
      }());
      return false;
    });
    if (!*seen) return http::problem(seen->error(), request);
    note_look(store, reads, request, id.value(), "case");
    return {.body = http::write(seen->value(), request.language)};
  });
}

base::Text role_name(std::string_view id) {
  const access_control::Role* role = access_control::find_role(id);
  return role ? role->name : base::Text{std::string(id), std::string(id)};
}

/// The staff of the caller's division except the caller, each once.
std::vector<ColleagueView> colleagues_of(storage::Snapshot& snapshot, const http::Caller& caller) {
  std::vector<ColleagueView> all;
  for (const access_control::Role& role : access_control::roles())
    for (const auto& person :
         access_control::staff_with_role(snapshot, access_control::Scope::of_division(caller.division), role.id)) {
      if (person.id == caller.person) continue;
      auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == person.id; });
      if (found == all.end()) found = all.insert(all.end(), {person.id, person.name, {}});
      found->role_names.push_back(role.name);
    }
  return all;
}

DelegationView delegation_view(storage::Snapshot& snapshot, const Delegation& delegation) {
  return {.id = delegation.id,
          .from_person = delegation.from_person,
          .from_name = access_control::name_of_person(snapshot, delegation.from_person),
          .to_person = delegation.to_person,
          .to_name = access_control::name_of_person(snapshot, delegation.to_person),
          .role = delegation.role,
          .role_name = role_name(delegation.role),
          .service = delegation.service,
          .valid_from = delegation.valid_from,
          .valid_to = delegation.valid_to,
          .reason = delegation.reason,
          .revoked = delegation.revoked_at.has_value()};
}

void mount_delegations(http::Router& router, storage::Store& store) {
  http::query<http::Page<ColleagueView>>(
      router, store,
      {.path = "/api/v1/colleagues",
       .id = "list_colleagues",
       .tag = std::string(tag),
       .summary = {"本局同事及其岗位,用于委托", "The bureau's other staff and their roles, for delegating"},
       .need = staff("task.complete")},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<ColleagueView>> {
        http::Page<ColleagueView> page;
        page.items = colleagues_of(snapshot, request.caller);
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
  http::query<http::Page<DelegationView>>(
      router, store,
      {.path = "/api/v1/delegations",
       .id = "list_delegations",
       .tag = std::string(tag),
       .summary = {"我给出和收到的委托", "Delegations given and received"},
       .need = staff("task.complete")},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<DelegationView>> {
        http::Page<DelegationView> page;
        for (const Delegation& one : delegations_of(snapshot, request.caller.person, calendar::local_date(request.at)))
          page.items.push_back(delegation_view(snapshot, one));
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
  http::command<DelegationBody, DelegationView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/delegations",
       .id = "delegate",
       .tag = std::string(tag),
       .summary = {"委托同事在一段时间内代办一个岗位的工作", "Lend a role to a colleague for some days"},
       .need = staff("task.complete"),
       .answer_status = 201,
       .errors = {"casework.reason_missing", "casework.delegation_days", "casework.role_unknown",
                  "casework.person_unfit"}},
      [](storage::Transaction& transaction, const http::Request& request,
         const DelegationBody& body) -> base::Result<DelegationView> {
        TRY(const Delegation given, delegate(transaction,
                                             {.id = request.make_id(),
                                              .division = {},
                                              .from_person = {},
                                              .to_person = body.to_person,
                                              .role = body.role,
                                              .service = body.service.value_or(""),
                                              .valid_from = body.valid_from,
                                              .valid_to = body.valid_to,
                                              .reason = body.reason},
                                             moment_of(request)));
        return delegation_view(transaction, given);
      });
  http::command<http::Nothing, DelegationView>(router, store,
                                               {.method = "DELETE",
                                                .path = "/api/v1/delegations/{delegation}",
                                                .id = "revoke_delegation",
                                                .tag = std::string(tag),
                                                .summary = {"收回委托", "Take a delegation back"},
                                                .need = staff("task.complete"),
                                                .errors = {"casework.delegation_unknown"}},
                                               [](storage::Transaction& transaction, const http::Request& request,
                                                  const http::Nothing&) -> base::Result<DelegationView> {
                                                 TRY(const base::Id id, request.id("delegation"));
                                                 TRY(const Delegation revoked,
                                                     revoke_delegation(transaction, id, moment_of(request)));
                                                 return delegation_view(transaction, revoked);
                                               });
}

constexpr int promises_shown_max = 500;

void mount_promises(http::Router& router, storage::Store& store, const Engine& engine) {
  http::query<http::Page<PromiseView>>(
      router, store,
      {.path = "/api/v1/promises",
       .id = "list_promises",
       .tag = std::string(tag),
       .summary = {"没有核销的容缺承诺,最早到期的在前", "Promises not verified yet, the earliest due first"},
       .need = staff("case.read")},
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<PromiseView>> {
        const calendar::Date today = calendar::local_date(request.at);
        http::Page<PromiseView> page;
        for (const OpenPromise& promise :
             open_promises(snapshot, access_control::scope_of(request.caller), promises_shown_max)) {
          PromiseView view{.of_case = promise.of_case,
                           .case_number = promise.case_number,
                           .case_title = promise.case_title,
                           .material = promise.material,
                           .material_name = {promise.material, promise.material},
                           .made_at = promise.made_at,
                           .due_day = promise.due,
                           .age_days = today.days - calendar::local_date(promise.made_at).days,
                           .overdue = promise.due < today};
          if (const auto service = engine.catalogue().service(promise.service))
            if (const auto* material = service.value()->find_material(promise.material))
              view.material_name = material->name;
          page.items.push_back(std::move(view));
        }
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads) {
  mount_operations(router, store, engine, reads);
  mount_preview(router, store, engine, reads);
  mount_delegations(router, store);
  mount_promises(router, store, engine);
  mount_incidents(router, store, engine, reads);
  mount_migration(router, store, engine, reads);
  mount_search(router, store, engine);
}

}  // namespace casework
