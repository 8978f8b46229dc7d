/// Reads catalogue/names/words.yaml.
#pragma once

#include "catalogue/catalogue.h"
#include "faults.h"

namespace catalogue {

void read_names(const std::string& text, const std::string& file, names::Lexicon& lexicon, Faults& faults);

}  // namespace catalogue
