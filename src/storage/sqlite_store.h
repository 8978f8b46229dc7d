/// The embedded database: one file, one process, one writer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "migrate.h"
#include "sqlite_connection.h"

namespace storage {

/// Owns the file of that name from construction to destruction.
class FileLock {
 public:
  FileLock() = default;
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  /// False when another owner lives. Errors: throws Fault.
  bool take(const std::string& path);
  /// What a former owner left for the next one.
  std::string note() const;
  void set_note(std::string_view text) const;

 private:
  int descriptor_ = -1;
};

class SqliteStore final : public Store {
 public:
  /// Errors: throws Fault.
  SqliteStore(const std::string& path, const Options& options, std::unique_ptr<FileLock> lock);
  ~SqliteStore() override;

  void write(const std::function<bool(Transaction&)>& work) override;
  void read(const std::function<void(Snapshot&)>& work) override;
  base::Result<void> migrate(std::span<const Migration> migrations) override;
  base::Result<void> backup(const std::string& target) override;
  std::optional<base::Text> trouble() const override;
  std::string_view kind() const override { return "sqlite"; }

 private:
  /// A command of a caller that waits for its batch; the writer touches it no more once the batch is done.
  struct Command {
    const std::function<bool(Transaction&)>* work = nullptr;
    std::exception_ptr error;
  };
  /// Commands that are committed together and whose callers are woken together, by one system call. Shared, because
  /// the writer still touches it when a caller has left.
  struct Batch {
    std::vector<Command*> commands;
    std::atomic<int> done = 0;
  };
  /// A copy being made, some pages at a time.
  struct Copy {
    std::string target;
    sqlite3* destination = nullptr;
    sqlite3_backup* progress = nullptr;
    std::string error;
    bool finished = false;
  };

  void work_through_queue();
  /// Null when there is nothing to commit.
  std::shared_ptr<Batch> next_batch();
  /// Waits while more commands come, up to as many as were in the last batch.
  void gather(std::unique_lock<std::mutex>& guard);
  void run_batch(const Batch& batch);
  /// Runs and commits the commands. False when one has to be taken back, which needs savepoints: nothing is committed.
  bool try_batch(const Batch& batch, bool has_savepoints);
  /// False when the command has to be taken back and only the whole batch can be.
  bool run_command(Command& command, bool has_savepoint);
  void fail_batch(const Batch& batch, const Fault& fault);
  void note_failure(const SqliteFault& fault);
  void latch(const std::string& cause);
  void look_after_log(bool idle);
  void probe_space();
  /// Whether a copy is still being made.
  bool step_copy();
  /// Why the copy failed, nothing when it is complete, or that there is more to do.
  std::string copy_some(Copy& copy);
  void finish_copy(Copy& copy, const std::string& error);

  std::unique_ptr<SqliteConnection> take_reader();
  void give_back(std::unique_ptr<SqliteConnection> reader);

  const std::string path_;
  const Options options_;
  std::unique_ptr<FileLock> lock_;
  Migrator migrator_;

  SqliteConnection writer_;     // used by the writer thread alone
  std::size_t batch_last_ = 0;  // commands of the last batch
  int log_pages_ = 0;           // pages in the write-ahead log after the last commit
  int log_pages_last_try_ = 0;  // when a checkpoint was last tried

  mutable std::mutex queue_mutex_;
  std::condition_variable queue_filled_;
  std::deque<std::shared_ptr<Batch>> queue_;     // only the last one still takes commands
  std::atomic<std::size_t> queue_commands_ = 0;  // changed under the lock; the writer looks at it without
  std::atomic<bool> stopping_ = false;
  Copy* copy_ = nullptr;
  std::condition_variable copy_finished_;

  std::atomic<bool> latched_ = false;
  std::atomic<bool> full_ = false;
  mutable std::mutex trouble_mutex_;
  std::string latch_cause_;

  std::mutex readers_mutex_;
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<SqliteConnection>> readers_idle_;
  int readers_open_ = 0;

  std::thread thread_;  // last: it starts when all else is ready
};

}  // namespace storage
