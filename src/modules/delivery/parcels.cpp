/// Sendings: to a collector at the window, by courier, electronically; what comes back is sent again.
#include <algorithm>
#include <set>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/access/access.h"
#include "parts.h"
#include "store.h"

namespace delivery {
namespace {

constexpr std::size_t name_length_max = 50;
constexpr std::size_t address_length_max = 200;
constexpr std::size_t tracking_length_min = 6;
constexpr std::size_t tracking_length_max = 40;

/// Collects what is missing in a sending, all of it at once.
class Check {
 public:
  void need(bool holds, const char* path, const char* zh, const char* en) {
    if (!holds) places_.push_back({path, "delivery.sending_invalid", {zh, en}});
  }
  base::Result<void> result() {
    if (places_.empty()) return {};
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "delivery.sending_invalid",
                       .message = {"请补全送达的内容", "Please complete what is said of the delivery."},
                       .places = std::move(places_)};
  }

 private:
  std::vector<base::Place> places_;
};

bool fits(const std::string& text, std::size_t length_max) {
  return !text.empty() && base::length(text) <= length_max;
}

bool is_identity_end(const std::string& text) {
  return text.size() == 4 && std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; }) &&
         ((text[3] >= '0' && text[3] <= '9') || text[3] == 'X');
}

bool is_relation(const std::string& text) {
  return text == "self" || text == "agent" || text == "family" || text == "colleague";
}

base::Result<void> check_sending(Way way, const Sending& sending) {
  Check check;
  check.need(fits(sending.recipient, name_length_max), "/recipient", "请填写收件人或领取人姓名",
             "Say who receives it.");
  if (way == Way::window) {
    check.need(is_relation(sending.relation), "/relation", "请选择领取人与申请人的关系",
               "Say who the collector is to the applicant.");
    check.need(is_identity_end(sending.identity_end), "/identity_end", "请核对证件并填写身份证号末四位",
               "Check the identity card and enter the last four characters of its number.");
  }
  if (way == Way::courier) {
    check.need(fits(sending.address, address_length_max), "/address", "请填写收件地址", "Enter the address.");
    check.need(sending.consented, "/consented", "须由申请人确认送达地址",
               "The applicant must have confirmed this address.");
  }
  if (way == Way::electronic)
    check.need(sending.consented, "/consented", "电子送达须经申请人同意",
               "Electronic delivery needs the applicant's consent.");
  return check.result();
}

/// The form of the process's step that a delivery is.
constexpr std::string_view hand_over_form = "hand_over";

bool is_current(const licensing::Certificate& certificate) {
  return certificate.status != "superseded" && certificate.status != "cancelled";
}

/// What was sent electronically stands in the applicant's account at once: that is its service.
bool has_reached(const Sending& sending) {
  return sending.state == State::delivered || sending.state == State::sent;
}

/// Whether every certificate of the case has been handed over; a case that brought none has nothing left to hand over.
bool all_have_reached(storage::Snapshot& snapshot, base::Id of_case) {
  std::set<base::Id> reached;
  for (const Sending& sending : sendings_of(snapshot, of_case))
    if (has_reached(sending)) reached.insert(sending.certificates.begin(), sending.certificates.end());
  const std::vector<licensing::Certificate> certificates = licensing::certificates_of(snapshot, of_case);
  return std::all_of(certificates.begin(), certificates.end(), [&](const licensing::Certificate& certificate) {
    return !is_current(certificate) || reached.contains(certificate.id);
  });
}

/// Nobody says by hand that certificates were handed over: to whom and how is written down as a delivery.
base::Result<void> check_hand_over(storage::Snapshot& snapshot, const casework::Task& task) {
  if (all_have_reached(snapshot, task.id.of_case)) return {};
  return base::conflict(
      "delivery.not_recorded",
      {"还没有登记全部证照的送达。请在办件的“打印与送达”中登记领取人、快递签收或电子送达,登记后这一环节自动办结",
       "Not every certificate has been recorded as handed over. Record under “Prints and hand-over” "
       "of the case who collected it, that the courier delivered it, or that it was sent "
       "electronically; this step is then completed by itself."});
}

void tell(storage::Transaction& transaction, Sending& sending, const char* type, const casework::Moment& moment) {
  sending.sequence =
      transaction.append({"delivery", sending.id}, sending.sequence,
                         {.type = type,
                          .at = moment.now,
                          .actor = moment.actor.person,
                          .data = json_of({{"case", base::to_text(sending.of_case)},
                                           {"entity", sending.entity ? base::to_text(sending.entity) : ""},
                                           {"way", std::string(to_id(sending.way))},
                                           {"attempt", std::to_string(sending.attempt)},
                                           {"recipient", sending.recipient},
                                           {"address", sending.address},
                                           {"carrier", sending.carrier},
                                           {"tracking", sending.tracking},
                                           {"reason", sending.reason}})},
                         sending.division);
}

const char* event_of(State state) {
  switch (state) {
    case State::packed:
      return "delivery.packed";
    case State::on_the_way:
      return "delivery.dispatched";
    case State::delivered:
      return "delivery.delivered";
    case State::returned:
      return "delivery.returned";
    case State::lost:
      return "delivery.lost";
    case State::sent:
      break;
  }
  return "delivery.sent";
}

/// The papers in a lost parcel are gone: their blanks are void, and printing again takes new ones.
void void_blanks(storage::Transaction& transaction, const Sending& sending, const casework::Moment& moment) {
  for (const Print& print : prints_of(transaction, sending.of_case)) {
    const bool inside = std::find(sending.certificates.begin(), sending.certificates.end(), print.certificate) !=
                        sending.certificates.end();
    if (!inside || print.state != "done" || print.kiosk || sending.dispatched_at < print.ended_at) continue;
    end_blank(transaction, print.id,
              {.kind = print.kind,
               .serial = print.serial,
               .state = BlankState::voided,
               .print = print.id,
               .reason = sending.reason,
               .at = moment.now,
               .by = moment.actor.person});
  }
}

/// Who collects has come to the window; a visit that was recorded today already is the same one.
base::Result<void> count_visit(storage::Transaction& transaction, const licensing::Licensing& licensing,
                               const Sending& sending, const casework::Moment& moment) {
  for (const licensing::Visit& visit : licensing::visits_of(transaction, sending.of_case))
    if (visit.on == moment.today()) return {};
  TRY(std::ignore,
      licensing.record_visit(transaction, sending.of_case, sending.id, "领取证照", moment.today(), moment));
  return {};
}

base::Error unknown() {
  return base::not_found("delivery.unknown", {"没有这次送达", "There is no such delivery."});
}

}  // namespace

Delivery::Delivery(casework::Engine& engine, const licensing::Licensing& licensing)
    : engine_(engine), licensing_(licensing) {
  engine.guard(std::string(hand_over_form), check_hand_over);
}

base::Result<Sending> Delivery::make(storage::Transaction& transaction, const casework::CaseHead& of_case,
                                     const NewSending& wanted, int attempt, base::Id previous,
                                     const casework::Moment& moment) const {
  const auto way = parse_way(wanted.way);
  if (!way)
    return base::invalid_at("/way", "delivery.way_unknown", {"请选择送达方式", "Choose how it is handed over."});
  Sending sending{.id = wanted.id,
                  .division = of_case.division,
                  .office = of_case.office,
                  .of_case = of_case.id,
                  .applicant = of_case.applicant,
                  .entity = {},
                  .way = *way,
                  .attempt = attempt,
                  .previous = previous,
                  .certificates = {},
                  .recipient = base::tidy(wanted.recipient),
                  .relation = wanted.relation,
                  .identity_end = base::normal_code(wanted.identity_end),
                  .address = base::tidy(wanted.address),
                  .consented = wanted.consented,
                  .made_at = moment.now,
                  .by = moment.actor.person};
  for (const licensing::Certificate& certificate : licensing::certificates_of(transaction, of_case.id)) {
    const bool chosen = wanted.certificates.empty() || std::find(wanted.certificates.begin(), wanted.certificates.end(),
                                                                 certificate.id) != wanted.certificates.end();
    if (!chosen || !is_current(certificate)) continue;
    sending.certificates.push_back(certificate.id);
    sending.entity = certificate.entity;
  }
  if (sending.certificates.empty())
    return base::conflict("delivery.nothing_to_deliver", {"证照还没有制发", "Nothing has been issued yet."});
  TRY(std::ignore, check_sending(*way, sending));
  sending.state = *way == Way::courier ? State::packed : *way == Way::electronic ? State::sent : State::delivered;
  if (sending.state == State::delivered) sending.ended_at = moment.now;
  tell(transaction, sending, event_of(sending.state), moment);
  insert_sending(transaction, sending);
  if (*way == Way::window) {
    TRY(std::ignore, count_visit(transaction, licensing_, sending, moment));
  }
  TRY(std::ignore, tell_case(transaction, sending, moment));
  return sending;
}

namespace {

/// The sending in the words of the task's form.
feel::Context hand_over_answers(const Sending& sending) {
  feel::Context answers;
  switch (sending.way) {
    case Way::window:
      answers.put("way", "pick_up");
      answers.put("collector_name", sending.recipient);
      answers.put("in_person", sending.relation == "self");
      break;
    case Way::kiosk:
      answers.put("way", "self_service");
      break;
    case Way::courier:
      answers.put("way", "courier");
      answers.put("courier_number", sending.tracking);
      break;
    case Way::electronic:
      answers.put("way", "electronic");
      break;
  }
  return answers;
}

}  // namespace

base::Result<void> Delivery::tell_case(storage::Transaction& transaction, const Sending& sending,
                                       const casework::Moment& moment) const {
  if (!has_reached(sending) || !all_have_reached(transaction, sending.of_case)) return {};
  const auto told =
      engine_.complete_form(transaction, sending.of_case, hand_over_form, hand_over_answers(sending), moment);
  if (told || told.error().kind != base::Refusal::invalid) return told ? base::Result<void>() : told.error();
  // The form asks the same of a name; what it finds wrong is mended where the name was typed.
  return base::invalid_at("/recipient", "delivery.sending_invalid",
                          {told.error().places.front().message.zh, told.error().places.front().message.en});
}

base::Result<Sending> Delivery::send(storage::Transaction& transaction, const NewSending& wanted,
                                     const casework::Moment& moment) const {
  TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, wanted.of_case));
  if (parse_way(wanted.way) == Way::kiosk)
    return base::invalid_at("/way", "delivery.way_unknown",
                            {"自助打印由自助机登记", "A kiosk records its own prints."});
  transaction.next_number("deliveries/" + base::to_text(wanted.of_case));
  for (const Sending& other : sendings_of(transaction, wanted.of_case))
    if (other.state == State::packed || other.state == State::on_the_way)
      return base::conflict("delivery.open", {"已有一件快递没有结束,请先登记结果",
                                              "A parcel is still under way; say first what became of it."});
  return make(transaction, of_case.head, wanted, 1, {}, moment);
}

base::Result<Sending> Delivery::take_step(storage::Transaction& transaction, base::Id id, const StepTaken& taken,
                                          const casework::Moment& moment) const {
  auto sending = find_sending(transaction, moment.actor.scope, id);
  if (!sending) return unknown();
  const auto step = parse_step(taken.step);
  if (!step || *step == Step::confirm)
    return base::invalid_at("/step", "delivery.step_unknown",
                            {"请选择交寄、送达、退回或丢失", "Choose dispatch, deliver, return or lose."});
  TRY(sending->state, after(sending->state, sending->way, *step));
  Check check;
  if (*step == Step::dispatch) {
    sending->carrier = base::tidy(taken.carrier);
    sending->tracking = base::tidy(taken.tracking);
    sending->dispatched_at = moment.now;
    check.need(fits(sending->carrier, name_length_max), "/carrier", "请填写快递公司", "Say which courier.");
    check.need(sending->tracking.size() >= tracking_length_min && fits(sending->tracking, tracking_length_max),
               "/tracking", "请填写快递单号(6至40位)", "Enter the tracking number (6 to 40 characters).");
  } else {
    sending->ended_at = moment.now;
  }
  if (*step == Step::deliver) {
    sending->recipient = base::tidy(taken.recipient.empty() ? sending->recipient : taken.recipient);
    check.need(fits(sending->recipient, name_length_max), "/recipient", "请填写签收人", "Say who signed for it.");
  }
  TRY(std::ignore, check.result());
  if (*step == Step::give_back || *step == Step::lose) {
    TRY(sending->reason, reason_of(taken.reason));
  }
  if (*step == Step::lose) void_blanks(transaction, *sending, moment);
  tell(transaction, *sending, event_of(sending->state), moment);
  update_sending(transaction, *sending);
  TRY(std::ignore, tell_case(transaction, *sending, moment));
  return *sending;
}

base::Result<Sending> Delivery::repeat(storage::Transaction& transaction, base::Id id, const NewSending& wanted,
                                       const casework::Moment& moment) const {
  auto before = find_sending(transaction, moment.actor.scope, id);
  if (!before) return unknown();
  TRY(std::ignore, check_repeat(before->state, before->repeated));
  TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, before->of_case));
  NewSending again = wanted;
  again.of_case = before->of_case;
  again.certificates = before->certificates;
  if (again.way.empty()) again.way = std::string(to_id(before->way));
  if (again.recipient.empty()) again.recipient = before->recipient;
  if (again.address.empty()) {
    again.address = before->address;
    again.consented = again.consented || before->consented;
  }
  TRY(Sending made, make(transaction, of_case.head, again, before->attempt + 1, before->id, moment));
  before->repeated = true;
  tell(transaction, *before, "delivery.repeated", moment);
  update_sending(transaction, *before);
  return made;
}

base::Result<Sending> Delivery::confirm(storage::Transaction& transaction, base::Id application, base::Id id,
                                        const casework::Moment& moment) const {
  auto sending = find_sending(transaction, moment.actor.scope, id);
  if (!sending || sending->of_case != application) return unknown();
  TRY(sending->state, after(sending->state, sending->way, Step::confirm));
  sending->ended_at = moment.now;
  tell(transaction, *sending, "delivery.delivered", moment);
  update_sending(transaction, *sending);
  return *sending;
}

}  // namespace delivery
