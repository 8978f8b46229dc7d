/// One operation on many cases, in pieces, with progress: moved to another version of their service, or tried again.
///
///   running --stop--> stopped --resume--> running --all done--> finished --undo--> another batch that goes back
///
/// Invariants: 1. A case is done once in a batch, whatever the number of processes and restarts. 2. Each refusal is
/// kept with its reason; the other cases go on. 3. Every case is done in the name and with the rights of who ordered
/// the batch, as they are at that moment. 4. A piece is small: who works beside it waits for no more than that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/casework/casework.h"

namespace http {
class Router;
}

namespace batches {

using casework::Moment;

inline constexpr int piece_cases = 50;     // carried out in one transaction
inline constexpr int gather_cases = 1000;  // noted in one transaction
/// Cases that a preview looks at: moving is planned only, trying again is done and taken back.
inline constexpr int preview_migrations = 500;
inline constexpr int preview_retries = piece_cases;
inline constexpr std::size_t preview_examples = 5;  // cases told for each reason

enum class Kind { retry, migrate, migrate_back };

struct NewBatch {
  base::Id id;
  std::string kind;  // "retry" or "migrate"
  std::string service;
  std::string from_version;  // only cases that run on it; empty: any
  std::string element;       // retry: only steps that failed there; empty: any
  std::string code;          // retry: only for this reason; empty: any
  std::string version;       // migrate: where to
  feel::Context renamed;     // migrate
  std::string reason;
};

struct Batch {
  base::Id id;
  std::string division;
  base::Id person;
  Kind kind = Kind::retry;
  std::string service;
  feel::Context wanted;  // from_version, element, code, version, renamed
  std::string reason;
  std::string state;      // "running", "stopped", "finished"
  bool gathered = false;  // every case is known: `total` grows no more
  base::Id gathered_to;   // the last case looked at
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t refused = 0;
  base::Id undoes;  // the batch that it takes back
  base::Instant created_at;
  base::Instant changed_at;
};

/// A case that was not done, and why.
struct Refused {
  base::Id of_case;
  std::string case_number;
  std::string code;
  base::Text message;
};

/// What a batch would do: how many cases it would touch, and what became of those that were looked at.
struct Preview {
  std::int64_t total = 0;
  std::int64_t examined = 0;
  std::int64_t possible = 0;  // of those examined
  struct Reason {
    std::string element;  // of the version they run on, that stands in the way; empty: the case as a whole
    base::Text element_name;
    std::string code;
    base::Text message;
    std::int64_t count = 0;
    std::vector<Refused> examples;
  };
  std::vector<Reason> reasons;  // of the others, the most frequent first
  /// Moving: what is under way in the cases that can be moved, and where it goes on.
  struct Step {
    casework::MigrationPreview::Step step;
    std::int64_t count = 0;
  };
  std::vector<Step> steps;
  /// Moving with something in the way: elements of the other version alone, which it may go on at (`renamed`).
  std::vector<casework::Possible::Choice> counterparts;
};

class Batches {
 public:
  explicit Batches(const casework::Engine& engine) : engine_(engine) {}

  /// Errors: `batches.kind_unknown`, `batches.reason_missing`, `batches.not_yours`, `catalogue.service_unknown`,
  /// `batches.version_unknown`.
  base::Result<Batch> start(storage::Transaction& transaction, const NewBatch& wanted, const Moment& moment) const;
  /// Nothing is changed. Errors: as `start`, without the reason.
  base::Result<Preview> preview(storage::Store& store, const NewBatch& wanted, const Moment& moment) const;
  /// Errors: `batches.unknown`, `batches.not_running`.
  base::Result<Batch> stop(storage::Transaction& transaction, base::Id batch, const Moment& moment) const;
  /// Errors: `batches.unknown`, `batches.not_stopped`.
  base::Result<Batch> resume(storage::Transaction& transaction, base::Id batch, const Moment& moment) const;
  /// Moves the cases back that the batch has moved; each that has been moved on since is refused. `id`: of the batch
  /// that does it. Errors: `batches.unknown`, `batches.no_undo`, `batches.still_running`, `batches.undone`,
  /// `batches.reason_missing`.
  base::Result<Batch> undo(storage::Transaction& transaction, base::Id batch, base::Id id, const std::string& reason,
                           const Moment& moment) const;

  /// One piece of the batch that was worked on longest ago; false when none is running.
  bool work(storage::Store& store, base::Instant now) const;

  const catalogue::Catalogue& catalogue() const { return engine_.catalogue(); }

 private:
  base::Result<Batch> planned(storage::Snapshot& snapshot, const NewBatch& wanted, const Moment& moment) const;

  const casework::Engine& engine_;
};

/// Errors: `batches.unknown`, also outside `scope`.
base::Result<Batch> load_batch(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id batch);
/// `state` empty: any.
struct BatchFilter {
  std::string state = {};
  base::Id before = {};
  int limit = 50;
};
/// Newest first.
std::vector<Batch> list_batches(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                const BatchFilter& filter);
std::int64_t count_batches(storage::Snapshot& snapshot, const access_control::Scope& scope, const std::string& state);
/// The batch that takes this one back; none when there is none.
base::Id undone_by(storage::Snapshot& snapshot, base::Id batch);
std::vector<Refused> refused_of(storage::Snapshot& snapshot, base::Id batch, base::Id after, int limit);
std::string_view to_text(Kind kind);

void mount(http::Router& router, storage::Store& store, const Batches& batches);

std::span<const storage::Migration> migrations();

}  // namespace batches
