#include <gtest/gtest.h>

#include "modules/delivery/model.h"

namespace delivery {
namespace {

TEST(after, walks_the_ways_that_are_drawn_and_no_other) {
  EXPECT_EQ(after(State::packed, Way::courier, Step::dispatch).value(), State::on_the_way);
  EXPECT_EQ(after(State::on_the_way, Way::courier, Step::deliver).value(), State::delivered);
  EXPECT_EQ(after(State::on_the_way, Way::courier, Step::give_back).value(), State::returned);
  EXPECT_EQ(after(State::on_the_way, Way::courier, Step::lose).value(), State::lost);
  EXPECT_EQ(after(State::sent, Way::electronic, Step::confirm).value(), State::delivered);
  int allowed = 0;
  for (const Way way : {Way::window, Way::kiosk, Way::courier, Way::electronic})
    for (const State state :
         {State::packed, State::on_the_way, State::delivered, State::returned, State::lost, State::sent})
      for (const Step step : {Step::dispatch, Step::deliver, Step::give_back, Step::lose, Step::confirm}) {
        const auto next = after(state, way, step);
        allowed += next.has_value();
        if (!next) {
          EXPECT_EQ(next.error().code, "delivery.step_not_now");
        }
      }
  EXPECT_EQ(allowed, 5);
}

TEST(check_repeat, sends_again_what_came_back_or_was_lost_and_only_once) {
  EXPECT_TRUE(check_repeat(State::returned, false));
  EXPECT_TRUE(check_repeat(State::lost, false));
  EXPECT_EQ(check_repeat(State::returned, true).error().code, "delivery.not_repeatable");
  EXPECT_EQ(check_repeat(State::delivered, false).error().code, "delivery.not_repeatable");
}

TEST(parse_range, reads_serials_and_names_what_is_wrong) {
  const auto good = parse_range("ty0000101", " ＴＹ0000200 ");
  ASSERT_TRUE(good) << good.error().message.en;
  EXPECT_EQ(good.value(), (Range{.prefix = "TY", .digits = 7, .first = 101, .last = 200}));
  EXPECT_EQ(serial_text("TY", 7, 101), "TY0000101");
  struct Bad {
    const char* first;
    const char* last;
    const char* code;
    const char* path;
  };
  for (const Bad& bad :
       std::initializer_list<Bad>{{"", "TY1", "delivery.serial_invalid", "/first"},
                                  {"TY1", "TY", "delivery.serial_invalid", "/last"},
                                  {"1TY2", "1TY3", "delivery.serial_invalid", "/first"},
                                  {"TY1;", "TY2", "delivery.serial_invalid", "/first"},
                                  {"TY1234567890123456", "TY1234567890123457", "delivery.serial_invalid", "/first"},
                                  {"TY001", "TX002", "delivery.range_invalid", "/last"},
                                  {"TY001", "TY0002", "delivery.range_invalid", "/last"},
                                  {"TY002", "TY001", "delivery.range_invalid", "/last"},
                                  {"TY00001", "TY10001", "delivery.range_invalid", "/last"}}) {
    const auto refused = parse_range(bad.first, bad.last);
    ASSERT_FALSE(refused) << bad.first << " " << bad.last;
    EXPECT_EQ(refused.error().code, bad.code) << bad.first;
    EXPECT_EQ(refused.error().places[0].path, bad.path) << bad.first;
    EXPECT_FALSE(refused.error().message.zh.empty());
  }
}

TEST(overlap, is_found_at_both_ends_and_not_between_other_letters) {
  const Range base{.prefix = "TY", .digits = 4, .first = 10, .last = 20};
  const auto range = [](const char* prefix, std::int64_t first, std::int64_t last) {
    return Range{.prefix = prefix, .digits = 4, .first = first, .last = last};
  };
  EXPECT_TRUE(overlap(base, range("TY", 20, 30)));
  EXPECT_TRUE(overlap(base, range("TY", 1, 10)));
  EXPECT_TRUE(overlap(base, range("TY", 12, 13)));
  EXPECT_FALSE(overlap(base, range("TY", 21, 30)));
  EXPECT_FALSE(overlap(base, range("TZ", 10, 20)));
}

TEST(check_pick_up, says_the_same_whatever_is_wrong) {
  const PickUp good{.code_known = true, .expired = false, .wrong_tries = 4, .identity_fits = true};
  EXPECT_TRUE(check_pick_up(good));
  for (int fault = 0; fault < 4; ++fault) {
    PickUp bad = good;
    if (fault == 0) bad.code_known = false;
    if (fault == 1) bad.expired = true;
    if (fault == 2) bad.wrong_tries = wrong_tries_max;
    if (fault == 3) bad.identity_fits = false;
    const auto refused = check_pick_up(bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "delivery.code_refused");
    EXPECT_EQ(refused.error().message.zh, check_pick_up({}).error().message.zh);
  }
}

TEST(names, are_read_back_from_their_ids) {
  for (const Way way : {Way::window, Way::kiosk, Way::courier, Way::electronic}) EXPECT_EQ(parse_way(to_id(way)), way);
  for (const BlankState state : {BlankState::issued, BlankState::spoiled, BlankState::voided})
    EXPECT_EQ(parse_blank_state(to_id(state)), state);
  EXPECT_FALSE(parse_way("pigeon"));
  EXPECT_FALSE(parse_state("gone"));
  EXPECT_FALSE(parse_step("return_to_sender"));
}

}  // namespace
}  // namespace delivery
