#include "text.h"

#include "kernel/feel/function.h"
#include "kernel/feel/range.h"
#include "temporal.h"

namespace feel {

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0 || at + static_cast<std::size_t>(more) > text.size()) return first;
  char32_t point = first & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    const unsigned char next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) return first;
    point = (point << 6) | (next & 0x3F);
  }
  at += static_cast<std::size_t>(more);
  return point;
}

void append_code_point(std::string& text, char32_t point) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
  return count;
}

std::u32string to_code_points(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) out += next_code_point(text, at);
  return out;
}

std::string from_code_points(std::u32string_view points) {
  std::string out;
  out.reserve(points.size());
  for (const char32_t point : points) append_code_point(out, point);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out + '"';
}

namespace {

std::string inner_text(const Value& value) {
  return value.kind() == Kind::string ? quoted(value.as_string()) : to_text(value);
}

std::string key_text(const std::string& key) {
  if (key.empty() || key.find_first_of("{}[](),:;\"\\\n\t=<>!") != std::string::npos) return quoted(key);
  return key;
}

std::string range_text(const Range& range) {
  if (range.form == Range::Form::equal) return "(= " + inner_text(range.start) + ")";
  if (range.form == Range::Form::not_equal) return "(!= " + inner_text(range.start) + ")";
  if (range.start.is_null() && !range.end.is_null())
    return std::string(range.end_included ? "(<= " : "(< ") + inner_text(range.end) + ")";
  if (range.end.is_null() && !range.start.is_null())
    return std::string(range.start_included ? "(>= " : "(> ") + inner_text(range.start) + ")";
  return std::string(range.start_included ? "[" : "(") + inner_text(range.start) + ".." + inner_text(range.end) +
         (range.end_included ? "]" : ")");
}

std::string context_text(const Context& context) {
  std::string out = "{";
  for (const auto& [key, value] : context.entries()) {
    if (out.size() > 1) out += ", ";
    out += key_text(key) + ": " + inner_text(value);
  }
  return out + "}";
}

std::string list_text(const List& list) {
  std::string out = "[";
  for (std::size_t i = 0; i < list.size(); ++i) out += (i == 0 ? "" : ", ") + inner_text(list[i]);
  return out + "]";
}

std::string function_text(const Function& function) {
  std::string out = function.name().empty() ? "function(" : function.name() + "(";
  for (std::size_t i = 0; i < function.parameters().size(); ++i)
    out += (i == 0 ? "" : ", ") + function.parameters()[i].name;
  return out + ")";
}

}  // namespace

std::string to_text(const Value& value) {
  switch (value.kind()) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.as_boolean() ? "true" : "false";
    case Kind::number:
      return value.as_number().to_text();
    case Kind::string:
      return value.as_string();
    case Kind::date:
      return date_to_text(value.as_date());
    case Kind::time:
      return to_text(value.as_time());
    case Kind::date_time:
      return to_text(value.as_date_time());
    case Kind::years_months:
      return to_text(value.as_years_months());
    case Kind::days_time:
      return to_text(value.as_days_time());
    case Kind::list:
      return list_text(value.as_list());
    case Kind::context:
      return context_text(value.as_context());
    case Kind::range:
      return range_text(value.as_range());
    case Kind::function:
      return function_text(value.as_function());
  }
  return {};
}

}  // namespace feel
