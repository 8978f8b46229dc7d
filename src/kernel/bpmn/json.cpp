#include "json.h"

#include "kernel/base/json_text.h"

namespace bpmn {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

}  // namespace

void Writer::text(std::string_view text) {
  separate();
  out_ += '"';
  for (;;) {
    const std::size_t plain = base::unescaped_length(text);
    out_.append(text.substr(0, plain));
    if (plain == text.size()) break;
    const char c = text[plain];
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (c == '\n') {
      out_ += "\\n";
    } else {
      constexpr std::string_view digits = "0123456789abcdef";
      out_ += "\\u00";
      out_ += digits[static_cast<std::size_t>(c >> 4)];
      out_ += digits[static_cast<std::size_t>(c & 15)];
    }
    text.remove_prefix(plain + 1);
  }
  out_ += '"';
}

void Reader::word(std::string_view wanted) {
  peek();
  if (failed_ || static_cast<std::size_t>(end_ - at_) < wanted.size() ||
      std::string_view(at_, wanted.size()) != wanted) {
    return fail();
  }
  at_ += wanted.size();
  need_comma_ = true;
}

std::string Reader::text() {
  std::string out;
  if (peek() != '"') {
    fail();
    return out;
  }
  ++at_;
  while (true) {
    const char* from = at_;
    do  // bytes below U+0020 are let through, as ever
      at_ += base::unescaped_length({at_, end_});
    while (at_ != end_ && *at_ != '"' && *at_ != '\\' && ++at_ != end_);
    out.append(from, at_);
    if (at_ == end_) {
      fail();
      return {};
    }
    if (*at_++ == '"') break;
    read_escape(out);
    if (failed_) return {};
  }
  need_comma_ = true;
  return out;
}

std::string Reader::key() {
  std::string name = text();
  skip_space();
  if (failed_ || at_ == end_ || *at_ != ':') {
    fail();
    return {};
  }
  ++at_;
  need_comma_ = false;
  return name;
}

std::string_view Reader::number_text() {
  peek();
  const char* from = at_;
  while (at_ != end_ &&
         ((*at_ >= '0' && *at_ <= '9') || *at_ == '-' || *at_ == '+' || *at_ == '.' || *at_ == 'e' || *at_ == 'E')) {
    ++at_;
  }
  if (at_ == from) fail();
  need_comma_ = true;
  return {from, static_cast<std::size_t>(at_ - from)};
}

std::uint32_t Reader::hex_digits() {
  if (end_ - at_ < 4) {
    fail();
    return 0;
  }
  std::uint32_t code = 0;
  const auto stop = std::from_chars(at_, at_ + 4, code, 16).ptr;
  if (stop != at_ + 4) fail();
  at_ += 4;
  return code;
}

void Reader::read_escape(std::string& out) {
  if (at_ == end_) return fail();
  const char c = *at_++;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      out += c;
      return;
    case 'n':
      out += '\n';
      return;
    case 't':
      out += '\t';
      return;
    case 'r':
      out += '\r';
      return;
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'u':
      break;
    default:
      return fail();
  }
  std::uint32_t code = hex_digits();
  if (code >= 0xD800 && code < 0xDC00) {
    if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return fail();
    at_ += 2;
    const std::uint32_t low = hex_digits();
    if (low < 0xDC00 || low > 0xDFFF) return fail();
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, code);
}

}  // namespace bpmn
