/// What can be done to a case besides its next step: suspend, extend, send back, correct, several signers, promises.
///
/// Each is an event with actor, reason and, where it bears on rights, the legal basis. What they add up to is the
/// `Conduct` of the case: a pure function of those events, like the process instance beside it.
///
///   open --suspend--> suspended --resume--> open        the time between does not count
///   open --withdraw | terminate--> ended --reopen--> open   where it stood; the time between does not count
///
/// Source: [ALL-42] extension; [ALL-45] time that does not count; [BPMN-13].
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"
#include "kernel/feel/value.h"
#include "modules/casework/model.h"

namespace casework {

enum class Operation {
  suspend,
  resume,
  extend,
  send_back,
  withdraw,
  terminate,
  reopen,
  correct,
  assign,
  add_signer,
  countersign,
  sign,
  dismiss_signer,
  accept_conditionally,
  settle_promise,
  express,
  assist,
  retry,
  migrate,
  remind,
  escalate
};

/// How an operation is named, who may do it, and what it must come with.
struct OperationKind {
  Operation operation;
  std::string_view id;          // in the API and in the event's data: "send_back"
  std::string_view event;       // the event's type: "case.sent_back"
  base::Text name;              // on the button
  base::Text done;              // in the history
  std::string_view permission;  // of the actor; empty: the system's own
  bool needs_basis = false;     // the legal basis must be told
};
const std::vector<OperationKind>& operation_kinds();
const OperationKind& kind_of(Operation operation);
/// Errors: `casework.operation_unknown`.
base::Result<Operation> parse_operation(std::string_view id);

/// One operation that was done, as its event tells it.
struct Deed {
  Operation operation = Operation::suspend;
  base::Instant at;
  base::Id by;
  feel::Context data;
};

/// What the operations done to a case add up to.
struct Conduct {
  struct Signature {
    std::uint32_t task = 0;
    base::Id person;
    bool must_agree = false;  // 会签; otherwise an opinion is enough (加签)
    base::Id asked_by;
    base::Instant asked_at;
    std::optional<bool> agreed;
    std::string opinion;
    int reminders = 0;
    std::optional<base::Instant> reminded_at = {};
    bool operator==(const Signature&) const = default;
  };
  /// 容缺: accepted without this document, on a promise.
  struct Promise {
    std::string material;
    std::string promise;
    calendar::Date due;
    base::Instant made_at;
    std::optional<bool> kept;  // nothing: not verified yet
    bool operator==(const Promise&) const = default;
  };
  /// A filed fact as it was and as it is; both stay visible.
  struct Fact {
    std::string key;
    std::string before;  // JSON
    std::string after;
    std::string reason;
    base::Id by;
    base::Instant at;
    bool operator==(const Fact&) const = default;
  };
  struct Return {
    std::string from;
    std::string to;
    std::string reason;
    std::vector<std::pair<std::string, std::string>> places;  // place, reason
    base::Instant at;
    base::Id by;
    bool operator==(const Return&) const = default;
  };
  std::vector<Interval> interruptions;
  std::vector<std::string> extended;  // clocks, each at most once
  std::vector<Signature> signatures;
  std::vector<Promise> promises;
  std::vector<Fact> facts;
  std::vector<Return> returns;
  std::vector<std::uint32_t> reminded;  // tasks
  std::vector<std::uint32_t> escalated;
  std::optional<base::Instant> express_at;
  bool suspended = false;

  const Signature* pending(std::uint32_t task, base::Id person) const;
  const Promise* open_promise(std::string_view material) const;
  bool has_open_promise() const;
  bool operator==(const Conduct&) const = default;
};

/// The only writer of a conduct: replaying the deeds gives the same one.
void apply(Conduct& conduct, const Deed& deed);
Conduct conduct_of(const std::vector<Deed>& deeds);

/// What the rules look at.
struct Standing {
  bool ended = false;
  bool binding = false;  // a step was passed after which nothing is taken back: certificates are issued
  std::optional<base::Instant> ended_at;
  bool stuck = false;  // a step can not go on: the case has an incident
};

/// What forbids the operation, whatever the details: the state of the case, a missing reason or basis.
/// Errors: `casework.ended`, `casework.not_ended`, `casework.suspended`, `casework.not_suspended`, `casework.binding`,
/// `casework.no_incident`, `casework.reason_missing`, `casework.basis_missing`.
base::Result<void> check_standing(const Conduct& conduct, const Standing& standing, Operation operation);
base::Result<void> check_words(Operation operation, const feel::Context& data);

/// Errors: `casework.signer_twice`, `casework.signature_unknown`.
base::Result<void> check_signer(const Conduct& conduct, Operation operation, std::uint32_t task, base::Id person);
/// Whether a task may be completed: every signature asked for is given, and agrees where it must.
/// Errors: `casework.signature_open`, `casework.signature_refused`.
base::Result<void> check_signatures(const Conduct& conduct, std::uint32_t task);
/// Errors: `casework.promise_twice`, `casework.promise_unknown`.
base::Result<void> check_promise(const Conduct& conduct, Operation operation, std::string_view material);

/// A reopening is in time within `limit` after the end.
/// Errors: `casework.reopen_late`.
base::Result<void> check_reopening(base::Instant ended_at, calendar::Span limit, calendar::Date today,
                                   const calendar::Calendar& calendar);

/// The moment at which a timer fires that was planned for `due` when it was opened: the time of the interruptions since
/// is given back, in the unit of its limit. Nothing while an interruption is open.
/// Errors: `calendar.year_unknown`.
/// Source: [ALL-45].
struct PlannedTimer {
  base::Instant opened_at;
  base::Instant due;
  calendar::Unit unit = calendar::Unit::working_days;
};
base::Result<std::optional<base::Instant>> due_after(const PlannedTimer& timer,
                                                     const std::vector<Interval>& interruptions,
                                                     const calendar::Calendar& calendar);

}  // namespace casework
