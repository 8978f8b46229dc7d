// Fuzz target: any bytes are either an expression (in both dialects, and as unary tests) or a refusal with its place;
// what is compiled ends within its limits, gives the same value twice and can be written as JSON.
#include <cstddef>
#include <cstdint>
#include <string>

#include "kernel/feel/feel.h"

namespace {

const feel::Context& context() {
  static const feel::Context made{{"a", feel::Value(1)},
                                  {"first name", feel::Value("Ann")},
                                  {"list", feel::Value(feel::List{1, 2, 3})},
                                  {"order", feel::Value(feel::Context{{"unit price", feel::Value(5)}})}};
  return made;
}

feel::World world() {
  feel::World made;
  made.limits = {.steps_max = 20'000, .bytes_max = 4'000'000, .depth_max = 64};
  return made;
}

void try_out(const std::string& text, feel::Dialect dialect) {
  const feel::Names names{{"a", {}}, {"first name", {}}, {"list", {}}, {"order", {{"unit price", {}}}}};
  if (const auto expression = feel::compile(text, names, dialect)) {
    const feel::Outcome once = feel::evaluate(*expression, context(), world());
    const feel::Outcome again = feel::evaluate(*expression, context(), world());
    if (feel::to_text(once.value) != feel::to_text(again.value)) __builtin_trap();
    static_cast<void>(feel::to_json(once.value));
  } else if (expression.error().message.en.empty()) {
    __builtin_trap();
  }
  if (const auto tests = feel::compile_unary_tests(text, names, dialect))
    static_cast<void>(feel::evaluate_unary_tests(*tests, feel::Value(5), context(), world()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try_out(text, feel::Dialect::standard);
  try_out(text, feel::Dialect::camunda);
  return 0;
}
