/// Reading claims out of a map, with a refusal that names the claim.
#pragma once

#include <string>

#include "kernel/base/instant.h"
#include "kernel/cose/cbor.h"

namespace cose {

inline base::Error claim_invalid(const std::string& claim) {
  return {.code = "cose.claims_invalid",
          .message = {"内容项" + claim + "缺失或形式不对", "Claim " + claim + " is missing or of the wrong form"}};
}

inline base::Result<std::string> text_claim(const cbor::Value& map, std::int64_t key) {
  const cbor::Value* found = map.find(key);
  if (!found || !found->as_text()) return claim_invalid(std::to_string(key));
  return *found->as_text();
}

inline base::Result<std::int64_t> number_claim(const cbor::Value& map, std::int64_t key) {
  const cbor::Value* found = map.find(key);
  if (!found || !found->as_number()) return claim_invalid(std::to_string(key));
  return *found->as_number();
}

/// Seconds since 1970 that are a moment of our calendar.
inline base::Result<base::Instant> moment_claim(const cbor::Value& map, std::int64_t key) {
  TRY(const std::int64_t seconds, number_claim(map, key));
  constexpr std::int64_t seconds_max = 253'402'300'799;  // the end of the year 9999
  if (seconds < 0 || seconds > seconds_max) return claim_invalid(std::to_string(key));
  return base::Instant{seconds * base::us_per_second};
}

inline std::int64_t seconds_of(base::Instant moment) {
  return moment.us / base::us_per_second;
}

}  // namespace cose
