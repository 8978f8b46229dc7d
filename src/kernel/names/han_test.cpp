#include <gtest/gtest.h>

#include "kernel/names/han.h"
#include "kernel/names/text.h"

namespace {

using Readings = std::vector<std::string>;

TEST(readings_of, gives_the_usual_reading_without_tone) {
  EXPECT_EQ(names::readings_of(U'湘'), Readings{"xiang"});
  EXPECT_EQ(names::readings_of(U'株'), Readings{"zhu"});
  EXPECT_EQ(names::readings_of(U'儿').front(), "er");
}

TEST(readings_of, knows_characters_with_two_readings) {
  for (const auto& [c, reading] : {std::pair{U'重', "chong"},
                                   {U'长', "chang"},
                                   {U'行', "hang"},
                                   {U'乐', "yue"},
                                   {U'厦', "xia"},
                                   {U'曾', "zeng"}}) {
    const Readings readings = names::readings_of(c);
    EXPECT_NE(std::find(readings.begin(), readings.end(), reading), readings.end()) << reading;
  }
}

TEST(readings_of, writes_umlauts_both_ways) {
  EXPECT_EQ(names::readings_of(U'绿'), (Readings{"lv", "lu"}));
}

TEST(readings_of, has_nothing_for_other_letters) {
  EXPECT_TRUE(names::readings_of(U'a').empty());
}

TEST(base_form, counts_variants_as_one) {
  EXPECT_EQ(names::simplified(U'發'), U'发');
  EXPECT_EQ(names::base_form(U'峯'), U'峰');
  EXPECT_EQ(names::base_form(U'喆'), U'哲');
  EXPECT_EQ(names::base_form(U'湘'), U'湘');
}

TEST(is_common, tells_everyday_characters_from_rare_ones) {
  EXPECT_TRUE(names::is_common(U'湘'));
  EXPECT_FALSE(names::is_common(U'發'));
  EXPECT_FALSE(names::is_common(U'龘'));
}

TEST(comparable, minds_no_width_case_brackets_or_traditional_forms) {
  EXPECT_EQ(names::encode(names::comparable("株洲市（ＡＢ c）後 發・１２")), "株洲市abc后发12");
  EXPECT_EQ(names::encode(names::comparable("㈱①")), "株1");
  EXPECT_TRUE(names::comparable("\xff").empty());
}

}  // namespace
