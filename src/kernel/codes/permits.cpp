#include "kernel/codes/permits.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "kernel/base/unicode.h"
#include "kernel/codes/check_digits.h"
#include "reading.h"

namespace codes {
namespace {

const base::Text permit{"食品经营许可证编号", "food business permit number"};
const base::Text filing{"备案编号", "filing number"};
const base::Text production{"食品生产许可证编号", "food production permit number"};

/// Two letters, 13 digits, one MOD 11,10 check: what all these numbers share.
base::Result<std::string> read_number(std::string_view typed, std::string_view letters, const base::Text& what) {
  const std::string text = base::normal_code(typed);
  if (!text.starts_with(letters))
    return refused("format_wrong", {what.zh + "应以" + std::string(letters) + "开头,请核对",
                                    "the " + what.en + " must begin with " + std::string(letters) + "; check it"});
  TRY(std::ignore, expect_length(text, 16, what));
  TRY(std::ignore, expect_letters(text, {2, 14, digits_0_9, {"数字", "a digit"}}, what));
  TRY(std::ignore, expect_check(text, 15, mod_11_10_check(std::string_view(text).substr(2, 13)).value(), what));
  return text;
}

std::string with_check(std::string_view letters, const std::string& digits) {
  return std::string(letters) + digits + mod_11_10_check(digits).value();
}

base::Error form_unknown(const base::Text& what, char digit, const base::Text& known) {
  return refused("form_unknown", {what.zh + "首位数字“" + digit + "”不对,应为" + known.zh + ",请核对",
                                  "the first digit “" + std::string(1, digit) + "” of the " + what.en + " must be " +
                                      known.en + "; check it"});
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 31> food_categories{{
    {"粮食加工品", "processed grain"},
    {"食用油、油脂及其制品", "edible oils and fats"},
    {"调味品", "condiments"},
    {"肉制品", "meat products"},
    {"乳制品", "dairy products"},
    {"饮料", "beverages"},
    {"方便食品", "convenience food"},
    {"饼干", "biscuits"},
    {"罐头", "canned food"},
    {"冷冻饮品", "frozen drinks and ices"},
    {"速冻食品", "quick-frozen food"},
    {"薯类和膨化食品", "potato and puffed food"},
    {"糖果制品", "confectionery"},
    {"茶叶及相关制品", "tea and related products"},
    {"酒类", "alcoholic drinks"},
    {"蔬菜制品", "vegetable products"},
    {"水果制品", "fruit products"},
    {"炒货食品及坚果制品", "roasted seeds and nuts"},
    {"蛋制品", "egg products"},
    {"可可及焙烤咖啡产品", "cocoa and roasted coffee"},
    {"食糖", "sugar"},
    {"水产制品", "aquatic products"},
    {"淀粉及淀粉制品", "starch and starch products"},
    {"糕点", "pastry"},
    {"豆制品", "bean products"},
    {"蜂产品", "bee products"},
    {"保健食品", "health food"},
    {"特殊医学用途配方食品", "food for special medical purposes"},
    {"婴幼儿配方食品", "infant formula"},
    {"特殊膳食食品", "food for special diets"},
    {"其他食品", "other food"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> additive_categories{{
    {"食品添加剂", "food additives"},
    {"食品用香精", "food flavourings"},
    {"复配食品添加剂", "compound food additives"},
}};

}  // namespace

base::Text name_of(FoodForm form) {
  switch (form) {
    case FoodForm::seller:
      return {"食品销售经营者", "food seller"};
    case FoodForm::catering:
      return {"餐饮服务经营者", "catering business"};
    case FoodForm::canteen:
      return {"集中用餐单位食堂", "canteen of a collective dining unit"};
  }
  CHECK(false);
  return {};
}

base::Result<FoodPermitNumber> parse_food_permit_number(std::string_view typed, std::string_view division) {
  TRY(const std::string text, read_number(typed, "JY", permit));
  if (text[2] < '1' || text[2] > '3')
    return form_unknown(permit, text[2],
                        {"1(食品销售)、2(餐饮服务)或3(单位食堂)", "1 (seller), 2 (catering) or 3 (canteen)"});
  FoodPermitNumber number{.text = text,
                          .form = static_cast<FoodForm>(text[2] - '0'),
                          .division = text.substr(3, 6),
                          .sequence = std::stoi(text.substr(9, 6))};
  if (!division.empty() && number.division != division)
    number.warning = base::Text{
        "许可证编号中的区划" + number.division + "与" + std::string(division) + "不一致,请核对是否为外地许可证",
        "the division " + number.division + " in the permit number is not " + std::string(division) +
            "; check whether the permit is from elsewhere"};
  return number;
}

base::Result<std::string> make_food_permit_number(const FoodPermitRequest& request) {
  TRY(std::ignore, expect_division(request.division));
  TRY(const std::string sequence, padded(request.sequence, 6, permit));
  return with_check("JY", std::to_string(static_cast<int>(request.form)) + request.division + sequence);
}

base::Result<FilingNumber> parse_filing_number(std::string_view typed) {
  TRY(const std::string text, read_number(typed, "YB", filing));
  if (text[2] != '1' && text[2] != '2')
    return form_unknown(filing, text[2], {"1(批发)或2(零售)", "1 (wholesale) or 2 (retail)"});
  return FilingNumber{.text = text,
                      .kind = static_cast<FilingKind>(text[2] - '0'),
                      .division = text.substr(3, 6),
                      .sequence = std::stoi(text.substr(9, 6))};
}

base::Result<std::string> make_filing_number(const FilingRequest& request) {
  TRY(std::ignore, expect_division(request.division));
  TRY(const std::string sequence, padded(request.sequence, 6, filing));
  return with_check("YB", std::to_string(static_cast<int>(request.kind)) + request.division + sequence);
}

base::Result<ProductionPermitNumber> parse_production_permit_number(std::string_view typed) {
  TRY(const std::string text, read_number(typed, "SC", production));
  const std::string category = text.substr(2, 3);
  if (!production_category(category))
    return refused("category_unknown", {"食品生产许可证编号中的类别“" + category + "”不在目录内,请核对",
                                        "the category “" + category +
                                            "” in the food production permit number is not in the list; check it"});
  return ProductionPermitNumber{
      .text = text, .category = category, .division = text.substr(5, 6), .sequence = std::stoi(text.substr(11, 4))};
}

std::optional<base::Text> production_category(std::string_view category) {
  const bool three_digits = category.size() == 3 && category.find_first_not_of(digits_0_9) == std::string_view::npos;
  if (!three_digits) return std::nullopt;
  const auto number = static_cast<std::size_t>((category[1] - '0') * 10 + (category[2] - '0'));
  const auto pick = [&](const auto& table) -> std::optional<base::Text> {
    if (number < 1 || number > table.size()) return std::nullopt;
    return base::Text{std::string(table[number - 1].first), std::string(table[number - 1].second)};
  };
  if (category[0] == '1') return pick(food_categories);
  if (category[0] == '2') return pick(additive_categories);
  return std::nullopt;
}

base::Result<SamplingSheetNumber> parse_sampling_sheet_number(std::string_view typed) {
  const std::string text = base::normal_code(typed);
  const std::size_t level = std::min(text.find_first_of(digits_0_9), text.size());
  const std::size_t after = std::min(text.find_first_not_of(digits_0_9, level), text.size());
  const bool letters = (level == 2 || level == 3) &&
                       std::ranges::all_of(text.substr(0, level), [](char c) { return c >= 'A' && c <= 'Z'; });
  const bool end = after == text.size() || text.substr(after) == "ZX";
  if (!letters || after - level != 17 || !end)
    return refused("format_wrong",
                   {"抽样单编号应为2至3个字母加17位数字(可加ZX),请核对",
                    "a sampling sheet number is 2 or 3 letters and 17 digits (ZX may follow); check it"});
  return SamplingSheetNumber{.text = text,
                             .level = text.substr(0, level),
                             .year = text.substr(level, 2),
                             .division = text.substr(level + 2, 6),
                             .body = text.substr(level + 8, 3),
                             .sequence = text.substr(level + 11, 6)};
}

}  // namespace codes
