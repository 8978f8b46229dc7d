#include "types.h"

#include <functional>
#include <memory>
#include <optional>

namespace dmn {
namespace {

using feel::Type;

/// Counts up to `limit` and stops.
std::size_t parts_in(const Type& type, std::size_t limit) {
  std::size_t parts = 1;
  if (type.element) parts += parts_in(*type.element, limit);
  for (const Type::Field& field : type.fields) {
    if (parts > limit) return parts;
    parts += parts_in(field.second, limit);
  }
  for (const Type& parameter : type.parameters) {
    if (parts > limit) return parts;
    parts += parts_in(parameter, limit);
  }
  return parts;
}

using Condition = std::function<bool(const feel::Value&)>;

std::shared_ptr<const Condition> both(std::shared_ptr<const Condition> first, Condition second) {
  if (!first) return std::make_shared<const Condition>(std::move(second));
  return std::make_shared<const Condition>([first = std::move(first), second = std::move(second)](
                                               const feel::Value& value) { return (*first)(value) && second(value); });
}

}  // namespace

Types::Types(const std::vector<Document>& documents, const std::vector<std::vector<Import>>& imports,
             feel::Dialect dialect, Faults& faults)
    : documents_(documents), imports_(imports), dialect_(dialect), faults_(faults) {
  for (std::size_t index = 0; index < documents.size(); ++index)
    for (const pugi::xml_node item : documents[index].definitions.children("itemDefinition")) {
      const std::string name(attribute(item, "name"));
      const std::string place = place_of(item);
      if (name.empty())
        faults.add(documents[index].name, place, "dmn.name_missing",
                   {"数据类型没有名称", "the item definition has no name"});
      else if (!definitions_.emplace(Key{index, name}, Definition{item}).second)
        faults.add(documents[index].name, place, "dmn.name_twice",
                   {"数据类型“" + name + "”定义了两次", "the item definition \"" + name + "\" is defined twice"});
    }
}

const Types::Key* Types::locate(std::size_t document, std::string_view reference) {
  const auto in = [this](std::size_t where, std::string_view name) -> const Key* {
    const auto found = definitions_.find(Key{where, std::string(name)});
    return found == definitions_.end() ? nullptr : &found->first;
  };
  if (const Key* key = in(document, reference)) return key;
  for (const Import& import : imports_[document]) {
    if (import.name.empty()) {
      if (const Key* key = in(import.document, reference)) return key;
    } else if (reference.size() > import.name.size() && reference.starts_with(import.name) &&
               (reference[import.name.size()] == '.' || reference[import.name.size()] == ':')) {
      if (const Key* key = in(import.document, reference.substr(import.name.size() + 1))) return key;
    }
  }
  const std::size_t colon = reference.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const auto bound = documents_[document].prefixes.find(std::string(reference.substr(0, colon)));
  if (bound == documents_[document].prefixes.end()) return nullptr;
  for (std::size_t index = 0; index < documents_.size(); ++index)
    if (documents_[index].model_namespace == bound->second)
      if (const Key* key = in(index, reference.substr(colon + 1))) return key;
  return nullptr;
}

Type Types::find(std::size_t document, std::string_view reference, std::string_view place) {
  if (reference.empty()) return Type::any();
  if (const Key* key = locate(document, reference)) return resolve(*key);
  if (const std::optional<Type> built_in = feel::built_in_type(reference)) return *built_in;
  if (const std::size_t colon = reference.find(':'); colon != std::string_view::npos) {
    const auto bound = documents_[document].prefixes.find(std::string(reference.substr(0, colon)));
    if (bound == documents_[document].prefixes.end() || is_feel_namespace(bound->second))
      if (const std::optional<Type> built_in = feel::built_in_type(reference.substr(colon + 1))) return *built_in;
  }
  const std::string name(reference);
  faults_.add(documents_[document].name, place, "dmn.unknown_type",
              {"没有名为“" + name + "”的数据类型", "there is no type called \"" + name + "\""});
  return Type::any();
}

std::string Types::allowed_values(std::size_t document, std::string_view reference) {
  const Key* key = reference.empty() ? nullptr : locate(document, reference);
  for (int step = 0; key && step < xml_depth_max; ++step) {
    const pugi::xml_node item = definitions_.at(*key).node;
    if (const pugi::xml_node allowed = item.child("allowedValues")) return text_of(allowed);
    const std::string_view base = trimmed(item.child("typeRef").child_value());
    key = base.empty() ? nullptr : locate(key->first, base);
  }
  return {};
}

Type Types::resolve(const Key& key) {
  Definition& definition = definitions_.at(key);
  if (definition.state == Definition::State::done) return definition.type;
  if (definition.state == Definition::State::visiting) {
    faults_.add(documents_[key.first].name, place_of(definition.node), "dmn.type_cycle",
                {"数据类型“" + key.second + "”由它自己构成", "the type \"" + key.second + "\" is made of itself"});
    return Type::any();
  }
  if (depth_ >= type_depth_max) {
    faults_.add(documents_[key.first].name, place_of(definition.node), "dmn.type_too_deep",
                {"数据类型层层引用过深", "the types refer to each other through too many levels"});
    return Type::any();
  }
  ++depth_;
  definition.state = Definition::State::visiting;
  definition.type = type_of(key.first, definition.node);
  definition.state = Definition::State::done;
  --depth_;
  return definition.type;
}

Type Types::bounded(std::size_t document, pugi::xml_node item, Type type) {
  if (parts_in(type, type_parts_max) <= type_parts_max) return type;
  faults_.add(documents_[document].name, place_of(item), "dmn.type_too_large",
              {"数据类型展开后超过一万个组成部分", "the type has more than ten thousand parts when written out"});
  return Type::any();
}

Type Types::type_of(std::size_t document, pugi::xml_node item) {
  Type type = Type::any();
  const std::string_view base = trimmed(item.child("typeRef").child_value());
  if (const pugi::xml_node function = item.child("functionItem")) {
    type = function_type(document, function);
  } else if (item.child("itemComponent")) {
    std::vector<Type::Field> fields;
    for (const pugi::xml_node component : item.children("itemComponent"))
      fields.emplace_back(std::string(attribute(component, "name")), type_of(document, component));
    type = Type::context(std::move(fields));
  } else {
    type = find(document, base, place_of(item));
  }
  if (const pugi::xml_node allowed = item.child("allowedValues")) allow(type, document, allowed);
  if (item.attribute("isCollection").as_bool()) type = Type::list(std::move(type));
  if (const pugi::xml_node constraint = item.child("typeConstraint")) allow(type, document, constraint);
  return bounded(document, item, std::move(type));
}

Type Types::function_type(std::size_t document, pugi::xml_node function) {
  std::vector<Type> parameters;
  for (const pugi::xml_node parameter : function.children("parameters"))
    parameters.push_back(find(document, attribute(parameter, "typeRef"), place_of(parameter)));
  Type result = find(document, attribute(function, "outputTypeRef"), place_of(function));
  return Type::function(std::move(parameters), std::move(result));
}

void Types::allow(Type& type, std::size_t document, pugi::xml_node constraint) {
  const std::string text = text_of(constraint);
  if (text.empty()) return;
  base::Result<feel::Expression> tests = feel::compile_unary_tests(text, feel::Names{}, dialect_);
  if (!tests) {
    faults_.add(documents_[document].name, place_of(constraint), "dmn.expression_invalid",
                {"允许取值“" + text + "”写得不对：" + tests.error().message.zh,
                 "the allowed values `" + text + "` are not right: " + tests.error().message.en});
    return;
  }
  type.allowed = both(type.allowed, [tests = std::move(tests).value()](const feel::Value& value) {
    const feel::World world = {};
    return feel::evaluate_unary_tests(tests, value, feel::Context(), world).value.is_true();
  });
}

std::vector<std::pair<std::string, Type>> Types::visible(std::size_t document) {
  std::vector<std::pair<std::string, Type>> types;
  const auto add = [&](std::size_t from, const std::string& prefix) {
    for (auto at = definitions_.lower_bound(Key{from, {}}); at != definitions_.end() && at->first.first == from; ++at)
      types.emplace_back(prefix + at->first.second, resolve(at->first));
  };
  add(document, {});
  for (const Import& import : imports_[document])
    add(import.document, import.name.empty() ? std::string() : import.name + ".");
  return types;
}

feel::Names names_in(const Type& type) {
  feel::Names names;
  for (const Type::Field& field : type.fields) names.push_back({field.first, names_in(field.second)});
  if (type.element) {
    feel::Names inner = names_in(*type.element);
    names.insert(names.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
  }
  return names;
}

}  // namespace dmn
