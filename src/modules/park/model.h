/// Cluster registration: hosts, contracts, contact checks. Pure.
///
///   host      admitting --suspend--> suspended --resume--> admitting;   either --close--> closed (when nobody is left)
///   contract  running --end | move--> ended;   expired when its last day has passed
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace park {

inline constexpr int capacity_max = 5'000;
inline constexpr int contract_years_max = 10;
inline constexpr int unreachable_days = 10;    // between two failed checks, so that one bad week is not enough
inline constexpr int expiry_notice_days = 30;  // a contract is shown as ending

/// What the rules look at when an entity wants to be admitted.
struct HostStanding {
  bool closed = false;
  bool suspended = false;
  std::int64_t members = 0;
  std::int64_t capacity = 0;
};
/// A rule that bars trades or permits, as the catalogue states it.
struct Bar {
  std::vector<std::string> trades;
  std::vector<std::string> permits;
  base::Text basis;
};
struct Wish {
  std::string industry;              // code in GB/T 4754, "6210"
  std::vector<std::string> permits;  // kinds of certificates applied for with it
};
/// Errors: `park.host_closed`, `park.host_suspended`, `park.capacity_full`, `park.trade_barred` with every basis.
base::Result<void> check_admission(const HostStanding& host, const Wish& wish, const std::vector<Bar>& bars);

/// Errors: `park.contract_days` at "/valid_to": ends before it begins, or is longer than `contract_years_max` years.
base::Result<void> check_contract(calendar::Date valid_from, calendar::Date valid_to);

enum class ContractState { running, ending, expired, ended };
ContractState contract_state(calendar::Date valid_to, bool ended, calendar::Date today);
std::string_view to_id(ContractState state);
base::Text name_of(ContractState state);

/// One try to reach a member.
struct ContactCheck {
  calendar::Date on;
  bool reached = false;
};
enum class Contact { unknown, reached, doubtful, unreachable };
/// `checks` oldest first. Unreachable: the last tries failed, two or more, `unreachable_days` or more apart.
Contact contact_of(const std::vector<ContactCheck>& checks);
std::string_view to_id(Contact contact);
base::Text name_of(Contact contact);
/// Share of tries of the last 365 days that reached the member, in per cent; nothing without a try.
std::optional<int> contact_score(const std::vector<ContactCheck>& checks, calendar::Date today);

/// "…（集群注册）": how a member's address is written. Nothing is added twice.
std::string member_address(std::string_view host_address);

}  // namespace park
