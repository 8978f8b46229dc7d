/// The command line of the decision languages: `yichuang feel` and `yichuang dmn`. Needs no data folder.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace server {

/// How these commands end, besides the command line's own usage errors.
enum DecisionExit : int {
  decided = 0,           // evaluated; nothing wrong with the model; every case of the kit passed
  decision_refused = 1,  // the expression, model or input is at fault, a limit was passed, or a case failed
  no_kit = 3             // `dmn tck`: the folder holds no suite
};

/// `yichuang feel EXPRESSION [--context FILE] [--dialect camunda]`
struct FeelCommand {
  std::string expression;
  std::string context;  // a file: JSON, or a FEEL context, which can also hold dates and durations
  std::string dialect = "standard";
  std::string calendar;  // a table of working days (catalogue/calendar/workdays.csv); empty: none
};

/// `yichuang dmn eval MODEL… --decision NAME --input FILE [--explain]`
struct DmnEvalCommand {
  std::vector<std::string> models;  // the first is meant, the others are imported
  std::string decision;
  std::string input;
  std::string dialect = "standard";
  std::string calendar;
  bool explains = false;
};

/// `yichuang dmn check MODEL…`
struct DmnCheckCommand {
  std::vector<std::string> models;
  std::string dialect = "standard";
};

/// `yichuang dmn tck DIR [--csv FILE] [--strict] [--failures]`
struct TckCommand {
  std::string folder;
  std::string csv;
  bool is_strict = false;
  bool shows_failures = false;
};

/// The value as JSON on `out`, one line; what went wrong on the way on `err`.
int run(const FeelCommand& command, std::ostream& out, std::ostream& err);
/// The value as JSON on `out`; with `explains` an object of value, rows that matched, inputs and diagnostics.
int run(const DmnEvalCommand& command, std::ostream& out, std::ostream& err);
/// Every fault and finding of each model, and a last line with their number. A finding is no fault.
int run(const DmnCheckCommand& command, std::ostream& out, std::ostream& err);
/// Runs every suite under the folder, which may be the kit, a level or one suite; the last line is
/// "N passed, N failed". Cases that used emulated Java functions are counted openly in a line of their own.
int run(const TckCommand& command, std::ostream& out, std::ostream& err);

}  // namespace server
