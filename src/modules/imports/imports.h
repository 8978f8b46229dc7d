/// Taking over an existing register from a table. The face for the server.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/export.h"
#include "modules/access/model.h"
#include "modules/imports/model.h"
#include "modules/registration/search.h"
#include "storage/storage.h"
#include "tables/tables.h"

namespace imports {

/// Rejects kept of one batch; the count goes on.
inline constexpr std::size_t rejects_max = 10'000;

struct Batch {
  base::Id id;
  std::string division;
  std::string office;
  base::Id person;
  std::string person_name;
  std::string file_name;
  std::string sha256;
  std::string encoding;                     // detect, utf8, gb18030
  std::map<std::string, std::string> said;  // heading -> item
  std::string state;                        // checked, applying, applied, undone, discarded, failed
  std::int64_t rows_total = 0;
  std::int64_t rows_accepted = 0;
  std::int64_t rows_rejected = 0;
  base::Instant created_at;
  base::Instant changed_at;
  std::string reason;  // why undone, or why failed
};

/// Who, where and when.
struct Moment {
  access_control::Actor actor;
  std::string division;
  std::string office;
  base::Instant now;
};

/// How far a batch is that is being entered: of this process alone.
struct Progress {
  std::atomic<std::int64_t> rows_done = 0;
  std::atomic<std::int64_t> rows_total = 0;
};

struct NewBatch {
  base::Id id;
  std::string file_name;
  std::string bytes;
  std::string encoding = "detect";
  std::map<std::string, std::string> said = {};
};

struct Checked {
  Batch batch;
  std::vector<Reject> rejects;
};

class Imports {
 public:
  explicit Imports(storage::FileStore& files) : files_(files) {}

  /// The dry run: reads the table and holds every row against the register, and enters nothing.
  /// Errors: those of tables::read and columns_of, `imports.nothing_in_it`.
  base::Result<Checked> check(storage::Snapshot& snapshot, const NewBatch& request, const Moment& moment) const;
  /// Keeps a checked batch with its file and rejects, to be entered later.
  Batch keep(storage::Transaction& transaction, const Checked& checked, std::string_view bytes);

  /// A checked batch is to be entered; `work` does it. Errors: `imports.batch_unknown`, `imports.state_wrong`.
  base::Result<Batch> start(storage::Transaction& transaction, base::Id batch, const Moment& moment);
  /// Enters a started batch, as a whole or not at all; done already: nothing happens. A batch that cannot be entered is
  /// marked failed, with the reason. `now` is what the register's history shows.
  base::Result<Batch> work(storage::Store& store, base::Id batch, base::Instant now);
  /// Errors: `imports.batch_unknown`, `imports.state_wrong`, `imports.reason_missing`, `imports.changed_since` naming
  /// the entities that were written about since.
  base::Result<Batch> undo(storage::Transaction& transaction, base::Id batch, const std::string& reason,
                           const Moment& moment);
  base::Result<Batch> discard(storage::Transaction& transaction, base::Id batch, const Moment& moment);

  /// Nothing when this process is not at it.
  std::shared_ptr<const Progress> progress_of(base::Id batch) const;

 private:
  base::Result<Batch> enter(storage::Transaction& transaction, const Batch& batch, base::Instant now,
                            Progress& progress);
  storage::FileStore& files_;
  mutable std::mutex mutex_;
  std::map<base::Id, std::shared_ptr<Progress>> progress_;
};

std::optional<Batch> find_batch(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
std::vector<Reject> rejects_of(storage::Snapshot& snapshot, base::Id batch, std::int64_t after, int limit);

/// The register, or what a search finds of it, as a table that can be imported again.
struct Exported {
  std::int64_t rows = 0;
  std::string bytes;
};
/// Errors: those of registration::search.
base::Result<Exported> export_register(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                       registration::SearchQuery query, http::Table::Format format);

void mount(http::Router& router, storage::Store& store, Imports& imports);

std::span<const storage::Migration> migrations();

}  // namespace imports
