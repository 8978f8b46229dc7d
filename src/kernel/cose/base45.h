/// Base45 (RFC 9285) and Base32 (RFC 4648): bytes as the letters and digits that QR codes store most tightly.
#pragma once

#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace cose {

/// Source: [RFC9285].
std::string to_base45(std::string_view bytes);

/// Exactly one text stands for given bytes: anything else is refused.
/// Errors: `cose.base45_character`, `cose.base45_length`, `cose.base45_value`, each with the character's place.
/// Source: [RFC9285].
base::Result<std::string> from_base45(std::string_view text);

/// Upper case, without padding: what may follow the # of a web address and still is QR's tight alphabet.
/// Source: [RFC4648].
std::string to_base32(std::string_view bytes);

/// Errors: `cose.base32_invalid`: a character outside the alphabet, a length that cannot be, bits left over.
/// Source: [RFC4648].
base::Result<std::string> from_base32(std::string_view text);

}  // namespace cose
