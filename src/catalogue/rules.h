/// Reads rules/limits.dmn and what other DMN files lie beside it: the dated limits and fees, each row of their tables
/// one version of one limit or fee.
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "faults.h"

namespace catalogue {

inline constexpr std::string_view rules_file = "limits.dmn";

/// `files` by their path within the folder. A decision whose table has the columns limit, date(day) -> count, unit,
/// source, confidence holds limits, one with fee, date(day) -> amount_fen, source, confidence holds fees: the row's day
/// is a period ("[date(…)..date(…)]", ">= date(…)"), its two annotations are the basis in Chinese and in English.
/// Faults: what the model's compiler finds, tables and rows of another shape, two versions of one limit or fee on one
/// day, a fee that is unknown on a later day than its first, no limits at all.
RuleSet read_rules(const Files& files, Faults& faults);

}  // namespace catalogue
