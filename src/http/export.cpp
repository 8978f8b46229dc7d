#include "http/export.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "kernel/base/unicode.h"
#include "kernel/feel/value.h"

namespace http {
namespace {

/// A cell as it is shown, and whether it is a number to a spreadsheet.
struct Cell {
  std::string text;
  bool is_number = false;
};

Cell cell_of(const feel::Value& value) {
  if (value.is_null()) return {};
  if (value.kind() == feel::Kind::string) return {value.as_string()};
  if (value.kind() == feel::Kind::list || value.kind() == feel::Kind::context) return {feel::to_json(value)};
  return {feel::to_text(value), value.kind() == feel::Kind::number};
}

/// Numbers may be negative; text that begins like a formula may not run.
std::string csv_text(Cell cell) {
  std::string& text = cell.text;
  if (!cell.is_number && !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

/// The items of a page, which this program has written itself.
feel::List items_of(const std::string& page_json) {
  const auto page = feel::parse_json(page_json);
  CHECK(page && page.value().kind() == feel::Kind::context);
  const feel::Value* items = page.value().as_context().find("items");
  CHECK(items && items->kind() == feel::Kind::list);
  return items->as_list();
}

/// A file that is gone afterwards; its name is free for whoever writes it.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "yichuang-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    if (descriptor < 0) throw storage::Fault("no temporary file can be made");
    ::close(descriptor);
    path = pattern;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path;
};

/// What a cell of a spreadsheet holds at most.
constexpr std::size_t sheet_cell_max = 32'767;

}  // namespace

struct Table::Impl {
  std::string csv;
  std::optional<TemporaryFile> file;
  lxw_workbook* book = nullptr;
  lxw_worksheet* sheet = nullptr;
  lxw_row_t row = 0;

  void line(const std::vector<Cell>& cells) {
    if (!book) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) csv += ',';
        csv += csv_text(cells[i]);
      }
      csv += "\r\n";
      return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      std::string text = cells[i].text;
      if (cells[i].is_number) {
        worksheet_write_number(sheet, row, column, std::strtod(text.c_str(), nullptr), nullptr);
      } else if (!text.empty()) {
        if (text.size() > sheet_cell_max) text.resize(sheet_cell_max);
        // A cut character would make the file unreadable.
        while (!base::is_utf8(text)) text.pop_back();
        worksheet_write_string(sheet, row, column, text.c_str(), nullptr);
      }
    }
    ++row;
  }
};

Table::Table(Format format, const std::vector<std::string>& headings) : impl_(std::make_unique<Impl>()) {
  if (format == Format::xlsx) {
    impl_->file.emplace();
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    impl_->book = workbook_new_opt(impl_->file->path.c_str(), &options);
    impl_->sheet = impl_->book ? workbook_add_worksheet(impl_->book, nullptr) : nullptr;
    if (!impl_->sheet) throw storage::Fault("a spreadsheet cannot be written");
    worksheet_freeze_panes(impl_->sheet, 1, 0);
  } else {
    impl_->csv = "\xEF\xBB\xBF";
  }
  add(headings);
}

Table::~Table() {
  if (impl_->book) workbook_close(impl_->book);
}

void Table::add(const std::vector<std::string>& cells) {
  std::vector<Cell> line;
  for (const std::string& text : cells) line.push_back({text});
  impl_->line(line);
}

void Table::add_page(const std::string& page_json, const std::vector<std::string_view>& columns) {
  for (const feel::Value& item : items_of(page_json)) {
    std::vector<Cell> line;
    for (const std::string_view column : columns) {
      const feel::Value* value = item.as_context().find(column);
      line.push_back(value ? cell_of(*value) : Cell{});
    }
    impl_->line(line);
  }
}

std::string Table::finish() {
  if (!impl_->book) return std::move(impl_->csv);
  const lxw_error error = workbook_close(impl_->book);
  impl_->book = nullptr;
  if (error != LXW_NO_ERROR)
    throw storage::Fault(std::string("a spreadsheet cannot be written: ") + lxw_strerror(error));
  std::ifstream file(impl_->file->path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<Table::Format> format_of(const Request& request) {
  if (request.query_value("format") == "csv") return Table::Format::csv;
  if (request.query_value("format") == "xlsx") return Table::Format::xlsx;
  return std::nullopt;
}

Reply attached(Table& table, Table::Format format, std::string_view name) {
  const bool is_csv = format == Table::Format::csv;
  return {.body = table.finish(),
          .content_type =
              is_csv ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          .headers = {{"Content-Disposition",
                       "attachment; filename=\"" + std::string(name) + (is_csv ? ".csv\"" : ".xlsx\"")}}};
}

int limit_of(const Request& request) {
  constexpr int rows = 50;
  const std::string_view text = request.query_value("limit");
  int limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit < 1) return rows;
  return std::min(limit, page_rows_max);
}

}  // namespace http
