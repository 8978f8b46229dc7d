/// The SQL of delivery, all of it; queries for others are declared in the face.
#pragma once

#include "modules/delivery/delivery.h"

namespace delivery {

bool any_overlap(storage::Snapshot& snapshot, const std::string& kind, const Range& range);
void insert_range(storage::Transaction& transaction, const BlankRange& range);
/// The range of a place that has a number left which was never touched, the lowest first.
std::optional<BlankRange> next_range(storage::Snapshot& snapshot, std::string_view division, std::string_view office,
                                     const std::string& kind, base::Id place);
void move_next(storage::Transaction& transaction, base::Id range, std::int64_t next);
std::optional<BlankRange> range_with(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                     const std::string& kind, const Serial& serial);
std::optional<Blank> find_blank(storage::Snapshot& snapshot, const std::string& kind, const Serial& serial);
void save_blank(storage::Transaction& transaction, const BlankRange& range, std::int64_t number, const Blank& blank);
/// Sets the blank a print has used to a state, if it is still issued.
void end_blank(storage::Transaction& transaction, base::Id print, const Blank& how);

void insert_print(storage::Transaction& transaction, const Print& print);
void end_print_row(storage::Transaction& transaction, const Print& print);

void insert_kiosk(storage::Transaction& transaction, const Kiosk& kiosk, const std::string& key_hash, base::Instant at);
void close_kiosk_row(storage::Transaction& transaction, base::Id id, base::Instant at);
std::optional<Kiosk> find_kiosk(storage::Snapshot& snapshot, base::Id id);
std::optional<Kiosk> find_kiosk_by_key(storage::Snapshot& snapshot, const std::string& key_hash);

struct StoredCode {
  base::Id of_case;
  std::string division;
  base::Id applicant;
  base::Instant expires_at;
  int wrong_tries = 0;
};
bool code_in_use(storage::Snapshot& snapshot, const std::string& code_hash, base::Instant now);
void save_code(storage::Transaction& transaction, const StoredCode& code, const std::string& code_hash,
               base::Instant now);
std::optional<StoredCode> find_code(storage::Snapshot& snapshot, const std::string& code_hash);
void count_wrong_try(storage::Transaction& transaction, base::Id of_case);
void save_ticket(storage::Transaction& transaction, const std::string& token_hash, const Kiosk& kiosk, base::Id of_case,
                 base::Instant expires_at);
struct StoredTicket {
  base::Id kiosk;
  base::Id of_case;
  base::Instant expires_at;
};
std::optional<StoredTicket> find_ticket(storage::Snapshot& snapshot, const std::string& token_hash);

void insert_sending(storage::Transaction& transaction, const Sending& sending);
void update_sending(storage::Transaction& transaction, const Sending& sending);

}  // namespace delivery
