#include "store.h"

#include "certificates_migrations.h"

namespace certificates {
namespace {

using storage::Datum;
using storage::Row;

/// Staff of the division; nobody else has any business here.
std::string within(const access_control::Scope& scope, std::vector<Datum>& parameters) {
  switch (scope.kind) {
    case access_control::Scope::Kind::nothing:
    case access_control::Scope::Kind::own:
      return "1 = 0";
    case access_control::Scope::Kind::office:
    case access_control::Scope::Kind::division:
      parameters.emplace_back(scope.division);
      parameters.emplace_back(scope.division + ":");
      return "division >= ? AND division < ?";
  }
  return "1 = 0";
}

constexpr std::string_view signed_columns =
    "certificate, division, kind, number, identifier, status_index, qr, pdf, ofd, signed_at";

Signed signed_of(const Row& row) {
  return {.certificate = row[0].id(),
          .division = row[1].text(),
          .kind = row[2].text(),
          .number = row[3].text(),
          .identifier = row[4].text(),
          .status_index = row[5].number(),
          .qr = row[6].text(),
          .pdf = row[7].text(),
          .ofd = row[8].text(),
          .signed_at = row[9].instant()};
}

constexpr std::string_view change_columns =
    "id, division, certificate, status, reason, basis, proposed_by, proposed_at, outcome, decided_by, decided_at, "
    "comment";

Change change_of(const Row& row) {
  return {.id = row[0].id(),
          .division = row[1].text(),
          .certificate = row[2].id(),
          .status = row[3].text(),
          .reason = row[4].text(),
          .basis = row[5].text(),
          .proposed_by = row[6].id(),
          .proposed_at = row[7].instant(),
          .outcome = row[8].text(),
          .decided_by = row[9].id(),
          .decided_at = row[10].instant(),
          .comment = row[11].text()};
}

std::vector<Change> changes_where(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                  std::string_view condition, Datum key, int limit) {
  std::vector<Datum> parameters;
  const std::string scoped = within(scope, parameters);
  parameters.push_back(std::move(key));
  parameters.emplace_back(limit);
  std::vector<Change> changes;
  for (const Row& row : snapshot.query("SELECT " + std::string(change_columns) + " FROM certificate_changes WHERE " +
                                           scoped + " AND " + std::string(condition) + " ORDER BY id LIMIT ?",
                                       parameters))
    changes.push_back(change_of(row));
  return changes;
}

constexpr int changes_max = 200;

}  // namespace

std::optional<Signed> find_signed(storage::Snapshot& snapshot, base::Id certificate) {
  const auto row = snapshot.find(
      "SELECT " + std::string(signed_columns) + " FROM signed_certificates WHERE certificate = ?", {certificate});
  if (!row) return std::nullopt;
  return signed_of(*row);
}

void insert_signed(storage::Transaction& transaction, const Signed& about) {
  transaction.execute(
      "INSERT INTO signed_certificates (certificate, division, kind, number, identifier, status_index, qr, pdf, ofd, "
      "signed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {about.certificate, about.division, about.kind, about.number, about.identifier, about.status_index, about.qr,
       about.pdf, about.ofd, about.signed_at});
}

std::int64_t count_signed(storage::Snapshot& snapshot, std::string_view kind, std::string_view number) {
  return snapshot.query("SELECT COUNT(*) FROM signed_certificates WHERE kind = ? AND number = ?", {kind, number})[0][0]
      .number();
}

std::vector<std::pair<base::Id, std::int64_t>> signed_indexes(storage::Snapshot& snapshot, std::int64_t from,
                                                              std::int64_t to) {
  std::vector<std::pair<base::Id, std::int64_t>> all;
  for (const Row& row :
       snapshot.query("SELECT certificate, status_index FROM signed_certificates WHERE status_index >= ? "
                      "AND status_index < ? ORDER BY status_index",
                      {from, to}))
    all.emplace_back(row[0].id(), row[1].number());
  return all;
}

std::int64_t signed_index_end(storage::Snapshot& snapshot) {
  const auto row = snapshot.find("SELECT status_index FROM signed_certificates ORDER BY status_index DESC LIMIT 1");
  return row ? (*row)[0].number() + 1 : 0;
}

std::optional<StoredList> find_list(storage::Snapshot& snapshot, std::int64_t list) {
  const auto row = snapshot.find(
      "SELECT issued_at, entries, token FROM status_lists WHERE list = ? ORDER BY issued_at DESC LIMIT 1", {list});
  if (!row) return std::nullopt;
  return StoredList{.issued_at = (*row)[0].instant(), .entries = (*row)[1].text(), .token = (*row)[2].text()};
}

void insert_list(storage::Transaction& transaction, std::int64_t list, const StoredList& stored,
                 base::Instant expires_at, std::string_view division) {
  transaction.execute(
      "INSERT INTO status_lists (division, list, issued_at, expires_at, entries, token) VALUES (?, ?, ?, ?, ?, ?)",
      {division, list, stored.issued_at, expires_at, stored.entries, stored.token});
}

void forget_lists(storage::Transaction& transaction, base::Instant before) {
  transaction.execute(
      "DELETE FROM status_lists WHERE expires_at < ? AND issued_at < (SELECT MAX(newer.issued_at) FROM status_lists "
      "newer WHERE newer.list = status_lists.list)",
      {before});
}

void insert_change(storage::Transaction& transaction, const Change& change) {
  transaction.execute(
      "INSERT INTO certificate_changes (id, division, certificate, status, reason, basis, proposed_by, proposed_at, "
      "outcome, decided_by, decided_at, comment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {change.id, change.division, change.certificate, change.status, change.reason, change.basis, change.proposed_by,
       change.proposed_at, change.outcome, change.decided_by, change.decided_at, change.comment});
}

void save_decision(storage::Transaction& transaction, const Change& change) {
  transaction.execute(
      "UPDATE certificate_changes SET outcome = ?, decided_by = ?, decided_at = ?, comment = ? WHERE id = ?",
      {change.outcome, change.decided_by, change.decided_at, change.comment, change.id});
}

std::optional<Change> find_change(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  auto found = changes_where(snapshot, scope, "id = ?", id, 1);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Change> open_changes(storage::Snapshot& snapshot, const access_control::Scope& scope, int limit) {
  return changes_where(snapshot, scope, "outcome = ?", "open", limit);
}

std::vector<Change> changes_of(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id certificate) {
  return changes_where(snapshot, scope, "certificate = ?", certificate, changes_max);
}

std::span<const storage::Migration> migrations() {
  return certificates_migrations;
}

}  // namespace certificates
