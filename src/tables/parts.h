/// The two kinds of file.
#pragma once

#include "tables/tables.h"

namespace tables {

base::Error refused(const char* code, base::Text message);
base::Error too_large();

/// All rows, the first included; cells as written, empty rows left out.
base::Result<std::vector<Row>> read_csv(std::string_view bytes, Encoding encoding);
base::Result<std::vector<Row>> read_xlsx(std::string_view bytes);

}  // namespace tables
