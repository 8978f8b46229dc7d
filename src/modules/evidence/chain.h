/// The stored checkpoints as a chain: each row's hash covers the row and the hash before it, so that none can be
/// dropped, changed or put in unseen. The last row is kept in the file `chain` beside the log's checkpoint, and written
/// there before the database: a database that was changed differs from it.
#pragma once

#include "store.h"

namespace evidence {

class Live;

/// The hash of a row, in hexadecimal digits; `before` is that of the row before it, empty for the first.
std::string chain_hash(const std::string& before, std::string_view log, const StoredCheckpoint& checkpoint);

std::string to_text(const StoredCheckpoint& link);
/// What `to_text` wrote; nothing when the text is damaged.
std::optional<StoredCheckpoint> parse_link(const std::string& text);

/// Reads the file into `live.link`; without one, or with a damaged one, a new chain begins and the checker tells of it.
void load_link(Live& live);
/// Writes the row that the file knows into the database, where a killed program did not come to it.
/// Errors: throws storage::Fault.
void store_link(storage::Store& store, Live& live);
/// The row of a new checkpoint: written to the file, then to the database. A checkpoint of the size that was signed
/// last is that one.
/// Errors: throws storage::Fault.
void add_link(storage::Store& store, Live& live, StoredCheckpoint checkpoint);

}  // namespace evidence
