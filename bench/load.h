/// Makes load over HTTP from one thread: connections that are kept, and either as fast as answers come or at a fixed
/// rate.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client.h"

namespace bench {

struct Load {
  int port = 0;
  int connections = 32;
  /// The bytes of the next request of a connection; nothing: no more.
  std::function<std::optional<std::string>(int connection)> next;
  std::function<void(int connection, const driver::Answer& answer)> seen;
  /// Arrivals a second, whatever the answers do; 0: the next as soon as the last is answered.
  double per_second = 0;
};

struct Measured {
  double seconds = 0;
  std::vector<double> latencies_ms;  // ascending; at a fixed rate from the intended start
  double per_second() const { return static_cast<double>(latencies_ms.size()) / seconds; }
  double percentile_ms(double part) const {
    return latencies_ms.empty()
               ? 0
               : latencies_ms[static_cast<std::size_t>(part * static_cast<double>(latencies_ms.size() - 1))];
  }
};

/// Errors: throws driver::Broken when a connection ends.
Measured run(const Load& load);

}  // namespace bench
