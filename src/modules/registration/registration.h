/// The register of entities: enterprises, individual businesses, cooperatives, branches. The face for other modules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/access/model.h"
#include "modules/registration/model.h"
#include "storage/storage.h"

namespace http {
class Router;
}
namespace evidence {
class ReadBook;
}

namespace registration {

struct NewEntity {
  std::string division;
  std::string office;
  std::string kind;  // see is_kind
  std::string name;
  std::string township;
  std::string address;
  std::string operator_name;
  std::string type;
  std::string scope;
  std::string industry;
  std::int64_t capital_fen = 0;
  /// Of an entity that has one already: a register taken over. Empty: the next of the division.
  std::string credit_code = {};
};

/// An entity's row: what lists show.
struct Entity {
  base::Id id;
  std::string division;
  std::string office;
  std::string credit_code;
  std::string name;
  std::string kind;
  std::string status;
  std::string township;
  std::string address;
  calendar::Date established_on;
  std::int64_t sequence = 0;
  std::string operator_name = {};
  std::string industry = {};
};

/// When and by whom; the entity's id comes from the edge too.
struct Entry {
  base::Id id;
  calendar::Date as_of;
  base::Instant now;
  base::Id actor;
};

/// Enters a new entity and gives it the next credit code of the division, without gap or duplicate.
/// Errors: `registration.name_taken`, `registration.code_taken`, `registration.kind_unknown`.
/// Source: [RMR-21] the day of establishment is the day the licence is issued; [GB32100].
base::Result<Entity> establish(storage::Transaction& transaction, const NewEntity& entity, const Entry& entry);

/// Writes changed or corrected items (`event` changed, corrected, revoked, deregistered); history is kept.
/// Errors: `registration.entity_unknown`, `registration.item_unknown`, `registration.not_open` after deregistration,
/// `registration.name_taken`, `registration.held` while it is being taken out.
base::Result<Entity> write(storage::Transaction& transaction, const access_control::Scope& scope, base::Id entity,
                           std::string_view event, const std::map<std::string, std::string>& items,
                           std::string_view reason, const Entry& entry);

/// One later writing of an entity that is entered with its past.
struct PastWriting {
  std::string event;  // changed, corrected, revoked, moved_out, deregistered
  std::map<std::string, std::string> items;
  std::string reason;
  calendar::Date as_of;
  base::Instant known_at;
};

/// Whether an entity is found at once, or after `index_waiting` (search.h): bulk loads write the keys in one go.
enum class Indexing { now, later };

/// Enters an entity together with its past, oldest writing first: the same rules as `establish` and `write` one after
/// the other, but its row is written once. For taking over a register, and for the demonstration. Errors: those of
/// `establish` and `write`.
base::Result<Entity> establish_with_past(storage::Transaction& transaction, const NewEntity& entity, const Entry& entry,
                                         const std::vector<PastWriting>& past, Indexing indexing = Indexing::now);

/// An entity, and how much had been written about it when it was entered.
struct AsEntered {
  base::Id entity;
  std::int64_t sequence = 0;
};
/// Holds entities that are about to be taken out, so that nobody writes about one of them in between; all or none.
/// Errors: `registration.changed_since` with a place for each (of the first twenty) that has been written about since.
base::Result<void> hold(storage::Transaction& transaction, const std::vector<AsEntered>& entities);

/// Takes an entity that was entered by mistake out of the register again: it is found no more, its code and name are
/// free; the log and its history stay. `sequence` is what it had when it was entered.
/// Errors: `registration.entity_unknown`, `registration.changed_since` when it has been written about since.
base::Result<void> take_out(storage::Transaction& transaction, const access_control::Scope& scope, base::Id entity,
                            std::int64_t sequence, std::string_view reason, const Entry& entry);

/// The next food permit number of a division: `form` 1 seller, 2 catering, 3 canteen.
/// Source: [FBP-27] [GB17710].
base::Result<std::string> next_permit_number(storage::Transaction& transaction, int form, const std::string& division);

/// The next filing number of a seller of prepackaged food alone: `kind` 1 wholesale, 2 retail.
/// Source: [FBP-5] [GB17710].
base::Result<std::string> next_filing_number(storage::Transaction& transaction, int kind, const std::string& division);

/// Whether a living entity of the division has this name, as it would be written into the register.
/// Source: [ENR-17].
bool is_name_taken(storage::Snapshot& snapshot, const std::string& division, const std::string& name);

std::optional<Entity> find_entity(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
/// For anyone: what a licence itself says.
std::optional<Entity> find_by_code(storage::Snapshot& snapshot, std::string_view credit_code);
std::vector<Writing> history_of(storage::Snapshot& snapshot, base::Id entity);

/// Compares history and current rows with the events that stand in the public log; each difference is named.
std::vector<base::Text> check(storage::Snapshot& snapshot);

void mount(http::Router& router, storage::Store& store, evidence::ReadBook& reads);

std::span<const storage::Migration> migrations();

}  // namespace registration
