/// The tree in tiles: files of up to 256 hashes of one level, and bundles of up to 256 entries.
/// Source: [C2SP-TILES].
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/tlog/tree.h"

namespace tlog {

inline constexpr int tile_height = 8;
inline constexpr std::uint64_t tile_width = 256;
inline constexpr int tile_level_max = 63;
inline constexpr std::size_t entry_bytes_max = 65'535;
/// The level of bundles of entries.
inline constexpr int entries_level = -1;

/// A tile: `width` hashes of tree level 8·`level`, from number 256·`index` on; or as many entries.
struct TileId {
  int level = 0;  // entries_level for a bundle of entries
  std::uint64_t index = 0;
  std::uint64_t width = tile_width;
  bool operator==(const TileId&) const = default;
};

/// "tile/0/x001/x234/067", "tile/1/000.p/44", "tile/entries/000".
std::string to_path(TileId tile);
/// Nothing for a path that `to_path` does not write.
std::optional<TileId> parse_tile_path(std::string_view path);

/// The tiles and bundles a tree of `size` has and one of `old_size` has not: what is to be written when it grows.
/// Partial ones of sizes in between are none of them.
std::vector<TileId> tiles_between(std::uint64_t old_size, std::uint64_t size);

/// The tile of a tree of `size` leaves at this place, with the width it has there; nothing when it has none.
std::optional<TileId> tile_at(int level, std::uint64_t index, std::uint64_t size);

/// The content of a tile.
using TileReader = std::function<base::Result<std::string>(TileId)>;

/// Hashes of a tree of `size` leaves out of its tiles; keeps the last tile of each level.
/// Errors: `tlog.tile_size` when a tile has not the length its width demands, and the reader's.
HashReader hashes_from(std::uint64_t size, TileReader reader);

/// Entries with their lengths, as in a bundle. Each is at most `entry_bytes_max` long (CHECK).
std::string to_bundle(const std::vector<std::string>& entries);
/// Errors: `tlog.bundle_malformed`.
base::Result<std::vector<std::string>> parse_bundle(std::string_view bytes);

}  // namespace tlog
