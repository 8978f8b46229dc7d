/// What is offered: services, what they need, and the guide that asks before anything is typed.
#include <algorithm>

#include "http/api.h"
#include "modules/registration/registration.h"
#include "office_routes.h"
#include "parts.h"

namespace licensing {
namespace {

struct ServiceSummary {
  std::string id;
  std::string wish;
  base::Text wish_name;
  base::Text name;
  base::Text summary;
};
BOOST_DESCRIBE_STRUCT(ServiceSummary, (), (id, wish, wish_name, name, summary))

struct QuestionOption {
  std::string value;
  base::Text label;
};
BOOST_DESCRIBE_STRUCT(QuestionOption, (), (value, label))

struct QuestionView {
  std::string id;
  base::Text label;
  base::Text hint;
  std::string kind;
  std::vector<QuestionOption> options;
};
BOOST_DESCRIBE_STRUCT(QuestionView, (), (id, label, hint, kind, options))

struct NeededMaterial {
  std::string id;
  base::Text name;
  base::Text hint;
  std::vector<base::Text> needed_by;
  base::Text basis;
};
BOOST_DESCRIBE_STRUCT(NeededMaterial, (), (id, name, hint, needed_by, basis))

struct LimitSide {
  base::Text text;
  base::Text basis;
  bool to_be_confirmed = false;
};
BOOST_DESCRIBE_STRUCT(LimitSide, (), (text, basis, to_be_confirmed))

struct LimitView {
  std::string clock;
  base::Text name;
  std::optional<LimitSide> legal;
  std::optional<LimitSide> promised;
};
BOOST_DESCRIBE_STRUCT(LimitView, (), (clock, name, legal, promised))

struct CertificateHeld {
  base::Text name;
  std::string number;
  base::Text status_text;
  std::optional<calendar::Date> valid_to;
};
BOOST_DESCRIBE_STRUCT(CertificateHeld, (), (name, number, status_text, valid_to))

/// Whom the application is about, so that the applicant sees it is the right one: what anyone may look up.
struct SubjectView {
  std::string name;
  std::string credit_code;
  std::string address;
  base::Text status_text;
  std::vector<CertificateHeld> certificates;
};
BOOST_DESCRIBE_STRUCT(SubjectView, (), (name, credit_code, address, status_text, certificates))

struct ServiceView {
  std::string id;
  std::string version;
  base::Text name;
  base::Text summary;
  base::Text who_may_apply;
  base::Text where_to_ask;
  std::vector<base::Text> steps;
  std::vector<QuestionView> guide;
  std::vector<RegistrationView> registrations;
  std::vector<NeededMaterial> materials;
  std::vector<LimitView> limits;
};
BOOST_DESCRIBE_STRUCT(ServiceView, (),
                      (id, version, name, summary, who_may_apply, where_to_ask, steps, guide, registrations, materials,
                       limits))

struct GuideBody {
  feel::Context answers;
};
BOOST_DESCRIBE_STRUCT(GuideBody, (), (answers))

struct GuidePlace {
  std::string path;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(GuidePlace, (), (path, code, message))

struct GuideView {
  std::optional<SubjectView> subject;
  std::vector<std::string> shown;
  bool complete = false;
  std::vector<GuidePlace> places;
  std::optional<base::Text> advice;
  std::vector<RegistrationView> registrations;
  std::vector<NeededMaterial> materials;
  std::int64_t fee_fen_total = 0;
  std::int64_t visits = 0;
  std::vector<LimitView> limits;
};
BOOST_DESCRIBE_STRUCT(GuideView, (),
                      (subject, shown, complete, places, advice, registrations, materials, fee_fen_total, visits,
                       limits))

struct FormView {
  feel::Value form;
};
BOOST_DESCRIBE_STRUCT(FormView, (), (form))

using Registrations = std::vector<const catalogue::Registration*>;

bool is_among(const Registrations& registrations, const std::string& id) {
  return std::any_of(registrations.begin(), registrations.end(), [&](const auto* each) { return each->id == id; });
}

/// The material with what it is needed for, as far as that is applied for.
NeededMaterial needed(const catalogue::Service& service, const catalogue::Material& material,
                      const Registrations& wanted) {
  std::vector<std::string> by;
  for (const std::string& id : material.needed_by)
    if (is_among(wanted, id)) by.push_back(id);
  return {material.id, material.name, material.hint, registration_names(service, by), material.basis};
}

std::optional<LimitSide> limit_side(const catalogue::Rules& rules, const std::string& id, calendar::Date today) {
  if (id.empty()) return std::nullopt;
  const auto rule = rules.on(id, today);
  if (!rule) return std::nullopt;
  return LimitSide{span_text(rule.value().value), rule.value().basis, rule.value().confidence != 'V'};
}

std::vector<LimitView> limits_today(const catalogue::Service& service, const catalogue::Rules& rules,
                                    calendar::Date today, const Registrations& wanted) {
  std::vector<LimitView> limits;
  for (const catalogue::Clock& clock : service.clocks)
    if (clock.registration.empty() || is_among(wanted, clock.registration))
      limits.push_back({clock.id, clock.name, limit_side(rules, clock.legal_rule, today),
                        limit_side(rules, clock.promised_rule, today)});
  return limits;
}

base::Result<ServiceView> view_of(const catalogue::Service& service, const catalogue::Catalogue& catalogue,
                                  calendar::Date today) {
  ServiceView view{.id = service.id,
                   .version = service.version,
                   .name = service.name,
                   .summary = service.summary,
                   .who_may_apply = service.who_may_apply,
                   .where_to_ask = service.where_to_ask,
                   .steps = service.steps};
  if (service.subject)
    view.guide.push_back({.id = std::string(catalogue::subject_key),
                          .label = service.subject->label,
                          .hint = service.subject->hint,
                          .kind = "subject"});
  for (const catalogue::GuideQuestion& question : service.guide) {
    QuestionView shown{.id = question.id, .label = question.label, .hint = question.hint, .kind = question.kind};
    for (const catalogue::Option& option : question.options) shown.options.push_back({option.value, option.label});
    view.guide.push_back(std::move(shown));
  }
  // What is never applied for, such as striking a filing off, is no part of the offer.
  Registrations offered;
  for (const catalogue::Registration& registration : service.registrations)
    if (!registration.when || registration.when->text() != "false") offered.push_back(&registration);
  TRY(view.registrations, registration_views(offered, catalogue.rules, today));
  for (const catalogue::Material& material : service.materials)
    view.materials.push_back(needed(service, material, offered));
  view.limits = limits_today(service, catalogue.rules, today, offered);
  return view;
}

SubjectView subject_view(const feel::Context& facts, const catalogue::Catalogue& catalogue) {
  SubjectView view{.name = text_in(facts, "name"),
                   .credit_code = text_in(facts, "credit_code"),
                   .address = text_in(facts, "address"),
                   .status_text = registration::status_text(text_in(facts, "status"))};
  const feel::Context holds = context_in(facts, "holds");
  for (const auto& [kind, value] : holds.entries()) {
    const auto known = catalogue.certificates.find(kind);
    if (known == catalogue.certificates.end() || value.kind() != feel::Kind::context) continue;
    CertificateHeld held{.name = known->second.name,
                         .number = text_in(value.as_context(), "number"),
                         .status_text = status_text(text_in(value.as_context(), "status")),
                         .valid_to = calendar::parse_date(text_in(value.as_context(), "valid_to"))};
    view.certificates.push_back(std::move(held));
  }
  return view;
}

base::Result<GuideView> guide_view(storage::Snapshot& snapshot, const Licensing& licensing,
                                   const catalogue::Service& service, const feel::Context& given, base::Instant now) {
  const catalogue::Catalogue& catalogue = licensing.engine().catalogue();
  const feel::World world = catalogue.world_at(now);
  GuideView view;
  if (service.subject) view.shown.emplace_back(catalogue::subject_key);
  const auto looked_up = licensing.with_subject(snapshot, service, given, now);
  if (!looked_up && looked_up.error().code == "licensing.not_admitted") {
    view.complete = true;
    view.advice = looked_up.error().message;
    return view;
  }
  const feel::Context& answers = looked_up ? looked_up.value() : given;
  if (const feel::Context subject = context_in(answers, catalogue::subject_key); !subject.empty())
    view.subject = subject_view(subject, catalogue);
  for (const catalogue::GuideQuestion* question : catalogue::questions_shown(service, answers, world))
    view.shown.push_back(question->id);
  if (!looked_up) {
    for (const base::Place& place : looked_up.error().places)
      view.places.push_back({place.path, place.code, place.message});
    return view;
  }
  const auto plan = catalogue::plan(service, answers, world);
  if (!plan) {
    for (const base::Place& place : plan.error().places) view.places.push_back({place.path, place.code, place.message});
    return view;
  }
  view.complete = true;
  view.advice = plan.value().advice;
  if (view.advice) return view;
  const Registrations& planned = plan.value().registrations;
  const calendar::Date today = calendar::local_date(now);
  TRY(view.registrations, registration_views(planned, catalogue.rules, today));
  for (const RegistrationView& registration : view.registrations) view.fee_fen_total += registration.fee_fen;
  for (const catalogue::Material* material : plan.value().materials)
    view.materials.push_back(needed(service, *material, planned));
  view.visits = 0;  // filed online; handed over by courier, kiosk or electronically. Collecting in person makes it one.
  view.limits = limits_today(service, catalogue.rules, today, planned);
  return view;
}

/// In the order of the wishes; within one, what does several things at once stands first.
std::vector<ServiceSummary> summaries(const catalogue::Catalogue& catalogue) {
  std::vector<ServiceSummary> all;
  const auto is_joint = [](const catalogue::Service& service) {
    return std::find(service.tags.begin(), service.tags.end(), "one_thing") != service.tags.end();
  };
  for (const catalogue::Option& wish : catalogue.wishes)
    for (const bool joint : {true, false})
      for (const auto& [id, service] : catalogue.services->now())
        if (service->wish == wish.value && is_joint(*service) == joint)
          all.push_back({id, wish.value, wish.label, service->name, service->summary});
  for (const auto& [id, service] : catalogue.services->now())
    if (std::none_of(all.begin(), all.end(), [&](const ServiceSummary& listed) { return listed.id == id; }))
      all.push_back({id, service->wish, {}, service->name, service->summary});
  return all;
}

http::Operation operation(std::string method, std::string path, std::string id, base::Text summary) {
  return {.method = std::move(method),
          .path = std::move(path),
          .id = std::move(id),
          .tag = "services",
          .summary = std::move(summary),
          .need = {http::Need::Kind::anyone}};
}

}  // namespace

void mount_services(http::Router& router, storage::Store& store, const Licensing& licensing) {
  const catalogue::Catalogue& catalogue = licensing.engine().catalogue();

  http::Operation all =
      operation("GET", "/api/v1/services", "list_services", {"可以办理的事项", "What can be applied for"});
  all.answer_schema = http::schema_text<http::Page<ServiceSummary>>();
  router.add(std::move(all), [&catalogue](const http::Request& request) -> http::Reply {
    http::Page<ServiceSummary> page;
    page.items = summaries(catalogue);
    page.total = static_cast<std::int64_t>(page.items.size());
    return http::tagged(request, http::write(page, request.language));
  });

  const auto with_service = [&router, &catalogue](http::Operation described, auto work) {
    described.errors.emplace_back("catalogue.service_unknown");
    router.add(std::move(described), [&catalogue, work](const http::Request& request) -> http::Reply {
      const auto service = catalogue.service(request.parameters.find("service")->second);
      if (!service) return http::problem(service.error(), request);
      return work(*service.value(), request);
    });
  };

  http::Operation one = operation("GET", "/api/v1/services/{service}", "find_service",
                                  {"办事指南", "A service: who may apply, what is needed, how long it takes"});
  one.answer_schema = http::schema_text<ServiceView>();
  one.errors.emplace_back("catalogue.rule_not_in_force");
  with_service(std::move(one), [&catalogue](const catalogue::Service& service, const http::Request& request) {
    const auto view = view_of(service, catalogue, calendar::local_date(request.at));
    if (!view) return http::problem(view.error(), request);
    return http::tagged(request, http::write(view.value(), request.language));
  });

  http::Operation guide =
      operation("POST", "/api/v1/services/{service}/guide", "ask_guide",
                {"按您的情况:需要什么、多少天、多少钱", "For your situation: what, how long, how much"});
  guide.body_schema = http::schema_text<GuideBody>();
  guide.answer_schema = http::schema_text<GuideView>();
  guide.errors.emplace_back("catalogue.rule_not_in_force");
  with_service(std::move(guide), [&store, &licensing](const catalogue::Service& service, const http::Request& request) {
    const auto body = http::read<GuideBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto view = store.read_value([&](storage::Snapshot& snapshot) {
      return guide_view(snapshot, licensing, service, body.value().answers, request.at);
    });
    if (!view) return http::problem(view.error(), request);
    return http::Reply{.body = http::write(view.value(), request.language)};
  });

  http::Operation form = operation("GET", "/api/v1/services/{service}/form", "find_form", {"申请表", "The form"});
  form.answer_schema = http::schema_text<FormView>();
  with_service(std::move(form), [](const catalogue::Service& service, const http::Request& request) {
    return http::tagged(request, "{\"form\":" + service.form.json + "}");
  });
}

}  // namespace licensing
