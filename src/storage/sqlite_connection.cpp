#include "sqlite_connection.h"

#include <array>
#include <climits>

#include "gathered_log.h"

namespace storage {
namespace {

/// Texts put together at run time must not fill the memory.
constexpr std::size_t statements_max = 1000;
constexpr int busy_timeout_ms = 5000;
/// Memory that the writer's statements work in without asking for it: a piece is as large as a usual row.
constexpr int lookaside_bytes = 4096, lookaside_pieces = 128;

/// Leaves a statement ready for its next use, whatever happens.
struct Reset {
  explicit Reset(sqlite3_stmt* used) : statement(used) {}
  ~Reset() { sqlite3_reset(statement); }
  Reset(const Reset&) = delete;
  Reset& operator=(const Reset&) = delete;
  sqlite3_stmt* statement;
};

/// A command ends with its first statement that fails, so SQLite need not be able to take a statement back alone: for
/// that it would copy every page that a statement of several rows changes before it changes it.
std::string failing_as_it_stands(std::string_view sql) {
  for (const std::string_view verb : {"INSERT", "UPDATE"}) {
    if (!sql.starts_with(verb)) continue;
    const std::string_view rest = sql.substr(verb.size());
    if (rest.starts_with(" OR ")) break;
    return std::string(verb) + " OR FAIL" + std::string(rest);
  }
  return std::string(sql);
}

Datum column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    default: {
      const void* bytes = sqlite3_column_blob(statement, index);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
      return std::string(static_cast<const char*>(bytes), bytes == nullptr ? 0 : size);
    }
  }
}

}  // namespace

bool is_full(int code) {
  return (code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE;
}

bool is_fatal(int code) {
  const int primary = code & 0xff;
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) return true;
  return primary == SQLITE_IOERR && !is_full(code) && code != SQLITE_IOERR_NOMEM && code != SQLITE_IOERR_LOCK;
}

SqliteConnection::SqliteConnection(const std::string& path, Role role) {
  const int flags = SQLITE_OPEN_READWRITE | (role == Role::writer ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(path.c_str(), &database_, flags, role == Role::writer ? gathered_log_vfs() : nullptr);
  try {
    if (code != SQLITE_OK) fail(code, "open " + path);
    sqlite3_busy_timeout(database_, busy_timeout_ms);
    if (role == Role::writer)
      sqlite3_db_config(database_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, lookaside_bytes, lookaside_pieces);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // Only the writer may checkpoint: two connections checkpointing and writing at once can corrupt the file in
    // every release before 3.51.3, and closing the last connection checkpoints too.
    sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, role == Role::reader ? 1 : 0, nullptr);
    for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0", "PRAGMA synchronous=FULL",
                               "PRAGMA foreign_keys=ON", "PRAGMA mmap_size=0", "PRAGMA temp_store=MEMORY"})
      run(pragma);
    run(role == Role::writer ? "PRAGMA cache_size=-32768" : "PRAGMA cache_size=-8192");
    if (query(prepare("PRAGMA journal_mode"), {}).at(0).at(0).text() != "wal")
      fail(SQLITE_CANTOPEN, "a write-ahead log is not possible on this file system");
    if (role == Role::reader) run("PRAGMA query_only=ON");
  } catch (...) {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close_v2(database_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(database_);
}

void SqliteConnection::fail(int code, std::string_view sql) const {
  const char* words = database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_);
  throw SqliteFault(code, "SQLite error " + std::to_string(code) + " (" + words + ") in: " + std::string(sql));
}

sqlite3_stmt* SqliteConnection::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  if (statements_.size() >= statements_max) {
    for (auto& [text, statement] : statements_) sqlite3_finalize(statement);
    statements_.clear();
  }
  CHECK(sql.size() < INT_MAX);
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const std::string text = failing_as_it_stands(sql);
  const int code = sqlite3_prepare_v3(database_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, &rest);
  if (code != SQLITE_OK) fail(code, sql);
  if (statement == nullptr) fail(SQLITE_MISUSE, sql);
  statements_.emplace(std::string(sql), statement);
  return statement;
}

void SqliteConnection::bind(sqlite3_stmt* statement, std::span<const Datum> parameters) {
  CHECK(static_cast<int>(parameters.size()) == sqlite3_bind_parameter_count(statement));
  int index = 0;
  for (const Datum& parameter : parameters) {
    ++index;
    int code = SQLITE_OK;
    if (parameter.is_null()) {
      code = sqlite3_bind_null(statement, index);
    } else if (parameter.is_number()) {
      code = sqlite3_bind_int64(statement, index, parameter.number());
    } else {
      const std::string& text = parameter.text();
      if (text.find('\0') != std::string::npos) throw Fault("text with a zero byte cannot be stored");
      code = sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    if (code != SQLITE_OK) fail(code, sqlite3_sql(statement));
  }
}

Rows SqliteConnection::query(sqlite3_stmt* statement, std::span<const Datum> parameters) {
  const Reset reset(statement);
  bind(statement, parameters);
  Rows rows;
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    const int columns = sqlite3_column_count(statement);
    Row& row = rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int index = 0; index < columns; ++index) row.push_back(column(statement, index));
  }
  if (code != SQLITE_DONE) fail(code, sqlite3_sql(statement));
  return rows;
}

std::int64_t SqliteConnection::execute(sqlite3_stmt* statement, std::span<const Datum> parameters) {
  const Reset reset(statement);
  bind(statement, parameters);
  int code = sqlite3_step(statement);
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  if (code != SQLITE_DONE) fail(code, sqlite3_sql(statement));
  return sqlite3_changes64(database_);
}

}  // namespace storage
