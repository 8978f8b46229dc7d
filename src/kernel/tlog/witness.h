/// What a witness is asked and what it answers; keeping and serving it is `witnessd`'s business.
/// Source: [C2SP-WITNESS].
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/tlog/checkpoint.h"

namespace tlog {

inline constexpr std::size_t request_bytes_max = 100'000;

/// "old 20\n", proof lines, empty line, checkpoint.
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;
  std::string checkpoint;
};
std::string to_text(const AddCheckpoint& request);
/// Errors: `tlog.request_malformed`.
base::Result<AddCheckpoint> parse_add_checkpoint(std::string_view text);

/// The answer as HTTP knows it.
struct WitnessAnswer {
  int status = 200;
  std::string body = {};
  std::string content_type = "text/plain; charset=utf-8";
  std::optional<TreeHead> now = {};  // to be kept before it is answered; only with 200
};

/// What a witness knows.
struct WitnessView {
  std::vector<VerifierKey> logs;  // a log's origin is its key's name
  /// The last head cosigned for an origin; a log never seen has the empty one.
  std::function<TreeHead(const std::string& origin)> last;
};

/// 400 malformed or shrinking, 404 unknown log, 403 not signed by it, 409 another old size or another root, 422 wrong
/// proof, 200 with the cosignature. Units: `at_s` in seconds since 1970.
WitnessAnswer answer(std::string_view request, const WitnessView& view, const SigningKey& key, std::uint64_t at_s);

}  // namespace tlog
