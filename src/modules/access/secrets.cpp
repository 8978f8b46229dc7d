#include "secrets.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <semaphore>

#include "kernel/base/unicode.h"
#include "kernel/codes/people.h"
#include "modules/access/access.h"

namespace access_control {
namespace {

constexpr unsigned long long hash_operations = 2;
constexpr std::size_t hash_bytes = std::size_t{64} << 20;
constexpr std::ptrdiff_t hashes_at_once = 2;  // 64 MiB each: more at once is a way to run us out of memory

std::counting_semaphore<hashes_at_once>& hash_slots() {
  static std::counting_semaphore<hashes_at_once> slots(hashes_at_once);
  return slots;
}

class HashSlot {
 public:
  HashSlot() { hash_slots().acquire(); }
  ~HashSlot() { hash_slots().release(); }
  HashSlot(const HashSlot&) = delete;
  HashSlot& operator=(const HashSlot&) = delete;
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes_of(bytes), bytes.size());
  text.pop_back();
  return text;
}

std::optional<std::string> unhex(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  std::size_t size = 0;
  if (sodium_hex2bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr) != 0)
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

base::Error secrets_unreadable(const std::string& path) {
  return {.kind = base::Refusal::rule_not_met,
          .code = "access.secrets_unreadable",
          .message = {"密钥文件 " + path + " 无法读取、内容不对,或其他用户也可读取;请恢复备份,并执行 chmod 600",
                      "The key file " + path +
                          " cannot be read, is damaged, or others may read it. Restore it from the "
                          "backup and run chmod 600."}};
}

}  // namespace

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), size);
  return bytes;
}

std::string random_hex(std::size_t size) {
  return hex(random_bytes(size));
}

base::Result<Secrets> Secrets::load_or_make(const std::string& path) {
  CHECK(sodium_init() >= 0);
  Secrets secrets;
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    secrets.key_.resize(64);
    randombytes_buf(secrets.key_.data(), secrets.key_.size());
    const std::string text = hex(secrets.key_) + "\n";
    const bool written =
        ::write(made, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(made) == 0;
    ::close(made);
    if (!written) return secrets_unreadable(path);
    return secrets;
  }
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || (status.st_mode & 077) != 0) return secrets_unreadable(path);
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  const auto key = unhex(text);
  if (!key || key->size() != 64) return secrets_unreadable(path);
  secrets.key_ = *key;
  return secrets;
}

std::string Secrets::seal(std::string_view plain) const {
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(bytes_of(sealed) + crypto_secretbox_NONCEBYTES, bytes_of(plain), plain.size(), bytes_of(sealed),
                        bytes_of(key_));
  return hex(sealed);
}

std::optional<std::string> Secrets::open(std::string_view sealed_hex) const {
  const auto sealed = unhex(sealed_hex);
  if (!sealed || sealed->size() < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) return std::nullopt;
  std::string plain(sealed->size() - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  const unsigned char* box = bytes_of(std::string_view(*sealed)) + crypto_secretbox_NONCEBYTES;
  if (crypto_secretbox_open_easy(bytes_of(plain), box, sealed->size() - crypto_secretbox_NONCEBYTES,
                                 bytes_of(std::string_view(*sealed)), bytes_of(key_)) != 0)
    return std::nullopt;
  return plain;
}

std::string Secrets::hash(std::string_view plain) const {
  std::string hash(32, '\0');
  crypto_generichash(bytes_of(hash), hash.size(), bytes_of(plain), plain.size(), bytes_of(std::string_view(key_)) + 32,
                     32);
  return hex(hash);
}

std::string hash_password(const std::string& password) {
  CHECK(sodium_init() >= 0);
  const HashSlot slot;
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), hash_operations, hash_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw storage::Fault("not enough memory to hash a password");
  hash.resize(hash.find('\0'));
  return hash;
}

bool verify_password(const std::string& hash, const std::string& password) {
  const HashSlot slot;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

namespace {

class LocalStandIn : public RealNameCheck {
 public:
  base::Result<Answer> check(const std::string& name, const std::string& citizen_id) const override {
    if (base::length(name) < 2 || !codes::parse_citizen_id(citizen_id))
      return base::Error{
          .kind = base::Refusal::rule_not_met,
          .code = "access.real_name_failed",
          .message = {"姓名与公民身份号码未通过核验,请核对后重试",
                      "Name and citizen number did not pass the check. Please compare them and try again."}};
    return Answer{
        .method = "local_stand_in",
        .label = {"演示用本地核验:只核对号码的格式和校验码,未连接国家人口信息库",
                  "Demonstration stand-in: checks the number's form and check digit only; not connected to the "
                  "national population register"}};
  }
};

}  // namespace

std::unique_ptr<RealNameCheck> local_stand_in() {
  return std::make_unique<LocalStandIn>();
}

}  // namespace access_control
