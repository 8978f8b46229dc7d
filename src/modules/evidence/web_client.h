/// A small HTTP client: asks witnesses, reads logs from other machines. Plain HTTP; TLS is the reverse proxy's
/// business.
#pragma once

#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace evidence {

struct WebAnswer {
  int status = 0;
  std::string body;
};

/// Asks `url` ("http://host:port/path"); with a body it is a POST. Bounded in time and size.
/// Units: `timeout_ms` for the whole exchange.
/// Errors: `evidence.web_address` (not such an address), `evidence.web_unreachable` with the cause.
base::Result<WebAnswer> ask_web(const std::string& url, std::string_view body, int timeout_ms);

}  // namespace evidence
