/// COSE_Sign1 (RFC 9052) with ES256: its parts, the bytes that are signed, and the compressed text of a QR code around
/// it. Signing and checking a signature need keys and are the business of `signing`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace cose {

/// The one algorithm: ECDSA on P-256 with SHA-256. Source: [RFC9053-2.1].
inline constexpr std::int64_t es256 = -7;
inline constexpr std::size_t es256_signature_bytes = 64;
/// The first bytes of the SHA-256 of the signer's certificate.
inline constexpr std::size_t kid_bytes = 8;

/// A signed content. Algorithm and key are always among what is signed; there are no unsigned headers.
struct Sign1 {
  std::string kid;
  std::string type;  // header 16, "application/statuslist+cwt"; may be empty
  std::string payload;
  std::string signature;  // r and s, 32 bytes each

  /// As it was read; empty when it is to be written.
  std::string protected_header = {};
};

/// What the signature is over: the Sig_structure with context "Signature1".
/// Source: [RFC9052-4.4].
std::string to_be_signed(const Sign1& content);

/// Tag 18. Source: [RFC9052-4.2].
std::string encode(const Sign1& content);

/// Errors: those of cbor::decode; `cose.not_sign1`, `cose.header_unsigned` (a header outside the signature),
/// `cose.header_unknown` (critical or unknown headers), `cose.algorithm_refused` (anything but ES256),
/// `cose.kid_missing`, `cose.signature_length`.
base::Result<Sign1> decode_sign1(std::string_view bytes);

/// Before the text of a licence's QR code.
inline constexpr std::string_view licence_prefix = "LC1:";
/// Before the Base32 of an address that a telephone's camera opens.
inline constexpr std::string_view address_mark = "/V#";
inline constexpr std::size_t inflated_bytes_max = 65'536;

/// zlib. Source: [RFC1950].
std::string deflate(std::string_view bytes);
/// Errors: `cose.compression_broken` (also a wrong check sum or data after the end), `cose.inflated_too_long`
/// (limit 64 KiB).
base::Result<std::string> inflate(std::string_view bytes);

/// "LC1:" + Base45(zlib(COSE_Sign1)).
std::string to_qr_text(const Sign1& content);
/// The same as an address: `site` + "/V#" + Base32. `site` without a slash at its end.
std::string to_address(const Sign1& content, std::string_view site);

/// Reads either form. Errors: `cose.not_licence_text`, and what each step refuses.
base::Result<Sign1> from_text(std::string_view text);

}  // namespace cose
