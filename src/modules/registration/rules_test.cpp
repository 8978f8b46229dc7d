#include <gtest/gtest.h>

#include "modules/registration/model.h"

namespace {

using registration::Writing;

calendar::Date on(int year, int month, int day) {
  return *calendar::date_of({year, month, day});
}
base::Instant at(calendar::Date day) {
  return calendar::start_of(day).plus_us(std::int64_t{36'000} * base::us_per_second);
}

/// Opened in March, moved in June, and in September it turned out that the move had already been in May.
std::vector<Writing> history() {
  registration::Facts opened{.name = "湘江小馆", .address = "泰山路1号"};
  return {{1, on(2026, 3, 2), at(on(2026, 3, 2)), "established", "", registration::items_of(opened)},
          {2, on(2026, 6, 1), at(on(2026, 6, 1)), "changed", "", {{"address", "嵩山路8号"}}},
          {3, on(2026, 5, 11), at(on(2026, 9, 7)), "corrected", "搬迁日期登记有误", {{"address", "嵩山路8号"}}}};
}

std::string address(calendar::Date day, calendar::Date known) {
  const auto facts = registration::facts_as_of(history(), day, known);
  return facts ? facts->address : "-";
}

TEST(facts_as_of, knows_nothing_before_the_first_day) {
  EXPECT_EQ(address(on(2026, 3, 1), on(2026, 12, 1)), "-");
  EXPECT_EQ(address(on(2026, 4, 1), on(2026, 3, 1)), "-");
}

TEST(facts_as_of, shows_what_holds_on_the_day) {
  EXPECT_EQ(address(on(2026, 5, 10), on(2026, 12, 1)), "泰山路1号");
  EXPECT_EQ(address(on(2026, 7, 1), on(2026, 7, 1)), "嵩山路8号");
}

TEST(facts_as_of, keeps_what_was_believed_before_a_correction) {
  EXPECT_EQ(address(on(2026, 5, 20), on(2026, 8, 1)), "泰山路1号");
  EXPECT_EQ(address(on(2026, 5, 20), on(2026, 9, 7)), "嵩山路8号");
}

TEST(write_items, refuses_an_item_it_does_not_know) {
  registration::Facts facts;
  EXPECT_EQ(registration::write_items(facts, {{"colour", "red"}}).error().code, "registration.item_unknown");
}

TEST(items_of, survives_writing_and_reading) {
  const registration::Facts facts{.name = "甲", .status = "revoked", .capital_fen = 1'000'001};
  registration::Facts read;
  ASSERT_TRUE(registration::write_items(read, registration::items_of(facts)));
  EXPECT_EQ(read, facts);
}

}  // namespace
