// What is hostile or merely too much is refused quickly: at compile time, or by the limits of an evaluation.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "kernel/feel/feel.h"

namespace {

using feel::Value;

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

/// Processor time, so that a busy machine does not count; generous for slow builds: a hang would be hours.
class Clock {
 public:
  ~Clock() { EXPECT_LT(static_cast<double>(std::clock() - start_) / CLOCKS_PER_SEC, 20.0); }

 private:
  std::clock_t start_ = std::clock();
};

std::string refusal_of(const std::string& text) {
  const auto expression = feel::compile(text);
  return expression ? "" : expression.error().code;
}

TEST(compile, refuses_deep_nesting_long_before_the_stack_ends) {
  const Clock clock;
  constexpr int deep = 50'000;
  for (const char* opening :
       {"(", "[", "{a: ", "-", "not(", "if true then ", "function(x) ", "for i in ", "1 + (", "f("})
    EXPECT_EQ(refusal_of(repeated(opening, deep)), "feel.too_deep") << opening;
  EXPECT_EQ(refusal_of("1 instance of " + repeated("list<", deep)), "feel.too_deep");
  EXPECT_EQ(refusal_of(std::string(2'000'000, '1')), "feel.too_long");
}

TEST(compile, takes_long_flat_texts) {
  const Clock clock;
  EXPECT_EQ(refusal_of("[" + repeated("1, ", 50'000) + "1]"), "");
  EXPECT_EQ(refusal_of("1" + repeated(" in (1, 2)", 1'000)), "");
}

TEST(compile, does_not_double_what_it_knows_of_names) {
  const Clock clock;
  std::string text = "{v0: {a: 1}";
  for (int i = 1; i < 200; ++i) {
    const std::string before = "v" + std::to_string(i - 1);
    text += ", v" + std::to_string(i) + ": {b: " + before + ", c: " + before + "}";
  }
  EXPECT_EQ(refusal_of(text + "}"), "");
}

TEST(compile, does_not_try_nested_readings_again_and_again) {
  const Clock clock;
  refusal_of("1 " + repeated("in (", 180) + "1" + repeated(")", 180));
  refusal_of("1 " + repeated("in (", 180) + "1" + repeated(")[1]", 180));
  refusal_of(repeated("[1..", 150) + "1" + repeated("]", 150));
}

feel::Outcome outcome_of(const std::string& text, feel::Limits limits = {}) {
  const auto expression = feel::compile(text);
  EXPECT_TRUE(expression) << text;
  feel::World world;
  world.limits = limits;
  return expression ? feel::evaluate(*expression, {}, world) : feel::Outcome{};
}

/// The first signs tell which expression it is.
std::string shortened(const std::string& text) {
  return text.substr(0, 60) + " … " + text.substr(text.size() / 2).substr(0, 60);
}

void expect_stopped(const std::string& text) {
  const Clock clock;
  const feel::Outcome outcome = outcome_of(text, {.steps_max = 1'000'000, .bytes_max = 50'000'000});
  EXPECT_TRUE(outcome.limit_passed) << shortened(text);
  EXPECT_TRUE(outcome.value.is_null()) << shortened(text);
  const auto& all = outcome.diagnostics;
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const feel::Diagnostic& each) {
    return each.code == "feel.limit_passed";
  })) << shortened(text);
}

TEST(evaluate, stops_endless_work) {
  expect_stopped("count(for i in 1..1000000000000 return i)");
  expect_stopped("some i in 1..1000000000000 satisfies i < 0");
  expect_stopped("for i in 1..100000, j in 1..100000 return i * j");
  expect_stopped("for i in @\"-999999999-01-01\"..@\"999999999-12-31\" return i");
  expect_stopped("(function(f) f(f))(function(f) f(f))");
}

/// Each entry is twice the one before: what is stored is small, what it says is not.
std::string doubled(const std::string& start, const std::string& twice, int count) {
  std::string text = "{v0: " + start;
  for (int i = 1; i < count; ++i) {
    const std::string before = "v" + std::to_string(i - 1);
    std::string entry = twice;
    for (std::size_t at = entry.find('$'); at != std::string::npos; at = entry.find('$', at + before.size()))
      entry.replace(at, 1, before);
    text += ", v" + std::to_string(i) + ": " + entry;
  }
  return text;
}

TEST(evaluate, stops_values_that_double) {
  expect_stopped(doubled("\"ab\"", "$ + $", 60) + "}");
  expect_stopped(doubled("[1]", "concatenate($, $)", 60) + "}");
  expect_stopped(doubled("[1]", "[$, $]", 60) + "}");
  expect_stopped(doubled("[1]", "[$, $]", 60) + ", r: v59 = v59}.r");
  expect_stopped(doubled("[1]", "[$, $]", 60) + ", r: count(flatten(v59))}.r");
  expect_stopped(doubled("[1]", "[$, $]", 60) + ", r: string(v59)}.r");
  expect_stopped(doubled("[1]", "[$, $]", 60) + ", r: distinct values([v59, v58, v59])}.r");
  expect_stopped(doubled("{a: 1}", "{b: $, c: $}", 60) + ", r: v59 in v59}.r");
}

TEST(evaluate, stops_hostile_regular_expressions) {
  const std::string many = "\"" + std::string(5'000, 'a') + "\"";
  expect_stopped("matches(" + many + ", \"^(a+)+$b\")");
  expect_stopped("matches(" + many + ", \"(a*)*b\")");
  expect_stopped("replace(" + many + ", \"(.*)(.*)(.*)(.*)b\", \"x\")");
  expect_stopped("split(" + many + ", \"(a?){50}b\")");
  const std::string million = "string join(for i in 1..1000000 return \"a\")";
  expect_stopped("matches(" + million + ", \"" + std::string(9'000, 'a') + "b\")");
  expect_stopped("matches(" + million + ", \"(a+)b\\1\")");
  expect_stopped("matches(" + million + ", \"(?:(?:a{0,100000}){0,100000}){0,100000}b\")");
}

TEST(evaluate, matches_long_texts_and_says_when_one_is_too_long) {
  const auto matched = [](const std::string& count) {
    return outcome_of("matches(string join(for i in 1.." + count + " return \"a\"), \"^(a|b)+$\")");
  };
  EXPECT_TRUE(matched("100000").value.is_true());
  const feel::Outcome outcome = matched("400000");
  EXPECT_TRUE(outcome.value.is_null());
  ASSERT_FALSE(outcome.diagnostics.empty());
  EXPECT_EQ(outcome.diagnostics[0].code, "feel.regex");
}

TEST(evaluate, counts_the_work_of_functions_on_large_values) {
  const std::string large = "{l: for i in 1..100000 return i, r: for i in 1..1000000 return ";
  expect_stopped(large + "reverse(l)}.r");
  expect_stopped(large + "count(l)}.r");
  expect_stopped(large + "sort(l, function(a, b) a > b)}.r");
  expect_stopped(large + "insert before(l, 1, 0)}.r");
  expect_stopped(large + "list contains(l, -1)}.r");
  expect_stopped(
      "{s: string join(for i in 1..100000 return \"abcdefgh\"), r: for i in 1..1000000 return upper case(s)}.r");
  expect_stopped(
      "{s: string join(for i in 1..100000 return \"abcdefgh\"), r: for i in 1..1000000 return string length(s)}.r");
}

TEST(evaluate, obeys_smaller_limits) {
  EXPECT_TRUE(outcome_of("sum(for i in 1..1000 return i)", {.steps_max = 100}).limit_passed);
  EXPECT_FALSE(outcome_of("sum(for i in 1..1000 return i)", {.steps_max = 100'000}).limit_passed);
  EXPECT_TRUE(outcome_of("for i in 1..1000 return i", {.bytes_max = 1'000}).limit_passed);
  EXPECT_TRUE(outcome_of("((((((1 + 1) + 1) + 1) + 1) + 1) + 1)", {.depth_max = 3}).limit_passed);
}

}  // namespace
