#include "migrate.h"

#include <array>
#include <chrono>

namespace storage {
namespace {

constexpr std::string_view only_sqlite = "-- only sqlite\n";
constexpr std::string_view only_postgresql = "-- only postgresql\n";

// Outbox numbers are never given twice, even after rows are deleted: receivers recognise repetitions by them.
// On PostgreSQL positions are given out before commits, in another order: who follows the log goes by transaction
// first,
// and sees only transactions older than any that still runs.
constexpr std::array own_migrations = {Migration{.name = "storage/0001_log", .sql = R"(
-- only sqlite
CREATE TABLE events (position BIGINT PRIMARY KEY, division TEXT NOT NULL, stream_kind TEXT NOT NULL, stream_id
    BIGINT NOT NULL, sequence BIGINT NOT NULL CHECK (sequence > 0), type TEXT NOT NULL, at BIGINT NOT NULL, actor
    BIGINT NOT NULL, data TEXT NOT NULL, UNIQUE (stream_kind, stream_id, sequence));
-- only postgresql
CREATE TABLE events (position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, division TEXT NOT NULL,
    stream_kind TEXT NOT NULL, stream_id BIGINT NOT NULL, sequence BIGINT NOT NULL CHECK (sequence > 0), type TEXT
    NOT NULL, at BIGINT NOT NULL, actor BIGINT NOT NULL, data TEXT NOT NULL, transaction_id BIGINT NOT NULL DEFAULT
    pg_current_xact_id()::text::bigint, UNIQUE (stream_kind, stream_id, sequence));
-- only postgresql
CREATE INDEX events_settled ON events (transaction_id, position);
-- only sqlite
CREATE VIEW settled_events AS SELECT *, position AS transaction_id FROM events;
-- only postgresql
CREATE VIEW settled_events AS SELECT * FROM events WHERE transaction_id <
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
-- only sqlite
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
-- only sqlite
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
-- only postgresql
CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'events are never changed or deleted'; END $$;
-- only postgresql
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE
    FUNCTION events_refuse();
CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
CREATE TABLE idempotency (person BIGINT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status BIGINT
    NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (person, key));
CREATE INDEX idempotency_at ON idempotency (at);
-- only sqlite
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, data TEXT NOT NULL, due_at BIGINT
    NOT NULL, attempts BIGINT NOT NULL, last_error TEXT);
-- only postgresql
CREATE TABLE outbox (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind TEXT NOT NULL, data TEXT NOT NULL,
    due_at BIGINT NOT NULL, attempts BIGINT NOT NULL, last_error TEXT);
CREATE INDEX outbox_due_at ON outbox (due_at)
)"},
                                       Migration{.name = "storage/0002_receipts", .sql = R"(
ALTER TABLE idempotency ADD COLUMN receipts TEXT NOT NULL DEFAULT ''
)"}};

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n;";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// SQLite checks types only in STRICT tables, and those know INTEGER but not BIGINT; both hold 64 bits there.
std::string for_sqlite(std::string_view statement) {
  constexpr std::string_view bigint = "BIGINT";
  std::string text(statement);
  for (std::size_t at = text.find(bigint); at != std::string::npos; at = text.find(bigint, at + 1)) {
    const bool starts = at == 0 || !is_word(text[at - 1]);
    const bool ends = at + bigint.size() == text.size() || !is_word(text[at + bigint.size()]);
    if (starts && ends) text.replace(at, bigint.size(), "INTEGER");
  }
  if (text.starts_with("CREATE TABLE") && text.ends_with(")")) text += " STRICT";
  return text;
}

base::Error refuse(std::string code, base::Text message) {
  return {.kind = base::Refusal::conflict, .code = std::move(code), .message = std::move(message)};
}

enum class Outcome { done, changed };

/// Runs one step unless the database already holds it.
Outcome run_step(Store& store, const Migration& migration, std::string_view lock, std::int64_t now) {
  const std::string hash = sha256_hex(migration.sql);
  Outcome outcome = Outcome::done;
  store.write([&](Transaction& transaction) {
    outcome = Outcome::done;
    if (!lock.empty()) transaction.query(lock);
    if (const auto row = transaction.find("SELECT sha256 FROM schema_migrations WHERE name = ?", {migration.name})) {
      if (row->at(0).text() != hash) outcome = Outcome::changed;
      return false;
    }
    for (const std::string& statement : statements_of(migration, store.kind())) transaction.execute(statement);
    transaction.execute(
        "INSERT INTO schema_migrations (name, step, sha256, applied_at) "
        "VALUES (?, (SELECT COUNT(*) + 1 FROM schema_migrations), ?, ?)",
        {migration.name, hash, now});
    return true;
  });
  return outcome;
}

std::vector<std::string> applied_steps(Store& store, std::string_view lock) {
  std::vector<std::string> names;
  store.write([&](Transaction& transaction) {
    names.clear();
    if (!lock.empty()) transaction.query(lock);
    const std::string table =
        "CREATE TABLE IF NOT EXISTS schema_migrations "
        "(name TEXT PRIMARY KEY, step BIGINT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)";
    for (const std::string& statement : statements_of({.name = "", .sql = table}, store.kind()))
      transaction.execute(statement);
    for (const Row& row : transaction.query("SELECT name FROM schema_migrations ORDER BY step"))
      names.push_back(row.at(0).text());
    return true;
  });
  return names;
}

}  // namespace

std::span<const Migration> migrations() {
  return own_migrations;
}

std::vector<std::string> statements_of(const Migration& migration, std::string_view kind) {
  constexpr std::string_view separator = ";\n";
  const bool sqlite = kind == "sqlite";
  std::vector<std::string> statements;
  std::string_view rest = migration.sql;
  while (!rest.empty()) {
    const std::size_t end = rest.find(separator);
    std::string_view statement = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + separator.size());
    const std::size_t begin = statement.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) continue;
    statement.remove_prefix(begin);
    if (statement.starts_with(sqlite ? only_postgresql : only_sqlite)) continue;
    if (statement.starts_with(only_sqlite)) statement.remove_prefix(only_sqlite.size());
    if (statement.starts_with(only_postgresql)) statement.remove_prefix(only_postgresql.size());
    // Comments between statements belong to nobody.
    while (statement.starts_with("--")) {
      const std::size_t line = statement.find('\n');
      statement = line == std::string_view::npos ? std::string_view{} : statement.substr(line + 1);
    }
    const std::string_view text = trim(statement);
    if (text.empty()) continue;
    statements.push_back(sqlite ? for_sqlite(text) : std::string(text));
  }
  return statements;
}

base::Result<void> Migrator::run(Store& store, std::span<const Migration> given, std::string_view lock) {
  const std::lock_guard guard(mutex_);
  std::vector<Migration> steps(own_migrations.begin(), own_migrations.end());
  for (const Migration& migration : given)
    if (migration.name != own_migrations.front().name) steps.push_back(migration);
  for (const Migration& step : steps) known_.emplace(step.name);

  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  for (const std::string& name : applied_steps(store, lock))
    if (!known_.contains(name))
      return refuse("storage.database_newer",
                    {.zh = "数据库已由更新版本的程序升级（步骤 " + name + "），请使用新版本程序，或恢复升级前的备份。",
                     .en = "The database was upgraded by a newer program (step " + name +
                           "). Use that program, or restore the backup made before the upgrade."});
  for (const Migration& step : steps) {
    const std::string name(step.name);
    try {
      if (run_step(store, step, lock, now) == Outcome::changed)
        return refuse(
            "storage.migration_changed",
            {.zh = "数据库升级步骤 " + name + " 在执行之后又被修改，程序与数据库不一致，请使用正式发布的程序。",
             .en = "The upgrade step " + name +
                   " was edited after it was run, so program and database do "
                   "not match. Use a released program."});
    } catch (const Fault& fault) {
      return refuse("storage.migration_failed",
                    {.zh = "数据库升级步骤 " + name + " 未能完成，数据保持原状：" + fault.what(),
                     .en = "The upgrade step " + name + " failed and changed nothing: " + fault.what()});
    }
  }
  return base::done();
}

}  // namespace storage
