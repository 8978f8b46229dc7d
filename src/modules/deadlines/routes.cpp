/// The board, the cases and promises behind its numbers, and the news that keeps pages up to date.
#include "routes.h"
#include "http/api.h"
#include "http/export.h"
#include "http/news.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/deadlines/deadlines.h"
#include "modules/evidence/looks.h"
#include "modules/licensing/model.h"

namespace deadlines {
namespace {

constexpr std::string_view tag = "deadlines";

struct CountView {
  std::string id;
  base::Text name;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(CountView, (), (id, name, count))

struct DayView {
  calendar::Date day;
  std::int64_t count = 0;
  bool provisional = false;
};
BOOST_DESCRIBE_STRUCT(DayView, (), (day, count, provisional))

struct ServiceLine {
  std::string id;
  base::Text name;
  std::int64_t open = 0;
  std::int64_t late = 0;
  std::int64_t today = 0;
  std::int64_t soon = 0;
  std::int64_t paused = 0;
};
BOOST_DESCRIBE_STRUCT(ServiceLine, (), (id, name, open, late, today, soon, paused))

struct HolderLine {
  std::string role;
  base::Text name;
  std::int64_t cases = 0;
  std::int64_t late_cases = 0;
};
BOOST_DESCRIBE_STRUCT(HolderLine, (), (role, name, cases, late_cases))

struct PauseLine {
  std::string reason;  // as the list's parameter wants it
  base::Text name;
  std::int64_t count = 0;
  calendar::Date since;
};
BOOST_DESCRIBE_STRUCT(PauseLine, (), (reason, name, count, since))

struct PromiseLine {
  std::string age;
  base::Text name;
  std::int64_t count = 0;
  std::int64_t overdue = 0;
};
BOOST_DESCRIBE_STRUCT(PromiseLine, (), (age, name, count, overdue))

struct BoardView {
  calendar::Date today;
  calendar::Date soon_until;
  base::Instant as_of;
  std::int64_t open = 0;
  std::vector<CountView> piles;
  std::vector<CountView> marks;
  std::vector<DayView> days;
  std::vector<ServiceLine> services;
  std::vector<HolderLine> holders;
  std::vector<PauseLine> pauses;
  std::vector<PromiseLine> promises;
};
BOOST_DESCRIBE_STRUCT(BoardView, (),
                      (today, soon_until, as_of, open, piles, marks, days, services, holders, pauses, promises))

struct CaseLine {
  base::Id id;
  std::string number;
  std::string title;
  base::Text service_name;
  base::Text state_text;
  std::optional<calendar::Date> next_day;
  std::optional<base::Text> next_clock;
  std::optional<calendar::Date> promised_day;
  std::optional<calendar::Date> legal_day;
  std::optional<base::Text> paused_for;
  std::optional<calendar::Date> paused_since;
  std::optional<base::Text> holder;
};
BOOST_DESCRIBE_STRUCT(CaseLine, (),
                      (id, number, title, service_name, state_text, next_day, next_clock, promised_day, legal_day,
                       paused_for, paused_since, holder))

struct OpenPromiseLine {
  base::Id of_case;
  std::string case_number;
  std::string case_title;
  base::Text material_name;
  base::Instant made_at;
  calendar::Date due_day;
  std::int64_t age_days = 0;
  bool overdue = false;
};
BOOST_DESCRIBE_STRUCT(OpenPromiseLine, (),
                      (of_case, case_number, case_title, material_name, made_at, due_day, age_days, overdue))

http::Need leaders() {
  return {http::Need::Kind::staff, "deadlines.read"};
}

base::Text service_name(const catalogue::Catalogue& catalogue, const std::string& id) {
  const auto service = catalogue.service(id);
  return service ? service.value()->name : base::Text{id, id};
}

}  // namespace

base::Text role_name(const std::string& role) {
  if (role == "applicant") return {"申请人", "The applicant"};
  const access_control::Role* found = access_control::find_role(role);
  return found ? found->name : base::Text{role, role};
}

namespace {

BoardView view_of(const Board& board, const catalogue::Catalogue& catalogue, base::Instant now) {
  BoardView view{.today = board.today, .soon_until = board.soon_until, .as_of = now, .open = board.open};
  for (const auto& pile : board.piles) view.piles.push_back({pile.id, name_of(*parse_pile(pile.id)).name, pile.count});
  for (const auto& mark : board.marks) view.marks.push_back({mark.id, name_of(*parse_mark(mark.id)).name, mark.count});
  for (const auto& day : board.days)
    view.days.push_back({day.day, day.count, catalogue.calendar.is_provisional(day.day)});
  for (const auto& line : board.services)
    view.services.push_back(
        {line.id, service_name(catalogue, line.id), line.open, line.late, line.today, line.soon, line.paused});
  for (const auto& line : board.holders)
    view.holders.push_back({line.role, role_name(line.role), line.cases, line.late_cases});
  for (const auto& line : board.pauses) view.pauses.push_back({line.reason.zh, line.reason, line.count, line.since});
  for (const auto& line : board.promises)
    view.promises.push_back({line.age, find_age(line.age)->name, line.count, line.overdue});
  return view;
}

std::optional<base::Text> clock_name(const catalogue::Catalogue& catalogue, const CaseRow& row) {
  const auto service = catalogue.service(row.service);
  if (!service || row.timing.next_clock.empty()) return std::nullopt;
  for (const catalogue::Clock& clock : service.value()->clocks)
    if (clock.id == row.timing.next_clock) return clock.name;
  return base::Text{row.timing.next_clock, row.timing.next_clock};
}

CaseLine line_of(const CaseRow& row, const catalogue::Catalogue& catalogue) {
  CaseLine line{.id = row.id,
                .number = row.number,
                .title = row.title,
                .service_name = service_name(catalogue, row.service),
                .state_text = licensing::state_text(row.state),
                .next_day = row.timing.next_day,
                .next_clock = clock_name(catalogue, row),
                .promised_day = row.promised_day,
                .legal_day = row.timing.legal_day,
                .paused_for = {},
                .paused_since = {},
                .holder = {}};
  if (row.timing.pause) {
    line.paused_for = row.timing.pause->reason;
    line.paused_since = row.timing.pause->from;
  }
  base::Text holders;
  for (const std::string& role : row.holders) {
    const base::Text name = role_name(role);
    holders.zh += (holders.zh.empty() ? "" : "、") + name.zh;
    holders.en += (holders.en.empty() ? "" : ", ") + name.en;
  }
  if (!row.holders.empty()) line.holder = holders;
  return line;
}

base::Error unknown_filter(const char* parameter) {
  const base::Text message{"筛选条件无效,请从看板上重新点开",
                           "This filter is not one of the board's; open the list from the board."};
  return base::invalid_at(std::string("/") + parameter, "deadlines.filter_invalid", message);
}

base::Result<Filter> filter_of(const http::Request& request) {
  Filter filter{.service = std::string(request.query_value("service")),
                .holder = std::string(request.query_value("holder")),
                .holder_late = request.query_value("holder_late") == "true",
                .pause = std::string(request.query_value("pause"))};
  if (const auto pile = request.query_value("pile"); !pile.empty()) {
    filter.pile = parse_pile(pile);
    if (!filter.pile) return unknown_filter("pile");
  }
  if (const auto mark = request.query_value("mark"); !mark.empty()) {
    filter.mark = parse_mark(mark);
    if (!filter.mark) return unknown_filter("mark");
  }
  if (const auto due = request.query_value("due"); !due.empty()) {
    filter.due = calendar::parse_date(due);
    if (!filter.due) return unknown_filter("due");
  }
  return filter;
}

void mount_promises(http::Router& router, storage::Store& store, const catalogue::Catalogue* catalogue,
                    evidence::ReadBook& reads) {
  http::list<OpenPromiseLine>(
      router, store,
      {.path = "/api/v1/deadlines/promises",
       .id = "list_deadline_promises",
       .tag = std::string(tag),
       .summary = {"没有核销的容缺承诺,最早的在前", "Unverified promises, the oldest first"},
       .need = leaders(),
       .query = {"age", "overdue"},
       .errors = {"deadlines.filter_invalid"}},
      [catalogue](storage::Snapshot& snapshot,
                  const http::Request& request) -> base::Result<http::Page<OpenPromiseLine>> {
        const calendar::Date today = calendar::local_date(request.at);
        const auto wanted = request.query_value("age");
        const Age* age = wanted.empty() ? nullptr : find_age(wanted);
        if (!wanted.empty() && !age) return unknown_filter("age");
        const PromisePage found =
            promises(snapshot, access_control::scope_of(request.caller), age, request.query_value("overdue") == "true",
                     today, http::limit_of(request), std::string(request.query_value("cursor")));
        http::Page<OpenPromiseLine> page{.items = {}, .next = found.next, .total = found.total};
        for (const casework::OpenPromise& promise : found.promises) {
          base::Text material{promise.material, promise.material};
          if (const auto service = catalogue->service(promise.service))
            if (const auto* known = service.value()->find_material(promise.material)) material = known->name;
          page.items.push_back({promise.of_case, promise.case_number, promise.case_title, std::move(material),
                                promise.made_at, promise.due, today.days - calendar::local_date(promise.made_at).days,
                                promise.due < today});
        }
        return page;
      },
      evidence::note_export(reads, "list_deadline_promises"));
}

/// Whoever works on cases hears of changes in the division; what they are, each page asks under its own scope.
void mount_changes(http::Router& router, http::News& news) {
  router.add(
      {.method = "GET",
       .path = "/api/v1/changes",
       .id = "listen_to_changes",
       .tag = std::string(tag),
       .summary = {"有变化时通知打开的页面", "Tells an open page that something has changed (server-sent events)"},
       .need = {http::Need::Kind::staff, "task.read"},
       .answer_schema = R"({"type":"string"})",
       .answer_type = "text/event-stream",
       .errors = {"http.busy", "http.too_many"}},
      [&news](const http::Request& request) {
        return news.open(request, [division = request.caller.division](const storage::LoggedEvent& event) {
          return event.division.starts_with(division);
        });
      });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, http::News& news, const casework::Engine& engine,
           evidence::ReadBook& reads) {
  const catalogue::Catalogue* catalogue = &engine.catalogue();
  http::query<BoardView>(
      router, store,
      {.path = "/api/v1/deadlines",
       .id = "find_deadlines",
       .tag = std::string(tag),
       .summary = {"时限看板:到期、超期、暂停及原因、容缺承诺",
                   "What is due when, late, paused and why, and promises by age"},
       .need = leaders(),
       .errors = {"calendar.year_unknown"}},
      [catalogue](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<BoardView> {
        TRY(const Board found, board(snapshot, access_control::scope_of(request.caller), catalogue->calendar,
                                     calendar::local_date(request.at)));
        return view_of(found, *catalogue, request.at);
      });
  http::list<CaseLine>(
      router, store,
      {.path = "/api/v1/deadlines/cases",
       .id = "list_deadline_cases",
       .tag = std::string(tag),
       .summary = {"看板上一个数字背后的办件", "The cases behind a number of the board"},
       .need = leaders(),
       .query = {"pile", "mark", "service", "holder", "holder_late", "due", "pause"},
       .errors = {"deadlines.filter_invalid", "calendar.year_unknown"}},
      [catalogue](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<CaseLine>> {
        TRY(const Filter filter, filter_of(request));
        TRY(const CasePage found, cases(snapshot, access_control::scope_of(request.caller), filter, catalogue->calendar,
                                        calendar::local_date(request.at), http::limit_of(request),
                                        std::string(request.query_value("cursor"))));
        http::Page<CaseLine> page{.items = {}, .next = found.next, .total = found.total};
        for (const CaseRow& row : found.cases) page.items.push_back(line_of(row, *catalogue));
        return page;
      },
      evidence::note_export(reads, "list_deadline_cases"));
  mount_promises(router, store, catalogue, reads);
  mount_what_if(router, store, engine);
  mount_changes(router, news);
}

}  // namespace deadlines
