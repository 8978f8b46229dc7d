/// The SQL of decisions: it reads the views of casework and writes nothing.
#pragma once

#include "modules/decisions/decisions.h"

namespace decisions {

/// Cases of a service after `query.after`, in the order of their ids, which is that of their opening.
std::vector<base::Id> cases_of(storage::Snapshot& snapshot, const access_control::Scope& scope,
                               std::string_view service, const ReplayQuery& query);

}  // namespace decisions
