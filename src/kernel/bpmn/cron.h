/// Cron with seconds, as Camunda 8 takes it in a timer cycle: second minute hour day month weekday, in UTC.
#pragma once

#include <optional>
#include <string_view>

#include "kernel/base/instant.h"

namespace bpmn {

/// "0 0 9-17 * * MON-FRI", "*/10 * * * * *", "0 0 0 L * *", "@hourly", "@daily", "@weekly", "@monthly", "@yearly".
bool is_cron(std::string_view text);

/// The first moment after `moment` that it names; nothing within eight years.
std::optional<base::Instant> next_of_cron(std::string_view text, base::Instant moment);

}  // namespace bpmn
