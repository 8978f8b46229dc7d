#include "kernel/tlog/tree.h"

#include <gtest/gtest.h>

#include "testing.h"

namespace tlog {
namespace {

using testing::Tree;

TEST(hashes, are_written_and_read_in_one_way_only) {
  const Hash hash = sha256("abc");
  EXPECT_EQ(to_hex(hash), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(parse_hex(to_hex(hash)), hash);
  EXPECT_EQ(parse_hash(to_base64(hash)), hash);
  EXPECT_FALSE(parse_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
  EXPECT_FALSE(parse_hash(to_base64(hash) + "\n"));
  EXPECT_FALSE(parse_hash(to_base64(hash).substr(0, 43)));  // no padding
  EXPECT_FALSE(parse_base64("AB=="));                       // stray bits
  EXPECT_FALSE(parse_base64("A-_="));
  EXPECT_EQ(parse_base64("AA=="), std::string(1, '\0'));
  EXPECT_EQ(parse_base64(""), "");
}

TEST(hashes, decimal_numbers_have_no_sign_and_no_leading_zero) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615U);
  for (const char* wrong : {"", "00", "01", "+1", "-1", " 1", "1 ", "1a", "18446744073709551616"})
    EXPECT_FALSE(parse_decimal(wrong)) << wrong;
}

// Vectors published with the specification of the log.
TEST(tree, has_the_roots_of_the_published_vectors) {
  const Tree tree(300);
  Frontier frontier;
  EXPECT_EQ(frontier.root(), empty_root());
  for (std::size_t i = 0; i < 300; ++i) {
    frontier.add(tree.leaves[i]);
    if (i + 1 == 100) {
      EXPECT_EQ(to_base64(frontier.root()), "UOREsq6wNcYiceRG4gHFhictUJiLZOb4Ysr+yO+RwGY=");
    }
  }
  EXPECT_EQ(to_base64(frontier.root()), "rrsCfVw90Ihx7lJXemH8gxItDRQ1J5GUNjm9TBLTaUM=");
  EXPECT_EQ(inclusion_proof(123, 300, tree.reader()).value().size(), 9U);
}

// The empty string, 00, 10, 2021, 3031, 40414243, 50..57, 60..6f: the test tree of certificate transparency.
TEST(tree, has_the_roots_of_certificate_transparency) {
  const std::string inputs[] = {std::string(),
                                std::string("\x00", 1),
                                "\x10",
                                "\x20\x21",
                                "\x30\x31",
                                "\x40\x41\x42\x43",
                                "\x50\x51\x52\x53\x54\x55\x56\x57",
                                "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  const char* roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Frontier frontier;
  for (std::size_t i = 0; i < 8; ++i) {
    frontier.add(leaf_hash(inputs[i]));
    EXPECT_EQ(to_hex(frontier.root()), roots[i]);
  }
}

TEST(tree, every_small_tree_proves_every_leaf_and_nothing_else) {
  const Tree tree(40);
  for (std::size_t size = 1; size <= 40; ++size) {
    EXPECT_EQ(root_of(size, tree.reader()).value(), tree.root(size));
    EXPECT_EQ(Frontier::load(size, tree.reader()).value().root(), tree.root(size));
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, tree.reader()).value();
      const Inclusion where{.index = index, .size = size, .root = tree.root(size)};
      EXPECT_TRUE(verify_inclusion(tree.leaves[index], where, proof));
      EXPECT_FALSE(verify_inclusion(tree.leaves[(index + 1) % 40], where, proof));
      for (std::size_t other = 0; other < size; ++other) {
        if (other != index) {
          EXPECT_FALSE(verify_inclusion(tree.leaves[index], {other, size, where.root}, proof));
        }
      }
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto wrong = proof;
        wrong[i][i % 32] ^= 1;
        EXPECT_FALSE(verify_inclusion(tree.leaves[index], where, wrong));
        wrong = proof;
        wrong.erase(wrong.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(verify_inclusion(tree.leaves[index], where, wrong));
      }
      auto longer = proof;
      longer.push_back(where.root);
      EXPECT_FALSE(verify_inclusion(tree.leaves[index], where, longer));
      longer = proof;
      longer.insert(longer.begin(), Hash{});
      EXPECT_FALSE(verify_inclusion(tree.leaves[index], where, longer));
    }
  }
}

TEST(tree, every_small_tree_continues_every_smaller_one_and_no_other) {
  const Tree tree(40);
  for (std::size_t size = 0; size <= 40; ++size)
    for (std::size_t old = 0; old <= size; ++old) {
      const auto proof = consistency_proof(old, size, tree.reader()).value();
      EXPECT_TRUE(verify_consistency(tree.head(old), tree.head(size), proof)) << old << " " << size;
      TreeHead wrong = tree.head(old);
      wrong.root[7] ^= 1;
      EXPECT_FALSE(verify_consistency(wrong, tree.head(size), proof)) << old << " " << size;
      wrong = tree.head(size);
      wrong.root[7] ^= 1;
      if (old > 0) {
        EXPECT_FALSE(verify_consistency(tree.head(old), wrong, proof)) << old << " " << size;
      }
      if (old != size) {
        EXPECT_FALSE(verify_consistency(tree.head(size), tree.head(old), proof));
      }
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto changed = proof;
        changed[i][3] ^= 0x80;
        EXPECT_FALSE(verify_consistency(tree.head(old), tree.head(size), changed));
        changed = proof;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(verify_consistency(tree.head(old), tree.head(size), changed));
      }
      auto longer = proof;
      longer.push_back(Hash{});
      EXPECT_FALSE(verify_consistency(tree.head(old), tree.head(size), longer));
    }
}

TEST(tree, asks_for_nothing_beyond_its_end) {
  const Tree tree(5);
  EXPECT_EQ(inclusion_proof(5, 5, tree.reader()).error().code, "tlog.index_beyond_tree");
  EXPECT_EQ(inclusion_proof(0, 0, tree.reader()).error().code, "tlog.index_beyond_tree");
  EXPECT_EQ(consistency_proof(6, 5, tree.reader()).error().code, "tlog.index_beyond_tree");
  EXPECT_FALSE(verify_inclusion(tree.leaves[0], {.index = 0, .size = 0, .root = empty_root()}, {}));
  EXPECT_FALSE(verify_inclusion(tree.leaves[0], {.index = 1, .size = 1, .root = tree.leaves[0]}, {}));
  EXPECT_EQ(verify_inclusion(tree.leaves[1], {.index = 0, .size = 1, .root = tree.leaves[0]}, {}).error().code,
            "tlog.inclusion_wrong");
  EXPECT_EQ(verify_consistency({5, tree.root(5)}, {4, tree.root(4)}, {}).error().code, "tlog.consistency_wrong");
}

}  // namespace
}  // namespace tlog
