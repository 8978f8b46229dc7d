#include "kernel/tlog/witness.h"

#include <gtest/gtest.h>

#include "testing.h"

namespace tlog {
namespace {

using testing::Tree;

/// A witness that has last seen the tree at `seen`.
WitnessAnswer ask(const Tree& tree, std::size_t seen, const AddCheckpoint& request) {
  const WitnessView view{.logs = {testing::log_key().verifier},
                         .last = [&](const std::string&) { return seen == 0 ? TreeHead{} : tree.head(seen); }};
  return answer(to_text(request), view, testing::witness_key(), 1700000000);
}

AddCheckpoint request_for(const Tree& tree, std::size_t old, std::size_t size) {
  return {.old_size = old,
          .proof = consistency_proof(old, size, tree.reader()).value(),
          .checkpoint = testing::checkpoint_of(tree, size)};
}

TEST(witness, cosigns_what_continues_the_tree_it_knows) {
  const Tree tree(30);
  for (const auto& [seen, size] :
       std::vector<std::pair<std::size_t, std::size_t>>{{0, 30}, {20, 30}, {30, 30}, {0, 1}}) {
    const AddCheckpoint request = request_for(tree, seen, size);
    const WitnessAnswer answered = ask(tree, seen, request);
    ASSERT_EQ(answered.status, 200) << answered.body;
    EXPECT_EQ(answered.now, tree.head(size));
    const auto opened = open_checkpoint(request.checkpoint + answered.body,
                                        {testing::log_key().verifier, testing::witness_key().verifier});
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->witnesses.size(), 1U);
    EXPECT_EQ(opened->witnesses[0].at_s, 1700000000U);
  }
}

TEST(witness, tells_the_size_it_knows_when_asked_about_another) {
  const Tree tree(30);
  const WitnessAnswer answered = ask(tree, 20, request_for(tree, 0, 30));
  EXPECT_EQ(answered.status, 409);
  EXPECT_EQ(answered.body, "20\n");
  EXPECT_EQ(answered.content_type, "text/x.tlog.size");
  EXPECT_FALSE(answered.now);
}

TEST(witness, refuses_another_history) {
  const Tree tree(30);
  Tree other(30);
  other.leaves[3][0] ^= 1;
  EXPECT_EQ(ask(other, 30, request_for(tree, 30, 30)).status, 409);  // same size, another root
  EXPECT_EQ(ask(other, 20, request_for(tree, 20, 30)).status, 422);
  AddCheckpoint cut = request_for(tree, 20, 30);
  cut.proof.pop_back();
  EXPECT_EQ(ask(tree, 20, cut).status, 422);
  AddCheckpoint needless = request_for(tree, 0, 30);
  needless.proof.push_back(Hash{});
  EXPECT_EQ(ask(tree, 0, needless).status, 422);
}

TEST(witness, refuses_who_it_does_not_know_and_what_it_cannot_read) {
  const Tree tree(30);
  AddCheckpoint request = request_for(tree, 20, 30);
  const std::string text = to_text(Checkpoint{.origin = "elsewhere.example/log", .head = tree.head(30)});
  request.checkpoint = to_text(Note{.text = text, .signatures = {sign(text, testing::log_key())}});
  EXPECT_EQ(ask(tree, 20, request).status, 404);
  const SigningKey forged = make_key(testing::log_name, KeyKind::ed25519, testing::seed_from(9));
  const std::string own = to_text(Checkpoint{.origin = testing::log_name, .head = tree.head(30)});
  request.checkpoint = to_text(Note{.text = own, .signatures = {sign(own, forged)}});
  EXPECT_EQ(ask(tree, 20, request).status, 403);
  request = request_for(tree, 20, 30);
  request.old_size = 31;
  EXPECT_EQ(ask(tree, 20, request).status, 400);
  const WitnessView nobody{.logs = {}, .last = [](const std::string&) { return TreeHead{}; }};
  for (const char* wrong : {"", "old\n\nx", "old 01\n\nx", "old 1\nAAAA\n\nx", "old 1\n", "old 1\n\n", "old 1\n\nx"})
    EXPECT_EQ(answer(wrong, nobody, testing::witness_key(), 1).status, 400) << wrong;
  EXPECT_EQ(parse_add_checkpoint("old 1\n").error().code, "tlog.request_malformed");
}

}  // namespace
}  // namespace tlog
