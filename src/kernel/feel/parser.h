/// Reads FEEL by recursive descent, resolving names as it goes.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "program.h"
#include "scopes.h"

namespace feel {

inline constexpr std::size_t text_size_max = 1'000'000;
inline constexpr int nesting_max = 200;

/// One text. Every `read_…` gives null after a fault; `error()` then says what and where.
class Parser {
 public:
  Parser(const Scope& scope, std::vector<Token> tokens);

  NodePtr read_whole_expression();
  NodePtr read_whole_unary_tests();
  std::optional<Type> read_whole_type();
  const base::Error& error() const { return error_; }
  Scopes& scopes() { return scopes_; }

 private:
  class Nesting;

  // parser.cpp: expressions by precedence
  NodePtr read_expression();
  NodePtr read_or();
  NodePtr read_and();
  NodePtr read_comparison();
  NodePtr read_sum();
  NodePtr read_product();
  NodePtr read_power();
  NodePtr read_negation();
  NodePtr read_postfix();
  NodePtr read_primary();
  NodePtr read_word();
  NodePtr read_parenthesis();
  NodePtr read_bracket();
  NodePtr read_open_range();
  NodePtr read_range_rest(NodePtr start, std::size_t offset, bool start_included);
  NodePtr read_context();
  NodePtr read_at_literal();
  NodePtr read_path(NodePtr from);
  NodePtr read_filter(NodePtr from);
  NodePtr read_call(NodePtr callee);
  bool read_argument(Node& call);
  NodePtr read_between(NodePtr value);
  NodePtr read_in(NodePtr value);
  NodePtr read_instance_of(NodePtr value);

  // forms.cpp: forms that begin with a keyword, tests, types
  NodePtr read_if();
  NodePtr read_for();
  NodePtr read_quantified(Op op);
  bool read_iterators(Node& node, std::string_view end_word);
  NodePtr read_domain();
  NodePtr read_function();
  bool read_parameters(Code& code);
  NodePtr read_test();
  bool read_tests(Node& node, std::string_view end);
  NodePtr read_comparison_test();
  bool read_unary_tests(Node& node);
  std::optional<Type> read_type();
  std::optional<Type> read_type_arguments(Type::Kind kind);
  std::optional<Type> read_context_type();
  std::optional<Type> read_function_type();

  // tokens
  const Token& token(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  bool is_word(std::string_view word, std::size_t ahead = 0) const;
  bool eat_symbol(std::string_view symbol);
  bool eat_word(std::string_view word);
  bool expect_symbol(std::string_view symbol);
  bool expect_word(std::string_view word);
  std::span<const Token> ahead() const { return std::span(tokens_).subspan(at_); }
  std::string text_of(std::size_t first, std::size_t last) const;
  /// A new name, up to a token that ends it: `{` key `:`, `for` name `in`, parameter names.
  std::optional<std::string> read_new_name(std::string_view end_symbol, std::string_view end_word);
  NodePtr fail(base::Text message);
  NodePtr make(Op op, std::size_t offset) const;
  NodePtr make(Op op, NodePtr left, NodePtr right) const;
  static NodePtr folded(NodePtr node);

  const Scope& scope_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Scopes scopes_;
  base::Error error_;
  bool failed_ = false;
  int nesting_ = 0;
  bool in_range_end_ = false;
  std::vector<std::uint32_t> inputs_;  // slots of the `?` in sight, innermost last
  std::vector<std::pair<std::vector<std::string>, Type>> types_;
};

/// One level of nesting; refuses beyond the limit, long before the stack ends.
class Parser::Nesting {
 public:
  explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.nesting_; }
  ~Nesting() { --parser_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  explicit operator bool() {
    if (parser_.nesting_ <= nesting_max) return true;
    parser_.fail({"表达式嵌套太深，请拆分", "the expression is nested too deeply; please split it"});
    parser_.error_.code = "feel.too_deep";
    return false;
  }

 private:
  Parser& parser_;
};

/// The value of a node that is the same at every evaluation; null pointer when it is not.
const Value* constant_of(const NodePtr& node);

bool is_reserved(std::string_view word);

}  // namespace feel
