#include "builtin.h"
#include "kernel/feel/range.h"

// Allen's relations between points and ranges. Source: [DMN-10.3.4.9].
namespace feel {
namespace {

/// A point counts as the closed range from itself to itself.
struct Span {
  Value start;
  Value end;
  bool start_included = true;
  bool end_included = true;
  bool is_range = false;
};

Span span_of(const Value& value) {
  if (value.kind() != Kind::range) return {.start = value, .end = value};
  const Range& range = value.as_range();
  return {.start = range.start,
          .end = range.form == Range::Form::equal ? range.start : range.end,
          .start_included = range.start_included,
          .end_included = range.end_included,
          .is_range = true};
}

/// -1, 0 or 1; an unbounded start is before everything, an unbounded end after. Nothing when the kinds differ.
std::optional<int> order_starts(const Span& a, const Span& b) {
  if (a.start.is_null() || b.start.is_null())
    return a.start.is_null() && b.start.is_null() ? 0 : a.start.is_null() ? -1 : 1;
  return compare(a.start, b.start);
}
std::optional<int> order_ends(const Span& a, const Span& b) {
  if (a.end.is_null() || b.end.is_null()) return a.end.is_null() && b.end.is_null() ? 0 : a.end.is_null() ? 1 : -1;
  return compare(a.end, b.end);
}
/// The end of `a` against the start of `b`.
std::optional<int> order_gap(const Span& a, const Span& b) {
  if (a.end.is_null()) return 1;
  if (b.start.is_null()) return 1;
  return compare(a.end, b.start);
}

std::optional<bool> is_before(const Span& a, const Span& b) {
  const auto gap = order_gap(a, b);
  if (!gap) return std::nullopt;
  return *gap < 0 || (*gap == 0 && !(a.end_included && b.start_included));
}

std::optional<bool> meets(const Span& a, const Span& b) {
  const auto gap = order_gap(a, b);
  if (!gap) return std::nullopt;
  return *gap == 0 && a.end_included && b.start_included;
}

std::optional<bool> overlaps(const Span& a, const Span& b) {
  const auto ahead = order_gap(a, b);
  const auto behind = order_gap(b, a);
  if (!ahead || !behind) return std::nullopt;
  return (*ahead > 0 || (*ahead == 0 && a.end_included && b.start_included)) &&
         (*behind > 0 || (*behind == 0 && b.end_included && a.start_included));
}

std::optional<bool> overlaps_before(const Span& a, const Span& b) {
  const auto starts = order_starts(a, b);
  const auto gap = order_gap(a, b);
  const auto ends = order_ends(a, b);
  if (!starts || !gap || !ends) return std::nullopt;
  const bool starts_first = *starts < 0 || (*starts == 0 && a.start_included && !b.start_included);
  const bool reaches = *gap > 0 || (*gap == 0 && a.end_included && b.start_included);
  const bool ends_first = *ends < 0 || (*ends == 0 && (!a.end_included || b.end_included));
  return starts_first && reaches && ends_first;
}

std::optional<bool> finishes(const Span& a, const Span& b) {
  const auto starts = order_starts(a, b);
  const auto ends = order_ends(a, b);
  if (!starts || !ends) return std::nullopt;
  if (!a.is_range) return *ends == 0 && b.end_included;
  return *ends == 0 && a.end_included == b.end_included &&
         (*starts > 0 || (*starts == 0 && (!a.start_included || b.start_included)));
}

std::optional<bool> starts(const Span& a, const Span& b) {
  const auto first = order_starts(a, b);
  const auto ends = order_ends(a, b);
  if (!first || !ends) return std::nullopt;
  if (!a.is_range) return *first == 0 && b.start_included;
  return *first == 0 && a.start_included == b.start_included &&
         (*ends < 0 || (*ends == 0 && (!a.end_included || b.end_included)));
}

std::optional<bool> is_within(const Span& a, const Span& b) {
  const auto first = order_starts(a, b);
  const auto ends = order_ends(a, b);
  if (!first || !ends) return std::nullopt;
  return (*first > 0 || (*first == 0 && (b.start_included || !a.start_included))) &&
         (*ends < 0 || (*ends == 0 && (b.end_included || !a.end_included)));
}

std::optional<bool> coincides(const Span& a, const Span& b) {
  const auto first = order_starts(a, b);
  const auto ends = order_ends(a, b);
  if (!first || !ends) return std::nullopt;
  return *first == 0 && *ends == 0 && a.start_included == b.start_included && a.end_included == b.end_included;
}

using Test = std::optional<bool> (*)(const Span&, const Span&);

enum class Takes { anything, range_second, ranges, points_or_ranges };

/// `test` on the two arguments, the second first when `swapped`.
template <Test test, Takes takes, bool swapped>
Value relation(const List& arguments, Evaluation& evaluation) {
  const Value& a = single(arguments[swapped ? 1 : 0]);
  const Value& b = single(arguments[swapped ? 0 : 1]);
  if (a.is_null() || b.is_null()) return mismatch(evaluation, a.is_null() != swapped ? 1 : 2, "point or range");
  const bool fits = takes == Takes::anything || (takes == Takes::range_second && b.kind() == Kind::range) ||
                    (takes == Takes::ranges && a.kind() == Kind::range && b.kind() == Kind::range) ||
                    (takes == Takes::points_or_ranges && (a.kind() == Kind::range) == (b.kind() == Kind::range));
  if (!fits) return mismatch(evaluation, b.kind() == Kind::range || swapped ? 1 : 2, "range");
  const auto answer = test(span_of(a), span_of(b));
  if (!answer) return mismatch(evaluation, 2, "value of the same kind");
  return *answer;
}

constexpr BuiltIn table[] = {
    {"before", "point1, point2 | point, range | range, point | range1, range2",
     relation<is_before, Takes::anything, false>},
    {"after", "point1, point2 | point, range | range, point | range1, range2",
     relation<is_before, Takes::anything, true>},
    {"meets", "range1, range2", relation<meets, Takes::ranges, false>},
    {"met by", "range1, range2", relation<meets, Takes::ranges, true>},
    {"overlaps", "range1, range2", relation<overlaps, Takes::ranges, false>},
    {"overlaps before", "range1, range2", relation<overlaps_before, Takes::ranges, false>},
    {"overlaps after", "range1, range2", relation<overlaps_before, Takes::ranges, true>},
    {"finishes", "point, range | range1, range2", relation<finishes, Takes::range_second, false>},
    {"finished by", "range, point | range1, range2", relation<finishes, Takes::range_second, true>},
    {"includes", "range, point | range1, range2", relation<is_within, Takes::range_second, true>},
    {"during", "point, range | range1, range2", relation<is_within, Takes::range_second, false>},
    {"starts", "point, range | range1, range2", relation<starts, Takes::range_second, false>},
    {"started by", "range, point | range1, range2", relation<starts, Takes::range_second, true>},
    {"coincides", "point1, point2 | range1, range2", relation<coincides, Takes::points_or_ranges, false>},
};

}  // namespace

std::span<const BuiltIn> range_functions() {
  return table;
}

}  // namespace feel
