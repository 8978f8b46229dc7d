#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "der.h"
#include "key.h"
#include "package.h"
#include "test_ring.h"

namespace signing {
namespace {

Package plain_package() {
  return {{"OFD.xml",
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:DocBody>"
           "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>"
           "</ofd:DocBody></ofd:OFD>"},
          {"Doc_0/Document.xml", "<ofd:Document/>"},
          {"Doc_0/Pages/Page_0/Content.xml", "<ofd:Page>天元</ofd:Page>"}};
}

const SealPlace place{.x = 200, .y = 150, .width = 40, .height = 20, .picture = "PNG", .at = test_now};
constexpr const char* list_name = "Doc_0/Signs/Sign_0/Signature.xml";
constexpr const char* value_name = "Doc_0/Signs/Sign_0/SignedValue.dat";
constexpr const char* seal_name = "Doc_0/Signs/Sign_0/Seal.esl";

class SealedOfd : public testing::Test {
 protected:
  static TestRing& ring() {
    static TestRing one("ofd");
    return one;
  }
  static Package good() { return unzip((*ring()).seal_ofd(plain_package(), place)).value(); }
  static std::string fault(const std::string& ofd) {
    const Verdict verdict = verify_ofd(ofd, ring().trust());
    for (const Check& check : verdict.checks)
      if (check.outcome == Check::Outcome::bad) return check.code;
    return "accepted";
  }
  static std::string fault(const Package& package) { return fault(zip(package)); }
};

TEST_F(SealedOfd, is_accepted) {
  const Verdict verdict = verify_ofd((*ring()).seal_ofd(plain_package(), place), ring().trust());
  EXPECT_TRUE(verdict.accepted());
  EXPECT_TRUE(verdict.demonstration);
  EXPECT_EQ(fault(good()), "accepted");
}

TEST_F(SealedOfd, a_change_of_any_part_is_refused) {
  const Package package = good();
  for (const auto& [name, content] : package)
    for (std::size_t index = 0; index < content.size(); index += 11) {
      Package changed = package;
      changed[name][index] = static_cast<char>(changed[name][index] ^ 1);
      EXPECT_NE(fault(changed), "accepted") << name << " " << index;
    }
}

TEST_F(SealedOfd, changes_are_told_apart) {
  Package changed = good();
  changed["Doc_0/Pages/Page_0/Content.xml"] += " ";
  EXPECT_EQ(fault(changed), "signing.ofd_changed");
  changed = good();
  changed["Doc_0/Extra.xml"] = "<x/>";
  EXPECT_EQ(fault(changed), "signing.ofd_unlisted");
  changed = good();
  changed.erase("Doc_0/Document.xml");
  EXPECT_EQ(fault(changed), "signing.ofd_part_missing");
  changed = good();
  changed[list_name] += "<!-- -->";
  EXPECT_EQ(fault(changed), "signing.ofd_changed");
  changed = good();
  changed[value_name] += "x";
  EXPECT_EQ(fault(changed), "signing.asn1_broken");
  EXPECT_EQ(fault(plain_package()), "signing.ofd_part_missing");
  Package unsigned_package = plain_package();
  unsigned_package["OFD.xml"] = "<ofd:OFD/>";
  EXPECT_EQ(fault(unsigned_package), "signing.ofd_unsigned");
  EXPECT_EQ(fault(std::string("PK\x03\x04 nothing")), "signing.ofd_unreadable");
}

TEST_F(SealedOfd, names_that_lead_out_of_the_package_are_refused) {
  for (const char* name : {"../evil", "Doc_0/../../evil", "/etc/passwd", "a\\b", "C:evil", "Doc_0//x", "./x"}) {
    Package package = good();
    package[name] = "x";
    EXPECT_EQ(fault(package), "signing.ofd_part_name") << name;
  }
}

TEST_F(SealedOfd, a_seal_from_elsewhere_is_not_known_here) {
  TestRing other("ofd_other");
  EXPECT_EQ(fault(other->seal_ofd(plain_package(), place)), "signing.signer_unknown");
}

TEST_F(SealedOfd, a_seal_lifted_from_another_document_is_refused) {
  Package first = good();
  Package other = plain_package();
  other["Doc_0/Document.xml"] = "<ofd:Document>other</ofd:Document>";
  Package second = unzip((*ring()).seal_ofd(other, place)).value();
  Package mixed = second;
  mixed[value_name] = first[value_name];
  EXPECT_EQ(fault(mixed), "signing.ofd_changed");
  mixed[list_name] = first[list_name];
  EXPECT_EQ(fault(mixed), "signing.ofd_changed");
}

TEST_F(SealedOfd, equal_parts_make_an_equal_file) {
  EXPECT_EQ(zip(plain_package()), zip(plain_package()));
}

TEST(sm2, verifies_the_example_of_the_standard) {  // [GB32918-5]
  EXPECT_EQ(hex_of(sm3("abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  const std::string point =
      "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E08"
      "4A66"
      "32F6072DA9AD13";
  std::string bytes;
  for (std::size_t at = 0; at < point.size(); at += 2)
    bytes += static_cast<char>(std::stoi(point.substr(at, 2), nullptr, 16));
  const std::string key = der::sequence(
      {der::sequence({der::oid("1.2.840.10045.2.1"), der::oid("1.2.156.10197.1.301")}), der::bits(bytes)});
  const auto* from = reinterpret_cast<const unsigned char*>(key.data());
  const Owned<EVP_PKEY> pair(d2i_PUBKEY(nullptr, &from, static_cast<long>(key.size())));
  ASSERT_TRUE(pair);
  const auto number = [](const std::string& digits) {
    std::string content;
    for (std::size_t at = 0; at < digits.size(); at += 2)
      content += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    if (content[0] & 0x80) content.insert(0, 1, '\0');
    return der::tlv(der::tag_integer, content);
  };
  const std::string signature =
      der::sequence({number("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"),
                     number("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA")});
  EXPECT_TRUE(verify_der(pair.get(), true, "message digest", signature));
  EXPECT_FALSE(verify_der(pair.get(), true, "message digesT", signature));
}

}  // namespace
}  // namespace signing
