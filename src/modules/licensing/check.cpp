/// Whether certificates and documents are what their events and log entries say: rows are views, and what they are held
/// against stands in the public log.
#include <algorithm>
#include <charconv>

#include "modules/evidence/views.h"
#include "parts.h"
#include "store.h"

namespace licensing {
namespace {

using evidence::ExpectedRow;
using evidence::ExpectedRows;
using evidence::View;

constexpr int rows_per_read = 500;
constexpr int entries_max = 100;  // of one document

const View certificates{
    .table = "certificates",
    .keys = {"id"},
    .columns = {"division", "case_id", "applicant", "entity", "kind", "number", "token", "status", "issued_on",
                "valid_to", "fields", "document", "details", "status_since", "status_reason", "expiry_told"}};
constexpr std::size_t fields_at = 10, details_at = 12;  // of those columns

const View visits{
    .table = "visits", .keys = {"id"}, .columns = {"division", "visited_on", "reason", "recorded_by", "recorded_at"}};
const View ratings{.table = "ratings", .keys = {"case_id"}, .columns = {"division", "grade", "comment", "rated_at"}};

std::string id_in(const feel::Context& data, std::string_view name) {
  return std::to_string(base::parse_id(text_in(data, name)).value_or(base::Id{}).number);
}

/// The day from which a status holds is the day of its event; what is valid has neither day nor reason.
void put_status(ExpectedRow& row, const std::string& status, const std::string& reason, base::Instant at) {
  const bool in_force = status == "valid";
  row["status"] = status;
  row["status_since"] = in_force ? std::string() : calendar::to_text(calendar::local_date(at));
  row["status_reason"] = in_force ? std::string() : reason;
}

/// What was issued. Of certificates issued before their events told it, less is known.
void put_issue(ExpectedRow& row, const feel::Context& data) {
  for (const std::string_view name : {"kind", "number", "issued_on", "valid_to"}) row[name] = text_in(data, name);
  row["case_id"] = id_in(data, "case");
  row["entity"] = id_in(data, "entity");
  if (!data.find("document")) return;
  row["division"] = text_in(data, "division");
  row["token"] = text_in(data, "token");
  row["applicant"] = id_in(data, "applicant");
  row["document"] = id_in(data, "document");
  row["fields"] = text_in(data, "fields_sha256");
  row["details"] = text_in(data, "details_sha256");
}

/// The values of the fields in a certificate's row, as its event tells them.
std::optional<std::string> values_of(const std::string& row_json) {
  const auto parsed = feel::parse_json(row_json);
  if (!parsed || parsed.value().kind() != feel::Kind::list) return std::nullopt;
  feel::Context values;
  for (const feel::Value& field : parsed.value().as_list())
    if (field.kind() == feel::Kind::context)
      values.put(text_in(field.as_context(), "id"), text_in(field.as_context(), "value"));
  return feel::to_json(feel::Value(std::move(values)));
}

/// What a certificate's events add up to; nothing when it has none that tell of it.
std::optional<ExpectedRow> told_of(const std::vector<storage::Event>& events, std::vector<evidence::ViewRow>& rows) {
  ExpectedRow row;
  std::map<std::string, std::string> reasons;  // of changes that were proposed
  bool is_expired = false;
  for (const storage::Event& event : events) {
    const auto value = feel::parse_json(event.data);
    if (!value || value.value().kind() != feel::Kind::context) continue;
    const feel::Context& data = value.value().as_context();
    if (event.type == "licensing.certificate_issued") {
      put_issue(row, data);
      put_status(row, text_in(data, "status"), {}, event.at);
      // Before the hash of all fields was told, their values were.
      if (!row.contains("fields") && !rows.empty()) {
        const std::string told = feel::to_json(feel::Value(context_in(data, "fields")));
        rows[0].values[fields_at] = values_of(rows[0].values[fields_at].value_or(""));
        row["fields"] = told;
      } else if (!rows.empty()) {
        for (const std::size_t at : {fields_at, details_at})
          rows[0].values[at] = storage::sha256_hex(rows[0].values[at].value_or(""));
      }
    }
    if (event.type == "licensing.certificate_ended")
      put_status(row, text_in(data, "status"), text_in(data, "reason"), event.at);
    if (event.type == "certificates.change_proposed") reasons[text_in(data, "change")] = text_in(data, "reason");
    if (event.type == "certificates.change_decided" && text_in(data, "outcome") == "confirmed")
      put_status(row, text_in(data, "status"), reasons[text_in(data, "change")], event.at);
    is_expired = is_expired || event.type == "licensing.certificate_expired";
  }
  if (row.empty() && !is_expired) return std::nullopt;
  row["expiry_told"] = is_expired ? "1" : "0";
  return row;
}

/// Whether the case that a certificate names has told of its number: all there is of certificates issued before they
/// had events of their own.
bool is_told_by_case(storage::Snapshot& snapshot, const evidence::ViewRow& row) {
  constexpr std::size_t case_at = 1, number_at = 5;  // of the columns
  std::int64_t of_case = 0;
  const std::string& digits = row.values[case_at].value_or("");
  std::from_chars(digits.data(), digits.data() + digits.size(), of_case);
  const std::string number = "\"number\":" + evidence::json_string(row.values[number_at].value_or(""));
  const auto events = storage::load_events(snapshot, {"case", {of_case}});
  return std::any_of(events.begin(), events.end(),
                     [&](const storage::Event& event) { return event.data.find(number) != std::string::npos; });
}

/// From the first certificate on whose events told of it, all have such events.
void compare_certificates(storage::Snapshot& snapshot, evidence::Findings& findings) {
  bool is_told = false;
  for (std::int64_t last = INT64_MIN;;) {
    const auto ids = evidence::owners_after(snapshot, "certificate", {{&certificates, "id"}}, last, rows_per_read);
    for (const std::int64_t id : ids) {
      const auto events = storage::load_events(snapshot, {"certificate", {id}});
      auto rows = evidence::view_rows(snapshot, certificates, "id", id);
      const auto told = told_of(events, rows);
      const bool has_issue = std::any_of(events.begin(), events.end(), [](const storage::Event& event) {
        return event.type == "licensing.certificate_issued";
      });
      is_told = is_told || has_issue;
      if (!told && (rows.empty() || (!is_told && is_told_by_case(snapshot, rows[0])))) continue;
      ExpectedRows expected;
      if (told) expected[std::to_string(id)] = *told;
      const std::string name = base::to_text(base::Id{id});
      evidence::compare(certificates, rows, std::move(expected), {"证照 " + name, "The certificate " + name}, findings);
    }
    if (ids.size() < rows_per_read) break;
    last = ids.back();
  }
}

/// What a case's events tell of visits and of its rating. Visits of before their events named them are left alone.
void compare_notes(storage::Snapshot& snapshot, std::int64_t id, evidence::Findings& findings) {
  ExpectedRows visited, rated;
  std::optional<std::string> division;
  bool are_named = true;
  for (const storage::Event& event : storage::load_events(snapshot, {"case", {id}})) {
    const bool is_visit = event.type == "case.visited", is_rating = event.type == "case.rated";
    if (event.sequence != 1 && !is_visit && !is_rating) continue;
    const auto value = feel::parse_json(event.data);
    if (!value || value.value().kind() != feel::Kind::context) continue;
    const feel::Context& data = value.value().as_context();
    if (event.sequence == 1 && data.find("case")) division = text_in(context_in(data, "case"), "division");
    if (!is_visit && !is_rating) continue;
    are_named = are_named && (!is_visit || data.find("visit"));
    ExpectedRow& row = is_visit ? visited[id_in(data, "visit")] : rated[std::to_string(id)];
    if (division) row["division"] = division;
    if (is_visit) {
      row["visited_on"] = text_in(data, "on");
      row["reason"] = text_in(data, "reason");
      row["recorded_by"] = std::to_string(event.actor.number);
      row["recorded_at"] = std::to_string(event.at.us);
    } else {
      row["grade"] = text_in(data, "grade");
      if (data.find("comment")) row["comment"] = text_in(data, "comment");
      row["rated_at"] = std::to_string(event.at.us);
    }
  }
  const base::Text owner{"办件 " + base::to_text(base::Id{id}), "The case " + base::to_text(base::Id{id})};
  if (are_named)
    evidence::compare(visits, evidence::view_rows(snapshot, visits, "case_id", id), std::move(visited), owner,
                      findings);
  evidence::compare(ratings, evidence::view_rows(snapshot, ratings, "case_id", id), std::move(rated), owner, findings);
}

void compare_all_notes(storage::Snapshot& snapshot, evidence::Findings& findings) {
  for (std::int64_t last = INT64_MIN;;) {
    const auto ids =
        evidence::owners_after(snapshot, "case", {{&visits, "case_id"}, {&ratings, "case_id"}}, last, rows_per_read);
    for (const std::int64_t id : ids) compare_notes(snapshot, id, findings);
    if (ids.size() < rows_per_read) break;
    last = ids.back();
  }
}

/// The last entry that tells of the document being drawn.
std::optional<evidence::StoredEntry> drawing_of(storage::Snapshot& snapshot, const std::string& subject) {
  std::optional<evidence::StoredEntry> last;
  for (evidence::StoredEntry& entry : evidence::entries_of(snapshot, subject, entries_max))
    if (evidence::says(entry.text, "type", drawn_type)) last = std::move(entry);
  return last;
}

/// The document's hash and the row as it was when it was drawn.
void compare_document(const std::optional<Document>& document, const evidence::StoredEntry& entry,
                      const base::Text& owner, evidence::Findings& findings) {
  if (!document) {
    findings.add("documents", owner, "已签发,现在没有了", ": was drawn, and is gone.");
    return;
  }
  if (!evidence::says(entry.text, "sha256", document->sha256))
    findings.add("documents", owner, "的文件哈希与日志不符", ": its file is not the one that the log tells of.");
  const auto salt = evidence::parse_salt(entry.salt);
  if (salt && !evidence::says(entry.text, "row", tlog::to_hex(evidence::seal(*salt, {"row", row_text(*document)}))))
    findings.add("documents", owner, "的内容与日志不符", ": its row is not as it was drawn from.");
}

/// When an entry was written, as it says it: times of one zone and form follow each other as their texts do.
std::string time_of(const evidence::StoredEntry& entry) {
  const auto parsed = feel::parse_json(entry.text);
  return parsed && parsed.value().kind() == feel::Kind::context ? text_in(parsed.value().as_context(), "ts")
                                                                : std::string();
}

void compare_documents(storage::Snapshot& snapshot, evidence::Findings& findings) {
  static constexpr std::string_view prefix = "document/";
  std::string told_since;  // empty: the log tells of no document
  const auto owner_of = [](base::Id id) -> base::Text {
    return {"文书 " + base::to_text(id), "The document " + base::to_text(id)};
  };
  for (std::string last(prefix);;) {
    const auto subjects = evidence::subjects_under(snapshot, prefix, last, rows_per_read);
    for (const std::string& subject : subjects) {
      const auto id = base::parse_id(std::string_view(subject).substr(prefix.size()));
      const auto entry = drawing_of(snapshot, subject);
      if (!id || !entry) continue;
      if (const std::string at = time_of(*entry); told_since.empty() || at < told_since) told_since = at;
      compare_document(find_any_document(snapshot, *id), *entry, owner_of(*id), findings);
    }
    if (subjects.size() < rows_per_read) break;
    last = subjects.back();
  }
  // Those that were drawn before the log was told of it have no entry.
  for (base::Id last{INT64_MIN}; !told_since.empty();) {
    const std::vector<base::Id> ids = drawn_documents(snapshot, last, rows_per_read);
    for (const base::Id id : ids) {
      const bool must_be_told = calendar::to_text_local(find_any_document(snapshot, id)->issued_at) > told_since;
      if (must_be_told && !drawing_of(snapshot, subject_of_document(id)))
        findings.add("documents", owner_of(id), "没有日志条目", ": the log tells of no such document.");
    }
    if (ids.size() < rows_per_read) break;
    last = ids.back();
  }
}

}  // namespace

std::string subject_of_document(base::Id document) {
  return "document/" + base::to_text(document);
}

std::string row_text(const Document& document) {
  std::string text;
  for (const std::string& value :
       {base::to_text(document.id), document.division, document.office, base::to_text(document.of_case),
        base::to_text(document.applicant), document.notice, document.name.zh, document.name.en,
        document.document_template, document.number, document.data, std::to_string(document.issued_at.us)})
    text += (text.empty() ? "[" : ",") + evidence::json_string(value);
  return text + "]";
}

std::vector<base::Text> check(storage::Snapshot& snapshot) {
  evidence::Findings findings;
  compare_certificates(snapshot, findings);
  compare_documents(snapshot, findings);
  compare_all_notes(snapshot, findings);
  return findings.take();
}

}  // namespace licensing
