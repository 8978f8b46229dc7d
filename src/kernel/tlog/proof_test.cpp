#include "kernel/tlog/proof.h"

#include <gtest/gtest.h>

#include "testing.h"

namespace tlog {
namespace {

using testing::Tree;

Policy policy_with(const std::string& quorum) {
  return {.logs = {{.key = testing::log_key().verifier, .url = ""}},
          .witnesses = {{.name = "w1", .key = testing::witness_key().verifier, .url = ""}},
          .groups = {},
          .quorum = quorum};
}

Proof proof_of(const Tree& tree, std::size_t index) {
  return {.index = index,
          .path = inclusion_proof(index, tree.list.size(), tree.reader()).value(),
          .checkpoint = testing::checkpoint_of(tree, tree.list.size())};
}

TEST(proof, is_written_read_and_verified) {
  const Tree tree(300);
  Proof proof = proof_of(tree, 123);
  const std::string text = to_text(proof);
  const Proof again = parse_proof(text).value();
  EXPECT_EQ(to_text(again), text);
  const Proved proved = verify(again, tree.leaves[123], policy_with("w1")).value();
  EXPECT_EQ(proved.at.checkpoint.head, tree.head(300));
  EXPECT_FALSE(proved.is_witnessed);
  Note note = parse_note(proof.checkpoint).value();
  note.signatures.push_back(cosign(note.text, testing::witness_key(), 5));
  proof.checkpoint = to_text(note);
  EXPECT_TRUE(verify(proof, tree.leaves[123], policy_with("w1")).value().is_witnessed);
  EXPECT_FALSE(verify(proof, tree.leaves[123], policy_with("none")).value().is_witnessed);
  proof.extra = "more";
  EXPECT_EQ(parse_proof(to_text(proof)).value().extra, "more");
}

TEST(proof, of_something_else_is_refused) {
  const Tree tree(300);
  const Proof proof = proof_of(tree, 123);
  const Policy policy = policy_with("none");
  EXPECT_EQ(verify(proof, tree.leaves[124], policy).error().code, "tlog.inclusion_wrong");
  Proof changed = proof;
  changed.index = 124;
  EXPECT_EQ(verify(changed, tree.leaves[123], policy).error().code, "tlog.inclusion_wrong");
  changed.index = 300;
  EXPECT_EQ(verify(changed, tree.leaves[123], policy).error().code, "tlog.index_beyond_tree");
  changed = proof;
  changed.checkpoint = testing::checkpoint_of(Tree(299), 299);
  EXPECT_EQ(verify(changed, tree.leaves[123], policy).error().code, "tlog.inclusion_wrong");
  EXPECT_EQ(verify(proof, tree.leaves[123], {}).error().code, "tlog.signature_missing");
}

TEST(proof, malformed_ones_are_refused) {
  const std::string good = to_text(proof_of(Tree(5), 2));
  const std::string body = good.substr(good.find('\n') + 1);
  const std::string hash = to_base64(sha256("x")) + "\n";
  std::string many = "c2sp.org/tlog-proof@v1\nindex 1\n";
  for (std::size_t i = 0; i <= path_hashes_max; ++i) many += hash;
  const std::string wrong[] = {"",
                               "c2sp.org/tlog-proof@v2\n" + body,
                               "c2sp.org/tlog-proof@v1\n",
                               "c2sp.org/tlog-proof@v1\nextra \n" + body,
                               "c2sp.org/tlog-proof@v1\nextra *\n" + body,
                               "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
                               "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
                               "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
                               "c2sp.org/tlog-proof@v1\nindex 1\n" + hash,
                               "c2sp.org/tlog-proof@v1\nindex 1\n" + hash + "\n",
                               many + "\nx"};
  for (const std::string& each : wrong) EXPECT_EQ(parse_proof(each).error().code, "tlog.proof_malformed") << each;
}

}  // namespace
}  // namespace tlog
