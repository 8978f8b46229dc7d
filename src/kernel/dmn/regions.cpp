#include "regions.h"

#include <algorithm>

#include "boxed_compiler.h"
#include "kernel/feel/range.h"

namespace dmn {
namespace {

using feel::Kind;
using feel::Value;

/// The value of an expression without names, calls of `now()` and the like; nothing when it is not fixed. Null: a range
/// that runs backwards, which nothing lies in.
std::optional<Value> fixed(std::string_view text) {
  if (text.find('?') != std::string_view::npos || text.find("now") != std::string_view::npos ||
      text.find("today") != std::string_view::npos)
    return std::nullopt;
  const base::Result<feel::Expression> expression = feel::compile(text, feel::Names{});
  if (!expression || !expression->free_names().empty()) return std::nullopt;
  const feel::World world = {};
  feel::Outcome outcome = feel::evaluate(*expression, {}, world);
  if (!outcome.diagnostics.empty() && outcome.diagnostics.front().code == "feel.range_descending") return Value();
  if (!outcome.diagnostics.empty() || outcome.value.is_null()) return std::nullopt;
  return std::move(outcome.value);
}

bool is_single(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
    case Kind::number:
    case Kind::string:
    case Kind::date:
    case Kind::time:
    case Kind::date_time:
    case Kind::years_months:
    case Kind::days_time:
      return true;
    case Kind::null:
    case Kind::list:
    case Kind::context:
    case Kind::range:
    case Kind::function:
      return false;
  }
  return false;
}

/// A test as a range: "< 5", "[1..3]", "= 7", "\"A\"". Nothing when it is not on fixed values.
std::optional<Value> test_value(std::string_view test) {
  const bool is_comparison = !test.empty() && (test[0] == '<' || test[0] == '>' || test[0] == '=' || test[0] == '!');
  return fixed(is_comparison ? "(" + std::string(test) + ")" : std::string(test));
}

/// Where a value lies among others of its kind.
bool lies_before(const Value& a, const Value& b) {
  if (a.kind() == Kind::boolean && b.kind() == Kind::boolean) return !a.as_boolean() && b.as_boolean();
  return feel::compare(a, b).value_or(0) < 0;
}

/// "not(1, 2)" → "1, 2"; nothing when the tests are not of that form.
std::optional<std::string_view> negated(std::string_view text) {
  if (!text.starts_with("not") || !text.ends_with(')')) return std::nullopt;
  const std::string_view rest = trimmed(text.substr(3));
  if (!rest.starts_with('(')) return std::nullopt;
  return rest.substr(1, rest.size() - 2);
}

}  // namespace

Column::Column(const std::vector<const Tests*>& cells, const Tests& allowed) {
  for (const Tests* cell : cells) cut_at(*cell);
  cut_at(allowed);
  std::sort(cuts_.begin(), cuts_.end(), lies_before);
  cuts_.erase(
      std::unique(cuts_.begin(), cuts_.end(), [](const Value& a, const Value& b) { return feel::equal(a, b) == true; }),
      cuts_.end());
  is_ordered_ = cuts_.empty() || has_range_ || (cuts_[0].kind() != Kind::string && cuts_[0].kind() != Kind::boolean);
  domain_ = mask(allowed).value_or(Mask(size(), true));
  if (is_ordered_) return;
  // Besides true and false there is no other boolean.
  const bool has_other = cuts_[0].kind() != Kind::boolean || cuts_.size() < 2;
  for (std::size_t region = has_other ? 2 : 0; region < size(); region += 2) domain_.set(region, false);
}

void Column::cut_at(const Tests& tests) {
  if (!tests.expression) return;
  const std::string_view text = trimmed(tests.expression->text());
  for (const std::string& test : split_values(negated(text).value_or(text))) {
    const std::optional<Value> value = test_value(test);
    if (!value) continue;
    const auto cut = [&](const Value& at) {
      if (!is_single(at)) return;
      // A local time, say, has no place among times with a zone.
      if (cuts_.empty() || (cuts_[0].kind() == at.kind() && feel::equal(cuts_[0], at) &&
                            (at.kind() == Kind::boolean || feel::compare(cuts_[0], at))))
        cuts_.push_back(at);
    };
    if (value->kind() == Kind::range) {
      has_range_ = has_range_ || value->as_range().form == feel::Range::Form::interval;
      cut(value->as_range().start);
      cut(value->as_range().end);
    } else {
      cut(*value);
    }
  }
}

std::optional<std::size_t> Column::region_of(const Value& value) const {
  if (cuts_.empty() || cuts_[0].kind() != value.kind()) return std::nullopt;
  const auto cut = std::lower_bound(cuts_.begin(), cuts_.end(), value, lies_before);
  if (cut == cuts_.end() || feel::equal(*cut, value) != true) return std::nullopt;
  return 2 * static_cast<std::size_t>(cut - cuts_.begin()) + 1;
}

std::optional<Mask> Column::mask_of_one(std::string_view test) const {
  const std::optional<Value> value = test_value(test);
  if (!value) return std::nullopt;
  Mask mask(size());
  if (value->is_null()) return mask;
  if (value->kind() != Kind::range) {
    const std::optional<std::size_t> region = region_of(*value);
    if (!region) return std::nullopt;
    mask.set(*region);
    return mask;
  }
  const feel::Range& range = value->as_range();
  if (range.form != feel::Range::Form::interval) {
    const std::optional<std::size_t> region = region_of(range.start.is_null() ? range.end : range.start);
    if (!region) return std::nullopt;
    if (range.form == feel::Range::Form::not_equal) mask.flip();
    mask.set(*region, range.form == feel::Range::Form::equal);
    return mask;
  }
  std::size_t first = 0;
  std::size_t last = size() - 1;
  if (!range.start.is_null()) {
    const std::optional<std::size_t> region = region_of(range.start);
    if (!region) return std::nullopt;
    first = *region + (range.start_included ? 0 : 1);
  }
  if (!range.end.is_null()) {
    const std::optional<std::size_t> region = region_of(range.end);
    if (!region) return std::nullopt;
    last = *region - (range.end_included ? 0 : 1);
  }
  for (std::size_t region = first; region <= last; ++region) mask.set(region);
  return mask;
}

std::optional<Mask> Column::mask(const Tests& tests) const {
  if (tests.is_never) return Mask(size(), false);
  if (!tests.expression) return Mask(size(), true);
  const std::string_view text = trimmed(tests.expression->text());
  const std::optional<std::string_view> inner = negated(text);
  Mask mask(size());
  for (const std::string& test : split_values(inner.value_or(text))) {
    const std::optional<Mask> one = mask_of_one(test);
    if (!one) return std::nullopt;
    mask.add(*one);
  }
  if (inner) mask.flip();
  return mask;
}

base::Text Column::words(std::size_t first, std::size_t last) const {
  const auto text = [](const Value& value) {
    return value.kind() == Kind::string ? "\"" + value.as_string() + "\"" : feel::to_text(value);
  };
  if (first == 0 && last + 1 == size()) return {"任意值", "any value"};
  if (first == last && first % 2 == 1) return {text(cuts_[first / 2]), text(cuts_[first / 2])};
  if (!is_ordered_) return {"其他值", "any other value"};
  base::Text words;
  if (first > 0) {
    const std::string from = text(cuts_[(first - 1) / 2]);
    words.zh = (first % 2 == 1 ? "不小于 " : "大于 ") + from;
    words.en = (first % 2 == 1 ? "at least " : "above ") + from;
  }
  if (last + 1 < size()) {
    const std::string to = text(cuts_[last / 2]);
    words.zh += (words.zh.empty() ? "" : "且") + std::string(last % 2 == 1 ? "不大于 " : "小于 ") + to;
    words.en += (words.en.empty() ? "" : " and ") + std::string(last % 2 == 1 ? "at most " : "below ") + to;
  }
  return words;
}

}  // namespace dmn
