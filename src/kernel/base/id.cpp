#include "kernel/base/id.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "kernel/base/check.h"

namespace base {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t text_size = 13;

int digit_of(char letter) {
  if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  const std::size_t place = alphabet.find(letter);
  return place == std::string_view::npos ? -1 : static_cast<int>(place);
}

}  // namespace

void check_failed(const char* condition, const char* file, int line) {
  const std::string what = std::string(file) + ":" + std::to_string(line) + ": CHECK(" + condition + ") failed";
#ifdef NDEBUG
  throw Bug(what);
#else
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
#endif
}

Id make_id(Instant now, std::uint32_t random) {
  constexpr int random_bits = 20;
  const std::int64_t ms = now.us / 1000;
  return Id{((ms << random_bits) | (random & ((1u << random_bits) - 1))) & INT64_MAX};
}

std::string to_text(Id id) {
  std::string text(text_size, '0');
  auto rest = static_cast<std::uint64_t>(id.number);
  for (std::size_t i = text_size; i-- > 0; rest >>= 5) text[i] = alphabet[rest & 31];
  return text;
}

std::optional<Id> parse_id(std::string_view text) {
  if (text.size() != text_size) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < text_size; ++i) {
    const int digit = digit_of(text[i]);
    if (digit < 0 || (i == 0 && digit > 7)) return std::nullopt;
    number = (number << 5) | static_cast<std::uint64_t>(digit);
  }
  if (number == 0) return std::nullopt;
  return Id{static_cast<std::int64_t>(number)};
}

}  // namespace base
