/// What opening a business can need, and the services that lead to it: asked before any service is chosen. Read from
/// catalogue/opening/ (opening.yaml and requirements.dmn).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"

namespace catalogue {

class Faults;

/// Something that a business needs to have.
struct OpeningResult {
  std::string id;  // "business_licence"
  base::Text name;
  base::Text basis;
};

/// A step on the way to results, with the dated rules that limit it.
struct OpeningStage {
  std::string id;
  base::Text name;
  std::vector<std::string> after;  // stages of the same way
  std::vector<std::string> needs;  // results that must be there before
  std::vector<std::string> makes;  // results that are there after it
  std::string place = "office";    // "anywhere", "office" or "visit"
  std::string legal_rule;          // both may be empty: then it takes no day of its own
  std::string promised_rule;
  std::optional<feel::Expression> when;  // over the guide's answers; absent: always
  std::string decision;                  // of the service: the stage is there when it says true
};

struct OpeningWay {
  std::string service;
  std::optional<feel::Expression> when;  // over the answers; absent: always
  std::vector<NamedExpression> guide;    // answers of the service's own guide that are called otherwise here
  std::vector<OpeningStage> stages;
};

struct Opening {
  base::Text name;
  base::Text summary;
  Service guide;  // only its questions
  std::vector<OpeningResult> results;
  /// Decisions "required" (each row: a result's id) and "barred" (each row: what stands in the way). The annotations of
  /// a row are its reason in Chinese and in English.
  std::shared_ptr<const dmn::Model> requirements;
  Files files;          // of the folder
  std::string version;  // fingerprint of the files
  std::vector<OpeningWay> ways;

  const OpeningResult* find_result(std::string_view id) const;
};

inline constexpr std::string_view requirements_file = "requirements.dmn";

/// `files` by their path within the folder; what it names is looked up in `catalogue`, whose services and rules are
/// there already. Nothing when there are no files.
std::shared_ptr<const Opening> read_opening(const Files& files, const Catalogue& catalogue, Faults& faults);

/// What the guide asks a service's decisions must be there.
void check_opening(const Opening& opening, const Service& service, Faults& faults);

}  // namespace catalogue
