#include "xpath_regex.h"

#include <unicode/uchar.h>
#include <unicode/uniset.h>

#include <algorithm>

#include "kernel/base/check.h"
#include "text.h"

namespace feel {

struct RegexNode {
  enum class Kind { set, sequence, choice, repeat, group, back_reference, line_start, line_end };
  Kind kind = Kind::sequence;
  icu::UnicodeSet set = {};
  std::vector<std::shared_ptr<RegexNode>> children = {};
  std::size_t min = 0;
  std::size_t max = 0;
  bool is_greedy = true;
  bool is_multiline = false;
  bool ignores_case = false;
  std::size_t group = 0;  // 0: not captured
};

namespace {

using NodeRef = std::shared_ptr<RegexNode>;
constexpr std::size_t unlimited = static_cast<std::size_t>(-1);
constexpr std::size_t repeat_max = 100'000;
constexpr int nesting_max = 100;
constexpr std::size_t pattern_size_max = 10'000;

struct Flags {
  bool dot_all = false;
  bool multiline = false;
  bool ignore_case = false;
  bool extended = false;
  bool literal = false;
};

std::optional<Flags> read_flags(std::string_view text) {
  Flags flags;
  for (const char c : text) {
    switch (c) {
      case 's':
        flags.dot_all = true;
        break;
      case 'm':
        flags.multiline = true;
        break;
      case 'i':
        flags.ignore_case = true;
        break;
      case 'x':
        flags.extended = true;
        break;
      case 'q':
        flags.literal = true;
        break;
      default:
        return std::nullopt;
    }
  }
  return flags;
}

/// Flag x: blanks go before anything else is read, except inside a class. Source: [XPF31-5.6] flags.
std::u32string without_blanks(const std::u32string& pattern) {
  static constexpr std::u32string_view blanks = U" \t\n\r";
  std::u32string kept;
  int classes = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char32_t c = pattern[i];
    if (classes == 0 && blanks.find(c) != std::u32string_view::npos) continue;
    kept += c;
    if (c == U'\\') {
      while (classes == 0 && i + 1 < pattern.size() && blanks.find(pattern[i + 1]) != std::u32string_view::npos) ++i;
      if (i + 1 < pattern.size()) kept += pattern[++i];
    } else if (c == U'[') {
      ++classes;
    } else if (c == U']' && classes > 0) {
      --classes;
    }
  }
  return kept;
}

class RegexParser {
 public:
  RegexParser(std::u32string pattern, Flags flags) : pattern_(std::move(pattern)), flags_(flags) {}

  NodeRef read() {
    if (flags_.literal) {
      auto all = make(RegexNode::Kind::sequence);
      for (const char32_t c : pattern_) all->children.push_back(literal(c));
      return all;
    }
    auto node = read_choice();
    return failed_ || !at_end() ? nullptr : node;
  }
  std::size_t group_count() const { return groups_; }

 private:
  static NodeRef make(RegexNode::Kind kind) {
    auto node = std::make_shared<RegexNode>();
    node->kind = kind;
    return node;
  }
  NodeRef fail() {
    failed_ = true;
    return nullptr;
  }
  bool at_end() const { return at_ >= pattern_.size(); }
  char32_t peek(std::size_t ahead = 0) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : 0; }
  bool eat(char32_t c) {
    if (at_end() || peek() != c) return false;
    ++at_;
    return true;
  }

  NodeRef of_set(icu::UnicodeSet set) const {
    auto node = make(RegexNode::Kind::set);
    set.freeze();
    node->set = std::move(set);
    return node;
  }
  NodeRef literal(char32_t c) const {
    icu::UnicodeSet set;
    set.add(static_cast<UChar32>(c));
    return of_set(closed(std::move(set)));
  }
  icu::UnicodeSet closed(icu::UnicodeSet set) const {
    if (flags_.ignore_case) {
      set.closeOver(USET_CASE_INSENSITIVE);
      set.removeAllStrings();
    }
    return set;
  }

  NodeRef read_choice() {
    if (++nesting_ > nesting_max) return fail();
    auto choice = make(RegexNode::Kind::choice);
    do {
      auto branch = read_branch();
      if (failed_) return nullptr;
      choice->children.push_back(std::move(branch));
    } while (eat('|'));
    --nesting_;
    return choice->children.size() == 1 ? choice->children.front() : choice;
  }

  NodeRef read_branch() {
    auto sequence = make(RegexNode::Kind::sequence);
    while (true) {
      if (at_end() || peek() == '|' || peek() == ')') return sequence;
      auto atom = read_atom();
      if (failed_) return nullptr;
      atom = read_quantifier(std::move(atom));
      if (failed_) return nullptr;
      sequence->children.push_back(std::move(atom));
    }
  }

  std::optional<std::size_t> read_count() {
    std::size_t value = 0;
    bool has_digits = false;
    while (peek() >= '0' && peek() <= '9') {
      value = std::min(value * 10 + (peek() - '0'), repeat_max + 1);
      has_digits = true;
      ++at_;
    }
    if (!has_digits || value > repeat_max) return std::nullopt;
    return value;
  }

  NodeRef read_quantifier(NodeRef atom) {
    std::size_t min = 0;
    std::size_t max = unlimited;
    if (eat('?')) {
      max = 1;
    } else if (eat('+')) {
      min = 1;
    } else if (eat('{')) {
      const auto low = read_count();
      if (!low) return fail();
      min = max = *low;
      if (eat(',')) {
        max = unlimited;
        if (peek() != '}') {
          const auto high = read_count();
          if (!high || *high < min) return fail();
          max = *high;
        }
      }
      if (!eat('}')) return fail();
    } else if (!eat('*')) {
      return atom;
    }
    auto repeat = make(RegexNode::Kind::repeat);
    repeat->min = min;
    repeat->max = max;
    repeat->is_greedy = !eat('?');
    repeat->children.push_back(std::move(atom));
    if (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{') return fail();
    return repeat;
  }

  NodeRef read_atom() {
    const char32_t c = peek();
    if (c == '(') return read_group();
    if (c == '[') {
      auto set = read_class();
      return set ? of_set(std::move(*set)) : fail();
    }
    if (c == '\\') return read_escaped_atom();
    ++at_;
    if (c == '.') {
      icu::UnicodeSet any(0, 0x10FFFF);
      if (!flags_.dot_all) any.remove('\n').remove('\r');
      return of_set(std::move(any));
    }
    if (c == '^' || c == '$') {
      auto anchor = make(c == '^' ? RegexNode::Kind::line_start : RegexNode::Kind::line_end);
      anchor->is_multiline = flags_.multiline;
      return anchor;
    }
    static constexpr std::u32string_view reserved = U"?*+{}]";
    if (reserved.find(c) != std::u32string_view::npos) return fail();
    return literal(c);
  }

  NodeRef read_group() {
    ++at_;
    auto group = make(RegexNode::Kind::group);
    if (peek() == '?') {
      if (peek(1) != ':') return fail();  // look-around is no part of XPath
      at_ += 2;
    } else {
      group->group = ++groups_;
    }
    auto inner = read_choice();
    if (failed_ || !eat(')')) return fail();
    if (group->group > 0) closed_groups_.push_back(group->group);
    group->children.push_back(std::move(inner));
    return group;
  }

  NodeRef read_escaped_atom() {
    const char32_t c = peek(1);
    if (c >= '1' && c <= '9') {
      at_ += 2;
      std::size_t number = c - '0';
      while (peek() >= '0' && peek() <= '9' && number * 10 + (peek() - '0') <= groups_)
        number = number * 10 + (pattern_[at_++] - '0');
      if (std::find(closed_groups_.begin(), closed_groups_.end(), number) == closed_groups_.end()) return fail();
      auto reference = make(RegexNode::Kind::back_reference);
      reference->group = number;
      reference->ignores_case = flags_.ignore_case;
      return reference;
    }
    auto set = read_escape();
    return set ? of_set(std::move(*set)) : fail();
  }

  static std::optional<icu::UnicodeSet> of_pattern(const char* pattern) {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeSet set(icu::UnicodeString::fromUTF8(pattern), status);
    if (U_FAILURE(status)) return std::nullopt;
    return set;
  }

  /// `\p{L}`, `\p{IsBasicLatin}`.
  std::optional<icu::UnicodeSet> read_property() {
    if (!eat('{')) return std::nullopt;
    std::string name;
    while (!at_end() && peek() != '}') {
      const char32_t c = pattern_[at_++];
      if (c > 127) return std::nullopt;
      name += static_cast<char>(c);
    }
    if (!eat('}') || name.empty()) return std::nullopt;
    icu::UnicodeSet set;
    UErrorCode status = U_ZERO_ERROR;
    if (name.starts_with("Is")) {
      set.applyPropertyAlias("blk", icu::UnicodeString::fromUTF8(name.substr(2)), status);
    } else {
      static constexpr std::string_view majors = "LMNPZSC";
      if (name.size() > 2 || majors.find(name[0]) == std::string_view::npos) return std::nullopt;
      set.applyPropertyAlias("gc", icu::UnicodeString::fromUTF8(name), status);
    }
    if (U_FAILURE(status)) return std::nullopt;
    return set;
  }

  /// After the backslash. Source: [XSD2-F] regular expressions, escapes.
  std::optional<icu::UnicodeSet> read_escape() {
    ++at_;
    if (at_end()) return std::nullopt;
    const char32_t c = pattern_[at_++];
    icu::UnicodeSet set;
    static constexpr std::u32string_view plain = U"\\|.-^?*+{}()[]$";
    if (plain.find(c) != std::u32string_view::npos) return closed(std::move(set.add(static_cast<UChar32>(c))));
    switch (c) {
      case 'n':
        return icu::UnicodeSet('\n', '\n');
      case 'r':
        return icu::UnicodeSet('\r', '\r');
      case 't':
        return icu::UnicodeSet('\t', '\t');
      case 's':
      case 'S':
        set.add(' ').add('\t').add('\n').add('\r');
        break;
      case 'd':
      case 'D':
        set = of_pattern("[:Nd:]").value_or(set);
        break;
      case 'w':
      case 'W':
        set = of_pattern("[^[:P:][:Z:][:C:]]").value_or(set);
        break;
      case 'i':
      case 'I':
        set = of_pattern("[_:A-Za-z[:L:][:Nl:]]").value_or(set);
        break;
      case 'c':
      case 'C':
        set = of_pattern("[-._:A-Za-z0-9\\u00B7[:L:][:M:][:N:]]").value_or(set);
        break;
      case 'p':
      case 'P': {
        auto property = read_property();
        if (!property) return std::nullopt;
        set = closed(std::move(*property));
        break;
      }
      default:
        return std::nullopt;
    }
    if (c == 'S' || c == 'D' || c == 'W' || c == 'I' || c == 'C' || c == 'P') set.complement();
    return set;
  }

  std::optional<icu::UnicodeSet> read_class() {
    if (++nesting_ > nesting_max) return std::nullopt;
    ++at_;
    const bool is_negative = eat('^');
    icu::UnicodeSet set;
    bool is_empty = true;
    while (!at_end() && peek() != ']') {
      if (peek() == '-' && peek(1) == '[' && !is_empty) {
        ++at_;
        auto without = read_class();
        if (!without || peek() != ']') return std::nullopt;
        if (is_negative) set.complement();
        set.removeAll(*without);
        ++at_;
        --nesting_;
        return set;
      }
      if (!read_class_part(set)) return std::nullopt;
      is_empty = false;
    }
    if (is_empty || !eat(']')) return std::nullopt;
    if (is_negative) set.complement();
    --nesting_;
    return set;
  }

  bool read_class_part(icu::UnicodeSet& set) {
    icu::UnicodeSet part;
    char32_t first = peek();
    if (first == '[') return false;
    if (first == '\\') {
      auto escaped = read_escape();
      if (!escaped) return false;
      if (pattern_[at_ - 1] == '}' || escaped->size() != 1 || peek() != '-') {
        set.addAll(*escaped);
        return true;
      }
      first = static_cast<char32_t>(escaped->charAt(0));
    } else {
      ++at_;
    }
    if (peek() == '-' && peek(1) != ']' && peek(1) != '[' && at_ + 1 < pattern_.size()) {
      ++at_;
      char32_t last = peek();
      if (last == '\\') {
        auto escaped = read_escape();
        if (!escaped || escaped->size() != 1) return false;
        last = static_cast<char32_t>(escaped->charAt(0));
      } else {
        ++at_;
      }
      if (last < first) return false;
      part.add(static_cast<UChar32>(first), static_cast<UChar32>(last));
    } else {
      part.add(static_cast<UChar32>(first));
    }
    set.addAll(closed(std::move(part)));
    return true;
  }

  std::u32string pattern_;
  Flags flags_;
  std::size_t at_ = 0;
  std::size_t groups_ = 0;
  std::vector<std::size_t> closed_groups_;
  int nesting_ = 0;
  bool failed_ = false;
};

/// Matches by backtracking. What is still to be matched and what else could be tried are kept in two lists of its own,
/// so a long text uses memory, up to a limit, and never the program's stack.
class Matcher {
 public:
  Matcher(Regex::Subject& subject, std::size_t group_count)
      : subject_(subject), text_(subject.text()), groups_(group_count + 1, no_part) {}

  /// The end of the match that begins at `from`.
  std::optional<std::size_t> match(const RegexNode& root, std::size_t from) {
    rests_.clear();
    tries_.clear();
    undo_.clear();
    std::fill(groups_.begin(), groups_.end(), no_part);
    node_ = &root;
    at_ = from;
    rest_ = nothing;
    while (subject_.spend(1)) {
      if (!(node_ ? enter(*node_) : go_on()) && !try_else()) return std::nullopt;
      if (!node_ && rest_ == nothing) return at_;
      if (rests_.size() + tries_.size() + undo_.size() > kept_max) {
        subject_.exhaust();
        return std::nullopt;
      }
    }
    return std::nullopt;
  }
  const std::vector<std::pair<std::size_t, std::size_t>>& groups() const { return groups_; }

 private:
  static constexpr std::size_t nothing = static_cast<std::size_t>(-1);
  static constexpr std::pair<std::size_t, std::size_t> no_part{1, 0};
  static constexpr std::size_t kept_max = 1'000'000;  // some 50 MB

  /// Something still to be matched, or done, when what stands before it has been matched.
  struct Rest {
    const RegexNode* node = nullptr;  // of which a child was entered
    std::size_t count = 0;            // a sequence: its next child; a repetition: rounds with this one
    std::size_t from = 0;             // where the round or the group began
    std::size_t next = nothing;       // what comes after it
  };
  /// What else can be tried, from the state in which it was kept.
  struct Try {
    const RegexNode* node = nullptr;
    std::size_t count = 0;  // a choice: the child; a repetition: rounds or signs so far
    std::size_t at = 0;
    std::size_t rest = nothing;
    std::size_t rests_size = 0;
    std::size_t undo_size = 0;
  };

  /// A node at the place reached; false when it does not match.
  bool enter(const RegexNode& node) {
    switch (node.kind) {
      case RegexNode::Kind::set:
        return matches_set(node, at_) && matched(at_ + 1);
      case RegexNode::Kind::sequence:
        return sequence(node, 0);
      case RegexNode::Kind::choice:
        return choice(node, 0);
      case RegexNode::Kind::repeat:
        return node.children.front()->kind == RegexNode::Kind::set ? signs(node) : round(node, 0, at_);
      case RegexNode::Kind::group:
        if (node.group != 0) push({.node = &node, .from = at_});
        node_ = node.children.front().get();
        return true;
      case RegexNode::Kind::back_reference:
        return reference(node);
      case RegexNode::Kind::line_start:
        return (at_ == 0 || (node.is_multiline && text_[at_ - 1] == '\n')) && matched(at_);
      case RegexNode::Kind::line_end:
        return (at_ == text_.size() || (node.is_multiline && text_[at_] == '\n')) && matched(at_);
    }
    return false;
  }

  bool matched(std::size_t end) {
    node_ = nullptr;
    at_ = end;
    return true;
  }

  /// The innermost thing that is not finished yet.
  bool go_on() {
    const Rest rest = rests_[rest_];
    // Nobody comes back to what was begun after the last thing that was kept.
    if (rest_ + 1 == rests_.size() && (tries_.empty() || tries_.back().rests_size <= rest_)) rests_.pop_back();
    rest_ = rest.next;
    if (rest.node->kind == RegexNode::Kind::sequence) return sequence(*rest.node, rest.count);
    if (rest.node->kind == RegexNode::Kind::repeat) return round(*rest.node, rest.count, rest.from);
    CHECK(rest.node->kind == RegexNode::Kind::group);
    if (!tries_.empty()) undo_.emplace_back(rest.node->group, groups_[rest.node->group]);
    groups_[rest.node->group] = {rest.from, at_};
    return true;
  }

  void push(Rest rest) {
    rest.next = rest_;
    rest_ = rests_.size();
    rests_.push_back(rest);
  }
  void keep(const RegexNode& node, std::size_t count, std::size_t at) {
    tries_.push_back({&node, count, at, rest_, rests_.size(), undo_.size()});
  }

  /// Goes back to the last thing that was kept; false when there is none.
  bool try_else() {
    while (!tries_.empty()) {
      const Try again = tries_.back();
      tries_.pop_back();
      rests_.resize(again.rests_size);
      undo_groups(again.undo_size);
      rest_ = again.rest;
      at_ = again.at;
      if (again.node->kind == RegexNode::Kind::choice) return choice(*again.node, again.count);
      if (again.node->children.front()->kind != RegexNode::Kind::set) {
        if (again.node->is_greedy) return matched(at_);
        return one_more_round(*again.node, again.count);
      }
      if (again.node->is_greedy) return fewer_signs(*again.node, again.count);
      if (matches_set(*again.node->children.front(), at_ + again.count))
        return more_signs(*again.node, again.count + 1);
    }
    return false;
  }

  void undo_groups(std::size_t size) {
    for (; undo_.size() > size; undo_.pop_back()) groups_[undo_.back().first] = undo_.back().second;
  }

  bool matches_set(const RegexNode& node, std::size_t at) const {
    return at < text_.size() && node.set.contains(static_cast<UChar32>(text_[at]));
  }

  bool sequence(const RegexNode& node, std::size_t child) {
    // Single signs in a row need nothing kept.
    for (; child < node.children.size() && node.children[child]->kind == RegexNode::Kind::set; ++child, ++at_)
      if (!subject_.spend(1) || !matches_set(*node.children[child], at_)) return false;
    if (child == node.children.size()) return matched(at_);
    if (child + 1 < node.children.size()) push({.node = &node, .count = child + 1});
    node_ = node.children[child].get();
    return true;
  }

  bool choice(const RegexNode& node, std::size_t child) {
    if (child == node.children.size()) return false;
    if (child + 1 < node.children.size()) keep(node, child + 1, at_);
    node_ = node.children[child].get();
    return true;
  }

  /// A set repeated: how many signs is all there is to try.
  bool signs(const RegexNode& node) {
    const std::size_t wanted = node.is_greedy ? node.max : node.min;
    std::size_t count = 0;
    while (count < wanted && subject_.spend(1) && matches_set(*node.children.front(), at_ + count)) ++count;
    if (count < node.min) return false;
    return node.is_greedy ? fewer_signs(node, count) : more_signs(node, count);
  }
  /// With `count` signs, and if that leads nowhere with one less.
  bool fewer_signs(const RegexNode& node, std::size_t count) {
    if (count > node.min) keep(node, count - 1, at_);
    return matched(at_ + count);
  }
  bool more_signs(const RegexNode& node, std::size_t count) {
    if (count < node.max) keep(node, count, at_);
    return matched(at_ + count);
  }

  /// After `count` rounds, the last of which began at `from`.
  bool round(const RegexNode& node, std::size_t count, std::size_t from) {
    // A round that matched nothing would go on for ever.
    if (count > node.min && at_ == from) return false;
    if (count < node.min) return one_more_round(node, count);
    if (count >= node.max) return matched(at_);
    keep(node, count, at_);
    return node.is_greedy ? one_more_round(node, count) : matched(at_);
  }
  bool one_more_round(const RegexNode& node, std::size_t count) {
    push({.node = &node, .count = count + 1, .from = at_});
    node_ = node.children.front().get();
    return true;
  }

  bool reference(const RegexNode& node) {
    const auto [from, to] = groups_[node.group];
    if (from > to) return matched(at_);  // a group that took no part matches the empty text
    if (text_.size() - at_ < to - from) return false;
    for (std::size_t i = 0; i < to - from; ++i) {
      const auto fold = [&](char32_t c) {
        return node.ignores_case ? u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT) : static_cast<UChar32>(c);
      };
      if (!subject_.spend(1) || fold(text_[from + i]) != fold(text_[at_ + i])) return false;
    }
    return matched(at_ + (to - from));
  }

  Regex::Subject& subject_;
  const std::u32string& text_;
  std::vector<std::pair<std::size_t, std::size_t>> groups_;
  std::vector<std::pair<std::size_t, std::pair<std::size_t, std::size_t>>> undo_;  // groups as they were
  std::vector<Rest> rests_;
  std::vector<Try> tries_;
  const RegexNode* node_ = nullptr;  // to be entered; null: something was matched up to at_
  std::size_t at_ = 0;
  std::size_t rest_ = nothing;
};

}  // namespace

std::optional<Regex> Regex::compile(std::string_view pattern, std::string_view flags_text) {
  const auto flags = read_flags(flags_text);
  if (!flags || pattern.size() > pattern_size_max) return std::nullopt;
  std::u32string points = to_code_points(pattern);
  if (flags->extended && !flags->literal) points = without_blanks(points);
  RegexParser parser(std::move(points), *flags);
  Regex regex;
  regex.root_ = parser.read();
  regex.group_count_ = parser.group_count();
  regex.is_literal_ = flags->literal;
  if (!regex.root_) return std::nullopt;
  return regex;
}

std::optional<Regex::Found> Regex::find(Subject& subject, std::size_t from) const {
  Matcher matcher(subject, group_count_);
  for (std::size_t at = from; at <= subject.text().size(); ++at) {
    const auto end = matcher.match(*root_, at);
    if (subject.is_exhausted()) return std::nullopt;
    if (!end) continue;
    Found found{.groups = matcher.groups()};
    found.groups[0] = {at, *end};
    return found;
  }
  return std::nullopt;
}

bool Regex::matches_empty(Evaluation& evaluation) const {
  Subject empty({}, evaluation);
  return find(empty, 0).has_value();
}

}  // namespace feel
