/// From what, where and how big: which registrations, in which order, by when, with which documents and visits, and
/// which rule demands each. The face for the server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalogue/opening.h"
#include "modules/opening/model.h"

namespace http {
class Router;
}

namespace opening {

/// Why something is demanded: the rule's id, and its basis in words.
struct Cause {
  std::string rule;
  base::Text basis;
  bool to_be_confirmed = false;
};

struct Requirement {
  const catalogue::OpeningResult* result = nullptr;
  bool held = false;
  std::vector<Cause> causes;
};

/// A document, asked once however many registrations and services need it.
struct Document {
  const catalogue::Material* material = nullptr;
  std::vector<base::Text> needed_by;  // registrations
  std::vector<std::string> services;
  std::vector<Cause> causes;
};

struct Step {
  const catalogue::OpeningStage* stage = nullptr;
  std::string service;
  calendar::Date from;
  calendar::Date to;
  bool critical = false;
  std::optional<Cause> limit;            // the rule that gives it its days
  std::optional<base::Text> limit_text;  // "5个工作日"
  std::optional<Cause> reason;           // why the step is there at all, when a decision says so
};

struct Itinerary {
  std::vector<std::string> services;
  std::vector<Step> steps;
  std::vector<calendar::Date> visits;
  calendar::Date finish;         // if every promise is used up
  calendar::Date finish_by_law;  // if every legal limit is
  bool provisional = false;      // the calendar of that year is not published yet
  std::int64_t fee_fen = 0;
  std::vector<Document> documents;
};

struct Answer {
  std::vector<std::string> shown;   // questions that apply
  std::vector<base::Place> places;  // what is not answered yet; empty: complete
  std::vector<Cause> barred;        // what stands in the way
  std::vector<Requirement> requirements;
  std::optional<Itinerary> soonest;
  std::optional<Itinerary> fewest_visits;  // only when it saves a visit
  std::optional<base::Text> no_way;        // why there is no itinerary
};

/// Errors: `opening.start_invalid` when the first day lies in the past or more than a year ahead;
/// `calendar.year_unknown`; `opening.too_large`; `catalogue.rule_not_in_force`.
/// Source: [ALL-32] everything is told at once; [ART] one visit at most.
base::Result<Answer> answer(const catalogue::Catalogue& catalogue, const feel::Context& answers, base::Instant now,
                            std::optional<calendar::Date> start);

void mount(http::Router& router, std::shared_ptr<const catalogue::Catalogue> catalogue);

}  // namespace opening
