#include "document.h"

#include <array>
#include <utility>

namespace dmn {
namespace {

constexpr std::array dmn_namespaces = {
    std::string_view("http://www.omg.org/spec/DMN/20151101/dmn.xsd"),  // 1.1
    std::string_view("http://www.omg.org/spec/DMN/20180521/MODEL/"),   // 1.2
    std::string_view("https://www.omg.org/spec/DMN/20191111/MODEL/"),  // 1.3
    std::string_view("https://www.omg.org/spec/DMN/20211108/MODEL/"),  // 1.4
    std::string_view("https://www.omg.org/spec/DMN/20230324/MODEL/"),  // 1.5
    std::string_view("https://www.omg.org/spec/DMN/20240513/MODEL/"),  // 1.6
};

constexpr std::array feel_namespaces = {
    std::string_view("http://www.omg.org/spec/FEEL/20140401"),
    std::string_view("http://www.omg.org/spec/DMN/20180521/FEEL/"),
    std::string_view("https://www.omg.org/spec/DMN/20191111/FEEL/"),
    std::string_view("https://www.omg.org/spec/DMN/20211108/FEEL/"),
    std::string_view("https://www.omg.org/spec/DMN/20230324/FEEL/"),
    std::string_view("https://www.omg.org/spec/DMN/20240513/FEEL/"),
};

struct Prefixed {
  std::string_view prefix;
  std::string_view local;
};

Prefixed split(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return {{}, name};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

/// The namespace bound to `prefix` at `node`: the nearest declaration going up.
std::string_view namespace_of(pugi::xml_node node, std::string_view prefix) {
  const std::string declaration = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (pugi::xml_node at = node; at.type() == pugi::node_element; at = at.parent())
    if (const pugi::xml_attribute bound = at.attribute(declaration.c_str())) return bound.value();
  return {};
}

bool declares_namespaces(pugi::xml_node node) {
  for (const pugi::xml_attribute attribute : node.attributes())
    if (std::string_view(attribute.name()).starts_with("xmlns")) return true;
  return false;
}

/// Walks the tree without recursion: strips prefixes of DMN elements and removes all other elements.
class Plain {
 public:
  Plain(Document& document, Faults& faults) : document_(document), faults_(faults) {}

  bool make() {
    const pugi::xml_node root = document_.definitions;
    root_prefix_ = std::string(split(root.name()).prefix);
    pugi::xml_node node = root;
    int depth = 1;
    rename(node);
    while (true) {
      if (++count_ > xml_nodes_max)
        return refuse("dmn.too_large", {"模型的元素过多", "the model has too many elements"});
      pugi::xml_node next = kept(node.first_child());
      if (next) {
        if (++depth > xml_depth_max)
          return refuse("dmn.too_deep", {"模型的嵌套过深", "the model is nested too deeply"});
      } else {
        next = kept(node.next_sibling());
        while (!next && depth > 1) {
          node = node.parent();
          --depth;
          if (depth == 1) break;
          next = kept(node.next_sibling());
        }
        if (depth == 1) return true;
      }
      node = next;
    }
  }

 private:
  bool refuse(std::string_view code, base::Text message) {
    faults_.add(document_.name, {}, code, std::move(message));
    return false;
  }

  /// `node` or the first sibling after it that is a DMN element, its prefix stripped; others are removed on the way.
  pugi::xml_node kept(pugi::xml_node node) {
    while (node) {
      if (node.type() == pugi::node_element && is_dmn(node)) {
        rename(node);
        return node;
      }
      const pugi::xml_node next = node.next_sibling();
      if (node.type() == pugi::node_element) node.parent().remove_child(node);
      node = next;
    }
    return {};
  }

  bool is_dmn(pugi::xml_node node) {
    const Prefixed name = split(node.name());
    if (name.local == "extensionElements" || name.local == "DMNDI") return false;
    // Parents were renamed already, so only a declaration of its own can make the same prefix mean something else.
    if (name.prefix == root_prefix_ && !declares_namespaces(node)) return true;
    return is_dmn_namespace(namespace_of(node, name.prefix));
  }

  static void rename(pugi::xml_node node) {
    const std::string local(split(node.name()).local);
    node.set_name(local.c_str());
  }

  Document& document_;
  Faults& faults_;
  std::string root_prefix_;
  std::size_t count_ = 0;
};

}  // namespace

void Faults::add(std::string_view source, std::string_view element, std::string_view code, base::Text message) {
  faults_.push_back({std::string(source), std::string(element), std::string(code), std::move(message)});
}

base::Error Faults::error() const {
  base::Error error{
      .kind = base::Refusal::invalid,
      .code = "dmn.invalid",
      .message = {"决策模型有 " + std::to_string(faults_.size()) + " 处错误，请逐处修改后再发布",
                  faults_.size() == 1 ? "the decision model has a fault; please correct it and publish again"
                                      : "the decision model has " + std::to_string(faults_.size()) +
                                            " faults; please correct each of them and publish again"}};
  for (const Fault& fault : faults_)
    error.places.push_back({fault.source + "#" + fault.element, fault.code, fault.message});
  return error;
}

bool is_dmn_namespace(std::string_view uri) {
  for (const std::string_view known : dmn_namespaces)
    if (uri == known) return true;
  return false;
}

bool is_feel_namespace(std::string_view uri) {
  for (const std::string_view known : feel_namespaces)
    if (uri == known) return true;
  return uri == "feel" || uri == "FEEL";
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string_view attribute(pugi::xml_node node, const char* name) {
  return trimmed(node.attribute(name).value());
}

std::string text_of(pugi::xml_node node) {
  std::string text;
  for (const pugi::xml_node part : node.child("text").children())
    if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) text += part.value();
  return std::string(trimmed(text));
}

std::string place_of(pugi::xml_node node) {
  for (pugi::xml_node at = node; at.type() == pugi::node_element; at = at.parent()) {
    if (const std::string_view id = attribute(at, "id"); !id.empty()) return std::string(id);
    if (const std::string_view name = attribute(at, "name"); !name.empty()) return std::string(name);
  }
  return {};
}

void read(const Source& source, Document& document, Faults& faults) {
  document.name = source.name;
  if (source.xml.size() > source_bytes_max) {
    faults.add(source.name, {}, "dmn.too_large", {"文件超过 16 MB", "the file is larger than 16 MB"});
    return;
  }
  const pugi::xml_parse_result parsed = document.xml.load_buffer(
      source.xml.data(), source.xml.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_auto);
  if (!parsed) {
    const std::string at = std::to_string(parsed.offset);
    faults.add(source.name, {}, "dmn.xml_invalid",
               {"文件不是正确的 XML（第 " + at + " 字节处）",
                "the file is not well-formed XML (byte " + at + "): " + parsed.description()});
    return;
  }
  for (const pugi::xml_node node : document.xml.children())
    if (node.type() == pugi::node_doctype) {
      faults.add(source.name, {}, "dmn.doctype",
                 {"为了安全，文件不得带有 DOCTYPE 声明", "for safety the file must not carry a DOCTYPE declaration"});
      return;
    }
  const pugi::xml_node root = document.xml.document_element();
  const Prefixed name = split(root.name());
  if (name.local != "definitions" || !is_dmn_namespace(namespace_of(root, name.prefix))) {
    faults.add(source.name, {}, "dmn.not_dmn",
               {"文件不是 DMN 模型（根元素应为 DMN 1.1 至 1.6 的 definitions）",
                "the file is not a DMN model (its root must be the definitions of DMN 1.1 to 1.6)"});
    return;
  }
  for (const pugi::xml_attribute bound : root.attributes()) {
    const Prefixed declared = split(bound.name());
    if (declared.prefix == "xmlns") document.prefixes[std::string(declared.local)] = bound.value();
  }
  document.definitions = root;
  document.model_namespace = std::string(attribute(root, "namespace"));
  if (!Plain(document, faults).make()) document.definitions = {};
}

}  // namespace dmn
