#include "kernel/feel/lookup.h"

namespace feel {

std::string text_in(const Context& context, std::string_view key) {
  const Value* value = context.find(key);
  return value && value->kind() == Kind::string ? value->as_string() : std::string();
}

std::int64_t number_in(const Context& context, std::string_view key) {
  const Value* value = context.find(key);
  return value && value->kind() == Kind::number ? value->as_number().to_int64().value_or(0) : 0;
}

}  // namespace feel
