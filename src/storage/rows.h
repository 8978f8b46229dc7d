/// Writing many rows with few statements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "storage/storage.h"

namespace storage {

/// Inserts rows of `width` values each; `into` names the table and its columns: "entities (id, name)". `values` holds
/// whole rows, in the order in which they are inserted.
void insert_rows(Transaction& transaction, std::string_view into, std::size_t width, std::span<const Datum> values);

/// How many of `left` things go with the next statement: one of few numbers, so that few statements are prepared.
std::size_t piece_of(std::size_t left);
/// "?, ?, ?" for so many parameters.
std::string placeholders(std::size_t count);

/// An event with its stream and its place there.
struct PlacedEvent {
  std::string stream_kind;
  base::Id stream_id;
  std::int64_t sequence = 0;
  std::string type;
  base::Instant at;
  base::Id actor;
  std::string data;  // JSON
  std::string division;
};
/// Appends the first events of streams that are new in this transaction; those of one stream stand in its order.
/// `Transaction::append` is for all others: here the caller answers for the sequences, and a stream that somebody else
/// has begun is a conflict like there.
void append_all(Transaction& transaction, std::span<const PlacedEvent> events);

/// As `Transaction::next_number`, `count` times with one change of the row: returns the first of them.
std::int64_t next_numbers(Transaction& transaction, std::string_view counter, std::size_t count);

}  // namespace storage
