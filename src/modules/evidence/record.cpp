/// Writing entries down.
#include <pthread.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "store.h"

namespace evidence {
namespace {

constexpr std::size_t purpose_length_min = 4, purpose_length_max = 500;
/// Looks repeated within this time are one look.
constexpr std::int64_t read_again_us = 15 * 60 * base::us_per_second;
constexpr auto gathering_pause = std::chrono::milliseconds(50);
constexpr auto trouble_pause = std::chrono::seconds(1);
constexpr std::size_t reads_per_commit = 100;  // bounded: others wait to write meanwhile

/// Whether `read` is the same look as `before`, which came first and is being written.
bool is_repeated(const Read& before, const Read& read) {
  return before.at >= read.at.plus_us(-read_again_us) &&
         std::tie(before.subject, before.person, before.what, before.reason, before.task) ==
             std::tie(read.subject, read.person, read.what, read.reason, read.task);
}

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

std::size_t record_reads(storage::Store& store, std::span<const Read> reads) {
  std::vector<const Read*> written;
  store.write([&](storage::Transaction& transaction) {
    written.clear();
    for (const Read& read : reads) {
      if (std::any_of(written.begin(), written.end(), [&](const Read* before) { return is_repeated(*before, read); }))
        continue;
      if (has_read_since(transaction, read, read.at.plus_us(-read_again_us))) continue;
      record_read(transaction, read);
      written.push_back(&read);
    }
    return true;
  });
  return written.size();
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

ReadBook::ReadBook(storage::Store& store)
    : store_(store), thread_([this](const std::stop_token& stop) { run(stop); }) {}

ReadBook::~ReadBook() {
  thread_.request_stop();
  thread_.join();
  write_down();
}

void ReadBook::note(Read read) {
  const std::lock_guard guard(mutex_);
  if (noted_.size() >= noted_max) return;
  noted_.push_back(std::move(read));
  filled_.notify_one();
}

void ReadBook::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "looks");
  bool is_written = true;
  while (!stop.stop_requested()) {
    {
      std::unique_lock guard(mutex_);
      filled_.wait(guard, stop, [this] { return !noted_.empty(); });
      // A moment, so that others come into the same commit; longer when the last ones could not be written.
      filled_.wait_for(guard, stop, is_written ? gathering_pause : trouble_pause, [] { return false; });
    }
    is_written = write_down();
  }
}

bool ReadBook::write_down() {
  std::vector<Read> noted;
  {
    const std::lock_guard guard(mutex_);
    noted = std::exchange(noted_, {});
  }
  std::size_t written = 0;
  try {
    while (written < noted.size()) {
      const std::span<const Read> some =
          std::span(noted).subspan(written, std::min(noted.size() - written, reads_per_commit));
      record_reads(store_, some);
      written += some.size();
    }
  } catch (const std::exception&) {  // whatever it is, the looks are kept, and tried again
    const std::lock_guard guard(mutex_);
    noted_.insert(noted_.begin(), noted.begin() + static_cast<std::ptrdiff_t>(written), noted.end());
    return false;
  }
  return true;
}

std::int64_t erase_salts(storage::Transaction& transaction, std::string_view subject, base::Instant at) {
  const std::int64_t count = delete_salts(transaction, subject);
  record(transaction,
         {.log = LogKind::audit_log, .type = std::string(erasure_type), .subject = std::string(subject), .at = at});
  return count;
}

}  // namespace evidence
