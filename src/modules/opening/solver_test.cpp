/// The solver beside brute force on small random problems, and its rules one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "modules/opening/model.h"

namespace opening {
namespace {

using calendar::Date;
using calendar::Unit;

const Date monday = *calendar::parse_date("2026-03-02");

calendar::Calendar calendar_2026() {
  calendar::YearPlan plan{.year = 2026};
  plan.days.push_back({*calendar::parse_date("2026-03-11"), calendar::DayKind::holiday, "试"});
  plan.days.push_back({*calendar::parse_date("2026-03-14"), calendar::DayKind::makeup_workday, "试"});
  return calendar::Calendar::of({plan}).value();
}

Stage stage(int days, Place place = Place::office) {
  return {.span = {days, Unit::working_days}, .place = place};
}

/// One set of ways with fixed days for its visits, worked out by going round until nothing moves.
struct Brute {
  const Problem& problem;
  const calendar::Calendar& calendar;

  bool covers(const std::vector<std::size_t>& ways) const {
    std::map<std::size_t, int> made;
    for (const std::size_t way : ways)
      for (const Stage& each : problem.ways[way].stages)
        for (const std::size_t result : each.makes) ++made[result];
    std::set<std::size_t> held(problem.held.begin(), problem.held.end());
    for (const auto& [result, count] : made)
      if (count > 1 || held.contains(result)) return false;
    std::set<std::size_t> wanted(problem.wanted.begin(), problem.wanted.end());
    for (bool more = true; more;) {
      more = false;
      for (const std::size_t way : ways) {
        bool useful = false;
        for (const Stage& each : problem.ways[way].stages)
          for (const std::size_t result : each.makes) useful = useful || wanted.contains(result);
        if (!useful) continue;
        for (const Stage& each : problem.ways[way].stages)
          for (const std::size_t need : each.needs)
            if (!held.contains(need)) more = wanted.insert(need).second || more;
      }
    }
    for (const std::size_t result : held) wanted.erase(result);
    for (const auto& [result, count] : made)
      if (!wanted.contains(result)) return false;
    return std::all_of(wanted.begin(), wanted.end(), [&](std::size_t result) { return made.contains(result); });
  }

  /// `days` gives each visit its day, as an offset from the start; nothing when a visit comes before it is ready, on a
  /// day off, or when stages wait in a circle.
  std::optional<Date> finish(const std::vector<std::size_t>& ways,
                             const std::map<std::pair<std::size_t, std::size_t>, int>& days) const {
    std::map<std::pair<std::size_t, std::size_t>, Date> to;
    std::size_t total = 0;
    for (const std::size_t way : ways) total += problem.ways[way].stages.size();
    Date last = problem.start;
    for (bool more = true; more;) {
      more = false;
      for (const std::size_t way : ways)
        for (std::size_t at = 0; at < problem.ways[way].stages.size(); ++at) {
          if (to.contains({way, at})) continue;
          const Stage& what = problem.ways[way].stages[at];
          Date from = problem.start;
          bool ready = true;
          for (const std::size_t after : what.after)
            if (const auto found = to.find({way, after}); found != to.end())
              from = std::max(from, found->second);
            else
              ready = false;
          for (const std::size_t need : what.needs) {
            if (std::find(problem.held.begin(), problem.held.end(), need) != problem.held.end()) continue;
            bool made = false;
            for (const std::size_t other : ways)
              for (std::size_t there = 0; there < problem.ways[other].stages.size(); ++there) {
                const auto& makes = problem.ways[other].stages[there].makes;
                if (std::find(makes.begin(), makes.end(), need) == makes.end()) continue;
                if (const auto found = to.find({other, there}); found != to.end()) {
                  made = true;
                  from = std::max(from, found->second);
                }
              }
            ready = ready && made;
          }
          if (!ready) continue;
          if (what.place == Place::visit) {
            const Date day{problem.start.days + days.at({way, at})};
            if (day < from || !calendar.is_working_day(day).value()) return std::nullopt;
            from = day;
          }
          to[{way, at}] = done_by(what, from, calendar).value();
          last = std::max(last, to[{way, at}]);
          more = true;
        }
    }
    if (to.size() != total) return std::nullopt;
    return last;
  }

  struct Best {
    std::optional<std::pair<Date, std::size_t>> soonest;
    std::optional<std::pair<std::size_t, Date>> fewest;
  };
  /// Every subset of the ways, every day within `horizon` for every visit.
  Best best(int horizon) const {
    Best best;
    for (std::size_t subset = 0; subset < (std::size_t{1} << problem.ways.size()); ++subset) {
      std::vector<std::size_t> ways;
      for (std::size_t way = 0; way < problem.ways.size(); ++way)
        if (subset >> way & 1) ways.push_back(way);
      if (!covers(ways)) continue;
      std::vector<std::pair<std::size_t, std::size_t>> visits;
      for (const std::size_t way : ways)
        for (std::size_t at = 0; at < problem.ways[way].stages.size(); ++at)
          if (problem.ways[way].stages[at].place == Place::visit) visits.emplace_back(way, at);
      std::map<std::pair<std::size_t, std::size_t>, int> days;
      for (const auto& visit : visits) days[visit] = 0;
      for (bool more = true; more;) {
        if (const auto end = finish(ways, days)) {
          std::set<int> used;
          for (const auto& [visit, day] : days) used.insert(day);
          const std::pair soon(*end, used.size());
          const std::pair few(used.size(), *end);
          if (!best.soonest || soon < *best.soonest) best.soonest = soon;
          if (!best.fewest || few < *best.fewest) best.fewest = few;
        }
        more = false;
        for (const auto& visit : visits) {
          if (++days[visit] < horizon) {
            more = true;
            break;
          }
          days[visit] = 0;
        }
      }
    }
    return best;
  }
};

Problem random_problem(std::mt19937& random) {
  const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  Problem problem{
      .results = 2 + below(3), .wanted = {}, .ways = {}, .start = {monday.days + static_cast<std::int64_t>(below(5))}};
  for (std::size_t result = 0; result < problem.results; ++result)
    if (below(3) != 0) problem.wanted.push_back(result);
  if (below(4) == 0) problem.held.push_back(below(problem.results));
  const std::size_t ways = 2 + below(4);
  int visits = 0;
  for (std::size_t count = 0; count < ways; ++count) {
    Way way{.stages = {}, .fee_fen = static_cast<std::int64_t>(below(3)) * 100};
    std::vector<std::size_t> gives(problem.results);
    for (std::size_t result = 0; result < problem.results; ++result) gives[result] = result;
    std::shuffle(gives.begin(), gives.end(), random);
    gives.resize(1 + below(2));
    const std::size_t stages = 1 + below(3);
    for (std::size_t at = 0; at < stages; ++at) {
      Stage one = stage(static_cast<int>(below(4)), below(3) == 0 ? Place::anywhere : Place::office);
      if (below(2) == 0 && visits < 4) {
        one.place = Place::visit;
        one.span.count = static_cast<int>(below(2));
        ++visits;
      }
      if (at > 0 && below(4) != 0) one.after.push_back(below(at));
      const std::size_t need = below(problem.results);
      if (below(4) == 0 && std::find(gives.begin(), gives.end(), need) == gives.end()) one.needs.push_back(need);
      way.stages.push_back(std::move(one));
    }
    for (const std::size_t result : gives) way.stages[below(stages)].makes.push_back(result);
    problem.ways.push_back(std::move(way));
  }
  return problem;
}

/// What holds for every route, whatever the problem.
void expect_sound(const Problem& problem, const Route& route) {
  const Brute brute{problem, calendar_2026()};
  EXPECT_TRUE(brute.covers(route.ways));
  std::map<std::pair<std::size_t, std::size_t>, int> days;
  std::set<Date> used;
  Date last = problem.start;
  std::int64_t fee = 0;
  for (const std::size_t way : route.ways) fee += problem.ways[way].fee_fen;
  for (const Timed& one : route.stages) {
    last = std::max(last, one.to);
    if (problem.ways[one.way].stages[one.stage].place != Place::visit) continue;
    days[{one.way, one.stage}] = static_cast<int>(one.from.days - problem.start.days);
    used.insert(one.from);
  }
  EXPECT_EQ(route.finish, last);
  EXPECT_EQ(route.fee_fen, fee);
  EXPECT_EQ(route.visits, std::vector<Date>(used.begin(), used.end()));
  EXPECT_EQ(brute.finish(route.ways, days), route.finish) << "the days shown are not those the stages have";
  // The critical chain reaches from the start to the finish without a gap.
  Date reached = problem.start;
  bool any = false;
  for (const Timed& one : route.stages)
    if (one.critical) {
      any = true;
      reached = std::max(reached, one.to);
    }
  EXPECT_EQ(any, !route.stages.empty());
  EXPECT_EQ(reached, route.finish);
}

TEST(solve, finds_what_brute_force_finds) {
  int solved = 0, with_visits = 0, differing = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    std::mt19937 random(seed);
    const Problem problem = random_problem(random);
    const auto calendar = calendar_2026();
    const auto solution = solve(problem, calendar);
    const auto best = Brute{problem, calendar}.best(16);
    ASSERT_EQ(solution.has_value(), best.soonest.has_value())
        << "seed " << seed << (solution ? "" : solution.error().code);
    if (!solution) continue;
    ++solved;
    const Route& soonest = solution->soonest;
    const Route& fewest = solution->fewest;
    ASSERT_EQ(std::pair(soonest.finish, soonest.visits.size()), *best.soonest) << "seed " << seed;
    ASSERT_EQ(std::pair(fewest.visits.size(), fewest.finish), *best.fewest) << "seed " << seed;
    expect_sound(problem, soonest);
    expect_sound(problem, fewest);
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
    with_visits += soonest.visits.size() > 1;
    differing += soonest.visits.size() != fewest.visits.size();
  }
  // The problems are not all trivial.
  EXPECT_GT(solved, 80);
  EXPECT_GT(with_visits, 5);
  EXPECT_GT(differing, 1);
}

TEST(solve, prefers_one_joint_service_to_two_that_follow_each_other) {
  Problem problem{.results = 2, .wanted = {0, 1}, .ways = {}, .start = monday};
  Stage licence = stage(1), permit = stage(5);
  licence.makes = {0};
  permit.makes = {1};
  permit.needs = {0};
  problem.ways = {{{licence}}, {{permit}}};
  Stage parallel = stage(3);
  parallel.makes = {0, 1};
  problem.ways.push_back({{parallel}});
  const auto solution = solve(problem, calendar_2026());
  ASSERT_TRUE(solution);
  EXPECT_EQ(solution->soonest.ways, (std::vector<std::size_t>{2}));
  EXPECT_EQ(solution->soonest.finish, *calendar::parse_date("2026-03-05"));
}

TEST(solve, adds_what_a_required_permit_itself_needs_and_leaves_out_what_is_held) {
  Problem problem{.results = 2, .wanted = {1}, .ways = {}, .start = monday};
  Stage licence = stage(1), permit = stage(2);
  licence.makes = {0};
  permit.makes = {1};
  permit.needs = {0};
  problem.ways = {{{licence}}, {{permit}}};
  EXPECT_EQ(solve(problem, calendar_2026())->soonest.ways, (std::vector<std::size_t>{0, 1}));
  problem.held = {0};
  const auto held = solve(problem, calendar_2026());
  EXPECT_EQ(held->soonest.ways, (std::vector<std::size_t>{1}));
  EXPECT_EQ(held->soonest.finish, *calendar::parse_date("2026-03-04"));
}

TEST(solve, joins_visits_where_that_costs_no_time_and_says_what_waiting_saves) {
  // A (visit) leads to C (visit) three days later; B (visit) is ready after four days: waiting for B joins B and C.
  Problem problem{.results = 3, .wanted = {0, 1, 2}, .ways = {}, .start = monday};
  Stage a = stage(0, Place::visit), work = stage(3), c = stage(0, Place::visit);
  a.makes = {0};
  work.after = {0};
  c.after = {1};
  c.makes = {1};
  Stage wait = stage(4), b = stage(0, Place::visit);
  b.after = {0};
  b.makes = {2};
  problem.ways = {{{a, work, c}}, {{wait, b}}};
  const auto solution = solve(problem, calendar_2026());
  ASSERT_TRUE(solution);
  EXPECT_EQ(solution->soonest.finish, *calendar::parse_date("2026-03-06"));
  EXPECT_EQ(solution->soonest.visits.size(), 2u) << "A on Monday, B and C on Friday";
}

TEST(solve, counts_on_the_real_calendar) {
  Problem problem{.results = 1, .wanted = {0}, .ways = {}, .start = *calendar::parse_date("2026-03-10")};
  Stage one = stage(3);
  one.makes = {0};
  problem.ways = {{{one}}};
  // The 11th is a holiday, the 14th (a Saturday) is worked: 12, 13, 14.
  EXPECT_EQ(solve(problem, calendar_2026())->soonest.finish, *calendar::parse_date("2026-03-14"));
  problem.start = *calendar::parse_date("2026-12-30");
  const auto beyond = solve(problem, calendar_2026());
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, "calendar.year_unknown");
}

TEST(solve, refuses_what_can_not_be_had_or_is_too_large) {
  Problem problem{.results = 1, .wanted = {0}, .ways = {}, .start = monday};
  EXPECT_EQ(solve(problem, calendar_2026()).error().code, "opening.no_way");
  Stage circle = stage(1), back = stage(1);
  circle.after = {1};
  circle.makes = {0};
  back.after = {0};
  problem.ways = {{{circle, back}}};
  EXPECT_EQ(solve(problem, calendar_2026()).error().code, "opening.no_way") << "stages that wait for each other";
  problem.results = results_max + 1;
  EXPECT_EQ(solve(problem, calendar_2026()).error().code, "opening.too_large");
}

TEST(solve, needs_nothing_when_nothing_is_wanted) {
  const auto solution = solve({.results = 1, .wanted = {}, .ways = {{{stage(1)}}}, .start = monday}, calendar_2026());
  ASSERT_TRUE(solution);
  EXPECT_TRUE(solution->soonest.stages.empty());
  EXPECT_EQ(solution->soonest.finish, monday);
}

}  // namespace
}  // namespace opening
