/// Runs the benchmarks (or those whose name contains the first argument) and prints one table in Markdown.
#include <cstdio>
#include <exception>
#include <string_view>

#include "bench.h"

namespace bench {

std::string grouped(double number) {
  std::string text = std::to_string(static_cast<long long>(number + 0.5));
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string percent(double part, double whole) {
  return std::to_string(static_cast<int>(100 * part / whole + 0.5)) + " %";
}

}  // namespace bench

int main(int argc, char** argv) try {
  const std::string_view filter = argc > 1 ? argv[1] : "";
  bench::Table table;
  int run = 0;
  for (const auto& [name, part] :
       {std::pair{"storage", &bench::storage}, std::pair{"tasks", &bench::tasks}, std::pair{"growth", &bench::growth},
        std::pair{"http", &bench::http}, std::pair{"feel", &bench::feel},
        std::pair{"certificates", &bench::certificates}, std::pair{"logs", &bench::logs},
        std::pair{"register", &bench::search_register}, std::pair{"large", &bench::search_large},
        std::pair{"import", &bench::import_register}, std::pair{"district", &bench::district},
        std::pair{"bpmn", &bench::processes}, std::pair{"batches", &bench::many_cases},
        std::pair{"waiting", &bench::waiting}}) {
    if (std::string_view(name).find(filter) == std::string_view::npos) continue;
    // Minutes and many gigabytes: only when asked for.
    if (filter.empty() && (std::string_view(name) == "large" || std::string_view(name) == "waiting")) continue;
    ++run;
    std::fprintf(stderr, "measuring: %s\n", name);
    for (bench::Line& line : part()) table.push_back(std::move(line));
  }
  if (run == 0) {
    std::fprintf(
        stderr,
        "no benchmark is called like that: storage, tasks, growth, http, feel, certificates, logs, register, large, "
        "import, district, bpmn, batches, waiting\n");
    return 2;
  }
  std::printf("| What | Figure | Floor of the same run, or bar | |\n|---|---|---|---|\n");
  bool good = true;
  for (const bench::Line& line : table) {
    std::printf("| %s | %s | %s | %s |\n", line.what.c_str(), line.figure.c_str(), line.beside.c_str(),
                line.good ? "" : "below the bar");
    good = good && line.good;
  }
  if (!good) std::printf("\nA bar is missed on this machine.\n");
  return 0;
} catch (const std::exception& fault) {
  std::fprintf(stderr, "%s\n", fault.what());
  return 1;
}
