/// Looks at more than one file at once.
#pragma once

#include <functional>
#include <string>

#include "http/http.h"
#include "modules/evidence/evidence.h"

namespace evidence {

/// Notes, as the last argument of `http::list`, that staff have taken a list away as a file; its subject is "list/" and
/// the operation's id. Lists show names of people and firms.
std::function<void(const http::Request&)> note_export(ReadBook& reads, std::string list);

}  // namespace evidence
