/// Tables that people bring: CSV (UTF-8 or GB18030) and XLSX, read into rows of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"

namespace tables {

inline constexpr std::size_t rows_max = 200'000;
inline constexpr std::size_t columns_max = 200;
inline constexpr std::size_t cell_bytes_max = 32'767;
/// Of one part of an XLSX file, unpacked.
inline constexpr std::size_t part_bytes_max = 400'000'000;

enum class Encoding { detect, utf8, gb18030 };

struct Row {
  int line = 0;  // where it begins, counted from 1
  std::vector<std::string> cells;
};

/// The first row holds the headings; empty rows are left out.
struct Table {
  std::vector<std::string> headings;
  std::vector<Row> rows;
};

/// Reads a file by what it is: a ZIP container is XLSX, everything else CSV; its byte order mark tells UTF-16 and UTF-8
/// whatever `encoding` says. The separator of CSV is found among comma,
/// semicolon and tab.
/// Errors: `tables.empty`, `tables.encoding_wrong` with the line, `tables.quote_open` with the line,
/// `tables.too_large`, `tables.heading_twice`, `tables.xlsx_unreadable`. Source: [RFC4180].
base::Result<Table> read(std::string_view bytes, Encoding encoding = Encoding::detect);

/// What `read` has answered, as bytes to hand from the process that reads to the one that uses it.
std::string pack(const base::Result<Table>& read);
/// Takes any bytes: who wrote them met the file. Errors: those that `read` answered; `tables.unreadable` for bytes that
/// `pack` does not write.
base::Result<Table> unpack(std::string_view packed);
/// The refusal of a file that could not be read to its end.
base::Error unreadable();

}  // namespace tables
