/// What cases may be searched by.
#include <algorithm>
#include <regex>

#include "service.h"

namespace catalogue {

namespace {

constexpr std::size_t indexes_max = 20;  // of one service: each is written with every case

/// Checks of form fields whose answers point to a person.
constexpr std::string_view personal_checks[] = {"citizen_id", "phone", "email", "person_name"};
/// HTML autocomplete tokens that say the same; `address-line1` is the address of the business.
constexpr std::string_view personal_tokens[] = {"name", "tel", "email", "bday", "street-address"};
/// Names of variables that no form describes.
const std::regex personal_name(
    "citizen_?id|id_?number|phone|mobile|e?mail|(person|operator|agent|contact|courier)_|"
    "(^|\\.)(by|by_name|corrections|officers)$",
    std::regex::icase);

template <class List>
bool among(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

class IndexCheck {
 public:
  IndexCheck(const Service& service, Faults& faults) : service_(service), faults_(faults) {}

  void run(const Index& index) {
    static const std::regex path("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*){0,2}");
    if (!std::regex_match(index.variable, path) || !std::regex_match(index.id, std::regex("[a-z][a-z0-9_]{0,39}")))
      return fault(index, "catalogue.index_name",
                   {"id 须为小写字母、数字和下划线（40个以内），variable 须为以点分隔的变量名",
                    "The id is of small letters, digits and underscores (40 at most), the variable of names with dots "
                    "between"});
    const std::size_t dot = index.variable.find('.');
    const std::string root = index.variable.substr(0, dot);
    const std::string rest = dot == std::string::npos ? std::string() : index.variable.substr(dot + 1);
    if (root == "answers") return field(index, service_.form, rest);
    if (root == "guide") return question(index, rest);
    if (const Form* form = task_form(root)) {
      if (rest == "on") return kinds(index, {Index::Kind::day});
      return field(index, *form, rest);
    }
    if (std::regex_search(index.variable, personal_name)) personal(index);
  }

 private:
  void fault(const Index& index, std::string code, base::Text message) {
    faults_.add(service_.id + "/service.yaml#indexes/" + index.id, std::move(code), std::move(message));
  }
  void personal(const Index& index) {
    fault(index, "catalogue.index_personal",
          {"“" + index.variable + "”是个人信息，不得用作检索项",
           "“" + index.variable + "” is personal data; cases are not searched by it"});
  }
  void unknown(const Index& index) {
    fault(index, "catalogue.unknown_reference",
          {"没有可供使用的“" + index.variable + "”", "There is no “" + index.variable + "” to be used here"});
  }
  void kinds(const Index& index, std::initializer_list<Index::Kind> fit) {
    if (std::find(fit.begin(), fit.end(), index.kind) == fit.end())
      fault(index, "catalogue.index_kind",
            {"检索项的类型与变量“" + index.variable + "”不符",
             "The kind is not that of the variable “" + index.variable + "”"});
  }

  const Form* task_form(const std::string& element) const {
    if (!service_.process) return nullptr;
    const auto found = bpmn::find_element(*service_.process, element);
    if (found == bpmn::no_element) return nullptr;
    const auto form = service_.task_forms.find(bpmn::elements(*service_.process)[found].form);
    return form == service_.task_forms.end() ? nullptr : &form->second;
  }

  void field(const Index& index, const Form& form, const std::string& key) {
    const Field* field = form.find(key);
    if (!field) return std::regex_search("x." + key, personal_name) ? personal(index) : unknown(index);
    if (among(personal_checks, field->check) || among(personal_tokens, field->autocomplete) || !field->editor.empty())
      return personal(index);
    switch (field->kind) {
      case FieldKind::text:
      case FieldKind::radio:
      case FieldKind::select:
      case FieldKind::checklist:
        return kinds(index, {Index::Kind::text});
      case FieldKind::number:
        return kinds(index, {Index::Kind::number});
      case FieldKind::date:
        return kinds(index, {Index::Kind::day});
      case FieldKind::text_area:
      case FieldKind::checkbox:
      case FieldKind::statement:
        return kinds(index, {});
    }
  }

  void question(const Index& index, const std::string& id) {
    const auto found = std::find_if(service_.guide.begin(), service_.guide.end(),
                                    [&](const GuideQuestion& one) { return one.id == id; });
    if (found == service_.guide.end()) return unknown(index);
    if (found->kind == "number") return kinds(index, {Index::Kind::number});
    if (found->kind == "yes_no") return kinds(index, {});
    kinds(index, {Index::Kind::text});
  }

  const Service& service_;
  Faults& faults_;
};

}  // namespace

void check_indexes(const Service& service, const Services::Map& all, Faults& faults) {
  const std::string place = service.id + "/service.yaml#indexes";
  if (service.indexes.size() > indexes_max)
    faults.add(place, "catalogue.indexes_too_many",
               {"检索项最多" + std::to_string(indexes_max) + "个",
                "There are " + std::to_string(indexes_max) + " indexes at most"});
  for (const Index& index : service.indexes) {
    IndexCheck(service, faults).run(index);
    for (const auto& [id, other] : all) {
      if (id == service.id) continue;
      for (const Index& same : other->indexes)
        if (same.id == index.id && same.kind != index.kind)
          faults.add(
              place + "/" + index.id, "catalogue.index_differs",
              {"服务“" + id + "”中同名检索项的类型不同", "The index of this id in “" + id + "” is of another kind"});
    }
  }
}

}  // namespace catalogue
