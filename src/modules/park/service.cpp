#include <algorithm>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/feel/value.h"
#include "modules/registration/registration.h"
#include "store.h"

namespace park {
namespace {

constexpr std::size_t text_length_max = 200;
constexpr std::string_view business = "商务秘书服务";

base::Error host_unknown() {
  return base::not_found("park.host_unknown", {"没有这家托管机构", "There is no such host."});
}
base::Error member_unknown() {
  return base::not_found("park.member_unknown", {"没有这个成员", "There is no such member."});
}
base::Error entity_unknown() {
  return base::not_found("registration.entity_unknown",
                         {"登记簿中没有这个市场主体", "There is no such entity in the register."});
}

base::Result<std::string> reason_of(const std::string& text) {
  std::string plain = base::tidy(text);
  if (plain.empty() || base::length(plain) > text_length_max)
    return base::invalid_at("/reason", "park.reason_missing",
                            {"请写明原因(200字以内)", "Please say why (up to 200 characters)."});
  return plain;
}

/// Every text of a form that is missing or too long, at once.
base::Result<void> check_texts(std::initializer_list<std::pair<const char*, std::string*>> texts) {
  base::Error error{.kind = base::Refusal::invalid,
                    .code = "park.text_missing",
                    .message = {"请补全内容(每项200字以内)", "Please complete the form (up to 200 characters each)."}};
  for (const auto& [path, text] : texts) {
    *text = base::tidy(*text);
    if (text->empty() || base::length(*text) > text_length_max)
      error.places.push_back({path, "park.text_missing", {"请填写这一项", "Please fill this in."}});
  }
  if (error.places.empty()) return {};
  return error;
}

std::string json_of(std::initializer_list<std::pair<const char*, std::string>> entries) {
  feel::Context data;
  for (const auto& [key, value] : entries) data.put(key, value);
  return feel::to_json(feel::Value(std::move(data)));
}

void tell(storage::Transaction& transaction, Host& host, std::string_view type, std::string data,
          const casework::Moment& moment) {
  host.sequence = transaction.append(
      {"park", host.id}, storage::last_sequence(transaction, {"park", host.id}),
      {.type = type, .at = moment.now, .actor = moment.actor.person, .data = std::move(data)}, host.division);
}

std::vector<Bar> bars_of(const catalogue::Catalogue& catalogue) {
  std::vector<Bar> bars;
  for (const catalogue::BarredTrade& barred : catalogue.barred_trades)
    bars.push_back({barred.trades, barred.permits, barred.basis});
  return bars;
}

HostStanding standing_of(const Host& host) {
  return {.closed = host.state == "closed",
          .suspended = host.state == "suspended",
          .members = host.members,
          .capacity = host.capacity};
}

/// Contracts of a host are entered one after the other, so that its capacity holds.
void line_up(storage::Transaction& transaction, base::Id host) {
  transaction.next_number("park/" + base::to_text(host));
}

struct Known {
  registration::Entity entity;
  registration::Facts facts;
};
base::Result<Known> known_entity(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id,
                                 calendar::Date today) {
  const auto entity = registration::find_entity(snapshot, access_control::Scope::of_division(scope.division), id);
  if (!entity) return entity_unknown();
  const auto facts = registration::facts_as_of(registration::history_of(snapshot, id), today, today);
  if (!facts) return entity_unknown();
  return Known{*entity, *facts};
}

}  // namespace

base::Result<Host> may_admit(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                             std::string_view division, base::Id id, const Wish& wish) {
  const auto host = find_host(snapshot, access_control::Scope::of_division(std::string(division)), id);
  if (!host) return host_unknown();
  TRY(std::ignore, check_admission(standing_of(*host), wish, bars_of(catalogue)));
  return *host;
}

base::Result<Member> admit(storage::Transaction& transaction, const catalogue::Catalogue& catalogue,
                           const Member& wanted, const std::vector<std::string>& permits,
                           const casework::Moment& moment) {
  line_up(transaction, wanted.host);
  TRY(const Known known, known_entity(transaction, moment.actor.scope, wanted.entity, moment.today()));
  TRY(Host host, may_admit(transaction, catalogue, moment.actor.scope.division, wanted.host,
                           {.industry = known.facts.industry, .permits = permits}));
  TRY(std::ignore, check_contract(wanted.valid_from, wanted.valid_to));
  Member member = wanted;
  TRY(std::ignore, check_texts({{"/contact", &member.contact}}));
  if (is_member(transaction, host.division, member.entity))
    return base::conflict("park.member_already",
                          {"这个主体已经是集群登记的成员", "This entity is a member of a cluster already."});
  member.division = host.division;
  member.office = host.office;
  member.name = known.entity.name;
  member.credit_code = known.entity.credit_code;
  member.industry = known.facts.industry;
  tell(transaction, host, "park.member_admitted",
       json_of({{"member", base::to_text(member.id)},
                {"entity", base::to_text(member.entity)},
                {"valid_from", calendar::to_text(member.valid_from)},
                {"valid_to", calendar::to_text(member.valid_to)}}),
       moment);
  insert_member(transaction, member);
  update_host(transaction, host);
  return member;
}

base::Result<Host> open_host(storage::Transaction& transaction, const Host& wanted, const casework::Moment& moment) {
  TRY(const Known known, known_entity(transaction, moment.actor.scope, wanted.entity, moment.today()));
  Host host = wanted;
  TRY(std::ignore, check_texts({{"/contact", &host.contact}}));
  if (host.capacity < 1 || host.capacity > capacity_max)
    return base::invalid_at("/capacity", "park.capacity", {"容量应为1至5000户", "The capacity must be 1 to 5,000."});
  base::Error unfit{.kind = base::Refusal::rule_not_met,
                    .code = "park.host_unfit",
                    .message = {"不符合托管机构的条件", "The conditions for a host are not met."}};
  const auto need = [&](bool holds, const char* zh, const char* en) {
    if (!holds) unfit.places.push_back({"/entity", "park.host_unfit", {zh, en}});
  };
  need(known.entity.kind == "enterprise", "托管机构应为企业法人(待确认)",
       "A host must be a company (to be confirmed).");
  need(known.facts.status == "open", "托管机构应当在营", "A host must be in business.");
  need(known.facts.scope.find(business) != std::string::npos, "经营范围应含“商务秘书服务”(待确认)",
       "The scope of business must name business secretary services (to be confirmed).");
  if (!unfit.places.empty()) return unfit;
  if (find_host_by_entity(transaction, known.entity.division, host.entity))
    return base::conflict("park.host_already", {"这家企业已经是托管机构", "This company is a host already."});
  host.division = known.entity.division;
  host.office = known.entity.office;
  host.name = known.entity.name;
  host.address = known.facts.address;
  host.state = "admitting";
  host.opened_on = moment.today();
  tell(transaction, host, "park.host_opened",
       json_of({{"entity", base::to_text(host.entity)}, {"capacity", std::to_string(host.capacity)}}), moment);
  insert_host(transaction, host);
  return host;
}

base::Result<Host> set_admissions(storage::Transaction& transaction, base::Id id, bool admitting,
                                  const std::string& reason, const casework::Moment& moment) {
  line_up(transaction, id);
  auto host = find_host(transaction, moment.actor.scope, id);
  if (!host || host->state == "closed") return host_unknown();
  const std::string state = admitting ? "admitting" : "suspended";
  if (host->state == state)
    return base::conflict("park.state_same",
                          {admitting ? "没有被暂停" : "已经暂停接纳",
                           admitting ? "Admissions are not suspended." : "Admissions are suspended already."});
  TRY(host->reason, reason_of(reason));
  host->state = state;
  tell(transaction, *host, admitting ? "park.admissions_resumed" : "park.admissions_suspended",
       json_of({{"reason", host->reason}}), moment);
  update_host(transaction, *host);
  return *host;
}

base::Result<Host> close_host(storage::Transaction& transaction, base::Id id, const std::string& reason,
                              const casework::Moment& moment) {
  line_up(transaction, id);
  auto host = find_host(transaction, moment.actor.scope, id);
  if (!host || host->state == "closed") return host_unknown();
  TRY(host->reason, reason_of(reason));
  if (host->members > 0)
    return base::conflict("park.members_left",
                          {"还有" + std::to_string(host->members) + "个成员,请先为他们办理迁出或整体迁移",
                           "There are " + std::to_string(host->members) + " members left; move them first."});
  host->state = "closed";
  tell(transaction, *host, "park.host_closed", json_of({{"reason", host->reason}}), moment);
  update_host(transaction, *host);
  return *host;
}

base::Result<Member> end_contract(storage::Transaction& transaction, base::Id id, const std::string& reason,
                                  const casework::Moment& moment) {
  auto member = find_member(transaction, moment.actor.scope, id);
  if (!member || member->ended_on) return member_unknown();
  line_up(transaction, member->host);
  TRY(member->reason, reason_of(reason));
  member->ended_on = moment.today();
  auto host = find_host(transaction, moment.actor.scope, member->host);
  CHECK(host);
  tell(transaction, *host, "park.contract_ended",
       json_of({{"member", base::to_text(id)}, {"entity", base::to_text(member->entity)}, {"reason", member->reason}}),
       moment);
  end_member(transaction, *member);
  update_host(transaction, *host);
  return *member;
}

base::Result<Move> move_all(storage::Transaction& transaction, const catalogue::Catalogue& catalogue, base::Id from_id,
                            base::Id to_id, const std::string& reason, const casework::Moment& moment) {
  if (from_id == to_id)
    return base::invalid_at("/to", "park.same_host", {"请选择另一家托管机构", "Choose another host."});
  // Always in the same order: two moves against each other wait instead of blocking each other.
  line_up(transaction, std::min(from_id, to_id));
  line_up(transaction, std::max(from_id, to_id));
  auto from = find_host(transaction, moment.actor.scope, from_id);
  auto to = find_host(transaction, moment.actor.scope, to_id);
  if (!from || !to) return host_unknown();
  TRY(const std::string why, reason_of(reason));
  Move move{.from = *from, .to = *to, .members = {}};
  for (Member& member : members_of(transaction, from_id))
    if (!member.ended_on) move.members.push_back(std::move(member));
  if (move.members.empty())
    return base::conflict("park.no_members", {"没有需要迁移的成员", "There is no member to move."});
  if (to->members + static_cast<std::int64_t>(move.members.size()) > to->capacity)
    return base::conflict("park.capacity_full",
                          {"新的托管机构只剩" + std::to_string(to->capacity - to->members) + "个名额,不够" +
                               std::to_string(move.members.size()) + "户迁入",
                           "The new host has " + std::to_string(to->capacity - to->members) + " places left for " +
                               std::to_string(move.members.size()) + " members."});
  base::Error refused{.kind = base::Refusal::rule_not_met,
                      .code = "park.move_refused",
                      .message = {"有成员不能迁入,一户也没有迁移", "Some members can not be moved; nobody was moved."}};
  std::uint32_t count = 0;
  for (Member& member : move.members) {
    const auto good =
        check_admission(standing_of(*to), {.industry = member.industry, .permits = {}}, bars_of(catalogue));
    const auto written =
        good ? registration::write(
                   transaction, access_control::Scope::of_division(member.division), member.entity, "changed",
                   {{"address", member_address(to->address)}}, why,
                   {.id = member.entity, .as_of = moment.today(), .now = moment.now, .actor = moment.actor.person})
             : base::Result<registration::Entity>(good.error());
    if (!written) {
      const base::Text& said = written.error().message;
      refused.places.push_back({"/members/" + member.credit_code,
                                written.error().code,
                                {member.name + ":" + said.zh, member.name + ": " + said.en}});
      continue;
    }
    Member ended = member;
    ended.ended_on = moment.today();
    ended.reason = why;
    end_member(transaction, ended);
    member.id = base::make_id(moment.now, static_cast<std::uint32_t>(to_id.number) * 0x9E3779B1u + ++count);
    member.host = to_id;
    member.valid_from = moment.today();
    member.checks.clear();
    if (member.valid_to < member.valid_from) member.valid_to = *calendar::plus_months(member.valid_from, 12);
    insert_member(transaction, member);
  }
  if (!refused.places.empty()) return refused;
  const std::string data = json_of({{"from", base::to_text(from_id)},
                                    {"to", base::to_text(to_id)},
                                    {"members", std::to_string(move.members.size())},
                                    {"reason", why}});
  tell(transaction, *from, "park.members_moved_out", data, moment);
  tell(transaction, *to, "park.members_moved_in", data, moment);
  update_host(transaction, *from);
  update_host(transaction, *to);
  return move;
}

base::Result<Forwarding> record_mail(storage::Transaction& transaction, const Forwarding& wanted,
                                     const casework::Moment& moment) {
  const auto member = find_member(transaction, moment.actor.scope, wanted.member);
  if (!member || member->ended_on) return member_unknown();
  Forwarding mail = wanted;
  TRY(std::ignore, check_texts({{"/title", &mail.title}, {"/sender", &mail.sender}}));
  mail.division = member->division;
  mail.host = member->host;
  mail.member_name = member->name;
  insert_mail(transaction, mail, moment.actor.person);
  auto host = find_host(transaction, moment.actor.scope, mail.host);
  CHECK(host);
  tell(transaction, *host, "park.mail_received",
       json_of({{"mail", base::to_text(mail.id)}, {"member", base::to_text(mail.member)}, {"title", mail.title}}),
       moment);
  update_host(transaction, *host);
  return mail;
}

base::Result<Forwarding> forward_mail(storage::Transaction& transaction, base::Id id, const std::string& method,
                                      const std::string& proof, const casework::Moment& moment) {
  auto mail = find_mail(transaction, moment.actor.scope, id);
  if (!mail) return base::not_found("park.mail_unknown", {"没有这份文书", "There is no such document."});
  if (mail->forwarded_on)
    return base::conflict("park.mail_forwarded", {"这份文书已经转交", "This document was passed on already."});
  mail->method = method;
  mail->proof = proof;
  TRY(std::ignore, check_texts({{"/method", &mail->method}, {"/proof", &mail->proof}}));
  mail->forwarded_on = moment.today();
  update_mail(transaction, *mail);
  auto host = find_host(transaction, moment.actor.scope, mail->host);
  CHECK(host);
  tell(transaction, *host, "park.mail_forwarded",
       json_of({{"mail", base::to_text(id)}, {"method", mail->method}, {"proof", mail->proof}}), moment);
  update_host(transaction, *host);
  return *mail;
}

base::Result<Member> record_check(storage::Transaction& transaction, const NewCheck& wanted,
                                  const casework::Moment& moment) {
  auto member = find_member(transaction, moment.actor.scope, wanted.member);
  if (!member || member->ended_on) return member_unknown();
  NewCheck check = wanted;
  TRY(std::ignore, check_texts({{"/method", &check.method}}));
  if (check.on > moment.today() || (!member->checks.empty() && check.on < member->checks.back().on))
    return base::invalid_at(
        "/on", "park.check_day",
        {"联系日期不能晚于今天,也不能早于上一次", "The day can not lie in the future or before the last try."});
  check.note = base::tidy(check.note);
  const Contact before = contact_of(member->checks);
  member->checks.push_back({check.on, check.reached});
  insert_check(transaction, *member, check, moment.actor.person);
  const Contact after = contact_of(member->checks);
  auto host = find_host(transaction, moment.actor.scope, member->host);
  CHECK(host);
  const bool lost = after == Contact::unreachable && before != Contact::unreachable;
  tell(transaction, *host, lost ? "park.member_unreachable" : "park.member_checked",
       json_of({{"member", base::to_text(member->id)},
                {"entity", base::to_text(member->entity)},
                {"on", calendar::to_text(check.on)},
                {"reached", check.reached ? "true" : "false"}}),
       moment);
  update_host(transaction, *host);
  return *member;
}

}  // namespace park
