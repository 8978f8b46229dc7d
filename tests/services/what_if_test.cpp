/// What would come of a holiday, a slow step, somebody away: open cases played on by the kernel on a virtual clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "modules/access/access.h"
#include "modules/deadlines/what_if.h"
#include "player.h"

namespace {

namespace fs = std::filesystem;
using deadlines::Effects;
using deadlines::LimitEffect;
using deadlines::WhatIf;

const access_control::Scope whole = access_control::Scope::of_division("430211");

calendar::Date day(const char* text) {
  return *calendar::parse_date(text);
}

/// One restaurant has its papers, another one is accepted and being examined.
const std::string under_way = R"(
like: grant
title: 受理后正在审查
start: 2026-03-16
answers:
  trade_name: 演悦来
  proposed_name: 株洲市天元区演悦来小馆
  address: 演示路902号一楼
steps:
  - do: submit
  - do: accept
expect:
  state: accepted
  waiting: [registration_examine, food_examine]
)";

class WhatIfTest : public testing::Test {
 protected:
  WhatIfTest() {
    const std::string root = folder_.path("catalogue");
    fs::copy(SOURCE_DIR "/catalogue", root, fs::copy_options::recursive);
    std::ofstream(root + "/open-restaurant/cases/under_way.yaml") << under_way;
    player = std::make_unique<services::Player>(root, catalogue::load(root).value());
    EXPECT_THAT(player->play("open-restaurant/grant"), testing::IsEmpty());
    EXPECT_THAT(player->play("open-restaurant/under_way"), testing::IsEmpty());
  }

  base::Result<Effects> ask(const WhatIf& assumed, base::Id after = {}, std::optional<base::Id> of_case = {}) {
    return player->store().read_value([&](storage::Snapshot& snapshot) {
      return deadlines::what_if(snapshot, player->engine(), whole, assumed, now, after, of_case);
    });
  }
  std::string refused(const WhatIf& assumed) {
    const auto asked = ask(assumed);
    return asked ? "" : asked.error().code + " " + (asked.error().places.empty() ? "" : asked.error().places[0].path);
  }
  std::vector<base::Id> people_with(const char* role) {
    return player->store().read_value([&](storage::Snapshot& snapshot) {
      std::vector<base::Id> people;
      for (const auto& person : access_control::staff_with_role(snapshot, whole, role)) people.push_back(person.id);
      return people;
    });
  }
  base::Id case_in(bool ended) {
    return player->store().read_value([&](storage::Snapshot& snapshot) {
      return (*snapshot.find(std::string("SELECT id FROM cases WHERE ended_at IS ") + (ended ? "NOT NULL" : "NULL"),
                             {}))[0]
          .id();
    });
  }
  static const LimitEffect* find(const Effects& effects, const std::string& clock, bool legal) {
    for (const auto& effect : effects.effects)
      for (const LimitEffect& limit : effect.limits)
        if (limit.clock->id == clock && limit.legal == legal) return &limit;
    return nullptr;
  }

  services::Folder folder_;
  std::unique_ptr<services::Player> player;
  const base::Instant now = calendar::start_of(day("2026-03-16")).plus_us(std::int64_t{16} * 3'600 * 1'000'000);
};

TEST_F(WhatIfTest, nothing_assumed_follows_the_case_to_its_end_as_the_last_one_went) {
  const Effects effects = ask({}).value();
  EXPECT_EQ(effects.cases, 1);
  EXPECT_EQ(effects.late_before, 0);
  EXPECT_EQ(effects.late_after, 0);
  EXPECT_TRUE(effects.effects.empty()) << "nothing differs and nothing is late";
  ASSERT_EQ(effects.learnt.size(), 1u);
  EXPECT_EQ(effects.learnt[0].habit.cases, 1);
  EXPECT_FALSE(effects.learnt[0].habit.learnt_from.empty());
  EXPECT_TRUE(effects.learnt[0].habit.days.contains("food_examine"));
  EXPECT_FALSE(effects.load.empty()) << "the steps still to come are somebody's work";
  for (const auto& load : effects.load) EXPECT_EQ(load.before, load.after) << load.role;
}

TEST_F(WhatIfTest, a_step_that_takes_longer_breaks_the_limit_it_stands_under) {
  const Effects effects = ask({.delays = {{"food_examine", 25}}}).value();
  EXPECT_EQ(effects.late_before, 0);
  EXPECT_EQ(effects.late_after, 1);
  const LimitEffect* permit = find(effects, "permit", true);
  ASSERT_NE(permit, nullptr);
  EXPECT_EQ(permit->late_before, 0);
  EXPECT_GT(permit->late_after, 0);
  ASSERT_TRUE(permit->done_before && permit->done_after);
  EXPECT_LT(*permit->done_before, *permit->done_after);
  ASSERT_EQ(effects.effects.size(), 1u);
  EXPECT_TRUE(effects.effects[0].ends_after) << "followed to its end: " << effects.effects[0].stops_because->zh;
  EXPECT_LT(*effects.effects[0].ends_before, *effects.effects[0].ends_after);
  // A delay within the limit changes days and breaks nothing.
  EXPECT_EQ(ask({.delays = {{"food_examine", 1}}}).value().late_after, 0);
}

TEST_F(WhatIfTest, days_that_become_holidays_move_due_days_and_nothing_is_written) {
  const Effects effects = ask({.holidays = {day("2026-03-17"), day("2026-03-18")}}).value();
  const LimitEffect* permit = find(effects, "permit", true);
  ASSERT_NE(permit, nullptr);
  EXPECT_EQ(permit->due_after->days - permit->due_before->days, 2);
  const Effects weekend = ask({.holidays = {day("2026-03-17")}, .workdays = {day("2026-03-21")}}).value();
  const LimitEffect* other = find(weekend, "permit", true);
  EXPECT_TRUE(other == nullptr || other->due_after == other->due_before) << "a Saturday makes up for it";
  EXPECT_TRUE(ask({}).value().effects.empty()) << "as things stand, nothing has moved";
}

TEST_F(WhatIfTest, what_was_met_before_today_is_past) {
  const auto tomorrow = player->store().read_value([&](storage::Snapshot& snapshot) {
    return deadlines::what_if(snapshot, player->engine(), whole, {.holidays = {day("2026-03-18")}},
                              now.plus_us(std::int64_t{86'400} * 1'000'000), {});
  });
  EXPECT_EQ(find(tomorrow.value(), "acceptance", true), nullptr) << "it was accepted on the day it came";
  EXPECT_NE(find(tomorrow.value(), "permit", true), nullptr);
}

TEST_F(WhatIfTest, a_step_waits_until_somebody_who_can_do_it_is_back_and_the_work_moves_to_other_weeks) {
  const std::vector<base::Id> examiners = people_with("registration_examiner");
  ASSERT_GT(examiners.size(), 1u);
  WhatIf away{.absences = {{examiners[0], day("2026-03-16"), day("2026-03-29")}}};
  EXPECT_EQ(ask(away).value().late_after, 0) << "the others are there";
  for (std::size_t at = 1; at < examiners.size(); ++at)
    away.absences.push_back({examiners[at], day("2026-03-10"), day("2026-04-10")});
  const Effects effects = ask(away).value();
  EXPECT_EQ(effects.late_after, 1);
  const LimitEffect* licence = find(effects, "licence", true);
  ASSERT_NE(licence, nullptr);
  EXPECT_EQ(licence->done_after, day("2026-03-30")) << "the Monday on which the first of them is back";
  bool has_moved = false;
  for (const auto& load : effects.load)
    if (load.role == "registration_examiner" && load.week == day("2026-03-30"))
      has_moved = load.before == 0 && load.after > 0;
  EXPECT_TRUE(has_moved);
}

TEST_F(WhatIfTest, one_case_can_be_asked_for_and_an_ended_one_not) {
  EXPECT_EQ(ask({}, {}, case_in(false)).value().cases, 1);
  EXPECT_EQ(ask({}, {}, case_in(true)).error().code, "casework.ended");
  EXPECT_EQ(ask({}, {}, base::Id{77}).error().code, "casework.case_unknown");
  EXPECT_EQ(ask({.service = "move"}).value().cases, 0);
}

TEST_F(WhatIfTest, refuses_what_can_not_be_assumed_at_its_place) {
  const std::string code = "deadlines.assumption_invalid ";
  EXPECT_EQ(refused({.service = "open-circus"}), "catalogue.service_unknown ");
  EXPECT_EQ(refused({.holidays = {day("2026-03-15")}}), code + "/holidays");
  EXPECT_EQ(refused({.workdays = {day("2027-09-01")}}), code + "/workdays") << "more than 400 days ahead";
  EXPECT_EQ(refused({.holidays = {day("2026-03-17")}, .workdays = {day("2026-03-17")}}), code + "/workdays");
  EXPECT_EQ(refused({.delays = {{"food_examine", 251}}}), code + "/delays/food_examine");
  EXPECT_EQ(refused({.delays = {{"fly", 1}}}), code + "/delays/fly");
  EXPECT_EQ(refused({.service = "move", .delays = {{"food_inspect_nowhere", 1}}}),
            code + "/delays/food_inspect_nowhere");
  EXPECT_EQ(refused({.absences = {{base::Id{999}, day("2026-03-17"), day("2026-03-18")}}}),
            code + "/absences/0/person");
  EXPECT_EQ(refused({.absences = {{people_with("registration_examiner").at(0), day("2026-03-19"), day("2026-03-18")}}}),
            code + "/absences/0/to");
}

}  // namespace
