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
  EXPECT_EQ(ask("last day(\"answer\", 7)", world).diagnostics[0].code, "feel.type_mismatch");
}

}  // namespace
