/// The due day alone, without usage and derivation: what every step of every case asks for.
#pragma once

#include "kernel/calendar/calendar.h"

namespace calendar {

struct Due {
  /// Nothing while a pause is open.
  std::optional<Date> day;
  bool provisional = false;
};

/// The day that `run` gives for the same arguments.
/// Errors: as `run`.
/// Source: [ALL-45] [ALL-42].
base::Result<Due> due_of(Date start, Span limit, std::span<const Span> extensions, std::span<const Pause> pauses,
                         const Calendar& calendar);

}  // namespace calendar
