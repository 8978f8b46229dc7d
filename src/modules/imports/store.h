/// The SQL of imports, all of it.
#pragma once

#include "modules/imports/imports.h"

namespace imports {

void insert_batch(storage::Transaction& transaction, const Batch& batch);
/// Only when the batch still has the state `from`; whether it had.
bool move_batch(storage::Transaction& transaction, const Batch& batch, std::string_view from);
/// In place of those kept before.
void replace_rejects(storage::Transaction& transaction, const Batch& batch, const std::vector<Reject>& rejects);
/// An entity of a batch, and how much had been written about it when the batch was done.
struct Entered {
  base::Id entity;
  std::int64_t sequence = 0;
};
void insert_entities(storage::Transaction& transaction, const Batch& batch, const std::vector<Entered>& entities);
std::vector<Entered> entities_of(storage::Snapshot& snapshot, base::Id batch);

std::int64_t count_rejects(storage::Snapshot& snapshot, base::Id batch);

struct BatchPage {
  std::vector<Batch> batches;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
BatchPage list_batches(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit,
                       std::string_view cursor);

}  // namespace imports
