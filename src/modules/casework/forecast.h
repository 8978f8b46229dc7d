/// What a case would come to: its process played on by the same kernel on a virtual clock. Nothing is stored.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/casework/casework.h"

namespace casework {

/// How the cases of a service usually go on, learnt from those that came to a good end.
struct Habit {
  std::string learnt_from;                       // number of the case whose answers are given again; empty: none
  feel::Context answers;                         // that case's variables; an element's id names its answers
  std::map<std::string, int, std::less<>> days;  // by element: working days from a task's opening to its end, median
  int cases = 0;                                 // that the days were learnt from
};
inline constexpr int habit_cases_max = 30;
/// Of the last cases of the service that ended, in `scope`.
Habit habit_of(storage::Snapshot& snapshot, const Engine& engine, const access_control::Scope& scope,
               const std::string& service);

/// What is assumed of the days to come. Days that become holidays or workdays stand in the engine's calendar.
struct Assumption {
  /// By element: working days from today, or from the day its task is opened if that is later.
  std::map<std::string, int, std::less<>> delays = {};
  struct Absence {
    base::Id person;
    calendar::Date from;
    calendar::Date to;  // the last day
  };
  std::vector<Absence> absences = {};
  /// By role, who can do its tasks: a task that nobody has taken waits only when all of them are away.
  std::map<std::string, std::vector<base::Id>, std::less<>> staff = {};
};

struct Forecast {
  struct Step {
    std::string element;
    std::string group;
    base::Id person;  // none: nobody has taken it
    calendar::Date opened;
    calendar::Date done;
  };
  std::vector<Step> steps;  // in the order they would be done
  std::vector<ClockView> clocks;
  std::optional<calendar::Date> ends_on;
  std::optional<base::Text> stops_because;  // why it can not be followed to its end
};

/// Plays an open case on from `now`: tasks are answered as `habit` says and take the days it says, timers fire, jobs
/// are done at once; what only comes from outside (messages) is not waited for. `engine` holds the calendar that is
/// tried. Errors: `calendar.year_unknown`.
base::Result<Forecast> forecast(const Engine& engine, Case of_case, const std::vector<Task>& tasks, const Habit& habit,
                                const Assumption& assumption, base::Instant now);

}  // namespace casework
