/// The SQL of batches, all of it.
#pragma once

#include "modules/batches/batches.h"

namespace batches {

void insert_batch(storage::Transaction& transaction, const Batch& batch);
std::optional<Batch> find_batch(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
/// The running batch that was worked on longest ago.
std::optional<Batch> next_running(storage::Snapshot& snapshot);
/// False when the batch was not in the state `from`.
bool change_state(storage::Transaction& transaction, base::Id batch, std::string_view from, std::string_view to,
                  base::Instant now);

/// Notes cases to be done, and how far they were gathered. False when another process was faster, or it was stopped.
struct Gathered {
  std::vector<base::Id> cases;
  base::Id to;
  bool all = false;
};
bool save_gathered(storage::Transaction& transaction, const Batch& batch, const Gathered& gathered, base::Instant now);
std::vector<base::Id> waiting_items(storage::Snapshot& snapshot, base::Id batch, int limit);
/// The cases that a batch has done, after `after`.
std::vector<base::Id> done_items(storage::Snapshot& snapshot, base::Id batch, base::Id after, int limit);
/// False when somebody else has done the case meanwhile.
bool claim_item(storage::Transaction& transaction, base::Id batch, base::Id of_case);
void save_refusal(storage::Transaction& transaction, base::Id batch, base::Id of_case, const base::Error& refusal);
/// False when the batch is not running any more.
bool add_counts(storage::Transaction& transaction, base::Id batch, std::int64_t done, std::int64_t refused,
                base::Instant now);
/// False when there is something left to do.
bool finish_if_done(storage::Transaction& transaction, base::Id batch, base::Instant now);

}  // namespace batches
