#include "kernel/tlog/hash.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "kernel/base/check.h"

namespace tlog {
namespace {

Hash digest(std::initializer_list<std::string_view> parts) {
  // Looked up once: the look-up costs more than hashing a short entry.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  CHECK(algorithm && context);
  bool done = EVP_DigestInit_ex2(context, algorithm, nullptr) == 1;
  for (const std::string_view part : parts) done = done && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  Hash hash{};
  done = done && EVP_DigestFinal_ex(context, hash.data(), nullptr) == 1;
  EVP_MD_CTX_free(context);
  CHECK(done);
  return hash;
}

constexpr std::string_view leaf_prefix("\0", 1);
constexpr std::string_view node_prefix("\1", 1);

}  // namespace

Hash sha256(std::string_view bytes) {
  return digest({bytes});
}

Hash leaf_hash(std::string_view entry) {
  return digest({leaf_prefix, entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
  return digest({node_prefix, bytes_of(left), bytes_of(right)});
}

Hash empty_root() {
  return sha256("");
}

std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::optional<Hash> hash_of_bytes(std::string_view bytes) {
  Hash hash{};
  if (bytes.size() != hash.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating zero
  return text;
}

std::optional<std::string> parse_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(size);
  // Written again it must be the same text: no second spelling of one signature.
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

std::string to_base64(const Hash& hash) {
  return to_base64(bytes_of(hash));
}

std::optional<Hash> parse_hash(std::string_view base64) {
  const std::optional<std::string> bytes = parse_base64(base64);
  return bytes ? hash_of_bytes(*bytes) : std::nullopt;
}

std::string to_hex(const Hash& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(hash.size() * 2);
  for (const std::uint8_t byte : hash) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<Hash> parse_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  Hash hash{};
  if (text.size() != hash.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const std::size_t high = digits.find(text[2 * i]);
    const std::size_t low = digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    hash[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return hash;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace tlog
