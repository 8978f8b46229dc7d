/// The SQL of imports, all of it.
#pragma once

#include "modules/imports/imports.h"
#include "modules/registration/registration.h"

namespace imports {

/// "utf8", "gb18030"; everything else is detected.
tables::Encoding encoding_of(std::string_view encoding);

void insert_batch(storage::Transaction& transaction, const Batch& batch);
/// Only when the batch still has the state `from`; whether it had.
bool move_batch(storage::Transaction& transaction, const Batch& batch, std::string_view from);
/// Takes the next piece: only when the batch still has its state and stands at `rows_done`; whether it was so.
bool advance_batch(storage::Transaction& transaction, const Batch& batch, std::int64_t rows_done);
/// After those kept already, no more than `rejects_max` of all.
void add_rejects(storage::Transaction& transaction, const Batch& batch, std::vector<Reject> rejects);
void drop_rejects(storage::Transaction& transaction, base::Id batch);
/// An entity of a batch, and how much had been written about it when it was entered.
using Entered = registration::AsEntered;
inline constexpr std::size_t rows_max = 10'000'000;
void insert_entities(storage::Transaction& transaction, const Batch& batch, const std::vector<Entered>& entities);
/// By id, without the first `skipped`.
std::vector<Entered> entities_of(storage::Snapshot& snapshot, base::Id batch, std::size_t skipped, std::size_t limit);

std::int64_t count_rejects(storage::Snapshot& snapshot, base::Id batch);

struct BatchPage {
  std::vector<Batch> batches;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
BatchPage list_batches(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit,
                       std::string_view cursor);

}  // namespace imports
