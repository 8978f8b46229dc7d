/// Identifiers of electronic certificates (电子证照标识).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace codes {

inline constexpr std::string_view certificate_root = "1.2.156.3005.2";
inline constexpr std::size_t certificate_serial_max = 32;

/// Root, type, issuer, serial number, version and check, with dots between.
struct CertificateId {
  std::string text;
  /// 21 characters: the credit code of the defining authority and three digits.
  std::string type;
  /// The credit code of the issuer.
  std::string issuer;
  /// 1 to 32 letters and digits.
  std::string serial;
  /// Three digits.
  std::string version;
  /// Set when an imported identifier does not verify: some published ones do not.
  std::optional<base::Text> warning = std::nullopt;
};

/// Whether a wrong check is refused (what we issue) or only warned of (what comes from elsewhere).
enum class CertificateUse { issue, import };

/// Errors: `codes.format_wrong`, `codes.length_wrong`, `codes.letter_wrong`; for `issue` also `codes.check_wrong` and
/// the refusals of the issuer's credit code.
/// Source: [GB36904].
base::Result<CertificateId> parse_certificate_id(std::string_view typed, CertificateUse use);

struct CertificateIdRequest {
  std::string type;
  std::string issuer;
  std::string serial;
  /// 1 to 999.
  int version = 1;
};
/// Errors: as of parse_certificate_id for `issue`; `codes.number_out_of_range`.
/// Source: [GB36904].
base::Result<std::string> make_certificate_id(const CertificateIdRequest& request);

}  // namespace codes
