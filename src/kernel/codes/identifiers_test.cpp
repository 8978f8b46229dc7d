#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "kernel/codes/certificates.h"
#include "kernel/codes/check_digits.h"
#include "kernel/codes/entities.h"
#include "kernel/codes/people.h"
#include "kernel/codes/permits.h"

namespace codes {
namespace {

using testing::HasSubstr;

/// "" when accepted, else the code of the refusal, which must speak both languages.
template <class T>
std::string fault(const base::Result<T>& result) {
  if (result) return "";
  EXPECT_FALSE(result.error().message.zh.empty() || result.error().message.en.empty());
  return result.error().code;
}

// [GB32100] [GB11714]
TEST(credit_code, accepts_the_known_codes) {
  for (const char* code :
       {"91350100M000100Y43", "914302117808875533", "91430211MA4PUDTX0T", "914302111842811259", "91430211MA4TYA011N",
        "91430211MA4TYA02XE", "92430211MA4TYB0144", "93430211MA4TYC017H", "11430211MB0TYD016D"})
    EXPECT_EQ(fault(parse_credit_code(code)), "") << code;
}

TEST(credit_code, is_read_as_people_type_it) {
  const auto code = parse_credit_code(" 91430211 ma4tya011n\u3000");
  ASSERT_TRUE(code);
  EXPECT_EQ(code->text, "91430211MA4TYA011N");
  EXPECT_EQ(code->category, "91");
  EXPECT_EQ(code->division, "430211");
  EXPECT_EQ(code->organisation, "MA4TYA011");
  EXPECT_EQ(fault(parse_credit_code("914302111MA4TYA011N")), "codes.length_wrong");
  EXPECT_EQ(parse_credit_code("91430211MA4TYA011N")->text, code->text);
}

TEST(credit_code, says_what_is_wrong_and_where) {
  EXPECT_EQ(fault(parse_credit_code("91350100M000100Y4Z")), "codes.letter_wrong");  // Z is not in the alphabet
  EXPECT_EQ(fault(parse_credit_code("")), "codes.length_wrong");
  EXPECT_EQ(fault(parse_credit_code("9143021AMA4TYA011N")), "codes.letter_wrong");
  EXPECT_EQ(fault(parse_credit_code("94430211MA4TYA011N")), "codes.category_unknown");
  EXPECT_EQ(fault(parse_credit_code("株洲市天元区湘江小馆餐饮店有限责任公司")), "codes.length_wrong");
  const auto wrong = parse_credit_code("91430211MA4TYA011M");
  EXPECT_EQ(fault(wrong), "codes.check_wrong");
  EXPECT_EQ(wrong.error().message.zh, "统一社会信用代码第18位校验码应为N,现为M,请核对整个号码是否抄错");
  const auto letter = parse_credit_code("91430211MA4TYA0天1N");
  EXPECT_EQ(fault(letter), "codes.letter_wrong");
  EXPECT_THAT(letter.error().message.zh, HasSubstr("第16位“天”"));
}

TEST(credit_code, refuses_a_wrong_organisation_code_within) {
  std::string code = "91430211MA4TYA012";
  code += mod_31_check(code).value();
  EXPECT_EQ(fault(parse_credit_code(code)), "codes.check_wrong");
  EXPECT_THAT(parse_credit_code(code).error().message.en, HasSubstr("character 17"));
}

TEST(make_credit_code, gives_codes_that_verify_and_differ) {
  const std::int64_t first = credit_sequence_of("4TYA01").value();
  EXPECT_EQ(make_credit_code({.division = "430211", .sequence = first}).value(), "91430211MA4TYA011N");
  EXPECT_EQ(make_credit_code({.division = "430211", .sequence = first + 1}).value(), "91430211MA4TYA02XE");
  std::set<std::string> seen;
  for (const CreditCategory category :
       {CreditCategory::enterprise, CreditCategory::individual, CreditCategory::cooperative})
    for (std::int64_t sequence = 0; sequence <= credit_sequence_max; sequence += 8'875'037) {
      const auto code = make_credit_code({.category = category, .division = "430211", .sequence = sequence});
      ASSERT_TRUE(code);
      EXPECT_EQ(fault(parse_credit_code(*code)), "") << *code;
      EXPECT_EQ(credit_sequence_of(code->substr(10, 6)).value(), sequence);
      EXPECT_TRUE(seen.insert(*code).second);
    }
}

TEST(make_credit_code, refuses_what_no_code_can_hold) {
  EXPECT_EQ(fault(make_credit_code({.division = "430211", .sequence = -1})), "codes.number_out_of_range");
  EXPECT_EQ(fault(make_credit_code({.division = "430211", .sequence = credit_sequence_max + 1})),
            "codes.number_out_of_range");
  EXPECT_EQ(fault(make_credit_code({.division = "4302", .sequence = 1})), "codes.length_wrong");
  EXPECT_EQ(fault(make_credit_code({.division = "43021A", .sequence = 1})), "codes.letter_wrong");
  EXPECT_EQ(fault(credit_sequence_of("4TYAI1")), "codes.letter_wrong");
}

// [GB11714]
TEST(organisation_code, is_read_with_and_without_hyphen) {
  EXPECT_EQ(parse_organisation_code("ma4tya01-1").value(), "MA4TYA011");
  EXPECT_EQ(parse_organisation_code("MA4TYA02X").value(), "MA4TYA02X");
  EXPECT_EQ(print_organisation_code("MA4TYA011"), "MA4TYA01-1");
  EXPECT_EQ(fault(parse_organisation_code("MA4TYA01-2")), "codes.check_wrong");
  EXPECT_EQ(fault(parse_organisation_code("MA4TYA0-11")), "codes.length_wrong");
}

// [GS15]
TEST(registration_number, tells_the_kind_of_entity) {
  using Kind = RegistrationNumber::Kind;
  EXPECT_EQ(parse_registration_number("110108000000016")->division, "110108");
  EXPECT_EQ(parse_registration_number("430211000000011")->kind, Kind::domestic);
  EXPECT_EQ(parse_registration_number("430211600000012")->kind, Kind::individual);
  std::string foreign = "43021140000001";
  foreign += mod_11_10_check(foreign).value();
  EXPECT_EQ(parse_registration_number(foreign)->kind, Kind::foreign);
  EXPECT_EQ(fault(parse_registration_number("430211000000012")), "codes.check_wrong");
  EXPECT_EQ(fault(parse_registration_number("43021100000001X")), "codes.letter_wrong");
}

// [GB11643]
TEST(citizen_id, accepts_the_known_numbers) {
  for (const char* id :
       {"11010519491231002X", "440524188001010014", "430211199001010018", "430211198512310026", "430202197906150036"})
    EXPECT_EQ(fault(parse_citizen_id(id)), "") << id;
  const auto id = parse_citizen_id("11010519491231002x");
  EXPECT_EQ(id->text, "11010519491231002X");
  EXPECT_EQ(calendar::to_text(id->birth), "1949-12-31");
  EXPECT_EQ(id->sex, Sex::female);
  EXPECT_EQ(parse_citizen_id("430211199001010018")->sex, Sex::male);
}

TEST(citizen_id, says_what_is_wrong) {
  EXPECT_EQ(fault(parse_citizen_id("11010519491231002")), "codes.length_wrong");
  EXPECT_EQ(fault(parse_citizen_id("1101051949123100X2")), "codes.letter_wrong");
  EXPECT_EQ(fault(parse_citizen_id("11010519491231002A")), "codes.letter_wrong");
  EXPECT_EQ(fault(parse_citizen_id("110105194902300020")), "codes.birth_date_unreal");
  EXPECT_EQ(fault(parse_citizen_id("110105194912310021")), "codes.check_wrong");
}

TEST(phone, knows_mobile_landline_and_hotline) {
  EXPECT_EQ(parse_phone("138 0000 0000")->text, "13800000000");
  EXPECT_EQ(parse_phone("+86-13800000000")->kind, PhoneKind::mobile);
  EXPECT_EQ(parse_phone("0731-28000000")->kind, PhoneKind::landline);
  EXPECT_EQ(parse_phone("28000000")->kind, PhoneKind::landline);
  EXPECT_EQ(parse_phone("12315")->kind, PhoneKind::hotline);
  for (const char* wrong :
       {"", "12800000000", "1380000000", "0731-98000000", "731-28000000", "+86", "abc", "07-28000000"})
    EXPECT_EQ(fault(parse_phone(wrong)), "codes.phone_wrong") << wrong;
}

TEST(mask, shows_only_what_the_reader_may_see) {
  EXPECT_EQ(mask_citizen_id("430211199001010018"), "430211********0018");
  EXPECT_EQ(mask_citizen_id_public("430211199001010018"), "430*************18");
  EXPECT_EQ(mask_citizen_id("123"), "******************");
  EXPECT_EQ(mask_citizen_id_public(""), "******************");
  EXPECT_EQ(mask_phone("13800001234"), "138****1234");
  EXPECT_EQ(mask_phone("0731-28003900"), "0731-****3900");
  EXPECT_EQ(mask_phone("123"), "****");
  EXPECT_EQ(mask_name("张小明"), "张**");
  EXPECT_EQ(mask_name("欧阳小明"), "欧阳**");
  EXPECT_EQ(mask_name_public("李四"), "李某");
  EXPECT_EQ(mask_name(""), "**");
}

// [FBP-27] [GB17710]
TEST(food_permit_number, accepts_the_known_numbers) {
  for (const char* number :
       {"JY13301080111719", "JY14302110000011", "JY24302110000012", "JY24302110000029", "JY34302110000015"})
    EXPECT_EQ(fault(parse_food_permit_number(number)), "") << number;
  const auto number = parse_food_permit_number("jy 2430211 0000029", "430211");
  EXPECT_EQ(number->form, FoodForm::catering);
  EXPECT_EQ(number->division, "430211");
  EXPECT_EQ(number->sequence, 2);
  EXPECT_FALSE(number->warning);
  EXPECT_EQ(name_of(number->form).zh, "餐饮服务经营者");
}

TEST(food_permit_number, warns_of_another_division_but_takes_it) {
  const auto number = parse_food_permit_number("JY13301080111719", "430211");
  ASSERT_TRUE(number);
  EXPECT_THAT(number->warning->zh, HasSubstr("330108"));
}

TEST(food_permit_number, says_what_is_wrong) {
  EXPECT_EQ(fault(parse_food_permit_number("SC14302110000011")), "codes.format_wrong");
  EXPECT_EQ(fault(parse_food_permit_number("JY1430211000001")), "codes.length_wrong");
  EXPECT_EQ(fault(parse_food_permit_number("JY1430211000001A")), "codes.letter_wrong");
  EXPECT_EQ(fault(parse_food_permit_number("JY14302110000012")), "codes.check_wrong");
  std::string four = "4430211000001";
  four = "JY" + four + mod_11_10_check(four).value();
  EXPECT_EQ(fault(parse_food_permit_number(four)), "codes.form_unknown");
}

TEST(make_food_permit_number, gives_numbers_that_verify) {
  EXPECT_EQ(make_food_permit_number({.form = FoodForm::seller, .division = "430211", .sequence = 1}).value(),
            "JY14302110000011");
  EXPECT_EQ(make_food_permit_number({.form = FoodForm::catering, .division = "430211", .sequence = 2}).value(),
            "JY24302110000029");
  EXPECT_EQ(make_food_permit_number({.form = FoodForm::canteen, .division = "430211", .sequence = 1}).value(),
            "JY34302110000015");
  for (const int sequence : {0, -1, 1'000'000})
    EXPECT_EQ(fault(make_food_permit_number({.division = "430211", .sequence = sequence})),
              "codes.number_out_of_range");
  EXPECT_EQ(fault(make_food_permit_number({.division = "", .sequence = 1})), "codes.length_wrong");
}

TEST(filing_number, is_made_and_read) {
  const std::string number =
      make_filing_number({.kind = FilingKind::retail, .division = "430211", .sequence = 17}).value();
  const auto read = parse_filing_number(number);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, FilingKind::retail);
  EXPECT_EQ(read->sequence, 17);
  EXPECT_EQ(read->division, "430211");
  std::string three = "3430211000001";
  three = "YB" + three + mod_11_10_check(three).value();
  EXPECT_EQ(fault(parse_filing_number(three)), "codes.form_unknown");
  EXPECT_EQ(fault(make_filing_number({.division = "430211", .sequence = 0})), "codes.number_out_of_range");
}

// [FPP-30] [GB17710]
TEST(production_permit_number, knows_its_category) {
  for (const char* number : {"SC11834020305037", "SC11532139200465", "SC11464010500015", "SC12443021100010"})
    EXPECT_EQ(fault(parse_production_permit_number(number)), "") << number;
  const auto number = parse_production_permit_number("SC12443021100010");
  EXPECT_EQ(number->category, "124");
  EXPECT_EQ(number->division, "430211");
  EXPECT_EQ(number->sequence, 1);
  EXPECT_EQ(production_category("124")->zh, "糕点");
  EXPECT_EQ(production_category("131")->zh, "其他食品");
  EXPECT_EQ(production_category("202")->zh, "食品用香精");
  for (const char* unknown : {"100", "132", "204", "301", "12", "1A4"}) EXPECT_FALSE(production_category(unknown));
  std::string bad = "1324302110001";
  bad = "SC" + bad + mod_11_10_check(bad).value();
  EXPECT_EQ(fault(parse_production_permit_number(bad)), "codes.category_unknown");
}

TEST(sampling_sheet_number, is_taken_apart) {
  const auto number = parse_sampling_sheet_number("XC 19 430211 566 230001");
  ASSERT_TRUE(number);
  EXPECT_EQ(number->text, "XC19430211566230001");
  EXPECT_EQ(number->level, "XC");
  EXPECT_EQ(number->year, "19");
  EXPECT_EQ(number->division, "430211");
  EXPECT_EQ(number->body, "566");
  EXPECT_EQ(number->sequence, "230001");
  EXPECT_EQ(fault(parse_sampling_sheet_number("DC19130400463233437")), "");
  EXPECT_EQ(fault(parse_sampling_sheet_number("XBJ19430211566230001ZX")), "");
  for (const char* wrong :
       {"", "X19430211566230001", "XBJD19430211566230001", "XC1943021156623000", "XC19430211566230001Z",
        "XC194302115662300011", "19430211566230001", "湘C19430211566230001"})
    EXPECT_EQ(fault(parse_sampling_sheet_number(wrong)), "codes.format_wrong") << wrong;
}

const std::string known = "1.2.156.3005.2.11100000MB0327169D001.11430211MB0TYD016D.JY24302110000012.001.L";

// [GB36904]
TEST(certificate_id, is_made_and_read) {
  const auto made = make_certificate_id(
      {.type = "11100000MB0327169D001", .issuer = "11430211MB0TYD016D", .serial = "JY24302110000012", .version = 1});
  ASSERT_TRUE(made) << made.error().message.en;
  EXPECT_EQ(*made, known);
  const auto read = parse_certificate_id(known, CertificateUse::issue);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->serial, "JY24302110000012");
  EXPECT_FALSE(read->warning);
  EXPECT_TRUE(parse_certificate_id("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
                                   CertificateUse::import));
}

TEST(certificate_id, is_refused_at_issue_and_warned_of_at_import) {
  const std::string wrong = known.substr(0, known.size() - 1) + "M";
  EXPECT_EQ(fault(parse_certificate_id(wrong, CertificateUse::issue)), "codes.check_wrong");
  const auto imported = parse_certificate_id(wrong, CertificateUse::import);
  ASSERT_TRUE(imported);
  EXPECT_THAT(imported->warning->zh, HasSubstr("应为L"));
}

TEST(certificate_id, says_what_is_wrong) {
  using enum CertificateUse;
  EXPECT_EQ(fault(parse_certificate_id("", import)), "codes.format_wrong");
  EXPECT_EQ(fault(parse_certificate_id("1.2.156.3005.2.a.b.c", import)), "codes.format_wrong");
  EXPECT_EQ(fault(parse_certificate_id("1.2.156.3005.2.A.B.C.001.L", import)), "codes.length_wrong");
  CertificateIdRequest request{
      .type = "11100000MB0327169D001", .issuer = "11430211MB0TYD016D", .serial = "A", .version = 0};
  EXPECT_EQ(fault(make_certificate_id(request)), "codes.number_out_of_range");
  request.version = 1;
  request.serial = "A.B";
  EXPECT_EQ(fault(make_certificate_id(request)), "codes.letter_wrong");
  request.serial = std::string(33, 'A');
  EXPECT_EQ(fault(make_certificate_id(request)), "codes.length_wrong");
  request.serial = "A";
  request.issuer = "11430211MB0TYD016E";
  EXPECT_EQ(fault(make_certificate_id(request)), "codes.check_wrong");
}

}  // namespace
}  // namespace codes
