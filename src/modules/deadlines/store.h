/// The SQL of the board: it reads the views of casework and writes none.
#pragma once

#include "modules/deadlines/deadlines.h"

namespace deadlines {

struct Today {
  calendar::Date day;
  calendar::Date soon_until;
};

void count_piles(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board);
void count_days(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board);
void count_holders(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board);
void count_pauses(storage::Snapshot& snapshot, const access_control::Scope& scope, Board& board);
void count_promises(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board);
CasePage list_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const Filter& filter,
                    const Today& today, int limit, const std::string& cursor);

}  // namespace deadlines
