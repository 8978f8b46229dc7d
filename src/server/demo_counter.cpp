/// What stands behind the counter in the demonstration: blank stock, and two hosts of shared addresses with a few
/// members.
#include "demo.h"
#include "modules/park/park.h"
#include "modules/registration/search.h"

namespace server {
namespace {

constexpr int blanks_each = 200;
constexpr std::int64_t host_capacity = 50;
constexpr std::size_t members_wanted = 3;

/// Trades that may stand at a cluster address: software, design, consulting.
bool may_share(const std::string& industry) {
  return !industry.starts_with("61") && !industry.starts_with("62") && !industry.starts_with("59") &&
         !industry.starts_with("5");
}

}  // namespace

base::Result<void> District::blank_stock() {
  return together([&]() -> base::Result<void> {
    const Moment clerk = as_staff("clerk", 30, 9);
    for (const auto& [kind, letters] : {std::pair{"business_licence", "YZ"}, std::pair{"food_permit", "SP"}}) {
      const std::string first = std::string(letters) + "0000001";
      const std::string last = std::string(letters) + "0000" + std::to_string(blanks_each);
      TRY(std::ignore, parts_.delivery->receive(*transaction_,
                                                {.id = new_id(clerk.now),
                                                 .division = std::string(demo_division),
                                                 .office = parts_.licensing->bureau().window,
                                                 .kind = kind,
                                                 .place = {},
                                                 .range = {},
                                                 .received_on = clerk.today(),
                                                 .received_by = {},
                                                 .remark = "演示库存"},
                                                first, last, clerk));
    }
    return {};
  });
}

base::Result<void> District::cluster_hosts() {
  const auto scope = access_control::Scope::of_division(std::string(demo_division));
  TRY(const registration::SearchPage found, parts_.store->read_value([&](storage::Snapshot& snapshot) {
    return registration::search(snapshot, scope, {.kind = "enterprise", .status = "open", .limit = 60});
  }));
  const std::vector<registration::Entity>& companies = found.entities;
  std::size_t next = 0;
  std::vector<base::Id> hosts;
  const Moment examiner = as_staff("examiner", 0, 9);
  return together([&]() -> base::Result<void> {
    for (; next < companies.size() && hosts.size() < 2; ++next) {
      const registration::Entity& company = companies[next];
      if (company.established_on > examiner.today()) continue;
      TRY(std::ignore,
          registration::write(
              *transaction_, scope, company.id, "changed", {{"scope", "企业管理咨询;商务秘书服务"}}, "增加经营范围",
              {.id = company.id, .as_of = examiner.today(), .now = examiner.now, .actor = examiner.actor.person}));
      TRY(const park::Host host, park::open_host(*transaction_,
                                                 {.id = new_id(examiner.now),
                                                  .division = {},
                                                  .office = {},
                                                  .entity = company.id,
                                                  .name = {},
                                                  .address = {},
                                                  .contact = "演示联系人 13000000000",
                                                  .capacity = host_capacity,
                                                  .state = {},
                                                  .reason = {}},
                                                 examiner));
      hosts.push_back(host.id);
      host_codes_.push_back(company.credit_code);
    }
    std::size_t admitted = 0;
    for (; next < companies.size() && admitted < members_wanted && !hosts.empty(); ++next) {
      const auto facts = registration::facts_as_of(registration::history_of(*transaction_, companies[next].id),
                                                   examiner.today(), calendar::local_date(parts_.now()));
      if (!facts || !may_share(facts->industry)) continue;
      const auto member = park::admit(*transaction_, *parts_.catalogue,
                                      {.id = new_id(examiner.now),
                                       .division = {},
                                       .office = {},
                                       .host = hosts[0],
                                       .entity = companies[next].id,
                                       .name = {},
                                       .credit_code = {},
                                       .industry = {},
                                       .contact = "演示联系人 13000000001",
                                       .valid_from = examiner.today(),
                                       .valid_to = {examiner.today().days + 365},
                                       .ended_on = {},
                                       .reason = {}},
                                      {}, examiner);
      if (member) ++admitted;
    }
    return {};
  });
}

}  // namespace server
