#include "store.h"

#include "modules/access/access.h"
#include "park_migrations.h"

namespace park {
namespace {

using access_control::Within;
using storage::Datum;
using storage::Row;

constexpr std::string_view host_columns =
    "h.id, h.division, h.office, h.entity, h.name, h.address, h.contact, h.capacity, h.state, h.reason, h.opened_on, "
    "h.sequence, (SELECT COUNT(*) FROM park_members m WHERE m.host = h.id AND m.ended_on IS NULL)";

Host host_of(const Row& row) {
  return {.id = row[0].id(),
          .division = row[1].text(),
          .office = row[2].text(),
          .entity = row[3].id(),
          .name = row[4].text(),
          .address = row[5].text(),
          .contact = row[6].text(),
          .capacity = row[7].number(),
          .state = row[8].text(),
          .reason = row[9].text(),
          .opened_on = row[10].date(),
          .sequence = row[11].number(),
          .members = row[12].number()};
}

constexpr std::string_view member_columns =
    "m.id, m.division, m.office, m.host, m.entity, m.name, m.credit_code, m.industry, m.contact, m.valid_from, "
    "m.valid_to, "
    "m.ended_on, m.reason";

Member member_of(const Row& row) {
  Member member{.id = row[0].id(),
                .division = row[1].text(),
                .office = row[2].text(),
                .host = row[3].id(),
                .entity = row[4].id(),
                .name = row[5].text(),
                .credit_code = row[6].text(),
                .industry = row[7].text(),
                .contact = row[8].text(),
                .valid_from = row[9].date(),
                .valid_to = row[10].date(),
                .ended_on = {},
                .reason = row[12].text()};
  if (!row[11].is_null()) member.ended_on = row[11].date();
  return member;
}

void add_checks(storage::Snapshot& snapshot, Member& member) {
  for (const Row& row : snapshot.query(
           "SELECT checked_on, reached FROM park_checks WHERE member = ? ORDER BY checked_on, id", {member.id}))
    member.checks.push_back({row[0].date(), row[1].truth()});
}

constexpr std::string_view mail_columns =
    "f.id, f.division, f.host, f.member, m.name, f.title, f.sender, f.received_on, f.forwarded_on, f.method, f.proof";

Forwarding mail_row(const Row& row) {
  Forwarding mail{.id = row[0].id(),
                  .division = row[1].text(),
                  .host = row[2].id(),
                  .member = row[3].id(),
                  .member_name = row[4].text(),
                  .title = row[5].text(),
                  .sender = row[6].text(),
                  .received_on = row[7].date(),
                  .forwarded_on = {},
                  .method = row[9].text(),
                  .proof = row[10].text()};
  if (!row[8].is_null()) mail.forwarded_on = row[8].date();
  return mail;
}

}  // namespace

void insert_host(storage::Transaction& transaction, const Host& host) {
  transaction.execute(
      "INSERT INTO park_hosts (id, division, office, entity, name, address, contact, capacity, state, reason, "
      "opened_on, "
      "sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {host.id, host.division, host.office, host.entity, host.name, host.address, host.contact, host.capacity,
       host.state, host.reason, host.opened_on, host.sequence});
}

void update_host(storage::Transaction& transaction, const Host& host) {
  transaction.execute("UPDATE park_hosts SET state = ?, reason = ?, sequence = ? WHERE id = ?",
                      {host.state, host.reason, host.sequence, host.id});
}

void insert_member(storage::Transaction& transaction, const Member& member) {
  transaction.execute(
      "INSERT INTO park_members (id, division, office, host, entity, name, credit_code, industry, contact, valid_from, "
      "valid_to, ended_on, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, '')",
      {member.id, member.division, member.office, member.host, member.entity, member.name, member.credit_code,
       member.industry, member.contact, member.valid_from, member.valid_to});
}

void end_member(storage::Transaction& transaction, const Member& member) {
  transaction.execute("UPDATE park_members SET ended_on = ?, reason = ? WHERE id = ? AND ended_on IS NULL",
                      {Datum(member.ended_on), member.reason, member.id});
}

bool is_member(storage::Snapshot& snapshot, std::string_view division, base::Id entity) {
  return snapshot
      .find("SELECT 1 FROM park_members WHERE division = ? AND entity = ? AND ended_on IS NULL", {division, entity})
      .has_value();
}

std::optional<Member> find_member(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  Within condition = access_control::within(scope, "m");
  condition.add("m.id = ?", {id});
  const auto rows = snapshot.query(
      "SELECT " + std::string(member_columns) + " FROM park_members m WHERE " + condition.sql, condition.parameters);
  if (rows.empty()) return std::nullopt;
  Member member = member_of(rows[0]);
  add_checks(snapshot, member);
  return member;
}

void insert_mail(storage::Transaction& transaction, const Forwarding& mail, base::Id by) {
  transaction.execute(
      "INSERT INTO park_forwardings (id, division, host, member, title, sender, received_on, forwarded_on, method, "
      "proof, "
      "by_person) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, '', '', ?)",
      {mail.id, mail.division, mail.host, mail.member, mail.title, mail.sender, mail.received_on, by});
}

void update_mail(storage::Transaction& transaction, const Forwarding& mail) {
  transaction.execute("UPDATE park_forwardings SET forwarded_on = ?, method = ?, proof = ? WHERE id = ?",
                      {Datum(mail.forwarded_on), mail.method, mail.proof, mail.id});
}

std::optional<Forwarding> find_mail(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  Within condition = access_control::within(scope, "m");
  condition.add("f.id = ?", {id});
  const auto rows =
      snapshot.query("SELECT " + std::string(mail_columns) +
                         " FROM park_forwardings f JOIN park_members m ON m.id = f.member WHERE " + condition.sql,
                     condition.parameters);
  if (rows.empty()) return std::nullopt;
  return mail_row(rows[0]);
}

void insert_check(storage::Transaction& transaction, const Member& member, const NewCheck& check, base::Id by) {
  transaction.execute(
      "INSERT INTO park_checks (id, division, host, member, checked_on, method, reached, note, by_person) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {check.id, member.division, member.host, member.id, check.on, check.method, check.reached, check.note, by});
}

std::vector<Host> hosts(storage::Snapshot& snapshot, const access_control::Scope& scope) {
  const Within condition = access_control::within(scope, "h");
  std::vector<Host> all;
  for (const Row& row : snapshot.query(
           "SELECT " + std::string(host_columns) + " FROM park_hosts h WHERE " + condition.sql + " ORDER BY h.id",
           condition.parameters))
    all.push_back(host_of(row));
  return all;
}

std::optional<Host> find_host(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  Within condition = access_control::within(scope, "h");
  condition.add("h.id = ?", {id});
  const auto rows = snapshot.query("SELECT " + std::string(host_columns) + " FROM park_hosts h WHERE " + condition.sql,
                                   condition.parameters);
  if (rows.empty()) return std::nullopt;
  return host_of(rows[0]);
}

std::optional<Host> find_host_by_entity(storage::Snapshot& snapshot, std::string_view division, base::Id entity) {
  const auto rows =
      snapshot.query("SELECT " + std::string(host_columns) + " FROM park_hosts h WHERE h.division = ? AND h.entity = ?",
                     {division, entity});
  if (rows.empty()) return std::nullopt;
  return host_of(rows[0]);
}

std::vector<Member> members_of(storage::Snapshot& snapshot, base::Id host) {
  std::vector<Member> all;
  for (const Row& row : snapshot.query(
           "SELECT " + std::string(member_columns) +
               " FROM park_members m WHERE m.host = ? ORDER BY CASE WHEN m.ended_on IS NULL THEN 0 ELSE 1 END, m.id",
           {host})) {
    all.push_back(member_of(row));
    add_checks(snapshot, all.back());
  }
  return all;
}

std::vector<Forwarding> mail_of(storage::Snapshot& snapshot, base::Id host, int limit) {
  std::vector<Forwarding> all;
  for (const Row& row : snapshot.query("SELECT " + std::string(mail_columns) +
                                           " FROM park_forwardings f JOIN park_members m ON m.id = f.member "
                                           "WHERE f.host = ? ORDER BY f.id DESC LIMIT ?",
                                       {host, limit}))
    all.push_back(mail_row(row));
  return all;
}

std::span<const storage::Migration> migrations() {
  return park_migrations;
}

}  // namespace park
