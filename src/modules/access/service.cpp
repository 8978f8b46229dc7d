#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/codes/people.h"
#include "secrets.h"
#include "sign_in.h"
#include "store.h"

namespace access_control {
namespace {

constexpr std::int64_t session_touch_us = 5 * minute_us;  // how exactly `seen_at` is kept

std::string token_hash(std::string_view token) {
  return storage::sha256_hex(token);
}

base::Error field_refused(std::string path, std::string code, base::Text message) {
  return base::invalid_at(std::move(path), code, message);
}

}  // namespace

Access::Access(storage::Store& store, Secrets secrets, std::unique_ptr<RealNameCheck> real_name,
               SecondFactorOfStaff second_factor)
    : store_(store),
      secrets_(std::move(secrets)),
      real_name_(std::move(real_name)),
      second_factor_(second_factor),
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
    places.push_back(
        {"/name", "access.name_invalid", {"请填写姓名(2至50个字)", "Enter the name (2 to 50 characters)."}});
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

http::Caller Access::caller_of(const StoredPerson& holder, base::Id session, const std::string& csrf) const {
  const Person& person = holder.person;
  http::Caller caller{.person = person.id,
                      .session = session,
                      .staff = person.staff,
                      .name = person.name,
                      .division = person.division,
                      .office = person.office,
                      .csrf_token = csrf};
  caller.second_factor_missing =
      person.staff && second_factor_ == SecondFactorOfStaff::demanded && holder.second_factor_sealed.empty();
  if (caller.second_factor_missing) return caller;
  caller.permissions = permissions_of(person.roles);
  caller.roles = person.roles;
  return caller;
}

base::Result<Access::SignedIn> Access::sign_in(const SignIn& attempt, base::Instant now, base::Id session) const {
  const auto normal = check_account(attempt.account);
  const Attempts attempts{.account = normal ? normal.value() : "?", .remote = attempt.remote};
  TRY(std::ignore, check_throttle(store_, attempts, now));
  const auto found =
      store_.read_value([&](storage::Snapshot& snapshot) { return find_account(snapshot, attempts.account); });
  // The decoy makes an unknown account take as long as a known one.
  const bool known = found && !found->disabled;
  const bool right = verify_password(known ? found->password_hash : decoy_hash_, attempt.password) && known;
  if (!right) {
    count_failure(store_, attempts, now);
    return base::Error{.kind = base::Refusal::unauthenticated,
                       .code = "access.sign_in_refused",
                       .message = {"账号或密码不对,请核对后重试", "The account or the password is not right."}};
  }
  if (!found->second_factor_sealed.empty()) {
    if (attempt.code.empty()) return code_needed();
    if (const auto checked = check_code(*found, attempt.code, now); !checked) {
      count_failure(store_, attempts, now);
      return checked.error();
    }
  }
  const std::string token = random_hex(32);
  const std::string csrf = random_hex(16);
  const Person& person = found->person;
  store_.write([&](storage::Transaction& transaction) {
    forget_failures(transaction, account_subject(attempts.account));
    delete_sessions_before(transaction, person.id, now.plus_us(-session_absolute_us));
    insert_session(transaction,
                   {.id = session,
                    .token_hash = token_hash(token),
                    .division = person.division,
                    .person = person.id,
                    .csrf = csrf,
                    .remote = attempt.remote,
                    .device = attempt.device},
                   now);
    return true;
  });
  return SignedIn{.token = token, .caller = caller_of(*found, session, csrf)};
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
  const auto session = store_.read_value([&](storage::Snapshot& snapshot) { return find_session(snapshot, hash); });
  if (!session || session->holder.disabled) return {};
  const std::int64_t now = request.at.us;
  if (now - session->seen_at.us > session_idle_us || now - session->created_at.us > session_absolute_us) return {};
  if (now - session->seen_at.us > session_touch_us && !store_.trouble())
    store_.write([&](storage::Transaction& transaction) {
      touch_session(transaction, hash, request.at);
      return true;
    });
  return caller_of(session->holder, session->id, session->csrf);
}

Scope scope_of(const http::Caller& caller) {
  if (!caller.person || caller.second_factor_missing) return {};
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
