/// The floor: what plain SQLite needs to commit the very rows that the program has written.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/storage.h"

namespace bench {

/// One statement as the program ran it.
struct Statement {
  std::size_t text = 0;  // index into Recording::texts
  std::vector<storage::Datum> values;
};
using Command = std::vector<Statement>;

struct Recording {
  std::vector<std::string> texts;
  std::vector<Command> commands;
};

/// A transaction that keeps what passes through it.
class Recorder final : public storage::Transaction {
 public:
  Recorder(storage::Transaction& inner, Recording& recording) : inner_(inner), recording_(recording) {
    recording_.commands.emplace_back();
  }
  using Snapshot::query;
  storage::Rows query(std::string_view sql, std::span<const storage::Datum> parameters) override {
    keep(sql, parameters);
    return inner_.query(sql, parameters);
  }
  using Transaction::execute;
  std::int64_t execute(std::string_view sql, std::span<const storage::Datum> parameters) override {
    keep(sql, parameters);
    return inner_.execute(sql, parameters);
  }

 private:
  void keep(std::string_view sql, std::span<const storage::Datum> parameters);
  storage::Transaction& inner_;
  Recording& recording_;
};

/// What the floor is made of: every statement, or those alone that write.
enum class Replayed { all, writes };

/// Runs the recorded commands on the SQLite file `path`, `batch` of them in one durable transaction. Returns seconds.
double replay(const Recording& recording, const std::string& path, std::size_t batch, Replayed which);

}  // namespace bench
