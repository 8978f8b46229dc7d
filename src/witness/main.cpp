/// witnessd: watches logs for an authority other than the one that keeps them.
#include <signal.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>

#include "witness/witness.h"

namespace {

int refused(const base::Error& error) {
  std::fprintf(stderr, "%s\n%s\n(%s)\n", error.message.zh.c_str(), error.message.en.c_str(), error.code.c_str());
  return 1;
}

base::Instant system_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

int serve(witness::Witness& watching, const http::ServerOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto router = std::make_shared<http::Router>();
  witness::mount(*router, watching);
  http::Server server(
      options, router, [](const http::Request&) { return http::Caller(); }, system_now);
  const auto port = server.start();
  if (!port) return refused(port.error());
  std::printf("%s\nhttp://%s:%d\n", tlog::to_text(watching.key()).c_str(), options.address.c_str(), port.value());
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  server.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("witnessd (见证): cosigns the checkpoints of logs that only grow", "witnessd");
  witness::Settings settings;
  http::ServerOptions options{.port = 8090, .workers = 4};
  bool shows_key = false;
  app.add_option("--data", settings.folder, "folder of key and state")->required();
  app.add_option("--name", settings.name, "the witness's name, such as jiwei.example.gov.cn/witness")->required();
  app.add_option("--policy", settings.policy, "file with a `log` line for each log to watch")->required();
  app.add_option("--address", options.address, "address to listen at");
  app.add_option("--port", options.port, "port to listen at; 0: any");
  app.add_flag("--show-key", shows_key, "print the public key and stop");
  CLI11_PARSE(app, argc, argv);
  try {
    const auto watching = witness::Witness::open(settings);
    if (!watching) return refused(watching.error());
    if (shows_key) {
      std::printf("%s\n", tlog::to_text(watching.value()->key()).c_str());
      return 0;
    }
    return serve(*watching.value(), options);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "故障 / fault: %s\n", fault.what());
    return 2;
  }
}
