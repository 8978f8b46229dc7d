#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

#include "kernel/base/unicode.h"
#include "parts.h"

namespace tables {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view utf16_low_first = "\xFF\xFE", utf16_high_first = "\xFE\xFF";
constexpr std::string_view old_excel_start = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

std::string line_text(std::size_t line) {
  return std::to_string(line);
}

std::size_t line_at(std::string_view bytes, std::size_t place) {
  return 1 +
         static_cast<std::size_t>(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
}

base::Error encoding_wrong(std::size_t line, const char* zh, const char* en) {
  return refused(
      "tables.encoding_wrong",
      {"第" + line_text(line) + "行的文字不是" + zh + "编码;请另存为UTF-8或GB18030(GBK)后再试",
       "Line " + line_text(line) + " is not " + en + ": save the file as UTF-8 or GB18030 (GBK) and try again."});
}

std::size_t first_bad_utf8_line(std::string_view bytes) {
  std::size_t line = 1;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    if (!base::is_utf8(bytes.substr(0, end))) return line;
    bytes.remove_prefix(end);
    ++line;
  }
  return line;
}

/// `encoding` as ICU knows it and as people call it.
base::Result<std::string> from(std::string_view bytes, const char* encoding, const char* name) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(encoding, &status);
  if (U_FAILURE(status)) return encoding_wrong(1, name, name);
  ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  std::array<UChar, 8192> units{};
  const char* source = bytes.data();
  const char* const end = bytes.data() + bytes.size();
  do {
    status = U_ZERO_ERROR;
    UChar* target = units.data();
    ucnv_toUnicode(converter, &target, units.data() + units.size(), &source, end, nullptr, 1, &status);
    icu::UnicodeString(0, units.data(), static_cast<std::int32_t>(target - units.data())).toUTF8String(out);
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  ucnv_close(converter);
  if (U_FAILURE(status)) return encoding_wrong(line_at(out, out.size()), name, name);
  return out;
}

base::Error no_table() {
  return refused("tables.encoding_wrong", {"这不是CSV或XLSX表格", "This is neither a CSV nor an XLSX table."});
}

base::Result<std::string> decoded(std::string_view bytes, Encoding encoding) {
  if (bytes.starts_with(old_excel_start))
    return refused("tables.encoding_wrong",
                   {"这是旧的XLS格式,不能读取;请用表格软件另存为XLSX或CSV后再试",
                    "This is the old XLS format, which cannot be read: save it as XLSX or CSV and try again."});
  // What Excel calls "Unicode text". No other encoding begins with these bytes.
  if (bytes.starts_with(utf16_low_first)) return from(bytes.substr(2), "UTF-16LE", "UTF-16");
  if (bytes.starts_with(utf16_high_first)) return from(bytes.substr(2), "UTF-16BE", "UTF-16");
  // Pictures and the like: no line of theirs is worth naming.
  if (bytes.find('\0') != std::string_view::npos) return no_table();
  if (bytes.starts_with(byte_order_mark)) {
    bytes.remove_prefix(byte_order_mark.size());
    encoding = Encoding::utf8;
  }
  if (encoding != Encoding::gb18030 && base::is_utf8(bytes)) return std::string(bytes);
  if (encoding == Encoding::utf8) return encoding_wrong(first_bad_utf8_line(bytes), "UTF-8", "UTF-8");
  return from(bytes, "gb18030", "GB18030");
}

/// The one that the first line has most often outside quotes; a comma when it has none.
char separator_of(std::string_view text) {
  std::array<std::pair<std::size_t, char>, 3> counts = {{{0, ','}, {0, ';'}, {0, '\t'}}};
  bool quoted = false;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (c == '"') quoted = !quoted;
    for (auto& [count, separator] : counts)
      if (!quoted && c == separator) ++count;
  }
  auto best = counts.front();
  for (const auto& each : counts)
    if (each.first > best.first) best = each;
  return best.second;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), separator_(separator_of(text)) {}

  base::Result<std::vector<Row>> rows() {
    std::vector<Row> all;
    while (at_ < text_.size()) {
      Row row{.line = static_cast<int>(line_), .cells = {}};
      TRY(std::ignore, scan(row));
      const bool is_empty = row.cells.size() == 1 && row.cells[0].empty();
      if (is_empty) continue;
      if (all.size() > rows_max || row.cells.size() > columns_max) return too_large();
      all.push_back(std::move(row));
    }
    return all;
  }

 private:
  base::Result<void> scan(Row& row) {
    for (;;) {
      TRY(std::string cell, next());
      if (cell.size() > cell_bytes_max) return too_large();
      row.cells.push_back(std::move(cell));
      if (at_ < text_.size() && text_[at_] == separator_) {
        ++at_;
        continue;
      }
      if (at_ < text_.size() && text_[at_] == '\r') ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') ++at_;
      ++line_;
      return {};
    }
  }

  base::Result<std::string> next() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  base::Result<std::string> quoted() {
    const std::size_t opened = line_;
    std::string cell;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        cell += text_[at_];
        continue;
      }
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell += '"';
        ++at_;
        continue;
      }
      ++at_;
      // What stands behind the closing quote belongs to the cell, as spreadsheets read it.
      while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r')
        cell += text_[at_++];
      return cell;
    }
    return refused("tables.quote_open", {"第" + line_text(opened) + "行的引号没有闭合",
                                         "The quotation mark on line " + line_text(opened) + " is never closed."});
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

base::Result<std::vector<Row>> read_csv(std::string_view bytes, Encoding encoding) {
  TRY(const std::string text, decoded(bytes, encoding));
  if (text.find('\0') != std::string::npos) return no_table();
  return Scanner(text).rows();
}

}  // namespace tables
