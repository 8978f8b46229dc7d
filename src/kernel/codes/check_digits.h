/// The check characters of the standards. Each wants the characters before the check, already in normal form.
#pragma once

#include <optional>
#include <string_view>

namespace codes {

/// The 31 letters and digits of credit codes: no I, O, S, V, Z. The value of a character is its place.
inline constexpr std::string_view credit_alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The 18th character of a credit code from the 17 before it. Nothing when they are not 17 of `credit_alphabet`.
/// Source: [GB32100].
std::optional<char> mod_31_check(std::string_view body);

/// The check of an organisation code from its 8 characters, 0-9 and A-Z (values 0 to 35, unlike in a credit code).
/// Source: [GB11714].
std::optional<char> mod_11_check(std::string_view body);

/// The 18th character of a citizen identity number from its 17 digits; ISO 7064 MOD 11-2.
/// Source: [GB11643].
std::optional<char> mod_11_2_check(std::string_view digits);

/// The check digit after any number of digits, at least one; ISO 7064 MOD 11,10.
/// Source: [GB17710].
std::optional<char> mod_11_10_check(std::string_view digits);

/// The check character after any number of characters 0-9 and A-Z, at least one; ISO 7064 MOD 37,36.
/// Source: [GB36904].
std::optional<char> mod_37_36_check(std::string_view body);

}  // namespace codes
