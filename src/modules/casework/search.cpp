/// What cases are searched by: values of variables that their service declares as indexed, written with the step that
/// sets them.
///
/// A value is kept as text whose order by bytes is the order of the values: days as YYYY-MM-DD, numbers as
/// sign, exponent and digits.
#include <algorithm>
#include <charconv>
#include <set>

#include "engine.h"
#include "http/api.h"
#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/access/access.h"
#include "store.h"

namespace casework {
namespace {

constexpr std::size_t text_length_max = 200;  // longer ones are not searched for
constexpr std::size_t values_max = 50;        // of one list
constexpr std::string_view above_all = "~";   // sorts behind every key of a number or day
constexpr int exponent_middle = 10'000;

/// "12.50" becomes its digits "125" and the place of the point, 2: 0.125 × 10².
struct Digits {
  std::string digits;  // no zero at either end; empty: the number is zero
  int point = 0;
};
Digits digits_of(std::string_view text) {
  Digits found;
  bool fraction = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.') {
      fraction = true;
    } else if (c == 'e' || c == 'E') {
      int exponent = 0;
      const std::size_t first = at + 1 + (text[at + 1] == '+');
      std::from_chars(text.data() + first, text.data() + text.size(), exponent);
      found.point += exponent;
      break;
    } else {
      if (c == '0' && found.digits.empty()) {
        found.point -= fraction;  // 0.05: the first digit stands behind zeros
        continue;
      }
      found.digits += c;
      found.point += !fraction;
    }
  }
  while (!found.digits.empty() && found.digits.back() == '0') found.digits.pop_back();
  return found;
}

std::string padded(int number) {
  std::string text = std::to_string(number);
  return std::string(5 - std::min<std::size_t>(5, text.size()), '0') + text;
}

std::optional<std::string> key_of(catalogue::Index::Kind kind, const feel::Value& value) {
  switch (kind) {
    case catalogue::Index::Kind::text: {
      if (value.kind() != feel::Kind::string) return std::nullopt;
      std::string tidy(base::tidy(value.as_string()));
      if (tidy.empty() || base::length(tidy) > text_length_max) return std::nullopt;
      return tidy;
    }
    case catalogue::Index::Kind::number:
      if (value.kind() != feel::Kind::number) return std::nullopt;
      return number_key(value.as_number());
    case catalogue::Index::Kind::day:
      if (value.kind() == feel::Kind::date) return calendar::to_text(value.as_date());
      if (value.kind() != feel::Kind::string) return std::nullopt;
      if (const auto day = calendar::parse_date(value.as_string())) return calendar::to_text(*day);
      return std::nullopt;
  }
  return std::nullopt;
}

/// The variable's value in the case; null pointer when it has none.
const feel::Value* find_value(const feel::Context& variables, std::string_view path) {
  const feel::Context* context = &variables;
  for (;;) {
    const std::size_t dot = path.find('.');
    const feel::Value* value = context->find(path.substr(0, dot));
    if (!value || dot == std::string_view::npos) return value;
    if (value->kind() != feel::Kind::context) return nullptr;
    context = &value->as_context();
    path.remove_prefix(dot + 1);
  }
}

std::vector<std::string> keys_of(const catalogue::Index& index, const feel::Context& variables) {
  std::vector<std::string> keys;
  const feel::Value* value = find_value(variables, index.variable);
  if (!value) return keys;
  const auto add = [&](const feel::Value& one) {
    const auto key = key_of(index.kind, one);
    if (key && std::find(keys.begin(), keys.end(), *key) == keys.end()) keys.push_back(*key);
  };
  if (value->kind() != feel::Kind::list) {
    add(*value);
    return keys;
  }
  for (const feel::Value& item : value->as_list()) {
    if (keys.size() == values_max) break;
    add(item);
  }
  return keys;
}

std::string root_of(const std::string& path) {
  return path.substr(0, path.find('.'));
}

/// Changes when what a service declares as indexed does.
std::string fingerprint_of(const catalogue::Service& service) {
  std::string all = "2;";  // of how values are stored; "" is what was never gone through
  for (const catalogue::Index& index : service.indexes)
    all += index.id + "=" + index.variable + ":" + std::to_string(static_cast<int>(index.kind)) + ";";
  return all;
}

/// What the services in force declare, each id once, in the order of the ids.
std::map<std::string, const catalogue::Index*> declared(const catalogue::Catalogue& catalogue) {
  std::map<std::string, const catalogue::Index*> all;
  for (const auto& [id, service] : catalogue.services->now())
    for (const catalogue::Index& index : service->indexes) all.emplace(index.id, &index);
  return all;
}

base::Error bad_value(const std::string& path, catalogue::Index::Kind kind) {
  switch (kind) {
    case catalogue::Index::Kind::text:
      return base::invalid_at(path, "casework.filter_value",
                              {"请输入1至200字的检索内容", "Please enter a text of 1 to 200 characters."});
    case catalogue::Index::Kind::number:
      return base::invalid_at(path, "casework.filter_value",
                              {"请输入数字,例如 80 或 120.5", "Please enter a number such as 80 or 120.5."});
    case catalogue::Index::Kind::day:
      return base::invalid_at(path, "casework.filter_value",
                              {"请输入日期,例如 2026-03-02", "Please enter a day such as 2026-03-02."});
  }
  return {};
}

/// What somebody typed, as it is stored.
base::Result<std::string> typed_key(const std::string& path, catalogue::Index::Kind kind, const std::string& typed) {
  std::optional<std::string> key;
  if (kind == catalogue::Index::Kind::number) {
    if (const auto number = feel::Decimal::parse(base::tidy(typed))) key = number_key(*number);
  } else {
    key = key_of(kind, feel::Value(std::string(base::tidy(typed))));
  }
  if (!key) return bad_value(path, kind);
  return *key;
}

std::vector<IndexedValue> values_in(const catalogue::Service& service, const feel::Context& variables) {
  std::vector<IndexedValue> values;
  for (const catalogue::Index& index : service.indexes)
    for (std::string& key : keys_of(index, variables)) values.push_back({.name = index.id, .value = std::move(key)});
  return values;
}

}  // namespace

std::optional<std::vector<IndexedValue>> values_of(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                                   const std::string& service, const feel::Context& variables) {
  const auto current = catalogue.services->find(service);
  if (!current || !is_indexed(snapshot, service, fingerprint_of(*current))) return std::nullopt;
  return values_in(*current, variables);
}

std::string number_key(const feel::Decimal& number) {
  if (number.is_zero()) return "1";
  const std::string text = (number.is_negative() ? number.negated() : number).to_text();
  const Digits digits = digits_of(text);
  std::string key = padded(digits.point + exponent_middle) + digits.digits;
  if (!number.is_negative()) return "2" + key;
  for (char& c : key) c = static_cast<char>('0' + ('9' - c));
  return "0" + key + std::string(above_all);  // a longer number of the same beginning lies further below zero
}

base::Result<ValueFilter> read_filter(const catalogue::Catalogue& catalogue, const ValueQuery& query) {
  if (query.variable.empty()) {
    if (query.value.empty() && query.from.empty() && query.to.empty()) return ValueFilter{};
    return base::invalid_at("/variable", "casework.filter_incomplete",
                            {"请选择要检索的内容", "Please choose what to search by."});
  }
  const auto all = declared(catalogue);
  const auto found = all.find(query.variable);
  if (found == all.end()) {
    std::string known;
    for (const auto& [id, index] : all) known += (known.empty() ? "" : ", ") + id;
    return base::invalid_at("/variable", "casework.filter_variable_unknown",
                            {"不能按“" + query.variable + "”检索;可以检索的有:" + known,
                             "Cases are not searched by “" + query.variable + "”; there are: " + known});
  }
  const catalogue::Index& index = *found->second;
  const bool is_range = !query.from.empty() || !query.to.empty();
  if (is_range && (index.kind == catalogue::Index::Kind::text || !query.value.empty()))
    return base::invalid_at("/from", "casework.filter_range",
                            {"文字只能检索相同的内容;范围与单个值不能同时填写",
                             "A text is searched as it is; give either one value or a range."});
  if (!is_range) {
    if (query.value.empty())
      return base::invalid_at("/value", "casework.filter_incomplete",
                              {"请填写检索的值或范围", "Please enter a value or a range."});
    TRY(const std::string key, typed_key("/value", index.kind, query.value));
    return ValueFilter{.name = index.id, .from = key, .to = key};
  }
  ValueFilter filter{.name = index.id, .from = {}, .to = std::string(above_all)};
  if (!query.from.empty()) {
    TRY(filter.from, typed_key("/from", index.kind, query.from));
  }
  if (!query.to.empty()) {
    TRY(filter.to, typed_key("/to", index.kind, query.to));
  }
  if (filter.to < filter.from)
    return base::invalid_at("/to", "casework.filter_range",
                            {"范围的终点不能小于起点", "The range must not end before it begins."});
  return filter;
}

void Engine::save_values(storage::Transaction& transaction, const Case& of_case,
                         const std::vector<bpmn::Event>& events) const {
  const auto current = catalogue_->services->find(of_case.head.service);
  const catalogue::Service& service = current ? *current : *of_case.service;
  if (service.indexes.empty()) return;
  const bool is_new = of_case.head.sequence == 1;
  std::set<std::string_view> set;
  for (const bpmn::Event& event : events)
    if (const auto* variables = std::get_if<bpmn::VariablesSet>(&event);
        variables && variables->scope == bpmn::process_key)
      for (const auto& [name, value] : variables->variables.entries()) set.insert(name);
  std::vector<IndexedValue> values;
  for (const catalogue::Index& index : service.indexes) {
    if (!is_new && !set.contains(root_of(index.variable))) continue;
    if (!is_new) delete_values(transaction, of_case.head.id, index.id);
    for (std::string& key : keys_of(index, of_case.instance.variables()))
      values.push_back({.name = index.id, .value = std::move(key)});
  }
  insert_values(transaction, of_case.head, values);
}

void save_all_values(storage::Transaction& transaction, const catalogue::Catalogue& catalogue, const Case& of_case) {
  const auto current = catalogue.services->find(of_case.head.service);
  delete_values(transaction, of_case.head.id, {});
  insert_values(transaction, of_case.head,
                values_in(current ? *current : *of_case.service, of_case.instance.variables()));
}

bool Engine::index_values(storage::Store& store, int limit) const {
  for (const auto& [id, service] : catalogue_->services->now()) {
    const std::string wanted = fingerprint_of(*service);
    {
      const std::scoped_lock lock(pinned_mutex_);
      if (const auto done = indexed_.find(id); done != indexed_.end() && done->second == wanted) continue;
    }
    bool finished = false;
    store.write([&](storage::Transaction& transaction) {
      finished = false;
      const IndexGround ground = ground_of(transaction, id, wanted);
      if (ground.finished) return finished = true;
      std::vector<base::Id> ids;
      if (!service->indexes.empty() || !ground.fingerprint.empty())  // else it never declared any
        ids = cases_of_service(transaction, id, ground.done_to, limit);
      for (const base::Id of_case : ids) {
        lock_case(transaction, of_case);  // a step that commits meanwhile is seen, or writes after us
        const auto loaded = load(transaction, system_scope(), of_case);
        delete_values(transaction, of_case, {});
        if (!loaded) continue;
        insert_values(transaction, loaded.value().head, values_in(*service, loaded.value().instance.variables()));
      }
      const bool last = ids.size() < static_cast<std::size_t>(limit);
      const bool saved = save_ground(transaction, ground,
                                     {.service = id,
                                      .fingerprint = wanted,
                                      .done_to = ids.empty() ? ground.done_to : ids.back(),
                                      .finished = last});
      finished = saved && last;
      return saved;
    });
    if (!finished) return true;
    const std::scoped_lock lock(pinned_mutex_);
    indexed_[id] = wanted;
  }
  return false;
}

namespace {

struct OptionView {
  std::string value;
  base::Text label;
};
BOOST_DESCRIBE_STRUCT(OptionView, (), (value, label))

struct VariableView {
  std::string id;
  base::Text label;
  std::string kind;
  std::vector<OptionView> options;
  std::vector<base::Text> services;
  bool complete = true;
};
BOOST_DESCRIBE_STRUCT(VariableView, (), (id, label, kind, options, services, complete))

struct VariableList {
  std::vector<VariableView> items;
};
BOOST_DESCRIBE_STRUCT(VariableList, (), (items))

std::string_view to_text(catalogue::Index::Kind kind) {
  switch (kind) {
    case catalogue::Index::Kind::text:
      return "text";
    case catalogue::Index::Kind::number:
      return "number";
    case catalogue::Index::Kind::day:
      return "day";
  }
  return "";
}

void add_option(std::vector<OptionView>& options, const std::string& value, const base::Text& label) {
  if (std::none_of(options.begin(), options.end(), [&](const OptionView& one) { return one.value == value; }))
    options.push_back({value, label});
}

/// What may be chosen, where the form or the guide offers a choice.
void add_options(std::vector<OptionView>& options, const catalogue::Service& service, const catalogue::Index& index) {
  const std::string root = root_of(index.variable);
  if (root == index.variable) return;
  const std::string rest = index.variable.substr(root.size() + 1);
  if (root == "answers") {
    if (const catalogue::Field* field = service.form.find(rest))
      for (const catalogue::FieldOption& option : field->options) add_option(options, option.value, option.label);
  } else if (root == "guide") {
    for (const catalogue::GuideQuestion& question : service.guide)
      if (question.id == rest)
        for (const catalogue::Option& option : question.options) add_option(options, option.value, option.label);
  }
}

}  // namespace

void mount_search(http::Router& router, storage::Store& store, const Engine& engine) {
  http::query<VariableList>(
      router, store,
      {.path = "/api/v1/case-variables",
       .id = "list_case_variables",
       .tag = "casework",
       .summary = {"办件列表可以按哪些内容检索", "What lists of cases can be searched by"},
       .need = {http::Need::Kind::staff, "case.read"}},
      [&engine](storage::Snapshot& snapshot, const http::Request&) -> base::Result<VariableList> {
        VariableList list;
        for (const auto& [id, service] : engine.catalogue().services->now()) {
          const bool complete = service->indexes.empty() || is_indexed(snapshot, id, fingerprint_of(*service));
          for (const catalogue::Index& index : service->indexes) {
            auto found = std::find_if(list.items.begin(), list.items.end(),
                                      [&](const VariableView& one) { return one.id == index.id; });
            if (found == list.items.end())
              found = list.items.insert(list.items.end(),
                                        {index.id, index.label, std::string(to_text(index.kind)), {}, {}, true});
            add_options(found->options, *service, index);
            found->services.push_back(service->name);
            found->complete &= complete;
          }
        }
        return list;
      });
}

}  // namespace casework
