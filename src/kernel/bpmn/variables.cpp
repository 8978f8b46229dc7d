#include <algorithm>

#include "kernel/base/check.h"
#include "run.h"

namespace bpmn {

feel::Value storable(const feel::Value& value) {
  switch (value.kind()) {
    case feel::Kind::range:
    case feel::Kind::function:
      return {};
    case feel::Kind::list: {
      feel::List list;
      list.reserve(value.as_list().size());
      for (const feel::Value& item : value.as_list()) list.push_back(storable(item));
      return list;
    }
    case feel::Kind::context:
      return storable(value.as_context());
    case feel::Kind::null:
    case feel::Kind::boolean:
    case feel::Kind::number:
    case feel::Kind::string:
    case feel::Kind::date:
    case feel::Kind::time:
    case feel::Kind::date_time:
    case feel::Kind::years_months:
    case feel::Kind::days_time:
      return value;
  }
  return {};
}

feel::Context storable(const feel::Context& context) {
  feel::Context out;
  for (const auto& [name, value] : context.entries()) out.put(name, storable(value));
  return out;
}

namespace {

/// The scope around `key` whose variables it sees too; 0 at the edge of a process.
Key scope_around(const Definition& definition, const Instance::Data& data, Key key) {
  const Instance::Living* here = data.find_living(key);
  if (here == nullptr) return 0;
  return here->element != no_element && definition.node(here->element).type == ElementType::process ? 0 : here->scope;
}

feel::Context visible(const Definition& definition, const Instance::Data& data, Key key) {
  std::vector<const feel::Context*> inner_first;
  for (Key at = key; at != 0; at = scope_around(definition, data, at))
    if (const feel::Context* own = data.find_variables(at)) inner_first.push_back(own);
  feel::Context all;
  for (auto own = inner_first.rbegin(); own != inner_first.rend(); ++own)
    for (const auto& [name, value] : (*own)->entries()) all.put(name, value);
  return all;
}

}  // namespace

feel::Context visible_variables(const Definition& definition, const Instance& instance, Key key) {
  return visible(definition, instance.data(), key);
}

Key Run::seen_around(Key key) const {
  return scope_around(definition_, data_, key);
}

/// The nearest scope, from `key` outward, that has the name.
const feel::Value* Run::find_variable(Key key, std::string_view name) const {
  for (Key at = key; at != 0; at = seen_around(at))
    if (const feel::Context* own = data_.find_variables(at))
      if (const feel::Value* value = own->find(name)) return value;
  return nullptr;
}

/// Everything visible from `key`.
feel::Context Run::context_of(Key key) const {
  return visible(definition_, data_, key);
}

base::Result<feel::Value> Run::evaluate(const feel::Expression& expression, Key key, const feel::Context& extra) {
  feel::Context context;
  for (const std::string& name : expression.free_names()) {
    const feel::Value* value = extra.find(name);
    if (value == nullptr) value = find_variable(key, name);
    if (value != nullptr) context.put(name, *value);
  }
  feel::Outcome outcome = feel::evaluate(expression, context, world_.feel);
  diagnosis_zh_.clear();
  diagnosis_en_.clear();
  if (outcome.limit_passed)
    return refusal(base::Refusal::rule_not_met, "bpmn.expression_limit", "表达式“" + expression.text() + "”计算量过大",
                   "the expression '" + expression.text() + "' takes too much to evaluate");
  if (!outcome.diagnostics.empty()) {
    diagnosis_zh_ = "：" + outcome.diagnostics.front().message.zh;
    diagnosis_en_ = ": " + outcome.diagnostics.front().message.en;
  }
  return std::move(outcome.value);
}

base::Result<feel::Value> Run::evaluate(const Attribute& attribute, Key key) {
  if (attribute.expression) return evaluate(*attribute.expression, key);
  return feel::Value(attribute.text);
}

/// Null is no text: the empty one.
base::Result<std::string> Run::text_of(const Attribute& attribute, Key key) {
  if (!attribute.expression) return attribute.text;
  TRY(const feel::Value value, evaluate(*attribute.expression, key));
  return value.is_null() ? std::string() : feel::to_text(value);
}

/// A list, or a text whose parts are separated by commas.
base::Result<std::vector<std::string>> Run::texts_of(const Attribute& attribute, Key key) {
  if (!attribute.expression) return split_list(attribute.text);
  TRY(const feel::Value value, evaluate(*attribute.expression, key));
  if (value.is_null()) return std::vector<std::string>{};
  if (value.kind() != feel::Kind::list) return split_list(feel::to_text(value));
  std::vector<std::string> texts;
  for (const feel::Value& item : value.as_list())
    if (!item.is_null()) texts.push_back(feel::to_text(item));
  return texts;
}

base::Result<int> Run::number_of(const Attribute& attribute, Key key, int otherwise) {
  if (attribute.empty()) return otherwise;
  TRY(const feel::Value value, evaluate(attribute, key));
  return whole_number(value);
}

base::Result<int> Run::whole_number(const feel::Value& value) const {
  std::optional<feel::Decimal> number;
  if (value.kind() == feel::Kind::number) number = value.as_number();
  if (value.kind() == feel::Kind::string) number = feel::Decimal::parse(value.as_string());
  const auto whole = number ? number->to_int64() : std::nullopt;
  if (whole && *whole >= 0 && *whole <= 1'000'000) return static_cast<int>(*whole);
  return refusal(base::Refusal::rule_not_met, "bpmn.number_invalid",
                 "“" + feel::to_text(value) + "”不是0到1000000的整数" + diagnosis_zh_,
                 "'" + feel::to_text(value) + "' is no whole number from 0 to 1,000,000" + diagnosis_en_);
}

/// Puts `value` at a path of names; a context that already stands under the first name is kept and extended.
void Run::put_path(feel::Context& into, const std::vector<std::string>& path, feel::Value value, Key scope) const {
  if (path.size() == 1) return into.put(path.front(), std::move(value));
  const feel::Value* before = into.find(path.front());
  if (before == nullptr && scope != 0) before = find_variable(scope, path.front());
  feel::Context inner =
      before != nullptr && before->kind() == feel::Kind::context ? before->as_context() : feel::Context{};
  put_path(inner, {path.begin() + 1, path.end()}, std::move(value), 0);
  into.put(path.front(), std::move(inner));
}

/// Inputs become variables of the element itself, one after the other: later ones see earlier ones.
base::Result<void> Run::map_inputs(const Node& node, Key key) {
  for (const Mapping& mapping : node.inputs) {
    TRY(feel::Value value, evaluate(mapping.source, key));
    feel::Context own;
    put_path(own, mapping.target, std::move(value), key);
    set_variables(key, own);
  }
  return base::done();
}

/// Outputs are computed from what the element sees, and go to the scope around it, outward.
base::Result<void> Run::map_outputs(const Node& node, Key key) {
  if (node.outputs.empty()) return base::done();
  const Key around = living(key).scope;
  feel::Context out;
  for (const Mapping& mapping : node.outputs) {
    TRY(feel::Value value, evaluate(mapping.source, key));
    put_path(out, mapping.target, std::move(value), around);
  }
  propagate(around, out);
  return base::done();
}

/// What came with a completion: with output mappings only those decide what goes on, else everything goes outward.
void Run::deliver(Key key, const feel::Context& variables) {
  if (variables.empty()) return;
  if (node_of(key).outputs.empty())
    propagate(key, variables);
  else
    set_variables(key, variables);
}

/// Each variable goes to the nearest scope, from `key` outward, that has it; else to the process.
void Run::propagate(Key key, const feel::Context& variables) {
  Key process = key;
  for (Key at = key; at != 0; at = seen_around(at)) process = at;
  std::vector<std::pair<Key, feel::Context>> by_scope;
  for (const auto& [name, value] : variables.entries()) {
    Key target = process;
    for (Key at = key; at != 0; at = seen_around(at)) {
      const feel::Context* own = data_.find_variables(at);
      if (own == nullptr || own->find(name) == nullptr) continue;
      target = at;
      break;
    }
    auto group = std::find_if(by_scope.begin(), by_scope.end(), [&](const auto& one) { return one.first == target; });
    if (group == by_scope.end()) group = by_scope.insert(by_scope.end(), {target, {}});
    group->second.put(name, value);
  }
  for (const auto& [scope, own] : by_scope) set_variables(scope, own);
}

void Run::set_variables(Key scope, const feel::Context& variables) {
  if (!variables.empty()) emit(VariablesSet{.scope = scope, .variables = storable(variables)});
}

}  // namespace bpmn
