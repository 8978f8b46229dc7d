/// The XML of one source, made safe and plain: only DMN elements, without prefixes.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

#include "kernel/dmn/dmn.h"

namespace dmn {

inline constexpr std::size_t source_bytes_max = 16'000'000;
inline constexpr std::size_t sources_max = 64;
inline constexpr std::size_t xml_nodes_max = 1'000'000;
inline constexpr int xml_depth_max = 128;

/// Collects everything wrong with a set of sources.
class Faults {
 public:
  void add(std::string_view source, std::string_view element, std::string_view code, base::Text message);
  bool empty() const { return faults_.empty(); }
  std::size_t size() const { return faults_.size(); }
  const std::vector<Fault>& all() const { return faults_; }
  /// All of them as one refusal `dmn.invalid`.
  base::Error error() const;

 private:
  std::vector<Fault> faults_;
};

/// A read source. Elements of other namespaces (diagrams, tools' extensions) are gone, prefixes are stripped, so that
/// `node.child("decision")` is right whatever the author's tool wrote.
struct Document {
  std::string name;
  pugi::xml_document xml = {};
  pugi::xml_node definitions = {};
  std::string model_namespace = {};
  /// Prefixes bound at the root, for the qualified type names of DMN 1.1.
  std::map<std::string, std::string> prefixes = {};
};

/// Reads one source; adds to `faults` and leaves `definitions` empty when it cannot be read.
void read(const Source& source, Document& document, Faults& faults);

/// Whether `uri` is the model namespace of a published DMN version.
bool is_dmn_namespace(std::string_view uri);
/// Whether `uri` names FEEL, in any published version.
bool is_feel_namespace(std::string_view uri);

/// The attribute's value, or nothing when it is missing or empty.
std::string_view attribute(pugi::xml_node node, const char* name);
/// The text of the child `text`, without surrounding white space.
std::string text_of(pugi::xml_node node);
/// What people call the element: its own or its nearest ancestor's id, else name.
std::string place_of(pugi::xml_node node);
std::string_view trimmed(std::string_view text);

}  // namespace dmn
