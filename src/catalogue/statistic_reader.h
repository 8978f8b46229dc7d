/// Reads catalogue/statistics/*.yaml.
#pragma once

#include "catalogue/catalogue.h"
#include "faults.h"

namespace catalogue {

/// Adds a file's definitions to `catalogue`; what they name (rules, tags of services) must have been read before.
void read_statistics(const std::string& text, const std::string& file, Catalogue& catalogue, Faults& faults);

}  // namespace catalogue
