/// The command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "program.h"
#include "storage/storage.h"

namespace {

/// Prints a refusal with everything that is wrong. Returns the exit code.
int refused(const base::Error& error) {
  std::fprintf(stderr, "%s\n%s\n(%s)\n", error.message.zh.c_str(), error.message.en.c_str(), error.code.c_str());
  for (const base::Place& place : error.places)
    std::fprintf(stderr, "  %s: %s / %s\n", place.path.c_str(), place.message.zh.c_str(), place.message.en.c_str());
  return 1;
}

void add_common(CLI::App& command, server::Options& options) {
  command.add_option("--data", options.data, "folder of database, files and secrets")->envname("YICHUANG_DATA");
  command
      .add_option("--database", options.database, "sqlite:FILE or postgresql://…; default: SQLite in the data folder")
      ->envname("YICHUANG_DATABASE");
  command.add_option("--catalogue", options.catalogue, "folder of services, rules and templates")
      ->envname("YICHUANG_CATALOGUE");
  command.add_flag("--demonstration", options.demonstration, "mark every document as a demonstration copy");
}

template <class Use>
int with_program(const server::Options& options, Use use) {
  auto program = server::Program::build(options);
  if (!program) return refused(program.error());
  return use(*program.value());
}

int print_result(const base::Result<std::string>& result) {
  if (!result) return refused(result.error());
  std::printf("%s\n", result.value().c_str());
  return 0;
}

int run_demo(server::Program& program, const server::Demonstration& wanted) {
  if (!program.is_empty()) {
    std::printf("演示数据已经装入 / the demonstration data is there already\n");
    return 0;
  }
  const auto loaded = program.load_demonstration(wanted, [](const std::string& step) {
    std::printf("  %s\n", step.c_str());
    std::fflush(stdout);
  });
  return loaded ? 0 : refused(loaded.error());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Yichuang (一窗): the work of a district market regulation bureau, in one program", "yichuang");
  app.set_version_flag("--version", server::version);
  app.require_subcommand(1);
  server::Options options;
  std::string path;

  CLI::App* serve = app.add_subcommand("serve", "serve the pages and the API");
  add_common(*serve, options);
  serve->add_option("--address", options.address, "address to listen at");
  serve->add_option("--port", options.port, "port to listen at");
  serve->add_option("--base-url", options.base_url, "address printed in QR codes")->envname("YICHUANG_BASE_URL");
  serve->add_option("--proxy", options.proxy_address, "address of the proxy whose X-Forwarded-For is believed");
  serve->add_flag("--secure-cookies", options.secure_cookies, "behind TLS: cookies for secure connections only");
  serve->add_option("--clock-shift", options.clock_shift_s, "seconds added to the clock; demonstration only");
  serve->add_option("--workers", options.workers, "threads that answer requests");

  CLI::App* demo = app.add_subcommand("demo", "fill an empty database with the demonstration district");
  add_common(*demo, options);
  server::Demonstration wanted;
  demo->add_option("--seed", wanted.seed, "another seed makes another district of the same size");
  demo->add_flag("--small", wanted.small, "a few hundred entities only, for tests");
  CLI::App* backup = app.add_subcommand("backup", "copy database and files into a new folder");
  add_common(*backup, options);
  backup->add_option("target", path, "the new folder")->required();
  CLI::App* restore = app.add_subcommand("restore", "check a backup and put it in place; never overwrites");
  add_common(*restore, options);
  restore->add_option("source", path, "the backup's folder")->required();
  CLI::App* check = app.add_subcommand("check", "check database, event sequences and files");
  add_common(*check, options);
  CLI::App* openapi = app.add_subcommand("openapi", "print the OpenAPI document");
  add_common(*openapi, options);

  CLI11_PARSE(app, argc, argv);
  try {
    if (*serve)
      return with_program(options, [](server::Program& program) {
        const auto served = program.serve();
        return served ? 0 : refused(served.error());
      });
    if (*demo) {
      options.demonstration = true;
      return with_program(options, [&](server::Program& program) { return run_demo(program, wanted); });
    }
    if (*backup) {
      path = std::filesystem::absolute(path);
      if (const auto answer = server::ask_running(options, "backup " + path)) {
        std::printf("%s", answer->c_str());
        return answer->starts_with("error") ? 1 : 0;
      }
      return with_program(options, [&](server::Program& program) { return print_result(program.backup(path)); });
    }
    if (*restore)
      return print_result(storage::restore_all(path, {server::database_of(options), server::files_of(options)}));
    if (*check) return with_program(options, [](server::Program& program) { return print_result(program.check()); });
    if (*openapi)
      return with_program(options, [](server::Program& program) {
        std::printf("%s\n", program.openapi().c_str());
        return 0;
      });
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "故障 / fault: %s\n", fault.what());
    return 2;
  }
  return 0;
}
