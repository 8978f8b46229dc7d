/// The table of built-in functions and what their bodies share.
#pragma once

#include <span>
#include <string_view>

#include "kernel/feel/function.h"

namespace feel {

using BuiltInBody = Value (*)(const List& arguments, Evaluation& evaluation);

/// One function. `signatures` lists the ways to call it: "from | year, month, day"; "?x" may be left out, "list..."
/// takes any number of arguments, "key: string" is of that type.
struct BuiltIn {
  std::string_view name;
  std::string_view signatures;
  BuiltInBody body = nullptr;
};

std::span<const BuiltIn> conversion_functions();
std::span<const BuiltIn> string_functions();
std::span<const BuiltIn> number_functions();
std::span<const BuiltIn> list_functions();
std::span<const BuiltIn> context_functions();
std::span<const BuiltIn> temporal_functions();
std::span<const BuiltIn> range_functions();
std::span<const BuiltIn> office_functions();
std::span<const BuiltIn> camunda_functions();

/// Null pointer when there is no such function in the dialect.
std::shared_ptr<const Function> built_in(std::string_view name, Dialect dialect);
/// All names of the dialect, for the longest match.
const std::vector<std::string>& built_in_names(Dialect dialect);

/// Null and a diagnostic: argument `number` (1 is the first) is not of the kind that is needed.
Value mismatch(Evaluation& evaluation, std::size_t number, std::string_view wanted);
/// Null and a diagnostic: the argument has the right kind but not an allowed value.
Value out_of_range(Evaluation& evaluation, std::size_t number);

/// The argument, where a list with a single item counts as that item. Source: [DMN-10.3.2.9.4] from singleton list.
const Value& single(const Value& argument);
/// The arguments of a function like `min`: either one list, or the items one by one.
const List& items(const List& arguments);

/// Argument `index` (0 is the first) as a whole number; nothing when it is none.
std::optional<std::int64_t> whole(const List& arguments, std::size_t index);

Value or_null(std::optional<Decimal> number, Evaluation& evaluation);
std::string_view kind_name(Kind kind);
std::string_view kind_name_zh(Kind kind);

/// The function that `{java: {class: ..., method signature: ...}}` names, when it is one of the emulated ones
/// (docs/feel.md lists them); else null and the diagnostic `feel.external_function`. Calling it sets `used_java`.
Value external_function(const Value& description, const std::vector<Parameter>& parameters, Evaluation& evaluation);

/// `string join(list, ?delimiter)`; in the Camunda dialect a prefix and a suffix may follow.
Value string_join(const List& arguments, Evaluation& evaluation);

/// `left op right` of FEEL's arithmetic, shared by the evaluator and the functions.
Value add_values(const Value& left, const Value& right, Evaluation& evaluation);
Value subtract_values(const Value& left, const Value& right, Evaluation& evaluation);
Value multiply_values(const Value& left, const Value& right, Evaluation& evaluation);
Value divide_values(const Value& left, const Value& right, Evaluation& evaluation);
Value power_values(const Value& left, const Value& right, Evaluation& evaluation);
/// `value.name`: context entries, properties of temporal values and ranges, projection over lists.
Value property_of(const Value& value, const std::string& name, Evaluation& evaluation);

}  // namespace feel
