/// The SQL of access, all of it; queries for others are declared in the face.
#pragma once

#include "modules/access/access.h"

namespace access_control {

struct StoredPerson {
  Person person;
  std::string password_hash;
  bool disabled = false;
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
};
void insert_session(storage::Transaction& transaction, const NewSession& session, base::Instant now);
void touch_session(storage::Transaction& transaction, std::string_view token_hash, base::Instant now);
void delete_session(storage::Transaction& transaction, std::string_view token_hash);
void delete_sessions_before(storage::Transaction& transaction, base::Id person, base::Instant created_before);

struct Failures {
  std::int64_t count = 0;
  base::Instant last;
};
Failures failures_of(storage::Snapshot& snapshot, std::string_view subject);
void save_failure(storage::Transaction& transaction, std::string_view subject, const Failures& failures);
void forget_failures(storage::Transaction& transaction, std::string_view subject);

}  // namespace access_control
