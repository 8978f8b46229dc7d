/// Official code lists: divisions, industries, entity types. Names in both languages.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace codes {

/// A row of a list; both names live as long as the program.
struct Name {
  std::string_view zh;
  std::string_view en;
  base::Text text() const { return {std::string(zh), std::string(en)}; }
};

enum class DivisionLevel { province, city, county, town };

/// An administrative division: six digits down to the county, nine for a town or subdistrict.
struct Division {
  std::string_view code;
  Name name;
  DivisionLevel level = DivisionLevel::county;
  /// False for one that was renamed or merged; it stays valid in old numbers.
  bool current = true;
};

/// Hunan, Zhuzhou with its counties, and the towns of Tianyuan District.
/// Source: [GB2260].
std::span<const Division> divisions();
/// Null when the code is not in the list.
const Division* find_division(std::string_view code);
/// The division one level up in the list: 430211001 → 430211 → 430200 → 430000 → null.
const Division* parent_of(const Division& division);
/// "湖南省株洲市天元区泰山路街道" / "Taishan Road Subdistrict, Tianyuan District, Zhuzhou, Hunan".
base::Text full_name(const Division& division);

/// A class of the industry classification; `code` has four digits, `section` is its letter.
struct Industry {
  std::string_view code;
  char section = 'A';
  Name name;
};
/// The classes the services here need.
/// Source: [GB4754].
std::span<const Industry> industries();
/// With or without the letter: "6210" or "H6210". Null when unknown, or when the letter is another section's.
const Industry* find_industry(std::string_view code);

struct IndustrySection {
  char letter = 'A';
  Name name;
};
/// The twenty sections A to T.
/// Source: [GB4754].
std::span<const IndustrySection> industry_sections();

/// The two-digit divisions of a section, first and last: F {"51", "52"}. Empty for an unknown letter.
/// Source: [GB4754].
struct IndustryDivisions {
  std::string first;
  std::string last;
};
IndustryDivisions divisions_of_section(char letter);

/// How entities are rolled up in statistics.
enum class EntityGroup { enterprise, individual, cooperative, branch };
base::Text name_of(EntityGroup group);

/// A type of market entity (市场主体类型).
struct EntityType {
  std::string_view code;
  Name name;
  EntityGroup group = EntityGroup::enterprise;
};
/// Source: [RMR-D-9].
std::span<const EntityType> entity_types();
const EntityType* find_entity_type(std::string_view code);

}  // namespace codes
