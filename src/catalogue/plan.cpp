#include <algorithm>

#include "catalogue/catalogue.h"
#include "kernel/base/unicode.h"

namespace catalogue {

namespace {

bool holds(const feel::Expression& condition, const feel::Context& facts, const feel::World& world) {
  return feel::evaluate(condition, facts, world).value.is_true();
}

bool is_blank(const feel::Value* answer) {
  if (!answer || answer->is_null()) return true;
  if (answer->kind() == feel::Kind::string) return base::tidy(answer->as_string()).empty();
  return answer->kind() == feel::Kind::list && answer->as_list().empty();
}

bool offers(const GuideQuestion& question, const feel::Value& answer) {
  return answer.kind() == feel::Kind::string &&
         std::any_of(question.options.begin(), question.options.end(),
                     [&](const Option& option) { return option.value == answer.as_string(); });
}

/// Whether the answer is one that the question can have.
bool fits(const GuideQuestion& question, const feel::Value& answer) {
  if (question.kind == "yes_no") return answer.kind() == feel::Kind::boolean;
  if (question.kind == "number") return answer.kind() == feel::Kind::number && !answer.as_number().is_negative();
  if (question.kind == "choice") return offers(question, answer);
  return answer.kind() == feel::Kind::list &&
         std::all_of(answer.as_list().begin(), answer.as_list().end(),
                     [&](const feel::Value& item) { return offers(question, item); });
}

std::vector<base::Place> guide_faults(const Service& service, const feel::Context& answers, const feel::World& world) {
  std::vector<base::Place> places;
  for (const GuideQuestion* question : questions_shown(service, answers, world)) {
    const feel::Value* answer = answers.find(question->id);
    if (is_blank(answer))
      places.push_back({.path = "/" + question->id,
                        .code = "catalogue.guide_unanswered",
                        .message = {"请回答：" + question->label.zh, "Please answer: " + question->label.en}});
    else if (!fits(*question, *answer))
      places.push_back({.path = "/" + question->id,
                        .code = "catalogue.guide_not_offered",
                        .message = {"回答不在可选范围内，请重新选择：" + question->label.zh,
                                    "The answer is not one of those offered; choose again: " + question->label.en}});
  }
  if (service.subject && is_blank(answers.find(subject_key)))
    places.insert(places.begin(),
                  {.path = "/" + std::string(subject_key),
                   .code = "catalogue.guide_unanswered",
                   .message = {"请回答：" + service.subject->label.zh, "Please answer: " + service.subject->label.en}});
  for (const auto& [id, value] : answers.entries())
    if (!(service.subject && id == subject_key) &&
        std::none_of(service.guide.begin(), service.guide.end(), [&](const auto& known) { return known.id == id; }))
      places.push_back({.path = "/" + id,
                        .code = "catalogue.guide_not_offered",
                        .message = {"没有“" + id + "”这个问题", "There is no question “" + id + "”"}});
  return places;
}

bool is_planned(const Material& material, const std::vector<const Registration*>& registrations) {
  return std::any_of(registrations.begin(), registrations.end(), [&](const Registration* registration) {
    return std::find(material.needed_by.begin(), material.needed_by.end(), registration->id) !=
           material.needed_by.end();
  });
}

std::vector<const Registration*> registrations_for(const Service& service, const feel::Context& facts,
                                                   const feel::World& world) {
  std::vector<const Registration*> planned;
  for (const Registration& registration : service.registrations)
    if (!registration.when || holds(*registration.when, facts, world)) planned.push_back(&registration);
  return planned;
}

}  // namespace

std::vector<const GuideQuestion*> questions_shown(const Service& service, const feel::Context& answers,
                                                  const feel::World& world) {
  std::vector<const GuideQuestion*> shown;
  const feel::Context facts = facts_of(answers, {});
  for (const GuideQuestion& question : service.guide)
    if (!question.shown_when || holds(*question.shown_when, facts, world)) shown.push_back(&question);
  return shown;
}

std::optional<base::Text> not_admitted(const Service& service, const feel::Context& guide, const feel::World& world) {
  const feel::Context facts = facts_of(guide, {});
  for (const Admission& admission : service.admissions)
    if (!holds(admission.require, facts, world)) return admission.message;
  return std::nullopt;
}

base::Result<Plan> plan(const Service& service, const feel::Context& guide_answers, const feel::World& world) {
  Plan plan;
  const feel::Context facts = facts_of(guide_answers, {});
  for (const GuideStop& stop : service.guide_stops) {
    if (!holds(stop.when, facts, world)) continue;
    plan.advice = stop.advice;
    return plan;
  }
  if (std::vector<base::Place> places = guide_faults(service, guide_answers, world); !places.empty())
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "catalogue.guide_incomplete",
                       .message = {"请先答完这几个问题", "Please answer these questions first"},
                       .places = std::move(places)};
  plan.registrations = registrations_for(service, facts, world);
  plan.materials = materials_needed(service, guide_answers, {}, world);
  return plan;
}

base::Result<Fee> fee_of(const Registration& registration, const Rules& rules, calendar::Date day) {
  if (!registration.fee.empty()) return rules.fee_on(registration.fee, day);
  return Fee{.id = {}, .valid_from = {}, .valid_to = {}, .value = registration.fee_fen_kept, .basis = {}, .source = {}};
}

std::vector<const Material*> materials_needed(const Service& service, const feel::Context& guide_answers,
                                              const feel::Context& answers, const feel::World& world) {
  std::vector<const Material*> needed;
  const feel::Context facts = facts_of(guide_answers, answers);
  const std::vector<const Registration*> planned = registrations_for(service, facts_of(guide_answers, {}), world);
  for (const Material& material : service.materials)
    if (is_planned(material, planned) && (!material.required_when || holds(*material.required_when, facts, world)))
      needed.push_back(&material);
  return needed;
}

feel::Context initial_answers(const Service& service, const feel::Context& guide_answers) {
  feel::Context answers;
  for (const auto& [id, value] : guide_answers.entries())
    if (service.form.find(id)) answers.put(id, value);
  return answers;
}

}  // namespace catalogue
