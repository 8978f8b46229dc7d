#include "kernel/feel/feel.h"
#include "lexer.h"
#include "parser.h"

namespace feel {
namespace {

bool is_quick(Kind kind) {
  return kind == Kind::number || kind == Kind::string || kind == Kind::boolean || kind == Kind::date;
}

/// Nothing when the test is no comparison with fixed values of `kind`; the first test says which kind that is.
std::optional<QuickTest> quick_test(const Node& test, Kind& kind) {
  if (test.op != Op::constant) return std::nullopt;
  const Value& wanted = test.constant;
  QuickTest quick;
  if (wanted.kind() != Kind::range) {
    quick.form = Range::Form::equal;
    quick.low = wanted;
  } else {
    const Range& range = wanted.as_range();
    quick = {.form = range.form,
             .has_low = !range.start.is_null(),
             .has_high = !range.end.is_null(),
             .low_included = range.start_included,
             .high_included = range.end_included,
             .low = range.start,
             .high = range.end};
    if (range.form != Range::Form::interval) quick.has_low = true;
  }
  const Value& bound = quick.low.is_null() ? quick.high : quick.low;
  if (kind == Kind::null) kind = bound.kind();
  const bool fits = is_quick(kind) && bound.kind() == kind && (!quick.has_high || quick.high.kind() == kind) &&
                    (kind != Kind::boolean || quick.form != Range::Form::interval);
  return fits ? std::optional(std::move(quick)) : std::nullopt;
}

void find_quick_tests(Expression::Program& program) {
  if (program.root->op != Op::tests) return;
  for (const NodePtr& test : program.root->children) {
    auto quick = quick_test(*test, program.quick_kind);
    if (!quick) {
      program.quick_tests.clear();
      return;
    }
    program.quick_tests.push_back(std::move(*quick));
  }
}

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
  find_quick_tests(*program);
  program->slot_count = parser.scopes().slot_count();
  program->free_names = parser.scopes().take_free_names();
  return Expression(std::move(program));
}

}  // namespace

const std::string& Expression::text() const {
  return program_->text;
}
const std::vector<std::string>& Expression::free_names() const {
  return program_->free_names;
}

base::Result<Expression> compile(std::string_view text, const Names& names, Dialect dialect) {
  return compiled(text, {.names = names, .dialect = dialect}, false);
}
base::Result<Expression> compile_unary_tests(std::string_view text, const Names& names, Dialect dialect) {
  return compiled(text, {.names = names, .dialect = dialect}, true);
}
base::Result<Expression> compile(std::string_view text, const Scope& scope) {
  return compiled(text, scope, false);
}
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
