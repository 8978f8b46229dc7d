/// Somebody else was faster: the unit of work has to be run again from its start.
#pragma once

#include "storage/storage.h"

namespace storage {

struct Conflict : Fault {
  using Fault::Fault;
};

}  // namespace storage
