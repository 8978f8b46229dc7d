#include "store.h"

#include "delivery_migrations.h"
#include "modules/access/access.h"

namespace delivery {
namespace {

using access_control::Within;
using storage::Datum;
using storage::Row;

constexpr std::string_view range_columns =
    "r.id, r.division, r.office, r.kind, r.place, r.prefix, r.digits, r.first_number, r.last_number, r.next_number, "
    "r.received_on, r.received_by, r.remark";

BlankRange range_of(const Row& row) {
  return {.id = row[0].id(),
          .division = row[1].text(),
          .office = row[2].text(),
          .kind = row[3].text(),
          .place = row[4].id(),
          .range = {.prefix = row[5].text(),
                    .digits = static_cast<int>(row[6].number()),
                    .first = row[7].number(),
                    .last = row[8].number()},
          .next = row[9].number(),
          .received_on = row[10].date(),
          .received_by = row[11].id(),
          .remark = row[12].text()};
}

constexpr std::string_view blank_columns =
    "b.kind, b.prefix, b.digits, b.number, b.state, b.print, b.reason, b.at, b.by_person";

Blank blank_of(const Row& row) {
  return {.kind = row[0].text(),
          .serial = serial_text(row[1].text(), static_cast<int>(row[2].number()), row[3].number()),
          .state = parse_blank_state(row[4].text()).value(),
          .print = row[5].id(),
          .reason = row[6].text(),
          .at = row[7].instant(),
          .by = row[8].id()};
}

constexpr std::string_view print_columns =
    "p.id, p.division, p.office, p.case_id, p.certificate, p.document, p.kind, p.serial, p.kiosk, p.state, p.reason, "
    "p.started_at, p.ended_at, p.by_person";

Print print_of(const Row& row) {
  Print print{.id = row[0].id(),
              .division = row[1].text(),
              .office = row[2].text(),
              .of_case = row[3].id(),
              .certificate = row[4].id(),
              .document = row[5].id(),
              .kind = row[6].text(),
              .serial = row[7].text(),
              .kiosk = row[8].id(),
              .state = row[9].text(),
              .reason = row[10].text(),
              .started_at = row[11].instant(),
              .ended_at = {},
              .by = row[13].id()};
  if (!row[12].is_null()) print.ended_at = row[12].instant();
  return print;
}

constexpr std::string_view kiosk_columns = "k.id, k.division, k.office, k.name, k.closed_at";

Kiosk kiosk_of(const Row& row) {
  Kiosk kiosk{
      .id = row[0].id(), .division = row[1].text(), .office = row[2].text(), .name = row[3].text(), .closed_at = {}};
  if (!row[4].is_null()) kiosk.closed_at = row[4].instant();
  return kiosk;
}

constexpr std::string_view sending_columns =
    "d.id, d.division, d.office, d.case_id, d.applicant, d.entity, d.way, d.state, d.attempt, d.previous, d.repeated, "
    "d.certificates, d.recipient, d.relation, d.identity_end, d.address, d.consented, d.carrier, d.tracking, d.reason, "
    "d.made_at, d.dispatched_at, d.ended_at, d.by_person, d.sequence";

std::string ids_text(const std::vector<base::Id>& ids) {
  std::string text;
  for (const base::Id id : ids) text += (text.empty() ? "" : " ") + base::to_text(id);
  return text;
}

std::vector<base::Id> ids_of(std::string_view text) {
  std::vector<base::Id> ids;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (const auto id = base::parse_id(text.substr(0, end))) ids.push_back(*id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ids;
}

Sending sending_of(const Row& row) {
  Sending sending{.id = row[0].id(),
                  .division = row[1].text(),
                  .office = row[2].text(),
                  .of_case = row[3].id(),
                  .applicant = row[4].id(),
                  .entity = row[5].id(),
                  .way = parse_way(row[6].text()).value(),
                  .state = parse_state(row[7].text()).value(),
                  .attempt = static_cast<int>(row[8].number()),
                  .previous = row[9].id(),
                  .repeated = row[10].truth(),
                  .certificates = ids_of(row[11].text()),
                  .recipient = row[12].text(),
                  .relation = row[13].text(),
                  .identity_end = row[14].text(),
                  .address = row[15].text(),
                  .consented = row[16].truth(),
                  .carrier = row[17].text(),
                  .tracking = row[18].text(),
                  .reason = row[19].text(),
                  .made_at = row[20].instant(),
                  .dispatched_at = {},
                  .ended_at = {},
                  .by = row[23].id(),
                  .sequence = row[24].number()};
  if (!row[21].is_null()) sending.dispatched_at = row[21].instant();
  if (!row[22].is_null()) sending.ended_at = row[22].instant();
  return sending;
}

}  // namespace

bool any_overlap(storage::Snapshot& snapshot, const std::string& kind, const Range& range) {
  return snapshot
      .find(
          "SELECT 1 FROM blank_ranges WHERE kind = ? AND prefix = ? AND digits = ? AND first_number <= ? AND "
          "last_number >= ?",
          {kind, range.prefix, range.digits, range.last, range.first})
      .has_value();
}

void insert_range(storage::Transaction& transaction, const BlankRange& range) {
  transaction.execute(
      "INSERT INTO blank_ranges (id, division, office, kind, place, prefix, digits, first_number, last_number, "
      "next_number, received_on, received_by, remark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {range.id, range.division, range.office, range.kind, range.place, range.range.prefix, range.range.digits,
       range.range.first, range.range.last, range.next, range.received_on, range.received_by, range.remark});
}

std::optional<BlankRange> next_range(storage::Snapshot& snapshot, std::string_view division, std::string_view office,
                                     const std::string& kind, base::Id place) {
  const auto row =
      snapshot.find("SELECT " + std::string(range_columns) +
                        " FROM blank_ranges r WHERE r.division = ? AND r.office = ? AND r.kind = ? AND "
                        "r.place = ? AND r.next_number <= r.last_number ORDER BY r.prefix, r.first_number LIMIT 1",
                    {division, office, kind, place});
  if (!row) return std::nullopt;
  return range_of(*row);
}

void move_next(storage::Transaction& transaction, base::Id range, std::int64_t next) {
  transaction.execute("UPDATE blank_ranges SET next_number = ? WHERE id = ?", {next, range});
}

std::optional<BlankRange> range_with(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                     const std::string& kind, const Serial& serial) {
  Within condition = access_control::within(scope, "r");
  condition.add("r.kind = ? AND r.prefix = ? AND r.digits = ? AND r.first_number <= ? AND r.last_number >= ?",
                {kind, serial.prefix, serial.digits, serial.number, serial.number});
  const auto rows = snapshot.query(
      "SELECT " + std::string(range_columns) + " FROM blank_ranges r WHERE " + condition.sql, condition.parameters);
  if (rows.empty()) return std::nullopt;
  return range_of(rows[0]);
}

std::optional<Blank> find_blank(storage::Snapshot& snapshot, const std::string& kind, const Serial& serial) {
  const auto row =
      snapshot.find("SELECT " + std::string(blank_columns) +
                        " FROM blanks b WHERE b.kind = ? AND b.prefix = ? AND b.digits = ? AND b.number = ?",
                    {kind, serial.prefix, serial.digits, serial.number});
  if (!row) return std::nullopt;
  return blank_of(*row);
}

void save_blank(storage::Transaction& transaction, const BlankRange& range, std::int64_t number, const Blank& blank) {
  transaction.execute(
      "INSERT INTO blanks (kind, prefix, digits, number, division, office, range_id, state, print, reason, at, "
      "by_person) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, prefix, digits, number) DO UPDATE SET "
      "state = excluded.state, reason = excluded.reason, at = excluded.at, by_person = excluded.by_person",
      {blank.kind, range.range.prefix, range.range.digits, number, range.division, range.office, range.id,
       to_id(blank.state), blank.print, blank.reason, blank.at, blank.by});
}

void end_blank(storage::Transaction& transaction, base::Id print, const Blank& how) {
  transaction.execute(
      "UPDATE blanks SET state = ?, reason = ?, at = ?, by_person = ? WHERE print = ? AND kind = ? AND state = "
      "'issued'",
      {to_id(how.state), how.reason, how.at, how.by, print, how.kind});
}

void insert_print(storage::Transaction& transaction, const Print& print) {
  transaction.execute(
      "INSERT INTO prints (id, division, office, case_id, certificate, document, kind, serial, kiosk, state, reason, "
      "started_at, ended_at, by_person) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
      {print.id, print.division, print.office, print.of_case, print.certificate, print.document, print.kind,
       print.serial, print.kiosk, print.state, print.reason, print.started_at, print.by});
}

void end_print_row(storage::Transaction& transaction, const Print& print) {
  transaction.execute("UPDATE prints SET state = ?, reason = ?, ended_at = ? WHERE id = ?",
                      {print.state, print.reason, Datum(print.ended_at), print.id});
}

void insert_kiosk(storage::Transaction& transaction, const Kiosk& kiosk, const std::string& key_hash,
                  base::Instant at) {
  transaction.execute(
      "INSERT INTO kiosks (id, division, office, name, key_hash, made_at, closed_at) VALUES (?, ?, ?, ?, ?, ?, NULL)",
      {kiosk.id, kiosk.division, kiosk.office, kiosk.name, key_hash, at});
}

void close_kiosk_row(storage::Transaction& transaction, base::Id id, base::Instant at) {
  transaction.execute("UPDATE kiosks SET closed_at = ? WHERE id = ? AND closed_at IS NULL", {at, id});
}

std::optional<Kiosk> find_kiosk(storage::Snapshot& snapshot, base::Id id) {
  const auto row = snapshot.find("SELECT " + std::string(kiosk_columns) + " FROM kiosks k WHERE k.id = ?", {id});
  if (!row) return std::nullopt;
  return kiosk_of(*row);
}

std::optional<Kiosk> find_kiosk_by_key(storage::Snapshot& snapshot, const std::string& key_hash) {
  const auto row =
      snapshot.find("SELECT " + std::string(kiosk_columns) + " FROM kiosks k WHERE k.key_hash = ?", {key_hash});
  if (!row) return std::nullopt;
  return kiosk_of(*row);
}

bool code_in_use(storage::Snapshot& snapshot, const std::string& code_hash, base::Instant now) {
  return snapshot.find("SELECT 1 FROM pick_ups WHERE code_hash = ? AND expires_at > ?", {code_hash, now}).has_value();
}

void save_code(storage::Transaction& transaction, const StoredCode& code, const std::string& code_hash,
               base::Instant now) {
  transaction.execute(
      "INSERT INTO pick_ups (case_id, division, applicant, code_hash, made_at, expires_at, wrong_tries) "
      "VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (case_id) DO UPDATE SET code_hash = excluded.code_hash, "
      "made_at = excluded.made_at, expires_at = excluded.expires_at, wrong_tries = 0",
      {code.of_case, code.division, code.applicant, code_hash, now, code.expires_at});
}

std::optional<StoredCode> find_code(storage::Snapshot& snapshot, const std::string& code_hash) {
  const auto row = snapshot.find(
      "SELECT case_id, division, applicant, expires_at, wrong_tries FROM pick_ups WHERE code_hash = ? "
      "ORDER BY expires_at DESC LIMIT 1",
      {code_hash});
  if (!row) return std::nullopt;
  return StoredCode{.of_case = (*row)[0].id(),
                    .division = (*row)[1].text(),
                    .applicant = (*row)[2].id(),
                    .expires_at = (*row)[3].instant(),
                    .wrong_tries = static_cast<int>((*row)[4].number())};
}

void count_wrong_try(storage::Transaction& transaction, base::Id of_case) {
  transaction.execute("UPDATE pick_ups SET wrong_tries = wrong_tries + 1 WHERE case_id = ?", {of_case});
}

void save_ticket(storage::Transaction& transaction, const std::string& token_hash, const Kiosk& kiosk, base::Id of_case,
                 base::Instant expires_at) {
  transaction.execute(
      "INSERT INTO kiosk_tickets (token_hash, division, kiosk, case_id, expires_at) VALUES (?, ?, ?, ?, ?)",
      {token_hash, kiosk.division, kiosk.id, of_case, expires_at});
}

std::optional<StoredTicket> find_ticket(storage::Snapshot& snapshot, const std::string& token_hash) {
  const auto row =
      snapshot.find("SELECT kiosk, case_id, expires_at FROM kiosk_tickets WHERE token_hash = ?", {token_hash});
  if (!row) return std::nullopt;
  return StoredTicket{(*row)[0].id(), (*row)[1].id(), (*row)[2].instant()};
}

void insert_sending(storage::Transaction& transaction, const Sending& sending) {
  transaction.execute(
      "INSERT INTO deliveries (id, division, office, case_id, applicant, entity, way, state, attempt, previous, "
      "repeated, "
      "certificates, recipient, relation, identity_end, address, consented, carrier, tracking, reason, made_at, "
      "dispatched_at, ended_at, by_person, sequence) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {sending.id,
       sending.division,
       sending.office,
       sending.of_case,
       sending.applicant,
       sending.entity,
       to_id(sending.way),
       to_id(sending.state),
       sending.attempt,
       sending.previous,
       sending.repeated,
       ids_text(sending.certificates),
       sending.recipient,
       sending.relation,
       sending.identity_end,
       sending.address,
       sending.consented,
       sending.carrier,
       sending.tracking,
       sending.reason,
       sending.made_at,
       Datum(sending.dispatched_at),
       Datum(sending.ended_at),
       sending.by,
       sending.sequence});
}

void update_sending(storage::Transaction& transaction, const Sending& sending) {
  transaction.execute(
      "UPDATE deliveries SET state = ?, repeated = ?, recipient = ?, carrier = ?, tracking = ?, reason = ?, "
      "dispatched_at = ?, ended_at = ?, sequence = ? WHERE id = ?",
      {to_id(sending.state), sending.repeated, sending.recipient, sending.carrier, sending.tracking, sending.reason,
       Datum(sending.dispatched_at), Datum(sending.ended_at), sending.sequence, sending.id});
}

std::vector<BlankRange> ranges(storage::Snapshot& snapshot, const access_control::Scope& scope) {
  const Within condition = access_control::within(scope, "r");
  std::vector<BlankRange> all;
  for (const Row& row : snapshot.query("SELECT " + std::string(range_columns) + " FROM blank_ranges r WHERE " +
                                           condition.sql + " ORDER BY r.kind, r.place, r.prefix, r.first_number",
                                       condition.parameters)) {
    BlankRange range = range_of(row);
    for (const Row& count :
         snapshot.query("SELECT state, COUNT(*) FROM blanks WHERE range_id = ? GROUP BY state", {range.id})) {
      const auto state = parse_blank_state(count[0].text()).value();
      (state == BlankState::issued    ? range.issued
       : state == BlankState::spoiled ? range.spoiled
                                      : range.voided) = count[1].number();
    }
    all.push_back(std::move(range));
  }
  return all;
}

BlankPage list_blanks(storage::Snapshot& snapshot, const access_control::Scope& scope, const BlankFilter& filter) {
  Within condition = access_control::within(scope, "b");
  if (!filter.kind.empty()) condition.add("b.kind = ?", {filter.kind});
  if (filter.state) condition.add("b.state = ?", {to_id(*filter.state)});
  if (!filter.search.empty()) {
    const auto serial = parse_serial(filter.search, "/search");
    if (serial)
      condition.add("b.prefix = ? AND b.number = ?", {serial.value().prefix, serial.value().number});
    else
      condition.add("1 = 0");
  }
  BlankPage page;
  page.total =
      snapshot.query("SELECT COUNT(*) FROM blanks b WHERE " + condition.sql, condition.parameters)[0][0].number();
  const std::size_t first = filter.cursor.find('~');
  const std::size_t second = first == std::string::npos ? first : filter.cursor.find('~', first + 1);
  if (second != std::string::npos)
    condition.add("(b.kind, b.prefix, b.number) > (?, ?, ?)",
                  {filter.cursor.substr(0, first), filter.cursor.substr(first + 1, second - first - 1),
                   static_cast<std::int64_t>(std::strtoll(filter.cursor.c_str() + second + 1, nullptr, 10))});
  condition.parameters.emplace_back(filter.limit + 1);
  std::string last;
  for (const Row& row : snapshot.query("SELECT " + std::string(blank_columns) + " FROM blanks b WHERE " +
                                           condition.sql + " ORDER BY b.kind, b.prefix, b.number LIMIT ?",
                                       condition.parameters)) {
    if (page.blanks.size() == static_cast<std::size_t>(filter.limit)) {
      page.next = last;
      break;
    }
    last = row[0].text() + "~" + row[1].text() + "~" + std::to_string(row[3].number());
    page.blanks.push_back(blank_of(row));
  }
  return page;
}

std::vector<Kiosk> kiosks(storage::Snapshot& snapshot, const access_control::Scope& scope) {
  const Within condition = access_control::within(scope, "k");
  std::vector<Kiosk> all;
  for (const Row& row : snapshot.query("SELECT " + std::string(kiosk_columns) + " FROM kiosks k WHERE " +
                                           condition.sql + " AND k.closed_at IS NULL ORDER BY k.id",
                                       condition.parameters))
    all.push_back(kiosk_of(row));
  return all;
}

std::vector<Print> prints_of(storage::Snapshot& snapshot, base::Id of_case) {
  std::vector<Print> all;
  for (const Row& row : snapshot.query(
           "SELECT " + std::string(print_columns) + " FROM prints p WHERE p.case_id = ? ORDER BY p.id", {of_case}))
    all.push_back(print_of(row));
  return all;
}

std::optional<Print> find_print(storage::Snapshot& snapshot, base::Id id) {
  const auto row = snapshot.find("SELECT " + std::string(print_columns) + " FROM prints p WHERE p.id = ?", {id});
  if (!row) return std::nullopt;
  return print_of(*row);
}

std::vector<Sending> sendings_of(storage::Snapshot& snapshot, base::Id of_case) {
  std::vector<Sending> all;
  for (const Row& row :
       snapshot.query("SELECT " + std::string(sending_columns) + " FROM deliveries d WHERE d.case_id = ? ORDER BY d.id",
                      {of_case}))
    all.push_back(sending_of(row));
  return all;
}

std::optional<Sending> find_sending(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  Within condition = access_control::within(scope, "d");
  condition.add("d.id = ?", {id});
  const auto rows = snapshot.query(
      "SELECT " + std::string(sending_columns) + " FROM deliveries d WHERE " + condition.sql, condition.parameters);
  if (rows.empty()) return std::nullopt;
  return sending_of(rows[0]);
}

SendingPage list_sendings(storage::Snapshot& snapshot, const access_control::Scope& scope,
                          const SendingFilter& filter) {
  Within condition = access_control::within(scope, "d");
  if (filter.state) condition.add("d.state = ?", {to_id(*filter.state)});
  if (filter.way) condition.add("d.way = ?", {to_id(*filter.way)});
  SendingPage page;
  page.total =
      snapshot.query("SELECT COUNT(*) FROM deliveries d WHERE " + condition.sql, condition.parameters)[0][0].number();
  if (const auto before = base::parse_id(filter.cursor)) condition.add("d.id < ?", {*before});
  condition.parameters.emplace_back(filter.limit + 1);
  for (const Row& row : snapshot.query("SELECT " + std::string(sending_columns) + " FROM deliveries d WHERE " +
                                           condition.sql + " ORDER BY d.id DESC LIMIT ?",
                                       condition.parameters)) {
    if (page.sendings.size() == static_cast<std::size_t>(filter.limit)) {
      page.next = base::to_text(page.sendings.back().id);
      break;
    }
    page.sendings.push_back(sending_of(row));
  }
  return page;
}

std::vector<ReturnedMail> returned_mail(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                        base::Id entity, int limit) {
  Within condition = access_control::within(scope, "d");
  condition.add("d.state = 'returned'");
  if (entity) condition.add("d.entity = ?", {entity});
  condition.parameters.emplace_back(limit);
  std::vector<ReturnedMail> all;
  for (const Row& row : snapshot.query("SELECT " + std::string(sending_columns) + " FROM deliveries d WHERE " +
                                           condition.sql + " ORDER BY d.id DESC LIMIT ?",
                                       condition.parameters)) {
    const Sending sending = sending_of(row);
    all.push_back({.sending = sending.id,
                   .of_case = sending.of_case,
                   .entity = sending.entity,
                   .address = sending.address,
                   .recipient = sending.recipient,
                   .reason = sending.reason,
                   .at = sending.ended_at.value_or(sending.made_at)});
  }
  return all;
}

std::span<const storage::Migration> migrations() {
  return delivery_migrations;
}

}  // namespace delivery
