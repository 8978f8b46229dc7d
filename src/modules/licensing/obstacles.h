/// Names and cluster addresses as licensing asks for them: before a draft, at submission, and when the licence is
/// issued.
#pragma once

#include "catalogue/catalogue.h"
#include "modules/licensing/licensing.h"
#include "modules/park/model.h"
#include "storage/storage.h"

namespace licensing {

/// What the values of a registration are worked out over before there is a case.
feel::Context facts_of(const Application& application);

/// A name that an application proposes: where it is typed, and what it is checked as (naming.h).
struct NameAsked {
  std::string place;  // "/answers/proposed_name"
  std::string kind;
  std::string renaming;  // credit code of the entity that changes its name; empty: a new one
};
/// Nothing when the registration gives no name. `facts` as `facts_of`.
std::optional<NameAsked> name_asked(const catalogue::Registration& registration, const feel::Context& facts,
                                    const feel::World& world);

/// The terms of a contract with a cluster's host, as an application or a case states them.
struct Custody {
  base::Id host;  // its id in the register
  std::optional<calendar::Date> valid_from;
  std::optional<calendar::Date> valid_to;
  std::string contact;
};
/// Nothing when the registration uses no cluster address.
std::optional<Custody> custody_of(const catalogue::Registration& registration, const feel::Context& facts,
                                  const feel::World& world);
/// The kinds of certificates that the others bring.
std::vector<std::string> other_permits(const std::vector<const catalogue::Registration*>& registrations,
                                       const catalogue::Registration& own);
/// Errors: those of `park::may_admit`; `host_entity` that is no host: `park.host_unknown`.
base::Result<void> check_cluster(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                 const std::string& division, base::Id host_entity, const park::Wish& wish);

}  // namespace licensing
