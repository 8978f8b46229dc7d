/// Writing many events down at once.
#pragma once

#include <span>
#include <vector>

#include "modules/evidence/model.h"
#include "storage/rows.h"

namespace evidence {

/// As `append` for the first events of streams that are new in this transaction, with few statements; `open[i]` belongs
/// to `events[i]`. They go into the public log.
void append_all(storage::Transaction& transaction, std::span<const storage::PlacedEvent> events,
                std::vector<std::vector<Field>> open);

}  // namespace evidence
