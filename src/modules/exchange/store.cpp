#include "store.h"

#include "exchange_migrations.h"
#include "modules/access/access.h"

namespace exchange {

using storage::Datum;
using storage::Row;

namespace {

JobRow job_of(const Row& row) {
  return {.id = {row[0].id(), static_cast<bpmn::Key>(row[1].number())},
          .type = row[2].text(),
          .element = row[3].text(),
          .retries = static_cast<int>(row[4].number()),
          .lock = row[5].id()};
}

constexpr std::string_view job_columns = "j.case_id, j.job_key, j.job_type, j.element, j.retries, j.lock";

/// Whoever works for others sees what staff of its division see; an applicant sees no jobs.
access_control::Within within(const access_control::Scope& scope) {
  if (scope.kind == access_control::Scope::Kind::own) return {"1 = 0", {}};
  return access_control::within(scope, "j");
}

}  // namespace

void save_job(storage::Transaction& transaction, const casework::CaseHead& head, const std::string& element,
              const bpmn::Wait& wait, base::Instant now) {
  transaction.execute(
      "INSERT INTO jobs (case_id, job_key, division, office, service, element, job_type, retries, opened_at, free_at, "
      "worker, lock) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0) ON CONFLICT (case_id, job_key) DO UPDATE SET "
      "element = excluded.element, job_type = excluded.job_type, retries = excluded.retries, "
      "free_at = excluded.free_at, worker = '', lock = 0",
      {head.id, std::int64_t{wait.key}, head.division, head.office, head.service, element, wait.name, wait.retries, now,
       now});
}

void delete_job(storage::Transaction& transaction, JobId job) {
  transaction.execute("DELETE FROM jobs WHERE case_id = ? AND job_key = ?", {job.of_case, std::int64_t{job.key}});
}

std::optional<JobRow> find_job(storage::Snapshot& snapshot, const access_control::Scope& scope, JobId job) {
  access_control::Within condition = within(scope);
  condition.add("j.case_id = ? AND j.job_key = ?", {job.of_case, std::int64_t{job.key}});
  const auto rows = snapshot.query("SELECT " + std::string(job_columns) + " FROM jobs j WHERE " + condition.sql,
                                   condition.parameters);
  if (rows.empty()) return std::nullopt;
  return job_of(rows[0]);
}

std::vector<JobRow> free_jobs(storage::Snapshot& snapshot, const access_control::Scope& scope, std::string_view type,
                              base::Instant now, int limit) {
  access_control::Within condition = within(scope);
  condition.add("j.job_type = ? AND j.free_at <= ?", {type, now});
  condition.parameters.emplace_back(limit);
  std::vector<JobRow> jobs;
  for (const Row& row : snapshot.query("SELECT " + std::string(job_columns) + " FROM jobs j WHERE " + condition.sql +
                                           " ORDER BY j.free_at, j.case_id, j.job_key LIMIT ?",
                                       condition.parameters))
    jobs.push_back(job_of(row));
  return jobs;
}

bool lock_job(storage::Transaction& transaction, JobId job, const Lock& lock, base::Instant now) {
  return transaction.execute(
             "UPDATE jobs SET free_at = ?, worker = ?, lock = ? WHERE case_id = ? AND job_key = ? AND free_at <= ?",
             {lock.until, lock.worker, lock.lock, job.of_case, std::int64_t{job.key}, now}) == 1;
}

void free_job(storage::Transaction& transaction, JobId job, base::Instant free_at) {
  transaction.execute("UPDATE jobs SET free_at = ?, worker = '', lock = 0 WHERE case_id = ? AND job_key = ?",
                      {free_at, job.of_case, std::int64_t{job.key}});
}

bool extend_lock(storage::Transaction& transaction, JobId job, base::Id lock, base::Instant until) {
  return transaction.execute("UPDATE jobs SET free_at = ? WHERE case_id = ? AND job_key = ? AND lock = ?",
                             {until, job.of_case, std::int64_t{job.key}, lock}) == 1;
}

void save_awaited(storage::Transaction& transaction, const casework::CaseHead& head, const bpmn::Wait& wait) {
  transaction.execute(
      "INSERT INTO awaited_messages (case_id, wait_key, division, name, correlation) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (case_id, wait_key) DO UPDATE SET name = excluded.name, correlation = excluded.correlation",
      {head.id, std::int64_t{wait.key}, head.division, wait.name, wait.correlation});
}

void delete_awaited(storage::Transaction& transaction, base::Id of_case, bpmn::Key key) {
  transaction.execute("DELETE FROM awaited_messages WHERE case_id = ? AND wait_key = ?", {of_case, std::int64_t{key}});
}

void hold_awaited(storage::Transaction& transaction, base::Id of_case, bool held) {
  transaction.execute("UPDATE awaited_messages SET held = ? WHERE case_id = ? AND held <> ?", {held, of_case, held});
}

bool insert_message(storage::Transaction& transaction, const StoredMessage& stored) {
  const Message& message = stored.message;
  return transaction.execute(
             "INSERT INTO messages (id, division, person, name, correlation, sender_id, variables, sent_at, "
             "expires_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'kept') ON CONFLICT DO NOTHING",
             {message.id, stored.division, stored.person, message.name, message.correlation, message.sender_id,
              stored.variables, message.sent_at, message.expires_at}) == 1;
}

std::optional<StoredMessage> find_message(storage::Snapshot& snapshot, base::Id id) {
  const auto row = snapshot.find(
      "SELECT id, name, correlation, sender_id, state, sent_at, expires_at, division, person, variables FROM messages "
      "WHERE id = ?",
      {id});
  if (!row) return std::nullopt;
  const Row& r = *row;
  StoredMessage stored{.message = {.id = r[0].id(),
                                   .name = r[1].text(),
                                   .correlation = r[2].text(),
                                   .sender_id = r[3].text(),
                                   .state = r[4].text(),
                                   .sent_at = r[5].instant(),
                                   .expires_at = r[6].instant(),
                                   .case_numbers = {}},
                       .division = r[7].text(),
                       .person = r[8].id(),
                       .variables = r[9].text()};
  for (const Row& reached : snapshot.query(
           "SELECT case_number FROM message_deliveries WHERE message = ? ORDER BY delivered_at, case_id", {id}))
    stored.message.case_numbers.push_back(reached[0].text());
  for (const Row& refused : snapshot.query("SELECT case_number, code, reason_zh, reason_en FROM message_refusals "
                                           "WHERE message = ? ORDER BY refused_at, case_id",
                                           {id}))
    stored.message.refusals.push_back({.case_number = refused[0].text(),
                                       .code = refused[1].text(),
                                       .reason = {refused[2].text(), refused[3].text()}});
  return stored;
}

std::optional<base::Id> find_same_message(storage::Snapshot& snapshot, base::Id person, const NewMessage& message) {
  if (message.sender_id.empty()) return std::nullopt;
  const auto row =
      snapshot.find("SELECT id FROM messages WHERE person = ? AND name = ? AND correlation = ? AND sender_id = ?",
                    {person, message.name, message.correlation, message.sender_id});
  return row ? std::optional((*row)[0].id()) : std::nullopt;
}

std::vector<Awaiting> awaiting(storage::Snapshot& snapshot, const StoredMessage& message, int limit) {
  std::vector<Awaiting> waits;
  for (const Row& row : snapshot.query(
           "SELECT w.case_id, MIN(w.wait_key) FROM awaited_messages w WHERE w.name = ? AND w.correlation = ? "
           "AND w.held = 0 AND substr(w.division, 1, length(CAST(? AS TEXT))) = ? AND NOT EXISTS (SELECT 1 "
           "FROM message_refusals r WHERE r.message = ? AND r.case_id = w.case_id) GROUP BY w.case_id "
           "ORDER BY w.case_id LIMIT ?",
           {message.message.name, message.message.correlation, message.division, message.division, message.message.id,
            limit}))
    waits.push_back({row[0].id(), static_cast<bpmn::Key>(row[1].number())});
  return waits;
}

bool is_awaited(storage::Snapshot& snapshot, const Awaiting& wait) {
  return snapshot
      .find("SELECT 1 FROM awaited_messages WHERE case_id = ? AND wait_key = ? AND held = 0",
            {wait.of_case, std::int64_t{wait.key}})
      .has_value();
}

bool mark_delivered(storage::Transaction& transaction, const StoredMessage& message, base::Id of_case,
                    base::Instant now) {
  // The message first: its row is held until the commit, so that it can not expire meanwhile.
  return transaction.execute("UPDATE messages SET state = 'delivered' WHERE id = ? AND state <> 'expired'",
                             {message.message.id}) == 1 &&
         transaction.execute(
             "INSERT INTO message_deliveries (message, case_id, division, case_number, delivered_at) "
             "VALUES (?, ?, ?, '', ?) ON CONFLICT (message, case_id) DO NOTHING",
             {message.message.id, of_case, message.division, now}) == 1;
}

bool claim_message(storage::Transaction& transaction, base::Id message) {
  return transaction.execute("UPDATE messages SET state = 'delivered' WHERE id = ? AND state = 'kept'", {message}) == 1;
}

void insert_delivery(storage::Transaction& transaction, const StoredMessage& message, const casework::CaseHead& head,
                     base::Instant now) {
  transaction.execute(
      "INSERT INTO message_deliveries (message, case_id, division, case_number, delivered_at) VALUES (?, ?, ?, ?, ?)",
      {message.message.id, head.id, message.division, head.number, now});
}

void save_refusal(storage::Transaction& transaction, const StoredMessage& message, base::Id of_case,
                  const Refused& refused, base::Instant now) {
  transaction.execute(
      "INSERT INTO message_refusals (message, case_id, division, case_number, code, reason_zh, reason_en, refused_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message, case_id) DO NOTHING",
      {message.message.id, of_case, message.division, refused.case_number, refused.code, refused.reason.zh,
       refused.reason.en, now});
}

void refuse_message(storage::Transaction& transaction, const StoredMessage& message) {
  transaction.execute(
      "UPDATE messages SET state = 'refused', variables = '{}' WHERE id = ? AND state = 'kept' AND EXISTS (SELECT 1 "
      "FROM message_refusals r WHERE r.message = messages.id) AND NOT EXISTS (SELECT 1 FROM awaited_messages w WHERE "
      "w.name = messages.name AND w.correlation = messages.correlation AND w.held = 1 AND "
      "substr(w.division, 1, length(messages.division)) = messages.division)",
      {message.message.id});
}

bool is_start_refused(storage::Snapshot& snapshot, base::Id message) {
  return snapshot.find("SELECT 1 FROM message_refusals WHERE message = ? AND case_id = 0", {message}).has_value();
}

std::vector<base::Id> messages_to_start(storage::Snapshot& snapshot, std::string_view name, base::Instant now,
                                        int limit) {
  std::vector<base::Id> messages;
  for (const Row& row : snapshot.query(
           "SELECT m.id FROM messages m WHERE m.name = ? AND m.state = 'kept' AND m.expires_at > ? AND NOT EXISTS "
           "(SELECT 1 FROM message_refusals r WHERE r.message = m.id AND r.case_id = 0) ORDER BY m.id LIMIT ?",
           {name, now, limit}))
    messages.push_back(row[0].id());
  return messages;
}

void name_delivery(storage::Transaction& transaction, base::Id message, const casework::CaseHead& head) {
  transaction.execute("UPDATE message_deliveries SET case_number = ? WHERE message = ? AND case_id = ?",
                      {head.number, message, head.id});
}

void empty_message(storage::Transaction& transaction, base::Id message) {
  transaction.execute("UPDATE messages SET variables = '{}' WHERE id = ? AND state <> 'kept'", {message});
}

std::vector<base::Id> messages_awaited_now(storage::Snapshot& snapshot, base::Instant now, int limit) {
  std::vector<base::Id> messages;
  for (const Row& row :
       snapshot.query("SELECT DISTINCT m.id FROM messages m JOIN awaited_messages w ON w.name = m.name AND "
                      "w.correlation = m.correlation WHERE m.state = 'kept' AND m.expires_at > ? AND w.held = 0 AND "
                      "NOT EXISTS (SELECT 1 FROM message_refusals r WHERE r.message = m.id AND r.case_id = w.case_id) "
                      "AND substr(w.division, 1, length(m.division)) = m.division ORDER BY m.id LIMIT ?",
                      {now, limit}))
    messages.push_back(row[0].id());
  return messages;
}

std::vector<base::Id> messages_to_expire(storage::Snapshot& snapshot, base::Instant now, int limit) {
  std::vector<base::Id> messages;
  for (const Row& row : snapshot.query(
           "SELECT id FROM messages WHERE state = 'kept' AND expires_at <= ? ORDER BY expires_at, id LIMIT ?",
           {now, limit}))
    messages.push_back(row[0].id());
  return messages;
}

bool expire_message(storage::Transaction& transaction, base::Id message, base::Instant now) {
  return transaction.execute(
             "UPDATE messages SET state = 'expired', variables = '{}' WHERE id = ? AND state = 'kept' AND "
             "expires_at <= ?",
             {message, now}) == 1;
}

std::int64_t delete_messages(storage::Transaction& transaction, base::Instant before) {
  transaction.execute(
      "DELETE FROM message_deliveries WHERE message IN (SELECT id FROM messages WHERE expires_at < ? AND state <> "
      "'kept')",
      {before});
  transaction.execute(
      "DELETE FROM message_refusals WHERE message IN (SELECT id FROM messages WHERE expires_at < ? AND state <> "
      "'kept')",
      {before});
  return transaction.execute("DELETE FROM messages WHERE expires_at < ? AND state <> 'kept'", {before});
}

std::span<const storage::Migration> migrations() {
  return exchange_migrations;
}

}  // namespace exchange
