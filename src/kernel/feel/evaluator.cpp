#include "evaluator.h"

#include <array>
#include <cstddef>
#include <memory>

#include "builtin.h"

namespace feel {
namespace {

/// The slots of one call: few lie on the stack, and only those that are there are made.
class Slots {
 public:
  explicit Slots(std::size_t count) : count_(count) {
    if (count > few) {
      many_.resize(count);
      data_ = many_.data();
    } else {
      data_ = reinterpret_cast<Value*>(place_.data());
      std::uninitialized_default_construct_n(data_, count);
    }
  }
  ~Slots() {
    if (many_.empty()) std::destroy_n(data_, count_);
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  Value* data() { return data_; }

 private:
  static constexpr std::size_t few = 8;
  std::size_t count_;
  Value* data_;
  alignas(Value) std::array<std::byte, few * sizeof(Value)> place_;
  std::vector<Value> many_;
};

std::optional<bool> truth(const Value& value) {
  if (value.kind() != Kind::boolean) return std::nullopt;
  return value.as_boolean();
}

}  // namespace

Value Evaluator::run(const Node& node) {
  // The cheapest nodes first, without a level of nesting of their own.
  if (node.op == Op::constant) return node.constant;
  if (node.op == Op::local) return slots_[node.slot];
  Evaluation::Level level(evaluation_);
  if (!level || !evaluation_.spend(1)) return {};
  evaluation_.offset = node.offset;
  return run_at(node);
}

Value Evaluator::run_at(const Node& node) {
  switch (node.op) {
    case Op::constant:
      return node.constant;
    case Op::local:
      return slots_[node.slot];
    case Op::free_name:
      return run_free_name(node);
    case Op::filtered_name:
      return run_filtered_name(node);
    case Op::negate:
      return run_negation(node);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::power:
      return run_binary(node);
    case Op::and_:
    case Op::or_:
      return run_logic(node);
    case Op::equal:
    case Op::not_equal:
      return run_equality(node);
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return run_order(node);
    case Op::between:
      return run_between(node);
    case Op::in:
      return run_in(node);
    case Op::instance_of:
      return is_instance(run(*node.children[0]), *node.type);
    case Op::path: {
      const Value from = run(*node.children[0]);
      evaluation_.offset = node.offset;
      return property_of(from, node.name, evaluation_);
    }
    case Op::filter:
      return run_filter(node);
    case Op::call:
      return run_call(node);
    case Op::call_named:
      return run_named_call(node);
    case Op::if_:
      return run(*node.children[run(*node.children[0]).is_true() ? 1 : 2]);
    case Op::for_:
      return run_for(node);
    case Op::some:
    case Op::every:
      return run_quantified(node);
    case Op::list:
      return run_list(node);
    case Op::context:
      return run_context(node);
    case Op::range:
      return run_range(node);
    case Op::lambda:
      return run_lambda(node);
    case Op::tests:
      return run_tests(node, slots_[node.slot]);
  }
  return {};
}

// --- Names -------------------------------------------------------------------------------------------------------

Value Evaluator::free_value(const std::string& name, std::size_t offset) {
  const Value* value = context_ == nullptr ? nullptr : context_->find(name);
  if (value != nullptr) return *value;
  evaluation_.offset = offset;
  return evaluation_.fail("feel.unknown_name",
                          {"没有名为“" + name + "”的变量", "there is no variable called \"" + name + "\""});
}

Value Evaluator::run_free_name(const Node& node) {
  return free_value((*free_names_)[node.slot], node.offset);
}

Value Evaluator::run_filtered_name(const Node& node) {
  for (const std::uint32_t slot : node.slots) {
    const Value& item = slots_[slot];
    if (item.kind() == Kind::context) {
      if (const Value* entry = item.as_context().find(node.name)) return *entry;
    } else if (item.kind() == Kind::list || item.is_null() || item.kind() == Kind::string ||
               item.kind() == Kind::number || item.kind() == Kind::boolean || item.kind() == Kind::function) {
      continue;
    } else if (node.children[0]->op == Op::free_name && (context_ == nullptr || !context_->find(node.name))) {
      return property_of(item, node.name, evaluation_);
    }
  }
  // An entry that this item lacks is null; only a name that no item could have is a mistake worth telling.
  const Node& outside = *node.children[0];
  if (outside.op == Op::free_name && slots_[node.slots.front()].kind() == Kind::context) {
    const Value* value = context_ == nullptr ? nullptr : context_->find(node.name);
    return value == nullptr ? Value() : *value;
  }
  return run(outside);
}

// --- Operators ---------------------------------------------------------------------------------------------------

Value Evaluator::cannot_compare(const Node& node, const Value& left, const Value& right) {
  evaluation_.offset = node.offset;
  return evaluation_.fail(
      "feel.type_mismatch",
      {"不能比较" + std::string(kind_name_zh(left.kind())) + "和" + std::string(kind_name_zh(right.kind())),
       "a " + std::string(kind_name(left.kind())) + " cannot be compared with a " +
           std::string(kind_name(right.kind()))});
}

/// Source: [DMN-10.3.2.7] the start of a range is not after its end; only iteration runs downwards, as in `3..1`.
Value Evaluator::is_descending(const Node& node) {
  evaluation_.offset = node.offset;
  return evaluation_.fail("feel.range_descending", {"区间的起点大于终点", "the range starts after its end"});
}

Value Evaluator::run_negation(const Node& node) {
  const Value value = run(*node.children[0]);
  if (value.kind() == Kind::number) return value.as_number().negated();
  if (value.kind() == Kind::years_months) return YearsMonths{-value.as_years_months().months};
  if (value.kind() == Kind::days_time) {
    const DaysTime duration = value.as_days_time();
    return DaysTime{.seconds = -duration.seconds, .nanoseconds = -duration.nanoseconds};
  }
  evaluation_.offset = node.offset;
  return evaluation_.fail("feel.type_mismatch", {std::string(kind_name_zh(value.kind())) + "不能取负",
                                                 "a " + std::string(kind_name(value.kind())) + " has no negative"});
}

Value Evaluator::run_binary(const Node& node) {
  const Value left = run(*node.children[0]);
  const Value right = run(*node.children[1]);
  evaluation_.offset = node.offset;
  if (node.op == Op::add) return add_values(left, right, evaluation_);
  if (node.op == Op::subtract) return subtract_values(left, right, evaluation_);
  if (node.op == Op::multiply) return multiply_values(left, right, evaluation_);
  if (node.op == Op::divide) return divide_values(left, right, evaluation_);
  return power_values(left, right, evaluation_);
}

Value Evaluator::run_logic(const Node& node) {
  // Source: [DMN-10.3.2.1] three-valued logic: one side may settle it, whatever the other is.
  const bool settles = node.op == Op::or_;
  const Value left = run(*node.children[0]);
  const auto first = truth(left);
  if (first == settles) return settles;
  const Value right = run(*node.children[1]);
  const auto second = truth(right);
  if (second == settles) return settles;
  if (first && second) return !settles;
  const Value& wrong = first ? right : left;
  if (wrong.is_null() && (first || left.is_null())) {
    if (right.is_null() || second) return {};
  }
  const Value& culprit = !first && !left.is_null() ? left : right;
  evaluation_.offset = node.offset;
  return evaluation_.fail("feel.type_mismatch",
                          {"“and”“or”只能用于是否值，不能用于" + std::string(kind_name_zh(culprit.kind())),
                           "\"and\" and \"or\" take booleans, not a " + std::string(kind_name(culprit.kind()))});
}

Value Evaluator::run_equality(const Node& node) {
  const Value left = run(*node.children[0]);
  const Value right = run(*node.children[1]);
  if (!evaluation_.spend_on(left)) return {};
  const auto same = equal(left, right);
  if (!same) return cannot_compare(node, left, right);
  return *same == (node.op == Op::equal);
}

Value Evaluator::run_order(const Node& node) {
  const Value left = run(*node.children[0]);
  const Value right = run(*node.children[1]);
  const auto order = compare(left, right);
  if (!order) return cannot_compare(node, left, right);
  if (node.op == Op::less) return *order < 0;
  if (node.op == Op::less_equal) return *order <= 0;
  if (node.op == Op::greater) return *order > 0;
  return *order >= 0;
}

Value Evaluator::run_between(const Node& node) {
  const Value value = run(*node.children[0]);
  const Value low = run(*node.children[1]);
  const Value high = run(*node.children[2]);
  const auto above = compare(value, low);
  const auto below = compare(value, high);
  if (!above) return cannot_compare(node, value, low);
  if (!below) return cannot_compare(node, value, high);
  return *above >= 0 && *below <= 0;
}

// --- Tests -------------------------------------------------------------------------------------------------------

Value Evaluator::passes_comparison(const Node& test, const Value& input) {
  Value start = test.children[0] ? run(*test.children[0]) : Value();
  Value end = test.children[1] ? run(*test.children[1]) : Value();
  if (test.form != Range::Form::interval) {
    const auto same = equal(start, input);
    if (!same) return cannot_compare(test, input, start);
    return *same == (test.form == Range::Form::equal);
  }
  if ((test.children[0] && start.is_null()) || (test.children[1] && end.is_null()))
    return cannot_compare(test, input, Value());
  if (test.children[0] && test.children[1] && compare(start, end).value_or(0) > 0) return is_descending(test);
  const Range range{
      .start = start, .end = end, .start_included = test.start_included, .end_included = test.end_included};
  const auto inside = includes(range, input);
  if (!inside) return cannot_compare(test, input, test.children[0] ? range.start : range.end);
  return *inside;
}

Value Evaluator::passes(const Node& test, const Value& input) {
  if (test.op == Op::range) return passes_comparison(test, input);
  const Value wanted = run(test);
  if (test.uses_input) {
    if (wanted.kind() == Kind::boolean || wanted.is_null()) return wanted;
  }
  if (wanted.kind() == Kind::range && input.kind() != Kind::range) {
    const auto inside = includes(wanted.as_range(), input);
    if (!inside)
      return cannot_compare(test, input,
                            wanted.as_range().start.is_null() ? wanted.as_range().end : wanted.as_range().start);
    return *inside;
  }
  if (wanted.kind() == Kind::list) {
    if (!evaluation_.spend_on(input)) return {};
    if (input.kind() == Kind::list && equal(input, wanted).value_or(false)) return true;
    for (const Value& each : wanted.as_list()) {
      if (!evaluation_.spend_on(input)) return {};
      const bool is_range = each.kind() == Kind::range && input.kind() != Kind::range;
      if ((is_range ? includes(each.as_range(), input) : equal(input, each)).value_or(false)) return true;
    }
    return false;
  }
  if (wanted.kind() == Kind::boolean && input.kind() != Kind::boolean && !input.is_null() && test.op != Op::constant)
    return wanted;
  if (!evaluation_.spend_on(input)) return {};
  const auto same = equal(input, wanted);
  if (!same) return cannot_compare(test, input, wanted);
  return *same;
}

Value Evaluator::run_in(const Node& node) {
  const Value input = run(*node.children[0]);
  slots_[node.slot] = input;
  Value result = false;
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    const Value passed = passes(*node.children[i], input);
    if (passed.is_true()) return true;
    if (passed.is_null()) result = Value();
  }
  return result;
}

Value Evaluator::run_tests(const Node& node, const Value& input) {
  if (node.children.empty()) return true;
  Value result = false;
  for (const NodePtr& test : node.children) {
    const Value passed = passes(*test, input);
    if (passed.is_true()) return !node.flag;
    if (passed.is_null()) result = Value();
  }
  return result.is_null() || !node.flag ? result : Value(true);
}

// --- Lists -------------------------------------------------------------------------------------------------------

Value Evaluator::run_list(const Node& node) {
  List list;
  list.reserve(node.children.size());
  for (const NodePtr& child : node.children) list.push_back(run(*child));
  evaluation_.take_bytes(static_cast<std::int64_t>(list.size() * sizeof(Value)));
  return list;
}

Value Evaluator::run_context(const Node& node) {
  Context context;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    Value value = run(*node.children[i]);
    slots_[node.slots[i]] = value;
    context.put(node.names[i], std::move(value));
  }
  evaluation_.take_bytes(static_cast<std::int64_t>(node.children.size() * sizeof(Context::Entry)));
  return context;
}

Value Evaluator::run_range(const Node& node) {
  Range range{.form = node.form, .start_included = node.start_included, .end_included = node.end_included};
  if (node.children[0]) range.start = run(*node.children[0]);
  if (node.children[1]) range.end = run(*node.children[1]);
  const bool is_open = !node.children[0] || !node.children[1];
  const bool fits = is_open ? !range.start.is_null() || !range.end.is_null() || node.form != Range::Form::interval
                            : range.start.is_null() != range.end.is_null() || compare(range.start, range.end);
  if (!fits) return cannot_compare(node, range.start, range.end);
  if (!is_open && compare(range.start, range.end).value_or(0) > 0) return is_descending(node);
  return Value(std::make_shared<const Range>(std::move(range)));
}

Value Evaluator::run_filter(const Node& node) {
  const Value from = run(*node.children[0]);
  const Node& condition = *node.children[1];
  const List alone = from.kind() == Kind::list || from.is_null() ? List{} : List{from};
  const List& list = from.kind() == Kind::list ? from.as_list() : alone;
  List kept;
  for (std::size_t i = 0; i < list.size() || i == 0; ++i) {
    if (!evaluation_.spend(1)) return {};
    const bool is_empty = list.empty();
    if (is_empty && condition.op != Op::constant) return List{};
    slots_[node.slot] = is_empty ? Value() : list[i];
    const Value result = run(condition);
    if (i == 0 && result.kind() == Kind::number) {
      const auto index = result.as_number().to_int64();
      const auto size = static_cast<std::int64_t>(list.size());
      if (index && *index >= 1 && *index <= size) return list[static_cast<std::size_t>(*index - 1)];
      if (index && *index <= -1 && *index >= -size) return list[static_cast<std::size_t>(size + *index)];
      evaluation_.offset = node.offset;
      return evaluation_.fail("feel.index_outside", {"列表没有第 " + to_text(result) + " 项",
                                                     "the list has no item number " + to_text(result)});
    }
    if (is_empty) return List{};
    if (result.is_true()) kept.push_back(list[i]);
    if (result.kind() != Kind::boolean && !result.is_null()) {
      evaluation_.offset = node.offset;
      return evaluation_.fail("feel.type_mismatch",
                              {"过滤条件应当是是否值或序号", "a filter must be a boolean or an index"});
    }
  }
  evaluation_.take_bytes(static_cast<std::int64_t>(kept.size() * sizeof(Value)));
  return kept;
}

bool Evaluator::one_round(const Node& node, std::size_t iterator, Value item, List& results) {
  if (!evaluation_.spend(1)) return false;
  slots_[node.slots[iterator]] = std::move(item);
  return next_round(node, iterator + 1, results);
}

/// Every number or date from `from` to `to`, upwards or downwards. Source: [DMN-10.3.2.14] iteration.
bool Evaluator::run_over(const Node& node, std::size_t iterator, const Value& from, const Value& to, List& results) {
  const bool is_date = from.kind() == Kind::date && to.kind() == Kind::date;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
  if (is_date) {
    first = from.as_date().days;
    last = to.as_date().days;
  } else if (from.kind() == Kind::number && to.kind() == Kind::number) {
    first = from.as_number().to_int64();
    last = to.as_number().to_int64();
  }
  if (!first || !last) {
    evaluation_.offset = node.offset;
    evaluation_.fail("feel.type_mismatch",
                     {"只能对整数或日期的区间逐项计算", "only ranges of whole numbers or dates can be iterated"});
    return false;
  }
  const std::int64_t step = *first <= *last ? 1 : -1;
  for (std::int64_t at = *first;; at += step) {
    if (!one_round(node, iterator, is_date ? Value(calendar::Date{at}) : Value(at), results)) return false;
    if (at == *last) return true;
  }
}

/// False ends the whole loop, which then is null.
bool Evaluator::next_round(const Node& node, std::size_t iterator, List& results) {
  const std::size_t iterators = node.children.size() - 1;
  if (iterator == iterators) {
    if (node.op == Op::for_ && node.flag) {
      evaluation_.take_bytes(static_cast<std::int64_t>(results.size() * sizeof(Value)));
      slots_[node.slots.back()] = Value(results);
    }
    results.push_back(run(*node.children.back()));
    return evaluation_.take_bytes(sizeof(Value));
  }
  const Node& domain = *node.children[iterator];
  if (domain.op == Op::range && domain.flag)
    return run_over(node, iterator, run(*domain.children[0]), run(*domain.children[1]), results);
  const Value values = run(domain);
  if (values.kind() == Kind::range) {
    const Range& range = values.as_range();
    if (!range.start_included || !range.end_included || range.form != Range::Form::interval) {
      evaluation_.offset = domain.offset;
      evaluation_.fail("feel.type_mismatch", {"只能对闭区间逐项计算", "only closed ranges can be iterated"});
      return false;
    }
    return run_over(node, iterator, range.start, range.end, results);
  }
  if (values.kind() == Kind::list) {
    for (const Value& item : values.as_list())
      if (!one_round(node, iterator, item, results)) return false;
    return true;
  }
  if (values.is_null()) {
    evaluation_.offset = domain.offset;
    evaluation_.fail("feel.type_mismatch", {"不能对空值逐项计算", "null cannot be iterated"});
    return false;
  }
  return one_round(node, iterator, values, results);
}

Value Evaluator::run_for(const Node& node) {
  List results;
  if (!next_round(node, 0, results)) return {};
  return results;
}

Value Evaluator::run_quantified(const Node& node) {
  List results;
  if (!next_round(node, 0, results)) return {};
  const bool settles = node.op == Op::some;
  bool is_certain = true;
  for (const Value& result : results) {
    if (truth(result) == settles) return settles;
    if (!truth(result)) is_certain = false;
  }
  if (is_certain) return !settles;
  evaluation_.offset = node.offset;
  return evaluation_.fail("feel.type_mismatch",
                          {"条件对某一项不是是否值", "the condition is not a boolean for some item"});
}

// --- Calls -------------------------------------------------------------------------------------------------------

Value Evaluator::run_call(const Node& node) {
  const Value callee = run(*node.children[0]);
  List arguments;
  arguments.reserve(node.children.size() - 1);
  for (std::size_t i = 1; i < node.children.size(); ++i) arguments.push_back(run(*node.children[i]));
  evaluation_.offset = node.offset;
  if (callee.kind() == Kind::function) return feel::call(callee.as_function(), std::move(arguments), evaluation_);
  return evaluation_.fail("feel.not_a_function", {"“" + node.children[0]->name + "”不是函数",
                                                  "\"" + node.children[0]->name + "\" is not a function"});
}

Value Evaluator::run_named_call(const Node& node) {
  const Value callee = run(*node.children[0]);
  std::vector<std::pair<std::string, Value>> arguments;
  for (std::size_t i = 1; i < node.children.size(); ++i)
    arguments.emplace_back(node.names[i - 1], run(*node.children[i]));
  evaluation_.offset = node.offset;
  if (callee.kind() == Kind::function) return feel::call(callee.as_function(), std::move(arguments), evaluation_);
  return evaluation_.fail("feel.not_a_function", {"“" + node.children[0]->name + "”不是函数",
                                                  "\"" + node.children[0]->name + "\" is not a function"});
}

Value Evaluator::run_lambda(const Node& node) {
  const std::shared_ptr<const Code> code = node.code;
  std::vector<Value> captured;
  captured.reserve(code->captures.size());
  for (const Capture& each : code->captures) {
    if (each.source == Capture::Source::local) {
      captured.push_back(slots_[each.from]);
    } else {
      const Value* value = context_ == nullptr ? nullptr : context_->find(each.name);
      captured.push_back(value == nullptr ? Value() : *value);
    }
  }
  if (node.flag) {
    // The body only describes the function; it is the same at every call.
    Slots slots(code->slot_count);
    for (std::size_t i = 0; i < captured.size(); ++i) slots.data()[code->captures[i].to] = captured[i];
    const Value description = Evaluator(slots.data(), nullptr, nullptr, evaluation_).run(*code->body);
    evaluation_.offset = node.offset;
    return external_function(description, code->parameters, evaluation_);
  }
  return make_function(
      "", code->parameters,
      [code, captured = std::move(captured)](const List& arguments, Evaluation& evaluation) {
        Slots slots(code->slot_count);
        for (std::size_t i = 0; i < arguments.size(); ++i) slots.data()[i] = arguments[i];
        for (std::size_t i = 0; i < captured.size(); ++i) slots.data()[code->captures[i].to] = captured[i];
        return Evaluator(slots.data(), nullptr, nullptr, evaluation).run(*code->body);
      },
      code->result);
}

// --- The face ----------------------------------------------------------------------------------------------------

namespace {

bool passes(const QuickTest& test, const Value& input) {
  if (test.form != Range::Form::interval) return (input == test.low) == (test.form == Range::Form::equal);
  const auto order = [&input](const Value& bound) {
    if (input.kind() == Kind::number) return input.as_number() <=> bound.as_number();
    if (input.kind() == Kind::string) return input.as_string() <=> bound.as_string();
    return input.as_date() <=> bound.as_date();
  };
  if (test.has_low) {
    const auto low = order(test.low);
    if (low < 0 || (low == 0 && !test.low_included)) return false;
  }
  if (test.has_high) {
    const auto high = order(test.high);
    if (high > 0 || (high == 0 && !test.high_included)) return false;
  }
  return true;
}

/// Whether tests on fixed values pass; nothing when they must be walked.
std::optional<bool> quick_answer(const Expression::Program& program, const Value& input) {
  if (program.quick_tests.empty() || program.quick_kind != input.kind()) return std::nullopt;
  for (const QuickTest& test : program.quick_tests)
    if (passes(test, input)) return !program.root->flag;
  return program.root->flag;
}

}  // namespace

Value evaluate(const Expression& expression, const Context& context, Evaluation& evaluation) {
  const Expression::Program& program = expression.program();
  if (program.root->op == Op::constant) return program.root->constant;
  Slots slots(program.slot_count);
  return Evaluator(slots.data(), &context, &program.free_names, evaluation).run(*program.root);
}

Value evaluate_unary_tests(const Expression& tests, const Value& input, const Context& context,
                           Evaluation& evaluation) {
  const Expression::Program& program = tests.program();
  if (const auto answer = quick_answer(program, input)) {
    if (!evaluation.spend(1)) return {};
    return *answer;
  }
  Slots slots(program.slot_count);
  Evaluator evaluator(slots.data(), &context, &program.free_names, evaluation);
  if (program.root->op != Op::tests) return evaluator.run(*program.root);
  slots.data()[program.root->slot] = input;
  return evaluator.run_tests(*program.root, input);
}

namespace {

Outcome outcome_of(Value value, Evaluation& evaluation) {
  Outcome outcome;
  evaluation.can_write(value);
  outcome.limit_passed = evaluation.limit_passed();
  if (!outcome.limit_passed) outcome.value = std::move(value);
  outcome.used_java = evaluation.used_java;
  outcome.diagnostics = evaluation.take_diagnostics();
  return outcome;
}

}  // namespace

Outcome evaluate(const Expression& expression, const Context& context, const World& world) {
  Evaluation evaluation(world);
  Value value = evaluate(expression, context, evaluation);
  return outcome_of(std::move(value), evaluation);
}

Outcome evaluate_unary_tests(const Expression& tests, const Value& input, const Context& context, const World& world) {
  if (world.limits.steps_max > 0)
    if (const auto answer = quick_answer(tests.program(), input)) return {.value = *answer};
  Evaluation evaluation(world);
  Value value = evaluate_unary_tests(tests, input, context, evaluation);
  return outcome_of(std::move(value), evaluation);
}

}  // namespace feel
