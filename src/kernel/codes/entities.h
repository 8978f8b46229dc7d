/// Numbers of market entities: credit code, organisation code, the old registration number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace codes {

/// A unified social credit code (统一社会信用代码), 18 characters.
struct CreditCode {
  std::string text;
  /// The first two characters: "91" enterprise, "92" individual business, "93" cooperative.
  std::string category;
  /// The division of the registering authority, six digits; it may be abolished or unknown here.
  std::string division;
  /// The organisation code within, nine characters without hyphen.
  std::string organisation;
  bool operator==(const CreditCode&) const = default;
};

/// Reads what a person typed, in full or half width, any case, with spaces.
/// Errors: `codes.length_wrong`, `codes.letter_wrong`, `codes.category_unknown`, `codes.check_wrong` (either check).
/// Source: [GB32100] [GB11714].
base::Result<CreditCode> parse_credit_code(std::string_view typed);

/// Whom market regulation gives a credit code.
enum class CreditCategory { enterprise, individual, cooperative };

/// Organisation codes we can give out: "MA" and six of the 31 characters.
inline constexpr std::int64_t credit_sequence_max = 31LL * 31 * 31 * 31 * 31 * 31 - 1;

struct CreditCodeRequest {
  CreditCategory category = CreditCategory::enterprise;
  /// Six digits, GB/T 2260.
  std::string division;
  /// 0 to `credit_sequence_max`, written in base 31 behind "MA". An organisation code is unique in the whole country,
  /// so each authority counts within the block it was allotted: see credit_sequence_of.
  std::int64_t sequence = 0;
};

/// Errors: `codes.number_out_of_range`, `codes.length_wrong`, `codes.letter_wrong` (the division).
/// Source: [GB32100] [GB11714].
base::Result<std::string> make_credit_code(const CreditCodeRequest& request);

/// The sequence number of the six characters behind "MA": "4TYA01". The first of the block "4TYA" is that of "4TYA00".
/// Errors: `codes.length_wrong`, `codes.letter_wrong`.
base::Result<std::int64_t> credit_sequence_of(std::string_view six);

/// Reads an organisation code (组织机构代码), with or without the hyphen; returned without.
/// Errors: `codes.length_wrong`, `codes.letter_wrong`, `codes.check_wrong`.
/// Source: [GB11714].
base::Result<std::string> parse_organisation_code(std::string_view typed);
/// "MA4TYA011" as it is printed: "MA4TYA01-1".
std::string print_organisation_code(std::string_view code);

/// The old registration number (工商注册号), 15 digits.
struct RegistrationNumber {
  enum class Kind { domestic, foreign, individual };
  std::string text;
  std::string division;
  Kind kind = Kind::domestic;
  bool operator==(const RegistrationNumber&) const = default;
};

/// Errors: `codes.length_wrong`, `codes.letter_wrong`, `codes.check_wrong`.
/// Source: [GS15].
base::Result<RegistrationNumber> parse_registration_number(std::string_view typed);

}  // namespace codes
