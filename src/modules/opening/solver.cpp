#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "modules/opening/model.h"

namespace opening {
namespace {

using calendar::Date;

constexpr std::size_t covers_max = 20'000;  // sets of ways looked at
constexpr std::size_t none = SIZE_MAX;

base::Error no_way() {
  return {.kind = base::Refusal::rule_not_met,
          .code = "opening.no_way",
          .message = {"按现有事项办不成所需的全部登记和许可,请咨询窗口",
                      "What is needed can not be had through the services offered; please ask the window."}};
}

base::Error too_large() {
  return {.kind = base::Refusal::invalid,
          .code = "opening.too_large",
          .message = {"可选的办法过多,无法在限定时间内算出", "There are too many combinations to work out."}};
}

base::Result<Date> working_day_from(Date day, const calendar::Calendar& calendar) {
  for (;;) {
    TRY(const bool works, calendar.is_working_day(day));
    if (works) return day;
    ++day.days;
  }
}

/// The stages of a set of ways as one graph.
struct Graph {
  struct Node {
    std::size_t way = 0;
    std::size_t stage = 0;
    const Stage* what = nullptr;
    std::vector<std::size_t> before;  // nodes it waits for
  };
  std::vector<Node> nodes;
  std::vector<std::size_t> order;                    // every node after what it waits for
  std::vector<std::size_t> visits;                   // nodes with a visit
  std::vector<std::set<std::size_t>> visits_before;  // of each node: visits it waits for, at any distance
};

/// Nothing when stages wait for each other in a circle.
std::optional<Graph> graph_of(const Problem& problem, const std::vector<std::size_t>& ways) {
  Graph graph;
  std::map<std::size_t, std::size_t> maker;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> index;
  for (const std::size_t way : ways)
    for (std::size_t stage = 0; stage < problem.ways[way].stages.size(); ++stage) {
      const Stage& what = problem.ways[way].stages[stage];
      index[{way, stage}] = graph.nodes.size();
      for (const std::size_t result : what.makes) maker[result] = graph.nodes.size();
      graph.nodes.push_back({way, stage, &what, {}});
    }
  for (Graph::Node& node : graph.nodes) {
    for (const std::size_t after : node.what->after) node.before.push_back(index.at({node.way, after}));
    for (const std::size_t result : node.what->needs)
      if (const auto made = maker.find(result); made != maker.end()) node.before.push_back(made->second);
  }
  std::vector<bool> placed(graph.nodes.size());
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
      const auto& before = graph.nodes[node].before;
      if (placed[node] || !std::all_of(before.begin(), before.end(), [&](std::size_t each) { return placed[each]; }))
        continue;
      placed[node] = moved = true;
      graph.order.push_back(node);
    }
  }
  if (graph.order.size() != graph.nodes.size()) return std::nullopt;
  graph.visits_before.resize(graph.nodes.size());
  for (const std::size_t node : graph.order) {
    for (const std::size_t before : graph.nodes[node].before) {
      graph.visits_before[node].insert(graph.visits_before[before].begin(), graph.visits_before[before].end());
      if (graph.nodes[before].what->place == Place::visit) graph.visits_before[node].insert(before);
    }
    if (graph.nodes[node].what->place == Place::visit) graph.visits.push_back(node);
  }
  return graph;
}

/// When each stage runs, given the days of the visits chosen so far; a visit without a day is planned as soon as it can
/// be.
struct Plan {
  std::vector<Date> from;
  std::vector<Date> to;
  Date finish;
};

class Scheduler {
 public:
  Scheduler(const Graph& graph, Date start, const calendar::Calendar& calendar)
      : graph_(graph), start_(start), calendar_(calendar) {}

  /// The day from which the node can run.
  Date ready(const Plan& plan, std::size_t node) const {
    Date day = start_;
    for (const std::size_t before : graph_.nodes[node].before) day = std::max(day, plan.to[before]);
    return day;
  }

  base::Result<Plan> plan(const std::map<std::size_t, Date>& days) const {
    Plan plan{
        .from = std::vector<Date>(graph_.nodes.size()), .to = std::vector<Date>(graph_.nodes.size()), .finish = start_};
    for (const std::size_t node : graph_.order) {
      const Stage& stage = *graph_.nodes[node].what;
      Date from = ready(plan, node);
      if (const auto day = days.find(node); day != days.end()) from = std::max(from, day->second);
      if (stage.place != Place::anywhere) {
        TRY(from, working_day_from(from, calendar_));
      }
      plan.from[node] = from;
      TRY(plan.to[node], done_by(stage, from, calendar_));
      plan.finish = std::max(plan.finish, plan.to[node]);
    }
    return plan;
  }

 private:
  const Graph& graph_;
  Date start_;
  const calendar::Calendar& calendar_;
};

/// The best days for the visits: fewest within the finish that is allowed, and of those the earliest finish.
///
/// The next visit is always on a day on which one more stage becomes ready, and whatever is ready then is done then:
/// moving a visit forward to such a day, and doing more on it, never makes anything later. So every useful choice is
/// seen.
class VisitSearch {
 public:
  VisitSearch(const Graph& graph, const Scheduler& scheduler, std::optional<Date> finish_max)
      : graph_(graph), scheduler_(scheduler), finish_max_(finish_max) {}

  base::Result<bool> run() { return next({}, {}); }

  std::map<std::size_t, Date> days;  // of the best
  std::size_t count = none;
  Date finish;

 private:
  base::Result<bool> next(const std::map<std::size_t, Date>& chosen, const std::set<Date>& used) {
    TRY(const Plan plan, scheduler_.plan(chosen));
    if (finish_max_ && *finish_max_ < plan.finish) return false;
    // What is not done by now needs one more day at least.
    if (used.size() + (chosen.size() < graph_.visits.size() ? 1 : 0) > count) return false;
    if (chosen.size() == graph_.visits.size()) {
      if (used.size() < count || plan.finish < finish) {
        days = chosen;
        count = used.size();
        finish = plan.finish;
      }
      return true;
    }
    std::set<Date> candidates;
    for (const std::size_t visit : graph_.visits)
      if (is_next(visit, chosen)) candidates.insert(plan.from[visit]);
    for (const Date day : candidates) {
      std::map<std::size_t, Date> with = chosen;
      TRY(std::ignore, do_all_on(day, with));
      std::set<Date> days_used = used;
      days_used.insert(day);
      TRY(std::ignore, next(with, days_used));
    }
    return true;
  }

  bool is_next(std::size_t visit, const std::map<std::size_t, Date>& chosen) const {
    const auto& before = graph_.visits_before[visit];
    return !chosen.contains(visit) &&
           std::all_of(before.begin(), before.end(), [&](std::size_t each) { return chosen.contains(each); });
  }

  /// Everything that is ready by `day` is done on it, including what becomes ready through that.
  base::Result<bool> do_all_on(Date day, std::map<std::size_t, Date>& chosen) const {
    for (bool more = true; more;) {
      more = false;
      TRY(const Plan plan, scheduler_.plan(chosen));
      for (const std::size_t visit : graph_.visits)
        if (is_next(visit, chosen) && plan.from[visit] <= day) {
          chosen[visit] = day;
          more = true;
        }
    }
    return true;
  }

  const Graph& graph_;
  const Scheduler& scheduler_;
  std::optional<Date> finish_max_;
};

/// Marks the chain of stages, each starting when the one before it ends, that reaches from the start to the finish.
void mark_critical(const Graph& graph, const Plan& plan, Date start, std::vector<Timed>& stages,
                   const std::vector<std::size_t>& place) {
  std::size_t node = none;
  for (const std::size_t each : graph.order)
    if (plan.to[each] == plan.finish) node = each;
  while (node != none) {
    stages[place[node]].critical = true;
    std::size_t cause = none;
    Date latest = start;
    for (const std::size_t before : graph.nodes[node].before)
      if (cause == none || latest < plan.to[before]) {
        cause = before;
        latest = plan.to[before];
      }
    // A visit that waits for another stage of the same visit: that one is the cause.
    if (graph.nodes[node].what->place == Place::visit && latest < plan.from[node])
      for (const std::size_t other : graph.visits)
        for (const std::size_t before : graph.nodes[other].before)
          if (other != node && plan.from[other] == plan.from[node] && latest < plan.to[before] &&
              !graph.visits_before[other].contains(node)) {
            latest = plan.to[before];
            cause = before;
          }
    node = cause;
  }
}

base::Result<Route> route_of(const Problem& problem, const Graph& graph, const std::vector<std::size_t>& ways,
                             const Scheduler& scheduler, const std::map<std::size_t, Date>& days) {
  TRY(const Plan plan, scheduler.plan(days));
  Route route{.ways = ways, .stages = {}, .visits = {}, .finish = plan.finish};
  for (const std::size_t way : ways) route.fee_fen += problem.ways[way].fee_fen;
  std::vector<std::size_t> shown = graph.order;
  std::stable_sort(shown.begin(), shown.end(), [&](std::size_t left, std::size_t right) {
    return std::pair(plan.from[left], plan.to[left]) < std::pair(plan.from[right], plan.to[right]);
  });
  std::vector<std::size_t> place(graph.nodes.size());
  for (const std::size_t node : shown) {
    place[node] = route.stages.size();
    route.stages.push_back({graph.nodes[node].way, graph.nodes[node].stage, plan.from[node], plan.to[node], false});
  }
  std::set<Date> visits;
  for (const std::size_t node : graph.visits) visits.insert(plan.from[node]);
  route.visits.assign(visits.begin(), visits.end());
  mark_critical(graph, plan, problem.start, route.stages, place);
  return route;
}

/// Walks through every set of ways that gives each wanted result exactly once and nothing else.
class CoverSearch {
 public:
  explicit CoverSearch(const Problem& problem) : problem_(problem) {}

  /// False when there are too many.
  bool run() {
    std::set<std::size_t> wanted(problem_.wanted.begin(), problem_.wanted.end());
    for (const std::size_t held : problem_.held) {
      held_.insert(held);
      wanted.erase(held);
    }
    next({}, {}, wanted);
    return found.size() <= covers_max && steps_ <= 10 * covers_max;
  }

  std::set<std::vector<std::size_t>> found;

 private:
  std::set<std::size_t> made_by(std::size_t way) const {
    std::set<std::size_t> made;
    for (const Stage& stage : problem_.ways[way].stages) made.insert(stage.makes.begin(), stage.makes.end());
    return made;
  }

  void next(const std::vector<std::size_t>& chosen, const std::set<std::size_t>& made,
            const std::set<std::size_t>& wanted) {
    if (++steps_ > 10 * covers_max || found.size() > covers_max) return;
    const auto open =
        std::find_if(wanted.begin(), wanted.end(), [&](std::size_t each) { return !made.contains(each); });
    if (open == wanted.end()) {
      if (std::includes(wanted.begin(), wanted.end(), made.begin(), made.end())) {
        std::vector<std::size_t> ways = chosen;
        std::sort(ways.begin(), ways.end());
        found.insert(std::move(ways));
      }
      return;
    }
    for (std::size_t way = 0; way < problem_.ways.size(); ++way) {
      const std::set<std::size_t> gives = made_by(way);
      const bool twice = std::any_of(gives.begin(), gives.end(),
                                     [&](std::size_t each) { return made.contains(each) || held_.contains(each); });
      if (!gives.contains(*open) || twice) continue;
      std::vector<std::size_t> with = chosen;
      with.push_back(way);
      std::set<std::size_t> made_with = made;
      made_with.insert(gives.begin(), gives.end());
      std::set<std::size_t> wanted_with = wanted;
      for (const Stage& stage : problem_.ways[way].stages)
        for (const std::size_t need : stage.needs)
          if (!held_.contains(need)) wanted_with.insert(need);
      next(with, made_with, wanted_with);
    }
  }

  const Problem& problem_;
  std::set<std::size_t> held_;
  std::size_t steps_ = 0;
};

auto by_finish(const Route& route) {
  return std::tuple(route.finish, route.visits.size(), route.fee_fen, route.ways.size(), route.ways);
}
auto by_visits(const Route& route) {
  return std::tuple(route.visits.size(), route.finish, route.fee_fen, route.ways.size(), route.ways);
}

}  // namespace

base::Result<Date> done_by(const Stage& stage, Date from, const calendar::Calendar& calendar) {
  if (stage.place != Place::anywhere) {
    TRY(from, working_day_from(from, calendar));
  }
  if (stage.span.count == 0) return from;
  TRY(const calendar::Deadline last, calendar::deadline_after(from, stage.span, calendar));
  return last.due;
}

base::Result<Solution> solve(const Problem& problem, const calendar::Calendar& calendar) {
  if (problem.results > results_max || problem.ways.size() > ways_max) return too_large();
  CoverSearch covers(problem);
  if (!covers.run()) return too_large();
  std::optional<Route> soonest, fewest;
  for (const std::vector<std::size_t>& ways : covers.found) {
    const std::optional<Graph> graph = graph_of(problem, ways);
    if (!graph) continue;
    if (graph->visits.size() > visits_max) return too_large();
    const Scheduler scheduler(*graph, problem.start, calendar);
    TRY(const Plan at_once, scheduler.plan({}));
    for (const bool in_time : {true, false}) {
      VisitSearch search(*graph, scheduler, in_time ? std::optional(at_once.finish) : std::nullopt);
      TRY(std::ignore, search.run());
      TRY(Route route, route_of(problem, *graph, ways, scheduler, search.days));
      if (in_time && (!soonest || by_finish(route) < by_finish(*soonest))) soonest = route;
      if (!fewest || by_visits(route) < by_visits(*fewest)) fewest = std::move(route);
    }
  }
  if (!soonest) return no_way();
  return Solution{.soonest = std::move(*soonest), .fewest = std::move(*fewest)};
}

}  // namespace opening
