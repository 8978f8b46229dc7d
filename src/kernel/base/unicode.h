/// Text as people type it: full-width forms, stray spaces, code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

/// Whether `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// What a person meant when typing a number or code: full-width letters, digits and signs become half-width (NFKC),
/// white space of every kind is removed, letters become upper case. For codes, not for prose.
/// Errors: none; text that is not UTF-8 comes back unchanged.
std::string normal_code(std::string_view text);

/// Prose as typed, tidied: NFC, white space at both ends removed, inner runs folded to one space.
std::string tidy(std::string_view text);

/// Units: code points, as a person counts characters. Text that is not UTF-8 counts its bytes.
std::size_t length(std::string_view text);

}  // namespace base
