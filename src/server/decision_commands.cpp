#include "decision_commands.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <sstream>

#include "kernel/base/refusals.h"
#include "kernel/calendar/calendar.h"
#include "kernel/dmn/dmn.h"
#include "kernel/feel/feel.h"

namespace server {
namespace {

constexpr std::size_t file_bytes_max = 32u << 20;

base::Error unreadable(const std::string& path) {
  return base::not_found("decision.file_unreadable",
                         {"文件“" + path + "”无法读取，或超过 32 MB",
                          "the file \"" + path + "\" cannot be read, or is larger than 32 MB"});
}

base::Result<std::string> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(path);
  std::string text;
  char block[65'536];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > file_bytes_max) return unreadable(path);
  }
  if (file.bad()) return unreadable(path);
  return text;
}

int refused(const base::Error& error, std::ostream& err) {
  err << error.message.zh << "\n" << error.message.en << "\n(" << error.code << ")\n";
  for (const base::Place& place : error.places)
    err << "  " << place.path << ": " << place.message.zh << " / " << place.message.en << " (" << place.code << ")\n";
  return decision_refused;
}

feel::Dialect dialect_of(const std::string& name) {
  return name == "camunda" ? feel::Dialect::camunda : feel::Dialect::standard;
}

/// What the command hands in as the world; keeps the calendar alive.
struct Surroundings {
  std::optional<calendar::Calendar> working_days;
  feel::World world;
};

base::Result<std::unique_ptr<Surroundings>> surroundings(const std::string& calendar_table) {
  auto made = std::make_unique<Surroundings>();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  made->world.now = {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  std::random_device entropy;
  made->world.random = std::uint64_t{entropy()} << 32 | entropy();
  if (calendar_table.empty()) return made;
  TRY(const std::string table, contents(calendar_table));
  TRY(std::vector<calendar::YearPlan> plans, calendar::parse_table(table));
  TRY(calendar::Calendar days, calendar::Calendar::of(std::move(plans)));
  made->working_days = std::move(days);
  made->world.working_days = &*made->working_days;
  return made;
}

/// The entries of a value as names with components, so that "unit price" is read as one name after a point.
feel::Names shape_of(const feel::Value& value, int depth = 0) {
  constexpr int depth_max = 16;
  if (depth > depth_max) return {};
  if (value.kind() == feel::Kind::list && !value.as_list().empty()) return shape_of(value.as_list().front(), depth + 1);
  feel::Names names;
  if (value.kind() == feel::Kind::context)
    for (const auto& [key, entry] : value.as_context().entries())
      names.push_back({.name = key, .components = shape_of(entry, depth + 1)});
  return names;
}

/// A file of inputs: JSON, or else a FEEL context.
base::Result<feel::Context> read_context(const std::string& path, const feel::World& world) {
  if (path.empty()) return feel::Context();
  TRY(const std::string text, contents(path));
  base::Result<feel::Value> json = feel::parse_json(text);
  std::optional<feel::Value> value;
  if (json) {
    value = *json;
  } else if (const auto expression = feel::compile(text)) {
    value = feel::evaluate(*expression, {}, world).value;
  } else {
    return json.error();
  }
  if (value->kind() == feel::Kind::context) return value->as_context();
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "decision.context_invalid",
                     .message = {"“" + path + "”应当是一个对象（JSON）或 FEEL 上下文",
                                 "\"" + path + "\" must be an object (JSON) or a FEEL context"}};
}

void tell(const feel::Diagnostic& diagnostic, const std::string& element, std::ostream& err) {
  err << (element.empty() ? "" : element + ": ") << diagnostic.message.zh << " / " << diagnostic.message.en << " ("
      << diagnostic.code << ", " << diagnostic.offset << ")\n";
}

base::Result<std::vector<dmn::Source>> read_models(const std::vector<std::string>& paths) {
  std::vector<dmn::Source> sources;
  for (const std::string& path : paths) {
    TRY(std::string text, contents(path));
    sources.push_back({path.substr(path.find_last_of('/') + 1), std::move(text)});
  }
  return sources;
}

feel::Value words(const base::Text& text) {
  return feel::Context{{"zh", text.zh}, {"en", text.en}};
}

feel::Value explained(const dmn::Match& match) {
  const dmn::Row& row = *match.row;
  feel::List annotations(row.annotations.begin(), row.annotations.end());
  feel::List inputs;
  for (std::size_t cell = 0; cell < row.cells.size(); ++cell)
    inputs.push_back(
        feel::Context{{"input", row.cells[cell].input}, {"test", row.cells[cell].test}, {"value", match.values[cell]}});
  return feel::Context{{"decision", row.decision},
                       {"row", row.number},
                       {"rule", row.rule_id},
                       {"inputs", std::move(inputs)},
                       {"annotations", std::move(annotations)}};
}

feel::Value explained(const dmn::Outcome& outcome) {
  feel::List matches;
  for (const dmn::Match& match : outcome.matches) matches.push_back(explained(match));
  feel::List diagnostics;
  for (const dmn::Diagnostic& each : outcome.diagnostics)
    diagnostics.push_back(feel::Context{{"element", each.element},
                                        {"code", each.what.code},
                                        {"offset", static_cast<std::int64_t>(each.what.offset)},
                                        {"message", words(each.what.message)}});
  return feel::Context{
      {"value", outcome.value}, {"matches", std::move(matches)}, {"diagnostics", std::move(diagnostics)}};
}

base::Result<int> evaluate(const FeelCommand& command, std::ostream& out, std::ostream& err) {
  TRY(const std::unique_ptr<Surroundings> around, surroundings(command.calendar));
  TRY(const feel::Context context, read_context(command.context, around->world));
  TRY(const feel::Expression expression,
      feel::compile(command.expression, shape_of(context), dialect_of(command.dialect)));
  const feel::Outcome outcome = feel::evaluate(expression, context, around->world);
  out << feel::to_json(outcome.value) << "\n";
  for (const feel::Diagnostic& diagnostic : outcome.diagnostics) tell(diagnostic, {}, err);
  return outcome.limit_passed ? decision_refused : decided;
}

base::Result<int> evaluate(const DmnEvalCommand& command, std::ostream& out, std::ostream& err) {
  TRY(const std::unique_ptr<Surroundings> around, surroundings(command.calendar));
  TRY(const feel::Context inputs, read_context(command.input, around->world));
  TRY(const std::vector<dmn::Source> sources, read_models(command.models));
  TRY(const std::shared_ptr<const dmn::Model> model,
      dmn::compile(sources, {.dialect = dialect_of(command.dialect), .tolerate_faults = false}));
  TRY(const dmn::Outcome outcome, dmn::evaluate(*model, command.decision, inputs, around->world));
  out << feel::to_json(command.explains ? explained(outcome) : outcome.value) << "\n";
  if (!command.explains)
    for (const dmn::Diagnostic& diagnostic : outcome.diagnostics) tell(diagnostic.what, diagnostic.element, err);
  return outcome.limit_passed ? decision_refused : decided;
}

const char* kind_of(dmn::Finding::Kind kind) {
  switch (kind) {
    case dmn::Finding::Kind::gap:
      return "空缺 gap";
    case dmn::Finding::Kind::overlap:
      return "重叠 overlap";
    case dmn::Finding::Kind::never_matches:
      return "永不命中 never matches";
    case dmn::Finding::Kind::not_judged:
      return "未查完 not judged";
  }
  return "";
}

}  // namespace

int run(const FeelCommand& command, std::ostream& out, std::ostream& err) {
  const base::Result<int> code = evaluate(command, out, err);
  return code ? *code : refused(code.error(), err);
}

int run(const DmnEvalCommand& command, std::ostream& out, std::ostream& err) {
  const base::Result<int> code = evaluate(command, out, err);
  return code ? *code : refused(code.error(), err);
}

int run(const DmnCheckCommand& command, std::ostream& out, std::ostream& err) {
  const auto sources = read_models(command.models);
  if (!sources) return refused(sources.error(), err);
  std::size_t faults = 0;
  std::size_t findings = 0;
  // Each file is checked as the one meant, the others stand by to be imported.
  std::vector<dmn::Source> turned = *sources;
  for (const dmn::Source& source : *sources) {
    const auto model = dmn::compile(turned, {.dialect = dialect_of(command.dialect), .tolerate_faults = false});
    std::rotate(turned.begin(), turned.begin() + 1, turned.end());
    if (!model) {
      refused(model.error(), err);
      faults += std::max<std::size_t>(1, model.error().places.size());
      continue;
    }
    for (const dmn::Finding& finding : dmn::analyse(**model)) {
      ++findings;
      out << source.name << ": " << kind_of(finding.kind) << ": " << finding.decision << ": " << finding.message.zh
          << " / " << finding.message.en << "\n";
    }
  }
  out << sources->size() << " checked, " << faults << " faults, " << findings << " findings\n";
  return faults == 0 ? decided : decision_refused;
}

}  // namespace server
