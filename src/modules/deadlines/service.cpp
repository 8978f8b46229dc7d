#include "store.h"

namespace deadlines {
namespace {

base::Result<Today> today_of(const calendar::Calendar& calendar, calendar::Date today) {
  TRY(const calendar::Date until, soon_until(today, calendar));
  return Today{.day = today, .soon_until = until};
}

}  // namespace

base::Result<Board> board(storage::Snapshot& snapshot, const access_control::Scope& scope,
                          const calendar::Calendar& calendar, calendar::Date day) {
  TRY(const Today today, today_of(calendar, day));
  Board board{.today = today.day, .soon_until = today.soon_until};
  count_piles(snapshot, scope, today, board);
  count_days(snapshot, scope, today, board);
  count_holders(snapshot, scope, today, board);
  count_pauses(snapshot, scope, board);
  count_promises(snapshot, scope, today, board);
  return board;
}

base::Result<CasePage> cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const Filter& filter,
                             const calendar::Calendar& calendar, calendar::Date day, int limit,
                             const std::string& cursor) {
  TRY(const Today today, today_of(calendar, day));
  return list_cases(snapshot, scope, filter, today, limit, cursor);
}

}  // namespace deadlines
