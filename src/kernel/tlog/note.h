/// Signed notes and their keys.
/// Source: [C2SP-NOTE] [C2SP-COSIGNATURE].
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/tlog/hash.h"

namespace tlog {

inline constexpr std::size_t note_bytes_max = 1'000'000;
inline constexpr std::size_t note_signatures_max = 100;

/// What a key signs: the note's text itself, or as a witness, with the time.
enum class KeyKind : std::uint8_t { ed25519 = 1, cosignature = 4 };

/// A public key as people pass it around: "example.org/log+1a2b3c4d+AQ…".
struct VerifierKey {
  std::string name;
  KeyKind kind = KeyKind::ed25519;
  std::array<std::uint8_t, 32> key = {};
  bool operator==(const VerifierKey&) const = default;

  /// The first four bytes of SHA-256 over name, newline, kind and key.
  std::uint32_t id() const;
};
std::string to_text(const VerifierKey& key);
/// Errors: `tlog.key_malformed`, also when the id in the text is not that of name and key.
base::Result<VerifierKey> parse_verifier_key(std::string_view text);
/// Not empty, UTF-8, without spaces, control characters and plus signs.
bool is_key_name(std::string_view name);

/// A key that can sign; whoever has the seed is the log (or the witness).
struct SigningKey {
  VerifierKey verifier;
  std::array<std::uint8_t, 64> secret = {};
};
using Seed = std::array<std::uint8_t, 32>;
SigningKey make_key(std::string_view name, KeyKind kind, const Seed& seed);

/// "— name base64(id, signature)"; what follows the id depends on the kind of the key.
struct SignatureLine {
  std::string name;
  std::uint32_t id = 0;
  std::string signature;
  bool operator==(const SignatureLine&) const = default;
};
std::string to_text(const SignatureLine& line);

struct Note {
  std::string text;  // with its last newline
  std::vector<SignatureLine> signatures;
};
std::string to_text(const Note& note);
/// Errors: `tlog.note_malformed`.
base::Result<Note> parse_note(std::string_view bytes);
/// Signature lines alone, as a witness answers them.
/// Errors: `tlog.note_malformed`.
base::Result<std::vector<SignatureLine>> parse_signature_lines(std::string_view bytes);

/// The key's kind must be ed25519 (CHECK).
SignatureLine sign(std::string_view text, const SigningKey& key);
/// The key's kind must be cosignature (CHECK). Units: `at_s` in seconds since 1970.
SignatureLine cosign(std::string_view text, const SigningKey& key, std::uint64_t at_s);

/// A signature that was checked.
struct Signed {
  VerifierKey by;
  std::optional<std::uint64_t> at_s;  // cosignatures
};
/// The signatures of known keys; those of unknown ones are left out.
/// Errors: `tlog.signature_wrong` when a known key's signature does not hold: the whole note is refused.
base::Result<std::vector<Signed>> verify_signatures(const Note& note, const std::vector<VerifierKey>& known);

}  // namespace tlog
