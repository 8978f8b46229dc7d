/// Writing entries down.
#include <sodium.h>

#include <utility>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "store.h"

namespace evidence {
namespace {

constexpr std::size_t purpose_length_min = 4, purpose_length_max = 500;
/// Looks repeated within this time are one look.
constexpr std::int64_t read_again_us = 15 * 60 * base::us_per_second;

Place write(storage::Transaction& transaction, const NewEntry& entry) {
  const Place place = take_place(transaction, to_text(entry.log));
  Salt salt{};
  if (!entry.sealed.empty()) randombytes_buf(salt.data(), salt.size());
  const std::string text = entry_text(entry, last_index(transaction, place.log, entry.subject), salt);
  CHECK(text.size() <= tlog::entry_bytes_max);
  const std::string leaf = tlog::to_hex(tlog::leaf_hash(text));
  insert_entry(transaction, place, entry, text, leaf);
  if (!entry.sealed.empty()) insert_salt(transaction, place, to_hex(salt));
  transaction.add_receipt({.log = place.log, .index = place.index, .leaf_hash = leaf});
  return place;
}

}  // namespace

void record(storage::Transaction& transaction, NewEntry entry) {
  transaction.at_end([entry = std::move(entry)](storage::Transaction& last) { write(last, entry); });
}

std::int64_t append(storage::Transaction& transaction, storage::Stream stream, std::int64_t expected_sequence,
                    const storage::NewEvent& event, std::string_view division, std::vector<Field> open, LogKind log) {
  const std::int64_t sequence = transaction.append(stream, expected_sequence, event, division);
  record(transaction, {.log = log,
                       .type = std::string(event.type),
                       .subject = std::string(stream.kind) + "/" + base::to_text(stream.id),
                       .at = event.at,
                       .open = std::move(open),
                       .sealed = {{"content", std::string(event.data)}, {"by", base::to_text(event.actor)}},
                       .event = {.kind = std::string(stream.kind), .id = stream.id.number, .sequence = sequence}});
  return sequence;
}

bool record_read(storage::Store& store, const Read& read) {
  const base::Instant since = read.at.plus_us(-read_again_us);
  if (store.read_value([&](storage::Snapshot& snapshot) { return has_read_since(snapshot, read, since); }))
    return false;
  store.write([&](storage::Transaction& transaction) {
    record_read(transaction, read);
    return true;
  });
  return true;
}

void record_read(storage::Transaction& transaction, const Read& read) {
  NewEntry entry{.log = LogKind::audit_log,
                 .type = std::string(read_type),
                 .subject = read.subject,
                 .at = read.at,
                 .open = {{"what", read.what}},
                 .sealed = sealed_of(read)};
  transaction.at_end(
      [read, entry = std::move(entry)](storage::Transaction& last) { insert_read(last, write(last, entry), read); });
}

base::Result<std::string> check_purpose(std::string_view reason) {
  std::string tidy = base::tidy(reason);
  const std::size_t length = base::length(tidy);
  if (length >= purpose_length_min && length <= purpose_length_max) return tidy;
  const base::Text message{"请用4至500个字写明查阅的理由；当事人会看到它",
                           "Please say in 4 to 500 characters why you look; whom it concerns will see it."};
  return base::invalid_at("/reason", "evidence.purpose_missing", message);
}

std::vector<Field> sealed_of(const Read& read) {
  return {{"by", base::to_text(read.person)}, {"reason", read.reason}, {"task", read.task}};
}

void ReadBook::note(const Read& read) {
  try {
    record_read(store_, read);
  } catch (const storage::Fault&) {
    const std::lock_guard guard(mutex_);
    if (owed_.size() < owed_max) owed_.push_back(read);
  }
}

std::size_t ReadBook::catch_up() {
  std::vector<Read> owed;
  {
    const std::lock_guard guard(mutex_);
    if (owed_.empty() || store_.trouble()) return owed_.size();
    owed = std::exchange(owed_, {});
  }
  for (const Read& read : owed) note(read);
  const std::lock_guard guard(mutex_);
  return owed_.size();
}

std::int64_t erase_salts(storage::Transaction& transaction, std::string_view subject, base::Instant at) {
  const std::int64_t count = delete_salts(transaction, subject);
  record(transaction,
         {.log = LogKind::audit_log, .type = std::string(erasure_type), .subject = std::string(subject), .at = at});
  return count;
}

}  // namespace evidence
