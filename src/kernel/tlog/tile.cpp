#include "kernel/tlog/tile.h"

#include <map>
#include <memory>

namespace tlog {
namespace {

constexpr std::string_view prefix = "tile/";
constexpr std::string_view entries_word = "entries";
constexpr std::string_view partial_word = ".p/";

/// 1234067 as "x001/x234/067".
std::string index_path(std::uint64_t index) {
  std::string path;
  bool is_last = true;
  do {
    const std::string digits = std::to_string(index % 1000);
    std::string part = (is_last ? "" : "x") + std::string(3 - digits.size(), '0') + digits;
    path = is_last ? std::move(part) : part + "/" + path;
    is_last = false;
    index /= 1000;
  } while (index > 0);
  return path;
}

std::optional<std::uint64_t> parse_index(std::string_view path) {
  std::uint64_t index = 0;
  int parts = 0;
  while (true) {
    const bool is_last = path.find('/') == std::string_view::npos;
    const std::string_view part = path.substr(0, path.find('/'));
    const std::string_view digits = is_last || part.empty() ? part : part.substr(1);
    if (digits.size() != 3 || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    if (!is_last && part.front() != 'x') return std::nullopt;
    if (++parts > 6) return std::nullopt;
    index =
        index * 1000 + static_cast<std::uint64_t>((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
    if (is_last) return index;
    path.remove_prefix(part.size() + 1);
  }
}

std::uint64_t count_at(int level, std::uint64_t size) {
  const int shift = level * tile_height;
  return shift > 62 ? 0 : size >> shift;
}

base::Error tile_size(TileId tile) {
  return {.code = "tlog.tile_size",
          .message = {"数据块 " + to_path(tile) + " 的长度不对", "The tile " + to_path(tile) + " has a wrong length."}};
}

}  // namespace

std::string to_path(TileId tile) {
  const std::string level = tile.level == entries_level ? std::string(entries_word) : std::to_string(tile.level);
  std::string path = std::string(prefix) + level + "/" + index_path(tile.index);
  if (tile.width != tile_width) path += std::string(partial_word) + std::to_string(tile.width);
  return path;
}

std::optional<TileId> parse_tile_path(std::string_view path) {
  if (!path.starts_with(prefix) || path.size() > 64) return std::nullopt;
  std::string_view rest = path.substr(prefix.size());
  TileId tile;
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  if (rest.substr(0, slash) == entries_word) {
    tile.level = entries_level;
  } else {
    const auto level = parse_decimal(rest.substr(0, slash));
    if (!level || *level > tile_level_max) return std::nullopt;
    tile.level = static_cast<int>(*level);
  }
  rest.remove_prefix(slash + 1);
  if (const std::size_t partial = rest.find(partial_word); partial != std::string_view::npos) {
    const auto width = parse_decimal(rest.substr(partial + partial_word.size()));
    if (!width || *width == 0 || *width >= tile_width) return std::nullopt;
    tile.width = *width;
    rest = rest.substr(0, partial);
  }
  const auto index = parse_index(rest);
  if (!index) return std::nullopt;
  tile.index = *index;
  if (to_path(tile) != path) return std::nullopt;  // leading groups of zeros
  return tile;
}

std::optional<TileId> tile_at(int level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t count = level == entries_level ? size : count_at(level, size);
  if (index > count / tile_width) return std::nullopt;
  const std::uint64_t width = index < count / tile_width ? tile_width : count % tile_width;
  if (width == 0) return std::nullopt;
  return TileId{.level = level, .index = index, .width = width};
}

std::vector<TileId> tiles_between(std::uint64_t old_size, std::uint64_t size) {
  std::vector<TileId> tiles;
  const auto add = [&](int level, std::uint64_t before, std::uint64_t after) {
    if (before == after) return;
    for (std::uint64_t index = before / tile_width; index * tile_width < after; ++index)
      if (const auto tile = tile_at(level, index, size)) tiles.push_back(*tile);
  };
  add(entries_level, old_size, size);
  for (int level = 0; count_at(level, size) > 0; ++level) add(level, count_at(level, old_size), count_at(level, size));
  return tiles;
}

HashReader hashes_from(std::uint64_t size, TileReader reader) {
  struct Kept {
    TileId tile;
    std::string bytes;
  };
  auto kept = std::make_shared<std::map<int, Kept>>();
  return [size, reader = std::move(reader), kept](NodeId node) -> base::Result<Hash> {
    const int level = node.level / tile_height;
    const int inner = node.level % tile_height;  // levels above the tile's own hashes
    const std::uint64_t first = node.index << inner;
    const std::optional<TileId> tile = tile_at(level, first / tile_width, size);
    const std::uint64_t begin = first % tile_width;
    const std::uint64_t count = std::uint64_t{1} << inner;
    CHECK(tile && begin + count <= tile->width);
    Kept& found = (*kept)[level];
    if (found.bytes.empty() || found.tile != *tile) {
      TRY(std::string bytes, reader(*tile));
      if (bytes.size() != tile->width * sizeof(Hash)) return tile_size(*tile);
      found = {.tile = *tile, .bytes = std::move(bytes)};
    }
    Frontier subtree;
    for (std::uint64_t i = begin; i < begin + count; ++i)
      subtree.add(*hash_of_bytes(std::string_view(found.bytes).substr(i * sizeof(Hash), sizeof(Hash))));
    return subtree.root();
  };
}

std::string to_bundle(const std::vector<std::string>& entries) {
  std::string bytes;
  for (const std::string& entry : entries) {
    CHECK(entry.size() <= entry_bytes_max);
    bytes += static_cast<char>(entry.size() >> 8);
    bytes += static_cast<char>(entry.size() & 255);
    bytes += entry;
  }
  return bytes;
}

base::Result<std::vector<std::string>> parse_bundle(std::string_view bytes) {
  std::vector<std::string> entries;
  while (!bytes.empty()) {
    const std::size_t size = bytes.size() < 2 ? bytes.size()
                                              : static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) * 256 +
                                                    static_cast<unsigned char>(bytes[1]);
    if (bytes.size() < 2 || bytes.size() - 2 < size || entries.size() == tile_width)
      return base::Error{.code = "tlog.bundle_malformed",
                         .message = {"日志条目文件残缺或过长", "The bundle of entries is cut short or too long."}};
    entries.emplace_back(bytes.substr(2, size));
    bytes.remove_prefix(2 + size);
  }
  return entries;
}

}  // namespace tlog
