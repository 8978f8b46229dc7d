#include "kernel/base/unicode.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

namespace base {
namespace {

icu::UnicodeString decoded(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

bool is_space(UChar32 c) {
  return u_isUWhiteSpace(c) || c == 0x200B || c == 0xFEFF;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::int32_t i = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  while (i < size) {
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::string normal_code(std::string_view text) {
  if (!is_utf8(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  icu::UnicodeString normal = nfkc->normalize(decoded(text), status);
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
    const UChar32 c = normal.char32At(i);
    if (!is_space(c)) kept.append(c);
  }
  kept.toUpper(icu::Locale::getRoot());
  std::string out;
  return kept.toUTF8String(out);
}

std::string tidy(std::string_view text) {
  if (!is_utf8(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString normal = icu::Normalizer2::getNFCInstance(status)->normalize(decoded(text), status);
  icu::UnicodeString kept;
  bool gap = false;
  for (std::int32_t i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
    const UChar32 c = normal.char32At(i);
    if (is_space(c)) {
      gap = !kept.isEmpty();
      continue;
    }
    if (gap) kept.append(UChar32(' '));
    gap = false;
    kept.append(c);
  }
  std::string out;
  return kept.toUTF8String(out);
}

std::size_t length(std::string_view text) {
  if (!is_utf8(text)) return text.size();
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace base
