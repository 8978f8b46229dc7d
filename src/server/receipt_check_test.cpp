#include "receipt_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/tlog/proof.h"
#include "kernel/tlog/testing.h"
#include "modules/evidence/model.h"

namespace server {
namespace {

using signing::Check;
using testing::Contains;
using testing::Not;
namespace logs = tlog::testing;

constexpr std::size_t size = 9;
constexpr std::size_t index = 5;

class Receipt : public testing::Test {
 protected:
  logs::Tree tree_{13};
  tlog::Policy policy_{.logs = {{.key = logs::log_key().verifier, .url = {}}}};
  evidence::EntryReceipt receipt_{.origin = logs::log_name, .index = index, .leaf = tree_.leaves[index]};

  tlog::Proof proof(std::size_t of = size) const {
    return {.extra = evidence::to_text(receipt_) + "\n" + tree_.list[index],
            .index = index,
            .path = tlog::inclusion_proof(index, of, tree_.reader()).value(),
            .checkpoint = logs::checkpoint_of(tree_, of)};
  }
  ReceiptQuestion question() const {
    return {.receipt = {},
            .proof = tlog::to_text(proof()),
            .policy = tlog::to_text(policy_),
            .earlier = {},
            .continuation = {}};
  }
  std::string continuation(std::size_t old, std::size_t now) const {
    std::string json = "{\"old_size\":" + std::to_string(old) + ",\"size\":" + std::to_string(now) + ",\"proof\":[";
    bool is_first = true;
    const std::vector<tlog::Hash> proof = tlog::consistency_proof(old, now, tree_.reader()).value();
    for (const tlog::Hash& hash : proof) {
      json += (is_first ? "\"" : ",\"") + tlog::to_base64(hash) + "\"";
      is_first = false;
    }
    return json + "]}";
  }
  /// The policy asks for the witness, and the checkpoint carries its cosignature.
  ReceiptQuestion witnessed() {
    policy_.witnesses = {{.name = "w", .key = logs::witness_key().verifier, .url = {}}};
    policy_.quorum = "w";
    tlog::Proof with = proof();
    const auto parsed = tlog::parse_checkpoint(with.checkpoint).value();
    with.checkpoint += tlog::to_text(tlog::cosign(parsed.note.text, logs::witness_key(), 1'795'620'000));
    ReceiptQuestion asked = question();
    asked.proof = tlog::to_text(with);
    return asked;
  }
};

std::vector<std::string> codes(const signing::Verdict& verdict, Check::Outcome outcome) {
  std::vector<std::string> found;
  for (const Check& check : verdict.checks)
    if (check.outcome == outcome) found.push_back(check.code);
  return found;
}
/// The one refusal; "" when there is none.
std::string refusal(const ReceiptQuestion& question) {
  const signing::Verdict verdict = check_receipt(question);
  EXPECT_EQ(verdict.accepted(), codes(verdict, Check::Outcome::bad).empty());
  for (const std::string& code : codes(verdict, Check::Outcome::bad)) return code;
  return "";
}

TEST_F(Receipt, with_everything_at_hand_is_complete) {
  ReceiptQuestion asked = witnessed();
  asked.receipt = "https://licence.example.gov.cn/receipt#" + evidence::to_text(receipt_);
  asked.earlier = logs::checkpoint_of(tree_, 3);
  asked.continuation = continuation(3, size);
  const signing::Verdict verdict = check_receipt(asked);
  EXPECT_THAT(codes(verdict, Check::Outcome::bad), testing::IsEmpty());
  EXPECT_THAT(codes(verdict, Check::Outcome::unknown), testing::IsEmpty());
  EXPECT_EQ(verdict.state, "included");
  EXPECT_THAT(codes(verdict, Check::Outcome::good),
              testing::ElementsAre("verify.checkpoint_good", "verify.included", "verify.entry_good", "verify.witnessed",
                                   "verify.consistent"));
}

TEST_F(Receipt, tells_what_was_not_checked) {
  const signing::Verdict alone = check_receipt(question());
  EXPECT_TRUE(alone.accepted());
  EXPECT_THAT(codes(alone, Check::Outcome::unknown),
              testing::ElementsAre("verify.no_witnesses", "verify.earlier_missing"));
  ReceiptQuestion few = witnessed();
  few.proof = tlog::to_text(proof());
  few.earlier = logs::checkpoint_of(tree_, 3);
  EXPECT_THAT(codes(check_receipt(few), Check::Outcome::unknown),
              testing::ElementsAre("verify.quorum_missing", "verify.continuation_missing"));
  tlog::Proof bare = proof();
  bare.extra.clear();
  ReceiptQuestion asked = question();
  asked.proof = tlog::to_text(bare);
  EXPECT_EQ(refusal(asked), "verify.receipt_missing");
  asked.receipt = evidence::to_text(receipt_);
  EXPECT_THAT(codes(check_receipt(asked), Check::Outcome::unknown), Contains("verify.entry_missing"));
}

TEST_F(Receipt, an_earlier_checkpoint_may_be_older_newer_the_same_or_a_proof_file) {
  ReceiptQuestion asked = question();
  asked.earlier = logs::checkpoint_of(tree_, 13);
  asked.continuation = continuation(size, 13);
  EXPECT_THAT(codes(check_receipt(asked), Check::Outcome::good), Contains("verify.consistent"));
  asked.earlier = asked.proof;
  asked.continuation.clear();
  EXPECT_THAT(codes(check_receipt(asked), Check::Outcome::good), Contains("verify.consistent"));
}

TEST_F(Receipt, every_change_is_refused_by_its_name) {
  ReceiptQuestion asked = question();
  evidence::EntryReceipt other = receipt_;
  other.leaf[0] ^= 1;
  asked.receipt = evidence::to_text(other);
  EXPECT_EQ(refusal(asked), "verify.other_leaf");
  other = receipt_;
  ++other.index;
  asked.receipt = evidence::to_text(other);
  EXPECT_EQ(refusal(asked), "verify.other_index");
  asked.receipt = "rubbish";
  EXPECT_EQ(refusal(asked), "evidence.receipt_malformed");

  const auto changed = [&](auto change) {
    tlog::Proof wrong = proof();
    change(wrong);
    ReceiptQuestion again = question();
    again.proof = tlog::to_text(wrong);
    return refusal(again);
  };
  EXPECT_EQ(changed([](tlog::Proof& wrong) { wrong.path[1][7] ^= 1; }), "tlog.inclusion_wrong");
  EXPECT_EQ(changed([](tlog::Proof& wrong) { wrong.path.pop_back(); }), "tlog.inclusion_wrong");
  EXPECT_EQ(changed([](tlog::Proof& wrong) { std::swap(wrong.path[0], wrong.path[1]); }), "tlog.inclusion_wrong");
  EXPECT_EQ(changed([](tlog::Proof& wrong) { wrong.extra += "."; }), "verify.entry_changed");
  EXPECT_EQ(changed([&](tlog::Proof& wrong) {  // the receipt inside was exchanged with the entry
              wrong.extra = evidence::to_text({.origin = logs::log_name, .index = index, .leaf = tree_.leaves[4]});
            }),
            "tlog.inclusion_wrong");
  EXPECT_EQ(changed([](tlog::Proof& wrong) { wrong.checkpoint[wrong.checkpoint.find('\n') + 1] = '8'; }),
            "tlog.signature_wrong");
  EXPECT_EQ(changed([&](tlog::Proof& wrong) { wrong.checkpoint = logs::checkpoint_of(tree_, 4); }),
            "tlog.index_beyond_tree");
  EXPECT_EQ(changed([](tlog::Proof& wrong) { wrong.checkpoint.resize(wrong.checkpoint.size() / 2); }),
            "tlog.note_malformed");
}

TEST_F(Receipt, somebody_elses_signature_is_refused) {
  ReceiptQuestion asked = question();
  const tlog::SigningKey stranger = tlog::make_key(logs::log_name, tlog::KeyKind::ed25519, logs::seed_from(0x60));
  tlog::Policy other{.logs = {{.key = stranger.verifier, .url = {}}}};
  asked.policy = tlog::to_text(other);
  EXPECT_EQ(refusal(asked), "tlog.signature_missing");
  asked.policy = "log nonsense\n";
  EXPECT_EQ(refusal(asked), "tlog.policy_malformed");
  asked = question();
  asked.proof = asked.proof.substr(0, 40);
  EXPECT_EQ(refusal(asked), "tlog.proof_malformed");
}

TEST_F(Receipt, another_logs_receipt_is_refused) {
  ReceiptQuestion asked = question();
  tlog::Proof bare = proof();
  bare.extra.clear();
  asked.proof = tlog::to_text(bare);
  asked.receipt = evidence::to_text({.origin = "elsewhere.example/log", .index = index, .leaf = receipt_.leaf});
  EXPECT_EQ(refusal(asked), "verify.other_log");
}

TEST_F(Receipt, a_log_that_was_rewritten_is_refused) {
  ReceiptQuestion asked = question();
  logs::Tree rewritten(13);
  rewritten.leaves[2] = tlog::leaf_hash("another entry");
  asked.earlier = logs::checkpoint_of(rewritten, size);
  EXPECT_EQ(refusal(asked), "verify.log_forked");
  asked.earlier = logs::checkpoint_of(rewritten, 3);
  asked.continuation = continuation(3, size);
  EXPECT_EQ(refusal(asked), "tlog.consistency_wrong");
  asked.continuation = continuation(2, size);
  EXPECT_EQ(refusal(asked), "verify.continuation_other");
  for (const char* unreadable : {"[]", "{}", R"({"old_size":3,"size":9,"proof":["x"]})", R"({"old_size":"3"})"}) {
    asked.continuation = unreadable;
    EXPECT_EQ(refusal(asked), "verify.continuation_unreadable") << unreadable;
  }
}

TEST(receipt_or_licence, are_told_apart) {
  const std::string text = evidence::to_text({.origin = "a.example/log/public", .index = 0, .leaf = {}});
  EXPECT_TRUE(is_receipt(text));
  EXPECT_TRUE(is_receipt("https://a.example/receipt#" + text.substr(0, 30)));
  EXPECT_TRUE(is_receipt("c2sp.org/tlog-proof@v1\n"));
  EXPECT_FALSE(is_receipt("LC1:6BF"));
  EXPECT_FALSE(is_receipt("https://a.example/V#ABC"));
}

}  // namespace
}  // namespace server
