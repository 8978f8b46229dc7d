#include "program.h"

#include <signal.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>

#include "control.h"
#include "kernel/base/unicode.h"
#include "keys.h"
#include "modules/deadlines/deadlines.h"
#include "modules/decisions/decisions.h"
#include "modules/delivery/delivery.h"
#include "modules/naming/naming.h"
#include "modules/opening/opening.h"
#include "modules/park/park.h"
#include "modules/publishing/publishing.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"
#include "modules/statistics/statistics.h"
#include "parts.h"
#include "register_commands.h"

namespace server {
namespace {

base::Instant system_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  for (const auto module :
       {storage::migrations(), evidence::migrations(), access_control::migrations(), casework::migrations(),
        registration::migrations(), imports::migrations(), naming::migrations(), licensing::migrations(),
        delivery::migrations(), park::migrations(), certificates::migrations(), publishing::migrations(),
        exchange::migrations(), batches::migrations()})
    all.insert(all.end(), module.begin(), module.end());
  return all;
}

/// The name of this installation's logs: the address without its scheme. It is kept from the first start on.
std::string log_origin_of(const licensing::Settings& settings) {
  const std::size_t host = settings.base_url.find("://");
  return (host == std::string::npos ? settings.base_url : settings.base_url.substr(host + 3)) + "/log";
}

evidence::Sealing sealing_by(const access_control::Secrets& secrets) {
  return {.seal = [secrets](std::string_view plain) { return secrets.seal(plain); },
          .open = [secrets](std::string_view sealed) { return secrets.open(sealed); }};
}

licensing::Settings settings_of(const Options& options) {
  return {.base_url = options.base_url.empty() ? "http://" + options.address + ":" + std::to_string(options.port)
                                               : options.base_url,
          .demonstration = options.demonstration};
}

evidence::Site site_of(const Options& options, const licensing::Licensing& licensing) {
  return {.base_url = licensing.settings().base_url, .demonstration = options.demonstration};
}

std::optional<signing::TimeStampSource> time_stamps_of(const Options& options) {
  if (options.time_stamps.empty()) return std::nullopt;
  return signing::time_stamp_over_http(options.time_stamps);
}

void mount_openapi_count(http::Router& router) {
  http::Metrics::instance().gauge("yichuang_routes",
                                  [&router] { return static_cast<double>(router.operations().size()); });
}

}  // namespace

base::Instant Program::Parts::now() const {
  return system_now().plus_us(options.clock_shift_s * base::us_per_second);
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Program::~Program() = default;

base::Result<std::unique_ptr<Program>> Program::build(const Options& options) {
  if (options.clock_shift_s != 0 && !options.demonstration)
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "server.clock_not_allowed",
                       .message = {"只有演示环境才能调整业务时钟", "Only a demonstration may run on a shifted clock."}};
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  TRY(parts->catalogue, catalogue::load(options.catalogue));
  std::filesystem::create_directories(files_of(options));
  TRY(auto secrets, access_control::Secrets::load_or_make(options.data + "/secrets"));
  TRY(parts->store, storage::open({.database = database_of(options)}));
  TRY(std::ignore, parts->store->migrate(all_migrations()));
  parts->files = std::make_unique<storage::FileStore>(files_of(options));
  if (options.keeps_logs) {
    TRY(parts->logs, evidence::Logs::open(*parts->store,
                                          {.folder = options.data + "/log",
                                           .origin = log_origin_of(settings_of(options)),
                                           .sealing = sealing_by(secrets)},
                                          parts->now()));
  }
  parts->reads = std::make_unique<evidence::ReadBook>(*parts->store);
  parts->access = std::make_unique<access_control::Access>(
      *parts->store, std::move(secrets), access_control::local_stand_in(),
      options.demonstration || options.second_factor_optional ? access_control::SecondFactorOfStaff::offered
                                                              : access_control::SecondFactorOfStaff::demanded);
  parts->engine = std::make_unique<casework::Engine>(parts->catalogue);
  parts->exchange = std::make_unique<exchange::Exchange>(*parts->engine);
  parts->engine->tell(*parts->exchange);
  parts->batches = std::make_unique<batches::Batches>(*parts->engine);
  parts->licensing = std::make_unique<licensing::Licensing>(settings_of(options), *parts->engine, *parts->files);
  parts->store->write([&](storage::Transaction& transaction) {
    for (const catalogue::Office& office : parts->catalogue->bureau.offices)
      access_control::save_office(transaction, parts->catalogue->bureau.division, office.code, office.name);
    return true;
  });
  parts->delivery = std::make_unique<delivery::Delivery>(*parts->engine, *parts->licensing);
  TRY(parts->keys, open_keys(options.data, parts->catalogue->bureau.name, options.demonstration, parts->now()));
  parts->certificates = std::make_unique<certificates::Certificates>(
      *parts->licensing, *parts->keys, *parts->files,
      certificates::Settings{.site = parts->licensing->settings().base_url, .time_stamps = time_stamps_of(options)});
  parts->licensing->draw_certificates_with(
      [built = parts.get()](storage::Store& store, const licensing::Document& document) {
        return built->certificates->pdf(store, document, built->now());
      });
  if (parts->logs)
    parts->certificates->tell_log_by([built = parts.get(), site = site_of(options, *parts->licensing)] {
      signing::Trust::Log log{.policy = evidence::policy_text(*built->logs, site)};
      for (const evidence::Standing& standing : built->logs->standings())
        if (!standing.checkpoint.empty()) log.checkpoints.push_back(standing.checkpoint);
      return std::optional(std::move(log));
    });
  parts->imports = std::make_unique<imports::Imports>(*parts->files);
  parts->imports->read_tables_with(read_table_enclosed);
  parts->publishing = std::make_unique<publishing::Publishing>(*parts->engine);
  renew_services(*parts);
  TRY(std::ignore, parts->engine->deploy(*parts->store, parts->now()));
  if (const std::int64_t count = registration::index_waiting(*parts->store))
    spdlog::info("made {} entities of the register searchable", count);

  parts->news = std::make_unique<http::News>(*parts->store, http::News::Options{});
  parts->router = std::make_shared<http::Router>();
  http::Router& router = *parts->router;
  http::mount_system(router, *parts->store, version);
  access_control::mount(router, *parts->access,
                        {.demonstration = options.demonstration, .division = parts->catalogue->bureau.division});
  registration::mount(router, *parts->store, *parts->reads);
  imports::mount(router, *parts->store, *parts->imports, *parts->reads);
  naming::mount(router, *parts->store, parts->catalogue, parts->catalogue->bureau.division, *parts->reads);
  casework::mount(router, *parts->store, *parts->engine, *parts->reads);
  exchange::mount(router, *parts->store, *parts->exchange);
  batches::mount(router, *parts->store, *parts->batches);
  certificates::mount(router, *parts->store, *parts->certificates, check_page());
  licensing::mount(router, *parts->store, *parts->files, *parts->licensing, *parts->access, *parts->reads);
  statistics::mount(router, *parts->store, parts->catalogue, parts->catalogue->bureau.division, *parts->reads);
  deadlines::mount(router, *parts->store, *parts->news, *parts->engine, *parts->reads);
  opening::mount(router, parts->catalogue);
  delivery::mount(router, *parts->store, *parts->delivery, *parts->reads);
  park::mount(router, *parts->store, parts->catalogue, parts->catalogue->bureau.division);
  decisions::mount(router, *parts->store, *parts->engine);
  publishing::mount(router, *parts->store, *parts->publishing);
  if (parts->logs) evidence::mount(router, *parts->store, *parts->logs, site_of(options, *parts->licensing));
  mount_openapi_count(router);
  if (mount_assets(router) == 0) spdlog::warn("built without the front end: only the API is served");
  // Last: what the program itself keeps up to date was written before, and reading goes on.
  if (parts->logs && !options.reopens_logs) parts->logs->stop_if_set_back();
  return std::unique_ptr<Program>(new Program(std::move(parts)));
}

base::Result<void> Program::serve() {
  // Blocked before any thread starts, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Parts& parts = *parts_;
  parts.licensing->parse_uploads_with(parse_upload_enclosed);
  http::Server server(
      {.address = parts.options.address,
       .port = parts.options.port,
       .workers = parts.options.workers,
       .secure_cookies = parts.options.secure_cookies,
       .proxy_address = parts.options.proxy_address},
      parts.router, [&parts](const http::Request& request) { return parts.access->authenticate(request); },
      [&parts] { return parts.now(); });
  TRY(const std::uint16_t port, server.start());
  spdlog::info("serving at http://{}:{}", parts.options.address, port);
  {
    const ControlSocket control(control_of(parts.options), [this](const std::string& line) { return obey(line); });
    const auto keeper = parts.logs ? std::make_unique<LogKeeper>(parts) : nullptr;
    const Jobs jobs(parts);  // the first thing it does is to replan what a new calendar or rule has moved
    int received = 0;
    sigwait(&signals, &received);
    spdlog::info("stopping");
    server.stop();
  }
  return {};
}

std::string Program::obey(const std::string& line) {
  const std::string verb = line.substr(0, line.find(' '));
  const std::string rest = verb.size() < line.size() ? line.substr(verb.size() + 1) : std::string();
  if (line == "reload-keys") {
    const auto reloaded = parts_->keys->reload();
    return reloaded ? "ok\n" : "error " + reloaded.error().message.zh + " / " + reloaded.error().message.en + "\n";
  }
  try {
    if (const auto answer = obey_register(*parts_, line)) return *answer;
    if (verb != "backup" && verb != "user") return "error unknown command\n";
    const auto done = verb == "backup" ? backup(rest) : account(rest);
    if (done) return done.value() + "\n";
    return "error " + done.error().message.zh + " / " + done.error().message.en + "\n";
  } catch (const std::exception& fault) {
    return std::string("error ") + fault.what() + "\n";
  }
}

std::optional<std::string> ask_running(const Options& options, const std::string& line) {
  return ask_running_server(control_of(options), line);
}

base::Result<void> Program::load_demonstration(const Demonstration& wanted,
                                               const std::function<void(const std::string&)>& progress) {
  return make_demonstration(*parts_, wanted, progress);
}

bool Program::is_empty() const {
  return parts_->store->read_value([](storage::Snapshot& snapshot) { return !access_control::has_people(snapshot); });
}

std::string Program::openapi() const {
  return parts_->router->openapi(version);
}

base::Result<std::string> Program::account(const std::string& command) {
  return run_account_command(*parts_, command);
}

base::Result<std::string> Program::backup(const std::string& target) {
  return storage::backup_all(*parts_->store, {database_of(parts_->options), files_of(parts_->options)}, target);
}

base::Result<std::string> Program::reopen_logs(const std::string& reason) {
  if (base::tidy(reason).empty())
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "evidence.reason_missing",
                       .message = {"请用 --reason 写明另开新日志的理由，它会公开写入新日志",
                                   "Please say with --reason why; it will stand in the new log for everybody."}};
  std::string said;
  for (const evidence::Standing& standing : parts_->logs->standings()) {
    if (standing.row.is_closed || !standing.refusal) continue;
    TRY(const std::string name, parts_->logs->reopen(standing.row.name, reason, parts_->now()));
    said += standing.row.name + " → " + name + "\n";
  }
  return said.empty() ? std::string("没有停止签署的日志。 No log has stopped signing.") : said;
}

base::Result<std::string> Program::check(const std::function<void(const std::string&)>& progress) {
  progress("数据库和文件 database and files");
  TRY(std::string said, storage::check_all(*parts_->store, {database_of(parts_->options), files_of(parts_->options)}));
  std::vector<base::Text> faults;
  const auto add = [&](const std::vector<base::Text>& found) {
    faults.insert(faults.end(), found.begin(), found.end());
  };
  progress("存证日志 logs");
  if (parts_->logs) add(parts_->logs->check());
  parts_->store->read([&](storage::Snapshot& snapshot) {
    progress("登记簿 register");
    add(registration::check(snapshot));
    progress("证照和文书 certificates and documents");
    add(licensing::check(snapshot));
    add(certificates::check(snapshot));
    progress("办件 cases");
    add(parts_->engine->check(snapshot, [&](std::int64_t done) { progress("办件 cases " + std::to_string(done)); }));
  });
  if (faults.empty()) return said;
  base::Error error{.kind = base::Refusal::conflict,
                    .code = "evidence.check_failed",
                    .message = {"存证日志与数据不符", "The logs and the data do not agree"}};
  for (const base::Text& fault : faults) {
    error.message.zh += "；" + fault.zh;
    error.message.en += "; " + fault.en;
  }
  return error;
}

}  // namespace server
