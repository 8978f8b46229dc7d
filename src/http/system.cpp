#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <mutex>

#include "api_docs.h"
#include "http/describe.h"
#include "request.h"
#include "storage/storage.h"

namespace http {

/// What /healthz and /readyz say.
struct Health {
  std::string status;
  std::string version;
  std::optional<base::Text> trouble;
};
BOOST_DESCRIBE_STRUCT(Health, (), (status, version, trouble))

namespace {

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

Operation operation_of(std::string path, std::string id, base::Text summary) {
  return {.method = "GET",
          .path = std::move(path),
          .id = std::move(id),
          .tag = "system",
          .summary = std::move(summary),
          .need = {.kind = Need::Kind::anyone}};
}

void mount_health(Router& router, storage::Store& store, const std::string& version) {
  Operation alive = operation_of("/healthz", "healthz", {"程序是否在运行", "whether the program runs"});
  alive.answer_schema = schema_text<Health>();
  router.add(std::move(alive), [version](const Request& request) {
    return Reply{.body = write(Health{.status = "ok", .version = version, .trouble = {}}, request.language)};
  });
  Operation ready = operation_of("/readyz", "readyz", {"能否办理业务", "whether commands can be taken"});
  ready.answer_schema = schema_text<Health>();
  router.add(std::move(ready), [version, &store](const Request& request) {
    const auto trouble = store.trouble();
    const Health health{.status = trouble ? "trouble" : "ready", .version = version, .trouble = trouble};
    return Reply{.status = trouble ? 503 : 200, .body = write(health, request.language)};
  });
}

void mount_metrics(Router& router, storage::Store& store) {
  const auto started = std::chrono::steady_clock::now();
  Metrics::instance().gauge("process_resident_memory_bytes", resident_bytes);
  Metrics::instance().gauge("process_uptime_seconds", [started] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  });
  Metrics::instance().gauge("yichuang_storage_commands",
                            [&store] { return static_cast<double>(store.figures().commands); });
  Metrics::instance().gauge("yichuang_storage_commits",
                            [&store] { return static_cast<double>(store.figures().commits); });
  Operation metrics =
      operation_of("/metrics", "metrics", {"运行指标（仅限本机）", "figures of operation, to this machine only"});
  metrics.answer_type = "text/plain";
  router.add(std::move(metrics), [](const Request& request) {
    if (!is_loopback(request.remote))
      return problem(base::Error{.kind = base::Refusal::not_found,
                                 .code = "http.not_found",
                                 .message = {"没有找到您要的内容，请核对网址",
                                             "what you asked for was not found; please check the address"}},
                     request);
    return Reply{.body = Metrics::instance().text(), .content_type = "text/plain; version=0.0.4; charset=utf-8"};
  });
}

}  // namespace

void mount_system(Router& router, storage::Store& store, std::string version) {
  mount_health(router, store, version);
  mount_metrics(router, store);
  struct Document {
    std::once_flag once;
    std::string text;
  };
  Operation api =
      operation_of("/openapi.json", "openapi", {"接口说明（OpenAPI 3.1）", "the API's description (OpenAPI 3.1)"});
  api.answer_schema = R"({"type":"object"})";
  // Written at the first request, when every module has been mounted.
  router.add(std::move(api), [&router, version, document = std::make_shared<Document>()](const Request&) {
    std::call_once(document->once, [&] { document->text = router.openapi(version); });
    Reply reply{.body = document->text};
    reply.headers.emplace_back("Cache-Control", "no-cache");
    return reply;
  });
  router.serve_asset("/api-docs", api_docs_html, "text/html; charset=utf-8", false);
  router.serve_asset("/api-docs.css", api_docs_css, "text/css; charset=utf-8", false);
  router.serve_asset("/api-docs.js", api_docs_js, "text/javascript; charset=utf-8", false);
}

}  // namespace http
