#include "reading.h"

#include <tuple>
#include <utility>

#include "kernel/base/unicode.h"

namespace codes {
namespace {

/// The whole character that begins at byte `i`.
std::string character_at(std::string_view text, std::size_t i) {
  std::size_t end = i + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return std::string(text.substr(i, end - i));
}

}  // namespace

base::Error refused(std::string_view code, base::Text message) {
  return {.kind = base::Refusal::invalid, .code = "codes." + std::string(code), .message = std::move(message)};
}

base::Result<void> expect_length(std::string_view text, std::size_t size, const base::Text& what) {
  const std::size_t actual = base::length(text);
  if (actual == size) return base::done();
  const std::string wanted = std::to_string(size);
  const std::string found = std::to_string(actual);
  return refused("length_wrong", {what.zh + "应为" + wanted + "位,现为" + found + "位,请核对是否漏抄或多抄",
                                  "the " + what.en + " must have " + wanted + " characters, it has " + found +
                                      "; check for missing or extra ones"});
}

base::Result<void> expect_letters(std::string_view text, const Stretch& stretch, const base::Text& what) {
  std::size_t place = 0;
  for (std::size_t i = 0; i < text.size() && place < stretch.first + stretch.count; ++place) {
    const std::string character = character_at(text, i);
    i += character.size();
    if (place < stretch.first) continue;
    if (character.size() == 1 && stretch.alphabet.find(character) != std::string_view::npos) continue;
    const std::string number = std::to_string(place + 1);
    return refused("letter_wrong",
                   {what.zh + "第" + number + "位“" + character + "”不对,应为" + stretch.words.zh + ",请改正",
                    "character " + number + " “" + character + "” of the " + what.en + " must be " + stretch.words.en +
                        "; correct it"});
  }
  return base::done();
}

base::Result<void> expect_check(std::string_view text, std::size_t place, char check, const base::Text& what) {
  CHECK(place < text.size());
  if (text[place] == check) return base::done();
  const std::string number = std::to_string(place + 1);
  return refused("check_wrong",
                 {what.zh + "第" + number + "位校验码应为" + check + ",现为" + text[place] + ",请核对整个号码是否抄错",
                  "character " + number + " of the " + what.en + ", its check, should be " + check + " but is " +
                      text[place] + "; check the whole number for mistakes"});
}

base::Result<std::string> padded(int number, std::size_t digits, const base::Text& what) {
  std::string text = std::to_string(number);
  if (number < 1 || text.size() > digits)
    return refused("number_out_of_range",
                   {what.zh + "顺序号" + text + "超出范围,应为1至" + std::string(digits, '9') + ",号段可能已用完",
                    "sequence number " + text + " of the " + what.en + " is out of range 1 to " +
                        std::string(digits, '9') + "; the block may be used up"});
  return std::string(digits - text.size(), '0') + text;
}

base::Result<void> expect_division(std::string_view division) {
  const base::Text what{"行政区划代码", "division code"};
  TRY(std::ignore, expect_length(division, 6, what));
  return expect_letters(division, {.first = 0, .count = 6, .alphabet = digits_0_9, .words = {"数字", "a digit"}}, what);
}

}  // namespace codes
