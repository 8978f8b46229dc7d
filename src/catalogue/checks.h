/// The checks of single answers that need more than length and range.
#pragma once

#include <optional>
#include <string>

#include "catalogue/form.h"

namespace catalogue {

/// An answer in its normal form (null: none was given), or what is wrong with it. The fault's path is filled in later.
struct Checked {
  feel::Value value;
  std::optional<base::Place> fault;
};

/// Runs the field's named check on a tidied text.
/// Source: [GB11643] [GB32100] [ENR-7] [ENR-8].
Checked run_check(const Field& field, const std::string& text, const feel::World& world);

/// Reads "2026-11-24", "2026/1/5", "2026年1月5日", full width too; gives YYYY-MM-DD.
/// Source: [COL-47] for `within_5_years`.
Checked check_date(const Field& field, const std::string& typed, const feel::World& world);

/// A list of {place, reason}, not empty: what the applicant is asked to correct.
Checked check_corrections(const Field& field, const feel::Value& answer);

/// Two different officers or more. Source: [ALL-34].
Checked check_officers(const Field& field, const feel::Value& answer);

/// Each line tidied, empty lines at both ends dropped.
std::string tidy_lines(std::string_view text);

}  // namespace catalogue
