// Decision tables: from XML to compiled rows. Source: [DMN-8] decision tables.
#include <algorithm>
#include <array>
#include <utility>

#include "boxed_compiler.h"

namespace dmn {
namespace {

std::optional<HitPolicy> hit_policy_of(std::string_view text) {
  constexpr std::array policies = {
      std::pair(std::string_view("UNIQUE"), HitPolicy::unique),
      std::pair(std::string_view("FIRST"), HitPolicy::first),
      std::pair(std::string_view("PRIORITY"), HitPolicy::priority),
      std::pair(std::string_view("ANY"), HitPolicy::any),
      std::pair(std::string_view("COLLECT"), HitPolicy::collect),
      std::pair(std::string_view("RULE ORDER"), HitPolicy::rule_order),
      std::pair(std::string_view("OUTPUT ORDER"), HitPolicy::output_order),
  };
  if (text.empty()) return HitPolicy::unique;
  for (const auto& [name, policy] : policies)
    if (name == text) return policy;
  return std::nullopt;
}

std::optional<Aggregation> aggregation_of(std::string_view text) {
  if (text.empty()) return Aggregation::none;
  if (text == "SUM") return Aggregation::sum;
  if (text == "COUNT") return Aggregation::count;
  if (text == "MIN") return Aggregation::min;
  if (text == "MAX") return Aggregation::max;
  return std::nullopt;
}

std::size_t count_children(pugi::xml_node node, const char* name) {
  const auto children = node.children(name);
  return static_cast<std::size_t>(std::distance(children.begin(), children.end()));
}

}  // namespace

InputClause BoxedCompiler::input_clause(pugi::xml_node node) {
  const pugi::xml_node expression = node.child("inputExpression");
  InputClause clause;
  clause.label = attribute(node, "label");
  if (clause.label.empty()) clause.label = text_of(expression);
  clause.expression = literal(expression ? expression : node);
  clause.allowed = tests(node.child("inputValues"));
  return clause;
}

/// `is_ranked`: the hit policy needs the order of the output values.
OutputClause BoxedCompiler::output_clause(pugi::xml_node node, pugi::xml_node table, bool is_ranked) {
  OutputClause clause;
  clause.name = attribute(node, "name");
  clause.type = type_of(node);
  std::string values = text_of(node.child("outputValues"));
  clause.allowed = tests(node.child("outputValues"));
  if (is_ranked) {
    if (values.empty()) values = types_.allowed_values(index_, attribute(node, "typeRef"));
    if (values.empty()) values = types_.allowed_values(index_, attribute(table, "typeRef"));
    if (values.empty()) values = types_.allowed_values(index_, attribute(table.parent().child("variable"), "typeRef"));
    if (!values.empty()) clause.priorities = priorities(node, values);
  }
  if (const pugi::xml_node entry = node.child("defaultOutputEntry"); entry && !text_of(entry).empty())
    clause.default_entry = literal(entry);
  return clause;
}

std::vector<feel::Expression> BoxedCompiler::priorities(pugi::xml_node place, const std::string& values) {
  std::vector<feel::Expression> ranked;
  for (const std::string& value : split_values(values)) {
    base::Result<feel::Expression> test = feel::compile_unary_tests(value, scope_);
    if (test) {
      ranked.push_back(std::move(test).value());
    } else {
      faults_.add(document_.name, place_of(place), "dmn.expression_invalid",
                  {"输出取值“" + value + "”写得不对", "the output value `" + value + "` is not right"});
    }
  }
  return ranked;
}

Tests BoxedCompiler::cell_tests(pugi::xml_node node) {
  const auto known = cells_.find(text_of(node));
  if (known != cells_.end()) return known->second;
  Tests made = tests(node);
  // What is at fault is not kept, so that every place of it is told.
  if (!made.is_never) cells_.emplace(text_of(node), made);
  return made;
}

std::uint32_t BoxedCompiler::number_of(std::size_t column, const std::string& text) {
  if (text.empty() || text == "-") return 0;
  return numbers_.emplace(std::pair(column, text), static_cast<std::uint32_t>(numbers_.size()) + 1).first->second;
}

Rule BoxedCompiler::rule(pugi::xml_node node, const Table& table) {
  Rule rule;
  for (const pugi::xml_node entry : node.children("inputEntry")) {
    rule.numbers.push_back(number_of(rule.tests.size(), text_of(entry)));
    rule.tests.push_back(cell_tests(entry));
  }
  for (const pugi::xml_node entry : node.children("outputEntry")) rule.outputs.push_back(literal(entry));
  Row text{.decision = owner_,
           .rule_id = std::string(attribute(node, "id")),
           .number = static_cast<int>(table.rules.size()) + 1,
           .annotations = {}};
  for (const pugi::xml_node entry : node.children("annotationEntry")) text.annotations.push_back(text_of(entry));
  // Before DMN 1.2 a row's remark was its description.
  if (const std::string_view remark = trimmed(node.child("description").child_value());
      text.annotations.empty() && !remark.empty())
    text.annotations.emplace_back(remark);
  for (std::size_t column = 0; column < std::min(rule.tests.size(), table.inputs.size()); ++column)
    if (rule.tests[column].expression)
      text.cells.push_back({table.inputs[column].label, rule.tests[column].expression->text()});
  rule.text = std::make_shared<const Row>(std::move(text));
  if (rule.tests.size() != table.inputs.size() || rule.outputs.size() != table.outputs.size()) {
    const std::string row = std::to_string(table.rules.size() + 1);
    faults_.add(document_.name, place_of(node), "dmn.table_columns",
                {"第 " + row + " 行的格数与表头不一致", "row " + row + " does not have as many cells as the header"});
    rule.tests.assign(table.inputs.size(), Tests{.expression = {}, .is_never = true});
    rule.numbers.assign(table.inputs.size(), number_of(table.inputs.size(), "a row at fault"));
    rule.outputs.resize(table.outputs.size(), made(node, Missing{}));
  }
  return rule;
}

BoxedPtr BoxedCompiler::table(pugi::xml_node node) {
  const std::optional<HitPolicy> policy = hit_policy_of(attribute(node, "hitPolicy"));
  const std::optional<Aggregation> aggregation = aggregation_of(attribute(node, "aggregation"));
  if (!policy || !aggregation)
    return missing(node, "dmn.hit_policy_unknown",
                   {"命中策略或汇总方式不明", "the hit policy or aggregation is not one of DMN"});
  Table table{
      .decision = owner_, .hit_policy = *policy, .aggregation = *aggregation, .inputs = {}, .outputs = {}, .rules = {}};
  for (const pugi::xml_node clause : node.children("input")) table.inputs.push_back(input_clause(clause));
  const bool is_ranked = *policy == HitPolicy::priority || *policy == HitPolicy::output_order;
  for (const pugi::xml_node clause : node.children("output"))
    table.outputs.push_back(output_clause(clause, node, is_ranked));
  if (table.outputs.empty())
    return missing(node, "dmn.table_outputs", {"决策表没有输出列", "the decision table has no output column"});
  if (table.outputs.size() > 1 && table.aggregation != Aggregation::none && table.aggregation != Aggregation::count)
    return missing(node, "dmn.aggregation_invalid",
                   {"有多个输出列的表不能汇总", "a table with several output columns cannot be aggregated"});
  if (is_ranked && std::all_of(table.outputs.begin(), table.outputs.end(),
                               [](const OutputClause& clause) { return clause.priorities.empty(); }))
    faults_.add(document_.name, place_of(node), "dmn.priorities_missing",
                {"此命中策略需要按优先顺序列出输出取值",
                 "this hit policy needs the output values listed in their order of priority"});
  table.rules.reserve(count_children(node, "rule"));
  cells_.clear();  // names may mean something else in another table
  numbers_.clear();
  for (const pugi::xml_node row : node.children("rule")) table.rules.push_back(rule(row, table));
  table.numbers_end = numbers_.size() + 1;
  return made(node, std::move(table));
}

}  // namespace dmn
