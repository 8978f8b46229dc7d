/// Names beside those of the register, on both databases.
#include "modules/naming/naming.h"
#include "kernel/names/text.h"
#include "register.h"

namespace {

using naming::Verdict;
using testing_register::day;
using testing_register::noon;

class Naming : public testing_register::Register {
 protected:
  void SetUp() override {
    Register::SetUp();
    ASSERT_TRUE(store_->migrate(naming::migrations()));
    const auto loaded = catalogue::load(SOURCE_DIR "/catalogue");
    ASSERT_TRUE(loaded) << loaded.error().places.at(0).path << loaded.error().places.at(0).message.en;
    catalogue_ = loaded.value();
  }
  naming::Check check(const std::string& name, const std::string& kind = "enterprise", std::int64_t person = 1,
                      const char* today = "2026-11-24") {
    return store_->read_value([&](storage::Snapshot& snapshot) {
      auto checked =
          naming::check(snapshot, *catalogue_, {name, kind, testing_register::division}, {{person}, day(today)});
      EXPECT_TRUE(checked);
      return std::move(checked).value();
    });
  }
  /// "same 株洲市…" of each conflict.
  std::vector<std::string> conflicts(const std::string& name, const char* today = "2026-11-24") {
    std::vector<std::string> found;
    for (const naming::Conflict& each : check(name, "enterprise", 1, today).conflicts)
      found.push_back(names::likeness_text(each.likeness).en + ": " + each.name);
    return found;
  }
  base::Result<naming::Reservation> reserve(const std::string& name, std::int64_t person, bool undertakes = false,
                                            bool approval = false, const char* today = "2026-11-24") {
    return store_->write_result([&](storage::Transaction& transaction) {
      return naming::reserve(transaction, *catalogue_,
                             {.id = {++id_},
                              .proposal = {name, "enterprise", testing_register::division},
                              .needs_approval = approval,
                              .undertakes = undertakes},
                             {.person = {person}, .name = "柳试宁", .staff = false, .roles = {}, .scope = {}},
                             noon(day(today)));
    });
  }
  std::shared_ptr<const catalogue::Catalogue> catalogue_;
};
INSTANTIATE_TEST_SUITE_P(databases, Naming, testing::Values("sqlite", "postgresql"));

const std::string ours = "株洲市天元区湘演商贸有限公司";

TEST_P(Naming, compares_with_the_register_within_the_industry) {
  EXPECT_EQ(check(ours).verdict, Verdict::passes);
  establish({.name = "株洲市天元区湘演餐饮店"});
  EXPECT_EQ(check(ours).verdict, Verdict::passes) << "another industry";
  establish({.name = "株洲市天元区乡眼商贸店", .industry = "5211"});
  establish({.name = "株洲市天元区大湘演百货店", .industry = "5211"});
  EXPECT_EQ(check(ours).verdict, Verdict::warned);
  EXPECT_EQ(conflicts(ours), (std::vector<std::string>{"a trade name that sounds the same: 株洲市天元区乡眼商贸店",
                                                       "your trade name is part of its: 株洲市天元区大湘演百货店"}));
  EXPECT_EQ(conflicts("株洲市天元区大湘演楼商贸有限公司"),
            std::vector<std::string>{"its trade name is part of yours: 株洲市天元区大湘演百货店"});
  establish({.name = "株洲市天元区湘演超市", .industry = "5212"});
  EXPECT_EQ(check(ours).verdict, Verdict::blocked);
  EXPECT_EQ(conflicts(ours).front(), "the same trade name: 株洲市天元区湘演超市");
  establish({.name = "株洲市荷塘区云演商贸店", .industry = "5211", .in_division = "430202"});
  EXPECT_EQ(check("株洲市天元区云演商贸有限公司").verdict, Verdict::passes) << "another authority";
}

TEST_P(Naming, keeps_names_that_were_given_up_for_a_year) {
  const base::Id closed = establish({.name = "株洲市天元区湘演商贸店", .industry = "5211"});
  write(closed, "deregistered", {{"status", "deregistered"}});  // 2024-05-06
  const base::Id renamed = establish({.name = "株洲市天元区云演商贸店", .industry = "5211"});
  write(renamed, "changed", {{"name", "株洲市天元区麦演商贸店"}});
  for (const std::string& name : std::vector<std::string>{ours, "株洲市天元区云演商贸有限公司"}) {
    EXPECT_EQ(check(name, "enterprise", 1, "2025-05-06").verdict, Verdict::blocked) << name;
    EXPECT_EQ(check(name, "enterprise", 1, "2025-05-07").verdict, Verdict::passes) << name;
  }
}

TEST_P(Naming, suggests_names_that_would_pass) {
  establish({.name = "株洲市天元区湘演商贸店", .industry = "5211"});
  const auto suggested = store_->read_value([&](storage::Snapshot& snapshot) {
    return naming::suggest(snapshot, *catalogue_, {"天元区湘演商贸有限公司", "enterprise", testing_register::division},
                           {{1}, day("2026-11-24")});
  });
  ASSERT_TRUE(suggested);
  ASSERT_EQ(suggested.value().size(), 3u);
  for (const std::string& name : suggested.value()) EXPECT_EQ(check(name).verdict, Verdict::passes) << name;
}

TEST_P(Naming, reserves_a_name_until_the_limit_has_passed) {
  const auto mine = reserve(ours, 1);
  ASSERT_TRUE(mine) << mine.error().message.en;
  EXPECT_EQ(mine.value().expires_on, day("2027-01-24")) << "two months";
  EXPECT_EQ(reserve("株洲市天元区云演医药有限公司", 1, true, true).value().expires_on, day("2027-11-24")) << "a year";
  EXPECT_EQ(reserve(ours, 1).value().id, mine.value().id) << "asked twice, kept once";
  EXPECT_EQ(check(ours, "enterprise", 1).verdict, Verdict::passes) << "one's own does not stand in the way";
  EXPECT_EQ(check(ours, "enterprise", 2).verdict, Verdict::blocked);
  EXPECT_EQ(reserve(ours, 2).error().code, "naming.blocked");
  EXPECT_EQ(check(ours, "enterprise", 2, "2027-01-25").verdict, Verdict::passes);
  const auto reserved = [&](std::int64_t person) {
    return store_->read_value([&](storage::Snapshot& snapshot) {
      return naming::is_reserved_for_another(snapshot, testing_register::division, ours, {{person}, day("2026-11-25")});
    });
  };
  EXPECT_TRUE(reserved(2));
  EXPECT_FALSE(reserved(1));
  const auto release = [&](std::int64_t person) {
    return store_->write_result([&](storage::Transaction& transaction) {
      return naming::release(transaction, access_control::Scope::own_of({person}), mine.value().id, day("2026-11-25"));
    });
  };
  EXPECT_EQ(release(2).error().code, "naming.reservation_unknown") << "another's";
  EXPECT_TRUE(release(1));
  EXPECT_EQ(release(1).error().code, "naming.not_reserved");
  EXPECT_FALSE(reserved(2));
}

TEST_P(Naming, refuses_with_every_reason) {
  establish({.name = "株洲市天元区大湘演商贸店", .industry = "5211"});
  EXPECT_EQ(reserve(ours, 1).error().code, "naming.undertaking_missing");
  EXPECT_FALSE(reserve(ours, 1, true).value().undertaking.empty());
  const auto refused = reserve("天元区赌ABC商贸", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "naming.blocked");
  std::vector<std::string> codes;
  for (const base::Place& place : refused.error().places) codes.push_back(place.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"naming.character_foreign", "naming.city_missing", "naming.trade_short",
                                             "naming.form_wrong", "naming.word_forbidden"}));
  for (const char* trade : {"麦演", "禾演", "竹演", "梅演"})
    ASSERT_TRUE(reserve("株洲市天元区" + std::string(trade) + "商贸有限公司", 1)) << trade;
  EXPECT_EQ(reserve("株洲市天元区枫演商贸有限公司", 1).error().message,
            (base::Text{"同时最多保留5个名称,请先放弃不用的",
                        "At most five names are kept at a time: give up one you do not need."}));
}

}  // namespace
