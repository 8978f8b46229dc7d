/// DER: the few ASN.1 values that seals and signatures are built from, written and strictly read.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace signing::der {

inline constexpr unsigned tag_boolean = 0x01, tag_integer = 0x02, tag_bits = 0x03, tag_octets = 0x04, tag_null = 0x05,
                          tag_oid = 0x06, tag_utf8 = 0x0C, tag_ia5 = 0x16, tag_time = 0x18, tag_sequence = 0x30,
                          tag_set = 0x31;

std::string tlv(unsigned tag, std::string_view content);
std::string sequence(std::initializer_list<std::string> parts);
/// SET OF: sorted as DER wants it.
std::string set_of(std::vector<std::string> parts);
std::string integer(std::int64_t number);
std::string octets(std::string_view content);
/// Whole bytes.
std::string bits(std::string_view content);
/// "1.2.840.10045.2.1".
std::string oid(std::string_view dotted);
std::string utf8(std::string_view text);
std::string ia5(std::string_view text);
std::string generalized_time(base::Instant moment);
/// [number] EXPLICIT.
std::string explicit_tag(unsigned number, std::string_view content);

/// One value inside a larger one.
struct Item {
  unsigned tag = 0;
  std::string_view content;
  std::string_view whole;  // with its head
};

/// Reads values one after the other. Errors: `signing.asn1_broken` with what was wanted.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  unsigned next_tag() const { return rest_.empty() ? 0 : static_cast<unsigned char>(rest_[0]); }
  base::Result<Item> take();
  /// `what` is named when something else stands there.
  base::Result<Item> take(unsigned tag, std::string_view what);
  base::Result<void> finish(std::string_view what) const;

 private:
  std::string_view rest_;
};

/// The bytes of a BIT STRING of whole bytes.
base::Result<std::string_view> bits_of(const Item& item);
/// Small non-negative INTEGER.
base::Result<std::int64_t> integer_of(const Item& item);
std::string dotted_of(const Item& item);
std::optional<base::Instant> moment_of(const Item& item);

}  // namespace signing::der
