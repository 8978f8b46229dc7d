#include "kernel/feel/decimal.h"

#include <algorithm>
#include <array>

// The Intel library is built with arguments by value, the rounding direction as an argument and the flags behind a
// pointer (variant "gcc000"): no state of its own, so it is pure and safe between threads.
#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <bid_conf.h>
#include <bid_functions.h>
#pragma GCC diagnostic pop

namespace feel {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t sign_bit = 0x8000000000000000ull;
constexpr int exponent_bias = 6176;
constexpr int digits_max = 34;
constexpr unsigned nearest_even = 0;

BID_UINT128 raw(const Decimal& number) {
  BID_UINT128 out;
  out.w[0] = number.bits().low;
  out.w[1] = number.bits().high;
  return out;
}

std::optional<Decimal> finite(BID_UINT128 number) {
  // 11110 and 11111 after the sign mark infinity and NaN.
  if ((number.w[1] & 0x7800000000000000ull) == 0x7800000000000000ull) return std::nullopt;
  return Decimal(Decimal::Bits{.low = number.w[0], .high = number.w[1]});
}

/// The parts of a finite number: (-1)^negative * coefficient * 10^exponent.
struct Parts {
  bool negative = false;
  Wide coefficient = 0;
  int exponent = 0;
};

Parts parts_of(const Decimal& number) {
  const auto [low, high] = number.bits();
  Parts parts{.negative = (high & sign_bit) != 0};
  if ((high & 0x6000000000000000ull) == 0x6000000000000000ull) {
    // Not canonical: counts as zero.
    parts.exponent = static_cast<int>((high >> 47) & 0x3fff) - exponent_bias;
    return parts;
  }
  parts.exponent = static_cast<int>((high >> 49) & 0x3fff) - exponent_bias;
  parts.coefficient = (static_cast<Wide>(high & 0x1ffffffffffffull) << 64) | low;
  return parts;
}

/// The parts without trailing zeros of the coefficient (zero has exponent 0).
Parts reduced(const Decimal& number) {
  Parts parts = parts_of(number);
  if (parts.coefficient == 0) {
    parts.exponent = 0;
    return parts;
  }
  while (parts.coefficient % 10 == 0) {
    parts.coefficient /= 10;
    ++parts.exponent;
  }
  return parts;
}

std::string digits_of(Wide coefficient) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(coefficient % 10));
    coefficient /= 10;
  } while (coefficient != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

unsigned direction_of(Rounding rounding, bool negative) {
  switch (rounding) {
    case Rounding::half_even:
      return 0;
    case Rounding::floor:
      return 1;
    case Rounding::ceiling:
      return 2;
    case Rounding::down:
      return 3;
    case Rounding::half_up:
      return 4;
    case Rounding::up:
      return negative ? 1 : 2;
    case Rounding::half_down:
      return 3;  // corrected by the caller
  }
  return 0;
}

}  // namespace

Decimal::Decimal(std::int64_t number) {
  const bool negative = number < 0;
  bits_.low = negative ? ~static_cast<std::uint64_t>(number) + 1 : static_cast<std::uint64_t>(number);
  if (negative) bits_.high |= sign_bit;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  constexpr std::size_t text_max = 20'000;
  std::size_t at = 0;
  std::size_t digits = 0;
  const auto eat_digits = [&] {
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) ++digits;
  };
  if (text.size() > text_max) return std::nullopt;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  eat_digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    const std::size_t before = digits;
    eat_digits();
    if (digits == before) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    digits = 0;
    eat_digits();
    if (digits == 0) return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  std::string copy(text);
  _IDEC_flags flags = 0;
  return finite(bid128_from_string(copy.data(), nearest_even, &flags));
}

std::string Decimal::to_text() const {
  const Parts parts = reduced(*this);
  if (parts.coefficient == 0) return "0";
  std::string digits = digits_of(parts.coefficient);
  const int length = static_cast<int>(digits.size());
  const std::string sign = parts.negative ? "-" : "";
  if (parts.exponent >= 0 && length + parts.exponent <= digits_max)
    return sign + digits + std::string(static_cast<std::size_t>(parts.exponent), '0');
  if (parts.exponent < 0 && -parts.exponent <= 2 * digits_max) {
    const int point = length + parts.exponent;
    if (point > 0)
      return sign + digits.substr(0, static_cast<std::size_t>(point)) + "." +
             digits.substr(static_cast<std::size_t>(point));
    return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  }
  const int exponent = parts.exponent + length - 1;
  std::string out = sign + digits.substr(0, 1);
  if (length > 1) out += "." + digits.substr(1);
  return out + (exponent < 0 ? "E-" : "E+") + std::to_string(exponent < 0 ? -exponent : exponent);
}

std::optional<std::int64_t> Decimal::to_int64() const {
  const Parts parts = reduced(*this);
  if (parts.exponent < 0 || parts.exponent > 18) return std::nullopt;
  Wide whole = parts.coefficient;
  constexpr Wide limit = static_cast<Wide>(INT64_MAX);
  for (int i = 0; i < parts.exponent; ++i) {
    if (whole > limit) return std::nullopt;
    whole *= 10;
  }
  if (whole > limit + (parts.negative ? 1 : 0)) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(whole);
  return static_cast<std::int64_t>(parts.negative ? ~bits + 1 : bits);
}

double Decimal::to_double() const {
  _IDEC_flags flags = 0;
  return bid128_to_binary64(raw(*this), nearest_even, &flags);
}

std::strong_ordering Decimal::compared(const Decimal& left, const Decimal& right) {
  _IDEC_flags flags = 0;
  const BID_UINT128 l = raw(left);
  const BID_UINT128 r = raw(right);
  if (bid128_quiet_less(l, r, &flags)) return std::strong_ordering::less;
  if (bid128_quiet_equal(l, r, &flags)) return std::strong_ordering::equal;
  return std::strong_ordering::greater;
}

std::optional<Decimal> add(const Decimal& left, const Decimal& right) {
  _IDEC_flags flags = 0;
  return finite(bid128_add(raw(left), raw(right), nearest_even, &flags));
}

std::optional<Decimal> subtract(const Decimal& left, const Decimal& right) {
  _IDEC_flags flags = 0;
  return finite(bid128_sub(raw(left), raw(right), nearest_even, &flags));
}

std::optional<Decimal> multiply(const Decimal& left, const Decimal& right) {
  _IDEC_flags flags = 0;
  return finite(bid128_mul(raw(left), raw(right), nearest_even, &flags));
}

std::optional<Decimal> divide(const Decimal& left, const Decimal& right) {
  _IDEC_flags flags = 0;
  return finite(bid128_div(raw(left), raw(right), nearest_even, &flags));
}

namespace {

/// By repeated squaring, when that is exact; nothing otherwise.
std::optional<Decimal> exact_power(const Decimal& base, std::int64_t exponent) {
  constexpr std::int64_t exponent_max = 1000;
  if (exponent < 0 || exponent > exponent_max) return std::nullopt;
  _IDEC_flags flags = 0;
  BID_UINT128 result = raw(Decimal(1));
  BID_UINT128 square = raw(base);
  while (exponent > 0) {
    if (exponent & 1) result = bid128_mul(result, square, nearest_even, &flags);
    exponent >>= 1;
    if (exponent > 0) square = bid128_mul(square, square, nearest_even, &flags);
  }
  constexpr _IDEC_flags not_exact = 0x20 | 0x08 | 0x10 | 0x01;
  if (flags & not_exact) return std::nullopt;
  return finite(result);
}

}  // namespace

std::optional<Decimal> power(const Decimal& base, const Decimal& exponent) {
  if (const auto whole = exponent.to_int64()) {
    if (const auto exact = exact_power(base, *whole)) return exact;
    if (*whole < 0 && *whole > INT64_MIN) {
      if (const auto inverse = exact_power(base, -*whole)) return divide(Decimal(1), *inverse);
    }
  }
  if (base.is_zero() && exponent.is_negative()) return std::nullopt;
  _IDEC_flags flags = 0;
  return finite(bid128_pow(raw(base), raw(exponent), nearest_even, &flags));
}

std::optional<Decimal> modulo(const Decimal& dividend, const Decimal& divisor) {
  // dividend - divisor * floor(dividend / divisor), by the exact remainder of fmod, which has the dividend's sign.
  if (divisor.is_zero()) return std::nullopt;
  _IDEC_flags flags = 0;
  const auto rest = finite(bid128_fmod(raw(dividend), raw(divisor), &flags));
  if (!rest || rest->is_zero() || rest->is_negative() == divisor.is_negative()) return rest;
  return add(*rest, divisor);
}

std::optional<Decimal> square_root(const Decimal& number) {
  if (number.is_negative()) return std::nullopt;
  _IDEC_flags flags = 0;
  return finite(bid128_sqrt(raw(number), nearest_even, &flags));
}

std::optional<Decimal> natural_logarithm(const Decimal& number) {
  if (number.is_negative() || number.is_zero()) return std::nullopt;
  _IDEC_flags flags = 0;
  return finite(bid128_log(raw(number), nearest_even, &flags));
}

std::optional<Decimal> exponential(const Decimal& number) {
  _IDEC_flags flags = 0;
  return finite(bid128_exp(raw(number), nearest_even, &flags));
}

std::optional<Decimal> rounded(const Decimal& number, std::int64_t scale, Rounding rounding) {
  constexpr std::int64_t scale_min = -6111;
  constexpr std::int64_t scale_max = 6176;
  if (scale < scale_min || scale > scale_max) return std::nullopt;
  const Parts parts = reduced(number);
  // Fewer digits than asked for: nothing to round, and adding zeros could need more than 34 digits.
  if (parts.coefficient == 0 || parts.exponent >= -scale) return number;
  _IDEC_flags flags = 0;
  const BID_UINT128 unit = [&] {
    BID_UINT128 one;
    one.w[0] = 1;
    one.w[1] = static_cast<std::uint64_t>(exponent_bias - scale) << 49;
    return one;
  }();
  auto result = finite(bid128_quantize(raw(number), unit, direction_of(rounding, parts.negative), &flags));
  if (!result || rounding != Rounding::half_down) return result;
  // Towards zero so far; the next number away from zero when more than half was cut off.
  const auto cut = subtract(number, *result);
  if (!cut) return std::nullopt;
  const Decimal one(Decimal::Bits{.low = unit.w[0], .high = unit.w[1]});
  const auto twice = multiply(parts.negative ? cut->negated() : *cut, Decimal(2));
  if (!twice || *twice <= one) return result;
  return parts.negative ? subtract(*result, one) : add(*result, one);
}

Decimal Decimal::negated() const {
  if (is_zero()) return {};
  return Decimal(Bits{.low = bits_.low, .high = bits_.high ^ sign_bit});
}

bool Decimal::is_zero() const {
  return parts_of(*this).coefficient == 0;
}
bool Decimal::is_negative() const {
  return (bits_.high & sign_bit) != 0 && !is_zero();
}
bool Decimal::is_whole() const {
  return reduced(*this).exponent >= 0;
}

}  // namespace feel
