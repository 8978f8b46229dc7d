#include "service.h"

#include <algorithm>

namespace catalogue {

namespace {

constexpr std::int64_t fee_fen_max = 100'000'000;
constexpr std::int64_t files_max = 50;
constexpr std::int64_t rating_days_max = 365;

}  // namespace

GuideQuestion read_question(const Reader& from) {
  from.only({"id", "label", "hint", "kind", "options", "shown_when"});
  GuideQuestion question{.id = from.text("id"),
                         .label = from.words("label"),
                         .hint = from.words_or_none("hint"),
                         .kind = from.text("kind"),
                         .options = {},
                         .shown_when = from.expression("shown_when")};
  for (const Reader& option : from.items("options")) {
    option.only({"value", "zh", "en"});
    question.options.push_back({option.text("value"), {option.text("zh"), option.text("en")}});
  }
  const bool chooses = question.kind == "choice" || question.kind == "choices";
  if (!chooses && question.kind != "number" && question.kind != "yes_no")
    from.fault_at("kind", "catalogue.kind_unknown",
                  {"须为 choice、choices、number 或 yes_no", "This must be choice, choices, number or yes_no"});
  if (chooses == question.options.empty())
    from.fault_at("options", "catalogue.options",
                  {"选择题须有选项，其他题不得有选项", "Choices need options, other questions must have none"});
  return question;
}

namespace {

/// A mapping of names to FEEL.
std::vector<NamedExpression> read_values(const Reader& from, const char* key) {
  std::vector<NamedExpression> values;
  if (!from.has(key)) return values;
  const Reader below = from.at(key);
  for (const auto& [name, value] : below.entries())
    if (std::optional<feel::Expression> expression = below.expression(name.c_str()))
      values.push_back({name, std::move(*expression)});
  return values;
}

/// All terms or none.
std::vector<NamedExpression> read_custody(const Reader& from) {
  if (!from.has("custody")) return {};
  const Reader below = from.at("custody");
  below.only({custody_terms[0], custody_terms[1], custody_terms[2], custody_terms[3]});
  for (const std::string_view term : custody_terms)
    if (!below.has(std::string(term).c_str()))
      below.fault_at(std::string(term).c_str(), "catalogue.missing",
                     {"托管协议须写明此项", "The contract with the host must say this"});
  return read_values(from, "custody");
}

Effect read_effect(const Reader& from) {
  const std::optional<Effect> effect = parse_effect(from.text("effect"));
  if (!effect)
    from.fault_at("effect", "catalogue.effect_unknown",
                  {"须为 establish、change、deregister、issue、amend、renew、replace、relocate 或 cancel",
                   "This must be establish, change, deregister, issue, amend, renew, replace, relocate or cancel"});
  return effect.value_or(Effect::issue);
}

Registration read_registration(const Reader& from) {
  from.only({"id", "name", "certificate", "effect", "items", "details", "custody", "when", "basis",
             from.has("fee") ? "fee" : "fee_fen"});
  return {.id = from.text("id"),
          .name = from.words("name"),
          .certificate = from.text("certificate"),
          .effect = read_effect(from),
          .items = read_values(from, "items"),
          .details = read_values(from, "details"),
          .custody = read_custody(from),
          .when = from.expression("when"),
          .basis = from.words("basis"),
          .fee = from.text_or("fee", ""),
          .fee_fen_kept = from.number_or("fee_fen", 0, fee_fen_max, 0)};
}

Material read_material(const Reader& from) {
  from.only({"id", "name", "hint", "needed_by", "required_when", "files_max", "deferrable", "basis"});
  Material material{.id = from.text("id"),
                    .name = from.words("name"),
                    .hint = from.words_or_none("hint"),
                    .needed_by = from.texts("needed_by"),
                    .required_when = from.expression("required_when"),
                    .files_max = static_cast<int>(from.number_or("files_max", 1, files_max, 5)),
                    .deferrable = from.flag_or("deferrable", false),
                    .basis = from.words("basis")};
  if (material.needed_by.empty())
    from.fault_at("needed_by", "catalogue.missing",
                  {"须写明哪项登记或许可需要该材料", "Say which registrations need this document"});
  return material;
}

Clock read_clock(const Reader& from) {
  from.only({"id", "name", "registration", "starts", "stops", "pauses", "legal_rule", "promised_rule", "extensions",
             "extension_rule", "express_rule", "remind_days"});
  Clock clock{.id = from.text("id"),
              .name = from.words("name"),
              .registration = from.text_or("registration", ""),
              .starts = from.texts("starts"),
              .stops = from.texts("stops"),
              .pauses = {},
              .legal_rule = from.text_or("legal_rule", ""),
              .promised_rule = from.text_or("promised_rule", ""),
              .extensions = from.texts("extensions"),
              .extension_rule = from.text_or("extension_rule", ""),
              .express_rule = from.text_or("express_rule", ""),
              .remind_days = static_cast<int>(from.number_or("remind_days", 0, 30, 1))};
  for (const Reader& pause : from.items("pauses")) {
    pause.only({"from", "to", "reason"});
    clock.pauses.push_back({pause.text("from"), pause.text("to"), pause.words("reason")});
  }
  if (clock.starts.empty() || clock.stops.empty())
    from.fault("catalogue.clock_open", {"时限须有起点和终点", "A clock needs marks that start and stop it"});
  if (clock.legal_rule.empty() && clock.promised_rule.empty())
    from.fault("catalogue.clock_without_rule", {"时限须有法定或承诺规则", "A clock needs a legal or a promised rule"});
  return clock;
}

Notice read_notice(const Reader& from) {
  from.only({"id", "name", "document", "number_word"});
  return {.id = from.text("id"),
          .name = from.words("name"),
          .document = from.text("document"),
          .number_word = from.text_or("number_word", "")};
}

Index read_index(const Reader& from) {
  from.only({"id", "variable", "kind", "label"});
  Index index{.id = from.text("id"), .variable = {}, .kind = Index::Kind::text, .label = from.words("label")};
  index.variable = from.text_or("variable", "answers." + index.id);
  const std::string kind = from.text("kind");
  if (kind == "number")
    index.kind = Index::Kind::number;
  else if (kind == "day")
    index.kind = Index::Kind::day;
  else if (kind != "text")
    from.fault_at("kind", "catalogue.kind_unknown", {"须为 text、number 或 day", "This must be text, number or day"});
  return index;
}

Subject read_subject(const Reader& from) {
  from.only({"certificate", "label", "hint"});
  return {
      .certificate = from.text_or("certificate", ""), .label = from.words("label"), .hint = from.words_or_none("hint")};
}

void read_admissions(const Reader& root, Service& service) {
  for (const Reader& item : root.items("admissions")) {
    item.only({"require", "message"});
    const base::Text message = item.words("message");
    if (!item.has("require")) item.fault_at("require", "catalogue.missing", {"缺少条件", "The condition is missing"});
    if (std::optional<feel::Expression> require = item.expression("require"))
      service.admissions.push_back({std::move(*require), message});
  }
}

void read_description(const Reader& root, Service& service) {
  root.only({"name", "summary", "who_may_apply", "where_to_ask", "wish", "steps", "subject", "admissions", "guide",
             "guide_stops", "registrations", "materials", "clocks", "notices", "indexes", "tags", "rating_days"});
  service.wish = root.text("wish");
  if (root.has("subject")) service.subject = read_subject(root.at("subject"));
  read_admissions(root, service);
  service.name = root.words("name");
  service.summary = root.words("summary");
  service.tags = root.texts("tags");
  service.who_may_apply = root.words("who_may_apply");
  service.where_to_ask = root.words("where_to_ask");
  service.steps = root.many_words("steps");
  service.rating_days = static_cast<int>(root.number_or("rating_days", 1, rating_days_max, 30));
  for (const Reader& item : root.items("guide")) service.guide.push_back(read_question(item));
  for (const Reader& item : root.items("guide_stops")) {
    item.only({"when", "advice"});
    const base::Text advice = item.words("advice");
    if (!item.has("when")) item.fault_at("when", "catalogue.missing", {"缺少条件", "The condition is missing"});
    if (std::optional<feel::Expression> when = item.expression("when"))
      service.guide_stops.push_back({std::move(*when), advice});
  }
  for (const Reader& item : root.items("registrations")) service.registrations.push_back(read_registration(item));
  for (const Reader& item : root.items("materials")) service.materials.push_back(read_material(item));
  for (const Reader& item : root.items("clocks")) service.clocks.push_back(read_clock(item));
  for (const Reader& item : root.items("notices")) service.notices.push_back(read_notice(item));
  for (const Reader& item : root.items("indexes")) service.indexes.push_back(read_index(item));
  if (service.registrations.empty())
    root.fault_at("registrations", "catalogue.missing",
                  {"须至少办理一项登记或许可", "The service must bring about at least one registration"});
}

const std::string* find_file(const Files& files, std::string_view path) {
  const auto found = files.find(path);
  return found == files.end() ? nullptr : &found->second;
}

/// Null and a fault when the file is missing.
const std::string* need_file(const std::string& id, const Files& files, const char* path, Faults& faults) {
  const std::string* text = find_file(files, path);
  if (!text) faults.add(id + "/" + path, "catalogue.file_missing", {"缺少此文件", "This file is missing"});
  return text;
}

/// Notices that every service may send, unless it has one of its own with the same id.
void read_shared_notices(const std::string& text, const std::string& place, Service& service, Faults& faults) {
  const std::optional<Reader> root = Reader::parse(text, place, faults);
  if (!root) return;
  root->only({"notices"});
  for (const Reader& item : root->items("notices")) {
    Notice notice = read_notice(item);
    if (!service.find_notice(notice.id)) service.notices.push_back(std::move(notice));
  }
}

void read_forms(const std::string& id, const Files& files, Service& service, Faults& faults) {
  if (const std::string* text = need_file(id, files, "form.json", faults)) {
    base::Result<Form> form = parse_form(*text, id + "/form.json");
    if (form)
      service.form = std::move(form).value();
    else
      faults.add(id + "/form.json", form.error());
  }
  for (const auto& [path, text] : files) {
    if (!path.starts_with("tasks/") || !path.ends_with(".form.json")) continue;
    base::Result<Form> form = parse_form(text, id + "/" + path);
    if (!form) {
      faults.add(id + "/" + path, form.error());
      continue;
    }
    const std::string form_id = form->id;
    if (!service.task_forms.emplace(form_id, std::move(form).value()).second)
      faults.add(id + "/" + path, "catalogue.form_twice",
                 {"表单 id“" + form_id + "”用了两次", "The form id “" + form_id + "” is used twice"});
  }
}

void read_models(const std::string& id, const Files& files, Service& service, Faults& faults) {
  if (const std::string* xml = need_file(id, files, "process.bpmn", faults)) {
    auto compiled = bpmn::compile(*xml, {.source = id + "/process.bpmn"});
    if (compiled)
      service.process = std::move(compiled).value();
    else
      faults.add(id + "/process.bpmn", compiled.error());
  }
  if (const std::string* xml = find_file(files, "decision.dmn")) {
    const std::vector<dmn::Source> sources = {{.name = id + "/decision.dmn", .xml = *xml}};
    auto compiled = dmn::compile(sources, {.dialect = feel::Dialect::camunda});
    if (compiled)
      service.decisions = std::move(compiled).value();
    else
      faults.add(id + "/decision.dmn", compiled.error());
  }
}

template <class Item>
const Item* find_in(const std::vector<Item>& items, std::string_view id) {
  for (const Item& item : items)
    if (item.id == id) return &item;
  return nullptr;
}

}  // namespace

Service read_service(const std::string& id, const Files& files, Faults& faults) {
  Service service{.id = id, .version = fingerprint(files), .files = files};
  if (const std::string* text = need_file(id, files, "service.yaml", faults))
    if (const std::optional<Reader> root = Reader::parse(*text, id + "/service.yaml", faults))
      read_description(*root, service);
  if (const std::string* text = find_file(files, "notices.yaml"))
    read_shared_notices(*text, id + "/notices.yaml", service, faults);
  read_forms(id, files, service, faults);
  read_models(id, files, service, faults);
  return service;
}

CertificateKind read_certificate(const std::string& id, const std::string& text, const std::string& file,
                                 Faults& faults) {
  CertificateKind kind{.id = id};
  const std::optional<Reader> root = Reader::parse(text, file, faults);
  if (!root) return kind;
  root->only(
      {"name", "document", "number_scheme", "number_form", "validity_rule", "identifier_type", "ends", "fields"});
  kind.name = root->words("name");
  kind.document = root->text("document");
  kind.number_scheme = root->text("number_scheme");
  if (std::find(std::begin(number_schemes), std::end(number_schemes), kind.number_scheme) == std::end(number_schemes))
    root->fault_at(
        "number_scheme", "catalogue.number_scheme_unknown",
        {"须为 credit_code、food_permit 或 food_filing", "This must be credit_code, food_permit or food_filing"});
  kind.number_form = root->expression("number_form");
  if (kind.number_form.has_value() == (kind.number_scheme == "credit_code"))
    root->fault_at("number_form", "catalogue.number_form",
                   {"许可证和备案编号须有 number_form，统一社会信用代码不得有",
                    "Numbers of permits and filings need a number_form, credit codes must have none"});
  kind.validity_rule = root->text_or("validity_rule", "");
  kind.ends = root->texts("ends");
  kind.identifier_type = root->text_or("identifier_type", "");
  for (const Reader& item : root->items("fields")) {
    item.only({"id", "label", "value", "public"});
    const std::string field = item.text("id");
    const base::Text label = item.words("label");
    const bool is_public = item.flag_or("public", true);
    if (!item.has("value")) item.fault_at("value", "catalogue.missing", {"缺少取值", "The value is missing"});
    if (std::optional<feel::Expression> value = item.expression("value"))
      kind.fields.push_back({field, label, std::move(*value), is_public});
  }
  return kind;
}

std::string fingerprint(const Files& files) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto mix = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    hash = (hash ^ 0xFFu) * 1099511628211ull;  // a byte no UTF-8 text holds keeps neighbours apart
  };
  for (const auto& [path, text] : files) {
    mix(path);
    mix(text);
  }
  std::string digits(16, '0');
  for (std::size_t at = 16; at-- > 0; hash >>= 4) digits[at] = "0123456789abcdef"[hash & 15u];
  return digits;
}

namespace {

struct EffectName {
  Effect effect;
  std::string_view name;
};
constexpr EffectName effect_names[] = {
    {Effect::establish, "establish"}, {Effect::change, "change"},     {Effect::deregister, "deregister"},
    {Effect::issue, "issue"},         {Effect::amend, "amend"},       {Effect::renew, "renew"},
    {Effect::replace, "replace"},     {Effect::relocate, "relocate"}, {Effect::cancel, "cancel"}};

}  // namespace

const feel::Expression* Registration::find_item(std::string_view item_name) const {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const NamedExpression& item) { return item.name == item_name; });
  return found == items.end() ? nullptr : &found->value;
}

std::optional<Effect> parse_effect(std::string_view text) {
  for (const EffectName& known : effect_names)
    if (known.name == text) return known.effect;
  return std::nullopt;
}

bool needs_subject(Effect effect) {
  return effect != Effect::establish && effect != Effect::issue;
}

const Registration* Service::find_registration(std::string_view wanted) const {
  return find_in(registrations, wanted);
}
const Material* Service::find_material(std::string_view wanted) const {
  return find_in(materials, wanted);
}
const Notice* Service::find_notice(std::string_view wanted) const {
  return find_in(notices, wanted);
}

}  // namespace catalogue
