/// Reading BPMN's XML: names without their prefixes, in the namespaces that count.
#pragma once

#include <string>
#include <string_view>

#include <pugixml.hpp>

namespace bpmn::xml {

inline constexpr std::string_view zeebe_uri = "http://camunda.org/schema/zeebe/1.0";

inline std::string_view prefix_of(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
}

inline std::string_view local_of(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// The namespace a node's own prefix stands for, as declared on it or around it.
inline std::string_view uri_of(pugi::xml_node node) {
  const std::string_view prefix = prefix_of(node.name());
  const std::string declaration = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (pugi::xml_node at = node; at; at = at.parent())
    if (const auto attribute = at.attribute(declaration.c_str())) return attribute.value();
  return {};
}

inline bool is_bpmn(pugi::xml_node node) {
  return node.type() == pugi::node_element && uri_of(node) == "http://www.omg.org/spec/BPMN/20100524/MODEL";
}

inline std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
}

/// All text inside, that of several CDATA sections joined.
inline std::string text_of(pugi::xml_node node) {
  std::string all;
  for (const auto child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) all += child.value();
  return trimmed(all);
}

inline std::string attribute_of(pugi::xml_node node, const char* name) {
  return node.attribute(name).value();
}

/// A reference is a qualified name: the id, perhaps behind a prefix.
inline bool refers_to(std::string_view reference, std::string_view id) {
  return reference == id || local_of(reference) == id;
}

/// The first child of that BPMN name; an empty node when there is none.
inline pugi::xml_node child_of(pugi::xml_node node, std::string_view local) {
  for (const auto child : node.children())
    if (local_of(child.name()) == local && is_bpmn(child)) return child;
  return {};
}

template <class F>
void each_extension(pugi::xml_node node, F&& visit) {
  for (const auto child : child_of(node, "extensionElements").children())
    if (child.type() == pugi::node_element && uri_of(child) == zeebe_uri) visit(child, local_of(child.name()));
}

}  // namespace bpmn::xml
