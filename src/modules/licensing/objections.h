/// Objections to a simplified deregistration while it is publicised.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/casework/casework.h"
#include "storage/storage.h"

namespace licensing {

/// A simplified deregistration that is publicised: everybody may object to it.
struct Publicity {
  base::Id of_case;
  calendar::Date started_on;
  calendar::Date last_day;
};
/// Nothing when none of the entity's is publicised on this day: an individual business's is not publicised at all.
std::optional<Publicity> publicity_of(storage::Snapshot& snapshot, const casework::Engine& engine,
                                      std::string_view credit_code, calendar::Date today);

/// Somebody objects: the case's step that takes objections is completed with it, and its process ends the simplified
/// procedure. The applicant is told the reason, not who objected; the case keeps both.
/// Errors: `licensing.no_publicity`, `licensing.objection_invalid` at "/reason".
/// Source: [RMR-33].
base::Result<void> object(storage::Transaction& transaction, const casework::Engine& engine,
                          std::string_view credit_code, const std::string& reason, const casework::Moment& moment);

}  // namespace licensing
