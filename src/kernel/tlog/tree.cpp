#include "kernel/tlog/tree.h"

#include <bit>

namespace tlog {
namespace {

base::Error beyond_tree(std::uint64_t index, std::uint64_t size) {
  const std::string i = std::to_string(index), s = std::to_string(size);
  return {.kind = base::Refusal::not_found,
          .code = "tlog.index_beyond_tree",
          .message = {"日志只有 " + s + " 条,没有序号 " + i, "The log has " + s + " entries; there is no " + i + "."}};
}

base::Error inclusion_wrong() {
  return {.code = "tlog.inclusion_wrong",
          .message = {"收录证明不成立:该条目不在此检查点所代表的日志中",
                      "The inclusion proof does not hold: the entry is not in the log this checkpoint stands for."}};
}

base::Error consistency_wrong() {
  return {.code = "tlog.consistency_wrong",
          .message = {"一致性证明不成立:新检查点不是由旧检查点只增不改而来",
                      "The consistency proof does not hold: the newer checkpoint does not continue the older one."}};
}

/// The largest power of two below `size` (2 or more).
std::uint64_t split_of(std::uint64_t size) {
  return std::uint64_t{1} << (std::bit_width(size - 1) - 1);
}

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t size() const { return end - begin; }
};

/// The root over leaves; `begin` is a multiple of the least power of two that is not smaller than the size.
base::Result<Hash> root_over(Range leaves, const HashReader& reader) {
  if (std::has_single_bit(leaves.size())) {
    const int level = std::countr_zero(leaves.size());
    return reader({.level = level, .index = leaves.begin >> level});
  }
  const std::uint64_t split = leaves.begin + split_of(leaves.size());
  TRY(const Hash left, root_over({leaves.begin, split}, reader));
  TRY(const Hash right, root_over({split, leaves.end}, reader));
  return node_hash(left, right);
}

base::Result<void> prove_inclusion(std::uint64_t index, Range leaves, const HashReader& reader,
                                   std::vector<Hash>& proof) {
  if (leaves.size() == 1) return base::done();
  const std::uint64_t split = leaves.begin + split_of(leaves.size());
  const bool is_left = index < split;
  const Range own = is_left ? Range{leaves.begin, split} : Range{split, leaves.end};
  const Range other = is_left ? Range{split, leaves.end} : Range{leaves.begin, split};
  TRY(std::ignore, prove_inclusion(index, own, reader, proof));
  TRY(const Hash sibling, root_over(other, reader));
  proof.push_back(sibling);
  return base::done();
}

/// `old_end` is where the older tree ends, inside the range; `is_known`: the verifier has this very subtree's hash.
base::Result<void> prove_consistency(std::uint64_t old_end, Range leaves, bool is_known, const HashReader& reader,
                                     std::vector<Hash>& proof) {
  if (old_end == leaves.end) {
    if (is_known) return base::done();
    TRY(const Hash own, root_over(leaves, reader));
    proof.push_back(own);
    return base::done();
  }
  const std::uint64_t split = leaves.begin + split_of(leaves.size());
  const bool is_left = old_end <= split;
  const Range own = is_left ? Range{leaves.begin, split} : Range{split, leaves.end};
  const Range other = is_left ? Range{split, leaves.end} : Range{leaves.begin, split};
  TRY(std::ignore, prove_consistency(old_end, own, is_left && is_known, reader, proof));
  TRY(const Hash sibling, root_over(other, reader));
  proof.push_back(sibling);
  return base::done();
}

}  // namespace

base::Result<Frontier> Frontier::load(std::uint64_t size, const HashReader& reader) {
  Frontier frontier;
  frontier.size_ = size;
  std::uint64_t begin = 0;
  for (int level = 62; level >= 0; --level) {
    if ((size >> level & 1) == 0) continue;
    TRY(const Hash subtree, reader({.level = level, .index = begin >> level}));
    frontier.subtrees_.push_back(subtree);
    begin += std::uint64_t{1} << level;
  }
  return frontier;
}

Hash Frontier::root() const {
  if (subtrees_.empty()) return empty_root();
  Hash root = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i > 0; --i) root = node_hash(subtrees_[i - 1], root);
  return root;
}

void Frontier::add(const Hash& leaf) {
  Hash subtree = leaf;
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    subtree = node_hash(subtrees_.back(), subtree);
    subtrees_.pop_back();
  }
  subtrees_.push_back(subtree);
  ++size_;
}

base::Result<Hash> root_of(std::uint64_t size, const HashReader& reader) {
  if (size == 0) return empty_root();
  return root_over({0, size}, reader);
}

base::Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size, const HashReader& reader) {
  if (index >= size || size > size_max) return beyond_tree(index, size);
  std::vector<Hash> proof;
  TRY(std::ignore, prove_inclusion(index, {0, size}, reader, proof));
  return proof;
}

base::Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                  const HashReader& reader) {
  if (old_size > size || size > size_max) return beyond_tree(old_size, size);
  std::vector<Hash> proof;
  if (old_size == 0 || old_size == size) return proof;
  TRY(std::ignore, prove_consistency(old_size, {0, size}, true, reader, proof));
  return proof;
}

base::Result<void> verify_inclusion(const Hash& leaf, const Inclusion& where, const std::vector<Hash>& proof) {
  if (where.index >= where.size || where.size > size_max) return beyond_tree(where.index, where.size);
  std::uint64_t index = where.index;
  std::uint64_t last = where.size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return inclusion_wrong();  // longer than the tree is high
    if ((index & 1) != 0 || index == last) {
      hash = node_hash(sibling, hash);
      while (index != 0 && (index & 1) == 0) {  // no right neighbour on these levels
        index >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  if (last != 0 || hash != where.root) return inclusion_wrong();
  return base::done();
}

base::Result<void> verify_consistency(const TreeHead& old, const TreeHead& now, const std::vector<Hash>& proof) {
  if (old.size > now.size || now.size > size_max) return consistency_wrong();
  if (old.size == now.size || old.size == 0) {
    const bool is_empty_right = old.size != 0 || old.root == empty_root();
    const bool is_same_right = old.size != now.size || old.root == now.root;
    return proof.empty() && is_empty_right && is_same_right ? base::Result<void>() : consistency_wrong();
  }
  std::size_t next = 0;
  std::uint64_t index = old.size - 1;
  std::uint64_t last = now.size - 1;
  while ((index & 1) != 0) {  // the levels on which the old tree is a perfect subtree of the new one
    index >>= 1;
    last >>= 1;
  }
  // An old tree that is itself one perfect subtree is known to the verifier and left out of the proof.
  if (index != 0 && proof.empty()) return consistency_wrong();
  Hash of_old = index == 0 ? old.root : proof[next++];
  Hash of_new = of_old;
  for (; next < proof.size(); ++next) {
    if (last == 0) return consistency_wrong();
    const Hash& sibling = proof[next];
    if ((index & 1) != 0 || index == last) {
      of_old = node_hash(sibling, of_old);
      of_new = node_hash(sibling, of_new);
      while (index != 0 && (index & 1) == 0) {
        index >>= 1;
        last >>= 1;
      }
    } else {
      of_new = node_hash(of_new, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  if (last != 0 || of_old != old.root || of_new != now.root) return consistency_wrong();
  return base::done();
}

}  // namespace tlog
