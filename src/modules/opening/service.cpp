#include <algorithm>
#include <map>

#include "kernel/base/refusals.h"
#include "modules/opening/opening.h"

namespace opening {
namespace {

using catalogue::OpeningStage;

constexpr std::int64_t start_days_max = 366;

/// Which limit counts: what the bureau promises, or what the law allows.
enum class Measure { promised, legal };

/// Everything an answer is worked out from.
struct Work {
  const catalogue::Catalogue& catalogue;
  const catalogue::Opening& opening;
  const feel::Context& answers;
  feel::World world;
  calendar::Date start;
};

/// A way that fits the answers: its stages that happen, by their index in the catalogue.
struct Fit {
  const catalogue::OpeningWay* way = nullptr;
  const catalogue::Service* service = nullptr;
  feel::Context answers;  // those that the service's own guide asks for
  std::vector<const OpeningStage*> stages;
  std::vector<std::optional<Cause>> reasons;
};

std::size_t result_index(const catalogue::Opening& opening, const std::string& id) {
  return static_cast<std::size_t>(opening.find_result(id) - opening.results.data());
}

bool holds(const feel::Expression& condition, const Work& work) {
  return feel::evaluate(condition, work.answers, work.world).value.is_true();
}

/// Chinese and English of a row: two annotations, or one with both around " · ".
base::Text reason_text(const std::vector<std::string>& annotations) {
  if (annotations.size() >= 2) return {annotations[0], annotations[1]};
  if (annotations.empty()) return {};
  const std::size_t cut = annotations[0].find(" · ");
  if (cut == std::string::npos) return {annotations[0], annotations[0]};
  return {annotations[0].substr(0, cut), annotations[0].substr(cut + std::string(" · ").size())};
}

bool to_be_confirmed(const base::Text& basis) {
  return basis.zh.find("待确认") != std::string::npos;
}

/// The rows of a collecting decision: what each says, with its reason.
base::Result<std::vector<std::pair<std::string, Cause>>> rows_of(const Work& work, const std::string& decision) {
  const feel::Context inputs{{"answers", feel::Value(work.answers)}, {"day", feel::Value(work.start)}};
  TRY(const dmn::Outcome outcome, dmn::evaluate(*work.opening.requirements, decision, inputs, work.world));
  std::vector<std::pair<std::string, Cause>> rows;
  if (outcome.value.kind() != feel::Kind::list) return rows;
  const auto& values = outcome.value.as_list();
  for (std::size_t row = 0; row < values.size() && row < outcome.matches.size(); ++row) {
    const base::Text basis = reason_text(outcome.matches[row].row->annotations);
    rows.emplace_back(values[row].as_string(), Cause{"opening/" + decision + "#" + outcome.matches[row].row->rule_id,
                                                     basis, to_be_confirmed(basis)});
  }
  return rows;
}

base::Result<std::vector<Requirement>> requirements_of(const Work& work) {
  TRY(const auto rows, rows_of(work, "required"));
  const feel::Value* held = work.answers.find("licence_held");
  const bool has_licence = held && held->kind() == feel::Kind::string && held->as_string() == "yes";
  std::vector<Requirement> requirements;
  for (const auto& result : work.opening.results) {
    Requirement requirement{.result = &result, .held = has_licence && result.id == "business_licence", .causes = {}};
    for (const auto& [id, cause] : rows)
      if (id == result.id) requirement.causes.push_back(cause);
    if (!requirement.causes.empty()) requirements.push_back(std::move(requirement));
  }
  return requirements;
}

/// The answers that a service's own guide would be given.
feel::Context answers_for(const catalogue::OpeningWay& way, const catalogue::Service& service, const Work& work) {
  feel::Context own;
  for (const catalogue::GuideQuestion& question : service.guide)
    if (const feel::Value* value = work.answers.find(question.id)) own.put(question.id, *value);
  for (const catalogue::NamedExpression& named : way.guide)
    own.put(named.name, feel::evaluate(named.value, work.answers, work.world).value);
  return own;
}

/// Nothing when the service does not suit the answers.
base::Result<std::optional<Fit>> fit_of(const catalogue::OpeningWay& way, const Work& work) {
  if (way.when && !holds(*way.when, work)) return std::optional<Fit>();
  TRY(const auto service, work.catalogue.service(way.service));
  Fit fit{
      .way = &way, .service = service.get(), .answers = answers_for(way, *service, work), .stages = {}, .reasons = {}};
  const feel::Context facts = catalogue::facts_of(fit.answers, {});
  for (const catalogue::GuideStop& stop : service->guide_stops)
    if (feel::evaluate(stop.when, facts, work.world).value.is_true()) return std::optional<Fit>();
  for (const OpeningStage& stage : way.stages) {
    if (stage.when && !holds(*stage.when, work)) continue;
    std::optional<Cause> reason;
    if (!stage.decision.empty() && service->decisions) {
      const feel::Context inputs{{"answers", feel::Value(work.answers)}, {"guide", feel::Value(fit.answers)}};
      TRY(const dmn::Outcome outcome, dmn::evaluate(*service->decisions, stage.decision, inputs, work.world));
      if (!outcome.value.is_true()) continue;
      if (!outcome.matches.empty()) {
        const base::Text basis = reason_text(outcome.matches.back().row->annotations);
        reason = Cause{service->id + "/" + stage.decision + "#" + outcome.matches.back().row->rule_id, basis,
                       to_be_confirmed(basis)};
      }
    }
    fit.stages.push_back(&stage);
    fit.reasons.push_back(std::move(reason));
  }
  return std::optional<Fit>(std::move(fit));
}

/// The rule that limits a stage; a promise that was not given leaves the law's limit.
base::Result<std::optional<catalogue::Rule>> limit_of(const OpeningStage& stage, Measure measure, const Work& work) {
  std::string id = stage.legal_rule;
  if (measure == Measure::promised && !stage.promised_rule.empty()) id = stage.promised_rule;
  if (id.empty() && measure == Measure::legal) id = stage.promised_rule;
  if (id.empty()) return std::optional<catalogue::Rule>();
  TRY(catalogue::Rule rule, work.catalogue.rules.on(id, work.start));
  return std::optional(std::move(rule));
}

/// Stages that are left out hand what they wait for on to those that wait for them.
std::vector<std::size_t> waits_for(const Fit& fit, const OpeningStage& stage) {
  std::vector<std::size_t> waits;
  for (const std::string& id : stage.after) {
    const auto there =
        std::find_if(fit.stages.begin(), fit.stages.end(), [&](const auto* each) { return each->id == id; });
    if (there != fit.stages.end()) {
      waits.push_back(static_cast<std::size_t>(there - fit.stages.begin()));
      continue;
    }
    for (const OpeningStage& left_out : fit.way->stages)
      if (left_out.id == id)
        for (const std::size_t each : waits_for(fit, left_out)) waits.push_back(each);
  }
  return waits;
}

base::Result<Way> way_of(const Fit& fit, Measure measure, const Work& work) {
  Way way;
  for (const OpeningStage* stage : fit.stages) {
    Stage made{.after = waits_for(fit, *stage),
               .place = stage->place == "visit"      ? Place::visit
                        : stage->place == "anywhere" ? Place::anywhere
                                                     : Place::office};
    for (const std::string& id : stage->needs) made.needs.push_back(result_index(work.opening, id));
    for (const std::string& id : stage->makes) made.makes.push_back(result_index(work.opening, id));
    TRY(const auto limit, limit_of(*stage, measure, work));
    if (limit) made.span = limit->value;
    way.stages.push_back(std::move(made));
  }
  for (const catalogue::Registration& registration : fit.service->registrations)
    if (!registration.when || feel::evaluate(*registration.when, fit.answers, work.world).value.is_true()) {
      TRY(const catalogue::Fee fee, catalogue::fee_of(registration, work.catalogue.rules, work.start));
      way.fee_fen += fee.value;
    }
  return way;
}

base::Result<Problem> problem_of(const std::vector<Fit>& fits, const std::vector<Requirement>& requirements,
                                 Measure measure, const Work& work) {
  Problem problem{.results = work.opening.results.size(), .wanted = {}, .held = {}, .ways = {}, .start = work.start};
  for (const Requirement& requirement : requirements) {
    const std::size_t index = result_index(work.opening, requirement.result->id);
    (requirement.held ? problem.held : problem.wanted).push_back(index);
  }
  for (const Fit& fit : fits) {
    TRY(Way way, way_of(fit, measure, work));
    problem.ways.push_back(std::move(way));
  }
  return problem;
}

Cause cause_of(const catalogue::Rule& rule) {
  return {rule.id + "@" + calendar::to_text(rule.valid_from), rule.basis, rule.confidence != 'V'};
}

std::vector<Document> documents_of(const Route& route, const std::vector<Fit>& fits, const Work& work) {
  std::vector<Document> documents;
  for (const std::size_t way : route.ways) {
    const Fit& fit = fits[way];
    for (const catalogue::Material* material : catalogue::materials_needed(*fit.service, fit.answers, {}, work.world)) {
      auto found = std::find_if(documents.begin(), documents.end(),
                                [&](const Document& each) { return each.material->id == material->id; });
      if (found == documents.end()) found = documents.insert(documents.end(), Document{.material = material});
      found->services.push_back(fit.service->id);
      found->causes.push_back(
          {fit.service->id + "/materials/" + material->id, material->basis, to_be_confirmed(material->basis)});
      for (const std::string& id : material->needed_by)
        if (const auto* registration = fit.service->find_registration(id))
          if (std::none_of(found->needed_by.begin(), found->needed_by.end(),
                           [&](const base::Text& each) { return each.zh == registration->name.zh; }))
            found->needed_by.push_back(registration->name);
    }
  }
  return documents;
}

/// The route of the same ways when every legal limit is used up.
base::Result<calendar::Date> finish_by_law(const Route& route, const std::vector<Fit>& fits,
                                           const std::vector<Requirement>& requirements, const Work& work) {
  std::vector<Fit> chosen;
  for (const std::size_t way : route.ways) chosen.push_back(fits[way]);
  TRY(const Problem problem, problem_of(chosen, requirements, Measure::legal, work));
  TRY(const Solution solution, solve(problem, work.catalogue.calendar));
  return solution.soonest.finish;
}

base::Result<Itinerary> itinerary_of(const Route& route, const std::vector<Fit>& fits,
                                     const std::vector<Requirement>& requirements, const Work& work) {
  Itinerary itinerary{.services = {},
                      .steps = {},
                      .visits = route.visits,
                      .finish = route.finish,
                      .finish_by_law = {},
                      .provisional = work.catalogue.calendar.is_provisional(route.finish),
                      .fee_fen = route.fee_fen,
                      .documents = documents_of(route, fits, work)};
  for (const std::size_t way : route.ways) itinerary.services.push_back(fits[way].service->id);
  for (const Timed& timed : route.stages) {
    const Fit& fit = fits[timed.way];
    Step step{.stage = fit.stages[timed.stage],
              .service = fit.service->id,
              .from = timed.from,
              .to = timed.to,
              .critical = timed.critical,
              .limit = {},
              .limit_text = {},
              .reason = fit.reasons[timed.stage]};
    TRY(const auto limit, limit_of(*step.stage, Measure::promised, work));
    if (limit) {
      step.limit = cause_of(*limit);
      step.limit_text = calendar::to_text(limit->value);
    }
    itinerary.steps.push_back(std::move(step));
  }
  TRY(itinerary.finish_by_law, finish_by_law(route, fits, requirements, work));
  return itinerary;
}

base::Error start_invalid() {
  const base::Text message{"开始日期应从今天起一年以内", "The first day must be today or within a year from now."};
  return base::invalid_at("/start", "opening.start_invalid", message);
}

base::Result<void> add_itineraries(Answer& answer, const Work& work) {
  std::vector<Fit> fits;
  for (const catalogue::OpeningWay& way : work.opening.ways) {
    TRY(std::optional<Fit> fit, fit_of(way, work));
    if (fit) fits.push_back(std::move(*fit));
  }
  TRY(const Problem problem, problem_of(fits, answer.requirements, Measure::promised, work));
  const auto solution = solve(problem, work.catalogue.calendar);
  if (!solution && solution.error().code == "opening.no_way") {
    answer.no_way = solution.error().message;
    return {};
  }
  if (!solution) return solution.error();
  TRY(answer.soonest, itinerary_of(solution->soonest, fits, answer.requirements, work));
  if (solution->fewest.visits.size() < solution->soonest.visits.size()) {
    TRY(answer.fewest_visits, itinerary_of(solution->fewest, fits, answer.requirements, work));
  }
  return {};
}

}  // namespace

base::Result<Answer> answer(const catalogue::Catalogue& catalogue, const feel::Context& answers, base::Instant now,
                            std::optional<calendar::Date> start) {
  CHECK(catalogue.opening());
  const calendar::Date today = calendar::local_date(now);
  if (start && (*start < today || start->days - today.days > start_days_max)) return start_invalid();
  const Work work{.catalogue = catalogue,
                  .opening = *catalogue.opening(),
                  .answers = answers,
                  .world = catalogue.world_at(now),
                  .start = start.value_or(today)};
  Answer answer;
  for (const auto* question : catalogue::questions_shown(work.opening.guide, answers, work.world))
    answer.shown.push_back(question->id);
  if (const auto complete = catalogue::plan(work.opening.guide, answers, work.world); !complete) {
    answer.places = complete.error().places;
    return answer;
  }
  TRY(const auto barred, rows_of(work, "barred"));
  for (const auto& [id, cause] : barred) answer.barred.push_back(cause);
  TRY(answer.requirements, requirements_of(work));
  if (!answer.barred.empty()) return answer;
  TRY(std::ignore, add_itineraries(answer, work));
  return answer;
}

}  // namespace opening
