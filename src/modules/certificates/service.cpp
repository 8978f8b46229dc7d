#include <openssl/evp.h>

#include <algorithm>

#include "documents/documents.h"
#include "kernel/base/refusals.h"
#include "kernel/codes/certificates.h"
#include "kernel/cose/status_list.h"
#include "modules/evidence/evidence.h"
#include "store.h"

namespace certificates {
namespace {

/// A plain frame with words, beside the place of the stamp; real seals are round, and none is imitated.
constexpr double seal_width_mm = 46, seal_height_mm = 18, seal_margin_mm = 24;
constexpr std::int64_t hour_us = 3'600 * base::us_per_second;
/// A list is renewed twice a day and good for one, so that a missed renewal shows before it hurts.
constexpr std::int64_t list_age_us = 12 * hour_us, list_life_us = 24 * hour_us;
constexpr std::int64_t lists_kept_us = 30 * 24 * hour_us;

base::Error unknown_certificate() {
  return base::not_found("certificates.certificate_unknown", {"没有找到这份证照", "There is no such certificate"});
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  CHECK(size >= 0);
  bytes.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::count(text.begin(), text.end(), '=')));
  return bytes;
}

/// What of a number the electronic identifier takes: letters and digits.
std::string serial_of(std::string_view number) {
  std::string serial;
  for (const char each : number)
    if ((each >= '0' && each <= '9') || (each >= 'A' && each <= 'Z')) serial += each;
  return serial.substr(0, codes::certificate_serial_max);
}

/// Eight bytes, the most significant first.
std::string bytes_of(base::Id id) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(id.number >> shift & 0xFF);
  return bytes;
}

/// An event with its log entry; the members of `data` named by `open` are readable by everybody.
void append_event(storage::Transaction& transaction, storage::Stream stream, const storage::NewEvent& head,
                  feel::Context data, std::string_view division, std::initializer_list<std::string_view> open,
                  evidence::LogKind log = evidence::LogKind::public_log) {
  std::vector<evidence::Field> fields;
  for (const std::string_view name : open) fields.push_back({std::string(name), data.find(name)->as_string()});
  evidence::append(
      transaction, stream, storage::last_sequence(transaction, stream),
      {.type = head.type, .at = head.at, .actor = head.actor, .data = feel::to_json(feel::Value(std::move(data)))},
      division, std::move(fields), log);
}

/// Which certificates of a list are in which state other than valid: "12:revoked;15:expired".
std::string entries_of(storage::Snapshot& snapshot, std::int64_t list, calendar::Date today, cose::StatusBits& bits) {
  const std::int64_t first = list * cose::status_list_entries;
  const auto ended = licensing::certificates_not_valid(snapshot, today);
  std::string text;
  for (const auto& [certificate, index] : signed_indexes(snapshot, first, first + cose::status_list_entries)) {
    const auto found = ended.find(certificate);
    const auto status = found == ended.end() ? std::nullopt : cose::parse_status(found->second);
    if (!status) continue;
    bits.set(index - first, *status);
    text += std::to_string(index - first) + ":" + found->second + ";";
  }
  return text;
}

}  // namespace

Certificates::Certificates(licensing::Licensing& licensing, signing::KeyRing& keys, storage::FileStore& files,
                           Settings settings)
    : licensing_(licensing), keys_(keys), files_(files), settings_(std::move(settings)) {}

std::string Certificates::uri_of(std::int64_t list) const {
  return settings_.site + "/status/" + std::to_string(list);
}

cose::Licence Certificates::licence_of(const licensing::Certificate& certificate, const Signed& about,
                                       base::Instant now) const {
  const auto& kinds = licensing_.engine().catalogue().certificates;
  const auto kind = kinds.find(certificate.kind);
  cose::Licence licence{.issuer = settings_.site,
                        .expires_at = {},
                        .issued_at = now,
                        .id = bytes_of(certificate.id),
                        .status = {.index = about.status_index % cose::status_list_entries,
                                   .uri = uri_of(about.status_index / cose::status_list_entries)},
                        .identifier = about.identifier,
                        .kind = certificate.kind,
                        .name = kind == kinds.end() ? certificate.kind : kind->second.name.zh,
                        .number = certificate.number,
                        .authority = licensing_.bureau().name.zh,
                        .demonstration = licensing_.settings().demonstration || keys_.demonstration(),
                        .fields = {}};
  if (certificate.valid_to) licence.expires_at = calendar::start_of({certificate.valid_to->days + 1});
  for (const licensing::Certificate::Field& field : certificate.fields)
    if (field.is_public && !field.value.empty() && field.value != certificate.number)
      licence.fields.emplace_back(field.id, field.value);
  return licence;
}

const std::string& Certificates::picture(bool demonstration) const {
  std::call_once(picture_drawn_, [&] {
    std::vector<std::string> lines{licensing_.bureau().name.zh, "电子签章"};
    if (demonstration) lines.emplace_back("演示件，不具法律效力");
    picture_ = documents::seal_picture(lines, seal_width_mm, seal_height_mm);
  });
  return picture_;
}

base::Result<Signed> Certificates::draw_and_sign(const licensing::Certificate& certificate,
                                                 const licensing::Document& document, Signed about,
                                                 base::Instant now) const {
  about.qr = cose::to_qr_text(keys_.sign({.payload = cose::encode(licence_of(certificate, about, now))}));
  TRY(const auto drawn, licensing_.template_of(document));
  TRY(feel::Context data, licensing_.data_of(document));
  feel::Context printed;
  if (const feel::Value* before = data.find("certificate"); before && before->kind() == feel::Kind::context)
    printed = before->as_context();
  printed.put("qr", about.qr);
  printed.put("identifier", about.identifier);
  data.put("certificate", feel::Value(std::move(printed)));
  const bool demonstration = licensing_.settings().demonstration || keys_.demonstration();
  const documents::RenderOptions options{.demonstration = demonstration, .now = document.issued_at};
  TRY(std::string pdf, documents::render_pdf(*drawn, data, options));
  const signing::PdfWords words{.signer = licensing_.bureau().name.zh,
                                .reason = document.name.zh + (demonstration ? "（演示件，不具法律效力）" : ""),
                                .at = now};
  TRY(pdf, keys_.sign_pdf(std::move(pdf), words, settings_.time_stamps ? &*settings_.time_stamps : nullptr));
  about.pdf = files_.put(pdf);
  constexpr std::size_t id_digits = 32;
  TRY(auto parts,
      documents::render_ofd(*drawn, data, options, storage::sha256_hex(about.identifier).substr(0, id_digits)));
  const documents::PageSize page = documents::page_size(*drawn);
  about.ofd = files_.put(keys_.seal_ofd(std::move(parts), {.x = page.width - seal_width_mm - seal_margin_mm,
                                                           .y = page.height - seal_height_mm - seal_margin_mm,
                                                           .width = seal_width_mm,
                                                           .height = seal_height_mm,
                                                           .picture = picture(demonstration),
                                                           .at = now}));
  about.signed_at = now;
  return about;
}

base::Result<Signed> Certificates::make(storage::Store& store, const licensing::Certificate& certificate,
                                        base::Instant now) const {
  auto made = store.read_value([&](storage::Snapshot& snapshot) { return find_signed(snapshot, certificate.id); });
  if (made) return std::move(*made);
  const auto document = store.read_value(
      [&](storage::Snapshot& snapshot) { return licensing::find_any_document(snapshot, certificate.document); });
  if (!document) return unknown_certificate();
  // The place in the list of states is part of what is signed, so it is taken first; a place that stays empty says
  // "valid" of nothing.
  TRY(const Signed about, store.write_result([&](storage::Transaction& transaction) -> base::Result<Signed> {
    const auto kinds = licensing_.engine().catalogue().certificates;
    const auto kind = kinds.find(certificate.kind);
    const std::string type = kind == kinds.end() || kind->second.identifier_type.empty()
                                 ? settings_.authority_code + "000"
                                 : kind->second.identifier_type;
    TRY(const std::string identifier,
        codes::make_certificate_id(
            {.type = type,
             .issuer = settings_.authority_code,
             .serial = serial_of(certificate.number),
             .version = static_cast<int>(count_signed(transaction, certificate.kind, certificate.number)) + 1}));
    return Signed{.certificate = certificate.id,
                  .division = certificate.division,
                  .kind = certificate.kind,
                  .number = certificate.number,
                  .identifier = identifier,
                  .status_index = transaction.next_number("status_list") - 1};
  }));
  TRY(const Signed done, draw_and_sign(certificate, *document, about, now));
  return store.write_result([&](storage::Transaction& transaction) -> base::Result<Signed> {
    if (auto first = find_signed(transaction, certificate.id)) return std::move(*first);
    insert_signed(transaction, done);
    if (!find_list(transaction, done.status_index / cose::status_list_entries))
      transaction.enqueue("certificates.publish", "{}", now);
    feel::Context data;
    data.put("number", done.number);
    data.put("kind", done.kind);
    data.put("identifier", done.identifier);
    data.put("qr_sha256", storage::sha256_hex(done.qr));
    data.put("pdf_sha256", done.pdf);
    data.put("ofd_sha256", done.ofd);
    data.put("division", done.division);
    data.put("status_index", std::to_string(done.status_index));
    // One entry binds the licence's three forms.
    append_event(transaction, {"certificate", certificate.id},
                 {.type = "certificates.signed", .at = now, .actor = {}, .data = {}}, std::move(data),
                 certificate.division, {"number", "kind", "identifier", "qr_sha256", "pdf_sha256", "ofd_sha256"});
    return done;
  });
}

base::Result<std::string> Certificates::pdf(storage::Store& store, const licensing::Document& document,
                                            base::Instant now) const {
  const auto certificate = store.read_value(
      [&](storage::Snapshot& snapshot) { return licensing::find_certificate_of_document(snapshot, document.id); });
  if (!certificate) return unknown_certificate();
  TRY(const Signed made, make(store, *certificate, now));
  auto content = files_.get(made.pdf);
  if (!content) throw storage::Fault("a signed certificate's file is missing: " + made.pdf);
  return std::move(*content);
}

int Certificates::publish(storage::Store& store, base::Instant now) const {
  const calendar::Date today = calendar::local_date(now);
  const std::int64_t end = store.read_value(signed_index_end);
  int published = 0;
  for (std::int64_t list = 0; list * cose::status_list_entries < end; ++list) {
    cose::StatusBits bits;
    const auto [entries, last] = store.read_value([&](storage::Snapshot& snapshot) {
      return std::pair(entries_of(snapshot, list, today, bits), find_list(snapshot, list));
    });
    const bool due = !last || last->entries != entries || last->issued_at.plus_us(list_age_us) <= now;
    if (!due) continue;
    const base::Instant expires = now.plus_us(list_life_us);
    const cose::StatusList content{.uri = uri_of(list),
                                   .issued_at = now,
                                   .expires_at = expires,
                                   .time_to_live_s = list_age_us / base::us_per_second,
                                   .bits = std::move(bits)};
    const std::string token =
        cose::encode(keys_.sign({.type = std::string(cose::status_list_type), .payload = cose::encode(content)}));
    store.write([&](storage::Transaction& transaction) {
      const auto newest = find_list(transaction, list);
      if (newest && newest->issued_at >= now) return false;  // another process was faster
      const std::string& division = licensing_.bureau().division;
      insert_list(transaction, list, {.issued_at = now, .entries = entries, .token = to_base64(token)}, expires,
                  division);
      forget_lists(transaction, now.plus_us(-lists_kept_us));
      feel::Context data;
      data.put("uri", content.uri);
      data.put("sha256", storage::sha256_hex(token));
      data.put("issued_at", calendar::to_text_local(now));
      append_event(transaction, {"status_list", base::Id{list + 1}},
                   {.type = "certificates.status_list_published", .at = now, .actor = {}, .data = {}}, std::move(data),
                   division, {"uri", "sha256", "issued_at"});
      ++published;
      return true;
    });
  }
  return published;
}

signing::Trust Certificates::trust(storage::Snapshot& snapshot, base::Instant now) const {
  signing::Trust trust{.authority = licensing_.bureau().name,
                       .demonstration = licensing_.settings().demonstration || keys_.demonstration(),
                       .made_at = now,
                       .keys = keys_.keys(),
                       .kinds = {},
                       .status_lists = {}};
  if (tell_log_) trust.log = tell_log_();
  for (const auto& [id, kind] : licensing_.engine().catalogue().certificates) {
    signing::Trust::Kind about{.name = kind.name, .fields = {}};
    for (const auto& field : kind.fields) about.fields.emplace_back(field.id, field.label);
    trust.kinds.emplace(id, std::move(about));
  }
  const std::int64_t end = signed_index_end(snapshot);
  for (std::int64_t list = 0; list * cose::status_list_entries < end; ++list)
    if (auto token = newest_status_list(snapshot, list)) trust.status_lists.push_back(std::move(*token));
  return trust;
}

std::optional<std::string> newest_status_list(storage::Snapshot& snapshot, std::int64_t list) {
  const auto stored = find_list(snapshot, list);
  if (!stored) return std::nullopt;
  return from_base64(stored->token);
}

base::Result<Change> Certificates::propose(storage::Transaction& transaction, Change change,
                                           const casework::Moment& moment) const {
  const auto certificate = licensing::find_certificate_by_id(transaction, change.certificate);
  const access_control::Scope& scope = moment.actor.scope;
  if (!certificate ||
      !access_control::covers(scope, {.person = certificate->applicant, .division = certificate->division}))
    return unknown_certificate();
  TRY(std::ignore, check_proposal(certificate->status, change));
  for (const Change& other : changes_of(transaction, scope, change.certificate))
    if (other.outcome == "open")
      return base::conflict(
          "certificates.change_pending",
          {"这份证照已有一项变更等待确认", "Another change of this certificate waits for its decision"});
  change.division = certificate->division;
  change.proposed_by = moment.actor.person;
  change.proposed_at = moment.now;
  change.outcome = "open";
  insert_change(transaction, change);
  feel::Context data;
  data.put("change", base::to_text(change.id));
  data.put("status", change.status);
  data.put("reason", change.reason);
  data.put("basis", change.basis);
  data.put("division", change.division);
  // What is only proposed is for auditors: the public learns what was decided.
  append_event(transaction, {"certificate", certificate->id},
               {.type = "certificates.change_proposed", .at = moment.now, .actor = moment.actor.person, .data = {}},
               std::move(data), change.division, {"change"}, evidence::LogKind::audit_log);
  return change;
}

base::Result<Change> Certificates::decide(storage::Transaction& transaction, base::Id id, bool confirms,
                                          const std::string& comment, const casework::Moment& moment) const {
  auto found = find_change(transaction, moment.actor.scope, id);
  if (!found) return base::not_found("certificates.change_unknown", {"没有找到这项变更", "There is no such change"});
  Change& change = *found;
  const auto certificate = licensing::find_certificate_by_id(transaction, change.certificate);
  CHECK(certificate);
  TRY(std::ignore, check_decision(certificate->status, change, moment.actor.person, confirms));
  change.outcome = confirms ? "confirmed" : "rejected";
  change.decided_by = moment.actor.person;
  change.decided_at = moment.now;
  change.comment = comment;
  save_decision(transaction, change);
  if (confirms) {
    licensing::change_certificate_status(transaction, certificate->id, change.status, change.reason, moment.today());
    transaction.enqueue("certificates.publish", "{}", moment.now);
  }
  feel::Context data;
  data.put("change", base::to_text(change.id));
  data.put("outcome", change.outcome);
  data.put("comment", change.comment);
  data.put("status", change.status);
  data.put("number", certificate->number);
  data.put("kind", certificate->kind);
  const storage::NewEvent head{
      .type = "certificates.change_decided", .at = moment.now, .actor = moment.actor.person, .data = {}};
  const storage::Stream stream{"certificate", certificate->id};
  if (confirms)
    append_event(transaction, stream, head, std::move(data), change.division, {"number", "kind", "status"});
  else
    append_event(transaction, stream, head, std::move(data), change.division, {"change"}, evidence::LogKind::audit_log);
  return change;
}

}  // namespace certificates
