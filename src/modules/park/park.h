/// Cluster registration: hosts of shared addresses, their members, what is forwarded and who can be reached. The face
/// for the admission service and for the server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/catalogue.h"
#include "modules/access/model.h"
#include "modules/casework/casework.h"
#include "modules/park/model.h"
#include "storage/storage.h"

namespace http {
class Router;
}

namespace park {

struct Host {
  base::Id id;
  std::string division;
  std::string office;
  base::Id entity;
  std::string name;
  std::string address;
  std::string contact;
  std::int64_t capacity = 0;
  std::string state;   // admitting, suspended, closed
  std::string reason;  // why suspended or closed
  calendar::Date opened_on;
  std::int64_t sequence = 0;
  std::int64_t members = 0;  // contracts that are not ended
};

struct Member {
  base::Id id;
  std::string division;
  std::string office;
  base::Id host;
  base::Id entity;
  std::string name;
  std::string credit_code;
  std::string industry;
  std::string contact;
  calendar::Date valid_from;
  calendar::Date valid_to;
  std::optional<calendar::Date> ended_on;
  std::string reason;
  std::vector<ContactCheck> checks = {};
};

/// Something that came for a member.
struct Forwarding {
  base::Id id;
  std::string division;
  base::Id host;
  base::Id member;
  std::string member_name;
  std::string title;
  std::string sender;
  calendar::Date received_on;
  std::optional<calendar::Date> forwarded_on;
  std::string method;
  std::string proof;
};

/// Whether the host may admit an entity with this trade and these permits: asked by the admission service before
/// anything is filed, and again when it is decided. Errors: `park.host_unknown`, and those of `check_admission`.
/// Source: [CLUSTER].
base::Result<Host> may_admit(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                             std::string_view division, base::Id host, const Wish& wish);
/// Enters the contract of an entity with a host.
/// Errors: those of `may_admit`; `registration.entity_unknown`, `park.contract_days`, `park.member_already`.
base::Result<Member> admit(storage::Transaction& transaction, const catalogue::Catalogue& catalogue,
                           const Member& member, const std::vector<std::string>& permits,
                           const casework::Moment& moment);

/// A registered legal person whose scope names the business (商务秘书服务), in business.
/// Errors: `registration.entity_unknown`, `park.host_unfit` with each condition that is not met, `park.host_already`,
/// `park.capacity` at "/capacity".
base::Result<Host> open_host(storage::Transaction& transaction, const Host& host, const casework::Moment& moment);
/// `state` admitting or suspended. Errors: `park.host_unknown`, `park.reason_missing`, `park.state_same`.
base::Result<Host> set_admissions(storage::Transaction& transaction, base::Id host, bool admitting,
                                  const std::string& reason, const casework::Moment& moment);
/// Errors: `park.host_unknown`, `park.reason_missing`, `park.members_left` while there are members.
base::Result<Host> close_host(storage::Transaction& transaction, base::Id host, const std::string& reason,
                              const casework::Moment& moment);
/// Errors: `park.member_unknown`, `park.reason_missing`.
base::Result<Member> end_contract(storage::Transaction& transaction, base::Id member, const std::string& reason,
                                  const casework::Moment& moment);

/// What a bulk move would do, or has done.
struct Move {
  Host from;
  Host to;
  std::vector<Member> members;  // the new contracts
};
/// Every member goes to another host, with the new address in the register; all of them or none.
/// Errors: `park.host_unknown`, `park.same_host`, `park.reason_missing`, `park.no_members`, `park.move_refused` with
/// each member and why, `park.capacity_full` when the new host has too few places.
base::Result<Move> move_all(storage::Transaction& transaction, const catalogue::Catalogue& catalogue, base::Id from,
                            base::Id to, const std::string& reason, const casework::Moment& moment);

/// Errors: `park.member_unknown`, `park.text_missing` with each field.
base::Result<Forwarding> record_mail(storage::Transaction& transaction, const Forwarding& mail,
                                     const casework::Moment& moment);
/// Errors: `park.mail_unknown`, `park.mail_forwarded`, `park.text_missing`.
base::Result<Forwarding> forward_mail(storage::Transaction& transaction, base::Id mail, const std::string& method,
                                      const std::string& proof, const casework::Moment& moment);
/// Tells `park.member_unreachable` when the member becomes so.
/// Errors: `park.member_unknown`, `park.check_day` (in the future or before the last one), `park.text_missing`.
struct NewCheck {
  base::Id id;
  base::Id member;
  calendar::Date on;
  bool reached = false;
  std::string method;
  std::string note;
};
base::Result<Member> record_check(storage::Transaction& transaction, const NewCheck& check,
                                  const casework::Moment& moment);

std::vector<Host> hosts(storage::Snapshot& snapshot, const access_control::Scope& scope);
/// The host that the entity is, whatever its state.
std::optional<Host> find_host_by_entity(storage::Snapshot& snapshot, std::string_view division, base::Id entity);
std::optional<Host> find_host(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
/// With their checks, those under contract first.
std::vector<Member> members_of(storage::Snapshot& snapshot, base::Id host);
std::vector<Forwarding> mail_of(storage::Snapshot& snapshot, base::Id host, int limit);

/// `division` is whose hosts are shown to anyone.
void mount(http::Router& router, storage::Store& store, std::shared_ptr<const catalogue::Catalogue> catalogue,
           std::string division);

std::span<const storage::Migration> migrations();

}  // namespace park
