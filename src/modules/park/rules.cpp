#include <algorithm>

#include "kernel/base/refusals.h"
#include "modules/park/model.h"

namespace park {
namespace {

constexpr std::string_view suffix = "（集群注册）";

base::Error refused(std::string code, std::string zh, std::string en) {
  return {.kind = base::Refusal::rule_not_met, .code = std::move(code), .message = {std::move(zh), std::move(en)}};
}

bool bars(const Bar& bar, const Wish& wish) {
  const bool trade =
      !wish.industry.empty() && std::any_of(bar.trades.begin(), bar.trades.end(),
                                            [&](const std::string& each) { return wish.industry.starts_with(each); });
  const bool permit = std::any_of(bar.permits.begin(), bar.permits.end(), [&](const std::string& each) {
    return std::find(wish.permits.begin(), wish.permits.end(), each) != wish.permits.end();
  });
  return trade || permit;
}

}  // namespace

base::Result<void> check_admission(const HostStanding& host, const Wish& wish, const std::vector<Bar>& all) {
  if (host.closed)
    return refused("park.host_closed", "这家托管机构已停止集群登记", "This host has ended cluster registration.");
  if (host.suspended)
    return refused("park.host_suspended", "这家托管机构已被暂停接纳新成员",
                   "This host may not admit new members for the time being.");
  if (host.members >= host.capacity)
    return refused("park.capacity_full", "这家托管机构的成员已满,请选择其他托管机构",
                   "This host is full; please choose another.");
  base::Error barred = refused("park.trade_barred", "集群登记地址不能从事这项经营,请租用或购置实际场所",
                               "This trade is not possible at a cluster address; please rent or buy premises.");
  for (const Bar& bar : all)
    if (bars(bar, wish)) barred.places.push_back({"/industry", "park.trade_barred", bar.basis});
  if (!barred.places.empty()) return barred;
  return {};
}

base::Result<void> check_contract(calendar::Date valid_from, calendar::Date valid_to) {
  const auto longest = calendar::plus_months(valid_from, std::int64_t{12} * contract_years_max);
  if (valid_from <= valid_to && longest && valid_to <= *longest) return {};
  const base::Text message{"托管期限的止日不能早于起日,最长10年",
                           "A contract ends on or after its first day, within ten years."};
  return base::invalid_at("/valid_to", "park.contract_days", message);
}

ContractState contract_state(calendar::Date valid_to, bool ended, calendar::Date today) {
  if (ended) return ContractState::ended;
  if (valid_to < today) return ContractState::expired;
  return valid_to.days - today.days <= expiry_notice_days ? ContractState::ending : ContractState::running;
}

std::string_view to_id(ContractState state) {
  switch (state) {
    case ContractState::running:
      return "running";
    case ContractState::ending:
      return "ending";
    case ContractState::expired:
      return "expired";
    case ContractState::ended:
      break;
  }
  return "ended";
}

base::Text name_of(ContractState state) {
  switch (state) {
    case ContractState::running:
      return {"履行中", "Running"};
    case ContractState::ending:
      return {"30天内到期", "Ends within 30 days"};
    case ContractState::expired:
      return {"已到期", "Expired"};
    case ContractState::ended:
      break;
  }
  return {"已解除", "Ended"};
}

Contact contact_of(const std::vector<ContactCheck>& checks) {
  if (checks.empty()) return Contact::unknown;
  if (checks.back().reached) return Contact::reached;
  calendar::Date first = checks.back().on;
  for (auto check = checks.rbegin(); check != checks.rend() && !check->reached; ++check) first = check->on;
  return checks.back().on.days - first.days >= unreachable_days ? Contact::unreachable : Contact::doubtful;
}

std::string_view to_id(Contact contact) {
  switch (contact) {
    case Contact::unknown:
      return "unknown";
    case Contact::reached:
      return "reached";
    case Contact::doubtful:
      return "doubtful";
    case Contact::unreachable:
      break;
  }
  return "unreachable";
}

base::Text name_of(Contact contact) {
  switch (contact) {
    case Contact::unknown:
      return {"还没有联系", "Not tried yet"};
    case Contact::reached:
      return {"联系得上", "Reached"};
    case Contact::doubtful:
      return {"最近一次没有联系上", "Not reached lately"};
    case Contact::unreachable:
      break;
  }
  return {"失去联系", "Unreachable"};
}

std::optional<int> contact_score(const std::vector<ContactCheck>& checks, calendar::Date today) {
  constexpr std::int64_t year = 365;
  int tries = 0, reached = 0;
  for (const ContactCheck& check : checks) {
    if (check.on > today || today.days - check.on.days >= year) continue;
    ++tries;
    reached += check.reached;
  }
  if (tries == 0) return std::nullopt;
  return (100 * reached + tries / 2) / tries;
}

std::string member_address(std::string_view host_address) {
  std::string address(host_address);
  if (!address.ends_with(suffix)) address += suffix;
  return address;
}

}  // namespace park
