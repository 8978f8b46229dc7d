#include "kernel/codes/check_digits.h"

#include <array>
#include <cstddef>

namespace codes {
namespace {

constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits_only = letters.substr(0, 10);

std::optional<int> value_in(std::string_view alphabet, char c) {
  const std::size_t place = alphabet.find(c);
  if (place == std::string_view::npos) return std::nullopt;
  return static_cast<int>(place);
}

template <std::size_t size>
std::optional<int> weighted_sum(std::string_view body, std::string_view alphabet,
                                const std::array<int, size>& weights) {
  if (body.size() != size) return std::nullopt;
  int sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::optional<int> value = value_in(alphabet, body[i]);
    if (!value) return std::nullopt;
    sum += *value * weights[i];
  }
  return sum;
}

/// The hybrid systems of ISO 7064: MOD `modulus + 1`, `modulus` over an alphabet of `modulus` characters.
std::optional<char> hybrid_check(std::string_view body, std::string_view alphabet) {
  if (body.empty()) return std::nullopt;
  const auto modulus = static_cast<int>(alphabet.size());
  int product = modulus;
  for (const char c : body) {
    const std::optional<int> value = value_in(alphabet, c);
    if (!value) return std::nullopt;
    int sum = (product + *value) % modulus;
    if (sum == 0) sum = modulus;
    product = 2 * sum % (modulus + 1);
  }
  return alphabet[static_cast<std::size_t>((modulus + 1 - product) % modulus)];
}

}  // namespace

std::optional<char> mod_31_check(std::string_view body) {
  constexpr std::array<int, 17> weights{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
  const std::optional<int> sum = weighted_sum(body, credit_alphabet, weights);
  if (!sum) return std::nullopt;
  // The outer modulus turns 31 into 0: a remainder of 0 has the check 0.
  return credit_alphabet[static_cast<std::size_t>((31 - *sum % 31) % 31)];
}

std::optional<char> mod_11_check(std::string_view body) {
  constexpr std::array<int, 8> weights{3, 7, 9, 10, 5, 8, 4, 2};
  const std::optional<int> sum = weighted_sum(body, letters, weights);
  if (!sum) return std::nullopt;
  return std::string_view("0123456789X")[static_cast<std::size_t>((11 - *sum % 11) % 11)];
}

std::optional<char> mod_11_2_check(std::string_view digits) {
  constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  const std::optional<int> sum = weighted_sum(digits, digits_only, weights);
  if (!sum) return std::nullopt;
  return std::string_view("10X98765432")[static_cast<std::size_t>(*sum % 11)];
}

std::optional<char> mod_11_10_check(std::string_view digits) {
  return hybrid_check(digits, digits_only);
}

std::optional<char> mod_37_36_check(std::string_view body) {
  return hybrid_check(body, letters);
}

}  // namespace codes
