#include "replay.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace bench {
namespace {

class Plain {
 public:
  Plain(const std::string& path, const std::vector<std::string>& texts) {
    check(sqlite3_open(path.c_str(), &database_));
    for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=2000", "PRAGMA synchronous=FULL",
                               "PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-32768"})
      check(sqlite3_exec(database_, pragma, nullptr, nullptr, nullptr));
    for (const std::string& text : texts)
      check(sqlite3_prepare_v3(database_, text.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statements_.emplace_back(),
                               nullptr));
    check(sqlite3_prepare_v2(database_, "BEGIN IMMEDIATE", -1, &begin_, nullptr));
    check(sqlite3_prepare_v2(database_, "COMMIT", -1, &commit_, nullptr));
  }
  ~Plain() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_finalize(begin_);
    sqlite3_finalize(commit_);
    sqlite3_close(database_);
  }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void begin() { run(begin_); }
  void commit() { run(commit_); }
  void run(const Statement& recorded, Replayed which) {
    sqlite3_stmt* statement = statements_[recorded.text];
    if (which == Replayed::writes && sqlite3_stmt_readonly(statement) != 0) return;
    int at = 0;
    for (const storage::Datum& value : recorded.values) {
      ++at;
      if (value.is_null())
        check(sqlite3_bind_null(statement, at));
      else if (value.is_number())
        check(sqlite3_bind_int64(statement, at, value.number()));
      else
        check(sqlite3_bind_text(statement, at, value.text().data(), static_cast<int>(value.text().size()),
                                SQLITE_STATIC));
    }
    run(statement);
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(std::string("plain SQLite: ") + sqlite3_errmsg(database_));
  }
  void run(sqlite3_stmt* statement) {
    int code = sqlite3_step(statement);
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    if (code != SQLITE_DONE) check(code);
    check(sqlite3_reset(statement));
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

}  // namespace

void Recorder::keep(std::string_view sql, std::span<const storage::Datum> parameters) {
  const auto found = std::find(recording_.texts.begin(), recording_.texts.end(), sql);
  const auto text = static_cast<std::size_t>(found - recording_.texts.begin());
  if (found == recording_.texts.end()) recording_.texts.emplace_back(sql);
  recording_.commands.back().push_back({text, {parameters.begin(), parameters.end()}});
}

double replay(const Recording& recording, const std::string& path, std::size_t batch, Replayed which) {
  Plain plain(path, recording.texts);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t first = 0; first < recording.commands.size(); first += batch) {
    plain.begin();
    for (std::size_t i = first; i < std::min(first + batch, recording.commands.size()); ++i)
      for (const Statement& statement : recording.commands[i]) plain.run(statement, which);
    plain.commit();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace bench
