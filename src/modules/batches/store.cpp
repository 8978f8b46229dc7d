#include "store.h"

#include "batches_migrations.h"
#include "modules/access/access.h"

namespace batches {

using storage::Datum;
using storage::Row;

namespace {

constexpr std::size_t rows_per_insert = 100;

constexpr std::string_view columns =
    "b.id, b.division, b.person, b.kind, b.service, b.wanted, b.reason, b.state, b.gathered, b.gathered_to, b.total, "
    "b.done, b.refused, b.undoes, b.created_at, b.changed_at";

Kind kind_of(const std::string& text) {
  for (const Kind kind : {Kind::retry, Kind::migrate, Kind::migrate_back})
    if (to_text(kind) == text) return kind;
  CHECK(false);
  return Kind::retry;
}

Batch batch_of(const Row& row) {
  const auto wanted = feel::parse_json(row[5].text());
  CHECK(wanted && wanted.value().kind() == feel::Kind::context);
  return {.id = row[0].id(),
          .division = row[1].text(),
          .person = row[2].id(),
          .kind = kind_of(row[3].text()),
          .service = row[4].text(),
          .wanted = wanted.value().as_context(),
          .reason = row[6].text(),
          .state = row[7].text(),
          .gathered = row[8].truth(),
          .gathered_to = row[9].id(),
          .total = row[10].number(),
          .done = row[11].number(),
          .refused = row[12].number(),
          .undoes = row[13].id(),
          .created_at = row[14].instant(),
          .changed_at = row[15].instant()};
}

/// Batches belong to a division as a whole.
access_control::Within within(const access_control::Scope& scope) {
  using Kind = access_control::Scope::Kind;
  if (scope.kind != Kind::division && scope.kind != Kind::office) return {"1 = 0", {}};
  return access_control::within(access_control::Scope::of_division(scope.division), "b");
}

}  // namespace

void insert_batch(storage::Transaction& transaction, const Batch& batch) {
  transaction.execute(
      "INSERT INTO batches (id, division, person, kind, service, wanted, reason, state, gathered, gathered_to, total, "
      "done, refused, undoes, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?, ?)",
      {batch.id, batch.division, batch.person, to_text(batch.kind), batch.service,
       feel::to_json(feel::Value(batch.wanted)), batch.reason, batch.state, batch.undoes, batch.created_at,
       batch.changed_at});
}

std::optional<Batch> find_batch(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  access_control::Within condition = within(scope);
  condition.add("b.id = ?", {id});
  const auto rows =
      snapshot.query("SELECT " + std::string(columns) + " FROM batches b WHERE " + condition.sql, condition.parameters);
  if (rows.empty()) return std::nullopt;
  return batch_of(rows[0]);
}

std::int64_t count_batches(storage::Snapshot& snapshot, const access_control::Scope& scope, const std::string& state) {
  access_control::Within condition = within(scope);
  if (!state.empty()) condition.add("b.state = ?", {state});
  return snapshot.query("SELECT COUNT(*) FROM batches b WHERE " + condition.sql, condition.parameters)[0][0].number();
}

std::vector<Batch> list_batches(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                const BatchFilter& filter) {
  access_control::Within condition = within(scope);
  if (!filter.state.empty()) condition.add("b.state = ?", {filter.state});
  if (filter.before) condition.add("b.id < ?", {filter.before});
  condition.parameters.emplace_back(filter.limit);
  std::vector<Batch> batches;
  for (const Row& row : snapshot.query(
           "SELECT " + std::string(columns) + " FROM batches b WHERE " + condition.sql + " ORDER BY b.id DESC LIMIT ?",
           condition.parameters))
    batches.push_back(batch_of(row));
  return batches;
}

std::optional<Batch> next_running(storage::Snapshot& snapshot) {
  const auto row = snapshot.find("SELECT " + std::string(columns) +
                                 " FROM batches b WHERE b.state = 'running' ORDER BY b.changed_at, b.id LIMIT 1");
  if (!row) return std::nullopt;
  return batch_of(*row);
}

base::Id undone_by(storage::Snapshot& snapshot, base::Id batch) {
  const auto row = snapshot.find("SELECT id FROM batches WHERE undoes = ?", {batch});
  return row ? (*row)[0].id() : base::Id{};
}

bool change_state(storage::Transaction& transaction, base::Id batch, std::string_view from, std::string_view to,
                  base::Instant now) {
  return transaction.execute("UPDATE batches SET state = ?, changed_at = ? WHERE id = ? AND state = ?",
                             {to, now, batch, from}) == 1;
}

bool save_gathered(storage::Transaction& transaction, const Batch& batch, const Gathered& gathered, base::Instant now) {
  if (transaction.execute("UPDATE batches SET gathered = ?, gathered_to = ?, total = total + ?, changed_at = ? WHERE "
                          "id = ? AND gathered = 0 AND gathered_to = ? AND state = 'running'",
                          {gathered.all, gathered.to, static_cast<std::int64_t>(gathered.cases.size()), now, batch.id,
                           batch.gathered_to}) != 1)
    return false;
  for (std::size_t at = 0; at < gathered.cases.size(); at += rows_per_insert) {
    std::string sql =
        "INSERT INTO batch_items (batch, case_id, division, outcome, code, message_zh, message_en) VALUES ";
    std::vector<Datum> parameters;
    for (std::size_t i = at; i < std::min(at + rows_per_insert, gathered.cases.size()); ++i) {
      sql += i == at ? "(?, ?, ?, 0, '', '', '')" : ", (?, ?, ?, 0, '', '', '')";
      parameters.insert(parameters.end(), {batch.id, gathered.cases[i], batch.division});
    }
    transaction.execute(sql, parameters);
  }
  return true;
}

namespace {

std::vector<base::Id> ids_of(const storage::Rows& rows) {
  std::vector<base::Id> ids;
  for (const Row& row : rows) ids.push_back(row[0].id());
  return ids;
}

}  // namespace

std::vector<base::Id> waiting_items(storage::Snapshot& snapshot, base::Id batch, int limit) {
  return ids_of(snapshot.query(
      "SELECT case_id FROM batch_items WHERE batch = ? AND outcome = 0 ORDER BY case_id LIMIT ?", {batch, limit}));
}

std::vector<base::Id> done_items(storage::Snapshot& snapshot, base::Id batch, base::Id after, int limit) {
  return ids_of(snapshot.query(
      "SELECT case_id FROM batch_items WHERE batch = ? AND outcome = 1 AND case_id > ? ORDER BY case_id LIMIT ?",
      {batch, after, limit}));
}

bool claim_item(storage::Transaction& transaction, base::Id batch, base::Id of_case) {
  return transaction.execute("UPDATE batch_items SET outcome = 1 WHERE batch = ? AND case_id = ? AND outcome = 0",
                             {batch, of_case}) == 1;
}

void save_refusal(storage::Transaction& transaction, base::Id batch, base::Id of_case, const base::Error& refusal) {
  transaction.execute(
      "UPDATE batch_items SET outcome = 2, code = ?, message_zh = ?, message_en = ? WHERE batch = ? AND case_id = ?",
      {refusal.code, refusal.message.zh, refusal.message.en, batch, of_case});
}

bool add_counts(storage::Transaction& transaction, base::Id batch, std::int64_t done, std::int64_t refused,
                base::Instant now) {
  return transaction.execute(
             "UPDATE batches SET done = done + ?, refused = refused + ?, changed_at = ? WHERE id = ? "
             "AND state = 'running'",
             {done, refused, now, batch}) == 1;
}

bool finish_if_done(storage::Transaction& transaction, base::Id batch, base::Instant now) {
  return transaction.execute(
             "UPDATE batches SET state = 'finished', changed_at = ? WHERE id = ? AND state = 'running' AND gathered = "
             "1 "
             "AND total = done + refused",
             {now, batch}) == 1;
}

std::vector<Refused> refused_of(storage::Snapshot& snapshot, base::Id batch, base::Id after, int limit) {
  std::vector<Refused> refused;
  for (const Row& row : snapshot.query(
           "SELECT case_id, code, message_zh, message_en FROM batch_items WHERE batch = ? AND outcome = 2 AND "
           "case_id > ? ORDER BY case_id LIMIT ?",
           {batch, after, limit}))
    refused.push_back({.of_case = row[0].id(),
                       .case_number = casework::case_number(snapshot, row[0].id()),
                       .code = row[1].text(),
                       .message = {row[2].text(), row[3].text()}});
  return refused;
}

std::span<const storage::Migration> migrations() {
  return batches_migrations;
}

}  // namespace batches
