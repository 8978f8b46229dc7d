/// What stands inside one drawn element: event definitions, loops, extensions.
#pragma once

#include <pugixml.hpp>

#include "model.h"

namespace bpmn {

/// Reads the inside of elements; references are looked up among the root elements of the file.
class Parts {
 public:
  Parts(pugi::xml_node definitions, Faults& faults) : definitions_(definitions), faults_(faults) {}

  /// Everything of `node` that is no element or flow of its own.
  void read(pugi::xml_node node, DrawnElement& element);

 private:
  void read_events(pugi::xml_node node, DrawnElement& element);
  void read_event(pugi::xml_node definition, DrawnElement& element);
  void read_message(pugi::xml_node node, const DrawnElement& element, DrawnEvent& event);
  void read_signal(pugi::xml_node node, const DrawnElement& element, DrawnEvent& event);
  struct CodeNames {
    const char* reference;
    const char* root;
    const char* code;
  };
  void read_code(pugi::xml_node node, const DrawnElement& element, const CodeNames& names, DrawnEvent& event);
  void read_condition(pugi::xml_node node, DrawnEvent& event);
  void read_loop(pugi::xml_node node, DrawnElement& element);
  void read_called(pugi::xml_node node, DrawnElement& element);
  void read_ad_hoc(pugi::xml_node node, DrawnElement& element);
  void read_extension(pugi::xml_node extension, std::string_view local, DrawnElement& element);
  void read_lists(pugi::xml_node extension, std::string_view local, DrawnElement& element);
  void read_own_script(pugi::xml_node node, DrawnElement& element);
  pugi::xml_node referenced(const std::string& reference, std::string_view local) const;
  void unknown_reference(const DrawnElement& element, const std::string& reference);

  pugi::xml_node definitions_;
  Faults& faults_;
};

}  // namespace bpmn
