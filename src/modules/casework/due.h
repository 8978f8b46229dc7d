/// A clock's days alone: what every step asks for, without usage and derivation. Pure.
#pragma once

#include "modules/casework/model.h"

namespace casework {

struct ClockDays {
  ClockState state = ClockState::waiting;
  std::optional<calendar::Date> legal;  // nothing while paused, or without such a limit
  std::optional<calendar::Date> promised;
  bool promised_is_provisional = false;
};

/// The same days and state that `read_clock` gives.
/// Errors: `calendar.year_unknown`.
base::Result<ClockDays> read_days(const ClockPlan& plan, const std::vector<Mark>& marks,
                                  const std::optional<Limit>& legal, const std::optional<Limit>& promised,
                                  const calendar::Calendar& calendar);

}  // namespace casework
