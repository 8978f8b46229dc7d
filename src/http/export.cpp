#include "http/export.h"

#include <algorithm>
#include <charconv>

#include "kernel/feel/value.h"

namespace http {
namespace {

std::string cell(const feel::Value& value) {
  std::string text = value.is_null()                        ? std::string()
                     : value.kind() == feel::Kind::string   ? value.as_string()
                     : value.kind() == feel::Kind::list ||
                             value.kind() == feel::Kind::context
                         ? feel::to_json(value)
                         : feel::to_text(value);
  // Numbers may be negative; text that begins like a formula may not run.
  if (value.kind() == feel::Kind::string && !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
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

}  // namespace

int limit_of(const Request& request) {
  constexpr int rows = 50;
  const std::string_view text = request.query_value("limit");
  int limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit < 1) return rows;
  return std::min(limit, page_rows_max);
}

std::string csv_header(const std::vector<std::string_view>& columns) {
  std::string line = "\xEF\xBB\xBF";
  for (const std::string_view column : columns) {
    if (column != columns.front()) line += ',';
    line += column;
  }
  return line + "\r\n";
}

std::string csv_rows(const std::string& page_json, const std::vector<std::string_view>& columns) {
  std::string lines;
  for (const feel::Value& item : items_of(page_json)) {
    bool first = true;
    for (const std::string_view column : columns) {
      if (!first) lines += ',';
      first = false;
      if (const feel::Value* value = item.as_context().find(column)) lines += cell(*value);
    }
    lines += "\r\n";
  }
  return lines;
}

}  // namespace http
