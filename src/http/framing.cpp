#include "framing.h"

#include <algorithm>
#include <charconv>

namespace http {
namespace {

/// Longer lines are other fields; a length that needs more room than this is none.
constexpr std::size_t line_kept_bytes_max = 100;
constexpr std::size_t chunk_line_bytes_max = 80;
constexpr std::size_t digits_max = 15;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view left, std::string_view lower) {
  return std::equal(left.begin(), left.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

std::optional<std::uint64_t> number(std::string_view digits, int base) {
  std::uint64_t value = 0;
  if (digits.empty() || digits.size() > digits_max || digits.front() == '-') return std::nullopt;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

void Framing::start(Part part) {
  part_ = part;
  line_.clear();
  line_bytes_ = 0;
  if (part != Part::head) return;
  has_request_line_ = chunked_ = false;
  length_.reset();
}

bool Framing::end_head_line() {
  if (line_bytes_ == 0) {
    if (!has_request_line_) return true;  // empty lines before a request are allowed
    left_ = length_.value_or(0);
    start(chunked_ ? Part::chunk_size : left_ > 0 ? Part::body : Part::head);
    return true;
  }
  if (!has_request_line_) {
    has_request_line_ = true;
    return true;
  }
  const std::size_t colon = line_.find(':');
  if (colon == std::string::npos) return line_bytes_ > line_kept_bytes_max;
  const std::string_view name = std::string_view(line_).substr(0, colon);
  // "Content-Length : 3" is a field to one reader and none to another.
  if (name.find_first_of(" \t") != std::string_view::npos) return false;
  const std::string_view value = trimmed(std::string_view(line_).substr(colon + 1));
  if (same_word(name, "content-length")) {
    const auto length = line_bytes_ > line_kept_bytes_max ? std::nullopt : number(value, 10);
    if (!length || length_ || chunked_) return false;
    length_ = length;
  } else if (same_word(name, "transfer-encoding")) {
    if (line_bytes_ > line_kept_bytes_max || !same_word(value, "chunked") || chunked_ || length_) return false;
    chunked_ = true;
  }
  return true;
}

bool Framing::end_chunk_line() {
  const std::string_view text = std::string_view(line_).substr(0, line_.find(';'));
  const auto size = line_bytes_ > chunk_line_bytes_max ? std::nullopt : number(text, 16);
  if (!size) return false;
  left_ = *size;
  start(left_ > 0 ? Part::chunk_data : Part::trailer);
  return true;
}

bool Framing::end_line() {
  bool good = true;
  switch (part_) {
    case Part::head:
      good = end_head_line();
      break;
    case Part::chunk_size:
      return end_chunk_line();
    case Part::chunk_end:
      good = line_bytes_ == 0;
      start(Part::chunk_size);
      return good;
    case Part::trailer:
      if (line_bytes_ == 0) start(Part::head);
      break;
    case Part::body:
    case Part::chunk_data:
      return false;  // not read by lines
  }
  line_.clear();
  line_bytes_ = 0;
  return good;
}

bool Framing::take_line_byte(char byte) {
  if (after_cr_) {
    after_cr_ = false;
    return byte == '\n' && end_line();
  }
  if (byte == '\r') {
    after_cr_ = true;
    return true;
  }
  if (byte == '\n' || byte == '\0') return false;
  const bool may_be_folded = has_request_line_ && (part_ == Part::head || part_ == Part::trailer);
  if (line_bytes_ == 0 && may_be_folded && (byte == ' ' || byte == '\t')) return false;
  ++line_bytes_;
  if (line_.size() < line_kept_bytes_max) line_ += byte;
  return true;
}

std::optional<std::size_t> Framing::find_fault(std::span<const char> bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (part_ == Part::body || part_ == Part::chunk_data) {
      const std::uint64_t skipped = std::min<std::uint64_t>(left_, bytes.size() - i);
      left_ -= skipped;
      i += skipped;
      if (left_ == 0) start(part_ == Part::body ? Part::head : Part::chunk_end);
      continue;
    }
    if (!take_line_byte(bytes[i])) return i;
    ++i;
  }
  return std::nullopt;
}

}  // namespace http
