/// RFC 3161 time stamps.
#pragma once

#include <string>

#include "signing/signing.h"

namespace signing {

/// The token over the SHA-256 of `signature`, from `source`.
/// Faults: throws std::runtime_error when the answer is no time stamp of this signature.
/// Source: [RFC3161].
std::string time_stamp_token(std::string_view signature, const TimeStampSource& source);

}  // namespace signing
