/// How figures are rounded and written. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace statistics {

/// What stands where nothing can be divided.
inline constexpr const char* no_value = "—";

/// `part` in per cent of `whole`, rounded half up; no_value when `whole` is nought.
/// Source: [ART] F-08: 6907 of 29552 is 23.4.
std::string percent(std::int64_t part, std::int64_t whole, int decimals);

/// The same day of the year before; of 29 February, the 28th.
calendar::Date year_before(calendar::Date day);

/// What people call a grade of a rating.
base::Text grade_text(const std::string& grade);

}  // namespace statistics
