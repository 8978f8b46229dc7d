/// QR codes as squares of modules.
#pragma once

#include <string_view>
#include <vector>

#include "documents.h"

namespace documents {

/// White modules on each side, without which readers find no code.
inline constexpr int qr_quiet_modules = 4;

/// Row by row, true is black; the count is a square number.
base::Result<std::vector<bool>> qr_modules(std::string_view content);

}  // namespace documents
