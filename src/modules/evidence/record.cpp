/// Writing entries down.
#include <pthread.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <tuple>
#include <utility>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/evidence/bulk.h"
#include "store.h"

namespace evidence {
namespace {

constexpr std::size_t purpose_length_min = 4, purpose_length_max = 500;
/// Looks repeated within this time are one look.
constexpr std::int64_t read_again_us = 15 * 60 * base::us_per_second;
constexpr auto gathering_pause = std::chrono::milliseconds(50);
constexpr auto trouble_pause = std::chrono::seconds(1);
/// From so many on a second thread shares the hashing of a batch.
constexpr std::size_t entries_shared_min = 1'000;
constexpr std::size_t reads_per_commit = 100;  // bounded: others wait to write meanwhile

/// Whether `read` is the same look as `before`, which came first and is being written.
bool is_repeated(const Read& before, const Read& read) {
  return before.at >= read.at.plus_us(-read_again_us) &&
         std::tie(before.subject, before.person, before.what, before.reason, before.task) ==
             std::tie(read.subject, read.person, read.what, read.reason, read.task);
}

/// Of subjects that are new nothing stands in the log yet.
enum class Subjects { known, new_ones };

/// Entries of one log, in this order.
std::vector<StoredEntry> write(storage::Transaction& transaction, std::span<const NewEntry> entries,
                               Subjects subjects = Subjects::known) {
  const Place first = take_places(transaction, to_text(entries.front().log), entries.size());
  std::map<std::string_view, std::optional<std::int64_t>> last;
  if (subjects == Subjects::known)
    for (const NewEntry& entry : entries) last[entry.subject] = last_index(transaction, first.log, entry.subject);
  std::vector<Salt> salts(entries.size());
  randombytes_buf(salts.data(), salts.size() * sizeof(Salt));
  std::vector<StoredEntry> written(entries.size());
  std::vector<std::optional<std::int64_t>> previous(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CHECK(entries[i].log == entries.front().log);
    written[i].log = first.log;
    written[i].index = first.index + static_cast<std::int64_t>(i);
    previous[i] = std::exchange(last[entries[i].subject], written[i].index);
  }
  const auto fill = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const NewEntry& entry = entries[i];
      StoredEntry& stored = written[i];
      stored.subject = entry.subject;
      stored.event = entry.event;
      stored.text = entry_text(entry, previous[i], salts[i]);
      CHECK(stored.text.size() <= tlog::entry_bytes_max);
      stored.leaf_hash = tlog::to_hex(tlog::leaf_hash(stored.text));
      if (!entry.sealed.empty()) stored.salt = to_hex(salts[i]);
    }
  };
  const std::size_t half = entries.size() < entries_shared_min ? 0 : entries.size() / 2;
  std::future<void> others;
  if (half > 0) others = std::async(std::launch::async, fill, 0, half);
  fill(half, entries.size());
  if (half > 0) others.get();
  for (const StoredEntry& stored : written)
    transaction.add_receipt({.log = stored.log, .index = stored.index, .leaf_hash = stored.leaf_hash});
  insert_entries(transaction, written);
  return written;
}

/// The public log's entry of an event.
NewEntry entry_of(const storage::PlacedEvent& event, std::vector<Field> open) {
  return {.type = event.type,
          .subject = event.stream_kind + "/" + base::to_text(event.stream_id),
          .at = event.at,
          .open = std::move(open),
          .sealed = {{"content", event.data}, {"by", base::to_text(event.actor)}},
          .event = {.kind = event.stream_kind, .id = event.stream_id.number, .sequence = event.sequence}};
}

}  // namespace

void record(storage::Transaction& transaction, NewEntry entry) {
  transaction.at_end([entry = std::move(entry)](storage::Transaction& last) { write(last, std::span(&entry, 1)); });
}

std::int64_t append(storage::Transaction& transaction, storage::Stream stream, std::int64_t expected_sequence,
                    const storage::NewEvent& event, std::string_view division, std::vector<Field> open, LogKind log) {
  const std::int64_t sequence = transaction.append(stream, expected_sequence, event, division);
  NewEntry entry = entry_of({.stream_kind = std::string(stream.kind),
                             .stream_id = stream.id,
                             .sequence = sequence,
                             .type = std::string(event.type),
                             .at = event.at,
                             .actor = event.actor,
                             .data = event.data,
                             .division = {}},
                            std::move(open));
  entry.log = log;
  record(transaction, std::move(entry));
  return sequence;
}

void append_all(storage::Transaction& transaction, std::span<const storage::PlacedEvent> events,
                std::vector<std::vector<Field>> open) {
  CHECK(events.size() == open.size());
  if (events.empty()) return;
  storage::append_all(transaction, events);
  std::vector<NewEntry> entries;
  entries.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) entries.push_back(entry_of(events[i], std::move(open[i])));
  transaction.at_end(
      [entries = std::move(entries)](storage::Transaction& last) { write(last, entries, Subjects::new_ones); });
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
  transaction.at_end([read, entry = std::move(entry)](storage::Transaction& last) {
    const StoredEntry written = write(last, std::span(&entry, 1)).front();
    insert_read(last, {.log = written.log, .index = written.index}, read);
  });
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
