/// An OFD package as a ZIP file.
#pragma once

#include <string>
#include <string_view>

#include "signing/signing.h"

namespace signing {

inline constexpr std::size_t parts_max = 500;
inline constexpr std::size_t unpacked_bytes_max = 64'000'000;

std::string zip(const Package& package);

/// Errors: `signing.ofd_unreadable`, `signing.ofd_part_name` (a path that leads out of the package, or a name twice),
/// `signing.ofd_too_large` (500 parts, 64 MB).
base::Result<Package> unzip(std::string_view bytes);

}  // namespace signing
