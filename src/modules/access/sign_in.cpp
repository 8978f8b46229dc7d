#include "sign_in.h"

#include <algorithm>

namespace access_control {
namespace {

constexpr std::int64_t failures_free = 5;
constexpr std::int64_t failures_free_of_address = 30;
constexpr std::int64_t failure_wait_us_max = 15 * minute_us;

std::string address_subject(const std::string& remote) {
  return "address/" + remote;
}

std::int64_t free_again_us(const Failures& failures, std::int64_t free) {
  if (failures.count < free) return 0;
  const std::int64_t doublings = std::min<std::int64_t>(failures.count - free, 10);
  return failures.last.us + std::min(5 * base::us_per_second << doublings, failure_wait_us_max);
}

void count_one(storage::Transaction& transaction, const std::string& subject, base::Instant now) {
  Failures failures = failures_of(transaction, subject);
  if (now.us - failures.last.us > failure_wait_us_max) failures.count = 0;
  save_failure(transaction, subject, {failures.count + 1, now});
}

}  // namespace

std::string account_subject(const std::string& account) {
  return "account/" + account;
}

base::Result<void> check_throttle(storage::Store& store, const Attempts& attempts, base::Instant now) {
  const std::int64_t free_again = store.read_value([&](storage::Snapshot& snapshot) -> std::int64_t {
    const std::int64_t of_account =
        free_again_us(failures_of(snapshot, account_subject(attempts.account)), failures_free);
    if (attempts.remote.empty()) return of_account;
    return std::max(of_account,
                    free_again_us(failures_of(snapshot, address_subject(attempts.remote)), failures_free_of_address));
  });
  if (free_again <= now.us) return {};
  const std::string seconds = std::to_string((free_again - now.us) / base::us_per_second + 1);
  return base::Error{
      .kind = base::Refusal::too_many,
      .code = "access.sign_in_throttled",
      .message = {"尝试次数较多,请" + seconds + "秒后再试", "Too many tries. Please wait " + seconds + " seconds."}};
}

void count_failure(storage::Store& store, const Attempts& attempts, base::Instant now) {
  store.write([&](storage::Transaction& transaction) {
    count_one(transaction, account_subject(attempts.account), now);
    if (!attempts.remote.empty()) count_one(transaction, address_subject(attempts.remote), now);
    return true;
  });
}

base::Error code_needed() {
  const base::Text message{"请输入身份验证器显示的六位数字,或一个备用码",
                           "Enter the six digits your authenticator shows, or a recovery code."};
  return {.kind = base::Refusal::unauthenticated,
          .code = "access.code_needed",
          .message = message,
          .places = {{"/code", "access.code_needed", message}}};
}

}  // namespace access_control
