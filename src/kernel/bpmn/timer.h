/// ISO 8601 durations, moments and cycles, as timer events and task schedules state them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/instant.h"

namespace bpmn {

/// A length of time. Months are counted on the civil calendar of China, the rest exactly.
struct Period {
  std::int64_t months = 0;
  std::int64_t us = 0;
  bool operator==(const Period&) const = default;
};

/// "P5D", "PT1H30M", "P1Y2M3DT4H", "P2W", "-PT5M". Nothing when not a duration, or beyond a hundred thousand years.
std::optional<Period> parse_period(std::string_view text);

/// Nothing beyond the years 0 to 9999.
std::optional<base::Instant> plus(base::Instant moment, const Period& period);

/// Which end of a civil day a bare date means.
enum class DayEnd { begins, ends };

/// "2026-12-01T09:00:00+08:00", "…Z", without a zone: China's time. A bare date is the moment the day ends (24:00) or
/// begins in China.
/// Source: [MFD-203] the last day of a period ends at 24:00.
std::optional<base::Instant> parse_moment(std::string_view text, DayEnd end);
std::optional<base::Instant> moment_of_day(std::int64_t days_since_1970, DayEnd end);

struct Cycle {
  int firings = -1;  // -1 without end
  std::optional<base::Instant> start;
  std::string period_text;  // "P1D", or six fields of cron
};
/// "R3/PT1H", "R/2026-12-01T00:00:00Z/P1D", or cron with seconds as Camunda 8 takes it: "0 0 9-17 * * MON-FRI",
/// "@daily"; cron counts in UTC.
std::optional<Cycle> parse_cycle(std::string_view text);
std::optional<base::Instant> first_firing(const Cycle& cycle, base::Instant now);
/// The moment one interval later: a duration, or the next moment that cron names. Nothing when there is none.
std::optional<base::Instant> after(base::Instant moment, std::string_view interval);

}  // namespace bpmn
