#include "postgres_connection.h"

#include <array>
#include <charconv>
#include <climits>
#include <cstring>
#include <utility>

namespace storage {
namespace {

constexpr std::size_t statements_max = 1000;
/// Types by their number in pg_type, fixed since PostgreSQL began.
constexpr Oid type_bool = 16;
constexpr std::array<Oid, 5> types_whole = {20, 21, 23, 26, 1700};

Datum column(const PGresult* result, int row, int index) {
  if (PQgetisnull(result, row, index) != 0) return {};
  const auto size = static_cast<std::size_t>(PQgetlength(result, row, index));
  const std::string_view text(PQgetvalue(result, row, index), size);
  const Oid type = PQftype(result, index);
  if (type == type_bool) return text == "t";
  for (const Oid whole : types_whole) {
    if (type != whole) continue;
    // NUMERIC is what SUM of BIGINT gives; it is a whole number unless a statement divides.
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec == std::errc{} && read.ptr == text.data() + text.size()) return number;
  }
  return text;
}

}  // namespace

std::string numbered(std::string_view sql) {
  std::string text;
  int count = 0;
  std::size_t at = 0;
  const auto copy_until = [&](std::string_view end, std::size_t from) {
    const std::size_t found = sql.find(end, from);
    const std::size_t stop = found == std::string_view::npos ? sql.size() : found + end.size();
    text += sql.substr(at, stop - at);
    at = stop;
  };
  while (at < sql.size()) {
    const std::string_view rest = sql.substr(at);
    if (rest.starts_with('\'') || rest.starts_with('"')) {
      copy_until(rest.substr(0, 1), at + 1);
    } else if (rest.starts_with("--")) {
      copy_until("\n", at);
    } else if (rest.starts_with("$$")) {
      copy_until("$$", at + 2);
    } else if (rest.starts_with('?')) {
      text += '$';
      text += std::to_string(++count);
      ++at;
    } else {
      text += sql[at++];
    }
  }
  return text;
}

PostgresConnection::PostgresConnection(const std::string& address) : connection_(PQconnectdb(address.c_str())) {
  if (!is_alive()) {
    const std::string words = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw PostgresFault("", "PostgreSQL cannot be reached: " + words);
  }
  PQsetNoticeReceiver(connection_, notice, this);
}

PostgresConnection::~PostgresConnection() {
  PQfinish(connection_);
}

void PostgresConnection::reset() {
  names_.clear();
  PQreset(connection_);
  if (!is_alive()) fail(nullptr, "connect");
}

void PostgresConnection::notice(void* self, const PGresult* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::strcmp(severity, "WARNING") == 0)
    static_cast<PostgresConnection*>(self)->warned_ = true;
}

void PostgresConnection::fail(const PGresult* result, std::string_view sql) const {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* words = PQerrorMessage(connection_);
  throw PostgresFault(state == nullptr || !is_alive() ? "" : state,
                      std::string("PostgreSQL: ") + words + " in: " + std::string(sql));
}

std::string PostgresConnection::run(const char* sql) {
  const Answer result(PQexec(connection_, sql), PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get(), sql);
  return PQcmdStatus(result.get());
}

const std::string& PostgresConnection::prepare(std::string_view sql) {
  if (const auto found = names_.find(sql); found != names_.end()) return found->second;
  if (names_.size() >= statements_max) {
    run("DEALLOCATE ALL");
    names_.clear();
  }
  std::string name = "s" + std::to_string(++names_given_);
  const Answer result(PQprepare(connection_, name.c_str(), numbered(sql).c_str(), 0, nullptr), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get(), sql);
  return names_.emplace(std::string(sql), std::move(name)).first->second;
}

PostgresConnection::Answer PostgresConnection::answer(std::string_view sql, std::span<const Datum> parameters) {
  const std::string& name = prepare(sql);
  CHECK(parameters.size() < 65536);
  std::vector<std::string> numbers(parameters.size());
  std::vector<const char*> values(parameters.size(), nullptr);
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    const Datum& parameter = parameters[index];
    if (parameter.is_null()) continue;
    if (parameter.is_number()) {
      numbers[index] = std::to_string(parameter.number());
      values[index] = numbers[index].c_str();
    } else {
      if (parameter.text().find('\0') != std::string::npos) throw Fault("text with a zero byte cannot be stored");
      values[index] = parameter.text().c_str();
    }
  }
  Answer result(
      PQexecPrepared(connection_, name.c_str(), static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0),
      PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get(), sql);
  return result;
}

Rows PostgresConnection::query(std::string_view sql, std::span<const Datum> parameters) {
  const Answer result = answer(sql, parameters);
  const int columns = PQnfields(result.get());
  Rows rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (int row = 0; row < static_cast<int>(rows.size()); ++row) {
    Row& to = rows[static_cast<std::size_t>(row)];
    to.reserve(static_cast<std::size_t>(columns));
    for (int index = 0; index < columns; ++index) to.push_back(column(result.get(), row, index));
  }
  return rows;
}

std::int64_t PostgresConnection::execute(std::string_view sql, std::span<const Datum> parameters) {
  const Answer result = answer(sql, parameters);
  const std::string_view text = PQcmdTuples(result.get());
  std::int64_t changed = 0;
  std::from_chars(text.data(), text.data() + text.size(), changed);
  return changed;
}

}  // namespace storage
