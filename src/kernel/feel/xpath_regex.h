/// Regular expressions of XPath and XML Schema, matched by backtracking with a budget.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/feel/function.h"

namespace feel {

struct RegexNode;

/// A compiled pattern: groups, alternatives, greedy and reluctant quantifiers, back-references, classes with
/// subtraction, categories and blocks; flags s, m, i, x and q. Source: [XPF31-5.6] XPath functions, regular
/// expressions.
class Regex {
 public:
  /// Nothing when the pattern or a flag is not valid.
  static std::optional<Regex> compile(std::string_view pattern, std::string_view flags);

  /// A text to search, and the evaluation that pays for it.
  class Subject {
   public:
    Subject(std::u32string text, Evaluation& evaluation) : text_(std::move(text)), evaluation_(evaluation) {}
    const std::u32string& text() const { return text_; }
    /// False when the budget is used up: the search then ends without a result.
    bool spend(std::int64_t steps) {
      if (!evaluation_.spend(steps)) is_exhausted_ = true;
      return !is_exhausted_;
    }
    /// Whether the search was cut short (its answer means nothing then).
    bool is_exhausted() const { return is_exhausted_; }
    /// The text needs more memory than a match may have.
    void exhaust() {
      is_exhausted_ = true;
      evaluation_.fail("feel.regex",
                       {"这段文本对该正则表达式来说太长", "the text is too long for this regular expression"});
    }

   private:
    std::u32string text_;
    Evaluation& evaluation_;
    bool is_exhausted_ = false;
  };

  struct Found {
    /// From and to of each group, group 0 being the whole; from > to for a group that took no part.
    std::vector<std::pair<std::size_t, std::size_t>> groups;
  };
  std::optional<Found> find(Subject& subject, std::size_t from) const;
  bool matches_empty(Evaluation& evaluation) const;
  /// Flag q: pattern and replacement are plain text.
  bool is_literal() const { return is_literal_; }

 private:
  std::shared_ptr<const RegexNode> root_;
  std::size_t group_count_ = 0;
  bool is_literal_ = false;
};

}  // namespace feel
