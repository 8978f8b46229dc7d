/// A proof that can be checked offline: index, path, checkpoint, in one text file.
/// Source: [C2SP-PROOF].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/tlog/policy.h"

namespace tlog {

/// A path through a tree below `size_max` has at most so many hashes.
inline constexpr std::size_t path_hashes_max = 63;

struct Proof {
  std::string extra = {};  // not authenticated
  std::uint64_t index = 0;
  std::vector<Hash> path;
  std::string checkpoint;  // the signed note, as it was served
};

std::string to_text(const Proof& proof);
/// Errors: `tlog.proof_malformed`; those of the checkpoint are found when it is opened.
base::Result<Proof> parse_proof(std::string_view text);

/// What was proved.
struct Proved {
  TrustedCheckpoint at;
  bool is_witnessed = false;  // the policy's quorum has cosigned
};
/// That the leaf is in the log, by a checkpoint of a log of the policy.
/// Errors: those of `open_checkpoint` and `verify_inclusion`.
base::Result<Proved> verify(const Proof& proof, const Hash& leaf, const Policy& policy);

}  // namespace tlog
