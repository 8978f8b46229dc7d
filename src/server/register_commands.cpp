#include "register_commands.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "kernel/feel/value.h"
#include "parts.h"

namespace server {
namespace {

constexpr std::uintmax_t file_bytes_max = 400'000'000;
constexpr auto progress_pause = std::chrono::milliseconds(500);
constexpr int rejects_printed = 20;

base::Error file_unreadable(const std::string& file) {
  return {.kind = base::Refusal::invalid,
          .code = "server.file_unreadable",
          .message = {"无法读取文件" + file, "The file " + file + " cannot be read."}};
}

base::Result<std::string> bytes_of(const std::string& file) {
  std::error_code problem;
  if (const auto size = std::filesystem::file_size(file, problem); problem || size > file_bytes_max)
    return file_unreadable(file);
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in) return file_unreadable(file);
  return std::move(bytes).str();
}

base::Result<void> write_bytes(const std::string& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << bytes;
  out.close();
  if (out) return {};
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "server.file_unwritable",
                     .message = {"无法写入文件" + file, "The file " + file + " cannot be written."}};
}

base::Result<http::Table::Format> format_of(const std::string& file) {
  if (file.ends_with(".csv")) return http::Table::Format::csv;
  if (file.ends_with(".xlsx")) return http::Table::Format::xlsx;
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "server.format_unknown",
                     .message = {"文件名应以.csv或.xlsx结尾", "The name of the file ends with .csv or .xlsx."}};
}

imports::Moment moment_of(const Program::Parts& parts, const std::string& division) {
  return {.actor = {.person = {},
                    .name = "命令行",
                    .staff = true,
                    .roles = {},
                    .scope = access_control::Scope::of_division(division)},
          .division = division,
          .office = "centre",
          .now = parts.now()};
}

base::Id new_id(const Program::Parts& parts) {
  std::ifstream random("/dev/urandom", std::ios::binary);
  std::uint32_t bits = 0;
  random.read(reinterpret_cast<char*>(&bits), sizeof bits);
  return base::make_id(parts.now(), bits);
}

std::string counts(const imports::Batch& batch) {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  return "批次 / batch " + base::to_text(batch.id) + ": " + imports::state_text(batch.state).zh + " / " +
         imports::state_text(batch.state).en + "\n  " + number(batch.rows_total) + " 行 / rows, " +
         number(batch.rows_accepted) + " 通过 / accepted, " + number(batch.rows_rejected) + " 未通过 / rejected";
}

/// The first rejects in words, and all of them in the file that was asked for.
base::Result<std::string> report(const std::vector<imports::Reject>& rejects, const std::string& file) {
  std::string text;
  for (std::size_t i = 0; i < rejects.size() && i < rejects_printed; ++i) {
    const imports::Reject& reject = rejects[i];
    text += "\n  " + std::to_string(reject.line) + " " + reject.heading + " “" + reject.value +
            "”: " + reject.message.zh + " / " + reject.message.en;
  }
  if (file.empty()) return text;
  http::Table table(http::Table::Format::csv, {"行 line", "列 column", "值 value", "原因", "reason", "code"});
  for (const imports::Reject& reject : rejects)
    table.add(
        {std::to_string(reject.line), reject.heading, reject.value, reject.message.zh, reject.message.en, reject.code});
  TRY(std::ignore, write_bytes(file, table.finish()));
  return text + "\n  → " + file;
}

base::Result<std::string> undo(Program::Parts& parts, const ImportCommand& command) {
  const auto batch = base::parse_id(command.undo);
  TRY(const imports::Batch undoing, parts.store->write_result([&](storage::Transaction& transaction) {
    return parts.imports->undo(transaction, batch.value_or(base::Id{}), command.reason,
                               moment_of(parts, command.division));
  }));
  TRY(const imports::Batch undone, parts.imports->work(*parts.store, undoing.id, parts.now()));
  return counts(undone);
}

std::string text_of(const feel::Context& context, std::string_view key) {
  const feel::Value* value = context.find(key);
  return value && value->kind() == feel::Kind::string ? value->as_string() : std::string();
}

constexpr std::string_view import_word = "import ";
constexpr std::string_view export_word = "export ";

}  // namespace

std::string line_of(const ImportCommand& command) {
  feel::Context columns;
  for (const auto& [heading, item] : command.columns) columns.put(heading, item);
  feel::Context context;
  context.put("file", command.file);
  context.put("columns", std::move(columns));
  context.put("encoding", command.encoding);
  context.put("dry_run", command.is_dry_run);
  context.put("rejects", command.rejects);
  context.put("undo", command.undo);
  context.put("reason", command.reason);
  context.put("division", command.division);
  return std::string(import_word) + feel::to_json(feel::Value(std::move(context)));
}

std::string line_of(const ExportCommand& command) {
  feel::Context context;
  context.put("file", command.file);
  context.put("search", command.search);
  context.put("kind", command.kind);
  context.put("status", command.status);
  context.put("township", command.township);
  context.put("industry", command.industry);
  context.put("division", command.division);
  return std::string(export_word) + feel::to_json(feel::Value(std::move(context)));
}

std::optional<std::string> obey_register(Program::Parts& parts, const std::string& line) {
  const bool imports = line.starts_with(import_word);
  if (!imports && !line.starts_with(export_word)) return std::nullopt;
  const auto read = feel::parse_json(line.substr(import_word.size()));
  if (!read || read.value().kind() != feel::Kind::context) return "error unreadable command\n";
  const feel::Context& said = read.value().as_context();
  base::Result<std::string> done = std::string();
  if (imports) {
    ImportCommand command{.file = text_of(said, "file"),
                          .encoding = text_of(said, "encoding"),
                          .is_dry_run = said.find("dry_run") && *said.find("dry_run") == feel::Value(true),
                          .rejects = text_of(said, "rejects"),
                          .undo = text_of(said, "undo"),
                          .reason = text_of(said, "reason"),
                          .division = text_of(said, "division")};
    if (const feel::Value* columns = said.find("columns"); columns && columns->kind() == feel::Kind::context)
      for (const auto& [heading, item] : columns->as_context().entries())
        if (item.kind() == feel::Kind::string) command.columns[heading] = item.as_string();
    done = run(parts, command, {});
  } else {
    done = run(parts, ExportCommand{.file = text_of(said, "file"),
                                    .search = text_of(said, "search"),
                                    .kind = text_of(said, "kind"),
                                    .status = text_of(said, "status"),
                                    .township = text_of(said, "township"),
                                    .industry = text_of(said, "industry"),
                                    .division = text_of(said, "division")});
  }
  if (done) return done.value() + "\n";
  std::string text = "error " + done.error().message.zh + " / " + done.error().message.en + "\n";
  for (const base::Place& place : done.error().places)
    text += "  " + place.path + ": " + place.message.zh + " / " + place.message.en + "\n";
  return text;
}

base::Result<std::string> run(Program::Parts& parts, const ImportCommand& command, const Progressed& progress) {
  if (!command.undo.empty()) return undo(parts, command);
  TRY(std::string bytes, bytes_of(command.file));
  const imports::NewBatch wanted{.id = new_id(parts),
                                 .file_name = std::filesystem::path(command.file).filename().string(),
                                 .bytes = std::move(bytes),
                                 .encoding = command.encoding,
                                 .said = command.columns};
  const imports::Moment moment = moment_of(parts, command.division);
  TRY(const imports::Checked checked, parts.store->read_value([&](storage::Snapshot& snapshot) {
    return parts.imports->check(snapshot, wanted, moment);
  }));
  TRY(std::string rejected, report(checked.rejects, command.rejects));
  if (command.is_dry_run) return counts(checked.batch) + rejected;
  TRY(std::ignore, parts.store->write_result([&](storage::Transaction& transaction) -> base::Result<imports::Batch> {
    const imports::Batch batch = parts.imports->keep(transaction, checked, wanted.bytes);
    if (batch.rows_accepted == 0) return batch;
    return parts.imports->start(transaction, batch.id, moment);
  }));
  if (checked.batch.rows_accepted == 0) return counts(checked.batch) + rejected;
  const std::jthread teller([&](const std::stop_token& stop) {
    while (progress && !stop.stop_requested()) {
      const auto now = parts.store->read_value(
          [&](storage::Snapshot& snapshot) { return imports::find_batch(snapshot, moment.actor.scope, wanted.id); });
      if (now) progress(now->rows_done, now->rows_total);
      std::this_thread::sleep_for(progress_pause);
    }
  });
  TRY(const imports::Batch batch, parts.imports->work(*parts.store, wanted.id, parts.now()));
  return counts(batch) + (batch.reason.empty() ? "" : "\n  " + batch.reason) + rejected;
}

base::Result<std::string> run(Program::Parts& parts, const ExportCommand& command) {
  TRY(const http::Table::Format format, format_of(command.file));
  TRY(const imports::Exported exported, parts.store->read_value([&](storage::Snapshot& snapshot) {
    return imports::export_register(snapshot, access_control::Scope::of_division(command.division),
                                    {.text = command.search,
                                     .kind = command.kind,
                                     .status = command.status,
                                     .township = command.township,
                                     .industry = command.industry,
                                     .with_person = true},
                                    format);
  }));
  TRY(std::ignore, write_bytes(command.file, exported.bytes));
  return std::to_string(exported.rows) + " 个主体 / entities → " + command.file;
}

}  // namespace server
