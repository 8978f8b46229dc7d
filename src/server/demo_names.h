/// Names nobody bears: each given name and each trade name holds 演 or 试.
#pragma once

#include <string>

namespace server {

/// "柳试宁": the same index gives the same name.
std::string demo_person_name(int index);
/// "湘演江畔": different for each index below `demo_trade_names_count`.
std::string demo_trade_name(int index);
inline constexpr int demo_trade_names_count = 46 * 2 * 72;

/// "湘试演江畔": what applicants propose; no entity of the register is called so.
std::string demo_proposed_trade_name(int index);

/// A line of business as the register words it.
struct DemoTrade {
  const char* name;      // the last part of the entity's name
  const char* industry;  // GB/T 4754
  const char* scope;
};
/// The trade of the entity with this number of its kind; together with the trade name it makes a name of its own for
/// every number up to 100,000 (cooperatives: up to 13,000).
const DemoTrade& demo_trade_of(const std::string& kind, int number);
/// The whole name of the entity with this number of its kind.
std::string demo_entity_name(const std::string& kind, int number);

}  // namespace server
