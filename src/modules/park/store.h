/// The SQL of park, all of it; queries for others are declared in the face.
#pragma once

#include "modules/park/park.h"

namespace park {

void insert_host(storage::Transaction& transaction, const Host& host);
void update_host(storage::Transaction& transaction, const Host& host);
void insert_member(storage::Transaction& transaction, const Member& member);
void end_member(storage::Transaction& transaction, const Member& member);
bool is_member(storage::Snapshot& snapshot, std::string_view division, base::Id entity);
std::optional<Member> find_member(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
void insert_mail(storage::Transaction& transaction, const Forwarding& mail, base::Id by);
void update_mail(storage::Transaction& transaction, const Forwarding& mail);
std::optional<Forwarding> find_mail(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
void insert_check(storage::Transaction& transaction, const Member& member, const NewCheck& check, base::Id by);

}  // namespace park
