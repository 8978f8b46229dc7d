/// A register to test with, on the database that the parameter names.
#pragma once

#include <gtest/gtest.h>

#include "modules/evidence/evidence.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"
#include "storage/databases.h"

namespace testing_register {

inline const std::string division = "430211";
inline const access_control::Scope whole = access_control::Scope::of_division(division);

inline calendar::Date day(const char* text) {
  return *calendar::parse_date(text);
}
inline base::Instant noon(calendar::Date on) {
  return calendar::start_of(on).plus_us(std::int64_t{12} * 3600 * 1'000'000);
}

class Register : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    store_ = testing_storage::open_store(is_sqlite() ? "sqlite:" + folder_.path("test.db")
                                                     : testing_storage::new_postgres_database());
    for (const auto part : {evidence::migrations(), registration::migrations()}) ASSERT_TRUE(store_->migrate(part));
  }
  bool is_sqlite() const { return GetParam() == std::string("sqlite"); }

  registration::Entry entry(calendar::Date on) { return {.id = {++id_}, .as_of = on, .now = noon(on), .actor = {1}}; }
  struct Firm {
    std::string name;
    std::string address = "湖南省株洲市天元区泰山路街道演示路900号";
    std::string person = "柳试宁";
    std::string kind = "individual_business";
    std::string industry = "6210";
    std::string township = "430211002";
    std::string in_division = division;
  };
  base::Id establish(const Firm& firm, const char* on = "2020-03-02",
                     registration::Indexing indexing = registration::Indexing::now) {
    const auto made = store_->write_result([&](storage::Transaction& transaction) {
      return registration::establish_with_past(transaction,
                                               {.division = firm.in_division,
                                                .office = "centre",
                                                .kind = firm.kind,
                                                .name = firm.name,
                                                .township = firm.township,
                                                .address = firm.address,
                                                .operator_name = firm.person,
                                                .type = "9500",
                                                .scope = "许可项目:餐饮服务",
                                                .industry = firm.industry},
                                               entry(day(on)), {}, indexing);
    });
    EXPECT_TRUE(made) << made.error().message.en;
    return made ? made.value().id : base::Id{};
  }
  void write(base::Id entity, const char* event, std::map<std::string, std::string> items) {
    const auto written = store_->write_result([&](storage::Transaction& transaction) {
      return registration::write(transaction, whole, entity, event, items, "申请", entry(day("2024-05-06")));
    });
    EXPECT_TRUE(written) << written.error().message.en;
  }
  base::Result<registration::SearchPage> ask(const registration::SearchQuery& query,
                                             const access_control::Scope& scope = whole) {
    return store_->read_value(
        [&](storage::Snapshot& snapshot) { return registration::search(snapshot, scope, query); });
  }
  /// The names on all pages of `limit`, in their order.
  std::vector<std::string> names(registration::SearchQuery query, const access_control::Scope& scope = whole) {
    std::vector<std::string> found;
    for (int pages = 0; pages < 1000; ++pages) {
      const auto page = ask(query, scope);
      if (!page) {
        ADD_FAILURE() << page.error().code;
        return found;
      }
      for (const registration::Entity& entity : page.value().entities) found.push_back(entity.name);
      if (!page.value().next) {
        EXPECT_EQ(page.value().total, static_cast<std::int64_t>(found.size())) << query.text;
        EXPECT_FALSE(page.value().has_more);
        return found;
      }
      query.cursor = *page.value().next;
    }
    ADD_FAILURE() << "the pages do not end";
    return found;
  }

  testing_storage::TemporaryFolder folder_;
  std::unique_ptr<storage::Store> store_;
  std::int64_t id_ = 1000;
};

}  // namespace testing_register
