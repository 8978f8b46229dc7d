/// Looks of staff at cases: who looked at one's file, when and for which step, as the audit log keeps it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"
#include "modules/casework/casework.h"
#include "modules/evidence/evidence.h"

namespace casework {

/// The step of the case for which the actor has it open: a task taken, one that can be taken, or the last one done;
/// empty: none, and the reader is asked to state a purpose.
std::string step_read_for(const std::vector<Task>& tasks, const access_control::Actor& actor);

/// Notes that the caller looked at what belongs to a case ("case", "material", "document", "delivery").
void note_look(storage::Store& store, evidence::ReadBook& reads, const http::Request& request, base::Id of_case,
               std::string_view what);

}  // namespace casework
