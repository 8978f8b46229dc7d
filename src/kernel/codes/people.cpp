#include "kernel/codes/people.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "kernel/base/unicode.h"
#include "kernel/codes/check_digits.h"
#include "reading.h"

namespace codes {
namespace {

const base::Text citizen_id{"公民身份号码", "citizen identity number"};

bool all_digits(std::string_view text) {
  return text.find_first_not_of(digits_0_9) == std::string_view::npos;
}

bool is_mobile(std::string_view text) {
  return text.size() == 11 && text[0] == '1' && text[1] >= '3' && all_digits(text);
}

/// ^(0\d{2,3}-)?[2-8]\d{6,7}$
bool is_landline(std::string_view text) {
  if (const std::size_t hyphen = text.find('-'); hyphen != std::string_view::npos) {
    const std::string_view area = text.substr(0, hyphen);
    if ((area.size() != 3 && area.size() != 4) || area[0] != '0' || !all_digits(area)) return false;
    text.remove_prefix(hyphen + 1);
  }
  return (text.size() == 7 || text.size() == 8) && text[0] >= '2' && text[0] <= '8' && all_digits(text);
}

/// The first `count` characters of well-formed UTF-8.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  while (i < text.size() && count > 0) {
    ++i;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) ++i;
    --count;
  }
  return text.substr(0, i);
}

std::string surname_of(std::string_view name) {
  static constexpr std::array<std::string_view, 14> compound{"欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫",
                                                             "尉迟", "公孙", "慕容", "令狐", "司徒", "长孙", "宇文"};
  const std::string tidy = base::tidy(name);
  if (!base::is_utf8(tidy)) return {};
  const bool is_compound = base::length(tidy) > 2 &&
                           std::ranges::any_of(compound, [&](std::string_view one) { return tidy.starts_with(one); });
  return std::string(first_characters(tidy, is_compound ? 2 : 1));
}

}  // namespace

base::Result<CitizenId> parse_citizen_id(std::string_view typed) {
  const std::string text = base::normal_code(typed);
  TRY(std::ignore, expect_length(text, 18, citizen_id));
  TRY(std::ignore, expect_letters(text, {0, 17, digits_0_9, {"数字", "a digit"}}, citizen_id));
  TRY(std::ignore, expect_letters(text, {17, 1, "0123456789X", {"数字或X", "a digit or X"}}, citizen_id));
  const std::string birth = text.substr(6, 4) + "-" + text.substr(10, 2) + "-" + text.substr(12, 2);
  const std::optional<calendar::Date> date = calendar::parse_date(birth);
  if (!date)
    return refused("birth_date_unreal", {"公民身份号码第7至14位的出生日期" + birth + "不存在,请核对是否抄错",
                                         "characters 7 to 14 of the citizen identity number, the birth date " + birth +
                                             ", name no real day; check them"});
  TRY(std::ignore, expect_check(text, 17, mod_11_2_check(std::string_view(text).substr(0, 17)).value(), citizen_id));
  return CitizenId{.text = text, .birth = *date, .sex = (text[16] - '0') % 2 == 1 ? Sex::male : Sex::female};
}

base::Result<Phone> parse_phone(std::string_view typed) {
  static constexpr std::array<std::string_view, 4> hotlines{"12315", "12345", "12331", "96333"};
  std::string text = base::normal_code(typed);
  if (text.starts_with("+86")) text.erase(0, text.size() > 3 && text[3] == '-' ? 4 : 3);
  if (is_mobile(text)) return Phone{.text = text, .kind = PhoneKind::mobile};
  if (is_landline(text)) return Phone{.text = text, .kind = PhoneKind::landline};
  if (std::ranges::find(hotlines, text) != hotlines.end()) return Phone{.text = text, .kind = PhoneKind::hotline};
  return refused("phone_wrong", {"电话号码不对:手机号为11位数字、以13至19开头;座机形如0731-2xxxxxxx,请核对",
                                 "this is no phone number: a mobile number has 11 digits and begins with 13 to 19, a "
                                 "landline looks like 0731-2xxxxxxx; check it"});
}

std::string mask_citizen_id(std::string_view id) {
  if (id.size() != 18) return std::string(18, '*');
  return std::string(id.substr(0, 6)) + std::string(8, '*') + std::string(id.substr(14));
}

std::string mask_citizen_id_public(std::string_view id) {
  if (id.size() != 18) return std::string(18, '*');
  return std::string(id.substr(0, 3)) + std::string(13, '*') + std::string(id.substr(16));
}

std::string mask_phone(std::string_view phone) {
  if (is_mobile(phone)) return std::string(phone.substr(0, 3)) + "****" + std::string(phone.substr(7));
  if (!is_landline(phone)) return "****";
  const std::size_t hyphen = phone.find('-');
  const std::string_view area = hyphen == std::string_view::npos ? std::string_view() : phone.substr(0, hyphen + 1);
  return std::string(area) + "****" + std::string(phone.substr(phone.size() - 4));
}

std::string mask_name(std::string_view name) {
  return surname_of(name) + "**";
}

std::string mask_name_public(std::string_view name) {
  return surname_of(name) + "某";
}

}  // namespace codes
