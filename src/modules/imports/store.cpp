#include "store.h"

#include "imports_migrations.h"
#include "kernel/feel/value.h"
#include "storage/rows.h"

namespace imports {
namespace {

using storage::Datum;
using storage::Row;

constexpr std::string_view columns =
    "id, division, office, person, person_name, file_name, sha256, encoding, columns, state, rows_total, "
    "rows_accepted, "
    "rows_rejected, created_at, changed_at, reason, rows_done";

std::string json_of(const std::map<std::string, std::string>& said) {
  feel::Context context;
  for (const auto& [heading, item] : said) context.put(heading, item);
  return feel::to_json(feel::Value(std::move(context)));
}

std::map<std::string, std::string> said_of(const std::string& json) {
  std::map<std::string, std::string> said;
  const auto read = feel::parse_json(json);
  CHECK(read && read.value().kind() == feel::Kind::context);
  for (const auto& [heading, item] : read.value().as_context().entries()) said[heading] = item.as_string();
  return said;
}

Batch batch_of(const Row& row) {
  return {.id = row[0].id(),
          .division = row[1].text(),
          .office = row[2].text(),
          .person = row[3].id(),
          .person_name = row[4].text(),
          .file_name = row[5].text(),
          .sha256 = row[6].text(),
          .encoding = row[7].text(),
          .said = said_of(row[8].text()),
          .state = row[9].text(),
          .rows_total = row[10].number(),
          .rows_accepted = row[11].number(),
          .rows_rejected = row[12].number(),
          .created_at = row[13].instant(),
          .changed_at = row[14].instant(),
          .reason = row[15].text(),
          .rows_done = row[16].number()};
}

std::string within(const access_control::Scope& scope, std::vector<Datum>& parameters) {
  using Kind = access_control::Scope::Kind;
  if (scope.kind != Kind::office && scope.kind != Kind::division) return "1 = 0";
  parameters.emplace_back(scope.division);
  parameters.emplace_back(scope.division + ":");
  std::string sql = "division >= ? AND division < ?";
  if (scope.kind == Kind::office) {
    parameters.emplace_back(scope.office);
    sql += " AND office = ?";
  }
  return sql;
}

}  // namespace

void insert_batch(storage::Transaction& transaction, const Batch& batch) {
  transaction.execute(
      "INSERT INTO import_batches (" + std::string(columns) +
          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {batch.id, batch.division, batch.office, batch.person, batch.person_name, batch.file_name, batch.sha256,
       batch.encoding, json_of(batch.said), batch.state, batch.rows_total, batch.rows_accepted, batch.rows_rejected,
       batch.created_at, batch.changed_at, batch.reason, batch.rows_done});
}

bool move_batch(storage::Transaction& transaction, const Batch& batch, std::string_view from) {
  return transaction.execute(
             "UPDATE import_batches SET state = ?, rows_total = ?, rows_accepted = ?, rows_rejected = ?, changed_at = "
             "?, "
             "reason = ?, rows_done = ? WHERE id = ? AND state = ?",
             {batch.state, batch.rows_total, batch.rows_accepted, batch.rows_rejected, batch.changed_at, batch.reason,
              batch.rows_done, batch.id, from}) == 1;
}

bool advance_batch(storage::Transaction& transaction, const Batch& batch, std::int64_t rows_done) {
  return transaction.execute("UPDATE import_batches SET rows_done = ? WHERE id = ? AND state = ? AND rows_done = ?",
                             {batch.rows_done, batch.id, batch.state, rows_done}) == 1;
}

void drop_rejects(storage::Transaction& transaction, base::Id batch) {
  transaction.execute("DELETE FROM import_rejects WHERE batch = ?", {batch});
}

void add_rejects(storage::Transaction& transaction, const Batch& batch, std::vector<Reject> rejects) {
  if (rejects.empty()) return;
  std::int64_t position = count_rejects(transaction, batch.id);
  rejects.resize(std::min(rejects.size(), rejects_max - static_cast<std::size_t>(position)));
  std::vector<Datum> values;
  for (const Reject& reject : rejects)
    for (Datum value :
         {Datum(batch.id), Datum(++position), Datum(batch.division), Datum(reject.line), Datum(reject.heading),
          Datum(reject.value), Datum(reject.code), Datum(reject.message.zh), Datum(reject.message.en)})
      values.push_back(std::move(value));
  storage::insert_rows(transaction,
                       "import_rejects (batch, position, division, line, heading, value, code, message_zh, message_en)",
                       9, values);
}

void insert_entities(storage::Transaction& transaction, const Batch& batch, const std::vector<Entered>& entities) {
  std::vector<Datum> values;
  for (const Entered& entered : entities)
    for (Datum value : {Datum(batch.id), Datum(entered.entity), Datum(batch.division), Datum(entered.sequence)})
      values.push_back(std::move(value));
  storage::insert_rows(transaction, "import_entities (batch, entity, division, sequence)", 4, values);
}

std::vector<Entered> entities_of(storage::Snapshot& snapshot, base::Id batch, std::size_t skipped, std::size_t limit) {
  std::vector<Entered> entities;
  for (const Row& row :
       snapshot.query("SELECT entity, sequence FROM import_entities WHERE batch = ? ORDER BY entity LIMIT ? OFFSET ?",
                      {batch, static_cast<std::int64_t>(limit), static_cast<std::int64_t>(skipped)}))
    entities.push_back({row[0].id(), row[1].number()});
  return entities;
}

std::optional<Batch> find_batch(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  std::vector<Datum> parameters;
  const std::string condition = within(scope, parameters);
  parameters.emplace_back(id);
  const auto rows = snapshot.query(
      "SELECT " + std::string(columns) + " FROM import_batches WHERE " + condition + " AND id = ?", parameters);
  if (rows.empty()) return std::nullopt;
  return batch_of(rows[0]);
}

std::vector<Reject> rejects_of(storage::Snapshot& snapshot, base::Id batch, std::int64_t after, int limit) {
  std::vector<Reject> rejects;
  for (const Row& row : snapshot.query("SELECT line, heading, value, code, message_zh, message_en FROM import_rejects "
                                       "WHERE batch = ? AND position > ? ORDER BY position LIMIT ?",
                                       {batch, after, limit}))
    rejects.push_back({.line = static_cast<int>(row[0].number()),
                       .heading = row[1].text(),
                       .value = row[2].text(),
                       .code = row[3].text(),
                       .message = {row[4].text(), row[5].text()}});
  return rejects;
}

std::int64_t count_rejects(storage::Snapshot& snapshot, base::Id batch) {
  return snapshot.find("SELECT COUNT(*) FROM import_rejects WHERE batch = ?", {batch}).value()[0].number();
}

BatchPage list_batches(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit,
                       std::string_view cursor) {
  std::vector<Datum> parameters;
  std::string condition = within(scope, parameters);
  BatchPage page;
  page.total = snapshot.query("SELECT COUNT(*) FROM import_batches WHERE " + condition, parameters)[0][0].number();
  if (const auto after = base::parse_id(cursor)) {
    condition += " AND id < ?";
    parameters.emplace_back(*after);
  }
  parameters.emplace_back(limit + 1);
  for (const Row& row : snapshot.query(
           "SELECT " + std::string(columns) + " FROM import_batches WHERE " + condition + " ORDER BY id DESC LIMIT ?",
           parameters)) {
    if (page.batches.size() == static_cast<std::size_t>(limit)) {
      page.next = base::to_text(page.batches.back().id);
      break;
    }
    page.batches.push_back(batch_of(row));
  }
  return page;
}

std::span<const storage::Migration> migrations() {
  return imports_migrations;
}

}  // namespace imports
