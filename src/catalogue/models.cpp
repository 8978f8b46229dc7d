#include "catalogue/models.h"

#include <algorithm>

#include "rules.h"
#include "service.h"

namespace catalogue {
namespace {

constexpr std::string_view opening_id = "opening";
constexpr std::string_view rules_id = "rules";
const base::Text rules_name{"办理时限和收费", "Time limits and fees"};

Models of(std::shared_ptr<const Service> service) {
  const Service& one = *service;
  return {one.id,       one.name, one.version, &one.files, std::move(service), one.decisions ? "decision.dmn" : "",
          one.decisions};
}
Models of(const Opening& opening) {
  return {std::string(opening_id),        opening.name,        opening.version, &opening.files, nullptr,
          std::string(requirements_file), opening.requirements};
}
Models of(const RuleSet& rules) {
  return {std::string(rules_id),   rules_name, rules.version, &rules.files, nullptr,
          std::string(rules_file), rules.model};
}

base::Result<Models> found(const Services::Map& services, const Opening* opening, const RuleSet* rules,
                           const Catalogue& catalogue, std::string_view id) {
  if (id == opening_id && opening) return of(*opening);
  if (id == rules_id) return of(*rules);
  const auto service = services.find(id);
  if (service == services.end()) return catalogue.service(id).error();
  return of(service->second);
}

/// Faults name files as the folder's owner knows them: without the folder.
base::Error refused(Faults& faults, const std::string& id) {
  std::vector<base::Place> places = faults.take();
  for (base::Place& place : places)
    if (place.path.starts_with(id + "/")) place.path.erase(0, id.size() + 1);
  return {.kind = base::Refusal::invalid,
          .code = "catalogue.invalid",
          .message = {"修改稿有误，请按所列位置改正", "The draft is at fault; mend the places listed."},
          .places = std::move(places)};
}

void check_against(const Catalogue& catalogue, const Rules& rules, const Service& service, Faults& faults) {
  check_service(service, {rules, catalogue.certificates, catalogue.documents, catalogue.wishes}, faults);
}

base::Result<ChangedModels> changed_rules(const Catalogue& catalogue, const Files& files) {
  Faults faults;
  auto read = std::make_shared<const RuleSet>(read_rules(files, faults));
  const Rules rules(*read);
  // Services name limits, and so do certificates, the opening guide, statistics and the program itself.
  std::vector<std::string> gone;
  for (const Rule& rule : catalogue.rules.all())
    if (!rules.has(rule.id) && std::find(gone.begin(), gone.end(), rule.id) == gone.end()) gone.push_back(rule.id);
  // The applications made so far have paid by the fee of their day.
  for (const Fee& fee : catalogue.rules.sets().now()->fees)
    if (!rules.fee_on(fee.id, fee.valid_from))
      faults.add(std::string(rules_id) + "/" + std::string(rules_file), "catalogue.fee_gone",
                 {"收费“" + fee.id + "”须有" + calendar::to_text(fee.valid_from) + "起适用的金额",
                  "The fee “" + fee.id + "” needs its amount from " + calendar::to_text(fee.valid_from) + " on"});
  for (const std::string& id : gone)
    faults.add(std::string(rules_id) + "/" + std::string(rules_file), "catalogue.rule_gone",
               {"时限“" + id + "”正在使用，不能整项删去；不再适用的，写明截止日期",
                "The limit “" + id + "” is in use and must stay; if it no longer applies, give it a last day"});
  if (faults.empty())
    for (const auto& [id, service] : catalogue.services->now()) check_against(catalogue, rules, *service, faults);
  if (!faults.empty()) return refused(faults, std::string(rules_id));
  return ChangedModels{read->version, read};
}

base::Result<ChangedModels> changed_opening(const Catalogue& catalogue, const Files& files) {
  Faults faults;
  auto read = read_opening(files, catalogue, faults);
  if (!faults.empty()) return refused(faults, std::string(opening_id));
  CHECK(read);  // the folder has one, and a file is never taken out of it
  return ChangedModels{read->version, read};
}

base::Result<ChangedModels> changed_service(const Catalogue& catalogue, const std::string& id, const Files& files) {
  Faults faults;
  auto service = std::make_shared<const Service>(read_service(id, files, faults));
  check_against(catalogue, catalogue.rules, *service, faults);
  check_indexes(*service, catalogue.services->now(), faults);
  if (const Opening* opening = catalogue.opening()) check_opening(*opening, *service, faults);
  if (!faults.empty()) return refused(faults, id);
  return ChangedModels{service->version, service};
}

}  // namespace

std::vector<Models> models_in_force(const Catalogue& catalogue) {
  std::vector<Models> all;
  for (const auto& [id, service] : catalogue.services->now()) all.push_back(of(service));
  if (const Opening* opening = catalogue.opening()) all.push_back(of(*opening));
  all.push_back(of(*catalogue.rules.sets().now()));
  return all;
}

base::Result<Models> find_models(const Catalogue& catalogue, std::string_view id) {
  return found(catalogue.services->now(), catalogue.opening(), catalogue.rules.sets().now(), catalogue, id);
}

base::Result<Models> delivered_models(const Catalogue& catalogue, std::string_view id) {
  return found(catalogue.services->delivered(), catalogue.openings->delivered(), catalogue.rules.sets().delivered(),
               catalogue, id);
}

base::Result<ChangedModels> read_changed(const Catalogue& catalogue, const std::string& id, const Files& files) {
  TRY(std::ignore, delivered_models(catalogue, id));
  if (id == rules_id) return changed_rules(catalogue, files);
  if (id == opening_id) return changed_opening(catalogue, files);
  return changed_service(catalogue, id, files);
}

void put(const Catalogue& catalogue, const ChangedModels& changed) {
  if (const auto* service = std::get_if<std::shared_ptr<const Service>>(&changed.read))
    catalogue.services->put(*service);
  if (const auto* opening = std::get_if<std::shared_ptr<const Opening>>(&changed.read))
    catalogue.openings->put(*opening);
  if (const auto* rules = std::get_if<std::shared_ptr<const RuleSet>>(&changed.read)) catalogue.rules.put(*rules);
}

}  // namespace catalogue
