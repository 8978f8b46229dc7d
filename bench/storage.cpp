/// Group commit through the storage room beside plain SQL that writes the same rows in the same batches.
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "bench.h"
#include "storage/storage.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int commands_count = 40'000;
constexpr int threads_count = 32;
constexpr int rounds_count = 5;
constexpr std::int64_t streams_count = 5000;
const std::string body(300, 'x');

// What one command does: 8 small statements, reads and writes as a finished task has them.
constexpr const char* find_key = "SELECT fingerprint, status, body FROM idempotency WHERE person = ? AND key = ?";
constexpr const char* last_of_stream =
    "SELECT COALESCE(MAX(sequence), 0) FROM events WHERE stream_kind = ? AND stream_id = ?";
constexpr const char* append_event =
    "INSERT INTO events (division, stream_kind, stream_id, sequence, type, at, actor, data) "
    "SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), "
    "CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT) "
    "WHERE (SELECT COALESCE(MAX(sequence), 0) FROM events WHERE stream_kind = ? AND stream_id = ?) = ?";
constexpr const char* next_number =
    "INSERT INTO counters (name, value) VALUES (?, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value";
constexpr const char* save_task = "INSERT INTO tasks (id, holder, due) VALUES (?, ?, ?)";
constexpr const char* close_task = "UPDATE tasks SET holder = ?, due = ? WHERE id = ?";
constexpr const char* enqueue = "INSERT INTO outbox (kind, data, due_at, attempts) VALUES (?, ?, ?, 0)";
constexpr const char* save_key =
    "INSERT INTO idempotency (person, key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (person, key) DO NOTHING";

void run_command(storage::Transaction& transaction, std::int64_t id) {
  const storage::CommandKey key{.person = {7}, .key = "key-" + std::to_string(id), .fingerprint = "0123456789abcdef"};
  if (storage::find_repeat(transaction, key).value()) std::abort();
  const storage::Stream stream{"case", {id % streams_count}};
  transaction.append(stream, storage::last_sequence(transaction, stream),
                     {.type = "task.completed", .at = {id}, .actor = {7}, .data = body}, "330000");
  transaction.next_number("receipt");
  transaction.execute(save_task, {id, "holder", id});
  transaction.execute(close_task, {"nobody", id + 1, id});
  transaction.enqueue("mail", body, {id});
  storage::save_repeat(transaction, key, {.status = 200, .body = body}, {id});
}

/// The floor: nothing but SQLite, statements prepared once, values bound and stepped.
class Plain {
 public:
  explicit Plain(const std::string& path) {
    check(sqlite3_open(path.c_str(), &database_));
    for (const char* pragma : {"PRAGMA wal_autocheckpoint=2000", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
                               "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-32768"})
      check(sqlite3_exec(database_, pragma, nullptr, nullptr, nullptr));
    for (const char* sql : {find_key, last_of_stream, append_event, next_number, save_task, close_task, enqueue,
                            save_key, "BEGIN IMMEDIATE", "COMMIT"})
      check(sqlite3_prepare_v2(database_, sql, -1, &statements_.emplace_back(), nullptr));
  }
  ~Plain() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void begin() { step(8); }
  void commit() { step(9); }
  void command(std::int64_t id) {
    const std::string key = "key-" + std::to_string(id);
    const std::int64_t stream = id % streams_count;
    step(0, 7, key);
    const std::int64_t last = step(1, "case", stream);
    step(2, "330000", "case", stream, last + 1, "task.completed", id, 7, body, "case", stream, last);
    step(3, "receipt");
    step(4, id, "holder", id);
    step(5, "nobody", id + 1, id);
    step(6, "mail", body, id);
    step(7, 7, key, "0123456789abcdef", 200, body, id);
  }

 private:
  static void check(int code) {
    if (code != SQLITE_OK) std::abort();
  }
  static void bind(sqlite3_stmt* to, int at, std::int64_t value) { check(sqlite3_bind_int64(to, at, value)); }
  static void bind(sqlite3_stmt* to, int at, std::string_view value) {
    check(sqlite3_bind_text(to, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
  }
  template <class... Values>
  std::int64_t step(std::size_t which, const Values&... values) {
    sqlite3_stmt* statement = statements_[which];
    int at = 0;
    (bind(statement, ++at, values), ...);
    int code = sqlite3_step(statement);
    const std::int64_t answer = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    if (code != SQLITE_DONE) std::abort();
    check(sqlite3_reset(statement));
    return answer;
  }

  sqlite3* database_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::unique_ptr<storage::Store> open_store(const std::string& path) {
  const std::vector<storage::Migration> steps = {
      {.name = "bench/0001", .sql = "CREATE TABLE tasks (id BIGINT PRIMARY KEY, holder TEXT NOT NULL, due BIGINT)"}};
  auto store = storage::open({.database = "sqlite:" + path}).value();
  if (!store->migrate(steps)) std::abort();
  return store;
}

double run_store(const std::string& path) {
  const auto store = open_store(path);
  return seconds_of([&] {
    std::atomic<std::int64_t> next = 0;
    std::vector<std::thread> threads;
    for (int index = 0; index < threads_count; ++index)
      threads.emplace_back([&] {
        for (std::int64_t id = ++next; id <= commands_count; id = ++next)
          store->write([id](storage::Transaction& transaction) {
            run_command(transaction, id);
            return true;
          });
      });
    for (std::thread& thread : threads) thread.join();
  });
}

/// The face alone, without threads: one writer gives batches of the same size as one command each.
double run_face(const std::string& path) {
  const auto store = open_store(path);
  return seconds_of([&] {
    for (std::int64_t id = 1; id <= commands_count; id += threads_count)
      store->write([id](storage::Transaction& transaction) {
        for (std::int64_t each = id; each < id + threads_count; ++each) run_command(transaction, each);
        return true;
      });
  });
}

double run_plain(const std::string& path) {
  open_store(path).reset();
  Plain plain(path);
  return seconds_of([&] {
    for (std::int64_t id = 1; id <= commands_count; id += threads_count) {
      plain.begin();
      for (std::int64_t each = id; each < id + threads_count; ++each) plain.command(each);
      plain.commit();
    }
  });
}

}  // namespace

Table storage() {
  const fs::path folder = fs::temp_directory_path() / ("yichuang-bench-" + std::to_string(std::rand()));
  std::vector<double> plain;
  std::vector<double> face;
  std::vector<double> store;
  for (int round = 0; round < rounds_count; ++round) {
    fs::create_directories(folder);
    plain.push_back(run_plain((folder / "plain.db").string()));
    face.push_back(run_face((folder / "face.db").string()));
    store.push_back(run_store((folder / "store.db").string()));
    fs::remove_all(folder);
  }
  const auto rate = [](std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    return commands_count / times[times.size() / 2];
  };
  const double floor = rate(plain);
  const double through_face = rate(face);
  const double through_store = rate(store);
  const std::string beside = grouped(floor) + " /s plain SQLite";
  return {{"durable commands of 8 small statements, batches of " + std::to_string(threads_count) +
               ", through the storage face",
           grouped(through_face) + " /s (" + percent(through_face, floor) + ")", beside},
          {"the same from " + std::to_string(threads_count) + " threads, a savepoint each",
           grouped(through_store) + " /s (" + percent(through_store, floor) + ")", beside, 2 * through_store >= floor}};
}

}  // namespace bench
