#include "modules/evidence/signer.h"

#include <sodium.h>

#include <filesystem>
#include <sstream>

#include "storage/files.h"

namespace evidence {
namespace {

class SeedSigner final : public Signer {
 public:
  SeedSigner(const std::string& name, const tlog::Seed& seed)
      : key_(tlog::make_key(name, tlog::KeyKind::ed25519, seed)) {}
  ~SeedSigner() override { sodium_memzero(key_.secret.data(), key_.secret.size()); }
  const tlog::VerifierKey& key() const override { return key_.verifier; }
  tlog::SignatureLine sign(std::string_view text) const override { return tlog::sign(text, key_); }

 private:
  tlog::SigningKey key_;
};

base::Error damaged(const std::string& path) {
  return {.kind = base::Refusal::rule_not_met,
          .code = "evidence.keys_damaged",
          .message = {"日志密钥文件 " + path + " 损坏,或不是用本数据目录的密钥封存的;请从离线副本恢复",
                      "The log's key file " + path +
                          " is damaged, or was sealed in another data folder. Restore it from "
                          "the offline copy."}};
}

std::optional<tlog::Seed> seed_of(const std::optional<std::string>& bytes) {
  tlog::Seed seed{};
  if (!bytes || bytes->size() != seed.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), seed.begin());
  return seed;
}

constexpr std::string_view signs_word = "signs";
constexpr std::string_view retired_word = "retired";

}  // namespace

base::Result<KeyFile> KeyFile::load_or_make(const std::string& path, const std::string& name, Sealing sealing) {
  KeyFile file;
  file.path_ = path;
  file.name_ = name;
  file.sealing_ = std::move(sealing);
  if (!std::filesystem::exists(path)) {
    file.entries_.push_back(file.make_entry());
    file.save();
    return file;
  }
  std::istringstream lines(storage::read_file(path));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, state, sealed, more;
    words >> key >> state >> sealed;
    const auto verifier = tlog::parse_verifier_key(key);
    const auto seed = seed_of(file.sealing_.open(sealed));
    if (!verifier || !seed || words >> more || (state != signs_word && state != retired_word)) return damaged(path);
    auto signer = std::make_shared<const SeedSigner>(verifier->name, *seed);
    if (signer->key() != verifier.value()) return damaged(path);
    file.entries_.push_back(
        {.key = verifier.value(), .signs = state == signs_word, .sealed = sealed, .signer = std::move(signer)});
  }
  if (file.signers().empty()) return damaged(path);
  return file;
}

KeyFile::Entry KeyFile::make_entry() const {
  tlog::Seed seed{};
  randombytes_buf(seed.data(), seed.size());
  auto signer = std::make_shared<const SeedSigner>(name_, seed);
  Entry entry{.key = signer->key(),
              .signs = true,
              .sealed = sealing_.seal(std::string_view(reinterpret_cast<const char*>(seed.data()), seed.size())),
              .signer = signer};
  sodium_memzero(seed.data(), seed.size());
  return entry;
}

void KeyFile::save() const {
  std::string text;
  for (const Entry& entry : entries_)
    text += tlog::to_text(entry.key) + " " + std::string(entry.signs ? signs_word : retired_word) + " " + entry.sealed +
            "\n";
  storage::make_folder(std::filesystem::path(path_).parent_path());
  storage::write_file(path_, text);
}

std::vector<std::shared_ptr<const Signer>> KeyFile::signers() const {
  std::vector<std::shared_ptr<const Signer>> all;
  for (const Entry& entry : entries_)
    if (entry.signs) all.push_back(entry.signer);
  return all;
}

std::vector<tlog::VerifierKey> KeyFile::keys() const {
  std::vector<tlog::VerifierKey> all;
  for (const Entry& entry : entries_) all.push_back(entry.key);
  return all;
}

tlog::VerifierKey KeyFile::add() {
  entries_.push_back(make_entry());
  save();
  return entries_.back().key;
}

void KeyFile::retire_older() {
  for (std::size_t i = 0; i + 1 < entries_.size(); ++i) entries_[i].signs = false;
  save();
}

}  // namespace evidence
