/// What the checkers say about a draft, what is different, and what happens when it is played.
#include <algorithm>
#include <set>

#include "catalogue/models.h"
#include "kernel/base/refusals.h"
#include "kernel/bpmn/compare.h"
#include "kernel/bpmn/play.h"
#include "kernel/dmn/dmn.h"
#include "modules/publishing/publishing.h"

namespace publishing {
namespace {

constexpr const char* decision_file = "decision.dmn";
constexpr const char* process_file = "process.bpmn";
constexpr int form_depth_max = 32;

/// "decision.dmn#required" as file and element; the element stands last.
Finding finding_of(const base::Place& place) {
  Finding finding{.file = place.path.substr(0, place.path.find('#')),
                  .element = {},
                  .fatal = true,
                  .code = place.code,
                  .message = place.message};
  if (const std::size_t at = place.path.rfind('#'); at != std::string::npos)
    finding.element = place.path.substr(at + 1);
  return finding;
}

std::shared_ptr<const dmn::Model> compiled(const Files& files, const std::string& path) {
  const auto found = files.find(path);
  if (found == files.end()) return nullptr;
  const std::vector<dmn::Source> sources = {{.name = path, .xml = found->second}};
  auto model = dmn::compile(sources, {.dialect = feel::Dialect::camunda});
  return model ? std::move(model).value() : nullptr;
}

const char* code_of(dmn::Finding::Kind kind) {
  switch (kind) {
    case dmn::Finding::Kind::gap:
      return "dmn.gap";
    case dmn::Finding::Kind::overlap:
      return "dmn.overlap";
    case dmn::Finding::Kind::never_matches:
      return "dmn.never_matches";
    case dmn::Finding::Kind::not_judged:
      return "dmn.not_judged";
  }
  return "";
}

/// What is legal to publish but seldom meant.
void add_warnings(const Files& files, const Files& changed, std::vector<Finding>& findings) {
  for (const auto& [path, text] : changed) {
    const auto model = kind_of(path) == ModelKind::decision ? compiled(files, path) : nullptr;
    if (!model) continue;
    const auto offered = dmn::invocables(*model);
    for (const dmn::Finding& each : dmn::analyse(*model)) {
      const auto named = std::find_if(offered.begin(), offered.end(),
                                      [&](const dmn::Invocable& one) { return one.name == each.decision; });
      findings.push_back({.file = path,
                          .element = named == offered.end() || named->id.empty() ? each.decision : named->id,
                          .fatal = false,
                          .code = code_of(each.kind),
                          .message = each.message});
    }
  }
  if (changed.contains(process_file)) {
    const auto process = bpmn::compile(files.find(process_file)->second, {.source = process_file});
    if (process)
      for (const bpmn::Finding& each : bpmn::findings_of(**process))
        if (!each.fatal)
          findings.push_back({.file = process_file,
                              .element = each.place.path,
                              .fatal = false,
                              .code = each.place.code,
                              .message = each.place.message});
  }
}

Difference row_difference(const std::string& path, const dmn::Change& change) {
  Difference difference{.file = path, .kind = {}, .element = change.element, .type = "row", .name = change.name};
  if (change.row_before > 0) difference.row_before = change.row_before;
  if (change.row_after > 0) difference.row_after = change.row_after;
  const auto cells = [&](const char* what, const std::vector<std::string>& before,
                         const std::vector<std::string>& after) {
    for (std::size_t at = 0; at < std::max(before.size(), after.size()); ++at) {
      const std::string one = at < before.size() ? before[at] : "";
      const std::string other = at < after.size() ? after[at] : "";
      if (one != other) difference.details.push_back({std::string(what) + " " + std::to_string(at + 1), one, other});
    }
  };
  cells("input", change.before.inputs, change.after.inputs);
  cells("output", change.before.outputs, change.after.outputs);
  cells("annotation", change.before.annotations, change.after.annotations);
  return difference;
}

const char* name_of(bpmn::Change::Kind kind) {
  switch (kind) {
    case bpmn::Change::Kind::added:
      return "added";
    case bpmn::Change::Kind::removed:
      return "removed";
    case bpmn::Change::Kind::changed:
      return "changed";
    case bpmn::Change::Kind::redrawn:
      return "redrawn";
  }
  return "";
}

base::Result<void> compare_decisions(const std::string& path, const std::string& before, const std::string& after,
                                     std::vector<Difference>& differences) {
  std::vector<dmn::Written> old;
  if (!before.empty()) {
    TRY(old, dmn::outline({.name = path, .xml = before}));
  }
  TRY(const auto later, dmn::outline({.name = path, .xml = after}));
  const std::size_t first = differences.size();
  for (const dmn::Change& change : dmn::compare(old, later)) {
    Difference difference = row_difference(path, change);
    difference.kind = dmn::to_text(change.kind);
    if (change.row_before == 0 && change.row_after == 0) difference.type = "element";
    differences.push_back(std::move(difference));
  }
  if (differences.size() == first && before != after)
    differences.push_back({.file = path, .kind = "redrawn", .element = {}, .type = {}, .name = {}});
  return base::done();
}

base::Result<void> compare_processes(const std::string& before, const std::string& after,
                                     std::vector<Difference>& differences) {
  TRY(const auto changes, bpmn::compare(before, after));
  for (const bpmn::Change& change : changes) {
    Difference difference{.file = process_file,
                          .kind = name_of(change.kind),
                          .element = change.element,
                          .type = change.type,
                          .name = change.name};
    for (const auto& detail : change.details) difference.details.push_back({detail.what, detail.before, detail.after});
    differences.push_back(std::move(difference));
  }
  return base::done();
}

/// What a component of a form says, by path; the components inside it stand for themselves.
struct Component {
  std::string type;
  std::string label;
  std::map<std::string, std::string, std::less<>> what;
};
using Components = std::map<std::string, Component, std::less<>>;

std::string text_of(const feel::Value& value) {
  return value.kind() == feel::Kind::string ? value.as_string() : feel::to_json(value);
}

std::string text_in(const feel::Context& context, const char* key) {
  const feel::Value* found = context.find(key);
  return found ? text_of(*found) : std::string();
}

void list_details(const feel::Context& from, const std::string& path, Component& to, int depth) {
  if (depth > form_depth_max) return;
  for (const auto& [key, value] : from.entries()) {
    if (path.empty() && (key == "components" || key == "id")) continue;
    const std::string below = path.empty() ? std::string(key) : path + "/" + std::string(key);
    if (value.kind() == feel::Kind::context)
      list_details(value.as_context(), below, to, depth + 1);
    else
      to.what[below] = text_of(value);
  }
}

void list_components(const feel::Context& of, const std::string& parent, Components& to, int depth) {
  const feel::Value* list = of.find("components");
  if (depth > form_depth_max || !list || list->kind() != feel::Kind::list) return;
  int place = 0;
  for (const feel::Value& each : list->as_list()) {
    ++place;
    if (each.kind() != feel::Kind::context) continue;
    const feel::Context& context = each.as_context();
    std::string id = text_in(context, "key");
    if (id.empty()) id = text_in(context, "id");
    if (id.empty()) id = parent + "/" + std::to_string(place);
    Component& component = to[id];
    component.type = text_in(context, "type");
    component.label = text_in(context, "label");
    component.what["parent"] = parent;
    list_details(context, "", component, 0);
    list_components(context, id, to, depth + 1);
  }
}

base::Result<Components> components_of(const std::string& file, const std::string& json) {
  Components components;
  if (json.empty()) return components;
  TRY(const feel::Value schema, feel::parse_json(json));
  if (schema.kind() != feel::Kind::context)
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "catalogue.form_invalid",
                       .message = {"“" + file + "”不是表单", "“" + file + "” is no form"}};
  list_components(schema.as_context(), "", components, 0);
  return components;
}

base::Result<void> compare_forms(const std::string& file, const std::string& before, const std::string& after,
                                 std::vector<Difference>& differences) {
  TRY(const Components old, components_of(file, before));
  TRY(const Components later, components_of(file, after));
  const auto tell = [&](const char* kind, const std::string& id, const Component& component) -> Difference& {
    differences.push_back({.file = file, .kind = kind, .element = id, .type = component.type, .name = component.label});
    return differences.back();
  };
  for (const auto& [id, component] : later) {
    const auto found = old.find(id);
    if (found == old.end()) {
      tell("added", id, component);
      continue;
    }
    std::vector<Difference::Detail> details;
    for (const auto& [what, text] : component.what) {
      const auto was = found->second.what.find(what);
      const std::string one = was == found->second.what.end() ? "" : was->second;
      if (one != text) details.push_back({what, one, text});
    }
    for (const auto& [what, text] : found->second.what)
      if (!component.what.contains(what)) details.push_back({what, text, ""});
    if (!details.empty()) tell("changed", id, component).details = std::move(details);
  }
  for (const auto& [id, component] : old)
    if (!later.contains(id)) tell("removed", id, component);
  return base::done();
}

base::Result<void> compare_file(const std::string& path, const std::string& before, const std::string& after,
                                std::vector<Difference>& differences) {
  const auto kind = kind_of(path);
  CHECK(kind);  // nothing else gets into a draft
  switch (*kind) {
    case ModelKind::decision:
      return compare_decisions(path, before, after, differences);
    case ModelKind::process:
      return compare_processes(before, after, differences);
    case ModelKind::form:
      return compare_forms(path, before, after, differences);
  }
  return base::done();
}

/// The decisions that a played process asks: those of the draft.
class Asked : public bpmn::Decisions {
 public:
  explicit Asked(std::shared_ptr<const dmn::Model> model) : model_(std::move(model)) {}
  base::Result<Answer> decide(std::string_view decision, const feel::Context& variables,
                              const feel::World& world) const override {
    TRY(const dmn::Outcome outcome, dmn::evaluate(*model_, decision, variables, world));
    return Answer{.value = outcome.value, .basis = {}};
  }

 private:
  std::shared_ptr<const dmn::Model> model_;
};

Files with(const Draft& draft, const std::optional<Unsaved>& unsaved) {
  Files changed = draft.files;
  if (unsaved) changed[unsaved->file] = unsaved->text;
  return changed;
}

}  // namespace

base::Result<std::vector<Finding>> Publishing::check(storage::Snapshot& snapshot, const Draft& draft,
                                                     const std::optional<Unsaved>& unsaved) const {
  TRY(Files files, head(snapshot, draft.service));
  const Files changed = with(draft, unsaved);
  for (const auto& [path, text] : changed) files[path] = text;
  std::vector<Finding> findings;
  if (const auto read = catalogue::read_changed(catalogue(), draft.service, files); !read)
    for (const base::Place& place : read.error().places) findings.push_back(finding_of(place));
  add_warnings(files, changed, findings);
  return findings;
}

base::Result<std::vector<Difference>> Publishing::compare(storage::Snapshot& snapshot, const Draft& draft,
                                                          const std::optional<Unsaved>& unsaved) const {
  // A version is compared with what it replaced, a draft with what it would replace.
  TRY(Files before, head(snapshot, draft.service));
  if (draft.number > 0) {
    TRY(before, before_version(snapshot, draft));
  }
  std::vector<Difference> differences;
  for (const auto& [path, text] : with(draft, unsaved)) {
    const auto found = before.find(path);
    TRY(std::ignore, compare_file(path, found == before.end() ? "" : found->second, text, differences));
  }
  return differences;
}

base::Result<std::vector<std::string>> Publishing::play(storage::Snapshot& snapshot, const Draft& draft,
                                                        const std::optional<Unsaved>& unsaved, const Play& play) const {
  TRY(Files files, head(snapshot, draft.service));
  for (const auto& [path, text] : with(draft, unsaved)) files[path] = text;
  const auto process = files.find(process_file);
  if (process == files.end())
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "publishing.nothing_to_play",
                       .message = {"这里没有流程，无法试走", "There is no process here to be played."}};
  const auto model = compiled(files, decision_file);
  const std::unique_ptr<Asked> asked = model ? std::make_unique<Asked>(model) : nullptr;
  std::vector<std::string> lines;
  std::string last;
  TRY(std::ignore,
      bpmn::play(process->second, play.script,
                 {.auto_tasks = play.auto_tasks, .decisions = asked.get(), .working_days = &catalogue().calendar},
                 [&](const std::string& line) {
                   last = line;
                   if (lines.size() < play_steps_max) lines.push_back(line);
                 }));
  if (!lines.empty() && lines.back() != last) lines.back() = last;  // what waits is told in any case
  return lines;
}

}  // namespace publishing
