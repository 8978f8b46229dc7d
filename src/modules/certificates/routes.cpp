#include <openssl/evp.h>

#include <array>

#include "http/api.h"
#include "kernel/base/refusals.h"
#include "kernel/cose/cose.h"
#include "modules/access/access.h"
#include "modules/certificates/certificates.h"

namespace certificates {
namespace {

constexpr const char* tag = "certificates";
constexpr int changes_per_page = 100;

http::Need staff(const char* permission) {
  return {http::Need::Kind::staff, permission};
}
const http::Need anyone{http::Need::Kind::anyone};

/// What the public page offers besides the look-up itself.
struct ProofsView {
  std::string identifier;
  std::string qr;
  std::string address;
  bool pdf = false;
  bool ofd = false;
  std::string pdf_sha256;
  std::string ofd_sha256;
  base::Instant signed_at;
  bool demonstration = false;
};
BOOST_DESCRIBE_STRUCT(ProofsView, (),
                      (identifier, qr, address, pdf, ofd, pdf_sha256, ofd_sha256, signed_at, demonstration))

struct KeyView {
  std::string purpose;
  base::Text name;
  std::int64_t generation = 1;
  std::string kid;
  std::string subject;
  std::string fingerprint;
  std::string certificate;
  base::Instant valid_from;
  base::Instant valid_to;
  bool active = false;
  bool demonstration = false;
};
BOOST_DESCRIBE_STRUCT(KeyView, (),
                      (purpose, name, generation, kid, subject, fingerprint, certificate, valid_from, valid_to, active,
                       demonstration))

struct ChangeView {
  base::Id id;
  base::Id certificate;
  std::string number;
  base::Text name;
  std::string status;
  std::string reason;
  std::string basis;
  std::string proposed_by;
  base::Instant proposed_at;
  std::string outcome;
  std::optional<std::string> decided_by;
  std::optional<base::Instant> decided_at;
  std::string comment;
  bool mine = false;
};
BOOST_DESCRIBE_STRUCT(ChangeView, (),
                      (id, certificate, number, name, status, reason, basis, proposed_by, proposed_at, outcome,
                       decided_by, decided_at, comment, mine))

struct ProposalBody {
  std::string status;
  std::string reason;
  std::string basis;
};
BOOST_DESCRIBE_STRUCT(ProposalBody, (), (status, reason, basis))

struct DecisionBody {
  bool confirm = false;
  std::optional<std::string> comment;
};
BOOST_DESCRIBE_STRUCT(DecisionBody, (), (confirm, comment))

std::string digest_base64(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  std::array<unsigned char, 48> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

std::string hex_digest(std::string_view bytes) {
  return storage::sha256_hex(bytes);
}

std::string pem_of(std::string_view der) {
  std::string text((der.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
  text.resize(static_cast<std::size_t>(size));
  constexpr std::size_t line = 64;
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < text.size(); at += line) pem += text.substr(at, line) + "\n";
  return pem + "-----END CERTIFICATE-----\n";
}

base::Error unknown() {
  return base::not_found("licensing.certificate_unknown", {"没有查到这个编号的证照", "No certificate has this number"});
}

/// What was asked for, made now if it is not there yet. By its number a certificate's files are given only when they
/// show nothing that is not public; who has the code on the paper has the paper.
struct Found {
  licensing::Certificate certificate;
  Signed proofs;
  bool with_files = false;
};
base::Result<Found> find(storage::Store& store, const Certificates& certificates, const http::Request& request) {
  const std::string key = request.parameters.find("key")->second;
  auto certificate =
      store.read_value([&](storage::Snapshot& snapshot) { return licensing::find_certificate(snapshot, key); });
  if (!certificate) return unknown();
  TRY(Signed proofs, certificates.make(store, *certificate, request.at));
  bool all_public = true;
  for (const licensing::Certificate::Field& field : certificate->fields) all_public = all_public && field.is_public;
  const bool with_files = all_public || certificate->token == key;
  return Found{std::move(*certificate), std::move(proofs), with_files};
}

void mount_proofs(http::Router& router, storage::Store& store, Certificates& certificates) {
  http::Operation proofs{.method = "GET",
                         .path = "/api/v1/certificates/{key}/proofs",
                         .id = "find_certificate_proofs",
                         .tag = tag,
                         .summary = {"证照的签名二维码和签名文件", "A certificate's signed QR code and files"},
                         .need = anyone,
                         .answer_schema = http::schema_text<ProofsView>(),
                         .errors = {"licensing.certificate_unknown"}};
  router.add(std::move(proofs), [&](const http::Request& request) -> http::Reply {
    const auto found = find(store, certificates, request);
    if (!found) return http::problem(found.error(), request);
    const Signed& about = found.value().proofs;
    const auto content = cose::from_text(about.qr);
    CHECK(content);
    const ProofsView view{.identifier = about.identifier,
                          .qr = about.qr,
                          .address = cose::to_address(content.value(), certificates.settings().site),
                          .pdf = found.value().with_files && !about.pdf.empty(),
                          .ofd = found.value().with_files && !about.ofd.empty(),
                          .pdf_sha256 = about.pdf,
                          .ofd_sha256 = about.ofd,
                          .signed_at = about.signed_at,
                          .demonstration = certificates.keys().demonstration()};
    return http::tagged(request, http::write(view, request.language));
  });
  const auto file = [&](const char* ending, const char* type, std::string Signed::*hash, base::Text summary) {
    http::Operation operation{.method = "GET",
                              .path = std::string("/api/v1/certificates/{key}/") + ending,
                              .id = std::string("read_certificate_") + ending,
                              .tag = tag,
                              .summary = std::move(summary),
                              .need = anyone,
                              .answer_schema = R"({"type":"string","format":"binary"})",
                              .answer_type = type,
                              .errors = {"licensing.certificate_unknown", "certificates.not_public"}};
    router.add(std::move(operation), [&, ending, type, hash](const http::Request& request) -> http::Reply {
      const auto found = find(store, certificates, request);
      if (!found) return http::problem(found.error(), request);
      const std::string& sha256 = found.value().proofs.*hash;
      if (!found.value().with_files || sha256.empty())
        return http::problem(base::not_found("certificates.not_public",
                                             {"这份证照含有不公开的内容,请扫描证照上的二维码打开",
                                              "This certificate shows more than is public: open it by the code on it"}),
                             request);
      const auto content = certificates.files().get(sha256);
      if (!content) throw storage::Fault("a signed certificate's file is missing: " + sha256);
      return {.body = *content,
              .content_type = type,
              .headers = {{"Content-Disposition",
                           "attachment; filename=\"" + found.value().certificate.number + "." + ending + "\""},
                          {"Cache-Control", "no-cache"},
                          {"ETag", "\"" + sha256 + "\""}}};
    });
  };
  file("pdf", "application/pdf", &Signed::pdf, {"下载签名的PDF证照", "The signed PDF of a certificate"});
  file("ofd", "application/ofd", &Signed::ofd, {"下载带电子签章的OFD证照", "The sealed OFD of a certificate"});
}

void mount_trust(http::Router& router, storage::Store& store, Certificates& certificates) {
  http::Operation trust{.method = "GET",
                        .path = "/trust.json",
                        .id = "read_trust_file",
                        .tag = tag,
                        .summary = {"离线查验用的信任文件", "The trust file for checking offline"},
                        .need = anyone,
                        .answer_schema = R"({"type":"object"})"};
  router.add(std::move(trust), [&](const http::Request& request) {
    const signing::Trust content =
        store.read_value([&](storage::Snapshot& snapshot) { return certificates.trust(snapshot, request.at); });
    return http::Reply{.body = signing::to_json(content), .headers = {{"Cache-Control", "no-cache"}}};
  });
  http::Operation list{.method = "GET",
                       .path = "/status/{list}",
                       .id = "read_status_list",
                       .tag = tag,
                       .summary = {"签名的证照状态列表", "A signed list of certificates' states"},
                       .need = anyone,
                       .answer_schema = R"({"type":"string","format":"binary"})",
                       .answer_type = "application/statuslist+cwt",
                       .errors = {"certificates.list_unknown"}};
  router.add(std::move(list), [&](const http::Request& request) -> http::Reply {
    const std::string& number = request.parameters.find("list")->second;
    std::optional<std::string> token;
    constexpr std::size_t digits_max = 9;
    if (!number.empty() && number.size() <= digits_max && number.find_first_not_of("0123456789") == std::string::npos)
      token = store.read_value(
          [&](storage::Snapshot& snapshot) { return newest_status_list(snapshot, std::stoll(number)); });
    if (!token)
      return http::problem(
          base::not_found("certificates.list_unknown", {"没有这个状态列表", "There is no such list of states"}),
          request);
    return {.body = std::move(*token),
            .content_type = "application/statuslist+cwt",
            .headers = {{"Cache-Control", "public, max-age=300"}}};
  });
  http::query<http::Page<KeyView>>(
      router, store,
      {.path = "/api/v1/signing-keys",
       .id = "list_signing_keys",
       .tag = tag,
       .summary = {"发证机关公布的签名密钥", "The keys that the authority publishes"},
       .need = anyone},
      [&certificates](storage::Snapshot&, const http::Request&) -> base::Result<http::Page<KeyView>> {
        http::Page<KeyView> page;
        for (const signing::PublicKey& key : certificates.keys().keys())
          page.items.push_back({.purpose = std::string(signing::to_text(key.purpose)),
                                .name = signing::purpose_words(key.purpose),
                                .generation = key.generation,
                                .kid = key.kid,
                                .subject = key.subject,
                                .fingerprint = hex_digest(key.certificate),
                                .certificate = pem_of(key.certificate),
                                .valid_from = key.valid_from,
                                .valid_to = key.valid_to,
                                .active = key.active,
                                .demonstration = key.demonstration});
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
}

ChangeView view_of(storage::Snapshot& snapshot, const Certificates& certificates, const Change& change,
                   base::Id reader) {
  ChangeView view{.id = change.id,
                  .certificate = change.certificate,
                  .number = {},
                  .name = {},
                  .status = change.status,
                  .reason = change.reason,
                  .basis = change.basis,
                  .proposed_by = access_control::name_of_person(snapshot, change.proposed_by),
                  .proposed_at = change.proposed_at,
                  .outcome = change.outcome,
                  .decided_by = {},
                  .decided_at = {},
                  .comment = change.comment,
                  .mine = change.proposed_by == reader};
  if (const auto certificate = licensing::find_certificate_by_id(snapshot, change.certificate)) {
    view.number = certificate->number;
    const auto& kinds = certificates.licensing().engine().catalogue().certificates;
    if (const auto kind = kinds.find(certificate->kind); kind != kinds.end()) view.name = kind->second.name;
  }
  if (change.decided_by) {
    view.decided_by = access_control::name_of_person(snapshot, change.decided_by);
    view.decided_at = change.decided_at;
  }
  return view;
}

casework::Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

void mount_changes(http::Router& router, storage::Store& store, Certificates& certificates) {
  http::command<ProposalBody, ChangeView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/certificates/{certificate}/changes",
       .id = "propose_certificate_change",
       .tag = tag,
       .summary = {"提出暂停、恢复、吊销或注销证照", "Propose to suspend, resume, revoke or cancel a certificate"},
       .need = staff("certificate.propose"),
       .answer_status = 201,
       .errors = {"certificates.certificate_unknown", "certificates.status_unknown", "certificates.change_not_possible",
                  "certificates.reason_missing", "certificates.basis_missing", "certificates.change_pending"}},
      [&certificates](storage::Transaction& transaction, const http::Request& request,
                      const ProposalBody& body) -> base::Result<ChangeView> {
        TRY(const base::Id certificate, request.id("certificate"));
        const casework::Moment moment = moment_of(request);
        TRY(const Change change, certificates.propose(transaction,
                                                      {.id = request.make_id(),
                                                       .division = {},
                                                       .certificate = certificate,
                                                       .status = body.status,
                                                       .reason = body.reason,
                                                       .basis = body.basis,
                                                       .proposed_by = {},
                                                       .proposed_at = {}},
                                                      moment));
        return view_of(transaction, certificates, change, moment.actor.person);
      });
  http::command<DecisionBody, ChangeView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/certificate-changes/{change}/decision",
       .id = "decide_certificate_change",
       .tag = tag,
       .summary = {"由另一人确认或驳回证照变更", "Confirm or reject a change, as a second person"},
       .need = staff("certificate.confirm"),
       .errors = {"certificates.change_unknown", "certificates.change_closed", "certificates.same_person",
                  "certificates.change_not_possible"}},
      [&certificates](storage::Transaction& transaction, const http::Request& request,
                      const DecisionBody& body) -> base::Result<ChangeView> {
        TRY(const base::Id change, request.id("change"));
        const casework::Moment moment = moment_of(request);
        TRY(const Change decided,
            certificates.decide(transaction, change, body.confirm, body.comment.value_or(""), moment));
        return view_of(transaction, certificates, decided, moment.actor.person);
      });
  http::query<http::Page<ChangeView>>(
      router, store,
      {.path = "/api/v1/certificate-changes",
       .id = "list_certificate_changes",
       .tag = tag,
       .summary = {"待确认的证照变更", "Changes of certificates that wait for confirmation"},
       .need = staff("certificate.propose")},
      [&certificates](storage::Snapshot& snapshot,
                      const http::Request& request) -> base::Result<http::Page<ChangeView>> {
        http::Page<ChangeView> page;
        for (const Change& change : open_changes(snapshot, access_control::scope_of(request.caller), changes_per_page))
          page.items.push_back(view_of(snapshot, certificates, change, request.caller.person));
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
}

/// The checking page with the trust file in it, so that what is saved from here works without network.
void mount_page(http::Router& router, storage::Store& store, Certificates& certificates, std::string_view page) {
  constexpr std::string_view place = R"(<script id="trust" type="application/json">null</script>)";
  const std::size_t at = page.find(place);
  const bool built = at != std::string_view::npos;
  const auto between = [page, built](std::string_view open, std::string_view close) {
    const std::size_t start = built ? page.find(open) : std::string_view::npos;
    if (start == std::string_view::npos) return std::string_view();
    const std::size_t inside = start + open.size();
    return page.substr(inside, page.find(close, inside) - inside);
  };
  // Inline script and style are named by their hashes; nothing else runs.
  const std::string policy =
      "default-src 'none'; script-src 'sha256-" + digest_base64(between("<script>", "</script>")) +
      "'; style-src 'sha256-" + digest_base64(between("<style>", "</style>")) +
      "'; img-src blob: data:; media-src blob: mediastream:; connect-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'";
  for (const char* path : {"/V", "/verify.html"}) {
    http::Operation operation{.method = "GET",
                              .path = path,
                              .id = std::string(path) == "/V" ? "open_check_page" : "read_check_page",
                              .tag = tag,
                              .summary = {"离线查验页,单个文件", "The page that checks offline, one file"},
                              .need = anyone,
                              .answer_schema = R"({"type":"string"})",
                              .answer_type = "text/html; charset=utf-8"};
    router.add(std::move(operation),
               [&store, &certificates, page, at, built, policy, place](const http::Request& request) -> http::Reply {
                 if (!built)
                   return http::problem(
                       base::not_found("certificates.page_missing",
                                       {"程序没有带上查验页", "The program was built without the checking page"}),
                       request);
                 std::string json = signing::to_json(store.read_value(
                     [&](storage::Snapshot& snapshot) { return certificates.trust(snapshot, request.at); }));
                 for (std::size_t found = json.find('<'); found != std::string::npos; found = json.find('<', found))
                   json.replace(found, 1, "\\u003c");
                 std::string html(page.substr(0, at));
                 html += std::string(place.substr(0, place.find("null"))) + json + "</script>";
                 html += page.substr(at + place.size());
                 return http::Reply{.body = std::move(html),
                                    .content_type = "text/html; charset=utf-8",
                                    .headers = {{"Content-Security-Policy", policy}, {"Cache-Control", "no-cache"}}};
               });
  }
}

}  // namespace

void mount(http::Router& router, storage::Store& store, Certificates& certificates, std::string_view page) {
  mount_proofs(router, store, certificates);
  mount_trust(router, store, certificates);
  mount_changes(router, store, certificates);
  mount_page(router, store, certificates, page);
}

}  // namespace certificates
