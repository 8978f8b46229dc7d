/// A clock's days alone: what every step asks for, without usage and derivation. Pure.
#pragma once

#include "modules/casework/model.h"

namespace casework {

struct ClockDays {
  ClockState state = ClockState::waiting;
  std::optional<calendar::Date> legal;  // nothing while paused, or without such a limit
  std::optional<calendar::Date> promised;
  bool promised_is_provisional = false;
  std::optional<calendar::Pause> pause = {};  // the one that is open
};

/// The same days and state that `read_clock` gives.
/// Errors: `calendar.year_unknown`.
base::Result<ClockDays> read_days(const ClockPlan& plan, const std::vector<Mark>& marks,
                                  const std::optional<Limit>& legal, const std::optional<Limit>& promised,
                                  const calendar::Calendar& calendar);

/// What the clocks of a case say together. `clocks` by the clock's id, in the order of the service.
Timing timing_of(const std::vector<std::pair<std::string, ClockDays>>& clocks);

}  // namespace casework
