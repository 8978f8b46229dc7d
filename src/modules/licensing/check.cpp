/// Whether the certificates are what their events say: rows are views, and the events stand in the public log.
#include "parts.h"
#include "store.h"

namespace licensing {
namespace {

constexpr std::size_t findings_max = 20;
constexpr int rows_per_read = 1'000;

/// What a certificate's events add up to. Certificates issued before there were such events have no `issue`.
struct Told {
  std::optional<feel::Context> issue;
  std::string status;
};

Told told_of(storage::Snapshot& snapshot, base::Id certificate) {
  Told told;
  for (const storage::Event& event : storage::load_events(snapshot, {"certificate", certificate})) {
    const auto value = feel::parse_json(event.data);
    if (!value || value.value().kind() != feel::Kind::context) continue;
    const feel::Context& data = value.value().as_context();
    if (event.type == "licensing.certificate_issued") told.issue = data;
    const bool changes = event.type == "licensing.certificate_issued" || event.type == "licensing.certificate_ended" ||
                         (event.type == "certificates.change_decided" && text_in(data, "outcome") == "confirmed");
    if (changes) told.status = text_in(data, "status");
  }
  return told;
}

bool is_as_issued(const Certificate& certificate, const feel::Context& issue) {
  const feel::Context printed = context_in(issue, "fields");
  if (printed.entries().size() != certificate.fields.size()) return false;
  for (const Certificate::Field& field : certificate.fields)
    if (text_in(printed, field.id) != field.value) return false;
  const std::string valid_to = certificate.valid_to ? calendar::to_text(*certificate.valid_to) : std::string();
  return text_in(issue, "kind") == certificate.kind && text_in(issue, "number") == certificate.number &&
         text_in(issue, "valid_to") == valid_to && text_in(issue, "case") == base::to_text(certificate.of_case) &&
         text_in(issue, "entity") == base::to_text(certificate.entity) &&
         text_in(issue, "issued_on") == calendar::to_text(certificate.issued_on);
}

}  // namespace

std::vector<base::Text> check_certificates(storage::Snapshot& snapshot) {
  std::vector<base::Text> findings;
  const auto add = [&](const std::string& zh, const std::string& en) {
    if (findings.size() < findings_max) findings.push_back({zh, en});
  };
  for (base::Id last{INT64_MIN};;) {
    const std::vector<base::Id> ids = certificate_ids(snapshot, last, rows_per_read);
    for (const base::Id id : ids) {
      const Certificate certificate = find_certificate_by_id(snapshot, id).value();
      const Told told = told_of(snapshot, id);
      const std::string name = certificate.number + " (" + base::to_text(id) + ")";
      if (!told.status.empty() && told.status != certificate.status)
        add("证照 " + name + " 的状态是 " + certificate.status + "，事件记录为 " + told.status,
            "The certificate " + name + " is " + certificate.status + "; by its events it is " + told.status + ".");
      if (told.issue && !is_as_issued(certificate, *told.issue))
        add("证照 " + name + " 的内容与签发时的记录不符", "The certificate " + name + " is not as it was issued.");
    }
    if (ids.size() < static_cast<std::size_t>(rows_per_read)) break;
    last = ids.back();
  }
  for (const base::Id id : certificates_gone(snapshot, rows_per_read))
    add("证照 " + base::to_text(id) + " 签发过，现在没有了",
        "The certificate " + base::to_text(id) + " was issued, and is gone.");
  return findings;
}

}  // namespace licensing
