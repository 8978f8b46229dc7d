#include <algorithm>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "model.h"

namespace publishing {
namespace {

constexpr std::size_t name_length_max = 80;

base::Error error(base::Refusal kind, std::string code, base::Text message) {
  return {.kind = kind, .code = std::move(code), .message = std::move(message)};
}

/// Errors: `publishing.reason_missing`.
base::Result<void> check_reason(std::string_view reason, const char* path) {
  const std::string text = base::tidy(reason);
  if (text.empty() || text.size() > reason_length_max * 4)
    return base::invalid_at(path, "publishing.reason_missing",
                            {"请写明理由（不超过2000字）", "Please give the reason, in 2,000 characters at most."});
  return base::done();
}

}  // namespace

std::optional<ModelKind> kind_of(std::string_view path) {
  const auto is_plain = [](std::string_view name) {
    return !name.empty() && name.size() <= name_length_max && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
  };
  constexpr std::string_view table = ".dmn";
  if (path.ends_with(table) && is_plain(path.substr(0, path.size() - table.size()))) return ModelKind::decision;
  if (path == "process.bpmn") return ModelKind::process;
  if (path == "form.json") return ModelKind::form;
  constexpr std::string_view folder = "tasks/";
  constexpr std::string_view ending = ".form.json";
  if (!path.starts_with(folder) || !path.ends_with(ending)) return std::nullopt;
  if (!is_plain(path.substr(folder.size(), path.size() - folder.size() - ending.size()))) return std::nullopt;
  return ModelKind::form;
}

std::string_view name_of(ModelKind kind) {
  switch (kind) {
    case ModelKind::decision:
      return "decision";
    case ModelKind::process:
      return "process";
    case ModelKind::form:
      return "form";
  }
  return "";
}

std::string_view name_of(State state) {
  switch (state) {
    case State::drafted:
      return "drafted";
    case State::proposed:
      return "proposed";
    case State::approved:
      return "approved";
    case State::dropped:
      return "dropped";
    case State::revoked:
      return "revoked";
  }
  return "";
}

State parse_state(std::string_view text) {
  for (const State state : {State::drafted, State::proposed, State::approved, State::dropped, State::revoked})
    if (text == name_of(state)) return state;
  CHECK(false);  // written by save_draft only
  return State::dropped;
}

bool has_written(const Draft& draft, base::Id person) {
  return std::find(draft.authors.begin(), draft.authors.end(), person) != draft.authors.end();
}

base::Result<void> check_edit(const Draft& draft) {
  if (draft.state == State::drafted || draft.state == State::proposed) return base::done();
  return error(base::Refusal::conflict, "publishing.closed",
               {"这份修改稿已经办结，请另起一份", "This draft is closed; begin another one."});
}

base::Result<void> check_proposal(const Draft& draft, const Proposal& proposal, calendar::Date today) {
  if (draft.state != State::drafted)
    return error(base::Refusal::conflict, "publishing.not_drafted",
                 {"只有编写中的修改稿才能送审", "Only a draft that is still being written can be proposed."});
  if (draft.files.empty())
    return error(base::Refusal::rule_not_met, "publishing.empty",
                 {"修改稿还没有改动任何模型", "The draft does not change any model yet."});
  TRY(std::ignore, check_reason(proposal.reason, "/reason"));
  if (proposal.applies_from < today)
    return base::invalid_at("/applies_from", "publishing.day_past",
                            {"施行日期不能早于今天：已经开始的办件不受影响",
                             "It can not apply from a day that has passed: cases that have begun keep their version."});
  if (proposal.applies_from.days > today.days + ahead_days_max)
    return base::invalid_at("/applies_from", "publishing.day_far",
                            {"施行日期最多提前两年确定", "The day may lie two years ahead at most."});
  return base::done();
}

base::Result<void> check_decision(const Draft& draft, base::Id decider, bool approves, std::string_view remark) {
  if (draft.state != State::proposed)
    return error(
        base::Refusal::conflict, "publishing.not_proposed",
        {"这份修改稿没有送审，或者已经有人审过", "This draft is not proposed, or somebody has decided already."});
  if (approves && has_written(draft, decider))
    return error(base::Refusal::forbidden, "publishing.same_person",
                 {"编写或送审的人不能批准，须由另一人审批",
                  "Who has written or proposed the draft may not approve it: another person must."});
  return approves ? base::done() : check_reason(remark, "/reason");
}

base::Result<void> check_revocation(const Draft& draft, std::string_view reason, calendar::Date today) {
  if (draft.state != State::approved || !draft.applies_from || *draft.applies_from <= today)
    return error(base::Refusal::conflict, "publishing.not_scheduled",
                 {"只有尚未施行的版本才能撤销；已施行的，请另拟修改稿",
                  "Only a version whose day has not come can be revoked; for one in force, draft a further change."});
  return check_reason(reason, "/reason");
}

}  // namespace publishing
