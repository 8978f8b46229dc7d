#include <algorithm>
#include <array>

#include "builtin.h"
#include "temporal.h"
#include "text.h"
#include "xpath_regex.h"

// What Camunda's engine adds to FEEL. Source: [CAMUNDA-FEEL] docs.camunda.io, FEEL built-in functions.
namespace feel {
namespace {

Value is_defined(const List& arguments, Evaluation&) {
  return !arguments[0].is_null();
}

Value get_or_else(const List& arguments, Evaluation&) {
  return arguments[0].is_null() ? arguments[1] : arguments[0];
}

Value assert_(const List& arguments, Evaluation& evaluation) {
  if (arguments[1].is_true()) return arguments[0];
  const std::string cause = arguments.size() > 2 && arguments[2].kind() == Kind::string
                                ? arguments[2].as_string()
                                : std::string("the condition is not fulfilled");
  return evaluation.fail("feel.assertion_failed", {cause, cause});
}

Value is_blank(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::string) return mismatch(evaluation, 1, "string");
  return arguments[0].as_string().find_first_not_of(" \t\r\n") == std::string::npos;
}

Value is_empty(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::list) return mismatch(evaluation, 1, "list");
  return arguments[0].as_list().empty();
}

Value trim(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::string) return mismatch(evaluation, 1, "string");
  const std::string& text = arguments[0].as_string();
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

Value extract(const List& arguments, Evaluation& evaluation) {
  for (std::size_t i = 0; i < 2; ++i)
    if (arguments[i].kind() != Kind::string) return mismatch(evaluation, i + 1, "string");
  const auto regex = Regex::compile(arguments[1].as_string(), "");
  if (!regex) return out_of_range(evaluation, 2);
  const std::u32string text = to_code_points(arguments[0].as_string());
  Regex::Subject subject(text, evaluation);
  List found_texts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto found = regex->find(subject, at);
    if (!found) break;
    const auto [from, to] = found->groups[0];
    found_texts.emplace_back(from_code_points(std::u32string_view(text).substr(from, to - from)));
    at = to > from ? to : to + 1;
  }
  return subject.is_exhausted() ? Value() : Value(std::move(found_texts));
}

Value uuid(const List&, Evaluation& evaluation) {
  static constexpr std::string_view hex = "0123456789abcdef";
  const std::array<std::uint64_t, 2> bits{(evaluation.next_random() & ~0xF000ull) | 0x4000ull,
                                          (evaluation.next_random() & ~(3ull << 62)) | (2ull << 62)};
  std::string text;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += hex[(bits[static_cast<std::size_t>(i / 16)] >> (60 - 4 * (i % 16))) & 15];
  }
  return text;
}

Value random_number(const List&, Evaluation& evaluation) {
  constexpr std::int64_t steps = 1'000'000'000'000'000;
  return or_null(divide(Decimal(static_cast<std::int64_t>(evaluation.next_random() % steps)), Decimal(steps)),
                 evaluation);
}

Value to_base64(const List& arguments, Evaluation& evaluation) {
  static constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (arguments[0].kind() != Kind::string) return mismatch(evaluation, 1, "string");
  const std::string& text = arguments[0].as_string();
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = (group << 8) | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += i + j > text.size() ? '=' : signs[(group >> (18 - 6 * j)) & 63];
  }
  return out;
}

Value from_json(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::string) return mismatch(evaluation, 1, "string");
  if (!evaluation.take_bytes(static_cast<std::int64_t>(arguments[0].as_string().size()))) return {};
  auto value = parse_json(arguments[0].as_string());
  if (!value) return evaluation.fail(value.error().code, value.error().message);
  return std::move(*value);
}

Value to_json_(const List& arguments, Evaluation& evaluation) {
  return evaluation.spend_on(arguments[0]) ? Value(to_json(arguments[0])) : Value();
}

Value partition(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::list) return mismatch(evaluation, 1, "list");
  const auto size = whole(arguments, 1);
  if (!size || *size < 1) return out_of_range(evaluation, 2);
  List parts;
  List part;
  for (const Value& item : arguments[0].as_list()) {
    part.push_back(item);
    if (static_cast<std::int64_t>(part.size()) == *size) parts.emplace_back(std::exchange(part, {}));
  }
  if (!part.empty()) parts.emplace_back(std::move(part));
  return parts;
}

Value duplicate_values(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::list) return mismatch(evaluation, 1, "list");
  List seen;
  List twice;
  const auto holds = [](const List& list, const Value& value) {
    return std::any_of(list.begin(), list.end(), [&](const Value& each) { return equal(each, value).value_or(false); });
  };
  for (const Value& item : arguments[0].as_list()) {
    if (!evaluation.spend(static_cast<std::int64_t>(seen.size()) + 1)) return {};
    if (!holds(seen, item)) {
      seen.push_back(item);
    } else if (!holds(twice, item)) {
      twice.push_back(item);
    }
  }
  return twice;
}

Value last_day_of_month(const List& arguments, Evaluation& evaluation) {
  const bool is_date = arguments[0].kind() == Kind::date;
  if (!is_date && arguments[0].kind() != Kind::date_time) return mismatch(evaluation, 1, "date");
  const calendar::Date date = is_date ? arguments[0].as_date() : arguments[0].as_date_time().date;
  calendar::Civil civil = calendar::civil_of(date);
  civil.day = calendar::days_in_month(civil.year, civil.month);
  return *calendar::date_of(civil);
}

Value put(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::context) return mismatch(evaluation, 1, "context");
  if (arguments[1].kind() != Kind::string) return mismatch(evaluation, 2, "string");
  Context context = arguments[0].as_context();
  context.put(arguments[1].as_string(), arguments[2]);
  return context;
}

Value put_all(const List& arguments, Evaluation& evaluation) {
  Context merged;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].kind() != Kind::context) return mismatch(evaluation, i + 1, "context");
    for (const auto& [key, value] : arguments[i].as_context().entries()) merged.put(key, value);
  }
  return merged;
}

/// Marks a value that an agent fills in; outside an agent it is the value itself.
Value from_ai(const List& arguments, Evaluation&) {
  return arguments[0];
}

constexpr BuiltIn table[] = {
    {"is defined", "value", is_defined},
    {"get or else", "value, default", get_or_else},
    {"assert", "value, condition, ?cause", assert_},
    {"is blank", "string", is_blank},
    {"is empty", "list", is_empty},
    {"trim", "string", trim},
    {"extract", "string, pattern", extract},
    {"uuid", "", uuid},
    {"random number", "", random_number},
    {"to base64", "value", to_base64},
    {"from json", "value", from_json},
    {"to json", "value", to_json_},
    {"string join", "list, ?delimiter, ?prefix, ?suffix", string_join},
    {"partition", "list, size", partition},
    {"duplicate values", "list", duplicate_values},
    {"last day of month", "date", last_day_of_month},
    {"put", "context, key, value", put},
    {"put all", "contexts...", put_all},
    {"fromAi", "value, ?description, ?type, ?schema, ?options", from_ai},
};

}  // namespace

std::span<const BuiltIn> camunda_functions() {
  return table;
}

}  // namespace feel
