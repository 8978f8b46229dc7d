/// The ring: certificates in the open, private keys sealed, in one folder.
///
///   licence-1.pem   certificate           licence-1.key   the private key, sealed; or "pkcs11:…"
#include <fcntl.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "key.h"

namespace signing {
namespace {

namespace fs = std::filesystem;

constexpr std::array purposes = {Purpose::authority,      Purpose::licence,    Purpose::document, Purpose::timestamp,
                                 Purpose::seal_authority, Purpose::seal_maker, Purpose::seal};
constexpr std::string_view token_prefix = "pkcs11:";

base::Error unreadable(const std::string& file) {
  return {
      .kind = base::Refusal::rule_not_met,
      .code = "signing.key_unreadable",
      .message = {"签名密钥文件 " + file +
                      " 无法使用:文件损坏,或者是用另一份 secrets 加密的;请从备份恢复 keys 目录和 secrets 文件",
                  "The key file " + file +
                      " cannot be used: it is damaged, or sealed with other secrets. Restore the folder keys and the "
                      "file secrets from the backup"}};
}

std::string path_of(const KeySettings& settings, Purpose purpose, int generation, const char* ending) {
  return settings.folder + "/" + std::string(to_text(purpose)) + "-" + std::to_string(generation) + ending;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Appears whole or not at all, and outlives a crash; readable by the service's user alone.
void write_file(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const bool written = file >= 0 &&
                       ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
                       ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0)
    throw std::runtime_error("the key file " + path + " cannot be written");
  const int folder = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

std::string pem_of(X509* certificate) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(out.get(), certificate) != 1) openssl_failed("certificate");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Owned<X509> certificate_in(const std::string& pem) {
  const Owned<BIO> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Owned<X509>(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
}

std::string plain_key(EVP_PKEY* pair) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PrivateKey(pair, &bytes);
  if (size <= 0) openssl_failed("private key");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
  return der;
}

Owned<EVP_PKEY> pair_in(std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Owned<EVP_PKEY> pair(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  OPENSSL_cleanse(der.data(), der.size());
  return pair;
}

base::Result<std::shared_ptr<const KeyRing::Key>> load(const KeySettings& settings, const Vault& vault, Purpose purpose,
                                                       int generation) {
  const std::string file = path_of(settings, purpose, generation, ".pem");
  const auto pem = read_file(file);
  auto key = std::make_shared<KeyRing::Key>();
  if (pem) key->certificate = certificate_in(*pem);
  if (!key->certificate) return unreadable(file);
  key->about = describe(key->certificate.get(), purpose, generation);
  const std::string secret_file = path_of(settings, purpose, generation, ".key");
  const auto secret = read_file(secret_file);
  if (!secret) return unreadable(secret_file);
  if (secret->starts_with(token_prefix)) {
    TRY(key->pair, pair_in_token(*secret));
    key->about.held = "pkcs11";
  } else {
    auto plain = vault.open(*secret);
    if (plain) key->pair = pair_in(*plain);
  }
  if (!key->pair) return unreadable(secret_file);
  if (key->about.held == "file" && X509_check_private_key(key->certificate.get(), key->pair.get()) != 1)
    return unreadable(secret_file);
  return std::shared_ptr<const KeyRing::Key>(std::move(key));
}

std::vector<int> generations(const KeySettings& settings, Purpose purpose) {
  std::vector<int> found;
  const std::string prefix = std::string(to_text(purpose)) + "-";
  for (const auto& entry : fs::directory_iterator(settings.folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(".pem")) continue;
    int number = 0;
    const char* first = name.data() + prefix.size();
    const auto read = std::from_chars(first, name.data() + name.size() - 4, number);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size() - 4) found.push_back(number);
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Who certifies a key of this purpose; null: it certifies itself.
const KeyRing::Key* authority_for(const KeyRing::State* state, Purpose purpose) {
  switch (purpose) {
    case Purpose::authority:
    case Purpose::seal_authority:
      return nullptr;
    case Purpose::licence:
    case Purpose::document:
    case Purpose::timestamp:
      return &state->active(Purpose::authority);
    case Purpose::seal_maker:
    case Purpose::seal:
      return &state->active(Purpose::seal_authority);
  }
  return nullptr;
}

}  // namespace

std::string_view to_text(Purpose purpose) {
  switch (purpose) {
    case Purpose::authority:
      return "authority";
    case Purpose::licence:
      return "licence";
    case Purpose::document:
      return "document";
    case Purpose::timestamp:
      return "timestamp";
    case Purpose::seal_authority:
      return "seal-authority";
    case Purpose::seal_maker:
      return "seal-maker";
    case Purpose::seal:
      return "seal";
  }
  return "";
}

std::optional<Purpose> parse_purpose(std::string_view word) {
  for (const Purpose purpose : purposes)
    if (to_text(purpose) == word) return purpose;
  return std::nullopt;
}

base::Text purpose_words(Purpose purpose) {
  switch (purpose) {
    case Purpose::authority:
      return {"签名证书根", "root of certificates"};
    case Purpose::licence:
      return {"证照二维码签名", "signs QR codes and lists of states"};
    case Purpose::document:
      return {"PDF证照签名", "signs PDF"};
    case Purpose::timestamp:
      return {"时间戳", "time stamps"};
    case Purpose::seal_authority:
      return {"国密证书根", "root of SM2 certificates"};
    case Purpose::seal_maker:
      return {"电子印章制作", "makes electronic seals"};
    case Purpose::seal:
      return {"电子印章签名", "sets the electronic seal on OFD"};
  }
  return {};
}

bool is_sm2(Purpose purpose) {
  return purpose == Purpose::seal_authority || purpose == Purpose::seal_maker || purpose == Purpose::seal;
}

const KeyRing::Key* KeyRing::State::find(Purpose purpose) const {
  const Key* found = nullptr;
  for (const auto& key : keys)
    if (key->about.purpose == purpose) found = key.get();
  return found;
}

const KeyRing::Key& KeyRing::State::active(Purpose purpose) const {
  const Key* key = find(purpose);
  CHECK(key);
  return *key;
}

KeyRing::KeyRing(KeySettings settings, Vault vault) : settings_(std::move(settings)), vault_(std::move(vault)) {}
KeyRing::~KeyRing() = default;

std::shared_ptr<const KeyRing::State> KeyRing::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

base::Result<std::shared_ptr<const KeyRing::State>> KeyRing::read() const {
  auto state = std::make_shared<State>();
  for (const Purpose purpose : purposes) {
    std::shared_ptr<const Key> last;
    for (const int generation : generations(settings_, purpose)) {
      TRY(last, load(settings_, vault_, purpose, generation));
      state->keys.push_back(last);
    }
    if (last) const_cast<Key&>(*last).about.active = true;  // not shared with anybody yet
  }
  return std::shared_ptr<const State>(std::move(state));
}

base::Result<void> KeyRing::reload() {
  TRY(auto fresh, read());
  const std::lock_guard lock(mutex_);
  state_ = std::move(fresh);
  return {};
}

base::Result<std::unique_ptr<KeyRing>> KeyRing::open_or_make(const KeySettings& settings, Vault vault,
                                                             base::Instant now) {
  fs::create_directories(settings.folder);
  fs::permissions(settings.folder, fs::perms::owner_all);
  std::unique_ptr<KeyRing> ring(new KeyRing(settings, std::move(vault)));
  TRY(std::ignore, ring->reload());
  for (const Purpose purpose : purposes)
    if (!ring->state()->find(purpose)) {
      TRY(std::ignore, ring->rotate(purpose, now));
    }
  return ring;
}

base::Result<PublicKey> KeyRing::rotate(Purpose purpose, base::Instant now) {
  const auto before = state();
  const Key* last = before->find(purpose);
  const int generation = last ? last->about.generation + 1 : 1;
  const Owned<EVP_PKEY> pair = new_pair(is_sm2(purpose));
  const Key* authority = authority_for(before.get(), purpose);
  const Owned<X509> certificate = certify(pair.get(), authority, purpose, settings_, generation, now);
  std::string plain = plain_key(pair.get());
  write_file(path_of(settings_, purpose, generation, ".key"), vault_.seal(plain));
  OPENSSL_cleanse(plain.data(), plain.size());
  // The certificate comes last: a generation is there when its certificate is.
  write_file(path_of(settings_, purpose, generation, ".pem"), pem_of(certificate.get()));
  TRY(std::ignore, reload());
  return state()->active(purpose).about;
}

base::Result<PublicKey> KeyRing::use_token(Purpose purpose, const std::string& uri, base::Instant now) {
  if (is_sm2(purpose) || purpose == Purpose::authority)
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "signing.purpose_not_in_token",
                       .message = {"这种用途的密钥不能放在PKCS#11设备里(需要P-256,根密钥请离线保管)",
                                   "A key of this purpose cannot be in a PKCS#11 token: tokens here hold P-256 keys"}};
  TRY(const Owned<EVP_PKEY> pair, pair_in_token(uri));
  const auto before = state();
  const Key* last = before->find(purpose);
  const int generation = last ? last->about.generation + 1 : 1;
  const Owned<X509> certificate =
      certify(pair.get(), authority_for(before.get(), purpose), purpose, settings_, generation, now);
  write_file(path_of(settings_, purpose, generation, ".key"), uri);
  write_file(path_of(settings_, purpose, generation, ".pem"), pem_of(certificate.get()));
  TRY(std::ignore, reload());
  return state()->active(purpose).about;
}

std::vector<PublicKey> KeyRing::keys() const {
  std::vector<PublicKey> all;
  for (const auto& key : state()->keys) all.push_back(key->about);
  return all;
}

bool KeyRing::demonstration() const {
  const auto now = state();
  return std::any_of(now->keys.begin(), now->keys.end(),
                     [](const auto& key) { return key->about.active && key->about.demonstration; });
}

cose::Sign1 KeyRing::sign(cose::Sign1 content) const {
  const auto now = state();
  const Key& key = now->active(Purpose::licence);
  content.kid = sha256(key.about.certificate).substr(0, cose::kid_bytes);
  content.protected_header.clear();
  content.signature = raw_signature(sign_der(key.pair.get(), false, cose::to_be_signed(content)));
  return content;
}

}  // namespace signing
