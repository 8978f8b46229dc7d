#include "kernel/feel/feel.h"
#include "lexer.h"
#include "parser.h"

namespace feel {
namespace {

base::Result<Expression> compiled(std::string_view text, const Scope& scope, bool is_unary) {
  if (text.size() > text_size_max)
    return base::Error{.code = "feel.too_long", .message = {"表达式太长", "the expression is too long"}};
  TRY(auto tokens, tokenize(text));
  Parser parser(scope, std::move(tokens));
  NodePtr root = is_unary ? parser.read_whole_unary_tests() : parser.read_whole_expression();
  if (!root) return parser.error();
  auto program = std::make_shared<Expression::Program>();
  program->text = std::string(text);
  program->root = std::move(root);
  program->slot_count = parser.scopes().slot_count();
  program->free_names = parser.scopes().take_free_names();
  return Expression(std::move(program));
}

}  // namespace

const std::string& Expression::text() const { return program_->text; }
const std::vector<std::string>& Expression::free_names() const { return program_->free_names; }

base::Result<Expression> compile(std::string_view text, const Names& names, Dialect dialect) {
  return compiled(text, {.names = names, .dialect = dialect}, false);
}
base::Result<Expression> compile_unary_tests(std::string_view text, const Names& names, Dialect dialect) {
  return compiled(text, {.names = names, .dialect = dialect}, true);
}
base::Result<Expression> compile(std::string_view text, const Scope& scope) { return compiled(text, scope, false); }
base::Result<Expression> compile_unary_tests(std::string_view text, const Scope& scope) {
  return compiled(text, scope, true);
}

base::Result<Type> parse_type(std::string_view text, const Scope& scope) {
  TRY(auto tokens, tokenize(text));
  Parser parser(scope, std::move(tokens));
  auto type = parser.read_whole_type();
  if (!type) return parser.error();
  return std::move(*type);
}

}  // namespace feel
