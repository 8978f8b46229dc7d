#include "faults.h"

namespace catalogue {

void Faults::add(const std::string& place, const base::Error& error) {
  if (error.places.empty()) add(place, error.code, error.message);
  for (const base::Place& at : error.places) {
    const bool marked = place.find('#') != std::string::npos;
    const std::string_view rest = at.path.starts_with('/') ? std::string_view(at.path).substr(1) : at.path;
    add(place + (rest.empty() ? "" : (marked ? "/" : "#") + std::string(rest)), at.code, at.message);
  }
}

}  // namespace catalogue
