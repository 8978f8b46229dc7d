/// The SQL of the register, all of it; queries for others are declared in the face.
#pragma once

#include "modules/registration/registration.h"

namespace registration {

bool name_taken(storage::Snapshot& snapshot, std::string_view division, std::string_view name, base::Id except);
void insert_entity(storage::Transaction& transaction, const Entity& entity);
void update_entity(storage::Transaction& transaction, const Entity& entity);
void insert_writing(storage::Transaction& transaction, const Entity& entity, const Writing& writing);
/// {"name":"…"}: items as stored.
std::string items_json(const std::map<std::string, std::string>& items);

}  // namespace registration
