/// The register of market entities, and how its history is read. Pure.
///
///   (established) open --deregister--> deregistered
///                  |  ^---change, correct (both keep what was written before)
///                  |--move out--> moved_out
///                  +--revoke--> revoked --deregister--> deregistered
///
/// Two times are kept: the day from which a fact holds, and the moment at which the register learnt it. "As of day D,
/// as known on day K" leaves out what was written after K, and what holds only after D; of the rest the newest writing
/// wins.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace registration {

/// The registered items (登记事项) of an entity.
/// Source: [RMR-8] [RMR-D-6].
struct Facts {
  std::string name;
  std::string status = "open";  // open, revoked, moved_out, deregistered
  std::string township;         // GB/T 2260 with three more digits
  std::string address;
  std::string operator_name;  // legal representative, operator, partner, person in charge
  std::string type;           // entity type code: "9500"
  std::string scope;
  std::string industry;  // GB/T 4754: "6210"
  std::int64_t capital_fen = 0;
  bool operator==(const Facts&) const = default;
};

/// One writing in the register: what changed, from which day, learnt when. Only the named items change.
struct Writing {
  std::int64_t sequence = 0;
  calendar::Date as_of;
  base::Instant known_at;
  std::string event;  // established, changed, corrected, deregistered, revoked, moved_out
  std::string reason;
  std::map<std::string, std::string> items;
};

/// Applies one writing's items. Errors: `registration.item_unknown`.
base::Result<void> write_items(Facts& facts, const std::map<std::string, std::string>& items);
std::map<std::string, std::string> items_of(const Facts& facts);

/// The entity's facts as of `day`, as the register knew them at the end of `known_on`; nothing when it did not exist
/// then, or was not known yet.
std::optional<Facts> facts_as_of(const std::vector<Writing>& writings, calendar::Date day, calendar::Date known_on);

/// individual_business, enterprise, cooperative, branch.
bool is_kind(std::string_view kind);
base::Text kind_text(std::string_view kind);
base::Text status_text(std::string_view status);
base::Text event_text(std::string_view event);
/// The words of the law for whoever answers for an entity of this kind.
/// Source: [RMR-8].
base::Text operator_label(std::string_view kind);

}  // namespace registration
