/// Writing and reading the JSON of the stored forms: no tree in between, because it is done for every command.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace bpmn {

class Writer {
 public:
  Writer() { out_.reserve(512); }
  void open(char bracket) {
    separate();
    out_ += bracket;
  }
  void close(char bracket) { out_ += bracket; }
  void raw(std::string_view token) {
    separate();
    out_ += token;
  }
  void number(std::integral auto number) {
    separate();
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out_.append(digits, end);
  }
  void numbers(auto... all) { (number(all), ...); }
  void row(auto... all) {
    open('[');
    numbers(all...);
    close(']');
  }
  void text(std::string_view text);
  void key(std::string_view name) {
    text(name);
    out_ += ':';
  }
  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '[' && last != '{' && last != ':') out_ += ',';
  }
  std::string out_;
};

/// After the first thing that does not fit, everything reads as empty and `failed()` is true.
class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool failed() const { return failed_; }
  void fail() { failed_ = true; }
  /// Whether everything was read, to the last byte.
  bool finished() {
    skip_space();
    return !failed_ && at_ == end_;
  }
  /// The first character of the next value; reads the comma before it.
  char peek() {
    skip_space();
    if (need_comma_) {
      if (at_ == end_ || *at_ != ',')
        fail();
      else
        ++at_;
      need_comma_ = false;
      skip_space();
    }
    return failed_ || at_ == end_ ? '\0' : *at_;
  }
  void open(char bracket) {
    if (peek() != bracket) return fail();
    ++at_;
  }
  /// Whether another entry follows; reads the closing bracket when none does.
  bool more(char bracket) {
    skip_space();
    if (failed_ || at_ == end_) {
      fail();
      return false;
    }
    if (*at_ != bracket) return true;
    ++at_;
    need_comma_ = true;
    return false;
  }
  void end(char bracket) {
    if (more(bracket)) fail();
  }
  /// Whether another entry follows; reads nothing. For fields that were added at the end later.
  bool has_more(char bracket) {
    skip_space();
    return !failed_ && at_ != end_ && *at_ != bracket;
  }
  void word(std::string_view wanted);
  std::string text();
  std::string key();
  std::string_view number_text();
  template <std::integral T>
  T number(T min = std::numeric_limits<T>::min(), T max = std::numeric_limits<T>::max()) {
    peek();
    T value{};
    const auto [stop, error] = std::from_chars(at_, end_, value);
    if (failed_ || error != std::errc{} || value < min || value > max) {
      fail();
      return T{};
    }
    at_ = stop;
    need_comma_ = true;
    return value;
  }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  std::uint32_t hex_digits();
  void read_escape(std::string& out);

  const char* at_;
  const char* end_;
  bool need_comma_ = false;
  bool failed_ = false;
};

}  // namespace bpmn
