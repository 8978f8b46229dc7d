/// SQLite on a disk that fails: every system call that may fail does, once told to.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "databases.h"

namespace {

using storage::Snapshot;
using storage::Transaction;

std::atomic<int> syncs_until_failure = -1;  // negative: none fails
std::atomic<bool> disk_is_full = false;
std::atomic<int> writes_count = 0;

/// SQLite has one table of system calls for databases and another for logs; each gets a failing double.
struct Double {
  const sqlite3_io_methods* real = nullptr;
  sqlite3_io_methods failing;
};
std::array<Double, 8> doubles;
std::mutex doubles_mutex;
sqlite3_vfs failing_vfs;
sqlite3_vfs* real_vfs = nullptr;

const sqlite3_io_methods& real_of(const sqlite3_file* file) {
  for (const Double& twin : doubles)
    if (&twin.failing == file->pMethods) return *twin.real;
  std::abort();
}

int failing_sync(sqlite3_file* file, int flags) {
  if (syncs_until_failure >= 0 && syncs_until_failure-- == 0) return SQLITE_IOERR_FSYNC;
  return real_of(file).xSync(file, flags);
}

int failing_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  ++writes_count;
  return disk_is_full ? SQLITE_FULL : real_of(file).xWrite(file, bytes, size, at);
}

int failing_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const int code = real_vfs->xOpen(real_vfs, name, file, flags, flags_out);
  if (code != SQLITE_OK || file->pMethods == nullptr) return code;
  const std::lock_guard guard(doubles_mutex);
  for (Double& twin : doubles) {
    if (twin.real == nullptr) {
      twin.failing = *file->pMethods;
      twin.failing.xSync = failing_sync;
      twin.failing.xWrite = failing_write;
      twin.real = file->pMethods;
    }
    if (twin.real != file->pMethods) continue;
    file->pMethods = &twin.failing;
    return code;
  }
  std::abort();
}

class Faults : public testing::Test {
 protected:
  Faults() {
    syncs_until_failure = -1;
    disk_is_full = false;
    if (real_vfs == nullptr) {
      real_vfs = sqlite3_vfs_find(nullptr);
      failing_vfs = *real_vfs;
      failing_vfs.zName = "failing";
      failing_vfs.xOpen = failing_open;
    }
    sqlite3_vfs_register(&failing_vfs, 1);
    store_ = testing_storage::open_store(address_);
  }
  ~Faults() override {
    store_.reset();
    syncs_until_failure = -1;
    disk_is_full = false;
    sqlite3_vfs_register(real_vfs, 1);
  }
  void append(std::string data = "{}") {
    store_->write([&](Transaction& transaction) {
      const storage::Stream stream{"case", {1}};
      transaction.append(stream, storage::last_sequence(transaction, stream),
                         {.type = "t", .at = {1}, .actor = {}, .data = data}, "330000");
      return true;
    });
  }
  std::int64_t count() {
    return store_->read_value(
        [](Snapshot& now) { return now.find("SELECT COUNT(*) FROM events").value().at(0).number(); });
  }

  testing_storage::TemporaryFolder folder_;
  std::string address_ = "sqlite:" + folder_.path("a.db");
  std::unique_ptr<storage::Store> store_;
};

TEST_F(Faults, a_failed_sync_stops_all_writing_until_the_next_start) {
  append();
  EXPECT_FALSE(store_->trouble().has_value());
  syncs_until_failure = 0;
  EXPECT_THROW(append(), storage::Fault);
  // The disk works again, but what it holds is no longer known: SQLite itself would go on here.
  EXPECT_THROW(append(), storage::Fault);
  ASSERT_TRUE(store_->trouble().has_value());
  EXPECT_NE(store_->trouble()->en.find("1034"), std::string::npos) << store_->trouble()->en;
  EXPECT_EQ(count(), 1);
  store_.reset();
  store_ = testing_storage::open_store(address_);
  append();
  EXPECT_FALSE(store_->trouble().has_value());
  EXPECT_GE(count(), 2);
  EXPECT_TRUE(storage::check_all(*store_, {.database = address_, .files = folder_.path("files")}));
}

TEST_F(Faults, whichever_sync_fails_no_command_is_wrongly_acknowledged) {
  for (int nth = 0; nth < 6; ++nth) {
    std::int64_t acknowledged = count();
    syncs_until_failure = nth;
    std::int64_t unknown = 0;
    for (int turn = 0; turn < 10; ++turn) {
      try {
        append();
        ++acknowledged;
      } catch (const storage::Fault&) {
        ++unknown;
      }
    }
    EXPECT_GT(unknown, 0);
    syncs_until_failure = -1;
    store_.reset();
    store_ = testing_storage::open_store(address_);
    EXPECT_GE(count(), acknowledged);
    EXPECT_LE(count(), acknowledged + unknown);
    EXPECT_TRUE(storage::check_all(*store_, {.database = address_, .files = folder_.path("files")}));
  }
}

TEST_F(Faults, pages_of_a_commit_are_written_together) {
  append();
  const int before = writes_count;
  append(std::string(100'000, 'x'));  // some 25 pages
  EXPECT_LE(writes_count - before, 2);
  EXPECT_EQ(count(), 2);
}

TEST_F(Faults, a_transaction_larger_than_what_is_gathered_is_kept_whole) {
  append(std::string(9'000'000, 'x'));
  append(std::string(9'000'000, 'y'));
  store_.reset();
  store_ = testing_storage::open_store(address_);
  EXPECT_EQ(count(), 2);
  EXPECT_TRUE(storage::check_all(*store_, {.database = address_, .files = folder_.path("files")}));
}

TEST_F(Faults, a_full_disk_refuses_writes_goes_on_reading_and_recovers) {
  append();
  disk_is_full = true;
  for (int turn = 0; turn < 3; ++turn) EXPECT_THROW(append(std::string(100'000, 'x')), storage::Fault);
  EXPECT_EQ(count(), 1);
  ASSERT_TRUE(store_->trouble().has_value());
  EXPECT_NE(store_->trouble()->en.find("full"), std::string::npos);
  disk_is_full = false;
  append();
  EXPECT_FALSE(store_->trouble().has_value());
  EXPECT_EQ(count(), 2);
}

TEST_F(Faults, space_that_returns_is_noticed_without_a_command) {
  disk_is_full = true;
  EXPECT_THROW(append(), storage::Fault);
  disk_is_full = false;
  for (int turn = 0; turn < 100 && store_->trouble(); ++turn)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(store_->trouble().has_value());
}

TEST_F(Faults, the_file_has_one_owner) {
  EXPECT_EQ(storage::open({.database = address_}).error().code, "storage.in_use");
  EXPECT_EQ(storage::open({.database = "sqlite:" + folder_.path("none/a.db")}).error().code, "storage.open_failed");
  EXPECT_EQ(storage::open({.database = "oracle:x"}).error().code, "storage.open_failed");
}

TEST_F(Faults, a_full_queue_refuses_at_once) {
  store_.reset();
  auto small = storage::open({.database = address_, .queue_commands_max = 1}).value();
  std::atomic<bool> started = false;
  std::atomic<bool> go_on = false;
  std::thread first([&] {
    small->write([&](Transaction&) {
      started = true;
      while (!go_on) std::this_thread::yield();
      return false;
    });
  });
  while (!started) std::this_thread::yield();
  std::atomic<int> refused = 0;
  std::vector<std::thread> others;
  for (int index = 0; index < 5; ++index)
    others.emplace_back([&] {
      try {
        small->write([](Transaction&) { return false; });
      } catch (const storage::Fault&) {
        ++refused;
      }
    });
  while (refused < 4) std::this_thread::yield();
  go_on = true;
  first.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(refused, 4);
}

}  // namespace
