/// Cluster registration on both databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "databases_of.h"
#include "modules/evidence/evidence.h"
#include "modules/park/park.h"
#include "modules/registration/registration.h"

namespace {

using testing::ElementsAre;

class Park : public counter::OnBoth {
 protected:
  Park() {
    std::vector<storage::Migration> all;
    for (const auto part : {evidence::migrations(), registration::migrations(), park::migrations()})
      all.insert(all.end(), part.begin(), part.end());
    EXPECT_TRUE(store->migrate(all));
    static const auto loaded = catalogue::load(SOURCE_DIR "/catalogue").value();
    catalogue = loaded;
    host_entity = establish("云演秘书服务有限公司", "enterprise", "商务秘书服务;企业管理咨询", "7291");
    other_entity = establish("禾试托管有限公司", "enterprise", "商务秘书服务", "7291");
  }

  casework::Moment examiner() const {
    casework::Moment moment{.now = now, .actor = {}};
    moment.actor.person = {12};
    moment.actor.staff = true;
    moment.actor.roles = {"registration_examiner"};
    moment.actor.scope = access_control::Scope::of_division("430211");
    return moment;
  }
  base::Id next_id() { return base::make_id(now, ++ids); }
  template <class Work>
  auto write(Work work) {
    return store->write_result([&](storage::Transaction& transaction) { return work(transaction); });
  }
  base::Id establish(const std::string& name, const std::string& kind, const std::string& scope,
                     const std::string& industry) {
    const auto made = write([&](storage::Transaction& transaction) {
      return registration::establish(transaction,
                                     {.division = "430211",
                                      .office = "centre",
                                      .kind = kind,
                                      .name = "株洲市天元区" + name,
                                      .township = "430211001",
                                      .address = "演示路" + std::to_string(++streets) + "号",
                                      .operator_name = "柳试宁",
                                      .type = "1130",
                                      .scope = scope,
                                      .industry = industry},
                                     {.id = next_id(), .as_of = calendar::local_date(now), .now = now, .actor = {12}});
    });
    EXPECT_TRUE(made) << (made ? "" : made.error().message.en);
    return made ? made->id : base::Id{};
  }
  base::Result<park::Host> open(base::Id entity, std::int64_t capacity) {
    return write([&](storage::Transaction& transaction) {
      return park::open_host(transaction,
                             {.id = next_id(),
                              .division = {},
                              .office = {},
                              .entity = entity,
                              .name = {},
                              .address = {},
                              .contact = "柳试宁 0731-28000000",
                              .capacity = capacity,
                              .state = {},
                              .reason = {}},
                             examiner());
    });
  }
  base::Result<park::Member> admit(base::Id host, base::Id entity, const std::vector<std::string>& permits = {},
                                   int days = 365) {
    const base::Id id = next_id();
    return write([&](storage::Transaction& transaction) {
      const calendar::Date today = calendar::local_date(now);
      return park::admit(transaction, *catalogue,
                         {.id = id,
                          .division = {},
                          .office = {},
                          .host = host,
                          .entity = entity,
                          .name = {},
                          .credit_code = {},
                          .industry = {},
                          .contact = "禾小试 13000000001",
                          .valid_from = today,
                          .valid_to = {today.days + days},
                          .ended_on = {},
                          .reason = {}},
                         permits, examiner());
    });
  }
  std::vector<std::string> events(base::Id host) {
    return store->read_value([&](storage::Snapshot& snapshot) {
      std::vector<std::string> types;
      for (const auto& event : storage::load_events(snapshot, {"park", host})) types.push_back(event.type);
      return types;
    });
  }
  park::Host host(base::Id id) {
    return *store->read_value(
        [&](storage::Snapshot& snapshot) { return park::find_host(snapshot, examiner().actor.scope, id); });
  }

  base::Instant now = calendar::start_of(*calendar::parse_date("2026-11-25")).plus_us(std::int64_t{36'000} * 1'000'000);
  std::uint32_t ids = 0;
  int streets = 0;
  std::shared_ptr<const catalogue::Catalogue> catalogue;
  base::Id host_entity, other_entity;
};

TEST_P(Park, opens_hosts_that_meet_the_conditions_and_lists_those_that_are_not_met) {
  const base::Id unfit = establish("江畔小卖部", "individual_business", "日用百货销售", "5211");
  const auto refused = open(unfit, 10);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "park.host_unfit");
  EXPECT_EQ(refused.error().places.size(), 2u);
  EXPECT_EQ(open(host_entity, 0).error().code, "park.capacity");
  EXPECT_EQ(open({424242}, 5).error().code, "registration.entity_unknown");
  ASSERT_TRUE(open(host_entity, 2));
  EXPECT_EQ(open(host_entity, 2).error().code, "park.host_already");
}

TEST_P(Park, admits_within_capacity_and_never_a_barred_trade_or_a_food_permit) {
  const park::Host first = open(host_entity, 1).value();
  const base::Id office = establish("云演软件有限公司", "enterprise", "软件开发", "6510");
  const base::Id kitchen = establish("小满餐饮有限公司", "enterprise", "餐饮服务", "6210");
  const auto barred = admit(first.id, kitchen);
  ASSERT_FALSE(barred);
  EXPECT_EQ(barred.error().code, "park.trade_barred");
  EXPECT_NE(barred.error().places[0].message.zh.find("待确认"), std::string::npos);
  EXPECT_EQ(admit(first.id, office, {"food_permit"}).error().code, "park.trade_barred");
  EXPECT_EQ(admit(first.id, office, {}, -1).error().code, "park.contract_days");
  EXPECT_EQ(admit({4711}, office).error().code, "park.host_unknown");
  ASSERT_TRUE(admit(first.id, office));
  const base::Id late = establish("禾试信息有限公司", "enterprise", "信息咨询", "7249");
  EXPECT_EQ(admit(first.id, late).error().code, "park.capacity_full");
  const park::Host second = open(other_entity, 5).value();
  EXPECT_EQ(admit(second.id, office).error().code, "park.member_already");
  EXPECT_THAT(events(first.id), ElementsAre("park.host_opened", "park.member_admitted"));
}

TEST_P(Park, answers_the_admission_service) {
  const park::Host first = open(host_entity, 1).value();
  const auto ask = [&](const park::Wish& wish) {
    const auto answer = store->read_value(
        [&](storage::Snapshot& snapshot) { return park::may_admit(snapshot, *catalogue, "430211", first.id, wish); });
    return answer ? "" : answer.error().code;
  };
  EXPECT_EQ(ask({.industry = "6510", .permits = {}}), "");
  EXPECT_EQ(ask({.industry = "6510", .permits = {"food_permit"}}), "park.trade_barred");
  ASSERT_TRUE(write([&](storage::Transaction& transaction) {
    return park::set_admissions(transaction, first.id, false, "没有转交文书", examiner());
  }));
  EXPECT_EQ(ask({.industry = "6510", .permits = {}}), "park.host_suspended");
  const auto same = write([&](storage::Transaction& transaction) {
    return park::set_admissions(transaction, first.id, false, "再次", examiner());
  });
  EXPECT_EQ(same.error().code, "park.state_same");
  ASSERT_TRUE(write([&](storage::Transaction& transaction) {
    return park::set_admissions(transaction, first.id, true, "已整改", examiner());
  }));
  EXPECT_EQ(ask({.industry = "6510", .permits = {}}), "");
  const auto elsewhere = store->read_value(
      [&](storage::Snapshot& snapshot) { return park::may_admit(snapshot, *catalogue, "430212", first.id, {}); });
  EXPECT_EQ(elsewhere.error().code, "park.host_unknown");
}

TEST_P(Park, never_passes_its_capacity_however_many_come_at_once) {
  const park::Host first = open(host_entity, 3).value();
  std::vector<base::Id> entities;
  for (int number = 0; number < 8; ++number)
    entities.push_back(establish("云演" + std::string(1, static_cast<char>('A' + number)) + "科技有限公司",
                                 "enterprise", "软件开发", "6510"));
  std::atomic<int> admitted = 0;
  std::vector<std::thread> windows;
  for (std::size_t window = 0; window < entities.size(); ++window)
    windows.emplace_back([&, window] {
      const calendar::Date today = calendar::local_date(now);
      const auto done = write([&](storage::Transaction& transaction) {
        return park::admit(transaction, *catalogue,
                           {.id = base::make_id(now, 500'000 + static_cast<std::uint32_t>(window)),
                            .division = {},
                            .office = {},
                            .host = first.id,
                            .entity = entities[window],
                            .name = {},
                            .credit_code = {},
                            .industry = {},
                            .contact = "试",
                            .valid_from = today,
                            .valid_to = {today.days + 30},
                            .ended_on = {},
                            .reason = {}},
                           {}, examiner());
      });
      if (done)
        ++admitted;
      else
        EXPECT_EQ(done.error().code, "park.capacity_full");
    });
  for (std::thread& window : windows) window.join();
  EXPECT_EQ(admitted, 3);
  EXPECT_EQ(host(first.id).members, 3);
}

TEST_P(Park, moves_everybody_or_nobody_and_writes_the_new_address_into_the_register) {
  const park::Host from = open(host_entity, 5).value();
  const park::Host to = open(other_entity, 2).value();
  std::vector<base::Id> entities;
  for (const char* name : {"甲试有限公司", "乙试有限公司", "丙试有限公司"}) {
    entities.push_back(establish(name, "enterprise", "软件开发", "6510"));
    ASSERT_TRUE(admit(from.id, entities.back()));
  }
  const auto move = [&](const std::string& reason) {
    return write([&](storage::Transaction& transaction) {
      return park::move_all(transaction, *catalogue, from.id, to.id, reason, examiner());
    });
  };
  EXPECT_EQ(move("").error().code, "park.reason_missing");
  EXPECT_EQ(move("托管机构搬迁").error().code, "park.capacity_full") << "three members, two places";
  EXPECT_EQ(host(from.id).members, 3);
  const auto members =
      store->read_value([&](storage::Snapshot& snapshot) { return park::members_of(snapshot, from.id); });
  ASSERT_TRUE(write([&](storage::Transaction& transaction) {
    return park::end_contract(transaction, members[0].id, "自行迁出", examiner());
  }));
  // One of the two is no longer in business: nobody is moved.
  const auto gone = [&](const char* event, const char* status) {
    const auto done = write([&](storage::Transaction& transaction) {
      return registration::write(transaction, examiner().actor.scope, entities[1], event, {{"status", status}}, "试",
                                 {.id = entities[1], .as_of = calendar::local_date(now), .now = now, .actor = {12}});
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().message.en);
  };
  gone("deregistered", "deregistered");
  const auto refused = move("托管机构搬迁");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "park.move_refused");
  ASSERT_EQ(refused.error().places.size(), 1u);
  EXPECT_EQ(host(from.id).members, 2);
  EXPECT_EQ(host(to.id).members, 0);
  ASSERT_TRUE(write([&](storage::Transaction& transaction) {
    return park::end_contract(transaction, members[1].id, "已注销", examiner());
  }));
  const auto moved = move("托管机构搬迁");
  ASSERT_TRUE(moved) << moved.error().message.en;
  EXPECT_EQ(moved->members.size(), 1u);
  const auto address = store->read_value([&](storage::Snapshot& snapshot) {
    return registration::find_entity(snapshot, examiner().actor.scope, entities[2])->address;
  });
  EXPECT_EQ(address, to.address + "（集群注册）");
  EXPECT_EQ(host(from.id).members, 0);
  EXPECT_EQ(host(to.id).members, 1);
  EXPECT_EQ(move("再来").error().code, "park.no_members");
  ASSERT_TRUE(write(
      [&](storage::Transaction& transaction) { return park::close_host(transaction, from.id, "搬迁", examiner()); }));
  const auto left = write(
      [&](storage::Transaction& transaction) { return park::close_host(transaction, to.id, "搬迁", examiner()); });
  EXPECT_EQ(left.error().code, "park.members_left");
}

TEST_P(Park, keeps_what_came_for_a_member_and_tells_who_can_not_be_reached) {
  const park::Host first = open(host_entity, 5).value();
  const park::Member member = admit(first.id, establish("甲试有限公司", "enterprise", "软件开发", "6510")).value();
  const auto mail = [&](const std::string& title, const std::string& sender) {
    return write([&](storage::Transaction& transaction) {
      return park::record_mail(transaction,
                               {.id = next_id(),
                                .division = {},
                                .host = {},
                                .member = member.id,
                                .member_name = {},
                                .title = title,
                                .sender = sender,
                                .received_on = calendar::local_date(now),
                                .forwarded_on = {},
                                .method = {},
                                .proof = {}},
                               examiner());
    });
  };
  EXPECT_EQ(mail("", "").error().places.size(), 2u);
  const auto came = mail("税务文书", "演示税务局");
  ASSERT_TRUE(came);
  const auto forward = [&](const std::string& proof) {
    const auto done = write([&](storage::Transaction& transaction) {
      return park::forward_mail(transaction, came->id, "当面转交", proof, examiner());
    });
    return done ? "" : done.error().code;
  };
  EXPECT_EQ(forward(""), "park.text_missing");
  EXPECT_EQ(forward("签收单1号"), "");
  EXPECT_EQ(forward("签收单1号"), "park.mail_forwarded");

  const auto check = [&](int days_ago, bool reached) {
    const auto done = write([&](storage::Transaction& transaction) {
      return park::record_check(transaction,
                                {.id = next_id(),
                                 .member = member.id,
                                 .on = {calendar::local_date(now).days - days_ago},
                                 .reached = reached,
                                 .method = "电话",
                                 .note = ""},
                                examiner());
    });
    return done ? std::string(park::to_id(park::contact_of(done->checks))) : done.error().code;
  };
  EXPECT_EQ(check(-1, true), "park.check_day");
  EXPECT_EQ(check(20, false), "doubtful");
  EXPECT_EQ(check(30, false), "park.check_day") << "before the last one";
  EXPECT_EQ(check(5, false), "unreachable");
  EXPECT_EQ(check(4, false), "unreachable");
  const std::vector<std::string> told = events(first.id);
  EXPECT_EQ(std::count(told.begin(), told.end(), "park.member_unreachable"), 1) << "told once";
  EXPECT_EQ(check(0, true), "reached");
}

TEST_P(Park, shows_nothing_outside_the_scope) {
  const park::Host first = open(host_entity, 5).value();
  store->read([&](storage::Snapshot& snapshot) {
    EXPECT_TRUE(park::hosts(snapshot, access_control::Scope{}).empty());
    EXPECT_TRUE(park::hosts(snapshot, access_control::Scope::of_division("430212")).empty());
    EXPECT_FALSE(park::find_host(snapshot, access_control::Scope::of_office("430211", "river"), first.id));
  });
}

INSTANTIATE_TEST_SUITE_P(databases, Park, testing::Values("sqlite", "postgresql"), counter::name_of_database);

}  // namespace
