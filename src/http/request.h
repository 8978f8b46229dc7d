/// From a request's bytes to its parts: target, cookies, language; and what protects a browser's user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/http.h"

namespace http {

inline constexpr std::size_t target_bytes_max = 8'000;
inline constexpr std::size_t query_values_max = 200;

/// Splits and decodes "/a/b?c=d" into path and query.
/// Errors: `http.target_invalid` for a malformed %-sequence, NUL or other control characters, an encoded slash or
/// backslash, a `.` or `..` segment, text that is not UTF-8, a parameter given twice.
base::Result<void> read_target(std::string_view target, Request& request);

/// Query `lang`, then the cookie, then Accept-Language; Chinese when none of them says.
Language language_of(const Request& request);

/// Whether a browser says that another site sent this.
bool from_another_site(const Request& request);

/// Compares without telling by its duration where the difference lies.
bool equal_constant_time(std::string_view left, std::string_view right);

/// The headers that every reply carries: content policy, sniffing, framing, referrer, and HSTS behind TLS. What the
/// handler has set itself is kept.
void add_security_headers(Reply& reply, const Request& request);

/// The address of who asks: the peer, or what a configured proxy says about it (the last entry, which the proxy wrote).
std::string client_address(const Request& request, std::string_view proxy_address);
bool is_loopback(std::string_view address);

/// Decodes %-sequences; `plus_is_space` for queries. Nothing when malformed.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace http
