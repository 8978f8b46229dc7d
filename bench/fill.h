/// A register of any size, written straight into an SQLite file in the order of its tables: loading is not what is
/// measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct Filled {
  std::int64_t entities_bytes = 0;  // rows with their indexes
  std::int64_t keys_bytes = 0;      // characters, pairs and sounds
  std::int64_t postings_count = 0;
  std::vector<std::string> trades;  // a few hundred trade names
};

/// Adds `count` fictional entities to a migrated database that nobody has open.
/// Errors: throws std::runtime_error.
Filled fill_register(const std::string& path, std::int64_t count);

}  // namespace bench
