/// What may become of an issued certificate by decision of the bureau. Pure.
///
///   valid --suspend--> suspended --resume--> valid
///   valid, suspended --revoke--> revoked;  valid, suspended --cancel--> cancelled
///   (superseded: by a newer certificate; expired: by the calendar; neither by decision)
///
/// Invariant C1: who proposes a change does not confirm it.
/// Invariant C2: revoked, cancelled and superseded are final.
#pragma once

#include <string>
#include <string_view>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace certificates {

/// A change that one officer proposes and another confirms or rejects.
struct Change {
  base::Id id;
  std::string division;
  base::Id certificate;
  std::string status;  // wanted: "suspended", "valid", "revoked", "cancelled"
  std::string reason;
  std::string basis;  // the article it rests on
  base::Id proposed_by;
  base::Instant proposed_at;
  std::string outcome = "open";  // open, confirmed, rejected
  base::Id decided_by = {};
  base::Instant decided_at = {};
  std::string comment = {};
};

/// Whether a certificate may go from `now` to `wanted`.
/// Errors: `certificates.status_unknown`, `certificates.change_not_possible`.
/// Source: [ALL-69] revocation, [ALL-70] cancellation.
base::Result<void> check_change(std::string_view now, std::string_view wanted);

/// Errors: what check_change refuses; `certificates.reason_missing`, `certificates.basis_missing`, each with its place.
base::Result<void> check_proposal(std::string_view now, const Change& change);

/// Errors: `certificates.change_closed`, `certificates.same_person` (C1); what check_change refuses, for the
/// certificate may have changed meanwhile.
base::Result<void> check_decision(std::string_view now, const Change& change, base::Id decider, bool confirms);

}  // namespace certificates
