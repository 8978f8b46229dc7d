/// What both databases promise alike.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "databases.h"

namespace {

namespace fs = std::filesystem;
using storage::Snapshot;
using storage::Transaction;
using testing_storage::open_store;

constexpr storage::Migration notes_step = {
    .name = "test/0001_notes", .sql = "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT, amount BIGINT)"};

class Contract : public testing::TestWithParam<const char*> {
 protected:
  Contract() : address_(new_address()), store_(open_store(address_)) {
    const std::array steps = {notes_step};
    const auto migrated = store_->migrate(steps);
    if (!migrated) throw std::runtime_error(migrated.error().message.en);
  }
  bool is_sqlite() const { return GetParam() == std::string_view("sqlite"); }
  std::string new_address() {
    return is_sqlite() ? "sqlite:" + folder_.path(std::to_string(++count_) + ".db")
                       : testing_storage::new_postgres_database();
  }
  std::int64_t number(std::string_view sql) {
    return store_->read_value([&](Snapshot& snapshot) { return snapshot.find(sql).value().at(0).number(); });
  }
  void add_note(std::int64_t id) {
    store_->write([&](Transaction& transaction) {
      transaction.execute("INSERT INTO notes (id, text, amount) VALUES (?, ?, ?)", {id, "记", nullptr});
      return true;
    });
  }
  void append(std::int64_t stream) {
    store_->write([&](Transaction& transaction) {
      const storage::Stream name{"case", {stream}};
      transaction.append(name, storage::last_sequence(transaction, name),
                         {.type = "test.done", .at = {7}, .actor = {9}, .data = R"({"a":"?"})"}, "330000");
      return true;
    });
  }
  static void on_threads(int count, const std::function<void(int)>& work) {
    std::vector<std::thread> threads;
    for (int index = 0; index < count; ++index) threads.emplace_back(work, index);
    for (std::thread& thread : threads) thread.join();
  }

  int count_ = 0;
  testing_storage::TemporaryFolder folder_;
  std::string address_;
  std::unique_ptr<storage::Store> store_;
};

TEST_P(Contract, values_come_back_as_they_were_written) {
  const std::string text = "一窗 'quoted' \"x\" ? \xF0\x9F\x8D\x9C";
  store_->write([&](Transaction& transaction) {
    EXPECT_EQ(transaction.execute("INSERT INTO notes (id, text, amount) VALUES (?, ?, ?)",
                                  {std::int64_t{9'007'199'254'740'993}, text, nullptr}),
              1);
    return true;
  });
  const auto row = store_->read_value([](Snapshot& snapshot) {
    return snapshot.find("SELECT id, text, amount, '?', COUNT(*) OVER (), SUM(id) OVER () FROM notes").value();
  });
  EXPECT_EQ(row.at(0).number(), 9'007'199'254'740'993);
  EXPECT_EQ(row.at(1).text(), text);
  EXPECT_TRUE(row.at(2).is_null());
  EXPECT_EQ(row.at(3).text(), "?");
  EXPECT_EQ(row.at(4).number(), 1);
  EXPECT_EQ(row.at(5).number(), 9'007'199'254'740'993);
}

TEST_P(Contract, a_wrong_type_is_refused) {
  EXPECT_THROW(store_->write([](Transaction& transaction) {
    transaction.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {"not a number", "x"});
    return true;
  }),
               storage::Fault);
}

TEST_P(Contract, a_command_rolled_back_leaves_the_others) {
  on_threads(16, [&](int thread) {
    for (int turn = 0; turn < 20; ++turn) {
      const std::int64_t id = thread * 100 + turn;
      const auto work = [&](Transaction& transaction) {
        transaction.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {id, "x"});
        if (turn % 4 == 1) throw std::logic_error("mine");
        return turn % 4 != 2;
      };
      if (turn % 4 == 1) {
        EXPECT_THROW(store_->write(work), std::logic_error);
      } else {
        store_->write(work);
      }
    }
  });
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes"), 16 * 10);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes WHERE id % 4 IN (1, 2)"), 0);
}

TEST_P(Contract, a_command_that_runs_again_beside_one_rolled_back_is_kept_once) {
  std::atomic<int> runs = 0;
  on_threads(16, [&](int thread) {
    for (int turn = 0; turn < 20; ++turn)
      store_->write([&](Transaction& transaction) {
        ++runs;
        const std::int64_t number = transaction.next_number("turns");
        transaction.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {number, std::to_string(thread)});
        return thread % 8 != 3;
      });
  });
  EXPECT_GE(runs, 16 * 20);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes"), 14 * 20);
  EXPECT_EQ(number("SELECT MAX(id) FROM notes"), 14 * 20);  // numbers of what was rolled back were given out again
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes WHERE text IN ('3', '11')"), 0);
}

TEST_P(Contract, an_error_rolls_back_and_is_passed_on) {
  const auto answer = store_->write_result([](Transaction& transaction) -> base::Result<int> {
    transaction.execute("INSERT INTO notes (id, text) VALUES (1, 'x')");
    return base::Error{.code = "test.no", .message = {}};
  });
  EXPECT_EQ(answer.error().code, "test.no");
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes"), 0);
}

TEST_P(Contract, counters_have_no_gap_and_no_duplicate_under_32_threads) {
  std::mutex mutex;
  std::multiset<std::int64_t> kept;
  on_threads(32, [&](int thread) {
    for (int turn = 0; turn < 20; ++turn) {
      std::int64_t taken = 0;
      const bool keep = (thread + turn) % 3 != 0;
      store_->write([&](Transaction& transaction) {
        taken = transaction.next_number("credit-code");
        return keep;
      });
      const std::lock_guard guard(mutex);
      if (keep) kept.insert(taken);
    }
  });
  std::int64_t expected = 0;
  for (const std::int64_t taken : kept) EXPECT_EQ(taken, ++expected);
  EXPECT_EQ(number("SELECT value FROM counters"), expected);
}

TEST_P(Contract, appends_to_one_stream_by_many_are_all_kept_without_gap) {
  on_threads(8, [&](int) {
    for (int turn = 0; turn < 20; ++turn) append(5);
  });
  const auto events = store_->read_value([](Snapshot& snapshot) {
    return storage::load_events(snapshot, {"case", {5}});
  });
  ASSERT_EQ(events.size(), 160u);
  for (std::size_t index = 0; index < events.size(); ++index)
    EXPECT_EQ(events[index].sequence, static_cast<std::int64_t>(index) + 1);
  EXPECT_EQ(events[0].data, R"({"a":"?"})");
  EXPECT_EQ(events[0].actor, base::Id{9});
}

TEST_P(Contract, a_follower_of_the_log_misses_nothing) {
  std::atomic<int> running = 6;
  std::thread writers([&] {
    on_threads(6, [&](int thread) {
      for (int turn = 0; turn < 30; ++turn) append(thread);
      --running;
    });
  });
  std::int64_t position = 0;
  std::size_t seen = 0;
  for (bool last = false; !last;) {
    last = running == 0;
    for (const auto& logged : store_->read_value([&](Snapshot& now) { return storage::load_log(now, position, 7); })) {
      position = logged.event.position;
      ++seen;
      last = false;
    }
  }
  writers.join();
  EXPECT_EQ(seen, 180u);
}

TEST_P(Contract, a_sequence_ahead_of_the_stream_is_refused) {
  EXPECT_THROW(store_->write([](Transaction& transaction) {
    transaction.append({"case", {1}}, 3, {.type = "t", .at = {1}, .actor = {}, .data = "{}"}, "330000");
    return true;
  }),
               storage::Fault);
  EXPECT_EQ(number("SELECT COUNT(*) FROM events"), 0);
}

TEST_P(Contract, events_are_never_changed_or_deleted) {
  append(1);
  for (const char* sql : {"UPDATE events SET data = ''", "DELETE FROM events"})
    EXPECT_THROW(store_->write([&](Transaction& transaction) {
      transaction.execute(sql);
      return true;
    }),
                 storage::Fault)
        << sql;
  EXPECT_EQ(number("SELECT COUNT(*) FROM events"), 1);
}

TEST_P(Contract, a_repeated_command_gets_the_stored_answer_and_a_reused_key_is_refused) {
  storage::CommandKey key{.person = {4}, .key = "k-1", .fingerprint = "abc"};
  store_->write([&](Transaction& transaction) {
    storage::save_repeat(transaction, key,
                         {.status = 201, .body = "{\"id\":1}", .receipts = {{"public", 7, "ab"}, {"audit", 8, "cd"}}},
                         {10});
    return true;
  });
  const auto find = [&] { return store_->read_value([&](Snapshot& now) { return storage::find_repeat(now, key); }); };
  EXPECT_EQ(find().value().value().body, "{\"id\":1}");
  EXPECT_EQ(find().value().value().status, 201);
  ASSERT_EQ(find().value().value().receipts.size(), 2U);
  EXPECT_EQ(find().value().value().receipts[1].log, "audit");
  EXPECT_EQ(find().value().value().receipts[1].index, 8);
  EXPECT_EQ(find().value().value().receipts[1].leaf_hash, "cd");
  key.fingerprint = "other";
  EXPECT_EQ(find().error().code, "storage.key_reused");
  key.person = {5};
  EXPECT_FALSE(find().value().has_value());
  store_->write([](Transaction& transaction) { return storage::forget_repeats(transaction, {11}) == 1; });
  EXPECT_EQ(number("SELECT COUNT(*) FROM idempotency"), 0);
}

TEST_P(Contract, last_steps_are_done_before_the_commit_in_order_or_not_at_all) {
  const auto add = [](std::int64_t id) {
    return [id](Transaction& transaction) {
      const auto count = transaction.find("SELECT COUNT(*) FROM notes").value().at(0).number();
      transaction.execute("INSERT INTO notes (id, text, amount) VALUES (?, ?, ?)", {id, "last", count});
    };
  };
  store_->write([&](Transaction& transaction) {
    transaction.at_end(add(2));
    transaction.at_end(add(3));
    add(1)(transaction);
    return true;
  });
  EXPECT_EQ(number("SELECT amount FROM notes WHERE id = 1"), 0);
  EXPECT_EQ(number("SELECT amount FROM notes WHERE id = 2"), 1);
  EXPECT_EQ(number("SELECT amount FROM notes WHERE id = 3"), 2);
  store_->write([&](Transaction& transaction) {
    transaction.at_end(add(4));
    transaction.settle();
    transaction.at_end(add(5));
    return false;
  });
  EXPECT_THROW(store_->write([&](Transaction& transaction) {
    add(6)(transaction);
    transaction.at_end([](Transaction&) { throw storage::Fault("the last step failed"); });
    return true;
  }),
               storage::Fault);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes"), 3);
}

TEST_P(Contract, commands_and_commits_are_counted) {
  const storage::Store::Figures before = store_->figures();
  add_note(1);
  add_note(2);
  EXPECT_EQ(store_->figures().commands - before.commands, 2);
  EXPECT_EQ(store_->figures().commits - before.commits, 2);
  on_threads(8, [&](int index) { add_note(10 + index); });
  EXPECT_EQ(store_->figures().commands - before.commands, 10);
  EXPECT_LE(store_->figures().commits - before.commits, 10);
}

TEST_P(Contract, a_store_that_was_stopped_reads_but_does_not_write) {
  add_note(1);
  store_->stop_writing({"日志被回退", "the log was set back"});
  EXPECT_THROW(add_note(2), storage::Fault);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes"), 1);
  EXPECT_EQ(store_->trouble().value().en, "the log was set back");
}

TEST_P(Contract, one_key_sent_by_many_at_once_is_done_once) {
  const storage::CommandKey key{.person = {4}, .key = "k", .fingerprint = "f"};
  on_threads(8, [&](int) {
    store_->write([&](Transaction& transaction) {
      if (storage::find_repeat(transaction, key).value()) return false;
      transaction.next_number("done");
      storage::save_repeat(transaction, key, {.status = 200, .body = ""}, {1});
      return true;
    });
  });
  EXPECT_EQ(number("SELECT value FROM counters"), 1);
}

TEST_P(Contract, the_outbox_gives_again_what_was_not_finished) {
  store_->write([](Transaction& transaction) {
    transaction.enqueue("mail", "1", {100});
    transaction.enqueue("mail", "2", {200});
    return true;
  });
  EXPECT_TRUE(storage::take_outgoing(*store_, {99}, 10).empty());
  const auto taken = storage::take_outgoing(*store_, {200}, 10);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].data, "1");
  EXPECT_TRUE(storage::take_outgoing(*store_, {201}, 10).empty());
  storage::finish_outgoing(*store_, std::array{taken[0].id});
  const auto again = storage::take_outgoing(*store_, {200 + 60'000'000}, 10);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].id, taken[1].id);
  EXPECT_EQ(again[0].attempts, 2);
  storage::postpone_outgoing(*store_, again[0].id, {500'000'000}, "unreachable");
  EXPECT_TRUE(storage::take_outgoing(*store_, {499'000'000}, 10).empty());
  EXPECT_EQ(storage::take_outgoing(*store_, {500'000'000}, 10).size(), 1u);
}

TEST_P(Contract, two_takers_never_get_the_same_row_at_once) {
  store_->write([](Transaction& transaction) {
    for (int index = 0; index < 40; ++index) transaction.enqueue("mail", "x", {1});
    return true;
  });
  std::mutex mutex;
  std::multiset<std::int64_t> ids;
  on_threads(4, [&](int) {
    for (int turn = 0; turn < 20; ++turn)
      for (const auto& row : storage::take_outgoing(*store_, {2}, 3)) {
        const std::lock_guard guard(mutex);
        ids.insert(row.id);
      }
  });
  EXPECT_EQ(ids.size(), 40u);
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 40u);
}

TEST_P(Contract, a_snapshot_does_not_see_later_commits) {
  add_note(1);
  store_->read([&](Snapshot& snapshot) {
    EXPECT_EQ(snapshot.find("SELECT COUNT(*) FROM notes").value().at(0).number(), 1);
    std::thread(&Contract_a_snapshot_does_not_see_later_commits_Test::add_note, this, 2).join();
    EXPECT_EQ(snapshot.find("SELECT COUNT(*) FROM notes").value().at(0).number(), 1);
    store_->read(
        [](Snapshot& inner) { EXPECT_EQ(inner.find("SELECT COUNT(*) FROM notes").value().at(0).number(), 1); });
  });
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes"), 2);
}

TEST_P(Contract, a_snapshot_cannot_write) {
  EXPECT_THROW(store_->read([](Snapshot& snapshot) { snapshot.query("DELETE FROM notes"); }), storage::Fault);
}

TEST_P(Contract, an_interrupted_migration_is_continued) {
  const std::array broken = {notes_step, storage::Migration{.name = "test/0002", .sql = "CREATE TABLE two (a BIGINT)"},
                             storage::Migration{.name = "test/0003",
                                                .sql = "CREATE TABLE three (a BIGINT);\n"
                                                       "CREATE TABLE three (a BIGINT)"}};
  EXPECT_EQ(store_->migrate(broken).error().code, "storage.migration_failed");
  EXPECT_EQ(number("SELECT COUNT(*) FROM schema_migrations WHERE name = 'test/0002'"), 1);
  EXPECT_THROW(number("SELECT COUNT(*) FROM three"), storage::Fault);
  auto repaired = broken;
  repaired[2].sql = "CREATE TABLE three (a BIGINT);\nCREATE INDEX three_a ON three (a);\n";
  EXPECT_TRUE(store_->migrate(repaired));
  EXPECT_TRUE(store_->migrate(repaired));
  EXPECT_EQ(number("SELECT COUNT(*) FROM three"), 0);
}

TEST_P(Contract, a_newer_database_and_an_edited_step_are_refused) {
  const std::array edited = {storage::Migration{.name = notes_step.name, .sql = "CREATE TABLE notes (id BIGINT)"}};
  EXPECT_EQ(store_->migrate(edited).error().code, "storage.migration_changed");
  store_.reset();
  auto opened = storage::open({.database = address_});
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->migrate(storage::migrations()).error().code, "storage.database_newer");
}

class Backup : public Contract {
 protected:
  storage::Folders from() { return {.database = address_, .files = folder_.path("files")}; }
  storage::Folders to() { return {.database = target_, .files = folder_.path("restored")}; }
  /// Appends on four threads until told to stop, so that the backup is made under load.
  base::Result<std::string> back_up_under_load() {
    storage::FileStore files(folder_.path("files"));
    hash_ = files.put("营业执照");
    for (int turn = 0; turn < 200; ++turn) append(turn % 7);
    std::atomic<bool> stop = false;
    std::thread load([&] {
      on_threads(4, [&](int thread) {
        while (!stop) append(100 + thread);
      });
    });
    auto made = storage::backup_all(*store_, from(), folder_.path("backup"));
    stop = true;
    load.join();
    return made;
  }
  void damage(const std::string& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    ASSERT_TRUE(file) << path;
    file.seekp(static_cast<std::streamoff>(fs::file_size(path) / 2));
    file.write("\x5a\xa5\x5a", 3);
  }
  std::string hash_;
  std::string target_ = new_address();
};

TEST_P(Backup, made_under_load_is_restored_whole) {
  const auto made = back_up_under_load();
  ASSERT_TRUE(made) << made.error().message.en;
  const auto restored = storage::restore_all(folder_.path("backup"), to());
  ASSERT_TRUE(restored) << restored.error().message.en;
  const auto second = storage::open({.database = target_}).value();
  EXPECT_TRUE(storage::check_all(*second, to()));
  const auto old = second->read_value([](Snapshot& now) {
    return now.find("SELECT COUNT(*) FROM events WHERE stream_id < 100").value().at(0).number();
  });
  EXPECT_EQ(old, 200);
  EXPECT_GE(second->read_value([](Snapshot& now) { return storage::load_log(now, 0, 100'000).size(); }), 200u);
  EXPECT_EQ(storage::FileStore(to().files).get(hash_), "营业执照");
  EXPECT_EQ(storage::restore_all(folder_.path("backup"), to()).error().code, "storage.restore_target_exists");
}

TEST_P(Backup, a_damaged_backup_is_refused_and_nothing_is_put_in_place) {
  ASSERT_TRUE(back_up_under_load());
  const std::string name = is_sqlite() ? "database.db" : "database/toc.dat";
  damage(folder_.path("backup/" + name));
  const auto restored = storage::restore_all(folder_.path("backup"), to());
  EXPECT_EQ(restored.error().code, "storage.backup_damaged");
  EXPECT_NE(restored.error().message.en.find(name), std::string::npos) << restored.error().message.en;
  EXPECT_FALSE(fs::exists(to().files));
  EXPECT_FALSE(is_sqlite() && fs::exists(target_.substr(7)));
}

TEST_P(Backup, a_damaged_file_is_found) {
  append(1);
  storage::FileStore files(folder_.path("files"));
  const std::string hash = files.put("content");
  ASSERT_TRUE(storage::check_all(*store_, from()));
  damage(folder_.path("files/" + hash.substr(0, 2) + "/" + hash.substr(2, 2) + "/" + hash));
  EXPECT_EQ(storage::check_all(*store_, from()).error().code, "storage.check_failed");
  EXPECT_EQ(storage::backup_all(*store_, from(), folder_.path("backup")).error().code, "storage.backup_failed");
  EXPECT_FALSE(fs::exists(folder_.path("backup")));
  EXPECT_THROW(files.get(hash), storage::Fault);
}

INSTANTIATE_TEST_SUITE_P(on, Contract, testing::Values("sqlite", "postgresql"),
                         [](const auto& name) { return std::string(name.param); });
INSTANTIATE_TEST_SUITE_P(on, Backup, testing::Values("sqlite", "postgresql"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
