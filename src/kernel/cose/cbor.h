/// CBOR (RFC 8949) as far as signed contents need it: read strictly, written in the one deterministic way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/base/result.h"

namespace cbor {

class Value;
struct Bytes {
  std::string content;
  bool operator==(const Bytes&) const = default;
};
using Array = std::vector<Value>;
/// In the order read; written sorted by the bytes of the keys.
using Map = std::vector<std::pair<Value, Value>>;
struct Tagged;
struct Null {
  bool operator==(const Null&) const = default;
};

/// Integers of 64 bits with sign, byte and text strings, arrays, maps, tags, true, false and null. No floating point.
class Value {
 public:
  Value() : content_(Null{}) {}
  Value(std::int64_t number) : content_(number) {}
  Value(int number) : content_(std::int64_t{number}) {}
  Value(bool flag) : content_(flag) {}
  Value(std::string text) : content_(std::move(text)) {}
  Value(const char* text) : content_(std::string(text)) {}
  Value(Bytes bytes) : content_(std::move(bytes)) {}
  Value(Array items) : content_(std::make_shared<const Array>(std::move(items))) {}
  Value(Map entries) : content_(std::make_shared<const Map>(std::move(entries))) {}
  /// A tag around `content`.
  static Value tagged(std::uint64_t tag, Value content);

  /// Each is null when the value is of another kind.
  const std::int64_t* as_number() const { return std::get_if<std::int64_t>(&content_); }
  const bool* as_flag() const { return std::get_if<bool>(&content_); }
  const std::string* as_text() const { return std::get_if<std::string>(&content_); }
  const std::string* as_bytes() const;
  const Array* as_array() const;
  const Map* as_map() const;
  const Tagged* as_tagged() const;
  bool is_null() const { return std::holds_alternative<Null>(content_); }
  /// The value under an integer or a text key of a map; null when there is none, or this is no map.
  const Value* find(std::int64_t key) const;
  const Value* find(std::string_view key) const;

 private:
  std::variant<Null, bool, std::int64_t, std::string, Bytes, std::shared_ptr<const Array>, std::shared_ptr<const Map>,
               std::shared_ptr<const Tagged>>
      content_;
};

struct Tagged {
  std::uint64_t tag = 0;
  Value content;
};

/// Deterministic encoding: shortest heads, definite lengths, keys in bytewise order.
/// Source: [RFC8949-4.2.1].
std::string encode(const Value& value);

inline constexpr int depth_max = 16;

/// Reads exactly one value that takes all of `bytes`.
/// Errors: `cbor.truncated`, `cbor.trailing`, `cbor.indefinite`, `cbor.not_shortest`, `cbor.key_twice`,
/// `cbor.too_deep`, `cbor.not_utf8`, `cbor.number_too_large`, `cbor.unsupported` (floating point, other simple values),
/// each with the byte's place. Source: [RFC8949-5.2] what a strict reader refuses.
base::Result<Value> decode(std::string_view bytes);

}  // namespace cbor
