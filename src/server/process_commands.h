/// The command line of processes: `yichuang bpmn`. Needs no data folder.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace server {

/// How these commands end, besides the command line's own usage errors.
enum ProcessExit : int {
  played = 0,           // played to its end, whatever happened on the way; every model checked is sound
  process_refused = 1,  // a file can not be read, the script is wrong, or a model is at fault
};

/// `yichuang bpmn play MODEL [--script FILE] [--auto-tasks] [--calendar FILE]`
struct BpmnPlayCommand {
  std::string model;
  std::string script;
  std::string calendar;  // a table of working days (catalogue/calendar/workdays.csv); empty: none
  bool completes_tasks = false;
};

/// `yichuang bpmn check MODEL…`
struct BpmnCheckCommand {
  std::vector<std::string> models;
};

/// One line of JSON for each element event on `out`; the last line tells whether it is done, what waits and what is
/// wrong. See docs/bpmn.md.
int run(const BpmnPlayCommand& command, std::ostream& out, std::ostream& err);
/// Every fault and warning of each model, and a last line with their number. A warning is no fault.
int run(const BpmnCheckCommand& command, std::ostream& out, std::ostream& err);

}  // namespace server
