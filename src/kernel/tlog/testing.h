/// Small trees, keys and notes for tests.
#pragma once

#include <string>
#include <vector>

#include "kernel/tlog/checkpoint.h"
#include "kernel/tlog/note.h"
#include "kernel/tlog/tile.h"

namespace tlog::testing {

/// The seed first, first + 1, … of 32 bytes.
inline Seed seed_from(std::uint8_t first) {
  Seed seed{};
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(first + i);
  return seed;
}

inline std::vector<std::string> entries(std::size_t count) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < count; ++i) list.push_back("entry-" + std::to_string(i));
  return list;
}

/// The root as RFC 6962 defines it, straight from the leaves: slow, and obviously right.
inline Hash plain_root(const std::vector<Hash>& leaves, std::size_t begin, std::size_t end) {
  if (begin == end) return empty_root();
  if (end - begin == 1) return leaves[begin];
  std::size_t split = 1;
  while (split * 2 < end - begin) split *= 2;
  return node_hash(plain_root(leaves, begin, begin + split), plain_root(leaves, begin + split, end));
}

struct Tree {
  std::vector<std::string> list;
  std::vector<Hash> leaves;

  explicit Tree(std::size_t count) : list(entries(count)) {
    for (const std::string& entry : list) leaves.push_back(leaf_hash(entry));
  }
  Hash root(std::size_t size) const { return plain_root(leaves, 0, size); }
  TreeHead head(std::size_t size) const { return {.size = size, .root = root(size)}; }
  HashReader reader() const {
    return [this](NodeId node) -> base::Result<Hash> {
      const std::size_t begin = node.index << node.level;
      return plain_root(leaves, begin, begin + (std::size_t{1} << node.level));
    };
  }
};

inline constexpr const char* log_name = "licence.example.gov.cn/log1";
inline SigningKey log_key() {
  return make_key(log_name, KeyKind::ed25519, seed_from(0x00));
}
inline SigningKey witness_key() {
  return make_key("witness.example/w1", KeyKind::cosignature, seed_from(0x20));
}

/// A checkpoint of the tree, signed by `log_key`.
inline std::string checkpoint_of(const Tree& tree, std::size_t size) {
  const std::string text = to_text(Checkpoint{.origin = log_name, .head = tree.head(size)});
  return to_text(Note{.text = text, .signatures = {sign(text, log_key())}});
}

}  // namespace tlog::testing
