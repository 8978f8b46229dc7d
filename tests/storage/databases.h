/// Databases for tests: a SQLite file or a database of a PostgreSQL server of our own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/storage.h"

namespace testing_storage {

/// A folder that is gone afterwards.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

/// The address of a new, empty database on the test server, which is started on first use and stopped at the end.
/// Errors: throws std::runtime_error that names the package to install.
std::string new_postgres_database();

/// Opened and migrated, or the test program ends with the reason.
std::unique_ptr<storage::Store> open_store(const std::string& address);

}  // namespace testing_storage
