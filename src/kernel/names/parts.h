/// The parts of an entity's name: division, trade name (字号), industry, form of organisation. Pure.
///
///   株洲市天元区  湘演  商贸  有限公司          株洲湘演商贸有限公司  天元  分公司
///   division     trade industry form          parent               tail  form
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/codes/lists.h"

namespace names {

/// A word by which names tell the industry, and the class of GB/T 4754 it stands for.
struct IndustryWord {
  std::string_view word;
  std::string_view code;  // four digits
};
std::span<const IndustryWord> industry_words();
/// Null when no word is this one.
const IndustryWord* find_industry_word(std::u32string_view word);

/// Who may bear a name that ends like this.
enum class FormOf { company, partnership, sole, cooperative, individual, branch };
/// A form of organisation (组织形式).
struct Form {
  std::string_view word;
  FormOf of = FormOf::company;
};
/// Longer ones first.
std::span<const Form> forms();

/// A name taken apart; all words comparable (see text.h).
struct Parts {
  std::u32string whole;
  std::vector<const codes::Division*> divisions = {};  // largest first, as named
  std::u32string division = {};                        // their words
  std::u32string zone = {};                            // 高新区, 经开区
  std::u32string trade = {};
  std::size_t trade_begin = 0;     // in `whole`
  std::u32string industry = {};    // empty when no known word
  std::string industry_code = {};  // GB/T 4754
  std::u32string form = {};        // empty when no known form
  FormOf of = FormOf::company;
  std::u32string parent = {};  // of a branch: the whole name of whom it belongs to
};

/// Takes a name apart as far as its words are known; what is left between division and industry is the trade name.
Parts split(std::string_view name);

/// How many characters of the beginning name divisions (and which).
struct Named {
  std::vector<const codes::Division*> divisions;
  std::size_t size = 0;
};
Named divisions_at_start(std::u32string_view text, bool with_towns);

}  // namespace names
