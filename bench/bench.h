/// The benchmarks' common ground: what a part measures goes into one table, each figure beside its floor or bar.
#pragma once

#include <string>
#include <vector>

namespace bench {

struct Line {
  std::string what;
  std::string figure;
  std::string beside;  // the floor measured in the same run, or the bar
  bool good = true;    // whether the bar is met; true when there is none
};
using Table = std::vector<Line>;

/// The storage face beside plain SQL.
Table storage();
/// Completed tasks inside the program beside plain SQL that writes the same rows; cost at 1,000 and 1,000,000 events.
Table tasks();
Table growth();
/// The program over HTTP: start, memory, empty handler, completed tasks, a case page at a fixed rate.
Table http();
/// FEEL and DMN beside hand-written C++.
Table feel();

/// Signed certificates: PDF, OFD, QR codes.
Table certificates();
/// The public log: checkpoints under load, a proof in a long log, the price of an entry.
Table logs();
/// 1,000,000 waiting cases: size, start, timers; minutes.
Table waiting();
/// A batch over 100,000 cases.
Table many_cases();
/// The process kernel alone, without a store: steps, a hundred thousand instances of a task, size of an idle instance.
Table processes();
/// Searching a register of 1,000,000 entities, and of 10,000,000, which takes minutes to write.
Table search_register();
Table search_large();
/// An existing register of 100,000 rows taken over on the command line, and written again.
Table import_register();
Table district();

/// "12,345"
std::string grouped(double number);
/// "84 %"
std::string percent(double part, double whole);

}  // namespace bench
