#include <unicode/locid.h>
#include <unicode/unistr.h>
#include <array>

#include "builtin.h"
#include "text.h"
#include "xpath_regex.h"

// Functions of strings. Source: [DMN-10.3.4.3].
namespace feel {
namespace {

/// The arguments as strings; false and a diagnostic when one is none.
bool all_strings(const List& arguments, Evaluation& evaluation) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (single(arguments[i]).kind() == Kind::string) continue;
    mismatch(evaluation, i + 1, "string");
    return false;
  }
  return true;
}

const std::string& string_at(const List& arguments, std::size_t index) {
  return single(arguments[index]).as_string();
}

Value substring(const List& arguments, Evaluation& evaluation) {
  if (single(arguments[0]).kind() != Kind::string) return mismatch(evaluation, 1, "string");
  if (single(arguments[1]).kind() != Kind::number) return mismatch(evaluation, 2, "number");
  const bool has_length = arguments.size() == 3 && !arguments[2].is_null();
  if (has_length && single(arguments[2]).kind() != Kind::number) return mismatch(evaluation, 3, "number");
  const auto truncated = [](const Value& number) {
    const auto down = rounded(number.as_number(), 0, Rounding::down);
    return down ? down->to_int64() : std::nullopt;
  };
  const std::u32string text = to_code_points(string_at(arguments, 0));
  const auto size = static_cast<std::int64_t>(text.size());
  const auto start = truncated(single(arguments[1]));
  if (!start || *start == 0 || *start > size || *start < -size) return out_of_range(evaluation, 2);
  const std::int64_t from = *start > 0 ? *start - 1 : size + *start;
  std::int64_t count = size - from;
  if (has_length) {
    const auto length = truncated(single(arguments[2]));
    if (!length || *length < 1) return out_of_range(evaluation, 3);
    count = std::min(count, *length);
  }
  return from_code_points(
      std::u32string_view(text).substr(static_cast<std::size_t>(from), static_cast<std::size_t>(count)));
}

Value string_length(const List& arguments, Evaluation& evaluation) {
  if (!all_strings(arguments, evaluation)) return {};
  return static_cast<std::int64_t>(code_points(string_at(arguments, 0)));
}

Value change_case(const List& arguments, Evaluation& evaluation, bool to_upper) {
  if (!all_strings(arguments, evaluation)) return {};
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(string_at(arguments, 0));
  const icu::Locale& root = icu::Locale::getRoot();
  std::string out;
  (to_upper ? text.toUpper(root) : text.toLower(root)).toUTF8String(out);
  return out;
}

Value upper_case(const List& arguments, Evaluation& evaluation) {
  return change_case(arguments, evaluation, true);
}
Value lower_case(const List& arguments, Evaluation& evaluation) {
  return change_case(arguments, evaluation, false);
}

Value substring_before(const List& arguments, Evaluation& evaluation) {
  if (!all_strings(arguments, evaluation)) return {};
  const std::size_t at = string_at(arguments, 0).find(string_at(arguments, 1));
  return at == std::string::npos ? std::string() : string_at(arguments, 0).substr(0, at);
}

Value substring_after(const List& arguments, Evaluation& evaluation) {
  if (!all_strings(arguments, evaluation)) return {};
  const std::size_t at = string_at(arguments, 0).find(string_at(arguments, 1));
  return at == std::string::npos ? std::string() : string_at(arguments, 0).substr(at + string_at(arguments, 1).size());
}

Value contains(const List& arguments, Evaluation& evaluation) {
  if (!all_strings(arguments, evaluation)) return {};
  return string_at(arguments, 0).find(string_at(arguments, 1)) != std::string::npos;
}

Value starts_with(const List& arguments, Evaluation& evaluation) {
  if (!all_strings(arguments, evaluation)) return {};
  return string_at(arguments, 0).starts_with(string_at(arguments, 1));
}

Value ends_with(const List& arguments, Evaluation& evaluation) {
  if (!all_strings(arguments, evaluation)) return {};
  return string_at(arguments, 0).ends_with(string_at(arguments, 1));
}

/// The pattern of argument `index` with the flags of the argument after `flags_after`.
std::optional<Regex> regex_of(const List& arguments, std::size_t index, std::size_t flags_at, Evaluation& evaluation) {
  std::string flags;
  if (arguments.size() > flags_at && !arguments[flags_at].is_null()) flags = string_at(arguments, flags_at);
  auto regex = Regex::compile(string_at(arguments, index), flags);
  if (!regex) {
    evaluation.fail("feel.regex",
                    {"正则表达式或选项不正确：" + string_at(arguments, index),
                     "the regular expression or its flags are not valid: " + string_at(arguments, index)});
  }
  return regex;
}

bool strings_or_null_flags(const List& arguments, std::size_t required, Evaluation& evaluation) {
  if (arguments.size() > required && arguments[required].is_null())
    return all_strings(List(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(required)), evaluation);
  return all_strings(arguments, evaluation);
}

Value matches(const List& arguments, Evaluation& evaluation) {
  if (!strings_or_null_flags(arguments, 2, evaluation)) return {};
  const auto regex = regex_of(arguments, 1, 2, evaluation);
  if (!regex) return {};
  Regex::Subject subject(to_code_points(string_at(arguments, 0)), evaluation);
  const bool found = regex->find(subject, 0).has_value();
  return subject.is_exhausted() ? Value() : Value(found);
}

/// `$1` and `$2` of a replacement; false when it is not valid.
bool append_replacement(std::u32string& out, const std::u32string& replacement, const Regex& regex,
                        const Regex::Found& found, const std::u32string& text) {
  if (regex.is_literal()) {
    out += replacement;
    return true;
  }
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] == U'\\') {
      if (i + 1 >= replacement.size() || (replacement[i + 1] != U'\\' && replacement[i + 1] != U'$')) return false;
      out += replacement[++i];
    } else if (replacement[i] == U'$') {
      if (i + 1 >= replacement.size() || replacement[i + 1] < U'0' || replacement[i + 1] > U'9') return false;
      std::size_t group = replacement[++i] - U'0';
      while (i + 1 < replacement.size() && replacement[i + 1] >= U'0' && replacement[i + 1] <= U'9' &&
             group * 10 + (replacement[i + 1] - U'0') < found.groups.size())
        group = group * 10 + (replacement[++i] - U'0');
      if (group < found.groups.size() && found.groups[group].first <= found.groups[group].second)
        out += text.substr(found.groups[group].first, found.groups[group].second - found.groups[group].first);
    } else {
      out += replacement[i];
    }
  }
  return true;
}

Value replace(const List& arguments, Evaluation& evaluation) {
  if (!strings_or_null_flags(arguments, 3, evaluation)) return {};
  const auto regex = regex_of(arguments, 1, 3, evaluation);
  if (!regex) return {};
  const std::u32string text = to_code_points(string_at(arguments, 0));
  const std::u32string replacement = to_code_points(string_at(arguments, 2));
  Regex::Subject subject(text, evaluation);
  std::u32string out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const auto found = regex->find(subject, at);
    if (!found) break;
    const auto [from, to] = found->groups[0];
    if (from == to && at == 0 && regex->find(subject, 0)->groups[0].second == 0 && regex->matches_empty(evaluation))
      return out_of_range(evaluation, 2);
    out += text.substr(at, from - at);
    if (!append_replacement(out, replacement, *regex, *found, text)) return out_of_range(evaluation, 3);
    if (!evaluation.take_bytes(static_cast<std::int64_t>(replacement.size() * 4))) return {};
    at = to;
    if (from == to) {
      if (at < text.size()) out += text[at];
      ++at;
    }
  }
  if (subject.is_exhausted()) return {};
  if (at < text.size()) out += text.substr(at);
  return from_code_points(out);
}

Value split(const List& arguments, Evaluation& evaluation) {
  if (!all_strings(arguments, evaluation)) return {};
  const auto regex = regex_of(arguments, 1, 2, evaluation);
  if (!regex) return {};
  const std::u32string text = to_code_points(string_at(arguments, 0));
  Regex::Subject subject(text, evaluation);
  List parts;
  std::size_t part_start = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto found = regex->find(subject, at);
    if (!found) break;
    const auto [from, to] = found->groups[0];
    if (from == to) {
      ++at;
      continue;
    }
    parts.emplace_back(from_code_points(std::u32string_view(text).substr(part_start, from - part_start)));
    part_start = at = to;
  }
  if (subject.is_exhausted()) return {};
  parts.emplace_back(from_code_points(std::u32string_view(text).substr(part_start)));
  return parts;
}

}  // namespace

Value string_join(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  const List alone{arguments[0]};
  const List& list = arguments[0].kind() == Kind::list ? arguments[0].as_list() : alone;
  std::array<std::string, 3> signs;  // delimiter, prefix, suffix
  for (std::size_t index = 1; index < arguments.size(); ++index) {
    if (arguments[index].is_null()) continue;
    if (single(arguments[index]).kind() != Kind::string) return mismatch(evaluation, index + 1, "string");
    signs[index - 1] = string_at(arguments, index);
  }
  const auto& [delimiter, prefix, suffix] = signs;
  std::string out = prefix;
  bool is_first = true;
  for (const Value& item : list) {
    if (item.is_null()) continue;
    if (item.kind() != Kind::string) return mismatch(evaluation, 1, "list<string>");
    if (!is_first) out += delimiter;
    is_first = false;
    out += item.as_string();
    if (!evaluation.take_bytes(static_cast<std::int64_t>(item.as_string().size() + delimiter.size()))) return {};
  }
  return out + suffix;
}

namespace {

constexpr BuiltIn table[] = {
    {"substring", "string, start position, ?length", substring},
    {"string length", "string", string_length},
    {"upper case", "string", upper_case},
    {"lower case", "string", lower_case},
    {"substring before", "string, match", substring_before},
    {"substring after", "string, match", substring_after},
    {"replace", "input, pattern, replacement, ?flags", replace},
    {"contains", "string, match", contains},
    {"starts with", "string, match", starts_with},
    {"ends with", "string, match", ends_with},
    {"matches", "input, pattern, ?flags", matches},
    {"split", "string, delimiter", split},
    {"string join", "list, ?delimiter", string_join},
};

}  // namespace

std::span<const BuiltIn> string_functions() {
  return table;
}

}  // namespace feel
