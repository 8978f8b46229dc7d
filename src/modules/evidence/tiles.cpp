#include "tiles.h"

#include <utility>

#include "kernel/base/refusals.h"
#include "storage/files.h"

namespace evidence {
namespace {

namespace fs = std::filesystem;
using tlog::TileId;

base::Error tile_missing(TileId tile) {
  return base::not_found("evidence.tile_missing", {"日志数据块 " + tlog::to_path(tile) + " 不存在",
                                                   "The log's tile " + tlog::to_path(tile) + " is missing."});
}

/// The first `width` entries of a bundle.
std::optional<std::string> beginning_of(const std::string& bytes, TileId tile) {
  if (tile.level != tlog::entries_level) {
    const std::size_t size = tile.width * sizeof(tlog::Hash);
    return bytes.size() < size ? std::nullopt : std::optional(bytes.substr(0, size));
  }
  auto entries = tlog::parse_bundle(bytes);
  if (!entries || entries->size() < tile.width) return std::nullopt;
  entries->resize(tile.width);
  return tlog::to_bundle(entries.value());
}

}  // namespace

std::optional<std::string> read_tile(const fs::path& folder, TileId tile) {
  if (const fs::path file = folder / tlog::to_path(tile); fs::is_regular_file(file)) return storage::read_file(file);
  if (tile.width == tlog::tile_width) return std::nullopt;
  TileId full = tile;
  full.width = tlog::tile_width;
  if (const fs::path file = folder / tlog::to_path(full); fs::is_regular_file(file))
    return beginning_of(storage::read_file(file), tile);
  return std::nullopt;
}

tlog::HashReader reader_of(const fs::path& folder, std::uint64_t size) {
  return tlog::hashes_from(size, [folder](TileId tile) -> base::Result<std::string> {
    std::optional<std::string> bytes = read_tile(folder, tile);
    if (!bytes) return tile_missing(tile);
    return std::move(*bytes);
  });
}

base::Result<TileWriter> TileWriter::resume(const fs::path& folder, std::uint64_t size) {
  TileWriter writer(folder);
  TRY(writer.tree_, tlog::Frontier::load(size, reader_of(folder, size)));
  for (int level = 0; size >> (level * tlog::tile_height) > 0; ++level) {
    const std::uint64_t index = (size >> (level * tlog::tile_height)) / tlog::tile_width;
    Level state{.index = index, .bytes = {}, .is_changed = false};
    if (const auto tile = tlog::tile_at(level, index, size)) {
      const auto bytes = read_tile(folder, *tile);
      if (!bytes) return tile_missing(*tile);
      state.bytes = *bytes;
    }
    writer.levels_.push_back(std::move(state));
  }
  if (const auto tile = tlog::tile_at(tlog::entries_level, size / tlog::tile_width, size)) {
    const auto bytes = read_tile(folder, *tile);
    if (!bytes) return tile_missing(*tile);
    TRY(writer.bundle_, tlog::parse_bundle(*bytes));
    if (writer.bundle_.size() != tile->width) return tile_missing(*tile);
  }
  return writer;
}

void TileWriter::write(TileId tile, const std::string& bytes) const {
  const fs::path file = folder_ / tlog::to_path(tile);
  storage::make_folder(file.parent_path());
  storage::write_file(file, bytes);
}

void TileWriter::write_full(TileId tile, const std::string& bytes) const {
  write(tile, bytes);
  // Its partial forms say nothing more.
  std::error_code ignored;
  fs::remove_all(fs::path((folder_ / tlog::to_path(tile)).string() + ".p"), ignored);
}

void TileWriter::add_hash(std::size_t level, const tlog::Hash& hash) {
  if (levels_.size() <= level) levels_.resize(level + 1);
  levels_[level].bytes += tlog::bytes_of(hash);
  levels_[level].is_changed = true;
  if (levels_[level].bytes.size() < tlog::tile_width * sizeof(tlog::Hash)) return;
  const std::string bytes = std::exchange(levels_[level].bytes, {});
  write_full({.level = static_cast<int>(level), .index = levels_[level].index++}, bytes);
  levels_[level].is_changed = false;
  tlog::Frontier tile;
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(tlog::Hash))
    tile.add(*tlog::hash_of_bytes(std::string_view(bytes).substr(i, sizeof(tlog::Hash))));
  add_hash(level + 1, tile.root());
}

void TileWriter::add(const std::string& entry) {
  const tlog::Hash leaf = tlog::leaf_hash(entry);
  bundle_.push_back(entry);
  bundle_is_changed_ = true;
  if (bundle_.size() == tlog::tile_width) {
    write_full({.level = tlog::entries_level, .index = tree_.size() / tlog::tile_width}, tlog::to_bundle(bundle_));
    bundle_.clear();
    bundle_is_changed_ = false;
  }
  tree_.add(leaf);
  add_hash(0, leaf);
}

void TileWriter::flush() {
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    Level& state = levels_[level];
    if (!state.is_changed || state.bytes.empty()) continue;
    write({.level = static_cast<int>(level), .index = state.index, .width = state.bytes.size() / sizeof(tlog::Hash)},
          state.bytes);
    state.is_changed = false;
  }
  if (bundle_is_changed_ && !bundle_.empty()) {
    write({.level = tlog::entries_level, .index = tree_.size() / tlog::tile_width, .width = bundle_.size()},
          tlog::to_bundle(bundle_));
    bundle_is_changed_ = false;
  }
}

}  // namespace evidence
