#include "store.h"

#include <map>

#include "kernel/feel/value.h"
#include "kernel/names/index.h"
#include "modules/evidence/evidence.h"
#include "registration_migrations.h"
#include "search/store.h"

namespace registration {
namespace {

using storage::Datum;
using storage::Row;

/// The register is read by staff within their scope; nobody owns an entity's row as a person.
std::string within(const access_control::Scope& scope, std::vector<Datum>& parameters) {
  switch (scope.kind) {
    case access_control::Scope::Kind::nothing:
    case access_control::Scope::Kind::own:
      return "1 = 0";
    case access_control::Scope::Kind::office:
    case access_control::Scope::Kind::division:
      // The register is one for the whole division: an office looks entities up wherever they are in it.
      parameters.emplace_back(scope.division);
      parameters.emplace_back(scope.division + ":");
      return "division >= ? AND division < ?";
  }
  return "1 = 0";
}

}  // namespace

std::string items_json(const std::map<std::string, std::string>& items) {
  feel::Context context;
  for (const auto& [item, value] : items) context.put(item, value);
  return feel::to_json(feel::Value(std::move(context)));
}

bool name_taken(storage::Snapshot& snapshot, std::string_view division, std::string_view name, base::Id except) {
  return snapshot
      .find("SELECT 1 FROM entities WHERE division = ? AND name = ? AND status = 'open' AND id <> ?",
            {division, name, except})
      .has_value();
}

void insert_entity(storage::Transaction& transaction, const Entity& entity, Indexing indexing) {
  transaction.execute(
      "INSERT INTO entities (id, division, office, credit_code, name, kind, status, township, address, established_on, "
      "sequence, operator_name, industry, trade, is_indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {entity.id, entity.division, entity.office, entity.credit_code, entity.name, entity.kind, entity.status,
       entity.township, entity.address, entity.established_on, entity.sequence, entity.operator_name, entity.industry,
       names::trade_key_of(entity.name), indexing == Indexing::now});
  if (indexing == Indexing::later) return;
  const Keys keys = keys_of(entity);
  insert_keys(transaction, std::span(&keys, 1));
}

bool update_entity(storage::Transaction& transaction, const Entity& before, const Entity& entity,
                   calendar::Date as_of) {
  const bool was_indexed =
      transaction.find("SELECT is_indexed FROM entities WHERE id = ?", {entity.id}).value()[0].truth();
  const auto changed = transaction.execute(
      "UPDATE entities SET name = ?, status = ?, township = ?, address = ?, sequence = ?, operator_name = ?, "
      "industry = ?, trade = ?, is_indexed = 1 WHERE id = ? AND held = 0",
      {entity.name, entity.status, entity.township, entity.address, entity.sequence, entity.operator_name,
       entity.industry, names::trade_key_of(entity.name), entity.id});
  if (changed == 0) return false;
  if (before.name != entity.name) keep_former_name(transaction, before, entity, as_of);
  change_keys(transaction, was_indexed ? keys_of(before) : Keys{.entity = entity.id}, keys_of(entity));
  return true;
}

std::vector<AsEntered> hold_entities(storage::Transaction& transaction, std::span<const AsEntered> entities) {
  std::vector<Datum> ids;
  std::string list;
  for (const AsEntered& each : entities) {
    ids.emplace_back(each.entity);
    list += list.empty() ? "?" : ", ?";
  }
  // Marked first: from then on their rows are ours, and what is read stays so.
  transaction.execute("UPDATE entities SET held = 1 WHERE id IN (" + list + ")", ids);
  std::map<base::Id, std::int64_t> sequences;
  for (const Row& row : transaction.query("SELECT id, sequence FROM entities WHERE id IN (" + list + ")", ids))
    sequences[row[0].id()] = row[1].number();
  std::vector<AsEntered> changed;
  for (const AsEntered& each : entities) {
    const auto found = sequences.find(each.entity);
    if (found == sequences.end() || found->second != each.sequence) changed.push_back(each);
  }
  return changed;
}

void insert_history(storage::Transaction& transaction, const Entity& entity, const Writing& writing) {
  transaction.execute(
      "INSERT INTO entity_versions (entity, sequence, division, as_of, known_at, event, reason, facts) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {entity.id, writing.sequence, entity.division, writing.as_of, writing.known_at, writing.event, writing.reason,
       items_json(writing.items)});
}

void insert_writing(storage::Transaction& transaction, const Entity& entity, const Writing& writing) {
  insert_history(transaction, entity, writing);
  // A view of the history by which the stock of a day is counted without reading every fact.
  if (const auto status = writing.items.find("status"); status != writing.items.end())
    transaction.execute(
        "INSERT INTO entity_statuses (entity, sequence, division, as_of, known_at, status) VALUES (?, ?, ?, ?, ?, ?)",
        {entity.id, writing.sequence, entity.division, writing.as_of, writing.known_at, status->second});
}

void delete_entity(storage::Transaction& transaction, const Entity& entity) {
  change_keys(transaction, keys_of(entity), Keys{.entity = entity.id});
  transaction.execute("DELETE FROM entity_statuses WHERE entity = ?", {entity.id});
  transaction.execute("DELETE FROM entities WHERE id = ?", {entity.id});
}

namespace {

/// A writing from the columns sequence, as_of, known_at, event, reason, facts, beginning at `first`.
Writing writing_of(const Row& row, std::size_t first) {
  Writing writing{.sequence = row[first].number(),
                  .as_of = row[first + 1].date(),
                  .known_at = row[first + 2].instant(),
                  .event = row[first + 3].text(),
                  .reason = row[first + 4].text(),
                  .items = {}};
  const auto facts = feel::parse_json(row[first + 5].text());
  CHECK(facts && facts.value().kind() == feel::Kind::context);
  for (const auto& [item, value] : facts.value().as_context().entries()) writing.items[item] = value.as_string();
  return writing;
}

}  // namespace

std::string event_data(const Entity& entity, const Writing& writing) {
  const std::string fixed = writing.event == "established"
                                ? ",\"entity\":" + items_json({{"division", entity.division},
                                                               {"office", entity.office},
                                                               {"credit_code", entity.credit_code},
                                                               {"kind", entity.kind}})
                                : std::string();
  return "{\"as_of\":\"" + calendar::to_text(writing.as_of) + "\",\"items\":" + items_json(writing.items) +
         ",\"reason\":" + evidence::json_string(writing.reason) + fixed + "}";
}

std::vector<Writing> history_of(storage::Snapshot& snapshot, base::Id entity) {
  std::vector<Writing> writings;
  for (const Row& row :
       snapshot.query("SELECT sequence, as_of, known_at, event, reason, facts FROM entity_versions WHERE entity = ? "
                      "ORDER BY sequence",
                      {entity}))
    writings.push_back(writing_of(row, 0));
  return writings;
}

std::optional<Entity> find_entity(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  std::vector<Datum> parameters;
  const std::string condition = within(scope, parameters);
  parameters.emplace_back(id);
  const auto rows = snapshot.query(
      "SELECT " + entity_columns_of("") + " FROM entities WHERE " + condition + " AND id = ?", parameters);
  if (rows.empty()) return std::nullopt;
  return entity_of(rows[0]);
}

std::optional<Entity> find_by_code(storage::Snapshot& snapshot, std::string_view credit_code) {
  const auto row =
      snapshot.find("SELECT " + entity_columns_of("") + " FROM entities WHERE credit_code = ?", {credit_code});
  if (!row) return std::nullopt;
  return entity_of(*row);
}

std::span<const storage::Migration> migrations() {
  return registration_migrations;
}

}  // namespace registration
