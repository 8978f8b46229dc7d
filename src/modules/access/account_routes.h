/// The routes on which a person looks after the own account.
#pragma once

#include "modules/access/access.h"

namespace access_control {

void mount_account(http::Router& router, Access& access);

}  // namespace access_control
