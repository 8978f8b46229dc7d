/// From what is drawn inside an element to what the machine needs of it: expressions compiled, texts read.
#pragma once

#include <string>
#include <string_view>

#include "definition.h"
#include "model.h"

namespace bpmn {

class NodeCompiler {
 public:
  NodeCompiler(feel::Dialect dialect, Faults& faults) : dialect_(dialect), faults_(faults) {}

  Node node_of(const DrawnElement& element);
  /// Nothing when the text is empty, or faulty (then a fault is added).
  std::optional<feel::Expression> expression(std::string_view id, std::string_view text);

 private:
  Attribute attribute(std::string_view id, const std::string& text);
  std::vector<Mapping> mappings(const DrawnElement& element, const std::vector<DrawnMapping>& drawn);
  EventSpec spec_of(const DrawnElement& element, const DrawnEvent& event);
  Timer timer_of(const DrawnElement& element, const DrawnEvent& event);
  Loop loop_of(const DrawnElement& element);
  std::vector<Listener> listeners_of(const DrawnElement& element);
  Attribute schedule(const std::string& id, const std::string& text);
  void compile_task(const DrawnElement& element, Node& node);

  feel::Dialect dialect_;
  Faults& faults_;
};

}  // namespace bpmn
