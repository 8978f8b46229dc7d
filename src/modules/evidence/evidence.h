/// The public log and the audit log: entries written with the change they tell of, tiles and checkpoints served as
/// files, proofs, receipts, and who looked at a file. The face for every module that has something to write down.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "kernel/tlog/policy.h"
#include "kernel/tlog/proof.h"
#include "kernel/tlog/tile.h"
#include "modules/evidence/model.h"
#include "modules/evidence/signer.h"
#include "storage/storage.h"

namespace http {
class Router;
}

namespace evidence {

/// Writes an entry with the transaction: its place is taken at the transaction's end, and told in its receipts.
void record(storage::Transaction& transaction, NewEntry entry);

/// Appends an event to its stream, as `Transaction::append` does, and writes it down in the public log: type, stream
/// and `open` readable by everybody, content and actor as salted hashes. What is nobody's business yet (a proposal, an
/// account's change) goes into the audit log. Returns the event's sequence.
std::int64_t append(storage::Transaction& transaction, storage::Stream stream, std::int64_t expected_sequence,
                    const storage::NewEvent& event, std::string_view division, std::vector<Field> open = {},
                    LogKind log = LogKind::public_log);

/// Somebody of the office looked at what belongs to `subject` ("case/…", "entity/…").
struct Read {
  std::string division;
  std::string subject;
  base::Id person;
  std::string what;    // "case", "material", "document", "numbers", "entity", "certificates"
  std::string reason;  // as the reader stated it; empty: none was stated
  base::Instant at;
  std::string task = {};  // the step of the case for which the reader had it open; empty: none
};
/// One line of the list "who looked at my file".
struct PastRead {
  Read read;
  std::string log;
  std::int64_t index = 0;
};
/// A purpose as stated, tidied. Errors: `evidence.purpose_missing` below 4 or above 500 characters.
base::Result<std::string> check_purpose(std::string_view reason);
/// Looks repeated by one person for one purpose within a quarter of an hour are one look. One commit; returns how many
/// new entries were written. Errors: throws storage::Fault.
std::size_t record_reads(storage::Store& store, std::span<const Read> reads);
/// Writes the look with the transaction, however lately there was another.
void record_read(storage::Transaction& transaction, const Read& read);

/// Writes looks down behind those who look, many in one commit and within a tenth of a second; nobody waits for the
/// disk to read. When the disk is full reading goes on, and they are written when there is room again. Looks not yet
/// written are lost when the program is killed. Thread-safe.
class ReadBook {
 public:
  explicit ReadBook(storage::Store& store);
  /// Writes down what was noted.
  ~ReadBook();
  void note(Read read);

 private:
  static constexpr std::size_t noted_max = 100'000;
  void run(const std::stop_token& stop);
  /// Whether all that was noted before stands in the log now.
  bool write_down();
  storage::Store& store_;
  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::vector<Read> noted_;
  std::jthread thread_;  // last: it starts when all else is ready
};
/// Newest first; those before `before` (in time), none: from the newest on.
std::vector<PastRead> reads_of(storage::Snapshot& snapshot, std::string_view subject, int limit,
                               std::optional<base::Instant> before = {});

/// An entry as it is stored.
struct StoredEntry {
  std::string log;
  std::int64_t index = 0;
  std::string subject;
  std::string leaf_hash;  // hexadecimal digits
  std::string text;
  EventRef event;
  std::string salt;  // hexadecimal digits; empty once it was erased
};
/// Oldest first.
std::vector<StoredEntry> entries_of(storage::Snapshot& snapshot, std::string_view subject, int limit);
/// The entry of a stream's event.
std::optional<StoredEntry> entry_of_event(storage::Snapshot& snapshot, std::string_view subject, std::int64_t sequence);
std::optional<StoredEntry> find_entry(storage::Snapshot& snapshot, std::string_view log, std::int64_t index);
/// The entry of the last event that the stream had at `at`: what a document of then stands on.
std::optional<StoredEntry> entry_as_of(storage::Snapshot& snapshot, std::string_view subject, base::Instant at);
/// Drops the salts of a subject: nobody can tell any more what its entries sealed. That it was done, and how far, is
/// written down in the audit log: a salt that is missing without it was taken. Returns how many.
std::int64_t erase_salts(storage::Transaction& transaction, std::string_view subject, base::Instant at);

/// One log as it was opened: a closed one is kept and served, but grows no more.
struct LogRow {
  std::string name;  // "public", "public-2", "audit"
  std::string kind;
  std::string origin;
  std::int64_t size = 0;
  base::Instant opened_at;
  bool is_closed = false;
};
std::vector<LogRow> list_logs(storage::Snapshot& snapshot);
/// What its owner keeps of an entry; `logs` must know its log.
EntryReceipt receipt_of(const StoredEntry& entry, const std::vector<LogRow>& logs);

/// What a log's page shows.
struct Standing {
  LogRow row;
  tlog::TreeHead head;     // of the checkpoint that is served
  std::string checkpoint;  // empty: none yet
  base::Instant signed_at;
  std::vector<tlog::VerifierKey> keys;
  tlog::Policy policy;
  std::vector<tlog::Signed> witnesses;  // that have cosigned this checkpoint
  bool is_witnessed = false;
  std::optional<base::Text> refusal;  // why it signs no more
};

struct Settings {
  std::string folder;  // tiles, checkpoints, keys, policy
  std::string origin;  // "licence.example.gov.cn/log"; the log's name is put behind it
  Sealing sealing;     // how keys are kept
};

/// That the served checkpoint continues an older one.
struct Continuation {
  std::vector<tlog::Hash> proof;
  tlog::TreeHead head;
  std::string checkpoint;
};

class Live;

/// The logs of one program. Thread-safe.
class Logs {
 public:
  /// Names the logs on the first start, reads keys and policy, and compares the database with what was signed before.
  /// A log that was set back signs no more.
  /// Errors: `evidence.keys_damaged`, `tlog.policy_malformed`.
  static base::Result<std::unique_ptr<Logs>> open(storage::Store& store, const Settings& settings, base::Instant now);
  ~Logs();

  /// Stops the store's writing when a log was set back.
  void stop_if_set_back();
  /// Writes tiles and signs a checkpoint for what was committed since the last one. Returns the entries covered anew.
  std::int64_t publish(base::Instant now);
  /// Asks the witnesses to cosign the latest checkpoints; returns how many cosignatures came.
  int ask_witnesses(base::Instant now);
  /// Puts the audit log's checkpoint into the public log when an hour has passed since the last time.
  void anchor_audit_log(base::Instant now);

  std::vector<Standing> standings() const;
  std::optional<Standing> standing(std::string_view log) const;
  /// A tile's bytes; nothing when the published log has no such tile.
  std::optional<std::string> tile(std::string_view log, tlog::TileId tile) const;
  /// Errors: `evidence.log_unknown`, `evidence.not_published` (try again in two seconds).
  base::Result<tlog::Proof> proof(std::string_view log, std::uint64_t index) const;
  /// From `old_size` to `size`, without it to the served checkpoint. Errors: as `proof`.
  base::Result<Continuation> consistency(std::string_view log, std::uint64_t old_size,
                                         std::optional<std::uint64_t> size = {}) const;
  /// The leaf as the tiles have it. Errors: as `proof`.
  base::Result<tlog::Hash> leaf(std::string_view log, std::uint64_t index) const;

  /// Compares database, tiles, checkpoints and high-water mark from end to end; the first fault of each kind is named.
  std::vector<base::Text> check() const;

  /// A second key signs beside the first, and is made known in the log. While nothing is served.
  /// Errors: `evidence.log_unknown`.
  base::Result<tlog::VerifierKey> rotate_key(std::string_view log, base::Instant now);
  /// The older keys sign no more.
  base::Result<void> retire_keys(std::string_view log);
  /// Closes a log that was set back and opens the next one ("public-2"), whose first entry states the last checkpoint
  /// of the closed one. `reason` is written there. Errors: `evidence.log_unknown`.
  base::Result<std::string> reopen(std::string_view log, std::string_view reason, base::Instant now);

 private:
  explicit Logs(storage::Store& store, Settings settings);
  std::shared_ptr<Live> find(std::string_view log) const;
  std::vector<std::shared_ptr<Live>> everyone() const;
  base::Result<void> add(const LogRow& row, base::Instant now);

  storage::Store& store_;
  Settings settings_;
  tlog::Policy policy_;
  mutable std::mutex mutex_;  // of the map alone
  std::map<std::string, std::shared_ptr<Live>, std::less<>> logs_;
};

/// What of the receipt page and its API is this installation's own.
struct Site {
  std::string base_url;
  bool demonstration = false;
};
void mount(http::Router& router, storage::Store& store, const Logs& logs, const Site& site);
/// The policy as it is published: whom a verifier is to believe. Closed logs are among them: their receipts stay good.
std::string policy_text(const Logs& logs, const Site& site);

std::span<const storage::Migration> migrations();

}  // namespace evidence
