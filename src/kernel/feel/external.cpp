#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>

#include "builtin.h"
#include "text.h"

// External functions. There is no Java here: a small list of functions of java.lang is emulated, so that models which
// use them can be run, and every outcome says so (`used_java`). Source: [DMN-10.3.2.13] external functions.
namespace feel {
namespace {

enum class JavaType { integer8, integer16, integer32, integer64, binary32, binary64, character, string, objects };

struct JavaTypeName {
  std::string_view name;
  JavaType type;
};
constexpr std::array java_types{
    JavaTypeName{"byte", JavaType::integer8},
    JavaTypeName{"short", JavaType::integer16},
    JavaTypeName{"int", JavaType::integer32},
    JavaTypeName{"long", JavaType::integer64},
    JavaTypeName{"float", JavaType::binary32},
    JavaTypeName{"double", JavaType::binary64},
    JavaTypeName{"char", JavaType::character},
    JavaTypeName{"java.lang.String", JavaType::string},
    JavaTypeName{"[Ljava.lang.Object;", JavaType::objects},
};

struct JavaMethod {
  std::string class_name;
  std::string name;
  std::vector<JavaType> parameters;
};

bool is_whole(JavaType type) {
  return type <= JavaType::integer64;
}
bool is_binary(JavaType type) {
  return type == JavaType::binary32 || type == JavaType::binary64;
}

/// "max(double, double)"; nothing when a type is not one of Java's that are known here.
std::optional<JavaMethod> read_method(const std::string& class_name, std::string_view signature) {
  const std::size_t open = signature.find('(');
  if (open == std::string_view::npos || !signature.ends_with(')')) return std::nullopt;
  JavaMethod method{.class_name = class_name, .name = std::string(signature.substr(0, open)), .parameters = {}};
  std::string_view rest = signature.substr(open + 1, signature.size() - open - 2);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto known = std::find_if(java_types.begin(), java_types.end(),
                                    [name](const JavaTypeName& each) { return each.name == name; });
    if (known == java_types.end()) return std::nullopt;
    method.parameters.push_back(known->type);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return method;
}

/// The shortest digits that give the same binary number back, as Java prints it.
template <class Binary>
std::optional<Decimal> shortest(Binary number) {
  if (!std::isfinite(number)) return std::nullopt;
  std::array<char, 64> text{};
  const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{}) return std::nullopt;
  return Decimal::parse(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

std::optional<Decimal> of_type(double number, JavaType type) {
  return type == JavaType::binary32 ? shortest(static_cast<float>(number)) : shortest(number);
}

bool is_in(std::int64_t number, JavaType type) {
  if (type == JavaType::integer8) return number >= INT8_MIN && number <= INT8_MAX;
  if (type == JavaType::integer16) return number >= INT16_MIN && number <= INT16_MAX;
  if (type == JavaType::integer32) return number >= INT32_MIN && number <= INT32_MAX;
  return true;
}

/// Whether the argument can be handed over as that type.
bool fits(const Value& value, JavaType type) {
  if (type == JavaType::string) return value.kind() == Kind::string;
  if (type == JavaType::character) return value.kind() == Kind::string && code_points(value.as_string()) == 1;
  if (type == JavaType::objects) return true;
  if (value.kind() != Kind::number) return false;
  if (!is_whole(type)) return true;
  const auto number = value.as_number().to_int64();
  return number && is_in(*number, type);
}

/// A number from text, by the class it belongs to: java.lang.Integer and its like.
std::optional<Decimal> parsed(const std::string& text, JavaType type) {
  const auto number = Decimal::parse(text);
  if (!number) return std::nullopt;
  if (is_binary(type)) return of_type(number->to_double(), type);
  const auto whole_number = number->to_int64();
  const bool is_plain = text.find_first_of(".eE") == std::string::npos;
  return is_plain && whole_number && is_in(*whole_number, type) ? number : std::nullopt;
}

using Real = double (*)(double);
struct RealFunction {
  std::string_view name;
  Real compute;
};
constexpr std::array real_functions{
    RealFunction{"cos", [](double x) { return std::cos(x); }},
    RealFunction{"sin", [](double x) { return std::sin(x); }},
    RealFunction{"tan", [](double x) { return std::tan(x); }},
    RealFunction{"acos", [](double x) { return std::acos(x); }},
    RealFunction{"asin", [](double x) { return std::asin(x); }},
    RealFunction{"atan", [](double x) { return std::atan(x); }},
    RealFunction{"sqrt", [](double x) { return std::sqrt(x); }},
    RealFunction{"cbrt", [](double x) { return std::cbrt(x); }},
    RealFunction{"exp", [](double x) { return std::exp(x); }},
    RealFunction{"log", [](double x) { return std::log(x); }},
    RealFunction{"log10", [](double x) { return std::log10(x); }},
    RealFunction{"floor", [](double x) { return std::floor(x); }},
    RealFunction{"ceil", [](double x) { return std::ceil(x); }},
};

using Call = std::function<std::optional<Value>(const List&)>;

std::optional<Value> as_value(std::optional<Decimal> number) {
  return number ? std::optional<Value>(*number) : std::nullopt;
}

/// java.lang.Math: max, min, abs of every number type, pow, and functions of one double.
Call math(const JavaMethod& method) {
  const auto& types = method.parameters;
  if (types.empty() || !(is_whole(types[0]) || is_binary(types[0]))) return {};
  const JavaType type = types[0];
  if (!std::all_of(types.begin(), types.end(), [type](JavaType each) { return each == type; })) return {};
  const bool has_overload = type != JavaType::integer8 && type != JavaType::integer16;
  if ((method.name == "max" || method.name == "min") && types.size() == 2 && has_overload)
    return [type, is_max = method.name == "max"](const List& arguments) -> std::optional<Value> {
      const bool first = (arguments[0].as_number() > arguments[1].as_number()) == is_max;
      const Decimal& chosen = arguments[first ? 0 : 1].as_number();
      return is_whole(type) ? std::optional<Value>(chosen) : as_value(of_type(chosen.to_double(), type));
    };
  if (method.name == "abs" && types.size() == 1 && has_overload)
    return [type](const List& arguments) -> std::optional<Value> {
      const Decimal& number = arguments[0].as_number();
      const Decimal size = number.is_negative() ? number.negated() : number;
      return is_whole(type) ? std::optional<Value>(size) : as_value(of_type(size.to_double(), type));
    };
  if (type != JavaType::binary64) return {};
  if (method.name == "pow" && types.size() == 2)
    return [](const List& arguments) {
      return as_value(shortest(std::pow(arguments[0].as_number().to_double(), arguments[1].as_number().to_double())));
    };
  for (const RealFunction& each : real_functions)
    if (types.size() == 1 && method.name == each.name)
      return [compute = each.compute](const List& arguments) {
        return as_value(shortest(compute(arguments[0].as_number().to_double())));
      };
  return {};
}

/// `String.format` with %s, %d, %f, %.Nf, %n and %%.
std::optional<Value> format(const List& arguments) {
  const std::string& pattern = arguments[0].as_string();
  std::string out;
  std::size_t next = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      out += pattern[i];
      continue;
    }
    std::int64_t digits = 6;
    if (i + 2 < pattern.size() && pattern[i + 1] == '.' && pattern[i + 2] >= '0' && pattern[i + 2] <= '9') {
      digits = pattern[i + 2] - '0';
      i += 2;
    }
    const char letter = ++i < pattern.size() ? pattern[i] : '\0';
    if (letter == '%' || letter == 'n') {
      out += letter == 'n' ? '\n' : '%';
      continue;
    }
    if (next >= arguments.size()) return std::nullopt;
    const Value& argument = arguments[next++];
    if (letter == 's') {
      out += argument.is_null() ? "null" : to_text(argument);
    } else if (letter == 'd' && argument.kind() == Kind::number && argument.as_number().is_whole()) {
      out += to_text(argument);
    } else if (letter == 'f' && argument.kind() == Kind::number) {
      std::array<char, 512> text{};
      const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), argument.as_number().to_double(),
                                              std::chars_format::fixed, static_cast<int>(digits));
      if (fault != std::errc{}) return std::nullopt;
      out.append(text.data(), end);
    } else {
      return std::nullopt;
    }
  }
  return Value(std::move(out));
}

/// `valueOf` of the number classes and of String, `parseInt` and its like, `String.format`.
Call conversion(const JavaMethod& method) {
  struct Boxed {
    std::string_view class_name;
    std::string_view parse;
    JavaType type;
  };
  static constexpr std::array boxed{Boxed{"java.lang.Byte", "parseByte", JavaType::integer8},
                                    Boxed{"java.lang.Short", "parseShort", JavaType::integer16},
                                    Boxed{"java.lang.Integer", "parseInt", JavaType::integer32},
                                    Boxed{"java.lang.Long", "parseLong", JavaType::integer64},
                                    Boxed{"java.lang.Float", "parseFloat", JavaType::binary32},
                                    Boxed{"java.lang.Double", "parseDouble", JavaType::binary64}};
  const auto& types = method.parameters;
  if (method.class_name == "java.lang.String") {
    if (method.name == "format" && types.size() == 2 && types[0] == JavaType::string && types[1] == JavaType::objects)
      return format;
    if (method.name != "valueOf" || types.size() != 1 || types[0] == JavaType::string) return {};
    return [](const List& arguments) { return std::optional<Value>(to_text(arguments[0])); };
  }
  for (const Boxed& each : boxed) {
    if (method.class_name != each.class_name || types.size() != 1) continue;
    const JavaType type = each.type;
    if (types[0] == JavaType::string && (method.name == "valueOf" || method.name == each.parse))
      return [type](const List& arguments) { return as_value(parsed(arguments[0].as_string(), type)); };
    if (method.name == "valueOf" && types[0] == type)
      return [type](const List& arguments) {
        return is_whole(type) ? std::optional<Value>(arguments[0])
                              : as_value(of_type(arguments[0].as_number().to_double(), type));
      };
  }
  return {};
}

const Value* entry(const Value* context, std::string_view key, Kind kind) {
  if (context == nullptr || context->kind() != Kind::context) return nullptr;
  const Value* value = context->as_context().find(key);
  return value != nullptr && value->kind() == kind ? value : nullptr;
}

Value not_emulated(Evaluation& evaluation) {
  return evaluation.fail(
      "feel.external_function",
      {"此外部函数不在可模拟的 Java 函数清单内，或参数不符",
       "this external function is not one of the emulated Java functions, or its arguments do not fit"});
}

}  // namespace

Value external_function(const Value& description, const std::vector<Parameter>& parameters, Evaluation& evaluation) {
  const Value* java = entry(&description, "java", Kind::context);
  const Value* class_name = entry(java, "class", Kind::string);
  const Value* signature = entry(java, "method signature", Kind::string);
  if (class_name == nullptr || signature == nullptr) return not_emulated(evaluation);
  const auto method = read_method(class_name->as_string(), signature->as_string());
  if (!method || method->parameters.size() > parameters.size()) return not_emulated(evaluation);
  Call compute = method->class_name == "java.lang.Math" ? math(*method) : conversion(*method);
  if (!compute) return not_emulated(evaluation);
  return make_function(
      class_name->as_string() + "." + method->name, parameters,
      [types = method->parameters, compute = std::move(compute)](const List& arguments, Evaluation& at) -> Value {
        at.used_java = true;
        for (std::size_t i = 0; i < types.size(); ++i)
          if (!fits(single(arguments[i]), types[i])) return not_emulated(at);
        List given;
        for (const Value& argument : arguments) given.push_back(single(argument));
        auto result = compute(given);
        return result ? std::move(*result) : not_emulated(at);
      });
}

}  // namespace feel
