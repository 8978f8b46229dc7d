/// Whom to believe: logs, witnesses, and how many of them are enough.
/// Source: [C2SP-POLICY].
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/tlog/checkpoint.h"

namespace tlog {

inline constexpr std::size_t policy_bytes_max = 100'000;

struct Policy {
  struct Log {
    VerifierKey key;
    std::string url;
  };
  struct Witness {
    std::string name;  // inside the policy
    VerifierKey key;
    std::string url;
  };
  struct Group {
    std::string name;
    std::size_t needed = 0;
    std::vector<std::string> members;
  };
  std::vector<Log> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;  // each names only earlier ones
  std::string quorum = "none";

  /// Keys of logs and witnesses together.
  std::vector<VerifierKey> keys() const;
  /// Whether these cosignatures are enough.
  bool is_met(const std::vector<Signed>& cosignatures) const;
};

/// Errors: `tlog.policy_malformed`, with the line.
base::Result<Policy> parse_policy(std::string_view text);
std::string to_text(const Policy& policy);

}  // namespace tlog
