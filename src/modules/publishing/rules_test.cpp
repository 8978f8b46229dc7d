#include <gtest/gtest.h>

#include "model.h"

namespace publishing {
namespace {

const calendar::Date today = *calendar::parse_date("2026-11-25");

Draft draft(State state) {
  return {.id = {1},
          .division = "430211",
          .service = "food-permit",
          .state = state,
          .edition = 3,
          .files = {{"decision.dmn", "x"}},
          .bases = {{"decision.dmn", "y"}},
          .authors = {{10}, {11}},
          .begun_by = {10},
          .begun_at = {},
          .edited_by = {11},
          .edited_at = {},
          .reason = "r",
          .applies_from = today,
          .proposed_by = {11},
          .proposed_at = {},
          .decided_by = {},
          .decided_at = {},
          .remark = {},
          .number = 0,
          .version = {}};
}

std::string code(const base::Result<void>& result) {
  return result ? "" : result.error().code;
}

TEST(kind_of, knows_the_models_that_people_draw) {
  for (const char* path : {"decision.dmn", "limits.dmn", "requirements.dmn"})
    EXPECT_EQ(kind_of(path), ModelKind::decision) << path;
  EXPECT_EQ(kind_of("process.bpmn"), ModelKind::process);
  EXPECT_EQ(kind_of("form.json"), ModelKind::form);
  EXPECT_EQ(kind_of("tasks/accept_application.form.json"), ModelKind::form);
  for (const char* path : {"service.yaml", "notices.yaml", "tasks/.form.json", "tasks/../x.form.json",
                           "tasks/A.form.json", "a/other.dmn", "Other.dmn", ".dmn", ""})
    EXPECT_EQ(kind_of(path), std::nullopt) << path;
}

TEST(proposal, wants_a_change_a_reason_and_a_day_that_has_not_passed) {
  EXPECT_EQ(code(check_proposal(draft(State::drafted), {"限额调整", today}, today)), "");
  EXPECT_EQ(code(check_proposal(draft(State::proposed), {"限额调整", today}, today)), "publishing.not_drafted");
  EXPECT_EQ(code(check_proposal(draft(State::drafted), {"  ", today}, today)), "publishing.reason_missing");
  EXPECT_EQ(code(check_proposal(draft(State::drafted), {"r", {today.days - 1}}, today)), "publishing.day_past");
  EXPECT_EQ(code(check_proposal(draft(State::drafted), {"r", {today.days + 731}}, today)), "publishing.day_far");
  Draft empty = draft(State::drafted);
  empty.files.clear();
  EXPECT_EQ(code(check_proposal(empty, {"r", today}, today)), "publishing.empty");
}

TEST(decision, needs_another_person_than_all_who_wrote_and_a_reason_to_send_back) {  // P1
  EXPECT_EQ(code(check_decision(draft(State::proposed), {10}, true, "")), "publishing.same_person");
  EXPECT_EQ(code(check_decision(draft(State::proposed), {11}, true, "")), "publishing.same_person");
  EXPECT_EQ(code(check_decision(draft(State::proposed), {12}, true, "")), "");
  EXPECT_EQ(code(check_decision(draft(State::proposed), {12}, false, "")), "publishing.reason_missing");
  for (const State state : {State::drafted, State::approved, State::dropped, State::revoked})
    EXPECT_EQ(code(check_decision(draft(state), {12}, true, "")), "publishing.not_proposed");
}

TEST(revocation, is_possible_before_the_day_only) {
  Draft scheduled = draft(State::approved);
  EXPECT_EQ(code(check_revocation(scheduled, "r", today)), "publishing.not_scheduled");
  scheduled.applies_from = calendar::Date{today.days + 1};
  EXPECT_EQ(code(check_revocation(scheduled, "r", today)), "");
  EXPECT_EQ(code(check_revocation(scheduled, " ", today)), "publishing.reason_missing");
}

TEST(edit, is_possible_until_the_draft_is_closed) {
  EXPECT_EQ(code(check_edit(draft(State::drafted))), "");
  EXPECT_EQ(code(check_edit(draft(State::proposed))), "");
  EXPECT_EQ(code(check_edit(draft(State::approved))), "publishing.closed");
}

}  // namespace
}  // namespace publishing
