#include "kernel/base/refusals.h"

namespace base {

Error invalid_at(std::string path, std::string code, Text message) {
  Place place{std::move(path), code, message};
  return {Refusal::invalid, std::move(code), std::move(message), {std::move(place)}};
}

Error not_found(std::string code, Text message) {
  return {Refusal::not_found, std::move(code), std::move(message)};
}

Error conflict(std::string code, Text message) {
  return {Refusal::conflict, std::move(code), std::move(message)};
}

}  // namespace base
