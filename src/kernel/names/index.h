/// Under which keys an entity is found, and which keys a typed query asks for. Pure: the same both ways.
///
/// Two databases without a common full-text index share this one: a posting for every single character and every pair
/// of neighbours. Postings of one key stand in the order of how well they fit (the tier), so that the first page of
/// even the most common pair reads no more than a page.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace names {

/// What of an entity is found.
struct Indexed {
  std::string_view name;
  std::string_view address = {};
  std::string_view person = {};  // in charge; for the office alone
  bool open = true;
};

/// How well a key fits, best first; closed entities follow the open ones of the same fit.
enum class Fit {
  trade_name,       // the key is the whole trade name
  trade_beginning,  // the trade name begins with it
  trade,            // the trade name has it
  name,
  address,
  person
};
inline constexpr int tiers_count = 12;
constexpr int tier_of(Fit fit, bool open) {
  return 2 * static_cast<int>(fit) + (open ? 0 : 1);
}
/// The first tier that only the office may see.
inline constexpr int tier_private = tier_of(Fit::person, true);

using Gram = std::int64_t;
constexpr Gram gram_of(char32_t first, char32_t second = 0) {
  return (static_cast<Gram>(first) << 21) | static_cast<Gram>(second);
}

struct Posting {
  Gram gram = 0;
  int tier = 0;
  auto operator<=>(const Posting&) const = default;
};
/// Each gram once, under its best fit; ascending.
std::vector<Posting> postings_of(const Indexed& indexed);

/// Pinyin and initials: from each character of the trade name on, the initials ("xyjp cyd": a space ends the trade
/// name, so that exact ones come first); and the whole reading. Other readings of a character give further sounds.
/// Ascending.
std::vector<std::string> sounds_of(std::string_view name);

/// The trade name, comparable; see parts.h.
std::string trade_of(std::string_view name);

/// The trade name as names are compared: variants of characters and numerals count as one; see check.h.
std::string trade_key_of(std::string_view name);

/// The address without province, city, district and township; comparable.
std::u32string street_of(std::string_view address);

/// What somebody typed.
struct Asked {
  std::u32string text;           // comparable
  std::vector<Gram> grams = {};  // one single, or all pairs
  std::string trade = {};        // of a text of three characters or more, taken as a name
  std::string sound = {};        // letters alone: lower case; else empty
  std::string code = {};         // letters and digits alone: upper case, the beginning of a credit code; else empty
};
inline constexpr std::size_t asked_characters_max = 60;
Asked understand(std::string_view typed);

/// Whether the entity has the text in its name, its address or, if asked, its person.
bool has_text(const Indexed& indexed, const std::u32string& text, bool with_person);

}  // namespace names
