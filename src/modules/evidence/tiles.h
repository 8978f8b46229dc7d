/// A log's tiles as files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kernel/tlog/tile.h"

namespace evidence {

/// The bytes of a tile in `folder`; a partial one whose full tile has been written is its beginning.
std::optional<std::string> read_tile(const std::filesystem::path& folder, tlog::TileId tile);

/// Hashes out of the files. Errors: `evidence.tile_missing`.
tlog::HashReader reader_of(const std::filesystem::path& folder, std::uint64_t size);

/// Grows the tiles of one log entry by entry; full tiles are written at once, partial ones by `flush`.
class TileWriter {
 public:
  explicit TileWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// Goes on behind the first `size` entries, whose tiles are there.
  /// Errors: `evidence.tile_missing`, `tlog.tile_size`, `tlog.bundle_malformed`.
  static base::Result<TileWriter> resume(const std::filesystem::path& folder, std::uint64_t size);

  const tlog::Frontier& tree() const { return tree_; }
  /// Errors: throws storage::Fault.
  void add(const std::string& entry);
  /// Errors: throws storage::Fault.
  void flush();

 private:
  struct Level {
    std::uint64_t index = 0;  // of the tile being filled
    std::string bytes;
    bool is_changed = false;
  };
  void add_hash(std::size_t level, const tlog::Hash& hash);
  void write(tlog::TileId tile, const std::string& bytes) const;
  void write_full(tlog::TileId tile, const std::string& bytes) const;

  std::filesystem::path folder_;
  tlog::Frontier tree_;
  std::vector<Level> levels_;
  std::vector<std::string> bundle_;
  bool bundle_is_changed_ = false;
};

}  // namespace evidence
