/// The whole folder: what is delivered has no fault, and a fault anywhere is named with its file and place.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/catalogue.h"

namespace {

namespace fs = std::filesystem;
using testing::Contains;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// A copy of the catalogue that a test may spoil.
class Load : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("yichuang-load-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::copy(SOURCE_DIR "/catalogue", folder_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void replace(const std::string& file, const std::string& from, const std::string& to) {
    std::string text = text_of(folder_ / file);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " no longer says " << from;
    std::ofstream(folder_ / file) << text.replace(at, from.size(), to);
  }
  std::vector<std::string> faults() {
    const auto loaded = catalogue::load(folder_.string());
    std::vector<std::string> found;
    if (loaded) return found;
    EXPECT_EQ(loaded.error().code, "catalogue.invalid");
    for (const base::Place& place : loaded.error().places) found.push_back(place.path + " " + place.code);
    return found;
  }

  fs::path folder_;
};

TEST_F(Load, takes_what_is_delivered) {
  const auto loaded = catalogue::load(folder_.string());
  ASSERT_TRUE(loaded) << loaded.error().places.at(0).path << " " << loaded.error().places.at(0).message.en;
  EXPECT_TRUE(loaded.value()->service("open-restaurant"));
  EXPECT_EQ(loaded.value()->service("open-circus").error().code, "catalogue.service_unknown");
}

TEST_F(Load, names_faults_of_several_files_at_once) {
  replace("cluster-admission/service.yaml", "      host: subject.id\n", "");
  replace("food-permit/service.yaml", "effect: issue", "effect: bestow");
  replace("bureau.yaml", "window:", "windows:");
  const auto found = faults();
  EXPECT_THAT(found, Contains("cluster-admission/service.yaml#registrations/1/custody/host catalogue.missing"));
  EXPECT_THAT(found, Contains("food-permit/service.yaml#registrations/1/effect catalogue.effect_unknown"));
  EXPECT_THAT(found, Contains(testing::StartsWith("bureau.yaml#")));
}

TEST_F(Load, refuses_to_search_by_what_is_not_there_of_another_kind_or_personal) {
  const auto add = [&](const std::string& line) {
    replace("open-restaurant/service.yaml", "indexes:\n", "indexes:\n  - {" + line + ", label: {zh: 项, en: Item}}\n");
  };
  const std::string at = "open-restaurant/service.yaml#indexes/";
  add("id: colour, kind: text");
  add("id: trade_name, kind: number");
  add("id: scope, kind: text");
  add("id: operator_citizen_id, kind: text");
  add("id: operator_phone, kind: text");
  add("id: operator_home, kind: text");
  add("id: holder, variable: subject.operator_name, kind: text");
  add("id: mobile, variable: contact_mobile, kind: text");
  add("id: who, variable: accept_application.by_name, kind: text");
  add("id: asked, variable: accept_application.corrections, kind: text");
  add("id: question, variable: guide.colour, kind: text");
  add("id: Area, variable: answers.area, kind: number");
  add("id: employees, kind: number");
  add("id: employees, kind: number");
  add("id: outcome, variable: accept_application.outcome, kind: text");
  add("id: when, variable: accept_application.on, kind: day");
  replace("move/service.yaml", "id: area, kind: number", "id: area, variable: guide.x, kind: text");
  replace("deregister/service.yaml", "kind: day", "kind: moment");
  const auto found = faults();
  for (const char* fault :
       {"colour catalogue.unknown_reference", "trade_name catalogue.index_kind", "scope catalogue.index_kind",
        "operator_citizen_id catalogue.index_personal", "operator_phone catalogue.index_personal",
        "operator_home catalogue.index_personal", "holder catalogue.index_personal", "mobile catalogue.index_personal",
        "who catalogue.index_personal", "asked catalogue.index_personal", "question catalogue.unknown_reference",
        "Area catalogue.index_name", "area catalogue.index_differs"})
    EXPECT_THAT(found, Contains(at + fault));
  EXPECT_THAT(found, Contains("open-restaurant/service.yaml#indexes catalogue.id_twice"));
  EXPECT_THAT(found, Contains("deregister/service.yaml#indexes/1/kind catalogue.kind_unknown"));
  for (const std::string& fault : found) {
    EXPECT_EQ(fault.find("indexes/outcome"), std::string::npos) << fault;
    EXPECT_EQ(fault.find("indexes/when"), std::string::npos) << fault;
  }
}

TEST_F(Load, refuses_a_folder_that_is_not_there) {
  const auto loaded = catalogue::load((folder_ / "nowhere").string());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, base::Refusal::not_found);
}

TEST_F(Load, refuses_a_registration_without_a_dated_fee) {
  replace("food-permit/service.yaml", "    fee: food_permit\n", "");
  replace("move/service.yaml", "fee: food_filing", "fee: food_filling");
  replace("register-company/service.yaml", "fee: business_registration", "fee: business_registration\n    fee_fen: 0");
  EXPECT_THAT(faults(), testing::UnorderedElementsAre(
                            "food-permit/service.yaml#registrations/food_permit/fee catalogue.fee_missing",
                            "move/service.yaml#registrations/food_filing/fee catalogue.unknown_reference",
                            "register-company/service.yaml#registrations/1/fee_fen catalogue.key_unknown"));
}

TEST_F(Load, reads_the_fee_that_a_version_kept_before_fees_were_dated_says_itself) {
  const auto loaded = catalogue::load(folder_.string()).value();
  const auto offered = loaded->service("food-permit").value();
  auto files = offered->files;
  std::string& text = files["service.yaml"];
  const std::size_t at = text.find("fee: food_permit");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 16, "fee_fen: 1500");
  const auto kept = catalogue::read_version("food-permit", files);
  ASSERT_TRUE(kept);
  const auto on = *calendar::parse_date("2026-11-25");
  EXPECT_EQ(catalogue::fee_of(kept.value()->registrations[0], loaded->rules, on)->value, 1500);
  EXPECT_EQ(catalogue::fee_of(offered->registrations[0], loaded->rules, on)->value, 0);
  EXPECT_EQ(
      catalogue::fee_of(offered->registrations[0], loaded->rules, *calendar::parse_date("2004-06-30")).error().code,
      "catalogue.rule_not_in_force");
}

TEST_F(Load, reads_a_kept_version_again_without_its_folder) {
  const auto offered = catalogue::load(folder_.string()).value()->service("move").value();
  fs::remove_all(folder_ / "move");
  const auto kept = catalogue::read_version("move", offered->files);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept.value()->version, offered->version) << "the same files give the same fingerprint";
  auto files = offered->files;
  files["service.yaml"] += "\n# one more line\n";
  EXPECT_NE(catalogue::read_version("move", files).value()->version, offered->version);
  files["service.yaml"] = "name: [";
  EXPECT_EQ(catalogue::read_version("move", files).error().code, "catalogue.invalid");
}

}  // namespace
