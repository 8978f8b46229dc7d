/// What cases wait for, as rows that lists look at; what comes from outside; steps that can not go on.
#include <algorithm>

#include "engine.h"
#include "kernel/base/refusals.h"
#include "kernel/feel/lookup.h"
#include "modules/access/access.h"
#include "store.h"

namespace casework {

bool is_outside(bpmn::WaitKind kind) {
  return kind == bpmn::WaitKind::job || kind == bpmn::WaitKind::message;
}

const bpmn::Element& element_at(const Case& of_case, bpmn::ElementIndex index) {
  return bpmn::elements(*of_case.service->process).at(index);
}

base::Text name_of_living(const Case& of_case, bpmn::Key key) {
  const auto* living = of_case.instance.living().find(key);
  if (!living || living->element == bpmn::no_element) return of_case.service->name;
  return name_of(element_at(of_case, living->element));
}

void Engine::save_waits(storage::Transaction& transaction, const Case& of_case, const std::vector<bpmn::Event>& events,
                        const Step& step, const Moment& moment) const {
  const base::Id id = of_case.head.id;
  const std::vector<bpmn::Element>& elements = bpmn::elements(*of_case.service->process);
  const auto tell_opened = [&](bpmn::Key key) {
    const bpmn::Wait* wait = of_case.instance.waits().find(key);
    if (outside_ && wait && is_outside(wait->kind))
      outside_->opened(transaction, of_case.head, elements.at(wait->element), *wait, moment.now);
  };
  auto closed = of_case.closed.begin();
  for (const bpmn::Event& event : events) {
    if (const auto* timer = std::get_if<bpmn::TimerOpened>(&event)) {
      save_timer(transaction, of_case, timer->key, timer->due, moment.now);
    } else if (const auto* job = std::get_if<bpmn::JobOpened>(&event)) {
      tell_opened(job->key);
    } else if (const auto* message = std::get_if<bpmn::MessageOpened>(&event)) {
      tell_opened(message->key);
    } else if (const auto* over = std::get_if<bpmn::WaitClosed>(&event)) {
      CHECK(closed != of_case.closed.end());
      if (closed->kind == bpmn::WaitKind::task)
        close_task(transaction, id, over->key, moment.now, step.key == over->key ? moment.actor.person : base::Id{});
      else if (closed->kind == bpmn::WaitKind::timer)
        drop_timer(transaction, id, over->key);
      else if (outside_ && is_outside(closed->kind) && !closed->is_new)
        outside_->closed(transaction, id, over->key, closed->kind);
      ++closed;
    } else if (const auto* raised = std::get_if<bpmn::IncidentRaised>(&event)) {
      const bool is_process = raised->element >= elements.size();
      insert_incident(transaction, of_case.head,
                      {.key = raised->key,
                       .element = is_process ? std::string() : elements[raised->element].id,
                       .code = raised->code,
                       .message = raised->message,
                       .raised_at = moment.now});
    } else if (const auto* resolved = std::get_if<bpmn::IncidentResolved>(&event)) {
      delete_incident(transaction, id, resolved->key);
    }
  }
  for (const bpmn::Key gone : of_case.failures_gone) delete_incident(transaction, id, gone);
}

base::Result<CaseHead> Engine::advance(storage::Transaction& transaction, base::Id id, const Advance& step,
                                       const Moment& moment) const {
  TRY(Case of_case, load(transaction, moment.actor.scope, id));
  if (of_case.conduct.suspended)
    return base::conflict("casework.suspended",
                          {"办件已中止,请先恢复办理", "The case is suspended; it must be resumed first."});
  TRY(auto events, run(transaction, of_case, step.command, moment));
  return finish(transaction, of_case, std::move(events),
                {.by = step.by, .element = step.element, .key = step.key, .reason = step.reason}, moment);
}

base::Result<CaseHead> Engine::advance_alone(storage::Store& store, base::Id id, const Advance& step,
                                             const Moment& moment,
                                             const std::function<bool(storage::Transaction&)>& first) const {
  // A worker may have written before it refused, so its job is failed in a new transaction.
  std::vector<RefusedJob> refused;
  for (;;) {
    std::vector<RefusedJob> seen;
    auto done = store.write_result([&](storage::Transaction& transaction) -> base::Result<CaseHead> {
      seen = refused;
      if (!first(transaction))
        return base::conflict("bpmn.nothing_waits", {"该事项已办结或已撤销，不再等待办理",
                                                     "nothing waits here any more: it was done or withdrawn"});
      TRY(Case of_case, load(transaction, moment.actor.scope, id));
      of_case.refused = refused;
      auto events = run(transaction, of_case, step.command, moment);
      seen = of_case.refused;
      if (!events) return events.error();
      return finish(transaction, of_case, std::move(events).value(),
                    {.by = step.by, .element = step.element, .key = step.key, .reason = step.reason}, moment);
    });
    if (done || seen.size() == refused.size()) return done;
    refused = std::move(seen);
  }
}

namespace {

/// The nearest scope, from `key` outward, that has the variable; the process when none has.
bpmn::Key scope_of(const bpmn::Instance& instance, bpmn::Key key, const std::string& name) {
  for (const auto* at = instance.living().find(key); at; at = instance.living().find(at->scope))
    if (instance.variables(at->key).find(name)) return at->key;
  return bpmn::process_key;
}

}  // namespace

base::Result<std::vector<bpmn::Event>> Engine::retry(storage::Transaction& transaction, Case& of_case, Deed& deed,
                                                     const Moment& moment) const {
  const auto key = static_cast<bpmn::Key>(number_in(deed.data, "task"));
  const bpmn::Incident* incident = of_case.instance.incidents().find(key);
  if (!incident)
    return base::invalid_at("/task", "casework.incident_unknown",
                            {"这个环节没有出错,或者已经重试", "This step has not failed, or was tried again already."});
  const auto* living = of_case.instance.living().find(key);
  if (living->element != bpmn::no_element) deed.data.put("element", element_at(of_case, living->element).id);
  deed.data.put("code", incident->code);
  const feel::Value* sent = deed.data.find("variables");
  std::vector<bpmn::Event> events;
  if (sent && sent->kind() == feel::Kind::context && !sent->as_context().empty()) {
    const auto permissions = access_control::permissions_of(moment.actor.roles);
    if (std::find(permissions.begin(), permissions.end(), "case.correct") == permissions.end())
      return base::Error{.kind = base::Refusal::forbidden,
                         .code = "casework.operation_not_yours",
                         .message = {"您的岗位不能更正办件的数据", "Your role may not correct the data of a case."}};
    feel::List changes;
    const feel::Context wanted = sent->as_context();  // `sent` goes with the deed's data
    for (const auto& [name, value] : wanted.entries()) {
      if (name == "answers")
        return base::invalid_at(
            "/variables/answers", "casework.variable_reserved",
            {"申请人填报的内容请用“更正”操作修改", "What the applicant filed is changed by the operation “correct”."});
      const bpmn::Key scope = scope_of(of_case.instance, key, name);
      const feel::Value* was = of_case.instance.variables(scope).find(name);
      changes.emplace_back(feel::Context{{"key", name}, {"before", was ? *was : feel::Value()}, {"after", value}});
      TRY(auto set,
          run(transaction, of_case, bpmn::SetVariables{.scope = scope, .variables = {{name, value}}}, moment));
      events.insert(events.end(), std::make_move_iterator(set.begin()), std::make_move_iterator(set.end()));
    }
    deed.data.erase("variables");
    deed.data.put("changes", feel::Value(std::move(changes)));
  }
  // A corrected variable may have made a condition true that ended the step.
  if (of_case.instance.incidents().find(key)) {
    TRY(auto resolved, run(transaction, of_case, bpmn::ResolveIncident{.key = key}, moment));
    events.insert(events.end(), std::make_move_iterator(resolved.begin()), std::make_move_iterator(resolved.end()));
  }
  return events;
}

}  // namespace casework
