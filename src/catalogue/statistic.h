/// Saved definitions of the figures a bureau publishes: what is counted, in which unit, of what, when, and what is left
/// out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace catalogue {

/// How a figure is worked out.
enum class Measure {
  stock,           // entities in business at the end of a day
  stock_growth,    // the stock less that of the same day a year before
  growth_rate,     // the growth in per cent of the stock a year before
  finished_cases,  // cases finished in a period
  satisfaction,    // satisfied ratings in per cent of all ratings of those cases
  list_length,     // items of the list kept in the definition
  promise          // a dated limit as it stands on a day
};

/// One saved definition.
struct Statistic {
  std::string id;      // "entities_in_business"
  std::string figure;  // "F-06": its place in the list of published figures
  base::Text title;
  base::Text unit;
  base::Text scope;
  base::Text definition;
  base::Text exclusions;
  std::string source;  // key of docs/sources.md
  bool is_public = true;
  Measure measure = Measure::stock;
  std::vector<std::string> kinds;  // stock: kinds of entity; empty: all
  std::string tag;                 // finished_cases, satisfaction: services that carry it
  std::string office;              // finished_cases, satisfaction: of this office only; empty: all
  std::optional<int> visits_max;   // finished_cases: no more visits to a window than this
  std::vector<base::Text> items;   // list_length
  std::string rule;                // promise: rule id
  int decimals = 0;                // rounded half up

  /// What was published once, and for when: tests and the page put it beside what is computed.
  struct Reported {
    std::string value;
    std::optional<calendar::Date> day;   // stock and promise
    std::optional<calendar::Date> from;  // cases
    std::optional<calendar::Date> to;
  };
  std::optional<Reported> reported;
};

}  // namespace catalogue
