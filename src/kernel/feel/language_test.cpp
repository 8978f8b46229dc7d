// The language, section by section of the standard: each line of language/*.txt is an expression and its value.
//   expression ==> value       the same value, as FEEL writes it
//   expression ==> null!       null, and a diagnostic that says why
//   expression ==> syntax!     refused when compiled
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "kernel/feel/feel.h"

namespace {

using feel::Context;
using feel::List;
using feel::Name;
using feel::Value;

/// 2026-11-24 10:00 in China.
const feel::World world{.now = {1'795'485'600'000'000}};

Value number(int value) {
  return Value(value);
}

Context order(int price, int quantity) {
  return Context{{"unit price", number(price)}, {"quantity", number(quantity)}};
}

/// The variables that grammar.txt speaks of.
Context variables() {
  return Context{{"first name", Value("Ann")},
                 {"order", Value(order(5, 3))},
                 {"orders", Value(List{Value(order(5, 1)), Value(order(6, 2))})},
                 {"a", number(2)},
                 {"b", number(1)},
                 {"a-b", number(100)},
                 {"a+b", number(200)},
                 {"not empty", number(7)},
                 {"in stock", Value(true)},
                 {"profit and loss", number(42)},
                 {"食品 经营", Value(Context{{"面积", number(60)}})},
                 {"price/unit", number(9)},
                 {"today's date", number(3)},
                 {"_private", number(1)},
                 {"x1", number(11)}};
}

feel::Names names() {
  const feel::Names parts{{"unit price", {}}, {"quantity", {}}};
  feel::Names all;
  const Context values = variables();
  for (const auto& [name, value] : values.entries())
    all.push_back(Name{.name = name, .components = name.starts_with("order") ? parts : feel::Names{}});
  return all;
}

struct Answer {
  bool is_compiled = false;
  Value value = {};
  bool has_reason = false;
};

Answer answer_of(const std::string& text, const feel::Names& known, const Context& context,
                 feel::Dialect dialect = feel::Dialect::standard) {
  const auto expression = feel::compile(text, known, dialect);
  if (!expression) {
    EXPECT_FALSE(expression.error().message.zh.empty()) << text;
    EXPECT_FALSE(expression.error().places.empty()) << text;
    return {};
  }
  feel::Outcome outcome = feel::evaluate(*expression, context, world);
  return {true, std::move(outcome.value), !outcome.diagnostics.empty()};
}

struct Setting {
  bool has_variables = false;
  feel::Dialect dialect = feel::Dialect::standard;
};

void check_line(const std::string& place, const std::string& text, const std::string& wanted, const Setting& setting) {
  const feel::Names known = setting.has_variables ? names() : feel::Names{};
  const Context context = setting.has_variables ? variables() : Context{};
  const Answer answer = answer_of(text, known, context, setting.dialect);
  if (wanted == "syntax!") {
    EXPECT_FALSE(answer.is_compiled) << place << ": " << text << " gives " << feel::to_text(answer.value);
    return;
  }
  ASSERT_TRUE(answer.is_compiled) << place << ": " << text;
  if (wanted == "null!") {
    EXPECT_TRUE(answer.value.is_null()) << place << ": " << text << " gives " << feel::to_text(answer.value);
    EXPECT_TRUE(answer.has_reason) << place << ": " << text << " is null without a reason";
    return;
  }
  const Answer expected = answer_of(wanted, {}, {});
  ASSERT_TRUE(expected.is_compiled) << place << ": " << wanted;
  EXPECT_EQ(answer.value, expected.value)
      << place << ": " << text << " gives " << feel::to_text(answer.value) << ", not " << wanted;
}

void check_table(const std::string& name, const Setting& setting = {}) {
  std::ifstream file(std::string(SOURCE_DIR) + "/src/kernel/feel/language/" + name + ".txt");
  ASSERT_TRUE(file) << name;
  std::string line;
  std::size_t number_of_line = 0;
  std::size_t checked = 0;
  while (std::getline(file, line)) {
    ++number_of_line;
    if (line.empty() || line.starts_with("# ")) continue;
    const std::string place = name + ".txt:" + std::to_string(number_of_line);
    const std::string by_standard = " =standard=> ";
    const std::string means = " ==> ";
    if (const std::size_t arrow = line.rfind(by_standard); arrow != std::string::npos) {
      check_line(place, line.substr(0, arrow), line.substr(arrow + by_standard.size()), {setting.has_variables});
    } else {
      const std::size_t at = line.rfind(means);
      ASSERT_NE(at, std::string::npos) << place;
      check_line(place, line.substr(0, at), line.substr(at + means.size()), setting);
    }
    ++checked;
  }
  EXPECT_GT(checked, 20u) << name;
}

TEST(language, logic_and_comparison) {
  check_table("logic");
}
TEST(language, numbers) {
  check_table("numbers");
}
TEST(language, strings_and_regular_expressions) {
  check_table("strings");
}
TEST(language, dates_times_and_durations) {
  check_table("temporal");
}
TEST(language, lists_and_iteration) {
  check_table("lists");
}
TEST(language, contexts) {
  check_table("contexts");
}
TEST(language, ranges) {
  check_table("ranges");
}
TEST(language, functions_and_types) {
  check_table("functions");
}
TEST(language, grammar_and_names) {
  check_table("grammar", {.has_variables = true});
}
TEST(language, camunda_dialect) {
  check_table("camunda", {.has_variables = true, .dialect = feel::Dialect::camunda});
}

}  // namespace
