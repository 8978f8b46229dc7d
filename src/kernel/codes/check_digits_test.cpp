#include "kernel/codes/check_digits.h"

#include <gtest/gtest.h>

namespace codes {
namespace {

// [GB32100]
TEST(mod_31_check, agrees_with_the_standard_and_turns_31_into_0) {
  EXPECT_EQ(mod_31_check("91350100M000100Y4"), '3');
  EXPECT_EQ(mod_31_check("00000000000000000"), '0');
  EXPECT_EQ(mod_31_check("91350100M000100I4"), std::nullopt);
  EXPECT_EQ(mod_31_check("91350100M000100Y"), std::nullopt);
}

// [GB11714]
TEST(mod_11_check, writes_ten_as_x_and_eleven_as_0) {
  EXPECT_EQ(mod_11_check("MA4TYA01"), '1');
  EXPECT_EQ(mod_11_check("MA4TYA02"), 'X');
  EXPECT_EQ(mod_11_check("00000000"), '0');
  EXPECT_EQ(mod_11_check("MA4TYa01"), std::nullopt);
}

// [GB11643]
TEST(mod_11_2_check, agrees_with_the_standard) {
  EXPECT_EQ(mod_11_2_check("11010519491231002"), 'X');
  EXPECT_EQ(mod_11_2_check("44052418800101001"), '4');
  EXPECT_EQ(mod_11_2_check("4405241880010100X"), std::nullopt);
}

// [GB17710]
TEST(mod_11_10_check, agrees_with_the_traced_number) {
  EXPECT_EQ(mod_11_10_check("1330108011171"), '9');
  EXPECT_EQ(mod_11_10_check("11010800000001"), '6');
  EXPECT_EQ(mod_11_10_check(""), std::nullopt);
  EXPECT_EQ(mod_11_10_check("12A"), std::nullopt);
}

// [GB36904]
TEST(mod_37_36_check, agrees_with_published_certificates) {
  EXPECT_EQ(mod_37_36_check("11100000000013338W01111430000006122244L20230000403001"), 'U');
  EXPECT_EQ(mod_37_36_check("11100000MB0327169D00111430211MB0TYD016DJY24302110000012001"), 'L');
  EXPECT_EQ(mod_37_36_check("a"), std::nullopt);
}

}  // namespace
}  // namespace codes
