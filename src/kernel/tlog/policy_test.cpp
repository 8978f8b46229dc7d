#include "kernel/tlog/policy.h"

#include <gtest/gtest.h>

#include "testing.h"

namespace tlog {
namespace {

SigningKey witness(std::uint8_t number) {
  return make_key("w" + std::to_string(number) + ".example", KeyKind::cosignature, testing::seed_from(number));
}

std::string two_of_three() {
  std::string text = "# who watches\n\n  log " + to_text(testing::log_key().verifier) + " https://example.org/log\t\n";
  for (std::uint8_t i = 1; i <= 3; ++i)
    text +=
        "witness w" + std::to_string(i) + " " + to_text(witness(i).verifier) + " http://w" + std::to_string(i) + "\n";
  return text + "group all-of-them 2 w1 w2 w3\nquorum all-of-them\n";
}

Signed by(std::uint8_t number) {
  return {.by = witness(number).verifier, .at_s = 1};
}

TEST(policy, asks_for_two_of_three) {
  const Policy policy = parse_policy(two_of_three()).value();
  EXPECT_EQ(policy.logs.size(), 1U);
  EXPECT_EQ(policy.logs[0].url, "https://example.org/log");
  EXPECT_EQ(policy.witnesses.size(), 3U);
  EXPECT_EQ(policy.keys().size(), 4U);
  EXPECT_FALSE(policy.is_met({}));
  EXPECT_FALSE(policy.is_met({by(1)}));
  EXPECT_FALSE(policy.is_met({by(1), by(1)}));
  EXPECT_FALSE(policy.is_met({by(1), by(9)}));
  EXPECT_TRUE(policy.is_met({by(1), by(3)}));
  EXPECT_TRUE(policy.is_met({by(3), by(2), by(1)}));
  EXPECT_EQ(to_text(parse_policy(to_text(policy)).value()), to_text(policy));
}

TEST(policy, of_groups_of_groups) {
  std::string text;
  for (std::uint8_t i = 1; i <= 5; ++i)
    text += "witness w" + std::to_string(i) + " " + to_text(witness(i).verifier) + "\n";
  const Policy policy =
      parse_policy(text + "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup both all x y\nquorum both\n").value();
  EXPECT_FALSE(policy.is_met({by(1), by(2)}));
  EXPECT_FALSE(policy.is_met({by(1), by(4), by(5)}));
  EXPECT_TRUE(policy.is_met({by(1), by(3), by(5)}));
  EXPECT_TRUE(parse_policy(text + "quorum w2\n").value().is_met({by(2)}));
  EXPECT_FALSE(parse_policy(text + "quorum w2\n").value().is_met({by(1)}));
  EXPECT_TRUE(parse_policy("quorum none\n").value().is_met({}));
}

TEST(policy, names_the_line_at_fault) {
  const std::string log = to_text(testing::log_key().verifier);
  const std::string w1 = "witness w1 " + to_text(witness(1).verifier) + "\n";
  const std::string wrong[] = {"",
                               "quorum none",  // no newline
                               "log " + log + "\n",
                               "log " + log + "\nlog " + log + "\nquorum none\n",
                               "log x\nquorum none\n",
                               "log " + to_text(witness(1).verifier) + "\nquorum none\n",
                               "witness w1 " + log + "\nquorum none\n",
                               w1 + w1 + "quorum none\n",
                               w1 + "witness w2 " + to_text(witness(1).verifier) + "\nquorum none\n",
                               w1 + "witness w1 " + to_text(witness(2).verifier) + "\nquorum none\n",
                               "witness none " + to_text(witness(2).verifier) + "\nquorum none\n",
                               w1 + "group g 2 w1\nquorum g\n",
                               w1 + "group g 0 w1\nquorum g\n",
                               w1 + "group g 01 w1\nquorum g\n",
                               w1 + "group g any w1 w1\nquorum g\n",
                               w1 + "group g any w2\nquorum g\n",
                               w1 + "group g any none\nquorum g\n",
                               w1 + "group g any\nquorum none\n",
                               w1 + "group w1 any w1\nquorum w1\n",
                               w1 + "group g any w1\ngroup h any w1\nquorum h\n",
                               w1 + "group g any g\nquorum g\n",
                               "quorum w1\n" + w1,
                               "quorum none\nquorum none\n",
                               "quorum\n",
                               "quorum none\r\n",
                               "trust none\n"};
  for (const std::string& each : wrong) EXPECT_EQ(parse_policy(each).error().code, "tlog.policy_malformed") << each;
  EXPECT_NE(parse_policy(w1 + "nonsense\n").error().message.en.find("line 2"), std::string::npos);
}

}  // namespace
}  // namespace tlog
