// The conformance kit as a test: every case must pass, strictly read. Without the kit it says so and ends with 77.
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "server/decision_commands.h"

int main(int count, char** arguments) {
  const char* named = std::getenv("YICHUANG_TCK");
  const std::string folder = count > 1 ? arguments[1] : named ? named : KIT_BESIDE;
  if (!std::filesystem::is_directory(folder)) {
    constexpr int skipped = 77;
    std::cout << "skipped: the conformance kit is not at " << folder << "; name its folder in YICHUANG_TCK to run it\n";
    return skipped;
  }
  return server::run(server::TckCommand{.folder = folder, .csv = {}, .is_strict = true, .shows_failures = true},
                     std::cout, std::cerr);
}
