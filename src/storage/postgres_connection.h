/// One connection to a PostgreSQL server: its prepared statements and its errors.
#pragma once

#include <postgresql/libpq-fe.h>

#include <unordered_map>

#include "storage/storage.h"

namespace storage {

/// What PostgreSQL reported, with its SQLSTATE (empty when the connection was lost).
struct PostgresFault : Fault {
  PostgresFault(std::string state_, const std::string& message) : Fault(message), state(std::move(state_)) {}
  std::string state;
};

/// `?` as PostgreSQL wants it: $1, $2, …; quotes, comments and dollar-quoted bodies stay as they are.
std::string numbered(std::string_view sql);

class PostgresConnection {
 public:
  /// Errors: throws PostgresFault.
  explicit PostgresConnection(const std::string& address);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  Rows query(std::string_view sql, std::span<const Datum> parameters);
  /// Rows changed.
  std::int64_t execute(std::string_view sql, std::span<const Datum> parameters);
  /// One or more statements without parameters, by the simple protocol; returns the last one's command tag.
  std::string run(const char* sql);

  bool is_alive() const { return PQstatus(connection_) == CONNECTION_OK; }
  bool in_transaction() const { return PQtransactionStatus(connection_) != PQTRANS_IDLE; }
  /// Connects again after the server went away.
  void reset();
  /// Whether the server has warned since the last call.
  bool take_warning() { return std::exchange(warned_, false); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;
  Answer answer(std::string_view sql, std::span<const Datum> parameters);
  const std::string& prepare(std::string_view sql);
  [[noreturn]] void fail(const PGresult* result, std::string_view sql) const;
  static void notice(void* self, const PGresult* result);

  PGconn* connection_ = nullptr;
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> names_;
  std::int64_t names_given_ = 0;
  bool warned_ = false;
};

}  // namespace storage
