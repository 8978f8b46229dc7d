#include "store.h"

#include "naming_migrations.h"

namespace naming {
namespace {

using storage::Datum;
using storage::Row;

constexpr std::string_view columns =
    "id, division, person, person_name, name, kind, needs_approval, undertaking, reserved_on, expires_on, released_on";

Reservation reservation_of(const Row& row) {
  Reservation reservation{.id = row[0].id(),
                          .division = row[1].text(),
                          .person = row[2].id(),
                          .person_name = row[3].text(),
                          .name = row[4].text(),
                          .kind = row[5].text(),
                          .needs_approval = row[6].truth(),
                          .undertaking = row[7].text(),
                          .reserved_on = row[8].date(),
                          .expires_on = row[9].date(),
                          .released_on = std::nullopt};
  if (!row[10].is_null()) reservation.released_on = row[10].date();
  return reservation;
}

std::string within(const access_control::Scope& scope, std::vector<Datum>& parameters) {
  switch (scope.kind) {
    case access_control::Scope::Kind::nothing:
      return "1 = 0";
    case access_control::Scope::Kind::own:
      parameters.emplace_back(scope.person);
      return "person = ?";
    case access_control::Scope::Kind::office:
    case access_control::Scope::Kind::division:
      // Names are compared in the whole division, whichever office somebody works in.
      parameters.emplace_back(scope.division);
      parameters.emplace_back(scope.division + ":");
      return "division >= ? AND division < ?";
  }
  return "1 = 0";
}

}  // namespace

void insert_reservation(storage::Transaction& transaction, const Reservation& reservation, base::Instant at) {
  transaction.execute(
      "INSERT INTO name_reservations (" + std::string(columns) +
          ", trade, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {reservation.id, reservation.division, reservation.person, reservation.person_name, reservation.name,
       reservation.kind, reservation.needs_approval, reservation.undertaking, reservation.reserved_on,
       reservation.expires_on, reservation.released_on, names::trade_key(names::split(reservation.name).trade), at});
}

void release_reservation(storage::Transaction& transaction, base::Id id, calendar::Date on) {
  transaction.execute("UPDATE name_reservations SET released_on = ? WHERE id = ?", {on, id});
}

std::optional<Reservation> find_reservation(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                            base::Id id) {
  std::vector<Datum> parameters;
  const std::string condition = within(scope, parameters);
  parameters.emplace_back(id);
  const auto rows = snapshot.query(
      "SELECT " + std::string(columns) + " FROM name_reservations WHERE " + condition + " AND id = ?", parameters);
  if (rows.empty()) return std::nullopt;
  return reservation_of(rows[0]);
}

std::vector<Reservation> current_reservations(storage::Snapshot& snapshot, const std::string& division,
                                              calendar::Date day) {
  std::vector<Reservation> found;
  for (const Row& row : snapshot.query("SELECT " + std::string(columns) +
                                           " FROM name_reservations WHERE division = ? AND expires_on >= ? AND "
                                           "released_on IS NULL ORDER BY id",
                                       {division, day}))
    found.push_back(reservation_of(row));
  return found;
}

ReservationPage list_reservations(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit,
                                  std::string_view cursor) {
  std::vector<Datum> parameters;
  std::string condition = within(scope, parameters);
  ReservationPage page;
  page.total = snapshot.query("SELECT COUNT(*) FROM name_reservations WHERE " + condition, parameters)[0][0].number();
  if (const auto after = base::parse_id(cursor)) {
    condition += " AND id < ?";
    parameters.emplace_back(*after);
  }
  parameters.emplace_back(limit + 1);
  for (const Row& row : snapshot.query("SELECT " + std::string(columns) + " FROM name_reservations WHERE " + condition +
                                           " ORDER BY id DESC LIMIT ?",
                                       parameters)) {
    if (page.reservations.size() == static_cast<std::size_t>(limit)) {
      page.next = base::to_text(page.reservations.back().id);
      break;
    }
    page.reservations.push_back(reservation_of(row));
  }
  return page;
}

std::span<const storage::Migration> migrations() {
  return naming_migrations;
}

}  // namespace naming
