/// The types of FEEL: `instance of`, typed parameters, item definitions of DMN.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/feel/value.h"

namespace feel {

/// A type as a value: `Type::list(Type::number())`, `Type::context({{"name", Type::string()}})`.
struct Type {
  enum class Kind {
    any,
    null,
    boolean,
    number,
    string,
    date,
    time,
    date_time,
    years_months,
    days_time,
    list,
    context,
    range,
    function
  };
  using Field = std::pair<std::string, Type>;

  Kind kind = Kind::any;
  /// list, range: the element; function: the result.
  std::shared_ptr<const Type> element = {};
  /// context: the entries that must be there and conform (an entry that is null conforms); others may be there too.
  std::vector<Field> fields = {};
  /// function: the parameters in order.
  std::vector<Type> parameters = {};
  /// `context` without a list of entries, `function` without a signature: any of them conforms.
  bool is_bare = false;
  /// A further condition, such as the allowed values of an item definition. Null is not asked.
  std::shared_ptr<const std::function<bool(const Value&)>> allowed = {};

  static Type any() { return {}; }
  static Type of(Kind kind) { return {.kind = kind, .is_bare = true}; }
  static Type null() { return of(Kind::null); }
  static Type boolean() { return of(Kind::boolean); }
  static Type number() { return of(Kind::number); }
  static Type string() { return of(Kind::string); }
  static Type list(Type element);
  static Type range(Type element);
  static Type context(std::vector<Field> fields);
  static Type function(std::vector<Type> parameters, Type result);
};

/// The type called `name` in FEEL ("number", "date and time", "years and months duration", "Any", "list", "context",
/// also DMN 1.1's "dateTime", "dayTimeDuration", "yearMonthDuration"); nothing when FEEL has none.
std::optional<Type> built_in_type(std::string_view name);

/// The most specific type of a value. Source: [DMN-10.3.2.9] types.
Type type_of(const Value& value);

/// "list<number>", as FEEL writes it.
std::string to_text(const Type& type);

/// Whether every value of `type` is also a value of `wanted`. Source: [DMN-10.3.2.9.2] type conformance.
bool conforms(const Type& type, const Type& wanted);

/// Whether `value` is an instance of `type`, as `instance of` answers: null is an instance of Null and Any only.
bool is_instance(const Value& value, const Type& type);

/// Whether `value` may be bound to something of `type`: as `is_instance`, but null always may.
bool may_hold(const Type& type, const Value& value);

/// `value` made fit for `type`: itself when it conforms; else a singleton list is unwrapped, a single value wrapped
/// into a list, a date widened to a date and time at midnight UTC; else nothing (the caller makes null and a
/// diagnostic). Source: [DMN-10.3.2.9.4] implicit conversions.
std::optional<Value> coerced(const Value& value, const Type& type);

}  // namespace feel
