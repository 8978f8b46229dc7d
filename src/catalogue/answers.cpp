#include <algorithm>
#include <map>

#include "catalogue/form.h"
#include "checks.h"
#include "kernel/base/unicode.h"

namespace catalogue {

namespace {

constexpr std::size_t text_points_max = 200;
constexpr std::size_t text_area_points_max = 2000;

base::Text name_of(const Field& field) {
  std::string english = field.label.en;
  const bool acronym = english.size() > 1 && std::isupper(static_cast<unsigned char>(english[1]));
  if (!english.empty() && !acronym)
    english[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(english[0])));
  return {field.label.zh, english};
}

Checked fault(std::string code, base::Text message) {
  return {.value = {}, .fault = base::Place{.path = {}, .code = std::move(code), .message = std::move(message)}};
}

bool is_blank(const feel::Value& value) {
  if (value.is_null()) return true;
  if (value.kind() == feel::Kind::string) return base::tidy(value.as_string()).empty();
  return value.kind() == feel::Kind::list && value.as_list().empty();
}

Checked missing(const Field& field) {
  const base::Text name = name_of(field);
  if (field.kind == FieldKind::checkbox)
    return fault("catalogue.answer_missing", {"请勾选“" + name.zh + "”", "Tick “" + field.label.en + "”"});
  const bool typed = field.kind == FieldKind::text || field.kind == FieldKind::text_area ||
                     field.kind == FieldKind::number || field.kind == FieldKind::date;
  return typed && field.editor.empty()
             ? fault("catalogue.answer_missing", {"请填写" + name.zh, "Enter the " + name.en})
             : fault("catalogue.answer_missing", {"请选择" + name.zh, "Choose the " + name.en});
}

Checked wrong_type(const Field& field) {
  return fault("catalogue.answer_type", {field.label.zh + "的填写形式不对，请重新填写",
                                         field.label.en + " is not in the expected form; enter it again"});
}

Checked check_text(const Field& field, const feel::Value& answer, const feel::World& world) {
  if (answer.kind() != feel::Kind::string || !base::is_utf8(answer.as_string())) return wrong_type(field);
  const std::string text =
      field.kind == FieldKind::text ? base::tidy(answer.as_string()) : tidy_lines(answer.as_string());
  const std::size_t longest = field.kind == FieldKind::text ? text_points_max : text_area_points_max;
  const std::size_t length_max = field.length_max ? static_cast<std::size_t>(*field.length_max) : longest;
  if (base::length(text) > length_max) {
    const std::string count = std::to_string(length_max);
    return fault("catalogue.answer_too_long",
                 {field.label.zh + "不得超过" + count + "个字，请缩短",
                  field.label.en + " must have at most " + count + " characters; shorten it"});
  }
  if (field.length_min && base::length(text) < static_cast<std::size_t>(*field.length_min)) {
    const std::string count = std::to_string(*field.length_min);
    return fault("catalogue.answer_too_short", {field.label.zh + "至少须有" + count + "个字，请补充",
                                                field.label.en + " needs at least " + count + " characters; say more"});
  }
  return run_check(field, text, world);
}

Checked check_number(const Field& field, const feel::Value& answer) {
  std::optional<feel::Decimal> number;
  if (answer.kind() == feel::Kind::number) number = answer.as_number();
  if (answer.kind() == feel::Kind::string) number = feel::Decimal::parse(base::normal_code(answer.as_string()));
  const base::Text& label = field.label;
  if (!number)
    return fault("catalogue.answer_not_a_number",
                 {label.zh + "须为数字，例如 85", label.en + " must be a number, for example 85"});
  const std::optional<feel::Decimal> kept = rounded(*number, field.decimal_digits, feel::Rounding::half_even);
  if (!kept || *kept != *number) {
    const std::string digits = std::to_string(field.decimal_digits);
    return field.decimal_digits == 0
               ? fault("catalogue.answer_digits", {label.zh + "须为整数", label.en + " must be a whole number"})
               : fault("catalogue.answer_digits", {label.zh + "最多保留" + digits + "位小数",
                                                   label.en + " may have at most " + digits + " decimal places"});
  }
  if (field.min && *number < *field.min)
    return fault("catalogue.answer_too_small", {label.zh + "不得小于" + field.min->to_text() + "，请核对",
                                                label.en + " must be " + field.min->to_text() + " or more; check it"});
  if (field.max && *number > *field.max)
    return fault("catalogue.answer_too_large", {label.zh + "不得大于" + field.max->to_text() + "，请核对",
                                                label.en + " must be " + field.max->to_text() + " or less; check it"});
  return {.value = feel::Value(*number), .fault = {}};
}

bool offers(const Field& field, const feel::Value& value) {
  return value.kind() == feel::Kind::string &&
         std::any_of(field.options.begin(), field.options.end(),
                     [&](const FieldOption& option) { return option.value == value.as_string(); });
}

Checked not_offered(const Field& field) {
  return fault("catalogue.answer_not_offered",
               {field.label.zh + "不在可选范围内，请从列出的选项中选择",
                field.label.en + " is not one of the options; choose one that is listed"});
}

Checked check_checklist(const Field& field, const feel::Value& answer) {
  if (answer.kind() != feel::Kind::list) return wrong_type(field);
  for (const feel::Value& item : answer.as_list())
    if (!offers(field, item)) return not_offered(field);
  feel::List chosen;  // in the order offered, each once
  for (const FieldOption& option : field.options) {
    const auto same = [&](const feel::Value& item) { return item.as_string() == option.value; };
    if (std::any_of(answer.as_list().begin(), answer.as_list().end(), same)) chosen.emplace_back(option.value);
  }
  return {.value = feel::Value(std::move(chosen)), .fault = {}};
}

Checked check_one(const Field& field, const feel::Value& answer, const feel::World& world) {
  if (field.editor == "corrections") return check_corrections(field, answer);
  if (field.editor == "officers") return check_officers(field, answer);
  switch (field.kind) {
    case FieldKind::text:
    case FieldKind::text_area:
      return check_text(field, answer, world);
    case FieldKind::number:
      return check_number(field, answer);
    case FieldKind::date:
      return answer.kind() == feel::Kind::string ? check_date(field, answer.as_string(), world) : wrong_type(field);
    case FieldKind::radio:
    case FieldKind::select:
      if (!offers(field, answer)) return not_offered(field);
      return {.value = answer, .fault = {}};
    case FieldKind::checkbox:
      if (answer.kind() != feel::Kind::boolean) return wrong_type(field);
      return {.value = answer, .fault = {}};
    case FieldKind::checklist:
      return check_checklist(field, answer);
    case FieldKind::statement:
      break;
  }
  return wrong_type(field);
}

/// Blank answers count as not given; a required tick must be set.
Checked check_presence(const Field& field, const feel::Value* answer, Completeness completeness,
                       const feel::World& world) {
  const bool unticked = field.kind == FieldKind::checkbox && field.required && answer &&
                        answer->kind() == feel::Kind::boolean && !answer->is_true();
  if (!answer || is_blank(*answer) || (unticked && completeness == Completeness::full))
    return field.required && completeness == Completeness::full ? missing(field) : Checked{};
  return check_one(field, *answer, world);
}

/// Most fields have no condition: only for those that have one are the facts put together.
bool holds(const std::optional<feel::Expression>& condition, const feel::Context& guide, const feel::Context& given,
           const feel::World& world) {
  return condition && feel::evaluate(*condition, facts_of(guide, given), world).value.is_true();
}

std::vector<base::Place> unknown_keys(const Form& form, const feel::Context& answers, std::string_view prefix) {
  std::vector<base::Place> places;
  for (const auto& [key, value] : answers.entries())
    if (!form.find(key))
      places.push_back(
          {.path = std::string(prefix) + "/" + key,
           .code = "catalogue.answer_unknown",
           .message = {"表单中没有“" + key + "”这一项，请去掉", "The form has no field “" + key + "”; leave it out"}});
  return places;
}

}  // namespace

feel::Context facts_of(const feel::Context& guide, const feel::Context& answers) {
  feel::Context facts = guide;
  for (const auto& [key, value] : answers.entries()) facts.put(key, value);
  facts.put("guide", guide);
  facts.put("answers", answers);
  return facts;
}

base::Result<feel::Context> check_answers(const Form& form, const feel::Context& guide, const feel::Context& answers,
                                          Completeness completeness, std::string_view path_prefix,
                                          const feel::World& world) {
  std::vector<base::Place> places = unknown_keys(form, answers, path_prefix);
  std::map<std::string, Checked, std::less<>> checked;
  feel::Context given;
  for (const FieldGroup& group : form.groups)
    for (const Field& field : group.fields) {
      if (field.kind == FieldKind::statement) continue;
      const Checked& one = checked[field.key] = check_presence(field, answers.find(field.key), completeness, world);
      if (!one.value.is_null()) given.put(field.key, one.value);
    }
  // Fields are looked at in the form's order, so that what is hidden counts for no later condition.
  for (const FieldGroup& group : form.groups) {
    const bool group_hidden = holds(group.hidden_when, guide, given, world);
    for (const Field& field : group.fields) {
      if (field.kind == FieldKind::statement) continue;
      if (group_hidden || holds(field.hidden_when, guide, given, world)) {
        given.erase(field.key);
      } else if (std::optional<base::Place>& fault = checked[field.key].fault) {
        fault->path = std::string(path_prefix) + "/" + field.key;
        places.push_back(std::move(*fault));
      }
    }
  }
  if (places.empty()) return given;
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "catalogue.answers_invalid",
                     .message = {"有" + std::to_string(places.size()) + "处需要您补充或改正",
                                 places.size() == 1 ? "One place needs your attention"
                                                    : std::to_string(places.size()) + " places need your attention"},
                     .places = std::move(places)};
}

}  // namespace catalogue
