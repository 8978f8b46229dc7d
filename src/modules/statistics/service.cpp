#include <algorithm>

#include "kernel/base/refusals.h"
#include "store.h"

namespace statistics {
namespace {

using access_control::Scope;
using catalogue::Measure;
using catalogue::Statistic;

base::Error part_unknown(const std::string& part) {
  return base::not_found("statistics.part_unknown",
                         {"这个数字没有「" + part + "」这一部分", "This figure has no part called " + part + "."});
}

/// What the public calls by one word: branches count among the enterprises.
/// Source: [ART] F-06.
struct Group {
  const char* part;
  base::Text label;
  std::vector<std::string> kinds;
};
const std::vector<Group>& groups() {
  static const std::vector<Group> all = {
      {"enterprises", {"企业(含分支机构)", "Enterprises (with branches)"}, {"enterprise", "branch"}},
      {"individual_businesses", {"个体工商户", "Individual businesses"}, {"individual_business"}},
      {"cooperatives", {"农民专业合作社", "Farmers' cooperatives"}, {"cooperative"}}};
  return all;
}

StockQuery stock_on(const Statistic& statistic, const Parameters& parameters, calendar::Date day) {
  return {
      .day = day, .known_on = parameters.known_on, .with_revoked = parameters.with_revoked, .kinds = statistic.kinds};
}

/// The entities behind a part; nothing when there is no such part.
std::optional<StockSet> stock_set(const Statistic& statistic, const Parameters& parameters, const std::string& part) {
  const StockQuery now = stock_on(statistic, parameters, parameters.day);
  const StockQuery before = stock_on(statistic, parameters, year_before(parameters.day));
  if (part == "in_business") return StockSet{.in = now};
  if (part == "year_before" && statistic.measure != Measure::stock) return StockSet{.in = before};
  if (part == "gained" && statistic.measure == Measure::stock_growth) return StockSet{.in = now, .not_in = before};
  if (part == "lost" && statistic.measure == Measure::stock_growth) return StockSet{.in = before, .not_in = now};
  for (const Group& group : groups())
    if (part == group.part && statistic.measure == Measure::stock) {
      StockSet set{.in = now};
      set.in.kinds = group.kinds;
      return set;
    }
  return std::nullopt;
}

std::int64_t count(storage::Snapshot& snapshot, const Scope& scope, const StockSet& set) {
  std::int64_t total = 0;
  for (const auto& [kind, number] : count_by_kind(snapshot, scope, set)) total += number;
  return total;
}

CaseQuery cases_of(const catalogue::Catalogue& catalogue, const Statistic& statistic, const Parameters& parameters) {
  CaseQuery query{.from = parameters.from,
                  .to = parameters.to,
                  .services = {},
                  .office = statistic.office,
                  .visits_max = statistic.visits_max};
  for (const auto& [id, service] : catalogue.services->now())
    if (std::find(service->tags.begin(), service->tags.end(), statistic.tag) != service->tags.end())
      query.services.push_back(id);
  return query;
}

std::optional<CaseSet> case_set(const catalogue::Catalogue& catalogue, const Statistic& statistic,
                                const Parameters& parameters, const std::string& part) {
  CaseSet set{.cases = cases_of(catalogue, statistic, parameters)};
  if (part == "finished") return set;
  if (statistic.measure != Measure::satisfaction) return std::nullopt;
  if (part == "rated")
    set.rated = true;
  else if (part == "satisfied")
    set.satisfied = true;
  else if (part == "dissatisfied")
    set.satisfied = false;
  else
    return std::nullopt;
  return set;
}

void compute_stock(storage::Snapshot& snapshot, const Scope& scope, Figure& figure) {
  const auto counts = count_by_kind(snapshot, scope, *stock_set(*figure.statistic, figure.parameters, "in_business"));
  std::int64_t total = 0;
  for (const auto& [kind, number] : counts) total += number;
  figure.value = std::to_string(total);
  figure.parts.push_back({"in_business", {"在营市场主体", "In business"}, total});
  for (const Group& group : groups()) {
    std::int64_t sum = 0;
    for (const std::string& kind : group.kinds)
      if (const auto found = counts.find(kind); found != counts.end()) sum += found->second;
    figure.parts.push_back({group.part, group.label, sum});
  }
}

void compute_growth(storage::Snapshot& snapshot, const Scope& scope, Figure& figure) {
  const auto part = [&](const char* id, base::Text label) {
    const std::int64_t number = count(snapshot, scope, *stock_set(*figure.statistic, figure.parameters, id));
    figure.parts.push_back({id, std::move(label), number});
    return number;
  };
  const std::int64_t now = part("in_business", {"截止日在营", "In business on the day"});
  const std::int64_t before = part("year_before", {"上年同日在营", "In business a year before"});
  if (figure.statistic->measure == Measure::growth_rate) {
    figure.value = percent(now - before, before, figure.statistic->decimals);
    return;
  }
  part("gained", {"一年内增加的", "Gained within the year"});
  part("lost", {"一年内减少的", "Lost within the year"});
  figure.value = std::to_string(now - before);
}

void compute_cases(storage::Snapshot& snapshot, const Scope& scope, const catalogue::Catalogue& catalogue,
                   Figure& figure) {
  const auto part = [&](const char* id, base::Text label) {
    const std::int64_t number =
        count_cases(snapshot, scope, *case_set(catalogue, *figure.statistic, figure.parameters, id));
    figure.parts.push_back({id, std::move(label), number});
    return number;
  };
  const std::int64_t finished = part("finished", {"办结", "Finished"});
  figure.value = std::to_string(finished);
  if (figure.statistic->measure != Measure::satisfaction) return;
  const std::int64_t rated = part("rated", {"已评价", "Rated"});
  const std::int64_t satisfied = part("satisfied", {"满意", "Satisfied"});
  part("dissatisfied", {"不满意", "Dissatisfied"});
  figure.value = percent(satisfied, rated, figure.statistic->decimals);
  const std::string response = percent(rated, finished, 1);
  const std::string unit = response == no_value ? "" : "%";
  figure.notes.push_back({{"评价率", "Response rate"}, {response + unit, response + unit}});
}

base::Result<void> compute_promise(const catalogue::Catalogue& catalogue, Figure& figure) {
  TRY(const catalogue::Rule rule, catalogue.rules.on(figure.statistic->rule, figure.parameters.day));
  figure.value = std::to_string(rule.value.count);
  figure.notes.push_back({{"依据", "Basis"}, rule.basis});
  return {};
}

}  // namespace

std::int64_t count_stock(storage::Snapshot& snapshot, const Scope& scope, const StockQuery& query) {
  return count(snapshot, scope, {.in = query});
}

std::int64_t count_finished(storage::Snapshot& snapshot, const Scope& scope, const CaseQuery& query) {
  return count_cases(snapshot, scope, {.cases = query});
}

base::Result<Figure> compute(storage::Snapshot& snapshot, const Scope& scope, const catalogue::Catalogue& catalogue,
                             const Statistic& statistic, const Parameters& parameters) {
  Figure figure{.statistic = &statistic, .parameters = parameters};
  switch (statistic.measure) {
    case Measure::stock:
      compute_stock(snapshot, scope, figure);
      break;
    case Measure::stock_growth:
    case Measure::growth_rate:
      compute_growth(snapshot, scope, figure);
      break;
    case Measure::finished_cases:
    case Measure::satisfaction:
      compute_cases(snapshot, scope, catalogue, figure);
      break;
    case Measure::list_length:
      figure.value = std::to_string(statistic.items.size());
      figure.parts.push_back({"items", {"清单", "The list"}, static_cast<std::int64_t>(statistic.items.size())});
      break;
    case Measure::promise:
      TRY(std::ignore, compute_promise(catalogue, figure));
      break;
  }
  return figure;
}

base::Result<RecordPage> records(storage::Snapshot& snapshot, const Scope& scope, const catalogue::Catalogue& catalogue,
                                 const Statistic& statistic, const Parameters& parameters, const std::string& part,
                                 int limit, const std::string& cursor) {
  switch (statistic.measure) {
    case Measure::stock:
    case Measure::stock_growth:
    case Measure::growth_rate:
      if (const auto set = stock_set(statistic, parameters, part))
        return list_stock(snapshot, scope, *set, limit, cursor);
      break;
    case Measure::finished_cases:
    case Measure::satisfaction:
      if (const auto set = case_set(catalogue, statistic, parameters, part))
        return list_cases(snapshot, scope, *set, limit, cursor);
      break;
    case Measure::list_length:
      if (part == "items") {
        RecordPage page{.records = {}, .next = {}, .total = static_cast<std::int64_t>(statistic.items.size())};
        for (const base::Text& item : statistic.items) page.records.push_back({.kind = "item", .id = {}, .name = item});
        return page;
      }
      break;
    case Measure::promise:
      break;
  }
  return part_unknown(part);
}

}  // namespace statistics
