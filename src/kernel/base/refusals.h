/// The refusals that every room gives, each with its places filled in.
#pragma once

#include "kernel/base/result.h"

namespace base {

/// One place at fault in what was sent; `path` is its JSON pointer. The place says what the whole refusal says.
Error invalid_at(std::string path, std::string code, Text message);
/// What was asked for is not there, or is not for the sender to see.
Error not_found(std::string code, Text message);
/// It can not be done in the state that things are in.
Error conflict(std::string code, Text message);

}  // namespace base
