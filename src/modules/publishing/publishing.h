/// The models that people draw (decisions, processes, forms): drafted, checked, compared, tried, proposed by one person
/// and approved by another; then a new version of their service, in force for cases begun from its day on, without a
/// restart and on every server process. The face for the server.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/casework/casework.h"
#include "modules/publishing/model.h"
#include "storage/storage.h"

namespace http {
class Router;
}

namespace publishing {

/// Something that a check has found, for the one who draws.
struct Finding {
  std::string file;
  std::string element;  // id; empty: the whole file
  bool fatal = false;   // it can not be proposed
  std::string code;
  base::Text message;
};

/// What a draft changes, in the terms of its kind.
struct Difference {
  struct Detail {
    std::string what;  // "extensionElements/taskDefinition@type", "input 2", "label"
    std::string before;
    std::string after;
  };
  std::string file;
  std::string kind;  // "added", "removed", "changed", "reordered", "redrawn"
  std::string element;
  std::string type;  // "userTask", "decision", "row", "textfield"
  std::string name;
  std::optional<int> row_before = {};  // of a decision table, 1 is the first
  std::optional<int> row_after = {};
  std::vector<Detail> details = {};
};

/// A text that stands in the place of a stored one, to be looked at before it is saved.
struct Unsaved {
  std::string file;
  std::string text;
};

/// What a renewal did to one service.
struct Renewed {
  std::string service;
  std::int64_t number = 0;
  std::string version;
  /// The approved version does not go with the catalogue folder any more. `fell_back`: the version as it was last in
  /// force is used instead; otherwise the service stays as it was.
  std::optional<base::Error> refusal = {};
  bool fell_back = false;
};

/// Built once by the server; thread-safe.
class Publishing {
 public:
  explicit Publishing(const casework::Engine& engine) : engine_(engine) {}

  const catalogue::Catalogue& catalogue() const { return engine_.catalogue(); }

  struct Beginning {
    base::Id id;
    std::string service;
    std::string file;
    std::string text;
  };
  /// Errors: `catalogue.service_unknown`, `publishing.file_unknown`, `publishing.text_unfit` (empty, larger than
  /// `file_bytes_max`).
  base::Result<Draft> begin(storage::Transaction& transaction, const Beginning& beginning,
                            const casework::Moment& moment) const;

  struct Edit {
    base::Id draft;
    std::int64_t edition = 0;
    std::string file;
    std::optional<std::string> text;  // none: the file leaves the draft
    bool takes_over = false;          // the text was made from what stands now (P4)
  };
  /// A proposed draft loses its proposal. Errors: `publishing.draft_unknown`, `publishing.stale`, `publishing.closed`,
  /// and those of `begin`.
  base::Result<Draft> edit(storage::Transaction& transaction, const Edit& edit, const casework::Moment& moment) const;

  /// Errors: `publishing.draft_unknown`, `publishing.stale`, those of check_proposal, `publishing.check_failed` with
  /// each fault at "file#element" (P2), `publishing.overtaken` at the files (P4), `publishing.day_before_other` (P5).
  base::Result<Draft> propose(storage::Transaction& transaction, base::Id draft, std::int64_t edition,
                              const Proposal& proposal, const casework::Moment& moment) const;

  /// The proposal becomes a draft again. Errors: `publishing.draft_unknown`, `publishing.not_proposed`.
  base::Result<Draft> take_back(storage::Transaction& transaction, base::Id draft,
                                const casework::Moment& moment) const;
  /// Errors: `publishing.draft_unknown`, `publishing.not_drafted`.
  base::Result<Draft> drop(storage::Transaction& transaction, base::Id draft, const casework::Moment& moment) const;

  struct Decision {
    base::Id draft;
    std::int64_t edition = 0;
    bool approves = false;
    std::string remark;
  };
  /// Errors: `publishing.draft_unknown`, `publishing.stale` (P3), those of check_decision; for approving those of
  /// `propose` again, and `publishing.day_past` when its day went by meanwhile.
  base::Result<Draft> decide(storage::Transaction& transaction, const Decision& decision,
                             const casework::Moment& moment) const;

  /// Errors: `publishing.draft_unknown`, those of check_revocation, `publishing.built_upon` when a later version is
  /// approved already.
  base::Result<Draft> revoke(storage::Transaction& transaction, base::Id draft, const std::string& reason,
                             const casework::Moment& moment) const;

  /// Errors: `publishing.draft_unknown`, also for one outside the actor's scope.
  base::Result<Draft> load(storage::Snapshot& snapshot, base::Id draft, const casework::Moment& moment) const;

  /// The service's files with all versions approved so far, those whose day has not come included: what a new draft
  /// starts from. Errors: `catalogue.service_unknown`.
  base::Result<Files> head(storage::Snapshot& snapshot, const std::string& service) const;
  /// The files that an approved version has taken the place of.
  base::Result<Files> before_version(storage::Snapshot& snapshot, const Draft& version) const;
  /// Files of the draft that another version has changed since.
  std::vector<std::string> overtaken(const Draft& draft, const Files& head) const;
  /// Files that a published version has replaced and that the catalogue folder has in another text since.
  std::vector<std::string> delivered_anew(storage::Snapshot& snapshot, const std::string& service) const;

  /// All that the checkers say about the draft's files and what they have to do with the rest of the service.
  base::Result<std::vector<Finding>> check(storage::Snapshot& snapshot, const Draft& draft,
                                           const std::optional<Unsaved>& unsaved) const;
  /// What is different to what it would replace. Errors: `dmn.invalid`, `bpmn.invalid`, `catalogue.form_invalid` when a
  /// file can not be read at all.
  base::Result<std::vector<Difference>> compare(storage::Snapshot& snapshot, const Draft& draft,
                                                const std::optional<Unsaved>& unsaved) const;
  struct Play {
    std::string script;  // JSON, as `yichuang bpmn play` takes it; may be empty
    bool auto_tasks = true;
  };
  /// Plays the draft's process on the virtual clock, asking the draft's decisions. One JSON text a step, the last one
  /// tells what waits. Errors: `publishing.nothing_to_play`, `bpmn.invalid`, `bpmn.script_invalid`, `json.invalid`.
  base::Result<std::vector<std::string>> play(storage::Snapshot& snapshot, const Draft& draft,
                                              const std::optional<Unsaved>& unsaved, const Play& play) const;

  /// Brings what is approved and due into force in this process; cheap when there is nothing to do. Asked after every
  /// approval, at the start, and by the jobs of every process.
  std::vector<Renewed> renew(storage::Store& store, base::Instant now) const;

 private:
  base::Result<Draft> load_edition(storage::Snapshot& snapshot, base::Id id, std::int64_t edition,
                                   const casework::Moment& moment) const;
  base::Result<void> check_publishable(storage::Snapshot& snapshot, const Draft& draft,
                                       calendar::Date applies_from) const;
  base::Result<Files> files_below(storage::Snapshot& snapshot, const std::string& service, std::int64_t number) const;
  base::Result<void> put_file(const Files& head, Draft& draft, const Edit& edit) const;
  bool fall_back(storage::Store& store, const std::string& service, const std::string& version) const;
  Renewed bring_in(storage::Store& store, const std::string& service, std::int64_t number, base::Instant now) const;

  const casework::Engine& engine_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::int64_t, std::less<>> in_force_;  // number by service
};

inline constexpr std::size_t play_steps_max = 2'000;

/// The highest number by service among versions approved and due.
std::map<std::string, std::int64_t, std::less<>> due_numbers(storage::Snapshot& snapshot, calendar::Date day);

void mount(http::Router& router, storage::Store& store, const Publishing& publishing);

std::span<const storage::Migration> migrations();

}  // namespace publishing
