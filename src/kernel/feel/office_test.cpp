// Our own functions: working days by the published calendar, identifiers with their check digits.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "kernel/feel/feel.h"

namespace {

using feel::Value;

/// The calendar as published, 2015 to 2026.
const calendar::Calendar& published() {
  static const calendar::Calendar days = [] {
    std::ifstream file(std::string(SOURCE_DIR) + "/catalogue/calendar/workdays.csv");
    const std::string table{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return calendar::Calendar::of(calendar::parse_table(table).value()).value();
  }();
  return days;
}

feel::Outcome outcome_of(const std::string& text, const calendar::Calendar* days = &published()) {
  const auto expression = feel::compile(text);
  EXPECT_TRUE(expression) << text;
  feel::World world;
  world.working_days = days;
  return feel::evaluate(*expression, {}, world);
}

Value value_of(const std::string& text) {
  return outcome_of(text).value;
}

TEST(working_days, skip_holidays_and_count_make_up_days) {
  // 2026-01-01 to 01-03 is New Year; Sunday 01-04 is worked instead.
  EXPECT_EQ(value_of(R"(string(add working days(@"2025-12-31", 1)))"), Value("2026-01-04"));
  EXPECT_EQ(value_of(R"(string(add working days(@"2026-01-04", -1)))"), Value("2025-12-31"));
  EXPECT_EQ(value_of(R"(string(add working days(date: @"2026-01-05", count: 5)))"), Value("2026-01-12"));
  EXPECT_EQ(value_of(R"(is working day(@"2026-01-04"))"), Value(true));
  EXPECT_EQ(value_of(R"(is working day(@"2026-01-02"))"), Value(false));
  EXPECT_EQ(value_of(R"(is working day(@"2026-01-10"))"), Value(false));
  EXPECT_EQ(value_of(R"(working days between(@"2025-12-31", @"2026-01-05"))"), Value(2));
  EXPECT_EQ(value_of(R"(working days between(from: @"2026-01-05", to: @"2026-01-12"))"), Value(5));
}

TEST(working_days, say_what_is_missing) {
  for (const char* text :
       {R"(add working days("2026-01-05", 1))", R"(add working days(@"2026-01-05", 1.5))",
        R"(add working days(@"2026-01-05", 1000000000))", R"(working days between(@"2026-01-05", 1))",
        R"(is working day(null))", R"(is working day(@"2199-01-05"))"}) {
    const feel::Outcome outcome = outcome_of(text);
    EXPECT_TRUE(outcome.value.is_null()) << text;
    EXPECT_FALSE(outcome.diagnostics.empty()) << text;
  }
  const feel::Outcome outcome = outcome_of(R"(is working day(@"2026-01-05"))", nullptr);
  ASSERT_EQ(outcome.diagnostics.size(), 1u);
  EXPECT_EQ(outcome.diagnostics[0].code, "feel.no_calendar");
}

TEST(identifiers, are_judged_by_length_letters_and_check_digit) {
  EXPECT_EQ(value_of(R"(is credit code("91430211MA4TYA011N"))"), Value(true));
  EXPECT_EQ(value_of(R"(is credit code(" 91430211 ma4tya011n"))"), Value(true));
  EXPECT_EQ(value_of(R"(is credit code("91430211MA4TYA011M"))"), Value(false));
  EXPECT_EQ(value_of(R"(is credit code(""))"), Value(false));
  EXPECT_EQ(value_of(R"(is citizen id("11010519491231002X"))"), Value(true));
  EXPECT_EQ(value_of(R"(is citizen id("110105194912310021"))"), Value(false));
  EXPECT_EQ(value_of(R"(is citizen id("11010519491331002X"))"), Value(false));
  EXPECT_EQ(value_of(R"(is phone number("13800138000"))"), Value(true));
  EXPECT_EQ(value_of(R"(is phone number("1380013800"))"), Value(false));
  EXPECT_EQ(value_of(R"(is organisation code("x"))"), Value(false));
  EXPECT_EQ(value_of(R"(is registration number("x"))"), Value(false));
  EXPECT_EQ(value_of(R"(is food permit number("x"))"), Value(false));
  EXPECT_EQ(value_of(R"(["91430211MA4TYA011N", "x"][is credit code(item)])"), Value(feel::List{"91430211MA4TYA011N"}));
  EXPECT_TRUE(value_of("is credit code(1)").is_null());
  EXPECT_TRUE(value_of("is credit code(null)").is_null());
}

/// Five calendar days until the end of May 2026, two from June on.
class TwoVersions : public feel::DatedLimits {
 public:
  base::Result<calendar::Span> limit_on(std::string_view rule, calendar::Date trigger) const override {
    if (rule != "answer")
      return base::Error{.kind = base::Refusal::not_found, .code = "test.rule_unknown", .message = {"没有", "none"}};
    const bool old = trigger < *calendar::parse_date("2026-06-01");
    return calendar::Span{old ? 5 : 2, calendar::Unit::calendar_days};
  }
};

TEST(last_day, takes_the_limit_in_force_on_the_day_it_is_counted_from) {
  calendar::YearPlan plan{.year = 2026};
  const auto days = calendar::Calendar::of({plan}).value();
  const TwoVersions rules;
  const feel::World world{.working_days = &days, .rules = &rules};
  const auto ask = [&](const char* text, const feel::World& where) {
    return feel::evaluate(feel::compile(text, {}, feel::Dialect::camunda).value(), {}, where);
  };
  EXPECT_EQ(feel::to_text(ask("last day(\"answer\", date(\"2026-05-20\"))", world).value), "2026-05-25");
  EXPECT_EQ(feel::to_text(ask("last day(\"answer\", date(\"2026-06-08\"))", world).value), "2026-06-10");
  // A calendar-day limit that ends on a rest day ends on the next working day.
  EXPECT_EQ(feel::to_text(ask("last day(\"answer\", date(\"2026-05-11\"))", world).value), "2026-05-18");
  EXPECT_EQ(ask("last day(\"other\", date(\"2026-05-11\"))", world).diagnostics[0].code, "test.rule_unknown");
  EXPECT_EQ(ask("last day(\"answer\", date(\"2026-05-11\"))", {}).diagnostics[0].code, "feel.no_rules");
  EXPECT_EQ(ask("last day(\"answer\", 7)", world).diagnostics[0].code, "feel.argument_type");
}

}  // namespace
