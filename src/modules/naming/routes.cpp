#include "http/api.h"
#include "http/export.h"
#include "kernel/base/refusals.h"
#include "kernel/names/text.h"
#include "modules/access/access.h"
#include "modules/evidence/looks.h"
#include "modules/registration/model.h"
#include "store.h"

namespace naming {
namespace {

using Catalogue = std::shared_ptr<const catalogue::Catalogue>;

struct PartView {
  std::string id;
  base::Text label;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(PartView, (), (id, label, value))

struct IssueView {
  std::string part;
  std::string code;
  bool is_blocking = false;
  base::Text message;
  base::Text basis;
};
BOOST_DESCRIBE_STRUCT(IssueView, (), (part, code, is_blocking, message, basis))

struct ConflictView {
  std::string name;
  base::Text status_text;
  base::Text likeness;
  bool is_blocking = false;
};
BOOST_DESCRIBE_STRUCT(ConflictView, (), (name, status_text, likeness, is_blocking))

struct CheckView {
  std::string name;
  std::string verdict;  // passes, warned, blocked
  base::Text verdict_text;
  std::vector<PartView> parts;
  std::vector<IssueView> issues;
  std::vector<ConflictView> conflicts;
  std::vector<std::string> suggestions;
};
BOOST_DESCRIBE_STRUCT(CheckView, (), (name, verdict, verdict_text, parts, issues, conflicts, suggestions))

struct ReservationBody {
  std::string name;
  std::string kind;
  bool needs_approval = false;
  bool undertakes = false;
};
BOOST_DESCRIBE_STRUCT(ReservationBody, (), (name, kind, needs_approval, undertakes))

struct ReservationView {
  base::Id id;
  std::string name;
  base::Text kind_text;
  std::string person_name;
  std::string state;
  base::Text state_text;
  calendar::Date reserved_on;
  calendar::Date expires_on;
  std::string undertaking;
};
BOOST_DESCRIBE_STRUCT(ReservationView, (),
                      (id, name, kind_text, person_name, state, state_text, reserved_on, expires_on, undertaking))

base::Result<void> check_kind(std::string_view kind) {
  if (registration::is_kind(kind)) return {};
  const base::Text message{"请选择主体类型", "Choose the kind of entity."};
  return base::invalid_at("/kind", "naming.kind_unknown", message);
}

/// "ENR-8" → 《企业名称登记管理规定》第8条.
base::Text basis_of(const std::string& source) {
  const std::string article = source.substr(source.find('-') + 1);
  return {"《企业名称登记管理规定》第" + article + "条", "Regulation on Enterprise Names, article " + article};
}

base::Text status_text_of(const std::string& status) {
  if (status == "reserved") return {"他人已保留", "Reserved by another"};
  if (status == "renamed") return {"一年内更名前使用", "Given up less than a year ago"};
  return registration::status_text(status);
}

CheckView view_of(const std::string& name, const Check& check) {
  const char* verdict = check.verdict == Verdict::passes   ? "passes"
                        : check.verdict == Verdict::warned ? "warned"
                                                           : "blocked";
  CheckView view{.name = name,
                 .verdict = verdict,
                 .verdict_text = check.verdict == Verdict::passes ? base::Text{"可以申报", "It can be declared"}
                                 : check.verdict == Verdict::warned
                                     ? base::Text{"可以申报,但须作出承诺", "It can be declared on an undertaking"}
                                     : base::Text{"不能申报", "It cannot be declared"},
                 .parts = {},
                 .issues = {},
                 .conflicts = {},
                 .suggestions = {}};
  const auto part = [&](const char* id, base::Text label, const std::u32string& value) {
    if (!value.empty()) view.parts.push_back({id, std::move(label), names::encode(value)});
  };
  part("division", {"行政区划", "Division"}, check.parts.division + check.parts.zone);
  part("trade", {"字号", "Trade name"}, check.parts.trade);
  part("industry", {"行业或者经营特点", "Industry"}, check.parts.industry);
  part("form", {"组织形式", "Form of organisation"}, check.parts.form);
  for (const names::Issue& issue : check.issues)
    view.issues.push_back(
        {issue.part, issue.code, issue.weight == names::Weight::blocked, issue.message, basis_of(issue.source)});
  for (const Conflict& conflict : check.conflicts)
    view.conflicts.push_back({conflict.name, status_text_of(conflict.status), names::likeness_text(conflict.likeness),
                              conflict.is_blocking});
  return view;
}

ReservationView view_of(storage::Snapshot& snapshot, const Reservation& reservation, calendar::Date today) {
  const std::string state = state_of(snapshot, reservation, today);
  return {reservation.id,
          reservation.name,
          registration::kind_text(reservation.kind),
          reservation.person_name,
          state,
          state_text(state),
          reservation.reserved_on,
          reservation.expires_on,
          reservation.undertaking};
}

void mount_checks(http::Router& router, storage::Store& store, const Catalogue& catalogue,
                  const std::string& division) {
  http::query<CheckView>(
      router, store,
      {.path = "/api/v1/name-checks",
       .id = "check_name",
       .tag = "naming",
       .summary = {"名称自主申报:查重与检查", "Check a name before declaring it"},
       .need = {http::Need::Kind::anyone},
       .query = {"name", "kind", "renaming"},
       .errors = {"naming.kind_unknown"}},
      [catalogue, division](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<CheckView> {
        const names::Proposal proposal{.name = std::string(request.query_value("name")),
                                       .kind = std::string(request.query_value("kind")),
                                       .division = division};
        TRY(std::ignore, check_kind(proposal.kind));
        const Asking asking{request.caller.person, calendar::local_date(request.at),
                            std::string(request.query_value("renaming"))};
        TRY(const Check checked, check(snapshot, *catalogue, proposal, asking));
        CheckView view = view_of(proposal.name, checked);
        if (checked.verdict != Verdict::passes) {
          TRY(view.suggestions, suggest(snapshot, *catalogue, proposal, asking));
        }
        return view;
      });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, Catalogue catalogue, std::string division,
           evidence::ReadBook& reads) {
  mount_checks(router, store, catalogue, division);
  const http::Need signed_in{http::Need::Kind::signed_in};
  http::list<ReservationView>(
      router, store,
      {.path = "/api/v1/name-reservations",
       .id = "list_name_reservations",
       .tag = "naming",
       .summary = {"保留的名称:本人的,工作人员看本区的", "Reserved names: one's own; for staff those of the division"},
       .need = signed_in},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<ReservationView>> {
        const ReservationPage page = list_reservations(snapshot, access_control::scope_of(request.caller),
                                                       http::limit_of(request), request.query_value("cursor"));
        http::Page<ReservationView> answer{.items = {}, .next = page.next, .total = page.total};
        for (const Reservation& each : page.reservations)
          answer.items.push_back(view_of(snapshot, each, calendar::local_date(request.at)));
        return answer;
      },
      evidence::note_export(reads, "list_name_reservations"));
  http::command<ReservationBody, ReservationView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/name-reservations",
       .id = "reserve_name",
       .tag = "naming",
       .summary = {"申报并保留名称", "Declare a name and have it kept"},
       .need = {http::Need::Kind::citizen},
       .answer_status = 201,
       .errors = {"naming.kind_unknown", "naming.blocked", "naming.undertaking_missing", "naming.too_many"}},
      [catalogue, division](storage::Transaction& transaction, const http::Request& request,
                            const ReservationBody& body) -> base::Result<ReservationView> {
        TRY(std::ignore, check_kind(body.kind));
        TRY(const Reservation reservation,
            reserve(transaction, *catalogue,
                    {.id = request.make_id(),
                     .proposal = {.name = body.name, .kind = body.kind, .division = division},
                     .needs_approval = body.needs_approval,
                     .undertakes = body.undertakes},
                    access_control::actor_of(request.caller), request.at));
        return view_of(transaction, reservation, calendar::local_date(request.at));
      });
  http::command<http::Nothing, ReservationView>(
      router, store,
      {.method = "DELETE",
       .path = "/api/v1/name-reservations/{reservation}",
       .id = "release_name",
       .tag = "naming",
       .summary = {"放弃保留的名称", "Give a reserved name up"},
       .need = {http::Need::Kind::citizen},
       .errors = {"naming.reservation_unknown", "naming.not_reserved"}},
      [](storage::Transaction& transaction, const http::Request& request,
         const http::Nothing&) -> base::Result<ReservationView> {
        TRY(const base::Id id, request.id("reservation"));
        const calendar::Date today = calendar::local_date(request.at);
        TRY(const Reservation released, release(transaction, access_control::scope_of(request.caller), id, today));
        return view_of(transaction, released, today);
      });
}

}  // namespace naming
