/// The program: builds everything once, mounts the modules, runs the jobs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace server {

/// What the technician sets, by option or environment.
struct Options {
  std::string data = "var";   // database, files, secrets
  std::string database = {};  // empty: "sqlite:<data>/yichuang.db"; or "postgresql://…"
  std::string catalogue = "catalogue";
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string base_url = {};  // printed in QR codes; empty: http://address:port
  std::string proxy_address = {};
  std::string time_stamps = {};  // http:// address of a time-stamping authority for signed PDF; empty: none
  bool secure_cookies = false;
  bool second_factor_optional = false;  // staff may work without one; always so in a demonstration
  bool keeps_logs = true;               // false: another process on the same database signs and serves the logs
  bool reopens_logs = false;            // writing goes on although a log was set back
  bool demonstration = false;           // marks every document; allows a shifted clock
  std::int64_t clock_shift_s = 0;
  unsigned workers = 128;
};

std::string database_of(const Options& options);
std::string files_of(const Options& options);
/// The socket of a running server.
std::string control_of(const Options& options);
/// What a running server says to a technician's line; nothing when none runs.
std::optional<std::string> ask_running(const Options& options, const std::string& line);

/// `yichuang user …`: what the technician asks about accounts.
struct AccountCommand {
  std::string verb;  // "list", "add", or a kind of AccountChange
  std::string account;
  std::string name;
  std::string office;
  std::string password;  // read from standard input, never from the command line
  std::vector<std::string> roles;
  std::vector<std::string> grants = {};  // of another system: "job:TYPE", "message:NAME"
};
/// One line of JSON, for Program::account and for the running server ("user " before it).
std::string account_command(const AccountCommand& command);

/// The exit status when this program was started by itself to parse what people brought; nothing otherwise. Asked first
/// of all.
std::optional<int> run_enclosed(int argc, char** argv);

/// Which demonstration district is made.
struct Demonstration {
  unsigned seed = 20261124;
  bool small = false;  // for tests: a few hundred entities, no history of 2019
};

/// Everything that is built once; made by `build`.
class Program {
 public:
  /// Opens the database, migrates it, loads the catalogue, mounts every route.
  /// Errors: those of storage::open, Store::migrate, catalogue::load, Secrets::load_or_make;
  /// `server.clock_not_allowed`.
  static base::Result<std::unique_ptr<Program>> build(const Options& options);
  ~Program();

  /// Serves until a signal asks to stop. Errors: `http.port_taken`.
  base::Result<void> serve();

  /// Fills an empty database with the demonstration district: through the same use cases as real life.
  /// Errors: `demo.not_empty`. `progress` is told each step.
  base::Result<void> load_demonstration(const Demonstration& wanted,
                                        const std::function<void(const std::string&)>& progress);
  bool is_empty() const;

  /// The OpenAPI document of all routes.
  std::string openapi() const;

  /// Lists or changes accounts: a JSON object as account_command() makes it. Returns what to print.
  /// Errors: those of Access::create and Access::administer.
  base::Result<std::string> account(const std::string& command);
  base::Result<std::string> backup(const std::string& target);
  base::Result<std::string> check(const std::function<void(const std::string&)>& progress);
  /// Closes each log that has stopped signing and opens the next one, whose first entry tells the old one's last
  /// checkpoint and the reason. Wants `Options::reopens_logs`. Errors: `evidence.reason_missing`.
  base::Result<std::string> reopen_logs(const std::string& reason);

  struct Parts;
  /// For the commands of register_commands.h.
  Parts& parts() { return *parts_; }

 private:
  std::string obey(const std::string& line);
  explicit Program(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

inline constexpr const char* version = "0.1.0";

}  // namespace server
