/// One connection to a SQLite file: its settings, its prepared statements, its errors.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/storage.h"

namespace storage {

/// What SQLite reported, with its extended code.
struct SqliteFault : Fault {
  SqliteFault(int code_, const std::string& message) : Fault(message), code(code_) {}
  int code;
};

/// The device may no longer hold what it said it held: SQLite itself would go on after a failed sync, we must not.
bool is_fatal(int code);
/// No space left, now; may pass.
bool is_full(int code);

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

class SqliteConnection {
 public:
  enum class Role { writer, reader };

  /// Errors: throws SqliteFault.
  SqliteConnection(const std::string& path, Role role);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// A statement of the cache, valid until the next call of `prepare`.
  sqlite3_stmt* prepare(std::string_view sql);
  Rows query(sqlite3_stmt* statement, std::span<const Datum> parameters);
  /// Rows changed.
  std::int64_t execute(sqlite3_stmt* statement, std::span<const Datum> parameters);
  /// A statement without parameters whose rows are of no interest.
  void run(std::string_view sql) { execute(prepare(sql), {}); }

  bool in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }
  sqlite3* handle() const { return database_; }

 private:
  void bind(sqlite3_stmt* statement, std::span<const Datum> parameters);
  [[noreturn]] void fail(int code, std::string_view sql) const;

  sqlite3* database_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
};

}  // namespace storage
