#include "store.h"

#include <map>

#include "modules/access/access.h"

namespace deadlines {
namespace {

using access_control::Within;
using storage::Datum;
using storage::Row;

/// A day behind every real one: as casework writes "none".
constexpr std::string_view no_day = "9999-12-31";
/// What casework gives the tasks of the express lane.
constexpr int express_priority = 90;

std::optional<calendar::Date> day_of(const Datum& datum) {
  if (datum.text() == no_day) return std::nullopt;
  return datum.date();
}

Within open_cases(const access_control::Scope& scope) {
  Within condition = access_control::within(scope, "c");
  condition.add("c.ended_at IS NULL");
  return condition;
}

/// `pile_of` as a condition; the piles divide what is open.
void add_pile(Within& condition, Pile pile, const Today& today) {
  switch (pile) {
    case Pile::late:
      return condition.add("c.next_day < ?", {today.day});
    case Pile::today:
      return condition.add("c.next_day = ?", {today.day});
    case Pile::soon:
      return condition.add("c.next_day > ? AND c.next_day <= ?", {today.day, today.soon_until});
    case Pile::later:
      return condition.add("c.next_day > ? AND c.next_day < ?", {today.soon_until, no_day});
    case Pile::paused:
      return condition.add("c.next_day = ? AND c.paused_on < ?", {no_day, no_day});
    case Pile::no_clock:
      return condition.add("c.next_day = ? AND c.paused_on = ?", {no_day, no_day});
  }
}

void add_mark(Within& condition, Mark mark, const Today& today) {
  switch (mark) {
    case Mark::late_by_law:
      return condition.add("c.legal_day < ?", {today.day});
    case Mark::late_for_applicant:
      return condition.add("c.promised_day < ?", {today.day});
    case Mark::express:
      return condition.add(
          "EXISTS (SELECT 1 FROM tasks t WHERE t.case_id = c.id AND t.done_at IS NULL AND t.priority >= ?)",
          {express_priority});
  }
}

void add_holder(Within& condition, const std::string& role, bool late, const Today& today) {
  if (late)
    return condition.add(
        "EXISTS (SELECT 1 FROM tasks t WHERE t.case_id = c.id AND t.done_at IS NULL AND t.candidate_group = ? AND "
        "t.due_day < ?)",
        {role, today.day});
  condition.add("EXISTS (SELECT 1 FROM tasks t WHERE t.case_id = c.id AND t.done_at IS NULL AND t.candidate_group = ?)",
                {role});
}

Within condition_of(const access_control::Scope& scope, const Filter& filter, const Today& today) {
  Within condition = open_cases(scope);
  if (filter.pile) add_pile(condition, *filter.pile, today);
  if (filter.mark) add_mark(condition, *filter.mark, today);
  if (!filter.service.empty()) condition.add("c.service = ?", {filter.service});
  if (!filter.holder.empty()) add_holder(condition, filter.holder, filter.holder_late, today);
  if (filter.due) condition.add("c.next_day = ?", {*filter.due});
  if (!filter.pause.empty()) condition.add("c.paused_zh = ?", {filter.pause});
  return condition;
}

std::int64_t count(storage::Snapshot& snapshot, const Within& condition) {
  return snapshot.query("SELECT COUNT(*) FROM cases c WHERE " + condition.sql, condition.parameters)[0][0].number();
}

std::map<std::string, std::int64_t> count_by_service(storage::Snapshot& snapshot, const Within& condition) {
  std::map<std::string, std::int64_t> counts;
  for (const Row& row :
       snapshot.query("SELECT c.service, COUNT(*) FROM cases c WHERE " + condition.sql + " GROUP BY c.service",
                      condition.parameters))
    counts[row[0].text()] = row[1].number();
  return counts;
}

/// The roles whose open tasks hold each of the cases.
void add_holders(storage::Snapshot& snapshot, std::vector<CaseRow>& cases) {
  for (CaseRow& row : cases)
    for (const Row& task : snapshot.query("SELECT DISTINCT candidate_group FROM tasks WHERE case_id = ? AND done_at IS "
                                          "NULL ORDER BY candidate_group",
                                          {row.id}))
      row.holders.push_back(task[0].text());
}

}  // namespace

void count_piles(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board) {
  std::map<std::string, Board::Service> services;
  for (const Pile pile : piles()) {
    const auto counts = count_by_service(snapshot, condition_of(scope, {.pile = pile}, today));
    std::int64_t total = 0;
    for (const auto& [service, number] : counts) {
      total += number;
      Board::Service& line = services.try_emplace(service, Board::Service{.id = service}).first->second;
      line.open += number;
      if (pile == Pile::late) line.late += number;
      if (pile == Pile::today) line.today += number;
      if (pile == Pile::soon) line.soon += number;
      if (pile == Pile::paused) line.paused += number;
    }
    board.piles.push_back({std::string(name_of(pile).id), total});
    board.open += total;
  }
  for (auto& [id, line] : services) board.services.push_back(std::move(line));
  for (const Mark mark : marks())
    board.marks.push_back({std::string(name_of(mark).id), count(snapshot, condition_of(scope, {.mark = mark}, today))});
}

void count_days(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board) {
  Within condition = open_cases(scope);
  condition.add("c.next_day >= ? AND c.next_day < ?", {today.day, no_day});
  condition.parameters.emplace_back(days_max);
  for (const Row& row : snapshot.query("SELECT c.next_day, COUNT(*) FROM cases c WHERE " + condition.sql +
                                           " GROUP BY c.next_day ORDER BY c.next_day LIMIT ?",
                                       condition.parameters))
    board.days.push_back({row[0].date(), row[1].number()});
}

void count_holders(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board) {
  Within condition = open_cases(scope);
  condition.parameters.insert(condition.parameters.begin(), today.day);
  for (const Row& row : snapshot.query(
           "SELECT t.candidate_group, COUNT(DISTINCT c.id), COUNT(DISTINCT CASE WHEN t.due_day < ? THEN c.id "
           "END) FROM tasks t JOIN cases c ON c.id = t.case_id WHERE t.done_at IS NULL AND " +
               condition.sql + " GROUP BY t.candidate_group ORDER BY t.candidate_group",
           condition.parameters))
    board.holders.push_back({row[0].text(), row[1].number(), row[2].number()});
}

void count_pauses(storage::Snapshot& snapshot, const access_control::Scope& scope, Board& board) {
  Within condition = open_cases(scope);
  add_pile(condition, Pile::paused, {});
  for (const Row& row : snapshot.query("SELECT c.paused_zh, MIN(c.paused_en), COUNT(*), MIN(c.paused_on) FROM cases c "
                                       "WHERE " +
                                           condition.sql + " GROUP BY c.paused_zh ORDER BY MIN(c.paused_on)",
                                       condition.parameters))
    board.pauses.push_back({{row[0].text(), row[1].text()}, row[2].number(), row[3].date()});
}

void count_promises(storage::Snapshot& snapshot, const access_control::Scope& scope, const Today& today, Board& board) {
  for (const Age& age : ages())
    board.promises.push_back({std::string(age.id), promises(snapshot, scope, &age, false, today.day, 0, {}).total,
                              promises(snapshot, scope, &age, true, today.day, 0, {}).total});
}

CasePage list_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const Filter& filter,
                    const Today& today, int limit, const std::string& cursor) {
  Within condition = condition_of(scope, filter, today);
  CasePage page{.cases = {}, .next = {}, .total = count(snapshot, condition)};
  if (const std::size_t cut = cursor.find('~'); cut != std::string::npos)
    condition.add("(c.next_day, c.id) > (?, ?)",
                  {cursor.substr(0, cut), base::parse_id(cursor.substr(cut + 1)).value_or(base::Id{})});
  condition.parameters.emplace_back(limit + 1);
  std::string last_day;
  for (const Row& row : snapshot.query(
           "SELECT c.id, c.number, c.title, c.service, c.state, c.next_day, c.next_clock, c.legal_day, c.paused_on, "
           "c.paused_zh, c.paused_en, c.promised_day FROM cases c WHERE " +
               condition.sql + " ORDER BY c.next_day, c.id LIMIT ?",
           condition.parameters)) {
    if (page.cases.size() == static_cast<std::size_t>(limit)) {
      page.next = last_day + "~" + base::to_text(page.cases.back().id);
      break;
    }
    CaseRow found{
        .id = row[0].id(),
        .number = row[1].text(),
        .title = row[2].text(),
        .service = row[3].text(),
        .state = row[4].text(),
        .timing = {.next_day = day_of(row[5]), .next_clock = row[6].text(), .legal_day = day_of(row[7]), .pause = {}},
        .promised_day = day_of(row[11]),
        .holders = {}};
    if (const auto since = day_of(row[8]))
      found.timing.pause = {.from = *since, .to = {}, .reason = {row[9].text(), row[10].text()}};
    last_day = row[5].text();
    page.cases.push_back(std::move(found));
  }
  add_holders(snapshot, page.cases);
  return page;
}

PromisePage promises(storage::Snapshot& snapshot, const access_control::Scope& scope, const Age* age, bool overdue,
                     calendar::Date today, int limit, const std::string& cursor) {
  Within condition = access_control::within(scope, "c");
  condition.add("p.kept IS NULL");
  // A promise of an older moment has a higher age: the last moment of its youngest day, the first of its oldest.
  if (age && age->first > 0) condition.add("p.made_at < ?", {calendar::start_of({today.days - age->first + 1})});
  if (age && age->last) condition.add("p.made_at >= ?", {calendar::start_of({today.days - *age->last})});
  if (overdue) condition.add("p.due_day < ?", {today});
  const std::string from = " FROM promises p JOIN cases c ON c.id = p.case_id WHERE ";
  PromisePage page;
  page.total = snapshot.query("SELECT COUNT(*)" + from + condition.sql, condition.parameters)[0][0].number();
  if (limit == 0) return page;
  if (const std::size_t cut = cursor.find('~'); cut != std::string::npos) {
    const std::int64_t made = std::strtoll(cursor.c_str(), nullptr, 10);
    const std::size_t second = cursor.find('~', cut + 1);
    condition.add("(p.made_at, p.case_id, p.material) > (?, ?, ?)",
                  {made, base::parse_id(cursor.substr(cut + 1, second - cut - 1)).value_or(base::Id{}),
                   second == std::string::npos ? std::string() : cursor.substr(second + 1)});
  }
  condition.parameters.emplace_back(limit + 1);
  for (const Row& row :
       snapshot.query("SELECT p.case_id, c.number, c.title, c.service, p.material, p.made_at, p.due_day" + from +
                          condition.sql + " ORDER BY p.made_at, p.case_id, p.material LIMIT ?",
                      condition.parameters)) {
    if (page.promises.size() == static_cast<std::size_t>(limit)) {
      const casework::OpenPromise& last = page.promises.back();
      page.next = std::to_string(last.made_at.us) + "~" + base::to_text(last.of_case) + "~" + last.material;
      break;
    }
    page.promises.push_back(
        {row[0].id(), row[1].text(), row[2].text(), row[3].text(), row[4].text(), row[5].instant(), row[6].date()});
  }
  return page;
}

}  // namespace deadlines
