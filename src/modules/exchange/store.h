/// The SQL of exchange, all of it.
#pragma once

#include "modules/exchange/exchange.h"

namespace exchange {

struct JobRow {
  JobId id;
  std::string type;
  std::string element;
  int retries = 0;
  base::Id lock;
};

/// A job that is there already gets the new retries and is free.
void save_job(storage::Transaction& transaction, const casework::CaseHead& head, const std::string& element,
              const bpmn::Wait& wait, base::Instant now);
void delete_job(storage::Transaction& transaction, JobId job);
std::optional<JobRow> find_job(storage::Snapshot& snapshot, const access_control::Scope& scope, JobId job);
std::vector<JobRow> free_jobs(storage::Snapshot& snapshot, const access_control::Scope& scope, std::string_view type,
                              base::Instant now, int limit);
struct Lock {
  std::string worker;
  base::Id lock;
  base::Instant until;
};
/// False when somebody else was faster.
bool lock_job(storage::Transaction& transaction, JobId job, const Lock& lock, base::Instant now);
/// Nobody's, and given out again from `free_at` on.
void free_job(storage::Transaction& transaction, JobId job, base::Instant free_at);
bool extend_lock(storage::Transaction& transaction, JobId job, base::Id lock, base::Instant until);

void save_awaited(storage::Transaction& transaction, const casework::CaseHead& head, const bpmn::Wait& wait);
void delete_awaited(storage::Transaction& transaction, base::Id of_case, bpmn::Key key);

/// While a case is suspended, nothing is delivered to it.
void hold_awaited(storage::Transaction& transaction, base::Id of_case, bool held);

struct StoredMessage {
  Message message;
  std::string division;
  base::Id person;
  std::string variables;  // JSON; emptied when it is delivered or expired
};
/// False when the sender has sent the same one before.
bool insert_message(storage::Transaction& transaction, const StoredMessage& message);
std::optional<StoredMessage> find_message(storage::Snapshot& snapshot, base::Id message);
std::optional<base::Id> find_same_message(storage::Snapshot& snapshot, base::Id person, const NewMessage& message);
/// What awaits it now, one wait for each case; without those held, and those that have refused it.
struct Awaiting {
  base::Id of_case;
  bpmn::Key key = 0;
};
std::vector<Awaiting> awaiting(storage::Snapshot& snapshot, const StoredMessage& message, int limit);
bool is_awaited(storage::Snapshot& snapshot, const Awaiting& wait);
/// False when the case had it before, or its time is over.
bool mark_delivered(storage::Transaction& transaction, const StoredMessage& message, base::Id of_case,
                    base::Instant now);
/// False when it is not kept any more: another process has started its cases, or its time is over.
bool claim_message(storage::Transaction& transaction, base::Id message);
/// Of `claim_message`'s caller.
void insert_delivery(storage::Transaction& transaction, const StoredMessage& message, const casework::CaseHead& head,
                     base::Instant now);
/// `of_case` none: it would have started one. Kept once.
void save_refusal(storage::Transaction& transaction, const StoredMessage& message, base::Id of_case,
                  const Refused& refused, base::Instant now);
/// A message that only refusals have met, and that no suspended case awaits, is over.
void refuse_message(storage::Transaction& transaction, const StoredMessage& message);
bool is_start_refused(storage::Snapshot& snapshot, base::Id message);
/// Kept ones of a name that were not refused as a start.
std::vector<base::Id> messages_to_start(storage::Snapshot& snapshot, std::string_view name, base::Instant now,
                                        int limit);
/// What its sender knows the case by.
void name_delivery(storage::Transaction& transaction, base::Id message, const casework::CaseHead& head);
void empty_message(storage::Transaction& transaction, base::Id message);
std::vector<base::Id> messages_awaited_now(storage::Snapshot& snapshot, base::Instant now, int limit);
/// Kept ones whose time was over at `now`.
std::vector<base::Id> messages_to_expire(storage::Snapshot& snapshot, base::Instant now, int limit);
bool expire_message(storage::Transaction& transaction, base::Id message, base::Instant now);
/// Forgets what was over before `before`.
std::int64_t delete_messages(storage::Transaction& transaction, base::Instant before);

}  // namespace exchange
