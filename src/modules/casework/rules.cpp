#include <algorithm>
#include <cstdio>

#include "kernel/calendar/due.h"
#include "kernel/codes/check_digits.h"
#include "modules/casework/due.h"
#include "modules/casework/model.h"

namespace casework {
namespace {

bool names(const std::vector<std::string>& elements, const std::string& element) {
  return std::find(elements.begin(), elements.end(), element) != elements.end();
}

struct Passage {
  std::optional<calendar::Date> started;
  std::optional<calendar::Date> stopped;
  std::vector<calendar::Pause> pauses;
  int extensions = 0;
};

/// Interruptions are pauses of every clock, as far as they lie between its start and its stop.
void interrupt(Passage& passed, const std::vector<Interval>& interruptions) {
  for (const Interval& interval : interruptions) {
    const calendar::Date from = std::max(calendar::local_date(interval.from), *passed.started);
    std::optional<calendar::Date> to;
    if (interval.to) to = calendar::local_date(*interval.to);
    if (passed.stopped && (!to || *passed.stopped < *to)) to = passed.stopped;
    if (to && *to <= from) continue;
    passed.pauses.push_back({.from = from, .to = to, .reason = interval.reason});
  }
  std::stable_sort(passed.pauses.begin(), passed.pauses.end(),
                   [](const calendar::Pause& left, const calendar::Pause& right) { return left.from < right.from; });
}

/// Reads the marks once, in order: marks before the start and after the stop do not concern the clock.
Passage passage(const ClockPlan& plan, const std::vector<Mark>& marks) {
  Passage passed;
  const ClockPlan::Pause* open = nullptr;
  for (const Mark& mark : marks) {
    const calendar::Date day = calendar::local_date(mark.at);
    if (!passed.started) {
      if (names(plan.starts, mark.element)) passed.started = day;
      continue;
    }
    if (names(plan.stops, mark.element)) {
      passed.stopped = day;
      break;
    }
    if (names(plan.extensions, mark.element)) ++passed.extensions;
    if (open && mark.element == open->to) {
      passed.pauses.back().to = day;
      open = nullptr;
      continue;
    }
    if (open) continue;
    for (const ClockPlan::Pause& pause : plan.pauses)
      if (mark.element == pause.from) {
        open = &pause;
        passed.pauses.push_back({.from = day, .to = {}, .reason = pause.reason});
        break;
      }
  }
  // A clock that stopped inside a pause stops the pause with it.
  if (passed.stopped && open) passed.pauses.back().to = passed.stopped;
  if (passed.started) interrupt(passed, plan.interruptions);
  passed.extensions += plan.extended;
  return passed;
}

ClockState state_of(const Passage& passed) {
  if (!passed.started) return ClockState::waiting;
  if (passed.stopped) return ClockState::stopped;
  const bool paused =
      std::any_of(passed.pauses.begin(), passed.pauses.end(), [](const calendar::Pause& pause) { return !pause.to; });
  return paused ? ClockState::paused : ClockState::running;
}

/// The pause that is open: of several, the one that began first.
std::optional<calendar::Pause> open_pause(const Passage& passed) {
  std::optional<calendar::Pause> open;
  for (const calendar::Pause& pause : passed.pauses)
    if (!pause.to && (!open || pause.from < open->from)) open = pause;
  return open;
}

std::vector<calendar::Span> extensions_of(const Limit& limit, const Passage& passed) {
  std::vector<calendar::Span> extensions;
  if (limit.extension) extensions.assign(static_cast<std::size_t>(passed.extensions), *limit.extension);
  return extensions;
}

base::Result<calendar::Due> due_of(const Limit& limit, const Passage& passed, const calendar::Calendar& calendar) {
  return calendar::due_of(*passed.started, limit.span, extensions_of(limit, passed), passed.pauses, calendar);
}

base::Result<Side> side_of(const Limit& limit, const Passage& passed, const calendar::Calendar& calendar,
                           calendar::Date today) {
  const std::vector<calendar::Span> extensions = extensions_of(limit, passed);
  const calendar::Date until = passed.stopped.value_or(today);
  TRY(const calendar::Running running,
      calendar::run(*passed.started, limit.span, extensions, passed.pauses, until, calendar));
  Side side{.limit = limit, .due = running.due, .left = running.left, .provisional = running.provisional};
  side.overdue = running.due && until > *running.due;
  for (const calendar::Reason& reason : running.derivation) side.derivation.push_back(reason.text);
  return side;
}

}  // namespace

std::optional<calendar::Date> started_on(const ClockPlan& plan, const std::vector<Mark>& marks) {
  for (const Mark& mark : marks)
    if (names(plan.starts, mark.element)) return calendar::local_date(mark.at);
  return std::nullopt;
}

base::Result<ClockReading> read_clock(const ClockPlan& plan, const std::vector<Mark>& marks,
                                      const std::optional<Limit>& legal, const std::optional<Limit>& promised,
                                      const calendar::Calendar& calendar, calendar::Date today) {
  const Passage passed = passage(plan, marks);
  ClockReading reading{.started_on = passed.started, .stopped_on = passed.stopped};
  if (!passed.started) return reading;
  reading.state = state_of(passed);
  reading.pause = open_pause(passed);
  if (legal) {
    TRY(reading.legal, side_of(*legal, passed, calendar, today));
  }
  if (promised) {
    TRY(reading.promised, side_of(*promised, passed, calendar, today));
  }
  return reading;
}

base::Result<ClockDays> read_days(const ClockPlan& plan, const std::vector<Mark>& marks,
                                  const std::optional<Limit>& legal, const std::optional<Limit>& promised,
                                  const calendar::Calendar& calendar) {
  const Passage passed = passage(plan, marks);
  ClockDays days{.state = state_of(passed), .pause = open_pause(passed)};
  if (!passed.started) return days;
  if (legal) {
    TRY(const calendar::Due due, due_of(*legal, passed, calendar));
    days.legal = due.day;
  }
  if (promised) {
    TRY(const calendar::Due due, due_of(*promised, passed, calendar));
    days.promised = due.day;
    days.promised_is_provisional = due.provisional;
  }
  return days;
}

Timing timing_of(const std::vector<std::pair<std::string, ClockDays>>& clocks) {
  Timing timing;
  bool running = false;
  for (const auto& [clock, days] : clocks) {
    if (days.state == ClockState::paused && days.pause && (!timing.pause || timing.pause->from < days.pause->from))
      timing.pause = days.pause;
    if (days.state != ClockState::running) continue;
    running = true;
    for (const std::optional<calendar::Date>& day : {days.legal, days.promised})
      if (day && (!timing.next_day || *day < *timing.next_day)) {
        timing.next_day = day;
        timing.next_clock = clock;
      }
    if (days.legal && (!timing.legal_day || *days.legal < *timing.legal_day)) timing.legal_day = days.legal;
  }
  if (running) timing.pause.reset();
  return timing;
}

std::string case_number(std::string_view division, calendar::Date on, std::int64_t sequence) {
  const calendar::Civil civil = calendar::civil_of(on);
  char digits[32];
  std::snprintf(digits, sizeof digits, "%04d%02d%02d%05lld", static_cast<int>(civil.year), civil.month, civil.day,
                static_cast<long long>(sequence));
  const std::string body = std::string(division) + digits;
  return "ZL" + body + codes::mod_11_10_check(body).value();
}

}  // namespace casework
