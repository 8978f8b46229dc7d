/// The decision models of the catalogue, for those who own the rules: read, tried, compared, and a changed one replayed
/// over past cases. Nothing here changes anything. The face for the server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/dmn/dmn.h"
#include "modules/access/model.h"
#include "modules/casework/casework.h"
#include "storage/storage.h"

namespace http {
class Router;
}

namespace decisions {

inline constexpr std::size_t batch_inputs_max = 1'000;
inline constexpr int replay_cases_max = 500;    // looked at by one request
inline constexpr int replay_cases_usual = 100;  // when the request does not say

/// One version of a model. A draft, given as a text, has neither version nor day.
struct Model {
  std::string id;  // of the service: "open-restaurant"; or "opening", "rules"
  base::Text name;
  std::string version;
  std::optional<base::Instant> valid_from;  // since when this installation decides by it
  std::string text;                         // the DMN file
  std::shared_ptr<const dmn::Model> compiled;
};

/// The models in force, by id.
std::vector<Model> models(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue);

/// `version` empty: the one in force.
/// Errors: `decisions.model_unknown`, `decisions.version_unknown` (both not_found).
base::Result<Model> find_model(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue, std::string_view id,
                               std::string_view version);

/// A changed model, as its owner wrote it. Errors: `dmn.invalid` with each fault at "/text#element".
base::Result<Model> read_draft(const Model& instead_of, std::string text);

/// What one evaluation may use up.
inline constexpr feel::Limits limits_alone{.steps_max = 1'000'000, .bytes_max = 64'000'000};
inline constexpr feel::Limits limits_of_many{.steps_max = 100'000, .bytes_max = 8'000'000};

struct ReplayQuery {
  std::string decision;                // id or name
  std::optional<calendar::Date> from;  // cases opened on this day or later
  std::optional<calendar::Date> to;    // cases opened on this day or before
  base::Id after;                      // the last case that was looked at
  int limit = replay_cases_usual;
};

/// A decision of a case that the changed model would make otherwise.
struct Difference {
  casework::CaseHead of_case;
  casework::DecisionTaken taken;
  feel::Value before;    // the outcome on record
  dmn::Outcome now;      // of the version the case ran on, asked again: for its reasons
  dmn::Outcome changed;  // of the changed model
  /// The version the case ran on says something else today than is on record: rules or calendar have changed since.
  bool is_record_other = false;
};
/// A case whose events can not be read.
struct Unread {
  casework::CaseHead of_case;
  base::Error why;
};
struct Replay {
  std::int64_t cases_count = 0;
  std::int64_t decisions_count = 0;
  std::vector<Difference> differences;
  std::vector<Unread> unread;
  std::optional<base::Id> next;  // there are more cases after this one
};
/// Runs `changed` over the decisions that cases of its service have made, each with what it was made of then.
/// Errors: `decisions.no_cases` when no service decides by the model, `dmn.not_found` when `changed` has no such
/// decision.
base::Result<Replay> replay(storage::Snapshot& snapshot, const casework::Engine& engine,
                            const access_control::Scope& scope, const Model& changed, const ReplayQuery& query);

void mount(http::Router& router, storage::Store& store, const casework::Engine& engine);

}  // namespace decisions
