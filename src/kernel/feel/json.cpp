#include <algorithm>
#include <array>
#include <charconv>

#include "kernel/base/json_text.h"
#include "kernel/base/unicode.h"
#include "kernel/feel/value.h"
#include "text.h"

namespace feel {
namespace {

constexpr int depth_max = 64;
constexpr std::size_t size_max = 64'000'000;
constexpr std::size_t number_digits_max = 400;

/// A recursive-descent reader; the first fault ends it.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  base::Result<Value> read() {
    Value value;
    skip_space();
    if (!read_value(value, 0)) return std::move(error_);
    skip_space();
    if (at_ != text_.size()) {
      fail("json.invalid", {"JSON 之后还有多余内容", "there is more text after the JSON value"});
      return std::move(error_);
    }
    return value;
  }

 private:
  bool fail(std::string_view code, base::Text message) {
    const std::string place = std::to_string(at_);
    message.zh += "（第 " + place + " 字节）";
    message.en += " (byte " + place + ")";
    error_ = {.kind = base::Refusal::invalid,
              .code = std::string(code),
              .message = message,
              .places = {{.path = place, .code = std::string(code), .message = message}}};
    return false;
  }
  bool invalid() { return fail("json.invalid", {"不是正确的 JSON", "this is not valid JSON"}); }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  bool eat(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool eat_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool read_value(Value& value, int depth) {
    if (at_ >= text_.size()) return invalid();
    switch (text_[at_]) {
      case '{':
        return read_object(value, depth + 1);
      case '[':
        return read_array(value, depth + 1);
      case '"': {
        std::string string;
        if (!read_string(string)) return false;
        value = Value(std::move(string));
        return true;
      }
      case 't':
        value = true;
        return eat_word("true") || invalid();
      case 'f':
        value = false;
        return eat_word("false") || invalid();
      case 'n':
        value = Value();
        return eat_word("null") || invalid();
      default:
        return read_number(value);
    }
  }

  bool read_number(Value& value) {
    const std::size_t start = at_;
    eat('-');
    const auto digits = [&] {
      const std::size_t from = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ - from;
    };
    const bool leading_zero = at_ < text_.size() && text_[at_] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (leading_zero && whole > 1)) return invalid();
    if (eat('.') && digits() == 0) return invalid();
    if (eat('e') || eat('E')) {
      if (!eat('+')) eat('-');
      if (digits() == 0) return invalid();
    }
    const auto number =
        at_ - start <= number_digits_max ? Decimal::parse(text_.substr(start, at_ - start)) : std::nullopt;
    if (!number) return fail("json.invalid", {"数字超出范围", "the number is out of range"});
    value = *number;
    return true;
  }

  bool read_hex(char32_t& unit) {
    if (at_ + 4 > text_.size()) return invalid();
    unsigned number = 0;
    const auto [end, fault] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, number, 16);
    if (fault != std::errc{} || end != text_.data() + at_ + 4) return invalid();
    at_ += 4;
    unit = number;
    return true;
  }

  bool read_escape(std::string& out) {
    if (at_ >= text_.size()) return invalid();
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const char letter = text_[at_++];
    if (const std::size_t which = letters.find(letter); which != std::string_view::npos) {
      out += meanings[which];
      return true;
    }
    char32_t unit = 0;
    if (letter != 'u' || !read_hex(unit)) return invalid();
    if (unit >= 0xD800 && unit < 0xDC00) {
      char32_t low = 0;
      if (!eat_word("\\u") || !read_hex(low) || low < 0xDC00 || low > 0xDFFF) return invalid();
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
      return invalid();
    }
    append_code_point(out, unit);
    return true;
  }

  bool read_string(std::string& out) {
    ++at_;
    while (at_ < text_.size()) {
      const std::size_t plain = base::unescaped_length(text_.substr(at_));
      out.append(text_.substr(at_, plain));
      at_ += plain;
      if (eat('"')) return true;
      if (!eat('\\') || !read_escape(out)) return error_.code.empty() ? invalid() : false;
    }
    return invalid();
  }

  bool read_array(Value& value, int depth) {
    if (depth > depth_max) return too_deep();
    ++at_;
    List list;
    skip_space();
    if (!eat(']')) {
      do {
        skip_space();
        if (!read_value(list.emplace_back(), depth)) return false;
        skip_space();
      } while (eat(','));
      if (!eat(']')) return invalid();
    }
    value = Value(std::move(list));
    return true;
  }

  bool read_object(Value& value, int depth) {
    if (depth > depth_max) return too_deep();
    ++at_;
    Context context;
    skip_space();
    if (!eat('}')) {
      do {
        skip_space();
        if (at_ >= text_.size() || text_[at_] != '"') return invalid();
        std::string key;
        if (!read_string(key)) return false;
        if (context.find(key) != nullptr)
          return fail("json.key_twice", {"键“" + key + "”出现了两次", "the key \"" + key + "\" is there twice"});
        skip_space();
        if (!eat(':')) return invalid();
        skip_space();
        Value member;
        if (!read_value(member, depth)) return false;
        context.put(std::move(key), std::move(member));
        skip_space();
      } while (eat(','));
      if (!eat('}')) return invalid();
    }
    value = Value(std::move(context));
    return true;
  }

  bool too_deep() {
    return fail("json.too_deep", {"JSON 嵌套超过 64 层", "the JSON is nested more than 64 levels deep"});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  base::Error error_;
};

void write_escaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  static constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u00";
  out += hex[static_cast<unsigned char>(c) >> 4];
  out += hex[static_cast<unsigned char>(c) & 15];
}

void write_string(std::string_view text, std::string& out) {
  out += '"';
  for (;;) {
    const std::size_t plain = base::unescaped_length(text);
    out.append(text.substr(0, plain));
    if (plain == text.size()) break;
    write_escaped(text[plain], out);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

void write(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Kind::null:
    case Kind::boolean:
    case Kind::number:
      out += to_text(value);
      return;
    case Kind::list: {
      out += '[';
      for (std::size_t i = 0; i < value.as_list().size(); ++i) {
        if (i > 0) out += ',';
        write(value.as_list()[i], out);
      }
      out += ']';
      return;
    }
    case Kind::context: {
      out += '{';
      bool first = true;
      for (const auto& [key, member] : value.as_context().entries()) {
        if (!first) out += ',';
        first = false;
        write_string(key, out);
        out += ':';
        write(member, out);
      }
      out += '}';
      return;
    }
    case Kind::string:
      write_string(value.as_string(), out);
      return;
    case Kind::date:
    case Kind::time:
    case Kind::date_time:
    case Kind::years_months:
    case Kind::days_time:
    case Kind::range:
    case Kind::function:
      write_string(to_text(value), out);
      return;
  }
}

}  // namespace

std::string to_json(const Value& value) {
  std::string out;
  write(value, out);
  return out;
}

base::Result<Value> parse_json(std::string_view text) {
  if (text.size() > size_max)
    return base::Error{.code = "json.too_large",
                       .message = {"JSON 超过 64 MB，请减少内容", "the JSON is larger than 64 MB; please send less"}};
  if (!base::is_utf8(text))
    return base::Error{.code = "json.invalid", .message = {"JSON 不是 UTF-8 编码", "the JSON is not UTF-8"}};
  return JsonReader(text).read();
}

}  // namespace feel
