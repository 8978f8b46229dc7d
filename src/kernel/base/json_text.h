/// What text looks like inside JSON. Source: [RFC8259], section 7.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace base {

/// How many bytes at the beginning of `text` stand in a JSON string as they are: everything but the quotation mark, the
/// backslash and what is below U+0020. Eight bytes at a time: cases are read and written with every step.
inline std::size_t unescaped_length(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
  const auto zero_bytes = [](std::uint64_t word) { return (word - ones) & ~word & tops; };
  std::size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      const std::uint64_t low = (word - ones * 0x20) & ~word & tops;
      // A borrow can mark a byte behind the first one that is meant, never one before it.
      const std::uint64_t found = low | zero_bytes(word ^ ones * '"') | zero_bytes(word ^ ones * '\\');
      if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' && static_cast<unsigned char>(text[at]) >= 0x20) ++at;
  return at;
}

}  // namespace base
