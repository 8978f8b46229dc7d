// From sources to a compiled model: imports, the requirements graph, then each element's logic.
#include "compiler.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "boxed_compiler.h"

namespace dmn {
namespace {

std::optional<Element::Kind> kind_of(std::string_view tag) {
  if (tag == "inputData") return Element::Kind::input_data;
  if (tag == "decision") return Element::Kind::decision;
  if (tag == "businessKnowledgeModel") return Element::Kind::knowledge_model;
  if (tag == "decisionService") return Element::Kind::service;
  return std::nullopt;
}

}  // namespace

Compiler::Compiler(std::span<const Source> sources, const CompileOptions& options)
    : options_(options), documents_(sources.size()), imports_(sources.size()) {
  for (std::size_t index = 0; index < sources.size(); ++index) read(sources[index], documents_[index], faults_);
}

base::Result<std::shared_ptr<const Model>> Compiler::run() {
  if (!faults_.empty()) return faults_.error();
  link_imports();
  Types types(documents_, imports_, options_.dialect, faults_);
  collect(types);
  link_requirements();
  refuse_cycles();
  find_import_paths();
  compile_logic(types);
  base::Result<feel::Expression> each = feel::compile("for item in list return item", feel::Names{{"list", {}}});
  if (each) model_->each_item = std::move(each).value();
  if (!faults_.empty() && !options_.tolerate_faults) return faults_.error();
  model_->faults = faults_.all();
  return std::shared_ptr<const Model>(std::move(model_));
}

void Compiler::fault(std::size_t document, pugi::xml_node node, std::string_view code, base::Text message) {
  faults_.add(documents_[document].name, place_of(node), code, std::move(message));
}

void Compiler::link_imports() {
  std::map<std::string, std::size_t> by_namespace;
  for (std::size_t index = 0; index < documents_.size(); ++index) {
    const Document& document = documents_[index];
    model_->files.push_back({document.name, document.model_namespace});
    if (!by_namespace.emplace(document.model_namespace, index).second)
      fault(index, document.definitions, "dmn.namespace_twice",
            {"有两个文件使用同一个命名空间“" + document.model_namespace + "”",
             "two files have the same namespace \"" + document.model_namespace + "\""});
  }
  for (std::size_t index = 0; index < documents_.size(); ++index)
    for (const pugi::xml_node node : documents_[index].definitions.children("import")) {
      if (!is_dmn_namespace(attribute(node, "importType"))) continue;
      const std::string uri(attribute(node, "namespace"));
      const std::string name(attribute(node, "name"));
      if (const auto found = by_namespace.find(uri); found != by_namespace.end())
        imports_[index].push_back({name, found->second});
      else
        fault(index, node, "dmn.import_missing",
              {"引入的模型“" + uri + "”没有一并提交", "the imported model \"" + uri + "\" was not handed in with it"});
    }
}

void Compiler::collect(Types& types) {
  std::map<std::pair<std::size_t, std::string>, bool> names;
  for (std::size_t index = 0; index < documents_.size(); ++index)
    for (const pugi::xml_node node : documents_[index].definitions.children()) {
      const std::optional<Element::Kind> kind = kind_of(node.name());
      if (!kind) continue;
      Element element{.kind = *kind, .source = index, .id = {}, .name = {}, .variable = {}};
      element.id = attribute(node, "id");
      element.name = attribute(node, "name");
      element.variable = attribute(node.child("variable"), "name");
      if (element.variable.empty()) element.variable = element.name;
      element.type = types.find(index, attribute(node.child("variable"), "typeRef"), place_of(node));
      // The variable of an invocable may carry the type of the function; what counts is the type of its result.
      const bool is_invocable = *kind == Element::Kind::knowledge_model || *kind == Element::Kind::service;
      if (is_invocable && element.type.kind == feel::Type::Kind::function && element.type.element) {
        const feel::Type result = *element.type.element;
        element.type = result;
      }
      if (element.name.empty())
        fault(index, node, "dmn.name_missing", {"元素没有名称", "the element has no name"});
      else if (!names.emplace(std::pair(index, element.name), true).second)
        fault(index, node, "dmn.name_twice",
              {"名称“" + element.name + "”用了两次", "the name \"" + element.name + "\" is used twice"});
      if (!element.id.empty() && !ids_.emplace(std::pair(index, element.id), model_->elements.size()).second)
        fault(index, node, "dmn.id_twice",
              {"标识“" + element.id + "”用了两次", "the id \"" + element.id + "\" is used twice"});
      nodes_.push_back(node);
      model_->elements.push_back(std::move(element));
    }
}

/// "#id" in this document, or "namespace#id" in an imported one.
std::optional<Element::Requirement> Compiler::find(std::size_t document, std::string_view href) {
  const std::size_t hash = href.find('#');
  const std::string_view uri = hash == std::string_view::npos ? std::string_view() : href.substr(0, hash);
  const std::string id(hash == std::string_view::npos ? href : href.substr(hash + 1));
  if (uri.empty() || uri == documents_[document].model_namespace) {
    const auto found = ids_.find(std::pair(document, id));
    if (found == ids_.end()) return std::nullopt;
    return Element::Requirement{found->second, {}};
  }
  for (const Import& import : imports_[document])
    if (documents_[import.document].model_namespace == uri)
      if (const auto found = ids_.find(std::pair(import.document, id)); found != ids_.end())
        return Element::Requirement{found->second, import.name};
  return std::nullopt;
}

std::optional<Element::Requirement> Compiler::required(std::size_t document, pugi::xml_node reference, Wanted wanted) {
  const std::string href(attribute(reference, "href"));
  const std::optional<Element::Requirement> found = find(document, href);
  if (!found) {
    fault(document, reference, "dmn.unknown_reference",
          {"所引用的元素“" + href + "”不存在", "the referenced element \"" + href + "\" does not exist"});
    return std::nullopt;
  }
  const Element::Kind kind = model_->elements[found->element].kind;
  const bool is_invocable = kind == Element::Kind::knowledge_model || kind == Element::Kind::service;
  const bool is_right = wanted == Wanted::input      ? kind == Element::Kind::input_data
                        : wanted == Wanted::decision ? kind == Element::Kind::decision
                                                     : is_invocable;
  if (is_right) return found;
  fault(document, reference, "dmn.wrong_reference",
        {"所引用的元素“" + href + "”不是这里所需的种类",
         "the referenced element \"" + href + "\" is not of the kind needed here"});
  return std::nullopt;
}

void Compiler::link_requirements() {
  for (std::size_t index = 0; index < model_->elements.size(); ++index) {
    Element& element = model_->elements[index];
    const pugi::xml_node node = nodes_[index];
    for (const pugi::xml_node requirement : node.children("informationRequirement")) {
      if (const pugi::xml_node input = requirement.child("requiredInput"))
        if (auto found = required(element.source, input, Wanted::input))
          element.information.push_back(std::move(*found));
      if (const pugi::xml_node decision = requirement.child("requiredDecision"))
        if (auto found = required(element.source, decision, Wanted::decision))
          element.information.push_back(std::move(*found));
    }
    for (const pugi::xml_node requirement : node.children("knowledgeRequirement"))
      if (auto found = required(element.source, requirement.child("requiredKnowledge"), Wanted::knowledge))
        element.knowledge.push_back(std::move(*found));
    if (element.kind == Element::Kind::service) link_service(element, node);
  }
}

/// Source: [DMN-10.4] the parameters of a service are its input data, then its input decisions, in order.
void Compiler::link_service(Element& service, pugi::xml_node node) {
  const auto add_parameters = [&](const char* child, Wanted wanted) {
    for (const pugi::xml_node reference : node.children(child))
      if (const auto found = required(service.source, reference, wanted)) {
        const Element& input = model_->elements[found->element];
        service.service_inputs.push_back(found->element);
        service.parameters.push_back({input.variable, input.type});
      }
  };
  add_parameters("inputData", Wanted::input);
  add_parameters("inputDecision", Wanted::decision);
  for (const pugi::xml_node reference : node.children("outputDecision"))
    if (const auto found = required(service.source, reference, Wanted::decision))
      service.service_outputs.push_back(found->element);
  if (service.service_outputs.empty())
    fault(service.source, node, "dmn.service_outputs",
          {"决策服务“" + service.name + "”没有输出决策",
           "the decision service \"" + service.name + "\" has no output decision"});
}

/// Decisions may not need each other in a circle; knowledge models may (recursion).
void Compiler::refuse_cycles() {
  enum class State : char { untouched, open, done };
  std::vector<State> states(model_->elements.size(), State::untouched);
  struct Step {
    std::size_t element;
    std::size_t next;
  };
  for (std::size_t start = 0; start < model_->elements.size(); ++start) {
    std::vector<Step> path;
    if (states[start] == State::untouched) path.push_back({start, 0});
    while (!path.empty()) {
      const std::size_t at = path.back().element;
      states[at] = State::open;
      std::vector<Element::Requirement>& needs = model_->elements[at].information;
      if (path.back().next == needs.size()) {
        states[at] = State::done;
        path.pop_back();
        continue;
      }
      const std::size_t needed = needs[path.back().next].element;
      if (states[needed] == State::open) {
        const std::string& name = model_->elements[needed].name;
        fault(model_->elements[at].source, nodes_[at], "dmn.requirement_cycle",
              {"决策“" + name + "”最终依赖于它自己", "the decision \"" + name + "\" depends on itself in the end"});
        needs.erase(needs.begin() + static_cast<std::ptrdiff_t>(path.back().next));  // so that evaluation can end
        continue;
      }
      ++path.back().next;
      if (states[needed] == State::untouched) path.push_back({needed, 0});
    }
  }
}

/// The ways on which the first source reaches each imported one, shortest first.
void Compiler::find_import_paths() {
  constexpr std::size_t paths_max = 16;
  struct Way {
    std::size_t document;
    std::vector<std::string> names;
  };
  std::vector<std::vector<std::vector<std::string>>> paths(documents_.size());
  std::vector<std::size_t> visits(documents_.size(), 0);
  std::queue<Way> ways;
  ways.push({0, {}});
  while (!ways.empty()) {
    const Way way = std::move(ways.front());
    ways.pop();
    for (const Import& import : imports_[way.document]) {
      if (import.document == 0 || ++visits[import.document] > paths_max) continue;
      Way further{import.document, way.names};
      if (!import.name.empty()) further.names.push_back(import.name);
      if (!further.names.empty()) paths[import.document].push_back(further.names);
      ways.push(std::move(further));
    }
  }
  for (Element& element : model_->elements)
    if (element.kind == Element::Kind::input_data) element.import_paths = paths[element.source];
}

void Compiler::compile_logic(Types& types) {
  std::vector<BoxedCompiler> compilers;
  compilers.reserve(documents_.size());
  for (std::size_t index = 0; index < documents_.size(); ++index)
    compilers.emplace_back(documents_[index], index, types, options_.dialect, faults_);
  for (std::size_t index = 0; index < model_->elements.size(); ++index) {
    Element& element = model_->elements[index];
    BoxedCompiler& compiler = compilers[element.source];
    const std::size_t mark = compiler.open();
    know_requirements(compiler, element);
    if (element.kind == Element::Kind::decision) {
      element.logic = compiler.logic_in(nodes_[index], element.name);
    } else if (element.kind == Element::Kind::knowledge_model) {
      compile_knowledge(compiler, element, nodes_[index]);
    }
    compiler.close(mark);
  }
}

void Compiler::compile_knowledge(BoxedCompiler& compiler, Element& element, pugi::xml_node node) {
  const pugi::xml_node definition = node.child("encapsulatedLogic");
  if (!definition) {
    element.logic = compiler.logic_in(definition, element.name);
    return;
  }
  const std::string_view kind = attribute(definition, "kind");
  if (!kind.empty() && kind != "FEEL") {
    element.logic = compiler.external(definition, element.name);
    element.is_external = true;
    return;
  }
  BoxedFunction function = compiler.function(definition, element.name);
  element.parameters = std::move(function.parameters);
  element.logic = std::move(function.body);
}

feel::Names Compiler::names_of(const Element& element, std::size_t index) const {
  feel::Names names = names_in(element.type);
  if (!names.empty()) return names;
  const pugi::xml_node node = nodes_[index];
  switch (element.kind) {
    case Element::Kind::input_data:
      return {};
    case Element::Kind::decision:
      return names_in(expression_in(node));
    case Element::Kind::knowledge_model:
      return names_in(expression_in(node.child("encapsulatedLogic")));
    case Element::Kind::service:
      break;
  }
  if (element.service_outputs.size() == 1)
    return names_of(model_->elements[element.service_outputs[0]], element.service_outputs[0]);
  for (const std::size_t output : element.service_outputs)
    names.push_back({model_->elements[output].variable, names_of(model_->elements[output], output)});
  return names;
}

/// Names that came through a named import are components of the import's name.
void Compiler::know_requirements(BoxedCompiler& compiler, const Element& element) const {
  std::map<std::string, feel::Names> imported;
  for (const std::vector<Element::Requirement>* requirements : {&element.information, &element.knowledge})
    for (const Element::Requirement& requirement : *requirements) {
      const Element& needed = model_->elements[requirement.element];
      feel::Name name{needed.variable, names_of(needed, requirement.element)};
      if (requirement.import_name.empty())
        compiler.know(std::move(name.name), std::move(name.components));
      else
        imported[requirement.import_name].push_back(std::move(name));
    }
  for (auto& [name, components] : imported) compiler.know(name, std::move(components));
  if (element.kind == Element::Kind::knowledge_model) compiler.know(element.variable, {});  // recursion
}

base::Result<std::shared_ptr<const Model>> compile(std::span<const Source> sources, const CompileOptions& options) {
  if (sources.empty() || sources.size() > sources_max)
    return base::Error{
        .kind = base::Refusal::invalid,
        .code = "dmn.invalid",
        .message = {"一次须提交 1 至 64 个决策模型文件", "hand in between 1 and 64 model files at once"}};
  return Compiler(sources, options).run();
}

}  // namespace dmn
