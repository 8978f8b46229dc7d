/// A witness for other people's logs: remembers the last checkpoint of each and cosigns only what continues it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "http/http.h"
#include "kernel/tlog/policy.h"
#include "kernel/tlog/witness.h"

namespace witness {

struct Settings {
  std::string folder;  // key and state; nobody else's business (mode 0700)
  std::string name;    // "jiwei.example.gov.cn/witness": printed in every cosignature
  std::string policy;  // file with a `log` line for each log that is watched
};

/// Thread-safe.
class Witness {
 public:
  /// Makes the key on first use.
  /// Errors: `witness.name_invalid`, `witness.key_damaged`, `witness.state_damaged`, `tlog.policy_malformed`.
  static base::Result<std::unique_ptr<Witness>> open(const Settings& settings);

  const tlog::VerifierKey& key() const { return key_.verifier; }
  /// Checks, remembers durably, then answers: one request at a time, so that no older checkpoint follows a newer one.
  /// Units: `at_s` in seconds since 1970.
  tlog::WitnessAnswer add_checkpoint(std::string_view request, std::uint64_t at_s);
  /// The last head of each log that is watched.
  std::map<std::string, tlog::TreeHead> heads() const;

 private:
  std::string file_of(const std::string& origin) const;

  std::string folder_;
  tlog::SigningKey key_;
  std::vector<tlog::VerifierKey> logs_;
  mutable std::mutex mutex_;
  std::map<std::string, tlog::TreeHead> heads_;
};

/// POST /add-checkpoint, and GET / with what is watched.
void mount(http::Router& router, Witness& witness);

}  // namespace witness
