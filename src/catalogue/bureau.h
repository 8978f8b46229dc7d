/// Reads bureau.yaml.
#pragma once

#include "catalogue/catalogue.h"
#include "faults.h"

namespace catalogue {

/// Faults: a division that is no code of six digits, an office twice, a window that is no office.
Bureau read_bureau(const std::string& text, Faults& faults);

}  // namespace catalogue
