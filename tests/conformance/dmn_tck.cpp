// dmn_tck [DIR] [--csv FILE] [--strict] [--failures] [--at-least N]: runs the public DMN conformance kit.
//
// Without DIR the kit is looked for in the environment variable YICHUANG_TCK, then beside the repository; when it is in
// neither place the program says so and ends with 77 ("skipped"). The last line is "N passed, N failed".
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/dmn/conformance.h"

namespace {

namespace fs = std::filesystem;

constexpr int skipped = 77;

struct Options {
  std::string folder;
  std::string csv;
  bool is_strict = false;
  bool shows_failures = false;
  int at_least = 0;  // cases that must pass; 0: all of them
};

struct Tally {
  int passed = 0;
  int failed = 0;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Every folder under `root` that holds a model and test files, in order.
std::vector<fs::path> suites_under(const fs::path& root) {
  std::vector<fs::path> suites;
  const auto consider = [&](const fs::path& folder) {
    bool has_model = false;
    bool has_tests = false;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      has_model = has_model || entry.path().extension() == ".dmn";
      has_tests = has_tests || entry.path().filename().string().find("-test-") != std::string::npos;
    }
    if (has_model && has_tests) suites.push_back(folder);
  };
  consider(root);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root))
    if (entry.is_directory()) consider(entry.path());
  std::sort(suites.begin(), suites.end());
  return suites;
}

Tally run_suite(const fs::path& suite, const Options& options, std::string& csv) {
  std::vector<dmn::Source> models;
  std::vector<fs::path> tests;
  for (const fs::directory_entry& entry : fs::directory_iterator(suite)) {
    if (entry.path().extension() == ".dmn")
      models.push_back({entry.path().filename().string(), contents(entry.path())});
    if (entry.path().extension() == ".xml" && entry.path().filename().string().find("-test-") != std::string::npos)
      tests.push_back(entry.path());
  }
  std::sort(models.begin(), models.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::sort(tests.begin(), tests.end());
  const std::string name = suite.parent_path().filename().string() + "/" + suite.filename().string();
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const feel::World world{.now = {now.count()}};
  Tally tally;
  for (const fs::path& test : tests) {
    const auto verdicts = dmn::judge_suite(models, suite.filename().string() + ".dmn", contents(test),
                                           options.is_strict ? dmn::Reading::strict : dmn::Reading::lenient, world);
    if (!verdicts) {
      std::cout << name << ": " << verdicts.error().message.en << "\n";
      ++tally.failed;
      continue;
    }
    for (const dmn::Verdict& verdict : *verdicts) {
      const bool is_passed = verdict.kind == dmn::Verdict::Kind::success;
      ++(is_passed ? tally.passed : tally.failed);
      csv += dmn::csv_row(name, test.stem().string(), verdict);
      if (!is_passed && options.shows_failures)
        std::cout << "  " << name << " " << verdict.test_case << ": " << verdict.detail << "\n";
    }
  }
  if (tally.failed > 0) std::cout << name << ": " << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally;
}

std::string default_folder() {
  if (const char* named = std::getenv("YICHUANG_TCK")) return named;
  return KIT_BESIDE;
}

bool read_arguments(int count, char** arguments, Options& options) {
  for (int index = 1; index < count; ++index) {
    const std::string_view argument = arguments[index];
    if (argument == "--strict") {
      options.is_strict = true;
    } else if (argument == "--failures") {
      options.shows_failures = true;
    } else if (argument == "--at-least" && index + 1 < count) {
      options.at_least = std::atoi(arguments[++index]);
    } else if (argument == "--csv" && index + 1 < count) {
      options.csv = arguments[++index];
    } else if (!argument.starts_with("--") && options.folder.empty()) {
      options.folder = argument;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!read_arguments(count, arguments, options)) {
    std::cerr << "usage: dmn_tck [DIR] [--csv FILE] [--strict] [--failures] [--at-least N]\n";
    return 2;
  }
  if (options.folder.empty()) options.folder = default_folder();
  if (!fs::is_directory(options.folder)) {
    std::cout << "skipped: the conformance kit is not at " << options.folder
              << "; name its folder in YICHUANG_TCK to run it\n";
    return skipped;
  }
  Tally total;
  int suites_full = 0;
  double share_sum = 0;
  std::string csv;
  const std::vector<fs::path> suites = suites_under(options.folder);
  for (const fs::path& suite : suites) {
    const Tally tally = run_suite(suite, options, csv);
    total.passed += tally.passed;
    total.failed += tally.failed;
    suites_full += tally.failed == 0;
    if (tally.passed + tally.failed > 0) share_sum += double(tally.passed) / (tally.passed + tally.failed);
  }
  if (!options.csv.empty()) std::ofstream(options.csv, std::ios::binary) << csv;
  if (suites.empty()) std::cout << "no suite found under " << options.folder << "\n";
  const double share = suites.empty() ? 0 : 100 * share_sum / static_cast<double>(suites.size());
  std::cout << suites_full << " of " << suites.size() << " suites fully passed, " << share << " % average per suite\n";
  if (options.at_least > 0 && !suites.empty()) {
    // What passed once must go on passing, while the rest is being worked on.
    std::cout << total.passed << " of " << total.passed + total.failed << " cases of the kit pass; at least "
              << options.at_least << " must\n";
    return total.passed >= options.at_least ? 0 : 1;
  }
  std::cout << total.passed << " passed, " << total.failed << " failed\n";
  return total.failed == 0 && !suites.empty() ? 0 : 1;
}
