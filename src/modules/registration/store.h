/// The SQL of the register, all of it; queries for others are declared in the face.
#pragma once

#include <set>
#include <span>

#include "modules/registration/registration.h"

namespace registration {

bool name_taken(storage::Snapshot& snapshot, std::string_view division, std::string_view name, base::Id except);
/// Those of the codes that an entity has.
std::set<std::string> codes_taken(storage::Snapshot& snapshot, std::span<const std::string> codes);

struct EntityRow {
  const Entity* entity = nullptr;
  std::string trade;  // key of its trade name
  Indexing indexing = Indexing::now;
};
/// Without the keys by which they are found.
void insert_entities(storage::Transaction& transaction, std::span<const EntityRow> entities);
/// The row, and the keys by which it is found. Returns false for an entity that is held.
bool update_entity(storage::Transaction& transaction, const Entity& before, const Entity& entity, calendar::Date as_of);
/// A writing of an entity's history.
struct WritingRow {
  base::Id entity;
  std::string division;
  const Writing* writing = nullptr;
  std::string facts;  // its items as stored
};
WritingRow row_of(const Entity& entity, const Writing& writing);
void insert_writings(storage::Transaction& transaction, std::span<const WritingRow> writings);
/// The history alone, without the view of statuses.
void insert_history(storage::Transaction& transaction, std::span<const WritingRow> writings);
/// Row, keys and the view of statuses; the history stays.
void delete_entity(storage::Transaction& transaction, const Entity& entity);
/// Marks them as held, and returns those that are not as they were entered.
std::vector<AsEntered> hold_entities(storage::Transaction& transaction, std::span<const AsEntered> entities);
/// Fills in what the row shows of the facts, from the history.
void show_history(storage::Snapshot& snapshot, Entity& entity);
/// {"name":"…"}: items as stored.
std::string items_json(const std::map<std::string, std::string>& items);
/// What a writing's event says; the first one also tells what never changes.
std::string event_data(const Entity& entity, const Writing& writing);
/// The same with the writing's items as stored.
std::string event_data(const Entity& entity, const Writing& writing, const std::string& items);

}  // namespace registration
