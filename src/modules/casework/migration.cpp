/// Cases that go on with another version of their service: previewed, moved, moved back.
#include <algorithm>

#include "engine.h"
#include "kernel/base/refusals.h"
#include "kernel/feel/lookup.h"
#include "store.h"

namespace casework {

bpmn::Renaming renaming_in(const feel::Context& data) {
  bpmn::Renaming renamed;
  const feel::Value* value = data.find("renamed");
  if (!value || value->kind() != feel::Kind::context) return renamed;
  for (const auto& [from, to] : value->as_context().entries())
    if (to.kind() == feel::Kind::string) renamed.emplace(from, to.as_string());
  return renamed;
}

void rename_marks(std::vector<Mark>& marks, const bpmn::Renaming& renamed) {
  for (Mark& mark : marks)
    if (const auto found = renamed.find(mark.element); found != renamed.end()) mark.element = found->second;
}

namespace {

/// Every element named exists where it is looked for, and none is named twice.
base::Result<void> check_renaming(const feel::Context& data, const bpmn::Definition& from, const bpmn::Definition& to) {
  const feel::Value* value = data.find("renamed");
  if (!value || value->is_null()) return base::done();
  const auto invalid = [](const std::string& name) {
    return base::invalid_at(
        "/renamed/" + name, "casework.renaming_invalid",
        {"“" + name + "”在两个版本中找不到对应的环节,或者对应了两次",
         "“" + name + "” does not name an element of this version and one of the other, each once."});
  };
  if (value->kind() != feel::Kind::context) return invalid("");
  std::vector<std::string> targets;
  for (const auto& [name, target] : value->as_context().entries()) {
    if (target.kind() != feel::Kind::string || bpmn::find_element(from, name) == bpmn::no_element ||
        bpmn::find_element(to, target.as_string()) == bpmn::no_element)
      return invalid(name);
    if (std::find(targets.begin(), targets.end(), target.as_string()) != targets.end()) return invalid(name);
    targets.push_back(target.as_string());
  }
  return base::done();
}

/// What a task left under its old name stands under its new one too: the drawing's expressions ask for that.
feel::Context renamed_results(const Case& of_case, const bpmn::Renaming& renamed) {
  feel::Context results;
  const feel::Context& variables = of_case.instance.variables();
  for (const auto& [from, to] : renamed)
    if (const feel::Value* result = variables.find(from); result && !variables.find(to)) results.put(to, *result);
  return results;
}

}  // namespace

base::Result<std::shared_ptr<const catalogue::Service>> Engine::version_to_go_to(storage::Snapshot& snapshot,
                                                                                 const CaseHead& head,
                                                                                 const std::string& version) const {
  if (version == head.service_version)
    return base::conflict("casework.version_same",
                          {"办件已经按照这个版本办理", "The case runs on this version already."});
  if (version.empty() || !find_deployed(snapshot, head.service, version))
    return base::invalid_at("/version", "casework.version_unknown",
                            {"这项服务没有这个版本", "The service has no such version."});
  return pinned(snapshot, head.service, version);
}

base::Result<std::vector<bpmn::Event>> Engine::migrate(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                       const Moment& moment) const {
  const std::string version = text_in(deed.data, "version");
  TRY(const auto target, version_to_go_to(transaction, of_case.head, version));
  TRY(std::ignore, check_renaming(deed.data, *of_case.service->process, *target->process));
  const bpmn::Renaming renamed = renaming_in(deed.data);
  const auto decisions = decisions_of(*target);
  const bpmn::World world{.feel = catalogue_->world_at(moment.now), .decisions = decisions.get()};
  const std::vector<OpenTimer> timers = timers_of(transaction, of_case.head.id);
  TRY(auto moved, bpmn::migrate(*of_case.service->process, *target->process, of_case.instance, renamed, world));
  deed.data.put("from_version", of_case.head.service_version);

  std::vector<bpmn::Event> all;
  for (bpmn::Event& event : moved) {
    if (std::holds_alternative<bpmn::InstanceMigrated>(event)) {
      of_case.service = target;
      of_case.head.service_version = version;
      rename_marks(of_case.marks, renamed);
    }
    take(of_case, std::move(event), moment, all);
  }
  for (const auto& [from, to] : renamed) rename_element(transaction, of_case.head.id, from, to);
  TRY(std::ignore, work_off(transaction, of_case, moment, all));
  const auto add = [&](const bpmn::Command& command) -> base::Result<void> {
    if (of_case.instance.ended()) return base::done();
    TRY(auto events, run(transaction, of_case, command, moment));
    all.insert(all.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
    return base::done();
  };
  if (feel::Context results = renamed_results(of_case, renamed); !results.empty()) {
    TRY(std::ignore, add(bpmn::SetVariables{.scope = bpmn::process_key, .variables = std::move(results)}));
  }
  // A timer counts from when it was opened, by what the new version says.
  for (const OpenTimer& timer : timers) {
    const bpmn::Wait* wait = of_case.instance.waits().find(timer.key);
    if (!wait || wait->kind != bpmn::WaitKind::timer) continue;
    TRY(std::ignore, add(bpmn::ReplanTimer{.key = timer.key, .opened_at = timer.opened_at}));
  }
  for (const bpmn::Wait& wait : of_case.instance.waits())
    if (outside_ && is_outside(wait.kind) && !renamed.empty())
      outside_->opened(transaction, of_case.head, element_at(of_case, wait.element), wait, moment.now);
  return all;
}

base::Result<MigrationPreview> Engine::preview_migration(storage::Snapshot& snapshot, base::Id id,
                                                         const std::string& wanted, const feel::Context& renamed,
                                                         const Moment& moment) const {
  TRY(const Case of_case, load(snapshot, moment.actor.scope, id));
  if (of_case.head.ended_at)
    return base::conflict("casework.ended",
                          {"办件已经办结,不能再作这项操作", "The case has ended; this can not be done any more."});
  std::string version = wanted;
  if (version.empty()) {
    TRY(const auto current, catalogue_->service(of_case.head.service));
    version = current->version;
  }
  TRY(const auto target, version_to_go_to(snapshot, of_case.head, version));
  const bpmn::Definition& from = *of_case.service->process;
  const bpmn::Definition& to = *target->process;
  const feel::Context data{{"renamed", feel::Value(renamed)}};
  TRY(std::ignore, check_renaming(data, from, to));
  const bpmn::Renaming renaming = renaming_in(data);
  const bpmn::MigrationPlan plan = bpmn::plan_migration(from, to, of_case.instance, renaming);
  MigrationPreview preview{.from_version = of_case.head.service_version,
                           .to_version = version,
                           .steps = {},
                           .closed = {},
                           .opened = {},
                           .obstacles = plan.obstacles};
  const auto described = [&](bpmn::ElementIndex old, bpmn::ElementIndex next) {
    MigrationPreview::Step step;
    if (old != bpmn::no_element) step.element = bpmn::elements(from)[old].id;
    if (old != bpmn::no_element) step.name = name_of(bpmn::elements(from)[old]);
    if (next != bpmn::no_element) step.to_element = bpmn::elements(to)[next].id;
    if (next != bpmn::no_element) step.to_name = name_of(bpmn::elements(to)[next]);
    return step;
  };
  for (const auto& step : plan.steps) preview.steps.push_back(described(step.from, step.to));
  for (const bpmn::ElementIndex closed : plan.closed) preview.closed.push_back(described(closed, bpmn::no_element));
  if (!preview.obstacles.empty()) return preview;
  const auto decisions = decisions_of(*target);
  const bpmn::World world{.feel = catalogue_->world_at(moment.now), .decisions = decisions.get()};
  const auto moved = bpmn::migrate(from, to, of_case.instance, renaming, world);
  if (!moved) {
    preview.obstacles = moved.error().places;
    return preview;
  }
  for (const bpmn::Event& event : moved.value()) {
    if (const auto* timer = std::get_if<bpmn::TimerOpened>(&event))
      preview.opened.push_back(described(bpmn::no_element, timer->element));
    if (const auto* message = std::get_if<bpmn::MessageOpened>(&event))
      preview.opened.push_back(described(bpmn::no_element, message->element));
  }
  return preview;
}

}  // namespace casework
