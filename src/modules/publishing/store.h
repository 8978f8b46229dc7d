/// The SQL of publishing, all of it.
#pragma once

#include "modules/publishing/publishing.h"

namespace publishing {

void insert_draft(storage::Transaction& transaction, const Draft& draft);
void update_draft(storage::Transaction& transaction, const Draft& draft);
std::optional<Draft> find_stored(storage::Snapshot& snapshot, base::Id id);

/// Drafts of a service, or of all when it is empty, in these states; the newest first.
std::vector<Draft> drafts_in(storage::Snapshot& snapshot, std::string_view service, std::span<const State> states);

/// Approved versions of a service that apply on `day` at the latest, in the order of their numbers.
std::vector<Draft> approved_until(storage::Snapshot& snapshot, std::string_view service, calendar::Date day);

}  // namespace publishing
