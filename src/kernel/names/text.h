/// Names and addresses as they are compared and found: forms of characters, width, case and punctuation do not matter.
#pragma once

#include <string>
#include <string_view>

namespace names {

/// Nothing for text that is not UTF-8.
std::u32string decode(std::string_view text);
std::string encode(std::u32string_view text);

/// Letters, digits and characters alone, half-width, lower case, simplified: "株洲市（Ａ 後）" → "株洲市a后".
std::u32string comparable(std::string_view text);

/// Whether `text` has the words of `part`; both comparable.
inline bool contains(std::u32string_view text, std::u32string_view part) {
  return text.find(part) != std::u32string_view::npos;
}

}  // namespace names
