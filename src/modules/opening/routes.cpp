/// The questions before any service is chosen, and what the answers lead to.
#include "http/api.h"
#include "modules/opening/opening.h"

namespace opening {
namespace {

struct OptionView {
  std::string value;
  base::Text label;
};
BOOST_DESCRIBE_STRUCT(OptionView, (), (value, label))

struct QuestionView {
  std::string id;
  base::Text label;
  base::Text hint;
  std::string kind;
  std::vector<OptionView> options;
};
BOOST_DESCRIBE_STRUCT(QuestionView, (), (id, label, hint, kind, options))

struct OpeningView {
  base::Text name;
  base::Text summary;
  std::vector<QuestionView> guide;
};
BOOST_DESCRIBE_STRUCT(OpeningView, (), (name, summary, guide))

struct OpeningBody {
  feel::Context answers;
  std::optional<calendar::Date> start;
};
BOOST_DESCRIBE_STRUCT(OpeningBody, (), (answers, start))

struct OpeningPlace {
  std::string path;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(OpeningPlace, (), (path, code, message))

struct CauseView {
  std::string rule;
  base::Text basis;
  bool to_be_confirmed = false;
};
BOOST_DESCRIBE_STRUCT(CauseView, (), (rule, basis, to_be_confirmed))

struct RequirementView {
  std::string id;
  base::Text name;
  bool held = false;
  std::vector<CauseView> causes;
};
BOOST_DESCRIBE_STRUCT(RequirementView, (), (id, name, held, causes))

struct OpeningDocument {
  std::string id;
  base::Text name;
  base::Text hint;
  bool deferrable = false;
  std::vector<base::Text> needed_by;
  std::vector<CauseView> causes;
};
BOOST_DESCRIBE_STRUCT(OpeningDocument, (), (id, name, hint, deferrable, needed_by, causes))

struct StepView {
  std::string id;
  std::string service;
  base::Text name;
  std::string place;
  calendar::Date from;
  calendar::Date to;
  bool critical = false;
  std::optional<base::Text> limit_text;
  std::optional<CauseView> limit;
  std::optional<CauseView> reason;
};
BOOST_DESCRIBE_STRUCT(StepView, (), (id, service, name, place, from, to, critical, limit_text, limit, reason))

struct ServiceLink {
  std::string id;
  base::Text name;
};
BOOST_DESCRIBE_STRUCT(ServiceLink, (), (id, name))

struct ItineraryView {
  std::vector<ServiceLink> services;
  std::vector<StepView> steps;
  std::vector<calendar::Date> visits;
  calendar::Date finish;
  calendar::Date finish_by_law;
  bool provisional = false;
  std::int64_t fee_fen = 0;
  std::vector<OpeningDocument> documents;
};
BOOST_DESCRIBE_STRUCT(ItineraryView, (),
                      (services, steps, visits, finish, finish_by_law, provisional, fee_fen, documents))

struct OpeningAnswer {
  std::vector<std::string> shown;
  bool complete = false;
  std::vector<OpeningPlace> places;
  std::vector<CauseView> barred;
  std::vector<RequirementView> requirements;
  std::optional<ItineraryView> soonest;
  std::optional<ItineraryView> fewest_visits;
  std::optional<base::Text> no_way;
  std::optional<base::Text> advice;  // as a service's guide has it: the first thing that stands in the way
};
BOOST_DESCRIBE_STRUCT(OpeningAnswer, (),
                      (shown, complete, places, barred, requirements, soonest, fewest_visits, no_way, advice))

CauseView view_of(const Cause& cause) {
  return {cause.rule, cause.basis, cause.to_be_confirmed};
}

std::vector<CauseView> views_of(const std::vector<Cause>& causes) {
  std::vector<CauseView> views;
  for (const Cause& cause : causes) views.push_back(view_of(cause));
  return views;
}

ItineraryView view_of(const Itinerary& itinerary, const catalogue::Catalogue& catalogue) {
  ItineraryView view{.services = {},
                     .steps = {},
                     .visits = itinerary.visits,
                     .finish = itinerary.finish,
                     .finish_by_law = itinerary.finish_by_law,
                     .provisional = itinerary.provisional,
                     .fee_fen = itinerary.fee_fen,
                     .documents = {}};
  for (const std::string& id : itinerary.services)
    if (const auto service = catalogue.service(id)) view.services.push_back({id, service.value()->name});
  for (const Step& step : itinerary.steps) {
    StepView shown{.id = step.stage->id,
                   .service = step.service,
                   .name = step.stage->name,
                   .place = step.stage->place,
                   .from = step.from,
                   .to = step.to,
                   .critical = step.critical,
                   .limit_text = step.limit_text,
                   .limit = {},
                   .reason = {}};
    if (step.limit) shown.limit = view_of(*step.limit);
    if (step.reason) shown.reason = view_of(*step.reason);
    view.steps.push_back(std::move(shown));
  }
  for (const Document& document : itinerary.documents)
    view.documents.push_back({document.material->id, document.material->name, document.material->hint,
                              document.material->deferrable, document.needed_by, views_of(document.causes)});
  return view;
}

OpeningAnswer view_of(const Answer& answer, const catalogue::Catalogue& catalogue) {
  OpeningAnswer view{.shown = answer.shown, .complete = answer.places.empty(), .places = {}, .barred = {}};
  for (const base::Place& place : answer.places) view.places.push_back({place.path, place.code, place.message});
  view.barred = views_of(answer.barred);
  if (!answer.barred.empty()) view.advice = answer.barred.front().basis;
  for (const Requirement& requirement : answer.requirements)
    view.requirements.push_back(
        {requirement.result->id, requirement.result->name, requirement.held, views_of(requirement.causes)});
  if (answer.soonest) view.soonest = view_of(*answer.soonest, catalogue);
  if (answer.fewest_visits) view.fewest_visits = view_of(*answer.fewest_visits, catalogue);
  view.no_way = answer.no_way;
  return view;
}

OpeningView view_of(const catalogue::Opening& opening) {
  OpeningView view{.name = opening.name, .summary = opening.summary, .guide = {}};
  for (const catalogue::GuideQuestion& question : opening.guide.guide) {
    QuestionView shown{.id = question.id, .label = question.label, .hint = question.hint, .kind = question.kind};
    for (const catalogue::Option& option : question.options) shown.options.push_back({option.value, option.label});
    view.guide.push_back(std::move(shown));
  }
  return view;
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

void mount(http::Router& router, std::shared_ptr<const catalogue::Catalogue> catalogue) {
  if (!catalogue->opening()) return;
  http::Operation questions = operation("GET", "/api/v1/opening", "find_opening",
                                        {"开店办照前的几个问题", "The questions before any service is chosen"});
  questions.answer_schema = http::schema_text<OpeningView>();
  router.add(std::move(questions), [catalogue](const http::Request& request) {
    return http::tagged(request, http::write(view_of(*catalogue->opening()), request.language));
  });
  http::Operation ask =
      operation("POST", "/api/v1/opening/guide", "ask_opening",
                {"要办哪些登记和许可、顺序、材料、最晚哪天办好、跑几次、依据哪条规定",
                 "Which registrations, in which order, by when, with what, and which rule demands it"});
  ask.body_schema = http::schema_text<OpeningBody>();
  ask.answer_schema = http::schema_text<OpeningAnswer>();
  ask.errors = {"opening.start_invalid", "opening.too_large", "calendar.year_unknown", "catalogue.rule_not_in_force"};
  router.add(std::move(ask), [catalogue](const http::Request& request) -> http::Reply {
    const auto body = http::read<OpeningBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto found = answer(*catalogue, body.value().answers, request.at, body.value().start);
    if (!found) return http::problem(found.error(), request);
    return {.body = http::write(view_of(found.value(), *catalogue), request.language)};
  });
}

}  // namespace opening
