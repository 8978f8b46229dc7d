#include "store.h"

#include "kernel/feel/value.h"
#include "registration_migrations.h"

namespace registration {
namespace {

using storage::Datum;
using storage::Row;

constexpr std::string_view entity_columns =
    "id, division, office, credit_code, name, kind, status, township, address, established_on, sequence";

Entity entity_of(const Row& row) {
  return {.id = row[0].id(),
          .division = row[1].text(),
          .office = row[2].text(),
          .credit_code = row[3].text(),
          .name = row[4].text(),
          .kind = row[5].text(),
          .status = row[6].text(),
          .township = row[7].text(),
          .address = row[8].text(),
          .established_on = row[9].date(),
          .sequence = row[10].number()};
}

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

std::string like_pattern(std::string_view search) {
  std::string pattern = "%";
  for (const char c : search) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
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

void insert_entity(storage::Transaction& transaction, const Entity& entity) {
  transaction.execute(
      "INSERT INTO entities (id, division, office, credit_code, name, kind, status, township, address, established_on, "
      "sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {entity.id, entity.division, entity.office, entity.credit_code, entity.name, entity.kind, entity.status,
       entity.township, entity.address, entity.established_on, entity.sequence});
}

void update_entity(storage::Transaction& transaction, const Entity& entity) {
  transaction.execute("UPDATE entities SET name = ?, status = ?, township = ?, address = ?, sequence = ? WHERE id = ?",
                      {entity.name, entity.status, entity.township, entity.address, entity.sequence, entity.id});
}

void insert_writing(storage::Transaction& transaction, const Entity& entity, const Writing& writing) {
  transaction.execute(
      "INSERT INTO entity_versions (entity, sequence, division, as_of, known_at, event, reason, facts) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {entity.id, writing.sequence, entity.division, writing.as_of, writing.known_at, writing.event, writing.reason,
       items_json(writing.items)});
  // A view of the history by which the stock of a day is counted without reading every fact.
  if (const auto status = writing.items.find("status"); status != writing.items.end())
    transaction.execute(
        "INSERT INTO entity_statuses (entity, sequence, division, as_of, known_at, status) VALUES (?, ?, ?, ?, ?, ?)",
        {entity.id, writing.sequence, entity.division, writing.as_of, writing.known_at, status->second});
}

std::vector<Writing> history_of(storage::Snapshot& snapshot, base::Id entity) {
  std::vector<Writing> writings;
  for (const Row& row :
       snapshot.query("SELECT sequence, as_of, known_at, event, reason, facts FROM entity_versions WHERE entity = ? "
                      "ORDER BY sequence",
                      {entity})) {
    Writing writing{.sequence = row[0].number(),
                    .as_of = row[1].date(),
                    .known_at = row[2].instant(),
                    .event = row[3].text(),
                    .reason = row[4].text(),
                    .items = {}};
    const auto facts = feel::parse_json(row[5].text());
    CHECK(facts && facts.value().kind() == feel::Kind::context);
    for (const auto& [item, value] : facts.value().as_context().entries()) writing.items[item] = value.as_string();
    writings.push_back(std::move(writing));
  }
  return writings;
}

std::optional<Entity> find_entity(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  std::vector<Datum> parameters;
  const std::string condition = within(scope, parameters);
  parameters.emplace_back(id);
  const auto rows = snapshot.query(
      "SELECT " + std::string(entity_columns) + " FROM entities WHERE " + condition + " AND id = ?", parameters);
  if (rows.empty()) return std::nullopt;
  return entity_of(rows[0]);
}

std::optional<Entity> find_by_code(storage::Snapshot& snapshot, std::string_view credit_code) {
  const auto row =
      snapshot.find("SELECT " + std::string(entity_columns) + " FROM entities WHERE credit_code = ?", {credit_code});
  if (!row) return std::nullopt;
  return entity_of(*row);
}

EntityPage list_entities(storage::Snapshot& snapshot, const access_control::Scope& scope, const EntityFilter& filter) {
  std::vector<Datum> parameters;
  std::string condition = within(scope, parameters);
  const auto add = [&](std::string_view sql, std::initializer_list<Datum> values) {
    condition += " AND ";
    condition += sql;
    parameters.insert(parameters.end(), values.begin(), values.end());
  };
  if (!filter.kind.empty()) add("kind = ?", {filter.kind});
  if (!filter.status.empty()) add("status = ?", {filter.status});
  if (!filter.search.empty()) {
    const std::string pattern = like_pattern(filter.search);
    add("(name LIKE ? ESCAPE '\\' OR credit_code LIKE ? ESCAPE '\\' OR address LIKE ? ESCAPE '\\')",
        {pattern, pattern, pattern});
  }
  EntityPage page;
  page.total = snapshot.query("SELECT COUNT(*) FROM entities WHERE " + condition, parameters)[0][0].number();
  if (const auto after = base::parse_id(filter.cursor)) add("id < ?", {*after});
  parameters.emplace_back(filter.limit + 1);
  for (const Row& row : snapshot.query(
           "SELECT " + std::string(entity_columns) + " FROM entities WHERE " + condition + " ORDER BY id DESC LIMIT ?",
           parameters)) {
    if (page.entities.size() == static_cast<std::size_t>(filter.limit)) {
      page.next = base::to_text(page.entities.back().id);
      break;
    }
    page.entities.push_back(entity_of(row));
  }
  return page;
}

std::span<const storage::Migration> migrations() {
  return registration_migrations;
}

}  // namespace registration
