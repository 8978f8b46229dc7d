/// Forms: the written-down subset of the form-js schema that the screens draw and the server checks again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/feel/feel.h"

namespace catalogue {

enum class FieldKind { text, text_area, number, date, radio, select, checkbox, checklist, statement };

struct FieldOption {
  std::string value;
  base::Text label;
};

/// The checks a field may name in `properties.check`.
inline constexpr std::string_view check_names[] = {"citizen_id",  "phone",         "email",       "credit_code",
                                                   "person_name", "trade_name",    "entity_name", "not_past",
                                                   "not_future",  "within_5_years"};

/// One field. `key` is a name in the answers' context; a dynamic list is not part of the subset.
struct Field {
  std::string key;
  FieldKind kind = FieldKind::text;
  base::Text label;
  base::Text description;
  bool required = false;
  std::optional<int> length_min, length_max;  // code points
  std::optional<feel::Decimal> min, max;
  int decimal_digits = 0;  // number: digits allowed after the point
  std::string check;       // one of `check_names`
  /// "corrections": the answer is a list of {place, reason}; "officers": a list of staff account names, two or more.
  std::string editor;
  std::string autocomplete;  // HTML autocomplete token
  std::vector<FieldOption> options;
  std::optional<feel::Expression> hidden_when;  // over answers and guide
  std::vector<std::string> needed_by;           // registrations that need this answer; empty: all
  base::Text statement;                         // kind statement: what is read
};

/// A page of the form (a form-js group).
struct FieldGroup {
  std::string id;
  base::Text label;
  std::vector<Field> fields;
  std::optional<feel::Expression> hidden_when;
};

struct Form {
  std::string id;
  std::string json;  // the schema as drawn, for screens and editors
  std::vector<FieldGroup> groups;
  const Field* find(std::string_view key) const;
};

/// Reads a form-js schema (version 19 subset). Label in English: `properties.label_en`, description in English:
/// `properties.description_en`, checks: `properties.check`, registrations: `properties.needed_by` (comma separated).
/// Errors: `catalogue.form_invalid` with each component at fault, unsupported types included.
base::Result<Form> parse_form(std::string_view json, std::string_view source);

/// What conditions are asked over: the guide's answers, over them the answers of the form, flat by key; and both as the
/// contexts `guide` and `answers`.
feel::Context facts_of(const feel::Context& guide, const feel::Context& answers);

/// What is to be checked: everything before submission; only what is there while drafting.
enum class Completeness { draft, full };

/// Checks and normalises the answers: unknown keys refused, codes and phones normalised, hidden fields dropped.
/// `path_prefix` stands before each place's path ("/answers").
/// Errors: `catalogue.answers_invalid`, all places at once, with field, rule and remedy.
base::Result<feel::Context> check_answers(const Form& form, const feel::Context& guide, const feel::Context& answers,
                                          Completeness completeness, std::string_view path_prefix,
                                          const feel::World& world);

}  // namespace catalogue
