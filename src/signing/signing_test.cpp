#include "signing/signing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "der.h"
#include "kernel/cose/base45.h"
#include "kernel/cose/cbor.h"
#include "key.h"
#include "test_ring.h"

namespace signing {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

cose::Licence licence() {
  return {.issuer = "https://licence.example.gov.cn",
          .expires_at = test_now.plus_us(30 * test_day_us),
          .issued_at = test_now,
          .id = "12345678",
          .status = {.index = 12, .uri = "https://licence.example.gov.cn/status/0"},
          .identifier = "1.2.156.3005.2.11100000MB0327169D001.11430211MB0TYD016D.JY24302110000012.001.L",
          .kind = "food_permit",
          .name = "食品经营许可证",
          .number = "JY24302110000012",
          .authority = "株洲市天元区市场监督管理局",
          .demonstration = true,
          .fields = {{"name", "天元区某某小吃店"}, {"place", "株洲市天元区泰山路街道1号"}}};
}

std::string text_of(const KeyRing& ring, const cose::Licence& content) {
  return cose::to_qr_text(ring.sign({.payload = cose::encode(content)}));
}

std::string list_of(const KeyRing& ring, cose::Status status, base::Instant at = test_now, std::int64_t index = 12) {
  cose::StatusList list{.uri = licence().status.uri,
                        .issued_at = at,
                        .expires_at = at.plus_us(test_day_us),
                        .time_to_live_s = 43'200,
                        .bits = {}};
  list.bits.set(index, status);
  return cose::encode(ring.sign({.type = std::string(cose::status_list_type), .payload = cose::encode(list)}));
}

auto has(const char* code) {
  return Contains(Field(&Check::code, code));
}

/// The codes of what is wrong.
std::vector<std::string> faults(const Verdict& verdict) {
  std::vector<std::string> codes;
  for (const Check& check : verdict.checks) {
    EXPECT_FALSE(check.words.zh.empty() || check.words.en.empty());
    if (check.outcome == Check::Outcome::bad) codes.push_back(check.code);
  }
  return codes;
}

class Signing : public testing::Test {
 protected:
  static TestRing& ring() {
    static TestRing one("licences");
    return one;
  }
};

TEST_F(Signing, licence_is_accepted_with_its_state_and_its_fields) {
  Trust trust = ring().trust();
  trust.status_lists.push_back(list_of(*ring(), cose::Status::valid));
  const Verdict verdict = verify_licence(text_of(*ring(), licence()), trust, test_now.plus_us(test_day_us / 2));
  EXPECT_TRUE(verdict.accepted());
  EXPECT_TRUE(verdict.complete());
  EXPECT_EQ(verdict.state, "valid");
  EXPECT_TRUE(verdict.demonstration);
  EXPECT_THAT(verdict.facts,
              Contains(std::pair<base::Text, std::string>({"经营者名称", "Operator"}, "天元区某某小吃店")));
}

TEST_F(Signing, licence_is_accepted_as_an_address) {
  const auto content = (*ring()).sign({.payload = cose::encode(licence())});
  const std::string address = cose::to_address(content, "https://licence.example.gov.cn");
  EXPECT_TRUE(verify_licence(address, ring().trust(), test_now).accepted());
}

TEST_F(Signing, without_a_list_the_state_is_said_not_to_be_checked) {
  const Verdict verdict = verify_licence(text_of(*ring(), licence()), ring().trust(), test_now);
  EXPECT_TRUE(verdict.accepted());
  EXPECT_FALSE(verdict.complete());
  EXPECT_THAT(verdict.checks, has("signing.status_missing"));
  EXPECT_EQ(verdict.state, "");
}

TEST_F(Signing, an_old_list_is_said_to_be_old) {
  Trust trust = ring().trust();
  trust.status_lists.push_back(list_of(*ring(), cose::Status::valid));
  const Verdict verdict = verify_licence(text_of(*ring(), licence()), trust, test_now.plus_us(2 * test_day_us));
  EXPECT_TRUE(verdict.accepted());
  EXPECT_THAT(verdict.checks, has("signing.status_stale"));
}

TEST_F(Signing, each_state_of_the_list_has_its_own_refusal) {
  const std::string text = text_of(*ring(), licence());
  for (const auto& [status, word] : {std::pair{cose::Status::revoked, "revoked"},
                                     {cose::Status::suspended, "suspended"},
                                     {cose::Status::superseded, "superseded"},
                                     {cose::Status::cancelled, "cancelled"},
                                     {cose::Status::expired, "expired"}}) {
    Trust trust = ring().trust();
    trust.status_lists.push_back(list_of(*ring(), status));
    const Verdict verdict = verify_licence(text, trust, test_now);
    EXPECT_EQ(verdict.state, word);
    EXPECT_THAT(faults(verdict), testing::ElementsAre(std::string("signing.licence_") + word));
  }
}

TEST_F(Signing, the_newest_list_counts_and_other_lists_do_not) {
  const std::string text = text_of(*ring(), licence());
  Trust trust = ring().trust();
  trust.status_lists = {list_of(*ring(), cose::Status::revoked, test_now.plus_us(test_day_us)),
                        list_of(*ring(), cose::Status::valid, test_now)};
  EXPECT_THAT(faults(verify_licence(text, trust, test_now)), testing::ElementsAre("signing.licence_revoked"));
  cose::StatusList other{
      .uri = "https://elsewhere.example/status/0", .issued_at = test_now, .expires_at = test_now, .bits = {}};
  other.bits.set(12, cose::Status::revoked);
  trust.status_lists = {
      cose::encode((*ring()).sign({.type = std::string(cose::status_list_type), .payload = cose::encode(other)}))};
  EXPECT_THAT(verify_licence(text, trust, test_now).checks, has("signing.status_missing"));
}

TEST_F(Signing, an_expired_licence_is_refused_from_its_first_second) {
  const std::string text = text_of(*ring(), licence());
  const base::Instant end = *licence().expires_at;
  EXPECT_TRUE(verify_licence(text, ring().trust(), end.plus_us(-1)).accepted());
  const Verdict verdict = verify_licence(text, ring().trust(), end);
  EXPECT_THAT(faults(verdict), testing::ElementsAre("signing.licence_expired"));
  EXPECT_EQ(verdict.state, "expired");
}

TEST_F(Signing, a_licence_from_the_future_or_before_its_key_is_refused) {
  cose::Licence early = licence();
  early.issued_at = test_now.plus_us(-test_day_us);
  EXPECT_THAT(faults(verify_licence(text_of(*ring(), early), ring().trust(), test_now)),
              testing::ElementsAre("signing.key_not_valid_then"));
  EXPECT_THAT(faults(verify_licence(text_of(*ring(), licence()), ring().trust(), test_now.plus_us(-test_day_us))),
              testing::ElementsAre("signing.issued_in_future"));
}

TEST_F(Signing, a_flip_of_any_byte_is_refused) {
  const auto content = (*ring()).sign({.payload = cose::encode(licence())});
  const std::string bytes = cose::encode(content);
  std::set<std::string> reasons;
  for (std::size_t index = 0; index < bytes.size(); ++index)
    for (const int bit : {1, 0x80}) {
      std::string flipped = bytes;
      flipped[index] = static_cast<char>(flipped[index] ^ bit);
      const std::string text = std::string(cose::licence_prefix) + cose::to_base45(cose::deflate(flipped));
      const auto found = faults(verify_licence(text, ring().trust(), test_now));
      ASSERT_FALSE(found.empty()) << "byte " << index;
      reasons.insert(found.begin(), found.end());
    }
  EXPECT_THAT(reasons, Contains("signing.signature_wrong"));
  EXPECT_THAT(reasons, Contains("signing.key_unknown"));
  EXPECT_THAT(reasons, Contains("cose.algorithm_refused"));
}

TEST_F(Signing, every_flip_of_the_qr_text_is_refused) {
  const std::string text = text_of(*ring(), licence());
  for (std::size_t index = 0; index < text.size(); ++index) {
    std::string flipped = text;
    flipped[index] = flipped[index] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(faults(verify_licence(flipped, ring().trust(), test_now)).empty()) << index;
  }
}

TEST_F(Signing, keys_count_for_their_purpose_only) {
  Trust trust = ring().trust();
  for (PublicKey& key : trust.keys)
    if (key.purpose == Purpose::licence) key.purpose = Purpose::document;
  EXPECT_THAT(faults(verify_licence(text_of(*ring(), licence()), trust, test_now)),
              testing::ElementsAre("signing.key_unknown"));
}

TEST_F(Signing, a_list_is_no_licence_and_a_licence_no_list) {
  Trust trust = ring().trust();
  const auto list = (*ring()).sign({.type = std::string(cose::status_list_type), .payload = cose::encode(licence())});
  EXPECT_THAT(faults(verify_licence(cose::to_qr_text(list), trust, test_now)),
              testing::ElementsAre("signing.not_licence"));
  const auto plain = (*ring()).sign({.payload = cose::encode(licence())});
  EXPECT_EQ(verified_status_list(cose::encode(plain), trust).error().code, "signing.not_status_list");
}

TEST_F(Signing, other_bureaus_keys_are_not_known_here) {
  TestRing other("other");
  EXPECT_THAT(faults(verify_licence(text_of(*other, licence()), ring().trust(), test_now)),
              testing::ElementsAre("signing.key_unknown"));
}

TEST(key_ring, keeps_old_keys_for_checking_when_a_new_one_signs) {
  TestRing ring("rotation");
  const std::string before = text_of(*ring, licence());
  const auto fresh = ring->rotate(Purpose::licence, test_now);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh.value().generation, 2);
  const std::string after = text_of(*ring, licence());
  EXPECT_EQ(hex_of(cose::from_text(after).value().kid), fresh.value().kid);
  EXPECT_TRUE(verify_licence(before, ring.trust(), test_now).accepted());
  EXPECT_TRUE(verify_licence(after, ring.trust(), test_now).accepted());
  const auto keys = ring->keys();
  EXPECT_EQ(
      std::count_if(keys.begin(), keys.end(), [](const PublicKey& key) { return key.purpose == Purpose::licence; }), 2);
  EXPECT_EQ(std::count_if(keys.begin(), keys.end(), [](const PublicKey& key) { return key.active; }), 7);
}

TEST(key_ring, is_read_again_and_its_secrets_are_sealed) {
  TestRing ring("again");
  const auto again = KeyRing::open_or_make(ring.settings(), test_vault(), test_now);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value()->keys().front().kid, ring->keys().front().kid);
  EXPECT_TRUE(again.value()->demonstration());
  const auto file = ring.settings().folder + "/licence-1.key";
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  // With other secrets nothing is signed, and nothing is made anew in silence.
  EXPECT_EQ(KeyRing::open_or_make(ring.settings(), test_vault(0x33), test_now).error().code, "signing.key_unreadable");
  std::filesystem::remove(file);
  EXPECT_EQ(KeyRing::open_or_make(ring.settings(), test_vault(), test_now).error().code, "signing.key_unreadable");
}

TEST(key_ring, does_not_take_another_keys_certificate) {
  TestRing ring("swap");
  const std::string folder = ring.settings().folder;
  std::filesystem::copy_file(folder + "/document-1.pem", folder + "/licence-1.pem",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(ring->reload().error().code, "signing.key_unreadable");
}

TEST(key_ring, marks_demonstration_in_the_certificate) {
  TestRing ring("mark");
  for (const PublicKey& key : ring->keys()) EXPECT_THAT(key.subject, HasSubstr("DEMONSTRATION")) << key.subject;
  KeySettings real = ring.settings();
  real.folder += "-real";
  real.demonstration = false;
  const auto own = KeyRing::open_or_make(real, test_vault(), test_now);
  ASSERT_TRUE(own);
  EXPECT_FALSE(own.value()->demonstration());
}

TEST(trust_file, reads_what_it_writes_and_names_what_is_wrong) {
  TestRing ring("trust");
  Trust trust = ring.trust();
  trust.status_lists.push_back("\x01\x02");
  const std::string text = to_json(trust);
  EXPECT_EQ(to_json(parse_trust(text).value()), text);
  EXPECT_THAT(text, Not(HasSubstr("PRIVATE")));
  EXPECT_EQ(parse_trust("{").error().code, "signing.trust_unreadable");
  EXPECT_EQ(parse_trust("{\"format\":\"other\"}").error().code, "signing.trust_unreadable");
}

TEST(der, writes_and_reads_what_the_standard_says) {
  EXPECT_EQ(hex_of(der::integer(0)), "020100");
  EXPECT_EQ(hex_of(der::integer(128)), "02020080");
  EXPECT_EQ(hex_of(der::oid("1.2.840.113549.1.7.2")), "06092a864886f70d010702");
  EXPECT_EQ(hex_of(der::oid("1.2.156.10197.1.501")), "06082a811ccf55018375");
  EXPECT_EQ(hex_of(der::octets(std::string(200, 'a'))).substr(0, 6), "0481c8");
  const std::string time = der::generalized_time(test_now);
  der::Reader reader(time);
  EXPECT_EQ(der::moment_of(reader.take().value()), test_now);
  const std::string number = der::oid("1.2.156.10197.1.501");
  der::Reader oids(number);
  EXPECT_EQ(der::dotted_of(oids.take().value()), "1.2.156.10197.1.501");
  for (const char* broken : {"30", "3005", "308001", "30810100", "1f0100"}) {
    std::string bytes;
    for (std::size_t at = 0; broken[at] && broken[at + 1]; at += 2)
      bytes += static_cast<char>(std::stoi(std::string(broken + at, 2), nullptr, 16));
    der::Reader bad(bytes);
    EXPECT_EQ(bad.take().error().code, "signing.asn1_broken") << broken;
  }
}

}  // namespace
}  // namespace signing
