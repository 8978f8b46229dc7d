/// `yichuang import` and `yichuang export`: an existing register in, the register out. In a running server or in this
/// process.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "kernel/base/result.h"
#include "program.h"

namespace server {

struct ImportCommand {
  std::string file;
  std::map<std::string, std::string> columns = {};  // heading -> item
  std::string encoding = "detect";
  bool is_dry_run = false;
  std::string rejects = {};  // where the rows that did not pass are written, as CSV
  std::string undo = {};     // a batch to be undone instead
  std::string reason = {};   // why
  std::string division = "430211";
};
struct ExportCommand {
  std::string file;  // .csv or .xlsx
  std::string search = {};
  std::string kind = {};
  std::string status = {};
  std::string township = {};
  std::string industry = {};
  std::string division = "430211";
};

/// What is said to a running server, and read by it.
std::string line_of(const ImportCommand& command);
std::string line_of(const ExportCommand& command);
/// The answer to such a line; nothing when it is another one.
std::optional<std::string> obey_register(Program::Parts& parts, const std::string& line);

/// Returns what to print. `progress` is told rows done and all rows.
/// Errors: `server.file_unreadable`, `server.format_unknown`, those of imports.
using Progressed = std::function<void(std::int64_t done, std::int64_t total)>;
base::Result<std::string> run(Program::Parts& parts, const ImportCommand& command, const Progressed& progress);
base::Result<std::string> run(Program::Parts& parts, const ExportCommand& command);

}  // namespace server
