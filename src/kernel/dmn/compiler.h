/// From sources to a compiled model.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document.h"
#include "program.h"
#include "types.h"

namespace dmn {

class BoxedCompiler;

/// One run of the compiler, step by step; every step adds its faults, and the last refuses them all together.
class Compiler {
 public:
  Compiler(std::span<const Source> sources, const CompileOptions& options);
  base::Result<std::shared_ptr<const Model>> run();

 private:
  enum class Wanted { input, decision, knowledge };

  void link_imports();
  void collect(Types& types);
  void link_requirements();
  void link_service(Element& service, pugi::xml_node node);
  void refuse_cycles();
  void find_import_paths();
  void compile_logic(Types& types);
  void compile_knowledge(BoxedCompiler& compiler, Element& element, pugi::xml_node node);

  std::optional<Element::Requirement> find(std::size_t document, std::string_view href);
  std::optional<Element::Requirement> required(std::size_t document, pugi::xml_node reference, Wanted wanted);
  feel::Names names_of(const Element& element, std::size_t index) const;
  void know_requirements(BoxedCompiler& compiler, const Element& element) const;
  void fault(std::size_t document, pugi::xml_node node, std::string_view code, base::Text message);

  CompileOptions options_;
  Faults faults_;
  std::vector<Document> documents_;
  std::vector<std::vector<Import>> imports_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> ids_;
  std::vector<pugi::xml_node> nodes_;  // of model_->elements, in the same order
  std::shared_ptr<Model> model_ = std::make_shared<Model>();
};

}  // namespace dmn
