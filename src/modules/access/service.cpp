#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <semaphore>
#include <sstream>

#include "kernel/base/unicode.h"
#include "kernel/codes/people.h"
#include "store.h"

namespace access_control {
namespace {

constexpr std::int64_t minute_us = 60 * base::us_per_second;
constexpr std::int64_t session_idle_us = 8 * 60 * minute_us;       // a working day at the counter
constexpr std::int64_t session_absolute_us = 24 * 60 * minute_us;
constexpr std::int64_t session_touch_us = 5 * minute_us;           // how exactly `seen_at` is kept
constexpr std::int64_t failures_free = 5;
constexpr std::int64_t failure_wait_us_max = 15 * minute_us;
constexpr unsigned long long hash_operations = 2;
constexpr std::size_t hash_bytes = std::size_t{64} << 20;
constexpr std::ptrdiff_t hashes_at_once = 2;                       // 64 MiB each: more at once is a way to run us out of memory

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

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

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

std::string random_hex(std::size_t size) {
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), size);
  return hex(bytes);
}

std::string token_hash(std::string_view token) { return storage::sha256_hex(token); }

base::Error secrets_unreadable(const std::string& path) {
  return {.kind = base::Refusal::rule_not_met,
          .code = "access.secrets_unreadable",
          .message = {"密钥文件 " + path + " 无法读取、内容不对,或其他用户也可读取;请恢复备份,并执行 chmod 600",
                      "The key file " + path + " cannot be read, is damaged, or others may read it. Restore it from the "
                      "backup and run chmod 600."}};
}

base::Error field_refused(std::string path, std::string code, base::Text message) {
  return {.kind = base::Refusal::invalid, .code = code, .message = message, .places = {{std::move(path), code, message}}};
}

/// Where a failed sign-in is counted: the account, and the address with a more generous allowance.
struct Subjects {
  std::string account;
  std::string address;
};

/// Doubles from five seconds after the free tries: a throttle that wears off, never a lock.
std::int64_t wait_us(const Failures& failures, std::int64_t free) {
  if (failures.count < free) return 0;
  const std::int64_t doublings = std::min<std::int64_t>(failures.count - free, 10);
  return std::min(5 * base::us_per_second << doublings, failure_wait_us_max);
}

constexpr std::int64_t failures_free_of_address = 30;

}  // namespace

base::Result<Secrets> Secrets::load_or_make(const std::string& path) {
  CHECK(sodium_init() >= 0);
  Secrets secrets;
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    secrets.key_.resize(64);
    randombytes_buf(secrets.key_.data(), secrets.key_.size());
    const std::string text = hex(secrets.key_) + "\n";
    const bool written = ::write(made, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(made) == 0;
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
  crypto_generichash(bytes_of(hash), hash.size(), bytes_of(plain), plain.size(),
                     bytes_of(std::string_view(key_)) + 32, 32);
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

namespace {

bool verify_password(const std::string& hash, const std::string& password) {
  const HashSlot slot;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

class LocalStandIn : public RealNameCheck {
 public:
  base::Result<Answer> check(const std::string& name, const std::string& citizen_id) const override {
    if (base::length(name) < 2 || !codes::parse_citizen_id(citizen_id))
      return base::Error{.kind = base::Refusal::rule_not_met,
                         .code = "access.real_name_failed",
                         .message = {"姓名与公民身份号码未通过核验,请核对后重试",
                                     "Name and citizen number did not pass the check. Please compare them and try again."}};
    return Answer{.method = "local_stand_in",
                  .label = {"演示用本地核验:只核对号码的格式和校验码,未连接国家人口信息库",
                            "Demonstration stand-in: checks the number's form and check digit only; not connected to the "
                            "national population register"}};
  }
};

}  // namespace

std::unique_ptr<RealNameCheck> local_stand_in() { return std::make_unique<LocalStandIn>(); }

Access::Access(storage::Store& store, Secrets secrets, std::unique_ptr<RealNameCheck> real_name)
    : store_(store),
      secrets_(std::move(secrets)),
      real_name_(std::move(real_name)),
      decoy_hash_(hash_password("an account that does not exist")) {}

base::Result<Person> Access::create(storage::Transaction& transaction, const NewPerson& request, base::Instant now,
                                    const std::string& password_hash) const {
  std::vector<base::Place> places;
  const auto collect = [&](auto&& result, std::string_view path) {
    if (result) return;
    for (base::Place place : result.error().places) {
      place.path = path;
      places.push_back(std::move(place));
    }
    if (result.error().places.empty())
      places.push_back({std::string(path), result.error().code, result.error().message});
  };
  Person person{.id = request.id,
                .division = request.division,
                .office = request.office,
                .staff = request.staff,
                .name = base::tidy(request.name),
                .roles = request.roles};
  SealedPerson sealed;
  if (base::length(person.name) < 2 || base::length(person.name) > 50)
    places.push_back({"/name", "access.name_invalid", {"请填写姓名(2至50个字)", "Enter the name (2 to 50 characters)."}});
  const auto account = check_account(request.account);
  collect(account, "/account");
  if (password_hash.empty()) collect(check_password(request.password, request.account), "/password");
  const auto phone = codes::parse_phone(request.phone);
  if (!request.staff || !request.phone.empty()) collect(phone, "/phone");
  if (!request.staff) {
    const auto citizen_id = codes::parse_citizen_id(request.citizen_id);
    collect(citizen_id, "/citizen_id");
    if (citizen_id) {
      sealed.citizen_id_hash = secrets_.hash(citizen_id.value().text);
      sealed.citizen_id_sealed = secrets_.seal(citizen_id.value().text);
      person.citizen_id_masked = codes::mask_citizen_id(citizen_id.value().text);
    }
  }
  if (phone) {
    sealed.phone_sealed = secrets_.seal(phone.value().text);
    person.phone_masked = codes::mask_phone(phone.value().text);
  }
  if (!places.empty())
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "access.person_invalid",
                       .message = {"有" + std::to_string(places.size()) + "处需要改正",
                                   "There are " + std::to_string(places.size()) + " things to mend."},
                       .places = std::move(places)};
  person.account = account.value();
  if (find_account(transaction, person.account))
    return field_refused("/account", "access.account_taken",
                         {"这个账号已有人使用,请换一个", "This account name is taken. Please choose another."});
  if (!sealed.citizen_id_hash.empty() && citizen_id_known(transaction, sealed.citizen_id_hash))
    return field_refused("/citizen_id", "access.citizen_id_taken",
                         {"这个公民身份号码已注册,请直接登录;忘记密码请到窗口办理",
                          "This citizen number is registered already. Please sign in, or ask at the window."});
  sealed.password_hash = password_hash.empty() ? hash_password(request.password) : password_hash;
  insert_person(transaction, person, sealed, now);
  return person;
}

base::Result<Access::SignedIn> Access::sign_in(const std::string& typed, const std::string& password,
                                               const std::string& remote, base::Instant now, base::Id session) const {
  const auto normal = check_account(typed);
  const std::string account = normal ? normal.value() : "?";
  const Subjects subjects{"account/" + account, "address/" + remote};
  struct Found {
    std::optional<StoredPerson> person;
    Failures of_account, of_address;
  };
  const Found found = store_.read_value([&](storage::Snapshot& snapshot) -> Found {
    return {find_account(snapshot, account), failures_of(snapshot, subjects.account),
            failures_of(snapshot, subjects.address)};
  });
  const std::int64_t wait =
      std::max(found.of_account.last.us + wait_us(found.of_account, failures_free) - now.us,
               found.of_address.last.us + wait_us(found.of_address, failures_free_of_address) - now.us);
  if (wait > 0) {
    const std::string seconds = std::to_string(wait / base::us_per_second + 1);
    return base::Error{.kind = base::Refusal::too_many,
                       .code = "access.sign_in_throttled",
                       .message = {"尝试次数较多,请" + seconds + "秒后再试",
                                   "Too many tries. Please wait " + seconds + " seconds."}};
  }
  // The decoy makes an unknown account take as long as a known one.
  const bool known = found.person && !found.person->disabled;
  const bool right = verify_password(known ? found.person->password_hash : decoy_hash_, password) && known;
  if (!right) {
    store_.write([&](storage::Transaction& transaction) {
      for (const std::string& subject : {subjects.account, subjects.address}) {
        Failures failures = failures_of(transaction, subject);
        if (now.us - failures.last.us > failure_wait_us_max) failures.count = 0;
        save_failure(transaction, subject, {failures.count + 1, now});
      }
      return true;
    });
    return base::Error{.kind = base::Refusal::unauthenticated,
                       .code = "access.sign_in_refused",
                       .message = {"账号或密码不对,请核对后重试", "The account or the password is not right."}};
  }
  const std::string token = random_hex(32);
  const std::string csrf = random_hex(16);
  const Person& person = found.person->person;
  store_.write([&](storage::Transaction& transaction) {
    forget_failures(transaction, subjects.account);
    delete_sessions_before(transaction, person.id, now.plus_us(-session_absolute_us));
    insert_session(transaction,
                   {.id = session,
                    .token_hash = token_hash(token),
                    .division = person.division,
                    .person = person.id,
                    .csrf = csrf,
                    .remote = remote},
                   now);
    return true;
  });
  http::Caller caller{.person = person.id,
                      .session = session,
                      .staff = person.staff,
                      .name = person.name,
                      .permissions = permissions_of(person.roles),
                      .division = person.division,
                      .office = person.office,
                      .roles = person.roles,
                      .csrf_token = csrf};
  return SignedIn{.token = token, .caller = std::move(caller)};
}

void Access::sign_out(std::string_view token) const {
  store_.write([&](storage::Transaction& transaction) {
    delete_session(transaction, token_hash(token));
    return true;
  });
}

http::Caller Access::authenticate(const http::Request& request) const {
  const std::string_view token = http::session_token(request);
  if (token.size() != 64) return {};
  const std::string hash = token_hash(token);
  const auto session =
      store_.read_value([&](storage::Snapshot& snapshot) { return find_session(snapshot, hash); });
  if (!session || session->holder.disabled) return {};
  const std::int64_t now = request.at.us;
  if (now - session->seen_at.us > session_idle_us || now - session->created_at.us > session_absolute_us) return {};
  if (now - session->seen_at.us > session_touch_us && !store_.trouble())
    store_.write([&](storage::Transaction& transaction) {
      touch_session(transaction, hash, request.at);
      return true;
    });
  const Person& person = session->holder.person;
  return {.person = person.id,
          .session = session->id,
          .staff = person.staff,
          .name = person.name,
          .permissions = permissions_of(person.roles),
          .division = person.division,
          .office = person.office,
          .roles = person.roles,
          .csrf_token = session->csrf};
}

Scope scope_of(const http::Caller& caller) {
  if (!caller.person) return {};
  if (!caller.staff) return Scope::own_of(caller.person);
  return scope_of_staff(caller.roles, caller.division, caller.office);
}

Actor actor_of(const http::Caller& caller) {
  return {.person = caller.person,
          .name = caller.name,
          .staff = caller.staff,
          .roles = caller.roles,
          .scope = scope_of(caller)};
}

}  // namespace access_control
