/// The SQL of statistics: it reads the views of the modules upstream and writes none.
#pragma once

#include <map>

#include "modules/statistics/statistics.h"

namespace statistics {

/// Entities counted on one day and, where given, not on the other.
struct StockSet {
  StockQuery in;
  std::optional<StockQuery> not_in = {};
};
std::map<std::string, std::int64_t> count_by_kind(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                                  const StockSet& set);
RecordPage list_stock(storage::Snapshot& snapshot, const access_control::Scope& scope, const StockSet& set, int limit,
                      const std::string& cursor);

/// Finished cases, of those only what was rated, or rated with one of these grades.
struct CaseSet {
  CaseQuery cases;
  bool rated = false;
  std::optional<bool> satisfied = {};
};
std::int64_t count_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const CaseSet& set);
RecordPage list_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const CaseSet& set, int limit,
                      const std::string& cursor);

}  // namespace statistics
