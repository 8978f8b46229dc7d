#include "verify_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "kernel/cose/licence.h"
#include "keys.h"
#include "signing/verify.h"

namespace server {
namespace {

using testing::HasSubstr;

constexpr base::Instant now{1'795'620'000'000'000};

const base::Text authority{"某区市场监督管理局", "A bureau"};

class Verifying : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::temp_directory_path() / ("verify_commands." + std::to_string(::getpid()))).string();
    std::filesystem::remove_all(folder_);
    ring_ = std::move(open_keys(folder_, authority, true, now)).value();
    write_trust({});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write_trust(const std::vector<std::string>& lists) {
    signing::Trust trust{.authority = authority, .demonstration = true, .made_at = now};
    trust.keys = ring_->keys();
    trust.status_lists = lists;
    std::ofstream(folder_ + "/trust.json") << signing::to_json(trust);
  }

  std::string licence_text() const {
    return cose::to_qr_text(
        ring_->sign({.payload = cose::encode(cose::Licence{.issuer = "https://a.example",
                                                           .expires_at = {},
                                                           .issued_at = now,
                                                           .id = "12345678",
                                                           .status = {.index = 3, .uri = "https://a.example/status/0"},
                                                           .identifier = "1.2.156",
                                                           .kind = "food_permit",
                                                           .name = "食品经营许可证",
                                                           .number = "JY1",
                                                           .authority = "局",
                                                           .demonstration = true,
                                                           .fields = {{"name", "小吃店"}}})}));
  }

  std::string list(cose::Status status) const {
    cose::StatusList all{.uri = "https://a.example/status/0",
                         .issued_at = now,
                         .expires_at = now.plus_us(3'600 * base::us_per_second),
                         .bits = {}};
    all.bits.set(3, status);
    return cose::encode(ring_->sign({.type = std::string(cose::status_list_type), .payload = cose::encode(all)}));
  }

  int verify(const std::string& subject, bool as_json = false) {
    std::ostringstream out, err;
    const int code = run(
        VerifyCommand{.subject = {subject}, .trust = {}, .data = folder_, .now = now, .as_json = as_json}, out, err);
    said_ = out.str() + err.str();
    return code;
  }

  std::string folder_;
  std::unique_ptr<signing::KeyRing> ring_;
  std::string said_;
};

TEST_F(Verifying, tells_good_partly_and_refused_apart) {
  EXPECT_EQ(verify(licence_text()), verify_partly);
  EXPECT_THAT(said_, HasSubstr("signing.status_missing"));
  EXPECT_THAT(said_, HasSubstr("DEMONSTRATION"));
  EXPECT_THAT(said_, HasSubstr("小吃店"));
  write_trust({list(cose::Status::valid)});
  EXPECT_EQ(verify(licence_text()), verify_good);
  write_trust({list(cose::Status::suspended)});
  EXPECT_EQ(verify(licence_text()), verify_refused);
  EXPECT_THAT(said_, HasSubstr("暂停使用"));
  EXPECT_THAT(said_, HasSubstr("Suspended"));
}

TEST_F(Verifying, reads_files_and_prints_json) {
  write_trust({list(cose::Status::valid)});
  std::ofstream(folder_ + "/code.txt") << licence_text() << "\n";
  EXPECT_EQ(verify(folder_ + "/code.txt", true), verify_good);
  EXPECT_THAT(said_, HasSubstr("\"accepted\":true"));
  EXPECT_THAT(said_, HasSubstr("\"state\":\"valid\""));
  std::ofstream(folder_ + "/list.cwt", std::ios::binary) << list(cose::Status::valid);
  EXPECT_EQ(verify(folder_ + "/list.cwt"), verify_good);
  std::ofstream(folder_ + "/bad.pdf", std::ios::binary) << "%PDF-1.7\n";
  EXPECT_EQ(verify(folder_ + "/bad.pdf"), verify_refused);
  EXPECT_THAT(said_, HasSubstr("signing.pdf_unsigned"));
  std::ofstream(folder_ + "/bad.ofd", std::ios::binary) << "PK\x03\x04";
  EXPECT_EQ(verify(folder_ + "/bad.ofd"), verify_refused);
  EXPECT_THAT(said_, HasSubstr("signing.ofd_unreadable"));
}

TEST_F(Verifying, says_what_is_missing) {
  EXPECT_EQ(verify("nonsense"), verify_refused);
  EXPECT_THAT(said_, HasSubstr("cose.not_licence_text"));
  std::filesystem::remove(folder_ + "/trust.json");
  EXPECT_EQ(verify(licence_text()), verify_refused);
  EXPECT_THAT(said_, HasSubstr("verify.trust_missing"));
}

TEST_F(Verifying, receipts_go_their_own_way) {
  const std::string receipt = "a.example/log/public#3." + std::string(43, 'A');
  EXPECT_EQ(verify(receipt), verify_refused);
  EXPECT_THAT(said_, HasSubstr("verify.proof_missing"));
  std::ofstream(folder_ + "/3.tlog-proof") << "c2sp.org/tlog-proof@v1\nindex 3\n";
  EXPECT_EQ(verify(folder_ + "/3.tlog-proof"), verify_refused);
  EXPECT_THAT(said_, HasSubstr("verify.policy_missing"));
  std::ofstream(folder_ + "/log.policy") << "quorum none\n";
  EXPECT_EQ(verify(folder_ + "/3.tlog-proof"), verify_refused);
  EXPECT_THAT(said_, HasSubstr("tlog.proof_malformed"));
  EXPECT_THAT(said_, HasSubstr("NOT TO BE RELIED ON"));
  std::ostringstream out, err;
  EXPECT_EQ(run(VerifyCommand{.subject = {"licence", "x"}, .trust = {}, .data = folder_, .now = now}, out, err),
            verify_refused);
  EXPECT_THAT(err.str(), HasSubstr("verify.subject_unclear"));
}

TEST_F(Verifying, keys_are_listed_and_rotated_without_showing_secrets) {
  std::ostringstream out, err;
  EXPECT_EQ(
      run(
          KeysCommand{
              .action = "rotate", .purpose = "licence", .uri = {}, .data = folder_, .demonstration = true, .now = now},
          out, err),
      0);
  EXPECT_THAT(out.str(), HasSubstr("* licence 2"));
  EXPECT_THAT(out.str(), HasSubstr("  licence 1"));
  EXPECT_THAT(out.str(), testing::Not(HasSubstr("PRIVATE")));
  EXPECT_EQ(
      run(
          KeysCommand{
              .action = "rotate", .purpose = "nothing", .uri = {}, .data = folder_, .demonstration = true, .now = now},
          out, err),
      1);
  EXPECT_THAT(err.str(), HasSubstr("signing.purpose_unknown"));
}

}  // namespace
}  // namespace server
