// `yichuang dmn tck`: the public DMN conformance kit, from its folders to its CSV.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string_view>
#include <system_error>

#include "decision_commands.h"
#include "kernel/dmn/conformance.h"

namespace server {
namespace {

namespace fs = std::filesystem;

struct Tally {
  int passed = 0;
  int failed = 0;
  int emulated = 0;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool is_model(const fs::path& path) {
  return path.extension() == ".dmn";
}

bool is_test(const fs::path& path) {
  return path.extension() == ".xml" && path.filename().string().find("-test-") != std::string::npos;
}

std::vector<fs::path> files_in(const fs::path& folder, bool (*is_wanted)(const fs::path&)) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && is_wanted(entry.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Every folder under `root`, itself included, that holds test files, in order.
std::vector<fs::path> suites_under(const fs::path& root) {
  std::vector<fs::path> suites;
  if (!files_in(root, is_test).empty()) suites.push_back(root);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
    if (entry.is_directory() && !files_in(entry.path(), is_test).empty()) suites.push_back(entry.path());
  std::sort(suites.begin(), suites.end());
  return suites;
}

Tally run_suite(const fs::path& suite, const TckCommand& command, const feel::World& world, std::string& csv,
                std::ostream& out) {
  std::vector<dmn::Source> models;
  for (const fs::path& path : files_in(suite, is_model)) models.push_back({path.filename().string(), contents(path)});
  const std::string name = suite.parent_path().filename().string() + "/" + suite.filename().string();
  const dmn::Reading reading = command.is_strict ? dmn::Reading::strict : dmn::Reading::lenient;
  Tally tally;
  for (const fs::path& test : files_in(suite, is_test)) {
    const auto verdicts = dmn::judge_suite(models, suite.filename().string() + ".dmn", contents(test), reading, world);
    if (!verdicts) {
      out << name << ": " << test.filename().string() << ": " << verdicts.error().message.en << "\n";
      ++tally.failed;
      continue;
    }
    for (const dmn::Verdict& verdict : *verdicts) {
      const bool is_passed = verdict.kind == dmn::Verdict::Kind::success;
      ++(is_passed ? tally.passed : tally.failed);
      tally.emulated += is_passed && verdict.is_emulated;
      csv += dmn::csv_row(name, test.stem().string(), verdict);
      if (!is_passed && command.shows_failures)
        out << "  " << name << " " << verdict.test_case << ": " << verdict.detail << "\n";
    }
  }
  if (tally.failed > 0) out << name << ": " << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally;
}

}  // namespace

int run(const TckCommand& command, std::ostream& out, std::ostream& err) {
  std::error_code fault;
  if (!fs::is_directory(command.folder, fault)) {
    err << "没有这个文件夹 / there is no such folder: " << command.folder << "\n";
    return no_kit;
  }
  const fs::path root = fs::canonical(command.folder);
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
  const feel::World world{.now = {now.count()}};
  const std::vector<fs::path> suites = suites_under(root);
  Tally total;
  int suites_full = 0;
  double share_sum = 0;
  std::string csv;
  for (const fs::path& suite : suites) {
    const Tally tally = run_suite(suite, command, world, csv, out);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.emulated += tally.emulated;
    suites_full += tally.failed == 0;
    if (tally.passed + tally.failed > 0) share_sum += double(tally.passed) / (tally.passed + tally.failed);
  }
  if (suites.empty()) {
    err << "其中没有测试套件 / no suite found under " << command.folder << "\n";
    return no_kit;
  }
  if (!command.csv.empty() && !(std::ofstream(command.csv, std::ios::binary) << csv)) {
    err << "无法写入 / cannot write " << command.csv << "\n";
    return decision_refused;
  }
  out << suites_full << " of " << suites.size() << " suites fully passed, "
      << 100 * share_sum / static_cast<double>(suites.size()) << " % average per suite, "
      << (command.is_strict ? "strict" : "lenient") << " reading\n";
  if (total.emulated > 0)
    out << total.emulated
        << " of the passed cases call Java functions, which are emulated from a whitelist (docs/feel.md)\n";
  out << total.passed << " passed, " << total.failed << " failed\n";
  return total.failed == 0 ? decided : decision_refused;
}

}  // namespace server
