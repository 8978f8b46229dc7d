/// Taking over an existing register from a table. The face for the server.
#pragma once

#include <functional>
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

namespace evidence {
class ReadBook;
}

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

/// Reads a table out of outside bytes, as tables::read does.
using ReadTable = std::function<base::Result<tables::Table>(std::string_view bytes, tables::Encoding encoding)>;

/// Whether a piece of it is still to be done.
inline bool is_under_way(const Batch& batch) {
  return batch.state == "applying" || batch.state == "undoing";
}

class Imports {
 public:
  explicit Imports(storage::FileStore& files);
  ~Imports();

  /// From here on tables are read by `read`; without it in this process. Called before anything else.
  void read_tables_with(ReadTable read) { read_ = std::move(read); }
  const ReadTable& read_table() const { return read_; }

  /// The dry run: reads the table and holds every row against the register, and enters nothing.
  /// Errors: those of tables::read and columns_of, `imports.nothing_in_it`.
  base::Result<Checked> check(storage::Snapshot& snapshot, const NewBatch& request, const Moment& moment) const;
  /// Keeps a checked batch with its file and rejects, to be entered later.
  Batch keep(storage::Transaction& transaction, const Checked& checked, std::string_view bytes);

  /// A checked batch is to be entered; `go_on` does it. Errors: `imports.batch_unknown`, `imports.state_wrong`.
  base::Result<Batch> start(storage::Transaction& transaction, base::Id batch, const Moment& moment);
  /// Does the next piece of a batch that is being entered or undone, and returns how it stands then; done already:
  /// nothing happens. A batch that cannot be entered is marked failed, or undone when pieces of it were in, with the
  /// reason. `now` is what the register's history shows. Errors: `imports.batch_unknown`.
  base::Result<Batch> go_on(storage::Store& store, base::Id batch, base::Instant now);
  /// Piece by piece until it is done.
  base::Result<Batch> work(storage::Store& store, base::Id batch, base::Instant now);
  /// A batch that was entered, or is being entered, is to be taken out as a whole; `go_on` does it. From here on nobody
  /// can write about its entities.
  /// Errors: `imports.batch_unknown`, `imports.state_wrong`, `imports.reason_missing`, `imports.changed_since` naming
  /// the entities that were written about since: then nothing happens.
  base::Result<Batch> undo(storage::Transaction& transaction, base::Id batch, const std::string& reason,
                           const Moment& moment);
  base::Result<Batch> discard(storage::Transaction& transaction, base::Id batch, const Moment& moment);

 private:
  class Rows;
  base::Result<Batch> enter(storage::Store& store, const Batch& batch, base::Instant now);
  base::Result<std::unique_ptr<Rows>> open(const Batch& batch, base::Instant now);
  /// Enters the rows from `batch.rows_done` to `to`. Returns false when the batch is no longer where it was: it was
  /// undone meanwhile, or another process goes on with it.
  static base::Result<bool> enter_piece(storage::Transaction& transaction, Batch& batch, Rows& rows, std::size_t to,
                                        base::Instant now);
  base::Result<Batch> give_up(storage::Store& store, base::Id batch, const base::Error& error, base::Instant now);
  base::Result<Batch> begin_undo(storage::Transaction& transaction, Batch batch, const std::string& reason,
                                 base::Instant now) const;
  base::Result<Batch> take_back(storage::Store& store, const Batch& batch, base::Instant now);

  storage::FileStore& files_;
  ReadTable read_ = tables::read;
  std::mutex working_;  // one piece at a time
  /// The tables of batches that are being entered, read once for all of their pieces.
  std::map<base::Id, std::unique_ptr<Rows>> opened_;
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

void mount(http::Router& router, storage::Store& store, Imports& imports, evidence::ReadBook& reads);

std::span<const storage::Migration> migrations();

}  // namespace imports
