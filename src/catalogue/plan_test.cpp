#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/catalogue.h"
#include "catalogue/form.h"
#include "reader.h"

namespace {

using testing::ElementsAre;

feel::Expression expression(const char* text) {
  return catalogue::compile_expression(text).value();
}

catalogue::Service service() {
  catalogue::Service made;
  made.guide = {{.id = "activity",
                 .label = {"做什么？", "What?"},
                 .hint = {},
                 .kind = "choice",
                 .options = {{"catering", {"餐饮", "Catering"}}, {"retail", {"零售", "Retail"}}},
                 .shown_when = {}},
                {.id = "area",
                 .label = {"多大？", "How large?"},
                 .hint = {},
                 .kind = "number",
                 .options = {},
                 .shown_when = expression("activity = \"catering\"")}};
  made.guide_stops.push_back({expression("area > 3000"), {"请先咨询", "Please ask first"}});
  made.registrations.push_back({.id = "licence"});
  made.registrations.push_back({.id = "permit", .when = expression("activity = \"catering\"")});
  made.materials.push_back({.id = "identity", .needed_by = {"licence", "permit"}});
  made.materials.push_back({.id = "layout", .needed_by = {"permit"}});
  made.materials.push_back(
      {.id = "power", .needed_by = {"licence"}, .required_when = expression("filed_by = \"agent\"")});
  made.form =
      catalogue::parse_form(R"({"id": "sample", "components": [{"type": "number", "key": "area", "label": "面积",
                                        "properties": {"label_en": "Area"}}]})",
                            "sample.json")
          .value();
  return made;
}

std::vector<std::string> ids_of(const auto& list) {
  std::vector<std::string> ids;
  for (const auto* each : list) ids.push_back(each->id);
  return ids;
}

std::vector<std::string> faults_of(const feel::Context& answers) {
  const auto planned = catalogue::plan(service(), answers, {});
  std::vector<std::string> found;
  if (planned) return found;
  EXPECT_EQ(planned.error().code, "catalogue.guide_incomplete");
  for (const base::Place& place : planned.error().places) found.push_back(place.path + " " + place.code);
  return found;
}

TEST(plan, follows_the_answers_to_registrations_and_materials) {
  const catalogue::Service offered = service();
  const auto catering = catalogue::plan(offered, {{"activity", "catering"}, {"area", feel::Value(60)}}, {});
  ASSERT_TRUE(catering);
  EXPECT_THAT(ids_of(catering.value().registrations), ElementsAre("licence", "permit"));
  EXPECT_THAT(ids_of(catering.value().materials), ElementsAre("identity", "layout"));
  const auto retail = catalogue::plan(offered, {{"activity", "retail"}}, {});
  ASSERT_TRUE(retail) << "the area is not asked of a shop";
  EXPECT_THAT(ids_of(retail.value().registrations), ElementsAre("licence"));
  EXPECT_THAT(ids_of(retail.value().materials), ElementsAre("identity"));
}

TEST(plan, ends_in_advice_where_the_service_does_not_fit) {
  const auto large = catalogue::plan(service(), {{"activity", "catering"}, {"area", feel::Value(3001)}}, {});
  ASSERT_TRUE(large);
  ASSERT_TRUE(large.value().advice);
  EXPECT_EQ(large.value().advice->en, "Please ask first");
  EXPECT_TRUE(large.value().registrations.empty());
}

TEST(plan, names_questions_without_a_fitting_answer) {
  EXPECT_THAT(faults_of({}), ElementsAre("/activity catalogue.guide_unanswered"));
  EXPECT_THAT(faults_of({{"activity", "catering"}}), ElementsAre("/area catalogue.guide_unanswered"));
  EXPECT_THAT(faults_of({{"activity", "fishing"}}), ElementsAre("/activity catalogue.guide_not_offered"));
  EXPECT_THAT(faults_of({{"activity", "catering"}, {"area", feel::Value(-1)}}),
              ElementsAre("/area catalogue.guide_not_offered"));
  EXPECT_THAT(faults_of({{"activity", "retail"}, {"colour", "red"}}),
              ElementsAre("/colour catalogue.guide_not_offered"));
}

TEST(materials_needed, looks_at_the_form_too) {
  const catalogue::Service offered = service();
  const feel::Context guide{{"activity", "retail"}};
  EXPECT_THAT(ids_of(catalogue::materials_needed(offered, guide, {{"filed_by", "agent"}}, {})),
              ElementsAre("identity", "power"));
  EXPECT_THAT(ids_of(catalogue::materials_needed(offered, guide, {{"filed_by", "self"}}, {})), ElementsAre("identity"));
}

TEST(questions_shown, are_those_whose_condition_holds) {
  const catalogue::Service offered = service();
  EXPECT_THAT(ids_of(catalogue::questions_shown(offered, {}, {})), ElementsAre("activity"));
  EXPECT_THAT(ids_of(catalogue::questions_shown(offered, {{"activity", "catering"}}, {})),
              ElementsAre("activity", "area"));
}

TEST(not_admitted, gives_the_reason_of_the_first_that_does_not_hold) {
  catalogue::Service offered = service();
  offered.admissions.push_back({expression("subject.status = \"open\""), {"已注销", "Deregistered"}});
  offered.admissions.push_back({expression("subject.kind = \"enterprise\""), {"须为企业", "Companies only"}});
  const auto refusal = [&](const char* status, const char* kind) {
    const auto text = catalogue::not_admitted(
        offered, {{"subject", feel::Value(feel::Context{{"status", status}, {"kind", kind}})}}, {});
    return text ? text->en : std::string();
  };
  EXPECT_EQ(refusal("open", "enterprise"), "");
  EXPECT_EQ(refusal("open", "branch"), "Companies only");
  EXPECT_EQ(refusal("deregistered", "branch"), "Deregistered");
}

TEST(initial_answers, takes_over_what_the_form_asks_too) {
  const feel::Context answers =
      catalogue::initial_answers(service(), {{"activity", "catering"}, {"area", feel::Value(60)}});
  EXPECT_EQ(feel::to_json(feel::Value(answers)), R"({"area":60})");
}

}  // namespace
