#include "kernel/codes/entities.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "kernel/base/unicode.h"
#include "kernel/codes/check_digits.h"
#include "reading.h"

namespace codes {
namespace {

const base::Text credit{"统一社会信用代码", "credit code"};
const base::Text organisation{"组织机构代码", "organisation code"};
const base::Text registration{"工商注册号", "registration number"};
const base::Text in_credit_alphabet{"数字或大写字母(不含I、O、S、V、Z)",
                                    "a digit or a letter other than I, O, S, V, Z"};
const base::Text a_digit{"数字", "a digit"};

/// Whether authority and kind of body are known. For authorities other than 1, 5 and 9 any kind is taken: their lists
/// are not confirmed.
bool is_category(std::string_view category) {
  constexpr std::array<std::string_view, 3> four_kinds{"1", "5", "9"};
  const std::string_view first = category.substr(0, 1);
  if (std::ranges::find(four_kinds, first) != four_kinds.end())
    return std::string_view("1239").find(category[1]) != std::string_view::npos;
  return std::string_view("234678ANY").find(first) != std::string_view::npos;
}

std::string_view first_two(CreditCategory category) {
  switch (category) {
    case CreditCategory::enterprise:
      return "91";
    case CreditCategory::individual:
      return "92";
    case CreditCategory::cooperative:
      return "93";
  }
  CHECK(false);
  return {};
}

}  // namespace

base::Result<CreditCode> parse_credit_code(std::string_view typed) {
  const std::string text = base::normal_code(typed);
  TRY(std::ignore, expect_length(text, 18, credit));
  TRY(std::ignore, expect_letters(text, {0, 2, credit_alphabet, in_credit_alphabet}, credit));
  TRY(std::ignore, expect_letters(text, {2, 6, digits_0_9, a_digit}, credit));
  TRY(std::ignore, expect_letters(text, {8, 10, credit_alphabet, in_credit_alphabet}, credit));
  const CreditCode code{
      .text = text, .category = text.substr(0, 2), .division = text.substr(2, 6), .organisation = text.substr(8, 9)};
  if (!is_category(code.category))
    return refused(
        "category_unknown",
        {"统一社会信用代码前两位“" + code.category + "”不是已知的登记管理部门和机构类别,请核对",
         "the first two characters “" + code.category + "” name no known authority and kind of body; check them"});
  TRY(std::ignore, expect_check(text, 17, mod_31_check(text.substr(0, 17)).value(), credit));
  TRY(std::ignore, expect_check(text, 16, mod_11_check(text.substr(8, 8)).value(), credit));
  return code;
}

base::Result<std::string> make_credit_code(const CreditCodeRequest& request) {
  TRY(std::ignore, expect_division(request.division));
  if (request.sequence < 0 || request.sequence > credit_sequence_max)
    return refused("number_out_of_range",
                   {"统一社会信用代码顺序号超出范围,号段已用完",
                    "the sequence number of the credit code is out of range; the block is used up"});
  std::string body(6, '0');
  std::int64_t rest = request.sequence;
  for (std::size_t i = body.size(); i-- > 0; rest /= 31) body[i] = credit_alphabet[static_cast<std::size_t>(rest % 31)];
  body.insert(0, "MA");
  body += mod_11_check(body).value();
  std::string code = std::string(first_two(request.category)) + request.division + body;
  code += mod_31_check(code).value();
  return code;
}

base::Result<std::int64_t> credit_sequence_of(std::string_view six) {
  const std::string text = base::normal_code(six);
  TRY(std::ignore, expect_length(text, 6, organisation));
  TRY(std::ignore, expect_letters(text, {0, 6, credit_alphabet, in_credit_alphabet}, organisation));
  std::int64_t sequence = 0;
  for (const char c : text) sequence = sequence * 31 + static_cast<std::int64_t>(credit_alphabet.find(c));
  return sequence;
}

base::Result<std::string> parse_organisation_code(std::string_view typed) {
  std::string text = base::normal_code(typed);
  if (text.size() == 10 && text[8] == '-') text.erase(8, 1);
  TRY(std::ignore, expect_length(text, 9, organisation));
  TRY(std::ignore, expect_letters(text, {0, 9, letters_0_z, {"数字或大写字母", "a digit or a letter"}}, organisation));
  TRY(std::ignore, expect_check(text, 8, mod_11_check(text.substr(0, 8)).value(), organisation));
  return text;
}

std::string print_organisation_code(std::string_view code) {
  CHECK(code.size() == 9);
  return std::string(code.substr(0, 8)) + "-" + std::string(code.substr(8));
}

base::Result<RegistrationNumber> parse_registration_number(std::string_view typed) {
  const std::string text = base::normal_code(typed);
  TRY(std::ignore, expect_length(text, 15, registration));
  TRY(std::ignore, expect_letters(text, {0, 15, digits_0_9, a_digit}, registration));
  TRY(std::ignore, expect_check(text, 14, mod_11_10_check(text.substr(0, 14)).value(), registration));
  const char first = text[6];
  const auto kind = first <= '3'   ? RegistrationNumber::Kind::domestic
                    : first <= '5' ? RegistrationNumber::Kind::foreign
                                   : RegistrationNumber::Kind::individual;
  return RegistrationNumber{.text = text, .division = text.substr(0, 6), .kind = kind};
}

}  // namespace codes
