#include <algorithm>
#include <map>

#include "builtin.h"
#include "kernel/feel/function.h"

namespace feel {

Evaluation::Evaluation(const World& world)
    : world_(world),
      steps_max_(world.limits.steps_max),
      bytes_max_(world.limits.bytes_max),
      depth_max_(world.limits.depth_max),
      random_(world.random) {}

Value Evaluation::fail(std::string_view code, base::Text message) {
  if (diagnostics_.size() < diagnostics_max)
    diagnostics_.push_back({.code = std::string(code), .offset = offset, .message = std::move(message)});
  return {};
}

bool Evaluation::pass_limit() {
  if (!limit_passed_) {
    limit_passed_ = true;
    fail("feel.limit_passed",
         {"表达式计算量超过限制，已停止", "the expression takes more work than allowed and was stopped"});
  }
  steps_max_ = -1;  // whatever still runs ends at its next step
  return false;
}

std::uint64_t Evaluation::next_random() {
  // SplitMix64: every seed gives a full, well-mixed sequence.
  random_ += 0x9E3779B97F4A7C15ull;
  std::uint64_t mixed = random_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ull;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBull;
  return mixed ^ (mixed >> 31);
}

Function::Function(std::string name, std::vector<Parameter> parameters, Body body, Type result)
    : name_(std::move(name)), parameters_(std::move(parameters)), body_(std::move(body)), result_(std::move(result)) {
  signatures_.push_back({.required = parameters_.size(), .is_variadic = false, .parameters = parameters_});
}

Value make_function(std::string name, std::vector<Parameter> parameters, Function::Body body, Type result) {
  return Value(
      std::make_shared<const Function>(std::move(name), std::move(parameters), std::move(body), std::move(result)));
}

namespace {

std::string title(const Function& function) {
  return function.name().empty() ? "function" : function.name();
}

Value wrong_count(const Function& function, std::size_t count, Evaluation& evaluation) {
  const std::string given = std::to_string(count);
  return evaluation.fail("feel.argument_count",
                         {"函数“" + title(function) + "”不能用 " + given + " 个参数调用",
                          "the function \"" + title(function) + "\" cannot be called with " + given + " arguments"});
}

bool is_open(const Type& type) {
  return type.kind == Type::Kind::any && !type.allowed;
}

/// Whether every argument can be bound to its parameter.
bool can_bind(const Function::Signature& signature, const List& arguments) {
  if (signature.is_variadic) return true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Type& type = signature.parameters[i].type;
    if (!is_open(type) && !coerced(arguments[i], type)) return false;
  }
  return true;
}

/// The signature for that many arguments; where several have as many, the first whose types fit.
const Function::Signature* signature_for(const Function& function, const List& arguments) {
  const std::size_t count = arguments.size();
  const Function::Signature* first = nullptr;
  for (const Function::Signature& signature : function.signatures()) {
    if (count < signature.required || (!signature.is_variadic && count > signature.parameters.size())) continue;
    if (function.signatures().size() == 1 || can_bind(signature, arguments)) return &signature;
    if (first == nullptr) first = &signature;
  }
  return first;
}

/// What a built-in pays: it may look at all of every argument, and what it makes takes memory.
std::int64_t size_of(const Value& value) {
  if (value.kind() == Kind::string) return static_cast<std::int64_t>(value.as_string().size());
  if (value.kind() == Kind::list) return static_cast<std::int64_t>(value.as_list().size() * sizeof(Value));
  if (value.kind() == Kind::context)
    return static_cast<std::int64_t>(value.as_context().size() * sizeof(Context::Entry));
  return 0;
}

bool pay_for_reading(const List& arguments, Evaluation& evaluation) {
  constexpr std::int64_t bytes_per_step = 256;
  std::int64_t steps = 0;
  for (const Value& argument : arguments) steps += size_of(argument) / bytes_per_step;
  return evaluation.spend(steps);
}

Value run(const Function& function, const Function::Signature& signature, List arguments, Evaluation& evaluation) {
  Evaluation::Level level(evaluation);
  if (!level || !evaluation.spend(1)) return {};
  if (function.is_built_in() && !pay_for_reading(arguments, evaluation)) return {};
  if (!signature.is_variadic) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const Type& type = signature.parameters[i].type;
      if (is_open(type)) continue;
      auto fitting = coerced(arguments[i], type);
      if (!fitting) {
        const std::string& name = signature.parameters[i].name;
        // Source: [DMN-10.3.2.9.4] a value that does not conform to its parameter becomes null.
        evaluation.fail("feel.argument_type", {"参数“" + name + "”的值不符合类型 " + to_text(type),
                                               "the argument \"" + name + "\" is not a " + to_text(type)});
        return {};
      }
      arguments[i] = std::move(*fitting);
    }
  }
  Value result = function.body()(arguments, evaluation);
  if (function.is_built_in() && !evaluation.take_bytes(size_of(result))) return {};
  const Type& type = function.result();
  if (is_open(type) || result.is_null()) return result;
  auto fitting = coerced(result, type);
  if (fitting) return std::move(*fitting);
  return evaluation.fail("feel.result_type", {"函数“" + title(function) + "”的结果不符合类型 " + to_text(type),
                                              "the result of \"" + title(function) + "\" is not a " + to_text(type)});
}

}  // namespace

Value call(const Function& function, std::vector<Value> arguments, Evaluation& evaluation) {
  const Function::Signature* signature = signature_for(function, arguments);
  if (signature == nullptr) return wrong_count(function, arguments.size(), evaluation);
  return run(function, *signature, std::move(arguments), evaluation);
}

namespace {

/// The arguments in the order of the signature's parameters, those that are not given null; nothing when a name is
/// unknown, stands there twice, or a value does not fit. Source: [DMN-10.3.2.13.2] named parameters.
std::optional<List> in_order(const Function::Signature& signature,
                             const std::vector<std::pair<std::string, Value>>& arguments) {
  List ordered(signature.parameters.size());
  std::vector<bool> given(ordered.size(), false);
  std::size_t last = 0;
  for (const auto& [name, value] : arguments) {
    const auto found = std::find_if(signature.parameters.begin(), signature.parameters.end(),
                                    [wanted = std::string_view(name)](const Parameter& p) { return p.name == wanted; });
    if (found == signature.parameters.end()) return std::nullopt;
    const auto at = static_cast<std::size_t>(found - signature.parameters.begin());
    if (given[at]) return std::nullopt;
    given[at] = true;
    last = std::max(last, at + 1);
    ordered[at] = value;
  }
  ordered.resize(std::max(last, signature.required));
  return ordered;
}

}  // namespace

Value call(const Function& function, std::vector<std::pair<std::string, Value>> arguments, Evaluation& evaluation) {
  // Where two signatures have the same names ("point, range" and "range, point"), the one in the order given is meant.
  const Function::Signature* chosen = nullptr;
  int chosen_rank = 0;
  for (const Function::Signature& signature : function.signatures()) {
    const auto ordered = in_order(signature, arguments);
    if (!ordered) continue;
    const bool is_as_given =
        std::equal(arguments.begin(), arguments.end(), signature.parameters.begin(),
                   signature.parameters.begin() + static_cast<std::ptrdiff_t>(arguments.size()),
                   [](const auto& argument, const Parameter& p) { return argument.first == p.name; });
    const int rank = 1 + (is_as_given ? 1 : 0) + (can_bind(signature, *ordered) ? 2 : 0);
    if (rank <= chosen_rank) continue;
    chosen = &signature;
    chosen_rank = rank;
  }
  if (chosen != nullptr) return run(function, *chosen, *in_order(*chosen, arguments), evaluation);
  std::string names;
  for (const auto& [name, value] : arguments) names += (names.empty() ? "" : ", ") + name;
  return evaluation.fail("feel.argument_names",
                         {"函数“" + title(function) + "”没有这样的参数：" + names,
                          "the function \"" + title(function) + "\" has no such parameters: " + names});
}

// --- The table of built-ins --------------------------------------------------------------------------------------

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(mark);
    parts.push_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Function::Signature read_signature(std::string_view text) {
  Function::Signature signature;
  if (text.empty()) return signature;
  for (std::string_view name : split(text, ',')) {
    if (name.ends_with("...")) {
      signature.is_variadic = true;
      name.remove_suffix(3);
    }
    const bool is_optional = name.starts_with('?');
    if (is_optional) name.remove_prefix(1);
    if (!is_optional) ++signature.required;
    Type type;
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
      type = built_in_type(trimmed(name.substr(colon + 1))).value_or(Type::any());
      name = trimmed(name.substr(0, colon));
    }
    signature.parameters.push_back({.name = std::string(name), .type = std::move(type)});
  }
  return signature;
}

struct Table {
  std::map<std::string, std::shared_ptr<const Function>, std::less<>> functions;
  std::vector<std::string> names;
};

}  // namespace

struct BuiltInMaker {
  static std::shared_ptr<const Function> make(const BuiltIn& entry) {
    auto function = std::make_shared<Function>(std::string(entry.name), std::vector<Parameter>{}, entry.body);
    function->is_built_in_ = true;
    function->signatures_.clear();
    for (const std::string_view text : split(entry.signatures, '|'))
      function->signatures_.push_back(read_signature(text));
    function->parameters_ = function->signatures_.front().parameters;
    return function;
  }
};

namespace {

Table make_table(Dialect dialect) {
  Table table;
  const auto put = [&](std::span<const BuiltIn> entries) {
    for (const BuiltIn& entry : entries) {
      table.functions[std::string(entry.name)] = BuiltInMaker::make(entry);
      table.names.emplace_back(entry.name);
    }
  };
  put(conversion_functions());
  put(string_functions());
  put(number_functions());
  put(list_functions());
  put(context_functions());
  put(temporal_functions());
  put(range_functions());
  put(office_functions());
  if (dialect == Dialect::camunda) put(camunda_functions());
  return table;
}

const Table& table_of(Dialect dialect) {
  static const Table standard = make_table(Dialect::standard);
  static const Table camunda = make_table(Dialect::camunda);
  return dialect == Dialect::standard ? standard : camunda;
}

}  // namespace

std::shared_ptr<const Function> built_in(std::string_view name, Dialect dialect) {
  const auto& functions = table_of(dialect).functions;
  const auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

const std::vector<std::string>& built_in_names(Dialect dialect) {
  return table_of(dialect).names;
}

std::string_view kind_name(Kind kind) {
  constexpr std::string_view names[] = {"null",
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
                                        "function"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view kind_name_zh(Kind kind) {
  constexpr std::string_view names[] = {"空值",     "是否值",   "数字", "文本",   "日期", "时间", "日期时间",
                                        "年月时长", "日时时长", "列表", "上下文", "区间", "函数"};
  return names[static_cast<std::size_t>(kind)];
}

Value mismatch(Evaluation& evaluation, std::size_t number, std::string_view wanted) {
  const std::string place = std::to_string(number);
  return evaluation.fail("feel.argument_type", {"第 " + place + " 个参数应当是 " + std::string(wanted),
                                                "argument " + place + " must be a " + std::string(wanted)});
}

Value out_of_range(Evaluation& evaluation, std::size_t number) {
  const std::string place = std::to_string(number);
  return evaluation.fail("feel.argument_value", {"第 " + place + " 个参数的值不在允许范围内",
                                                 "argument " + place + " has a value that is not allowed"});
}

const Value& single(const Value& argument) {
  return argument.kind() == Kind::list && argument.as_list().size() == 1 ? argument.as_list().front() : argument;
}

const List& items(const List& arguments) {
  return arguments.size() == 1 && arguments.front().kind() == Kind::list ? arguments.front().as_list() : arguments;
}

std::optional<std::int64_t> whole(const List& arguments, std::size_t index) {
  if (index >= arguments.size()) return std::nullopt;
  const Value& value = single(arguments[index]);
  return value.kind() == Kind::number ? value.as_number().to_int64() : std::nullopt;
}

Value or_null(std::optional<Decimal> number, Evaluation& evaluation) {
  if (number) return *number;
  return evaluation.fail("feel.arithmetic", {"计算没有结果（除以零或超出范围）",
                                             "the calculation has no result (division by zero, or out of range)"});
}

}  // namespace feel
