/// Finding entities, on both databases, beside going through all of them.
#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "kernel/names/index.h"
#include "kernel/names/text.h"
#include "register.h"

namespace {

using registration::SearchQuery;
using testing_register::day;
using Names = std::vector<std::string>;

class Search : public testing_register::Register {};
INSTANTIATE_TEST_SUITE_P(databases, Search, testing::Values("sqlite", "postgresql"));

TEST_P(Search, shows_the_best_matches_first_and_open_ones_before_closed_ones) {
  const base::Id closed = establish({.name = "株洲市天元区湘演快餐店"});
  write(closed, "deregistered", {{"status", "deregistered"}});
  establish({.name = "株洲市天元区大湘演餐饮店"});
  establish({.name = "株洲市天元区湘演江畔餐饮店"});
  establish({.name = "株洲市天元区湘演餐饮店"});
  establish({.name = "株洲市天元区云试便利店", .address = "湘演路901号"});
  establish({.name = "株洲市天元区云试餐饮店", .person = "湘演"});
  const Names expected = {"株洲市天元区湘演餐饮店",   "株洲市天元区湘演快餐店", "株洲市天元区湘演江畔餐饮店",
                          "株洲市天元区大湘演餐饮店", "株洲市天元区云试便利店", "株洲市天元区云试餐饮店"};
  EXPECT_EQ(names({.text = "湘演", .with_person = true}), expected);
  EXPECT_EQ(names({.text = "湘演", .with_person = true, .limit = 1}), expected) << "page by page";
  EXPECT_EQ(names({.text = "湘演"}), Names(expected.begin(), expected.end() - 1)) << "the public sees no person";
}

TEST_P(Search, finds_whole_names_and_long_parts_first) {
  establish({.name = "株洲市天元区大湘演江畔餐饮店"});
  establish({.name = "株洲市天元区湘演江畔小吃店"});
  establish({.name = "株洲市天元区湘演江畔人家餐饮店"});
  EXPECT_EQ(names({.text = "湘演江畔"}),
            (Names{"株洲市天元区湘演江畔小吃店", "株洲市天元区湘演江畔人家餐饮店", "株洲市天元区大湘演江畔餐饮店"}));
  EXPECT_EQ(names({.text = "株洲市天元区湘演江畔小吃店"}), Names{"株洲市天元区湘演江畔小吃店"});
  EXPECT_EQ(names({.text = "（湘演江畔）人家"}), Names{"株洲市天元区湘演江畔人家餐饮店"});
  EXPECT_TRUE(names({.text = "湘演江边"}).empty());
}

TEST_P(Search, finds_by_pinyin_initials_and_credit_code) {
  establish({.name = "株洲市天元区湘演江畔餐饮店"});
  establish({.name = "株洲市天元区长乐餐饮店"});
  for (const char* typed : {"xyjp", "XY", "xiangyan", "xiangyanjiangpan", "jp"})
    EXPECT_EQ(names({.text = typed}), Names{"株洲市天元区湘演江畔餐饮店"}) << typed;
  for (const char* typed : {"changle", "changyue", "cl", "zl"})
    EXPECT_EQ(names({.text = typed}), Names{"株洲市天元区长乐餐饮店"}) << typed;
  const auto page = ask({.text = "湘演"});
  ASSERT_TRUE(page);
  const std::string code = page.value().entities.at(0).credit_code;
  EXPECT_EQ(names({.text = code}), Names{"株洲市天元区湘演江畔餐饮店"});
  EXPECT_EQ(names({.text = "92430211"}).size(), 2u);
}

TEST_P(Search, follows_what_is_changed_in_the_register) {
  const base::Id shop = establish({.name = "株洲市天元区湘演餐饮店", .person = "柳试安"});
  write(shop, "changed", {{"name", "株洲市天元区云试餐饮店"}, {"operator_name", "岳演宁"}, {"address", "试验街905号"}});
  EXPECT_TRUE(names({.text = "湘演"}).empty());
  EXPECT_TRUE(names({.text = "xy"}).empty());
  EXPECT_TRUE(names({.text = "柳试", .with_person = true}).empty());
  for (const char* text : {"云试", "ys", "试验街", "岳演宁"})
    EXPECT_EQ(names({.text = text, .with_person = true}), Names{"株洲市天元区云试餐饮店"}) << text;
}

TEST_P(Search, makes_entities_findable_that_were_loaded_in_bulk) {
  const base::Id shop = establish({.name = "株洲市天元区湘演餐饮店"}, "2020-03-02", registration::Indexing::later);
  EXPECT_TRUE(names({.text = "湘演"}).empty());
  EXPECT_EQ(registration::index_waiting(*store_), 1);
  EXPECT_EQ(registration::index_waiting(*store_), 0);
  EXPECT_EQ(names({.text = "湘演"}).size(), 1u);
  write(shop, "deregistered", {{"status", "deregistered"}});
  EXPECT_EQ(names({.text = "湘演", .status = "deregistered"}).size(), 1u);
}

TEST_P(Search, filters_and_sorts) {
  establish({.name = "株洲市天元区湘演餐饮店", .industry = "6210", .township = "430211001"}, "2021-05-06");
  establish({.name = "株洲市天元区湘试商贸有限公司", .kind = "enterprise", .industry = "5211"}, "2019-05-06");
  establish({.name = "株洲市天元区湘禾果蔬店", .industry = "5223"}, "2020-05-06");
  EXPECT_EQ(names({.text = "湘", .kind = "enterprise"}), Names{"株洲市天元区湘试商贸有限公司"});
  EXPECT_EQ(names({.text = "天元", .township = "430211001"}), Names{"株洲市天元区湘演餐饮店"});
  EXPECT_EQ(names({.industry = "F"}).size(), 2u);
  EXPECT_EQ(names({.industry = "522"}), Names{"株洲市天元区湘禾果蔬店"});
  EXPECT_EQ(names({.text = "湘", .industry = "H"}), Names{"株洲市天元区湘演餐饮店"});
  EXPECT_EQ(names({.established_from = "2020-01-01", .established_to = "2020-12-31"}), Names{"株洲市天元区湘禾果蔬店"});
  const Names newest = {"株洲市天元区湘演餐饮店", "株洲市天元区湘禾果蔬店", "株洲市天元区湘试商贸有限公司"};
  EXPECT_EQ(names({.sort = "newest", .limit = 1}), newest);
  EXPECT_EQ(names({.text = "湘", .sort = "newest", .limit = 2}), newest);
  EXPECT_EQ(names({.sort = "oldest"}), Names(newest.rbegin(), newest.rend()));
  EXPECT_EQ(names({.sort = "name"}).front(), "株洲市天元区湘演餐饮店");
}

TEST_P(Search, keeps_to_the_scope) {
  establish({.name = "株洲市天元区湘演餐饮店"});
  establish({.name = "株洲市荷塘区湘演餐饮店", .in_division = "430202"});
  const auto of = [](const char* division) { return access_control::Scope::of_division(division); };
  for (const SearchQuery& query :
       {SearchQuery{.text = "湘演"}, SearchQuery{.text = "xy"}, SearchQuery{.text = "湘演餐饮"},
        SearchQuery{.text = "92"}, SearchQuery{}, SearchQuery{.sort = "newest"}}) {
    EXPECT_EQ(names(query, of("430211")), Names{"株洲市天元区湘演餐饮店"}) << query.text;
    EXPECT_EQ(names(query, of("430202")), Names{"株洲市荷塘区湘演餐饮店"}) << query.text;
    EXPECT_EQ(names(query, of("4302")).size(), 2u) << query.text;
    EXPECT_EQ(names(query, of("")).size(), 2u) << query.text;
    EXPECT_TRUE(names(query, access_control::Scope::own_of({7})).empty()) << query.text;
    EXPECT_TRUE(names(query, {}).empty()) << query.text;
  }
}

TEST_P(Search, refuses_what_it_cannot_search_with_words_in_both_languages) {
  struct Bad {
    SearchQuery query;
    const char* path;
    const char* zh;
    const char* en;
  };
  for (const Bad& bad : std::vector<Bad>{
           {{.text = "\xff"}, "/search", "查询内容不是有效文字", "The text to search for is not valid."},
           {{.text = std::string(61, 'a')}, "/search", "查询内容最多60个字", "Search for at most 60 characters."},
           {{.text = "()%_'"}, "/search", "请输入文字、字母或数字", "Enter characters, letters or digits."},
           {{.kind = "shop"}, "/kind", "没有这种主体类型", "There is no such kind."},
           {{.status = "Open"}, "/status", "没有这种登记状态", "There is no such status."},
           {{.township = "430211"}, "/township", "没有这个街道或镇", "There is no such subdistrict or town."},
           {{.industry = "U"},
            "/industry",
            "行业请填门类字母或2至4位代码,如F或5211",
            "Give an industry as a section's letter or two to four digits, like F or 5211."},
           {{.industry = "52110"},
            "/industry",
            "行业请填门类字母或2至4位代码,如F或5211",
            "Give an industry as a section's letter or two to four digits, like F or 5211."},
           {{.established_from = "2026-02-30"},
            "/established_from",
            "日期请按2026-11-24这样填写",
            "Write the day like 2026-11-24."},
           {{.established_to = "yesterday"},
            "/established_to",
            "日期请按2026-11-24这样填写",
            "Write the day like 2026-11-24."},
           {{.sort = "size"}, "/sort", "没有这种排序", "There is no such order."}}) {
    const auto page = ask(bad.query);
    ASSERT_FALSE(page) << bad.en;
    EXPECT_EQ(page.error().code, "registration.filter_invalid");
    ASSERT_EQ(page.error().places.size(), 1u);
    EXPECT_EQ(page.error().places[0].path, bad.path);
    EXPECT_EQ(page.error().places[0].message, (base::Text{bad.zh, bad.en}));
  }
  EXPECT_EQ(ask({.kind = "x", .status = "y", .sort = "z"}).error().places.size(), 3u) << "all at once";
  for (const char* cursor :
       {"x", "1", "1.2", "9.0.0.0.0.", "-1.0.0.0.0.", "0.0.0.0.", "5.0.1.2.3", "99999999999999999999.1.1.1.1."})
    EXPECT_EQ(ask({.text = "湘演", .cursor = cursor}).error().code, "registration.cursor_invalid") << cursor;
  EXPECT_EQ(ask({.sort = "name", .cursor = "-1.5"}).error().code, "registration.cursor_invalid");
  EXPECT_EQ(ask({.sort = "name", .cursor = "0.5.1"}).error().code, "registration.cursor_invalid");
}

/// The same answers as going through every entity, for parts of names, streets and sounds.
TEST_P(Search, finds_what_going_through_all_would_find) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t count) { return random() % count; };
  constexpr std::array<const char*, 8> words = {"湘演", "演湘", "江畔", "畔江", "云试", "长乐", "重行", "a1"};
  constexpr std::array<const char*, 5> tails = {"餐饮店", "商贸有限公司", "便利店", "演湘馆", "店"};
  std::vector<Firm> firms;
  std::set<std::string> taken;
  while (firms.size() < (is_sqlite() ? 240u : 80u)) {
    Firm firm;
    firm.name =
        std::string(pick(3) ? "株洲市天元区" : "") + words[pick(8)] + (pick(2) ? words[pick(8)] : "") + tails[pick(5)];
    firm.address =
        "湖南省株洲市天元区泰山路街道" + std::string(words[pick(8)]) + "路" + std::to_string(900 + pick(30)) + "号";
    firm.person = std::string("柳") + words[pick(8)];
    if (!taken.insert(firm.name).second) continue;
    establish(firm);
    firms.push_back(firm);
  }
  for (int round = 0; round < (is_sqlite() ? 150 : 60); ++round) {
    const Firm& of = firms[pick(firms.size())];
    const std::u32string whole = names::comparable(std::array{of.name, of.address, of.person}[pick(3)]);
    const std::size_t first = pick(whole.size());
    std::string text = names::encode(std::u32string_view(whole).substr(first, 1 + pick(5)));
    if (round % 5 == 0) {
      const std::vector<std::string> sounds = names::sounds_of(of.name);
      text = sounds[pick(sounds.size())];
      text = text.substr(0, std::min(text.find(' '), 1 + pick(8)));
    }
    const bool with_person = pick(2) == 0;
    const names::Asked asked = names::understand(text);
    // Digits that begin every credit code find them all.
    if (asked.code.starts_with("9")) continue;
    Names expected;
    for (const Firm& firm : firms) {
      const names::Indexed indexed{.name = firm.name, .address = firm.address, .person = firm.person};
      // A single character of a street or a person finds too much to be of use.
      bool fits = asked.text.size() == 1 ? names::contains(names::comparable(firm.name), asked.text)
                                         : names::has_text(indexed, asked.text, with_person);
      if (!asked.sound.empty())
        for (const std::string& sound : names::sounds_of(firm.name)) fits = fits || sound.starts_with(asked.sound);
      if (fits) expected.push_back(firm.name);
    }
    if (expected.empty()) continue;
    Names found = names({.text = text, .with_person = with_person, .limit = static_cast<int>(1 + pick(30))});
    std::ranges::sort(expected);
    std::ranges::sort(found);
    ASSERT_EQ(found, expected) << text << " in round " << round;
  }
}

TEST_P(Search, says_that_there_are_more_than_it_counts_slow) {
  for (int part = 0; part < 2; ++part)
    store_->write([&](storage::Transaction& transaction) {
      for (int i = 0; i < 5'100; ++i)
        EXPECT_TRUE(registration::establish_with_past(
            transaction,
            {.division = "430211",
             .office = "centre",
             .kind = "enterprise",
             .name = "株洲市天元区湘演" + std::to_string(part) + "x" + std::to_string(i) + "商贸有限公司",
             .township = "430211001"},
            entry(day("2020-01-01")), {}, registration::Indexing::later));
      return true;
    });
  EXPECT_EQ(registration::index_waiting(*store_), 10'200);
  for (const char* text : {"湘演", "商贸有限", "xy", "xiangyan", ""}) {
    const auto page = ask({.text = text});
    ASSERT_TRUE(page) << text;
    EXPECT_EQ(page.value().total, 10'000) << text;
    EXPECT_TRUE(page.value().has_more) << text;
    EXPECT_EQ(page.value().entities.size(), 20u) << text;
    EXPECT_EQ(ask({.text = text, .sort = "newest"}).error().code, "registration.too_many_to_sort") << text;
  }
  registration::CommonSearches common;
  const auto ask_again = [&](const char* text, const char* township) {
    return store_->read_value([&](storage::Snapshot& snapshot) {
      return registration::search(snapshot, access_control::Scope::of_division("430211"),
                                  {.text = text, .township = township}, &common);
    });
  };
  for (int time = 0; time < 2; ++time) {  // counted, then known
    EXPECT_TRUE(ask_again("商贸有限", "").value().has_more);
    EXPECT_EQ(ask_again("商贸有限", "").value().total, 10'000);
    EXPECT_FALSE(ask_again("商贸有限", "430211003").value().has_more);
    EXPECT_EQ(ask_again("商贸有限", "430211003").value().total, 0);
    EXPECT_EQ(ask_again("湘演1x", "").value().total, 5'100);
  }

  const auto part = ask({.text = "湘演0x"});
  ASSERT_TRUE(part);
  EXPECT_EQ(part.value().total, 5'100);
  EXPECT_FALSE(part.value().has_more);
}

}  // namespace
