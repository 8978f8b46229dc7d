#include "kernel/names/text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include "kernel/base/unicode.h"
#include "kernel/names/han.h"

namespace names {
namespace {

constexpr char32_t wide_first = 0xFF01;
constexpr char32_t wide_last = 0xFF5E;
constexpr char32_t wide_to_narrow = 0xFEE0;

bool is_plain(char32_t c) {
  return c < 0x80 || is_han(c) || (c >= wide_first && c <= wide_last);
}

std::u32string normal(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  const icu::UnicodeString changed = nfkc->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))), status);
  std::string out;
  changed.toUTF8String(out);
  return decode(out);
}

}  // namespace

std::u32string decode(std::string_view text) {
  std::u32string out;
  if (!base::is_utf8(text)) return out;
  std::int32_t i = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  while (i < size) {
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    out += static_cast<char32_t>(c);
  }
  return out;
}

std::string encode(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) {
    char bytes[U8_MAX_LENGTH];
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(c));
    out.append(bytes, static_cast<std::size_t>(size));
  }
  return out;
}

std::u32string comparable(std::string_view text) {
  std::u32string letters = decode(text);
  for (const char32_t c : letters) {
    if (is_plain(c)) continue;
    letters = normal(text);
    break;
  }
  std::u32string out;
  for (char32_t c : letters) {
    if (c >= wide_first && c <= wide_last) c -= wide_to_narrow;
    if (is_han(c))
      out += simplified(c);
    else if (u_isalnum(static_cast<UChar32>(c)))
      out += static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
  }
  return out;
}

}  // namespace names
