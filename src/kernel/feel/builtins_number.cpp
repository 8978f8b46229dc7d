#include "builtin.h"
#include "temporal.h"

// Functions of numbers. Source: [DMN-10.3.4.5].
namespace feel {
namespace {

Value round_to(const List& arguments, Rounding rounding, bool needs_scale, Evaluation& evaluation) {
  const Value& number = single(arguments[0]);
  if (number.kind() != Kind::number) return mismatch(evaluation, 1, "number");
  std::int64_t scale = 0;
  if (arguments.size() > 1) {
    const Value& digits = single(arguments[1]);
    if (digits.kind() != Kind::number) return mismatch(evaluation, 2, "number");
    const auto down = rounded(digits.as_number(), 0, Rounding::down);
    const auto count = down ? down->to_int64() : std::nullopt;
    if (!count) return out_of_range(evaluation, 2);
    scale = *count;
  } else if (needs_scale) {
    return mismatch(evaluation, 2, "number");
  }
  const auto result = rounded(number.as_number(), scale, rounding);
  return result ? Value(*result) : out_of_range(evaluation, 2);
}

Value decimal(const List& arguments, Evaluation& e) {
  return round_to(arguments, Rounding::half_even, true, e);
}
Value floor(const List& arguments, Evaluation& e) {
  return round_to(arguments, Rounding::floor, false, e);
}
Value ceiling(const List& arguments, Evaluation& e) {
  return round_to(arguments, Rounding::ceiling, false, e);
}
Value round_up(const List& arguments, Evaluation& e) {
  return round_to(arguments, Rounding::up, true, e);
}
Value round_down(const List& arguments, Evaluation& e) {
  return round_to(arguments, Rounding::down, true, e);
}
Value round_half_up(const List& arguments, Evaluation& e) {
  return round_to(arguments, Rounding::half_up, true, e);
}
Value round_half_down(const List& arguments, Evaluation& e) {
  return round_to(arguments, Rounding::half_down, true, e);
}

Value abs(const List& arguments, Evaluation& evaluation) {
  const Value& value = single(arguments[0]);
  if (value.kind() == Kind::number)
    return value.as_number().is_negative() ? value.as_number().negated() : value.as_number();
  if (value.kind() == Kind::years_months) return YearsMonths{std::abs(value.as_years_months().months)};
  if (value.kind() == Kind::days_time) {
    const DaysTime duration = value.as_days_time();
    return DaysTime{.seconds = std::abs(duration.seconds), .nanoseconds = std::abs(duration.nanoseconds)};
  }
  return mismatch(evaluation, 1, "number");
}

Value modulo_(const List& arguments, Evaluation& evaluation) {
  const Value& dividend = single(arguments[0]);
  const Value& divisor = single(arguments[1]);
  if (dividend.kind() != Kind::number) return mismatch(evaluation, 1, "number");
  if (divisor.kind() != Kind::number) return mismatch(evaluation, 2, "number");
  return or_null(modulo(dividend.as_number(), divisor.as_number()), evaluation);
}

template <std::optional<Decimal> (*operation)(const Decimal&)>
Value unary(const List& arguments, Evaluation& evaluation) {
  const Value& number = single(arguments[0]);
  if (number.kind() != Kind::number) return mismatch(evaluation, 1, "number");
  return or_null(operation(number.as_number()), evaluation);
}

std::optional<Decimal> root(const Decimal& number) {
  return square_root(number);
}
std::optional<Decimal> logarithm(const Decimal& number) {
  return natural_logarithm(number);
}
std::optional<Decimal> power_of_e(const Decimal& number) {
  return exponential(number);
}

Value parity(const List& arguments, Evaluation& evaluation, bool wants_odd) {
  const Value& number = single(arguments[0]);
  if (number.kind() != Kind::number) return mismatch(evaluation, 1, "number");
  const auto rest = modulo(number.as_number(), Decimal(2));
  if (!rest) return or_null(rest, evaluation);
  return *rest == Decimal(wants_odd ? 1 : 0);
}

Value odd(const List& arguments, Evaluation& evaluation) {
  return parity(arguments, evaluation, true);
}
Value even(const List& arguments, Evaluation& evaluation) {
  return parity(arguments, evaluation, false);
}

constexpr BuiltIn table[] = {
    {"decimal", "n, scale", decimal},
    {"floor", "n, ?scale", floor},
    {"ceiling", "n, ?scale", ceiling},
    {"round up", "n, scale", round_up},
    {"round down", "n, scale", round_down},
    {"round half up", "n, scale", round_half_up},
    {"round half down", "n, scale", round_half_down},
    {"abs", "n", abs},
    {"modulo", "dividend, divisor", modulo_},
    {"sqrt", "number", unary<root>},
    {"log", "number", unary<logarithm>},
    {"exp", "number", unary<power_of_e>},
    {"odd", "number", odd},
    {"even", "number", even},
};

}  // namespace

std::span<const BuiltIn> number_functions() {
  return table;
}

}  // namespace feel
