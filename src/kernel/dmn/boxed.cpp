// Boxed expressions at work. Source: [DMN-10.2.2] boxed expressions.
#include <utility>

#include "run.h"

namespace dmn {

using feel::Kind;
using feel::Value;

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

Value Run::evaluate(const Boxed& boxed, const feel::Context& scope) {
  // The commonest kind first: an expression counts its own levels.
  if (const auto* literal = std::get_if<Literal>(&boxed.content)) {
    if (!evaluation_.spend(1)) return {};
    Value value = feel::evaluate(literal->expression, scope, evaluation_);
    attribute(boxed.where);
    return fit(std::move(value), boxed.type, boxed.where);
  }
  const feel::Evaluation::Level level(evaluation_);
  if (!level || !evaluation_.spend(1)) return {};
  Value value = evaluate_content(boxed, scope);
  attribute(boxed.where);
  return fit(std::move(value), boxed.type, boxed.where);
}

Value Run::evaluate_content(const Boxed& boxed, const feel::Context& scope) {
  return std::visit(Overloaded{
                        [&](const Literal& literal) { return feel::evaluate(literal.expression, scope, evaluation_); },
                        [&](const Missing& missing) { return fail(boxed.where, missing.code, missing.message); },
                        [&](const Table& table) { return judge(table, scope, boxed.where); },
                        [&](const Invocation& invocation) { return invoke(invocation, boxed, scope); },
                        [&](const BoxedContext& context) { return build(context, scope, boxed.where); },
                        [&](const BoxedList& list) { return build(list, scope); },
                        [&](const Relation& relation) { return build(relation, scope, boxed.where); },
                        [&](const BoxedFunction& function) { return close_over(function, scope); },
                        [&](const Conditional& conditional) { return choose(conditional, scope, boxed.where); },
                        [&](const Filter& filtering) { return filter(filtering, scope, boxed.where); },
                        [&](const Iteration& iteration) { return iterate(iteration, scope, boxed.where); },
                    },
                    boxed.content);
}

Value Run::choose(const Conditional& conditional, const feel::Context& scope, std::string_view where) {
  const Value condition = evaluate(*conditional.condition, scope);
  if (condition.kind() != Kind::boolean && !condition.is_null())
    return fail(where, "dmn.not_a_condition", {"条件的结果应为真或假", "the condition must give true or false"});
  return evaluate(condition.is_true() ? *conditional.consequent : *conditional.alternative, scope);
}

Value Run::invoke(const Invocation& invocation, const Boxed& boxed, const feel::Context& scope) {
  const Value callee = evaluate(*invocation.callee, scope);
  if (callee.kind() != Kind::function)
    return fail(boxed.where, "dmn.not_a_function", {"被调用的不是函数", "what is called is not a function"});
  std::vector<std::pair<std::string, Value>> arguments;
  arguments.reserve(invocation.bindings.size());
  for (const Part& binding : invocation.bindings)
    arguments.emplace_back(binding.name, fit(evaluate(*binding.value, scope), binding.type, boxed.where));
  return feel::call(callee.as_function(), std::move(arguments), evaluation_);
}

Value Run::build(const BoxedContext& context, const feel::Context& scope, std::string_view where) {
  feel::Context inner = scope;
  feel::Context entries;
  for (const Part& entry : context.entries) {
    Value value = fit(evaluate(*entry.value, inner), entry.type, where);
    if (!context.result) entries.put(entry.name, value);
    inner.put(entry.name, std::move(value));
  }
  return context.result ? evaluate(*context.result, inner) : Value(std::move(entries));
}

Value Run::build(const BoxedList& list, const feel::Context& scope) {
  feel::List items;
  items.reserve(list.items.size());
  for (const BoxedPtr& item : list.items) items.push_back(evaluate(*item, scope));
  return items;
}

Value Run::build(const Relation& relation, const feel::Context& scope, std::string_view where) {
  feel::List rows;
  rows.reserve(relation.rows.size());
  for (const std::vector<BoxedPtr>& cells : relation.rows) {
    feel::Context row;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const Part& header = relation.columns[column];
      row.put(header.name, fit(evaluate(*cells[column], scope), header.type, where));
    }
    rows.emplace_back(std::move(row));
  }
  return rows;
}

Value Run::close_over(const BoxedFunction& function, const feel::Context& scope) {
  auto body = [link = link(), &function, scope](const std::vector<Value>& arguments,
                                                feel::Evaluation& evaluation) -> Value {
    if (!link->run)
      return evaluation.fail("dmn.run_over", {"决策已经结束，函数不能再调用",
                                              "the decision is over; its function can no longer be called"});
    feel::Context inner = scope;
    for (std::size_t index = 0; index < function.parameters.size() && index < arguments.size(); ++index)
      inner.put(function.parameters[index].name, arguments[index]);
    return link->run->evaluate(*function.body, inner);
  };
  return feel::make_function({}, function.parameters, std::move(body));
}

std::optional<Value> Run::items_of(Value list, std::string_view where) {
  if (list.kind() == Kind::range) {
    list = feel::evaluate(*model_.each_item, feel::Context({{"list", list}}), evaluation_);
    attribute(where);
  }
  if (list.kind() == Kind::list) return list;
  fail(where, "dmn.not_a_list", {"这里需要一个列表", "a list is needed here"});
  return std::nullopt;
}

/// A match that is a number picks one item, as `list[2]` does; otherwise the items for which it is true are kept.
Value Run::filter(const Filter& filter, const feel::Context& scope, std::string_view where) {
  const std::optional<Value> items = items_of(evaluate(*filter.list, scope), where);
  if (!items) return {};
  const feel::List& all = items->as_list();
  feel::List kept;
  for (const Value& item : all) {
    feel::Context inner = scope;
    if (item.kind() == Kind::context)
      for (const auto& [name, value] : item.as_context().entries()) inner.put(name, value);
    inner.put("item", item);
    const Value match = evaluate(*filter.match, inner);
    if (match.kind() == Kind::number) {
      const std::optional<std::int64_t> position = match.as_number().to_int64();
      const auto size = static_cast<std::int64_t>(all.size());
      if (!position || *position == 0 || *position > size || *position < -size) return {};
      return all[static_cast<std::size_t>(*position > 0 ? *position - 1 : size + *position)];
    }
    if (match.is_true())
      kept.push_back(item);
    else if (match.kind() != Kind::boolean && !match.is_null())
      return fail(where, "dmn.not_a_condition",
                  {"筛选条件的结果应为真或假", "the condition of a filter must give true or false"});
  }
  return kept;
}

Value Run::iterate(const Iteration& iteration, const feel::Context& scope, std::string_view where) {
  const Value list = fit(evaluate(*iteration.list, scope), iteration.list_type, where);
  const std::optional<Value> items = items_of(list, where);
  if (!items) return {};
  feel::Context inner = scope;
  if (iteration.kind != Iteration::Kind::each) return quantify(iteration, items->as_list(), inner, where);
  feel::List results;
  results.reserve(items->as_list().size());
  for (const Value& item : items->as_list()) {
    if (!evaluation_.spend(1)) return {};
    inner.put(iteration.variable, item);
    if (iteration.uses_partial) inner.put("partial", results);
    results.push_back(evaluate(*iteration.body, inner));
  }
  return results;
}

/// Three answers, as in FEEL: one decisive item settles it; otherwise any that is null makes it null. Every item is
/// looked at, since one that is no condition at all is a mistake wherever it stands.
Value Run::quantify(const Iteration& iteration, const feel::List& items, feel::Context& scope, std::string_view where) {
  const bool decisive = iteration.kind == Iteration::Kind::some;
  bool is_settled = false;
  bool is_known = true;
  for (const Value& item : items) {
    if (!evaluation_.spend(1)) return {};
    scope.put(iteration.variable, item);
    const Value answer = evaluate(*iteration.body, scope);
    if (answer.is_null())
      is_known = false;
    else if (answer.kind() != Kind::boolean)
      return fail(where, "dmn.not_a_condition", {"条件的结果应为真或假", "the condition must give true or false"});
    else
      is_settled = is_settled || answer.as_boolean() == decisive;
  }
  if (is_settled) return decisive;
  return is_known ? Value(!decisive) : Value();
}

}  // namespace dmn
