#include "store.h"

#include <algorithm>
#include <set>

#include "evidence_migrations.h"
#include "modules/evidence/views.h"
#include "storage/rows.h"

namespace evidence {
namespace {

using storage::Row;

constexpr std::string_view entry_columns =
    "e.log, e.idx, e.subject, e.leaf_hash, e.entry, e.stream_kind, e.stream_id, e.sequence, COALESCE(s.salt, '')";
constexpr std::string_view entry_tables =
    " FROM log_entries e LEFT JOIN log_salts s ON s.log = e.log AND s.idx = e.idx ";

StoredEntry entry_of(const Row& row) {
  return {.log = row.at(0).text(),
          .index = row.at(1).number(),
          .subject = row.at(2).text(),
          .leaf_hash = row.at(3).text(),
          .text = row.at(4).text(),
          .event = {.kind = row.at(5).text(), .id = row.at(6).number(), .sequence = row.at(7).number()},
          .salt = row.at(8).text()};
}

std::string select_entries(std::string_view where) {
  return "SELECT " + std::string(entry_columns) + std::string(entry_tables) + std::string(where);
}

std::vector<StoredEntry> entries_in(const storage::Rows& rows) {
  std::vector<StoredEntry> entries;
  for (const Row& row : rows) entries.push_back(entry_of(row));
  return entries;
}

constexpr std::string_view read_columns = "division, subject, person, what, reason, at, task, log, idx FROM reads";

std::vector<PastRead> reads_in(const storage::Rows& rows) {
  std::vector<PastRead> reads;
  for (const Row& row : rows)
    reads.push_back({.read = {.division = row.at(0).text(),
                              .subject = row.at(1).text(),
                              .person = row.at(2).id(),
                              .what = row.at(3).text(),
                              .reason = row.at(4).text(),
                              .at = row.at(5).instant(),
                              .task = row.at(6).text()},
                     .log = row.at(7).text(),
                     .index = row.at(8).number()});
  return reads;
}

}  // namespace

Place take_places(storage::Transaction& transaction, std::string_view kind, std::size_t count) {
  // The row is held from the first statement on: the second one sees what this transaction has written.
  const auto places = static_cast<std::int64_t>(count);
  transaction.execute("UPDATE logs SET size = size + ? WHERE kind = ? AND closed_at = 0", {places, kind});
  const auto row = transaction.find("SELECT name, size FROM logs WHERE kind = ? AND closed_at = 0", {kind});
  if (!row) throw storage::Fault("no log is open: " + std::string(kind));
  return {.log = row->at(0).text(), .index = row->at(1).number() - places};
}

std::optional<std::int64_t> last_index(storage::Snapshot& snapshot, std::string_view log, std::string_view subject) {
  const auto row = snapshot.find("SELECT idx FROM log_entries WHERE subject = ? AND log = ? ORDER BY idx DESC LIMIT 1",
                                 {subject, log});
  return row ? std::optional(row->at(0).number()) : std::nullopt;
}

void insert_entries(storage::Transaction& transaction, std::span<const StoredEntry> entries) {
  std::vector<storage::Datum> rows, salts;
  rows.reserve(entries.size() * 8);
  for (const StoredEntry& entry : entries) {
    for (storage::Datum value :
         {storage::Datum(entry.log), storage::Datum(entry.index), storage::Datum(entry.subject),
          storage::Datum(entry.leaf_hash), storage::Datum(entry.text), storage::Datum(entry.event.kind),
          storage::Datum(entry.event.id), storage::Datum(entry.event.sequence)})
      rows.push_back(std::move(value));
    if (entry.salt.empty()) continue;
    for (storage::Datum value : {storage::Datum(entry.log), storage::Datum(entry.index), storage::Datum(entry.salt)})
      salts.push_back(std::move(value));
  }
  storage::insert_rows(transaction,
                       "log_entries (log, idx, subject, leaf_hash, entry, stream_kind, stream_id, sequence)", 8, rows);
  storage::insert_rows(transaction, "log_salts (log, idx, salt)", 3, salts);
}

void insert_read(storage::Transaction& transaction, const Place& place, const Read& read) {
  transaction.execute(
      "INSERT INTO reads (log, idx, division, subject, person, what, reason, at, task) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {place.log, place.index, read.division, read.subject, read.person, read.what, read.reason, read.at, read.task});
}

bool has_read_since(storage::Snapshot& snapshot, const Read& read, base::Instant since) {
  return snapshot
      .find(
          "SELECT idx FROM reads WHERE subject = ? AND at >= ? AND person = ? AND what = ? AND reason = ? AND "
          "task = ? LIMIT 1",
          {read.subject, since, read.person, read.what, read.reason, read.task})
      .has_value();
}

std::vector<PastRead> reads_of(storage::Snapshot& snapshot, std::string_view subject, int limit,
                               std::optional<base::Instant> before) {
  static const std::string sql =
      "SELECT " + std::string(read_columns) + " WHERE subject = ? AND at < ? ORDER BY at DESC, idx DESC LIMIT ?";
  return reads_in(snapshot.query(sql, {subject, before.value_or(base::Instant{INT64_MAX}), limit}));
}

std::vector<PastRead> load_reads(storage::Snapshot& snapshot, std::string_view log, std::int64_t index, int limit) {
  static const std::string sql =
      "SELECT " + std::string(read_columns) + " WHERE log = ? AND idx >= ? ORDER BY idx LIMIT ?";
  return reads_in(snapshot.query(sql, {log, index, limit}));
}

std::vector<StoredEntry> load_entries(storage::Snapshot& snapshot, std::string_view log, std::int64_t index,
                                      int limit) {
  static const std::string sql = select_entries("WHERE e.log = ? AND e.idx >= ? ORDER BY e.idx LIMIT ?");
  return entries_in(snapshot.query(sql, {log, index, limit}));
}

std::int64_t count_entries(storage::Snapshot& snapshot, std::string_view log) {
  return snapshot.find("SELECT COUNT(*) FROM log_entries WHERE log = ?", {log}).value().at(0).number();
}

std::vector<StoredEntry> entries_of(storage::Snapshot& snapshot, std::string_view subject, int limit) {
  static const std::string sql = select_entries("WHERE e.subject = ? ORDER BY e.log, e.idx LIMIT ?");
  return entries_in(snapshot.query(sql, {subject, limit}));
}

std::optional<StoredEntry> entry_of_event(storage::Snapshot& snapshot, std::string_view subject,
                                          std::int64_t sequence) {
  static const std::string sql =
      select_entries("WHERE e.subject = ? AND e.sequence = ? AND e.stream_kind <> '' LIMIT 1");
  const auto row = snapshot.find(sql, {subject, sequence});
  return row ? std::optional(entry_of(*row)) : std::nullopt;
}

std::optional<StoredEntry> entry_as_of(storage::Snapshot& snapshot, std::string_view subject, base::Instant at) {
  static const std::string sql =
      "SELECT " + std::string(entry_columns) + std::string(entry_tables) +
      "JOIN events v ON v.stream_kind = e.stream_kind AND v.stream_id = e.stream_id AND v.sequence = e.sequence "
      "WHERE e.subject = ? AND v.at <= ? ORDER BY v.sequence DESC LIMIT 1";
  const auto row = snapshot.find(sql, {subject, at});
  return row ? std::optional(entry_of(*row)) : std::nullopt;
}

std::optional<StoredEntry> find_entry(storage::Snapshot& snapshot, std::string_view log, std::int64_t index) {
  static const std::string sql = select_entries("WHERE e.log = ? AND e.idx = ?");
  const auto row = snapshot.find(sql, {log, index});
  return row ? std::optional(entry_of(*row)) : std::nullopt;
}

std::int64_t delete_salts(storage::Transaction& transaction, std::string_view subject) {
  return transaction.execute(
      "DELETE FROM log_salts WHERE EXISTS (SELECT 1 FROM log_entries e WHERE e.log = log_salts.log AND "
      "e.idx = log_salts.idx AND e.subject = ?)",
      {subject});
}

std::vector<LogRow> list_logs(storage::Snapshot& snapshot) {
  std::vector<LogRow> logs;
  for (const Row& row : snapshot.query(
           "SELECT name, kind, origin, size, opened_at, closed_at FROM logs ORDER BY kind DESC, opened_at, name"))
    logs.push_back({.name = row.at(0).text(),
                    .kind = row.at(1).text(),
                    .origin = row.at(2).text(),
                    .size = row.at(3).number(),
                    .opened_at = row.at(4).instant(),
                    .is_closed = row.at(5).number() != 0});
  return logs;
}

EntryReceipt receipt_of(const StoredEntry& entry, const std::vector<LogRow>& logs) {
  const auto log = std::find_if(logs.begin(), logs.end(), [&](const LogRow& each) { return each.name == entry.log; });
  const auto leaf = tlog::parse_hex(entry.leaf_hash);
  CHECK(log != logs.end());
  CHECK(leaf.has_value());
  return {.origin = log->origin, .index = static_cast<std::uint64_t>(entry.index), .leaf = *leaf};
}

void name_log(storage::Transaction& transaction, std::string_view name, std::string_view origin, base::Instant at) {
  transaction.execute("UPDATE logs SET origin = ?, opened_at = ? WHERE name = ? AND origin = ''", {origin, at, name});
}

void close_log(storage::Transaction& transaction, std::string_view name, base::Instant at) {
  transaction.execute("UPDATE logs SET closed_at = ? WHERE name = ?", {at, name});
}

void open_log(storage::Transaction& transaction, const LogRow& row) {
  transaction.execute("INSERT INTO logs (name, kind, origin, size, opened_at, closed_at) VALUES (?, ?, ?, 0, ?, 0)",
                      {row.name, row.kind, row.origin, row.opened_at});
}

std::int64_t size_of(storage::Snapshot& snapshot, std::string_view log) {
  return snapshot.find("SELECT size FROM logs WHERE name = ?", {log}).value().at(0).number();
}

void save_checkpoint(storage::Transaction& transaction, std::string_view log, const StoredCheckpoint& checkpoint) {
  transaction.execute(
      "INSERT INTO log_checkpoints (log, size, note, signed_at, chain) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (log, size) DO NOTHING",
      {log, checkpoint.size, checkpoint.note, checkpoint.at, checkpoint.chain});
}

std::vector<StoredCheckpoint> checkpoints_of(storage::Snapshot& snapshot, std::string_view log) {
  std::vector<StoredCheckpoint> checkpoints;
  for (const Row& row :
       snapshot.query("SELECT size, note, signed_at, chain FROM log_checkpoints WHERE log = ? ORDER BY size", {log}))
    checkpoints.push_back(
        {.size = row.at(0).number(), .note = row.at(1).text(), .at = row.at(2).instant(), .chain = row.at(3).text()});
  return checkpoints;
}

bool has_checkpoints(storage::Snapshot& snapshot, std::string_view log) {
  return snapshot.find("SELECT size FROM log_checkpoints WHERE log = ? LIMIT 1", {log}).has_value();
}

bool has_checkpoint(storage::Snapshot& snapshot, std::string_view log, std::int64_t size) {
  return snapshot.find("SELECT size FROM log_checkpoints WHERE log = ? AND size = ?", {log, size}).has_value();
}

std::optional<base::Instant> last_anchor(storage::Snapshot& snapshot, std::string_view log) {
  const auto row = snapshot.find("SELECT at FROM log_anchors WHERE log = ?", {log});
  return row ? std::optional(row->at(0).instant()) : std::nullopt;
}

void save_anchor(storage::Transaction& transaction, std::string_view log, base::Instant at) {
  transaction.execute(
      "INSERT INTO log_anchors (log, at) VALUES (?, ?) ON CONFLICT (log) DO UPDATE SET at = excluded.at", {log, at});
}

std::vector<LoggedContent> load_contents(storage::Snapshot& snapshot, std::string_view log, std::int64_t index,
                                         int limit) {
  static const std::string sql =
      "SELECT " + std::string(entry_columns) +
      ", COALESCE(v.type, ''), COALESCE(v.data, ''), COALESCE(v.actor, 0), "
      "COALESCE(v.position, 0)" +
      std::string(entry_tables) +
      "LEFT JOIN events v ON v.stream_kind = e.stream_kind AND v.stream_id = e.stream_id AND v.sequence = e.sequence "
      "WHERE e.log = ? AND e.idx >= ? ORDER BY e.idx LIMIT ?";
  std::vector<LoggedContent> contents;
  for (const Row& row : snapshot.query(sql, {log, index, limit}))
    contents.push_back({.entry = entry_of(row),
                        .type = row.at(9).text(),
                        .data = row.at(10).text(),
                        .actor = row.at(11).id(),
                        .position = row.at(12).number()});
  return contents;
}

std::vector<StreamEnd> stream_ends(storage::Snapshot& snapshot) {
  std::vector<StreamEnd> ends;
  for (const Row& row : snapshot.query("SELECT stream_kind, stream_id, MAX(sequence), MIN(position) FROM events "
                                       "GROUP BY stream_kind, stream_id ORDER BY stream_kind, stream_id"))
    ends.push_back({.kind = row.at(0).text(),
                    .id = row.at(1).number(),
                    .sequence = row.at(2).number(),
                    .first_position = row.at(3).number()});
  return ends;
}

std::vector<ViewRow> view_rows(storage::Snapshot& snapshot, const View& view, std::string_view column,
                               const storage::Datum& value) {
  std::string sql;
  for (const auto* part : {&view.keys, &view.columns})
    for (const std::string_view one : *part)
      sql += (sql.empty() ? "SELECT CAST(" : ", CAST(") + std::string(one) + " AS TEXT)";
  sql += " FROM " + std::string(view.table) + " WHERE " + std::string(column) + " = ? ORDER BY " +
         std::string(view.keys.front());
  std::vector<ViewRow> rows;
  for (const Row& row : snapshot.query(sql, {value})) {
    ViewRow& one = rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i)
      if (i < view.keys.size())
        one.key += (i == 0 ? "" : " ") + row[i].text();
      else
        one.values.push_back(row[i].is_null() ? std::nullopt : std::optional(row[i].text()));
  }
  return rows;
}

std::vector<std::int64_t> numbers_in(storage::Snapshot& snapshot, const View& view, std::string_view column,
                                     std::int64_t after, int limit) {
  const std::string name(column);
  std::vector<std::int64_t> numbers;
  for (const Row& row : snapshot.query("SELECT DISTINCT " + name + " FROM " + std::string(view.table) + " WHERE " +
                                           name + " > ? ORDER BY " + name + " LIMIT ?",
                                       {after, limit}))
    numbers.push_back(row[0].number());
  return numbers;
}

std::vector<std::string> subjects_under(storage::Snapshot& snapshot, std::string_view prefix, std::string_view after,
                                        int limit) {
  std::string end(prefix);
  ++end.back();
  std::vector<std::string> subjects;
  for (const Row& row : snapshot.query("SELECT DISTINCT subject FROM log_entries WHERE subject > ? AND subject < ? "
                                       "ORDER BY subject LIMIT ?",
                                       {after, end, limit}))
    subjects.push_back(row[0].text());
  return subjects;
}

std::vector<std::int64_t> owners_after(storage::Snapshot& snapshot, std::string_view kind,
                                       std::initializer_list<Owned> tables, std::int64_t after, int limit) {
  std::set<std::int64_t> all;
  for (const Row& row : snapshot.query("SELECT stream_id FROM events WHERE stream_kind = ? AND stream_id > ? "
                                       "GROUP BY stream_id ORDER BY stream_id LIMIT ?",
                                       {kind, after, limit}))
    all.insert(row[0].number());
  for (const Owned& table : tables)
    for (const std::int64_t number : numbers_in(snapshot, *table.view, table.column, after, limit)) all.insert(number);
  std::vector<std::int64_t> next(all.begin(), all.end());
  // Behind the limit one list may be complete and another not.
  if (next.size() > static_cast<std::size_t>(limit)) next.resize(static_cast<std::size_t>(limit));
  return next;
}

std::span<const storage::Migration> migrations() {
  return evidence_migrations;
}

}  // namespace evidence
