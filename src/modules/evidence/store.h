/// The SQL of the logs, all of it.
#pragma once

#include "modules/evidence/evidence.h"

namespace evidence {

/// A place of the open log of a kind.
struct Place {
  std::string log;
  std::int64_t index = 0;
};
/// The next `count` places; returns the first. Errors: throws storage::Fault when no log of this kind is open.
Place take_places(storage::Transaction& transaction, std::string_view kind, std::size_t count);
/// The subject's last entry in the log.
std::optional<std::int64_t> last_index(storage::Snapshot& snapshot, std::string_view log, std::string_view subject);
/// With the salts of those that have one.
void insert_entries(storage::Transaction& transaction, std::span<const StoredEntry> entries);
void insert_read(storage::Transaction& transaction, const Place& place, const Read& read);
bool has_read_since(storage::Snapshot& snapshot, const Read& read, base::Instant since);
/// The looks written in one log from `index` on, in its order.
std::vector<PastRead> load_reads(storage::Snapshot& snapshot, std::string_view log, std::int64_t index, int limit);
std::int64_t delete_salts(storage::Transaction& transaction, std::string_view subject);

inline constexpr std::string_view read_type = "read";
inline constexpr std::string_view erasure_type = "erased";
/// What a look's entry seals.
std::vector<Field> sealed_of(const Read& read);

/// Entries from `index` on, in order.
std::vector<StoredEntry> load_entries(storage::Snapshot& snapshot, std::string_view log, std::int64_t index, int limit);
std::int64_t count_entries(storage::Snapshot& snapshot, std::string_view log);

void name_log(storage::Transaction& transaction, std::string_view name, std::string_view origin, base::Instant at);
void close_log(storage::Transaction& transaction, std::string_view name, base::Instant at);
void open_log(storage::Transaction& transaction, const LogRow& row);
std::int64_t size_of(storage::Snapshot& snapshot, std::string_view log);

/// A checkpoint that was signed, without cosignatures.
struct StoredCheckpoint {
  std::int64_t size = 0;
  std::string note;
  base::Instant at;
  std::string chain = {};  // hexadecimal digits; empty: of before there was a chain
};
void save_checkpoint(storage::Transaction& transaction, std::string_view log, const StoredCheckpoint& checkpoint);
std::vector<StoredCheckpoint> checkpoints_of(storage::Snapshot& snapshot, std::string_view log);
bool has_checkpoints(storage::Snapshot& snapshot, std::string_view log);
bool has_checkpoint(storage::Snapshot& snapshot, std::string_view log, std::int64_t size);

/// When the log's checkpoint was last put into the public log.
std::optional<base::Instant> last_anchor(storage::Snapshot& snapshot, std::string_view log);
void save_anchor(storage::Transaction& transaction, std::string_view log, base::Instant at);

/// An entry beside the event it stands for.
struct LoggedContent {
  StoredEntry entry;
  std::string type;  // empty: there is no such event
  std::string data;
  base::Id actor;
  std::int64_t position = 0;
};
std::vector<LoggedContent> load_contents(storage::Snapshot& snapshot, std::string_view log, std::int64_t index,
                                         int limit);
/// Where a stream of events ends.
struct StreamEnd {
  std::string kind;
  std::int64_t id = 0;
  std::int64_t sequence = 0;
  std::int64_t first_position = 0;
};
std::vector<StreamEnd> stream_ends(storage::Snapshot& snapshot);

}  // namespace evidence
