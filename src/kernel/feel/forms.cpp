#include <algorithm>
#include <array>

#include "parser.h"

namespace feel {

NodePtr Parser::read_if() {
  NodePtr node = make(Op::if_, token().offset);
  ++at_;
  NodePtr condition = read_expression();
  if (!condition || !expect_word("then")) return nullptr;
  NodePtr yes = read_expression();
  if (!yes || !expect_word("else")) return nullptr;
  NodePtr no = read_expression();
  if (!no) return nullptr;
  node->shape = yes->shape ? yes->shape : no->shape;
  node->children.push_back(std::move(condition));
  node->children.push_back(std::move(yes));
  node->children.push_back(std::move(no));
  return node;
}

/// What an iterator runs over: a list, or `from..to` without brackets.
NodePtr Parser::read_domain() {
  NodePtr domain = read_expression();
  if (!domain || !eat_symbol("..")) return domain;
  NodePtr end = read_expression();
  NodePtr range = make(Op::range, std::move(domain), std::move(end));
  if (!range) return nullptr;
  range->flag = true;
  range->start_included = range->end_included = true;
  return range;
}

bool Parser::read_iterators(Node& node, std::string_view end_word) {
  do {
    auto name = read_new_name("", "in");
    if (!name || !expect_word("in")) return false;
    NodePtr domain = read_domain();
    if (!domain) return false;
    node.slots.push_back(scopes_.declare(*name, domain->shape));
    node.children.push_back(std::move(domain));
  } while (eat_symbol(","));
  return expect_word(end_word);
}

NodePtr Parser::read_for() {
  NodePtr node = make(Op::for_, token().offset);
  ++at_;
  scopes_.open_block();
  if (!read_iterators(*node, "return")) return nullptr;
  const std::uint32_t partial = scopes_.declare("partial");
  NodePtr body = read_expression();
  if (!body) return nullptr;
  node->flag = scopes_.was_used(partial);
  node->slots.push_back(partial);
  node->shape = body->shape;
  node->children.push_back(std::move(body));
  scopes_.close_block();
  return node;
}

NodePtr Parser::read_quantified(Op op) {
  NodePtr node = make(op, token().offset);
  ++at_;
  scopes_.open_block();
  if (!read_iterators(*node, "satisfies")) return nullptr;
  NodePtr condition = read_expression();
  if (!condition) return nullptr;
  node->children.push_back(std::move(condition));
  scopes_.close_block();
  return node;
}

bool Parser::read_parameters(Code& code) {
  if (!expect_symbol("(")) return false;
  if (eat_symbol(")")) return true;
  do {
    auto name = read_new_name(":", "");
    if (!name) return false;
    Parameter parameter{.name = std::move(*name)};
    if (eat_symbol(":")) {
      auto type = read_type();
      if (!type) return false;
      parameter.type = std::move(*type);
    }
    const auto& known = code.parameters;
    if (std::any_of(known.begin(), known.end(), [&](const Parameter& each) { return each.name == parameter.name; })) {
      fail({"参数“" + parameter.name + "”出现了两次", "the parameter \"" + parameter.name + "\" is there twice"});
      return false;
    }
    scopes_.declare(parameter.name);
    code.parameters.push_back(std::move(parameter));
  } while (eat_symbol(","));
  return expect_symbol(")");
}

namespace {

std::optional<Type> seen_type(const Node& node, const std::vector<Parameter>& parameters);

std::optional<Type> seen_sum(const Node& node, const std::vector<Parameter>& parameters) {
  const auto left = seen_type(*node.children[0], parameters);
  const auto right = seen_type(*node.children[1], parameters);
  if (!left || !right || left->kind != right->kind) return std::nullopt;
  if (left->kind == Type::Kind::number) return Type::number();
  return left->kind == Type::Kind::string && node.op == Op::add ? std::optional(Type::string()) : std::nullopt;
}

/// The type that an expression has whatever its variables are; nothing when it depends on them.
std::optional<Type> seen_type(const Node& node, const std::vector<Parameter>& parameters) {
  switch (node.op) {
    case Op::constant: {
      const bool is_known = !node.constant.is_null() && node.constant.kind() != Kind::function;
      return is_known ? std::optional(type_of(node.constant)) : std::nullopt;
    }
    case Op::local:
      if (node.slot >= parameters.size() || parameters[node.slot].type.kind == Type::Kind::any) return std::nullopt;
      return parameters[node.slot].type;
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::power:
      return seen_sum(node, parameters);
    case Op::and_:
    case Op::or_:
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::between:
    case Op::in:
    case Op::instance_of:
    case Op::some:
    case Op::every:
      return Type::boolean();
    case Op::context: {
      std::vector<Type::Field> fields;
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        auto type = seen_type(*node.children[i], parameters);
        if (!type) return std::nullopt;
        fields.emplace_back(node.names[i], std::move(*type));
      }
      return Type::context(std::move(fields));
    }
    case Op::free_name:
    case Op::filtered_name:
    case Op::negate:
    case Op::path:
    case Op::filter:
    case Op::call:
    case Op::call_named:
    case Op::if_:
    case Op::for_:
    case Op::list:
    case Op::range:
    case Op::lambda:
    case Op::tests:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

NodePtr Parser::read_function() {
  NodePtr node = make(Op::lambda, token().offset);
  ++at_;
  node->code = std::make_shared<Code>();
  scopes_.open_function();
  const auto inputs = std::exchange(inputs_, {});
  const bool is_fine = read_parameters(*node->code);
  node->flag = is_fine && eat_word("external");
  if (is_fine) node->code->body = read_expression();
  scopes_.close_function(*node->code);
  inputs_ = inputs;
  if (!node->code->body) return nullptr;
  if (!node->flag) node->code->result = seen_type(*node->code->body, node->code->parameters).value_or(Type::any());
  return node;
}

// --- Tests -------------------------------------------------------------------------------------------------------

/// `< 5` and its like: a range open at one end.
NodePtr Parser::read_comparison_test() {
  NodePtr node = make(Op::range, token().offset);
  const std::string_view sign = token().text;
  ++at_;
  NodePtr bound = read_sum();
  if (!bound) return nullptr;
  node->children.resize(2);
  if (sign == "=" || sign == "!=") {
    node->form = sign == "=" ? Range::Form::equal : Range::Form::not_equal;
    node->start_included = node->end_included = sign == "=";
    node->children[0] = std::move(bound);
  } else if (sign[0] == '<') {
    node->end_included = sign == "<=";
    node->children[1] = std::move(bound);
  } else {
    node->start_included = sign == ">=";
    node->children[0] = std::move(bound);
  }
  return folded(std::move(node));
}

NodePtr Parser::read_test() {
  static constexpr std::array<std::string_view, 6> signs{"<", "<=", ">", ">=", "=", "!="};
  const bool is_comparison =
      std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) { return is_symbol(sign); });
  const std::uint32_t input = inputs_.back();
  const bool used_before = scopes_.was_used(input);
  scopes_.forget_use(input);
  NodePtr test = is_comparison ? read_comparison_test() : read_expression();
  if (test) test->uses_input = scopes_.was_used(input) && test->op != Op::local;
  if (used_before) scopes_.mark_used(input);
  return test;
}

bool Parser::read_tests(Node& node, std::string_view end) {
  do {
    NodePtr test = read_test();
    if (!test) return false;
    node.children.push_back(std::move(test));
  } while (eat_symbol(","));
  return end.empty() || expect_symbol(end);
}

NodePtr Parser::read_in(NodePtr value) {
  NodePtr node = make(Op::in, value->offset);
  node->children.push_back(std::move(value));
  scopes_.open_block();
  node->slot = scopes_.declare("?");
  inputs_.push_back(node->slot);
  bool is_fine = false;
  if (is_symbol("(")) {
    // A list of tests; or an expression that only begins with a parenthesis, as in `x in (a)[1]` or `x in (1..3)`.
    const std::size_t start = at_++;
    const auto mark = scopes_.mark();
    const auto inputs = inputs_;
    const bool outer = std::exchange(in_range_end_, false);
    is_fine = read_tests(*node, ")");
    in_range_end_ = outer;
    if ((!is_fine || is_symbol("[") || is_symbol(".")) && !(failed_ && error_.code != "feel.syntax")) {
      failed_ = false;
      at_ = start;
      scopes_.return_to(mark);
      inputs_ = inputs;
      node->children.resize(1);
      is_fine = false;
    }
  }
  if (!is_fine) {
    NodePtr test =
        is_symbol("<") || is_symbol("<=") || is_symbol(">") || is_symbol(">=") || is_symbol("=") || is_symbol("!=")
            ? read_test()
            : read_sum();
    if (!test) return nullptr;
    node->children.push_back(std::move(test));
  }
  inputs_.pop_back();
  scopes_.close_block();
  return node;
}

bool Parser::read_unary_tests(Node& node) {
  if (is_symbol("-") && token(1).kind == Token::Kind::end) {
    ++at_;
    return true;
  }
  if (is_word("not") && is_symbol("(", 1)) {
    // `not(…)` around everything negates the tests; `not(a) and b` is an expression.
    const std::size_t start = at_;
    const auto mark = scopes_.mark();
    const auto inputs = inputs_;
    at_ += 2;
    node.flag = true;
    if (read_tests(node, ")") && token().kind == Token::Kind::end) return true;
    if (failed_ && error_.code != "feel.syntax") return false;
    failed_ = false;
    at_ = start;
    scopes_.return_to(mark);
    inputs_ = inputs;
    node.flag = false;
    node.children.clear();
  }
  return read_tests(node, "");
}

NodePtr Parser::read_whole_unary_tests() {
  NodePtr node = make(Op::tests, 0);
  node->slot = scopes_.declare("?");
  inputs_.push_back(node->slot);
  if (!read_unary_tests(*node)) return nullptr;
  if (token().kind == Token::Kind::end) return node;
  const std::string rest(token().text);
  return fail({"条件在“" + rest + "”之前已经结束", "the test ends before \"" + rest + "\""});
}

// --- Types -------------------------------------------------------------------------------------------------------

std::optional<Type> Parser::read_whole_type() {
  auto type = read_type();
  if (type && token().kind != Token::Kind::end) {
    fail({"类型之后还有多余内容", "there is more text after the type"});
    return std::nullopt;
  }
  return type;
}

std::optional<Type> Parser::read_type() {
  Nesting nesting(*this);
  if (!nesting) return std::nullopt;
  std::size_t best = 0;
  Type type;
  const auto try_name = [&](const std::vector<std::string>& lexemes, const Type& candidate) {
    if (lexemes.size() <= best || lexemes.size() > ahead().size()) return;
    for (std::size_t i = 0; i < lexemes.size(); ++i)
      if (token(i).kind == Token::Kind::end || token(i).text != lexemes[i]) return;
    best = lexemes.size();
    type = candidate;
  };
  for (const auto& [lexemes, candidate] : types_) try_name(lexemes, candidate);
  for (const std::string_view name : {"Any",
                                      "Null",
                                      "boolean",
                                      "number",
                                      "string",
                                      "date",
                                      "time",
                                      "date and time",
                                      "years and months duration",
                                      "days and time duration",
                                      "list",
                                      "context",
                                      "range",
                                      "function",
                                      "any",
                                      "dateTime",
                                      "dayTimeDuration",
                                      "yearMonthDuration",
                                      "day and time duration",
                                      "year and month duration"})
    try_name(lexemes_of(name), *built_in_type(name));
  if (best == 0) {
    const std::string word(token().text);
    fail({"没有名为“" + word + "”的类型", "there is no type called \"" + word + "\""});
    error_.code = "feel.unknown_type";
    return std::nullopt;
  }
  at_ += best;
  if (type.is_bare && is_symbol("<")) return read_type_arguments(type.kind);
  return type;
}

std::optional<Type> Parser::read_type_arguments(Type::Kind kind) {
  if (kind == Type::Kind::context) return read_context_type();
  if (kind == Type::Kind::function) return read_function_type();
  if (kind != Type::Kind::list && kind != Type::Kind::range) return Type::of(kind);
  ++at_;
  auto element = read_type();
  if (!element || !expect_symbol(">")) return std::nullopt;
  return kind == Type::Kind::list ? Type::list(std::move(*element)) : Type::range(std::move(*element));
}

std::optional<Type> Parser::read_context_type() {
  ++at_;
  std::vector<Type::Field> fields;
  do {
    auto name = read_new_name(":", "");
    if (!name || !expect_symbol(":")) return std::nullopt;
    auto type = read_type();
    if (!type) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*type));
  } while (eat_symbol(","));
  if (!expect_symbol(">")) return std::nullopt;
  return Type::context(std::move(fields));
}

std::optional<Type> Parser::read_function_type() {
  ++at_;
  std::vector<Type> parameters;
  if (!eat_symbol(">")) {
    do {
      auto type = read_type();
      if (!type) return std::nullopt;
      parameters.push_back(std::move(*type));
    } while (eat_symbol(","));
    if (!expect_symbol(">")) return std::nullopt;
  }
  if (!expect_symbol("->")) return std::nullopt;
  auto result = read_type();
  if (!result) return std::nullopt;
  return Type::function(std::move(parameters), std::move(*result));
}

}  // namespace feel
