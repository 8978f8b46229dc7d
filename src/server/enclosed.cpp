/// Files that people bring are parsed by this program started again, in a process that can do nothing else.
#include <spdlog/spdlog.h>

#include "modules/licensing/licensing.h"
#include "parts.h"
#include "program.h"
#include "sandbox/sandbox.h"

namespace server {
namespace {

const char* const this_program = "/proc/self/exe";
constexpr std::string_view upload_word = "parse-upload";
constexpr int whole = 0;
constexpr int damaged = 1;
constexpr int failed = 2;

/// A spreadsheet stands in memory as its text, as a tree, as rows and as what is handed over.
constexpr std::size_t table_bytes_max = 400'000'000;
constexpr sandbox::Limits table_limits{.memory_bytes = 2'000'000'000,
                                       .processor = std::chrono::seconds(60),
                                       .patience = std::chrono::seconds(90),
                                       .output_bytes_max = 500'000'000};

std::string_view word_of(tables::Encoding encoding) {
  switch (encoding) {
    case tables::Encoding::detect:
      break;
    case tables::Encoding::utf8:
      return "read-table-utf8";
    case tables::Encoding::gb18030:
      return "read-table-gb18030";
  }
  return "read-table";
}

int parse_upload() {
  sandbox::enclose();
  const auto content = sandbox::read_input(licensing::upload_bytes_max);
  return content && licensing::is_whole(*content) ? whole : damaged;
}

int read_table(tables::Encoding encoding) {
  sandbox::enclose(table_limits);
  const auto bytes = sandbox::read_input(table_bytes_max);
  if (!bytes) return failed;
  sandbox::write_output(tables::pack(tables::read(*bytes, encoding)));
  return whole;
}

}  // namespace

bool parse_upload_enclosed(std::string_view content) {
  const auto status = sandbox::run(this_program, std::string(upload_word), content);
  if (!status || (*status != whole && *status != damaged))
    spdlog::warn("an upload of {} bytes was refused: its parser {}", content.size(),
                 status ? "could not be enclosed" : "crashed or used too much");
  return status == whole;
}

base::Result<tables::Table> read_table_enclosed(std::string_view bytes, tables::Encoding encoding) {
  const auto answer = sandbox::ask(this_program, std::string(word_of(encoding)), bytes, table_limits);
  if (answer && answer->status == whole) return tables::unpack(answer->output);
  spdlog::warn("a table of {} bytes was refused: its reader {}", bytes.size(),
               answer ? "failed" : "crashed or used too much");
  return tables::unreadable();
}

std::optional<int> run_enclosed(int argc, char** argv) {
  if (argc != 2) return std::nullopt;
  try {
    const std::string_view word = argv[1];
    if (word == upload_word) return parse_upload();
    for (const auto encoding : {tables::Encoding::detect, tables::Encoding::utf8, tables::Encoding::gb18030})
      if (word == word_of(encoding)) return read_table(encoding);
    return std::nullopt;
  } catch (const std::exception&) {
    return failed;
  }
}

}  // namespace server
