/// The folders whose models are changed while the program runs: found, checked with other files, put in force.
#include "catalogue/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using catalogue::Files;

std::shared_ptr<const catalogue::Catalogue> fresh() {
  return catalogue::load(SOURCE_DIR "/catalogue").value();
}

Files changed(const catalogue::Catalogue& catalogue, const std::string& id, const std::string& file,
              const std::string& from, const std::string& to) {
  Files files = *catalogue::find_models(catalogue, id).value().files;
  std::string& text = files.at(file);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return files;
}

std::vector<std::string> faults_of(const catalogue::Catalogue& catalogue, const std::string& id, const Files& files) {
  const auto read = catalogue::read_changed(catalogue, id, files);
  std::vector<std::string> found;
  if (read) return found;
  EXPECT_EQ(read.error().code, "catalogue.invalid");
  for (const base::Place& place : read.error().places) found.push_back(place.path + " " + place.code);
  return found;
}

TEST(models, are_those_of_every_service_and_the_shared_ones) {
  const auto catalogue = fresh();
  const auto all = catalogue::models_in_force(*catalogue);
  EXPECT_EQ(all.size(), catalogue->services->now().size() + 2);
  for (const catalogue::Models& each : all) {
    const auto found = catalogue::find_models(*catalogue, each.id);
    ASSERT_TRUE(found) << each.id;
    EXPECT_EQ(found.value().version, catalogue::fingerprint(*each.files)) << each.id;
    EXPECT_EQ(found.value().decisions != nullptr, each.files->contains(each.decision_file)) << each.id;
    EXPECT_TRUE(faults_of(*catalogue, each.id, *each.files).empty()) << each.id << ": as it is, it goes with the rest";
  }
  EXPECT_EQ(catalogue::find_models(*catalogue, "open-circus").error().code, "catalogue.service_unknown");
  EXPECT_EQ(catalogue::read_changed(*catalogue, "open-circus", {}).error().code, "catalogue.service_unknown");
}

TEST(models, limits_are_replaced_as_a_whole_and_for_everybody) {
  const auto catalogue = fresh();
  const auto day = *calendar::parse_date("2026-11-25");
  ASSERT_EQ(catalogue->rules.on("acceptance.notice", day).value().value.count, 5);
  const Files files = changed(*catalogue, "rules", "limits.dmn",
                              "<outputEntry id=\"acceptance.notice.2004-07-01.out1\">\n          <text>5</text>",
                              "<outputEntry id=\"acceptance.notice.2004-07-01.out1\">\n          <text>4</text>");
  const auto read = catalogue::read_changed(*catalogue, "rules", files);
  ASSERT_TRUE(read);
  EXPECT_EQ(catalogue->rules.on("acceptance.notice", day).value().value.count, 5) << "not in force yet";
  catalogue::put(*catalogue, read.value());
  EXPECT_EQ(catalogue->rules.on("acceptance.notice", day).value().value.count, 4);
  EXPECT_EQ(catalogue::find_models(*catalogue, "rules").value().version, read.value().version);
  EXPECT_NE(catalogue::delivered_models(*catalogue, "rules").value().version, read.value().version);
}

TEST(models, a_limit_in_use_can_not_vanish) {
  const auto catalogue = fresh();
  EXPECT_THAT(faults_of(*catalogue, "rules",
                        changed(*catalogue, "rules", "limits.dmn", "\"acceptance.notice\"", "\"acceptance.word\"")),
              testing::ElementsAre("limits.dmn catalogue.rule_gone"));
  EXPECT_THAT(faults_of(*catalogue, "rules",
                        changed(*catalogue, "rules", "limits.dmn", "\"working_days\"</text>", "\"weeks\"</text>")),
              testing::Contains(testing::HasSubstr(" catalogue.unit_unknown")));
}

TEST(models, what_opening_needs_is_replaced_and_checked) {
  const auto catalogue = fresh();
  const Files files =
      changed(*catalogue, "opening", "requirements.dmn", "（《食品安全法》第三十五条）", "（《食品安全法》第35条）");
  const auto read = catalogue::read_changed(*catalogue, "opening", files);
  ASSERT_TRUE(read);
  const catalogue::Opening* before = catalogue->opening();
  catalogue::put(*catalogue, read.value());
  EXPECT_NE(catalogue->opening(), before);
  EXPECT_EQ(catalogue->opening()->version, read.value().version);
  EXPECT_THAT(faults_of(*catalogue, "opening",
                        changed(*catalogue, "opening", "requirements.dmn", "<decision id=\"barred\"",
                                "<decision id=\"blocked\"")),
              testing::Contains(testing::HasSubstr("requirements.dmn catalogue.unknown_reference")));
}

}  // namespace
