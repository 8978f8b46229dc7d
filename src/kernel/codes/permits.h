/// Numbers of food permits and filings, and of sampling sheets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace codes {

/// The business form (主体业态), the first digit of a food business permit number.
enum class FoodForm { seller = 1, catering = 2, canteen = 3 };
base::Text name_of(FoodForm form);

/// A food business permit number (食品经营许可证编号): "JY" and 14 digits.
struct FoodPermitNumber {
  std::string text;
  FoodForm form = FoodForm::seller;
  std::string division;
  int sequence = 0;
  /// Set when `division` is not the one expected: some cities write a street there, so it is no refusal.
  std::optional<base::Text> warning = std::nullopt;
};

/// `division` may be empty: then none is expected.
/// Errors: `codes.format_wrong` (the letters in front), `codes.length_wrong`, `codes.letter_wrong`,
/// `codes.form_unknown`, `codes.check_wrong`.
/// Source: [FBP-27] [GB17710].
base::Result<FoodPermitNumber> parse_food_permit_number(std::string_view typed, std::string_view division = {});

struct FoodPermitRequest {
  FoodForm form = FoodForm::seller;
  std::string division;
  /// 1 to 999999 within form and division.
  int sequence = 0;
};
/// Errors: `codes.number_out_of_range`, and those of a division that is not six digits.
/// Source: [FBP-27] [GB17710].
base::Result<std::string> make_food_permit_number(const FoodPermitRequest& request);

/// How a seller of prepackaged food alone sells, the first digit of its filing number.
enum class FilingKind { wholesale = 1, retail = 2 };

/// The filing number of a seller of prepackaged food alone (仅销售预包装食品备案编号): "YB" and 14 digits.
struct FilingNumber {
  std::string text;
  FilingKind kind = FilingKind::retail;
  std::string division;
  int sequence = 0;
};
struct FilingRequest {
  FilingKind kind = FilingKind::retail;
  std::string division;
  int sequence = 0;
};
/// Errors: as of food permit numbers.
base::Result<FilingNumber> parse_filing_number(std::string_view typed);
base::Result<std::string> make_filing_number(const FilingRequest& request);

/// A food production permit number (食品生产许可证编号): "SC" and 14 digits.
struct ProductionPermitNumber {
  std::string text;
  /// Three digits: 1 food or 2 additive, then the category.
  std::string category;
  std::string division;
  int sequence = 0;
};
/// Errors: as of food permit numbers; `codes.category_unknown`.
/// Source: [FPP-30] [GB17710].
base::Result<ProductionPermitNumber> parse_production_permit_number(std::string_view typed);
/// "124" gives "糕点" / "pastry". Nothing for an unknown category.
std::optional<base::Text> production_category(std::string_view category);

/// A food sampling sheet number (抽样单编号). It has no check digit: whoever stores it keeps it unique.
struct SamplingSheetNumber {
  std::string text;
  /// Two or three letters: the level of the task.
  std::string level;
  /// Two digits.
  std::string year;
  std::string division;
  std::string body;
  std::string sequence;
};
/// Errors: `codes.format_wrong`.
base::Result<SamplingSheetNumber> parse_sampling_sheet_number(std::string_view typed);

}  // namespace codes
