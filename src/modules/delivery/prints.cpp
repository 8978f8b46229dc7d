/// Prints at the window and at kiosks: each takes a blank, none makes a certificate.
#include <algorithm>

#include <openssl/rand.h>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/access/access.h"
#include "parts.h"
#include "store.h"

namespace delivery {
namespace {

constexpr std::size_t kiosk_name_max = 40;

/// Blanks that were written off out of turn are stepped over.
std::optional<std::pair<BlankRange, std::int64_t>> take_blank(storage::Transaction& transaction, const Print& print,
                                                              base::Id place) {
  for (;;) {
    auto range = next_range(transaction, print.division, print.office, print.kind, place);
    if (!range) return std::nullopt;
    const std::int64_t number = range->next;
    move_next(transaction, range->id, number + 1);
    if (!find_blank(transaction, print.kind, {range->range.prefix, range->range.digits, number}))
      return std::pair(std::move(*range), number);
  }
}

void tell(storage::Transaction& transaction, const Print& print, const char* type, const casework::Moment& moment) {
  const storage::Stream stream{"print", print.id};
  transaction.append(stream, storage::last_sequence(transaction, stream),
                     {.type = type,
                      .at = moment.now,
                      .actor = moment.actor.person,
                      .data = json_of({{"case", base::to_text(print.of_case)},
                                       {"certificate", base::to_text(print.certificate)},
                                       {"serial", print.serial},
                                       {"kiosk", print.kiosk ? base::to_text(print.kiosk) : ""},
                                       {"reason", print.reason}})},
                     print.division);
}

casework::Moment kiosk_moment(const Kiosk& kiosk, base::Instant now) {
  casework::Moment moment{.now = now, .actor = {}};
  moment.actor.scope = access_control::Scope::of_office(kiosk.division, kiosk.office);
  return moment;
}

std::string new_code() {
  std::uint64_t number = 0;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) == 1);
  std::string text = std::to_string(number % 100'000'000);
  return std::string(static_cast<std::size_t>(code_digits) - text.size(), '0') + text;
}

}  // namespace

base::Result<licensing::Certificate> certificate_to_hand_over(storage::Snapshot& snapshot, base::Id of_case,
                                                              base::Id id, calendar::Date today) {
  for (licensing::Certificate& certificate : licensing::certificates_of(snapshot, of_case)) {
    if (certificate.id != id) continue;
    const std::string status = licensing::status_on(certificate.status, certificate.valid_to, today);
    if (status != "valid")
      return base::conflict(
          "delivery.not_valid",
          {"这份证照现在是“" + licensing::status_text(status).zh + "”,不能打印或交付",
           "This certificate is “" + licensing::status_text(status).en + "” and can not be printed or handed over."});
    return std::move(certificate);
  }
  return base::not_found("delivery.certificate_unknown",
                         {"这个办件没有这份证照", "This case has no such certificate."});
}

base::Result<Print> Delivery::print_on(storage::Transaction& transaction, Print print, base::Id place,
                                       base::Instant now) const {
  TRY(const licensing::Certificate certificate,
      certificate_to_hand_over(transaction, print.of_case, print.certificate, calendar::local_date(now)));
  print.document = certificate.document;
  print.kind = certificate.kind;
  print.state = "started";
  print.started_at = now;
  // One after the other: two prints can not take the same blank, nor one certificate twice at once.
  transaction.next_number("prints/" + print.division + "/" + print.office);
  for (const Print& other : prints_of(transaction, print.of_case))
    if (other.certificate == print.certificate && other.state == "started")
      return base::conflict("delivery.print_open",
                            {"这份证照正在打印,请先登记打印结果",
                             "This certificate is being printed; say first how that print came out."});
  const auto blank = take_blank(transaction, print, place);
  if (!blank)
    return base::conflict("delivery.stock_empty",
                          {"空白证照已用完,请补充后再打印", "There is no blank stock left; please refill it."});
  print.serial = serial_text(blank->first.range.prefix, blank->first.range.digits, blank->second);
  save_blank(transaction, blank->first, blank->second,
             {.kind = print.kind,
              .serial = print.serial,
              .state = BlankState::issued,
              .print = print.id,
              .reason = {},
              .at = now,
              .by = print.by});
  insert_print(transaction, print);
  return print;
}

base::Result<Print> Delivery::start_print(storage::Transaction& transaction, base::Id id, base::Id of_case,
                                          base::Id certificate, const casework::Moment& moment) const {
  TRY(const casework::Case found, engine_.load(transaction, moment.actor.scope, of_case));
  TRY(Print print, print_on(transaction,
                            {.id = id,
                             .division = found.head.division,
                             .office = found.head.office,
                             .of_case = of_case,
                             .certificate = certificate,
                             .by = moment.actor.person},
                            {}, moment.now));
  tell(transaction, print, "print.started", moment);
  return print;
}

base::Result<Print> Delivery::finish(storage::Transaction& transaction, Print print, bool good,
                                     const std::string& reason, const casework::Moment& moment) const {
  if (print.state != "started")
    return base::conflict("delivery.print_ended",
                          {"这次打印已经登记过结果", "It was said already how this print came out."});
  if (!good) {
    TRY(print.reason, reason_of(reason));
    end_blank(transaction, print.id,
              {.kind = print.kind,
               .serial = print.serial,
               .state = BlankState::spoiled,
               .print = print.id,
               .reason = print.reason,
               .at = moment.now,
               .by = moment.actor.person});
  }
  print.state = good ? "done" : "failed";
  print.ended_at = moment.now;
  end_print_row(transaction, print);
  tell(transaction, print, good ? "print.done" : "print.failed", moment);
  return print;
}

base::Result<Print> Delivery::end_print(storage::Transaction& transaction, base::Id id, bool good,
                                        const std::string& reason, const casework::Moment& moment) const {
  const auto print = find_print(transaction, id);
  if (!print || !access_control::covers(moment.actor.scope, {{}, print->division, print->office}))
    return base::not_found("delivery.print_unknown", {"没有这次打印", "There is no such print."});
  return finish(transaction, *print, good, reason, moment);
}

base::Result<Delivery::NewKiosk> Delivery::open_kiosk(storage::Transaction& transaction, base::Id id,
                                                      const std::string& name, const casework::Moment& moment) const {
  const std::string plain_name = base::tidy(name);
  if (plain_name.empty() || base::length(plain_name) > kiosk_name_max)
    return base::invalid_at(
        "/name", "delivery.name_missing",
        {"请写明自助机的位置或名称(40字以内)", "Say where the kiosk stands (up to 40 characters)."});
  NewKiosk made{
      .kiosk = {.id = id,
                .division = moment.actor.scope.division,
                .office = moment.actor.scope.office.empty() ? licensing_.bureau().window : moment.actor.scope.office,
                .name = plain_name,
                .closed_at = {}},
      .key = new_secret()};
  insert_kiosk(transaction, made.kiosk, hash_of("kiosk", made.key), moment.now);
  transaction.append(
      {"kiosk", id}, 0,
      {.type = "kiosk.opened", .at = moment.now, .actor = moment.actor.person, .data = json_of({{"name", plain_name}})},
      made.kiosk.division);
  return made;
}

base::Result<Kiosk> Delivery::close_kiosk(storage::Transaction& transaction, base::Id id,
                                          const casework::Moment& moment) const {
  auto kiosk = find_kiosk(transaction, id);
  if (!kiosk || kiosk->closed_at || !access_control::covers(moment.actor.scope, {{}, kiosk->division, kiosk->office}))
    return base::not_found("delivery.kiosk_unknown", {"没有这台自助机", "There is no such kiosk."});
  transaction.append({"kiosk", id}, 1,
                     {.type = "kiosk.closed", .at = moment.now, .actor = moment.actor.person, .data = "{}"},
                     kiosk->division);
  close_kiosk_row(transaction, id, moment.now);
  kiosk->closed_at = moment.now;
  return *kiosk;
}

base::Result<Delivery::Code> Delivery::make_code(storage::Transaction& transaction, base::Id application,
                                                 const casework::Moment& moment) const {
  TRY(const licensing::Application found, licensing::load_application(transaction, moment.actor.scope, application));
  if (licensing::certificates_of(transaction, application).empty())
    return base::conflict("delivery.nothing_to_deliver", {"证照还没有制发", "Nothing has been issued yet."});
  std::string code = new_code();
  while (code_in_use(transaction, hash_of("pick-up", code), moment.now)) code = new_code();
  const base::Instant expires = moment.now.plus_us(std::int64_t{code_days} * 86'400 * base::us_per_second);
  save_code(transaction,
            {.of_case = application, .division = found.division, .applicant = found.applicant, .expires_at = expires},
            hash_of("pick-up", code), moment.now);
  return Code{.code = std::move(code), .expires_at = expires};
}

base::Result<base::Result<Delivery::Ticket>> Delivery::identify(storage::Transaction& transaction,
                                                                const std::string& key, const std::string& code,
                                                                const std::string& identity_end,
                                                                base::Instant now) const {
  using Inner = base::Result<Ticket>;
  const auto kiosk = find_kiosk_by_key(transaction, hash_of("kiosk", key));
  if (!kiosk || kiosk->closed_at)
    return Inner(base::Error{.kind = base::Refusal::forbidden,
                             .code = "delivery.kiosk_refused",
                             .message = {"这台机器没有登记为自助机,请联系窗口",
                                         "This machine is no registered kiosk; please tell the window."}});
  const auto stored = find_code(transaction, hash_of("pick-up", base::normal_code(code)));
  PickUp pick_up{.code_known = stored && stored->division == kiosk->division};
  if (pick_up.code_known) {
    const auto person = access_control::find_person(transaction, stored->applicant);
    const std::string typed = base::normal_code(identity_end);
    pick_up.expired = stored->expires_at <= now;
    pick_up.wrong_tries = stored->wrong_tries;
    pick_up.identity_fits = person && typed.size() == 4 && person->citizen_id_masked.ends_with(typed);
    if (!pick_up.identity_fits) count_wrong_try(transaction, stored->of_case);
  }
  if (const auto good = check_pick_up(pick_up); !good) return Inner(good.error());
  Ticket ticket{.token = new_secret(),
                .of_case = stored->of_case,
                .expires_at = now.plus_us(std::int64_t{ticket_seconds} * base::us_per_second)};
  save_ticket(transaction, hash_of("ticket", ticket.token), *kiosk, ticket.of_case, ticket.expires_at);
  return Inner(std::move(ticket));
}

base::Result<Delivery::Visitor> Delivery::visitor(storage::Snapshot& snapshot, std::string_view token,
                                                  base::Instant now) const {
  const auto ticket = find_ticket(snapshot, hash_of("ticket", token));
  const auto kiosk = ticket ? find_kiosk(snapshot, ticket->kiosk) : std::nullopt;
  if (!ticket || ticket->expires_at <= now || !kiosk || kiosk->closed_at)
    return base::Error{
        .kind = base::Refusal::forbidden,
        .code = "delivery.ticket_expired",
        .message = {"操作时间已到,请重新输入取件码", "Time is up; please enter the pick-up code again."}};
  return Visitor{.kiosk = *kiosk, .of_case = ticket->of_case};
}

base::Result<Print> Delivery::start_kiosk_print(storage::Transaction& transaction, base::Id id, const Visitor& visitor,
                                                base::Id certificate, base::Instant now) const {
  const auto printed = prints_of(transaction, visitor.of_case);
  const auto good = std::count_if(printed.begin(), printed.end(), [&](const Print& print) {
    return print.certificate == certificate && print.kiosk && print.state == "done";
  });
  if (good >= kiosk_prints_max)
    return base::conflict("delivery.printed_already",
                          {"这份证照已在自助机打印过2次,需要更多请到窗口",
                           "This certificate was printed at a kiosk twice; for more please come to the window."});
  const casework::Moment moment = kiosk_moment(visitor.kiosk, now);
  TRY(Print print, print_on(transaction,
                            {.id = id,
                             .division = visitor.kiosk.division,
                             .office = visitor.kiosk.office,
                             .of_case = visitor.of_case,
                             .certificate = certificate,
                             .kiosk = visitor.kiosk.id},
                            visitor.kiosk.id, now));
  tell(transaction, print, "print.started", moment);
  return print;
}

base::Result<Print> Delivery::end_kiosk_print(storage::Transaction& transaction, base::Id id, base::Id sending,
                                              bool good, const std::string& reason, const Visitor& visitor,
                                              base::Instant now) const {
  const auto print = find_print(transaction, id);
  if (!print || print->kiosk != visitor.kiosk.id || print->of_case != visitor.of_case)
    return base::not_found("delivery.print_unknown", {"没有这次打印", "There is no such print."});
  const casework::Moment moment = kiosk_moment(visitor.kiosk, now);
  TRY(const Print ended, finish(transaction, *print, good, reason, moment));
  if (!good) return ended;
  TRY(const casework::Case of_case,
      engine_.load(transaction, access_control::Scope::of_division(visitor.kiosk.division), ended.of_case));
  const NewSending wanted{.id = sending,
                          .of_case = ended.of_case,
                          .way = "kiosk",
                          .recipient = access_control::name_of_person(transaction, of_case.head.applicant),
                          .relation = "self",
                          .identity_end = {},
                          .address = {},
                          .certificates = {ended.certificate}};
  TRY(std::ignore, make(transaction, of_case.head, wanted, 1, {}, moment));
  return ended;
}

}  // namespace delivery
