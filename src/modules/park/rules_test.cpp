#include <gtest/gtest.h>

#include "modules/park/model.h"

namespace park {
namespace {

calendar::Date day(const char* text) {
  return *calendar::parse_date(text);
}

const std::vector<Bar> bars = {{{}, {"food_permit"}, {"食品经营须有实际场所", "food needs premises"}},
                               {{"61", "62"}, {}, {"餐饮须有实际场所", "catering needs premises"}}};
const HostStanding open{.closed = false, .suspended = false, .members = 1, .capacity = 2};

TEST(check_admission, refuses_in_the_order_people_can_do_something_about_it) {
  const Wish office{.industry = "7291", .permits = {}};
  EXPECT_TRUE(check_admission(open, office, bars));
  EXPECT_EQ(
      check_admission({.closed = true, .suspended = true, .members = 9, .capacity = 1}, office, bars).error().code,
      "park.host_closed");
  EXPECT_EQ(check_admission({.suspended = true, .members = 0, .capacity = 1}, office, bars).error().code,
            "park.host_suspended");
  EXPECT_EQ(check_admission({.members = 2, .capacity = 2}, office, bars).error().code, "park.capacity_full");
}

TEST(check_admission, bars_a_food_permit_and_premises_trades_with_every_basis) {
  const auto both = check_admission(open, {.industry = "6210", .permits = {"food_permit"}}, bars);
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, "park.trade_barred");
  ASSERT_EQ(both.error().places.size(), 2u);
  EXPECT_EQ(both.error().places[0].message.zh, "食品经营须有实际场所");
  EXPECT_FALSE(check_admission(open, {.industry = "6190", .permits = {}}, bars));
  EXPECT_FALSE(check_admission(open, {.industry = "5211", .permits = {"food_permit"}}, bars));
  EXPECT_TRUE(check_admission(open, {.industry = "5211", .permits = {"business_licence"}}, bars));
  EXPECT_TRUE(check_admission(open, {.industry = "", .permits = {}}, bars));
}

TEST(check_contract, holds_ten_years_to_the_day) {
  EXPECT_TRUE(check_contract(day("2026-11-25"), day("2026-11-25")));
  EXPECT_TRUE(check_contract(day("2026-11-25"), day("2036-11-25")));
  EXPECT_EQ(check_contract(day("2026-11-25"), day("2036-11-26")).error().code, "park.contract_days");
  EXPECT_EQ(check_contract(day("2026-11-25"), day("2026-11-24")).error().places[0].path, "/valid_to");
}

TEST(contract_state, tells_what_ends_soon_before_it_has_ended) {
  const calendar::Date today = day("2026-11-25");
  EXPECT_EQ(contract_state(day("2027-11-25"), false, today), ContractState::running);
  EXPECT_EQ(contract_state(day("2026-12-25"), false, today), ContractState::ending);
  EXPECT_EQ(contract_state(today, false, today), ContractState::ending);
  EXPECT_EQ(contract_state(day("2026-11-24"), false, today), ContractState::expired);
  EXPECT_EQ(contract_state(day("2027-11-25"), true, today), ContractState::ended);
}

TEST(contact_of, needs_two_failures_ten_days_apart) {
  EXPECT_EQ(contact_of({}), Contact::unknown);
  EXPECT_EQ(contact_of({{day("2026-11-01"), false}}), Contact::doubtful);
  EXPECT_EQ(contact_of({{day("2026-11-01"), false}, {day("2026-11-10"), false}}), Contact::doubtful);
  EXPECT_EQ(contact_of({{day("2026-11-01"), false}, {day("2026-11-11"), false}}), Contact::unreachable);
  EXPECT_EQ(contact_of({{day("2026-11-01"), false}, {day("2026-11-05"), true}, {day("2026-11-20"), false}}),
            Contact::doubtful);
  EXPECT_EQ(contact_of({{day("2026-11-01"), false}, {day("2026-11-20"), true}}), Contact::reached);
}

TEST(contact_score, counts_the_tries_of_the_last_year) {
  const calendar::Date today = day("2026-11-25");
  EXPECT_FALSE(contact_score({}, today));
  EXPECT_FALSE(contact_score({{day("2025-11-25"), true}}, today)) << "a year ago";
  EXPECT_EQ(contact_score({{day("2025-11-26"), true}, {day("2026-11-01"), false}, {day("2026-11-20"), true}}, today),
            67);
}

TEST(member_address, is_marked_once) {
  EXPECT_EQ(member_address("演示路1号"), "演示路1号（集群注册）");
  EXPECT_EQ(member_address("演示路1号（集群注册）"), "演示路1号（集群注册）");
}

}  // namespace
}  // namespace park
