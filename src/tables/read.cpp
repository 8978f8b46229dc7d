#include <algorithm>
#include <set>

#include "kernel/base/unicode.h"
#include "parts.h"

namespace tables {
namespace {

constexpr std::string_view zip_start = "PK\x03\x04";

/// Spreadsheets and our own exports put an apostrophe before what would run as a formula.
std::string plain(std::string cell) {
  if (cell.size() > 1 && cell[0] == '\'' && std::string_view("=+-@\t\r").find(cell[1]) != std::string_view::npos)
    cell.erase(0, 1);
  return base::tidy(cell);
}

}  // namespace

base::Error refused(const char* code, base::Text message) {
  return {.kind = base::Refusal::invalid, .code = code, .message = std::move(message)};
}

base::Error too_large() {
  return refused("tables.too_large",
                 {"表格过大:最多20万行、200列,每格32767字节;请分成几个文件",
                  "The table is too large: at most 200,000 rows, 200 columns and 32,767 bytes in a cell. "
                  "Split it into several files."});
}

base::Result<Table> read(std::string_view bytes, Encoding encoding) {
  TRY(std::vector<Row> rows, bytes.starts_with(zip_start) ? read_xlsx(bytes) : read_csv(bytes, encoding));
  if (rows.empty()) return refused("tables.empty", {"文件中没有内容", "There is nothing in the file."});
  Table table;
  std::set<std::string> seen;
  for (std::string& cell : rows.front().cells) {
    table.headings.push_back(plain(std::move(cell)));
    const std::string& heading = table.headings.back();
    if (!heading.empty() && !seen.insert(heading).second)
      return refused("tables.heading_twice",
                     {"表头中“" + heading + "”出现了两次,请改名或删去一列",
                      "The heading " + heading + " is there twice: rename or remove one column."});
  }
  rows.erase(rows.begin());
  for (Row& row : rows) {
    for (std::string& cell : row.cells) cell = plain(std::move(cell));
    if (std::ranges::any_of(row.cells, [](const std::string& cell) { return !cell.empty(); }))
      table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace tables
