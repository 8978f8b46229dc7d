/// The SQL of access, all of it; queries for others are declared in the face.
#pragma once

#include "modules/access/access.h"

namespace access_control {

struct StoredPerson {
  Person person;
  std::string password_hash;
  bool disabled = false;
  std::string second_factor_sealed;   // empty: none
  std::string second_factor_pending;  // sealed; empty: none
  std::int64_t second_factor_step = 0;
};

struct StoredSession {
  base::Id id;
  StoredPerson holder;
  std::string csrf;
  base::Instant created_at;
  base::Instant seen_at;
};

struct SealedPerson {
  std::string citizen_id_hash;  // empty: none
  std::string citizen_id_sealed;
  std::string phone_sealed;
  std::string password_hash;
};

std::optional<StoredPerson> find_account(storage::Snapshot& snapshot, std::string_view account);
std::optional<StoredPerson> find_stored_person(storage::Snapshot& snapshot, base::Id person);
bool citizen_id_known(storage::Snapshot& snapshot, std::string_view hash);
void insert_person(storage::Transaction& transaction, const Person& person, const SealedPerson& sealed,
                   base::Instant now);

std::optional<StoredSession> find_session(storage::Snapshot& snapshot, std::string_view token_hash);
struct NewSession {
  base::Id id;
  std::string token_hash;
  std::string division;
  base::Id person;
  std::string csrf;
  std::string remote;
  std::string device;
};
void insert_session(storage::Transaction& transaction, const NewSession& session, base::Instant now);
void touch_session(storage::Transaction& transaction, std::string_view token_hash, base::Instant now);
void delete_session(storage::Transaction& transaction, std::string_view token_hash);
void delete_sessions_before(storage::Transaction& transaction, base::Id person, base::Instant created_before);
/// A session created or last seen before these moments is dead.
struct SessionLimits {
  base::Instant created;
  base::Instant seen;
};
std::vector<OwnSession> sessions_since(storage::Snapshot& snapshot, base::Id person, const SessionLimits& limits);
/// Rows deleted: 0 or 1.
std::int64_t delete_session_of(storage::Transaction& transaction, base::Id person, base::Id session);
/// All but `kept`; none kept: all.
void delete_other_sessions(storage::Transaction& transaction, base::Id person, base::Id kept);

void save_password(storage::Transaction& transaction, base::Id person, std::string_view hash);
void save_disabled(storage::Transaction& transaction, base::Id person, std::optional<base::Instant> at);
void save_grants(storage::Transaction& transaction, const Person& person, const std::vector<std::string>& grants);
void save_roles(storage::Transaction& transaction, base::Id person, const std::vector<std::string>& roles);
void save_pending_second_factor(storage::Transaction& transaction, base::Id person, std::string_view sealed);
/// Takes the pending secret as the one in force.
void save_second_factor(storage::Transaction& transaction, base::Id person, std::int64_t step);
void delete_second_factor(storage::Transaction& transaction, base::Id person);
/// Counts a step as used. False when it, or a later one, was used meanwhile.
bool use_second_factor_step(storage::Transaction& transaction, base::Id person, std::int64_t step);
void insert_recovery_code(storage::Transaction& transaction, const Person& person, std::string_view hash);
/// False when there is no such code (any more).
bool use_recovery_code(storage::Transaction& transaction, base::Id person, std::string_view hash);

struct SealedNumbers {
  std::string citizen_id;
  std::string phone;
};
std::optional<SealedNumbers> find_sealed_numbers(storage::Snapshot& snapshot, base::Id person);
void insert_disclosure(storage::Transaction& transaction, const Disclosure& disclosure, std::string_view division);

struct Failures {
  std::int64_t count = 0;
  base::Instant last;
};
Failures failures_of(storage::Snapshot& snapshot, std::string_view subject);
void save_failure(storage::Transaction& transaction, std::string_view subject, const Failures& failures);
void forget_failures(storage::Transaction& transaction, std::string_view subject);

}  // namespace access_control
