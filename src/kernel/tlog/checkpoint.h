/// Checkpoints: the signed statement of a log's size and root.
/// Source: [C2SP-CHECKPOINT].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/tlog/note.h"
#include "kernel/tlog/tree.h"

namespace tlog {

struct Checkpoint {
  std::string origin;
  TreeHead head;
  std::vector<std::string> extensions = {};
  bool operator==(const Checkpoint&) const = default;
};

/// The text that is signed.
std::string to_text(const Checkpoint& checkpoint);
/// Errors: `tlog.checkpoint_malformed`.
base::Result<Checkpoint> parse_checkpoint_text(std::string_view text);

/// A checkpoint with its signatures, as parsed; whose they are is not yet known.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};
/// Errors: `tlog.note_malformed`, `tlog.checkpoint_malformed`.
base::Result<SignedCheckpoint> parse_checkpoint(std::string_view bytes);

/// A checkpoint that a key of the log has signed.
struct TrustedCheckpoint {
  Checkpoint checkpoint;
  std::vector<Signed> witnesses;  // cosignatures of known keys
};
/// Checks that one of `known` named like the origin has signed, and every known cosignature.
/// Errors: those of parsing; `tlog.signature_wrong`; `tlog.signature_missing`.
base::Result<TrustedCheckpoint> open_checkpoint(std::string_view bytes, const std::vector<VerifierKey>& known);

}  // namespace tlog
