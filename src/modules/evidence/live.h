/// One log while the program runs: its files, its keys, and how far it has signed.
#pragma once

#include <filesystem>

#include "store.h"
#include "tiles.h"

namespace evidence {

class Live {
 public:
  LogRow row;
  std::filesystem::path folder;
  std::optional<KeyFile> keys;
  tlog::Policy policy;

  /// Held while tiles are written and a checkpoint is signed.
  std::mutex publishing;
  std::optional<TileWriter> tiles;
  std::optional<StoredCheckpoint> link;  // the last row of the chain, as its file has it
  bool is_link_stored = false;           // in the database too

  /// Guards what is below: read by every request.
  mutable std::mutex mutex;
  tlog::TreeHead head;  // that was signed
  std::string note;     // as it is served, with cosignatures
  base::Instant signed_at;
  std::map<std::string, std::uint64_t> asked;  // witness -> the size it cosigned last, as far as we know
  std::optional<base::Text> refusal;

  std::filesystem::path checkpoint_file() const { return folder / "checkpoint"; }
  /// Keys of the log and of the witnesses.
  std::vector<tlog::VerifierKey> known_keys() const;
  /// The served head and note together.
  std::pair<tlog::TreeHead, std::string> served() const;
  void refuse(const base::Text& why);
  bool is_refusing() const;
  /// Writes the high-water file, durably.
  /// Errors: throws storage::Fault.
  void keep(const std::string& new_note) const;
  void serve(const tlog::TreeHead& new_head, const std::string& new_note, base::Instant at);
};

/// Compares what was signed with what the database holds, and makes the tiles ready to grow. A log that was set back is
/// left refusing.
/// Errors: throws storage::Fault.
base::Result<void> start(storage::Store& store, Live& live);

/// Asks one witness; true when a cosignature was added. A witness that knows a longer or another log makes it refuse.
bool ask_witness(Live& live, const tlog::Policy::Witness& witness, base::Instant now);

}  // namespace evidence
