#include <algorithm>
#include <sstream>
#include <utility>

#include "conflict.h"
#include "storage/rows.h"
#include "storage/storage.h"

namespace storage {
namespace {

/// How long a row taken from the outbox stays with its taker.
constexpr std::int64_t outbox_lease_us = 60 * base::us_per_second;

Event event_of(const Row& row, std::size_t first) {
  return {.position = row.at(first).number(),
          .sequence = row.at(first + 1).number(),
          .type = row.at(first + 2).text(),
          .at = row.at(first + 3).instant(),
          .actor = row.at(first + 4).id(),
          .data = row.at(first + 5).text()};
}

/// "public 12 ab34… audit 7 cd56…"
std::string receipts_text(const std::vector<Receipt>& receipts) {
  std::string text;
  for (const Receipt& receipt : receipts)
    text += (text.empty() ? "" : " ") + receipt.log + " " + std::to_string(receipt.index) + " " + receipt.leaf_hash;
  return text;
}

std::vector<Receipt> receipts_of(const std::string& text) {
  std::vector<Receipt> receipts;
  std::istringstream words(text);
  Receipt receipt;
  while (words >> receipt.log >> receipt.index >> receipt.leaf_hash) receipts.push_back(receipt);
  return receipts;
}

}  // namespace

std::int64_t Datum::number() const {
  CHECK(content_.index() == 1);
  return *std::get_if<1>(&content_);
}

const std::string& Datum::text() const {
  CHECK(content_.index() == 2);
  return *std::get_if<2>(&content_);
}

calendar::Date Datum::date() const {
  const std::optional<calendar::Date> date = calendar::parse_date(text());
  CHECK(date.has_value());
  return *date;
}

std::optional<Row> Snapshot::find(std::string_view sql, Parameters parameters) {
  Rows rows = query(sql, parameters);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

std::int64_t Transaction::append(Stream stream, std::int64_t expected_sequence, const NewEvent& event,
                                 std::string_view division) {
  CHECK(expected_sequence >= 0);
  // The condition refuses a number ahead of the stream, the unique key one that is taken: no gap, no fork.
  const std::int64_t appended = execute(
      "INSERT INTO events (division, stream_kind, stream_id, sequence, type, at, actor, data) "
      "SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), "
      "CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT) "
      "WHERE (SELECT COALESCE(MAX(sequence), 0) FROM events WHERE stream_kind = ? AND stream_id = ?) = ?",
      {division, stream.kind, stream.id, expected_sequence + 1, event.type, event.at, event.actor, event.data,
       stream.kind, stream.id, expected_sequence});
  if (appended != 1) throw Conflict("the stream has moved on since its last sequence was read");
  return expected_sequence + 1;
}

std::int64_t Transaction::next_number(std::string_view counter) {
  return next_numbers(*this, counter, 1);
}

void Transaction::settle() {
  // Taken out first: a step that throws is not run again with the next one.
  for (const Step& step : std::exchange(steps_, {})) step(*this);
  CHECK(steps_.empty());
}

void Store::stop_writing(const base::Text& why) {
  const std::lock_guard guard(stopped_mutex_);
  stopped_ = why;
}

std::optional<base::Text> Store::stopped() const {
  const std::lock_guard guard(stopped_mutex_);
  return stopped_;
}

void Store::check_not_stopped() const {
  if (const auto why = stopped()) throw Fault("writing was stopped: " + why->en);
}

void Transaction::enqueue(std::string_view kind, std::string data, base::Instant not_before) {
  execute("INSERT INTO outbox (kind, data, due_at, attempts) VALUES (?, ?, ?, 0)", {kind, std::move(data), not_before});
}

std::vector<Event> load_events(Snapshot& snapshot, Stream stream, std::int64_t after, int limit) {
  std::vector<Event> events;
  for (const Row& row :
       snapshot.query("SELECT position, sequence, type, at, actor, data FROM events "
                      "WHERE stream_kind = ? AND stream_id = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                      {stream.kind, stream.id, after, limit}))
    events.push_back(event_of(row, 0));
  return events;
}

std::int64_t last_sequence(Snapshot& snapshot, Stream stream) {
  return snapshot
      .find("SELECT COALESCE(MAX(sequence), 0) FROM events WHERE stream_kind = ? AND stream_id = ?",
            {stream.kind, stream.id})
      .value()
      .at(0)
      .number();
}

std::vector<LoggedEvent> load_log(Snapshot& snapshot, std::int64_t after_position, int limit) {
  // The position names the last event seen; the order is that of transactions, which on SQLite is the same.
  const std::optional<Row> last =
      snapshot.find("SELECT transaction_id FROM settled_events WHERE position = ?", {after_position});
  const std::int64_t transaction = last ? last->at(0).number() : 0;
  std::vector<LoggedEvent> events;
  for (const Row& row :
       snapshot.query("SELECT division, stream_kind, stream_id, position, sequence, type, at, actor, data "
                      "FROM settled_events WHERE transaction_id >= ? AND (transaction_id > ? OR position > ?) "
                      "ORDER BY transaction_id, position LIMIT ?",
                      {transaction, transaction, after_position, limit}))
    events.push_back({.division = row.at(0).text(),
                      .stream_kind = row.at(1).text(),
                      .stream_id = row.at(2).id(),
                      .event = event_of(row, 3)});
  return events;
}

std::int64_t log_end(Snapshot& snapshot) {
  const auto last =
      snapshot.find("SELECT position FROM settled_events ORDER BY transaction_id DESC, position DESC LIMIT 1");
  return last ? last->at(0).number() : 0;
}

base::Result<std::optional<Repeat>> find_repeat(Snapshot& snapshot, const CommandKey& key) {
  const std::optional<Row> row =
      snapshot.find("SELECT fingerprint, status, body, receipts FROM idempotency WHERE person = ? AND key = ?",
                    {key.person, key.key});
  if (!row) return std::optional<Repeat>{};
  if (row->at(0).text() != key.fingerprint)
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "storage.key_reused",
                       .message = {.zh = "该幂等键已用于内容不同的另一次提交，请更换新的幂等键后重新提交。",
                                   .en = "This idempotency key was already used for a different submission. "
                                         "Please submit again with a new key."}};
  return std::optional<Repeat>{Repeat{.status = static_cast<int>(row->at(1).number()),
                                      .body = row->at(2).text(),
                                      .receipts = receipts_of(row->at(3).text())}};
}

void save_repeat(Transaction& transaction, const CommandKey& key, const Repeat& repeat, base::Instant at) {
  const std::int64_t saved = transaction.execute(
      "INSERT INTO idempotency (person, key, fingerprint, status, body, at, receipts) VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (person, key) DO NOTHING",
      {key.person, key.key, key.fingerprint, repeat.status, repeat.body, at, receipts_text(repeat.receipts)});
  if (saved != 1) throw Conflict("the same command was finished meanwhile");
}

std::int64_t forget_repeats(Transaction& transaction, base::Instant before) {
  return transaction.execute("DELETE FROM idempotency WHERE at < ?", {before});
}

std::vector<Outgoing> take_outgoing(Store& store, base::Instant now, int limit) {
  // Most polls find nothing: they must not cost a commit.
  const bool due = store.read_value([&](Snapshot& snapshot) {
    return snapshot.find("SELECT id FROM outbox WHERE due_at <= ? LIMIT 1", {now}).has_value();
  });
  std::vector<Outgoing> taken;
  if (!due) return taken;
  store.write([&](Transaction& transaction) {
    taken.clear();
    // The outer condition is judged again after waiting for another server that took the same row.
    for (const Row& row : transaction.query(
             "UPDATE outbox SET due_at = ?, attempts = attempts + 1 WHERE due_at <= ? AND id IN "
             "(SELECT id FROM outbox WHERE due_at <= ? ORDER BY id LIMIT ?) RETURNING id, kind, data, attempts",
             {now.plus_us(outbox_lease_us), now, now, limit}))
      taken.push_back({.id = row.at(0).number(),
                       .kind = row.at(1).text(),
                       .data = row.at(2).text(),
                       .attempts = static_cast<int>(row.at(3).number())});
    return true;
  });
  std::sort(taken.begin(), taken.end(), [](const Outgoing& a, const Outgoing& b) { return a.id < b.id; });
  return taken;
}

void finish_outgoing(Store& store, std::span<const std::int64_t> ids) {
  if (ids.empty()) return;
  store.write([&](Transaction& transaction) {
    for (const std::int64_t id : ids) transaction.execute("DELETE FROM outbox WHERE id = ?", {id});
    return true;
  });
}

void postpone_outgoing(Store& store, std::int64_t id, base::Instant not_before, std::string_view error) {
  store.write([&](Transaction& transaction) {
    transaction.execute("UPDATE outbox SET due_at = ?, last_error = ? WHERE id = ?", {not_before, error, id});
    return true;
  });
}

}  // namespace storage
