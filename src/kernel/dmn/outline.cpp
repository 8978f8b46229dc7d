// Models as their authors wrote them, and what is different between two of them.
#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "document.h"

namespace dmn {
namespace {

constexpr std::array kinds = {std::string_view("inputData"),
                              std::string_view("decision"),
                              std::string_view("businessKnowledgeModel"),
                              std::string_view("decisionService"),
                              std::string_view("knowledgeSource"),
                              std::string_view("itemDefinition"),
                              std::string_view("import")};

std::string cell_of(pugi::xml_node entry) {
  std::string text = text_of(entry);
  return text.empty() ? "-" : text;
}

Written::Row row_of(pugi::xml_node rule) {
  Written::Row row{.id = std::string(attribute(rule, "id"))};
  for (const pugi::xml_node entry : rule.children("inputEntry")) row.inputs.push_back(cell_of(entry));
  for (const pugi::xml_node entry : rule.children("outputEntry")) row.outputs.push_back(cell_of(entry));
  for (const pugi::xml_node entry : rule.children("annotationEntry")) row.annotations.push_back(text_of(entry));
  return row;
}

/// Whether a child of an element is told elsewhere, or says nothing about what the model does.
bool is_aside(std::string_view name) {
  return name == "rule" || name == "description" || name == "informationRequirement" ||
         name == "knowledgeRequirement" || name == "authorityRequirement";
}

/// Takes out what editors write or leave out as they like: ids, how a table lies, and the hit policy that holds anyway.
/// Source: [DMN-8.2], UNIQUE is the default.
void strip_attributes(pugi::xml_node node) {
  node.remove_attribute("id");
  node.remove_attribute("preferredOrientation");
  if (std::string_view(node.attribute("hitPolicy").value()) == "UNIQUE") node.remove_attribute("hitPolicy");
}

/// Takes out rows, requirements, remarks and what says nothing, without recursion.
void strip(pugi::xml_node element) {
  std::vector<pugi::xml_node> open = {element};
  while (!open.empty()) {
    pugi::xml_node node = open.back();
    open.pop_back();
    strip_attributes(node);
    for (pugi::xml_node child = node.first_child(); child;) {
      const pugi::xml_node next = child.next_sibling();
      if (is_aside(child.name()))
        node.remove_child(child);
      else
        open.push_back(child);
      child = next;
    }
  }
}

Written written(pugi::xml_node node) {
  Written made{.kind = node.name(),
               .id = std::string(attribute(node, "id")),
               .name = std::string(attribute(node, "name")),
               .needs = {},
               .logic = {}};
  for (const pugi::xml_node child : node.children())
    if (std::string_view(child.name()).ends_with("Requirement"))
      for (const pugi::xml_node reference : child.children())
        if (std::string_view href = attribute(reference, "href"); !href.empty())
          made.needs.emplace_back(href.starts_with('#') ? href.substr(1) : href);
  std::sort(made.needs.begin(), made.needs.end());
  // Only the table that is the decision's own logic has rows; tables inside other boxed expressions are text.
  const pugi::xml_node table = node.child("decisionTable");
  for (const pugi::xml_node rule : table.children("rule")) made.rows.push_back(row_of(rule));
  for (const pugi::xml_node input : table.children("input"))
    made.inputs.push_back(text_of(input.child("inputExpression")));
  for (const pugi::xml_node output : table.children("output")) made.outputs.emplace_back(attribute(output, "name"));
  strip(node);
  std::ostringstream text;
  node.print(text, "", pugi::format_raw);
  made.logic = text.str();
  return made;
}

bool is_same(const Written::Row& one, const Written::Row& other) {
  return one.inputs == other.inputs && one.outputs == other.outputs && one.annotations == other.annotations;
}

const std::string& place_of(const Written& element) {
  return element.id.empty() ? element.name : element.id;
}

std::string key_of(const Written::Row& row) {
  if (!row.id.empty()) return "#" + row.id;
  std::string key;
  for (const auto* cells : {&row.inputs, &row.outputs, &row.annotations})
    for (const std::string& cell : *cells) key += cell + '\x1f';
  return key;
}

/// Rows by their key; of rows that are alike, the first first.
std::multimap<std::string, std::size_t> keyed(const std::vector<Written::Row>& rows) {
  std::multimap<std::string, std::size_t> found;
  for (std::size_t index = 0; index < rows.size(); ++index) found.emplace(key_of(rows[index]), index);
  return found;
}

void compare_rows(const Written& before, const Written& after, std::vector<Change>& changes) {
  const auto change = [&](Change::Kind kind) {
    return Change{.kind = kind, .element = place_of(after), .name = after.name};
  };
  auto old = keyed(before.rows);
  std::size_t last = 0;
  bool is_reordered = false;
  std::vector<bool> is_kept(before.rows.size(), false);
  for (std::size_t index = 0; index < after.rows.size(); ++index) {
    const Written::Row& row = after.rows[index];
    const auto found = old.find(key_of(row));
    if (found == old.end()) {
      Change added = change(Change::Kind::added);
      added.row_after = static_cast<int>(index) + 1;
      added.after = row;
      changes.push_back(std::move(added));
      continue;
    }
    const std::size_t was = found->second;
    old.erase(found);
    is_kept[was] = true;
    is_reordered = is_reordered || was < last;
    last = std::max(last, was);
    if (is_same(before.rows[was], row)) continue;
    Change changed = change(Change::Kind::changed);
    changed.row_before = static_cast<int>(was) + 1;
    changed.row_after = static_cast<int>(index) + 1;
    changed.before = before.rows[was];
    changed.after = row;
    changes.push_back(std::move(changed));
  }
  for (std::size_t index = 0; index < before.rows.size(); ++index)
    if (!is_kept[index]) {
      Change removed = change(Change::Kind::removed);
      removed.row_before = static_cast<int>(index) + 1;
      removed.before = before.rows[index];
      changes.push_back(std::move(removed));
    }
  if (is_reordered) changes.push_back(change(Change::Kind::reordered));
}

}  // namespace

std::string_view to_text(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::added:
      return "added";
    case Change::Kind::removed:
      return "removed";
    case Change::Kind::changed:
      return "changed";
    case Change::Kind::reordered:
      return "reordered";
  }
  return "";
}

base::Result<std::vector<Written>> outline(const Source& source) {
  Faults faults;
  Document document;
  read(source, document, faults);
  if (!faults.empty()) return faults.error();
  std::vector<Written> all;
  for (const pugi::xml_node node : document.definitions.children())
    if (std::find(kinds.begin(), kinds.end(), std::string_view(node.name())) != kinds.end())
      all.push_back(written(node));
  return all;
}

std::vector<Change> compare(const std::vector<Written>& before, const std::vector<Written>& after) {
  std::vector<Change> changes;
  std::map<std::string, const Written*> old;
  for (const Written& element : before) old.emplace(element.kind + " " + place_of(element), &element);
  for (const Written& element : after) {
    const auto found = old.find(element.kind + " " + place_of(element));
    if (found == old.end()) {
      changes.push_back({.kind = Change::Kind::added, .element = place_of(element), .name = element.name});
      continue;
    }
    const Written& was = *found->second;
    old.erase(found);
    if (was.logic != element.logic || was.needs != element.needs)
      changes.push_back({.kind = Change::Kind::changed, .element = place_of(element), .name = element.name});
    compare_rows(was, element, changes);
  }
  for (const Written& element : before)
    if (old.contains(element.kind + " " + place_of(element)))
      changes.push_back({.kind = Change::Kind::removed, .element = place_of(element), .name = element.name});
  return changes;
}

}  // namespace dmn
