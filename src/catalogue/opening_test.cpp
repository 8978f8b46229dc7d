/// What is wrong with the files of the opening guide and of the barred trades is told with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "catalogue/opening.h"
#include "catalogue/park.h"
#include "faults.h"

namespace {

using catalogue::Faults;
using testing::Contains;
using testing::IsEmpty;

const catalogue::Catalogue& real() {
  static const auto loaded = catalogue::load(SOURCE_DIR "/catalogue").value();
  return *loaded;
}

std::string file_text(const std::string& path) {
  std::ifstream in(SOURCE_DIR "/catalogue/" + path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::vector<std::string> faults_of(const std::string& yaml, const std::string& dmn) {
  Faults faults;
  std::map<std::string, std::string, std::less<>> files{{"opening.yaml", yaml}};
  if (!dmn.empty()) files.emplace("requirements.dmn", dmn);
  catalogue::read_opening(files, real(), faults);
  std::vector<std::string> places;
  for (const base::Place& place : faults.take()) {
    EXPECT_FALSE(place.message.zh.empty());
    EXPECT_FALSE(place.message.en.empty());
    places.push_back(place.path + " " + place.code);
  }
  return places;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

TEST(read_opening, accepts_the_files_of_the_catalogue_and_none_at_all) {
  EXPECT_THAT(faults_of(file_text("opening/opening.yaml"), file_text("opening/requirements.dmn")), IsEmpty());
  Faults faults;
  EXPECT_EQ(catalogue::read_opening({}, real(), faults), nullptr);
  EXPECT_TRUE(faults.empty());
}

TEST(read_opening, names_every_reference_that_leads_nowhere) {
  const std::string good = file_text("opening/opening.yaml");
  const std::string dmn = file_text("opening/requirements.dmn");
  const std::string stage = "opening/opening.yaml#ways/1/stages/";
  EXPECT_THAT(faults_of(replaced(good, "- service: open-restaurant", "- service: open-zoo"), dmn),
              Contains("opening/opening.yaml#ways/1/service catalogue.unknown_reference"));
  EXPECT_THAT(faults_of(replaced(good, "makes: [business_licence, food_permit]", "makes: [passport]"), dmn),
              Contains(stage + "6/makes catalogue.unknown_reference"));
  EXPECT_THAT(faults_of(replaced(good, "after: [licence, inspection]", "after: [issue]"), dmn),
              Contains(stage + "5/after catalogue.unknown_reference"))
      << "a stage waits only for those above it";
  EXPECT_THAT(faults_of(replaced(good, "place: anywhere", "place: moon"), dmn),
              Contains(stage + "1/place catalogue.kind_unknown"));
  EXPECT_THAT(faults_of(replaced(good, "legal_rule: registration.decision", "legal_rule: no.rule"), dmn),
              Contains(stage + "3/legal_rule catalogue.unknown_reference"));
  EXPECT_THAT(faults_of(replaced(good, "- id: food_filing", "- id: food_permit"), dmn),
              Contains("opening/opening.yaml#results/3/id catalogue.id_twice"));
}

TEST(read_opening, wants_its_decisions) {
  const std::string good = file_text("opening/opening.yaml");
  EXPECT_THAT(faults_of(good, ""), Contains("opening/requirements.dmn catalogue.file_missing"));
  const std::string dmn = replaced(file_text("opening/requirements.dmn"), "<decision id=\"barred\" name=\"barred\">",
                                   "<decision id=\"hindered\" name=\"hindered\">");
  EXPECT_THAT(faults_of(good, dmn), Contains("opening/requirements.dmn catalogue.unknown_reference"));
}

TEST(read_barred_trades, reads_what_is_barred_and_refuses_an_entry_without_subject) {
  Faults faults;
  EXPECT_GE(catalogue::read_barred_trades(file_text("park/barred.yaml"), "park/barred.yaml", faults).size(), 3u);
  EXPECT_TRUE(faults.empty());
  catalogue::read_barred_trades("bars:\n  - basis: {zh: 依据, en: basis}\n", "park/barred.yaml", faults);
  const auto places = faults.take();
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].path, "park/barred.yaml#bars/1/trades");
}

}  // namespace
