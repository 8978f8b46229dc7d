#include "kernel/feel/function.h"
#include "kernel/feel/range.h"
#include "temporal.h"

namespace feel {
namespace {

int sign_of(std::strong_ordering order) {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

/// Nanoseconds since midnight UTC; a local time is taken as it stands.
Int128 instant_of(const Time& time) {
  const std::int64_t seconds = time.second_of_day - offset_of(time).value_or(0);
  return static_cast<Int128>(seconds) * nanoseconds_per_second + time.nanosecond;
}

bool both_zoned_or_none(const Zone& left, const Zone& right) {
  return (left.kind == Zone::Kind::none) == (right.kind == Zone::Kind::none);
}

bool equal_lists(const List& left, const List& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!equal(left[i], right[i]).value_or(false)) return false;
  return true;
}

bool equal_contexts(const Context& left, const Context& right) {
  if (left.size() != right.size()) return false;
  for (const auto& [key, value] : left.entries()) {
    const Value* other = right.find(key);
    if (other == nullptr || !equal(value, *other).value_or(false)) return false;
  }
  return true;
}

bool equal_ranges(const Range& left, const Range& right) {
  return left.form == right.form && left.start_included == right.start_included &&
         left.end_included == right.end_included && equal(left.start, right.start).value_or(false) &&
         equal(left.end, right.end).value_or(false);
}

template <class T>
int order(const T& left, const T& right) {
  return left < right ? -1 : right < left ? 1 : 0;
}

}  // namespace

std::optional<bool> equal(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  if (left.kind() != right.kind()) return std::nullopt;
  switch (left.kind()) {
    case Kind::time:
      return both_zoned_or_none(left.as_time().zone, right.as_time().zone) &&
             instant_of(left.as_time()) == instant_of(right.as_time());
    case Kind::date_time:
      return both_zoned_or_none(left.as_date_time().time.zone, right.as_date_time().time.zone) &&
             point_of(left.as_date_time()) == point_of(right.as_date_time());
    case Kind::list:
      return equal_lists(left.as_list(), right.as_list());
    case Kind::context:
      return equal_contexts(left.as_context(), right.as_context());
    case Kind::range:
      return equal_ranges(left.as_range(), right.as_range());
    case Kind::null:
    case Kind::boolean:
    case Kind::number:
    case Kind::string:
    case Kind::date:
    case Kind::years_months:
    case Kind::days_time:
    case Kind::function:
      return left == right;
  }
  return std::nullopt;
}

std::optional<int> compare(const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return std::nullopt;
  switch (left.kind()) {
    case Kind::number:
      return sign_of(left.as_number() <=> right.as_number());
    case Kind::string:
      return sign_of(left.as_string() <=> right.as_string());  // UTF-8 sorts as code points do
    case Kind::date:
      return order(left.as_date(), right.as_date());
    case Kind::time:
      return order(instant_of(left.as_time()), instant_of(right.as_time()));
    case Kind::date_time:
      return order(point_of(left.as_date_time()), point_of(right.as_date_time()));
    case Kind::years_months:
      return order(left.as_years_months().months, right.as_years_months().months);
    case Kind::days_time:
      return order(nanoseconds_of(left.as_days_time()), nanoseconds_of(right.as_days_time()));
    case Kind::null:
    case Kind::boolean:
    case Kind::list:
    case Kind::context:
    case Kind::range:
    case Kind::function:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<bool> includes(const Range& range, const Value& value) {
  if (range.form != Range::Form::interval) {
    const auto same = equal(range.start, value);
    if (!same) return std::nullopt;
    return *same == (range.form == Range::Form::equal);
  }
  if (value.is_null() || (range.start.is_null() && range.end.is_null())) return std::nullopt;
  bool inside = true;
  if (!range.start.is_null()) {
    const auto order = compare(range.start, value);
    if (!order) return std::nullopt;
    inside = *order < 0 || (range.start_included && *order == 0);
  }
  if (!range.end.is_null()) {
    const auto order = compare(value, range.end);
    if (!order) return std::nullopt;
    inside = inside && (*order < 0 || (range.end_included && *order == 0));
  }
  return inside;
}

}  // namespace feel
