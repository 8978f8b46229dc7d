#include "parser.h"

#include <algorithm>
#include <array>

#include "builtin.h"
#include "temporal.h"

namespace feel {

bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 18> words{"if",       "then",  "else",      "for",  "in",    "return",
                                                          "some",     "every", "satisfies", "and",  "or",    "between",
                                                          "instance", "of",    "function",  "true", "false", "null"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

const Value* constant_of(const NodePtr& node) {
  return node && node->op == Op::constant ? &node->constant : nullptr;
}

Parser::Parser(const Scope& scope, std::vector<Token> tokens)
    : scope_(scope), tokens_(std::move(tokens)), scopes_(scope.names, scope.dialect) {
  for (const auto& [name, type] : scope.types) types_.emplace_back(lexemes_of(name), type);
}

// --- Tokens ------------------------------------------------------------------------------------------------------

bool Parser::is_symbol(std::string_view symbol, std::size_t ahead) const {
  return token(ahead).kind == Token::Kind::symbol && token(ahead).text == symbol;
}
bool Parser::is_word(std::string_view word, std::size_t ahead) const {
  return token(ahead).kind == Token::Kind::word && token(ahead).text == word;
}
bool Parser::eat_symbol(std::string_view symbol) {
  if (!is_symbol(symbol)) return false;
  ++at_;
  return true;
}
bool Parser::eat_word(std::string_view word) {
  if (!is_word(word)) return false;
  ++at_;
  return true;
}
bool Parser::expect_symbol(std::string_view symbol) {
  if (eat_symbol(symbol)) return true;
  const std::string wanted(symbol);
  fail({"这里应当是“" + wanted + "”", "\"" + wanted + "\" is expected here"});
  return false;
}
bool Parser::expect_word(std::string_view word) {
  if (eat_word(word)) return true;
  const std::string wanted(word);
  fail({"这里应当是“" + wanted + "”", "\"" + wanted + "\" is expected here"});
  return false;
}

NodePtr Parser::fail(base::Text message) {
  if (!failed_) error_ = syntax_error(token().offset, std::move(message));
  failed_ = true;
  return nullptr;
}

NodePtr Parser::make(Op op, std::size_t offset) const {
  auto node = std::make_unique<Node>();
  node->op = op;
  node->offset = offset;
  return node;
}

NodePtr Parser::make(Op op, NodePtr left, NodePtr right) const {
  if (!left || !right) return nullptr;
  auto node = make(op, left->offset);
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  return node;
}

/// The words and signs of a name with one space where there was any white space.
std::string Parser::text_of(std::size_t first, std::size_t last) const {
  std::string text;
  for (std::size_t i = first; i < last; ++i) {
    if (i > first && tokens_[i - 1].end != tokens_[i].offset) text += ' ';
    text += tokens_[i].kind == Token::Kind::quoted_name ? tokens_[i].content : std::string(tokens_[i].text);
  }
  return text;
}

std::optional<std::string> Parser::read_new_name(std::string_view end_symbol, std::string_view end_word) {
  static constexpr std::string_view signs = "./-*+'";
  const std::size_t first = at_;
  while (true) {
    const Token& next = token();
    if (at_ > first && ((!end_word.empty() && is_word(end_word)) || (!end_symbol.empty() && is_symbol(end_symbol)) ||
                        is_symbol(",") || is_symbol(")")))
      return text_of(first, at_);
    const bool is_sign =
        next.kind == Token::Kind::symbol && next.text.find_first_not_of(signs) == std::string_view::npos;
    const bool is_first_ok = next.kind == Token::Kind::word || next.kind == Token::Kind::quoted_name;
    if (at_ == first ? !is_first_ok : !(is_first_ok || is_sign || next.kind == Token::Kind::number)) break;
    ++at_;
  }
  fail({"这里应当是名称", "a name is expected here"});
  return std::nullopt;
}

// --- Expressions by precedence, loosest first --------------------------------------------------------------------

NodePtr Parser::read_whole_expression() {
  NodePtr node = read_expression();
  if (node && token().kind != Token::Kind::end) {
    const std::string rest(token().text);
    return fail({"表达式在“" + rest + "”之前已经结束", "the expression ends before \"" + rest + "\""});
  }
  return node;
}

NodePtr Parser::read_expression() {
  Nesting nesting(*this);
  if (!nesting || failed_) return nullptr;
  return read_or();
}

NodePtr Parser::read_or() {
  NodePtr left = read_and();
  while (left && eat_word("or")) left = make(Op::or_, std::move(left), read_and());
  return left;
}

NodePtr Parser::read_and() {
  NodePtr left = read_comparison();
  while (left && eat_word("and")) left = make(Op::and_, std::move(left), read_comparison());
  return left;
}

NodePtr Parser::read_comparison() {
  struct Sign {
    std::string_view text;
    Op op;
  };
  static constexpr std::array<Sign, 7> signs{
      Sign{"=", Op::equal},   Sign{"!=", Op::not_equal},     Sign{"<", Op::less},  Sign{"<=", Op::less_equal},
      Sign{">", Op::greater}, Sign{">=", Op::greater_equal}, Sign{"==", Op::equal}};
  NodePtr left = read_sum();
  while (left) {
    const auto sign = std::find_if(signs.begin(), signs.end(), [&](const Sign& each) { return is_symbol(each.text); });
    if (sign != signs.end() && (sign->text != "==" || scope_.dialect == Dialect::camunda)) {
      ++at_;
      left = make(sign->op, std::move(left), read_sum());
    } else if (eat_word("between")) {
      left = read_between(std::move(left));
    } else if (is_word("in")) {
      ++at_;
      left = read_in(std::move(left));
    } else if (is_word("instance") && is_word("of", 1)) {
      at_ += 2;
      left = read_instance_of(std::move(left));
    } else {
      break;
    }
  }
  return left;
}

NodePtr Parser::read_sum() {
  NodePtr left = read_product();
  while (left) {
    const Op op = is_symbol("+") ? Op::add : Op::subtract;
    if (!eat_symbol("+") && !eat_symbol("-")) break;
    left = make(op, std::move(left), read_product());
  }
  return left;
}

NodePtr Parser::read_product() {
  NodePtr left = read_power();
  while (left) {
    const Op op = is_symbol("*") ? Op::multiply : Op::divide;
    if (!eat_symbol("*") && !eat_symbol("/")) break;
    left = make(op, std::move(left), read_power());
  }
  return left;
}

NodePtr Parser::read_power() {
  NodePtr left = read_negation();
  while (left && eat_symbol("**")) left = make(Op::power, std::move(left), read_negation());
  return left;
}

NodePtr Parser::read_negation() {
  const std::size_t offset = token().offset;
  if (!eat_symbol("-")) return read_postfix();
  Nesting nesting(*this);
  if (!nesting) return nullptr;
  NodePtr operand = read_negation();
  if (!operand) return nullptr;
  if (const Value* number = constant_of(operand); number != nullptr && number->kind() == Kind::number) {
    operand->constant = Value(number->as_number().negated());
    return operand;
  }
  NodePtr node = make(Op::negate, offset);
  node->children.push_back(std::move(operand));
  return node;
}

NodePtr Parser::read_postfix() {
  NodePtr node = read_primary();
  while (node) {
    if (is_symbol(".")) {
      node = read_path(std::move(node));
    } else if (is_symbol("(")) {
      node = read_call(std::move(node));
    } else if (is_symbol("[")) {
      if (!in_range_end_) {
        node = read_filter(std::move(node));
        continue;
      }
      // The `[` after a range's end may close the range (`]1..3[`). It is a filter when a bracket still follows it.
      int depth = 0;
      std::size_t end = at_;
      for (; end < tokens_.size(); ++end) {
        if (tokens_[end].kind != Token::Kind::symbol) continue;
        if (tokens_[end].text == "[") ++depth;
        if (tokens_[end].text == "]" && --depth == 0) break;
      }
      const std::size_t next = end + 1;
      const bool is_filter = next < tokens_.size() && tokens_[next].kind == Token::Kind::symbol &&
                             (tokens_[next].text == "]" || tokens_[next].text == ")" || tokens_[next].text == "[");
      if (!is_filter) return node;
      node = read_filter(std::move(node));
    } else {
      break;
    }
  }
  return node;
}

// --- Primaries ---------------------------------------------------------------------------------------------------

NodePtr Parser::read_primary() {
  Nesting nesting(*this);
  if (!nesting || failed_) return nullptr;
  const Token& next = token();
  switch (next.kind) {
    case Token::Kind::end:
      return fail({"表达式不完整", "the expression is not complete"});
    case Token::Kind::number: {
      auto number = Decimal::parse(next.text);
      if (!number) return fail({"数字超出范围", "the number is out of range"});
      NodePtr node = make(Op::constant, next.offset);
      node->constant = Value(*number);
      ++at_;
      return node;
    }
    case Token::Kind::string: {
      NodePtr node = make(Op::constant, next.offset);
      node->constant = Value(next.content);
      ++at_;
      return node;
    }
    case Token::Kind::quoted_name: {
      ++at_;
      return scopes_.resolve(next.content, next.offset);
    }
    case Token::Kind::word:
      return read_word();
    case Token::Kind::symbol:
      break;
  }
  if (is_symbol("(")) return read_parenthesis();
  if (is_symbol("[")) return read_bracket();
  if (is_symbol("]")) return read_open_range();
  if (is_symbol("{")) return read_context();
  if (is_symbol("@")) return read_at_literal();
  if (is_symbol("<") || is_symbol("<=") || is_symbol(">") || is_symbol(">=")) return read_comparison_test();
  const std::string text(next.text);
  return fail({"这里应当是一个值，而不是“" + text + "”", "a value is expected here, not \"" + text + "\""});
}

NodePtr Parser::read_word() {
  const Token& first = token();
  const auto match = scopes_.longest_match(ahead());
  if (match.count <= 1 && is_reserved(first.text)) {
    if (is_word("if")) return read_if();
    if (is_word("for")) return read_for();
    if (is_word("some")) return read_quantified(Op::some);
    if (is_word("every")) return read_quantified(Op::every);
    if (is_word("function")) return read_function();
    NodePtr node = make(Op::constant, first.offset);
    if (is_word("true") || is_word("false")) {
      node->constant = Value(is_word("true"));
    } else if (!is_word("null")) {
      const std::string word(first.text);
      return fail({"“" + word + "”不能放在这里", "\"" + word + "\" cannot stand here"});
    }
    ++at_;
    return node;
  }
  if (match.count > 0) {
    at_ += match.count;
    NodePtr node = scopes_.resolve(match.name, first.offset, is_symbol("("));
    if (!inputs_.empty() && node->op == Op::local && node->slot == inputs_.back() && node->name == "?")
      node->uses_input = true;
    return node;
  }
  // A name nobody declared: all words in a row, since two names never stand side by side.
  const std::size_t from = at_++;
  while (scope_.dialect == Dialect::standard && token().kind == Token::Kind::word && !is_reserved(token().text)) ++at_;
  return scopes_.resolve(text_of(from, at_), first.offset);
}

NodePtr Parser::read_parenthesis() {
  const std::size_t offset = token().offset;
  ++at_;
  const bool outer = std::exchange(in_range_end_, false);
  NodePtr node;
  if (is_symbol("<") || is_symbol("<=") || is_symbol(">") || is_symbol(">=") || is_symbol("=") || is_symbol("!=")) {
    node = read_comparison_test();
    if (!node || !expect_symbol(")")) return nullptr;
  } else {
    node = read_expression();
    if (!node) return nullptr;
    if (eat_symbol("..")) {
      node = read_range_rest(std::move(node), offset, false);
    } else if (!expect_symbol(")")) {
      return nullptr;
    }
  }
  in_range_end_ = outer;
  return node;
}

NodePtr Parser::read_bracket() {
  const std::size_t offset = token().offset;
  ++at_;
  const bool outer = std::exchange(in_range_end_, false);
  NodePtr list = make(Op::list, offset);
  if (!eat_symbol("]")) {
    while (true) {
      NodePtr item = read_expression();
      if (!item) return nullptr;
      if (list->children.empty() && eat_symbol("..")) {
        NodePtr range = read_range_rest(std::move(item), offset, true);
        in_range_end_ = outer;
        return range;
      }
      if (!list->shape) list->shape = item->shape;
      list->children.push_back(std::move(item));
      if (!eat_symbol(",")) break;
    }
    if (!expect_symbol("]")) return nullptr;
  }
  in_range_end_ = outer;
  return folded(std::move(list));
}

NodePtr Parser::read_open_range() {
  const std::size_t offset = token().offset;
  ++at_;
  NodePtr start = read_expression();
  if (!start || !expect_symbol("..")) return nullptr;
  return read_range_rest(std::move(start), offset, false);
}

NodePtr Parser::read_range_rest(NodePtr start, std::size_t offset, bool start_included) {
  const bool outer = std::exchange(in_range_end_, true);
  NodePtr end = read_expression();
  in_range_end_ = outer;
  if (!end) return nullptr;
  const bool end_included = is_symbol("]");
  if (!eat_symbol("]") && !eat_symbol(")") && !eat_symbol("["))
    return fail({"区间缺少结尾的 ] 或 )", "the range has no closing ] or )"});
  NodePtr node = make(Op::range, std::move(start), std::move(end));
  node->offset = offset;
  node->start_included = start_included;
  node->end_included = end_included;
  return folded(std::move(node));
}

namespace {

constexpr std::size_t shape_names_max = 1'000;

/// How many names there are at all levels, counted up to `limit`.
std::size_t count_names(const Names& names, std::size_t limit) {
  std::size_t count = 0;
  for (const Name& name : names) {
    if (count >= limit) return limit;
    count += 1 + count_names(name.components, limit - count);
  }
  return count;
}

}  // namespace

NodePtr Parser::read_context() {
  NodePtr node = make(Op::context, token().offset);
  ++at_;
  const bool outer = std::exchange(in_range_end_, false);
  auto shape = std::make_shared<Names>();
  std::size_t known_names = 0;
  scopes_.open_block();
  if (!eat_symbol("}")) {
    do {
      std::string key;
      if (token().kind == Token::Kind::string) {
        key = token().content;
        ++at_;
      } else {
        auto name = read_new_name(":", "");
        if (!name) return nullptr;
        key = std::move(*name);
      }
      if (std::find(node->names.begin(), node->names.end(), key) != node->names.end())
        return fail({"键“" + key + "”出现了两次", "the key \"" + key + "\" is there twice"});
      if (!expect_symbol(":")) return nullptr;
      NodePtr value = read_expression();
      if (!value) return nullptr;
      // Entries made of earlier entries would double their names each time.
      const std::size_t parts = value->shape ? count_names(*value->shape, shape_names_max) : 0;
      known_names += parts + 1;
      const bool is_known = value->shape && known_names < shape_names_max;
      shape->push_back({.name = key, .components = is_known ? *value->shape : Names{}});
      node->slots.push_back(scopes_.declare(key, value->shape));
      node->names.push_back(std::move(key));
      node->children.push_back(std::move(value));
    } while (eat_symbol(","));
    if (!expect_symbol("}")) return nullptr;
  }
  scopes_.close_block();
  in_range_end_ = outer;
  node->shape = std::move(shape);
  return node;
}

NodePtr Parser::read_at_literal() {
  const std::size_t offset = token().offset;
  ++at_;
  if (token().kind != Token::Kind::string) return fail({"@ 之后应当是文本", "a text is expected after @"});
  const std::string& text = token().content;
  NodePtr node = make(Op::constant, offset);
  if (const auto date = parse_any_date(text)) {
    node->constant = Value(*date);
  } else if (const auto date_time = parse_date_time(text)) {
    node->constant = Value(*date_time);
  } else if (const auto time = parse_time(text)) {
    node->constant = Value(*time);
  } else if (const auto duration = parse_duration(text)) {
    node->constant = *duration;
  } else {
    // Not a fault of grammar: the literal is null, and says so when it is evaluated.
    node->op = Op::call;
    NodePtr callee = make(Op::constant, offset);
    callee->constant = Value(built_in("date and time", scope_.dialect));
    NodePtr argument = make(Op::constant, offset);
    argument->constant = Value(text);
    node->children.push_back(std::move(callee));
    node->children.push_back(std::move(argument));
  }
  ++at_;
  return node;
}

// --- After a primary ---------------------------------------------------------------------------------------------

NodePtr Parser::read_path(NodePtr from) {
  const std::size_t offset = token().offset;
  ++at_;
  NodePtr node = make(Op::path, offset);
  Scopes::Match match;
  if (from->shape) match = Scopes::longest_match(ahead(), *from->shape);
  if (match.count > 0) {
    at_ += match.count;
    node->name = match.name;
    for (const Name& component : *from->shape)
      if (component.name == match.name && !component.components.empty())
        node->shape = std::make_shared<const Names>(component.components);
  } else if (token().kind == Token::Kind::quoted_name) {
    node->name = token().content;
    ++at_;
  } else if (token().kind == Token::Kind::word) {
    const std::size_t first = at_++;
    while (scope_.dialect == Dialect::standard && token().kind == Token::Kind::word && !is_reserved(token().text))
      ++at_;
    node->name = text_of(first, at_);
  } else {
    return fail({"“.”之后应当是名称", "a name is expected after \".\""});
  }
  node->children.push_back(std::move(from));
  return node;
}

NodePtr Parser::read_filter(NodePtr from) {
  const std::size_t offset = token().offset;
  ++at_;
  const bool outer = std::exchange(in_range_end_, false);
  NodePtr node = make(Op::filter, offset);
  node->shape = from->shape;
  node->slot = scopes_.open_filter(from->shape);
  NodePtr condition = read_expression();
  scopes_.close_block();
  in_range_end_ = outer;
  if (!condition || !expect_symbol("]")) return nullptr;
  node->children.push_back(std::move(from));
  node->children.push_back(std::move(condition));
  return node;
}

bool Parser::read_argument(Node& call) {
  // `name :` before an argument; nothing else in an expression may be followed by a colon.
  std::size_t end = at_;
  const auto is_part = [&](const Token& each) {
    return each.kind == Token::Kind::word || each.kind == Token::Kind::quoted_name ||
           each.kind == Token::Kind::number ||
           (each.kind == Token::Kind::symbol && each.text.find_first_not_of("./-*+'") == std::string_view::npos);
  };
  while (is_part(tokens_[end])) ++end;
  const bool is_named = end > at_ && tokens_[end].kind == Token::Kind::symbol && tokens_[end].text == ":";
  const bool is_first = call.children.size() == 1;
  if (is_named != !call.names.empty() && !is_first) {
    fail({"参数要么都带名称，要么都不带", "either all arguments are named, or none"});
    return false;
  }
  if (is_named) {
    call.names.push_back(text_of(at_, end));
    at_ = end + 1;
  }
  NodePtr argument = read_expression();
  if (!argument) return false;
  call.children.push_back(std::move(argument));
  return true;
}

NodePtr Parser::read_call(NodePtr callee) {
  NodePtr node = make(Op::call, callee->offset);
  ++at_;
  const bool outer = std::exchange(in_range_end_, false);
  node->children.push_back(std::move(callee));
  if (!eat_symbol(")")) {
    do {
      if (!read_argument(*node)) return nullptr;
    } while (eat_symbol(","));
    if (!expect_symbol(")")) return nullptr;
  }
  in_range_end_ = outer;
  if (!node->names.empty()) node->op = Op::call_named;
  // What lists keep, their items' shape included, functions of lists give back.
  for (std::size_t i = 1; i < node->children.size() && !node->shape; ++i) node->shape = node->children[i]->shape;
  return folded(std::move(node));
}

NodePtr Parser::read_between(NodePtr value) {
  NodePtr node = make(Op::between, value->offset);
  NodePtr low = read_sum();
  if (!low || !expect_word("and")) return nullptr;
  NodePtr high = read_sum();
  if (!high) return nullptr;
  node->children.push_back(std::move(value));
  node->children.push_back(std::move(low));
  node->children.push_back(std::move(high));
  return node;
}

NodePtr Parser::read_instance_of(NodePtr value) {
  NodePtr node = make(Op::instance_of, value->offset);
  auto type = read_type();
  if (!type) return nullptr;
  node->type = std::make_shared<const Type>(std::move(*type));
  node->children.push_back(std::move(value));
  return node;
}

NodePtr Parser::folded(NodePtr node) {
  if (!node) return nullptr;
  const auto all_constant = [&](std::size_t from) {
    return std::all_of(node->children.begin() + static_cast<std::ptrdiff_t>(from), node->children.end(),
                       [](const NodePtr& child) { return !child || child->op == Op::constant; });
  };
  if (node->op == Op::list && all_constant(0)) {
    List list;
    for (const NodePtr& child : node->children) list.push_back(child->constant);
    node->op = Op::constant;
    node->constant = Value(std::move(list));
    node->children.clear();
    return node;
  }
  if (node->op == Op::call && all_constant(0) && node->children.size() > 1 &&
      node->children[0]->constant.kind() == Kind::function) {
    // date("2026-11-24") and its like are the same at every evaluation.
    static constexpr std::array<std::string_view, 4> foldable{"date", "time", "date and time", "duration"};
    const Function& function = node->children[0]->constant.as_function();
    if (std::find(foldable.begin(), foldable.end(), function.name()) == foldable.end()) return node;
    const World nowhere;
    Evaluation evaluation(nowhere);
    List arguments;
    for (std::size_t i = 1; i < node->children.size(); ++i) arguments.push_back(node->children[i]->constant);
    Value value = feel::call(function, std::move(arguments), evaluation);
    if (!evaluation.diagnostics().empty()) return node;
    node->op = Op::constant;
    node->constant = std::move(value);
    node->children.clear();
    return node;
  }
  if (node->op != Op::range || !all_constant(0) || node->flag) return node;
  Range range{.form = node->form, .start_included = node->start_included, .end_included = node->end_included};
  if (node->children[0]) range.start = node->children[0]->constant;
  if (node->children[1]) range.end = node->children[1]->constant;
  const bool is_open = !node->children[0] || !node->children[1];
  // Bounds that do not fit together are told at every evaluation, so they stay as they are.
  if (node->form == Range::Form::interval && !is_open && compare(range.start, range.end).value_or(1) > 0) return node;
  if (node->form == Range::Form::interval && is_open && range.start.is_null() && range.end.is_null()) return node;
  node->op = Op::constant;
  node->constant = Value(std::make_shared<const Range>(std::move(range)));
  node->children.clear();
  return node;
}

}  // namespace feel
