#include "store.h"

#include "kernel/base/refusals.h"
#include "licensing_migrations.h"

namespace licensing {
namespace {

using storage::Datum;
using storage::Row;

std::string json(const feel::Context& context) {
  return feel::to_json(feel::Value(context));
}

feel::Context context_of(const std::string& text) {
  const auto value = feel::parse_json(text);
  CHECK(value && value.value().kind() == feel::Kind::context);
  return value.value().as_context();
}

/// Own rows for applicants, rows of the office or division for staff.
std::string within(const access_control::Scope& scope, std::vector<Datum>& parameters) {
  switch (scope.kind) {
    case access_control::Scope::Kind::nothing:
      return "1 = 0";
    case access_control::Scope::Kind::own:
      parameters.emplace_back(scope.person);
      return "applicant = ?";
    case access_control::Scope::Kind::office:
      parameters.emplace_back(scope.division);
      parameters.emplace_back(scope.office);
      return "division = ? AND office = ?";
    case access_control::Scope::Kind::division:
      parameters.emplace_back(scope.division);
      parameters.emplace_back(scope.division + ":");
      return "division >= ? AND division < ?";
  }
  return "1 = 0";
}

constexpr std::string_view application_columns =
    "id, division, office, applicant, service, version, guide, answers, title, created_at, updated_at, submitted_at";

Application application_of(const Row& row) {
  Application application{.id = row[0].id(),
                          .division = row[1].text(),
                          .office = row[2].text(),
                          .applicant = row[3].id(),
                          .service = row[4].text(),
                          .version = row[5].number(),
                          .guide = context_of(row[6].text()),
                          .answers = context_of(row[7].text()),
                          .title = row[8].text(),
                          .created_at = row[9].instant(),
                          .updated_at = row[10].instant()};
  if (!row[11].is_null()) application.submitted_at = row[11].instant();
  return application;
}

constexpr std::string_view file_columns = "id, application, slot, filename, size, content_type, sha256, uploaded_at";

MaterialFile file_of(const Row& row) {
  return {.id = row[0].id(),
          .application = row[1].id(),
          .slot = row[2].text(),
          .filename = row[3].text(),
          .size = row[4].number(),
          .content_type = row[5].text(),
          .sha256 = row[6].text(),
          .uploaded_at = row[7].instant()};
}

constexpr std::string_view document_columns =
    "id, division, office, case_id, applicant, notice, name_zh, name_en, template, number, data, issued_at, sha256";

Document document_of(const Row& row) {
  return {.id = row[0].id(),
          .division = row[1].text(),
          .office = row[2].text(),
          .of_case = row[3].id(),
          .applicant = row[4].id(),
          .notice = row[5].text(),
          .name = {row[6].text(), row[7].text()},
          .document_template = row[8].text(),
          .number = row[9].text(),
          .data = row[10].text(),
          .issued_at = row[11].instant(),
          .sha256 = row[12].text()};
}

constexpr std::string_view certificate_columns =
    "id, division, case_id, applicant, entity, kind, number, token, status, issued_on, valid_to, fields, document, "
    "details, status_since, status_reason";

feel::Value fields_value(const std::vector<Certificate::Field>& fields) {
  feel::List list;
  for (const Certificate::Field& field : fields) {
    feel::Context entry;
    entry.put("id", field.id);
    entry.put("zh", field.label.zh);
    entry.put("en", field.label.en);
    entry.put("value", field.value);
    entry.put("public", feel::Value(field.is_public));
    list.emplace_back(std::move(entry));
  }
  return feel::Value(std::move(list));
}

std::vector<Certificate::Field> fields_of(const std::string& text) {
  const auto value = feel::parse_json(text);
  CHECK(value && value.value().kind() == feel::Kind::list);
  std::vector<Certificate::Field> fields;
  for (const feel::Value& item : value.value().as_list()) {
    const feel::Context& entry = item.as_context();
    fields.push_back({.id = entry.find("id")->as_string(),
                      .label = {entry.find("zh")->as_string(), entry.find("en")->as_string()},
                      .value = entry.find("value")->as_string(),
                      .is_public = entry.find("public")->as_boolean()});
  }
  return fields;
}

Certificate certificate_of(const Row& row) {
  Certificate certificate{.id = row[0].id(),
                          .division = row[1].text(),
                          .of_case = row[2].id(),
                          .applicant = row[3].id(),
                          .entity = row[4].id(),
                          .kind = row[5].text(),
                          .number = row[6].text(),
                          .token = row[7].text(),
                          .status = row[8].text(),
                          .issued_on = row[9].date(),
                          .valid_to = {},
                          .fields = fields_of(row[11].text()),
                          .document = row[12].id(),
                          .details = context_of(row[13].text()),
                          .status_since = {},
                          .status_reason = row[15].text()};
  if (!row[10].text().empty()) certificate.valid_to = row[10].date();
  if (!row[14].text().empty()) certificate.status_since = row[14].date();
  return certificate;
}

std::vector<Certificate> certificates_where(storage::Snapshot& snapshot, std::string_view condition, Datum key) {
  std::vector<Certificate> certificates;
  for (const Row& row : snapshot.query("SELECT " + std::string(certificate_columns) + " FROM certificates WHERE " +
                                           std::string(condition) + " ORDER BY id",
                                       {std::move(key)}))
    certificates.push_back(certificate_of(row));
  return certificates;
}

}  // namespace

base::Result<Application> load_application(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                           base::Id id) {
  std::vector<Datum> parameters;
  const std::string condition = within(scope, parameters);
  parameters.emplace_back(id);
  const auto rows = snapshot.query(
      "SELECT " + std::string(application_columns) + " FROM applications WHERE " + condition + " AND id = ?",
      parameters);
  if (rows.empty())
    return base::not_found("licensing.application_unknown", {"没有找到这份申请", "There is no such application."});
  return application_of(rows[0]);
}

std::vector<Application> list_applications(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                           base::Id before, int limit) {
  std::vector<Datum> parameters;
  std::string condition = within(scope, parameters);
  if (before) {
    condition += " AND id < ?";
    parameters.emplace_back(before);
  }
  parameters.emplace_back(limit);
  std::vector<Application> applications;
  for (const Row& row : snapshot.query("SELECT " + std::string(application_columns) + " FROM applications WHERE " +
                                           condition + " ORDER BY id DESC LIMIT ?",
                                       parameters))
    applications.push_back(application_of(row));
  return applications;
}

std::int64_t count_applications(storage::Snapshot& snapshot, const access_control::Scope& scope) {
  std::vector<Datum> parameters;
  const std::string condition = within(scope, parameters);
  return snapshot.query("SELECT COUNT(*) FROM applications WHERE " + condition, parameters)[0][0].number();
}

void insert_application(storage::Transaction& transaction, const Application& application) {
  transaction.execute(
      "INSERT INTO applications (id, division, office, applicant, service, version, guide, answers, title, created_at, "
      "updated_at, submitted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {application.id, application.division, application.office, application.applicant, application.service,
       application.version, json(application.guide), json(application.answers), application.title,
       application.created_at, application.updated_at, Datum(application.submitted_at)});
}

void update_application(storage::Transaction& transaction, const Application& application) {
  transaction.execute(
      "UPDATE applications SET version = ?, guide = ?, answers = ?, title = ?, updated_at = ?, submitted_at = ? "
      "WHERE id = ?",
      {application.version, json(application.guide), json(application.answers), application.title,
       application.updated_at, Datum(application.submitted_at), application.id});
}

void delete_draft(storage::Transaction& transaction, base::Id id) {
  transaction.execute("DELETE FROM materials WHERE application = ?", {id});
  transaction.execute("DELETE FROM applications WHERE id = ? AND submitted_at IS NULL", {id});
}

std::vector<MaterialFile> files_of(storage::Snapshot& snapshot, base::Id application) {
  std::vector<MaterialFile> files;
  for (const Row& row : snapshot.query("SELECT " + std::string(file_columns) +
                                           " FROM materials WHERE application = ? AND removed_at IS NULL ORDER BY id",
                                       {application}))
    files.push_back(file_of(row));
  return files;
}

std::map<std::string, std::int64_t> count_files(storage::Snapshot& snapshot, base::Id application) {
  std::map<std::string, std::int64_t> counts;
  for (const Row& row :
       snapshot.query("SELECT slot, COUNT(*) FROM materials WHERE application = ? AND removed_at IS NULL GROUP BY slot",
                      {application}))
    counts.emplace(row[0].text(), row[1].number());
  return counts;
}

std::optional<MaterialFile> find_file(storage::Snapshot& snapshot, base::Id application, base::Id file) {
  const auto row = snapshot.find(
      "SELECT " + std::string(file_columns) + " FROM materials WHERE application = ? AND id = ? AND removed_at IS NULL",
      {application, file});
  if (!row) return std::nullopt;
  return file_of(*row);
}

void insert_file(storage::Transaction& transaction, const Application& application, const MaterialFile& file) {
  transaction.execute(
      "INSERT INTO materials (id, division, application, slot, filename, size, content_type, sha256, uploaded_at, "
      "removed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
      {file.id, application.division, application.id, file.slot, file.filename, file.size, file.content_type,
       file.sha256, file.uploaded_at});
}

void remove_file_row(storage::Transaction& transaction, base::Id file, base::Instant at) {
  transaction.execute("UPDATE materials SET removed_at = ? WHERE id = ? AND removed_at IS NULL", {at, file});
}

void insert_document(storage::Transaction& transaction, const Document& document) {
  transaction.execute(
      "INSERT INTO documents (id, division, office, case_id, applicant, notice, name_zh, name_en, template, number, "
      "data, "
      "issued_at, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {document.id, document.division, document.office, document.of_case, document.applicant, document.notice,
       document.name.zh, document.name.en, document.document_template, document.number, document.data,
       document.issued_at, document.sha256});
}

void save_document_hash(storage::Transaction& transaction, base::Id document, const std::string& sha256) {
  transaction.execute("UPDATE documents SET sha256 = ? WHERE id = ?", {sha256, document});
}

std::vector<base::Id> drawn_documents(storage::Snapshot& snapshot, base::Id after, int limit) {
  std::vector<base::Id> ids;
  for (const Row& row :
       snapshot.query("SELECT id FROM documents WHERE sha256 <> '' AND id > ? ORDER BY id LIMIT ?", {after, limit}))
    ids.push_back(row[0].id());
  return ids;
}

std::string fields_json(const Certificate& certificate) {
  return feel::to_json(fields_value(certificate.fields));
}

std::string details_json(const Certificate& certificate) {
  return json(certificate.details);
}

std::vector<Document> documents_of(storage::Snapshot& snapshot, base::Id of_case) {
  std::vector<Document> documents;
  for (const Row& row : snapshot.query(
           "SELECT " + std::string(document_columns) + " FROM documents WHERE case_id = ? ORDER BY id", {of_case}))
    documents.push_back(document_of(row));
  return documents;
}

std::optional<Document> find_any_document(storage::Snapshot& snapshot, base::Id id) {
  const auto row = snapshot.find("SELECT " + std::string(document_columns) + " FROM documents WHERE id = ?", {id});
  if (!row) return std::nullopt;
  return document_of(*row);
}

std::optional<Document> find_document(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  std::vector<Datum> parameters;
  const std::string condition = within(scope, parameters);
  parameters.emplace_back(id);
  const auto rows = snapshot.query(
      "SELECT " + std::string(document_columns) + " FROM documents WHERE " + condition + " AND id = ?", parameters);
  if (rows.empty()) return std::nullopt;
  return document_of(rows[0]);
}

void insert_certificate(storage::Transaction& transaction, const Certificate& certificate) {
  transaction.execute(
      "INSERT INTO certificates (id, division, case_id, applicant, entity, kind, number, token, status, issued_on, "
      "valid_to, fields, document, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {certificate.id, certificate.division, certificate.of_case, certificate.applicant, certificate.entity,
       certificate.kind, certificate.number, certificate.token, certificate.status, certificate.issued_on,
       certificate.valid_to ? calendar::to_text(*certificate.valid_to) : std::string(), fields_json(certificate),
       certificate.document, details_json(certificate)});
}

void end_certificate(storage::Transaction& transaction, const Certificate& certificate, std::string_view status,
                     std::string_view reason, calendar::Date since) {
  transaction.execute("UPDATE certificates SET status = ?, status_reason = ?, status_since = ? WHERE id = ?",
                      {std::string(status), std::string(reason), since, certificate.id});
}

std::vector<HeldEntity> entities_held_by(storage::Snapshot& snapshot, base::Id person, int limit) {
  std::vector<HeldEntity> held;
  for (const Row& row : snapshot.query("SELECT DISTINCT entity, division FROM certificates WHERE applicant = ? AND "
                                       "status IN ('valid', 'suspended') ORDER BY entity DESC LIMIT ?",
                                       {person, limit}))
    held.push_back({.id = row[0].id(), .division = row[1].text()});
  return held;
}

std::vector<Certificate> certificates_expired(storage::Snapshot& snapshot, calendar::Date today, int limit) {
  std::vector<Certificate> found;
  for (const Row& row : snapshot.query("SELECT id FROM certificates WHERE expiry_told = 0 AND valid_to <> '' AND "
                                       "valid_to < ? AND status = 'valid' ORDER BY valid_to, id LIMIT ?",
                                       {today, limit}))
    found.push_back(find_certificate_by_id(snapshot, row[0].id()).value());
  return found;
}

bool mark_expiry_told(storage::Transaction& transaction, base::Id certificate) {
  return transaction.execute(
             "UPDATE certificates SET expiry_told = 1 WHERE id = ? AND expiry_told = 0 AND status = 'valid'",
             {certificate}) == 1;
}

std::vector<Certificate> certificates_of(storage::Snapshot& snapshot, base::Id of_case) {
  return certificates_where(snapshot, "case_id = ?", of_case);
}

std::vector<Certificate> certificates_of_entity(storage::Snapshot& snapshot, base::Id entity) {
  return certificates_where(snapshot, "entity = ?", entity);
}

std::vector<Certificate> certificates_by_number(storage::Snapshot& snapshot, std::string_view number) {
  return certificates_where(snapshot, "number = ?", number);
}

std::optional<Certificate> find_certificate(storage::Snapshot& snapshot, std::string_view key) {
  // Of several with one number the newest is the one in force, or the last that was.
  std::vector<Certificate> found = certificates_where(snapshot, "number = ?", key);
  if (found.empty()) found = certificates_where(snapshot, "token = ?", key);
  if (found.empty()) return std::nullopt;
  return std::move(found.back());
}

std::optional<Certificate> find_certificate_by_id(storage::Snapshot& snapshot, base::Id id) {
  std::vector<Certificate> found = certificates_where(snapshot, "id = ?", id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<Certificate> find_certificate_of_document(storage::Snapshot& snapshot, base::Id document) {
  const auto row = snapshot.find("SELECT case_id FROM documents WHERE id = ?", {document});
  if (!row) return std::nullopt;
  for (Certificate& certificate : certificates_of(snapshot, (*row)[0].id()))
    if (certificate.document == document) return std::move(certificate);
  return std::nullopt;
}

std::map<base::Id, std::string> certificates_not_valid(storage::Snapshot& snapshot, calendar::Date today) {
  std::map<base::Id, std::string> all;
  for (const Row& row : snapshot.query(
           "SELECT id, status, valid_to FROM certificates WHERE status <> 'valid' OR (valid_to <> '' AND valid_to < ?)",
           {today})) {
    std::optional<calendar::Date> valid_to;
    if (!row[2].text().empty()) valid_to = row[2].date();
    all.emplace(row[0].id(), status_on(row[1].text(), valid_to, today));
  }
  return all;
}

void change_certificate_status(storage::Transaction& transaction, base::Id certificate, std::string_view status,
                               std::string_view reason, calendar::Date since) {
  // What is in force again has no reason and no day of its own.
  const bool in_force = status == "valid";
  transaction.execute("UPDATE certificates SET status = ?, status_reason = ?, status_since = ? WHERE id = ?",
                      {status, in_force ? std::string_view() : reason,
                       in_force ? std::string() : calendar::to_text(since), certificate});
}

void insert_rating(storage::Transaction& transaction, const Application& application, const Rating& rating) {
  transaction.execute("INSERT INTO ratings (case_id, division, grade, comment, rated_at) VALUES (?, ?, ?, ?, ?)",
                      {application.id, application.division, rating.grade, rating.comment, rating.at});
}

std::optional<Rating> find_rating(storage::Snapshot& snapshot, base::Id of_case) {
  const auto row = snapshot.find("SELECT grade, comment, rated_at FROM ratings WHERE case_id = ?", {of_case});
  if (!row) return std::nullopt;
  return Rating{.grade = (*row)[0].text(), .comment = (*row)[1].text(), .at = (*row)[2].instant()};
}

void insert_visit(storage::Transaction& transaction, base::Id id, const casework::CaseHead& of_case, const Visit& visit,
                  base::Instant at) {
  transaction.execute(
      "INSERT INTO visits (id, division, case_id, visited_on, reason, recorded_by, recorded_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      {id, of_case.division, of_case.id, visit.on, visit.reason, visit.recorded_by, at});
}

std::int64_t count_visits(storage::Snapshot& snapshot, base::Id of_case) {
  return snapshot.query("SELECT COUNT(*) FROM visits WHERE case_id = ?", {of_case})[0][0].number();
}

std::vector<Visit> visits_of(storage::Snapshot& snapshot, base::Id of_case) {
  std::vector<Visit> visits;
  for (const Row& row :
       snapshot.query("SELECT visited_on, reason, recorded_by FROM visits WHERE case_id = ? ORDER BY id", {of_case}))
    visits.push_back({.on = row[0].date(), .reason = row[1].text(), .recorded_by = row[2].id()});
  return visits;
}

std::span<const storage::Migration> migrations() {
  return licensing_migrations;
}

}  // namespace licensing
