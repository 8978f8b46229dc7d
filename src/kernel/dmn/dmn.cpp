// The face: what a model offers, and evaluation by name.
#include "kernel/dmn/dmn.h"

#include <utility>

#include "program.h"
#include "run.h"

namespace dmn {
namespace {

Element::Kind kind_of(Invocable::Kind kind) {
  switch (kind) {
    case Invocable::Kind::decision:
      return Element::Kind::decision;
    case Invocable::Kind::knowledge_model:
      return Element::Kind::knowledge_model;
    case Invocable::Kind::service:
      return Element::Kind::service;
  }
  return Element::Kind::decision;
}

base::Error not_found(std::string_view name) {
  const std::string text(name);
  return {.kind = base::Refusal::not_found,
          .code = "dmn.not_found",
          .message = {"模型中没有“" + text + "”", "the model has no \"" + text + "\""}};
}

const feel::Value* find_nested(const feel::Context& inputs, const std::vector<std::string>& path,
                               const std::string& name) {
  const feel::Context* at = &inputs;
  for (const std::string& step : path) {
    const feel::Value* next = at->find(step);
    if (!next || next->kind() != feel::Kind::context) return nullptr;
    at = &next->as_context();
  }
  return at->find(name);
}

const feel::Value* find_input(const Element& element, const feel::Context& inputs) {
  if (element.source != 0)
    for (const std::vector<std::string>& path : element.import_paths)
      if (const feel::Value* value = find_nested(inputs, path, element.name)) return value;
  if (const feel::Value* value = inputs.find(element.name)) return value;
  return inputs.find(element.variable);
}

const feel::Value* find_input(const Element& element, const Model& model, std::span<const Input> inputs) {
  for (const Input& input : inputs) {
    const bool is_here =
        input.model_namespace.empty() || input.model_namespace == model.files[element.source].model_namespace;
    if (is_here && (input.name == element.name || input.name == element.variable)) return &input.value;
  }
  return nullptr;
}

/// `find`: element → pointer to the value given for it, or null.
template <class Find>
Outcome decide(const Model& model, std::size_t decision, const feel::World& world, Find find) {
  Run run(model, world);
  Frame frame(model.elements.size());
  for (std::size_t index = 0; index < model.elements.size(); ++index) {
    const Element& element = model.elements[index];
    if (element.kind != Element::Kind::input_data) continue;
    if (const feel::Value* value = find(element)) frame.set(index, run.fit(*value, element.type, element.name));
  }
  return run.outcome(run.decide(decision, frame));
}

}  // namespace

std::optional<std::size_t> Model::find(Invocable::Kind kind, std::string_view name) const {
  const Element::Kind wanted = kind_of(kind);
  for (std::size_t index = 0; index < elements.size(); ++index)
    if (elements[index].kind == wanted && elements[index].id == name && !name.empty()) return index;
  for (std::size_t index = 0; index < elements.size(); ++index)
    if (elements[index].kind == wanted && elements[index].name == name) return index;
  const std::size_t hash = name.rfind('#');
  if (hash == std::string_view::npos) return std::nullopt;
  for (std::size_t index = 0; index < elements.size(); ++index) {
    const Element& element = elements[index];
    if (element.kind == wanted && files[element.source].model_namespace == name.substr(0, hash) &&
        (element.name == name.substr(hash + 1) || element.id == name.substr(hash + 1)))
      return index;
  }
  return std::nullopt;
}

const std::vector<Fault>& faults(const Model& model) {
  return model.faults;
}

std::vector<Invocable> invocables(const Model& model) {
  std::vector<Invocable> found;
  for (const Element& element : model.elements) {
    if (element.kind == Element::Kind::input_data) continue;
    const Invocable::Kind kind = element.kind == Element::Kind::decision  ? Invocable::Kind::decision
                                 : element.kind == Element::Kind::service ? Invocable::Kind::service
                                                                          : Invocable::Kind::knowledge_model;
    found.push_back({kind, element.id, element.name, model.files[element.source].model_namespace});
  }
  return found;
}

std::vector<std::string> inputs_of(const Model& model, std::string_view decision) {
  std::vector<std::string> names;
  const std::optional<std::size_t> start = model.find(Invocable::Kind::decision, decision);
  if (!start) return names;
  std::vector<char> is_seen(model.elements.size(), 0);
  std::vector<std::size_t> open = {*start};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (is_seen[at]++) continue;
    if (model.elements[at].kind == Element::Kind::input_data) names.push_back(model.elements[at].name);
    const std::vector<Element::Requirement>& needs = model.elements[at].information;
    for (auto need = needs.rbegin(); need != needs.rend(); ++need) open.push_back(need->element);
  }
  return names;
}

base::Result<Outcome> evaluate(const Model& model, std::string_view decision, const feel::Context& inputs,
                               const feel::World& world) {
  const std::optional<std::size_t> found = model.find(Invocable::Kind::decision, decision);
  if (!found) return not_found(decision);
  return decide(model, *found, world, [&](const Element& element) { return find_input(element, inputs); });
}

base::Result<Outcome> evaluate(const Model& model, Invocable::Kind kind, std::string_view name,
                               std::span<const Input> inputs, const feel::World& world) {
  const std::optional<std::size_t> found = model.find(kind, name);
  if (!found) return not_found(name);
  if (kind == Invocable::Kind::decision)
    return decide(model, *found, world, [&](const Element& element) { return find_input(element, model, inputs); });
  const Element& element = model.elements[*found];
  Run run(model, world);
  std::vector<std::pair<std::string, feel::Value>> arguments;
  for (const feel::Parameter& parameter : element.parameters)
    for (const Input& input : inputs)
      if (input.name == parameter.name) {
        // A value of the wrong type is null inside the invocable, which still runs.
        arguments.emplace_back(parameter.name, run.fit(input.value, parameter.type, element.name));
        break;
      }
  for (const feel::Parameter& parameter : element.parameters) {
    bool is_given = false;
    for (const auto& argument : arguments) is_given = is_given || argument.first == parameter.name;
    if (!is_given) arguments.emplace_back(parameter.name, feel::Value());
  }
  const feel::Value function = run.function(*found);
  if (function.kind() != feel::Kind::function) return run.outcome({});
  return run.outcome(feel::call(function.as_function(), std::move(arguments), run.evaluation()));
}

}  // namespace dmn
