/// Whether a name may be declared (名称自主申报): its composition part by part, forbidden words, and how it stands to
/// the names of others. Pure: the words come from the catalogue, the others from the register.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/names/parts.h"

namespace names {

/// Words that no name may have, for one reason.
/// Source: [ENR-11].
struct ForbiddenWords {
  std::string id;  // "gambling"
  base::Text reason;
  std::vector<std::string> words;
};

/// What of the law is data: catalogue/names/words.yaml.
struct Lexicon {
  std::vector<ForbiddenWords> forbidden;
  /// 中国, 全国 …: at the front they need the approval of the State Council.
  std::vector<std::string> national;
  /// Characters that suggestions are made with.
  std::vector<std::string> lucky;
};

/// blocked: the name cannot be declared. warned: it can, on the declarant's own undertaking.
enum class Weight { blocked, warned };

/// What is wrong with one part of a name, and the article that demands it.
struct Issue {
  std::string part;  // name, division, trade, industry, form
  std::string code;  // "naming.trade_short"
  Weight weight = Weight::blocked;
  base::Text message;
  std::string source;  // "ENR-8", a key of docs/sources.md
};

struct Proposal {
  std::string name;
  std::string kind;      // enterprise, individual_business, cooperative, branch
  std::string division;  // of the registration authority: "430211"
};

/// Everything that is wrong with the composition, in the order of the parts.
/// Source: [ENR-5] [ENR-6] [ENR-7] [ENR-8] [ENR-11] [ENR-12] [ENR-13] [ENR-14].
std::vector<Issue> check_composition(const Proposal& proposal, const Lexicon& lexicon);

/// The trade name as it is compared: variants of characters count as one, digits as numerals.
std::string trade_key(std::u32string_view trade);
/// What it sounds like, without tones.
std::string trade_sound(std::u32string_view trade);
/// Parts of a trade name that are shorter than it and have two characters or more: others' trade names that it
/// contains.
std::vector<std::string> trade_parts(std::u32string_view trade);

/// How another name stands to the one proposed.
enum class Likeness {
  none,
  same,       // blocked
  sound,      // warned, as the rest
  contained,  // the other's trade name is part of ours
  containing  // ours is part of the other's
};
/// `other_code`: the class of industry the other is registered under, where its name tells none. Names are compared
/// within an industry (the group of three digits; a trade's wholesale and retail apart), or when one of them tells
/// none. Source: [ENR-17]; the rules of comparing [NCR].
Likeness likeness(const Parts& ours, const Parts& other, std::string_view other_code);
base::Text likeness_text(Likeness likeness);

/// Names near the proposed one, with another trade name, to be checked like any other; at most `count`, best first.
std::vector<std::string> variations(const Proposal& proposal, const Lexicon& lexicon, std::size_t count);

}  // namespace names
