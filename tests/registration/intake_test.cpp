/// Entities entered together are what they would be had they been entered one by one, on both databases.
#include <gmock/gmock.h>

#include <future>
#include <random>
#include <regex>

#include "kernel/codes/entities.h"
#include "modules/registration/intake.h"
#include "register.h"

namespace {

using registration::Intake;
using registration::PastWriting;
using testing_register::day;
using testing_register::noon;

struct Establishment {
  registration::NewEntity entity;
  registration::Entry entry;
  std::vector<PastWriting> past;
};

registration::NewEntity firm(const std::string& name, const std::string& code = {}) {
  return {.division = testing_register::division,
          .office = "centre",
          .kind = "enterprise",
          .name = name,
          .township = "430211001",
          .address = "湖南省株洲市天元区泰山路街道演示路900号",
          .operator_name = "柳试宁",
          .type = "1130",
          .scope = "一般项目:日用百货销售",
          .industry = "5211",
          .capital_fen = 100'000'000,
          .credit_code = code};
}

/// Invented lives: some have changed, some have ended, some names were free again.
std::vector<Establishment> lives(unsigned seed, int count) {
  std::mt19937 random(seed);
  std::vector<Establishment> all;
  for (int i = 0; i < count; ++i) {
    const calendar::Date opened{day("2015-01-01").days + static_cast<std::int64_t>(random() % 2000)};
    Establishment one{.entity = firm("株洲市天元区演" + std::string(1, static_cast<char>('A' + i % 26)) +
                                     std::to_string(i / 26) + "商贸有限公司"),
                      .entry = {.id = {1'000'000 + static_cast<std::int64_t>(random())},
                                .as_of = opened,
                                .now = noon(opened),
                                .actor = {7}},
                      .past = {}};
    one.entity.kind = i % 3 == 0 ? "individual_business" : i % 7 == 0 ? "cooperative" : "enterprise";
    const auto add = [&](const char* event, std::map<std::string, std::string> items, int days) {
      const calendar::Date on{opened.days + days};
      one.past.push_back(
          {.event = event, .items = std::move(items), .reason = "申请", .as_of = on, .known_at = noon(on)});
    };
    if (random() % 2 == 0) add("changed", {{"address", "试验街" + std::to_string(900 + i) + "号"}}, 300);
    if (random() % 4 == 0) add("changed", {{"operator_name", "岳演安"}, {"scope", "餐饮服务"}}, 400);
    if (random() % 5 == 0) add("deregistered", {{"status", "deregistered"}}, 700);
    all.push_back(std::move(one));
  }
  return all;
}

class Intakes : public testing_register::Register {
 protected:
  void SetUp() override {
    Register::SetUp();
    other_ = testing_storage::open_store(is_sqlite() ? "sqlite:" + folder_.path("other.db")
                                                     : testing_storage::new_postgres_database());
    for (const auto part : {evidence::migrations(), registration::migrations()}) ASSERT_TRUE(other_->migrate(part));
  }
  static base::Result<std::vector<registration::Entity>> enter(storage::Store& store, const Intake& intake) {
    return store.write_result([&](storage::Transaction& transaction) { return intake.enter(transaction); });
  }
  std::string refusal(const std::vector<registration::NewEntity>& entities) {
    Intake intake;
    for (const auto& each : entities) EXPECT_TRUE(intake.add(each, entry(day("2020-01-01")), {}));
    const auto entered = enter(*store_, intake);
    return entered ? "" : entered.error().code + " " + entered.error().message.en;
  }
  /// All rows as text; salted hashes are as random as their salts.
  static std::vector<std::string> rows(storage::Store& store, const std::string& sql) {
    static const std::regex hash("[0-9a-f]{64}");
    return store.read_value([&](storage::Snapshot& snapshot) {
      std::vector<std::string> all;
      for (const storage::Row& row : snapshot.query(sql)) {
        std::string line;
        for (const storage::Datum& value : row)
          line += (value.is_null() ? "-" : value.is_number() ? std::to_string(value.number()) : value.text()) + "|";
        all.push_back(std::regex_replace(line, hash, "#"));
      }
      return all;
    });
  }

  std::unique_ptr<storage::Store> other_;
};
INSTANTIATE_TEST_SUITE_P(databases, Intakes, testing::Values("sqlite", "postgresql"));

TEST_P(Intakes, enter_together_what_would_be_entered_one_by_one) {
  const std::vector<Establishment> all = lives(20261127, 150);
  // The codes that come first are taken already: they are stepped over.
  const std::string taken = codes::make_credit_code({.category = codes::CreditCategory::individual,
                                                     .division = testing_register::division,
                                                     .sequence = codes::credit_sequence_of("4TYA01").value()})
                                .value();
  for (storage::Store* store : {store_.get(), other_.get()})
    ASSERT_TRUE(store->write_result([&](storage::Transaction& transaction) {
      return registration::establish(
          transaction, firm("株洲市天元区先演商贸有限公司", taken),
          {.id = {5}, .as_of = day("2014-01-01"), .now = noon(day("2014-01-01")), .actor = {1}});
    }));
  for (const Establishment& each : all)
    ASSERT_TRUE(store_->write_result([&](storage::Transaction& transaction) {
      return registration::establish_with_past(transaction, each.entity, each.entry, each.past);
    }));
  // Prepared in another thread, as the demonstration does; the keys of the second half come afterwards.
  registration::IntakeKeys keys;
  const auto prepare = [&](std::size_t first, std::size_t last) {
    Intake prepared;
    for (std::size_t i = first; i < last; ++i) EXPECT_TRUE(prepared.add(all[i].entity, all[i].entry, all[i].past));
    if (first > 0) keys.take(prepared);
    return prepared;
  };
  const std::size_t half = all.size() / 2;
  for (const auto& [first, last] : {std::pair{std::size_t{0}, half}, {half, all.size()}}) {
    const Intake intake = std::async(std::launch::async, prepare, first, last).get();
    ASSERT_EQ(intake.size(), last - first);
    const auto entered = enter(*other_, intake);
    ASSERT_TRUE(entered) << entered.error().message.en;
  }
  const char* grams = "SELECT gram, tier, entity, division FROM entity_grams ORDER BY gram, tier, entity";
  EXPECT_LT(rows(*other_, grams).size(), rows(*store_, grams).size());
  keys.arrange();
  other_->write([&](storage::Transaction& transaction) {
    keys.enter(transaction);
    return true;
  });
  for (const char* sql :
       {"SELECT id, credit_code, division, office, name, kind, status, township, address, established_on, sequence, "
        "operator_name, "
        "industry, trade, is_indexed, held FROM entities ORDER BY id",
        "SELECT entity, sequence, division, as_of, known_at, event, reason, facts FROM entity_versions ORDER BY "
        "entity, "
        "sequence",
        "SELECT entity, sequence, division, as_of, known_at, status FROM entity_statuses ORDER BY entity, sequence",
        "SELECT division, stream_kind, stream_id, sequence, type, at, actor, data FROM events ORDER BY position", grams,
        "SELECT sound, entity, division FROM entity_sounds ORDER BY sound, entity",
        "SELECT name, value FROM counters ORDER BY name", "SELECT name, size FROM logs ORDER BY name"})
    EXPECT_EQ(rows(*store_, sql), rows(*other_, sql)) << sql;
  const char* log =
      "SELECT idx, subject, entry, stream_kind, stream_id, sequence, leaf_hash FROM log_entries ORDER BY idx";
  const std::vector<std::string> entries = rows(*other_, log);
  ASSERT_GT(entries.size(), all.size());
  EXPECT_EQ(rows(*store_, log), entries);
  for (storage::Store* store : {store_.get(), other_.get()})
    EXPECT_TRUE(store->read_value([](storage::Snapshot& snapshot) { return registration::check(snapshot); }).empty());
}

TEST_P(Intakes, refuse_names_and_codes_that_are_taken_in_the_register_or_among_themselves) {
  const std::string first = codes::make_credit_code({.category = codes::CreditCategory::enterprise,
                                                     .division = testing_register::division,
                                                     .sequence = codes::credit_sequence_of("4TYC00").value()})
                                .value();
  EXPECT_EQ(refusal({firm("株洲市天元区湘演商贸有限公司"), firm("株洲市天元区湘演商贸有限公司")}),
            "registration.name_taken The name 株洲市天元区湘演商贸有限公司 is registered already.");
  EXPECT_EQ(refusal({firm("株洲市天元区湘演商贸有限公司", first), firm("株洲市天元区云演商贸有限公司", first)}),
            "registration.code_taken The credit code " + first + " is in the register already.");
  EXPECT_EQ(rows(*store_, "SELECT id FROM entities").size(), 0u) << "a refusal leaves nothing";
  EXPECT_EQ(refusal({firm("株洲市天元区湘演商贸有限公司", first)}), "");
  EXPECT_EQ(refusal({firm("株洲市天元区云演商贸有限公司"), firm("株洲市天元区湘演商贸有限公司")}),
            "registration.name_taken The name 株洲市天元区湘演商贸有限公司 is registered already.");
  EXPECT_EQ(refusal({firm("株洲市天元区云演商贸有限公司", first)}),
            "registration.code_taken The credit code " + first + " is in the register already.");
  Intake intake;
  registration::NewEntity strange = firm("株洲市天元区云演商贸有限公司");
  strange.kind = "guild";
  EXPECT_EQ(intake.add(strange, entry(day("2020-01-01")), {}).error().code, "registration.kind_unknown");
}

}  // namespace
