/// Licensing: applications, their materials, corrections, decisions, certificates. The face for the server and for
/// modules downstream.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/catalogue.h"
#include "modules/access/model.h"
#include "modules/casework/casework.h"
#include "modules/licensing/model.h"
#include "storage/storage.h"

namespace http {
class Router;
}
namespace documents {
class Template;
}

namespace access_control {
class Access;
}
namespace evidence {
class ReadBook;
}

namespace licensing {

/// Whose documents these are.
struct Settings {
  std::string base_url = "http://127.0.0.1:8080";
  bool demonstration = true;
};

/// A document issued in a case; its content is fixed when it is issued, its PDF is drawn after the commit.
struct Document {
  base::Id id;
  std::string division;
  std::string office;
  base::Id of_case;
  base::Id applicant;
  std::string notice;
  base::Text name;
  std::string document_template;
  std::string number;
  std::string data;  // JSON
  base::Instant issued_at;
  std::string sha256;  // empty until drawn
};

struct Certificate {
  struct Field {
    std::string id;
    base::Text label;
    std::string value;
    bool is_public = true;
  };
  base::Id id;
  std::string division;
  base::Id of_case;
  base::Id applicant;
  base::Id entity;
  std::string kind;
  std::string number;
  std::string token;   // in the QR: says no more than the number does, but cannot be guessed
  std::string status;  // valid, suspended, revoked, cancelled, superseded
  calendar::Date issued_on;
  std::optional<calendar::Date> valid_to;
  std::vector<Field> fields;
  base::Id document;
  feel::Context details = {};                       // what it remembers besides the register's facts, by name
  std::optional<calendar::Date> status_since = {};  // of a status other than valid
  std::string status_reason = {};
};

/// What the registrations of one case are carried out on, one after the other (certificates.cpp).
struct Carrying;

struct Rating {
  std::string grade;
  std::string comment;
  base::Instant at;
};

struct Visit {
  calendar::Date on;
  std::string reason;
  base::Id recorded_by;
};

inline constexpr std::size_t upload_bytes_max = 20'000'000;
/// Whether a PDF, JPEG or PNG can be parsed from its beginning to its end.
using ParseWhole = std::function<bool(std::string_view content)>;
/// The same in this process. Outside tests it runs in one that can do nothing else: outside bytes meet a large library.
bool is_whole(std::string_view content);

/// Use cases. Built once by the server; thread-safe.
class Licensing {
 public:
  Licensing(Settings settings, casework::Engine& engine, storage::FileStore& files);

  const Settings& settings() const { return settings_; }
  const casework::Engine& engine() const { return engine_; }
  const catalogue::Bureau& bureau() const { return engine_.catalogue().bureau; }

  /// The guide's answers with what the register knows of the subject they name, where the service has one; unchanged
  /// while it is not named yet.
  /// Errors: `licensing.subject_unknown`; `licensing.not_admitted` with the reason why this subject can not apply.
  base::Result<feel::Context> with_subject(storage::Snapshot& snapshot, const catalogue::Service& service,
                                           const feel::Context& guide, base::Instant now) const;

  /// Errors: `catalogue.service_unknown`, `catalogue.guide_incomplete`, `licensing.not_suitable` with the guide's
  /// advice, those of `with_subject`, and those of `park::may_admit` where a cluster address is wished.
  base::Result<Application> draft(storage::Transaction& transaction, base::Id id, const std::string& service,
                                  const feel::Context& guide, const casework::Moment& moment) const;
  base::Result<Application> save_draft(storage::Transaction& transaction, base::Id id, std::int64_t version,
                                       const feel::Context& answers, const std::optional<feel::Context>& guide,
                                       const casework::Moment& moment) const;
  base::Result<void> discard(storage::Transaction& transaction, base::Id id, const casework::Moment& moment) const;

  /// Adds a file to a slot; the content was recognised and stored before (`content_type`, `sha256`).
  /// Errors: `licensing.slot_unknown`, `licensing.slot_full`, `licensing.not_opened` after submission.
  base::Result<MaterialFile> add_file(storage::Transaction& transaction, const MaterialFile& file,
                                      const casework::Moment& moment) const;
  base::Result<void> remove_file(storage::Transaction& transaction, base::Id application, base::Id file,
                                 const casework::Moment& moment) const;

  /// What stands against the application beyond its form: a name that can not be declared, a cluster address that can
  /// not be given. Places as in the form: "/answers/proposed_name"; what the guide settled: "/guide/subject".
  /// Source: [ENR-17] [CLUSTER].
  base::Result<std::vector<base::Place>> obstacles(storage::Snapshot& snapshot, const catalogue::Service& service,
                                                   const Application& application, base::Instant now) const;

  /// Everything that stands between the draft and its submission, at once; empty: ready.
  base::Result<std::vector<base::Place>> missing(storage::Snapshot& snapshot, const Application& application,
                                                 const casework::Moment& moment) const;
  /// Errors of both: `licensing.incomplete` with every place.
  base::Result<casework::CaseHead> submit(storage::Transaction& transaction, base::Id id, std::int64_t version,
                                          const casework::Moment& moment) const;
  base::Result<casework::CaseHead> resubmit(storage::Transaction& transaction, base::Id id, std::int64_t version,
                                            const feel::Context& changes, const casework::Moment& moment) const;
  base::Result<casework::CaseHead> rectified(storage::Transaction& transaction, base::Id id, const std::string& report,
                                             const casework::Moment& moment) const;
  base::Result<casework::CaseHead> withdraw(storage::Transaction& transaction, base::Id id, const std::string& reason,
                                            const casework::Moment& moment) const;
  base::Result<void> rate(storage::Transaction& transaction, base::Id id, const std::string& grade,
                          const std::string& comment, const casework::Moment& moment) const;
  base::Result<Visit> record_visit(storage::Transaction& transaction, base::Id of_case, base::Id visit,
                                   const std::string& reason, calendar::Date on, const casework::Moment& moment) const;

  /// What the clerk asked to be corrected, while the application is open for it.
  std::vector<Correction> corrections(const casework::Case& of_case) const;

  /// The PDF, drawn now if the job has not come to it yet; the public log is told its hash then.
  base::Result<std::string> document_pdf(storage::Store& store, const Document& document, base::Instant now) const;
  /// What a document is drawn from. Errors: `licensing.model_fault`, what parsing the template refuses.
  base::Result<std::shared_ptr<const documents::Template>> template_of(const Document& document) const;
  base::Result<feel::Context> data_of(const Document& document) const;
  /// Certificates are drawn by who signs them. Set before the first request.
  using DrawCertificate = std::function<base::Result<std::string>(storage::Store&, const Document&)>;
  void draw_certificates_with(DrawCertificate draw) { draw_certificate_ = std::move(draw); }
  /// Uploads are parsed by this, in the server in a process of its own. Set before the first request.
  void parse_uploads_with(ParseWhole parse) { parse_upload_ = std::move(parse); }
  const ParseWhole& upload_parser() const { return parse_upload_; }
  /// Outbox kind "licensing.render": draws a document.
  void render(storage::Store& store, base::Id document, base::Instant now) const;

 private:
  void register_workers();
  base::Result<feel::Context> issue_notice(storage::Transaction& transaction, const casework::JobContext& job) const;
  base::Result<feel::Context> issue_certificates(storage::Transaction& transaction,
                                                 const casework::JobContext& job) const;
  base::Result<void> carry_out(storage::Transaction& transaction, const casework::JobContext& job,
                               const catalogue::Registration& registration, Carrying& carrying) const;
  base::Result<void> write_register(storage::Transaction& transaction, const casework::JobContext& job,
                                    const catalogue::Registration& registration, Carrying& carrying) const;
  /// The established entity becomes a member of the cluster whose address it uses.
  base::Result<void> enter_cluster(storage::Transaction& transaction, const casework::JobContext& job,
                                   const catalogue::Registration& registration, const Carrying& carrying) const;
  base::Result<void> issue_anew(storage::Transaction& transaction, const casework::JobContext& job,
                                const catalogue::Registration& registration, Carrying& carrying) const;
  base::Result<Certificate> issue_one(storage::Transaction& transaction, const casework::JobContext& job,
                                      const catalogue::CertificateKind& kind, Certificate certificate,
                                      Carrying& carrying) const;
  /// What every document says of its case: authority, day, case, applicant, answers.
  feel::Context document_data(storage::Snapshot& snapshot, const casework::Case& of_case,
                              const casework::Moment& moment) const;
  /// What notices say besides: `materials`, `limits`, `corrections` and `reasons`, as far as the template asks.
  base::Result<void> put_notice_data(storage::Snapshot& snapshot, const casework::Case& of_case,
                                     std::string_view document_template, feel::Context& data) const;
  base::Id save_rendered_later(storage::Transaction& transaction, Document document,
                               const casework::Moment& moment) const;

  Settings settings_;
  casework::Engine& engine_;
  storage::FileStore& files_;
  DrawCertificate draw_certificate_;
  ParseWhole parse_upload_ = is_whole;
  /// Compiled once each: the catalogue does not change while the program runs.
  mutable std::mutex templates_mutex_;
  mutable std::map<std::string, std::shared_ptr<const documents::Template>, std::less<>> templates_;
};

/// Errors: `licensing.application_unknown`, also for somebody else's.
base::Result<Application> load_application(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                           base::Id id);
std::vector<Application> list_applications(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                           base::Id before, int limit);
std::int64_t count_applications(storage::Snapshot& snapshot, const access_control::Scope& scope);
std::vector<MaterialFile> files_of(storage::Snapshot& snapshot, base::Id application);
std::optional<MaterialFile> find_file(storage::Snapshot& snapshot, base::Id application, base::Id file);
std::vector<Document> documents_of(storage::Snapshot& snapshot, base::Id of_case);
std::optional<Document> find_document(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
std::vector<Certificate> certificates_of(storage::Snapshot& snapshot, base::Id of_case);
std::vector<Certificate> certificates_of_entity(storage::Snapshot& snapshot, base::Id entity);
/// All that ever had this number, oldest first: a certificate that is changed keeps its number.
std::vector<Certificate> certificates_by_number(storage::Snapshot& snapshot, std::string_view number);
/// By number or token, for anyone.
std::optional<Certificate> find_certificate(storage::Snapshot& snapshot, std::string_view key);
std::optional<Certificate> find_certificate_by_id(storage::Snapshot& snapshot, base::Id id);
std::optional<Certificate> find_certificate_of_document(storage::Snapshot& snapshot, base::Id document);
/// Whoever may read it: for jobs.
std::optional<Document> find_any_document(storage::Snapshot& snapshot, base::Id id);
/// The state of every certificate that is not in force on `today`, as status_on says it.
std::map<base::Id, std::string> certificates_not_valid(storage::Snapshot& snapshot, calendar::Date today);
/// Compares certificates with what their events say of them, and documents with what the log told when they were drawn;
/// each difference is named.
std::vector<base::Text> check(storage::Snapshot& snapshot);
/// Writes down in the public log what has expired by the calendar since the last time, up to `limit`; how many.
int tell_expired(storage::Store& store, base::Instant now, int limit);
/// The caller has decided (certificates::check_change) and keeps the reasons.
void change_certificate_status(storage::Transaction& transaction, base::Id certificate, std::string_view status,
                               std::string_view reason, calendar::Date since);
std::optional<Rating> find_rating(storage::Snapshot& snapshot, base::Id of_case);
std::vector<Visit> visits_of(storage::Snapshot& snapshot, base::Id of_case);
std::int64_t count_visits(storage::Snapshot& snapshot, base::Id of_case);

/// The public pages' and the office's routes.
void mount(http::Router& router, storage::Store& store, storage::FileStore& files, Licensing& licensing,
           const access_control::Access& access, evidence::ReadBook& reads);

std::span<const storage::Migration> migrations();

}  // namespace licensing
