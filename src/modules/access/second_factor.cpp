#include "second_factor.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <cctype>

#include "kernel/base/check.h"

namespace access_control {
namespace {

constexpr std::string_view base32_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view recovery_letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
constexpr int code_digits = 6;

bool is_unreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

}  // namespace

std::string base32(std::string_view bytes) {
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8 | static_cast<unsigned char>(c)) & 0xFFFF;
    for (bits += 8; bits >= 5; bits -= 5) text += base32_letters[buffer >> (bits - 5) & 31];
  }
  if (bits > 0) text += base32_letters[buffer << (5 - bits) & 31];
  return text;
}

std::string totp(std::string_view secret, std::int64_t step) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (8 * (counter.size() - 1 - i)));
  std::array<unsigned char, 20> mac{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(),
                          mac.data(), &size);
  CHECK(made != nullptr && size == mac.size());
  const std::size_t at = mac.back() & 15;
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[at] & 0x7F) << 24) |
                               (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8) | mac[at + 3];
  std::string digits = std::to_string(number % 1'000'000);
  return std::string(code_digits - digits.size(), '0') + digits;
}

std::optional<std::int64_t> step_of_code(const CodeCheck& check) {
  const std::int64_t current = check.now_s / totp_step_s;
  for (const std::int64_t step : {current, current - 1, current + 1}) {
    const std::string right = totp(check.secret, step);
    const bool equal =
        check.code.size() == right.size() && sodium_memcmp(check.code.data(), right.data(), right.size()) == 0;
    if (equal && step > check.used_step) return step;
  }
  return std::nullopt;
}

std::string totp_uri(std::string_view secret, std::string_view account, std::string_view issuer) {
  const std::string by = percent_encoded(issuer);
  return "otpauth://totp/" + by + ":" + percent_encoded(account) + "?secret=" + base32(secret) + "&issuer=" + by;
}

std::string make_recovery_code() {
  std::string code;
  for (int i = 0; i < 10; ++i) {
    if (i == 5) code += '-';
    code += recovery_letters[randombytes_uniform(static_cast<std::uint32_t>(recovery_letters.size()))];
  }
  return code;
}

std::string normal_recovery_code(std::string_view typed) {
  std::string code;
  for (const char c : typed)
    if (std::isalnum(static_cast<unsigned char>(c)))
      code += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return code;
}

}  // namespace access_control
