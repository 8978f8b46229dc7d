/// The command line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string_view>
#include <vector>

#include "decision_commands.h"
#include "process_commands.h"
#include "program.h"
#include "register_commands.h"
#include "storage/storage.h"
#include "verify_commands.h"

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

using Action = std::function<int()>;

template <class Command>
std::shared_ptr<Command> on(CLI::App& app, Action& action) {
  auto command = std::make_shared<Command>();
  app.callback([&action, command] { action = [command] { return server::run(*command, std::cout, std::cerr); }; });
  return command;
}

void add_dialect(CLI::App& app, std::string& dialect) {
  app.add_option("--dialect", dialect, "standard, or camunda for models drawn in Camunda tools")
      ->check(CLI::IsMember({"standard", "camunda"}));
}

constexpr const char* decision_exits =
    "Exit codes: 0 done; 1 the expression, model or input is at fault, a limit was passed, or a case failed;\n"
    "3 the folder of `tck` holds no suite; more than 100: wrong options.";
constexpr const char* calendar_help = "table of working days, such as catalogue/calendar/workdays.csv";

/// An expression may begin with a minus: what is none of the options of `feel` goes behind "--".
std::vector<const char*> with_expression_last(std::vector<const char*> arguments) {
  if (arguments.size() < 3 || std::string_view(arguments[1]) != "feel") return arguments;
  const auto is_option = [](std::string_view text) {
    if (text == "-h" || text == "--help" || text == "--") return true;
    text = text.substr(0, text.find('='));
    return text == "--context" || text == "--calendar" || text == "--dialect";
  };
  const auto begins_with_minus = [&](std::string_view text) { return text.starts_with('-') && !is_option(text); };
  const auto expression = std::stable_partition(arguments.begin() + 2, arguments.end(),
                                                [&](const char* each) { return !begins_with_minus(each); });
  if (expression != arguments.end() &&
      std::none_of(arguments.begin(), expression, [](std::string_view each) { return each == "--"; }))
    arguments.insert(expression, "--");
  return arguments;
}

/// `feel` and `dmn`, which need neither data folder nor catalogue. `action` is what was asked for.
void add_decision_commands(CLI::App& app, Action& action) {
  CLI::App* feel = app.add_subcommand("feel", "evaluate a FEEL expression; prints the value as JSON");
  feel->footer(decision_exits);
  const auto expression = on<server::FeelCommand>(*feel, action);
  feel->add_option("expression", expression->expression, "the expression")->required();
  feel->add_option("--context", expression->context, "file with the variables: JSON, or a FEEL context");
  feel->add_option("--calendar", expression->calendar, calendar_help);
  add_dialect(*feel, expression->dialect);

  CLI::App* dmn = app.add_subcommand("dmn", "evaluate, check and test DMN models");
  dmn->require_subcommand(1);
  dmn->footer(decision_exits);
  CLI::App* eval = dmn->add_subcommand("eval", "evaluate a decision; prints the value as JSON");
  const auto evaluation = on<server::DmnEvalCommand>(*eval, action);
  eval->add_option("model", evaluation->models, "the model, then those that it imports")->required();
  eval->add_option("--decision", evaluation->decision, "name or id of the decision")->required();
  eval->add_option("--input", evaluation->input, "file with the input data: JSON, or a FEEL context");
  eval->add_option("--calendar", evaluation->calendar, calendar_help);
  eval->add_flag("--explain", evaluation->explains, "print value, matched rows with their basis, and diagnostics");
  add_dialect(*eval, evaluation->dialect);

  CLI::App* check = dmn->add_subcommand("check", "list faults, gaps, overlaps and rows that can never match");
  const auto checked = on<server::DmnCheckCommand>(*check, action);
  check->add_option("models", checked->models, "the models; they may import each other")->required();
  add_dialect(*check, checked->dialect);

  CLI::App* tck = dmn->add_subcommand("tck", "run the public conformance kit: the folder, a level or one suite");
  const auto kit = on<server::TckCommand>(*tck, action);
  tck->add_option("folder", kit->folder, "folder with suites in the kit's layout")->required();
  tck->add_option("--csv", kit->csv, "write the kit's result file");
  tck->add_flag("--strict", kit->is_strict, "an expected error also needs a diagnostic");
  tck->add_flag("--failures", kit->shows_failures, "print each failed case");
}

/// `user`: one subcommand for each thing a technician does to an account.
void add_account_commands(CLI::App& app, server::Options& options, server::AccountCommand& command) {
  CLI::App* user = app.add_subcommand("user", "accounts of staff: list, add and change, also while serving");
  user->require_subcommand(1);
  user->footer("A password is read from standard input, one line. Every change is kept in the event log.");
  const auto verb = [&](const char* name, const char* help, const char* kind, bool takes_account) {
    CLI::App* made = user->add_subcommand(name, help);
    add_common(*made, options);
    if (takes_account) made->add_option("account", command.account, "the account")->required();
    made->callback([&command, kind] { command.verb = kind; });
    return made;
  };
  verb("list", "accounts of staff, with office and roles", "list", false);
  CLI::App* add = verb("add", "a new account; the password comes from standard input", "add", true);
  add->add_option("--name", command.name, "the person's name")->required();
  add->add_option("--office", command.office, "code of the office, as in bureau.yaml")->required();
  add->add_option("--role", command.roles, "a role; may be given several times")->required();
  CLI::App* roles = verb("roles", "give an account these roles and no others", "roles", true);
  roles->add_option("--role", command.roles, "a role; may be given several times")->required();
  CLI::App* grants = verb("grants", "give another system these job types and messages and no others", "grants", true);
  grants->add_option("--grant", command.grants, "job:TYPE or message:NAME; may be given several times");
  verb("password", "set a password from standard input; ends all sessions", "password", true);
  verb("disable", "nobody can sign in with it any more; sessions end", "disable", true);
  verb("enable", "the account can be used again", "enable", true);
  verb("drop-second-factor", "for a lost phone without recovery codes", "drop_second_factor", true);
}

int run_account_commands(const server::Options& options, server::AccountCommand& command) {
  if (command.verb == "add" || command.verb == "password") std::getline(std::cin, command.password);
  const std::string line = server::account_command(command);
  if (const auto answer = server::ask_running(options, "user " + line)) {
    std::printf("%s", answer->c_str());
    return answer->starts_with("error") ? 1 : 0;
  }
  return with_program(options, [&](server::Program& program) { return print_result(program.account(line)); });
}

/// `bpmn`, which needs neither data folder nor catalogue.
void add_process_commands(CLI::App& app, Action& action) {
  CLI::App* bpmn = app.add_subcommand("bpmn", "play and check BPMN models");
  bpmn->require_subcommand(1);
  bpmn->footer(
      "Exit codes: 0 done; 1 a file can not be read, or script or model is at fault; more than 100: wrong options.");
  CLI::App* play = bpmn->add_subcommand("play", "execute a model on a virtual clock; one JSON line for each step");
  const auto played = on<server::BpmnPlayCommand>(*play, action);
  play->add_option("model", played->model, "the BPMN 2.0 file")->required();
  play->add_option("--script", played->script, "file with what happens, step by step; see docs/bpmn.md");
  play->add_flag("--auto-tasks", played->completes_tasks, "complete every task and job as it is entered");
  play->add_option("--calendar", played->calendar, calendar_help);
  CLI::App* check = bpmn->add_subcommand("check", "list what keeps a model from running, and what is doubtful");
  const auto checked = on<server::BpmnCheckCommand>(*check, action);
  check->add_option("models", checked->models, "the BPMN 2.0 files")->required();
}

base::Instant now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

/// `verify` and `keys`. `action` is what was asked for.
void add_proof_commands(CLI::App& app, Action& action, const server::Options& defaults) {
  CLI::App* verify = app.add_subcommand(
      "verify", "check a licence (text of its QR code, PDF or OFD file) or a receipt of the log; no server");
  verify->footer(
      "Exit codes: 0 genuine and in force; 1 not to be relied on; 3 genuine, but not everything was checked.");
  const auto verification = on<server::VerifyCommand>(*verify, action);
  verification->now = now();
  verification->data = defaults.data;
  verify
      ->add_option("subject", verification->subject,
                   "text of a QR code (LC1:… or https://…/V#…), a receipt's text, or a file; "
                   "\"receipt\" may stand before it")
      ->required()
      ->expected(1, 2);
  verify->add_option("--policy", verification->policy, "receipts: whose signatures count, from the site's /log/policy");
  verify->add_option("--proof", verification->proof, "receipts: the proof file, where the receipt is given as text");
  verify->add_option("--earlier", verification->earlier, "receipts: a checkpoint or proof file kept from before");
  verify->add_option("--consistency", verification->continuation,
                     "receipts: answer of /api/v1/logs/NAME/consistency?old=…&size=…, from the earlier to this");
  verify->add_option("--trust", verification->trust, "trust file, from the authority's /trust.json");
  verify->add_option("--data", verification->data, "where trust.json is looked for")->envname("YICHUANG_DATA");
  verify->add_flag("--json", verification->as_json, "print the findings as JSON");

  CLI::App* keys = app.add_subcommand("keys", "list the signing keys, replace one, or use one inside a PKCS#11 token");
  const auto kept = std::make_shared<server::KeysCommand>();
  kept->now = now();
  kept->data = defaults.data;
  keys->add_option("action", kept->action, "list, rotate or token")->check(CLI::IsMember({"list", "rotate", "token"}));
  keys->add_option("purpose", kept->purpose,
                   "authority, licence, document, timestamp, seal-authority, seal-maker or seal");
  keys->add_option("uri", kept->uri, "pkcs11:token=…;object=…;type=private?pin-source=file:…");
  keys->add_option("--data", kept->data, "folder of database, files and secrets")->envname("YICHUANG_DATA");
  keys->add_option("--catalogue", kept->catalogue, "its bureau.yaml names the authority in new certificates")
      ->envname("YICHUANG_CATALOGUE");
  keys->add_flag("--demonstration", kept->demonstration,
                 "new keys say in their certificates that they are no real ones");
  keys->callback([&action, kept] {
    action = [kept] {
      const int code = server::run(*kept, std::cout, std::cerr);
      server::Options running;
      running.data = kept->data;
      if (code == 0 && kept->action != "list") server::ask_running(running, "reload-keys");
      return code;
    };
  });
}

template <class Command>
struct Registered {
  CLI::App* app;
  std::shared_ptr<Command> command;
};

constexpr const char* register_exits =
    "Exit codes: 0 done; 1 refused, with every fault; 2 the disk or database failed.";

Registered<server::ImportCommand> add_import(CLI::App& app, server::Options& options) {
  CLI::App* import = app.add_subcommand("import", "take over an existing register from CSV (UTF-8, GB18030) or XLSX");
  add_common(*import, options);
  import->footer(register_exits);
  auto command = std::make_shared<server::ImportCommand>();
  import->add_option("file", command->file, "the table; its first row holds the headings");
  import->add_option("--column", command->columns, "HEADING ITEM, for headings that are not recognised")->type_size(2);
  import->add_option("--encoding", command->encoding, "of CSV")->check(CLI::IsMember({"detect", "utf8", "gb18030"}));
  import->add_flag("--dry-run", command->is_dry_run, "check every row, enter nothing");
  import->add_option("--rejects", command->rejects, "write the rows that did not pass into this CSV file");
  import->add_option("--undo", command->undo, "take a whole batch out of the register again");
  import->add_option("--reason", command->reason, "why it is undone");
  import->add_option("--division", command->division, "of the register, six digits");
  return {import, command};
}

Registered<server::ExportCommand> add_export(CLI::App& app, server::Options& options) {
  CLI::App* out = app.add_subcommand("export", "write the register, or what a search finds, as CSV or XLSX");
  add_common(*out, options);
  out->footer(register_exits);
  auto command = std::make_shared<server::ExportCommand>();
  out->add_option("file", command->file, "the new file, .csv or .xlsx")->required();
  out->add_option("--search", command->search, "as on the office's page");
  out->add_option("--kind", command->kind, "enterprise, individual_business, cooperative, branch");
  out->add_option("--status", command->status, "open, revoked, moved_out, deregistered");
  out->add_option("--township", command->township, "nine digits");
  out->add_option("--industry", command->industry, "section letter or two to four digits");
  out->add_option("--division", command->division, "of the register, six digits");
  return {out, command};
}

/// Paths mean this process's folder, whoever opens them.
std::string absolute_path(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}
server::ImportCommand absolute(server::ImportCommand command) {
  command.file = absolute_path(command.file);
  command.rejects = absolute_path(command.rejects);
  return command;
}
server::ExportCommand absolute(server::ExportCommand command) {
  command.file = absolute_path(command.file);
  return command;
}

base::Result<std::string> run_here(server::Program& program, const server::ImportCommand& command) {
  return server::run(program.parts(), command, [](std::int64_t done, std::int64_t total) {
    std::fprintf(stderr, "\r%lld / %lld", static_cast<long long>(done), static_cast<long long>(total));
    if (done == total) std::fprintf(stderr, "\n");
  });
}
base::Result<std::string> run_here(server::Program& program, const server::ExportCommand& command) {
  return server::run(program.parts(), command);
}

/// By the running server, which owns the database, or else here.
template <class Command>
int ask_or_run(const server::Options& options, const Command& command) {
  if (const auto answer = server::ask_running(options, server::line_of(command))) {
    std::printf("%s", answer->c_str());
    return answer->starts_with("error") ? 1 : 0;
  }
  return with_program(options, [&](server::Program& program) { return print_result(run_here(program, command)); });
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto status = server::run_enclosed(argc, argv)) return *status;
  CLI::App app("Yichuang (一窗): the work of a district market regulation bureau, in one program", "yichuang");
  app.set_version_flag("--version", server::version);
  app.require_subcommand(1);
  server::Options options;
  std::string path;
  std::string reason;

  CLI::App* serve = app.add_subcommand("serve", "serve the pages and the API");
  add_common(*serve, options);
  serve->add_option("--address", options.address, "address to listen at");
  serve->add_option("--port", options.port, "port to listen at");
  serve->add_option("--base-url", options.base_url, "address printed in QR codes")->envname("YICHUANG_BASE_URL");
  serve->add_option("--proxy", options.proxy_address, "address of the proxy whose X-Forwarded-For is believed");
  serve->add_option("--time-stamps", options.time_stamps,
                    "http:// address of a time-stamping authority for signed PDF");
  serve->add_flag("--second-factor-optional", options.second_factor_optional,
                  "staff may work without a second factor (else they set one up when they first sign in)");
  serve->add_flag("--secure-cookies", options.secure_cookies, "behind TLS: cookies for secure connections only");
  serve->add_option("--clock-shift", options.clock_shift_s, "seconds added to the clock; demonstration only");
  serve->add_flag("!--without-logs", options.keeps_logs,
                  "another process on the same database signs and serves the logs");
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
  CLI::App* log = app.add_subcommand("log", "look after the public log");
  CLI::App* reopen = log->add_subcommand("reopen", "after a restore: close what signs no more, open the next log");
  log->require_subcommand(1);
  add_common(*reopen, options);
  reopen->add_option("--reason", reason, "why; it stands in the new log for everybody")->required();
  CLI::App* check =
      app.add_subcommand("check", "check database, event sequences, files, logs, and every row against its events");
  add_common(*check, options);
  CLI::App* openapi = app.add_subcommand("openapi", "print the OpenAPI document");
  add_common(*openapi, options);

  server::AccountCommand account;
  add_account_commands(app, options, account);
  const auto import_command = add_import(app, options);
  const auto export_command = add_export(app, options);

  Action decision;
  add_decision_commands(app, decision);
  add_process_commands(app, decision);
  add_proof_commands(app, decision, options);

  const std::vector<const char*> arguments = with_expression_last({argv, argv + argc});
  CLI11_PARSE(app, static_cast<int>(arguments.size()), arguments.data());
  try {
    if (decision) return decision();
    if (!account.verb.empty()) return run_account_commands(options, account);
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
    if (*import_command.app) return ask_or_run(options, absolute(*import_command.command));
    if (*export_command.app) return ask_or_run(options, absolute(*export_command.command));
    if (*log) {
      options.reopens_logs = true;
      return with_program(options, [&](server::Program& program) { return print_result(program.reopen_logs(reason)); });
    }
    if (*check)
      return with_program(options, [](server::Program& program) {
        return print_result(
            program.check([](const std::string& step) { std::fprintf(stderr, "  %s\n", step.c_str()); }));
      });
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
