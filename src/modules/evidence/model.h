/// What a log entry says, and what its owner gets to check it by. Pure.
///
/// Invariants: 1. an entry holds no personal value, only its salted hash; 2. without the salt nobody can tell what was
/// hashed, even by guessing; 3. the entry of a subject names the index of the one before it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/tlog/hash.h"

namespace evidence {

/// The public log tells what was done; the audit log who read and did privileged things.
enum class LogKind { public_log, audit_log };
std::string_view to_text(LogKind kind);

struct Field {
  std::string name;
  std::string value;
};

/// An event of a stream that an entry stands for, so that the two can be compared; `kind` empty: none.
struct EventRef {
  std::string kind = {};
  std::int64_t id = 0;
  std::int64_t sequence = 0;
};

/// What is to be written down.
struct NewEntry {
  LogKind log = LogKind::public_log;
  std::string type;     // "case.advanced"
  std::string subject;  // "case/0abc…"; an identifier, never a name
  base::Instant at;
  std::vector<Field> open = {};    // readable by everybody
  std::vector<Field> sealed = {};  // personal or confidential: only salted hashes are written
  EventRef event = {};
};

inline constexpr std::size_t salt_bytes = 16;
using Salt = std::array<std::uint8_t, salt_bytes>;

/// SHA-256 over the field's own salt and the value, each with its length before it. The field's salt comes from the
/// entry's, so that one field can be disclosed without the others.
tlog::Hash seal(const Salt& salt, const Field& field);
/// What somebody needs to check one disclosed field: its own salt.
Salt salt_of_field(const Salt& salt, std::string_view name);
tlog::Hash sealed_hash(const Salt& field_salt, std::string_view value);
std::string to_hex(const Salt& salt);
std::optional<Salt> parse_salt(std::string_view hex);

/// The entry as canonical JSON (RFC 8785): v, type, subj, prev, ts, body. `prev` nothing: the subject's first.
/// Source: [RFC8785].
std::string entry_text(const NewEntry& entry, std::optional<std::int64_t> prev, const Salt& salt);

/// Text in a canonical JSON string, with the quotation marks.
std::string json_string(std::string_view text);

/// What the owner of an entry keeps: enough to find it and to know it again.
struct EntryReceipt {
  std::string origin;  // "licence.example.gov.cn/log/public"
  std::uint64_t index = 0;
  tlog::Hash leaf = {};
  bool operator==(const EntryReceipt&) const = default;
};
/// "licence.example.gov.cn/log/public#12.q83v…": can be printed, typed and put behind a web address.
std::string to_text(const EntryReceipt& receipt);
/// Reads what `to_text` wrote, also as the end of a web address ("https://…/receipt#…"); spaces around it do not
/// matter. Errors: `evidence.receipt_malformed`.
base::Result<EntryReceipt> parse_receipt(std::string_view text);

}  // namespace evidence
