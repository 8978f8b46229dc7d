#include "process_commands.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <ostream>

#include "kernel/bpmn/bpmn.h"
#include "kernel/bpmn/play.h"
#include "kernel/calendar/calendar.h"

namespace server {
namespace {

constexpr std::size_t file_bytes_max = 32u << 20;

base::Result<std::string> contents(const std::string& path) {
  const base::Error unreadable{.kind = base::Refusal::not_found,
                               .code = "process.file_unreadable",
                               .message = {"文件“" + path + "”无法读取，或超过 32 MB",
                                           "the file \"" + path + "\" cannot be read, or is larger than 32 MB"}};
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable;
  std::string text;
  char block[65'536];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > file_bytes_max) return unreadable;
  }
  if (file.bad()) return unreadable;
  return text;
}

int refused(const base::Error& error, std::ostream& err) {
  err << error.message.zh << "\n" << error.message.en << "\n(" << error.code << ")\n";
  for (const base::Place& place : error.places)
    err << "  " << place.path << ": " << place.message.zh << " / " << place.message.en << " (" << place.code << ")\n";
  return process_refused;
}

base::Result<void> play(const BpmnPlayCommand& command, std::ostream& out) {
  TRY(const std::string model, contents(command.model));
  std::string script;
  if (!command.script.empty()) {
    TRY(script, contents(command.script));
  }
  std::optional<calendar::Calendar> working_days;
  if (!command.calendar.empty()) {
    TRY(const std::string table, contents(command.calendar));
    TRY(std::vector<calendar::YearPlan> plans, calendar::parse_table(table));
    TRY(calendar::Calendar days, calendar::Calendar::of(std::move(plans)));
    working_days = std::move(days);
  }
  const bpmn::PlayOptions options{.auto_tasks = command.completes_tasks,
                                  .working_days = working_days ? &*working_days : nullptr};
  return bpmn::play(model, script, options, [&](const std::string& line) { out << line << "\n"; });
}

/// The processes to deploy: those marked as executable, or all when none is.
base::Result<std::vector<std::string>> processes_of(const std::string& model) {
  TRY(const bpmn::Outline outline, bpmn::outline_of(model));
  std::vector<std::string> all;
  std::vector<std::string> executable;
  for (const bpmn::Outline::Process& process : outline.processes) {
    all.push_back(process.id);
    if (process.executable) executable.push_back(process.id);
  }
  return executable.empty() ? all : executable;
}

}  // namespace

int run(const BpmnPlayCommand& command, std::ostream& out, std::ostream& err) {
  const auto done = play(command, out);
  return done ? played : refused(done.error(), err);
}

int run(const BpmnCheckCommand& command, std::ostream& out, std::ostream& err) {
  std::size_t faults = 0;
  std::size_t warnings = 0;
  const auto tell = [&](const std::string& file, const char* kind, const base::Place& place) {
    out << file << ": " << kind << ": " << place.path << ": " << place.message.zh << " / " << place.message.en << " ("
        << place.code << ")\n";
  };
  for (const std::string& path : command.models) {
    const auto model = contents(path);
    const auto processes = model ? processes_of(*model) : base::Result<std::vector<std::string>>(model.error());
    if (!processes) {
      refused(processes.error(), err);
      ++faults;
      continue;
    }
    if (processes->empty()) {
      ++faults;
      tell(path, "错误 fault",
           {.path = "",
            .code = "bpmn.process_missing",
            .message = {"文件中没有可以执行的流程", "the file holds no process with elements"}});
    }
    for (const std::string& process : *processes) {
      const auto definition = bpmn::compile(*model, {.source = path, .process = process});
      if (!definition) {
        faults += definition.error().places.size();
        for (const base::Place& place : definition.error().places) tell(path, "错误 fault", place);
        continue;
      }
      for (const bpmn::Finding& finding : bpmn::findings_of(**definition)) {
        ++(finding.fatal ? faults : warnings);
        tell(path, finding.fatal ? "错误 fault" : "警告 warning", finding.place);
      }
    }
  }
  out << command.models.size() << " checked, " << faults << " faults, " << warnings << " warnings\n";
  return faults == 0 ? played : process_refused;
}

}  // namespace server
