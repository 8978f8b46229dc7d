/// Ranges as values: `[1..3]`, `(2..5)`, `(< 10)`, `(= 7)`.
#pragma once

#include <optional>

#include "kernel/feel/value.h"

namespace feel {

/// A range of numbers, strings, dates, times or durations.
///
/// An open end is null: `(< 10)` has no start, `(>= 10)` no end. How a range was written is part of its identity:
/// `(=10)` is not equal to `[10..10]`.
/// Source: [DMN-10.3.2.7] ranges.
struct Range {
  enum class Form { interval, equal, not_equal };
  Form form = Form::interval;
  Value start;
  Value end;
  bool start_included = false;
  bool end_included = false;
};

/// Whether `value` lies in `range`; nothing when they cannot be compared.
std::optional<bool> includes(const Range& range, const Value& value);

}  // namespace feel
