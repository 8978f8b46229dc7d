#include "rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace {

using catalogue::Faults;
using catalogue::Rule;
using catalogue::Rules;
using catalogue::RuleSet;
using testing::Contains;
using testing::ElementsAre;

struct Row {
  std::string id;
  std::string limit = "\"food_permit.decision\"";
  std::string day = "&gt;= date(\"2023-12-01\")";
  std::string count = "10";
  std::string unit = "\"working_days\"";
  std::string confidence = "\"V\"";
  std::string zh = "新办法";
  std::string en = "New measures";
};
const Row old_row{.id = "old",
                  .day = "[date(\"2015-10-01\")..date(\"2023-11-30\")]",
                  .count = "20",
                  .confidence = "\"S\"",
                  .zh = "旧办法",
                  .en = "Old measures"};
const Row new_row{.id = "new"};

std::string cell(const char* kind, const std::string& text) {
  return std::string("<") + kind + "><text>" + text + "</text></" + kind + ">";
}

std::string model_of(const std::vector<Row>& rows, const std::string& first_output = "count") {
  std::string text =
      R"(<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
<inputData id="limit" name="limit"/><inputData id="day" name="day"/>
<decision id="food" name="food"><variable name="food"/>
<informationRequirement><requiredInput href="#limit"/></informationRequirement>
<informationRequirement><requiredInput href="#day"/></informationRequirement>
<decisionTable hitPolicy="UNIQUE">
<input><inputExpression typeRef="string"><text>limit</text></inputExpression></input>
<input><inputExpression typeRef="date"><text>date(day)</text></inputExpression></input>
<output name=")" +
      first_output + R"("/><output name="unit"/><output name="source"/><output name="confidence"/>)";
  for (const Row& row : rows)
    text += "<rule id=\"" + row.id + "\">" + cell("inputEntry", row.limit) + cell("inputEntry", row.day) +
            cell("outputEntry", row.count) + cell("outputEntry", row.unit) + cell("outputEntry", "\"FBP-3\"") +
            cell("outputEntry", row.confidence) + cell("annotationEntry", row.zh) + cell("annotationEntry", row.en) +
            "</rule>";
  return text + "</decisionTable></decision></definitions>";
}

calendar::Date day(const char* text) {
  return *calendar::parse_date(text);
}

struct FeeRow {
  std::string id;
  std::string fee = "\"food_permit\"";
  std::string day = "&gt;= date(\"2020-01-01\")";
  std::string amount = "1500";
};

/// The limits of `new_row` and these fees.
std::string fees_of(const std::vector<FeeRow>& rows) {
  std::string text = model_of({new_row});
  text.erase(text.rfind("</definitions>"));
  text += R"(<inputData id="fee" name="fee"/><decision id="fees" name="fees"><variable name="fees"/>
<informationRequirement><requiredInput href="#fee"/></informationRequirement>
<informationRequirement><requiredInput href="#day"/></informationRequirement>
<decisionTable hitPolicy="UNIQUE">
<input><inputExpression typeRef="string"><text>fee</text></inputExpression></input>
<input><inputExpression typeRef="date"><text>date(day)</text></inputExpression></input>
<output name="amount_fen"/><output name="source"/><output name="confidence"/>)";
  for (const FeeRow& row : rows)
    text += "<rule id=\"" + row.id + "\">" + cell("inputEntry", row.fee) + cell("inputEntry", row.day) +
            cell("outputEntry", row.amount) + cell("outputEntry", "\"ALL-58\"") + cell("outputEntry", "\"K\"") +
            cell("annotationEntry", "收费办法") + cell("annotationEntry", "Rules of fees") + "</rule>";
  return text + "</decisionTable></decision></definitions>";
}

RuleSet read(const std::string& model, Faults& faults) {
  return catalogue::read_rules({{"limits.dmn", model}}, faults);
}

std::vector<std::string> faults_of(const std::string& model) {
  Faults faults;
  read(model, faults);
  std::vector<std::string> found;
  for (const base::Place& place : faults.take()) {
    EXPECT_FALSE(place.message.zh.empty());
    EXPECT_FALSE(place.message.en.empty());
    found.push_back(place.path + " " + place.code);
  }
  return found;
}

std::vector<std::string> faults_with(const Row& row) {
  return faults_of(model_of({old_row, row}));
}

TEST(rules, are_chosen_by_the_day_of_the_triggering_event) {
  Faults faults;
  const Rules rules(read(model_of({old_row, new_row}), faults));
  ASSERT_TRUE(faults.empty());
  EXPECT_EQ(rules.on("food_permit.decision", day("2015-10-01")).value().value.count, 20);
  EXPECT_EQ(rules.on("food_permit.decision", day("2023-11-30")).value().value.count, 20) << "the last day counts";
  const Rule now = rules.on("food_permit.decision", day("2023-12-01")).value();
  EXPECT_EQ(now.value.count, 10);
  EXPECT_EQ(now.value.unit, calendar::Unit::working_days);
  EXPECT_EQ(now.basis.zh, "新办法");
  EXPECT_EQ(now.basis.en, "New measures");
  EXPECT_EQ(now.source, "FBP-3");
  EXPECT_EQ(now.confidence, 'V');
  EXPECT_EQ(rules.limit_on("food_permit.decision", day("2099-01-01")).value().count, 10) << "no end";
}

TEST(rules, refuse_a_day_without_a_version_and_a_name_without_a_rule) {
  Faults faults;
  const Rules rules(read(model_of({old_row, new_row}), faults));
  EXPECT_EQ(rules.on("food_permit.decision", day("2015-09-30")).error().code, "catalogue.rule_not_in_force");
  EXPECT_EQ(rules.on("food_permit.decided", day("2026-01-01")).error().code, "catalogue.rule_unknown");
  EXPECT_EQ(rules.limit_on("food_permit.decided", day("2026-01-01")).error().code, "catalogue.rule_unknown");
}

TEST(rules, put_later_are_in_force_for_whoever_holds_them_and_earlier_ones_stay_readable) {
  Faults faults;
  const Rules rules(read(model_of({new_row}), faults));
  const Rules held = rules;  // NOLINT(performance-unnecessary-copy-initialization): copies share
  const Rule& before = held.all().front();
  Row other = new_row;
  other.count = "7";
  rules.put(std::make_shared<const RuleSet>(read(model_of({other}), faults)));
  EXPECT_EQ(held.on("food_permit.decision", day("2024-01-01")).value().value.count, 7);
  EXPECT_EQ(before.value.count, 10);
  EXPECT_EQ(rules.sets().delivered()->rules.front().value.count, 10);
}

TEST(read_rules, takes_periods_as_feel_writes_them) {
  const auto period = [](const std::string& text) {
    Row row = new_row;
    row.day = text;
    Faults faults;
    const RuleSet set = read(model_of({row}), faults);
    if (!faults.empty()) return faults.take().front().code;
    const Rule& rule = set.rules.at(0);
    return calendar::to_text(rule.valid_from) + " " + (rule.valid_to ? calendar::to_text(*rule.valid_to) : "-");
  };
  EXPECT_EQ(period("[date(\"2020-01-01\")..date(\"2020-12-31\")]"), "2020-01-01 2020-12-31");
  EXPECT_EQ(period("(date(\"2019-12-31\")..date(\"2021-01-01\"))"), "2020-01-01 2020-12-31") << "ends left out";
  EXPECT_EQ(period("[@\"2020-01-01\"..@\"2020-12-31\"]"), "2020-01-01 2020-12-31");
  EXPECT_EQ(period("&gt; date(\"2019-12-31\")"), "2020-01-01 -");
  EXPECT_EQ(period("&lt;= date(\"2019-12-31\")"), "catalogue.period_unfit") << "since when?";
  EXPECT_EQ(period("-"), "catalogue.period_unfit");
  EXPECT_EQ(period("[1..3]"), "catalogue.period_unfit");
  EXPECT_EQ(period("date(\"2020-01-01\")"), "catalogue.period_unfit");
  EXPECT_EQ(period("[date(\"2020-13-01\")..date(\"2020-12-31\")]"), "catalogue.period_unfit");
}

TEST(read_rules, names_what_is_wrong_and_where) {
  const std::string at = "rules/limits.dmn#new catalogue.";
  EXPECT_THAT(faults_with({.id = "new", .unit = "\"weeks\""}), ElementsAre(at + "unit_unknown"));
  EXPECT_THAT(faults_with({.id = "new", .confidence = "\"W\""}), ElementsAre(at + "confidence_unknown"));
  EXPECT_THAT(faults_with({.id = "new", .count = "1001"}), ElementsAre(at + "out_of_range"));
  EXPECT_THAT(faults_with({.id = "new", .count = "2.5"}), ElementsAre(at + "out_of_range"));
  EXPECT_THAT(faults_with({.id = "new", .limit = "food_permit"}), ElementsAre(at + "not_a_text"));
  EXPECT_THAT(faults_with({.id = "new", .day = "[date(\"2024-01-01\")..date(\"2023-12-31\")]"}),
              ElementsAre(at + "period_unfit"));
  EXPECT_THAT(faults_with({.id = "new", .day = "(date(\"2024-01-01\")..date(\"2024-01-02\"))"}),
              ElementsAre(at + "rule_ends_early"));
  EXPECT_THAT(faults_with({.id = "new", .en = ""}), ElementsAre(at + "basis_missing"));
  EXPECT_THAT(faults_with({.id = "new", .count = "1001", .unit = "7", .zh = ""}), testing::SizeIs(3)) << "all at once";
  EXPECT_THAT(faults_of(model_of({new_row}, "days")), Contains("rules/limits.dmn#food catalogue.table_unfit"));
  EXPECT_THAT(faults_of("<definitions"), testing::SizeIs(1));
  EXPECT_THAT(faults_of(model_of({})), Contains("rules/limits.dmn catalogue.missing"));
  Faults faults;
  catalogue::read_rules({}, faults);
  EXPECT_EQ(faults.take().at(0).code, "catalogue.file_missing");
}

TEST(read_rules, finds_two_versions_on_one_day) {
  Row overlapping = old_row;
  overlapping.day = "[date(\"2015-10-01\")..date(\"2023-12-01\")]";
  EXPECT_THAT(faults_of(model_of({overlapping, new_row})), ElementsAre("rules/limits.dmn catalogue.rule_overlaps"));
  overlapping.day = "&gt;= date(\"2015-10-01\")";
  EXPECT_THAT(faults_of(model_of({overlapping, new_row})), ElementsAre("rules/limits.dmn catalogue.rule_overlaps"));
}

TEST(read_rules, takes_fees_by_the_day_of_the_triggering_event) {
  Faults faults;
  const Rules rules(read(fees_of({{.id = "a", .day = "[date(\"2020-01-01\")..date(\"2026-12-31\")]", .amount = "0"},
                                  {.id = "b", .day = "&gt;= date(\"2027-01-01\")"},
                                  {.id = "c", .fee = "\"food_permit.decision\""}}),
                         faults));
  ASSERT_TRUE(faults.empty()) << faults.take().front().code;
  EXPECT_EQ(rules.fee_on("food_permit", day("2026-12-31"))->value, 0);
  EXPECT_EQ(rules.fee_on("food_permit", day("2027-01-01"))->value, 1500);
  EXPECT_EQ(rules.fee_on("food_permit", day("2027-01-01"))->basis.zh, "收费办法");
  EXPECT_EQ(rules.fee_on("food_permit", day("2019-12-31")).error().code, "catalogue.rule_not_in_force");
  EXPECT_EQ(rules.fee_on("food", day("2027-01-01")).error().code, "catalogue.rule_unknown");
  EXPECT_EQ(rules.all().size(), 1u) << "a fee and a limit may have one name";
}

TEST(read_rules, names_what_is_wrong_with_fees) {
  const std::string at = "rules/limits.dmn#new catalogue.";
  EXPECT_THAT(faults_of(fees_of({{.id = "new", .amount = "-1"}})), ElementsAre(at + "out_of_range"));
  EXPECT_THAT(faults_of(fees_of({{.id = "new", .amount = "100000001"}})), ElementsAre(at + "out_of_range"));
  EXPECT_THAT(faults_of(fees_of({{.id = "new", .amount = "15.5"}})), ElementsAre(at + "out_of_range"));
  EXPECT_THAT(faults_of(fees_of({{.id = "new", .amount = "\"15\""}})), ElementsAre(at + "out_of_range"));
  EXPECT_THAT(faults_of(fees_of({{.id = "new", .fee = "12"}})), ElementsAre(at + "not_a_text"));
  EXPECT_THAT(faults_of(fees_of({{.id = "a"}, {.id = "b", .day = "&gt;= date(\"2027-01-01\")"}})),
              ElementsAre("rules/limits.dmn catalogue.rule_overlaps"));
  EXPECT_THAT(faults_of(fees_of({{.id = "a", .day = "[date(\"2020-01-01\")..date(\"2026-12-31\")]"}})),
              ElementsAre("rules/limits.dmn catalogue.fee_gap"));
  EXPECT_THAT(faults_of(fees_of({{.id = "a", .day = "[date(\"2020-01-01\")..date(\"2026-12-30\")]"},
                                 {.id = "b", .day = "&gt;= date(\"2027-01-01\")"}})),
              ElementsAre("rules/limits.dmn catalogue.fee_gap"));
}

/// The tables are read once into versions; asked as decisions they must say the same on every day that matters.
TEST(read_rules, gives_what_the_tables_of_the_catalogue_decide) {
  std::ostringstream text;
  text << std::ifstream(SOURCE_DIR "/catalogue/rules/limits.dmn").rdbuf();
  Faults faults;
  const Rules rules(read(text.str(), faults));
  ASSERT_TRUE(faults.empty()) << faults.take().front().path;
  const dmn::Model& model = *rules.sets().now()->model;
  const std::map<std::string, calendar::Unit> units = {{"working_days", calendar::Unit::working_days},
                                                       {"calendar_days", calendar::Unit::calendar_days},
                                                       {"months", calendar::Unit::months},
                                                       {"years", calendar::Unit::years}};
  int asked = 0;
  for (const Rule& rule : rules.all())
    for (const std::int64_t shift : {-1, 0, 1, 4'000}) {
      const calendar::Date on{rule.valid_from.days + shift};
      int found = 0;
      for (const dmn::Invocable& table : dmn::invocables(model)) {
        const auto outcome = dmn::evaluate(model, table.id, {{"limit", rule.id}, {"day", on}}, {});
        ASSERT_TRUE(outcome);
        if (outcome.value().matches.empty()) continue;
        ++found;
        const feel::Context& said = outcome.value().value.as_context();
        const Rule expected = rules.on(rule.id, on).value();
        EXPECT_EQ(said.find("count")->as_number().to_int64(), expected.value.count) << rule.id;
        EXPECT_EQ(units.at(said.find("unit")->as_string()), expected.value.unit) << rule.id;
        EXPECT_EQ(outcome.value().matches.front().row->annotations,
                  (std::vector<std::string>{expected.basis.zh, expected.basis.en}));
        ++asked;
      }
      EXPECT_EQ(found, rules.on(rule.id, on) ? 1 : 0) << rule.id << " on " << calendar::to_text(on);
    }
  EXPECT_GT(asked, 100);
  ASSERT_FALSE(rules.sets().now()->fees.empty());
  for (const catalogue::Fee& fee : rules.sets().now()->fees)
    for (const std::int64_t shift : {-1, 0, 1, 8'000}) {
      const calendar::Date on{fee.valid_from.days + shift};
      const auto outcome = dmn::evaluate(model, "fees", {{"fee", fee.id}, {"day", on}}, {});
      ASSERT_TRUE(outcome);
      const auto expected = rules.fee_on(fee.id, on);
      ASSERT_EQ(outcome->matches.size(), expected ? 1u : 0u) << fee.id << " on " << calendar::to_text(on);
      if (!expected) continue;
      const feel::Value& said = outcome->value;
      EXPECT_EQ(said.as_context().find("amount_fen")->as_number().to_int64(), expected->value);
      EXPECT_EQ(said.as_context().find("confidence")->as_string(), std::string(1, expected->confidence));
    }
}

}  // namespace
