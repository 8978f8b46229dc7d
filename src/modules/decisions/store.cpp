#include "store.h"

#include "modules/access/access.h"

namespace decisions {

using storage::Row;

std::vector<base::Id> cases_of(storage::Snapshot& snapshot, const access_control::Scope& scope,
                               std::string_view service, const ReplayQuery& query) {
  access_control::Within within = access_control::within(scope, "c");
  within.add("c.service = ? AND c.id > ?", {service, query.after});
  if (query.from) within.add("c.opened_at >= ?", {calendar::start_of(*query.from)});
  if (query.to) within.add("c.opened_at < ?", {calendar::start_of({query.to->days + 1})});
  within.parameters.emplace_back(query.limit);
  std::vector<base::Id> cases;
  for (const Row& row :
       snapshot.query("SELECT c.id FROM cases c WHERE " + within.sql + " ORDER BY c.id LIMIT ?", within.parameters))
    cases.push_back(row[0].id());
  return cases;
}

}  // namespace decisions
