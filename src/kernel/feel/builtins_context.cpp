#include "builtin.h"

// Functions of contexts. Source: [DMN-10.3.4.8].
namespace feel {
namespace {

Value get_value(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::context) return mismatch(evaluation, 1, "context");
  const Value* value = nullptr;
  if (arguments[1].kind() == Kind::string) {
    value = arguments[0].as_context().find(arguments[1].as_string());
  } else if (arguments[1].kind() == Kind::list) {
    const Context* context = &arguments[0].as_context();
    for (const Value& key : arguments[1].as_list()) {
      if (key.kind() != Kind::string || context == nullptr) return out_of_range(evaluation, 2);
      value = context->find(key.as_string());
      context = value != nullptr && value->kind() == Kind::context ? &value->as_context() : nullptr;
      if (value == nullptr) break;
    }
  } else {
    return mismatch(evaluation, 2, "string");
  }
  if (value != nullptr) return *value;
  return evaluation.fail("feel.unknown_property", {"上下文没有这个键", "the context has no such key"});
}

Value get_entries(const List& arguments, Evaluation& evaluation) {
  const Value& context = single(arguments[0]);
  if (context.kind() != Kind::context) return mismatch(evaluation, 1, "context");
  List entries;
  for (const auto& [key, value] : context.as_context().entries())
    entries.emplace_back(Context{{"key", Value(key)}, {"value", value}});
  return entries;
}

Value context(const List& arguments, Evaluation& evaluation) {
  const List alone{arguments[0]};
  const List& entries = arguments[0].kind() == Kind::list ? arguments[0].as_list() : alone;
  Context result;
  for (const Value& entry : entries) {
    const Value* key = entry.kind() == Kind::context ? entry.as_context().find("key") : nullptr;
    const Value* value = entry.kind() == Kind::context ? entry.as_context().find("value") : nullptr;
    if (key == nullptr || value == nullptr || key->kind() != Kind::string || result.find(key->as_string()) != nullptr)
      return out_of_range(evaluation, 1);
    result.put(key->as_string(), *value);
  }
  return result;
}

Value put_at(const Value& target, const List& keys, std::size_t at, const Value& value, Evaluation& evaluation) {
  if (keys[at].kind() != Kind::string) return mismatch(evaluation, 2, "string");
  Context context;
  if (target.kind() == Kind::context) {
    context = target.as_context();
  } else if (!target.is_null() || at == 0) {
    return mismatch(evaluation, 1, "context");
  }
  const std::string& key = keys[at].as_string();
  if (at + 1 == keys.size()) {
    context.put(key, value);
    return context;
  }
  const Value* inner = context.find(key);
  const Value next = put_at(inner == nullptr ? Value() : *inner, keys, at + 1, value, evaluation);
  if (next.is_null()) return {};
  context.put(key, next);
  return context;
}

Value context_put(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].kind() != Kind::context) return mismatch(evaluation, 1, "context");
  if (arguments[1].kind() != Kind::string && arguments[1].kind() != Kind::list)
    return mismatch(evaluation, 2, "string");
  const List alone{arguments[1]};
  const List& keys = arguments[1].kind() == Kind::list ? arguments[1].as_list() : alone;
  constexpr std::size_t keys_max = 64;
  if (keys.empty() || keys.size() > keys_max) return out_of_range(evaluation, 2);
  return put_at(arguments[0], keys, 0, arguments[2], evaluation);
}

Value context_merge(const List& arguments, Evaluation& evaluation) {
  const List alone{arguments[0]};
  const List& contexts = arguments[0].kind() == Kind::list ? arguments[0].as_list() : alone;
  Context merged;
  for (const Value& each : contexts) {
    if (each.kind() != Kind::context) return mismatch(evaluation, 1, "list<context>");
    for (const auto& [key, value] : each.as_context().entries()) {
      if (!evaluation.spend(1)) return {};
      merged.put(key, value);
    }
  }
  return merged;
}

constexpr BuiltIn table[] = {
    {"get value", "m, key: string | context, key: string | context, keys: list", get_value},
    {"get entries", "m | context", get_entries},
    {"context", "entries", context},
    {"context put", "context, key: string, value | context, keys: list, value", context_put},
    {"context merge", "contexts", context_merge},
};

}  // namespace

std::span<const BuiltIn> context_functions() {
  return table;
}

}  // namespace feel
