#include "storage/rows.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>
#include <vector>

namespace storage {
namespace {

/// Rows of one INSERT: more gain nothing, and the texts of statements stay short.
constexpr std::size_t rows_together = 64;

}  // namespace

std::size_t piece_of(std::size_t left) {
  return std::min(rows_together, std::bit_floor(left));
}

std::string placeholders(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
  return text;
}

void insert_rows(Transaction& transaction, std::string_view into, std::size_t width, std::span<const Datum> values) {
  CHECK(width > 0 && values.size() % width == 0);
  const std::string row = "(" + placeholders(width) + ")";
  std::string sql;
  std::size_t rows_before = 0;
  while (!values.empty()) {
    const std::size_t rows = piece_of(values.size() / width);
    if (rows != rows_before) {
      sql = "INSERT INTO " + std::string(into) + " VALUES " + row;
      for (std::size_t i = 1; i < rows; ++i) sql += ", " + row;
      rows_before = rows;
    }
    transaction.execute(sql, values.first(rows * width));
    values = values.subspan(rows * width);
  }
}

void append_all(Transaction& transaction, std::span<const PlacedEvent> events) {
  constexpr std::size_t width = 8;
  std::map<std::pair<std::string_view, base::Id>, std::int64_t> last;
  std::vector<Datum> values;
  values.reserve(events.size() * width);
  for (const PlacedEvent& event : events) {
    std::int64_t& sequence = last[std::pair(std::string_view(event.stream_kind), event.stream_id)];
    CHECK(event.sequence == ++sequence);
    values.emplace_back(event.division);
    values.emplace_back(event.stream_kind);
    values.emplace_back(event.stream_id);
    values.emplace_back(event.sequence);
    values.emplace_back(event.type);
    values.emplace_back(event.at);
    values.emplace_back(event.actor);
    values.emplace_back(event.data);
  }
  insert_rows(transaction, "events (division, stream_kind, stream_id, sequence, type, at, actor, data)", width, values);
}

std::int64_t next_numbers(Transaction& transaction, std::string_view counter, std::size_t count) {
  CHECK(count > 0);
  const auto more = static_cast<std::int64_t>(count);
  // Two plain statements: on SQLite RETURNING costs more than both. The row is held from the first one on.
  transaction.execute(
      "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = counters.value + ?",
      {counter, more, more});
  return transaction.find("SELECT value FROM counters WHERE name = ?", {counter}).value().at(0).number() - more + 1;
}

}  // namespace storage
