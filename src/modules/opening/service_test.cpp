/// Answers over the real catalogue.
#include <gtest/gtest.h>

#include <set>

#include "modules/opening/opening.h"

namespace opening {
namespace {

const catalogue::Catalogue& real() {
  static const auto loaded = catalogue::load(SOURCE_DIR "/catalogue").value();
  return *loaded;
}

base::Instant morning(const char* day) {
  return calendar::start_of(*calendar::parse_date(day)).plus_us(std::int64_t{9} * 3600 * base::us_per_second);
}

feel::Context restaurant() {
  return feel::parse_json(R"({"activity":"catering","operator_kind":"individual","licence_held":"no",
    "address_kind":"ground_floor","premises_right":"leased","area":86.5,"food_items":["hot"],"receive":"electronic"})")
      .value()
      .as_context();
}

Answer ask(const feel::Context& answers, const char* day = "2026-11-25") {
  auto found = answer(real(), answers, morning(day), std::nullopt);
  EXPECT_TRUE(found) << (found ? "" : found.error().message.en);
  return found ? std::move(found).value() : Answer{};
}

std::set<std::string> ids(const std::vector<Requirement>& requirements) {
  std::set<std::string> found;
  for (const Requirement& requirement : requirements) found.insert(requirement.result->id);
  return found;
}

TEST(answer, asks_before_it_answers) {
  const Answer nothing = ask({});
  EXPECT_FALSE(nothing.places.empty());
  EXPECT_FALSE(nothing.soonest);
  feel::Context some{{"activity", "something"}};
  EXPECT_EQ(ask(some).places.front().code, "catalogue.guide_not_offered");
}

TEST(answer, names_the_permits_that_the_day_needs) {
  const feel::Context shop =
      feel::parse_json(R"({"activity":"prepackaged_only","operator_kind":"individual","licence_held":"no",
    "address_kind":"ground_floor","premises_right":"leased","receive":"electronic"})")
          .value()
          .as_context();
  const Answer now = ask(shop);
  ASSERT_TRUE(now.places.empty()) << now.places.front().path;
  EXPECT_EQ(ids(now.requirements), (std::set<std::string>{"business_licence", "food_filing"}));
  EXPECT_EQ(ids(ask(shop, "2021-04-29").requirements), (std::set<std::string>{"business_licence", "food_filing"}));
  // [FSL-35] before its amendment.
  EXPECT_EQ(ids(ask(shop, "2021-04-28").requirements), (std::set<std::string>{"business_licence", "food_permit"}));
}

TEST(answer, leads_a_restaurant_to_both_certificates_with_a_reason_for_everything) {
  const Answer found = ask(restaurant());
  EXPECT_TRUE(found.places.empty());
  EXPECT_EQ(ids(found.requirements), (std::set<std::string>{"business_licence", "food_permit"}));
  for (const Requirement& requirement : found.requirements) {
    ASSERT_FALSE(requirement.causes.empty());
    EXPECT_TRUE(requirement.causes[0].rule.starts_with("opening/required#")) << requirement.causes[0].rule;
    EXPECT_NE(requirement.causes[0].basis.zh.find("《"), std::string::npos);
    EXPECT_NE(requirement.causes[0].basis.en.find("article"), std::string::npos);
  }
  ASSERT_TRUE(found.soonest);
  EXPECT_FALSE(found.soonest->services.empty());
  EXPECT_FALSE(found.soonest->documents.empty());
  std::set<std::string> documents;
  for (const Document& document : found.soonest->documents) {
    EXPECT_TRUE(documents.insert(document.material->id).second) << "asked for twice: " << document.material->id;
    ASSERT_FALSE(document.causes.empty());
    EXPECT_FALSE(document.causes[0].basis.zh.empty());
  }
  bool inspected = false;
  for (const Step& step : found.soonest->steps) {
    EXPECT_LE(step.from, step.to);
    if (step.limit) {
      EXPECT_NE(step.limit->rule.find('@'), std::string::npos);
    }
    if (step.stage->id != "inspection") continue;
    inspected = true;
    ASSERT_TRUE(step.reason);
    EXPECT_NE(step.reason->rule.find("inspection_needed#"), std::string::npos);
  }
  EXPECT_TRUE(inspected);
  EXPECT_TRUE(found.soonest->visits.empty()) << "filed online, received electronically";
  EXPECT_LE(found.soonest->finish, found.soonest->finish_by_law);
}

TEST(answer, counts_promised_and_legal_days_on_the_real_calendar) {
  const Answer found = ask(restaurant());
  ASSERT_TRUE(found.soonest);
  // 1 + 1 + 5 (inspection) + 5 + 1 working days after 25 November; by law 5 + 3 + 5 + 10 + 5.
  EXPECT_EQ(found.soonest->finish,
            calendar::add_working_days(*calendar::parse_date("2026-11-25"), 13, real().calendar).value());
  EXPECT_EQ(found.soonest->finish_by_law,
            calendar::add_working_days(*calendar::parse_date("2026-11-25"), 28, real().calendar).value());
}

TEST(answer, needs_one_visit_when_the_certificates_are_collected) {
  feel::Context answers = restaurant();
  answers.put("receive", "window");
  const Answer found = ask(answers);
  ASSERT_TRUE(found.soonest);
  ASSERT_EQ(found.soonest->visits.size(), 1u);
  EXPECT_EQ(found.soonest->visits[0], found.soonest->finish);
  EXPECT_FALSE(found.fewest_visits) << "there is nothing to save";
}

TEST(answer, asks_for_more_documents_of_a_company_and_of_cold_dishes) {
  const auto documents = [](const Answer& found) {
    std::set<std::string> all;
    for (const Document& document : found.soonest->documents) all.insert(document.material->id);
    return all;
  };
  const auto plain = documents(ask(restaurant()));
  feel::Context answers = restaurant();
  answers.put("operator_kind", "company");
  EXPECT_TRUE(documents(ask(answers)).contains("articles_of_association"));
  EXPECT_FALSE(plain.contains("articles_of_association"));
  answers.put("food_items", feel::Value(feel::List{feel::Value("cold")}));
  EXPECT_TRUE(documents(ask(answers)).contains("separate_room_plan"));
}

TEST(answer, bars_a_food_permit_at_a_cluster_address) {
  feel::Context answers = restaurant();
  answers.put("address_kind", "cluster");
  for (const char* key : {"premises_right", "area", "food_items"}) answers.erase(key);
  const Answer found = ask(answers);
  ASSERT_EQ(found.barred.size(), 1u);
  EXPECT_EQ(found.barred[0].rule, "opening/barred#no_catering_at_a_cluster_address");
  EXPECT_TRUE(found.barred[0].to_be_confirmed);
  EXPECT_FALSE(found.soonest);
}

TEST(answer, tells_a_seller_of_prepackaged_food_to_file_only) {
  feel::Context answers = restaurant();
  answers.put("activity", "prepackaged_only");
  for (const char* key : {"area", "food_items"}) answers.erase(key);
  EXPECT_EQ(ids(ask(answers).requirements), (std::set<std::string>{"business_licence", "food_filing"}));
}

TEST(answer, starts_on_the_day_that_is_asked_for_and_refuses_the_past) {
  const auto later = answer(real(), restaurant(), morning("2026-11-25"), calendar::parse_date("2026-12-01"));
  ASSERT_TRUE(later);
  EXPECT_EQ(later.value().soonest->steps.front().from, *calendar::parse_date("2026-12-01"));
  for (const char* day : {"2026-11-24", "2028-01-01"}) {
    const auto refused = answer(real(), restaurant(), morning("2026-11-25"), calendar::parse_date(day));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "opening.start_invalid");
  }
}

std::vector<std::string> services(const char* activity, const char* operator_kind, const char* held,
                                  const char* address) {
  feel::Context answers = restaurant();
  answers.put("activity", activity);
  answers.put("operator_kind", operator_kind);
  answers.put("licence_held", held);
  answers.put("address_kind", address);
  if (std::string(address) == "cluster")
    for (const char* key : {"premises_right", "area"}) answers.erase(key);
  if (std::string(activity) != "catering") answers.erase("food_items");
  if (std::string(activity) == "other" || std::string(activity) == "prepackaged_only") answers.erase("area");
  const Answer found = ask(answers);
  EXPECT_TRUE(found.places.empty()) << (found.places.empty() ? "" : found.places[0].path);
  EXPECT_FALSE(found.no_way) << activity << " " << operator_kind << " " << held;
  return found.soonest ? found.soonest->services : std::vector<std::string>{};
}

TEST(answer, finds_the_service_for_each_situation) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(services("catering", "company", "no", "building"), Names{"open-restaurant"});
  EXPECT_EQ(services("bulk_food", "individual", "no", "ground_floor"), Names{"open-convenience-shop"});
  EXPECT_EQ(services("prepackaged_only", "individual", "no", "ground_floor"), Names{"open-convenience-shop"});
  EXPECT_EQ(services("other", "individual", "no", "ground_floor"), Names{"register-individual-business"});
  EXPECT_EQ(services("other", "company", "no", "building"), Names{"register-company"});
  EXPECT_EQ(services("other", "company", "no", "cluster"), Names{"cluster-admission"});
  EXPECT_EQ(services("catering", "individual", "yes", "ground_floor"), Names{"food-permit"});
  EXPECT_EQ(services("prepackaged_only", "individual", "yes", "ground_floor"), Names{"prepackaged-filing"});
}

}  // namespace
}  // namespace opening
