/// Issued certificates as anybody can check them: signed PDF and OFD, QR code, lists of states. The face for the
/// server.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/certificates/model.h"
#include "modules/licensing/licensing.h"
#include "signing/signing.h"
#include "signing/verify.h"

namespace certificates {

struct Settings {
  /// Credit code of the bureau, part of every certificate's electronic identifier.
  std::string authority_code = "11430211MB0TYD016D";
  /// Where lists of states and the checking page are served: "https://licence.example.gov.cn".
  std::string site;
  /// Asked for a time stamp on every PDF; none: PAdES B-B.
  std::optional<signing::TimeStampSource> time_stamps = {};
};

/// What was made of one certificate; never changed afterwards.
struct Signed {
  base::Id certificate;
  std::string division;
  std::string kind;
  std::string number;
  std::string identifier;         // [GB36904]
  std::int64_t status_index = 0;  // among all; the list is index / status_list_entries
  std::string qr;                 // text of the QR code
  std::string pdf;                // SHA-256 of each file
  std::string ofd;
  base::Instant signed_at;
};

/// Use cases. Built once by the server; thread-safe.
class Certificates {
 public:
  Certificates(licensing::Licensing& licensing, signing::KeyRing& keys, storage::FileStore& files, Settings settings);

  const Settings& settings() const { return settings_; }
  licensing::Licensing& licensing() const { return licensing_; }
  signing::KeyRing& keys() const { return keys_; }
  storage::FileStore& files() const { return files_; }

  /// Draws, signs and stores what belongs to the certificate, once: the first to finish counts.
  /// Errors: what drawing refuses; `licensing.certificate_unknown`.
  base::Result<Signed> make(storage::Store& store, const licensing::Certificate& certificate, base::Instant now) const;
  /// The signed PDF of a certificate's document; for Licensing::draw_certificates_with.
  base::Result<std::string> pdf(storage::Store& store, const licensing::Document& document, base::Instant now) const;

  /// Publishes the lists of states whose time has come or whose content has changed; how many.
  /// Source: [TSL-13.7] a list is good for a day at most.
  int publish(storage::Store& store, base::Instant now) const;

  /// What the trust file says of the logs; none: nothing. Set before the first request.
  using TellLog = std::function<std::optional<signing::Trust::Log>()>;
  void tell_log_by(TellLog tell) { tell_log_ = std::move(tell); }
  /// Everything a checker needs beforehand.
  signing::Trust trust(storage::Snapshot& snapshot, base::Instant now) const;

  /// Errors: `certificates.certificate_unknown`, also for another division's; what check_proposal refuses;
  /// `certificates.change_pending` when another change of it waits.
  base::Result<Change> propose(storage::Transaction& transaction, Change change, const casework::Moment& moment) const;
  /// Errors: `certificates.change_unknown`, what check_decision refuses.
  base::Result<Change> decide(storage::Transaction& transaction, base::Id change, bool confirms,
                              const std::string& comment, const casework::Moment& moment) const;

 private:
  base::Result<Signed> draw_and_sign(const licensing::Certificate& certificate, const licensing::Document& document,
                                     Signed signing_of, base::Instant now) const;
  cose::Licence licence_of(const licensing::Certificate& certificate, const Signed& about, base::Instant now) const;
  std::string uri_of(std::int64_t list) const;
  const std::string& picture(bool demonstration) const;

  licensing::Licensing& licensing_;
  signing::KeyRing& keys_;
  storage::FileStore& files_;
  Settings settings_;
  TellLog tell_log_;
  mutable std::once_flag picture_drawn_;
  mutable std::string picture_;
};

std::optional<Signed> find_signed(storage::Snapshot& snapshot, base::Id certificate);
/// The newest signed list, as served; nothing when there is no such list.
std::optional<std::string> newest_status_list(storage::Snapshot& snapshot, std::int64_t list);
/// Proposed changes that wait for a second officer of the scope's division, oldest first.
std::vector<Change> open_changes(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit);
/// All changes of one certificate, oldest first.
std::vector<Change> changes_of(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id certificate);

/// `page` is the checking page with a place for the trust file; it must outlive the router. Empty: not served.
void mount(http::Router& router, storage::Store& store, Certificates& certificates, std::string_view page);

/// Compares signed forms and decided changes with what the certificates' events tell; each difference is named.
std::vector<base::Text> check(storage::Snapshot& snapshot);

std::span<const storage::Migration> migrations();

}  // namespace certificates
