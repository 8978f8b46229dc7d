/// One-time passwords of an authenticator app, and the recovery codes for the day the phone is lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace access_control {

inline constexpr std::int64_t totp_step_s = 30;
inline constexpr std::size_t totp_secret_bytes = 20;
inline constexpr int recovery_codes_count = 10;

/// RFC 4648, without padding; what authenticator apps take.
std::string base32(std::string_view bytes);

/// The six digits of one step.
///
/// Units: `step` counts periods of 30 seconds since 1970.
/// Source: [RFC6238] section 4, SHA-1, [RFC4226] section 5.3.
std::string totp(std::string_view secret, std::int64_t step);

/// The step a code belongs to: the current one or a neighbour (a clock may be 30 seconds off), and later than `used`,
/// so that a code that was seen over a shoulder is worth nothing. Nothing when the code is wrong.
struct CodeCheck {
  std::string_view secret;
  std::string_view code;
  std::int64_t now_s = 0;
  std::int64_t used_step = 0;
};
std::optional<std::int64_t> step_of_code(const CodeCheck& check);

/// The address an authenticator app reads from the QR code.
std::string totp_uri(std::string_view secret, std::string_view account, std::string_view issuer);

/// Ten letters and digits in two groups, without the ones that look alike: about 50 bits each.
std::string make_recovery_code();
/// As stored and compared: capital letters and digits only.
std::string normal_recovery_code(std::string_view typed);

}  // namespace access_control
