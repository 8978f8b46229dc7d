#include "kernel/feel/type.h"

#include <algorithm>
#include <array>

#include "kernel/feel/function.h"
#include "kernel/feel/range.h"

namespace feel {
namespace {

struct TypeName {
  std::string_view name;
  Type::Kind kind;
};

// FEEL's own names first, so that writing a type uses them; then those of DMN 1.1 and of XML.
constexpr std::array type_names{
    TypeName{"Any", Type::Kind::any},
    TypeName{"Null", Type::Kind::null},
    TypeName{"boolean", Type::Kind::boolean},
    TypeName{"number", Type::Kind::number},
    TypeName{"string", Type::Kind::string},
    TypeName{"date", Type::Kind::date},
    TypeName{"time", Type::Kind::time},
    TypeName{"date and time", Type::Kind::date_time},
    TypeName{"years and months duration", Type::Kind::years_months},
    TypeName{"days and time duration", Type::Kind::days_time},
    TypeName{"list", Type::Kind::list},
    TypeName{"context", Type::Kind::context},
    TypeName{"range", Type::Kind::range},
    TypeName{"function", Type::Kind::function},
    TypeName{"any", Type::Kind::any},
    TypeName{"dateTime", Type::Kind::date_time},
    TypeName{"dayTimeDuration", Type::Kind::days_time},
    TypeName{"yearMonthDuration", Type::Kind::years_months},
    TypeName{"day and time duration", Type::Kind::days_time},
    TypeName{"year and month duration", Type::Kind::years_months},
};

Type::Kind kind_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return Type::Kind::null;
    case Kind::boolean:
      return Type::Kind::boolean;
    case Kind::number:
      return Type::Kind::number;
    case Kind::string:
      return Type::Kind::string;
    case Kind::date:
      return Type::Kind::date;
    case Kind::time:
      return Type::Kind::time;
    case Kind::date_time:
      return Type::Kind::date_time;
    case Kind::years_months:
      return Type::Kind::years_months;
    case Kind::days_time:
      return Type::Kind::days_time;
    case Kind::list:
      return Type::Kind::list;
    case Kind::context:
      return Type::Kind::context;
    case Kind::range:
      return Type::Kind::range;
    case Kind::function:
      return Type::Kind::function;
  }
  return Type::Kind::any;
}

bool is_same_function(const Type& type, const Type& wanted) {
  if (wanted.is_bare) return true;
  if (type.parameters.size() != wanted.parameters.size()) return false;
  for (std::size_t i = 0; i < type.parameters.size(); ++i)  // contravariant in the parameters
    if (!conforms(wanted.parameters[i], type.parameters[i])) return false;
  return !wanted.element || !type.element || conforms(*type.element, *wanted.element);
}

/// Where nobody said what a function gives, its result is left open: it conforms to whatever is wanted, and what really
/// comes out is looked at when it is called.
Type function_type(const Function& function) {
  std::vector<Type> parameters;
  for (const Parameter& parameter : function.parameters()) parameters.push_back(parameter.type);
  Type type = Type::function(std::move(parameters), function.result());
  if (function.result().kind == Type::Kind::any) type.element = nullptr;
  return type;
}

/// Every entry of the type must be there; one that is null fits any type. Source: [DMN-10.3.2.9.2] type conformance.
bool has_fields(const Context& context, const Type& type, bool with_allowed) {
  for (const auto& [name, wanted] : type.fields) {
    const Value* value = context.find(name);
    if (value == nullptr) return false;
    if (!value->is_null() && !(with_allowed ? may_hold(wanted, *value) : is_instance(*value, wanted))) return false;
  }
  return true;
}

bool range_fits(const Range& range, const Type& element) {
  const auto fits = [&](const Value& bound) { return bound.is_null() || is_instance(bound, element); };
  return fits(range.start) && fits(range.end);
}

/// `with_allowed`: whether the further conditions of item definitions count.
bool fits(const Value& value, const Type& type, bool with_allowed) {
  if (value.is_null()) return with_allowed || type.kind == Type::Kind::null;
  if (with_allowed && type.allowed && !(*type.allowed)(value)) return false;
  if (type.kind == Type::Kind::any) return true;
  if (kind_of(value.kind()) != type.kind) return false;
  switch (value.kind()) {
    case Kind::list:
      return !type.element || std::all_of(value.as_list().begin(), value.as_list().end(), [&](const Value& item) {
        return with_allowed ? may_hold(*type.element, item)
                            : is_instance(item, *type.element) || type.element->kind == Type::Kind::any;
      });
    case Kind::context:
      return has_fields(value.as_context(), type, with_allowed);
    case Kind::range:
      return !type.element || range_fits(value.as_range(), *type.element);
    case Kind::function:
      return is_same_function(function_type(value.as_function()), type);
    case Kind::null:
    case Kind::boolean:
    case Kind::number:
    case Kind::string:
    case Kind::date:
    case Kind::time:
    case Kind::date_time:
    case Kind::years_months:
    case Kind::days_time:
      return true;
  }
  return true;
}

}  // namespace

Type Type::list(Type element) {
  return {.kind = Kind::list, .element = std::make_shared<const Type>(std::move(element))};
}
Type Type::range(Type element) {
  return {.kind = Kind::range, .element = std::make_shared<const Type>(std::move(element))};
}
Type Type::context(std::vector<Field> fields) {
  return {.kind = Kind::context, .fields = std::move(fields)};
}
Type Type::function(std::vector<Type> parameters, Type result) {
  return {.kind = Kind::function,
          .element = std::make_shared<const Type>(std::move(result)),
          .parameters = std::move(parameters)};
}

std::optional<Type> built_in_type(std::string_view name) {
  for (const TypeName& each : type_names)
    if (each.name == name) return Type::of(each.kind);
  return std::nullopt;
}

Type type_of(const Value& value) {
  if (value.kind() == Kind::list) {
    if (value.as_list().empty()) return Type::list(Type::null());
    Type common = type_of(value.as_list().front());
    for (const Value& item : value.as_list()) {
      const Type type = type_of(item);
      if (conforms(type, common)) continue;
      common = conforms(common, type) ? type : Type::any();
    }
    return Type::list(std::move(common));
  }
  if (value.kind() == Kind::context) {
    std::vector<Type::Field> fields;
    for (const auto& [key, member] : value.as_context().entries()) fields.emplace_back(key, type_of(member));
    return Type::context(std::move(fields));
  }
  if (value.kind() == Kind::range)
    return Type::range(type_of(value.as_range().start.is_null() ? value.as_range().end : value.as_range().start));
  if (value.kind() == Kind::function) return function_type(value.as_function());
  return Type::of(kind_of(value.kind()));
}

std::string to_text(const Type& type) {
  std::string name;
  for (const TypeName& each : type_names) {
    if (each.kind != type.kind) continue;
    name = each.name;
    break;
  }
  if (type.is_bare) return name;
  if ((type.kind == Type::Kind::list || type.kind == Type::Kind::range) && type.element)
    return name + "<" + to_text(*type.element) + ">";
  std::string inner;
  if (type.kind == Type::Kind::context) {
    for (const auto& [key, field] : type.fields) inner += (inner.empty() ? "" : ", ") + key + ": " + to_text(field);
    return name + "<" + inner + ">";
  }
  if (type.kind == Type::Kind::function) {
    for (const Type& parameter : type.parameters) inner += (inner.empty() ? "" : ", ") + to_text(parameter);
    return name + "<" + inner + ">->" + (type.element ? to_text(*type.element) : "Any");
  }
  return name;
}

bool conforms(const Type& type, const Type& wanted) {
  if (wanted.kind == Type::Kind::any || type.kind == Type::Kind::null) return true;
  if (type.kind != wanted.kind) return false;
  if (type.kind == Type::Kind::list || type.kind == Type::Kind::range)
    return !wanted.element ||
           (type.element ? conforms(*type.element, *wanted.element) : wanted.element->kind == Type::Kind::any);
  if (type.kind == Type::Kind::function) return is_same_function(type, wanted);
  return std::all_of(wanted.fields.begin(), wanted.fields.end(), [&](const Type::Field& field) {
    return std::any_of(type.fields.begin(), type.fields.end(), [&](const Type::Field& own) {
      return own.first == field.first && conforms(own.second, field.second);
    });
  });
}

bool is_instance(const Value& value, const Type& type) {
  return fits(value, type, false);
}

bool may_hold(const Type& type, const Value& value) {
  return fits(value, type, true);
}

std::optional<Value> coerced(const Value& value, const Type& type) {
  if (may_hold(type, value)) return value;
  if (type.kind == Type::Kind::date_time && value.kind() == Kind::date)
    return Value(DateTime{.date = value.as_date(), .time = {.zone = {.kind = Zone::Kind::offset}}});
  if (type.kind == Type::Kind::list) {
    if (value.kind() != Kind::list) {
      Value wrapped(List{value});
      if (may_hold(type, wrapped)) return wrapped;
    }
    return std::nullopt;
  }
  if (value.kind() == Kind::list && value.as_list().size() == 1 && may_hold(type, value.as_list().front()))
    return value.as_list().front();
  return std::nullopt;
}

}  // namespace feel
