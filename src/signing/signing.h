/// Keys and what they sign: licences' QR codes and lists of states (ES256), PDF (PAdES), OFD (electronic seal, SM2 with
/// SM3).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/cose/cose.h"

namespace signing {

/// What a key may be used for. A key has one purpose, so that one that leaks does not take the others with it.
///
///   authority ──certifies──> licence, document, timestamp       P-256, SHA-256
///   seal_authority ──certifies──> seal_maker, seal              SM2, SM3
enum class Purpose { authority, licence, document, timestamp, seal_authority, seal_maker, seal };

std::string_view to_text(Purpose purpose);
std::optional<Purpose> parse_purpose(std::string_view word);
/// What people read.
base::Text purpose_words(Purpose purpose);

/// How private keys are encrypted at rest; given by who holds the program's secrets.
struct Vault {
  std::function<std::string(std::string_view)> seal;
  std::function<std::optional<std::string>(std::string_view)> open;
};

/// What everybody may know of a key.
struct PublicKey {
  Purpose purpose = Purpose::licence;
  int generation = 1;       // counts from 1; the highest signs, all of them stay good for checking
  std::string kid;          // the first 8 bytes of the certificate's SHA-256, as hexadecimal digits
  std::string certificate;  // DER
  std::string subject;
  base::Instant valid_from;
  base::Instant valid_to;
  bool active = false;
  bool demonstration = false;  // its certificate says so
  std::string held = "file";   // "file" or "pkcs11"
};

/// What is said in and around a signed PDF.
struct PdfWords {
  std::string signer;  // the authority
  std::string reason;
  base::Instant at;
};

/// Asks a time-stamping authority: the DER request goes in, the DER response comes out.
/// Faults: throws std::runtime_error when it cannot be asked.
using TimeStampSource = std::function<std::string(const std::string& request)>;
/// Over HTTP, at `url`. Source: [RFC3161-3.4].
TimeStampSource time_stamp_over_http(std::string url);

/// An OFD package: names and contents of its parts, without signatures.
using Package = std::map<std::string, std::string>;

/// Where and when the seal is set. Units: millimetres from the page's upper left corner.
struct SealPlace {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  std::string picture;  // PNG, our own drawing, never the likeness of a real seal
  base::Instant at;
};

struct KeySettings {
  std::string folder;          // of certificates and sealed private keys
  base::Text authority;        // who issues
  bool demonstration = false;  // keys that are made say so in their certificates
};

/// The bureau's keys. Thread-safe; a rotation is seen by the next signature.
class KeyRing {
 public:
  /// Reads the keys, and makes those that are missing.
  /// Errors: `signing.key_unreadable` with the file: damaged, or sealed with other secrets.
  static base::Result<std::unique_ptr<KeyRing>> open_or_make(const KeySettings& settings, Vault vault,
                                                             base::Instant now);
  ~KeyRing();

  /// All generations, as of the last change.
  std::vector<PublicKey> keys() const;
  /// Whether any key in use is a demonstration key: then every output is marked.
  bool demonstration() const;
  /// Looks for keys made by another process.
  base::Result<void> reload();

  /// A new key for `purpose`, which signs from now on. Rotating an authority does not touch certificates it gave.
  /// Errors: `signing.key_unreadable`.
  base::Result<PublicKey> rotate(Purpose purpose, base::Instant now);
  /// The next generation of `purpose` is a key inside a PKCS#11 token; its private part is never seen.
  /// `uri`: "pkcs11:token=…;object=…;type=private?pin-source=file:…".
  /// Errors: `signing.token_unusable` with the token's answer; `signing.purpose_not_in_token` (seals need SM2).
  base::Result<PublicKey> use_token(Purpose purpose, const std::string& uri, base::Instant now);

  /// Puts kid and signature into `content`. Source: [RFC9053-2.1].
  cose::Sign1 sign(cose::Sign1 content) const;
  /// Appends a signature that covers the whole file: PAdES B-B, with `source` B-T.
  /// Errors: `signing.pdf_not_ours` when the file is not one that our own drawing makes.
  /// Source: [EN319142-6] baseline; [PDF-12.8].
  base::Result<std::string> sign_pdf(std::string pdf, const PdfWords& words, const TimeStampSource* source) const;
  /// Adds seal and signature over every part, and packs. Source: [GB38540], [GB33190].
  std::string seal_ofd(Package package, const SealPlace& place) const;
  /// A time stamp by our own `timestamp` key, for tests and networks without another source.
  std::string time_stamp(const std::string& request, base::Instant now) const;

  struct Key;
  struct State;

 private:
  KeyRing(KeySettings settings, Vault vault);
  std::shared_ptr<const State> state() const;
  base::Result<std::shared_ptr<const State>> read() const;
  base::Result<void> make_missing(base::Instant now);

  KeySettings settings_;
  Vault vault_;
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_;
};

}  // namespace signing
