#include <algorithm>

#include "request.h"

namespace http {
namespace {

constexpr std::string_view session_cookie = "yichuang_session";
constexpr std::string_view session_cookie_secure = "__Host-yichuang_session";

constexpr std::string_view content_policy =
    "default-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string cookie_text(const Request& request, std::string_view token, int max_age_s) {
  std::string text(request.secure ? session_cookie_secure : session_cookie);
  text.append("=").append(token).append("; Path=/; HttpOnly; SameSite=Lax; Max-Age=").append(std::to_string(max_age_s));
  if (request.secure) text += "; Secure";
  return text;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

void set_session(Reply& reply, const Request& request, std::string_view token, int max_age_s) {
  reply.headers.emplace_back("Set-Cookie", cookie_text(request, token, max_age_s));
  reply.headers.emplace_back("Cache-Control", "no-store");
}

void clear_session(Reply& reply, const Request& request) {
  reply.headers.emplace_back("Set-Cookie", cookie_text(request, "", 0));
  reply.headers.emplace_back("Cache-Control", "no-store");
}

std::string_view session_token(const Request& request) {
  return request.cookie(request.secure ? session_cookie_secure : session_cookie);
}

void add_security_headers(Reply& reply, const Request& request) {
  const auto add = [&](std::string_view name, std::string_view value) {
    const bool set = std::any_of(reply.headers.begin(), reply.headers.end(),
                                 [&](const auto& header) { return same_name(header.first, name); });
    if (!set) reply.headers.emplace_back(name, value);
  };
  add("Content-Security-Policy", content_policy);
  add("X-Content-Type-Options", "nosniff");
  add("X-Frame-Options", "DENY");
  add("Referrer-Policy", "same-origin");
  add("Cross-Origin-Opener-Policy", "same-origin");
  add("Cross-Origin-Resource-Policy", "same-origin");
  add("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()");
  add("Cache-Control", "no-store");
  if (request.secure) add("Strict-Transport-Security", "max-age=31536000");
  add("X-Request-Id", request.request_id);
}

std::string client_address(const Request& request, std::string_view proxy_address) {
  if (proxy_address.empty() || request.remote != proxy_address) return request.remote;
  std::string_view chain = request.header("x-forwarded-for");
  const std::size_t comma = chain.rfind(',');
  if (comma != std::string_view::npos) chain.remove_prefix(comma + 1);
  while (chain.starts_with(' ')) chain.remove_prefix(1);
  while (chain.ends_with(' ')) chain.remove_suffix(1);
  constexpr std::size_t address_bytes_max = 45;  // the longest IPv6 text
  const bool plain = !chain.empty() && chain.size() <= address_bytes_max &&
                     chain.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
  return plain ? std::string(chain) : request.remote;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

}  // namespace http
