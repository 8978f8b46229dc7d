/// What the QR code of a licence says: CWT claims (RFC 8392) and the licence's fields, from the same data as the paper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace cose {

/// Where a licence stands in the published lists of states.
struct StatusReference {
  std::int64_t index = 0;
  std::string uri;
};

struct Licence {
  std::string issuer;                       // 1: the address of the issuing site
  std::optional<base::Instant> expires_at;  // 4: the first moment at which it no longer holds; none: no end
  base::Instant issued_at;                  // 6
  std::string id;                           // 7
  StatusReference status;                   // 65535
  // -65537, a map with keys of its own:
  std::string identifier;                                   // 1: electronic certificate identifier
  std::string kind;                                         // 2: "food_permit"
  std::string name;                                         // 3: what the licence is called
  std::string number;                                       // 4
  std::string authority;                                    // 5
  bool demonstration = false;                               // 6
  std::vector<std::pair<std::string, std::string>> fields;  // 7: a map from the field's name to what is printed
};

/// Source: [RFC8392], [TSL-6] the reference to the list, [GB36904] the identifier.
std::string encode(const Licence& licence);

/// Errors: those of cbor::decode; `cose.claims_invalid` with the claim at fault.
base::Result<Licence> decode_licence(std::string_view payload);

}  // namespace cose
