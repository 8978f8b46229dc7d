/// UTF-8 by code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace feel {

/// The code point at `at`, which moves on. Bytes that are not UTF-8 count as one code point each.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& text, char32_t point);
std::size_t code_points(std::string_view text);
std::u32string to_code_points(std::string_view text);
std::string from_code_points(std::u32string_view points);

/// With quotes and escapes, as a FEEL literal ("\n" as \n; other signs stay).
std::string quoted(std::string_view text);

}  // namespace feel
