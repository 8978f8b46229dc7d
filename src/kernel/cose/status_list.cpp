#include "kernel/cose/status_list.h"

#include <array>

#include "claims.h"
#include "kernel/cose/cose.h"

namespace cose {
namespace {

constexpr std::int64_t claim_subject = 2, claim_expires = 4, claim_issued = 6, claim_list = 65533, claim_ttl = 65534;
constexpr int bits_each = 4;

struct Entry {
  Status status;
  std::string_view word;
  base::Text words;
};

const std::array<Entry, 6>& entries() {
  static const std::array<Entry, 6> all = {{
      {Status::valid, "valid", {"有效", "Valid"}},
      {Status::revoked, "revoked", {"已吊销（撤销）", "Revoked"}},
      {Status::suspended, "suspended", {"暂停使用", "Suspended"}},
      {Status::superseded, "superseded", {"已换发新证", "Superseded by a newer one"}},
      {Status::cancelled, "cancelled", {"已注销", "Cancelled"}},
      {Status::expired, "expired", {"已过有效期", "Expired"}},
  }};
  return all;
}

const Entry* find_entry(unsigned number) {
  for (const Entry& entry : entries())
    if (static_cast<unsigned>(entry.status) == number) return &entry;
  return nullptr;
}

}  // namespace

std::optional<Status> parse_status(std::string_view word) {
  for (const Entry& entry : entries())
    if (entry.word == word) return entry.status;
  return std::nullopt;
}

std::string_view to_text(Status status) {
  const Entry* entry = find_entry(static_cast<unsigned>(status));
  CHECK(entry);
  return entry->word;
}

base::Text status_words(Status status) {
  const Entry* entry = find_entry(static_cast<unsigned>(status));
  CHECK(entry);
  return entry->words;
}

void StatusBits::set(std::int64_t index, Status status) {
  CHECK(index >= 0 && index < status_list_entries);
  char& byte = bytes_[static_cast<std::size_t>(index / 2)];
  const unsigned shift = index % 2 == 0 ? 0 : bits_each;
  const unsigned kept = static_cast<unsigned char>(byte) & ~(0xFu << shift);
  byte = static_cast<char>(kept | static_cast<unsigned>(status) << shift);
}

std::optional<Status> StatusBits::at(std::int64_t index) const {
  if (index < 0 || index >= static_cast<std::int64_t>(bytes_.size()) * 2) return std::nullopt;
  const unsigned byte = static_cast<unsigned char>(bytes_[static_cast<std::size_t>(index / 2)]);
  const Entry* entry = find_entry(index % 2 == 0 ? byte & 0xF : byte >> bits_each);
  if (!entry) return std::nullopt;
  return entry->status;
}

StatusBits StatusBits::from(std::string bytes) {
  StatusBits bits;
  bits.bytes_ = std::move(bytes);
  return bits;
}

std::string encode(const StatusList& list) {
  return cbor::encode(cbor::Map{
      {claim_subject, list.uri},
      {claim_issued, seconds_of(list.issued_at)},
      {claim_expires, seconds_of(list.expires_at)},
      {claim_ttl, list.time_to_live_s},
      {claim_list, cbor::Map{{"bits", bits_each}, {"lst", cbor::Bytes{deflate(list.bits.bytes())}}}},
  });
}

base::Result<StatusList> decode_status_list(std::string_view payload) {
  TRY(const cbor::Value claims, cbor::decode(payload));
  StatusList list;
  TRY(list.uri, text_claim(claims, claim_subject));
  TRY(list.issued_at, moment_claim(claims, claim_issued));
  TRY(list.expires_at, moment_claim(claims, claim_expires));
  if (claims.find(claim_ttl)) {
    TRY(list.time_to_live_s, number_claim(claims, claim_ttl));
  }
  const cbor::Value* content = claims.find(claim_list);
  const cbor::Value* bits = content ? content->find("bits") : nullptr;
  const cbor::Value* packed = content ? content->find("lst") : nullptr;
  if (!bits || !bits->as_number() || !packed || !packed->as_bytes()) return claim_invalid(std::to_string(claim_list));
  if (*bits->as_number() != bits_each)
    return base::Error{.code = "cose.status_bits",
                       .message = {"状态列表每项不是4位", "The list of states does not have four bits an entry"}};
  TRY(std::string plain, inflate(*packed->as_bytes()));
  list.bits = StatusBits::from(std::move(plain));
  return list;
}

}  // namespace cose
