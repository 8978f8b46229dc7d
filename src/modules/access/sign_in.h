/// Failed tries and the limits of sessions: what sign-in and the changes of one's own account share.
#pragma once

#include <string>

#include "modules/access/access.h"
#include "store.h"

namespace access_control {

inline constexpr std::int64_t minute_us = 60 * base::us_per_second;
inline constexpr std::int64_t session_idle_us = 8 * 60 * minute_us;  // a working day at the counter
inline constexpr std::int64_t session_absolute_us = 24 * 60 * minute_us;

/// Where a failed try is counted: the account, and the address with a more generous allowance.
struct Attempts {
  std::string account;
  std::string remote;  // empty: not counted by address
};
std::string account_subject(const std::string& account);

/// A throttle that wears off, never a lock: after the free tries the wait doubles, from 5 seconds to 15 minutes.
/// Errors: `access.sign_in_throttled`.
/// Source: [ASVS-6.3].
base::Result<void> check_throttle(storage::Store& store, const Attempts& attempts, base::Instant now);
void count_failure(storage::Store& store, const Attempts& attempts, base::Instant now);

base::Error code_needed();

}  // namespace access_control
