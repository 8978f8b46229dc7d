#include "store.h"

#include "publishing_migrations.h"

namespace publishing {
namespace {

using storage::Datum;
using storage::Row;

constexpr std::string_view columns =
    "id, division, service, state, edition, files, bases, authors, begun_by, begun_at, edited_by, edited_at, reason, "
    "applies_from, proposed_by, proposed_at, decided_by, decided_at, remark, number, version";

std::string files_text(const Files& files) {
  feel::Context context;
  for (const auto& [path, text] : files) context.put(path, text);
  return feel::to_json(feel::Value(std::move(context)));
}

Files files_of(const std::string& text) {
  const auto json = feel::parse_json(text);
  CHECK(json && json->kind() == feel::Kind::context);
  Files files;
  for (const auto& [path, content] : json->as_context().entries()) files.emplace(path, content.as_string());
  return files;
}

std::string authors_text(const std::vector<base::Id>& authors) {
  std::string text;
  for (const base::Id author : authors) text += (text.empty() ? "" : " ") + base::to_text(author);
  return text;
}

std::vector<base::Id> authors_of(std::string_view text) {
  std::vector<base::Id> authors;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const auto id = base::parse_id(text.substr(0, end));
    CHECK(id);
    authors.push_back(*id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return authors;
}

Draft draft_of(const Row& row) {
  Draft draft{.id = row[0].id(),
              .division = row[1].text(),
              .service = row[2].text(),
              .state = parse_state(row[3].text()),
              .edition = row[4].number(),
              .files = files_of(row[5].text()),
              .bases = files_of(row[6].text()),
              .authors = authors_of(row[7].text()),
              .begun_by = row[8].id(),
              .begun_at = row[9].instant(),
              .edited_by = row[10].id(),
              .edited_at = row[11].instant(),
              .reason = row[12].text(),
              .applies_from = {},
              .proposed_by = row[14].id(),
              .proposed_at = {},
              .decided_by = row[16].id(),
              .decided_at = {},
              .remark = row[18].text(),
              .number = row[19].number(),
              .version = row[20].text()};
  if (!row[13].is_null()) draft.applies_from = row[13].date();
  if (!row[15].is_null()) draft.proposed_at = row[15].instant();
  if (!row[17].is_null()) draft.decided_at = row[17].instant();
  return draft;
}

}  // namespace

void insert_draft(storage::Transaction& transaction, const Draft& draft) {
  transaction.execute("INSERT INTO model_drafts (" + std::string(columns) +
                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      {draft.id,
                       draft.division,
                       draft.service,
                       name_of(draft.state),
                       draft.edition,
                       files_text(draft.files),
                       files_text(draft.bases),
                       authors_text(draft.authors),
                       draft.begun_by,
                       draft.begun_at,
                       draft.edited_by,
                       draft.edited_at,
                       draft.reason,
                       Datum(draft.applies_from),
                       draft.proposed_by,
                       Datum(draft.proposed_at),
                       draft.decided_by,
                       Datum(draft.decided_at),
                       draft.remark,
                       draft.number,
                       draft.version});
}

void update_draft(storage::Transaction& transaction, const Draft& draft) {
  transaction.execute(
      "UPDATE model_drafts SET state = ?, edition = ?, files = ?, bases = ?, authors = ?, edited_by = ?, edited_at = "
      "?, "
      "reason = ?, applies_from = ?, proposed_by = ?, proposed_at = ?, decided_by = ?, decided_at = ?, remark = ?, "
      "number = ?, version = ? WHERE id = ?",
      {name_of(draft.state), draft.edition, files_text(draft.files), files_text(draft.bases),
       authors_text(draft.authors), draft.edited_by, draft.edited_at, draft.reason, Datum(draft.applies_from),
       draft.proposed_by, Datum(draft.proposed_at), draft.decided_by, Datum(draft.decided_at), draft.remark,
       draft.number, draft.version, draft.id});
}

std::optional<Draft> find_stored(storage::Snapshot& snapshot, base::Id id) {
  const auto row = snapshot.find("SELECT " + std::string(columns) + " FROM model_drafts WHERE id = ?", {id});
  return row ? std::optional(draft_of(*row)) : std::nullopt;
}

std::vector<Draft> drafts_in(storage::Snapshot& snapshot, std::string_view service, std::span<const State> states) {
  std::string sql = "SELECT " + std::string(columns) + " FROM model_drafts WHERE state IN (";
  std::vector<Datum> parameters;
  for (const State state : states) {
    sql += parameters.empty() ? "?" : ", ?";
    parameters.emplace_back(name_of(state));
  }
  sql += ")";
  if (!service.empty()) {
    sql += " AND service = ?";
    parameters.emplace_back(service);
  }
  std::vector<Draft> drafts;
  for (const Row& row : snapshot.query(sql + " ORDER BY id DESC", parameters)) drafts.push_back(draft_of(row));
  return drafts;
}

std::vector<Draft> approved_until(storage::Snapshot& snapshot, std::string_view service, calendar::Date day) {
  std::vector<Draft> drafts;
  for (const Row& row : snapshot.query("SELECT " + std::string(columns) +
                                           " FROM model_drafts WHERE service = ? AND state = ? AND applies_from <= ? "
                                           "ORDER BY number",
                                       {service, name_of(State::approved), day}))
    drafts.push_back(draft_of(row));
  return drafts;
}

std::map<std::string, std::int64_t, std::less<>> due_numbers(storage::Snapshot& snapshot, calendar::Date day) {
  std::map<std::string, std::int64_t, std::less<>> numbers;
  for (const Row& row : snapshot.query("SELECT service, MAX(number) FROM model_drafts WHERE state = ? AND "
                                       "applies_from <= ? GROUP BY service",
                                       {name_of(State::approved), day}))
    numbers.emplace(row[0].text(), row[1].number());
  return numbers;
}

std::span<const storage::Migration> migrations() {
  return publishing_migrations;
}

}  // namespace publishing
