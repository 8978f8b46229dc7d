#include <gtest/gtest.h>

#include "modules/evidence/model.h"

namespace evidence {
namespace {

Salt salt_from(std::uint8_t first) {
  Salt salt{};
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::uint8_t>(first + i);
  return salt;
}

NewEntry entry() {
  return {.type = "case.advanced",
          .subject = "case/0abc",
          .at = {1'700'000'000'000'000},
          .open = {{"service", "open-restaurant"}, {"element", "accept \"x\"\n\x01"}},
          .sealed = {{"content", "张三 430211199001011234"}, {"by", "7"}}};
}

TEST(entry, is_canonical_json_and_holds_no_personal_value) {
  const std::string text = entry_text(entry(), 41, salt_from(1));
  EXPECT_EQ(text.substr(0, text.find("\"sealed\"")), "{\"body\":{\"element\":\"accept \\\"x\\\"\\n\\u0001\",");
  EXPECT_NE(text.find("\"prev\":41,\"subj\":\"case/"
                      "0abc\",\"ts\":\"2023-11-15T06:13:20+08:00\",\"type\":\"case.advanced\",\"v\":1}"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("张三"), std::string::npos);
  EXPECT_EQ(text.find("430211"), std::string::npos);
  EXPECT_NE(entry_text(entry(), std::nullopt, salt_from(1)).find("\"prev\":null"), std::string::npos);
}

TEST(entry, a_sealed_value_is_known_again_only_with_its_salt) {
  const Field field{"content", "张三"};
  const Salt salt = salt_from(9);
  EXPECT_EQ(seal(salt, field), sealed_hash(salt_of_field(salt, "content"), "张三"));
  EXPECT_NE(seal(salt, field), seal(salt_from(8), field));
  EXPECT_NE(seal(salt, field), seal(salt, {"by", "张三"}));  // the salt of one field opens no other
  EXPECT_NE(salt_of_field(salt, "by"), salt_of_field(salt, "content"));
  EXPECT_EQ(parse_salt(to_hex(salt)), salt);
  EXPECT_FALSE(parse_salt("00"));
  EXPECT_FALSE(parse_salt(std::string(32, 'g')));
}

TEST(receipt, is_read_back_as_it_was_written_also_behind_an_address) {
  const EntryReceipt receipt{.origin = "licence.example.gov.cn/log/public", .index = 1234, .leaf = tlog::sha256("x")};
  const std::string text = to_text(receipt);
  EXPECT_EQ(parse_receipt(text).value(), receipt);
  EXPECT_EQ(parse_receipt(std::string(text).insert(30, "\r\n")).value(), receipt) << "copied from two lines of paper";
  EXPECT_EQ(parse_receipt("  https://licence.example.gov.cn/receipt#" + text + " \n").value(), receipt);
}

TEST(receipt, malformed_ones_are_refused) {
  const std::string leaf = to_text(EntryReceipt{.origin = "a", .index = 0, .leaf = {}}).substr(4);
  for (const std::string& wrong :
       std::vector<std::string>{std::string(), std::string("a"), "a#1." + leaf + "A", "#1." + leaf, "a#." + leaf,
                                "a#01." + leaf, "a#1.", "a#1", "a b#1." + leaf, "a#1." + leaf.substr(1),
                                "a#1." + leaf + "=", "a#b#1." + leaf, std::string(2000, 'a')})
    EXPECT_EQ(parse_receipt(wrong).error().code, "evidence.receipt_malformed") << wrong;
}

}  // namespace
}  // namespace evidence
