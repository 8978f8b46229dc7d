/// Steps that every identifier is read by, and the refusals they end in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace codes {

inline constexpr std::string_view digits_0_9 = "0123456789";
inline constexpr std::string_view letters_0_z = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// `code` becomes "codes." and the word given.
base::Error refused(std::string_view code, base::Text message);

/// Errors: `codes.length_wrong`. Units: characters as a person counts them.
base::Result<void> expect_length(std::string_view text, std::size_t size, const base::Text& what);

/// The characters from `first` on, `count` of them, are all of `alphabet`, which `words` describes.
struct Stretch {
  std::size_t first = 0;
  std::size_t count = 0;
  std::string_view alphabet;
  base::Text words;
};
/// Errors: `codes.letter_wrong` for the first character that is not, with its place.
base::Result<void> expect_letters(std::string_view text, const Stretch& stretch, const base::Text& what);

/// Errors: `codes.check_wrong` when the character at `place` (counted from 0) is not `check`.
base::Result<void> expect_check(std::string_view text, std::size_t place, char check, const base::Text& what);

/// `number` with leading zeros.
/// Errors: `codes.number_out_of_range` when it is below 1 or needs more digits.
base::Result<std::string> padded(int number, std::size_t digits, const base::Text& what);

/// Six digits. Errors: `codes.length_wrong`, `codes.letter_wrong`.
base::Result<void> expect_division(std::string_view division);

}  // namespace codes
