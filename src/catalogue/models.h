/// The models that people change and publish by four eyes, by folder of the catalogue: those of each service, the dated
/// rules (`rules`), and what opening a business needs (`opening`).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalogue/opening.h"

namespace catalogue {

/// One folder. Valid as long as the catalogue.
struct Models {
  std::string id;  // "open-restaurant", "opening", "rules"
  base::Text name;
  std::string version;                     // fingerprint of the files
  const Files* files = nullptr;            // all of the folder, models or not
  std::shared_ptr<const Service> service;  // null when the folder is no service
  std::string decision_file;               // the one in DMN; empty: none
  std::shared_ptr<const dmn::Model> decisions = {};
};

/// In force now: the services by id, then `opening`, then `rules`.
std::vector<Models> models_in_force(const Catalogue& catalogue);
/// In force now. Errors: `catalogue.service_unknown` (not_found).
base::Result<Models> find_models(const Catalogue& catalogue, std::string_view id);
/// As the catalogue folder holds them. Errors: as before.
base::Result<Models> delivered_models(const Catalogue& catalogue, std::string_view id);

/// The models of one folder with other files, checked against all that the catalogue holds; not in force yet.
struct ChangedModels {
  std::string version;
  std::variant<std::shared_ptr<const Service>, std::shared_ptr<const Opening>, std::shared_ptr<const RuleSet>> read;
};
/// Errors: `catalogue.invalid` with every fault of every file, path = "process.bpmn#element";
/// `catalogue.service_unknown`.
base::Result<ChangedModels> read_changed(const Catalogue& catalogue, const std::string& id, const Files& files);
/// From now on these are the models of their folder.
void put(const Catalogue& catalogue, const ChangedModels& changed);

}  // namespace catalogue
