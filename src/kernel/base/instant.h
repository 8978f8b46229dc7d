/// A moment in UTC. Where it falls on the civil calendar is `calendar`'s business.
#pragma once

#include <compare>
#include <cstdint>

namespace base {

/// Microseconds since 1970-01-01T00:00:00Z. Enters at the edge and travels as an argument: the kernel has no clock.
struct Instant {
  std::int64_t us = 0;
  auto operator<=>(const Instant&) const = default;
  constexpr Instant plus_us(std::int64_t more) const { return {us + more}; }
};

inline constexpr std::int64_t us_per_second = 1'000'000;

}  // namespace base
