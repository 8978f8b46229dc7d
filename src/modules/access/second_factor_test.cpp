#include "second_factor.h"

#include <gtest/gtest.h>

namespace {

using namespace access_control;

TEST(totp, gives_the_codes_of_the_standard) {
  // [RFC6238] appendix B, SHA-1, the last six of the eight digits.
  const std::string secret = "12345678901234567890";
  EXPECT_EQ(totp(secret, 59 / totp_step_s), "287082");
  EXPECT_EQ(totp(secret, 1111111109 / totp_step_s), "081804");
  EXPECT_EQ(totp(secret, 1111111111 / totp_step_s), "050471");
  EXPECT_EQ(totp(secret, 1234567890 / totp_step_s), "005924");
  EXPECT_EQ(totp(secret, 2000000000 / totp_step_s), "279037");
  EXPECT_EQ(totp(secret, 20000000000 / totp_step_s), "353130");
}

TEST(base32, gives_the_texts_of_the_standard_without_padding) {
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("f"), "MY");
  EXPECT_EQ(base32("foob"), "MZXW6YQ");
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
}

TEST(step_of_code, takes_the_neighbours_but_no_code_twice) {
  const std::string secret = "12345678901234567890";
  const auto check = [&](const std::string& code, std::int64_t now, std::int64_t used) {
    return step_of_code({.secret = secret, .code = code, .now_s = now, .used_step = used});
  };
  const std::int64_t step = 1111111109 / totp_step_s;
  EXPECT_EQ(check("081804", 1111111109, 0), step);
  EXPECT_EQ(check("081804", 1111111109 + totp_step_s, 0), step) << "a slow typist";
  EXPECT_EQ(check("081804", 1111111109 - totp_step_s, 0), step) << "a clock that runs late";
  EXPECT_EQ(check("081804", 1111111109 + 2 * totp_step_s, 0), std::nullopt);
  EXPECT_EQ(check("081804", 1111111109, step), std::nullopt) << "used already";
  EXPECT_EQ(check("81804", 1111111109, 0), std::nullopt);
  EXPECT_EQ(check("", 1111111109, 0), std::nullopt);
}

TEST(recovery_code, is_read_however_it_is_typed) {
  const std::string code = make_recovery_code();
  EXPECT_EQ(code.size(), 11U);
  EXPECT_EQ(normal_recovery_code(" " + code + "\n").size(), 10U);
  EXPECT_EQ(normal_recovery_code("ab-cd 2"), "ABCD2");
  EXPECT_NE(code, make_recovery_code());
}

TEST(totp_uri, is_what_an_authenticator_reads) {
  EXPECT_EQ(totp_uri("foobar", "zhang.san", "一窗"),
            "otpauth://totp/%E4%B8%80%E7%AA%97:zhang.san?secret=MZXW6YTBOI&issuer=%E4%B8%80%E7%AA%97");
}

}  // namespace
