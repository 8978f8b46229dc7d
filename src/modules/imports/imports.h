/// Taking over an existing register from a table. The face for the server.
#pragma once

#include <map>
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
  std::string state;                        // see state_text
  std::int64_t rows_total = 0;
  std::int64_t rows_accepted = 0;
  std::int64_t rows_rejected = 0;
  base::Instant created_at;
  base::Instant changed_at;
  std::string reason;  // why undone, or why failed
  /// While it is being entered: of all rows. While it is being undone: of the entities.
  std::int64_t rows_done = 0;
};

/// Who, where and when.
struct Moment {
  access_control::Actor actor;
  std::string division;
  std::string office;
  base::Instant now;
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
  /// Goes on with a batch that is being entered or undone, piece by piece, until it is done; done already: nothing
  /// happens. Interrupted, it goes on where it stood the next time. A batch that cannot be entered is marked failed, or
  /// undone when pieces of it were in, with the reason. `now` is what the register's history shows.
  base::Result<Batch> work(storage::Store& store, base::Id batch, base::Instant now);
  /// A batch that was entered, or is being entered, is to be taken out as a whole; `work` does it. From here on nobody
  /// can write about its entities.
  /// Errors: `imports.batch_unknown`, `imports.state_wrong`, `imports.reason_missing`, `imports.changed_since` naming
  /// the entities that were written about since: then nothing happens.
  base::Result<Batch> undo(storage::Transaction& transaction, base::Id batch, const std::string& reason,
                           const Moment& moment);
  base::Result<Batch> discard(storage::Transaction& transaction, base::Id batch, const Moment& moment);

 private:
  base::Result<Batch> enter(storage::Store& store, Batch batch, base::Instant now);
  base::Result<Batch> give_up(storage::Store& store, base::Id batch, const base::Error& error, base::Instant now);
  base::Result<Batch> begin_undo(storage::Transaction& transaction, Batch batch, const std::string& reason,
                                 base::Instant now) const;
  base::Result<Batch> take_back(storage::Store& store, Batch batch, base::Instant now);
  storage::FileStore& files_;
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
