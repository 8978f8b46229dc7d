/// Identifiers of records: 63 bits, ordered by time of birth, written as 13 letters and digits.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/instant.h"

namespace base {

/// An identifier; 0 means "none" and is never given out.
struct Id {
  std::int64_t number = 0;
  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return number != 0; }
};

/// Made at the edge from the time and 20 random bits: 43 bits of milliseconds, then the randomness.
/// Units: `random` uses its low 20 bits only.
Id make_id(Instant now, std::uint32_t random);

/// 13 characters of Crockford's base 32 in lower case, without i, l, o and u, so that it can be read out and typed.
std::string to_text(Id id);

/// Reads what `to_text` wrote, in either case; nothing for any other text.
std::optional<Id> parse_id(std::string_view text);

}  // namespace base

template <>
struct std::hash<base::Id> {
  std::size_t operator()(base::Id id) const noexcept { return std::hash<std::int64_t>{}(id.number); }
};
