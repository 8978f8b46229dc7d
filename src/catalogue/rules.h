/// Reads rules/*.yaml: the dated limits.
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "faults.h"

namespace catalogue {

/// Each top-level key is a rule id, its value the list of versions. Faults: overlapping versions, unknown units,
/// missing texts.
void read_rules(const std::string& text, const std::string& file, std::vector<Rule>& rules, Faults& faults);

/// Two versions of one rule in force on one day, whichever files they stand in.
void check_overlaps(const std::vector<Rule>& rules, Faults& faults);

}  // namespace catalogue
