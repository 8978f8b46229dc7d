#include "postgres_store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "conflict.h"
#include "postgres_tools.h"

namespace storage {
namespace {

constexpr int writers_count = 16;
/// How often a command is run again when others were faster. Each time at least one of the others has succeeded.
constexpr int tries_max = 50;
constexpr std::int64_t pause_us_max = 20'000;
/// Held by whoever changes the schema.
constexpr std::string_view migration_lock = "SELECT pg_advisory_xact_lock(7954212)";

thread_local const void* writing_for = nullptr;
thread_local const void* reading_for = nullptr;
thread_local Snapshot* reading_in = nullptr;

class PostgresTransaction final : public Transaction {
 public:
  explicit PostgresTransaction(PostgresConnection& connection) : connection_(connection) {}
  using Snapshot::query;
  Rows query(std::string_view sql, std::span<const Datum> parameters) override {
    return connection_.query(sql, parameters);
  }
  using Transaction::execute;
  std::int64_t execute(std::string_view sql, std::span<const Datum> parameters) override {
    return connection_.execute(sql, parameters);
  }

 private:
  PostgresConnection& connection_;
};

/// A connection for as long as one unit of work needs it; what was begun and not ended is rolled back.
class Loan {
 public:
  explicit Loan(PostgresPool& pool) : pool_(pool), connection_(pool.take()) {}
  ~Loan() {
    try {
      if (connection_->is_alive() && connection_->in_transaction()) connection_->run("ROLLBACK");
      if (!connection_->is_alive()) connection_.reset();
    } catch (const Fault&) {
      connection_.reset();
    }
    pool_.give_back(std::move(connection_));
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;

  PostgresConnection& operator*() { return *connection_; }
  PostgresConnection* operator->() { return connection_.get(); }

  /// A connection that slept while the server was restarted is renewed: nothing has happened on it yet.
  void begin(const char* sql) {
    try {
      connection_->run(sql);
    } catch (const PostgresFault&) {
      if (connection_->is_alive()) throw;
      connection_->reset();
      connection_->run(sql);
    }
  }

 private:
  PostgresPool& pool_;
  std::unique_ptr<PostgresConnection> connection_;
};

/// Sets a thread's mark for one scope.
template <class T>
struct Mark {
  Mark(T& place_, T value) : place(place_), before(std::exchange(place_, value)) {}
  ~Mark() { place = before; }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  T& place;
  T before;
};

/// Somebody else was faster: could not serialise, deadlock, the same key was inserted, a plan was overtaken by a
/// migration.
bool may_succeed_later(const std::string& state) {
  return state == "40001" || state == "40P01" || state == "23505" || state == "0A000";
}

void pause_shortly(int tries) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const std::int64_t most = std::min<std::int64_t>(pause_us_max, 500LL << std::min(tries, 10));
  std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, most)(random)));
}

}  // namespace

PostgresPool::PostgresPool(std::string address, int size, std::size_t waiting_max)
    : address_(std::move(address)), size_(size), waiting_max_(waiting_max) {}

std::unique_ptr<PostgresConnection> PostgresPool::take() {
  std::unique_lock guard(mutex_);
  if (waiting_ >= waiting_max_) throw Fault("busy: too many commands are waiting");
  ++waiting_;
  returned_.wait(guard, [&] { return !idle_.empty() || open_ < size_; });
  --waiting_;
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  ++open_;
  guard.unlock();
  try {
    return std::make_unique<PostgresConnection>(address_);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  {
    const std::lock_guard guard(mutex_);
    if (connection)
      idle_.push_back(std::move(connection));
    else
      --open_;
  }
  returned_.notify_one();
}

PostgresStore::PostgresStore(const Options& options)
    : address_(options.database),
      writers_(options.database, writers_count, options.queue_commands_max),
      readers_(options.database, std::max(1, options.readers), options.queue_commands_max) {
  const Loan first(readers_);
}

void PostgresStore::write(const std::function<bool(Transaction&)>& work) {
  CHECK(writing_for != this);
  check_not_stopped();
  const Mark mark(writing_for, static_cast<const void*>(this));
  for (int tries = 1; tries < tries_max; ++tries) {
    if (try_write(work)) return;
    pause_shortly(tries);
  }
  throw Fault("busy: others were faster too often");
}

bool PostgresStore::try_write(const std::function<bool(Transaction&)>& work) {
  try {
    Loan connection(writers_);
    // The number of the transaction is taken before any position of the log: `settled_events` relies on it.
    connection.begin("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()");
    PostgresTransaction transaction(*connection);
    if (!work(transaction)) return true;
    transaction.settle();
    connection->take_warning();
    std::string tag;
    try {
      tag = connection->run("COMMIT");
    } catch (const PostgresFault& fault) {
      if (fault.state.empty())
        throw Fault(std::string("unknown outcome: the connection was lost in COMMIT: ") + fault.what());
      throw;
    }
    if (tag != "COMMIT") throw Fault("the transaction was rolled back because of an earlier failure in it");
    // "canceling wait for synchronous replication" comes as a warning: committed here, perhaps not elsewhere.
    if (connection->take_warning()) throw Fault("unknown outcome: the server warned during COMMIT");
    note_trouble("");
    note_commit(1);
    return true;
  } catch (const Conflict&) {
    return false;
  } catch (const PostgresFault& fault) {
    if (may_succeed_later(fault.state)) return false;
    if (fault.state.empty()) note_trouble(fault.what());
    throw;
  }
}

void PostgresStore::read(const std::function<void(Snapshot&)>& work) {
  if (reading_for == this) return work(*reading_in);
  Loan connection(readers_);
  connection.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  PostgresTransaction snapshot(*connection);
  const Mark mark(reading_for, static_cast<const void*>(this));
  const Mark in(reading_in, static_cast<Snapshot*>(&snapshot));
  work(snapshot);
}

base::Result<void> PostgresStore::migrate(std::span<const Migration> migrations) {
  return migrator_.run(*this, migrations, migration_lock);
}

base::Result<void> PostgresStore::backup(const std::string& target) {
  std::string cause;
  if (std::filesystem::exists(target))
    cause = "目标已存在 (the target exists)";
  else
    cause =
        run_postgres_tool("pg_dump", address_, {"--format=directory", "--no-owner", "--no-acl", "--file=" + target});
  if (cause.empty()) return base::done();
  return base::Error{.kind = base::Refusal::conflict,
                     .code = "storage.backup_failed",
                     .message = {.zh = "备份到 " + target + " 未能完成：" + cause,
                                 .en = "The backup to " + target + " failed: " + cause}};
}

std::optional<base::Text> PostgresStore::trouble() const {
  if (const auto why = stopped()) return why;
  const std::lock_guard guard(trouble_mutex_);
  if (trouble_.empty()) return std::nullopt;
  return base::Text{
      .zh = "数据库服务器无法连接，恢复后自动继续。原因：" + trouble_,
      .en = "The database server cannot be reached; work goes on by itself when it can. Cause: " + trouble_};
}

void PostgresStore::note_trouble(const std::string& cause) {
  const std::lock_guard guard(trouble_mutex_);
  trouble_ = cause;
}

}  // namespace storage
