/// The way to a set of registrations: which services, in which order, by when and with how many visits. Pure.
///
/// A *result* is what somebody needs: a business licence, a permit, a filing. A *way* (a service) gives some results by
/// stages that follow each other. Everything here is named by index, so that the solver knows nothing of catalogues.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace opening {

enum class Place {
  anywhere,  // the applicant alone, on any day
  office,    // the office works: on working days
  visit      // the applicant comes to the window: on a working day, and stages may share a visit
};

struct Stage {
  std::vector<std::size_t> after = {};  // stages of the same way
  std::vector<std::size_t> needs = {};  // results that must be there before it starts
  std::vector<std::size_t> makes = {};  // results that are there once it is done
  calendar::Span span = {};             // a count of 0: on the day on which it can start
  Place place = Place::office;
};

struct Way {
  std::vector<Stage> stages;
  std::int64_t fee_fen = 0;
};

struct Problem {
  std::size_t results = 0;             // how many there are
  std::vector<std::size_t> wanted;     // what is required
  std::vector<std::size_t> held = {};  // what is there already
  std::vector<Way> ways;
  calendar::Date start;
};
inline constexpr std::size_t results_max = 64;
inline constexpr std::size_t ways_max = 64;
inline constexpr std::size_t visits_max = 12;  // stages with a visit, of one route

/// A stage with its days: it starts at the end of `from` and is done by the end of `to`.
struct Timed {
  std::size_t way = 0;
  std::size_t stage = 0;
  calendar::Date from;
  calendar::Date to;
  bool critical = false;  // on the chain of stages that makes the route as long as it is
  bool operator==(const Timed&) const = default;
};

struct Route {
  std::vector<std::size_t> ways;       // ascending
  std::vector<Timed> stages;           // by day, each after what it waits for
  std::vector<calendar::Date> visits;  // the days on which one has to come
  calendar::Date finish;
  std::int64_t fee_fen = 0;
};

/// The two routes people ask for; often they are one.
struct Solution {
  Route soonest;  // the earliest finish; of those the fewest visits, then the lowest fee, then the fewest ways
  Route fewest;   // the fewest visits; of those the earliest finish, then the lowest fee, then the fewest ways
};

/// Exact: every set of ways that gives each wanted result once and nothing unwanted is looked at, and every useful set
/// of visiting days. What a way's stages need is wanted too. Errors: `opening.no_way` when a result can not be had;
/// `opening.too_large`; `calendar.year_unknown`.
base::Result<Solution> solve(const Problem& problem, const calendar::Calendar& calendar);

/// The last day of a stage that can start at the end of `from`; a stage in the office starts on a working day.
/// Errors: `calendar.year_unknown`.
base::Result<calendar::Date> done_by(const Stage& stage, calendar::Date from, const calendar::Calendar& calendar);

}  // namespace opening
