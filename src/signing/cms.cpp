/// CMS SignedData for PDF, built by hand: OpenSSL always adds a signing-time, which PAdES does not want.
#include "der.h"
#include "key.h"
#include "timestamp.h"

namespace signing {
namespace {

using namespace der;

constexpr std::string_view oid_data = "1.2.840.113549.1.7.1";
constexpr std::string_view oid_signed_data = "1.2.840.113549.1.7.2";
constexpr std::string_view oid_content_type = "1.2.840.113549.1.9.3";
constexpr std::string_view oid_message_digest = "1.2.840.113549.1.9.4";
constexpr std::string_view oid_signing_certificate = "1.2.840.113549.1.9.16.2.47";
constexpr std::string_view oid_time_stamp = "1.2.840.113549.1.9.16.2.14";
constexpr std::string_view oid_sha256 = "2.16.840.1.101.3.4.2.1";
constexpr std::string_view oid_ecdsa_sha256 = "1.2.840.10045.4.3.2";

std::string attribute(std::string_view kind, std::string value) {
  return sequence({oid(kind), set_of({std::move(value)})});
}

/// Issuer and serial number, as they stand in the certificate.
std::string issuer_and_serial(X509* certificate) {
  unsigned char* bytes = nullptr;
  int size = i2d_X509_NAME(X509_get_issuer_name(certificate), &bytes);
  if (size < 0) openssl_failed("issuer");
  std::string issuer(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  bytes = nullptr;
  size = i2d_ASN1_INTEGER(X509_get_serialNumber(certificate), &bytes);
  if (size < 0) openssl_failed("serial number");
  std::string serial(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return sequence({std::move(issuer), std::move(serial)});
}

}  // namespace

std::string detached_cms(const KeyRing::Key& signer, const KeyRing::Key& authority, std::string_view digest,
                         const TimeStampSource* source) {
  const std::string hash = sequence({oid(oid_sha256)});
  const std::string bound = octets(sha256(signer.about.certificate));
  std::string attributes =
      set_of({attribute(oid_content_type, oid(oid_data)), attribute(oid_message_digest, octets(digest)),
              attribute(oid_signing_certificate, sequence({sequence({sequence({bound})})}))});
  const std::string signature = sign_der(signer.pair.get(), false, attributes);
  attributes[0] = static_cast<char>(0xA0);  // signed as a SET, written as [0]
  std::string unsigned_attributes;
  if (source) {
    unsigned_attributes = set_of({attribute(oid_time_stamp, time_stamp_token(signature, *source))});
    unsigned_attributes[0] = static_cast<char>(0xA1);
  }
  const std::string info = sequence({integer(1), issuer_and_serial(signer.certificate.get()), hash, attributes,
                                     sequence({oid(oid_ecdsa_sha256)}), octets(signature), unsigned_attributes});
  const std::string certificates = tlv(0xA0, signer.about.certificate + authority.about.certificate);
  return sequence(
      {oid(oid_signed_data), explicit_tag(0, sequence({integer(1), set_of({hash}), sequence({oid(oid_data)}),
                                                       certificates, set_of({info})}))});
}

}  // namespace signing
