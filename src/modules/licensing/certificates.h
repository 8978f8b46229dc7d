/// Granted registrations carried out: what they write into the register, and the certificates they issue and end.
#pragma once

#include "modules/licensing/licensing.h"
#include "modules/registration/registration.h"

namespace licensing {

struct Carrying {
  std::optional<registration::Entity> entity;  // established by the case, or its subject
  feel::Context data;                          // what fields and numbers are worked out over
  feel::List issued = {};                      // {registration, kind, number}
  feel::List ended = {};                       // {kind, number, status}
  /// The entity's certificates with what this step has done to them; read once, when first asked for.
  std::optional<std::vector<Certificate>> held = {};
};

/// A fault of the service's model that only shows in a case.
base::Error model_fault(std::string zh, std::string en);

/// An id that no other of this millisecond has.
base::Id new_id(base::Instant now);

/// What the register and the certificates say of an entity, for conditions and values: `id`, `credit_code`, `kind`,
/// `established_on`, the registered items, `type_text`, and `holds`, the certificates in force by their kind. Days are
/// text, as they are once a draft has been stored: conditions say `date(…)`. `certificates`: all the entity has had.
feel::Context entity_facts(storage::Snapshot& snapshot, const registration::Entity& entity,
                           const std::vector<Certificate>& certificates, calendar::Date today);

/// A certificate's facts: `kind`, `number`, `status` as of today, `issued_on`, `valid_to` (or null), `details`.
feel::Context certificate_facts(const Certificate& certificate, calendar::Date today);

/// The newest certificate of the kind that stands in the register as in force; nothing when there is none.
std::optional<Certificate> in_force(const std::vector<Certificate>& certificates, std::string_view kind);

}  // namespace licensing
