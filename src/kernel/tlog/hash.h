/// SHA-256 and the hashes of RFC 6962: a leaf and a node are never mistaken for each other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlog {

using Hash = std::array<std::uint8_t, 32>;

Hash sha256(std::string_view bytes);

/// SHA-256 of 0x00 and the entry.
/// Source: [RFC6962-2-1].
Hash leaf_hash(std::string_view entry);

/// SHA-256 of 0x01 and both children.
/// Source: [RFC6962-2-1].
Hash node_hash(const Hash& left, const Hash& right);

/// The root of a tree without leaves: SHA-256 of nothing.
Hash empty_root();

std::string_view bytes_of(const Hash& hash);
/// Nothing unless there are exactly 32 bytes.
std::optional<Hash> hash_of_bytes(std::string_view bytes);

/// Base 64 of RFC 4648, section 4, with padding.
std::string to_base64(std::string_view bytes);
/// Nothing for text that `to_base64` would not have written: other alphabets, missing padding, stray bits, spaces.
std::optional<std::string> parse_base64(std::string_view text);

std::string to_base64(const Hash& hash);
std::optional<Hash> parse_hash(std::string_view base64);

/// Lower case.
std::string to_hex(const Hash& hash);
/// Nothing for anything but 64 digits in lower case.
std::optional<Hash> parse_hex(std::string_view text);

/// A decimal number without sign or leading zero, as all formats of the log write it.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace tlog
