#include "kernel/tlog/tile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "testing.h"

namespace tlog {
namespace {

using testing::Tree;

TEST(tile_paths, are_those_of_the_specification) {
  EXPECT_EQ(to_path({.level = 0, .index = 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(to_path({.level = 1, .index = 0, .width = 44}), "tile/1/000.p/44");
  EXPECT_EQ(to_path({.level = entries_level, .index = 999}), "tile/entries/999");
  EXPECT_EQ(to_path({.level = entries_level, .index = 1000, .width = 1}), "tile/entries/x001/000.p/1");
  for (const TileId tile : {TileId{0, 1234067, 256}, TileId{63, 0, 255}, TileId{entries_level, 1'000'000, 3}})
    EXPECT_EQ(parse_tile_path(to_path(tile)), tile);
}

TEST(tile_paths, other_spellings_are_refused) {
  for (const char* wrong : {"",
                            "tile",
                            "tile/",
                            "tile/0",
                            "tile/0/",
                            "tile/0/0",
                            "tile/0/1234",
                            "tile/64/000",
                            "tile/00/000",
                            "tile/-1/000",
                            "tile/0/x000/001",
                            "tile/0/x001",
                            "tile/0/001/",
                            "tile/0/x001/x234",
                            "tile/0/000.p/0",
                            "tile/0/000.p/256",
                            "tile/0/000.p/",
                            "tile/0/000.p/01",
                            "tile/0/000.p",
                            "tile/entry/000",
                            "tile/entries/../000",
                            "tile/0/00a",
                            "/tile/0/000",
                            "tile/0//000",
                            "tile/0/x1/000",
                            "tile/0/x001/x001/x001/x001/x001/x001/001"})
    EXPECT_FALSE(parse_tile_path(wrong)) << wrong;
}

// The size example of the specification: 70,000 leaves are 273 full tiles and one of 112 at level 0, one full and one
// of 17 at level 1, one of 1 at level 2.
TEST(tiles, of_seventy_thousand_leaves) {
  const std::vector<TileId> tiles = tiles_between(0, 70'000);
  const auto count = [&](int level, bool full) {
    return std::count_if(tiles.begin(), tiles.end(),
                         [&](const TileId& tile) { return tile.level == level && (tile.width == tile_width) == full; });
  };
  EXPECT_EQ(count(0, true), 273);
  EXPECT_EQ(count(0, false), 1);
  EXPECT_EQ(tile_at(0, 273, 70'000)->width, 112U);
  EXPECT_EQ(count(entries_level, true), 273);
  EXPECT_EQ(count(1, true), 1);
  EXPECT_EQ(tile_at(1, 1, 70'000)->width, 17U);
  EXPECT_EQ(tile_at(2, 0, 70'000)->width, 1U);
  EXPECT_FALSE(tile_at(2, 1, 70'000));
  EXPECT_FALSE(tile_at(3, 0, 70'000));
  EXPECT_FALSE(tile_at(0, 274, 70'000));
  EXPECT_EQ(tiles.size(), 274U * 2 + 2 + 1);
}

/// Writes the tiles as a log does that grows by steps.
std::map<std::string, std::string> grow(const Tree& tree, const std::vector<std::uint64_t>& sizes) {
  std::map<std::string, std::string> files;
  std::uint64_t before = 0;
  for (const std::uint64_t size : sizes) {
    for (const TileId& tile : tiles_between(before, size)) {
      std::string bytes;
      if (tile.level == entries_level) {
        const auto begin = tree.list.begin() + static_cast<std::ptrdiff_t>(tile.index * tile_width);
        bytes = to_bundle({begin, begin + static_cast<std::ptrdiff_t>(tile.width)});
      } else {
        for (std::uint64_t i = 0; i < tile.width; ++i)
          bytes += bytes_of(
              tree.reader()({.level = tile.level * tile_height, .index = tile.index * tile_width + i}).value());
      }
      files[to_path(tile)] = bytes;
    }
    before = size;
  }
  return files;
}

TEST(tiles, give_back_every_hash_of_the_tree_however_it_grew) {
  const Tree tree(70'000 / 100);
  for (const auto& sizes : std::vector<std::vector<std::uint64_t>>{{700}, {1, 255, 256, 257, 511, 512, 513, 700}}) {
    const auto files = grow(tree, sizes);
    const HashReader reader = hashes_from(700, [&](TileId tile) -> base::Result<std::string> {
      const auto found = files.find(to_path(tile));
      if (found == files.end()) return base::Error{.kind = base::Refusal::not_found, .code = "missing"};
      return found->second;
    });
    EXPECT_EQ(root_of(700, reader).value(), tree.root(700));
    EXPECT_EQ(Frontier::load(700, reader).value().root(), tree.root(700));
    for (const std::uint64_t index : {0U, 255U, 256U, 511U, 512U, 699U}) {
      const auto proof = inclusion_proof(index, 700, reader).value();
      EXPECT_TRUE(verify_inclusion(tree.leaves[index], {.index = index, .size = 700, .root = tree.root(700)}, proof));
    }
    for (const std::uint64_t old : {1U, 255U, 256U, 300U, 512U})
      EXPECT_TRUE(verify_consistency(tree.head(old), tree.head(700), consistency_proof(old, 700, reader).value()));
  }
}

TEST(tiles, of_a_wrong_length_are_refused) {
  const HashReader reader = hashes_from(2, [](TileId) -> base::Result<std::string> { return std::string(63, 'x'); });
  EXPECT_EQ(root_of(2, reader).error().code, "tlog.tile_size");
}

TEST(bundles, keep_entries_and_refuse_what_is_cut_short) {
  const std::vector<std::string> entries = {"", "a", std::string(entry_bytes_max, 'z'), "末"};
  const std::string bytes = to_bundle(entries);
  EXPECT_EQ(parse_bundle(bytes).value(), entries);
  EXPECT_EQ(parse_bundle(bytes.substr(0, bytes.size() - 1)).error().code, "tlog.bundle_malformed");
  EXPECT_FALSE(parse_bundle(std::string(1, '\0')));
  EXPECT_FALSE(parse_bundle(std::string(514, '\0')));  // 257 empty entries
  EXPECT_TRUE(parse_bundle(std::string(512, '\0')));
  EXPECT_TRUE(parse_bundle("").value().empty());
}

}  // namespace
}  // namespace tlog
