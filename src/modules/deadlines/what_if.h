/// What would come of it: days that become holidays, steps that take longer, people who are away. Every open case is
/// played on by the same kernel on a virtual clock, once as things stand and once as assumed. Nothing is written.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/access/model.h"
#include "modules/casework/forecast.h"
#include "storage/storage.h"

namespace deadlines {

inline constexpr int days_tried_max = 30;
inline constexpr int delay_days_max = 250;
inline constexpr int absences_max = 50;
inline constexpr int what_if_cases_max = 200;  // looked at by one request

struct WhatIf {
  std::string service = {};  // empty: all
  std::vector<calendar::Date> holidays = {};
  std::vector<calendar::Date> workdays = {};
  std::map<std::string, int, std::less<>> delays = {};  // by process element: working days
  std::vector<casework::Assumption::Absence> absences = {};
};

/// One limit of one clock, without and with what is assumed.
struct LimitEffect {
  const catalogue::Clock* clock = nullptr;
  bool legal = false;
  std::optional<calendar::Date> due_before, due_after;  // nothing: the clock is paused when it can be followed no more
  std::optional<calendar::Date> done_before, done_after;
  int late_before = 0, late_after = 0;  // in the limit's unit
};
struct CaseEffect {
  casework::CaseHead of_case;
  std::vector<LimitEffect> limits;  // those that differ, or would be missed
  std::optional<calendar::Date> ends_before, ends_after;
  std::optional<base::Text> stops_because;            // why it could not be followed to its end
  std::shared_ptr<const catalogue::Service> service;  // whose clocks `limits` name
};
/// Steps that somebody, or whoever has a role, would do in one week.
struct Load {
  std::string role;
  base::Id person;      // none: nobody has taken them yet
  calendar::Date week;  // its Monday
  int before = 0;
  int after = 0;
};
/// What a service's cases are assumed to do.
struct Learnt {
  std::string service;
  casework::Habit habit;
};
struct Effects {
  int cases = 0;  // looked at
  int late_before = 0, late_after = 0;
  std::vector<CaseEffect> effects;  // of cases that differ, or would be late
  std::vector<Load> load;
  std::vector<Learnt> learnt;
  std::optional<base::Id> next;  // there are more after this one
};

/// Open cases after `after`, by id; or the one `of_case`.
/// Errors: `casework.case_unknown`, `casework.ended`, `catalogue.service_unknown`, `deadlines.assumption_invalid` at
/// the place at fault, `calendar.year_unknown`.
base::Result<Effects> what_if(storage::Snapshot& snapshot, const casework::Engine& engine,
                              const access_control::Scope& scope, const WhatIf& assumed, base::Instant now,
                              base::Id after, std::optional<base::Id> of_case = {});

}  // namespace deadlines
