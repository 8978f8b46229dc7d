/// Whatever is written into the register stands in the public log, without a word about people.
#include <gmock/gmock.h>

#include <random>

#include "register.h"

namespace {

using testing::HasSubstr;
using testing::Not;

class RegisterLog : public testing_register::Register {
 protected:
  std::vector<std::string> entries_of(base::Id entity) {
    return store_->read_value([&](storage::Snapshot& snapshot) {
      std::vector<std::string> texts;
      for (const evidence::StoredEntry& entry :
           evidence::entries_of(snapshot, "entity/" + base::to_text(entity), 100)) {
        EXPECT_EQ(entry.log, "public");
        EXPECT_EQ(entry.event.kind, "entity");
        EXPECT_EQ(entry.event.id, entity.number);
        texts.push_back(entry.text);
      }
      return texts;
    });
  }
};

TEST_P(RegisterLog, tells_of_establishment_change_and_end_and_seals_what_is_personal) {
  const base::Id entity = establish({.name = "株洲市天元区湘试小吃店"});
  write(entity, "changed", {{"address", "演示路1号"}, {"operator_name", "岳演安"}});
  write(entity, "deregistered", {{"status", "deregistered"}});
  const std::vector<std::string> texts = entries_of(entity);
  ASSERT_EQ(texts.size(), 3U);
  EXPECT_THAT(texts[0], HasSubstr(R"("type":"registration.established")"));
  EXPECT_THAT(texts[0], HasSubstr(R"("credit_code":"92430211)"));
  EXPECT_THAT(texts[1], HasSubstr(R"("type":"registration.changed")"));
  EXPECT_THAT(texts[1], HasSubstr(R"("items":"address,operator_name")"));
  EXPECT_THAT(texts[2], HasSubstr(R"("status":"deregistered")"));
  for (const std::string& text : texts) {
    for (const char* personal : {"湘试", "演示路", "柳试宁", "岳演安", "申请"})
      EXPECT_THAT(text, Not(HasSubstr(personal)));
    EXPECT_THAT(text, HasSubstr(R"("sealed":{"by":")"));
  }
  EXPECT_THAT(texts[1], HasSubstr(R"("prev":0)"));
}

TEST_P(RegisterLog, tells_of_what_was_taken_out_again_and_of_nothing_that_was_refused) {
  const base::Id entity = establish({.name = "株洲市天元区湘试粮油店"});
  const auto twice = store_->write_result([&](storage::Transaction& transaction) {
    return registration::write(transaction, testing_register::whole, entity, "changed", {{"no_item", "x"}}, "",
                               entry(testing_register::day("2024-05-06")));
  });
  EXPECT_EQ(twice.error().code, "registration.item_unknown");
  const auto taken = store_->write_result([&](storage::Transaction& transaction) {
    return registration::take_out(transaction, testing_register::whole, entity, 1, "误录",
                                  entry(testing_register::day("2024-05-06")));
  });
  EXPECT_TRUE(taken);
  const std::vector<std::string> texts = entries_of(entity);
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_THAT(texts[1], HasSubstr("registration.taken_out"));
}

TEST_P(RegisterLog, finds_whatever_was_changed_in_rows_behind_the_events) {
  std::vector<base::Id> firms;
  for (int number = 0; number < 12; ++number)
    firms.push_back(establish({.name = "株洲市天元区湘试" + std::to_string(number) + "号店"}));
  for (const base::Id firm : firms)
    write(firm, "changed", {{"address", "演示路" + std::to_string(firm.number) + "号"}});
  const auto findings = [&] {
    std::string all;
    for (const base::Text& finding :
         store_->read_value([](storage::Snapshot& snapshot) { return registration::check(snapshot); }))
      all += finding.en + "\n";
    return all;
  };
  EXPECT_EQ(findings(), "");
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  // Each change is made, found and taken back by rolling the transaction back.
  const auto found_after = [&](const std::string& sql, base::Id firm) {
    std::string all;
    store_->write([&](storage::Transaction& transaction) {
      transaction.execute(sql, {firm});
      for (const base::Text& finding : registration::check(transaction)) all += finding.en + "\n";
      return false;
    });
    return all;
  };
  const auto any = [&] { return firms[random() % firms.size()]; };
  const auto row = [](base::Id firm, const std::string& key, const std::string& table) {
    return "The entity " + base::to_text(firm) + ", row " + key + " of " + table;
  };
  for (const char* change : {"as_of = '2020-01-01'", "known_at = known_at + 1", "event = 'corrected'",
                             "reason = '别的理由'", "facts = '{\"address\":\"别处\"}'", "division = '430212'"}) {
    const base::Id firm = any();
    EXPECT_THAT(
        found_after(std::string("UPDATE entity_versions SET ") + change + " WHERE sequence = 2 AND entity = ?", firm),
        HasSubstr(row(firm, "2", "entity_versions") + ": differs from the events in " +
                  std::string(change).substr(0, std::string(change).find(' '))));
  }
  for (const char* change :
       {"division = '430212'", "office = 'x'", "credit_code = 'x'", "name = '别的名称'", "kind = 'branch'",
        "status = 'revoked'", "address = '别处'", "operator_name = '别人'", "township = '430211001'",
        "established_on = '2020-01-01'", "industry = '0000'", "trade = '别的'", "sequence = 7"}) {
    const base::Id firm = any();
    EXPECT_THAT(found_after(std::string("UPDATE entities SET ") + change + " WHERE id = ?", firm),
                HasSubstr(row(firm, std::to_string(firm.number), "entities") + ": differs from the events in " +
                          std::string(change).substr(0, std::string(change).find(' '))));
  }
  for (const char* change :
       {"division = '430212'", "as_of = '2020-01-01'", "known_at = known_at + 1", "status = 'revoked'"}) {
    const base::Id firm = any();
    EXPECT_THAT(found_after(std::string("UPDATE entity_statuses SET ") + change + " WHERE entity = ?", firm),
                HasSubstr(row(firm, "1", "entity_statuses") + ": differs from the events in " +
                          std::string(change).substr(0, std::string(change).find(' '))));
  }
  const base::Id firm = any();
  const std::string gone = ": the events tell of it, and it is gone", untold = ": no event tells of it";
  EXPECT_THAT(found_after("DELETE FROM entities WHERE id = ?", firm),
              HasSubstr(row(firm, std::to_string(firm.number), "entities") + gone));
  EXPECT_THAT(found_after("DELETE FROM entity_versions WHERE sequence = 2 AND entity = ?", firm),
              HasSubstr(row(firm, "2", "entity_versions") + gone));
  EXPECT_THAT(found_after("DELETE FROM entity_statuses WHERE entity = ?", firm),
              HasSubstr(row(firm, "1", "entity_statuses") + gone));
  EXPECT_THAT(
      found_after("INSERT INTO entity_versions SELECT entity, 9, division, as_of, known_at, event, reason, facts "
                  "FROM entity_versions WHERE sequence = 2 AND entity = ?",
                  firm),
      HasSubstr(row(firm, "9", "entity_versions") + untold));
  EXPECT_THAT(
      found_after("INSERT INTO entities SELECT 77, division, office, 'other code', 'other name', kind, status, "
                  "township, address, established_on, sequence, operator_name, industry, trade, is_indexed, held FROM "
                  "entities WHERE id = ?",
                  firm),
      HasSubstr(row({77}, "77", "entities") + untold));
}

INSTANTIATE_TEST_SUITE_P(on, RegisterLog, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return std::string(database.param); });

}  // namespace
