/// Small models for the tests of this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/dmn/dmn.h"

namespace dmn::testing {

inline std::string model(std::string_view body, std::string_view uri = "urn:test",
                         std::string_view dmn = "https://www.omg.org/spec/DMN/20230324/MODEL/") {
  return "<?xml version=\"1.0\"?><definitions xmlns=\"" + std::string(dmn) + "\" id=\"d\" name=\"test\" namespace=\"" +
         std::string(uri) + "\">" + std::string(body) + "</definitions>";
}

inline std::string text(std::string_view feel) {
  return "<literalExpression><text>" + std::string(feel) + "</text></literalExpression>";
}

/// A decision named `name` with the id "_name" and any XML as its content.
inline std::string decision(std::string_view name, std::string_view content, std::string_view type = "Any") {
  return "<decision id=\"_" + std::string(name) + "\" name=\"" + std::string(name) + "\"><variable name=\"" +
         std::string(name) + "\" typeRef=\"" + std::string(type) + "\"/>" + std::string(content) + "</decision>";
}

inline std::string input(std::string_view name, std::string_view type) {
  return "<inputData id=\"_" + std::string(name) + "\" name=\"" + std::string(name) + "\"><variable name=\"" +
         std::string(name) + "\" typeRef=\"" + std::string(type) + "\"/></inputData>";
}

inline std::string needs_input(std::string_view name) {
  return "<informationRequirement><requiredInput href=\"#_" + std::string(name) + "\"/></informationRequirement>";
}
inline std::string needs_decision(std::string_view name) {
  return "<informationRequirement><requiredDecision href=\"#_" + std::string(name) + "\"/></informationRequirement>";
}
inline std::string needs_knowledge(std::string_view name) {
  return "<knowledgeRequirement><requiredKnowledge href=\"#_" + std::string(name) + "\"/></knowledgeRequirement>";
}

inline std::vector<Source> sources(std::string xml) {
  return {{"test.dmn", std::move(xml)}};
}

/// The codes of all faults of a refused model, in order.
inline std::vector<std::string> fault_codes(const std::vector<Source>& files) {
  std::vector<std::string> codes;
  const auto compiled = compile(files);
  if (!compiled)
    for (const base::Place& place : compiled.error().places) codes.push_back(place.code);
  return codes;
}

}  // namespace dmn::testing
