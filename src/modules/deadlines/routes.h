/// What the two files of routes share.
#pragma once

#include "modules/casework/casework.h"

namespace http {
class Router;
}

namespace deadlines {

/// As the office calls it, applicants too; the id itself when there is no such role.
base::Text role_name(const std::string& role);

/// What would come of it, asked from the board and from a case's page.
void mount_what_if(http::Router& router, storage::Store& store, const casework::Engine& engine);

}  // namespace deadlines
