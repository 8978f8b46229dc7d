#include <gtest/gtest.h>

#include "kernel/base/id.h"
#include "kernel/base/json_text.h"
#include "kernel/base/result.h"
#include "kernel/base/unicode.h"

namespace {

base::Result<int> half(int number) {
  if (number % 2 != 0)
    return base::Error{.kind = base::Refusal::invalid, .code = "odd", .message = {"奇数", "odd number"}};
  return number / 2;
}

base::Result<int> quarter(int number) {
  TRY(const int halved, half(number));
  return half(halved);
}

TEST(result, try_passes_the_first_refusal_on) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().code, "odd");
}

TEST(id, survives_writing_and_reading_in_either_case) {
  const base::Id id = base::make_id({1'764'000'000'123'456}, 0xFFFFF);
  const std::string text = base::to_text(id);
  EXPECT_EQ(text.size(), 13u);
  EXPECT_EQ(base::parse_id(text), id);
  std::string upper = text;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(base::parse_id(upper), id);
}

TEST(id, later_ids_sort_later) {
  EXPECT_LT(base::to_text(base::make_id({1'000'000}, 7)), base::to_text(base::make_id({2'000'000}, 3)));
}

TEST(id, refuses_foreign_text) {
  for (const char* text : {"", "0000000000000", "00000000000000", "zzzzzzzzzzzzz", "000000000000i", "日日日日"})
    EXPECT_FALSE(base::parse_id(text)) << text;
}

TEST(unicode, codes_lose_width_case_and_space) {
  EXPECT_EQ(base::normal_code(" ９１43 0211ma4tya011n\u3000"), "91430211MA4TYA011N");
}

TEST(unicode, prose_keeps_its_inner_words) {
  EXPECT_EQ(base::tidy("  湘江   小馆 \n"), "湘江 小馆");
  EXPECT_EQ(base::length("湘江A"), 3u);
}

TEST(unicode, broken_utf8_is_known_as_such) {
  EXPECT_FALSE(base::is_utf8("\xff\xfe"));
  EXPECT_TRUE(base::is_utf8("一窗"));
}

TEST(json_text, plain_bytes_are_counted_up_to_the_first_that_needs_an_escape) {
  EXPECT_EQ(base::unescaped_length(""), 0u);
  // Every byte, at every place of a word of eight and behind it, beside neighbours that look alike.
  for (int byte = 0; byte < 256; ++byte)
    for (const char beside : {'a', '!', '#', '[', ']', ' ', '\x7f', '\x80', '\xa0', '\xff'})
      for (std::size_t at = 0; at < 19; ++at) {
        std::string text(19, beside);
        text[at] = static_cast<char>(byte);
        const bool needs_escape = byte < 0x20 || byte == '"' || byte == '\\';
        ASSERT_EQ(base::unescaped_length(text), needs_escape ? at : text.size()) << byte << " at " << at;
      }
  EXPECT_EQ(base::unescaped_length("一窗\t\t\t\t\t\t\t\t"), 6u);
}

}  // namespace
