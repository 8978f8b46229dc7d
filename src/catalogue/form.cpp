#include "catalogue/form.h"

#include <algorithm>
#include <utility>

#include "faults.h"
#include "kernel/base/unicode.h"
#include "reader.h"

namespace catalogue {

namespace {

constexpr std::int64_t schema_versions_max = 19;

/// One object of the schema, with its place; absent and wrongly typed members read as nothing.
class Object {
 public:
  Object(const feel::Value& value, std::string place)
      : context_(value.kind() == feel::Kind::context ? &value.as_context() : nullptr), place_(std::move(place)) {}

  const feel::Value* find(std::string_view key) const { return context_ ? context_->find(key) : nullptr; }
  std::string text(std::string_view key) const {
    const feel::Value* value = find(key);
    return value && value->kind() == feel::Kind::string ? value->as_string() : std::string();
  }
  std::optional<feel::Decimal> number(std::string_view key) const {
    const feel::Value* value = find(key);
    if (value && value->kind() == feel::Kind::number) return value->as_number();
    if (value && value->kind() == feel::Kind::string) return feel::Decimal::parse(value->as_string());
    return std::nullopt;
  }
  std::optional<int> whole(std::string_view key) const {
    const std::optional<feel::Decimal> exact = number(key);
    const std::optional<std::int64_t> whole = exact ? exact->to_int64() : std::nullopt;
    return whole ? std::optional<int>(static_cast<int>(*whole)) : std::nullopt;
  }
  bool flag(std::string_view key) const {
    const feel::Value* value = find(key);
    return value && value->is_true();
  }
  Object object(std::string_view key) const {
    const feel::Value* value = find(key);
    return {value ? *value : feel::Value(), place_ + "/" + std::string(key)};
  }
  std::vector<Object> list(std::string_view key) const {
    std::vector<Object> all;
    const feel::Value* value = find(key);
    if (!value || value->kind() != feel::Kind::list) return all;
    for (const feel::Value& item : value->as_list())
      all.emplace_back(item, place_ + "/" + std::string(key) + "/" + std::to_string(all.size()));
    return all;
  }
  const std::string& place() const { return place_; }

 private:
  const feel::Context* context_;
  std::string place_;
};

std::optional<FieldKind> kind_of(const Object& component) {
  const std::string type = component.text("type");
  if (type == "textfield") return FieldKind::text;
  if (type == "textarea") return FieldKind::text_area;
  if (type == "number") return FieldKind::number;
  if (type == "datetime" && component.text("subtype") == "date") return FieldKind::date;
  if (type == "radio") return FieldKind::radio;
  if (type == "select") return FieldKind::select;
  if (type == "checkbox") return FieldKind::checkbox;
  if (type == "checklist") return FieldKind::checklist;
  if (type == "text") return FieldKind::statement;
  return std::nullopt;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> all;
  std::string one;
  for (const char c : text + ",") {
    if (c != ',') {
      one += c;
      continue;
    }
    if (const std::string tidy = base::tidy(one); !tidy.empty()) all.push_back(tidy);
    one.clear();
  }
  return all;
}

/// Both languages of one label; each missing one is a fault.
base::Text both(const Object& component, const char* zh, const char* en, bool required, Faults& faults) {
  const base::Text text{component.text(zh), component.object("properties").text(en)};
  if ((required || !text.en.empty()) && text.zh.empty())
    faults.add(component.place(), "catalogue.form_text_missing",
               {std::string("缺少中文（") + zh + "）", std::string("The Chinese text is missing (") + zh + ")"});
  if ((required || !text.zh.empty()) && text.en.empty())
    faults.add(component.place(), "catalogue.form_text_missing",
               {std::string("缺少英文（properties.") + en + "）",
                std::string("The English text is missing (properties.") + en + ")"});
  return text;
}

std::optional<feel::Expression> hide_of(const Object& component, Faults& faults) {
  const std::string text = component.object("conditional").text("hide");
  if (text.empty()) return std::nullopt;
  base::Result<feel::Expression> compiled = compile_expression(text);
  if (compiled) return std::move(compiled).value();
  faults.add(component.place() + "/conditional/hide", compiled.error());
  return std::nullopt;
}

void read_options(const Object& component, Field& field, Faults& faults) {
  for (const Object& option : component.list("values")) {
    const std::string english = option.text("label_en");
    FieldOption read{option.text("value"), {option.text("label"), english}};
    if (read.value.empty() || read.label.zh.empty() || read.label.en.empty())
      faults.add(option.place(), "catalogue.form_option_incomplete",
                 {"选项须有 value、label 和 label_en", "An option needs value, label and label_en"});
    field.options.push_back(std::move(read));
  }
  const bool chooses =
      field.kind == FieldKind::radio || field.kind == FieldKind::select || field.kind == FieldKind::checklist;
  if (chooses && field.options.empty())
    faults.add(component.place() + "/values", "catalogue.form_options_missing",
               {"选择项没有可选内容", "There is nothing to choose from"});
}

void read_validation(const Object& component, Field& field) {
  const Object rules = component.object("validate");
  field.required = rules.flag("required");
  field.length_min = rules.whole("minLength");
  field.length_max = rules.whole("maxLength");
  field.min = rules.number("min");
  field.max = rules.number("max");
  field.decimal_digits = component.whole("decimalDigits").value_or(0);
}

void read_properties(const Object& component, Field& field, Faults& faults) {
  const Object properties = component.object("properties");
  field.check = properties.text("check");
  field.editor = properties.text("editor");
  field.autocomplete = properties.text("autocomplete");
  field.needed_by = split(properties.text("needed_by"));
  const bool check_known =
      std::find(std::begin(check_names), std::end(check_names), field.check) != std::end(check_names);
  if (!field.check.empty() && !check_known)
    faults.add(component.place() + "/properties/check", "catalogue.form_check_unknown",
               {"没有名为“" + field.check + "”的检查", "There is no check named “" + field.check + "”"});
  if (!field.editor.empty() && field.editor != "corrections" && field.editor != "officers")
    faults.add(component.place() + "/properties/editor", "catalogue.form_editor_unknown",
               {"editor 须为 corrections 或 officers", "The editor must be corrections or officers"});
}

std::optional<Field> read_field(const Object& component, Faults& faults) {
  const std::optional<FieldKind> kind = kind_of(component);
  if (!kind) {
    const std::string type = component.text("type");
    faults.add(component.place(), "catalogue.form_type_unsupported",
               {"不支持的组件类型“" + type + "”", "Component type “" + type + "” is not supported"});
    return std::nullopt;
  }
  Field field{.kind = *kind};
  field.hidden_when = hide_of(component, faults);
  if (*kind == FieldKind::statement) {
    field.statement = both(component, "text", "text_en", true, faults);
    return field;
  }
  field.key = component.text("key");
  if (field.key.empty() || field.key == "guide" || field.key == "answers")
    faults.add(component.place() + "/key", "catalogue.form_key_missing",
               {"组件须有 key，且不得为 guide 或 answers", "A component needs a key other than guide and answers"});
  field.label = *kind == FieldKind::date && component.text("label").empty()
                    ? both(component, "dateLabel", "label_en", true, faults)
                    : both(component, "label", "label_en", true, faults);
  field.description = both(component, "description", "description_en", false, faults);
  read_validation(component, field);
  read_properties(component, field, faults);
  read_options(component, field, faults);
  return field;
}

FieldGroup read_group(const Object& component, Faults& faults) {
  FieldGroup group{.id = component.text("id"),
                   .label = both(component, "label", "label_en", true, faults),
                   .fields = {},
                   .hidden_when = hide_of(component, faults)};
  for (const Object& inner : component.list("components"))
    if (std::optional<Field> field = read_field(inner, faults)) group.fields.push_back(std::move(*field));
  return group;
}

void check_keys_once(const Form& form, Faults& faults) {
  std::vector<std::string> seen;
  for (const FieldGroup& group : form.groups)
    for (const Field& field : group.fields) {
      if (field.key.empty()) continue;
      if (std::find(seen.begin(), seen.end(), field.key) != seen.end())
        faults.add(field.key, "catalogue.form_key_twice",
                   {"key“" + field.key + "”用了两次", "The key “" + field.key + "” is used twice"});
      seen.push_back(field.key);
    }
}

}  // namespace

const Field* Form::find(std::string_view key) const {
  for (const FieldGroup& group : groups)
    for (const Field& field : group.fields)
      if (!field.key.empty() && field.key == key) return &field;
  return nullptr;
}

base::Result<Form> parse_form(std::string_view json, std::string_view source) {
  TRY(const feel::Value schema, feel::parse_json(json));
  Faults faults;
  const Object root(schema, "");
  Form form{.id = root.text("id"), .json = std::string(json), .groups = {}};
  if (form.id.empty()) faults.add("/id", "catalogue.form_id_missing", {"表单须有 id", "The form needs an id"});
  if (root.whole("schemaVersion").value_or(0) > schema_versions_max)
    faults.add("/schemaVersion", "catalogue.form_version_unknown",
               {"表单版本新于 19", "The schema version is newer than 19"});
  FieldGroup loose{.id = "main", .label = {"表单", "Form"}, .fields = {}, .hidden_when = {}};
  for (const Object& component : root.list("components")) {
    if (component.text("type") == "group")
      form.groups.push_back(read_group(component, faults));
    else if (std::optional<Field> field = read_field(component, faults))
      loose.fields.push_back(std::move(*field));
  }
  if (!loose.fields.empty()) form.groups.push_back(std::move(loose));
  if (form.groups.empty())
    faults.add("/components", "catalogue.form_empty", {"表单没有内容", "The form holds nothing"});
  check_keys_once(form, faults);
  if (faults.empty()) return form;
  const std::string name(source);
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "catalogue.form_invalid",
                     .message = {"表单“" + name + "”有误", "Form “" + name + "” is at fault"},
                     .places = faults.take()};
}

}  // namespace catalogue
