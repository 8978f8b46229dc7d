#include "http/api.h"
#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/evidence/evidence.h"
#include "second_factor.h"
#include "secrets.h"
#include "sign_in.h"
#include "store.h"

namespace access_control {
namespace {

constexpr std::size_t reason_length_min = 4;
constexpr std::size_t reason_length_max = 500;

base::Error refused_at(std::string path, base::Refusal kind, std::string code, base::Text message) {
  return {.kind = kind, .code = code, .message = message, .places = {{std::move(path), code, message}}};
}

base::Error code_wrong() {
  return refused_at(
      "/code", base::Refusal::unauthenticated, "access.code_wrong",
      {"这个码不对或已经用过,请等下一个码再试", "That code is wrong or was used. Please wait for the next one."});
}

/// What an event of a person's stream tells; the password is never in it.
struct AccountEvent {
  std::string change;
  std::vector<std::string> roles;
  std::vector<std::string> grants = {};
  std::string reason;
  std::string record_kind;
  std::optional<base::Id> record;
};
BOOST_DESCRIBE_STRUCT(AccountEvent, (), (change, roles, grants, reason, record_kind, record))

void append_event(storage::Transaction& transaction, const Person& person, std::string_view type, base::Id actor,
                  base::Instant at, const AccountEvent& data) {
  const storage::Stream stream{"person", person.id};
  evidence::append(transaction, stream, storage::last_sequence(transaction, stream),
                   {.type = type, .at = at, .actor = actor, .data = http::write(data, http::Language::zh)},
                   person.division, {}, evidence::LogKind::audit_log);
}

}  // namespace

std::vector<OwnSession> sessions_of(storage::Snapshot& snapshot, base::Id person, base::Instant now) {
  return sessions_since(snapshot, person,
                        {.created = now.plus_us(-session_absolute_us), .seen = now.plus_us(-session_idle_us)});
}

base::Result<void> end_session(storage::Transaction& transaction, base::Id person, base::Id session) {
  if (delete_session_of(transaction, person, session) == 1) return {};
  return base::not_found("access.session_unknown",
                         {"没有这次登录,可能已经退出", "There is no such session. It may have ended already."});
}

base::Result<StoredPerson> Access::check_again(const http::Caller& caller, const std::string& password,
                                               std::string_view place, base::Instant now) const {
  const auto person =
      store_.read_value([&](storage::Snapshot& snapshot) { return find_stored_person(snapshot, caller.person); });
  CHECK(person.has_value());
  const Attempts attempts{.account = person->person.account, .remote = {}};
  TRY(std::ignore, check_throttle(store_, attempts, now));
  if (verify_password(person->password_hash, password)) return *person;
  count_failure(store_, attempts, now);
  return refused_at(std::string(place), base::Refusal::invalid, "access.password_wrong",
                    {"现在的密码不对,请重新输入", "The present password is not right. Please enter it again."});
}

base::Result<void> Access::check_code(const StoredPerson& person, const std::string& code, base::Instant now) const {
  const auto secret = secrets_.open(person.second_factor_sealed);
  CHECK(secret.has_value());
  const auto step = step_of_code(
      {.secret = *secret, .code = code, .now_s = now.us / base::us_per_second, .used_step = person.second_factor_step});
  const bool used =
      store_
          .write_result([&](storage::Transaction& transaction) -> base::Result<bool> {
            if (step) return use_second_factor_step(transaction, person.person.id, *step);
            return use_recovery_code(transaction, person.person.id, secrets_.hash(normal_recovery_code(code)));
          })
          .value();
  if (!used) return code_wrong();
  return {};
}

base::Result<void> Access::change_password(const http::Caller& caller, const std::string& old,
                                           const std::string& password, base::Instant now) const {
  TRY(const StoredPerson person, check_again(caller, old, "/old", now));
  TRY(std::ignore, check_password(password, person.person.account));
  const std::string hash = hash_password(password);
  store_.write([&](storage::Transaction& transaction) {
    save_password(transaction, caller.person, hash);
    delete_other_sessions(transaction, caller.person, caller.session);
    append_event(transaction, person.person, "access.account_changed", caller.person, now, {.change = "own_password"});
    return true;
  });
  return {};
}

base::Result<Access::SecondFactor> Access::begin_second_factor(const http::Caller& caller) const {
  const std::string secret = random_bytes(totp_secret_bytes);
  return store_.write_result([&](storage::Transaction& transaction) -> base::Result<SecondFactor> {
    const auto person = find_stored_person(transaction, caller.person);
    CHECK(person.has_value());
    if (!person->second_factor_sealed.empty())
      return base::conflict("access.second_factor_on",
                            {"两步验证已经开启;要换手机,请先关闭再重新开启",
                             "The second step is on already. To change your phone, switch it off first."});
    save_pending_second_factor(transaction, caller.person, secrets_.seal(secret));
    return SecondFactor{.secret = base32(secret), .uri = totp_uri(secret, person->person.account, "Yichuang")};
  });
}

base::Result<std::vector<std::string>> Access::confirm_second_factor(const http::Caller& caller,
                                                                     const std::string& code, base::Instant now) const {
  const auto person =
      store_.read_value([&](storage::Snapshot& snapshot) { return find_stored_person(snapshot, caller.person); });
  CHECK(person.has_value());
  if (person->second_factor_pending.empty())
    return base::conflict("access.second_factor_not_begun",
                          {"请先取得密钥,再输入验证码", "Please fetch the key first, then enter a code."});
  const Attempts attempts{.account = person->person.account, .remote = {}};
  TRY(std::ignore, check_throttle(store_, attempts, now));
  const auto secret = secrets_.open(person->second_factor_pending);
  CHECK(secret.has_value());
  const auto step = step_of_code({.secret = *secret, .code = code, .now_s = now.us / base::us_per_second});
  if (!step) {
    count_failure(store_, attempts, now);
    base::Error error = code_wrong();
    error.kind = base::Refusal::invalid;
    return error;
  }
  std::vector<std::string> codes;
  for (int i = 0; i < recovery_codes_count; ++i) codes.push_back(make_recovery_code());
  store_.write([&](storage::Transaction& transaction) {
    save_second_factor(transaction, caller.person, *step);
    for (const std::string& each : codes)
      insert_recovery_code(transaction, person->person, secrets_.hash(normal_recovery_code(each)));
    append_event(transaction, person->person, "access.account_changed", caller.person, now,
                 {.change = "second_factor_on"});
    return true;
  });
  return codes;
}

base::Result<void> Access::drop_second_factor(const http::Caller& caller, const std::string& password,
                                              base::Instant now) const {
  TRY(const StoredPerson person, check_again(caller, password, "/password", now));
  store_.write([&](storage::Transaction& transaction) {
    delete_second_factor(transaction, caller.person);
    append_event(transaction, person.person, "access.account_changed", caller.person, now,
                 {.change = "second_factor_off"});
    return true;
  });
  return {};
}

base::Result<PersonalNumbers> Access::disclose(storage::Transaction& transaction, const Disclosure& asked) const {
  Disclosure disclosure = asked;
  disclosure.reason = base::tidy(asked.reason);
  if (base::length(disclosure.reason) < reason_length_min || base::length(disclosure.reason) > reason_length_max)
    return refused_at("/reason", base::Refusal::invalid, "access.reason_missing",
                      {"请写明查看完整号码的理由(4至500个字);本人可以看到这条记录",
                       "Say why you need the full numbers (4 to 500 characters). The person can read this record."});
  const auto person = find_person(transaction, asked.person);
  const auto sealed = find_sealed_numbers(transaction, asked.person);
  if (!person || !sealed)
    return base::not_found("access.person_unknown", {"没有找到这个人", "There is no such person."});
  insert_disclosure(transaction, disclosure, person->division);
  append_event(transaction, *person, "access.disclosed", asked.reader, asked.at,
               {.change = {}, .reason = disclosure.reason, .record_kind = asked.record_kind, .record = asked.record});
  const auto opened = [&](const std::string& text) -> std::string {
    if (text.empty()) return {};
    const auto plain = secrets_.open(text);
    if (!plain) throw storage::Fault("a sealed number does not open: the key file is not the one it was sealed with");
    return *plain;
  };
  return PersonalNumbers{.citizen_id = opened(sealed->citizen_id), .phone = opened(sealed->phone)};
}

base::Result<Person> Access::administer(storage::Transaction& transaction, const AccountChange& change,
                                        base::Instant now) const {
  const auto account = check_account(change.account);
  const auto found = account ? find_account(transaction, account.value()) : std::nullopt;
  if (!found)
    return refused_at("/account", base::Refusal::not_found, "access.account_unknown",
                      {"没有账号“" + change.account + "”", "There is no account “" + change.account + "”."});
  Person person = found->person;
  if (change.kind == "password") {
    TRY(std::ignore, check_password(change.password, person.account));
    save_password(transaction, person.id, hash_password(change.password));
    forget_failures(transaction, account_subject(person.account));
  } else if (change.kind == "disable" || change.kind == "enable") {
    save_disabled(transaction, person.id, change.kind == "disable" ? std::optional(now) : std::nullopt);
  } else if (change.kind == "roles") {
    TRY(std::ignore, check_roles(change.roles));
    save_roles(transaction, person.id, change.roles);
    person.roles = change.roles;
    if (!check_grants(change.roles, grants_of(transaction, person.id))) save_grants(transaction, person, {});
  } else if (change.kind == "grants") {
    TRY(std::ignore, check_grants(person.roles, change.grants));
    save_grants(transaction, person, change.grants);
  } else if (change.kind == "drop_second_factor") {
    delete_second_factor(transaction, person.id);
  } else {
    return refused_at("/kind", base::Refusal::invalid, "access.change_unknown",
                      {"不认识的操作“" + change.kind + "”", "“" + change.kind + "” is not a change of an account."});
  }
  if (change.kind != "enable") delete_other_sessions(transaction, person.id, {});
  append_event(transaction, person, "access.account_changed", {}, now,
               {.change = change.kind, .roles = change.roles, .grants = change.grants});
  return person;
}

}  // namespace access_control
