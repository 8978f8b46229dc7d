/// A key with its certificate, over OpenSSL.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "signing/signing.h"

namespace signing {

struct FreeOpenssl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenssl>;

/// SM2 signatures and their user id, one for all. Source: [GB35276].
inline constexpr std::string_view sm2_id = "1234567812345678";

struct KeyRing::Key {
  PublicKey about;
  Owned<EVP_PKEY> pair;
  Owned<X509> certificate;
};

struct KeyRing::State {
  std::vector<std::shared_ptr<const Key>> keys;  // by purpose, then generation
  const Key& active(Purpose purpose) const;
  const Key* find(Purpose purpose) const;
};

bool is_sm2(Purpose purpose);
/// Throws std::runtime_error with OpenSSL's words.
[[noreturn]] void openssl_failed(const char* what);

std::string sha256(std::string_view bytes);
std::string sm3(std::string_view bytes);
std::string hex_of(std::string_view bytes);
std::string base64_of(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

/// ECDSA with SHA-256, or SM2 with SM3: the DER signature.
std::string sign_der(EVP_PKEY* pair, bool sm2, std::string_view bytes);
/// r and s of an ECDSA signature, 32 bytes each, and back. Source: [RFC9053-2.1].
std::string raw_signature(std::string_view der);
std::string der_signature(std::string_view raw);
bool verify_der(EVP_PKEY* key, bool sm2, std::string_view bytes, std::string_view signature);

Owned<EVP_PKEY> new_pair(bool sm2);
/// A certificate for `subject`'s key, by `issuer` (null: by itself).
Owned<X509> certify(EVP_PKEY* subject, const KeyRing::Key* issuer, Purpose purpose, const KeySettings& settings,
                    int generation, base::Instant now);
std::string der_of(X509* certificate);
Owned<X509> certificate_of(std::string_view der);
PublicKey describe(X509* certificate, Purpose purpose, int generation);
/// A private key inside a token. Errors: `signing.token_unusable`.
base::Result<Owned<EVP_PKEY>> pair_in_token(const std::string& uri);

/// CMS SignedData over content that is elsewhere, as PAdES wants it: no signing-time, the signer's certificate bound
/// in. Source: [RFC5652], [RFC5035], [EN319122].
std::string detached_cms(const KeyRing::Key& signer, const KeyRing::Key& authority, std::string_view digest,
                         const TimeStampSource* source);

}  // namespace signing
