#include "kernel/codes/lists.h"

#include <gtest/gtest.h>

#include <set>

namespace codes {
namespace {

TEST(divisions, know_their_place) {
  const Division* town = find_division("430211002");
  ASSERT_TRUE(town);
  EXPECT_EQ(full_name(*town).zh, "湖南省株洲市天元区泰山路街道");
  EXPECT_EQ(full_name(*town).en, "Taishan Road Subdistrict, Tianyuan District, Zhuzhou, Hunan");
  EXPECT_EQ(find_division("430299"), nullptr);
  EXPECT_EQ(parent_of(*find_division("430000")), nullptr);
  EXPECT_FALSE(find_division("430221")->current);
  EXPECT_TRUE(find_division("430212")->current);
}

TEST(divisions, all_hang_below_the_province) {
  std::set<std::string_view> seen;
  for (const Division& division : divisions()) {
    EXPECT_TRUE(seen.insert(division.code).second) << division.code;
    EXPECT_TRUE(full_name(division).zh.starts_with("湖南省")) << division.code;
  }
}

TEST(industries, are_found_with_and_without_their_letter) {
  EXPECT_EQ(find_industry("6210")->name.zh, "正餐服务");
  EXPECT_EQ(find_industry("H6210"), find_industry("6210"));
  EXPECT_EQ(find_industry("F6210"), nullptr);
  EXPECT_EQ(find_industry("9999"), nullptr);
  EXPECT_EQ(find_industry(""), nullptr);
}

TEST(industries, have_four_digits_a_known_section_and_both_names) {
  std::set<char> sections;
  for (const IndustrySection& section : industry_sections()) sections.insert(section.letter);
  EXPECT_EQ(sections.size(), 20u);
  std::set<std::string_view> seen;
  for (const Industry& industry : industries()) {
    EXPECT_EQ(industry.code.size(), 4u);
    EXPECT_TRUE(seen.insert(industry.code).second) << industry.code;
    EXPECT_TRUE(sections.contains(industry.section)) << industry.code;
    EXPECT_FALSE(industry.name.zh.empty() || industry.name.en.empty()) << industry.code;
  }
}

TEST(entity_types, roll_up_for_statistics) {
  EXPECT_EQ(find_entity_type("1130")->group, EntityGroup::enterprise);
  EXPECT_EQ(find_entity_type("2130")->group, EntityGroup::branch);
  EXPECT_EQ(find_entity_type("9100")->group, EntityGroup::cooperative);
  EXPECT_EQ(find_entity_type("9500")->group, EntityGroup::individual);
  EXPECT_EQ(find_entity_type("0000"), nullptr);
  EXPECT_EQ(name_of(EntityGroup::individual).zh, "个体工商户");
  for (const EntityType& type : entity_types())
    EXPECT_FALSE(type.code.size() != 4 || type.name.zh.empty() || type.name.en.empty()) << type.code;
}

}  // namespace
}  // namespace codes
