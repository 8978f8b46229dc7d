/// Figures worked out from the register's history and the cases, with the records behind each. The face for the server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "modules/access/model.h"
#include "modules/statistics/model.h"
#include "storage/storage.h"

namespace http {
class Router;
}
namespace evidence {
class ReadBook;
}

namespace statistics {

/// Entities in business at the end of `day`, as the register knew it at the end of `known_on`.
struct StockQuery {
  calendar::Date day;
  calendar::Date known_on;
  bool with_revoked = false;
  std::vector<std::string> kinds = {};  // empty: all
};
/// Source: [ART] F-06.
std::int64_t count_stock(storage::Snapshot& snapshot, const access_control::Scope& scope, const StockQuery& query);

/// Cases finished in a period, first and last day included.
struct CaseQuery {
  calendar::Date from;
  calendar::Date to;
  std::vector<std::string> services;  // none: no case at all
  std::string office = {};            // empty: all
  std::optional<int> visits_max = {};
};
std::int64_t count_finished(storage::Snapshot& snapshot, const access_control::Scope& scope, const CaseQuery& query);

/// For when a figure is worked out; what a measure does not need is ignored.
struct Parameters {
  calendar::Date day;
  calendar::Date known_on;
  calendar::Date from;
  calendar::Date to;
  bool with_revoked = false;
};

/// A number of records that can be listed.
struct Part {
  std::string id;  // "in_business", "gained", "lost", "finished", "satisfied", "rated"
  base::Text label;
  std::int64_t count = 0;
};

/// A definition worked out.
struct Figure {
  const catalogue::Statistic* statistic = nullptr;
  Parameters parameters;
  std::string value;  // "36459", "23.4", or no_value
  std::vector<Part> parts;
  /// What must be read with it: the response rate, the basis of a promise.
  struct Note {
    base::Text label;
    base::Text value;
  };
  std::vector<Note> notes;
};

/// Errors: `catalogue.rule_not_in_force` for a promise that did not exist on the day.
base::Result<Figure> compute(storage::Snapshot& snapshot, const access_control::Scope& scope,
                             const catalogue::Catalogue& catalogue, const catalogue::Statistic& statistic,
                             const Parameters& parameters);

/// One record behind a number.
struct Record {
  std::string kind;  // "entity", "case", "item"
  std::string id;    // of the entity or case
  base::Text name;
  std::string number;                // credit code, case number
  base::Text detail;                 // kind of entity, grade
  std::optional<calendar::Date> on;  // opened, finished
};
struct RecordPage {
  std::vector<Record> records;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
/// The records that `compute` counted as the part `part`.
/// Errors: `statistics.part_unknown`.
base::Result<RecordPage> records(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                 const catalogue::Catalogue& catalogue, const catalogue::Statistic& statistic,
                                 const Parameters& parameters, const std::string& part, int limit,
                                 const std::string& cursor);

/// `division` is whose public figures are shown to anyone.
void mount(http::Router& router, storage::Store& store, std::shared_ptr<const catalogue::Catalogue> catalogue,
           std::string division, evidence::ReadBook& reads);

}  // namespace statistics
