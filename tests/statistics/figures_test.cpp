/// Figures from records, on both databases; and the demonstration district beside the account's figures.
#include <gtest/gtest.h>

#include <filesystem>

#include "modules/evidence/evidence.h"
#include "modules/registration/registration.h"
#include "modules/statistics/statistics.h"
#include "server/program.h"
#include "storage/databases.h"

namespace {

using access_control::Scope;

const std::string division = "430211";
const Scope whole = Scope::of_division(division);

calendar::Date day(const char* text) {
  return *calendar::parse_date(text);
}
base::Instant noon(calendar::Date on) {
  return calendar::start_of(on).plus_us(std::int64_t{12} * 3600 * 1'000'000);
}

/// A register with the three entities that each test begins with.
class Register : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const bool embedded = GetParam() == std::string("sqlite");
    store_ = testing_storage::open_store(embedded ? "sqlite:" + folder_.path("test.db")
                                                  : testing_storage::new_postgres_database());
    for (const auto part : {evidence::migrations(), registration::migrations()}) ASSERT_TRUE(store_->migrate(part));
    first_ = establish("株洲市天元区湘试江畔便利店", "individual_business", day("2018-03-01"));
    establish("株洲市天元区云演麦田商贸有限公司", "enterprise", day("2018-05-02"));
    establish("株洲市天元区禾试稻花便利店", "individual_business", day("2019-02-01"));
  }

  registration::Entry entry(calendar::Date as_of, calendar::Date known) {
    return {.id = {++id_}, .as_of = as_of, .now = noon(known), .actor = {1}};
  }
  base::Id establish(const std::string& name, const std::string& kind, calendar::Date on) {
    const auto made = store_->write_result([&](storage::Transaction& transaction) {
      return registration::establish(transaction,
                                     {.division = division,
                                      .office = "centre",
                                      .kind = kind,
                                      .name = name,
                                      .township = "430211001",
                                      .address = "演示路900号",
                                      .operator_name = "柳试宁",
                                      .type = "9500",
                                      .scope = "一般项目:日用百货销售",
                                      .industry = "5211"},
                                     entry(on, on));
    });
    EXPECT_TRUE(made);
    return made ? made.value().id : base::Id{};
  }
  void end(base::Id entity, const char* status, calendar::Date on, calendar::Date known) {
    const auto written = store_->write_result([&](storage::Transaction& transaction) {
      return registration::write(transaction, whole, entity, status, {{"status", status}}, "申请", entry(on, known));
    });
    EXPECT_TRUE(written);
  }
  std::int64_t stock(calendar::Date on, calendar::Date known, bool with_revoked = false, const Scope& scope = whole) {
    return store_->read_value([&](storage::Snapshot& snapshot) {
      return statistics::count_stock(snapshot, scope, {.day = on, .known_on = known, .with_revoked = with_revoked});
    });
  }

  testing_storage::TemporaryFolder folder_;
  std::unique_ptr<storage::Store> store_;
  base::Id first_;
  std::int64_t id_ = 1000;
};

TEST_P(Register, stock_is_that_of_the_day_and_not_of_today) {
  const calendar::Date known = day("2020-01-01");
  EXPECT_EQ(stock(day("2018-02-28"), known), 0);
  EXPECT_EQ(stock(day("2018-09-30"), known), 2);
  EXPECT_EQ(stock(day("2019-09-30"), known), 3);
  end(first_, "deregistered", day("2019-10-01"), day("2019-10-01"));
  EXPECT_EQ(stock(day("2019-09-30"), known), 3);
  EXPECT_EQ(stock(day("2019-10-01"), known), 2);
}

TEST_P(Register, what_is_learnt_later_does_not_change_what_was_known) {
  end(first_, "deregistered", day("2019-09-20"), day("2019-10-08"));
  EXPECT_EQ(stock(day("2019-09-30"), day("2019-09-30")), 3);
  EXPECT_EQ(stock(day("2019-09-30"), day("2019-10-08")), 2);
}

TEST_P(Register, revoked_and_moved_out_do_not_count_and_revoked_can_be_included) {
  const calendar::Date known = day("2020-01-01");
  end(first_, "revoked", day("2019-05-01"), day("2019-05-01"));
  EXPECT_EQ(stock(day("2019-09-30"), known), 2);
  EXPECT_EQ(stock(day("2019-09-30"), known, true), 3);
  end(first_, "deregistered", day("2019-06-01"), day("2019-06-01"));
  EXPECT_EQ(stock(day("2019-09-30"), known, true), 2);
  const base::Id moving = establish("株洲市天元区岳演晴川便利店", "individual_business", day("2019-03-01"));
  EXPECT_EQ(stock(day("2019-09-30"), known), 3);
  end(moving, "moved_out", day("2019-08-01"), day("2019-08-01"));
  EXPECT_EQ(stock(day("2019-09-30"), known), 2);
}

TEST_P(Register, scope_is_kept) {
  const calendar::Date known = day("2020-01-01");
  EXPECT_EQ(stock(day("2019-09-30"), known, false, Scope::of_division("430202")), 0);
  EXPECT_EQ(stock(day("2019-09-30"), known, false, Scope::own_of({1})), 0);
  EXPECT_EQ(stock(day("2019-09-30"), known, false, Scope{}), 0);
  EXPECT_EQ(stock(day("2019-09-30"), known, false, Scope::of_division("4302")), 3);
}

TEST_P(Register, past_is_entered_like_writings_one_after_the_other) {
  const auto enter = [&](const std::string& name, std::vector<registration::PastWriting> past) {
    return store_->write_result([&](storage::Transaction& transaction) {
      return registration::establish_with_past(transaction,
                                               {.division = division,
                                                .office = "centre",
                                                .kind = "enterprise",
                                                .name = name,
                                                .township = "430211001",
                                                .address = "演示路901号",
                                                .operator_name = "岳演安",
                                                .type = "1151",
                                                .scope = "一般项目:软件开发",
                                                .industry = "6513"},
                                               entry(day("2017-01-03"), day("2017-01-03")), past);
    });
  };
  const auto writing = [](const char* event, std::map<std::string, std::string> items, const char* on) {
    return registration::PastWriting{
        .event = event, .items = std::move(items), .reason = "", .as_of = day(on), .known_at = noon(day(on))};
  };
  const auto moved =
      enter("株洲市天元区青演石榴软件有限公司", {writing("changed", {{"address", "演示大道902号"}}, "2018-01-04"),
                                                 writing("deregistered", {{"status", "deregistered"}}, "2019-01-04")});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved.value().address, "演示大道902号");
  EXPECT_EQ(moved.value().status, "deregistered");
  EXPECT_EQ(moved.value().sequence, 3);
  EXPECT_EQ(stock(day("2018-09-30"), day("2020-01-01")), 3);
  EXPECT_EQ(stock(day("2019-09-30"), day("2020-01-01")), 3);
  // The name of what has ended is free; what follows the end is refused, and so is a name that is taken.
  EXPECT_TRUE(enter("株洲市天元区青演石榴软件有限公司", {}));
  EXPECT_EQ(enter("株洲市天元区青演石榴软件有限公司", {}).error().code, "registration.name_taken");
  EXPECT_EQ(
      enter("株洲市天元区墨演齿轮软件有限公司", {writing("deregistered", {{"status", "deregistered"}}, "2018-01-04"),
                                                 writing("changed", {{"address", "演示大道903号"}}, "2019-01-04")})
          .error()
          .code,
      "registration.not_open");
  EXPECT_EQ(
      enter("株洲市天元区墨演齿轮软件有限公司", {writing("changed", {{"colour", "red"}}, "2018-01-04")}).error().code,
      "registration.item_unknown");
}

INSTANTIATE_TEST_SUITE_P(databases, Register, testing::Values("sqlite", "postgresql"),
                         [](const auto& param_info) { return std::string(param_info.param); });

/// The whole demonstration district, made once.
class District : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<testing_storage::TemporaryFolder>();
    const server::Options options{
        .data = folder_->path("var"), .catalogue = SOURCE_DIR "/catalogue", .demonstration = true};
    auto program = server::Program::build(options);
    ASSERT_TRUE(program) << program.error().message.en;
    const auto loaded = program.value()->load_demonstration({}, [](const std::string&) {});
    ASSERT_TRUE(loaded) << loaded.error().message.en;
    program.value().reset();
    catalogue_ = catalogue::load(options.catalogue).value();
    store_ = storage::open({.database = server::database_of(options)}).value();
  }
  static void TearDownTestSuite() {
    store_.reset();
    folder_.reset();
  }
  static statistics::Parameters as_reported(const catalogue::Statistic& statistic) {
    const calendar::Date publication = day("2019-11-30");
    return {.day = statistic.reported->day.value_or(publication),
            .known_on = publication,
            .from = statistic.reported->from.value_or(publication),
            .to = statistic.reported->to.value_or(publication)};
  }
  static statistics::Figure figure(storage::Snapshot& snapshot, const std::string& id) {
    const catalogue::Statistic* statistic = catalogue_->find_statistic(id);
    return statistics::compute(snapshot, whole, *catalogue_, *statistic, as_reported(*statistic)).value();
  }
  /// Runs `work` and takes everything back.
  static void try_out(const std::function<void(storage::Transaction&)>& work) {
    store_->write([&](storage::Transaction& transaction) {
      work(transaction);
      return false;
    });
  }

  static std::unique_ptr<testing_storage::TemporaryFolder> folder_;
  static std::shared_ptr<const catalogue::Catalogue> catalogue_;
  static std::unique_ptr<storage::Store> store_;
};
std::unique_ptr<testing_storage::TemporaryFolder> District::folder_;
std::shared_ptr<const catalogue::Catalogue> District::catalogue_;
std::unique_ptr<storage::Store> District::store_;

// [ART] F-06 to F-14.
TEST_F(District, gives_every_reported_figure) {
  int compared = 0;
  store_->read([&](storage::Snapshot& snapshot) {
    for (const catalogue::Statistic& statistic : catalogue_->statistics)
      if (statistic.reported) {
        EXPECT_EQ(figure(snapshot, statistic.id).value, statistic.reported->value) << statistic.figure;
        ++compared;
      }
  });
  EXPECT_GE(compared, 9);
}

TEST_F(District, lists_as_many_records_as_each_part_counts) {
  store_->read([&](storage::Snapshot& snapshot) {
    for (const catalogue::Statistic& statistic : catalogue_->statistics)
      for (const statistics::Part& part : figure(snapshot, statistic.id).parts) {
        const auto page =
            statistics::records(snapshot, whole, *catalogue_, statistic, as_reported(statistic), part.id, 100, "")
                .value();
        EXPECT_EQ(page.total, part.count) << statistic.id << " " << part.id;
        EXPECT_EQ(static_cast<std::int64_t>(page.records.size()), std::min<std::int64_t>(part.count, 100));
        EXPECT_EQ(page.next.has_value(), part.count > 100);
      }
  });
}

TEST_F(District, pages_of_records_follow_one_another_without_gap) {
  store_->read([&](storage::Snapshot& snapshot) {
    const catalogue::Statistic& statistic = *catalogue_->find_statistic("one_thing_cases");
    std::set<std::string> seen;
    std::string cursor;
    for (int pages = 0; pages < 5; ++pages) {
      const auto page =
          statistics::records(snapshot, whole, *catalogue_, statistic, as_reported(statistic), "finished", 100, cursor)
              .value();
      for (const statistics::Record& record : page.records) seen.insert(record.id);
      if (!page.next) break;
      cursor = *page.next;
    }
    EXPECT_EQ(seen.size(), 204U);
  });
}

TEST_F(District, figures_change_with_one_entity) {
  try_out([&](storage::Transaction& transaction) {
    const catalogue::Statistic& statistic = *catalogue_->find_statistic("entities_in_business");
    const auto page =
        statistics::records(transaction, whole, *catalogue_, statistic, as_reported(statistic), "cooperatives", 1, "")
            .value();
    const base::Id entity = *base::parse_id(page.records.at(0).id);
    ASSERT_TRUE(
        registration::write(transaction, whole, entity, "corrected", {{"status", "deregistered"}}, "更正",
                            {.id = {}, .as_of = day("2019-09-30"), .now = noon(day("2019-10-08")), .actor = {1}}));
    EXPECT_EQ(figure(transaction, "entities_in_business").value, "36458");
    EXPECT_EQ(figure(transaction, "entities_growth").value, "6906");
  });
}

TEST_F(District, figures_change_with_one_case) {
  try_out([&](storage::Transaction& transaction) {
    const catalogue::Statistic& statistic = *catalogue_->find_statistic("satisfaction_rate");
    const auto rated =
        statistics::records(transaction, whole, *catalogue_, statistic, as_reported(statistic), "rated", 1, "").value();
    const base::Id of_case = *base::parse_id(rated.records.at(0).id);
    transaction.execute("UPDATE ratings SET grade = 'dissatisfied' WHERE case_id = ?", {of_case});
    EXPECT_EQ(figure(transaction, "satisfaction_rate").value, "99");
    for (const std::int64_t visit : {1, 2})
      transaction.execute(
          "INSERT INTO visits (id, division, case_id, visited_on, reason, recorded_by, recorded_at) "
          "VALUES (?, '430211', ?, '2019-11-01', 'x', 1, 1)",
          {visit, of_case});
    EXPECT_EQ(figure(transaction, "one_visit_cases").value, "203");
    EXPECT_EQ(figure(transaction, "one_thing_cases").value, "204");
  });
}

TEST_F(District, refuses_a_part_or_a_day_that_is_not_there) {
  store_->read([&](storage::Snapshot& snapshot) {
    const catalogue::Statistic& statistic = *catalogue_->find_statistic("entities_in_business");
    EXPECT_EQ(statistics::records(snapshot, whole, *catalogue_, statistic, as_reported(statistic), "gained", 10, "")
                  .error()
                  .code,
              "statistics.part_unknown");
    const catalogue::Statistic& promise = *catalogue_->find_statistic("same_day_promise");
    EXPECT_EQ(statistics::compute(snapshot, whole, *catalogue_, promise, {.day = day("2015-01-01")}).error().code,
              "catalogue.rule_not_in_force");
    statistics::Parameters empty = as_reported(*catalogue_->find_statistic("satisfaction_rate"));
    empty.from = empty.to = day("2016-01-01");
    EXPECT_EQ(statistics::compute(snapshot, whole, *catalogue_, *catalogue_->find_statistic("satisfaction_rate"), empty)
                  .value()
                  .value,
              statistics::no_value);
  });
}

}  // namespace
