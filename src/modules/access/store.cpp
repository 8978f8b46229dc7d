#include "store.h"

#include "access_migrations.h"

namespace access_control {
namespace {

using storage::Datum;
using storage::Row;

std::string joined(const std::vector<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ",") + role;
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

constexpr std::string_view person_columns =
    "p.id, p.division, p.office, p.is_staff, p.name, p.account, p.citizen_id_masked, p.phone_masked, p.roles";

Person person_of(const Row& row) {
  return {.id = row[0].id(),
          .division = row[1].text(),
          .office = row[2].text(),
          .staff = row[3].truth(),
          .name = row[4].text(),
          .account = row[5].text(),
          .citizen_id_masked = row[6].text(),
          .phone_masked = row[7].text(),
          .roles = split(row[8].text())};
}

constexpr std::size_t person_columns_count = 9;

const std::string stored_person_query =
    "SELECT " + std::string(person_columns) +
    ", p.password_hash, p.disabled_at, p.second_factor_sealed, p.second_factor_pending, p.second_factor_step "
    "FROM people p WHERE ";

std::string text_or_empty(const Datum& datum) {
  return datum.is_null() ? std::string() : datum.text();
}

std::optional<StoredPerson> stored_person_of(const std::optional<Row>& row) {
  if (!row) return std::nullopt;
  const std::size_t i = person_columns_count;
  return StoredPerson{.person = person_of(*row),
                      .password_hash = (*row)[i].text(),
                      .disabled = !(*row)[i + 1].is_null(),
                      .second_factor_sealed = text_or_empty((*row)[i + 2]),
                      .second_factor_pending = text_or_empty((*row)[i + 3]),
                      .second_factor_step = (*row)[i + 4].number()};
}

}  // namespace

void Within::add(std::string_view more, std::initializer_list<Datum> values) {
  sql.append(" AND ").append(more);
  parameters.insert(parameters.end(), values.begin(), values.end());
}

Within within(const Scope& scope, const std::string& table, const std::string& owner) {
  switch (scope.kind) {
    case Scope::Kind::nothing:
      break;
    case Scope::Kind::own:
      return {table + "." + owner + " = ?", {scope.person}};
    case Scope::Kind::office:
      return {table + ".division = ? AND " + table + ".office = ?", {scope.division, scope.office}};
    case Scope::Kind::division:
      if (scope.division.size() == 6) return {table + ".division = ?", {scope.division}};
      return {table + ".division >= ? AND " + table + ".division < ?", {scope.division, scope.division + ":"}};
  }
  return {"1 = 0", {}};
}

std::optional<StoredPerson> find_account(storage::Snapshot& snapshot, std::string_view account) {
  return stored_person_of(snapshot.find(stored_person_query + "p.account = ?", {account}));
}

std::optional<StoredPerson> find_stored_person(storage::Snapshot& snapshot, base::Id person) {
  return stored_person_of(snapshot.find(stored_person_query + "p.id = ?", {person}));
}

bool citizen_id_known(storage::Snapshot& snapshot, std::string_view hash) {
  return snapshot.find("SELECT 1 FROM people WHERE citizen_id_hash = ?", {hash}).has_value();
}

void insert_person(storage::Transaction& transaction, const Person& person, const SealedPerson& sealed,
                   base::Instant now) {
  const Datum hash = sealed.citizen_id_hash.empty() ? Datum() : Datum(sealed.citizen_id_hash);
  transaction.execute(
      "INSERT INTO people (id, division, office, is_staff, name, citizen_id_hash, citizen_id_sealed, "
      "citizen_id_masked, "
      "phone_sealed, phone_masked, account, password_hash, roles, created_at, disabled_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
      {person.id, person.division, person.office, person.staff, person.name, hash, sealed.citizen_id_sealed,
       person.citizen_id_masked, sealed.phone_sealed, person.phone_masked, person.account, sealed.password_hash,
       joined(person.roles), now});
}

std::optional<StoredSession> find_session(storage::Snapshot& snapshot, std::string_view token_hash) {
  const auto row = snapshot.find("SELECT " + std::string(person_columns) +
                                     ", p.disabled_at, s.id, s.csrf, s.created_at, s.seen_at "
                                     "FROM sessions s JOIN people p ON p.id = s.person WHERE s.token_hash = ?",
                                 {token_hash});
  if (!row) return std::nullopt;
  const std::size_t i = person_columns_count;
  return StoredSession{.id = (*row)[i + 1].id(),
                       .holder = {.person = person_of(*row), .password_hash = {}, .disabled = !(*row)[i].is_null()},
                       .csrf = (*row)[i + 2].text(),
                       .created_at = (*row)[i + 3].instant(),
                       .seen_at = (*row)[i + 4].instant()};
}

void insert_session(storage::Transaction& transaction, const NewSession& session, base::Instant now) {
  transaction.execute(
      "INSERT INTO sessions (token_hash, id, division, person, csrf, remote, device, created_at, seen_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {session.token_hash, session.id, session.division, session.person, session.csrf, session.remote, session.device,
       now, now});
}

void touch_session(storage::Transaction& transaction, std::string_view token_hash, base::Instant now) {
  transaction.execute("UPDATE sessions SET seen_at = ? WHERE token_hash = ?", {now, token_hash});
}

void delete_session(storage::Transaction& transaction, std::string_view token_hash) {
  transaction.execute("DELETE FROM sessions WHERE token_hash = ?", {token_hash});
}

void delete_sessions_before(storage::Transaction& transaction, base::Id person, base::Instant created_before) {
  transaction.execute("DELETE FROM sessions WHERE person = ? AND created_at < ?", {person, created_before});
}

void delete_other_sessions(storage::Transaction& transaction, base::Id person, base::Id kept) {
  transaction.execute("DELETE FROM sessions WHERE person = ? AND id <> ?", {person, kept});
}

std::vector<OwnSession> sessions_since(storage::Snapshot& snapshot, base::Id person, const SessionLimits& limits) {
  std::vector<OwnSession> sessions;
  for (const Row& row :
       snapshot.query("SELECT id, device, remote, created_at, seen_at FROM sessions "
                      "WHERE person = ? AND created_at >= ? AND seen_at >= ? ORDER BY created_at DESC, id DESC",
                      {person, limits.created, limits.seen}))
    sessions.push_back({row[0].id(), row[1].text(), row[2].text(), row[3].instant(), row[4].instant()});
  return sessions;
}

std::int64_t delete_session_of(storage::Transaction& transaction, base::Id person, base::Id session) {
  return transaction.execute("DELETE FROM sessions WHERE person = ? AND id = ?", {person, session});
}

void save_password(storage::Transaction& transaction, base::Id person, std::string_view hash) {
  transaction.execute("UPDATE people SET password_hash = ? WHERE id = ?", {hash, person});
}

void save_disabled(storage::Transaction& transaction, base::Id person, std::optional<base::Instant> at) {
  transaction.execute("UPDATE people SET disabled_at = ? WHERE id = ?", {at, person});
}

void save_grants(storage::Transaction& transaction, const Person& person, const std::vector<std::string>& grants) {
  transaction.execute("DELETE FROM grants WHERE person = ?", {person.id});
  for (const std::string& granted : grants)
    transaction.execute("INSERT INTO grants (person, granted, division) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        {person.id, granted, person.division});
}

bool is_granted(storage::Snapshot& snapshot, base::Id person, std::string_view granted) {
  return snapshot.find("SELECT 1 FROM grants WHERE person = ? AND granted = ?", {person, granted}).has_value();
}

std::vector<std::string> grants_of(storage::Snapshot& snapshot, base::Id person) {
  std::vector<std::string> grants;
  for (const Row& row : snapshot.query("SELECT granted FROM grants WHERE person = ? ORDER BY granted", {person}))
    grants.push_back(row[0].text());
  return grants;
}

void save_roles(storage::Transaction& transaction, base::Id person, const std::vector<std::string>& roles) {
  transaction.execute("UPDATE people SET roles = ? WHERE id = ?", {joined(roles), person});
}

void save_pending_second_factor(storage::Transaction& transaction, base::Id person, std::string_view sealed) {
  transaction.execute("UPDATE people SET second_factor_pending = ? WHERE id = ?", {sealed, person});
}

void save_second_factor(storage::Transaction& transaction, base::Id person, std::int64_t step) {
  transaction.execute(
      "UPDATE people SET second_factor_sealed = second_factor_pending, second_factor_pending = NULL, "
      "second_factor_step = ? WHERE id = ?",
      {step, person});
}

void delete_second_factor(storage::Transaction& transaction, base::Id person) {
  transaction.execute(
      "UPDATE people SET second_factor_sealed = NULL, second_factor_pending = NULL, second_factor_step = 0 "
      "WHERE id = ?",
      {person});
  transaction.execute("DELETE FROM recovery_codes WHERE person = ?", {person});
}

bool use_second_factor_step(storage::Transaction& transaction, base::Id person, std::int64_t step) {
  return transaction.execute("UPDATE people SET second_factor_step = ? WHERE id = ? AND second_factor_step < ?",
                             {step, person, step}) == 1;
}

void insert_recovery_code(storage::Transaction& transaction, const Person& person, std::string_view hash) {
  transaction.execute("INSERT INTO recovery_codes (code_hash, division, person) VALUES (?, ?, ?)",
                      {hash, person.division, person.id});
}

bool use_recovery_code(storage::Transaction& transaction, base::Id person, std::string_view hash) {
  return transaction.execute("DELETE FROM recovery_codes WHERE person = ? AND code_hash = ?", {person, hash}) == 1;
}

SecondFactorState second_factor_of(storage::Snapshot& snapshot, base::Id person) {
  const auto row = snapshot.find(
      "SELECT p.second_factor_sealed, (SELECT COUNT(*) FROM recovery_codes r WHERE r.person = p.id) "
      "FROM people p WHERE p.id = ?",
      {person});
  if (!row) return {};
  return {.on = !(*row)[0].is_null(), .recovery_codes_left = (*row)[1].number()};
}

std::optional<SealedNumbers> find_sealed_numbers(storage::Snapshot& snapshot, base::Id person) {
  const auto row = snapshot.find("SELECT citizen_id_sealed, phone_sealed FROM people WHERE id = ?", {person});
  if (!row) return std::nullopt;
  return SealedNumbers{.citizen_id = (*row)[0].text(), .phone = (*row)[1].text()};
}

void insert_disclosure(storage::Transaction& transaction, const Disclosure& disclosure, std::string_view division) {
  transaction.execute(
      "INSERT INTO disclosures (id, division, person, reader, record_kind, record, reason, disclosed_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {disclosure.id, division, disclosure.person, disclosure.reader, disclosure.record_kind, disclosure.record,
       disclosure.reason, disclosure.at});
}

std::vector<DisclosureRecord> disclosures_of(storage::Snapshot& snapshot, base::Id person, base::Id before, int limit) {
  std::vector<DisclosureRecord> records;
  for (const Row& row : snapshot.query(
           "SELECT d.id, d.person, d.reader, d.record_kind, d.record, d.reason, d.disclosed_at, p.name, p.division, "
           "p.office FROM disclosures d JOIN people p ON p.id = d.reader "
           "WHERE d.person = ? AND (? = 0 OR d.id < ?) ORDER BY d.id DESC LIMIT ?",
           {person, before, before, limit}))
    records.push_back({.disclosure = {.id = row[0].id(),
                                      .person = row[1].id(),
                                      .reader = row[2].id(),
                                      .record_kind = row[3].text(),
                                      .record = row[4].id(),
                                      .reason = row[5].text(),
                                      .at = row[6].instant()},
                       .reader_name = row[7].text(),
                       .reader_office = office_name(snapshot, row[8].text(), row[9].text())});
  return records;
}

std::vector<std::pair<Person, bool>> list_accounts(storage::Snapshot& snapshot, std::string_view account) {
  std::vector<std::pair<Person, bool>> accounts;
  for (const Row& row : snapshot.query("SELECT " + std::string(person_columns) +
                                           ", p.disabled_at FROM people p WHERE (p.is_staff = 1 AND ? = '') "
                                           "OR p.account = ? ORDER BY p.account",
                                       {account, account}))
    accounts.emplace_back(person_of(row), !row[person_columns_count].is_null());
  return accounts;
}

Failures failures_of(storage::Snapshot& snapshot, std::string_view subject) {
  const auto row = snapshot.find("SELECT failures, failed_at FROM sign_in_failures WHERE subject = ?", {subject});
  if (!row) return {};
  return {.count = (*row)[0].number(), .last = (*row)[1].instant()};
}

void save_failure(storage::Transaction& transaction, std::string_view subject, const Failures& failures) {
  transaction.execute(
      "INSERT INTO sign_in_failures (subject, division, failures, failed_at) VALUES (?, '', ?, ?) "
      "ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at",
      {subject, failures.count, failures.last});
}

void forget_failures(storage::Transaction& transaction, std::string_view subject) {
  transaction.execute("DELETE FROM sign_in_failures WHERE subject = ?", {subject});
}

std::string name_of_person(storage::Snapshot& snapshot, base::Id person) {
  if (!person) return {};
  const auto row = snapshot.find("SELECT name FROM people WHERE id = ?", {person});
  return row ? (*row)[0].text() : std::string();
}

std::optional<Person> find_person(storage::Snapshot& snapshot, base::Id person) {
  const auto row = snapshot.find("SELECT " + std::string(person_columns) + " FROM people p WHERE p.id = ?", {person});
  if (!row) return std::nullopt;
  return person_of(*row);
}

std::optional<Actor> find_actor(storage::Snapshot& snapshot, base::Id id) {
  const auto row = snapshot.find(
      "SELECT " + std::string(person_columns) + " FROM people p WHERE p.id = ? AND p.disabled_at IS NULL", {id});
  if (!row) return std::nullopt;
  const Person person = person_of(*row);
  Actor actor{.person = person.id, .name = person.name, .staff = person.staff, .roles = person.roles, .scope = {}};
  actor.scope = person.staff ? scope_of_staff(person.roles, person.division, person.office) : Scope::own_of(person.id);
  return actor;
}

bool has_people(storage::Snapshot& snapshot) {
  return snapshot.find("SELECT 1 FROM people LIMIT 1").has_value();
}

std::vector<Person> staff_with_role(storage::Snapshot& snapshot, const Scope& scope, std::string_view role) {
  std::vector<Person> people;
  for (const Row& row : snapshot.query("SELECT " + std::string(person_columns) +
                                           " FROM people p WHERE p.is_staff = 1 AND p.disabled_at IS NULL AND "
                                           "(',' || p.roles || ',') LIKE ? ORDER BY p.account",
                                       {"%," + std::string(role) + ",%"})) {
    Person person = person_of(row);
    if (covers(scope, {.person = person.id, .division = person.division, .office = person.office}))
      people.push_back(std::move(person));
  }
  return people;
}

void save_office(storage::Transaction& transaction, std::string_view division, std::string_view code,
                 const base::Text& name) {
  transaction.execute(
      "INSERT INTO offices (division, code, name_zh, name_en) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (division, code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en",
      {division, code, name.zh, name.en});
}

base::Text office_name(storage::Snapshot& snapshot, std::string_view division, std::string_view code) {
  const auto row =
      snapshot.find("SELECT name_zh, name_en FROM offices WHERE division = ? AND code = ?", {division, code});
  if (!row) return {std::string(code), std::string(code)};
  return {(*row)[0].text(), (*row)[1].text()};
}

std::span<const storage::Migration> migrations() {
  return access_migrations;
}

}  // namespace access_control
