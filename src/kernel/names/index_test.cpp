#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/names/index.h"
#include "kernel/names/text.h"

namespace {

using names::Fit;

const names::Indexed shop{.name = "株洲市天元区湘演江畔餐饮店",
                          .address = "湖南省株洲市天元区泰山路街道演示路901号",
                          .person = "柳试安",
                          .open = true};

int tier(const names::Indexed& indexed, std::u32string_view text) {
  const names::Gram gram = text.size() == 1 ? names::gram_of(text[0]) : names::gram_of(text[0], text[1]);
  for (const names::Posting& posting : names::postings_of(indexed))
    if (posting.gram == gram) return posting.tier;
  return -1;
}

TEST(postings_of, ranks_the_trade_name_before_the_rest) {
  EXPECT_EQ(tier(shop, U"湘演"), names::tier_of(Fit::trade_beginning, true));
  EXPECT_EQ(tier(shop, U"江畔"), names::tier_of(Fit::trade, true));
  EXPECT_EQ(tier(shop, U"畔餐"), names::tier_of(Fit::name, true));
  EXPECT_EQ(tier(shop, U"天元"), names::tier_of(Fit::name, true));
  EXPECT_EQ(tier(shop, U"演示"), names::tier_of(Fit::address, true));
  EXPECT_EQ(tier(shop, U"试安"), names::tier_of(Fit::person, true));
  EXPECT_EQ(tier({.name = "株洲市天元区湘演餐饮店"}, U"湘演"), names::tier_of(Fit::trade_name, true));
  EXPECT_EQ(tier(shop, U"店"), names::tier_of(Fit::name, true));
  EXPECT_EQ(tier(shop, U"泰山"), -1) << "townships are a filter";
}

TEST(postings_of, puts_the_closed_behind_the_open) {
  EXPECT_EQ(tier({.name = "株洲市天元区湘演餐饮店", .open = false}, U"湘演"), names::tier_of(Fit::trade_name, false));
}

TEST(postings_of, has_each_gram_once_in_order) {
  const auto postings = names::postings_of({.name = "湘湘湘湘店", .address = "湘湘路"});
  EXPECT_TRUE(std::ranges::is_sorted(postings));
  EXPECT_EQ(std::ranges::adjacent_find(postings, {}, &names::Posting::gram), postings.end());
}

TEST(sounds_of, gives_initials_from_each_character_and_the_reading) {
  EXPECT_EQ(names::sounds_of("株洲市天元区湘演江畔餐饮店"),
            (std::vector<std::string>{"jp cyd", "p cyd", "xiangyanjiangpan canyindian", "xyjp cyd", "yjp cyd"}));
}

TEST(sounds_of, follows_other_readings) {
  const auto sounds = names::sounds_of("株洲市天元区长乐餐饮店");
  for (const char* sound : {"zl cyd", "cl cyd", "cy cyd", "changle canyindian", "changyue canyindian"})
    EXPECT_NE(std::ranges::find(sounds, sound), sounds.end()) << sound;
}

TEST(understand, tells_text_sound_and_code_apart) {
  EXPECT_EQ(names::understand("湘演").grams, std::vector{names::gram_of(U'湘', U'演')});
  EXPECT_EQ(names::understand(" 湘 ").grams, std::vector{names::gram_of(U'湘')});
  EXPECT_EQ(names::understand("XYjp").sound, "xyjp");
  EXPECT_EQ(names::understand("91430211ma4t").code, "91430211MA4T");
  EXPECT_TRUE(names::understand("91430211").sound.empty());
  EXPECT_TRUE(names::understand("湘演a").code.empty());
  EXPECT_EQ(names::understand("株洲市天元区湘演江畔餐饮店").trade, "湘演江畔");
  EXPECT_TRUE(names::understand("（）").text.empty());
}

TEST(has_text, looks_into_the_person_only_when_asked) {
  EXPECT_TRUE(names::has_text(shop, U"江畔餐饮", false));
  EXPECT_TRUE(names::has_text(shop, U"演示路901号", false));
  EXPECT_FALSE(names::has_text(shop, U"柳试安", false));
  EXPECT_TRUE(names::has_text(shop, U"柳试安", true));
  EXPECT_FALSE(names::has_text(shop, U"湘江", true));
}

}  // namespace
