/// What a cluster registration address can not be used for; read from catalogue/park/barred.yaml.
#pragma once

#include <string>
#include <vector>

#include "kernel/base/result.h"

namespace catalogue {

class Faults;

struct BarredTrade {
  std::vector<std::string> trades;   // first characters of the code in GB/T 4754
  std::vector<std::string> permits;  // kinds of certificates
  base::Text basis;
};

std::vector<BarredTrade> read_barred_trades(const std::string& text, const std::string& file, Faults& faults);

}  // namespace catalogue
