#pragma once

#include "modules/casework/casework.h"

namespace http {
class Router;
}

namespace deadlines {

/// What would come of it, asked from the board and from a case's page.
void mount_what_if(http::Router& router, storage::Store& store, const casework::Engine& engine);

}  // namespace deadlines
