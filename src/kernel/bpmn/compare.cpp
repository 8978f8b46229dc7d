#include "compare.h"

#include <map>

#include "kernel/bpmn/bpmn.h"
#include "xml.h"

namespace bpmn {
namespace {

constexpr int depth_max = 256;

/// One element with an id, and everything it says by path; what has an id itself stands beside it.
struct Said {
  std::string type;
  std::string name;
  std::string parent;
  std::map<std::string, std::string, std::less<>> what = {};
};

struct Content {
  std::map<std::string, Said, std::less<>> elements = {};
  std::string picture = {};  // the diagram as text
};

/// References that only repeat what the sequence flows say.
bool is_repetition(std::string_view local) {
  return local == "incoming" || local == "outgoing";
}

class Listing {
 public:
  explicit Listing(std::string_view xml) { document_.load_buffer(xml.data(), xml.size(), pugi::parse_default); }

  Content take() {
    for (const auto child : document_.document_element().children())
      if (child.type() == pugi::node_element) element(child, "", 0);
    return std::move(content_);
  }

 private:
  void element(pugi::xml_node node, const std::string& parent, int depth) {
    if (xml::local_of(node.name()) == "BPMNDiagram") {
      picture(node, 0);
      return;
    }
    const std::string local(xml::local_of(node.name()));
    std::string id = xml::attribute_of(node, "id");
    if (id.empty()) id = parent + "/" + local;
    Said& said = content_.elements[id];
    said.type = local;
    said.name = xml::attribute_of(node, "name");
    said.what["@parent"] = parent;
    if (const std::string text = xml::text_of(node); !text.empty()) said.what["text"] = text;
    details(node, "", said, id, depth);
  }

  /// Attributes and children of `node` as lines of `said`; a child of BPMN that has an id is an element of its own.
  void details(pugi::xml_node node, const std::string& path, Said& said, const std::string& id, int depth) {
    if (depth > depth_max) return;
    for (const auto attribute : node.attributes())
      if (const std::string_view name = attribute.name(); name != "id" && !name.starts_with("xmlns"))
        said.what[path + "@" + std::string(xml::local_of(name))] = attribute.value();
    std::map<std::string, int, std::less<>> counts;
    for (const auto child : node.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string local(xml::local_of(child.name()));
      if (is_repetition(local) && xml::is_bpmn(child)) continue;
      if (xml::is_bpmn(child) && child.attribute("id")) {
        // Children of an element without name of their own (event definitions, expressions) are told with it.
        if (stands_alone(local)) {
          element(child, id, depth + 1);
          continue;
        }
      }
      const int number = ++counts[local];
      std::string below = path.empty() ? local : path + "/" + local;
      if (number > 1) below += "[" + std::to_string(number) + "]";
      if (const std::string text = xml::text_of(child); !text.empty()) said.what[below] = text;
      if (!child.first_attribute() && !child.first_child()) said.what[below] = "";
      details(child, below, said, id, depth + 1);
    }
  }

  /// What a person sees as a thing of its own in the drawing.
  static bool stands_alone(std::string_view local) {
    return !local.ends_with("EventDefinition") && !local.ends_with("xpression") &&
           !local.ends_with("Characteristics") && local != "ioSpecification" && local != "condition" &&
           local != "documentation";
  }

  void picture(pugi::xml_node node, int depth) {
    if (depth > depth_max) return;
    content_.picture += xml::local_of(node.name());
    for (const auto attribute : node.attributes())
      if (const std::string_view name = attribute.name(); name != "id" && !name.starts_with("xmlns"))
        content_.picture += " " + std::string(name) + "=" + attribute.value();
    content_.picture += "(";
    for (const auto child : node.children())
      if (child.type() == pugi::node_element) picture(child, depth + 1);
    content_.picture += ")";
  }

  pugi::xml_document document_;
  Content content_;
};

std::vector<Change::Detail> details_between(const Said& before, const Said& after) {
  std::vector<Change::Detail> details;
  for (const auto& [what, text] : before.what) {
    const auto found = after.what.find(what);
    if (found == after.what.end())
      details.push_back({what, text, ""});
    else if (found->second != text)
      details.push_back({what, text, found->second});
  }
  for (const auto& [what, text] : after.what)
    if (!before.what.contains(what)) details.push_back({what, "", text});
  if (before.type != after.type) details.push_back({"type", before.type, after.type});
  return details;
}

}  // namespace

base::Result<std::vector<Change>> compare(std::string_view before, std::string_view after) {
  TRY(std::ignore, outline_of(before));
  TRY(std::ignore, outline_of(after));
  const Content old = Listing(before).take();
  const Content later = Listing(after).take();
  std::vector<Change> changes;
  for (const auto& [id, said] : later.elements) {
    const auto found = old.elements.find(id);
    if (found == old.elements.end()) {
      changes.push_back({.kind = Change::Kind::added, .element = id, .type = said.type, .name = said.name});
      continue;
    }
    std::vector<Change::Detail> details = details_between(found->second, said);
    if (!details.empty())
      changes.push_back({.kind = Change::Kind::changed,
                         .element = id,
                         .type = said.type,
                         .name = said.name,
                         .details = std::move(details)});
  }
  for (const auto& [id, said] : old.elements)
    if (!later.elements.contains(id))
      changes.push_back({.kind = Change::Kind::removed, .element = id, .type = said.type, .name = said.name});
  if (changes.empty() && old.picture != later.picture) changes.push_back({.kind = Change::Kind::redrawn});
  return changes;
}

}  // namespace bpmn
