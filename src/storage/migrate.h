/// Steps of the schema, run once each, in order.
#pragma once

#include <mutex>
#include <set>

#include "storage/storage.h"

namespace storage {

/// The names a program has passed so far: what the database holds beyond them makes it newer than the program.
class Migrator {
 public:
  /// `lock` is run first in each step's transaction: it keeps other servers out (PostgreSQL), or is empty.
  base::Result<void> run(Store& store, std::span<const Migration> migrations, std::string_view lock);

 private:
  std::mutex mutex_;
  std::set<std::string, std::less<>> known_;
};

/// The statements of `migration` as the database `kind` understands them.
std::vector<std::string> statements_of(const Migration& migration, std::string_view kind);

}  // namespace storage
