/// What the logs' SQL says, on both databases.
#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "modules/evidence/evidence.h"
#include "storage/databases.h"

namespace evidence {
namespace {

using ::testing::HasSubstr;

constexpr const char* division = "430211";

class OnBoth : public ::testing::TestWithParam<const char*> {
 protected:
  OnBoth() {
    const bool is_sqlite = GetParam() == std::string("sqlite");
    store_ = testing_storage::open_store(is_sqlite ? "sqlite:" + folder_.path("test.db")
                                                   : testing_storage::new_postgres_database());
    EXPECT_TRUE(store_->migrate(migrations()));
  }
  storage::Receipt append_one(std::int64_t stream, base::Instant at, LogKind log = LogKind::public_log) const {
    storage::Receipt receipt;
    store_->write([&](storage::Transaction& transaction) {
      const storage::Stream name{"case", {stream}};
      append(transaction, name, storage::last_sequence(transaction, name),
             {.type = "case.advanced", .at = at, .actor = {7}, .data = "{}"}, division, {}, log);
      transaction.settle();
      receipt = transaction.receipts().at(0);
      return true;
    });
    return receipt;
  }
  static std::string subject(std::int64_t stream) { return "case/" + base::to_text(base::Id{stream}); }

  testing_storage::TemporaryFolder folder_;
  std::unique_ptr<storage::Store> store_;
};

TEST_P(OnBoth, the_entry_as_of_a_moment_is_the_last_event_s_of_then) {
  append_one(1, {100});
  append_one(2, {150});
  append_one(1, {200});
  append_one(1, {200});  // two steps at one moment: the later one
  append_one(1, {300}, LogKind::audit_log);
  const auto sequence_at = [&](std::int64_t stream, std::int64_t at) -> std::int64_t {
    return store_->read_value([&](storage::Snapshot& snapshot) {
      const auto entry = entry_as_of(snapshot, subject(stream), {at});
      return entry ? entry->event.sequence : 0;
    });
  };
  EXPECT_EQ(sequence_at(1, 99), 0);
  EXPECT_EQ(sequence_at(1, 100), 1);
  EXPECT_EQ(sequence_at(1, 199), 1);
  EXPECT_EQ(sequence_at(1, 200), 3);
  EXPECT_EQ(sequence_at(1, 299), 3);
  EXPECT_EQ(sequence_at(1, 300), 4);
  EXPECT_EQ(sequence_at(2, 300), 1);
  EXPECT_EQ(sequence_at(3, 300), 0);
}

TEST_P(OnBoth, many_threads_take_places_without_gap) {
  constexpr int threads_count = 6, each = 20;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < threads_count; ++thread)
    threads.emplace_back([&, thread] {
      for (int number = 0; number < each; ++number) append_one(1 + thread % 3, {number});
    });
  threads.clear();
  const auto [count, size] = store_->read_value([&](storage::Snapshot& snapshot) {
    std::set<std::int64_t> places;
    for (int stream = 1; stream <= 3; ++stream)
      for (const StoredEntry& entry : entries_of(snapshot, subject(stream), 1'000)) places.insert(entry.index);
    EXPECT_EQ(*places.rbegin(), threads_count * each - 1);
    return std::pair(places.size(), list_logs(snapshot));
  });
  EXPECT_EQ(count, static_cast<std::size_t>(threads_count * each));
  for (const LogRow& log : size)
    if (log.name == "public") {
      EXPECT_EQ(log.size, threads_count * each);
    }
}

TEST_P(OnBoth, looks_are_told_newest_first_and_before_a_moment) {
  Read read{.division = division,
            .subject = "case/1",
            .person = {9},
            .what = "case",
            .reason = {},
            .at = {1'000},
            .task = "accept"};
  EXPECT_EQ(record_reads(*store_, std::span(&read, 1)), 1U);
  EXPECT_EQ(record_reads(*store_, std::span(&read, 1)), 0U);
  read.task = "decide";  // another purpose
  read.at = {2'000};
  EXPECT_EQ(record_reads(*store_, std::span(&read, 1)), 1U);
  store_->write([&](storage::Transaction& transaction) {
    record_read(transaction, read);  // stated anew: written again
    return true;
  });
  store_->read([&](storage::Snapshot& snapshot) {
    const auto all = reads_of(snapshot, "case/1", 10);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].read.task, "decide");
    EXPECT_EQ(all[2].read.task, "accept");
    EXPECT_EQ(reads_of(snapshot, "case/1", 10, base::Instant{2'000}).size(), 1U);
    EXPECT_TRUE(reads_of(snapshot, "case/2", 10).empty());
  });
}

TEST_P(OnBoth, erasure_is_written_into_the_audit_log) {
  append_one(1, {100});
  store_->write([&](storage::Transaction& transaction) {
    EXPECT_EQ(erase_salts(transaction, subject(1), {200}), 1);
    return true;
  });
  store_->read([&](storage::Snapshot& snapshot) {
    EXPECT_TRUE(find_entry(snapshot, "public", 0).value().salt.empty());
    EXPECT_THAT(find_entry(snapshot, "audit", 0).value().text, HasSubstr("\"type\":\"erased\""));
  });
}

TEST(a_purpose, is_asked_for_in_words) {
  EXPECT_EQ(check_purpose(" 看 看 ").error().code, "evidence.purpose_missing");
  EXPECT_EQ(check_purpose(std::string(501, 'x')).error().code, "evidence.purpose_missing");
  EXPECT_EQ(check_purpose("  核对投诉线索 ").value(), "核对投诉线索");
}

INSTANTIATE_TEST_SUITE_P(on, OnBoth, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return std::string(database.param); });

}  // namespace
}  // namespace evidence
