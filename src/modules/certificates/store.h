/// The SQL of certificates, all of it; queries for others are declared in the face.
#pragma once

#include "modules/certificates/certificates.h"

namespace certificates {

void insert_signed(storage::Transaction& transaction, const Signed& about);
/// How many certificates of this kind and number were signed before.
std::int64_t count_signed(storage::Snapshot& snapshot, std::string_view kind, std::string_view number);
/// Certificate and index of all that were signed, by index, from `from` to before `to`.
std::vector<std::pair<base::Id, std::int64_t>> signed_indexes(storage::Snapshot& snapshot, std::int64_t from,
                                                              std::int64_t to);
std::int64_t signed_index_end(storage::Snapshot& snapshot);

struct StoredList {
  base::Instant issued_at;
  std::string entries;  // which licences are in which state, as text: what decides whether a new list is due
  std::string token;    // signed, Base64
};
std::optional<StoredList> find_list(storage::Snapshot& snapshot, std::int64_t list);
void insert_list(storage::Transaction& transaction, std::int64_t list, const StoredList& stored,
                 base::Instant expires_at, std::string_view division);
/// Keeps the newest ones: what was served once can be had again from the public log.
void forget_lists(storage::Transaction& transaction, base::Instant before);

void insert_change(storage::Transaction& transaction, const Change& change);
void save_decision(storage::Transaction& transaction, const Change& change);
std::optional<Change> find_change(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);

}  // namespace certificates
