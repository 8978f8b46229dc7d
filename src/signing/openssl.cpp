/// Digests, signatures and certificates by OpenSSL.
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>

#include "key.h"

namespace signing {
namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t authority_days = 3652, signer_days = 1096;
/// Only what stands in a certificate tells a demonstration from the real thing, wherever the certificate goes.
constexpr const char* demonstration_mark = "演示 DEMONSTRATION";

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr) != 1) openssl_failed("digest");
  return {reinterpret_cast<const char*>(out.data()), size};
}

/// SM2 hashes the signer's id with the message. Source: [GB32918].
void set_id(EVP_PKEY_CTX* context, bool sm2) {
  if (sm2 && EVP_PKEY_CTX_set1_id(context, sm2_id.data(), static_cast<int>(sm2_id.size())) != 1)
    openssl_failed("SM2 id");
}

void add_name(X509_NAME* name, const char* field, const std::string& text) {
  // A common name has 64 characters at most, an organisation too.
  if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                 static_cast<int>(text.size()), -1, 0) != 1)
    openssl_failed("name");
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  if (!extension || X509_add_ext(certificate, extension, -1) != 1) openssl_failed("extension");
  X509_EXTENSION_free(extension);
}

std::string one_line(const X509_NAME* name) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, (XN_FLAG_ONELINE | XN_FLAG_SPC_EQ) & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

base::Instant instant_of(const ASN1_TIME* time) {
  int days = 0, seconds = 0;
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> epoch(ASN1_TIME_set(nullptr, 0), &ASN1_TIME_free);
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) openssl_failed("time");
  return {(std::int64_t{days} * day_s + seconds) * base::us_per_second};
}

}  // namespace

void openssl_failed(const char* what) {
  std::array<char, 256> words{};
  ERR_error_string_n(ERR_get_error(), words.data(), words.size());
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL, ") + what + ": " + words.data());
}

std::string sha256(std::string_view bytes) {
  return digest(EVP_sha256(), bytes);
}
std::string sm3(std::string_view bytes) {
  return digest(EVP_sm3(), bytes);
}

std::string hex_of(std::string_view bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string base64_of(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) {
    ERR_clear_error();
    return std::nullopt;
  }
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  // One text for given bytes: what decodes to them but is written otherwise is refused.
  if (base64_of(bytes) != text) return std::nullopt;
  return bytes;
}

std::string sign_der(EVP_PKEY* pair, bool sm2, std::string_view bytes) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const Owned<EVP_PKEY_CTX> options(sm2 ? EVP_PKEY_CTX_new(pair, nullptr) : nullptr);
  if (sm2) {
    set_id(options.get(), sm2);
    EVP_MD_CTX_set_pkey_ctx(context.get(), options.get());
  }
  if (EVP_DigestSignInit(context.get(), nullptr, sm2 ? EVP_sm3() : EVP_sha256(), nullptr, pair) != 1)
    openssl_failed("sign");
  std::size_t size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (EVP_DigestSign(context.get(), nullptr, &size, data, bytes.size()) != 1) openssl_failed("sign");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data, bytes.size()) != 1)
    openssl_failed("sign");
  signature.resize(size);
  return signature;
}

std::string raw_signature(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  if (!signature) openssl_failed("signature");
  constexpr int half = cose::es256_signature_bytes / 2;
  std::string raw(cose::es256_signature_bytes, '\0');
  auto* to = reinterpret_cast<unsigned char*>(raw.data());
  const bool fits = BN_bn2binpad(ECDSA_SIG_get0_r(signature), to, half) == half &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(signature), to + half, half) == half;
  ECDSA_SIG_free(signature);
  CHECK(fits);
  return raw;
}

std::string der_signature(std::string_view raw) {
  CHECK(raw.size() == cose::es256_signature_bytes);
  constexpr int half = cose::es256_signature_bytes / 2;
  const auto* from = reinterpret_cast<const unsigned char*>(raw.data());
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(from, half, nullptr), BN_bin2bn(from + half, half, nullptr));
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &bytes);
  ECDSA_SIG_free(signature);
  if (size <= 0) openssl_failed("signature");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

bool verify_der(EVP_PKEY* key, bool sm2, std::string_view bytes, std::string_view signature) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  // A key of another kind takes no id, and is no SM2 key then.
  const Owned<EVP_PKEY_CTX> options(sm2 ? EVP_PKEY_CTX_new(key, nullptr) : nullptr);
  if (sm2) {
    if (EVP_PKEY_is_a(key, "SM2") != 1 ||
        EVP_PKEY_CTX_set1_id(options.get(), sm2_id.data(), static_cast<int>(sm2_id.size())) != 1) {
      ERR_clear_error();
      return false;
    }
    EVP_MD_CTX_set_pkey_ctx(context.get(), options.get());
  }
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, sm2 ? EVP_sm3() : EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

Owned<EVP_PKEY> new_pair(bool sm2) {
  Owned<EVP_PKEY> pair(sm2 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2") : EVP_EC_gen("P-256"));
  if (!pair) openssl_failed("a new key");
  return pair;
}

Owned<X509> certify(EVP_PKEY* subject, const KeyRing::Key* issuer, Purpose purpose, const KeySettings& settings,
                    int generation, base::Instant now) {
  const bool is_authority = purpose == Purpose::authority || purpose == Purpose::seal_authority;
  Owned<X509> certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::array<unsigned char, 16> serial{};
  if (RAND_bytes(serial.data(), serial.size()) != 1) openssl_failed("serial number");
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7F) | 0x40);
  BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  const std::int64_t start = now.us / base::us_per_second;
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), start);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), start + (is_authority ? authority_days : signer_days) * day_s);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  add_name(name, "C", "CN");
  add_name(name, "O", settings.authority.zh);
  if (settings.demonstration) add_name(name, "OU", demonstration_mark);
  add_name(name, "CN", purpose_words(purpose).zh + " " + std::to_string(generation));
  X509* signer = issuer ? issuer->certificate.get() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  if (X509_set_pubkey(certificate.get(), subject) != 1) openssl_failed("certificate");
  add_extension(certificate.get(), signer, NID_basic_constraints,
                is_authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE");
  add_extension(certificate.get(), signer, NID_key_usage,
                is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,nonRepudiation");
  if (purpose == Purpose::timestamp)
    add_extension(certificate.get(), signer, NID_ext_key_usage, "critical,timeStamping");
  add_extension(certificate.get(), signer, NID_subject_key_identifier, "hash");
  if (issuer) add_extension(certificate.get(), signer, NID_authority_key_identifier, "keyid:always");

  EVP_PKEY* signing_pair = issuer ? issuer->pair.get() : subject;
  const bool sm2 = is_sm2(purpose);
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const Owned<EVP_PKEY_CTX> options(sm2 ? EVP_PKEY_CTX_new(signing_pair, nullptr) : nullptr);
  if (sm2) {
    set_id(options.get(), sm2);
    EVP_MD_CTX_set_pkey_ctx(context.get(), options.get());
  }
  if (EVP_DigestSignInit(context.get(), nullptr, sm2 ? EVP_sm3() : EVP_sha256(), nullptr, signing_pair) != 1 ||
      X509_sign_ctx(certificate.get(), context.get()) <= 0)
    openssl_failed("certificate");
  return certificate;
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size < 0) openssl_failed("certificate");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

Owned<X509> certificate_of(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = at + der.size();
  Owned<X509> certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) ERR_clear_error();
  if (at != end) certificate.reset();
  return certificate;
}

PublicKey describe(X509* certificate, Purpose purpose, int generation) {
  PublicKey about{.purpose = purpose, .generation = generation, .certificate = der_of(certificate)};
  about.kid = hex_of(sha256(about.certificate).substr(0, cose::kid_bytes));
  about.subject = one_line(X509_get_subject_name(certificate));
  about.valid_from = instant_of(X509_get0_notBefore(certificate));
  about.valid_to = instant_of(X509_get0_notAfter(certificate));
  about.demonstration = about.subject.find(demonstration_mark) != std::string::npos;
  return about;
}

}  // namespace signing
