/// Messages from other systems: kept, delivered to the cases that await them, or expired.
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "refusals.h"
#include "store.h"

namespace exchange {
namespace {

constexpr int cases_max = 1000;  // that one message reaches
constexpr std::int64_t kept_after_end_us = 30 * 86'400 * base::us_per_second;

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
  TRY(std::ignore, check_variables(message.variables, nullptr));
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
  };
  const Found found = store.read_value([&](storage::Snapshot& snapshot) {
    Found all{.message = find_message(snapshot, id), .sender = {}, .waits = {}};
    if (!all.message || all.message->message.state != "kept") return all;
    all.sender = access_control::find_actor(snapshot, all.message->person);
    if (all.sender) all.waits = awaiting(snapshot, *all.message, cases_max);
    return all;
  });
  if (!found.message || found.message->message.state != "kept") return 0;
  const auto variables = feel::parse_json(found.message->variables);
  CHECK(variables && variables.value().kind() == feel::Kind::context);
  int reached = 0;
  for (const Awaiting& wait : found.waits) {
    const Moment moment{.now = now, .actor = *found.sender};
    // What a case's own steps are called is known only now.
    const auto of_case = store.read_value(
        [&](storage::Snapshot& snapshot) { return engine_.load(snapshot, moment.actor.scope, wait.of_case); });
    if (!of_case || of_case.value().conduct.suspended) continue;
    if (!check_variables(variables.value().as_context(), of_case.value().service->process.get())) continue;
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
    return Due{messages_awaited_now(snapshot, now, limit), messages_to_expire(snapshot, now, limit)};
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
