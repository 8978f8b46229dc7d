/// What the register and the hosts of clusters have against an application, told before it is examined.
#include "obstacles.h"

#include <algorithm>

#include "certificates.h"
#include "modules/naming/naming.h"
#include "modules/park/park.h"
#include "parts.h"

namespace licensing {

feel::Context facts_of(const Application& application) {
  feel::Context facts;
  facts.put("guide", feel::Value(application.guide));
  facts.put("answers", feel::Value(application.answers));
  facts.put(catalogue::subject_key, feel::Value(context_in(application.guide, catalogue::subject_key)));
  return facts;
}

namespace {

std::string text_of(const feel::Expression* expression, const feel::Context& facts, const feel::World& world) {
  if (!expression) return {};
  const feel::Value value = feel::evaluate(*expression, facts, world).value;
  return value.is_null() ? std::string() : feel::to_text(value);
}

/// "answers.proposed_name" is filled in at "/answers/proposed_name".
std::string place_of(const feel::Expression& expression) {
  std::string place = "/" + expression.text();
  std::replace(place.begin(), place.end(), '.', '/');
  return place;
}

}  // namespace

std::optional<NameAsked> name_asked(const catalogue::Registration& registration, const feel::Context& facts,
                                    const feel::World& world) {
  const feel::Expression* item = registration.find_item("name");
  if (!item) return std::nullopt;
  const bool is_new = registration.effect == catalogue::Effect::establish;
  const feel::Context subject = context_in(facts, catalogue::subject_key);
  return NameAsked{.place = place_of(*item),
                   .kind = is_new ? text_of(registration.find_item("kind"), facts, world) : text_in(subject, "kind"),
                   .renaming = is_new ? std::string() : text_in(subject, "credit_code")};
}

namespace {

base::Result<std::vector<base::Place>> against_name(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                                    const catalogue::Registration& registration,
                                                    const Application& application, const feel::World& world) {
  const feel::Context facts = facts_of(application);
  const auto asked = name_asked(registration, facts, world);
  if (!asked) return std::vector<base::Place>{};
  const std::string name = text_of(registration.find_item("name"), facts, world);
  const bool keeps_its_name =
      !asked->renaming.empty() && name == text_in(context_in(facts, catalogue::subject_key), "name");
  if (name.empty() || keeps_its_name) return std::vector<base::Place>{};
  const std::string& path = asked->place;
  if (registration::is_name_taken(snapshot, application.division, name))
    return std::vector<base::Place>{
        {path,
         "registration.name_taken",
         {"名称「" + name + "」已有登记,请换一个字号", "The name " + name + " is registered already."}}};
  const naming::Asking asking{application.applicant, calendar::local_date(world.now), asked->renaming};
  if (naming::is_reserved_for_another(snapshot, application.division, name, asking))
    return std::vector<base::Place>{
        {path,
         "naming.reserved",
         {"名称「" + name + "」已由他人申报保留,请换一个字号", "The name " + name + " is reserved by another."}}};
  const auto checked = naming::check(snapshot, catalogue, {name, asked->kind, application.division}, asking);
  // Until names were declared by the applicants themselves (1 March 2021) each was approved before anything was filed.
  if (!checked && checked.error().code == "catalogue.rule_not_in_force") return std::vector<base::Place>{};
  if (!checked) return checked.error();
  return naming::blocking_places(checked.value(), path);
}

}  // namespace

std::optional<Custody> custody_of(const catalogue::Registration& registration, const feel::Context& facts,
                                  const feel::World& world) {
  if (registration.custody.empty()) return std::nullopt;
  std::map<std::string, std::string> terms;
  for (const catalogue::NamedExpression& term : registration.custody)
    terms[term.name] = text_of(&term.value, facts, world);
  return Custody{.host = base::parse_id(terms["host"]).value_or(base::Id{}),
                 .valid_from = calendar::parse_date(terms["valid_from"]),
                 .valid_to = calendar::parse_date(terms["valid_to"]),
                 .contact = terms["contact"]};
}

std::vector<std::string> other_permits(const std::vector<const catalogue::Registration*>& registrations,
                                       const catalogue::Registration& own) {
  std::vector<std::string> permits;
  for (const catalogue::Registration* each : registrations)
    if (each->id != own.id) permits.push_back(each->certificate);
  return permits;
}

base::Result<void> check_cluster(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                 const std::string& division, base::Id host_entity, const park::Wish& wish) {
  const auto host = park::find_host_by_entity(snapshot, division, host_entity);
  TRY(std::ignore, park::may_admit(snapshot, catalogue, division, host ? host->id : base::Id{}, wish));
  return {};
}

namespace {

/// Where the applicant can mend what `park` has said.
std::vector<base::Place> places_of(const base::Error& error, const catalogue::Registration& registration) {
  std::vector<base::Place> places;
  for (const base::Place& place : error.places) {
    const feel::Expression* industry = registration.find_item("industry");
    const auto valid_to = std::find_if(registration.custody.begin(), registration.custody.end(),
                                       [](const catalogue::NamedExpression& term) { return term.name == "valid_to"; });
    std::string path = "/guide/" + std::string(catalogue::subject_key);
    if (place.path == "/industry" && industry) path = place_of(*industry);
    if (place.path == "/valid_to" && valid_to != registration.custody.end()) path = place_of(valid_to->value);
    places.push_back({std::move(path), place.code, place.message});
  }
  if (places.empty()) places.push_back({"/guide/" + std::string(catalogue::subject_key), error.code, error.message});
  return places;
}

void add(std::vector<base::Place>& to, std::vector<base::Place> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

}  // namespace

base::Result<std::vector<base::Place>> Licensing::obstacles(storage::Snapshot& snapshot,
                                                            const catalogue::Service& service,
                                                            const Application& application, base::Instant now) const {
  const catalogue::Catalogue& catalogue = engine_.catalogue();
  const feel::World world = catalogue.world_at(now);
  TRY(const catalogue::Plan plan, catalogue::plan(service, application.guide, world));
  const feel::Context facts = facts_of(application);
  std::vector<base::Place> places;
  for (const catalogue::Registration* registration : plan.registrations) {
    TRY(auto found, against_name(snapshot, catalogue, *registration, application, world));
    add(places, std::move(found));
    const auto custody = custody_of(*registration, facts, world);
    if (!custody) continue;
    const auto admitted = check_cluster(snapshot, catalogue, application.division, custody->host,
                                        {.industry = text_of(registration->find_item("industry"), facts, world),
                                         .permits = other_permits(plan.registrations, *registration)});
    if (!admitted) add(places, places_of(admitted.error(), *registration));
    // Days that are missing are told by the form.
    if (custody->valid_from && custody->valid_to)
      if (const auto days = park::check_contract(*custody->valid_from, *custody->valid_to); !days)
        add(places, places_of(days.error(), *registration));
  }
  return places;
}

base::Result<void> Licensing::enter_cluster(storage::Transaction& transaction, const casework::JobContext& job,
                                            const catalogue::Registration& registration,
                                            const Carrying& carrying) const {
  const auto custody = custody_of(registration, carrying.data, engine_.catalogue().world_at(job.moment.now));
  if (!custody) return {};
  const std::string& division = job.of_case.head.division;
  const auto host = park::find_host_by_entity(transaction, division, custody->host);
  std::vector<const catalogue::Registration*> granted;
  for (const catalogue::Registration& each : job.of_case.service->registrations)
    if (outcome_of(job.of_case.instance.variables(), each.id) == "granted") granted.push_back(&each);
  casework::Moment moment = job.moment;
  moment.actor.scope = access_control::Scope::of_division(division);
  TRY(std::ignore, park::admit(transaction, engine_.catalogue(),
                               {.id = new_id(moment.now),
                                .division = {},
                                .office = {},
                                .host = host ? host->id : base::Id{},
                                .entity = carrying.entity->id,
                                .name = {},
                                .credit_code = {},
                                .industry = {},
                                .contact = custody->contact,
                                .valid_from = custody->valid_from.value_or(moment.today()),
                                .valid_to = custody->valid_to.value_or(calendar::Date{}),
                                .ended_on = {},
                                .reason = {}},
                               other_permits(granted, registration), moment));
  return {};
}

}  // namespace licensing
