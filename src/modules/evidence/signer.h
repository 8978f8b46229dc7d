/// What signs checkpoints: a key kept in a file, or some day in a device.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/tlog/note.h"

namespace evidence {

class Signer {
 public:
  virtual ~Signer() = default;
  virtual const tlog::VerifierKey& key() const = 0;
  virtual tlog::SignatureLine sign(std::string_view text) const = 0;
};

/// How key files are protected: with what the data folder's own secrets make of them.
struct Sealing {
  std::function<std::string(std::string_view plain)> seal;
  std::function<std::optional<std::string>(std::string_view sealed)> open;
};

/// The signing keys of one log in one file (mode 0600), a line each: public key, "signs" or "retired", sealed seed.
class KeyFile {
 public:
  /// Reads the file; makes it, with one key named `name`, when it is not there.
  /// Errors: `evidence.keys_damaged`.
  static base::Result<KeyFile> load_or_make(const std::string& path, const std::string& name, Sealing sealing);

  /// Those that sign, the oldest first.
  std::vector<std::shared_ptr<const Signer>> signers() const;
  /// All that ever signed.
  std::vector<tlog::VerifierKey> keys() const;
  /// Adds a new key that signs beside the others; durable when it returns.
  tlog::VerifierKey add();
  /// Only the newest key signs from now on.
  void retire_older();

 private:
  struct Entry {
    tlog::VerifierKey key;
    bool signs = true;
    std::string sealed;
    std::shared_ptr<const Signer> signer;
  };
  Entry make_entry() const;
  void save() const;

  std::string path_;
  std::string name_;
  Sealing sealing_;
  std::vector<Entry> entries_;
};

}  // namespace evidence
