/// The days of a case's clocks, for what is done at every step; with derivations they are `Engine::clocks`.
#pragma once

#include "modules/casework/casework.h"
#include "modules/casework/due.h"

namespace casework {

struct ClockDue {
  const catalogue::Clock* clock = nullptr;
  ClockDays days;
  std::optional<calendar::Span> legal_limit;
  std::optional<calendar::Span> promised_limit;
};

/// Every clock that has started, or of these those alone that have not stopped.
enum class Started { all, going };

/// Errors: `calendar.year_unknown`, and what `catalogue::Rules::on` refuses.
base::Result<std::vector<ClockDue>> due_days(const catalogue::Catalogue& catalogue, const Case& of_case, Started which);

}  // namespace casework
