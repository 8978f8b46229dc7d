// Fuzz target: any bytes are either a table or a refusal, and any row of it is either an entity or has its rejects.
#include <cstddef>
#include <cstdint>
#include <string>

#include "modules/imports/model.h"
#include "tables/tables.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto unpacked = tables::unpack(bytes);
  if (!unpacked && unpacked.error().code.empty()) __builtin_trap();
  const auto table = tables::read(bytes);
  if (!table && table.error().code.empty()) __builtin_trap();
  if (!table) return 0;
  imports::Columns columns;
  for (const imports::Item& item : imports::items()) columns.emplace(item.id, columns.size());
  std::vector<std::string> headings(columns.size());
  const imports::Frame frame{
      .headings = headings, .columns = columns, .today = *calendar::date_of({2026, 11, 24}), .division = "430211"};
  for (const tables::Row& row : table.value().rows) {
    const imports::RowRead read = imports::read_row(row.cells, row.line, frame);
    if (read.record.has_value() != read.rejects.empty()) __builtin_trap();
  }
  return 0;
}
