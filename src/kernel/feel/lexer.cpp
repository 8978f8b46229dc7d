#include "lexer.h"

#include <array>
#include <charconv>

#include "kernel/base/unicode.h"
#include "text.h"

namespace feel {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// White space of the grammar. Source: [DMN-10.3.1.2] rule 61 and following.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x180E ||
         (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 ||
         c == 0xFEFF;
}

bool is_name_start(char32_t c) {
  return c == '?' || c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0x80 && !is_space(c));
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  base::Result<std::vector<Token>> run() {
    if (!base::is_utf8(text_)) return syntax_error(0, {"表达式不是 UTF-8 编码", "the expression is not UTF-8"});
    while (skip_blank() && at_ < text_.size()) {
      if (!read_token()) return std::move(error_);
    }
    if (failed_) return std::move(error_);
    tokens_.push_back({.kind = Token::Kind::end, .text = {}, .offset = text_.size(), .end = text_.size()});
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  bool fail(std::size_t offset, base::Text message) {
    error_ = syntax_error(offset, std::move(message));
    failed_ = true;
    return false;
  }

  bool skip_blank() {
    while (at_ < text_.size()) {
      std::size_t next = at_;
      if (is_space(next_code_point(text_, next))) {
        at_ = next;
      } else if (peek() == '/' && peek(1) == '/') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (peek() == '/' && peek(1) == '*') {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return fail(at_, {"注释没有结束（缺 */）", "the comment has no end (*/)"});
        at_ = end + 2;
      } else {
        return true;
      }
    }
    return true;
  }

  void push(Token::Kind kind, std::size_t from, std::string content = {}) {
    tokens_.push_back({.kind = kind,
                       .text = text_.substr(from, at_ - from),
                       .content = std::move(content),
                       .offset = from,
                       .end = at_});
  }

  bool read_token() {
    const std::size_t from = at_;
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)) && !follows_operand())) return read_number();
    if (c == '"') return read_string();
    if (c == '`') return read_quoted_name();
    std::size_t next = at_;
    if (is_name_start(next_code_point(text_, next))) {
      while (at_ < text_.size()) {
        next = at_;
        const char32_t point = next_code_point(text_, next);
        if (!is_name_start(point) && !(point >= '0' && point <= '9')) break;
        at_ = next;
      }
      push(Token::Kind::word, from);
      return true;
    }
    static constexpr std::array<std::string_view, 7> doubles{"..", "**", "!=", "<=", ">=", "->", "=="};
    for (const std::string_view symbol : doubles) {
      if (text_.substr(at_, 2) != symbol) continue;
      at_ += 2;
      push(Token::Kind::symbol, from);
      return true;
    }
    static constexpr std::string_view singles = "()[]{},:;.+-*/=<>@'!";
    if (singles.find(c) == std::string_view::npos)
      return fail(from, {"不认识的符号“" + std::string(1, c) + "”", "unknown sign \"" + std::string(1, c) + "\""});
    ++at_;
    push(Token::Kind::symbol, from);
    return true;
  }

  /// After an operand a point begins a path, not a number.
  bool follows_operand() const {
    if (tokens_.empty()) return false;
    const Token& last = tokens_.back();
    if (last.kind != Token::Kind::symbol) return last.kind != Token::Kind::word || last.end == at_;
    return last.text == ")" || last.text == "]" || last.text == "}";
  }

  bool read_number() {
    const std::size_t from = at_;
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (is_digit(peek(1 + sign))) {
        at_ += 1 + sign;
        while (is_digit(peek())) ++at_;
      }
    }
    push(Token::Kind::number, from);
    return true;
  }

  bool read_hex(std::size_t count, char32_t& unit) {
    unsigned number = 0;
    if (at_ + count > text_.size()) return false;
    const char* first = text_.data() + at_;
    const auto [end, fault] = std::from_chars(first, first + count, number, 16);
    if (fault != std::errc{} || end != first + count) return false;
    at_ += count;
    unit = number;
    return true;
  }

  bool read_escape(std::string& content) {
    const std::size_t from = at_++;
    const char letter = peek();
    ++at_;
    static constexpr std::string_view letters = "\"'\\nrtbf/";
    static constexpr std::string_view meanings = "\"'\\\n\r\t\b\f/";
    if (const std::size_t which = letters.find(letter); which != std::string_view::npos) {
      content += meanings[which];
      return true;
    }
    char32_t unit = 0;
    if (letter == 'u' || letter == 'U') {
      if (!read_hex(letter == 'u' ? 4 : 6, unit) || unit > 0x10FFFF)
        return fail(from,
                    {"\\u 后应有 4 位、\\U 后应有 6 位十六进制数字", "\\u needs 4 and \\U needs 6 hexadecimal digits"});
      if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_, 2) == "\\u") {
        at_ += 2;
        char32_t low = 0;
        if (!read_hex(4, low) || low < 0xDC00 || low > 0xDFFF)
          return fail(from, {"代理对不完整", "the surrogate pair is not complete"});
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      }
      append_code_point(content, unit >= 0xD800 && unit <= 0xDFFF ? 0xFFFD : unit);
      return true;
    }
    // An escape FEEL does not know stays as it is, so that regular expressions can be written as "\d".
    content += '\\';
    content += letter;
    return true;
  }

  bool read_string() {
    const std::size_t from = at_++;
    std::string content;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        if (!read_escape(content)) return false;
      } else {
        content += text_[at_++];
      }
    }
    if (at_ >= text_.size()) return fail(from, {"文本缺少结尾引号", "the text has no closing quotation mark"});
    ++at_;
    push(Token::Kind::string, from, std::move(content));
    return true;
  }

  bool read_quoted_name() {
    const std::size_t from = at_;
    const std::size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) return fail(from, {"名称缺少结尾反引号", "the name has no closing back-tick"});
    at_ = end + 1;
    push(Token::Kind::quoted_name, from, std::string(text_.substr(from + 1, end - from - 1)));
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  base::Error error_;
  bool failed_ = false;
};

}  // namespace

base::Error syntax_error(std::size_t offset, base::Text message) {
  const std::string place = std::to_string(offset);
  message.zh += "（第 " + place + " 字节处）";
  message.en += " (at byte " + place + ")";
  return {.kind = base::Refusal::invalid,
          .code = "feel.syntax",
          .message = message,
          .places = {{.path = place, .code = "feel.syntax", .message = message}}};
}

base::Result<std::vector<Token>> tokenize(std::string_view text) {
  return Lexer(text).run();
}

std::vector<std::string> lexemes_of(std::string_view name) {
  std::vector<std::string> lexemes;
  const auto tokens = tokenize(name);
  if (!tokens) return lexemes;
  for (const Token& token : *tokens)
    if (token.kind != Token::Kind::end) lexemes.emplace_back(token.text);
  return lexemes;
}

}  // namespace feel
