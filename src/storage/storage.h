/// Transactions on SQLite (embedded) and PostgreSQL, behind one face. The only room that knows either.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace storage {

/// The world failed: disk, network, database. Thrown where it happens, caught once per request or job (503).
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The disk is full: nothing of the command was kept, and writing resumes by itself once there is room (507).
struct FullFault : Fault {
  using Fault::Fault;
};

/// A statement's parameter or a row's value. Dates are written as YYYY-MM-DD text, instants as microseconds, ids as
/// 64-bit numbers, truth as 0 or 1.
class Datum {
 public:
  Datum() = default;  // null
  Datum(std::nullptr_t) {}
  Datum(bool truth) : content_(std::int64_t{truth}) {}
  Datum(int number) : content_(std::int64_t{number}) {}
  Datum(std::int64_t number) : content_(number) {}
  Datum(base::Id id) : content_(id.number) {}
  Datum(base::Instant moment) : content_(moment.us) {}
  Datum(calendar::Date date) : content_(calendar::to_text(date)) {}
  Datum(std::string text) : content_(std::move(text)) {}
  Datum(std::string_view text) : content_(std::string(text)) {}
  Datum(const char* text) : content_(std::string(text)) {}
  template <class T>
  Datum(const std::optional<T>& value) {
    if (value) *this = Datum(*value);
  }

  bool is_null() const { return content_.index() == 0; }
  bool is_number() const { return content_.index() == 1; }
  /// Reading a value as what it is not is a bug (CHECK).
  std::int64_t number() const;
  const std::string& text() const;
  bool truth() const { return number() != 0; }
  base::Id id() const { return {number()}; }
  base::Instant instant() const { return {number()}; }
  calendar::Date date() const;

 private:
  std::variant<std::monostate, std::int64_t, std::string> content_;
};

using Row = std::vector<Datum>;
using Rows = std::vector<Row>;
using Parameters = std::initializer_list<Datum>;

/// A consistent view of the database for reading. SQL uses `?` for parameters and the portable subset of both
/// databases; each text is prepared once per connection.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Rows query(std::string_view sql, std::span<const Datum> parameters) = 0;
  Rows query(std::string_view sql, Parameters parameters = {}) {
    return query(sql, std::span<const Datum>(parameters.begin(), parameters.size()));
  }
  /// The first row, if any.
  std::optional<Row> find(std::string_view sql, Parameters parameters = {});
};

/// Names one stream of the event log: one case, one entity, one person.
struct Stream {
  std::string_view kind;  // "case", "entity"
  base::Id id;
};

/// One event of a stream, as stored.
struct Event {
  std::int64_t position = 0;  // in the whole log; ascending, may have gaps
  std::int64_t sequence = 0;  // in its stream; 1, 2, 3 without gap
  std::string type;           // "licensing.accepted"
  base::Instant at;
  base::Id actor;    // none: the system itself
  std::string data;  // JSON
};

/// The event to append.
struct NewEvent {
  std::string_view type;
  base::Instant at;
  base::Id actor;
  std::string data;
};

/// Where a log keeps what a command did: what its sender can check it by.
struct Receipt {
  std::string log;
  std::int64_t index = 0;
  std::string leaf_hash;  // hexadecimal digits
};

/// A unit of work that either happens as a whole or not at all.
class Transaction : public Snapshot {
 public:
  using Step = std::function<void(Transaction&)>;

  /// Rows changed.
  virtual std::int64_t execute(std::string_view sql, std::span<const Datum> parameters) = 0;
  std::int64_t execute(std::string_view sql, Parameters parameters = {}) {
    return execute(sql, std::span<const Datum>(parameters.begin(), parameters.size()));
  }

  /// Appends to a stream whose last sequence the caller has read in this transaction; returns the new event's sequence.
  /// Somebody else appended meanwhile: on PostgreSQL the whole command is run again; the caller sees nothing of it.
  std::int64_t append(Stream stream, std::int64_t expected_sequence, const NewEvent& event, std::string_view division);

  /// The next number of a counter that has neither gaps nor duplicates: it is taken back when the transaction is.
  std::int64_t next_number(std::string_view counter);

  /// Something to be done outside after the commit, at least once: `kind` chooses the handler, `data` is JSON.
  void enqueue(std::string_view kind, std::string data, base::Instant not_before);

  /// Does `step` last, before the commit: what all commands need in turn (the next place of a log) is held shortly, and
  /// taken in one order. Steps run as they were added; a step may not add another.
  void at_end(Step step) { steps_.push_back(std::move(step)); }
  /// Runs the steps now; the store does it before the commit.
  void settle();
  void add_receipt(Receipt receipt) { receipts_.push_back(std::move(receipt)); }
  const std::vector<Receipt>& receipts() const { return receipts_; }

 private:
  std::vector<Step> steps_;
  std::vector<Receipt> receipts_;
};

/// The events of a stream after `after`, oldest first.
std::vector<Event> load_events(Snapshot& snapshot, Stream stream, std::int64_t after = 0, int limit = 10'000);
std::int64_t last_sequence(Snapshot& snapshot, Stream stream);

/// One event of the whole log, with the stream it belongs to.
struct LoggedEvent {
  std::string division;
  std::string stream_kind;
  base::Id stream_id;
  Event event;
};
/// The whole log after the event at `after_position`, for those who follow it (statistics, publicity): who remembers
/// the
/// position of the last event of the answer misses nothing. The order is that of commits as far as it matters: on
/// PostgreSQL positions of events of different streams may go back and forth a little.
std::vector<LoggedEvent> load_log(Snapshot& snapshot, std::int64_t after_position, int limit = 1000);

/// The position after which `load_log` gives nothing yet: where who only wants news begins. 0 for an empty log.
std::int64_t log_end(Snapshot& snapshot);

/// A finished command's answer, to be given again word for word.
struct Repeat {
  int status = 0;
  std::string body;
  std::vector<Receipt> receipts = {};
};
/// What a command's sender said about repeating it.
struct CommandKey {
  base::Id person;
  std::string key;          // the Idempotency-Key header
  std::string fingerprint;  // of method, path and body
};
/// The stored answer when the same command was done before.
/// Errors: `storage.key_reused` when the same key came with another content.
base::Result<std::optional<Repeat>> find_repeat(Snapshot& snapshot, const CommandKey& key);
void save_repeat(Transaction& transaction, const CommandKey& key, const Repeat& repeat, base::Instant at);
/// Drops the answers given before `before` (keep seven days or more); returns how many.
std::int64_t forget_repeats(Transaction& transaction, base::Instant before);

/// One step of the schema: forward only, never edited after release. Statements separated by ";\n", in the portable
/// subset of README.md; one that starts with the line "-- only sqlite" or "-- only postgresql" is run there alone.
struct Migration {
  std::string_view name;  // "licensing/0001_applications"
  std::string_view sql;
};

struct Options {
  /// "sqlite:/path/file.db" or "postgresql://…" (libpq connection string).
  std::string database;
  int readers = 4;  // connections for snapshots
  std::size_t batch_commands_max = 256;
  std::size_t queue_commands_max = 10'000;
};

/// The database. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  /// Runs `work` in a transaction and returns after the commit is durable. `work` may run more than once (retries),
  /// so it
  /// has no effects of its own; it returns false to roll back. SQLite: commands are queued for the one writer, run
  /// each in
  /// a savepoint and committed together.
  /// Errors: throws FullFault (disk full), Fault (connection lost, latched after a failed sync); what `work` throws is
  /// rethrown.
  virtual void write(const std::function<bool(Transaction&)>& work) = 0;

  /// `work` returns a Result; an Error rolls everything back and is passed on.
  template <class Work>
  auto write_result(Work&& work) {
    using Answer = std::invoke_result_t<Work&, Transaction&>;
    std::optional<Answer> answer;
    write([&](Transaction& transaction) {
      answer.emplace(work(transaction));
      return answer->has_value();
    });
    return std::move(*answer);
  }

  virtual void read(const std::function<void(Snapshot&)>& work) = 0;
  template <class Work>
  auto read_value(Work&& work) {
    using Answer = std::invoke_result_t<Work&, Snapshot&>;
    std::optional<Answer> answer;
    read([&](Snapshot& snapshot) { answer.emplace(work(snapshot)); });
    return std::move(*answer);
  }

  /// Runs what is missing, in order, each step in its own transaction; safe to interrupt. The storage room's own steps
  /// come first, whether passed or not. Several calls add up.
  /// Errors: `storage.database_newer` when the database holds a step the program does not know,
  /// `storage.migration_changed` when a step was edited after it was run, `storage.migration_failed`.
  virtual base::Result<void> migrate(std::span<const Migration> migrations) = 0;

  /// A complete copy while serving, in a new file (SQLite) or folder (PostgreSQL).
  virtual base::Result<void> backup(const std::string& target) = 0;

  /// Nothing when writes work; otherwise why they do not (latched after a failed sync, disk full, stopped).
  virtual std::optional<base::Text> trouble() const = 0;
  virtual std::string_view kind() const = 0;  // "sqlite" or "postgresql"

  /// What was written since the store was opened: how many commands one sync serves.
  struct Figures {
    std::int64_t commands = 0;
    std::int64_t commits = 0;
  };
  Figures figures() const { return {.commands = commands_, .commits = commits_}; }

  /// From now on every `write` is a Fault that says why; reading goes on. For data that must not grow.
  void stop_writing(const base::Text& why);
  std::optional<base::Text> stopped() const;

 protected:
  /// Errors: throws Fault when writing was stopped.
  void check_not_stopped() const;
  void note_commit(std::int64_t commands) {
    commands_ += commands;
    ++commits_;
  }

 private:
  std::atomic<std::int64_t> commands_ = 0;
  std::atomic<std::int64_t> commits_ = 0;
  mutable std::mutex stopped_mutex_;
  std::optional<base::Text> stopped_;
};

/// Errors: `storage.open_failed`, `storage.in_use` when another process owns the file.
base::Result<std::unique_ptr<Store>> open(const Options& options);

/// The storage room's own tables: events, counters, idempotency, outbox, files.
std::span<const Migration> migrations();

/// One thing waiting in the outbox.
struct Outgoing {
  std::int64_t id = 0;
  std::string kind;
  std::string data;
  int attempts = 0;
};
/// Takes up to `limit` due rows; a row that is not finished within a minute comes again.
std::vector<Outgoing> take_outgoing(Store& store, base::Instant now, int limit);
/// Takes delivered rows away, in one commit.
void finish_outgoing(Store& store, std::span<const std::int64_t> ids);
void postpone_outgoing(Store& store, std::int64_t id, base::Instant not_before, std::string_view error);

/// Files by content: uploads and issued documents.
class FileStore {
 public:
  explicit FileStore(std::string folder);
  /// Writes once, durably (fsync), under its SHA-256; returns the hash in hexadecimal digits.
  /// Errors: throws Fault (disk full).
  std::string put(std::string_view content);
  /// Nothing when there is no such file; throws Fault when it is there but its content does not match its name.
  std::optional<std::string> get(std::string_view sha256);

 private:
  std::string folder_;
};

std::string sha256_hex(std::string_view content);

/// A copy of the database file and of the file folder, and back: `restore` checks integrity, the event sequences and
/// the
/// hash of every file before it puts anything in place, and never overwrites.
struct Folders {
  std::string database;  // as in Options
  std::string files;
};
base::Result<std::string> backup_all(Store& store, const Folders& folders, const std::string& target);
base::Result<std::string> restore_all(const std::string& source, const Folders& folders);
/// What a technician runs after an accident: integrity, sequences without gaps, files. Returns a report.
base::Result<std::string> check_all(Store& store, const Folders& folders);

}  // namespace storage
