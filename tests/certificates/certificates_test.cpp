#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "der.h"
#include "documents/documents.h"
#include "kernel/cose/licence.h"
#include "key.h"
#include "package.h"
#include "sample.h"
#include "test_ring.h"

namespace signing {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Finished {
  int status = 0;
  std::string output;
};

/// Runs a line of shell. Fails with the remedy when the tool is missing.
Finished shell(const std::string& tool, const std::string& arguments) {
  if (std::system(("command -v " + tool + " >/dev/null").c_str()) != 0) {
    ADD_FAILURE() << tool << " is missing: run ./dev setup";
    return {.status = -1, .output = {}};
  }
  std::FILE* pipe = ::popen((tool + " " + arguments + " 2>&1").c_str(), "r");
  Finished finished;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    finished.output.append(buffer.data(), size);
  finished.status = ::pclose(pipe);
  return finished;
}

void save(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string pem(const PublicKey& key) {
  const std::string text = base64_of(key.certificate);
  std::string all = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < text.size(); at += 64) all += text.substr(at, 64) + "\n";
  return all + "-----END CERTIFICATE-----\n";
}

/// What a certificate of this demonstration shows; `name` is a template of the catalogue.
class Certificates : public testing::Test {
 protected:
  static TestRing& ring() {
    static TestRing one("tools");
    return one;
  }
  static std::string path(const std::string& name) { return ring().folder() + "/" + name; }

  static const PublicKey& key(Purpose purpose) {
    static const std::vector<PublicKey> keys = ring()->keys();
    return *std::find_if(keys.begin(), keys.end(), [&](const PublicKey& each) { return each.purpose == purpose; });
  }

  static std::string qr() {
    static const std::string text = cose::to_qr_text(ring()->sign(
        {.payload = cose::encode(cose::Licence{
             .issuer = "https://licence.example.gov.cn",
             .expires_at = {},
             .issued_at = test_now,
             .id = "12345678",
             .status = {.index = 7, .uri = "https://licence.example.gov.cn/status/0"},
             .identifier = "1.2.156.3005.2.11100000MB0327169D001.11430211MB0TYD016D.JY24302110000012.001.L",
             .kind = "food_permit",
             .name = "食品经营许可证",
             .number = "JY24302110000012",
             .authority = "株洲市天元区市场监督管理局",
             .demonstration = true,
             .fields = {{"name", "天元区满堂香小吃店（个体工商户）"},
                        {"credit_code", "92430211MA00000011"},
                        {"person", "林小满"},
                        {"place", "湖南省株洲市天元区泰山路街道示范路18号一层101铺"},
                        {"business_form", "餐饮服务经营者"},
                        {"items", "热食类食品制售；冷食类食品制售；自制饮品制售"},
                        {"issued_on", "2026年11月24日"},
                        {"valid_to", "2031年11月23日"}}})}));
    return text;
  }

  static feel::Context data() {
    feel::Context all = documents::sample::data();
    feel::Context certificate = all.find("certificate")->as_context();
    certificate.put("qr", qr());
    all.put("certificate", feel::Value(std::move(certificate)));
    return all;
  }

  static std::shared_ptr<const documents::Template> drawing(const std::string& name) {
    return documents::parse_template(documents::sample::template_text(name), name).value();
  }

  static std::string signed_pdf(const std::string& name, const TimeStampSource* source = nullptr) {
    const auto pdf = documents::render_pdf(*drawing(name), data(), {.now = test_now});
    if (!pdf) ADD_FAILURE() << pdf.error().message.en;
    return ring()
        ->sign_pdf(pdf.value(), {.signer = "株洲市天元区市场监督管理局", .reason = "演示件", .at = test_now}, source)
        .value();
  }

  static std::string sealed_ofd(const std::string& name) {
    const auto parts = documents::render_ofd(*drawing(name), data(), {.now = test_now}, std::string(32, 'a'));
    if (!parts) ADD_FAILURE() << parts.error().message.en;
    return ring()->seal_ofd(parts.value(), {.x = 220,
                                            .y = 150,
                                            .width = 46,
                                            .height = 18,
                                            .picture = documents::seal_picture({"天元区", "演示件"}, 46, 18),
                                            .at = test_now});
  }

  /// pdfsig's answer, with our root as the one that it trusts.
  static std::string pdfsig(const std::string& file) {
    static const std::string store = [] {
      const std::string folder = path("nss");
      std::filesystem::create_directories(folder);
      save(path("root.pem"), pem(key(Purpose::authority)));
      shell("certutil", "-N -d sql:" + folder + " --empty-password");
      shell("certutil", "-A -d sql:" + folder + " -n root -t CT,C,C -a -i " + path("root.pem"));
      return folder;
    }();
    return shell("pdfsig", "-nssdir sql:" + store + " " + file).output;
  }
};

const char* const names[] = {"business_licence", "business_licence_copy", "food_permit"};

TEST_F(Certificates, pdfsig_finds_the_signature_valid_trusted_and_over_everything) {
  for (const char* name : names) {
    const std::string file = path(std::string(name) + ".pdf");
    save(file, signed_pdf(name));
    const std::string answer = pdfsig(file);
    EXPECT_THAT(answer, HasSubstr("Signature is Valid")) << name;
    EXPECT_THAT(answer, HasSubstr("Certificate is Trusted")) << name;
    EXPECT_THAT(answer, HasSubstr("Total document signed")) << name;
    EXPECT_THAT(answer, HasSubstr("ETSI.CAdES.detached")) << name;
    const Finished structure = shell("qpdf", "--check " + file);
    EXPECT_EQ(structure.status, 0) << structure.output;
    EXPECT_THAT(structure.output, Not(HasSubstr("WARNING"))) << structure.output;
  }
}

TEST_F(Certificates, pdfsig_refuses_what_was_changed) {
  std::string pdf = signed_pdf("food_permit");
  const std::size_t at = pdf.find("/Lang (zh-CN)");
  ASSERT_NE(at, std::string::npos);
  pdf[at + 7] = 'x';
  save(path("changed.pdf"), pdf);
  EXPECT_THAT(pdfsig(path("changed.pdf")), Not(HasSubstr("Signature is Valid")));
  EXPECT_FALSE(verify_pdf(pdf, ring().trust()).accepted());
}

TEST_F(Certificates, openssl_accepts_the_cms_with_and_without_a_time_stamp) {
  save(path("root.pem"), pem(key(Purpose::authority)));
  const TimeStampSource own = [](const std::string& request) { return ring()->time_stamp(request, test_now); };
  for (const TimeStampSource* source : {static_cast<const TimeStampSource*>(nullptr), &own}) {
    const std::string pdf = signed_pdf("food_permit", source);
    const std::size_t open = pdf.find("/Contents <") + 10, close = pdf.find('>', open) + 1;
    save(path("signed.bin"), pdf.substr(0, open) + pdf.substr(close));
    std::string signature;
    for (std::size_t index = open + 1; index + 1 < close; index += 2)
      signature += static_cast<char>(std::stoi(pdf.substr(index, 2), nullptr, 16));
    der::Reader reader(signature);
    save(path("signature.der"), reader.take().value().whole);
    const Finished answer =
        shell("openssl", "cms -verify -cades -binary -inform DER -in " + path("signature.der") + " -content " +
                             path("signed.bin") + " -CAfile " + path("root.pem") + " -purpose any -out /dev/null");
    EXPECT_THAT(answer.output, HasSubstr("CAdES Verification successful")) << answer.output;
    const std::string text = shell("openssl", "cms -cmsout -print -inform DER -in " + path("signature.der")).output;
    // Not in our own attributes; inside a time stamp its authority puts one.
    if (!source) {
      EXPECT_THAT(text, Not(HasSubstr("signingTime")));
    }
    EXPECT_EQ(text.find("id-smime-aa-timeStampToken") != std::string::npos, source != nullptr);
  }
}

TEST_F(Certificates, zbarimg_reads_the_signed_code_from_the_paper) {
  for (const char* name : names) {
    const std::string file = path(std::string(name) + "_qr.pdf");
    save(file, signed_pdf(name));
    shell("pdftoppm", "-r 200 -png " + file + " " + file);
    const std::string text = shell("zbarimg", "-q --raw " + file + "-1.png").output;
    EXPECT_THAT(text, HasSubstr(qr() + "\n")) << name;
    EXPECT_THAT(text, HasSubstr("https://yichuang.example/c/")) << name;
  }
  const Verdict verdict = verify_licence(qr(), ring().trust(), test_now);
  EXPECT_TRUE(verdict.accepted());
  EXPECT_EQ(verdict.facts.size(), 5u + 8u);
  EXPECT_LT(qr().size(), 1'000u);  // version 22 at most: less than half a millimetre a module on 42 mm
}

TEST_F(Certificates, openssl_accepts_seal_and_hash_of_the_ofd) {
  const std::string ofd = sealed_ofd("business_licence");
  save(path("licence.ofd"), ofd);
  EXPECT_TRUE(verify_ofd(ofd, ring().trust()).accepted());
  EXPECT_EQ(shell("unzip", "-tq " + path("licence.ofd")).status, 0);
  const Package package = unzip(ofd).value();
  const std::string value = package.at("Doc_0/Signs/Sign_0/SignedValue.dat");
  der::Reader outer(value);
  const auto whole = outer.take(der::tag_sequence, "SES_Signature").value();
  der::Reader parts(whole.content);
  const std::string to_sign(parts.take().value().whole);
  const std::string certificate(parts.take().value().content);
  parts.take().value();
  const std::string signature(der::bits_of(parts.take().value()).value());
  save(path("tosign.der"), to_sign);
  save(path("signature.bin"), signature);
  save(path("seal.der"), certificate);
  shell("openssl", "x509 -inform DER -in " + path("seal.der") + " -pubkey -noout -out " + path("seal.pub"));
  const std::string line = "dgst -sm3 -verify " + path("seal.pub") + " -sigopt distid:1234567812345678 -signature " +
                           path("signature.bin") + " " + path("tosign.der");
  EXPECT_THAT(shell("openssl", line).output, HasSubstr("Verified OK"));
  save(path("tosign.der"), to_sign.substr(0, to_sign.size() - 1) + "x");
  EXPECT_THAT(shell("openssl", line).output, HasSubstr("Verification failure"));
  // The list of parts is what the seal is over, and each part is in the list.
  save(path("list.xml"), package.at("Doc_0/Signs/Sign_0/Signature.xml"));
  const std::string hash = shell("openssl", "dgst -sm3 -r " + path("list.xml")).output.substr(0, 64);
  EXPECT_THAT(hex_of(to_sign), HasSubstr(hash));
  save(path("root-sm2.pem"), pem(key(Purpose::seal_authority)));
  save(path("seal.pem"), pem(key(Purpose::seal)));
  EXPECT_THAT(shell("openssl",
                    "verify -vfyopt distid:1234567812345678 -CAfile " + path("root-sm2.pem") + " " + path("seal.pem"))
                  .output,
              HasSubstr("OK"));
}

TEST_F(Certificates, the_ofd_carries_the_words_of_the_paper) {
  const Package package = unzip(sealed_ofd("food_permit")).value();
  const std::string& page = package.at("Doc_0/Pages/Page_0/Content.xml");
  for (const char* words : {"JY24302110000012", "林小满", "演示件，不具法律效力", "2031年11月23日"})
    EXPECT_THAT(page, HasSubstr(words));
  EXPECT_THAT(package.at("OFD.xml"), HasSubstr("Doc_0/Signs/Signatures.xml"));
}

/// A token of software, as a stand-in for the device.
class Token : public Certificates {
 protected:
  void SetUp() override {
    const std::string folder = path("token");
    std::filesystem::create_directories(folder + "/tokens");
    save(folder + "/softhsm2.conf",
         "directories.tokendir = " + folder + "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n");
    ::setenv("SOFTHSM2_CONF", (folder + "/softhsm2.conf").c_str(), 1);
    ::setenv("PKCS11_MODULE_PATH", "/usr/lib/softhsm/libsofthsm2.so", 1);
    save(folder + "/pin", "123456");
    shell("softhsm2-util", "--init-token --free --label bureau --so-pin 12345678 --pin 123456");
    shell("pkcs11-tool",
          "--module /usr/lib/softhsm/libsofthsm2.so --token-label bureau --login --pin 123456 --keypairgen "
          "--key-type EC:prime256v1 --label licence --id 01");
  }
  static std::string uri(const std::string& object) {
    return "pkcs11:token=bureau;object=" + object + ";type=private?pin-source=file:" + path("token") + "/pin";
  }
};

TEST_F(Token, signs_licences_and_pdf_without_giving_its_key) {
  const auto licence = ring()->use_token(Purpose::licence, uri("licence"), test_now);
  ASSERT_TRUE(licence) << licence.error().message.en;
  EXPECT_EQ(licence.value().held, "pkcs11");
  const auto document = ring()->use_token(Purpose::document, uri("licence"), test_now);
  ASSERT_TRUE(document) << document.error().message.en;
  const std::string text = cose::to_qr_text(ring()->sign({.payload = cose::from_text(qr()).value().payload}));
  EXPECT_EQ(hex_of(cose::from_text(text).value().kid), licence.value().kid);
  EXPECT_TRUE(verify_licence(text, ring().trust(), test_now).accepted());
  EXPECT_TRUE(verify_pdf(signed_pdf("food_permit"), ring().trust()).accepted());
  std::ifstream stored(ring().settings().folder + "/licence-2.key");
  const std::string content(std::istreambuf_iterator<char>(stored), {});
  EXPECT_THAT(content, testing::StartsWith("pkcs11:"));
}

TEST_F(Token, a_missing_key_is_told) {
  const auto refused = ring()->use_token(Purpose::licence, uri("nobody"), test_now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "signing.token_unusable");
  EXPECT_EQ(ring()->use_token(Purpose::seal, uri("licence"), test_now).error().code, "signing.purpose_not_in_token");
}

}  // namespace
}  // namespace signing
