#include <zip.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <set>

#include "kernel/base/unicode.h"
#include "parts.h"

namespace tables {
namespace {

base::Error unreadable(const base::Text& why) {
  return refused("tables.xlsx_unreadable", {"无法读取这个XLSX文件:" + why.zh + ";请用表格软件另存后再试",
                                            "This XLSX file cannot be read: " + why.en +
                                                ". Save it anew with a spreadsheet program and try again."});
}

/// The parts of the container, by name.
class Container {
 public:
  explicit Container(std::string_view bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source) archive_ = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (source && !archive_) zip_source_free(source);
    zip_error_fini(&error);
  }
  ~Container() {
    if (archive_) zip_discard(archive_);
  }
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  bool is_open() const { return archive_ != nullptr; }
  /// Nothing when there is no such part, or it cannot be unpacked within the limit.
  std::optional<std::string> part(const std::string& name) const {
    zip_stat_t facts;
    if (zip_stat(archive_, name.c_str(), 0, &facts) != 0 || (facts.valid & ZIP_STAT_SIZE) == 0 ||
        facts.size > part_bytes_max)
      return std::nullopt;
    zip_file_t* file = zip_fopen(archive_, name.c_str(), 0);
    if (!file) return std::nullopt;
    std::string text(facts.size, '\0');
    // What is unpacked beyond the size told would not fit and is not asked for.
    const zip_int64_t size = zip_fread(file, text.data(), text.size());
    zip_fclose(file);
    if (size < 0 || static_cast<zip_uint64_t>(size) != facts.size) return std::nullopt;
    return text;
  }

 private:
  zip_t* archive_ = nullptr;
};

/// Without the prefix that some programs put before every name.
std::string_view local(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  for (const pugi::xml_node node : parent.children())
    if (local(node) == name) return node;
  return {};
}

std::unique_ptr<pugi::xml_document> document(const std::optional<std::string>& text) {
  auto parsed = std::make_unique<pugi::xml_document>();
  if (!text || !parsed->load_buffer(text->data(), text->size())) return nullptr;
  return parsed;
}

/// The text of a string with its runs, without the reading aids.
std::string words(const pugi::xml_node& item) {
  std::string text;
  for (const pugi::xml_node node : item.children()) {
    if (local(node) == "t") text += node.text().get();
    if (local(node) == "r")
      for (const pugi::xml_node part : node.children())
        if (local(part) == "t") text += part.text().get();
  }
  return text;
}

/// The path of the first sheet, which the workbook names by a relation.
std::string first_sheet(const Container& container) {
  const auto book = document(container.part("xl/workbook.xml"));
  const auto relations = document(container.part("xl/_rels/workbook.xml.rels"));
  std::string id;
  if (book)
    for (const pugi::xml_attribute attribute : child(child(book->document_element(), "sheets"), "sheet").attributes())
      if (std::string_view(attribute.name()).ends_with(":id")) id = attribute.value();
  if (relations && !id.empty())
    for (const pugi::xml_node relation : relations->document_element().children())
      if (relation.attribute("Id").value() == id) {
        const std::string target = relation.attribute("Target").value();
        return target.starts_with('/') ? target.substr(1) : "xl/" + target;
      }
  return "xl/worksheets/sheet1.xml";
}

/// Which styles show a number as a day.
std::vector<bool> date_styles(const Container& container) {
  std::vector<bool> dates;
  const auto styles = document(container.part("xl/styles.xml"));
  if (!styles) return dates;
  std::set<int> formats = {14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58};
  for (const pugi::xml_node format : child(styles->document_element(), "numFmts").children()) {
    const std::string_view code = format.attribute("formatCode").value();
    if (code.find_first_of("yY") != std::string_view::npos && code.find_first_of("dDmM") != std::string_view::npos)
      formats.insert(format.attribute("numFmtId").as_int());
  }
  for (const pugi::xml_node style : child(styles->document_element(), "cellXfs").children())
    dates.push_back(formats.contains(style.attribute("numFmtId").as_int()));
  return dates;
}

/// "AB12" → 27. Nothing when it is no reference.
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t letters = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
    if (++letters > 3) return std::nullopt;
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

/// Days since the end of 1899 as spreadsheets count them, as a civil date; the number itself when it is none.
std::string day_text(const std::string& number) {
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec != std::errc() || value < 61 || value > 2'958'465) return number;
  std::int64_t days = static_cast<std::int64_t>(std::floor(value)) - 25'569 + 719'468;
  const std::int64_t era = days / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  const std::int64_t day = of_year - (153 * shifted + 2) / 5 + 1;
  const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const auto two = [](std::int64_t part) { return (part < 10 ? "0" : "") + std::to_string(part); };
  return std::to_string(year) + "-" + two(month) + "-" + two(day);
}

/// "100000" rather than "1.0E5" or "100000.0": what people see in the cell.
std::string number_text(const std::string& text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return text;
  if (std::floor(value) == value && std::fabs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
  if (text.find_first_of("eE") == std::string::npos) return text;
  char digits[64];
  const auto written = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
  return written.ec == std::errc() ? std::string(digits, written.ptr) : text;
}

class Sheet {
 public:
  Sheet(std::vector<std::string> strings, std::vector<bool> dates)
      : strings_(std::move(strings)), dates_(std::move(dates)) {}

  base::Result<std::vector<Row>> rows(const pugi::xml_node& data) {
    std::vector<Row> all;
    int line = 0;
    for (const pugi::xml_node node : data.children()) {
      if (local(node) != "row") continue;
      line = node.attribute("r").as_int(line + 1);
      Row row{.line = line, .cells = {}};
      for (const pugi::xml_node cell : node.children()) {
        if (local(cell) != "c") continue;
        const std::size_t column = column_of(cell.attribute("r").value()).value_or(row.cells.size());
        if (column >= columns_max) return too_large();
        if (row.cells.size() <= column) row.cells.resize(column + 1);
        TRY(row.cells[column], text(cell));
        if (row.cells[column].size() > cell_bytes_max) return too_large();
      }
      if (std::ranges::all_of(row.cells, [](const std::string& cell) { return cell.empty(); })) continue;
      if (all.size() > rows_max) return too_large();
      all.push_back(std::move(row));
    }
    return all;
  }

 private:
  base::Result<std::string> text(const pugi::xml_node& cell) const {
    const std::string_view type = cell.attribute("t").value();
    if (type == "inlineStr") return words(child(cell, "is"));
    std::string value = child(cell, "v").text().get();
    if (type == "s") {
      std::size_t index = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), index);
      if (read.ec != std::errc() || index >= strings_.size())
        return unreadable({"单元格引用的文字不存在", "a cell refers to a text that is not there"});
      return strings_[index];
    }
    if (type == "str" || type == "e" || type == "d") return value;
    if (type == "b") return std::string(value == "1" ? "TRUE" : "FALSE");
    if (value.empty()) return value;
    const auto style = static_cast<std::size_t>(cell.attribute("s").as_uint());
    return style < dates_.size() && dates_[style] ? day_text(value) : number_text(value);
  }

  std::vector<std::string> strings_;
  std::vector<bool> dates_;
};

}  // namespace

base::Result<std::vector<Row>> read_xlsx(std::string_view bytes) {
  const Container container(bytes);
  if (!container.is_open()) return unreadable({"文件已损坏", "the file is damaged"});
  const auto sheet = document(container.part(first_sheet(container)));
  if (!sheet) return unreadable({"找不到第一个工作表,或它过大", "its first sheet is missing, or too large"});
  std::vector<std::string> strings;
  if (const auto shared = document(container.part("xl/sharedStrings.xml")))
    for (const pugi::xml_node item : shared->document_element().children()) strings.push_back(words(item));
  for (const std::string& text : strings)
    if (!base::is_utf8(text)) return unreadable({"文字编码有误", "its text is not well encoded"});
  return Sheet(std::move(strings), date_styles(container)).rows(child(sheet->document_element(), "sheetData"));
}

}  // namespace tables
