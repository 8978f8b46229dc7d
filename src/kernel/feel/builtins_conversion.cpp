#include <algorithm>
#include <memory>

#include "builtin.h"
#include "kernel/feel/range.h"
#include "lexer.h"
#include "program.h"
#include "temporal.h"

// Conversions. Source: [DMN-10.3.4.1].
namespace feel {
namespace {

Value to_string(const List& arguments, Evaluation& evaluation) {
  if (!evaluation.spend_on(arguments[0])) return {};
  return arguments[0].is_null() ? Value() : Value(to_text(arguments[0]));
}

/// "1 000,5" with its separators; nothing when they are wrong.
std::optional<std::string> plain_number(std::string text, char group, char point) {
  std::string plain;
  for (const char c : text) {
    if (group != '\0' && c == group) continue;
    plain += c == point ? '.' : c;
    if (c == '.' && point != '.') return std::nullopt;
  }
  return plain;
}

Value to_number(const List& arguments, Evaluation& evaluation) {
  const Value& from = single(arguments[0]);
  if (from.kind() == Kind::number && arguments.size() == 1) return from;
  if (from.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  char group = '\0';
  char point = '.';
  if (arguments.size() == 3) {
    const Value& groups = arguments[1];
    const Value& points = arguments[2];
    if (!groups.is_null()) {
      if (groups.kind() != Kind::string) return mismatch(evaluation, 2, "string");
      if (groups.as_string() != " " && groups.as_string() != "," && groups.as_string() != ".")
        return out_of_range(evaluation, 2);
      group = groups.as_string()[0];
    }
    if (!points.is_null()) {
      if (points.kind() != Kind::string) return mismatch(evaluation, 3, "string");
      if (points.as_string() != "," && points.as_string() != ".") return out_of_range(evaluation, 3);
      point = points.as_string()[0];
    }
    if (group == point) return out_of_range(evaluation, 3);
  } else if (arguments.size() == 2) {
    return mismatch(evaluation, 3, "string");
  }
  const auto plain = plain_number(from.as_string(), group, point);
  const auto number = plain ? Decimal::parse(*plain) : std::nullopt;
  if (!number) return out_of_range(evaluation, 1);
  return *number;
}

Value date_of_parts(const List& arguments, Evaluation& evaluation) {
  for (std::size_t i = 0; i < 3; ++i)
    if (single(arguments[i]).kind() != Kind::number) return mismatch(evaluation, i + 1, "number");
  const auto year = whole(arguments, 0);
  const auto month = whole(arguments, 1);
  const auto day = whole(arguments, 2);
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return out_of_range(evaluation, 1);
  const auto date =
      calendar::date_of({.year = *year, .month = static_cast<int>(*month), .day = static_cast<int>(*day)});
  return date ? Value(*date) : out_of_range(evaluation, 3);
}

Value to_date(const List& arguments, Evaluation& evaluation) {
  if (arguments.size() == 3) return date_of_parts(arguments, evaluation);
  const Value& from = single(arguments[0]);
  if (from.kind() == Kind::date) return from;
  if (from.kind() == Kind::date_time) return from.as_date_time().date;
  if (from.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  const auto date = parse_any_date(from.as_string());
  return date ? Value(*date) : out_of_range(evaluation, 1);
}

Value time_of_parts(const List& arguments, Evaluation& evaluation) {
  for (std::size_t i = 0; i < 3; ++i)
    if (single(arguments[i]).kind() != Kind::number) return mismatch(evaluation, i + 1, "number");
  const auto hour = whole(arguments, 0);
  const auto minute = whole(arguments, 1);
  const Decimal& seconds = single(arguments[2]).as_number();
  const auto second = rounded(seconds, 0, Rounding::floor);
  const auto full_second = second ? second->to_int64() : std::nullopt;
  if (!hour || !minute || !full_second || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *full_second < 0 ||
      *full_second > 59)
    return out_of_range(evaluation, 1);
  const auto rest = multiply(*subtract(seconds, *second), Decimal(nanoseconds_per_second));
  const auto nanosecond = rest ? rounded(*rest, 0, Rounding::down) : std::nullopt;
  Time time{.second_of_day = static_cast<std::int32_t>(*hour * 3'600 + *minute * 60 + *full_second),
            .nanosecond = static_cast<std::int32_t>(nanosecond ? nanosecond->to_int64().value_or(0) : 0)};
  if (arguments.size() == 4 && !arguments[3].is_null()) {
    const Value& offset = single(arguments[3]);
    constexpr std::int64_t offset_max = 18 * 3'600;
    if (offset.kind() != Kind::days_time) return mismatch(evaluation, 4, "days and time duration");
    if (std::abs(offset.as_days_time().seconds) > offset_max) return out_of_range(evaluation, 4);
    time.zone = {.kind = Zone::Kind::offset,
                 .offset_seconds = static_cast<std::int32_t>(offset.as_days_time().seconds)};
  }
  return time;
}

Value to_time(const List& arguments, Evaluation& evaluation) {
  if (arguments.size() > 1) return time_of_parts(arguments, evaluation);
  const Value& from = single(arguments[0]);
  if (from.kind() == Kind::time) return from;
  if (from.kind() == Kind::date_time) return from.as_date_time().time;
  if (from.kind() == Kind::date) return midnight_utc(from.as_date()).time;
  if (from.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  const auto time = parse_time(from.as_string());
  return time ? Value(*time) : out_of_range(evaluation, 1);
}

Value date_time_of_parts(const List& arguments, Evaluation& evaluation) {
  const Value date = date_of_parts({arguments[0], arguments[1], arguments[2]}, evaluation);
  List rest(arguments.begin() + 3, arguments.end());
  Zone zone;
  if (rest.size() == 4 && rest[3].kind() == Kind::string) {
    if (!is_zone(rest[3].as_string())) return out_of_range(evaluation, 7);
    zone = {.kind = Zone::Kind::named, .name = rest[3].as_string()};
    rest.pop_back();
  }
  const Value time = time_of_parts(rest, evaluation);
  if (date.is_null() || time.is_null()) return {};
  DateTime date_time{.date = date.as_date(), .time = time.as_time()};
  if (zone.kind == Zone::Kind::named) date_time.time.zone = zone;
  return date_time;
}

Value to_date_time(const List& arguments, Evaluation& evaluation) {
  if (arguments.size() > 2) return date_time_of_parts(arguments, evaluation);
  const Value& from = single(arguments[0]);
  if (arguments.size() == 2) {
    const Value& time = single(arguments[1]);
    if (from.kind() == Kind::date_time && time.kind() == Kind::string) {
      if (!is_zone(time.as_string())) return out_of_range(evaluation, 2);
      return at_point(point_of(from.as_date_time()), {.kind = Zone::Kind::named, .name = time.as_string()});
    }
    if (from.kind() != Kind::date && from.kind() != Kind::date_time) return mismatch(evaluation, 1, "date");
    if (time.kind() != Kind::time) return mismatch(evaluation, 2, "time");
    const calendar::Date date = from.kind() == Kind::date ? from.as_date() : from.as_date_time().date;
    return DateTime{.date = date, .time = time.as_time()};
  }
  if (from.kind() == Kind::date_time) return from;
  if (from.kind() == Kind::date) return midnight_utc(from.as_date());
  if (from.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  const auto date_time = parse_date_time(from.as_string());
  return date_time ? Value(*date_time) : out_of_range(evaluation, 1);
}

Value to_duration(const List& arguments, Evaluation& evaluation) {
  const Value& from = single(arguments[0]);
  if (from.kind() == Kind::days_time || from.kind() == Kind::years_months) return from;
  if (from.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  const auto duration = parse_duration(from.as_string());
  return duration ? *duration : out_of_range(evaluation, 1);
}

bool is_day(const Value& value) {
  return value.kind() == Kind::date || value.kind() == Kind::date_time;
}

Value years_and_months(const List& arguments, Evaluation& evaluation) {
  const Value& first = single(arguments[0]);
  const Value& second = single(arguments[1]);
  if (!is_day(first)) return mismatch(evaluation, 1, "date");
  if (!is_day(second)) return mismatch(evaluation, 2, "date");
  const auto local = [](const Value& value) {
    return value.kind() == Kind::date ? DateTime{.date = value.as_date()} : value.as_date_time();
  };
  const DateTime from = local(first);
  const DateTime to = local(second);
  const calendar::Civil a = calendar::civil_of(from.date);
  const calendar::Civil b = calendar::civil_of(to.date);
  std::int64_t months = (b.year - a.year) * 12 + b.month - a.month;
  // A month counts when it is full. Source: [DMN-10.3.4.1] years and months duration().
  if (months > 0 && b.day < a.day) --months;
  if (months < 0 && b.day > a.day) ++months;
  return YearsMonths{months};
}

Value not_(const List& arguments, Evaluation& evaluation) {
  const Value& value = single(arguments[0]);
  if (value.kind() == Kind::boolean) return !value.as_boolean();
  if (value.is_null()) return {};
  return mismatch(evaluation, 1, "boolean");
}

bool is_same(const Value& left, const Value& right) {
  // An offset of zero and a named zone are two things even when the clocks agree.
  return left == right;
}

Value is(const List& arguments, Evaluation& evaluation) {
  return evaluation.spend_on(arguments[0]) ? Value(is_same(arguments[0], arguments[1])) : Value();
}

/// The range that the text is, when it is one of literals; else null.
Value range_constant(std::string_view text) {
  const auto expression = compile(text, Scope{});
  if (!expression || expression->program().root->op != Op::constant) return {};
  const Value& value = expression->program().root->constant;
  return value.kind() == Kind::range ? value : Value();
}

/// `[` or `(` or `]`, two literals, and the other end. What is no literal was not folded into a constant. Beside an
/// open end the literal may be left out: nothing bounds the range there. Source: [DMN-10.3.1.2] range literal.
Value range_of_text(const List& arguments, Evaluation& evaluation) {
  const Value& text = single(arguments[0]);
  if (text.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  const auto tokens = tokenize(text.as_string());
  const auto is_sign = [&](std::size_t at, std::string_view signs) {
    const Token& token = (*tokens)[at];
    return token.kind == Token::Kind::symbol && token.text.size() <= 2 && signs.find(token.text) != signs.npos;
  };
  constexpr std::size_t fewest = 5;  // with the token that ends every text
  if (!tokens || tokens->size() < fewest || !is_sign(0, "[(]") || is_sign(1, "<=>=!=") ||
      !is_sign(tokens->size() - 2, "])["))
    return out_of_range(evaluation, 1);
  const auto is_null = [](const Token& token) { return token.kind == Token::Kind::word && token.text == "null"; };
  if (std::any_of(tokens->begin(), tokens->end(), is_null)) return out_of_range(evaluation, 1);
  const std::size_t last = tokens->size() - 2;
  const bool has_no_start = is_sign(0, "(]") && is_sign(1, "..");
  const bool has_no_end = is_sign(last, ")[") && is_sign(last - 1, "..");
  if (!has_no_start && !has_no_end) {
    const Value range = range_constant(text.as_string());
    return range.is_null() ? out_of_range(evaluation, 1) : range;
  }
  // The one literal there is, read as both ends of a range.
  const std::size_t from = (*tokens)[has_no_start ? 2 : 1].offset;
  const std::size_t to = (*tokens)[has_no_start ? last : last - 1].offset;
  const std::string literal = text.as_string().substr(from, to - from);
  const Value both = range_constant("[" + literal + ".." + literal + "]");
  if (both.is_null()) return out_of_range(evaluation, 1);
  Range open{.start = both.as_range().start, .end = both.as_range().end};
  (has_no_start ? open.start : open.end) = Value();
  open.start_included = has_no_end && is_sign(0, "[");
  open.end_included = has_no_start && is_sign(last, "]");
  return Value(std::make_shared<const Range>(std::move(open)));
}

constexpr BuiltIn table[] = {
    {"string", "from", to_string},
    {"number", "from, ?grouping separator, ?decimal separator", to_number},
    {"date", "from | year, month, day", to_date},
    {"time", "from | hour, minute, second, ?offset", to_time},
    {"date and time",
     "from | date, time | date, timezone | year, month, day, hour, minute, second, ?offset | "
     "year, month, day, hour, minute, second, timezone",
     to_date_time},
    {"duration", "from", to_duration},
    {"years and months duration", "from, to", years_and_months},
    {"not", "negand", not_},
    {"is", "value1, value2", is},
    {"range", "from", range_of_text},
};

}  // namespace

std::span<const BuiltIn> conversion_functions() {
  return table;
}

}  // namespace feel
