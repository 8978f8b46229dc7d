/// Citizen identity numbers, phone numbers, and what of a person may be shown to whom.
#pragma once

#include <string>
#include <string_view>

#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace codes {

enum class Sex { female, male };

/// A citizen identity number (公民身份号码), 18 characters. Residence permits of Hong Kong, Macao and Taiwan people
/// have the same shape. The first six digits are not looked up: divisions since abolished stay valid.
struct CitizenId {
  std::string text;
  calendar::Date birth;
  Sex sex = Sex::female;
};

/// Errors: `codes.length_wrong`, `codes.letter_wrong`, `codes.birth_date_unreal`, `codes.check_wrong`.
/// Source: [GB11643].
base::Result<CitizenId> parse_citizen_id(std::string_view typed);

enum class PhoneKind { mobile, landline, hotline };
struct Phone {
  /// Digits, with the hyphen of a landline; without "+86".
  std::string text;
  PhoneKind kind = PhoneKind::mobile;
};

/// Errors: `codes.phone_wrong`.
base::Result<Phone> parse_phone(std::string_view typed);

/// For lists inside the authority: first 6, eight stars, last 4. A text of another length is hidden whole.
std::string mask_citizen_id(std::string_view id);
/// For the public, where it cannot be left out: first 3, stars, last 2.
std::string mask_citizen_id_public(std::string_view id);
/// "138****1234", "0731-****3900"; anything shorter than seven digits is hidden whole.
std::string mask_phone(std::string_view phone);
/// For lists inside the authority: the surname and two stars. Compound surnames are known.
std::string mask_name(std::string_view name);
/// For published decisions: the surname and 某.
std::string mask_name_public(std::string_view name);

}  // namespace codes
