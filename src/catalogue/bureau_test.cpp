#include "bureau.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using catalogue::Faults;

const std::string good = R"(
division: "430211"
name: {zh: 某区市场监督管理局, en: Bureau}
document_word: 某市监
contact: {zh: 综合窗口, en: General window}
window: centre
offices:
  - {code: centre, name: {zh: 窗口, en: Window}}
)";

std::vector<std::string> codes_of(const std::string& text) {
  Faults faults;
  catalogue::read_bureau(text, faults);
  std::vector<std::string> codes;
  for (const base::Place& place : faults.take()) codes.push_back(place.path + " " + place.code);
  return codes;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(read_bureau, takes_a_complete_file) {
  Faults faults;
  const catalogue::Bureau bureau = catalogue::read_bureau(good, faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(bureau.name.zh, "某区市场监督管理局");
  ASSERT_NE(bureau.find_office("centre"), nullptr);
  EXPECT_EQ(bureau.find_office("food"), nullptr);
}

TEST(read_bureau, names_what_is_wrong) {
  using testing::ElementsAre;
  EXPECT_THAT(codes_of(with(good, "\"430211\"", "天元")),
              ElementsAre("bureau.yaml#division catalogue.division_invalid"));
  EXPECT_THAT(codes_of(with(good, "window: centre", "window: food")),
              ElementsAre("bureau.yaml#window catalogue.unknown_reference"));
  EXPECT_THAT(codes_of(good + "  - {code: centre, name: {zh: 又一个, en: Again}}\n"),
              ElementsAre("bureau.yaml#offices/2/code catalogue.office_twice"));
  EXPECT_FALSE(codes_of(with(good, "document_word: 某市监", "")).empty());
}

}  // namespace
