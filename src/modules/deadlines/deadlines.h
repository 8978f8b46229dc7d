/// What is due when, late, paused and why, over all open cases; each number opens its cases. The face for the server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "modules/access/model.h"
#include "modules/casework/casework.h"
#include "modules/deadlines/model.h"
#include "storage/storage.h"

namespace http {
class Router;
class News;
}  // namespace http
namespace evidence {
class ReadBook;
}

namespace deadlines {

/// Which open cases: every condition that is set must hold.
struct Filter {
  std::optional<Pile> pile = {};
  std::optional<Mark> mark = {};
  std::string service = {};
  std::string holder = {};                 // a role with an open task
  bool holder_late = false;                // and that task is late
  std::optional<calendar::Date> due = {};  // the nearest day
  std::string pause = {};                  // the reason, in Chinese as it is stored
};

struct CaseRow {
  base::Id id;
  std::string number;
  std::string title;
  std::string service;
  std::string state;
  casework::Timing timing;
  std::optional<calendar::Date> promised_day;
  std::vector<std::string> holders;  // roles with an open task
};
struct CasePage {
  std::vector<CaseRow> cases;
  std::optional<std::string> next;
  std::int64_t total = 0;
};

struct Board {
  calendar::Date today;
  calendar::Date soon_until;
  std::int64_t open = 0;
  struct Count {
    std::string id;
    std::int64_t count = 0;
  };
  std::vector<Count> piles;
  std::vector<Count> marks;
  struct Day {
    calendar::Date day;
    std::int64_t count = 0;
  };
  std::vector<Day> days;  // from today on, those with cases, at most `days_max`
  struct Service {
    std::string id;
    std::int64_t open = 0, late = 0, today = 0, soon = 0, paused = 0;
  };
  std::vector<Service> services;
  struct Holder {
    std::string role;
    std::int64_t cases = 0, late_cases = 0;
  };
  std::vector<Holder> holders;
  struct Pause {
    base::Text reason;
    std::int64_t count = 0;
    calendar::Date since;  // of the longest
  };
  std::vector<Pause> pauses;
  struct Promises {
    std::string age;
    std::int64_t count = 0, overdue = 0;
  };
  std::vector<Promises> promises;
};
inline constexpr int days_max = 15;

/// Errors: `calendar.year_unknown`.
base::Result<Board> board(storage::Snapshot& snapshot, const access_control::Scope& scope,
                          const calendar::Calendar& calendar, calendar::Date today);

/// The nearest day first; `today` and `soon_until` as on the board.
/// Errors: `calendar.year_unknown`.
base::Result<CasePage> cases(storage::Snapshot& snapshot, const access_control::Scope& scope, const Filter& filter,
                             const calendar::Calendar& calendar, calendar::Date today, int limit,
                             const std::string& cursor);

struct PromisePage {
  std::vector<casework::OpenPromise> promises;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
/// Unverified promises, the oldest first. `age` null: all; `overdue`: only those past their day.
PromisePage promises(storage::Snapshot& snapshot, const access_control::Scope& scope, const Age* age, bool overdue,
                     calendar::Date today, int limit, const std::string& cursor);

void mount(http::Router& router, storage::Store& store, http::News& news, const casework::Engine& engine,
           evidence::ReadBook& reads);

}  // namespace deadlines
