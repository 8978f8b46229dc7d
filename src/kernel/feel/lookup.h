/// What stands under a key of a context, in the kind that is expected there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/feel/value.h"

namespace feel {

/// The string under `key`; "" when there is none or it is of another kind.
std::string text_in(const Context& context, std::string_view key);
/// The whole number under `key`; 0 when there is none, it is of another kind or does not fit.
std::int64_t number_in(const Context& context, std::string_view key);

}  // namespace feel
