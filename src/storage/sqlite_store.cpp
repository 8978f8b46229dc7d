#include "sqlite_store.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>

#include "conflict.h"
#include "files.h"

namespace storage {
namespace {

/// Units: pages of 4 KiB. A checkpoint is tried when the write-ahead log has grown by this much.
constexpr int checkpoint_pages = 8000;
/// Beyond this a checkpoint waits shortly for readers, so that the log can start again from its beginning.
constexpr int log_pages_large = 32'000;
constexpr int checkpoint_wait_ms = 50;
constexpr int busy_timeout_ms = 5000;
constexpr std::chrono::milliseconds idle_pause{1000};
/// Who was answered together comes back together: after a batch of this many commands the writer waits a moment for
/// the next ones as long as more of them come, because one sync serves all. The moment is as long as a request of a
/// busy server takes until it gets here.
constexpr std::size_t gathering_from = 4;
/// So many share a sync that one more gains nothing: the rest is better served while the next ones come.
constexpr std::size_t gathering_to = 64;
constexpr std::chrono::microseconds gathering_pause{800};
/// Pages copied by a backup between two batches.
constexpr int copy_step_pages = 256;
const std::string copy_continues = "(more)";
constexpr std::string_view note_latched = "latched\n";

/// Which store's writer this thread is, and the snapshot this thread is reading in.
thread_local const void* writing_for = nullptr;
thread_local const void* reading_for = nullptr;
thread_local Snapshot* reading_in = nullptr;

/// A command inside the batch. When it can be taken back alone, its savepoint is opened by its first change, so that
/// commands which are refused after having read cost nothing.
class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(SqliteConnection& connection, bool has_savepoint)
      : connection_(connection), has_savepoint_(has_savepoint) {}

  using Snapshot::query;
  Rows query(std::string_view sql, std::span<const Datum> parameters) override {
    return connection_.query(prepare(sql), parameters);
  }
  using Transaction::execute;
  std::int64_t execute(std::string_view sql, std::span<const Datum> parameters) override {
    return connection_.execute(prepare(sql), parameters);
  }
  void keep() {
    if (changed_ && has_savepoint_) connection_.run("RELEASE command");
  }
  /// False when only the whole batch can be rolled back.
  bool undo() {
    if (!changed_) return true;
    if (!has_savepoint_) return false;
    if (!connection_.in_transaction()) return true;
    connection_.run("ROLLBACK TO command");
    connection_.run("RELEASE command");
    return true;
  }

 private:
  sqlite3_stmt* prepare(std::string_view sql) {
    sqlite3_stmt* statement = connection_.prepare(sql);
    if (changed_ || sqlite3_stmt_readonly(statement) != 0) return statement;
    changed_ = true;
    if (!has_savepoint_) return statement;
    connection_.run("SAVEPOINT command");
    return connection_.prepare(sql);  // the cache may have been emptied
  }

  SqliteConnection& connection_;
  bool has_savepoint_;
  bool changed_ = false;
};

class SqliteSnapshot final : public Snapshot {
 public:
  explicit SqliteSnapshot(SqliteConnection& connection) : connection_(connection) {}
  using Snapshot::query;
  Rows query(std::string_view sql, std::span<const Datum> parameters) override {
    return connection_.query(connection_.prepare(sql), parameters);
  }

 private:
  SqliteConnection& connection_;
};

int remember_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

base::Error backup_failed(const std::string& target, const std::string& cause) {
  return {.kind = base::Refusal::conflict,
          .code = "storage.backup_failed",
          .message = {.zh = "备份到 " + target + " 未能完成：" + cause,
                      .en = "The backup to " + target + " failed: " + cause}};
}

}  // namespace

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool FileLock::take(const std::string& path) {
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw Fault(system_words("open " + path, errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) throw Fault(system_words("lock " + path, errno));
  return false;
}

std::string FileLock::note() const {
  std::array<char, 64> text{};
  const ssize_t size = ::pread(descriptor_, text.data(), text.size(), 0);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

void FileLock::set_note(std::string_view text) const {
  // A note that cannot be written is a lost hint, no more.
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, text.data(), text.size(), 0) < 0) return;
}

SqliteStore::SqliteStore(const std::string& path, const Options& options, std::unique_ptr<FileLock> lock)
    : path_(path), options_(options), lock_(std::move(lock)), writer_(path, SqliteConnection::Role::writer) {
  if (lock_->note() == note_latched) {
    const Rows rows = writer_.query(writer_.prepare("PRAGMA quick_check(1)"), {});
    if (rows.at(0).at(0).text() != "ok")
      throw Fault("the database is damaged since its disk failed: " + rows.at(0).at(0).text() + "; restore a backup");
    lock_->set_note("");
  }
  sqlite3_wal_hook(writer_.handle(), remember_log_pages, &log_pages_);
  thread_ = std::thread([this] { work_through_queue(); });
}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard guard(queue_mutex_);
    stopping_ = true;
  }
  queue_filled_.notify_one();
  thread_.join();
  readers_idle_.clear();
}

void SqliteStore::write(const std::function<bool(Transaction&)>& work) {
  CHECK(writing_for != this);  // a command inside a command would wait for itself
  check_not_stopped();
  Command command{.work = &work, .error = nullptr};
  std::shared_ptr<Batch> batch;
  {
    const std::lock_guard guard(queue_mutex_);
    if (stopping_) throw Fault("the store is closing");
    if (queue_commands_ >= options_.queue_commands_max) throw Fault("busy: too many commands are waiting");
    if (queue_.empty() || queue_.back()->commands.size() >= options_.batch_commands_max)
      queue_.push_back(std::make_shared<Batch>());
    batch = queue_.back();
    batch->commands.push_back(&command);
    ++queue_commands_;
  }
  queue_filled_.notify_one();
  batch->done.wait(0, std::memory_order_acquire);
  if (command.error) std::rethrow_exception(command.error);
}

void SqliteStore::work_through_queue() {
  writing_for = this;
  ::pthread_setname_np(::pthread_self(), "writer");
  for (;;) {
    const std::shared_ptr<Batch> batch = next_batch();
    if (batch != nullptr) {
      run_batch(*batch);
      batch->done.store(1, std::memory_order_release);
      batch->done.notify_all();
    }
    const bool copying = step_copy();
    look_after_log(batch == nullptr && !copying);
    const std::lock_guard guard(queue_mutex_);
    if (stopping_ && queue_.empty() && copy_ == nullptr) return;
  }
}

void SqliteStore::gather(std::unique_lock<std::mutex>& guard) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point until = Clock::now() + gathering_pause;
  const std::size_t enough = std::min(batch_last_, gathering_to);
  // The lock is theirs meanwhile: those who come would sleep on it.
  guard.unlock();
  for (std::size_t seen = queue_commands_; seen < enough && !stopping_;) {
    std::this_thread::yield();  // to those who are about to ask; a sleep would outlast their coming
    const Clock::time_point now = Clock::now();
    const std::size_t waiting = queue_commands_;
    if (waiting > seen)
      until = now + gathering_pause;
    else if (now >= until)
      break;
    seen = waiting;
  }
  guard.lock();
}

std::shared_ptr<SqliteStore::Batch> SqliteStore::next_batch() {
  std::unique_lock guard(queue_mutex_);
  const auto something_to_do = [this] { return !queue_.empty() || stopping_ || copy_ != nullptr; };
  if (log_pages_ > 0 || full_)
    queue_filled_.wait_for(guard, idle_pause, something_to_do);
  else
    queue_filled_.wait(guard, something_to_do);
  if (batch_last_ >= gathering_from) gather(guard);
  batch_last_ = 0;
  if (queue_.empty()) return nullptr;
  std::shared_ptr<Batch> batch = std::move(queue_.front());
  queue_.pop_front();
  batch_last_ = batch->commands.size();
  queue_commands_ -= batch_last_;
  return batch;
}

void SqliteStore::run_batch(const Batch& batch) {
  if (latched_) {
    const std::lock_guard guard(trouble_mutex_);
    return fail_batch(batch, Fault("writing has stopped: " + latch_cause_));
  }
  try {
    // A savepoint for each command costs a copy of every page it changes, and hardly any command is taken back after it
    // has changed something: so they are set only when one was.
    if (!try_batch(batch, false)) try_batch(batch, true);
  } catch (const Fault& fault) {
    if (const auto* failure = dynamic_cast<const SqliteFault*>(&fault)) note_failure(*failure);
    try {
      if (writer_.in_transaction()) writer_.run("ROLLBACK");
    } catch (const SqliteFault& second) {
      latch(second.what());
    }
    fail_batch(batch, fault);
  }
}

bool SqliteStore::try_batch(const Batch& batch, bool has_savepoints) {
  writer_.run("BEGIN IMMEDIATE");
  for (Command* command : batch.commands) {
    command->error = nullptr;
    if (!run_command(*command, has_savepoints)) {
      if (writer_.in_transaction()) writer_.run("ROLLBACK");
      if (latched_) throw Fault("writing has stopped");
      return batch.commands.size() == 1;  // what was alone is done with
    }
    // A full disk or a failed device rolls back everything, not just the statement that met it.
    if (!writer_.in_transaction()) throw Fault("the batch was rolled back because of another command's failure");
  }
  writer_.run("COMMIT");
  note_commit(static_cast<std::int64_t>(batch.commands.size()));
  full_ = false;
  return true;
}

bool SqliteStore::run_command(Command& command, bool has_savepoint) {
  SqliteTransaction transaction(writer_, has_savepoint);
  bool keep = false;
  try {
    keep = (*command.work)(transaction);
    if (keep) {
      keep = false;
      transaction.settle();
      keep = true;
    }
  } catch (const SqliteFault& fault) {
    command.error = is_full(fault.code) ? std::make_exception_ptr(FullFault(fault.what())) : std::current_exception();
    note_failure(fault);
  } catch (...) {
    command.error = std::current_exception();
  }
  if (!keep) return transaction.undo();
  transaction.keep();
  return true;
}

void SqliteStore::fail_batch(const Batch& batch, const Fault& fault) {
  const std::exception_ptr error =
      full_ ? std::make_exception_ptr(FullFault(fault.what())) : std::make_exception_ptr(Fault(fault.what()));
  // A refusal is lost too: it may rest on what an earlier command of the batch had written.
  for (Command* command : batch.commands)
    if (!command->error) command->error = error;
}

void SqliteStore::note_failure(const SqliteFault& fault) {
  if (is_full(fault.code)) full_ = true;
  if (is_fatal(fault.code)) latch(fault.what());
}

void SqliteStore::latch(const std::string& cause) {
  const std::lock_guard guard(trouble_mutex_);
  if (latched_) return;
  latch_cause_ = cause;
  latched_ = true;
  sqlite3_db_config(writer_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  lock_->set_note(note_latched);
}

void SqliteStore::look_after_log(bool idle) {
  if (latched_) {
    log_pages_ = 0;
    return;
  }
  try {
    if (full_ && idle) probe_space();
    const bool large = log_pages_ > log_pages_large;
    if (!idle && log_pages_ - log_pages_last_try_ < checkpoint_pages) {
      if (log_pages_ < log_pages_last_try_) log_pages_last_try_ = 0;  // the log began anew
      return;
    }
    if (log_pages_ == 0) return;
    // While idle the log is emptied, unless readers hold it: then the next second will do.
    const int mode = idle ? SQLITE_CHECKPOINT_TRUNCATE : large ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    sqlite3_busy_timeout(writer_.handle(), idle ? 0 : checkpoint_wait_ms);
    const int code = sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, mode, nullptr, nullptr);
    sqlite3_busy_timeout(writer_.handle(), busy_timeout_ms);
    log_pages_last_try_ = log_pages_;
    if (code == SQLITE_OK && idle) log_pages_ = log_pages_last_try_ = 0;
    if (code != SQLITE_OK && code != SQLITE_BUSY)
      note_failure(SqliteFault(code, std::string("checkpoint: ") + sqlite3_errmsg(writer_.handle())));
  } catch (const SqliteFault& fault) {
    note_failure(fault);
  }
}

void SqliteStore::probe_space() {
  // Writes one page with what it already holds.
  writer_.run("BEGIN IMMEDIATE");
  try {
    const std::int64_t version = writer_.query(writer_.prepare("PRAGMA user_version"), {}).at(0).at(0).number();
    writer_.run("PRAGMA user_version = " + std::to_string(version));
    writer_.run("COMMIT");
    full_ = false;
  } catch (const SqliteFault& fault) {
    note_failure(fault);
    if (writer_.in_transaction()) writer_.run("ROLLBACK");
  }
}

base::Result<void> SqliteStore::backup(const std::string& target) {
  if (std::filesystem::exists(target)) return backup_failed(target, "目标已存在 (the target exists)");
  Copy copy;
  copy.target = target;
  {
    std::unique_lock guard(queue_mutex_);
    if (stopping_) return backup_failed(target, "系统正在停止 (the store is closing)");
    if (copy_ != nullptr) return backup_failed(target, "另一备份正在进行 (another backup is running)");
    copy_ = &copy;
    queue_filled_.notify_one();
    copy_finished_.wait(guard, [&] { return copy.finished; });
  }
  if (!copy.error.empty()) return backup_failed(target, copy.error);
  return base::done();
}

bool SqliteStore::step_copy() {
  Copy* copy = nullptr;
  {
    const std::lock_guard guard(queue_mutex_);
    copy = copy_;
    if (copy != nullptr && stopping_) copy->error = "the store is closing";
  }
  if (copy == nullptr) return false;
  const std::string error = copy->error.empty() ? copy_some(*copy) : copy->error;
  if (error == copy_continues) return true;
  finish_copy(*copy, error);
  return false;
}

std::string SqliteStore::copy_some(Copy& copy) {
  if (copy.progress == nullptr) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(copy.target.c_str(), &copy.destination, flags, nullptr) != SQLITE_OK)
      return sqlite3_errmsg(copy.destination);
    // The copy is made by the writer itself: pages it changes meanwhile are carried over by SQLite, so the copy never
    // starts again, however busy the database is.
    copy.progress = sqlite3_backup_init(copy.destination, "main", writer_.handle(), "main");
    if (copy.progress == nullptr) return sqlite3_errmsg(copy.destination);
  }
  const int code = sqlite3_backup_step(copy.progress, copy_step_pages);
  if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) return copy_continues;
  return code == SQLITE_DONE ? "" : sqlite3_errstr(code);
}

void SqliteStore::finish_copy(Copy& copy, const std::string& error) {
  std::string cause = error;
  if (copy.progress != nullptr) sqlite3_backup_finish(copy.progress);
  if (copy.destination != nullptr) {
    // The copy is one plain file that needs no log beside it.
    if (cause.empty() &&
        sqlite3_exec(copy.destination, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr) != SQLITE_OK)
      cause = sqlite3_errmsg(copy.destination);
    sqlite3_close_v2(copy.destination);
  }
  if (!cause.empty()) {
    std::error_code ignored;
    std::filesystem::remove(copy.target, ignored);
  }
  const std::lock_guard guard(queue_mutex_);
  copy.error = cause;
  copy.finished = true;
  copy_ = nullptr;
  copy_finished_.notify_all();
}

std::unique_ptr<SqliteConnection> SqliteStore::take_reader() {
  std::unique_lock guard(readers_mutex_);
  const int readers_max = std::max(1, options_.readers);
  reader_returned_.wait(guard, [&] { return !readers_idle_.empty() || readers_open_ < readers_max; });
  if (!readers_idle_.empty()) {
    auto reader = std::move(readers_idle_.back());
    readers_idle_.pop_back();
    return reader;
  }
  ++readers_open_;
  guard.unlock();
  try {
    return std::make_unique<SqliteConnection>(path_, SqliteConnection::Role::reader);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void SqliteStore::give_back(std::unique_ptr<SqliteConnection> reader) {
  {
    const std::lock_guard guard(readers_mutex_);
    if (reader)
      readers_idle_.push_back(std::move(reader));
    else
      --readers_open_;
  }
  reader_returned_.notify_one();
}

void SqliteStore::read(const std::function<void(Snapshot&)>& work) {
  if (reading_for == this) return work(*reading_in);  // a read inside a read sees the same moment
  struct Loan {
    SqliteStore& store;
    std::unique_ptr<SqliteConnection> reader;
    const void* outer_for = reading_for;
    Snapshot* outer_in = reading_in;
    ~Loan() {
      reading_for = outer_for;
      reading_in = outer_in;
      try {
        if (reader->in_transaction()) reader->run("ROLLBACK");
      } catch (const SqliteFault&) {
        reader.reset();  // a connection that cannot end its transaction is of no more use
      }
      store.give_back(std::move(reader));
    }
  };
  const Loan loan{*this, take_reader()};
  SqliteSnapshot snapshot(*loan.reader);
  loan.reader->run("BEGIN");
  reading_for = this;
  reading_in = &snapshot;
  work(snapshot);
}

base::Result<void> SqliteStore::migrate(std::span<const Migration> migrations) {
  return migrator_.run(*this, migrations, "");
}

std::optional<base::Text> SqliteStore::trouble() const {
  if (const auto why = stopped()) return why;
  if (latched_) {
    const std::lock_guard guard(trouble_mutex_);
    return base::Text{
        .zh = "磁盘写入失败，为保护数据已停止写入，查询不受影响。请检查磁盘后重新启动程序。原因：" + latch_cause_,
        .en =
            "Writing has stopped to protect the data because the disk failed; reading goes on. Check "
            "the disk, then restart the program. Cause: " +
            latch_cause_};
  }
  if (full_)
    return base::Text{.zh = "磁盘空间已满，暂时不能保存，查询不受影响。请清理磁盘空间，之后自动恢复。",
                      .en =
                          "The disk is full: nothing can be saved for now, reading goes on. Free some space; writing "
                          "then resumes by itself."};
  return std::nullopt;
}

}  // namespace storage
