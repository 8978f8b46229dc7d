#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/codes/entities.h"
#include "kernel/codes/permits.h"
#include "modules/evidence/evidence.h"
#include "store.h"

namespace registration {
namespace {

/// The block of organisation codes this register counts in; a real authority is allotted its own.
/// Source: [GB11714].
constexpr std::string_view code_block = "4TYA01";

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

codes::CreditCategory category_of(std::string_view kind) {
  if (kind == "individual_business") return codes::CreditCategory::individual;
  if (kind == "cooperative") return codes::CreditCategory::cooperative;
  return codes::CreditCategory::enterprise;
}

/// The names of the items that a writing changed; their values are sealed.
std::string names_of(const std::map<std::string, std::string>& items) {
  std::string names;
  for (const auto& [item, value] : items) names += (names.empty() ? "" : ",") + item;
  return names;
}

/// Writes one event to the stream and into the public log, and leaves history and current row to the caller. What
/// everybody may know of an entity is open there: its code, its status, which items changed.
/// Source: [RMR-35] the register is published.
Writing log(storage::Transaction& transaction, Entity& entity, std::string_view event,
            const std::map<std::string, std::string>& items, std::string_view reason, const Entry& entry) {
  std::vector<evidence::Field> open = {
      {"as_of", calendar::to_text(entry.as_of)}, {"credit_code", entity.credit_code}, {"items", names_of(items)}};
  if (const auto status = items.find("status"); status != items.end()) open.push_back({"status", status->second});
  const std::string type = "registration." + std::string(event);
  Writing writing{.sequence = 0,
                  .as_of = entry.as_of,
                  .known_at = entry.now,
                  .event = std::string(event),
                  .reason = std::string(reason),
                  .items = items};
  entity.sequence =
      evidence::append(transaction, {"entity", entity.id}, entity.sequence,
                       {.type = type, .at = entry.now, .actor = entry.actor, .data = event_data(entity, writing)},
                       entity.division, std::move(open));
  writing.sequence = entity.sequence;
  return writing;
}

/// The code it has, or the next one that nobody has: a register taken over may hold codes of our block.
base::Result<std::string> code_for(storage::Transaction& transaction, const NewEntity& request) {
  if (!request.credit_code.empty()) {
    if (!find_by_code(transaction, request.credit_code)) return request.credit_code;
    return base::conflict("registration.code_taken",
                          {"统一社会信用代码" + request.credit_code + "已在登记簿中",
                           "The credit code " + request.credit_code + " is in the register already."});
  }
  TRY(const std::int64_t block, codes::credit_sequence_of(code_block));
  for (;;) {
    const std::int64_t number = transaction.next_number("credit_code/" + request.division);
    TRY(std::string code,
        codes::make_credit_code(
            {.category = category_of(request.kind), .division = request.division, .sequence = block + number - 1}));
    if (!find_by_code(transaction, code)) return code;
  }
}

constexpr calendar::Date forever{3'000'000};

/// What holds in the end when these writings follow the first facts.
base::Result<Facts> facts_after(const Facts& first, const Entry& entry, const std::vector<PastWriting>& past) {
  std::vector<Writing> writings = {{.sequence = 1,
                                    .as_of = entry.as_of,
                                    .known_at = entry.now,
                                    .event = "established",
                                    .reason = {},
                                    .items = items_of(first)}};
  std::string status = first.status;
  for (const PastWriting& writing : past) {
    if (status == "deregistered" && writing.event != "corrected") return not_open();
    Facts checked;
    TRY(std::ignore, write_items(checked, writing.items));
    if (const auto item = writing.items.find("status"); item != writing.items.end()) status = item->second;
    writings.push_back({.sequence = static_cast<std::int64_t>(writings.size()) + 1,
                        .as_of = writing.as_of,
                        .known_at = writing.known_at,
                        .event = writing.event,
                        .reason = writing.reason,
                        .items = writing.items});
  }
  return facts_as_of(writings, forever, forever).value();
}

/// The entity's row shows what its lists and searches need of the facts.
void show(Entity& entity, const Facts& facts) {
  entity.name = facts.name;
  entity.status = facts.status;
  entity.township = facts.township;
  entity.address = facts.address;
  entity.operator_name = facts.operator_name;
  entity.industry = facts.industry;
}

}  // namespace

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
  if (!is_kind(request.kind))
    return base::Error{
        .kind = base::Refusal::invalid,
        .code = "registration.kind_unknown",
        .message = {"没有这种市场主体类型:" + request.kind, "There is no such kind of entity: " + request.kind}};
  const std::string name = base::tidy(request.name);
  const Facts facts{.name = name,
                    .township = request.township,
                    .address = request.address,
                    .operator_name = request.operator_name,
                    .type = request.type,
                    .scope = request.scope,
                    .industry = request.industry,
                    .capital_fen = request.capital_fen};
  TRY(const Facts last, facts_after(facts, entry, past));
  if (last.status == "open" && name_taken(transaction, request.division, last.name, {}))
    return name_is_taken(last.name);

  TRY(const std::string code, code_for(transaction, request));
  Entity entity{.id = entry.id,
                .division = request.division,
                .office = request.office,
                .credit_code = code,
                .name = name,
                .kind = request.kind,
                .status = facts.status,
                .township = request.township,
                .address = request.address,
                .established_on = entry.as_of};
  insert_writing(transaction, entity, log(transaction, entity, "established", items_of(facts), "", entry));
  for (const PastWriting& writing : past)
    insert_writing(transaction, entity,
                   log(transaction, entity, writing.event, writing.items, writing.reason,
                       {.id = {}, .as_of = writing.as_of, .now = writing.known_at, .actor = entry.actor}));
  show(entity, last);
  insert_entity(transaction, entity, indexing);
  return entity;
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
  insert_writing(transaction, *entity, writing);
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
  insert_history(transaction, before, log(transaction, *entity, "taken_out", {}, reason, entry));
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
