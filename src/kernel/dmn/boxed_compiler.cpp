#include "boxed_compiler.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dmn {
namespace {

constexpr std::array expression_kinds = {
    std::string_view("literalExpression"),
    std::string_view("invocation"),
    std::string_view("context"),
    std::string_view("list"),
    std::string_view("relation"),
    std::string_view("functionDefinition"),
    std::string_view("decisionTable"),
    std::string_view("conditional"),
    std::string_view("filter"),
    std::string_view("for"),
    std::string_view("some"),
    std::string_view("every"),
};

bool is_expression(pugi::xml_node node) {
  return std::find(expression_kinds.begin(), expression_kinds.end(), std::string_view(node.name())) !=
         expression_kinds.end();
}

feel::Names names_of_columns(pugi::xml_node node, const char* child) {
  feel::Names names;
  for (const pugi::xml_node column : node.children(child))
    if (const std::string_view name = attribute(column, "name"); !name.empty())
      names.push_back({std::string(name), {}});
  return names;
}

bool mentions(pugi::xml_node node, std::string_view word) {
  struct Search : pugi::xml_tree_walker {
    std::string_view word;
    bool is_found = false;
    bool for_each(pugi::xml_node& at) override {
      is_found = is_found || std::string_view(at.value()).find(word) != std::string_view::npos;
      return !is_found;
    }
  } search;
  search.word = word;
  node.traverse(search);
  return search.is_found;
}

}  // namespace

pugi::xml_node expression_in(pugi::xml_node parent) {
  for (const pugi::xml_node child : parent.children())
    if (is_expression(child)) return child;
  return {};
}

feel::Names names_in(pugi::xml_node logic) {
  const std::string_view kind = logic.name();
  if (kind == "relation") return names_of_columns(logic, "column");
  if (kind == "decisionTable") {
    feel::Names names = names_of_columns(logic, "output");
    return names.size() > 1 ? names : feel::Names{};
  }
  if (kind == "list" || kind == "functionDefinition") return names_in(expression_in(logic));
  if (kind == "filter") return names_in(expression_in(logic.child("in")));
  if (kind == "for") return names_in(expression_in(logic.child("return")));
  if (kind == "conditional") return names_in(expression_in(logic.child("then")));
  feel::Names names;
  if (kind != "context") return names;
  for (const pugi::xml_node entry : logic.children("contextEntry")) {
    const pugi::xml_node variable = entry.child("variable");
    if (!variable) return names_in(expression_in(entry));
    names.push_back({std::string(attribute(variable, "name")), names_in(expression_in(entry))});
  }
  return names;
}

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_quoted && c == '\\') ++at;
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c == ',' && depth <= 0) {
      parts.emplace_back(trimmed(text.substr(start, at - start)));
      start = at + 1;
    }
  }
  parts.emplace_back(trimmed(text.substr(std::min(start, text.size()))));
  return parts;
}

BoxedCompiler::BoxedCompiler(const Document& document, std::size_t index, Types& types, feel::Dialect dialect,
                             Faults& faults)
    : document_(document), index_(index), types_(types), faults_(faults) {
  scope_.types = types.visible(index);
  scope_.dialect = dialect;
}

void BoxedCompiler::know(std::string name, feel::Names components) {
  if (!name.empty()) scope_.names.push_back({std::move(name), std::move(components)});
}

BoxedPtr BoxedCompiler::made(pugi::xml_node node, decltype(Boxed::content) content) {
  auto boxed = std::make_shared<Boxed>();
  const std::string_view id = attribute(node, "id");
  boxed->where = id.empty() ? owner_ : owner_ + "#" + std::string(id);
  boxed->type = type_of(node);
  boxed->content = std::move(content);
  return boxed;
}

BoxedPtr BoxedCompiler::missing(pugi::xml_node node, std::string_view code, base::Text message, bool is_fault) {
  if (is_fault) {
    const std::string place = place_of(node);
    faults_.add(document_.name, place.empty() ? owner_ : place, code, message);
  }
  return made(node, Missing{std::string(code), std::move(message)});
}

feel::Type BoxedCompiler::type_of(pugi::xml_node node) {
  return types_.find(index_, attribute(node, "typeRef"), place_of(node));
}

bool BoxedCompiler::is_feel(pugi::xml_node node) {
  std::string_view language = attribute(node, "expressionLanguage");
  if (language.empty()) language = attribute(document_.definitions, "expressionLanguage");
  return language.empty() || is_feel_namespace(language);
}

BoxedPtr BoxedCompiler::logic_in(pugi::xml_node parent, const std::string& owner) {
  owner_ = owner;
  const pugi::xml_node node = expression_in(parent);
  if (!node)
    return missing(parent, "dmn.logic_missing",
                   {"“" + owner + "”没有填写决策逻辑", "\"" + owner + "\" has no decision logic"}, false);
  return compile(node);
}

BoxedFunction BoxedCompiler::function(pugi::xml_node definition, const std::string& owner) {
  owner_ = owner;
  BoxedFunction function{.parameters = parameters_of(definition), .body = {}};
  const std::size_t mark = open();
  for (const feel::Parameter& parameter : function.parameters) know(parameter.name, names_in(parameter.type));
  function.body = only_child(definition, "body");
  close(mark);
  return function;
}

BoxedPtr BoxedCompiler::only_child(pugi::xml_node parent, const char* role) {
  if (const pugi::xml_node node = expression_in(parent)) return compile(node);
  return missing(parent, "dmn.expression_missing",
                 {"此处缺少表达式", std::string("an expression is missing here (") + role + ")"});
}

BoxedPtr BoxedCompiler::compile(pugi::xml_node node) {
  const std::string_view kind = node.name();
  if (kind == "literalExpression") return literal(node);
  if (kind == "decisionTable") return table(node);
  if (kind == "invocation") return invocation(node);
  if (kind == "context") return context(node);
  if (kind == "list") return list(node);
  if (kind == "relation") return relation(node);
  if (kind == "functionDefinition") return function_expression(node);
  if (kind == "conditional") return conditional(node);
  if (kind == "filter") return filter(node);
  return iteration(node);
}

BoxedPtr BoxedCompiler::literal(pugi::xml_node node) {
  if (!is_feel(node))
    return missing(node, "dmn.unknown_language", {"表达式语言不是 FEEL", "the expression is not written in FEEL"});
  if (node.child("importedValues"))
    return missing(node, "dmn.imported_values",
                   {"不支持从外部文件引入取值，请把取值写在模型内",
                    "values imported from other files are not taken; please write them into the model"});
  const std::string text = text_of(node);
  if (text.empty())
    return missing(node, "dmn.expression_empty", {"表达式没有填写", "the expression was left empty"}, false);
  return compiled_text(node, text);
}

BoxedPtr BoxedCompiler::compiled_text(pugi::xml_node node, const std::string& text) {
  base::Result<feel::Expression> expression = feel::compile(text, scope_);
  if (expression) return made(node, Literal{std::move(expression).value()});
  const base::Text& why = expression.error().message;
  return missing(node, "dmn.expression_invalid",
                 {"表达式“" + text + "”写得不对：" + why.zh, "the expression `" + text + "` is not right: " + why.en});
}

Tests BoxedCompiler::tests(pugi::xml_node node) {
  const std::string text = text_of(node);
  if (text.empty() || text == "-") return {};
  base::Result<feel::Expression> compiled = feel::compile_unary_tests(text, scope_);
  if (compiled) return {.expression = std::move(compiled).value()};
  const base::Text& why = compiled.error().message;
  faults_.add(document_.name, place_of(node), "dmn.expression_invalid",
              {"条件“" + text + "”写得不对：" + why.zh, "the test `" + text + "` is not right: " + why.en});
  return {.is_never = true};
}

BoxedPtr BoxedCompiler::invocation(pugi::xml_node node) {
  Invocation invocation{.callee = only_child(node, "called function"), .bindings = {}};
  for (const pugi::xml_node binding : node.children("binding")) {
    const pugi::xml_node parameter = binding.child("parameter");
    const pugi::xml_node formula = expression_in(binding);
    invocation.bindings.push_back(
        {std::string(attribute(parameter, "name")), type_of(parameter),
         formula ? compile(formula)
                 : missing(binding, "dmn.expression_empty", {"参数没有填写", "the parameter was left empty"}, false)});
  }
  return made(node, std::move(invocation));
}

BoxedPtr BoxedCompiler::context(pugi::xml_node node) {
  BoxedContext context;
  const std::size_t mark = open();
  for (const pugi::xml_node entry : node.children("contextEntry")) {
    const pugi::xml_node variable = entry.child("variable");
    BoxedPtr value = only_child(entry, "entry");
    if (!variable) {
      context.result = std::move(value);
      break;
    }
    Part part{std::string(attribute(variable, "name")), type_of(variable), std::move(value)};
    feel::Names components = names_in(part.type);
    know(part.name, components.empty() ? names_in(expression_in(entry)) : std::move(components));
    context.entries.push_back(std::move(part));
  }
  close(mark);
  return made(node, std::move(context));
}

BoxedPtr BoxedCompiler::list(pugi::xml_node node) {
  BoxedList list;
  for (const pugi::xml_node child : node.children())
    if (is_expression(child)) list.items.push_back(compile(child));
  return made(node, std::move(list));
}

BoxedPtr BoxedCompiler::relation(pugi::xml_node node) {
  Relation relation;
  for (const pugi::xml_node column : node.children("column"))
    relation.columns.push_back({std::string(attribute(column, "name")), type_of(column), {}});
  for (const pugi::xml_node row : node.children("row")) {
    std::vector<BoxedPtr> cells;
    for (const pugi::xml_node cell : row.children())
      if (is_expression(cell)) cells.push_back(compile(cell));
    if (cells.size() != relation.columns.size())
      return missing(row, "dmn.relation_columns",
                     {"这一行的格数与列数不同", "this row does not have as many cells as there are columns"});
    relation.rows.push_back(std::move(cells));
  }
  return made(node, std::move(relation));
}

std::vector<feel::Parameter> BoxedCompiler::parameters_of(pugi::xml_node definition) {
  std::vector<feel::Parameter> parameters;
  for (const pugi::xml_node parameter : definition.children("formalParameter"))
    parameters.push_back({std::string(attribute(parameter, "name")), type_of(parameter)});
  return parameters;
}

BoxedPtr BoxedCompiler::function_expression(pugi::xml_node node) {
  const std::string_view kind = attribute(node, "kind");
  if (kind == "Java") return external_function(node);
  if (!kind.empty() && kind != "FEEL")
    return missing(
        node, "dmn.function_kind",
        {"不支持的函数种类：" + std::string(kind), "functions of kind " + std::string(kind) + " are not taken"});
  return made(node, function(node, owner_));
}

/// FEEL can name an external function itself, so the boxed form is put into FEEL's words.
BoxedPtr BoxedCompiler::external_function(pugi::xml_node node) {
  std::string text = "function(";
  for (const pugi::xml_node parameter : node.children("formalParameter")) {
    if (!text.ends_with('(')) text += ", ";
    text += attribute(parameter, "name");
    if (const std::string_view type = attribute(parameter, "typeRef"); !type.empty()) {
      text += ": ";
      text += type;
    }
  }
  text += ") external {java: {";
  bool is_first = true;
  for (const pugi::xml_node entry : node.child("context").children("contextEntry")) {
    if (!std::exchange(is_first, false)) text += ", ";
    text += attribute(entry.child("variable"), "name");
    text += ": " + text_of(entry.child("literalExpression"));
  }
  return compiled_text(node, text + "}}");
}

BoxedPtr BoxedCompiler::conditional(pugi::xml_node node) {
  return made(node, Conditional{.condition = only_child(node.child("if"), "if"),
                                .consequent = only_child(node.child("then"), "then"),
                                .alternative = only_child(node.child("else"), "else")});
}

BoxedPtr BoxedCompiler::filter(pugi::xml_node node) {
  Filter filter{.list = only_child(node.child("in"), "in"), .match = {}};
  const std::size_t mark = open();
  feel::Names item = names_in(expression_in(node.child("in")));
  for (const feel::Name& name : item) know(name.name, name.components);
  know("item", std::move(item));
  filter.match = only_child(node.child("match"), "match");
  close(mark);
  return made(node, std::move(filter));
}

BoxedPtr BoxedCompiler::iteration(pugi::xml_node node) {
  const std::string_view kind = node.name();
  Iteration iteration{.kind = kind == "for"    ? Iteration::Kind::each
                              : kind == "some" ? Iteration::Kind::some
                                               : Iteration::Kind::every,
                      .variable = std::string(attribute(node, "iteratorVariable")),
                      .list_type = type_of(node.child("in")),
                      .list = only_child(node.child("in"), "in"),
                      .body = {}};
  const bool is_each = iteration.kind == Iteration::Kind::each;
  const std::size_t mark = open();
  feel::Names components = names_in(iteration.list_type);
  know(iteration.variable, components.empty() ? names_in(expression_in(node.child("in"))) : std::move(components));
  if (is_each) know("partial", {});
  iteration.uses_partial = is_each && mentions(node.child("return"), "partial");
  iteration.body = only_child(node.child(is_each ? "return" : "satisfies"), is_each ? "return" : "satisfies");
  close(mark);
  return made(node, std::move(iteration));
}

}  // namespace dmn
