/// The applicant's and the public's routes.
#include "http/export.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/casework/looks.h"
#include "office_routes.h"
#include "uploads.h"
#include "views.h"

namespace licensing {
namespace {

constexpr std::string_view tag = "licensing";

struct Draft {
  std::string service;
  feel::Context guide;
};
BOOST_DESCRIBE_STRUCT(Draft, (), (service, guide))

struct DraftChange {
  std::int64_t version = 0;
  feel::Context answers;
  std::optional<feel::Context> guide;
};
BOOST_DESCRIBE_STRUCT(DraftChange, (), (version, answers, guide))

struct Submission {
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(Submission, (), (version))

struct Resubmission {
  std::int64_t version = 0;
  feel::Context answers;
};
BOOST_DESCRIBE_STRUCT(Resubmission, (), (version, answers))

struct Report {
  std::string report;
};
BOOST_DESCRIBE_STRUCT(Report, (), (report))

struct Withdrawal {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Withdrawal, (), (reason))

struct RatingBody {
  std::string grade;
  std::optional<std::string> comment;
};
BOOST_DESCRIBE_STRUCT(RatingBody, (), (grade, comment))

struct PlaceView {
  std::string path;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(PlaceView, (), (path, code, message))

struct CheckView {
  bool ready = false;
  std::vector<PlaceView> places;
};
BOOST_DESCRIBE_STRUCT(CheckView, (), (ready, places))

struct PublicField {
  std::string id;
  base::Text label;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(PublicField, (), (id, label, value))

struct PublicCertificate {
  std::string kind;
  base::Text name;
  std::string number;
  std::string status;
  base::Text status_text;
  std::vector<PublicField> fields;
  base::Text authority;
  calendar::Date issued_on;
  std::optional<calendar::Date> valid_to;
  std::optional<calendar::Date> status_since;
  std::string status_reason;
  bool demonstration = false;
};
BOOST_DESCRIBE_STRUCT(PublicCertificate, (),
                      (kind, name, number, status, status_text, fields, authority, issued_on, valid_to, status_since,
                       status_reason, demonstration))

casework::Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

const http::Need citizen{http::Need::Kind::citizen};

/// A command on one application that answers with the application as it stands after it.
template <class Body, class Work>
void application_command(http::Router& router, storage::Store& store, Licensing& licensing, http::Operation operation,
                         Work work) {
  operation.tag = tag;
  operation.need = citizen;
  http::command<Body, ApplicationView>(
      router, store, std::move(operation),
      [&licensing, work](storage::Transaction& transaction, const http::Request& request,
                         const Body& body) -> base::Result<ApplicationView> {
        TRY(const base::Id id, request.id("application"));
        const casework::Moment moment = moment_of(request);
        TRY(std::ignore, work(transaction, id, body, moment));
        return application_view(transaction, licensing, moment.actor.scope, id, request.at);
      });
}

void mount_drafts(http::Router& router, storage::Store& store, Licensing& licensing) {
  http::command<Draft, ApplicationView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/applications",
       .id = "draft_application",
       .tag = std::string(tag),
       .summary = {"开始一份申请(草稿)", "Start an application (draft)"},
       .need = citizen,
       .answer_status = 201,
       .errors = {"catalogue.service_unknown", "catalogue.guide_incomplete", "licensing.not_suitable",
                  "licensing.subject_unknown", "licensing.not_admitted"}},
      [&licensing](storage::Transaction& transaction, const http::Request& request,
                   const Draft& body) -> base::Result<ApplicationView> {
        const casework::Moment moment = moment_of(request);
        const base::Id id = request.make_id();
        TRY(std::ignore, licensing.draft(transaction, id, body.service, body.guide, moment));
        return application_view(transaction, licensing, moment.actor.scope, id, request.at);
      });
  application_command<DraftChange>(
      router, store, licensing,
      {.method = "PATCH",
       .path = "/api/v1/applications/{application}",
       .id = "save_draft",
       .summary = {"保存草稿", "Save the draft"},
       .errors = {"licensing.version_stale", "licensing.already_submitted", "catalogue.answers_invalid"}},
      [&licensing](storage::Transaction& transaction, base::Id id, const DraftChange& body,
                   const casework::Moment& moment) {
        return licensing.save_draft(transaction, id, body.version, body.answers, body.guide, moment);
      });
  http::command<http::Nothing, http::Nothing>(
      router, store,
      {.method = "DELETE",
       .path = "/api/v1/applications/{application}",
       .id = "discard_draft",
       .tag = std::string(tag),
       .summary = {"删除草稿", "Discard the draft"},
       .need = citizen,
       .errors = {"licensing.already_submitted"}},
      [&licensing](storage::Transaction& transaction, const http::Request& request,
                   const http::Nothing&) -> base::Result<http::Nothing> {
        TRY(const base::Id id, request.id("application"));
        TRY(std::ignore, licensing.discard(transaction, id, moment_of(request)));
        return http::Nothing{};
      });
  http::list<ApplicationSummary>(
      router, store,
      {.path = "/api/v1/applications",
       .id = "list_applications",
       .tag = std::string(tag),
       .summary = {"我的办件", "My applications"},
       .need = citizen},
      [&licensing](storage::Snapshot& snapshot,
                   const http::Request& request) -> base::Result<http::Page<ApplicationSummary>> {
        const access_control::Scope scope = access_control::scope_of(request.caller);
        const base::Id before = base::parse_id(request.query_value("cursor")).value_or(base::Id{});
        const int limit = http::limit_of(request);
        http::Page<ApplicationSummary> page;
        page.total = count_applications(snapshot, scope);
        for (const Application& application : list_applications(snapshot, scope, before, limit + 1)) {
          if (page.items.size() == static_cast<std::size_t>(limit)) {
            page.next = base::to_text(page.items.back().id);
            break;
          }
          TRY(ApplicationSummary summary, application_summary(snapshot, licensing, scope, application));
          page.items.push_back(std::move(summary));
        }
        return page;
      });
  http::query<ApplicationView>(
      router, store,
      {.path = "/api/v1/applications/{application}",
       .id = "find_application",
       .tag = std::string(tag),
       .summary = {"一份申请的全部情况", "An application with all that happened to it"},
       .need = citizen,
       .errors = {"licensing.application_unknown"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<ApplicationView> {
        TRY(const base::Id id, request.id("application"));
        return application_view(snapshot, licensing, access_control::scope_of(request.caller), id, request.at);
      });
}

void mount_filing(http::Router& router, storage::Store& store, Licensing& licensing) {
  http::query<CheckView>(
      router, store,
      {.path = "/api/v1/applications/{application}/check",
       .id = "check_application",
       .tag = std::string(tag),
       .summary = {"提交前检查:还缺什么", "What is still missing before submission"},
       .need = citizen},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<CheckView> {
        TRY(const base::Id id, request.id("application"));
        const casework::Moment moment = moment_of(request);
        TRY(const Application application, load_application(snapshot, moment.actor.scope, id));
        TRY(const auto places, licensing.missing(snapshot, application, moment));
        CheckView view{.ready = places.empty()};
        for (const base::Place& place : places) view.places.push_back({place.path, place.code, place.message});
        return view;
      });
  application_command<Submission>(
      router, store, licensing,
      {.method = "POST",
       .path = "/api/v1/applications/{application}/submission",
       .id = "submit_application",
       .summary = {"提交申请", "Submit the application"},
       .errors = {"licensing.incomplete", "licensing.version_stale", "licensing.already_submitted"}},
      [&licensing](storage::Transaction& transaction, base::Id id, const Submission& body,
                   const casework::Moment& moment) { return licensing.submit(transaction, id, body.version, moment); });
  application_command<Resubmission>(
      router, store, licensing,
      {.method = "POST",
       .path = "/api/v1/applications/{application}/resubmission",
       .id = "resubmit_application",
       .summary = {"补正后重新提交", "Hand in the corrections"},
       .errors = {"licensing.not_opened", "licensing.not_corrected", "licensing.nothing_asked",
                  "licensing.version_stale", "catalogue.answers_invalid"}},
      [&licensing](storage::Transaction& transaction, base::Id id, const Resubmission& body,
                   const casework::Moment& moment) {
        return licensing.resubmit(transaction, id, body.version, body.answers, moment);
      });
  application_command<Report>(
      router, store, licensing,
      {.method = "POST",
       .path = "/api/v1/applications/{application}/rectification",
       .id = "report_rectification",
       .summary = {"报告整改完成", "Report that the premises were put right"},
       .errors = {"licensing.nothing_asked"}},
      [&licensing](storage::Transaction& transaction, base::Id id, const Report& body, const casework::Moment& moment) {
        return licensing.rectified(transaction, id, body.report, moment);
      });
  application_command<Withdrawal>(
      router, store, licensing,
      {.method = "POST",
       .path = "/api/v1/applications/{application}/withdrawal",
       .id = "withdraw_application",
       .summary = {"撤回申请", "Withdraw the application"},
       .errors = {"licensing.not_submitted", "licensing.already_issued", "casework.ended", "casework.reason_missing"}},
      [&licensing](storage::Transaction& transaction, base::Id id, const Withdrawal& body,
                   const casework::Moment& moment) {
        return licensing.withdraw(transaction, id, body.reason, moment);
      });
  application_command<RatingBody>(router, store, licensing,
                                  {.method = "POST",
                                   .path = "/api/v1/applications/{application}/rating",
                                   .id = "rate_application",
                                   .summary = {"评价(好差评)", "Rate the service"},
                                   .errors = {"licensing.grade_unknown", "licensing.not_finished",
                                              "licensing.already_rated", "licensing.rating_late"}},
                                  [&licensing](storage::Transaction& transaction, base::Id id, const RatingBody& body,
                                               const casework::Moment& moment) {
                                    return licensing.rate(transaction, id, body.grade, body.comment.value_or(""),
                                                          moment);
                                  });
}

void mount_files(http::Router& router, storage::Store& store, storage::FileStore& files, Licensing& licensing) {
  http::Operation upload{
      .method = "POST",
      .path = "/api/v1/applications/{application}/materials",
      .id = "upload_material",
      .tag = std::string(tag),
      .summary = {"上传材料文件(PDF、JPEG、PNG,20MB以内)", "Upload a file (PDF, JPEG, PNG, up to 20 MB)"},
      .need = citizen,
      .query = {"slot", "filename"},
      .body_schema = R"({"type":"string","format":"binary"})",
      .body_type = "application/octet-stream",
      .answer_schema = http::schema_text<FileView>(),
      .answer_status = 201,
      .errors = {"licensing.file_empty", "licensing.file_too_large", "licensing.file_type", "licensing.file_damaged",
                 "licensing.slot_unknown", "licensing.slot_full", "licensing.not_opened"},
      .idempotency_key = true,
      .body_bytes_max = upload_bytes_max + 1};
  router.add(std::move(upload), [&](const http::Request& request) -> http::Reply {
    const auto id = request.id("application");
    if (!id) return http::problem(id.error(), request);
    const std::string filename(request.query_value("filename").substr(0, 200));
    const auto type = recognise(request.body, licensing.upload_parser());
    if (!type) return http::problem(type.error(), request);
    const casework::Moment moment = moment_of(request);
    // The owner is asked before the disk is: nobody fills it with files of no application.
    const auto application = store.read_value(
        [&](storage::Snapshot& snapshot) { return load_application(snapshot, moment.actor.scope, id.value()); });
    if (!application) return http::problem(application.error(), request);
    const std::string sha256 = files.put(request.body);
    return http::once(
        store, request, {.status = 201}, [&](storage::Transaction& transaction) -> base::Result<std::string> {
          TRY(const MaterialFile file, licensing.add_file(transaction,
                                                          {.id = request.make_id(),
                                                           .application = id.value(),
                                                           .slot = std::string(request.query_value("slot")),
                                                           .filename = filename,
                                                           .size = static_cast<std::int64_t>(request.body.size()),
                                                           .content_type = type.value(),
                                                           .sha256 = sha256,
                                                           .uploaded_at = request.at},
                                                          moment));
          return http::write(
              FileView{file.id, file.slot, file.filename, file.size, file.content_type, file.sha256, file.uploaded_at},
              request.language);
        });
  });
  http::command<http::Nothing, http::Nothing>(
      router, store,
      {.method = "DELETE",
       .path = "/api/v1/applications/{application}/materials/{file}",
       .id = "remove_material",
       .tag = std::string(tag),
       .summary = {"删除材料文件", "Remove an uploaded file"},
       .need = citizen,
       .errors = {"licensing.file_unknown", "licensing.not_opened"}},
      [&licensing](storage::Transaction& transaction, const http::Request& request,
                   const http::Nothing&) -> base::Result<http::Nothing> {
        TRY(const base::Id id, request.id("application"));
        TRY(const base::Id file, request.id("file"));
        TRY(std::ignore, licensing.remove_file(transaction, id, file, moment_of(request)));
        return http::Nothing{};
      });
  http::Operation content{.method = "GET",
                          .path = "/api/v1/applications/{application}/materials/{file}/content",
                          .id = "read_own_material",
                          .tag = std::string(tag),
                          .summary = {"查看自己上传的文件", "Read an own uploaded file"},
                          .need = citizen,
                          .answer_schema = R"({"type":"string","format":"binary"})",
                          .answer_type = "application/octet-stream"};
  router.add(std::move(content),
             [&](const http::Request& request) { return material_content(store, files, request, "application"); });
}

base::Result<PublicCertificate> public_certificate(storage::Snapshot& snapshot, const Licensing& licensing,
                                                   const http::Request& request) {
  const auto certificate = find_certificate(snapshot, request.parameters.find("key")->second);
  if (!certificate)
    return base::not_found("licensing.certificate_unknown",
                           {"没有查到这个编号的证照。请核对编号;如证照上的编号查询不到,请向发证机关反映",
                            "No certificate has this number. Please compare it; if a certificate shows a number "
                            "that cannot be found here, tell the issuing authority."});
  const calendar::Date today = calendar::local_date(request.at);
  const auto kind = licensing.engine().catalogue().certificates.find(certificate->kind);
  const std::string status = status_on(certificate->status, certificate->valid_to, today);
  PublicCertificate view{.kind = certificate->kind,
                         .name = kind->second.name,
                         .number = certificate->number,
                         .status = status,
                         .status_text = status_text(status),
                         .authority = licensing.bureau().name,
                         .issued_on = certificate->issued_on,
                         .valid_to = certificate->valid_to,
                         .status_since = status == "expired"
                                             ? std::optional(calendar::Date{certificate->valid_to->days + 1})
                                             : certificate->status_since,
                         .status_reason = certificate->status_reason,
                         .demonstration = licensing.settings().demonstration};
  for (const Certificate::Field& field : certificate->fields)
    if (field.is_public && !field.value.empty()) view.fields.push_back({field.id, field.label, field.value});
  return view;
}

}  // namespace

http::Reply material_content(storage::Store& store, storage::FileStore& files, const http::Request& request,
                             std::string_view parameter) {
  const auto id = request.id(parameter);
  if (!id) return http::problem(id.error(), request);
  const auto file_id = request.id("file");
  if (!file_id) return http::problem(file_id.error(), request);
  const access_control::Scope scope = access_control::scope_of(request.caller);
  const auto file = store.read_value([&](storage::Snapshot& snapshot) -> base::Result<MaterialFile> {
    TRY(const Application application, load_application(snapshot, scope, id.value()));
    // Drafts are nobody's business but the applicant's.
    auto found = request.caller.staff && !application.submitted_at ? std::nullopt
                                                                   : find_file(snapshot, id.value(), file_id.value());
    if (!found) return base::not_found("licensing.file_unknown", {"没有找到这个文件", "There is no such file."});
    return std::move(*found);
  });
  if (!file) return http::problem(file.error(), request);
  const auto content = files.get(file.value().sha256);
  if (!content) throw storage::Fault("a material's file is missing: " + file.value().sha256);
  return {.body = *content,
          .content_type = file.value().content_type,
          .headers = {{"Content-Disposition", "inline"},
                      {"Cache-Control", "private, max-age=3600"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"}}};
}

void mount(http::Router& router, storage::Store& store, storage::FileStore& files, Licensing& licensing,
           const access_control::Access& access, evidence::ReadBook& reads) {
  mount_drafts(router, store, licensing);
  mount_filing(router, store, licensing);
  mount_files(router, store, files, licensing);
  mount_services(router, store, licensing);
  mount_office(router, store, files, licensing, access, reads);
  mount_objections(router, store, licensing.engine());
  mount_receipts(router, store, licensing, reads);
  mount_reads(router, store, licensing);

  http::query<PublicCertificate>(
      router, store,
      {.path = "/api/v1/certificates/{key}",
       .id = "find_certificate",
       .tag = std::string(tag),
       .summary = {"按编号或二维码查验证照,无需登录", "Check a certificate by number or QR, without signing in"},
       .need = {http::Need::Kind::anyone},
       .errors = {"licensing.certificate_unknown"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) {
        return public_certificate(snapshot, licensing, request);
      });

  http::Operation document{.method = "GET",
                           .path = "/api/v1/documents/{document}/content",
                           .id = "read_document",
                           .tag = std::string(tag),
                           .summary = {"下载文书或证照(PDF)", "Download a document or certificate (PDF)"},
                           .need = {http::Need::Kind::signed_in},
                           .answer_schema = R"({"type":"string","format":"binary"})",
                           .answer_type = "application/pdf",
                           .errors = {"licensing.document_unknown"}};
  router.add(std::move(document), [&](const http::Request& request) -> http::Reply {
    const auto id = request.id("document");
    if (!id) return http::problem(id.error(), request);
    const auto found = store.read_value([&](storage::Snapshot& snapshot) {
      return find_document(snapshot, access_control::scope_of(request.caller), id.value());
    });
    const bool may_read = !request.caller.staff || request.caller.may("case.read");
    if (!found || !may_read)
      return http::problem(
          base::not_found("licensing.document_unknown", {"没有找到这份文书", "There is no such document."}), request);
    const auto pdf = licensing.document_pdf(store, *found, request.at);
    if (!pdf) return http::problem(pdf.error(), request);
    if (request.caller.staff) casework::note_look(store, reads, request, found->of_case, "document");
    return {.body = pdf.value(),
            .content_type = "application/pdf",
            .headers = {{"Content-Disposition", "inline; filename=\"" + base::to_text(found->id) + ".pdf\""},
                        {"Cache-Control", "private, max-age=3600"}}};
  });
}

}  // namespace licensing
