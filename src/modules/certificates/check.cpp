/// Whether signed forms and decided changes of certificates are what their events tell.
#include "kernel/feel/lookup.h"
#include "modules/evidence/views.h"
#include "store.h"

namespace certificates {
namespace {

using evidence::ExpectedRows;
using evidence::View;

constexpr int rows_per_read = 500;

/// Left out: lists of states, which are signed themselves, and kept for thirty days.
const View signed_forms{
    .table = "signed_certificates",
    .keys = {"certificate"},
    .columns = {"division", "kind", "number", "identifier", "status_index", "qr", "pdf", "ofd", "signed_at"}};
constexpr std::size_t qr_at = 5;  // of those columns
const View changes{.table = "certificate_changes",
                   .keys = {"id"},
                   .columns = {"division", "certificate", "status", "reason", "basis", "proposed_by", "proposed_at",
                               "outcome", "decided_by", "decided_at", "comment"}};

std::string text(base::Id id) {
  return std::to_string(id.number);
}

/// What the certificate's events tell of its signed forms and of changes that were proposed.
struct Told {
  ExpectedRows forms;
  ExpectedRows changes;
};

void take_signing(Told& told, base::Id certificate, const storage::Event& event, const feel::Context& data) {
  evidence::ExpectedRow& row = told.forms[text(certificate)];
  for (const std::string_view name : {"kind", "number", "identifier"}) row[name] = feel::text_in(data, name);
  row["qr"] = feel::text_in(data, "qr_sha256");
  row["pdf"] = feel::text_in(data, "pdf_sha256");
  row["ofd"] = feel::text_in(data, "ofd_sha256");
  row["signed_at"] = std::to_string(event.at.us);
  if (!data.find("status_index")) return;  // of before it was told
  row["division"] = feel::text_in(data, "division");
  row["status_index"] = feel::text_in(data, "status_index");
}

void take_change(Told& told, base::Id certificate, const storage::Event& event, const feel::Context& data) {
  const auto id = base::parse_id(feel::text_in(data, "change"));
  if (!id) return;
  evidence::ExpectedRow& row = told.changes[text(*id)];
  if (event.type == "certificates.change_decided") {
    row["outcome"] = feel::text_in(data, "outcome");
    row["decided_by"] = text(event.actor);
    row["decided_at"] = std::to_string(event.at.us);
    row.erase("comment");
    if (data.find("comment")) row["comment"] = feel::text_in(data, "comment");
    return;
  }
  row = {{"certificate", text(certificate)},
         {"status", feel::text_in(data, "status")},
         {"reason", feel::text_in(data, "reason")},
         {"basis", feel::text_in(data, "basis")},
         {"proposed_by", text(event.actor)},
         {"proposed_at", std::to_string(event.at.us)},
         {"outcome", "open"},
         {"decided_by", "0"},
         {"decided_at", "0"},
         {"comment", ""}};
  if (data.find("division")) row["division"] = feel::text_in(data, "division");
}

Told told_of(storage::Snapshot& snapshot, base::Id certificate) {
  Told told;
  for (const storage::Event& event : storage::load_events(snapshot, {"certificate", certificate})) {
    const auto data = feel::parse_json(event.data);
    if (!data || data.value().kind() != feel::Kind::context) continue;
    if (event.type == "certificates.signed") take_signing(told, certificate, event, data.value().as_context());
    if (event.type == "certificates.change_proposed" || event.type == "certificates.change_decided")
      take_change(told, certificate, event, data.value().as_context());
  }
  return told;
}

void compare(storage::Snapshot& snapshot, base::Id certificate, evidence::Findings& findings) {
  Told told = told_of(snapshot, certificate);
  auto forms = evidence::view_rows(snapshot, signed_forms, "certificate", certificate);
  // The log tells the code's hash alone.
  for (evidence::ViewRow& row : forms) row.values[qr_at] = storage::sha256_hex(row.values[qr_at].value_or(""));
  const std::string name = base::to_text(certificate);
  const base::Text owner{"证照 " + name, "The certificate " + name};
  evidence::compare(signed_forms, forms, std::move(told.forms), owner, findings);
  evidence::compare(changes, evidence::view_rows(snapshot, changes, "certificate", certificate),
                    std::move(told.changes), owner, findings);
}

}  // namespace

std::vector<base::Text> check(storage::Snapshot& snapshot) {
  evidence::Findings findings;
  for (std::int64_t last = INT64_MIN;;) {
    const auto ids = evidence::owners_after(
        snapshot, "certificate", {{&signed_forms, "certificate"}, {&changes, "certificate"}}, last, rows_per_read);
    for (const std::int64_t id : ids) compare(snapshot, {id}, findings);
    if (ids.size() < rows_per_read) break;
    last = ids.back();
  }
  return findings.take();
}

}  // namespace certificates
