/// Writes han_tables.h while building: readings, simplified forms and the common set of Chinese characters, from ICU.
#include <unicode/translit.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr UChar32 first_han = 0x4E00;
constexpr UChar32 end_han = 0xA000;

/// What a transliterator makes of each character, alone.
std::vector<icu::UnicodeString> each_through(const char* id) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> change(icu::Transliterator::createInstance(id, UTRANS_FORWARD, status));
  if (U_FAILURE(status)) return {};
  icu::UnicodeString all;
  for (UChar32 c = first_han; c < end_han; ++c) all.append(c).append(UChar32('\n'));
  change->transliterate(all);
  std::vector<icu::UnicodeString> lines;
  std::int32_t from = 0;
  for (std::int32_t at = all.indexOf(u'\n'); at >= 0; at = all.indexOf(u'\n', from)) {
    lines.emplace_back(all, from, at - from);
    from = at + 1;
  }
  return lines;
}

/// "lǜ" is typed "lv"; every other tone mark is left out. Empty when the reading is no syllable in Latin letters.
std::string plain(const icu::UnicodeString& reading, const icu::Transliterator& strip) {
  icu::UnicodeString text = reading;
  for (const char16_t* umlaut : {u"ü", u"ǖ", u"ǘ", u"ǚ", u"ǜ"}) text.findAndReplace(umlaut, u"v");
  strip.transliterate(text);
  std::string out;
  text.toUTF8String(out);
  for (const char c : out)
    if (c < 'a' || c > 'z') return {};
  return out;
}

/// Whether GB 2312 has the character.
std::vector<bool> common_characters() {
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open("ibm-1383_P110-1999", &status);
  std::vector<bool> common;
  if (U_FAILURE(status)) return common;
  ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  for (UChar32 c = first_han; c < end_han; ++c) {
    const auto unit = static_cast<UChar>(c);
    char bytes[8];
    status = U_ZERO_ERROR;
    const std::int32_t size = ucnv_fromUChars(converter, bytes, sizeof bytes, &unit, 1, &status);
    common.push_back(U_SUCCESS(status) && size == 2);
  }
  ucnv_close(converter);
  return common;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto readings = each_through("Han-Latin");
  const auto simplified = each_through("Hant-Hans");
  const std::vector<bool> common = common_characters();
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> strip(
      icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, status));
  constexpr std::size_t count = end_han - first_han;
  if (U_FAILURE(status) || readings.size() != count || simplified.size() != count || common.size() != count) {
    std::fprintf(stderr, "this ICU lacks the data of Chinese characters (Han-Latin, Hant-Hans, ibm-1383)\n");
    return 1;
  }
  std::FILE* out = std::fopen(argv[1], "w");
  if (out == nullptr) return 1;
  std::map<std::string, std::size_t> numbers = {{"", 0}};
  std::vector<std::string> syllables = {""};
  std::vector<std::size_t> indexes;
  for (const icu::UnicodeString& reading : readings) {
    const std::string syllable = plain(reading, *strip);
    const auto [found, is_new] = numbers.emplace(syllable, syllables.size());
    if (is_new) syllables.push_back(syllable);
    indexes.push_back(found->second);
  }
  std::fprintf(out, "#pragma once\n\n#include <array>\n#include <cstdint>\n\n");
  std::fprintf(out, "constexpr std::array<const char*, %zu> han_syllables = {", syllables.size());
  for (const std::string& syllable : syllables) std::fprintf(out, "\"%s\",", syllable.c_str());
  std::fprintf(out, "};\nconstexpr std::array<std::uint16_t, %zu> han_readings = {", indexes.size());
  for (const std::size_t index : indexes) std::fprintf(out, "%zu,", index);
  std::fprintf(out, "};\nconstexpr std::array<char16_t, %zu> han_simplified = {", count);
  for (std::size_t i = 0; i < count; ++i) {
    const icu::UnicodeString& form = simplified[i];
    std::fprintf(out, "%u,",
                 form.length() == 1 ? form[0] : static_cast<unsigned>(first_han) + static_cast<unsigned>(i));
  }
  std::fprintf(out, "};\nconstexpr std::array<std::uint8_t, %zu> han_common = {", count);
  for (const bool is_common : common) std::fprintf(out, "%d,", is_common ? 1 : 0);
  std::fprintf(out, "};\n");
  return std::fclose(out) == 0 ? 0 : 1;
}
