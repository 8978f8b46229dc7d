#include <gtest/gtest.h>

#include <set>

#include "kernel/names/parts.h"
#include "kernel/names/text.h"

namespace {

struct Case {
  const char* name;
  const char* division;
  const char* zone;
  const char* trade;
  const char* industry;
  const char* form;
};

TEST(split, takes_names_apart) {
  for (const Case& each : std::vector<Case>{
           {"株洲市天元区湘演江畔餐饮店", "株洲市天元区", "", "湘演江畔", "餐饮", "店"},
           {"株洲市天元区江演众创轨道装备有限公司", "株洲市天元区", "", "江演众创", "轨道装备", "有限公司"},
           {"株洲湘演江畔商贸有限公司天元分公司", "株洲", "", "湘演江畔", "商贸", "分公司"},
           {"湘演（株洲）商贸有限公司", "株洲", "", "湘演", "商贸", "有限公司"},
           {"株洲高新区栗演科技股份有限公司", "株洲", "高新区", "栗演", "科技", "股份有限公司"},
           {"湖南省株洲市天元区云试便利店", "湖南省株洲市天元区", "", "云试", "便利", "店"},
           {"天元区禾演种植专业合作社", "天元区", "", "禾演", "种植", "专业合作社"},
           {"江演投资合伙企业（有限合伙）", "", "", "江演", "投资", "合伙企业有限合伙"},
           {"湘演江畔", "", "", "湘演江畔", "", ""},
           {"株洲市", "", "", "株洲市", "", ""},
           {"", "", "", "", "", ""}}) {
    const names::Parts parts = names::split(each.name);
    EXPECT_EQ(names::encode(parts.division), each.division) << each.name;
    EXPECT_EQ(names::encode(parts.zone), each.zone) << each.name;
    EXPECT_EQ(names::encode(parts.trade), each.trade) << each.name;
    EXPECT_EQ(names::encode(parts.industry), each.industry) << each.name;
    EXPECT_EQ(names::encode(parts.form), each.form) << each.name;
    EXPECT_EQ(parts.whole.substr(parts.trade_begin, parts.trade.size()), parts.trade) << each.name;
  }
}

TEST(split, knows_whom_a_branch_belongs_to) {
  EXPECT_EQ(names::encode(names::split("株洲湘演江畔商贸有限公司天元分公司").parent), "株洲湘演江畔商贸有限公司");
  EXPECT_TRUE(names::split("天元分公司").parent.empty());
}

TEST(split, names_the_class_of_the_industry) {
  EXPECT_EQ(names::split("株洲市天元区湘演餐饮店").industry_code, "6210");
  EXPECT_EQ(names::split("株洲市天元区湘演店").industry_code, "");
}

TEST(divisions_at_start, does_not_take_a_larger_division_after_a_smaller_one) {
  EXPECT_EQ(names::divisions_at_start(U"天元区株洲人家", false).size, 3u);
  EXPECT_EQ(names::divisions_at_start(U"湖南省株洲市天元区泰山路街道演示路", true).size, 14u);
}

TEST(forms, stand_with_the_longer_before_the_shorter) {
  for (const names::Form& one : names::forms())
    for (const names::Form& later : std::span(&one, names::forms().data() + names::forms().size()))
      EXPECT_FALSE(later.word != one.word && later.word.ends_with(one.word)) << later.word;
}

TEST(industry_words, are_each_there_once_with_four_digits) {
  std::set<std::string_view> seen;
  for (const names::IndustryWord& word : names::industry_words()) {
    EXPECT_TRUE(seen.insert(word.word).second) << word.word;
    EXPECT_EQ(word.code.size(), 4u) << word.word;
  }
}

}  // namespace
