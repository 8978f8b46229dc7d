/// A case rebuilt from its events alone.
#include "engine.h"
#include "kernel/feel/lookup.h"
#include "store.h"

namespace casework {
namespace {

/// The operation an event tells of, if it is one.
std::optional<Deed> deed_of(const storage::Event& event, const feel::Context& data) {
  const auto operation = parse_operation(text_in(data, "op"));
  if (!operation) return std::nullopt;
  Deed deed{operation.value(), event.at, event.actor, data};
  for (const char* key : {"by", "op", "events"}) deed.data.erase(key);
  return deed;
}

void note_incident(Replayed& state, const bpmn::IncidentRaised& raised, base::Instant at) {
  const auto& elements = bpmn::elements(*state.service->process);
  std::erase_if(state.incidents, [&](const Incident& one) { return one.key == raised.key; });
  state.incidents.push_back({.key = raised.key,
                             .element = raised.element < elements.size() ? elements[raised.element].id : "",
                             .code = raised.code,
                             .message = raised.message,
                             .raised_at = at});
}

}  // namespace

feel::Context opening_in(const feel::Context& data) {
  const feel::Value* opening = data.find("case");
  return opening && opening->kind() == feel::Kind::context ? opening->as_context() : feel::Context{};
}

void Engine::Onlooker::before(const Replayed&, const storage::Event&, const std::vector<bpmn::Event>&, std::size_t) {}
void Engine::Onlooker::after(const Replayed&, const storage::Event&, const feel::Context&, const Deed*) {}

base::Result<Replayed> Engine::replay(storage::Snapshot& snapshot, base::Id id, std::int64_t until) const {
  const auto stored = find_case(snapshot, system_scope(), id);
  if (!stored) return case_unknown();
  Onlooker nobody;
  return replay(snapshot, id, {.service = stored->head.service, .version = stored->first_version, .until = until},
                nobody);
}

base::Result<Replayed> Engine::replay(storage::Snapshot& snapshot, base::Id id, const Beginning& beginning,
                                      Onlooker& onlooker) const {
  Replayed state{.instance = {}, .marks = {}, .state = "submitted", .deeds = {}, .service = {}};
  TRY(state.service, pinned(snapshot, beginning.service, beginning.version));
  for (const storage::Event& event : storage::load_events(snapshot, {"case", id}, 0, events_max)) {
    if (event.sequence > beginning.until) break;
    TRY(const feel::Value data, feel::parse_json(event.data));
    if (data.kind() != feel::Kind::context) continue;
    const auto deed = deed_of(event, data.as_context());
    if (deed && deed->operation == Operation::reopen) {
      Onlooker nobody;
      Beginning again = beginning;
      again.until = number_in(deed->data, "restored");
      TRY(Replayed before, replay(snapshot, id, again, nobody));
      before.deeds = std::move(state.deeds);
      state = std::move(before);
    }
    if (const feel::Value* list = data.as_context().find("events")) {
      TRY(const auto events, bpmn::decode_events(feel::to_json(*list)));
      for (std::size_t index = 0; index < events.size(); ++index) {
        const bpmn::Event& one = events[index];
        onlooker.before(state, event, events, index);
        if (std::holds_alternative<bpmn::InstanceMigrated>(one) && deed) {
          TRY(state.service, pinned(snapshot, beginning.service, text_in(deed->data, "version")));
          const bpmn::Renaming renamed = renaming_in(deed->data);
          rename_marks(state.marks, renamed);
          for (const auto& [from, to] : renamed)
            for (Incident& incident : state.incidents)
              if (incident.element == from) incident.element = to;
        }
        bpmn::apply(*state.service->process, state.instance, one);
        pass(*state.service, one, event.at, {state.marks, state.state});
        if (const auto* timer = std::get_if<bpmn::TimerOpened>(&one))
          state.timers_opened.try_emplace(timer->key, event.at);
        if (const auto* closed = std::get_if<bpmn::WaitClosed>(&one)) state.timers_opened.erase(closed->key);
        if (const auto* raised = std::get_if<bpmn::IncidentRaised>(&one)) note_incident(state, *raised, event.at);
      }
    }
    if (deed) {
      if (const std::string named = text_in(deed->data, "state"); !named.empty()) {
        state.state = named;
        state.marks.push_back({named, event.at});
      }
      state.deeds.push_back(*deed);
    }
    onlooker.after(state, event, data.as_context(), deed ? &*deed : nullptr);
  }
  std::erase_if(state.incidents, [&](const Incident& one) { return !state.instance.incidents().find(one.key); });
  return state;
}

namespace {

class DecisionsSeen : public Engine::Onlooker {
 public:
  void before(const Replayed& state, const storage::Event& event, const std::vector<bpmn::Event>& step,
              std::size_t index) override {
    const auto* made = std::get_if<bpmn::DecisionMade>(&step[index]);
    if (!made) return;
    DecisionTaken one{.sequence = event.sequence,
                      .at = event.at,
                      .element = bpmn::elements(*state.service->process)[made->element].id,
                      .decision = made->decision,
                      .inputs = bpmn::visible_variables(*state.service->process, state.instance, made->key),
                      .outcome = {},
                      .basis = made->basis,
                      .explanation = {},
                      .model = state.service->decisions};
    if (const auto rows = feel::parse_json(made->explanation); rows && rows.value().kind() == feel::Kind::list)
      one.explanation = rows.value().as_list();
    // The kernel hands the result over right after telling of the decision, under its one name.
    if (index + 1 < step.size())
      if (const auto* set = std::get_if<bpmn::VariablesSet>(&step[index + 1]); set && set->variables.size() == 1)
        one.outcome = set->variables.entries().front().second;
    taken.push_back(std::move(one));
  }

  std::vector<DecisionTaken> taken;
};

}  // namespace

base::Result<std::vector<DecisionTaken>> Engine::decisions_taken(storage::Snapshot& snapshot,
                                                                 const access_control::Scope& scope,
                                                                 base::Id id) const {
  const auto stored = find_case(snapshot, scope, id);
  if (!stored) return case_unknown();
  DecisionsSeen seen;
  TRY(std::ignore, replay(snapshot, id, {.service = stored->head.service, .version = stored->first_version}, seen));
  return std::move(seen.taken);
}

}  // namespace casework
