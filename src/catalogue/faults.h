/// Collects what is wrong with the catalogue's files, so that all of it is told at once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/result.h"

namespace catalogue {

class Faults {
 public:
  /// `place` names the file and the spot in it: "open-restaurant/service.yaml#clocks/2".
  void add(std::string place, std::string code, base::Text message) {
    places_.push_back({.path = std::move(place), .code = std::move(code), .message = std::move(message)});
  }
  /// What another reader refused, each place below `place`; an error without places is one fault.
  void add(const std::string& place, const base::Error& error);

  bool empty() const { return places_.empty(); }
  std::vector<base::Place> take() { return std::move(places_); }

 private:
  std::vector<base::Place> places_;
};

}  // namespace catalogue
