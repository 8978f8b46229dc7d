#include <algorithm>
#include <array>

#include "catalogue/models.h"
#include "kernel/base/refusals.h"
#include "modules/decisions/decisions.h"
#include "store.h"

namespace decisions {
namespace {

base::Error model_unknown() {
  return base::not_found("decisions.model_unknown", {"没有这个决策模型", "There is no such decision model."});
}

base::Error version_unknown(std::string_view version) {
  const std::string text(version);
  return base::not_found("decisions.version_unknown",
                         {"这个模型没有版本“" + text + "”", "The model has no version \"" + text + "\"."});
}

std::optional<base::Instant> valid_from(const std::vector<casework::DeployedVersion>& versions,
                                        std::string_view version) {
  for (const casework::DeployedVersion& each : versions)
    if (each.version == version) return each.deployed_at;
  return std::nullopt;
}

Model model_of(storage::Snapshot& snapshot, const catalogue::Models& models) {
  return {.id = models.id,
          .name = models.name,
          .version = models.version,
          .valid_from = valid_from(casework::versions_of(snapshot, models.id), models.version),
          .text = models.files->find(models.decision_file)->second,
          .compiled = models.decisions};
}

/// How the decision is called in the model: by id and by name. Errors: `dmn.not_found`.
base::Result<dmn::Invocable> invocable_of(const dmn::Model& model, const std::string& decision) {
  const std::vector<dmn::Invocable> all = dmn::invocables(model);
  const auto found = std::find_if(all.begin(), all.end(), [&](const dmn::Invocable& each) {
    return each.kind == dmn::Invocable::Kind::decision && (each.id == decision || each.name == decision);
  });
  if (found != all.end()) return *found;
  const base::Text message{"模型中没有决策“" + decision + "”", "The model has no decision \"" + decision + "\"."};
  return base::Error{.kind = base::Refusal::not_found,
                     .code = "dmn.not_found",
                     .message = message,
                     .places = {{"/decision", "dmn.not_found", message}}};
}

/// Values on record have been through JSON: a date came back as a text.
bool is_same(const feel::Value& one, const feel::Value& other) {
  return one == other || feel::to_json(one) == feel::to_json(other);
}

/// What a decision of a past case would be by the changed model, when that is something else.
std::optional<Difference> difference(const catalogue::Catalogue& catalogue, const casework::DecisionTaken& taken,
                                     const Model& changed, const std::string& decision) {
  feel::World world = catalogue.world_at(taken.at);
  world.limits = limits_of_many;
  Difference made{.of_case = {}, .taken = taken, .before = {}, .now = {}, .changed = {}};
  const auto now = dmn::evaluate(*taken.model, taken.decision, taken.inputs, world);
  if (now) made.now = now.value();
  const auto after = dmn::evaluate(*changed.compiled, decision, taken.inputs, world);
  CHECK(after);  // the decision was found before
  made.changed = after.value();
  made.before = taken.outcome ? *taken.outcome : made.now.value;
  made.is_record_other = taken.outcome && !is_same(*taken.outcome, made.now.value);
  if (!made.changed.limit_passed && is_same(made.before, made.changed.value)) return std::nullopt;
  return made;
}

}  // namespace

std::vector<Model> models(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue) {
  std::vector<Model> all;
  for (const catalogue::Models& each : catalogue::models_in_force(catalogue))
    if (each.decisions) all.push_back(model_of(snapshot, each));
  return all;
}

base::Result<Model> find_model(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue, std::string_view id,
                               std::string_view version) {
  const auto found = catalogue::find_models(catalogue, id);
  if (!found || !found.value().decisions) return model_unknown();
  Model model = model_of(snapshot, found.value());
  if (version.empty() || version == model.version) return model;
  const auto files = casework::kept_files(snapshot, id, version);
  if (!files) return version_unknown(version);
  const auto text = files->find(found.value().decision_file);
  if (text == files->end()) return version_unknown(version);  // the service decided nothing then
  TRY(Model old, read_draft(model, text->second));
  old.version = std::string(version);
  old.valid_from = valid_from(casework::versions_of(snapshot, id), version);
  return old;
}

base::Result<Model> read_draft(const Model& instead_of, std::string text) {
  const std::array sources = {dmn::Source{.name = "/text", .xml = text}};
  TRY(auto compiled, dmn::compile(sources, {.dialect = feel::Dialect::camunda}));
  return Model{.id = instead_of.id,
               .name = instead_of.name,
               .version = {},
               .valid_from = {},
               .text = std::move(text),
               .compiled = std::move(compiled)};
}

base::Result<Replay> replay(storage::Snapshot& snapshot, const casework::Engine& engine,
                            const access_control::Scope& scope, const Model& changed, const ReplayQuery& query) {
  const catalogue::Catalogue& catalogue = engine.catalogue();
  if (!catalogue.services->find(changed.id))
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "decisions.no_cases",
                       .message = {"没有办件按这个模型作出决定", "No case is decided by this model."}};
  TRY(const dmn::Invocable decision, invocable_of(*changed.compiled, query.decision));
  Replay result;
  const std::vector<base::Id> cases = cases_of(snapshot, scope, changed.id, query);
  for (const base::Id id : cases) {
    ++result.cases_count;
    TRY(const casework::Case of_case, engine.load(snapshot, scope, id));
    const auto taken = engine.decisions_taken(snapshot, scope, id);
    if (!taken) {
      result.unread.push_back({of_case.head, taken.error()});
      continue;
    }
    for (const casework::DecisionTaken& each : taken.value()) {
      if (each.decision != decision.id && each.decision != decision.name) continue;
      ++result.decisions_count;
      if (auto found = difference(catalogue, each, changed, query.decision)) {
        found->of_case = of_case.head;
        result.differences.push_back(std::move(*found));
      }
    }
  }
  if (cases.size() == static_cast<std::size_t>(query.limit)) result.next = cases.back();
  return result;
}

}  // namespace decisions
