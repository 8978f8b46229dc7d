/// Uploads are parsed by this program started again, in a process that can do nothing else.
#include <spdlog/spdlog.h>

#include "modules/licensing/licensing.h"
#include "parts.h"
#include "program.h"
#include "sandbox/sandbox.h"

namespace server {
namespace {

const std::string word = "parse-upload";
constexpr int whole = 0;
constexpr int damaged = 1;
constexpr int failed = 2;

}  // namespace

bool parse_upload_enclosed(std::string_view content) {
  const auto status = sandbox::run("/proc/self/exe", word, content);
  if (!status || (*status != whole && *status != damaged))
    spdlog::warn("an upload of {} bytes was refused: its parser {}", content.size(),
                 status ? "could not be enclosed" : "crashed or used too much");
  return status == whole;
}

std::optional<int> run_enclosed(int argc, char** argv) {
  if (argc != 2 || argv[1] != word) return std::nullopt;
  try {
    sandbox::enclose();
    const auto content = sandbox::read_input(licensing::upload_bytes_max);
    return content && licensing::is_whole(*content) ? whole : damaged;
  } catch (const std::exception&) {
    return failed;
  }
}

}  // namespace server
