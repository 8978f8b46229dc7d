/// A case's marks and clocks: what the law's limits make of the moments a case has passed. Pure.
///
/// A clock is a function of marks (moments at which the case passed named steps), dated limits and the calendar:
///
///   waiting --start mark--> running --pause mark--> paused --resume mark--> running --stop mark--> stopped
///
/// Nothing counts down in storage: whoever asks gets it computed, with the derivation in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace casework {

/// The case passed the element with this id (entered a task, left a milestone event).
struct Mark {
  std::string element;
  base::Instant at;
  bool operator==(const Mark&) const = default;
};

/// Time that counts for no clock: the case was suspended, or had ended before it was reopened.
struct Interval {
  base::Instant from;
  std::optional<base::Instant> to;
  base::Text reason;
  bool operator==(const Interval&) const = default;
};

/// Which marks a clock listens to, and what operations have done to it.
struct ClockPlan {
  struct Pause {
    std::string from;
    std::string to;
    base::Text reason;
  };
  std::vector<std::string> starts;
  std::vector<std::string> stops;
  std::vector<Pause> pauses;
  std::vector<std::string> extensions;  // each such mark adds `extension` of the limit once
  std::vector<Interval> interruptions = {};
  int extended = 0;  // extensions granted by the head of office
};

/// A limit as the rule in force on the starting day states it.
struct Limit {
  calendar::Span span;
  base::Text basis;
  std::optional<calendar::Span> extension = {};
};

enum class ClockState { waiting, running, paused, stopped };

/// One of the two limits of a clock: the law's, or the bureau's promise.
struct Side {
  Limit limit;
  std::optional<calendar::Date> due;  // nothing while paused
  int left = 0;                       // in the limit's unit; negative when late
  bool overdue = false;
  bool provisional = false;
  std::vector<base::Text> derivation;
};

struct ClockReading {
  ClockState state = ClockState::waiting;
  std::optional<calendar::Date> started_on;
  std::optional<calendar::Date> stopped_on;
  std::optional<Side> legal;
  std::optional<Side> promised;
  std::optional<calendar::Pause> pause = {};  // the one that is open
};

/// What the clocks of a case say together: what is due next, and why nothing runs. For the boards that look at many
/// cases.
struct Timing {
  std::optional<calendar::Date> next_day;   // the nearest day of a running clock
  std::string next_clock;                   // whose day that is
  std::optional<calendar::Date> legal_day;  // the nearest legal one of a running clock
  std::optional<calendar::Pause> pause;     // set when no clock runs and one is paused: the latest pause
  bool operator==(const Timing& other) const {
    return next_day == other.next_day && next_clock == other.next_clock && legal_day == other.legal_day &&
           pause.has_value() == other.pause.has_value() && (!pause || pause->from == other.pause->from);
  }
};

/// The civil day of the first start mark. The limits in force on that day apply.
std::optional<calendar::Date> started_on(const ClockPlan& plan, const std::vector<Mark>& marks);

/// Errors: `calendar.year_unknown`.
/// Source: [ALL-42] [ALL-45] [MFD-201] [MFD-203].
base::Result<ClockReading> read_clock(const ClockPlan& plan, const std::vector<Mark>& marks,
                                      const std::optional<Limit>& legal, const std::optional<Limit>& promised,
                                      const calendar::Calendar& calendar, calendar::Date today);

/// "ZL" + division + yyyymmdd + 5-digit sequence of the day + MOD 11,10 check digit.
/// Source: [GB17710].
std::string case_number(std::string_view division, calendar::Date on, std::int64_t sequence);

}  // namespace casework
