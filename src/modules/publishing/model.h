/// Drafts of a service's models, and what becomes of them.
///
///   (new) --begin--> drafted --propose--> proposed --approve--> approved: a version, in force from its day on
///                       |  ^                |  |                   |
///                       |  +---send_back----+  |                   +--revoke--> revoked (before its day only)
///                       |  +---take_back-------+
///                       |  +---edit (the proposal is lost)
///                       +--drop--> dropped
///
/// Invariants:
/// P1. Who has written any part of a draft, or proposed it, does not approve it (four eyes).
/// P2. Only a draft that passes every check is proposed or approved; it is checked again at the approval.
/// P3. What is approved is what was read: approving names the edition.
/// P4. A draft replaces only what it was begun from; a file that another version has changed since must be taken over
///     first.
/// P5. Versions of a service are numbered without gaps, and their days never go back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace publishing {

/// A folder's files by path: "decision.dmn", "process.bpmn", "form.json", "tasks/NAME.form.json"; of the shared folders
/// the DMN files they have ("limits.dmn", "requirements.dmn").
using Files = std::map<std::string, std::string, std::less<>>;

inline constexpr std::size_t file_bytes_max = 2'000'000;
inline constexpr std::size_t reason_length_max = 2'000;  // characters
inline constexpr int ahead_days_max = 730;               // how far ahead a version may be approved

enum class ModelKind { decision, process, form };
/// What a path holds; nothing when it is no model that people draw.
std::optional<ModelKind> kind_of(std::string_view path);
std::string_view name_of(ModelKind kind);

enum class State { drafted, proposed, approved, dropped, revoked };
std::string_view name_of(State state);
State parse_state(std::string_view text);

struct Draft {
  base::Id id;
  std::string division;
  std::string service;
  State state = State::drafted;
  std::int64_t edition = 0;       // sequence of its last event; what If-Match names
  Files files;                    // what it changes
  Files bases;                    // by path: fingerprint of the text that is replaced; "" where there was none
  std::vector<base::Id> authors;  // all who have written in it, and who proposed it
  base::Id begun_by;
  base::Instant begun_at;
  base::Id edited_by;
  base::Instant edited_at;
  std::string reason;  // why it is proposed
  std::optional<calendar::Date> applies_from;
  base::Id proposed_by;
  std::optional<base::Instant> proposed_at;
  base::Id decided_by;  // who approved, sent back or revoked last
  std::optional<base::Instant> decided_at;
  std::string remark;       // of the decision
  std::int64_t number = 0;  // approved: 1 is the service's first published version
  std::string version;      // approved: the service's fingerprint with it
};

bool has_written(const Draft& draft, base::Id person);

/// Only a drafted or proposed draft can be edited.
/// Errors: `publishing.closed`.
base::Result<void> check_edit(const Draft& draft);

struct Proposal {
  std::string reason;
  calendar::Date applies_from;
};
/// Errors: `publishing.not_drafted`, `publishing.empty`, `publishing.reason_missing` at "/reason",
/// `publishing.day_past` and `publishing.day_far` at "/applies_from".
base::Result<void> check_proposal(const Draft& draft, const Proposal& proposal, calendar::Date today);

/// Errors: `publishing.not_proposed`, `publishing.same_person` (P1), `publishing.reason_missing` for sending back.
base::Result<void> check_decision(const Draft& draft, base::Id decider, bool approves, std::string_view remark);

/// Before its day, and with a reason. Errors: `publishing.not_scheduled`, `publishing.reason_missing`.
base::Result<void> check_revocation(const Draft& draft, std::string_view reason, calendar::Date today);

}  // namespace publishing
