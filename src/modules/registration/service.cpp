#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/codes/permits.h"
#include "modules/evidence/evidence.h"
#include "modules/registration/intake.h"
#include "parts.h"
#include "store.h"

namespace registration {
namespace {

/// The names of the items that a writing changed; their values are sealed.
std::string names_of(const std::map<std::string, std::string>& items) {
  std::string names;
  for (const auto& [item, value] : items) names += (names.empty() ? "" : ",") + item;
  return names;
}

/// Writes one event to the stream and into the public log, and leaves history and current row to the caller.
Writing log(storage::Transaction& transaction, Entity& entity, std::string_view event,
            const std::map<std::string, std::string>& items, std::string_view reason, const Entry& entry) {
  Writing writing{.sequence = 0,
                  .as_of = entry.as_of,
                  .known_at = entry.now,
                  .event = std::string(event),
                  .reason = std::string(reason),
                  .items = items};
  const std::string type = type_of(event);
  entity.sequence =
      evidence::append(transaction, {"entity", entity.id}, entity.sequence,
                       {.type = type, .at = entry.now, .actor = entry.actor, .data = event_data(entity, writing)},
                       entity.division, open_fields(entity.credit_code, writing));
  writing.sequence = entity.sequence;
  return writing;
}

}  // namespace

base::Error name_is_taken(std::string_view name) {
  const std::string text(name);
  const base::Text message{"名称「" + text + "」已有登记,请换一个字号", "The name " + text + " is registered already."};
  return {.kind = base::Refusal::conflict,
          .code = "registration.name_taken",
          .message = message,
          .places = {{"/answers/proposed_name", "registration.name_taken", message}}};
}

base::Error not_open() {
  return {.kind = base::Refusal::rule_not_met,
          .code = "registration.not_open",
          .message = {"该市场主体已经注销", "This entity has been deregistered."}};
}

std::string type_of(std::string_view event) {
  return "registration." + std::string(event);
}

std::vector<evidence::Field> open_fields(const std::string& credit_code, const Writing& writing) {
  std::vector<evidence::Field> open = {
      {"as_of", calendar::to_text(writing.as_of)}, {"credit_code", credit_code}, {"items", names_of(writing.items)}};
  if (const auto status = writing.items.find("status"); status != writing.items.end())
    open.push_back({"status", status->second});
  return open;
}

void show(Entity& entity, const Facts& facts) {
  entity.name = facts.name;
  entity.status = facts.status;
  entity.township = facts.township;
  entity.address = facts.address;
  entity.operator_name = facts.operator_name;
  entity.industry = facts.industry;
}

void show_history(storage::Snapshot& snapshot, Entity& entity) {
  // The current row shows what holds from the newest day on, which a correction of the past need not change.
  show(entity, facts_as_of(history_of(snapshot, entity.id), forever, forever).value());
}

bool is_name_taken(storage::Snapshot& snapshot, const std::string& division, const std::string& name) {
  return name_taken(snapshot, division, base::tidy(name), {});
}

base::Result<Entity> establish(storage::Transaction& transaction, const NewEntity& request, const Entry& entry) {
  return establish_with_past(transaction, request, entry, {});
}

base::Result<Entity> establish_with_past(storage::Transaction& transaction, const NewEntity& request,
                                         const Entry& entry, const std::vector<PastWriting>& past, Indexing indexing) {
  Intake intake(indexing);
  TRY(std::ignore, intake.add(request, entry, past));
  TRY(const std::vector<Entity> entered, intake.enter(transaction));
  return entered.front();
}

base::Result<Entity> write(storage::Transaction& transaction, const access_control::Scope& scope, base::Id id,
                           std::string_view event, const std::map<std::string, std::string>& items,
                           std::string_view reason, const Entry& entry) {
  std::optional<Entity> entity = find_entity(transaction, scope, id);
  if (!entity)
    return base::not_found("registration.entity_unknown",
                           {"登记簿中没有这个市场主体", "There is no such entity in the register."});
  if (entity->status == "deregistered" && event != "corrected") return not_open();
  Facts checked;
  TRY(std::ignore, write_items(checked, items));
  if (const auto name = items.find("name");
      name != items.end() && name_taken(transaction, entity->division, name->second, id))
    return name_is_taken(name->second);
  const Entity before = *entity;
  const Writing writing = log(transaction, *entity, event, items, reason, entry);
  insert_writings(transaction, std::vector<WritingRow>{row_of(*entity, writing)});
  show_history(transaction, *entity);
  if (!update_entity(transaction, before, *entity, entry.as_of))
    return base::conflict("registration.held",
                          {"该市场主体所在的导入批次正在撤销,现在不能登记",
                           "This entity is being taken out again with its import; nothing can be written."});
  return *entity;
}

base::Result<void> hold(storage::Transaction& transaction, const std::vector<AsEntered>& entities) {
  constexpr std::size_t held_together = 64;
  constexpr std::size_t named_max = 20;
  std::vector<base::Place> places;
  for (std::size_t first = 0; first < entities.size() && places.size() < named_max; first += held_together)
    for (const AsEntered& changed : hold_entities(
             transaction, std::span(entities).subspan(first, std::min(held_together, entities.size() - first)))) {
      if (places.size() == named_max) break;
      const auto entity = find_entity(transaction, access_control::Scope::of_division(""), changed.entity);
      const std::string name = entity ? entity->name : base::to_text(changed.entity);
      places.push_back({"/entities/" + base::to_text(changed.entity),
                        "registration.changed_since",
                        {"“" + name + "”录入后又有登记,不能撤销", name + " has been written about since."}});
    }
  if (places.empty()) return {};
  const base::Text message = places.front().message;
  return base::Error{.kind = base::Refusal::rule_not_met,
                     .code = "registration.changed_since",
                     .message = message,
                     .places = std::move(places)};
}

base::Result<void> take_out(storage::Transaction& transaction, const access_control::Scope& scope, base::Id id,
                            std::int64_t sequence, std::string_view reason, const Entry& entry) {
  std::optional<Entity> entity = find_entity(transaction, scope, id);
  if (!entity)
    return base::not_found("registration.entity_unknown",
                           {"登记簿中没有这个市场主体", "There is no such entity in the register."});
  if (entity->sequence != sequence)
    return base::Error{
        .kind = base::Refusal::rule_not_met,
        .code = "registration.changed_since",
        .message = {"“" + entity->name + "”录入后又有登记,不能撤销", entity->name + " has been written about since."}};
  const Entity before = *entity;
  const Writing writing = log(transaction, *entity, "taken_out", {}, reason, entry);
  insert_history(transaction, std::vector<WritingRow>{row_of(before, writing)});
  delete_entity(transaction, before);
  return {};
}

base::Result<std::string> next_permit_number(storage::Transaction& transaction, int form, const std::string& division) {
  const std::int64_t number = transaction.next_number("food_permit/" + division + "/" + std::to_string(form));
  return codes::make_food_permit_number(
      {.form = static_cast<codes::FoodForm>(form), .division = division, .sequence = static_cast<int>(number)});
}

base::Result<std::string> next_filing_number(storage::Transaction& transaction, int kind, const std::string& division) {
  const std::int64_t number = transaction.next_number("food_filing/" + division + "/" + std::to_string(kind));
  return codes::make_filing_number(
      {.kind = static_cast<codes::FilingKind>(kind), .division = division, .sequence = static_cast<int>(number)});
}

}  // namespace registration
