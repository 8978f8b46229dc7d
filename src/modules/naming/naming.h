/// Names before they are registered: checked, compared with others, reserved. The face for other modules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "kernel/names/check.h"
#include "modules/access/model.h"
#include "storage/storage.h"

namespace evidence {
class ReadBook;
}
namespace http {
class Router;
}

namespace naming {

/// Reservations that one person may hold at a time.
inline constexpr int reservations_max = 5;

/// Another name that stands against the one proposed, or near it.
struct Conflict {
  std::string name;
  std::string status;  // open, revoked, deregistered, renamed, reserved
  names::Likeness likeness = names::Likeness::none;
  bool is_blocking = false;
};

/// passes: nothing against it. warned: it may be declared on an undertaking. blocked: it may not.
enum class Verdict { passes, warned, blocked };

struct Check {
  names::Parts parts;
  std::vector<names::Issue> issues;
  std::vector<Conflict> conflicts;  // blocking ones first; at most conflicts_shown
  Verdict verdict = Verdict::passes;
};
inline constexpr std::size_t conflicts_shown = 20;

/// Who asks, and on which day.
struct Asking {
  base::Id person;
  calendar::Date today;
  /// Credit code of the entity that changes its name: it does not stand against itself. Empty: a new one.
  std::string renaming = {};
};

/// Source: [ENR-17] [NCR].
base::Result<Check> check(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                          const names::Proposal& proposal, const Asking& asking);
/// Why the name can not be declared, each reason at `path`; empty unless the verdict is blocked.
std::vector<base::Place> blocking_places(const Check& check, const std::string& path);
/// Names near the proposed one that would pass, at most three.
base::Result<std::vector<std::string>> suggest(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                               const names::Proposal& proposal, const Asking& asking);

struct Reservation {
  base::Id id;
  std::string division;
  base::Id person;
  std::string person_name;
  std::string name;
  std::string kind;
  bool needs_approval = false;
  std::string undertaking;  // the warnings it was reserved over; empty: none
  calendar::Date reserved_on;
  calendar::Date expires_on;  // the last day
  std::optional<calendar::Date> released_on;
};
/// reserved, expired, released or used (the name is registered by now).
std::string state_of(storage::Snapshot& snapshot, const Reservation& reservation, calendar::Date today);
base::Text state_text(std::string_view state);

struct NewReservation {
  base::Id id;
  names::Proposal proposal;
  bool needs_approval = false;  // what is to be founded needs a prior approval
  bool undertakes = false;      // to answer for a name that is like another
};
/// Keeps a name for somebody until the dated rule's limit has passed.
/// Errors: `naming.blocked` with every issue and conflict, `naming.undertaking_missing`, `naming.too_many`.
/// Source: [ENR-18].
base::Result<Reservation> reserve(storage::Transaction& transaction, const catalogue::Catalogue& catalogue,
                                  const NewReservation& request, const access_control::Actor& actor, base::Instant now);
/// Errors: `naming.reservation_unknown`, `naming.not_reserved`.
base::Result<Reservation> release(storage::Transaction& transaction, const access_control::Scope& scope, base::Id id,
                                  calendar::Date today);
/// Whether somebody else has the very name reserved today.
bool is_reserved_for_another(storage::Snapshot& snapshot, const std::string& division, const std::string& name,
                             const Asking& asking);

void mount(http::Router& router, storage::Store& store, std::shared_ptr<const catalogue::Catalogue> catalogue,
           std::string division, evidence::ReadBook& reads);

std::span<const storage::Migration> migrations();

}  // namespace naming
