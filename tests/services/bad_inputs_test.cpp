/// bad_inputs.yaml against every field of every form: the applicant's and the office's.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <set>

#include "catalogue/catalogue.h"
#include "catalogue/form.h"
#include "kernel/base/unicode.h"

namespace {

using catalogue::Field;
using catalogue::FieldKind;

std::string name_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::text:
      return "text";
    case FieldKind::text_area:
      return "text_area";
    case FieldKind::number:
      return "number";
    case FieldKind::date:
      return "date";
    case FieldKind::radio:
      return "radio";
    case FieldKind::select:
      return "select";
    case FieldKind::checkbox:
      return "checkbox";
    case FieldKind::checklist:
      return "checklist";
    case FieldKind::statement:
      break;
  }
  return "statement";
}

/// What is typed, and the limit it passes as the message names it.
struct Given {
  feel::Value value;
  std::string limit;
};

feel::Value value_of(const YAML::Node& node) {
  if (node.IsSequence()) {
    feel::List list;
    for (const YAML::Node& item : node) list.push_back(value_of(item));
    return feel::Value(std::move(list));
  }
  if (node.IsMap()) {
    feel::Context context;
    for (const auto& entry : node) context.put(entry.first.Scalar(), value_of(entry.second));
    return feel::Value(std::move(context));
  }
  const std::string text = node.Scalar();
  if (node.Tag() == "!") return feel::Value(text);
  if (text == "true" || text == "false") return feel::Value(text == "true");
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos)
    return feel::Value(*feel::Decimal::parse(text));
  return feel::Value(text);
}

std::string many(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "演";
  return text;
}

Given given_to(const Field& field, const YAML::Node& row) {
  const std::string text = row["given"].IsScalar() ? row["given"].Scalar() : "";
  const feel::Decimal one = *feel::Decimal::parse("1");
  if (text == "too_long") {
    const int limit = field.length_max.value_or(field.kind == FieldKind::text ? 200 : 2000);
    return {feel::Value(many(static_cast<std::size_t>(limit) + 1)), std::to_string(limit)};
  }
  if (text == "too_short")
    return {feel::Value(many(static_cast<std::size_t>(*field.length_min) - 1)), std::to_string(*field.length_min)};
  if (text == "below") return {feel::Value(*subtract(*field.min, one)), field.min->to_text()};
  if (text == "above") return {feel::Value(*add(*field.max, one)), field.max->to_text()};
  if (text == "fraction") return {feel::Value("1.23456"), std::to_string(field.decimal_digits)};
  return {value_of(row["given"]), ""};
}

bool is_about(const Field& field, const YAML::Node& row) {
  const std::string about = row["about"].Scalar();
  const std::size_t slash = about.find('/');
  const std::string kind = about.substr(0, slash);
  if (slash == 0) return field.editor == about.substr(1);
  if (!field.editor.empty()) return false;
  if (kind != name_of(field.kind)) return false;
  if (slash != std::string::npos && field.check != about.substr(slash + 1)) return false;
  const std::string when = row["when"] ? row["when"].Scalar() : "";
  return when.empty() || (when == "required" && field.required) || (when == "min" && field.min) ||
         (when == "max" && field.max) || (when == "length_min" && field.length_min.value_or(0) > 1) ||
         (when == "whole" && field.decimal_digits == 0) || (when == "digits" && field.decimal_digits > 0);
}

std::string filled(std::string text, const std::string& key, const std::string& with) {
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + with.size()))
    text.replace(at, key.size(), with);
  return text;
}

/// Within a sentence a label begins small, unless it is an abbreviation.
std::string within_sentence(std::string label) {
  const bool abbreviation = label.size() > 1 && label[1] >= 'A' && label[1] <= 'Z';
  if (!label.empty() && !abbreviation && label[0] >= 'A' && label[0] <= 'Z')
    label[0] = static_cast<char>(label[0] + 32);
  return label;
}

struct Tally {
  std::set<std::size_t> rows;
  std::set<std::string> untouched;
  int fields = 0;
};

void try_form(const std::string& where, const catalogue::Form& form, const YAML::Node& table, Tally& tally) {
  const feel::World world{.now = calendar::start_of(*calendar::parse_date("2026-11-24"))};
  for (const catalogue::FieldGroup& group : form.groups)
    for (const Field& field : group.fields) {
      if (field.kind == FieldKind::statement) continue;
      ++tally.fields;
      // Alone and always shown: whether it is shown is not what is tried here.
      catalogue::Form alone{
          .id = form.id, .json = {}, .groups = {{.id = group.id, .label = {}, .fields = {field}, .hidden_when = {}}}};
      alone.groups[0].fields[0].hidden_when.reset();
      bool tried = false;
      for (std::size_t i = 0; i < table.size(); ++i) {
        const YAML::Node row = table[i];
        if (!is_about(field, row)) continue;
        const Given given = given_to(field, row);
        const auto checked = catalogue::check_answers(alone, {}, {{field.key, given.value}},
                                                      catalogue::Completeness::full, "/answers", world);
        const std::string what = where + " " + field.key + " row " + std::to_string(i + 1);
        tally.rows.insert(i);
        tried = true;
        if (checked) {
          ADD_FAILURE() << what << ": taken as good";
          continue;
        }
        const base::Place& place = checked.error().places.at(0);
        const auto expected = [&](const char* language, const std::string& label) {
          const std::string pattern = filled(row[language].Scalar(), "{limit}", given.limit);
          return filled(filled(pattern, "{label}", label), "{name}", within_sentence(label));
        };
        EXPECT_EQ(place.path, "/answers/" + field.key) << what;
        EXPECT_EQ(place.code, row["code"].Scalar()) << what;
        EXPECT_EQ(place.message.zh, expected("zh", field.label.zh)) << what;
        EXPECT_EQ(place.message.en, expected("en", field.label.en)) << what;
      }
      if (!tried) tally.untouched.insert(where + " " + field.key);
    }
}

TEST(bad_inputs, are_answered_by_every_field_of_every_form_in_both_languages) {
  const auto loaded = catalogue::load(SOURCE_DIR "/catalogue");
  ASSERT_TRUE(loaded);
  const YAML::Node table = YAML::LoadFile(SOURCE_DIR "/tests/services/bad_inputs.yaml");
  Tally tally;
  for (const auto& [id, service] : loaded.value()->services->now()) {
    try_form(id, service->form, table, tally);
    for (const auto& [form_id, form] : service->task_forms) try_form(id + " " + form_id, form, table, tally);
  }
  EXPECT_GT(tally.fields, 300);
  for (const std::string& field : tally.untouched) ADD_FAILURE() << field << ": no bad input is known for it";
  for (std::size_t i = 0; i < table.size(); ++i)
    EXPECT_TRUE(tally.rows.contains(i)) << "row " << i + 1 << " is about no field: " << table[i]["about"];
}

}  // namespace
