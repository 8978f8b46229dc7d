/// IEEE 754 decimal128: 34 digits, exact for money and areas, as DMN demands.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace feel {

enum class Rounding { half_even, up, down, half_up, half_down, floor, ceiling };

/// A finite decimal128 number (BID encoding of the Intel library). Infinity and NaN never leave the operations: they
/// give nothing instead.
class Decimal {
 public:
  Decimal() = default;
  Decimal(std::int64_t number);
  static std::optional<Decimal> parse(std::string_view text);

  /// Plain digits where FEEL demands them ("0.1", "12345", never "1E+2" below 34 digits).
  std::string to_text() const;
  /// Nothing when not a whole number or out of range.
  std::optional<std::int64_t> to_int64() const;
  double to_double() const;

  friend std::strong_ordering operator<=>(const Decimal& left, const Decimal& right) {
    if (is_same_scale(left, right)) return left.bits_.low <=> right.bits_.low;
    return compared(left, right);
  }
  friend bool operator==(const Decimal& left, const Decimal& right) {
    if (is_same_scale(left, right)) return left.bits_.low == right.bits_.low;
    return compared(left, right) == std::strong_ordering::equal;
  }

  friend std::optional<Decimal> add(const Decimal& left, const Decimal& right);
  friend std::optional<Decimal> subtract(const Decimal& left, const Decimal& right);
  friend std::optional<Decimal> multiply(const Decimal& left, const Decimal& right);
  friend std::optional<Decimal> divide(const Decimal& left, const Decimal& right);
  friend std::optional<Decimal> power(const Decimal& base, const Decimal& exponent);
  /// The remainder with the sign of the divisor: modulo(-12, 5) is 3.
  friend std::optional<Decimal> modulo(const Decimal& dividend, const Decimal& divisor);
  friend std::optional<Decimal> square_root(const Decimal& number);
  friend std::optional<Decimal> natural_logarithm(const Decimal& number);
  friend std::optional<Decimal> exponential(const Decimal& number);
  /// Rounded to `scale` digits after the point (before it, when negative). Nothing outside decimal128's range of
  /// scales, -6111 to 6176.
  friend std::optional<Decimal> rounded(const Decimal& number, std::int64_t scale, Rounding rounding);
  Decimal negated() const;
  bool is_zero() const;
  bool is_negative() const;
  bool is_whole() const;

  struct Bits {
    std::uint64_t low = 0;
    std::uint64_t high = 0x3040000000000000ull;  // +0
  };
  explicit constexpr Decimal(Bits bits) : bits_(bits) {}
  Bits bits() const { return bits_; }

 private:
  /// The two numbers almost every comparison meets: small, not negative, same exponent.
  static bool is_same_scale(const Decimal& left, const Decimal& right) {
    const std::uint64_t high = left.bits_.high;
    return high == right.bits_.high && (high >> 49) < 0x3000 && (high & 0x1ffffffffffffull) == 0;
  }
  static std::strong_ordering compared(const Decimal& left, const Decimal& right);

  Bits bits_ = {};
};

}  // namespace feel
