#include <algorithm>
#include <set>

#include "http/api.h"
#include "modules/access/access.h"
#include "modules/deadlines/what_if.h"
#include "modules/licensing/model.h"
#include "routes.h"

namespace deadlines {
namespace {

struct StepChoice {
  std::string element;
  base::Text name;
};
BOOST_DESCRIBE_STRUCT(StepChoice, (), (element, name))

struct ServiceChoice {
  std::string service;
  base::Text name;
  std::vector<StepChoice> steps;
};
BOOST_DESCRIBE_STRUCT(ServiceChoice, (), (service, name, steps))

struct PersonChoice {
  base::Id person;
  std::string name;
  std::vector<base::Text> roles;
};
BOOST_DESCRIBE_STRUCT(PersonChoice, (), (person, name, roles))

struct Choices {
  std::vector<ServiceChoice> services;
  std::vector<PersonChoice> people;
};
BOOST_DESCRIBE_STRUCT(Choices, (), (services, people))

struct AbsenceBody {
  base::Id person;
  calendar::Date from;
  calendar::Date to;
};
BOOST_DESCRIBE_STRUCT(AbsenceBody, (), (person, from, to))

struct WhatIfBody {
  std::optional<std::string> service;
  std::optional<std::vector<calendar::Date>> holidays;
  std::optional<std::vector<calendar::Date>> workdays;
  std::optional<std::map<std::string, int, std::less<>>> delays;
  std::optional<std::vector<AbsenceBody>> absences;
  std::optional<base::Id> of_case;
  std::optional<base::Id> after;
};
BOOST_DESCRIBE_STRUCT(WhatIfBody, (), (service, holidays, workdays, delays, absences, of_case, after))

struct LimitView {
  std::string clock;
  base::Text name;
  bool legal = false;
  std::optional<calendar::Date> due_before;
  std::optional<calendar::Date> due_after;
  std::optional<calendar::Date> done_before;
  std::optional<calendar::Date> done_after;
  int late_before = 0;
  int late_after = 0;
};
BOOST_DESCRIBE_STRUCT(LimitView, (),
                      (clock, name, legal, due_before, due_after, done_before, done_after, late_before, late_after))

struct EffectView {
  base::Id of_case;
  std::string case_number;
  std::string case_title;
  base::Text service_name;
  base::Text state_text;
  std::vector<LimitView> limits;
  std::optional<calendar::Date> ends_before;
  std::optional<calendar::Date> ends_after;
  std::optional<base::Text> stops_because;
};
BOOST_DESCRIBE_STRUCT(EffectView, (),
                      (of_case, case_number, case_title, service_name, state_text, limits, ends_before, ends_after,
                       stops_because))

struct LoadView {
  base::Text role;
  std::string person;
  calendar::Date week;
  int before = 0;
  int after = 0;
};
BOOST_DESCRIBE_STRUCT(LoadView, (), (role, person, week, before, after))

struct LearntStep {
  std::string element;
  base::Text name;
  int days = 0;
};
BOOST_DESCRIBE_STRUCT(LearntStep, (), (element, name, days))

struct LearntView {
  std::string service;
  base::Text service_name;
  std::string learnt_from;
  int cases = 0;
  std::vector<LearntStep> steps;
};
BOOST_DESCRIBE_STRUCT(LearntView, (), (service, service_name, learnt_from, cases, steps))

struct EffectsView {
  int cases = 0;
  int late_before = 0;
  int late_after = 0;
  std::vector<EffectView> effects;
  std::vector<LoadView> load;
  std::vector<LearntView> learnt;
  std::optional<base::Id> next;
};
BOOST_DESCRIBE_STRUCT(EffectsView, (), (cases, late_before, late_after, effects, load, learnt, next))

base::Text step_name(const catalogue::Service& service, const std::string& element) {
  const bpmn::ElementIndex index = bpmn::find_element(*service.process, element);
  if (index == bpmn::no_element) return {element, element};
  return casework::name_of(bpmn::elements(*service.process)[index]);
}

Choices choices_of(storage::Snapshot& snapshot, const access_control::Scope& scope,
                   const catalogue::Catalogue& catalogue) {
  Choices choices;
  for (const auto& [id, service] : catalogue.services->now()) {
    ServiceChoice& choice = choices.services.emplace_back(ServiceChoice{id, service->name, {}});
    for (const bpmn::Element& element : bpmn::elements(*service->process))
      if (element.type == bpmn::ElementType::user_task)
        choice.steps.push_back({element.id, casework::name_of(element)});
  }
  std::map<base::Id, PersonChoice> people;
  for (const access_control::Role& role : access_control::roles())
    for (const access_control::Person& person : access_control::staff_with_role(snapshot, scope, role.id)) {
      PersonChoice& choice = people[person.id];
      choice.person = person.id;
      choice.name = person.name;
      choice.roles.push_back(role.name);
    }
  for (auto& [id, choice] : people) choices.people.push_back(std::move(choice));
  return choices;
}

EffectView view_of(const CaseEffect& effect) {
  EffectView view{.of_case = effect.of_case.id,
                  .case_number = effect.of_case.number,
                  .case_title = effect.of_case.title,
                  .service_name = effect.service->name,
                  .state_text = licensing::state_text(effect.of_case.state),
                  .limits = {},
                  .ends_before = effect.ends_before,
                  .ends_after = effect.ends_after,
                  .stops_because = effect.stops_because};
  for (const LimitEffect& limit : effect.limits)
    view.limits.push_back({limit.clock->id, limit.clock->name, limit.legal, limit.due_before, limit.due_after,
                           limit.done_before, limit.done_after, limit.late_before, limit.late_after});
  return view;
}

EffectsView view_of(storage::Snapshot& snapshot, const Effects& effects, const catalogue::Catalogue& catalogue) {
  EffectsView view{.cases = effects.cases,
                   .late_before = effects.late_before,
                   .late_after = effects.late_after,
                   .effects = {},
                   .load = {},
                   .learnt = {},
                   .next = effects.next};
  for (const CaseEffect& effect : effects.effects) view.effects.push_back(view_of(effect));
  for (const Load& load : effects.load)
    view.load.push_back({role_name(load.role),
                         load.person ? access_control::name_of_person(snapshot, load.person) : std::string(), load.week,
                         load.before, load.after});
  for (const Learnt& learnt : effects.learnt) {
    const auto service = catalogue.services->find(learnt.service);
    LearntView& one = view.learnt.emplace_back(LearntView{.service = learnt.service,
                                                          .service_name = service ? service->name : base::Text{},
                                                          .learnt_from = learnt.habit.learnt_from,
                                                          .cases = learnt.habit.cases,
                                                          .steps = {}});
    if (!service) continue;
    for (const auto& [element, days] : learnt.habit.days)
      one.steps.push_back({element, step_name(*service, element), days});
  }
  return view;
}

WhatIf assumed_in(const WhatIfBody& body) {
  WhatIf assumed{.service = body.service.value_or(""),
                 .holidays = body.holidays.value_or(std::vector<calendar::Date>{}),
                 .workdays = body.workdays.value_or(std::vector<calendar::Date>{})};
  if (body.delays) assumed.delays = *body.delays;
  if (body.absences)
    for (const AbsenceBody& each : *body.absences) assumed.absences.push_back({each.person, each.from, each.to});
  return assumed;
}

http::Operation operation(std::string method, std::string path, std::string id, base::Text summary) {
  return {.method = std::move(method),
          .path = "/api/v1/deadlines/what-if" + std::move(path),
          .id = std::move(id),
          .tag = "deadlines",
          .summary = std::move(summary),
          .need = {http::Need::Kind::staff, "deadlines.read"}};
}

}  // namespace

void mount_what_if(http::Router& router, storage::Store& store, const casework::Engine& engine) {
  http::query<Choices>(
      router, store,
      operation("GET", "", "list_what_if_choices", {"推演可选的环节和人员", "The steps and people that can be tried"}),
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<Choices> {
        return choices_of(snapshot, access_control::scope_of(request.caller), engine.catalogue());
      });
  http::Operation ask =
      operation("POST", "", "ask_what_if",
                {"推演:某日放假、某环节变慢、某人不在,会有哪些办件超期",
                 "What would come of holidays, slower steps and absences: due days, breaches, load per person"});
  ask.body_schema = http::schema_text<WhatIfBody>();
  ask.answer_schema = http::schema_text<EffectsView>();
  ask.errors = {"casework.case_unknown", "casework.ended", "catalogue.service_unknown", "deadlines.assumption_invalid",
                "calendar.year_unknown"};
  router.add(std::move(ask), [&store, &engine](const http::Request& request) -> http::Reply {
    const auto body = http::read<WhatIfBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto view = store.read_value([&](storage::Snapshot& snapshot) -> base::Result<EffectsView> {
      TRY(const Effects effects,
          what_if(snapshot, engine, access_control::scope_of(request.caller), assumed_in(body.value()), request.at,
                  body.value().after.value_or(base::Id{}), body.value().of_case));
      return view_of(snapshot, effects, engine.catalogue());
    });
    if (!view) return http::problem(view.error(), request);
    return {.body = http::write(view.value(), request.language)};
  });
}

}  // namespace deadlines
