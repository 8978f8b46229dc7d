#include <gtest/gtest.h>

#include "kernel/feel/feel.h"

namespace {

feel::Value value_of(const char* text, const feel::Context& context, feel::Dialect dialect) {
  const auto compiled = feel::compile(text, {}, dialect);
  EXPECT_TRUE(compiled) << text;
  return feel::evaluate(compiled.value(), context, {}).value;
}

TEST(camunda_dialect, a_variable_may_be_called_like_a_function) {
  feel::Context context;
  context.put("number", "12号");
  context.put("date", "2026年11月24日");
  EXPECT_EQ(value_of("number", context, feel::Dialect::camunda), feel::Value("12号"));
  EXPECT_EQ(value_of("number + date", context, feel::Dialect::camunda), feel::Value("12号2026年11月24日"));
  EXPECT_EQ(value_of("[1, 2][number(string(item)) > 1]", {}, feel::Dialect::camunda), feel::Value(feel::List{2}));
}

}  // namespace
