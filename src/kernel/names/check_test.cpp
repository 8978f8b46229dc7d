#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/names/check.h"
#include "kernel/names/text.h"

namespace {

using names::Likeness;
using names::Weight;

const names::Lexicon lexicon{
    .forbidden = {{"gambling", {"涉及赌博", "gambling"}, {"赌场", "博彩"}},
                  {"authority", {"使用党政军机关名称", "names of party, government or army"}, {"人民政府"}}},
    .national = {"中国", "全国"},
    .lucky = {"瑞", "嘉", "和"}};

struct Case {
  const char* name;
  const char* kind;
  std::vector<std::string> codes;  // in order
};

std::vector<std::string> codes_of(const char* name, const char* kind) {
  std::vector<std::string> codes;
  for (const names::Issue& issue : names::check_composition({name, kind, "430211"}, lexicon)) {
    codes.push_back(issue.code.substr(7));
    EXPECT_FALSE(issue.message.zh.empty());
    EXPECT_FALSE(issue.message.en.empty());
    EXPECT_TRUE(issue.source.starts_with("ENR-"));
  }
  return codes;
}

TEST(check_composition, finds_what_each_article_demands) {
  const char* firm = "enterprise";
  const char* shop = "individual_business";
  for (const Case& each :
       std::vector<Case>{{"株洲市天元区湘演商贸有限公司", firm, {}},
                         {"湖南湘演商贸有限公司", firm, {}},
                         {"株洲高新区湘演科技有限公司", firm, {}},
                         {"湘演（株洲）商贸有限公司", firm, {}},
                         {"株洲市天元区湘演餐饮店", shop, {}},
                         {"湘演餐饮店", shop, {}},
                         {"株洲市天元区湘演种植专业合作社", "cooperative", {}},
                         {"株洲湘演商贸有限公司天元分公司", "branch", {}},
                         {"", firm, {"name_missing"}},
                         {"（）", firm, {"name_missing"}},
                         {"株洲市天元区湘演ABC商贸有限公司", firm, {"character_foreign"}},
                         {"株洲市天元区湘演2号商贸有限公司", firm, {"character_foreign"}},
                         {"株洲市天元区湘發商貿有限公司", firm, {"character_traditional"}},
                         {"株洲市天元区湘龘商贸有限公司", firm, {"character_rare"}},
                         {"湘演商贸有限公司", firm, {"division_missing"}},
                         {"高新区湘演商贸有限公司", firm, {"zone_alone"}},
                         {"天元区湘演商贸有限公司", firm, {"city_missing"}},
                         {"株洲市荷塘区湘演商贸有限公司", firm, {"division_elsewhere"}},
                         {"株洲市天元区湘商贸有限公司", firm, {"trade_short"}},
                         {"株洲市天元区株洲商贸有限公司", firm, {"trade_is_division"}},
                         {"株洲市天元区餐饮商贸有限公司", firm, {"trade_is_industry"}},
                         {"株洲市天元区湘演有限公司", firm, {"industry_missing"}},
                         {"株洲市天元区湘演商贸", firm, {"form_wrong"}},
                         {"株洲市天元区湘演餐饮店", firm, {"form_wrong"}},
                         {"株洲市天元区湘演商贸有限公司", shop, {"form_wrong"}},
                         {"株洲市天元区湘演商贸有限公司", "cooperative", {"form_wrong"}},
                         {"天元分公司", "branch", {"trade_is_division", "branch_name"}},
                         {"株洲市天元区湘演赌场有限公司", firm, {"industry_missing", "word_forbidden"}},
                         {"中国湘演商贸有限公司", firm, {"division_missing", "national_front"}},
                         {"株洲市天元区湘演中国茶叶有限公司", firm, {"national_inside"}},
                         {"株洲市天元区湘演商贸集团有限公司", firm, {"group"}}})
    EXPECT_EQ(codes_of(each.name, each.kind), each.codes) << each.name;
}

TEST(check_composition, names_the_article_and_the_remedy) {
  const auto issues = names::check_composition({"天元区湘演商贸有限公司", "enterprise", "430211"}, lexicon);
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].source, "ENR-7");
  EXPECT_EQ(issues[0].part, "division");
  EXPECT_EQ(issues[0].message.zh, "市辖区名称应当与所在市连用:请写“株洲市天元区”");
  EXPECT_EQ(issues[0].message.en, "A district is named together with its city: write 株洲市天元区");
  EXPECT_EQ(names::check_composition({std::string(300, 'x'), "enterprise", "430211"}, lexicon)[0].code,
            "naming.name_long");
}

Likeness like(const char* ours, const char* other, const char* code = "") {
  return names::likeness(names::split(ours), names::split(other), code);
}

TEST(likeness, compares_trade_names_within_the_industry) {
  const char* ours = "株洲市天元区湘演商贸有限公司";
  EXPECT_EQ(like(ours, "株洲市天元区湘演商贸店"), Likeness::same);
  EXPECT_EQ(like(ours, "湖南湘演百货有限公司"), Likeness::same) << "the same group of trades";
  EXPECT_EQ(like(ours, "株洲市天元区湘演餐饮店"), Likeness::none);
  EXPECT_EQ(like(ours, "株洲市天元区湘演有限公司"), Likeness::same) << "no industry: compared with all";
  EXPECT_EQ(like(ours, "株洲市天元区湘演有限公司", "6210"), Likeness::none);
  EXPECT_EQ(like(ours, "株洲市天元区乡眼商贸有限公司"), Likeness::sound);
  EXPECT_EQ(like(ours, "株洲市天元区大湘演商贸有限公司"), Likeness::containing);
  EXPECT_EQ(like("株洲市天元区大湘演商贸有限公司", ours), Likeness::contained);
  EXPECT_EQ(like(ours, "株洲市天元区云试商贸有限公司"), Likeness::none);
}

TEST(likeness, counts_variants_and_numerals_as_one) {
  EXPECT_EQ(like("株洲市天元区喆峰商贸有限公司", "株洲市天元区哲峯商贸有限公司"), Likeness::same);
  EXPECT_EQ(like("株洲市天元区三六五商贸有限公司", "株洲市天元区365商贸有限公司"), Likeness::same);
  EXPECT_EQ(like("株洲市天元区湘(演)商贸有限公司", "株洲市天元区湘演商贸有限公司"), Likeness::same);
}

TEST(trade_parts, are_shorter_and_have_two_characters_or_more) {
  EXPECT_EQ(names::trade_parts(U"大湘演").size(), 2u);
  EXPECT_TRUE(names::trade_parts(U"湘演").empty());
}

TEST(variations, have_a_composition_that_passes) {
  for (const char* name :
       {"株洲市天元区湘演商贸有限公司", "湘演有限公司", "天元区湘商贸有限公司", "株洲市荷塘区湘演ABC餐饮有限公司"}) {
    const auto made = names::variations({name, "enterprise", "430211"}, lexicon, 4);
    EXPECT_EQ(made.size(), name == std::string_view("天元区湘商贸有限公司") ? 3u : 4u) << name;
    for (const std::string& one : made)
      EXPECT_TRUE(std::ranges::none_of(names::check_composition({one, "enterprise", "430211"}, lexicon),
                                       [](const names::Issue& issue) { return issue.weight == Weight::blocked; }))
          << one;
  }
}

}  // namespace
