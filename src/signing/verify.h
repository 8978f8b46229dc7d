/// Checking what was signed, with public keys alone: no server, no network, no database.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/cose/licence.h"
#include "kernel/cose/status_list.h"
#include "signing/signing.h"

namespace signing {

/// What a checker needs to know beforehand, in one file: whose keys count, what the fields are called, the last lists
/// of states. Whoever checks gets it once from a source that they trust, and compares the fingerprint of the roots.
struct Trust {
  struct Kind {
    base::Text name;
    std::vector<std::pair<std::string, base::Text>> fields;  // in the order of the paper
  };
  base::Text authority;
  bool demonstration = false;
  base::Instant made_at;
  std::vector<PublicKey> keys;
  std::map<std::string, Kind> kinds;
  std::vector<std::string> status_lists;  // signed, as served
  /// For receipts: whose signatures count, and the logs' checkpoints of then.
  struct Log {
    std::string policy;
    std::vector<std::string> checkpoints = {};
  };
  std::optional<Log> log = {};
};

std::string to_json(const Trust& trust);
/// Errors: `signing.trust_unreadable` with what is wrong.
base::Result<Trust> parse_trust(std::string_view text);

/// One thing that was looked at. `unknown`: could not be checked with what is at hand.
struct Check {
  enum class Outcome { good, bad, unknown } outcome = Outcome::good;
  std::string code;
  base::Text words;
};

struct Verdict {
  std::string kind;  // "licence", "status_list", "pdf", "ofd"
  std::vector<Check> checks;
  std::string state;  // "valid", "revoked", …; empty: not known
  std::vector<std::pair<base::Text, std::string>> facts;
  bool demonstration = false;

  /// Nothing that was checked is bad.
  bool accepted() const;
  /// Everything could be checked.
  bool complete() const;
};

/// Text of a QR code, or its address form. Refusals are checks with outcome bad, with the codes of `cose` and:
/// `signing.key_unknown`, `signing.key_not_valid_then`, `signing.signature_wrong`, `signing.issued_in_future`,
/// `signing.licence_expired`, `signing.licence_revoked`, `…_suspended`, `…_superseded`, `…_cancelled`.
/// Not checkable: `signing.status_missing`, `signing.status_stale`.
Verdict verify_licence(std::string_view text, const Trust& trust, base::Instant now);

/// A signed list of states: kind, key, signature, period.
/// Errors: those of decoding; `signing.not_status_list`, `signing.key_unknown`, `signing.signature_wrong`.
base::Result<cose::StatusList> verified_status_list(std::string_view bytes, const Trust& trust);

/// Codes: `signing.pdf_…`, `signing.pdf_changed`, `signing.signer_unknown`.
Verdict verify_pdf(std::string_view pdf, const Trust& trust);

/// Codes: `signing.ofd_…`, `signing.asn1_broken`, `signing.signature_wrong`, `signing.signer_unknown`.
Verdict verify_ofd(std::string_view ofd, const Trust& trust);

}  // namespace signing
