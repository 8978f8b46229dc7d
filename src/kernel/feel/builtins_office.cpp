#include "builtin.h"
#include "kernel/codes/entities.h"
#include "kernel/codes/people.h"
#include "kernel/codes/permits.h"

// Our own functions, no part of DMN: working days as the loaded calendar has them, and identifiers with their check
// digits.
namespace feel {
namespace {

std::optional<calendar::Date> day_of(const Value& argument) {
  const Value& value = single(argument);
  if (value.kind() == Kind::date) return value.as_date();
  if (value.kind() == Kind::date_time) return value.as_date_time().date;
  return std::nullopt;
}

const calendar::Calendar* calendar_of(Evaluation& evaluation) {
  if (evaluation.world().working_days == nullptr)
    evaluation.fail("feel.no_calendar", {"此处没有工作日历", "there is no working-day calendar here"});
  return evaluation.world().working_days;
}

Value refused(const base::Error& error, Evaluation& evaluation) {
  return evaluation.fail(error.code, error.message);
}

/// Source: [ALL-82] limits are counted in working days.
Value add_days(const List& arguments, Evaluation& evaluation) {
  constexpr std::int64_t count_max = 100'000;
  const auto date = day_of(arguments[0]);
  const auto count = whole(arguments, 1);
  if (!date) return mismatch(evaluation, 1, "date");
  if (!count) return mismatch(evaluation, 2, "number");
  if (*count > count_max || *count < -count_max) return out_of_range(evaluation, 2);
  const calendar::Calendar* days = calendar_of(evaluation);
  if (days == nullptr || !evaluation.spend(std::abs(*count))) return {};
  const auto result = calendar::add_working_days(*date, static_cast<int>(*count), *days);
  return result ? Value(*result) : refused(result.error(), evaluation);
}

Value days_between(const List& arguments, Evaluation& evaluation) {
  const auto from = day_of(arguments[0]);
  const auto to = day_of(arguments[1]);
  if (!from) return mismatch(evaluation, 1, "date");
  if (!to) return mismatch(evaluation, 2, "date");
  const calendar::Calendar* days = calendar_of(evaluation);
  if (days == nullptr || !evaluation.spend(std::abs(to->days - from->days))) return {};
  const auto result = calendar::working_days_between(*from, *to, *days);
  return result ? Value(*result) : refused(result.error(), evaluation);
}

Value is_working_day(const List& arguments, Evaluation& evaluation) {
  const auto date = day_of(arguments[0]);
  if (!date) return mismatch(evaluation, 1, "date");
  const calendar::Calendar* days = calendar_of(evaluation);
  if (days == nullptr) return {};
  const auto result = days->is_working_day(*date);
  return result ? Value(*result) : refused(result.error(), evaluation);
}

/// The last day in time under a dated rule, in the version in force on the day it is counted from.
/// Source: [MFD-201] the starting day does not count.
Value last_day(const List& arguments, Evaluation& evaluation) {
  const Value& rule = single(arguments[0]);
  const auto from = day_of(arguments[1]);
  if (rule.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  if (!from) return mismatch(evaluation, 2, "date");
  const DatedLimits* rules = evaluation.world().rules;
  if (rules == nullptr)
    return evaluation.fail("feel.no_rules", {"此处没有法定期限规则", "there are no dated rules here"});
  const calendar::Calendar* days = calendar_of(evaluation);
  if (days == nullptr) return {};
  const auto limit = rules->limit_on(rule.as_string(), *from);
  if (!limit) return refused(limit.error(), evaluation);
  if (!evaluation.spend(limit.value().count)) return {};
  const auto deadline = calendar::deadline_after(*from, limit.value(), *days);
  return deadline ? Value(deadline.value().due) : refused(deadline.error(), evaluation);
}

/// Whether the text is a right identifier: its length, its letters, its check digit. Blanks and small letters, as
/// people type them, are forgiven. Source: [GB32100], [GB11714], [GB11643], [GS15].
template <auto parse>
Value is_identifier(const List& arguments, Evaluation& evaluation) {
  const Value& text = single(arguments[0]);
  if (text.kind() != Kind::string) return mismatch(evaluation, 1, "string");
  return static_cast<bool>(parse(text.as_string()));
}

bool is_food_permit(std::string_view text) {
  return static_cast<bool>(codes::parse_food_permit_number(text));
}

constexpr BuiltIn table[] = {
    {"is credit code", "text", is_identifier<codes::parse_credit_code>},
    {"is organisation code", "text", is_identifier<codes::parse_organisation_code>},
    {"is registration number", "text", is_identifier<codes::parse_registration_number>},
    {"is citizen id", "text", is_identifier<codes::parse_citizen_id>},
    {"is phone number", "text", is_identifier<codes::parse_phone>},
    {"is food permit number", "text", is_identifier<is_food_permit>},
    {"add working days", "date, count", add_days},
    {"working days between", "from, to", days_between},
    {"is working day", "date", is_working_day},
    {"last day", "rule, from", last_day},
};

}  // namespace

std::span<const BuiltIn> office_functions() {
  return table;
}

}  // namespace feel
