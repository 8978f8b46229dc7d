/// Killed at any instant: what was acknowledged is there once, the rest at most once.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "databases.h"

namespace {

constexpr int threads_count = 8;

/// One command: a number from a counter, an event, its idempotency key. Its name tells it apart for ever.
void run_command(storage::Store& store, std::int64_t name) {
  store.write([&](storage::Transaction& transaction) {
    transaction.next_number("permit");
    const storage::Stream stream{"case", {name % 5}};
    transaction.append(stream, storage::last_sequence(transaction, stream),
                       {.type = "t", .at = {name}, .actor = {}, .data = "{}"}, "330000");
    storage::save_repeat(transaction, {.person = {1}, .key = std::to_string(name), .fingerprint = "f"},
                         {.status = 200, .body = ""}, {1});
    return true;
  });
}

/// Writes until killed; every acknowledged name goes down the pipe, after its commit.
[[noreturn]] void write_until_killed(const std::string& address, std::int64_t round, int pipe) {
  auto store = storage::open({.database = address}).value();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < threads_count; ++thread)
    threads.emplace_back([&, thread] {
      for (std::int64_t turn = 0;; ++turn) {
        const std::int64_t name = (round * threads_count + thread) * 1'000'000 + turn;
        run_command(*store, name);
        if (::write(pipe, &name, sizeof name) != sizeof name) ::_exit(1);
      }
    });
  for (std::thread& thread : threads) thread.join();
  ::_exit(0);
}

std::set<std::int64_t> names_of(storage::Store& store, std::int64_t& rows) {
  std::set<std::int64_t> names;
  store.read([&](storage::Snapshot& snapshot) {
    const storage::Rows found = snapshot.query("SELECT at FROM events");
    rows = static_cast<std::int64_t>(found.size());
    for (const storage::Row& row : found) names.insert(row.at(0).number());
  });
  return names;
}

void kill_and_check(const std::string& address, const std::string& files, int rounds) {
  testing_storage::open_store(address).reset();
  std::minstd_rand random(20261124);
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      write_until_killed(address, round, pipe[1]);
    }
    ::close(pipe[1]);
    // Every other round is killed at work, however long its start has taken; the others whenever it comes.
    std::thread killer([&, at_work = round % 2 == 0, wait_us = 30'000 + random() % 200'000] {
      pollfd first{.fd = pipe[0], .events = POLLIN, .revents = 0};
      constexpr int start_ms_max = 30'000;
      if (at_work) ::poll(&first, 1, start_ms_max);
      ::usleep(wait_us);
      ::kill(child, SIGKILL);
    });
    std::int64_t name = 0;
    while (::read(pipe[0], &name, sizeof name) == sizeof name) acknowledged.insert(name);
    killer.join();
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    auto store = testing_storage::open_store(address);
    std::int64_t rows = 0;
    const std::set<std::int64_t> stored = names_of(*store, rows);
    ASSERT_EQ(static_cast<std::int64_t>(stored.size()), rows) << "a command was done twice";
    for (const std::int64_t expected : acknowledged) ASSERT_TRUE(stored.contains(expected)) << expected;
    const auto keys = store->read_value([](storage::Snapshot& now) {
      return now.find("SELECT (SELECT COUNT(*) FROM idempotency), (SELECT value FROM counters)").value();
    });
    ASSERT_EQ(keys.at(0).number(), rows);
    ASSERT_EQ(keys.at(1).is_null() ? 0 : keys.at(1).number(), rows);
    const auto checked = storage::check_all(*store, {.database = address, .files = files});
    ASSERT_TRUE(checked) << checked.error().message.en;
  }
  EXPECT_GT(acknowledged.size(), 0u);
}

TEST(crash, sqlite_keeps_every_acknowledged_command) {
  const testing_storage::TemporaryFolder folder;
  kill_and_check("sqlite:" + folder.path("a.db"), folder.path("files"), 20);
}

TEST(crash, postgresql_keeps_every_acknowledged_command) {
  const testing_storage::TemporaryFolder folder;
  kill_and_check(testing_storage::new_postgres_database(), folder.path("files"), 5);
}

TEST(crash, sqlite_keeps_every_acknowledged_command_slow) {
  const testing_storage::TemporaryFolder folder;
  kill_and_check("sqlite:" + folder.path("a.db"), folder.path("files"), 100);
}

}  // namespace
