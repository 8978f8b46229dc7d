#include <gtest/gtest.h>

#include "modules/licensing/model.h"

namespace {

using licensing::Correction;

feel::Context answers() {
  feel::Context context;
  context.put("area", feel::Value(80));
  context.put("trade_name", "湘江小馆");
  return context;
}

feel::Context change(const char* key, feel::Value value) {
  feel::Context context;
  context.put(key, std::move(value));
  return context;
}

calendar::Date on(int month, int day) {
  return *calendar::date_of({2026, month, day});
}

const std::vector<Correction> area_and_plan = {{"/answers/area", "与平面图不一致"},
                                               {"/materials/layout_plan", "看不清"}};

TEST(corrected, takes_over_what_was_opened_and_keeps_the_rest) {
  const auto merged = licensing::corrected(answers(), change("area", feel::Value(95)), area_and_plan, {"layout_plan"});
  ASSERT_TRUE(merged);
  EXPECT_EQ(*merged->find("area"), feel::Value(95));
  EXPECT_EQ(*merged->find("trade_name"), feel::Value("湘江小馆"));
}

TEST(corrected, refuses_what_was_not_opened) {
  const auto refused =
      licensing::corrected(answers(), change("trade_name", "湘江大馆"), area_and_plan, {"layout_plan"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "licensing.not_opened");
  EXPECT_EQ(refused.error().places.at(0).path, "/answers/trade_name");
}

TEST(corrected, names_every_place_that_is_as_it_was) {
  const auto refused = licensing::corrected(answers(), change("area", feel::Value(80)), area_and_plan, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "licensing.not_corrected");
  EXPECT_EQ(refused.error().places.size(), 2u);
}

TEST(check_editable, refuses_what_was_submitted_and_what_is_old) {
  licensing::Application application;
  application.version = 3;
  EXPECT_TRUE(licensing::check_editable(application, 3));
  EXPECT_EQ(licensing::check_editable(application, 2).error().code, "licensing.version_stale");
  application.submitted_at = base::Instant{1};
  EXPECT_EQ(licensing::check_editable(application, 3).error().code, "licensing.already_submitted");
}

TEST(check_rating, allows_one_rating_within_the_days_after_the_end) {
  EXPECT_TRUE(licensing::check_rating(on(11, 2), false, 30, on(12, 2)));
  EXPECT_EQ(licensing::check_rating(on(11, 2), false, 30, on(12, 3)).error().code, "licensing.rating_late");
  EXPECT_EQ(licensing::check_rating(on(11, 2), true, 30, on(11, 3)).error().code, "licensing.already_rated");
  EXPECT_EQ(licensing::check_rating(std::nullopt, false, 30, on(11, 3)).error().code, "licensing.not_finished");
}

TEST(parse_grade, knows_the_five_grades_only) {
  EXPECT_TRUE(licensing::parse_grade("fairly_satisfied"));
  EXPECT_FALSE(licensing::parse_grade("great"));
}

TEST(document_number, is_written_as_offices_write_it) {
  EXPECT_EQ(licensing::document_number("株天市监", "受", on(11, 24), 12), "株天市监受〔2026〕12号");
}

TEST(status_on, a_certificate_past_its_last_day_is_expired) {
  EXPECT_EQ(licensing::status_on("valid", on(11, 24), on(11, 24)), "valid");
  EXPECT_EQ(licensing::status_on("valid", on(11, 24), on(11, 25)), "expired");
  EXPECT_EQ(licensing::status_on("revoked", on(11, 24), on(11, 25)), "revoked");
  EXPECT_EQ(licensing::status_on("valid", std::nullopt, on(11, 25)), "valid");
}

}  // namespace
