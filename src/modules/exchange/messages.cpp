/// Messages from other systems: kept, delivered to the cases that await them, starting cases, refused, or expired.
#include <algorithm>
#include <atomic>
#include <map>

#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "refusals.h"
#include "store.h"

namespace exchange {
namespace {

constexpr int cases_max = 1000;  // that one message reaches
constexpr std::int64_t kept_after_end_us = 30 * 86'400 * base::us_per_second;
constexpr std::size_t places_max = 5;  // named in a refusal

/// A service whose process begins with a message.
struct Beginning {
  std::shared_ptr<const catalogue::Service> service;
  std::string element;  // the start event
};

/// By the name of the message, which may be an expression.
using Beginnings = std::map<std::string, std::vector<Beginning>>;
Beginnings beginnings_in(const catalogue::Catalogue& catalogue, base::Instant now) {
  Beginnings found;
  for (const auto& [id, service] : catalogue.services->now()) {
    const std::vector<bpmn::Element>& elements = bpmn::elements(*service->process);
    const bool may_begin = std::any_of(elements.begin(), elements.end(), [](const bpmn::Element& element) {
      return element.type == bpmn::ElementType::start_event && element.scope == bpmn::no_element &&
             element.trigger == bpmn::Trigger::message;
    });
    if (!may_begin) continue;
    const auto triggers = bpmn::start_triggers(*service->process, {.feel = catalogue.world_at(now)});
    if (!triggers) continue;
    for (const bpmn::StartTrigger& trigger : triggers.value()) {
      if (trigger.trigger != bpmn::Trigger::message) continue;
      std::vector<Beginning>& same = found[trigger.message];
      const bool has_service = !same.empty() && same.back().service == service;
      if (!has_service) same.push_back({service, elements.at(trigger.element).id});  // one case of a service
    }
  }
  return found;
}
std::vector<Beginning> beginnings_of(const catalogue::Catalogue& catalogue, const std::string& name,
                                     base::Instant now) {
  Beginnings all = beginnings_in(catalogue, now);
  const auto found = all.find(name);
  return found == all.end() ? std::vector<Beginning>() : std::move(found->second);
}

/// The reason with the places at fault, since its reader has no form before the eyes.
Refused refused_for(const base::Error& error, const std::string& case_number) {
  Refused refused{.case_number = case_number, .code = error.code, .reason = error.message};
  for (std::size_t at = 0; at < std::min(places_max, error.places.size()); ++at) {
    const base::Place& place = error.places[at];
    if (place.message.zh == error.message.zh) continue;
    refused.reason.zh += ";" + place.path + ":" + place.message.zh;
    refused.reason.en += "; " + place.path + ": " + place.message.en;
  }
  return refused;
}

base::Id next_case_id(base::Instant now) {
  static std::atomic<std::uint32_t> counter = 0x5EED;
  return base::make_id(now, counter.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B1u);
}

feel::Context filed(const feel::Context& variables, std::string_view name) {
  const feel::Value* value = variables.find(name);
  return value && value->kind() == feel::Kind::context ? value->as_context() : feel::Context{};
}

/// A case as an application would open it, filed by the other system.
base::Result<casework::CaseHead> start_case(storage::Transaction& transaction, const casework::Engine& engine,
                                            const Beginning& beginning, const StoredMessage& stored,
                                            const feel::Context& sent, const Moment& moment) {
  const catalogue::Service& service = *beginning.service;
  const catalogue::Catalogue& catalogue = engine.catalogue();
  const feel::World world = catalogue.world_at(moment.now);
  TRY(std::ignore, check_starting_variables(sent, service.process.get()));
  const feel::Context guide = filed(sent, "guide");
  if (service.subject || guide.find(catalogue::subject_key))  // only the register may say who that is
    return base::conflict("exchange.subject_unknown",
                          {"这项服务须先在登记簿查明办理对象,不能由消息启动",
                           "This service is about somebody in the register, who must be looked up there first; no "
                           "message starts it."});
  if (const auto reason = catalogue::not_admitted(service, guide, world))
    return base::Error{.kind = base::Refusal::rule_not_met, .code = "exchange.not_admitted", .message = *reason};
  TRY(const catalogue::Plan plan, catalogue::plan(service, guide, world));
  if (plan.advice)
    return base::Error{.kind = base::Refusal::rule_not_met, .code = "exchange.not_suitable", .message = *plan.advice};
  TRY(feel::Context answers, catalogue::check_answers(service.form, guide, filed(sent, "answers"),
                                                      catalogue::Completeness::full, "/variables/answers", world));
  feel::List registrations;
  for (const catalogue::Registration* registration : plan.registrations) registrations.emplace_back(registration->id);
  const base::Id id = next_case_id(moment.now);
  const std::string& own = stored.division;
  const std::string division = own.size() == catalogue.bureau.division.size() ? own : catalogue.bureau.division;
  const std::string number = casework::next_case_number(transaction, division, moment.today());
  feel::Context variables = sent;
  variables.put("case_id", base::to_text(id));
  variables.put("case_number", number);
  variables.put("received_on", feel::Value(moment.today()));
  variables.put("guide", feel::Value(guide));
  variables.put("answers", feel::Value(std::move(answers)));
  variables.put("registrations", feel::Value(std::move(registrations)));
  variables.put("corrections_asked", feel::Value(0));
  const std::string& key = stored.message.correlation;
  return engine.open(transaction,
                     {.id = id,
                      .division = division,
                      .office = catalogue.bureau.window,
                      .number = number,
                      .service = beginning.service,
                      .applicant = stored.person,
                      .title = key.empty() ? service.name.zh : service.name.zh + "(" + key + ")",
                      .variables = std::move(variables),
                      .start_event = beginning.element,
                      .by = "message"},
                     moment);
}

/// All cases that the message begins, or none. Returns how many.
int start_cases(storage::Store& store, const casework::Engine& engine, const std::vector<Beginning>& beginnings,
                const StoredMessage& stored, const feel::Context& sent, const Moment& moment) {
  bool is_mine = false;
  const auto done = store.write_result([&](storage::Transaction& transaction) -> base::Result<int> {
    is_mine = claim_message(transaction, stored.message.id);
    if (!is_mine) return 0;
    int count = 0;
    for (const Beginning& beginning : beginnings) {
      TRY(const casework::CaseHead head, start_case(transaction, engine, beginning, stored, sent, moment));
      insert_delivery(transaction, stored, head, moment.now);
      ++count;
    }
    return count;
  });
  if (done) return done.value();
  store.write([&](storage::Transaction& transaction) {
    save_refusal(transaction, stored, {}, refused_for(done.error(), {}), moment.now);
    return true;
  });
  return 0;
}

}  // namespace

base::Result<Message> load_message(storage::Snapshot& snapshot, base::Id sender, base::Id id) {
  const auto stored = find_message(snapshot, id);
  if (!stored || stored->person != sender)
    return base::not_found("exchange.message_unknown", {"没有这条消息", "There is no such message."});
  return stored->message;
}

base::Result<Message> Exchange::keep(storage::Transaction& transaction, const NewMessage& sent,
                                     const Moment& moment) const {
  NewMessage message = sent;
  TRY(message.name,
      name_in("/name", sent.name, {"exchange.message_name_missing", "请写明消息名称", "Please name the message"}));
  TRY(message.correlation,
      name_in("/correlation", sent.correlation,
              {"exchange.correlation_too_long", "关联键过长", "The correlation key is too long", true}));
  TRY(message.sender_id,
      name_in("/id", sent.sender_id,
              {"exchange.sender_id_too_long", "消息编号过长", "The message's id is too long", true}));
  TRY(std::ignore, check_number("/keep_seconds", "exchange.keep_seconds", message.keep_seconds, {0, keep_seconds_max}));
  TRY(std::ignore, check_granted(transaction, moment, "message", message.name));
  const bool begins = !beginnings_of(engine_.catalogue(), message.name, moment.now).empty();
  TRY(std::ignore,
      begins ? check_starting_variables(message.variables, nullptr) : check_variables(message.variables, nullptr));
  const StoredMessage stored{.message = {.id = message.id,
                                         .name = message.name,
                                         .correlation = message.correlation,
                                         .sender_id = message.sender_id,
                                         .state = "kept",
                                         .sent_at = moment.now,
                                         .expires_at = moment.now.plus_us(message.keep_seconds * base::us_per_second),
                                         .case_numbers = {}},
                             .division = moment.actor.scope.division,
                             .person = moment.actor.person,
                             .variables = feel::to_json(feel::Value(message.variables))};
  if (insert_message(transaction, stored)) return stored.message;
  const auto same = find_same_message(transaction, moment.actor.person, message);
  CHECK(same);
  return load_message(transaction, moment.actor.person, *same);
}

int Exchange::deliver(storage::Store& store, base::Id id, base::Instant now) const {
  struct Found {
    std::optional<StoredMessage> message;
    std::optional<access_control::Actor> sender;
    std::vector<Awaiting> waits;
    bool start_refused = false;
  };
  const Found found = store.read_value([&](storage::Snapshot& snapshot) {
    Found all{.message = find_message(snapshot, id), .sender = {}, .waits = {}, .start_refused = false};
    if (!all.message || all.message->message.state != "kept") return all;
    all.sender = access_control::find_actor(snapshot, all.message->person);
    if (all.sender) all.waits = awaiting(snapshot, *all.message, cases_max);
    all.start_refused = is_start_refused(snapshot, id);
    return all;
  });
  if (!found.message || found.message->message.state != "kept") return 0;
  const auto variables = feel::parse_json(found.message->variables);
  CHECK(variables && variables.value().kind() == feel::Kind::context);
  int reached = 0;
  if (found.sender && !found.start_refused) {
    const auto beginnings = beginnings_of(engine_.catalogue(), found.message->message.name, now);
    if (!beginnings.empty())
      reached += start_cases(store, engine_, beginnings, *found.message, variables.value().as_context(),
                             {.now = now, .actor = *found.sender});
  }
  for (const Awaiting& wait : found.waits) {
    const Moment moment{.now = now, .actor = *found.sender};
    // What a case's own steps are called is known only now.
    const auto of_case = store.read_value(
        [&](storage::Snapshot& snapshot) { return engine_.load(snapshot, moment.actor.scope, wait.of_case); });
    if (!of_case || of_case.value().conduct.suspended) continue;
    if (const auto fit = check_variables(variables.value().as_context(), of_case.value().service->process.get());
        !fit) {
      store.write([&](storage::Transaction& transaction) {
        const Refused refused = refused_for(fit.error(), of_case.value().head.number);
        save_refusal(transaction, *found.message, wait.of_case, refused, now);
        return true;
      });
      continue;
    }
    const Message& message = found.message->message;
    const auto done = engine_.advance_alone(
        store, wait.of_case,
        {.command =
             bpmn::CorrelateMessage{
                 .name = message.name, .correlation = message.correlation, .variables = variables.value().as_context()},
         .by = "message",
         .element = message.name},
        moment, [&](storage::Transaction& transaction) {
          if (!is_awaited(transaction, wait) || !mark_delivered(transaction, *found.message, wait.of_case, now))
            return false;
          name_delivery(transaction, message.id, of_case.value().head);
          return true;
        });
    reached += done.has_value();
  }
  store.write([&](storage::Transaction& transaction) {
    if (reached > 0) empty_message(transaction, id);
    refuse_message(transaction, *found.message);
    expire_message(transaction, id, now);
    return true;
  });
  return reached;
}

int Exchange::work(storage::Store& store, base::Instant now, int limit) const {
  struct Due {
    std::vector<base::Id> awaited, over;
  };
  const Due due = store.read_value([&](storage::Snapshot& snapshot) {
    Due found{messages_awaited_now(snapshot, now, limit), messages_to_expire(snapshot, now, limit)};
    for (const auto& [name, beginnings] : beginnings_in(engine_.catalogue(), now)) {
      const std::vector<base::Id> starting = messages_to_start(snapshot, name, now, limit);
      found.awaited.insert(found.awaited.end(), starting.begin(), starting.end());
    }
    return found;
  });
  int moved = 0;
  for (const base::Id id : due.awaited) moved += deliver(store, id, now) > 0;
  if (due.over.empty()) return moved;
  store.write([&](storage::Transaction& transaction) {
    for (const base::Id id : due.over) expire_message(transaction, id, now);
    delete_messages(transaction, now.plus_us(-kept_after_end_us));
    return true;
  });
  return moved + static_cast<int>(due.over.size());
}

}  // namespace exchange
