/// Token Status List (draft-ietf-oauth-status-list): what has become of each licence, four bits for each, in one signed
/// file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace cose {

/// The numbers of the published list; 3 and 12 to 15 are left to applications.
/// Source: [TSL-7.1].
enum class Status : std::uint8_t {
  valid = 0,
  revoked = 1,
  suspended = 2,
  superseded = 3,
  cancelled = 12,
  expired = 13,
};

/// "valid", "revoked", … as in the register. Nothing for a number without a meaning.
std::optional<Status> parse_status(std::string_view word);
std::string_view to_text(Status status);
/// What people read.
base::Text status_words(Status status);

/// Entries of one list: 64 KiB unpacked. A register has as many lists as it needs.
inline constexpr std::int64_t status_list_entries = 131'072;
inline constexpr std::string_view status_list_type = "application/statuslist+cwt";

/// The states of one list's licences, all valid at first. Units: `index` is below `status_list_entries`.
class StatusBits {
 public:
  StatusBits() = default;
  void set(std::int64_t index, Status status);
  /// Nothing when the number has no meaning here.
  std::optional<Status> at(std::int64_t index) const;
  /// The lowest four bits of a byte first.
  const std::string& bytes() const { return bytes_; }
  static StatusBits from(std::string bytes);

 private:
  std::string bytes_ = std::string(status_list_entries / 2, '\0');
};

struct StatusList {
  std::string uri;                  // 2: what licences refer to
  base::Instant issued_at;          // 6
  base::Instant expires_at;         // 4: until when it may be relied on
  std::int64_t time_to_live_s = 0;  // 65534: when to ask again
  StatusBits bits;                  // 65533
};

/// Claims, to be signed with `status_list_type`. Source: [TSL-5.2].
std::string encode(const StatusList& list);

/// Errors: those of cbor::decode and inflate; `cose.claims_invalid`, `cose.status_bits` (not four bits an entry).
base::Result<StatusList> decode_status_list(std::string_view payload);

}  // namespace cose
