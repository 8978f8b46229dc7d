/// The Merkle tree of RFC 6962: roots, inclusion and consistency proofs. Pure; hashes come from a reader.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/tlog/hash.h"

namespace tlog {

/// Trees are kept below this size, so that no arithmetic on sizes overflows.
inline constexpr std::uint64_t size_max = std::uint64_t{1} << 62;

/// The root of a perfect subtree: that of the leaves from `index << level` on, `1 << level` of them.
struct NodeId {
  int level = 0;
  std::uint64_t index = 0;
  bool operator==(const NodeId&) const = default;
};

/// Answers the hash of a perfect subtree that lies wholly inside the tree.
/// Errors: whatever keeps the reader from it (a tile that is missing or damaged).
using HashReader = std::function<base::Result<Hash>(NodeId)>;

/// A growing tree, known by the perfect subtrees along its right edge alone.
class Frontier {
 public:
  Frontier() = default;
  /// The tree of `size` leaves as the reader knows it.
  static base::Result<Frontier> load(std::uint64_t size, const HashReader& reader);

  std::uint64_t size() const { return size_; }
  Hash root() const;
  void add(const Hash& leaf);

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> subtrees_;  // largest first, one for each bit of the size
};

/// Errors: the reader's.
base::Result<Hash> root_of(std::uint64_t size, const HashReader& reader);

/// From the leaf's sibling up to the root's child.
/// Errors: `tlog.index_beyond_tree`, and the reader's.
/// Source: [RFC6962-2-1].
base::Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size, const HashReader& reader);

/// That the tree of `size` leaves begins with that of `old_size`. Empty when one of them is empty or both are the same.
/// Errors: `tlog.index_beyond_tree`, and the reader's.
/// Source: [RFC6962-2-1].
base::Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t size, const HashReader& reader);

struct Inclusion {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  Hash root = {};
};
/// Errors: `tlog.index_beyond_tree`, `tlog.inclusion_wrong`.
base::Result<void> verify_inclusion(const Hash& leaf, const Inclusion& where, const std::vector<Hash>& proof);

struct TreeHead {
  std::uint64_t size = 0;
  Hash root = {};
  bool operator==(const TreeHead&) const = default;
};
/// Errors: `tlog.consistency_wrong`.
base::Result<void> verify_consistency(const TreeHead& old, const TreeHead& now, const std::vector<Hash>& proof);

}  // namespace tlog
