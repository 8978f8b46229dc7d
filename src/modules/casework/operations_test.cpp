#include "modules/casework/operations.h"

#include <gtest/gtest.h>

namespace casework {
namespace {

base::Instant at(int day, int hour = 9) {
  return calendar::start_of({20'000 + day}).plus_us(hour * 3600 * base::us_per_second);
}

calendar::Calendar years() {
  // Day 20,000 is 2024-10-04, a Friday; no holiday is marked, so every Monday to Friday counts.
  auto made = calendar::Calendar::of(
      {{.year = 2024, .provisional = false, .days = {}}, {.year = 2025, .provisional = false, .days = {}}});
  EXPECT_TRUE(made);
  return std::move(made).value();
}

std::string refused(const base::Result<void>& result) {
  return result ? "" : result.error().code;
}

TEST(conduct, counts_no_time_between_suspension_and_resumption) {
  const Conduct conduct =
      conduct_of({{Operation::suspend, at(0), {}, {{"reason", "x"}}}, {Operation::resume, at(10), {}, {}}});
  EXPECT_FALSE(conduct.suspended);
  ASSERT_EQ(conduct.interruptions.size(), 1u);
  EXPECT_EQ(conduct.interruptions[0].to, at(10));
  const ClockPlan plan{
      .starts = {"a"}, .stops = {"z"}, .pauses = {}, .extensions = {}, .interruptions = conduct.interruptions};
  const std::vector<Mark> marks = {{"a", at(-4)}};  // Monday, 30 September
  const Limit limit{.span = {10, calendar::Unit::working_days}, .basis = {}};
  const auto reading = read_clock(plan, marks, limit, {}, years(), calendar::local_date(at(10)));
  ASSERT_TRUE(reading);
  // Four days used by Friday the 4th; the six working days from Monday the 7th to the 14th do not count.
  EXPECT_EQ(calendar::to_text(*reading.value().legal->due), "2024-10-22");
}

TEST(conduct, an_open_suspension_pauses_every_clock_and_an_extension_adds_once) {
  const ClockPlan plan{.starts = {"a"},
                       .stops = {"z"},
                       .pauses = {},
                       .extensions = {},
                       .interruptions = {{at(1), {}, {"中止", "suspension"}}}};
  const Limit limit{.span = {5, calendar::Unit::working_days},
                    .basis = {},
                    .extension = calendar::Span{3, calendar::Unit::working_days}};
  auto reading = read_clock(plan, {{"a", at(0)}}, limit, {}, years(), calendar::local_date(at(30)));
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading.value().state, ClockState::paused);
  EXPECT_FALSE(reading.value().legal->due);
  const ClockPlan extended{
      .starts = {"a"}, .stops = {"z"}, .pauses = {}, .extensions = {}, .interruptions = {}, .extended = 1};
  reading = read_clock(extended, {{"a", at(0)}}, limit, {}, years(), calendar::local_date(at(1)));
  ASSERT_TRUE(reading);
  EXPECT_EQ(calendar::to_text(*reading.value().legal->due), "2024-10-16");
}

TEST(due_after, gives_a_timer_back_what_the_suspension_took) {
  const std::vector<Interval> pause = {{at(3), at(10), {}}};  // Monday the 7th to Monday the 14th
  // In time until Friday the 11th: fires on Saturday at 0:00.
  const PlannedTimer timer{.opened_at = at(0), .due = calendar::start_of({20'008})};
  const auto due = due_after(timer, pause, years());
  ASSERT_TRUE(due);
  EXPECT_EQ(calendar::to_text(calendar::local_date(**due)), "2024-10-19");
  const auto days = due_after(
      {.opened_at = at(0), .due = calendar::start_of({20'008}), .unit = calendar::Unit::calendar_days}, pause, years());
  ASSERT_TRUE(days);
  EXPECT_EQ(calendar::to_text(calendar::local_date(**days)), "2024-10-19");
  const auto open = due_after(timer, {{at(3), {}, {}}}, years());
  ASSERT_TRUE(open);
  EXPECT_FALSE(open.value());
  const auto before = due_after(timer, {{at(-10), at(-5), {}}}, years());
  ASSERT_TRUE(before);
  EXPECT_EQ(**before, timer.due);
}

TEST(check_standing, says_what_the_state_of_the_case_forbids) {
  const Conduct open;
  Conduct suspended;
  suspended.suspended = true;
  Conduct quick;
  quick.express_at = at(0);
  EXPECT_EQ(refused(check_standing(open, {}, Operation::resume)), "casework.not_suspended");
  EXPECT_EQ(refused(check_standing(suspended, {}, Operation::send_back)), "casework.suspended");
  EXPECT_EQ(refused(check_standing(open, {.ended = true}, Operation::suspend)), "casework.ended");
  EXPECT_EQ(refused(check_standing(open, {}, Operation::reopen)), "casework.not_ended");
  EXPECT_EQ(refused(check_standing(open, {.ended = true, .binding = true}, Operation::reopen)), "casework.binding");
  EXPECT_EQ(refused(check_standing(open, {.binding = true}, Operation::correct)), "casework.binding");
  EXPECT_EQ(refused(check_standing(quick, {}, Operation::express)), "casework.express_already");
  EXPECT_EQ(refused(check_standing(open, {}, Operation::suspend)), "");
}

TEST(check_words, demands_a_reason_and_where_rights_are_touched_the_basis) {
  EXPECT_EQ(refused(check_words(Operation::extend, {{"reason", "  "}})), "casework.reason_missing");
  EXPECT_EQ(refused(check_words(Operation::suspend, {{"reason", "检验"}})), "casework.basis_missing");
  EXPECT_EQ(refused(check_words(Operation::suspend, {{"reason", "检验"}, {"basis", "第四十五条"}})), "");
}

TEST(check_signatures, waits_for_all_and_for_agreement_where_it_must) {
  const base::Id one{11}, two{12};
  const auto person = [](base::Id id) { return feel::Value(base::to_text(id)); };
  std::vector<Deed> deeds = {{Operation::add_signer, at(0), {}, {{"task", 5}, {"person", person(one)}}},
                             {Operation::countersign, at(0), {}, {{"task", 5}, {"person", person(two)}}}};
  EXPECT_EQ(refused(check_signer(conduct_of(deeds), Operation::add_signer, 5, one)), "casework.signer_twice");
  EXPECT_EQ(refused(check_signer(conduct_of(deeds), Operation::sign, 6, one)), "casework.signature_unknown");
  EXPECT_EQ(refused(check_signatures(conduct_of(deeds), 5)), "casework.signature_open");
  deeds.push_back({Operation::sign, at(1), one, {{"task", 5}, {"agree", false}, {"reason", "再看"}}});
  deeds.push_back({Operation::sign, at(1), two, {{"task", 5}, {"agree", false}, {"reason", "不同意"}}});
  EXPECT_EQ(refused(check_signatures(conduct_of(deeds), 5)), "casework.signature_refused");
  deeds.push_back({Operation::dismiss_signer, at(2), {}, {{"task", 5}, {"person", person(two)}}});
  EXPECT_EQ(refused(check_signatures(conduct_of(deeds), 5)), "");
  EXPECT_EQ(refused(check_signatures(conduct_of(deeds), 6)), "");
}

TEST(check_promise, is_made_once_and_settled_once) {
  std::vector<Deed> deeds;
  EXPECT_EQ(refused(check_promise(conduct_of(deeds), Operation::settle_promise, "m")), "casework.promise_unknown");
  deeds.push_back({Operation::accept_conditionally, at(0), {}, {{"material", "m"}, {"due", "2024-10-18"}}});
  EXPECT_EQ(refused(check_promise(conduct_of(deeds), Operation::accept_conditionally, "m")), "casework.promise_twice");
  EXPECT_TRUE(conduct_of(deeds).has_open_promise());
  deeds.push_back({Operation::settle_promise, at(1), {}, {{"material", "m"}, {"kept", true}}});
  EXPECT_FALSE(conduct_of(deeds).has_open_promise());
}

TEST(check_reopening, is_refused_when_the_days_have_passed) {
  const calendar::Span days{60, calendar::Unit::calendar_days};
  EXPECT_EQ(refused(check_reopening(at(0), days, {20'060}, years())), "");
  EXPECT_EQ(refused(check_reopening(at(0), days, {20'070}, years())), "casework.reopen_late");
}

TEST(parse_operation, knows_every_kind_by_its_name_and_no_other) {
  for (const OperationKind& kind : operation_kinds()) {
    EXPECT_EQ(parse_operation(kind.id).value(), kind.operation);
    EXPECT_FALSE(kind.name.zh.empty() || kind.name.en.empty() || kind.done.zh.empty() || kind.done.en.empty());
  }
  EXPECT_EQ(parse_operation("fly").error().code, "casework.operation_unknown");
}

}  // namespace
}  // namespace casework
