#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pdf.h"
#include "test_ring.h"

namespace signing {
namespace {

/// The smallest file with the structure that Cairo gives.
std::string plain_pdf() {
  std::string pdf = "%PDF-1.4\n";
  std::vector<std::size_t> offsets;
  for (const char* object :
       {"1 0 obj\n<< /Type /Pages\n   /Kids [ 2 0 R ]\n   /Count 1\n>>\nendobj\n",
        "2 0 obj\n<< /Type /Page % 1\n   /Parent 1 0 R\n   /MediaBox [ 0 0 300 200 ]\n>>\nendobj\n",
        "3 0 obj\n<< /Type /Catalog\n   /Pages 1 0 R\n>>\nendobj\n", "4 0 obj\n<< /Producer (test)\n>>\nendobj\n"}) {
    offsets.push_back(pdf.size());
    pdf += object;
  }
  const std::size_t table = pdf.size();
  pdf += "xref\n0 5\n0000000000 65535 f \n";
  for (const std::size_t offset : offsets) {
    char row[24];
    std::snprintf(row, sizeof row, "%010zu 00000 n \n", offset);
    pdf += row;
  }
  return pdf + "trailer\n<< /Size 5\n   /Root 3 0 R\n   /Info 4 0 R\n>>\nstartxref\n" + std::to_string(table) +
         "\n%%EOF\n";
}

const PdfWords words{.signer = "株洲市天元区市场监督管理局", .reason = "演示件", .at = test_now};

class SignedPdf : public testing::Test {
 protected:
  static TestRing& ring() {
    static TestRing one("pdf");
    return one;
  }
  static std::string good() { return (*ring()).sign_pdf(plain_pdf(), words, nullptr).value(); }
  static std::string fault(const std::string& pdf) {
    const Verdict verdict = verify_pdf(pdf, ring().trust());
    for (const Check& check : verdict.checks)
      if (check.outcome == Check::Outcome::bad) return check.code;
    return "accepted";
  }
};

TEST_F(SignedPdf, is_accepted_as_a_whole) {
  const Verdict verdict = verify_pdf(good(), ring().trust());
  EXPECT_TRUE(verdict.accepted());
  EXPECT_FALSE(verdict.complete());  // the present state is elsewhere
  EXPECT_TRUE(verdict.demonstration);
}

TEST_F(SignedPdf, a_flip_of_any_signed_byte_is_refused) {
  const std::string pdf = good();
  // The container of the signature is not signed itself: it holds copies of certificates that are known anyway.
  const std::size_t open = pdf.find("/Contents <") + 11, close = pdf.find('>', open);
  for (std::size_t index = 0; index < pdf.size(); index += 3) {
    if (index >= open && index < close) continue;
    std::string flipped = pdf;
    flipped[index] = static_cast<char>(flipped[index] ^ 1);
    EXPECT_NE(fault(flipped), "accepted") << index;
  }
  // The signature's own last bytes, before the padding.
  std::string flipped = pdf;
  const std::size_t last = pdf.find_last_not_of('0', close - 1);
  flipped[last - 2] = flipped[last - 2] == '1' ? '2' : '1';
  EXPECT_EQ(fault(flipped), "signing.pdf_changed");
}

TEST_F(SignedPdf, changes_are_told_apart) {
  const std::string pdf = good();
  std::string changed = pdf;
  changed[changed.find("300 200")] = '9';
  EXPECT_EQ(fault(changed), "signing.pdf_changed");
  EXPECT_EQ(fault(plain_pdf()), "signing.pdf_unsigned");
  // An update behind the signature, as an overlay attack does it.
  EXPECT_EQ(fault(pdf + "9 0 obj\n<< >>\nendobj\n"), "signing.pdf_range");
  EXPECT_EQ(fault((*ring()).sign_pdf(plain_pdf(), words, nullptr).value() + pdf), "signing.pdf_range");
  // A range that leaves out more than the signature.
  std::string shorter = pdf;
  const std::size_t range = shorter.find("/ByteRange [0 ") + 14;
  shorter.replace(range, 10, "0000000020");
  EXPECT_EQ(fault(shorter), "signing.pdf_range");
  // Something hidden in the padding behind the signature.
  std::string padded = pdf;
  padded[padded.rfind("> >>\nendobj") - 1] = '1';
  EXPECT_EQ(fault(padded), "signing.pdf_signature_broken");
}

TEST_F(SignedPdf, another_bureaus_signature_is_not_known_here) {
  TestRing other("pdf_other");
  EXPECT_EQ(fault(other->sign_pdf(plain_pdf(), words, nullptr).value()), "signing.signer_unknown");
}

TEST_F(SignedPdf, takes_a_time_stamp) {
  const TimeStampSource source = [](const std::string& request) { return (*ring()).time_stamp(request, test_now); };
  const auto pdf = (*ring()).sign_pdf(plain_pdf(), words, &source);
  ASSERT_TRUE(pdf);
  EXPECT_EQ(fault(pdf.value()), "accepted");
  EXPECT_GT(pdf.value().size(), good().size());
  const TimeStampSource silent = [](const std::string&) { return std::string("nothing"); };
  EXPECT_THROW(static_cast<void>((*ring()).sign_pdf(plain_pdf(), words, &silent)), std::runtime_error);
}

TEST_F(SignedPdf, only_our_own_files_are_signed) {
  EXPECT_EQ((*ring()).sign_pdf("%PDF-1.4\n", words, nullptr).error().code, "signing.pdf_not_ours");
  EXPECT_EQ((*ring()).sign_pdf(good(), words, nullptr).error().code, "signing.pdf_not_ours");
}

}  // namespace
}  // namespace signing
