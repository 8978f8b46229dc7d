#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kernel/base/unicode.h"
#include "parts.h"

namespace tables {
namespace {

constexpr char mark_table = 't';
constexpr char mark_refusal = 'r';

void put(std::string& out, std::uint32_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);  // both ends are one program
  out.append(bytes, sizeof bytes);
}

void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void put(std::string& out, const std::vector<std::string>& cells) {
  put(out, static_cast<std::uint32_t>(cells.size()));
  for (const std::string& cell : cells) put(out, cell);
}

/// Takes apart what was packed. After the first piece that cannot be there, everything is empty and `is_whole` false.
class Unpacking {
 public:
  explicit Unpacking(std::string_view rest) : rest_(rest) {}

  bool is_whole() const { return is_whole_; }
  bool is_done() const { return rest_.empty(); }

  std::uint32_t number(std::uint64_t max) {
    std::uint32_t value = 0;
    if (rest_.size() < sizeof value) return fail();
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value > max ? fail() : value;
  }
  std::string text(std::size_t bytes_max) {
    const std::uint32_t size = number(std::min(bytes_max, rest_.size()));
    if (size > rest_.size()) fail();
    const std::string text(rest_.substr(0, is_whole_ ? size : 0));
    rest_.remove_prefix(text.size());
    if (!base::is_utf8(text)) fail();
    return text;
  }
  std::vector<std::string> cells() {
    std::vector<std::string> cells;
    const std::uint32_t count = number(columns_max);
    for (std::uint32_t i = 0; i < count && is_whole_; ++i) cells.push_back(text(cell_bytes_max));
    return cells;
  }

 private:
  std::uint32_t fail() {
    is_whole_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool is_whole_ = true;
};

base::Result<Table> refusal_of(Unpacking unpacking) {
  constexpr std::size_t words_bytes_max = 2'000;
  base::Error error{.kind = base::Refusal::invalid, .code = unpacking.text(words_bytes_max), .message = {}};
  error.message.zh = unpacking.text(words_bytes_max);
  error.message.en = unpacking.text(words_bytes_max);
  if (!unpacking.is_whole() || !unpacking.is_done() || !error.code.starts_with("tables.")) return unreadable();
  return error;
}

base::Result<Table> table_of(Unpacking unpacking) {
  Table table{.headings = unpacking.cells(), .rows = {}};
  const std::uint32_t rows = unpacking.number(rows_max);
  for (std::uint32_t i = 0; i < rows && unpacking.is_whole(); ++i) {
    Row row{.line = static_cast<int>(unpacking.number(INT32_MAX)), .cells = {}};
    row.cells = unpacking.cells();
    table.rows.push_back(std::move(row));
  }
  if (!unpacking.is_whole() || !unpacking.is_done()) return unreadable();
  return table;
}

}  // namespace

base::Error unreadable() {
  return refused(
      "tables.unreadable",
      {"读取这个文件时出错,或者它展开后过大;请用表格软件另存为CSV后再试,或者分成几个文件",
       "This file could not be read: reading it failed, or it is too large once unpacked. Save it as CSV with "
       "a spreadsheet program and try again, or split it into several files."});
}

std::string pack(const base::Result<Table>& read) {
  std::string out;
  if (!read) {
    out += mark_refusal;
    put(out, read.error().code);
    put(out, read.error().message.zh);
    put(out, read.error().message.en);
    return out;
  }
  out += mark_table;
  put(out, read->headings);
  put(out, static_cast<std::uint32_t>(read->rows.size()));
  for (const Row& row : read->rows) {
    put(out, static_cast<std::uint32_t>(row.line));
    put(out, row.cells);
  }
  return out;
}

base::Result<Table> unpack(std::string_view packed) {
  if (packed.starts_with(mark_refusal)) return refusal_of(Unpacking(packed.substr(1)));
  if (packed.starts_with(mark_table)) return table_of(Unpacking(packed.substr(1)));
  return unreadable();
}

}  // namespace tables
