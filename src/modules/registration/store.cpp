#include "store.h"

#include <map>

#include "kernel/feel/value.h"
#include "kernel/names/index.h"
#include "modules/evidence/evidence.h"
#include "registration_migrations.h"
#include "search/store.h"
#include "storage/rows.h"

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

std::set<std::string> codes_taken(storage::Snapshot& snapshot, std::span<const std::string> codes) {
  std::set<std::string> taken;
  while (!codes.empty()) {
    const std::size_t count = storage::piece_of(codes.size());
    const std::vector<Datum> values(codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(count));
    for (const Row& row : snapshot.query(
             "SELECT credit_code FROM entities WHERE credit_code IN (" + storage::placeholders(count) + ")", values))
      taken.insert(row[0].text());
    codes = codes.subspan(count);
  }
  return taken;
}

void insert_entities(storage::Transaction& transaction, std::span<const EntityRow> entities) {
  std::vector<Datum> values;
  for (const EntityRow& row : entities) {
    const Entity& entity = *row.entity;
    for (Datum value :
         {Datum(entity.id), Datum(entity.division), Datum(entity.office), Datum(entity.credit_code), Datum(entity.name),
          Datum(entity.kind), Datum(entity.status), Datum(entity.township), Datum(entity.address),
          Datum(entity.established_on), Datum(entity.sequence), Datum(entity.operator_name), Datum(entity.industry),
          Datum(row.trade), Datum(row.indexing == Indexing::now)})
      values.push_back(std::move(value));
  }
  storage::insert_rows(transaction,
                       "entities (id, division, office, credit_code, name, kind, status, township, address, "
                       "established_on, sequence, operator_name, industry, trade, is_indexed)",
                       15, values);
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

WritingRow row_of(const Entity& entity, const Writing& writing) {
  return {.entity = entity.id, .division = entity.division, .writing = &writing, .facts = items_json(writing.items)};
}

void insert_history(storage::Transaction& transaction, std::span<const WritingRow> writings) {
  std::vector<Datum> values;
  for (const WritingRow& row : writings) {
    const Writing& writing = *row.writing;
    for (Datum value : {Datum(row.entity), Datum(writing.sequence), Datum(row.division), Datum(writing.as_of),
                        Datum(writing.known_at), Datum(writing.event), Datum(writing.reason), Datum(row.facts)})
      values.push_back(std::move(value));
  }
  storage::insert_rows(
      transaction, "entity_versions (entity, sequence, division, as_of, known_at, event, reason, facts)", 8, values);
}

void insert_writings(storage::Transaction& transaction, std::span<const WritingRow> writings) {
  insert_history(transaction, writings);
  // A view of the history by which the stock of a day is counted without reading every fact.
  std::vector<Datum> values;
  for (const WritingRow& row : writings) {
    const Writing& writing = *row.writing;
    const auto status = writing.items.find("status");
    if (status == writing.items.end()) continue;
    for (Datum value : {Datum(row.entity), Datum(writing.sequence), Datum(row.division), Datum(writing.as_of),
                        Datum(writing.known_at), Datum(status->second)})
      values.push_back(std::move(value));
  }
  storage::insert_rows(transaction, "entity_statuses (entity, sequence, division, as_of, known_at, status)", 6, values);
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
  return event_data(entity, writing, items_json(writing.items));
}

std::string event_data(const Entity& entity, const Writing& writing, const std::string& items) {
  const std::string fixed = writing.event == "established"
                                ? ",\"entity\":" + items_json({{"division", entity.division},
                                                               {"office", entity.office},
                                                               {"credit_code", entity.credit_code},
                                                               {"kind", entity.kind}})
                                : std::string();
  return "{\"as_of\":\"" + calendar::to_text(writing.as_of) + "\",\"items\":" + items +
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
