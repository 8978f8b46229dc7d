/// The SQL of reservations, all of it.
#pragma once

#include "modules/naming/naming.h"

namespace naming {

void insert_reservation(storage::Transaction& transaction, const Reservation& reservation, base::Instant at);
void release_reservation(storage::Transaction& transaction, base::Id id, calendar::Date on);
std::optional<Reservation> find_reservation(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                            base::Id id);
/// Those that hold on the day.
std::vector<Reservation> current_reservations(storage::Snapshot& snapshot, const std::string& division,
                                              calendar::Date day);

struct ReservationPage {
  std::vector<Reservation> reservations;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
/// A person's own, or for staff those of the division.
ReservationPage list_reservations(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit,
                                  std::string_view cursor);

}  // namespace naming
