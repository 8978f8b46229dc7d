#include "store.h"

#include "modules/registration/model.h"

namespace statistics {
namespace {

using storage::Datum;
using storage::Row;

/// A condition with its parameters.
struct Condition {
  std::string sql;
  std::vector<Datum> parameters;

  void add(std::string_view more, std::initializer_list<Datum> values = {}) {
    if (!sql.empty()) sql += " AND ";
    sql += more;
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
};

/// The register is one for the whole division; nobody owns an entity as a person.
Condition entities_within(const access_control::Scope& scope) {
  Condition condition;
  switch (scope.kind) {
    case access_control::Scope::Kind::nothing:
    case access_control::Scope::Kind::own:
      condition.add("1 = 0");
      break;
    case access_control::Scope::Kind::office:
    case access_control::Scope::Kind::division:
      condition.add("e.division >= ? AND e.division < ?", {scope.division, scope.division + ":"});
      break;
  }
  return condition;
}

Condition cases_within(const access_control::Scope& scope) {
  Condition condition;
  switch (scope.kind) {
    case access_control::Scope::Kind::nothing:
    case access_control::Scope::Kind::own:
      condition.add("1 = 0");
      break;
    case access_control::Scope::Kind::office:
      condition.add("c.division = ? AND c.office = ?", {scope.division, scope.office});
      break;
    case access_control::Scope::Kind::division:
      condition.add("c.division >= ? AND c.division < ?", {scope.division, scope.division + ":"});
      break;
  }
  return condition;
}

/// The last status that holds on the day, of what was known, says "in business".
Condition in_stock(const StockQuery& query) {
  const base::Instant known_before = calendar::start_of({query.known_on.days + 1});
  Condition condition;
  condition.add(
      "EXISTS (SELECT 1 FROM entity_statuses s WHERE s.entity = e.id AND s.as_of <= ? AND s.known_at < ? AND "
      "s.status IN ('open', ?) AND NOT EXISTS (SELECT 1 FROM entity_statuses t WHERE t.entity = e.id AND "
      "t.as_of <= ? AND t.known_at < ? AND (t.as_of, t.sequence) > (s.as_of, s.sequence)))",
      {query.day, known_before, query.with_revoked ? "revoked" : "open", query.day, known_before});
  return condition;
}

Condition condition_of(const access_control::Scope& scope, const StockSet& set) {
  Condition condition = entities_within(scope);
  if (!set.in.kinds.empty()) {
    std::string list;
    for (std::size_t i = 0; i < set.in.kinds.size(); ++i) list += i == 0 ? "?" : ", ?";
    condition.add("e.kind IN (" + list + ")");
    for (const std::string& kind : set.in.kinds) condition.parameters.emplace_back(kind);
  }
  const auto append = [&](const std::string& prefix, const Condition& more) {
    condition.add(prefix + more.sql);
    condition.parameters.insert(condition.parameters.end(), more.parameters.begin(), more.parameters.end());
  };
  append("", in_stock(set.in));
  if (set.not_in) append("NOT ", in_stock(*set.not_in));
  return condition;
}

Condition condition_of(const access_control::Scope& scope, const CaseSet& set) {
  Condition condition = cases_within(scope);
  condition.add("c.state = 'finished' AND c.ended_at >= ? AND c.ended_at < ?",
                {calendar::start_of(set.cases.from), calendar::start_of({set.cases.to.days + 1})});
  std::string list;
  for (std::size_t i = 0; i < set.cases.services.size(); ++i) list += i == 0 ? "?" : ", ?";
  condition.add(list.empty() ? "1 = 0" : "c.service IN (" + list + ")");
  for (const std::string& service : set.cases.services) condition.parameters.emplace_back(service);
  if (!set.cases.office.empty()) condition.add("c.office = ?", {set.cases.office});
  if (set.cases.visits_max)
    condition.add("(SELECT COUNT(*) FROM visits v WHERE v.case_id = c.id) <= ?", {std::int64_t{*set.cases.visits_max}});
  if (set.rated || set.satisfied) condition.add("r.grade IS NOT NULL");
  // The first three of the five grades count as satisfied: [GBF-2019-51].
  if (set.satisfied)
    condition.add(std::string("r.grade ") + (*set.satisfied ? "IN" : "NOT IN") +
                  " ('very_satisfied', 'satisfied', 'fairly_satisfied')");
  return condition;
}

constexpr std::string_view cases_from = " FROM cases c LEFT JOIN ratings r ON r.case_id = c.id WHERE ";

}  // namespace

std::map<std::string, std::int64_t> count_by_kind(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                                  const StockSet& set) {
  const Condition condition = condition_of(scope, set);
  std::map<std::string, std::int64_t> counts;
  for (const Row& row : snapshot.query(
           "SELECT e.kind, COUNT(*) FROM entities e WHERE " + condition.sql + " GROUP BY e.kind", condition.parameters))
    counts[row[0].text()] = row[1].number();
  return counts;
}

RecordPage list_stock(storage::Snapshot& snapshot, const access_control::Scope& scope, const StockSet& set, int limit,
                      const std::string& cursor) {
  RecordPage page;
  for (const auto& [kind, count] : count_by_kind(snapshot, scope, set)) page.total += count;
  Condition condition = condition_of(scope, set);
  if (const auto after = base::parse_id(cursor)) condition.add("e.id < ?", {*after});
  condition.parameters.emplace_back(limit + 1);
  for (const Row& row :
       snapshot.query("SELECT e.id, e.name, e.credit_code, e.kind, e.established_on FROM entities e WHERE " +
                          condition.sql + " ORDER BY e.id DESC LIMIT ?",
                      condition.parameters)) {
    if (page.records.size() == static_cast<std::size_t>(limit)) {
      page.next = page.records.back().id;
      break;
    }
    page.records.push_back({.kind = "entity",
                            .id = base::to_text(row[0].id()),
                            .name = {row[1].text(), row[1].text()},
                            .number = row[2].text(),
                            .detail = registration::kind_text(row[3].text()),
                            .on = row[4].date()});
  }
  return page;
}

std::int64_t count_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const CaseSet& set) {
  const Condition condition = condition_of(scope, set);
  return snapshot.query("SELECT COUNT(*)" + std::string(cases_from) + condition.sql, condition.parameters)[0][0]
      .number();
}

RecordPage list_cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const CaseSet& set, int limit,
                      const std::string& cursor) {
  RecordPage page{.records = {}, .next = {}, .total = count_cases(snapshot, scope, set)};
  Condition condition = condition_of(scope, set);
  if (const auto after = base::parse_id(cursor)) condition.add("c.id < ?", {*after});
  condition.parameters.emplace_back(limit + 1);
  for (const Row& row : snapshot.query("SELECT c.id, c.title, c.number, r.grade, c.ended_at" + std::string(cases_from) +
                                           condition.sql + " ORDER BY c.id DESC LIMIT ?",
                                       condition.parameters)) {
    if (page.records.size() == static_cast<std::size_t>(limit)) {
      page.next = page.records.back().id;
      break;
    }
    page.records.push_back({.kind = "case",
                            .id = base::to_text(row[0].id()),
                            .name = {row[1].text(), row[1].text()},
                            .number = row[2].text(),
                            .detail = row[3].is_null() ? base::Text{} : grade_text(row[3].text()),
                            .on = calendar::local_date(row[4].instant())});
  }
  return page;
}

}  // namespace statistics
