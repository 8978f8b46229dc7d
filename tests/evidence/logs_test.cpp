#include "modules/evidence/evidence.h"

#include <gmock/gmock.h>

#include <thread>

#include "testing.h"

namespace evidence {
namespace {

using testing::Bureau;
using testing::Folder;

tlog::Hash leaf_of(const storage::Receipt& receipt) {
  return tlog::parse_hex(receipt.leaf_hash).value();
}

TEST(entries, are_written_with_the_change_or_not_at_all) {
  const Folder folder;
  Bureau bureau(folder);
  EXPECT_EQ(bureau.write(5, "{}").index, 0);
  bureau.store->write([](storage::Transaction& transaction) {
    record(transaction, {.type = "t", .subject = "case/x", .at = {1}});
    transaction.settle();
    EXPECT_EQ(transaction.receipts().size(), 1U);
    return false;  // rolled back
  });
  EXPECT_EQ(bureau.write(5, "{}").index, 1);
  const auto entries = bureau.store->read_value(
      [](storage::Snapshot& snapshot) { return entries_of(snapshot, "case/" + base::to_text(base::Id{5}), 10); });
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_THAT(entries[0].text, ::testing::HasSubstr("\"prev\":null"));
  EXPECT_THAT(entries[1].text, ::testing::HasSubstr("\"prev\":0,"));
}

TEST(receipts, are_proved_by_the_published_log_to_whoever_has_its_key) {
  const Folder folder;
  Bureau bureau(folder);
  std::vector<storage::Receipt> receipts;
  for (int i = 0; i < 600; ++i) receipts.push_back(bureau.write(1 + i % 5, std::to_string(i)));
  EXPECT_EQ(bureau.logs->proof("public", 0).error().code, "evidence.not_published");
  EXPECT_EQ(bureau.logs->publish(bureau.now), 600);
  EXPECT_EQ(bureau.logs->publish(bureau.now), 0);
  for (const std::size_t index : {0U, 255U, 256U, 511U, 599U}) {
    const tlog::Proof proof = bureau.logs->proof("public", index).value();
    EXPECT_TRUE(
        tlog::verify(tlog::parse_proof(tlog::to_text(proof)).value(), leaf_of(receipts[index]), bureau.policy()));
    EXPECT_FALSE(tlog::verify(proof, leaf_of(receipts[(index + 1) % 600]), bureau.policy()));
    EXPECT_EQ(bureau.logs->leaf("public", index).value(), leaf_of(receipts[index]));
  }
  EXPECT_EQ(bureau.logs->proof("public", 600).error().code, "evidence.not_published");
  EXPECT_EQ(bureau.logs->proof("none", 0).error().code, "evidence.log_unknown");
}

TEST(checkpoints, each_continues_the_one_before_it_also_over_restarts) {
  const Folder folder;
  Bureau bureau(folder);
  std::vector<tlog::TreeHead> heads;
  for (int round = 0; round < 8; ++round) {
    bureau.write_many(round * 37 + 1);
    bureau.logs->publish(bureau.now);
    heads.push_back(bureau.logs->standing("public")->head);
    if (round % 3 == 2) {
      bureau.close();
      bureau.open();
      EXPECT_EQ(bureau.logs->standing("public")->head, heads.back());
      EXPECT_FALSE(bureau.logs->standing("public")->refusal);
    }
  }
  for (const tlog::TreeHead& old : heads) {
    const Continuation continued = bureau.logs->consistency("public", old.size).value();
    EXPECT_TRUE(tlog::verify_consistency(old, heads.back(), continued.proof)) << old.size;
    const tlog::TreeHead& middle = heads[5];
    const auto to_middle = bureau.logs->consistency("public", old.size, middle.size);
    EXPECT_EQ(to_middle.has_value(), old.size <= middle.size);
    if (to_middle) {
      EXPECT_TRUE(tlog::verify_consistency(old, middle, to_middle->proof)) << old.size;
    }
  }
  EXPECT_TRUE(bureau.logs->check().empty());
}

TEST(tiles, are_served_as_the_checkpoint_covers_them_and_no_further) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(300);
  bureau.logs->publish(bureau.now);
  EXPECT_EQ(bureau.logs->tile("public", {.level = 0, .index = 0})->size(), 8192U);
  EXPECT_EQ(bureau.logs->tile("public", {.level = 0, .index = 1, .width = 44})->size(), 44U * 32);
  EXPECT_EQ(bureau.logs->tile("public", {.level = 1, .index = 0, .width = 1})->size(), 32U);
  EXPECT_FALSE(bureau.logs->tile("public", {.level = 0, .index = 1, .width = 45}));
  EXPECT_FALSE(bureau.logs->tile("public", {.level = 0, .index = 1}));
  EXPECT_FALSE(bureau.logs->tile("nothing", {.level = 0, .index = 0}));
  const auto bundle = bureau.logs->tile("public", {.level = tlog::entries_level, .index = 1, .width = 44});
  EXPECT_EQ(tlog::parse_bundle(*bundle).value().size(), 44U);
  // A partial tile can still be read when the full one has taken its place.
  bureau.write_many(300);
  bureau.logs->publish(bureau.now);
  EXPECT_EQ(bureau.logs->tile("public", {.level = 0, .index = 1, .width = 44})->size(), 44U * 32);
  EXPECT_EQ(tlog::parse_bundle(*bureau.logs->tile("public", {tlog::entries_level, 1, 44})).value().size(), 44U);
}

TEST(a_log, signs_no_more_once_the_database_was_set_back) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(10);
  bureau.logs->publish(bureau.now);
  bureau.close();
  std::filesystem::copy_file(bureau.database(), folder.path("backup.db"));
  bureau.open();
  bureau.write_many(5);
  bureau.logs->publish(bureau.now);
  const std::string last = bureau.logs->standing("public")->checkpoint;
  bureau.close();
  std::filesystem::remove(bureau.database());
  std::filesystem::copy_file(folder.path("backup.db"), bureau.database());
  bureau.open();
  ASSERT_TRUE(bureau.logs->standing("public")->refusal);
  EXPECT_THAT(bureau.logs->standing("public")->refusal->en,
              ::testing::HasSubstr("the database has 10 entries, signed were 15"));
  EXPECT_EQ(bureau.logs->publish(bureau.now), 0);
  EXPECT_EQ(bureau.logs->standing("public")->checkpoint, last);  // what was signed is still served
  EXPECT_THROW(bureau.write(1, "{}"), storage::Fault);
  EXPECT_TRUE(bureau.store->trouble());
}

TEST(a_log, signs_no_more_when_others_were_written_in_the_place_of_what_was_lost) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(10);
  bureau.close();
  std::filesystem::copy_file(bureau.database(), folder.path("backup.db"));
  bureau.open();
  bureau.write_many(5);
  bureau.logs->publish(bureau.now);
  bureau.close();
  std::filesystem::remove(bureau.database());
  std::filesystem::copy_file(folder.path("backup.db"), bureau.database());
  {
    auto store = std::move(storage::open({.database = "sqlite:" + bureau.database()})).value();
    for (int i = 0; i < 9; ++i)
      store->write([&](storage::Transaction& transaction) {
        record(transaction, {.type = "other", .subject = "case/other", .at = {i}});
        return true;
      });
  }
  bureau.open();
  ASSERT_TRUE(bureau.logs->standing("public")->refusal);
  EXPECT_THAT(bureau.logs->standing("public")->refusal->en, ::testing::HasSubstr("do not give the signed root"));
}

TEST(a_log, signs_no_more_on_another_machine_that_does_not_know_what_was_signed) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(10);
  bureau.logs->publish(bureau.now);
  bureau.close();
  std::filesystem::remove(bureau.log_folder() / "public" / "checkpoint");
  bureau.open();
  EXPECT_THAT(bureau.logs->standing("public")->refusal.value().en, ::testing::HasSubstr("no high-water file"));
}

TEST(a_log, makes_lost_tiles_anew) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(400);
  bureau.logs->publish(bureau.now);
  bureau.close();
  std::filesystem::remove_all(bureau.log_folder() / "public" / "tile");
  bureau.open();
  EXPECT_FALSE(bureau.logs->standing("public")->refusal);
  EXPECT_TRUE(bureau.logs->check().empty());
  EXPECT_TRUE(bureau.logs->proof("public", 399));
}

TEST(a_log_that_was_set_back, is_followed_by_another_that_states_its_last_checkpoint) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(10);
  bureau.logs->publish(bureau.now);
  const std::string last = bureau.logs->standing("public")->checkpoint;
  bureau.close();
  std::filesystem::remove(bureau.log_folder() / "public" / "checkpoint");
  storage::write_file(bureau.log_folder() / "public" / "checkpoint", last);
  bureau.tamper(
      "DROP TRIGGER log_entries_no_delete; DELETE FROM log_entries WHERE idx > 3 AND log = 'public'; "
      "UPDATE logs SET size = 4 WHERE name = 'public'; DROP TRIGGER events_no_delete; DELETE FROM events WHERE "
      "position > 4");
  auto store = std::move(storage::open({.database = "sqlite:" + bureau.database()})).value();
  auto logs = std::move(Logs::open(*store, bureau.settings(), bureau.now)).value();
  EXPECT_TRUE(logs->standing("public")->refusal);
  EXPECT_EQ(logs->reopen("public", "restored after the disk failed", bureau.now).value(), "public-2");
  EXPECT_EQ(logs->reopen("public", "twice", bureau.now).error().code, "evidence.log_unknown");
  logs.reset();
  store.reset();
  bureau.open();
  EXPECT_FALSE(bureau.store->stopped());
  EXPECT_EQ(bureau.write(1, "{}").log, "public-2");
  EXPECT_EQ(bureau.logs->publish(bureau.now), 2);
  EXPECT_EQ(bureau.logs->standing("public-2")->row.origin, "test.example/log/public-2");
  EXPECT_TRUE(bureau.logs->check().empty());
  const auto first =
      bureau.store->read_value([](storage::Snapshot& snapshot) { return find_entry(snapshot, "public-2", 0).value(); });
  EXPECT_THAT(first.text, ::testing::HasSubstr(json_string(last)));
  EXPECT_THAT(first.text, ::testing::HasSubstr("test.example/log/public\""));
}

TEST(keys, are_rotated_by_a_second_signature_and_an_entry) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(3);
  bureau.logs->publish(bureau.now);
  const tlog::Policy before = bureau.policy();
  const tlog::VerifierKey added = bureau.logs->rotate_key("public", bureau.now).value();
  bureau.logs->publish(bureau.now);
  const std::string both = bureau.logs->standing("public")->checkpoint;
  EXPECT_TRUE(tlog::open_checkpoint(both, before.keys()));
  EXPECT_TRUE(tlog::open_checkpoint(both, {added}));
  const auto entry =
      bureau.store->read_value([](storage::Snapshot& snapshot) { return find_entry(snapshot, "public", 3).value(); });
  EXPECT_THAT(entry.text, ::testing::HasSubstr(tlog::to_text(added)));
  ASSERT_TRUE(bureau.logs->retire_keys("public"));
  bureau.close();
  bureau.open();
  bureau.write_many(1);
  bureau.logs->publish(bureau.now);
  const std::string after = bureau.logs->standing("public")->checkpoint;
  EXPECT_FALSE(tlog::open_checkpoint(after, before.keys()));
  EXPECT_TRUE(tlog::open_checkpoint(after, {added}));
  EXPECT_TRUE(bureau.logs->check().empty());
}

TEST(keys, that_are_damaged_or_sealed_elsewhere_are_refused) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.close();
  const auto file = bureau.log_folder() / "public" / "keys";
  const std::string good = storage::read_file(file);
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::others_all,
            std::filesystem::perms::none);
  for (const std::string& wrong : {std::string(), good.substr(0, good.size() - 3), "x signs " + good, good + "more"}) {
    std::filesystem::remove(file);
    storage::write_file(file, wrong);
    auto store = std::move(storage::open({.database = "sqlite:" + bureau.database()})).value();
    EXPECT_EQ(Logs::open(*store, bureau.settings(), bureau.now).error().code, "evidence.keys_damaged") << wrong;
  }
}

TEST(reads, of_one_person_within_a_quarter_of_an_hour_are_one) {
  const Folder folder;
  Bureau bureau(folder);
  Read read{
      .division = "430211", .subject = "case/1", .person = {9}, .what = "case", .reason = "task", .at = bureau.now};
  EXPECT_EQ(record_reads(*bureau.store, std::span(&read, 1)), 1U);
  EXPECT_EQ(record_reads(*bureau.store, std::span(&read, 1)), 0U);
  read.what = "material";
  EXPECT_EQ(record_reads(*bureau.store, std::span(&read, 1)), 1U);
  read.person = {8};
  EXPECT_EQ(record_reads(*bureau.store, std::span(&read, 1)), 1U);
  read.at = read.at.plus_us(16 * 60 * base::us_per_second);
  EXPECT_EQ(record_reads(*bureau.store, std::span(&read, 1)), 1U);
  const auto reads =
      bureau.store->read_value([](storage::Snapshot& snapshot) { return reads_of(snapshot, "case/1", 10); });
  ASSERT_EQ(reads.size(), 4U);
  EXPECT_EQ(reads[0].read.at, read.at);
  EXPECT_EQ(reads[0].log, "audit");
  EXPECT_EQ(bureau.logs->publish(bureau.now), 4);
  const auto entry =
      bureau.store->read_value([](storage::Snapshot& snapshot) { return find_entry(snapshot, "audit", 0).value(); });
  EXPECT_THAT(entry.text, ::testing::Not(::testing::HasSubstr("\"reason\":\"task\"")));
}

TEST(reads, written_together_are_one_only_within_a_quarter_of_an_hour) {
  const Folder folder;
  Bureau bureau(folder);
  std::vector<Read> reads(
      3, {.division = "430211", .subject = "case/1", .person = {9}, .what = "case", .reason = "", .at = bureau.now});
  reads[1].at = bureau.now.plus_us(14 * 60 * base::us_per_second);
  reads[2].at = bureau.now.plus_us(16 * 60 * base::us_per_second);
  EXPECT_EQ(record_reads(*bureau.store, reads), 2U);
}

TEST(the_book_of_reads, writes_a_repeated_look_once_and_the_last_ones_when_it_is_closed) {
  const Folder folder;
  Bureau bureau(folder);
  const Read read{
      .division = "430211", .subject = "case/1", .person = {9}, .what = "case", .reason = "", .at = bureau.now};
  const auto written = [&] {
    return bureau.store->read_value([](storage::Snapshot& snapshot) { return reads_of(snapshot, "case/1", 10); })
        .size();
  };
  {
    ReadBook book(*bureau.store);
    book.note(read);
    book.note(read);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (written() == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(written(), 1U);
    Read other = read;
    other.what = "material";
    book.note(other);
    book.note(read);
  }
  EXPECT_EQ(written(), 2U);
}

TEST(the_audit_log, is_anchored_in_the_public_one_hourly) {
  const Folder folder;
  Bureau bureau(folder);
  record_reads(
      *bureau.store,
      std::vector<Read>{
          {.division = "430211", .subject = "case/1", .person = {9}, .what = "case", .reason = "r", .at = bureau.now}});
  bureau.logs->publish(bureau.now);
  bureau.logs->anchor_audit_log(bureau.now);
  bureau.logs->anchor_audit_log(bureau.now);
  bureau.logs->anchor_audit_log(bureau.now.plus_us(3'601 * base::us_per_second));
  EXPECT_EQ(bureau.logs->publish(bureau.now), 2);
  const auto entry =
      bureau.store->read_value([](storage::Snapshot& snapshot) { return find_entry(snapshot, "public", 0).value(); });
  EXPECT_THAT(entry.text, ::testing::HasSubstr(json_string(bureau.logs->standing("audit")->checkpoint)));
}

TEST(erasure, drops_salts_and_nothing_else) {
  const Folder folder;
  Bureau bureau(folder);
  bureau.write_many(20);
  bureau.logs->publish(bureau.now);
  const std::string subject = "case/" + base::to_text(base::Id{1});
  bureau.store->write([&](storage::Transaction& transaction) {
    EXPECT_EQ(erase_salts(transaction, subject, bureau.now), 3);
    return true;
  });
  const auto entries =
      bureau.store->read_value([&](storage::Snapshot& snapshot) { return entries_of(snapshot, subject, 10); });
  ASSERT_EQ(entries.size(), 4U);  // three of the public log, and in the audit log that they were erased
  for (const StoredEntry& entry : entries) EXPECT_TRUE(entry.salt.empty());
  EXPECT_THAT(entries[0].text, ::testing::HasSubstr("\"type\":\"erased\""));
  EXPECT_TRUE(bureau.logs->check().empty());
}

TEST(many_threads, share_one_log_without_gap) {
  const Folder folder;
  Bureau bureau(folder);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) bureau.write(100 + thread, std::to_string(i));
    });
  for (int i = 0; i < 5; ++i) bureau.logs->publish(bureau.now);
  for (std::thread& thread : threads) thread.join();
  bureau.logs->publish(bureau.now);
  EXPECT_EQ(bureau.logs->standing("public")->head.size, 400U);
  EXPECT_TRUE(bureau.logs->check().empty());
}

}  // namespace
}  // namespace evidence
