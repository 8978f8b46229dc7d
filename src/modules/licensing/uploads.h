/// What an uploaded file really is, told by its content and not by its name.
#pragma once

#include <string>
#include <string_view>

#include "kernel/base/result.h"
#include "modules/licensing/licensing.h"

namespace licensing {

/// The content type of a whole PDF, JPEG or PNG file; `whole` parses it to its end.
/// Errors: `licensing.file_empty`, `licensing.file_too_large` (over 20 MB), `licensing.file_type` (something else,
/// whatever its name says), `licensing.file_damaged` (cut off or broken inside).
base::Result<std::string> recognise(std::string_view content, const ParseWhole& whole = is_whole);

}  // namespace licensing
