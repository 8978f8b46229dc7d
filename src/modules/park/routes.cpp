/// Hosts and members of cluster registration for the office, and the list of hosts for anyone.
#include "http/api.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/park/park.h"

namespace park {
namespace {

constexpr std::string_view tag = "park";
constexpr int mail_shown_max = 200;

struct HostView {
  base::Id id;
  base::Id entity;
  std::string name;
  std::string address;
  std::string contact;
  std::int64_t capacity = 0;
  std::int64_t members = 0;
  std::string state;
  base::Text state_text;
  std::string reason;
  calendar::Date opened_on;
};
BOOST_DESCRIBE_STRUCT(HostView, (),
                      (id, entity, name, address, contact, capacity, members, state, state_text, reason, opened_on))

struct PublicHost {
  std::string name;
  std::string address;
  std::int64_t places_left = 0;
  bool admitting = false;
  base::Text state_text;
};
BOOST_DESCRIBE_STRUCT(PublicHost, (), (name, address, places_left, admitting, state_text))

struct PublicHosts {
  std::vector<PublicHost> items;
  std::vector<base::Text> barred;
};
BOOST_DESCRIBE_STRUCT(PublicHosts, (), (items, barred))

struct MemberView {
  base::Id id;
  base::Id entity;
  std::string name;
  std::string credit_code;
  std::string contact;
  calendar::Date valid_from;
  calendar::Date valid_to;
  std::string state;
  base::Text state_text;
  std::string contact_state;
  base::Text contact_text;
  std::optional<std::int64_t> contact_score;
  std::optional<calendar::Date> checked_on;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(MemberView, (),
                      (id, entity, name, credit_code, contact, valid_from, valid_to, state, state_text, contact_state,
                       contact_text, contact_score, checked_on, reason))

struct MailView {
  base::Id id;
  base::Id member;
  std::string member_name;
  std::string title;
  std::string sender;
  calendar::Date received_on;
  std::optional<calendar::Date> forwarded_on;
  std::string method;
  std::string proof;
};
BOOST_DESCRIBE_STRUCT(MailView, (), (id, member, member_name, title, sender, received_on, forwarded_on, method, proof))

struct HostPage {
  HostView host;
  std::vector<MemberView> members;
  std::vector<MailView> mail;
};
BOOST_DESCRIBE_STRUCT(HostPage, (), (host, members, mail))

struct HostBody {
  base::Id entity;
  std::int64_t capacity = 0;
  std::string contact;
};
BOOST_DESCRIBE_STRUCT(HostBody, (), (entity, capacity, contact))

struct AdmissionsBody {
  std::string state;  // admitting, suspended, closed
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(AdmissionsBody, (), (state, reason))

struct MemberBody {
  base::Id entity;
  std::string contact;
  calendar::Date valid_from;
  calendar::Date valid_to;
  std::vector<std::string> permits;
};
BOOST_DESCRIBE_STRUCT(MemberBody, (), (entity, contact, valid_from, valid_to, permits))

struct ReasonBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReasonBody, (), (reason))

struct MoveBody {
  base::Id to;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(MoveBody, (), (to, reason))

struct MoveView {
  std::string from;
  std::string to;
  std::vector<MemberView> members;
};
BOOST_DESCRIBE_STRUCT(MoveView, (), (from, to, members))

struct MailBody {
  std::string title;
  std::string sender;
  std::optional<calendar::Date> received_on;
};
BOOST_DESCRIBE_STRUCT(MailBody, (), (title, sender, received_on))

struct ForwardBody {
  std::string method;
  std::string proof;
};
BOOST_DESCRIBE_STRUCT(ForwardBody, (), (method, proof))

struct CheckBody {
  std::optional<calendar::Date> on;
  bool reached = false;
  std::string method;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(CheckBody, (), (on, reached, method, note))

http::Need staff(std::string permission) {
  return {http::Need::Kind::staff, std::move(permission)};
}

casework::Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

base::Text state_text(const std::string& state) {
  if (state == "admitting") return {"接纳成员", "Admitting"};
  if (state == "suspended") return {"暂停接纳", "Admissions suspended"};
  return {"已停止", "Closed"};
}

HostView view_of(const Host& host) {
  return {host.id,       host.entity,  host.name,  host.address,           host.contact,
          host.capacity, host.members, host.state, state_text(host.state), host.reason,
          host.opened_on};
}

MemberView view_of(const Member& member, calendar::Date today) {
  const ContractState state = contract_state(member.valid_to, member.ended_on.has_value(), today);
  const Contact contact = contact_of(member.checks);
  MemberView view{.id = member.id,
                  .entity = member.entity,
                  .name = member.name,
                  .credit_code = member.credit_code,
                  .contact = member.contact,
                  .valid_from = member.valid_from,
                  .valid_to = member.valid_to,
                  .state = std::string(to_id(state)),
                  .state_text = name_of(state),
                  .contact_state = std::string(to_id(contact)),
                  .contact_text = name_of(contact),
                  .contact_score = {},
                  .checked_on = {},
                  .reason = member.reason};
  if (const auto score = contact_score(member.checks, today)) view.contact_score = *score;
  if (!member.checks.empty()) view.checked_on = member.checks.back().on;
  return view;
}

MailView view_of(const Forwarding& mail) {
  return {mail.id,          mail.member,       mail.member_name, mail.title, mail.sender,
          mail.received_on, mail.forwarded_on, mail.method,      mail.proof};
}

void mount_public(http::Router& router, storage::Store& store, std::shared_ptr<const catalogue::Catalogue> catalogue,
                  std::string division) {
  http::query<PublicHosts>(
      router, store,
      {.path = "/api/v1/cluster-hosts",
       .id = "list_public_hosts",
       .tag = std::string(tag),
       .summary = {"集群登记托管机构名单", "Hosts of cluster registration, for anyone"},
       .need = {http::Need::Kind::anyone}},
      [catalogue, division](storage::Snapshot& snapshot, const http::Request&) -> base::Result<PublicHosts> {
        PublicHosts view;
        for (const Host& host : hosts(snapshot, access_control::Scope::of_division(division)))
          if (host.state != "closed")
            view.items.push_back({host.name, host.address, host.capacity - host.members, host.state == "admitting",
                                  state_text(host.state)});
        for (const catalogue::BarredTrade& barred : catalogue->barred_trades) view.barred.push_back(barred.basis);
        return view;
      });
}

void mount_hosts(http::Router& router, storage::Store& store) {
  http::query<http::Page<HostView>>(
      router, store,
      {.path = "/api/v1/park/hosts",
       .id = "list_hosts",
       .tag = std::string(tag),
       .summary = {"托管机构", "Hosts of cluster registration"},
       .need = staff("park.read")},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<HostView>> {
        http::Page<HostView> page;
        for (const Host& host : hosts(snapshot, access_control::scope_of(request.caller)))
          page.items.push_back(view_of(host));
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
  http::query<HostPage>(router, store,
                        {.path = "/api/v1/park/hosts/{host}",
                         .id = "find_host",
                         .tag = std::string(tag),
                         .summary = {"托管机构、成员和文书转交", "A host, its members and their mail"},
                         .need = staff("park.read"),
                         .errors = {"park.host_unknown"}},
                        [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<HostPage> {
                          TRY(const base::Id id, request.id("host"));
                          const auto host = find_host(snapshot, access_control::scope_of(request.caller), id);
                          if (!host)
                            return base::not_found("park.host_unknown", {"没有这家托管机构", "There is no such host."});
                          HostPage page{.host = view_of(*host), .members = {}, .mail = {}};
                          for (const Member& member : members_of(snapshot, id))
                            page.members.push_back(view_of(member, calendar::local_date(request.at)));
                          for (const Forwarding& mail : mail_of(snapshot, id, mail_shown_max))
                            page.mail.push_back(view_of(mail));
                          return page;
                        });
}

void mount_host_acts(http::Router& router, storage::Store& store) {
  http::command<HostBody, HostView>(router, store,
                                    {.method = "POST",
                                     .path = "/api/v1/park/hosts",
                                     .id = "open_host",
                                     .tag = std::string(tag),
                                     .summary = {"登记一家托管机构", "Enter a host"},
                                     .need = staff("park.write"),
                                     .answer_status = 201,
                                     .errors = {"registration.entity_unknown", "park.host_unfit", "park.host_already",
                                                "park.capacity", "park.text_missing"}},
                                    [](storage::Transaction& transaction, const http::Request& request,
                                       const HostBody& body) -> base::Result<HostView> {
                                      TRY(const Host host, open_host(transaction,
                                                                     {.id = request.make_id(),
                                                                      .division = {},
                                                                      .office = {},
                                                                      .entity = body.entity,
                                                                      .name = {},
                                                                      .address = {},
                                                                      .contact = body.contact,
                                                                      .capacity = body.capacity,
                                                                      .state = {},
                                                                      .reason = {}},
                                                                     moment_of(request)));
                                      return view_of(host);
                                    });
  http::command<AdmissionsBody, HostView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/park/hosts/{host}/admissions",
       .id = "set_admissions",
       .tag = std::string(tag),
       .summary = {"暂停、恢复接纳,或者停止集群登记", "Suspend or resume admissions, or end them"},
       .need = staff("park.write"),
       .errors = {"park.host_unknown", "park.reason_missing", "park.state_same", "park.members_left"}},
      [](storage::Transaction& transaction, const http::Request& request,
         const AdmissionsBody& body) -> base::Result<HostView> {
        TRY(const base::Id id, request.id("host"));
        const casework::Moment moment = moment_of(request);
        TRY(const Host host, body.state == "closed"
                                 ? close_host(transaction, id, body.reason, moment)
                                 : set_admissions(transaction, id, body.state == "admitting", body.reason, moment));
        return view_of(host);
      });
}

void mount_members(http::Router& router, storage::Store& store, std::shared_ptr<const catalogue::Catalogue> catalogue) {
  http::command<MemberBody, MemberView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/park/hosts/{host}/members",
       .id = "admit_member",
       .tag = std::string(tag),
       .summary = {"登记托管合同", "Enter the contract of a member"},
       .need = staff("park.write"),
       .answer_status = 201,
       .errors = {"park.host_unknown", "park.host_closed", "park.host_suspended", "park.capacity_full",
                  "park.trade_barred", "park.contract_days", "park.member_already", "park.text_missing",
                  "registration.entity_unknown"}},
      [catalogue](storage::Transaction& transaction, const http::Request& request,
                  const MemberBody& body) -> base::Result<MemberView> {
        TRY(const base::Id host, request.id("host"));
        const casework::Moment moment = moment_of(request);
        TRY(const Member member, admit(transaction, *catalogue,
                                       {.id = request.make_id(),
                                        .division = {},
                                        .office = {},
                                        .host = host,
                                        .entity = body.entity,
                                        .name = {},
                                        .credit_code = {},
                                        .industry = {},
                                        .contact = body.contact,
                                        .valid_from = body.valid_from,
                                        .valid_to = body.valid_to,
                                        .ended_on = {},
                                        .reason = {}},
                                       body.permits, moment));
        return view_of(member, moment.today());
      });
  http::command<ReasonBody, MemberView>(router, store,
                                        {.method = "POST",
                                         .path = "/api/v1/park/members/{member}/end",
                                         .id = "end_contract",
                                         .tag = std::string(tag),
                                         .summary = {"解除托管合同", "End a contract"},
                                         .need = staff("park.write"),
                                         .errors = {"park.member_unknown", "park.reason_missing"}},
                                        [](storage::Transaction& transaction, const http::Request& request,
                                           const ReasonBody& body) -> base::Result<MemberView> {
                                          TRY(const base::Id id, request.id("member"));
                                          const casework::Moment moment = moment_of(request);
                                          TRY(const Member member, end_contract(transaction, id, body.reason, moment));
                                          return view_of(member, moment.today());
                                        });
  http::command<MoveBody, MoveView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/park/hosts/{host}/move",
       .id = "move_members",
       .tag = std::string(tag),
       .summary = {"把全部成员整体迁移到另一家托管机构", "Move every member to another host; all of them or none"},
       .need = staff("park.write"),
       .errors = {"park.host_unknown", "park.same_host", "park.reason_missing", "park.no_members", "park.move_refused",
                  "park.capacity_full"}},
      [catalogue](storage::Transaction& transaction, const http::Request& request,
                  const MoveBody& body) -> base::Result<MoveView> {
        TRY(const base::Id id, request.id("host"));
        const casework::Moment moment = moment_of(request);
        TRY(const Move move, move_all(transaction, *catalogue, id, body.to, body.reason, moment));
        MoveView view{.from = move.from.name, .to = move.to.name, .members = {}};
        for (const Member& member : move.members) view.members.push_back(view_of(member, moment.today()));
        return view;
      });
}

void mount_contact(http::Router& router, storage::Store& store) {
  http::command<MailBody, MailView>(router, store,
                                    {.method = "POST",
                                     .path = "/api/v1/park/members/{member}/mail",
                                     .id = "record_mail",
                                     .tag = std::string(tag),
                                     .summary = {"登记收到的成员文书", "Enter a document that came for a member"},
                                     .need = staff("park.write"),
                                     .answer_status = 201,
                                     .errors = {"park.member_unknown", "park.text_missing"}},
                                    [](storage::Transaction& transaction, const http::Request& request,
                                       const MailBody& body) -> base::Result<MailView> {
                                      TRY(const base::Id member, request.id("member"));
                                      const casework::Moment moment = moment_of(request);
                                      TRY(const Forwarding mail,
                                          record_mail(transaction,
                                                      {.id = request.make_id(),
                                                       .division = {},
                                                       .host = {},
                                                       .member = member,
                                                       .member_name = {},
                                                       .title = body.title,
                                                       .sender = body.sender,
                                                       .received_on = body.received_on.value_or(moment.today()),
                                                       .forwarded_on = {},
                                                       .method = {},
                                                       .proof = {}},
                                                      moment));
                                      return view_of(mail);
                                    });
  http::command<ForwardBody, MailView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/park/mail/{mail}/forwarding",
       .id = "forward_mail",
       .tag = std::string(tag),
       .summary = {"登记转交和凭证", "Record that a document was passed on, with its proof"},
       .need = staff("park.write"),
       .errors = {"park.mail_unknown", "park.mail_forwarded", "park.text_missing"}},
      [](storage::Transaction& transaction, const http::Request& request,
         const ForwardBody& body) -> base::Result<MailView> {
        TRY(const base::Id id, request.id("mail"));
        TRY(const Forwarding mail, forward_mail(transaction, id, body.method, body.proof, moment_of(request)));
        return view_of(mail);
      });
  http::command<CheckBody, MemberView>(router, store,
                                       {.method = "POST",
                                        .path = "/api/v1/park/members/{member}/checks",
                                        .id = "record_check",
                                        .tag = std::string(tag),
                                        .summary = {"登记一次联系", "Record a try to reach a member"},
                                        .need = staff("park.write"),
                                        .answer_status = 201,
                                        .errors = {"park.member_unknown", "park.check_day", "park.text_missing"}},
                                       [](storage::Transaction& transaction, const http::Request& request,
                                          const CheckBody& body) -> base::Result<MemberView> {
                                         TRY(const base::Id id, request.id("member"));
                                         const casework::Moment moment = moment_of(request);
                                         TRY(const Member member, record_check(transaction,
                                                                               {.id = request.make_id(),
                                                                                .member = id,
                                                                                .on = body.on.value_or(moment.today()),
                                                                                .reached = body.reached,
                                                                                .method = body.method,
                                                                                .note = body.note},
                                                                               moment));
                                         return view_of(member, moment.today());
                                       });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, std::shared_ptr<const catalogue::Catalogue> catalogue,
           std::string division) {
  mount_public(router, store, catalogue, std::move(division));
  mount_hosts(router, store);
  mount_host_acts(router, store);
  mount_members(router, store, catalogue);
  mount_contact(router, store);
}

}  // namespace park
