/// The program as people meet it: its own process, over HTTP, with the load made on the same processors.
#include <cstdio>
#include <map>
#include <span>
#include <stdexcept>
#include <thread>

#include "bench.h"
#include "district.h"
#include "load.h"
#include "process.h"

namespace bench {
namespace {

constexpr int connections_count = 32;
constexpr int connections_many = 128;
constexpr int cases_count = 4'500;
constexpr int cases_led_by_few = 1'500;  // by `connections_count` connections, the others by `connections_many`
constexpr int empty_count = 60'000;
constexpr double pages_per_second = 500;
constexpr int pages_count = 5'000;
constexpr double ready_s_max = 1;
constexpr double memory_mb_max = 150;
constexpr double tasks_per_second_min = 2'000;
constexpr double page_p99_ms_max = 10;

std::string decimal(double number, int places = 2) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", places, number);
  return text;
}

void must_be(int status, const driver::Answer& answer) {
  if (answer.status != status)
    throw std::runtime_error("answered " + std::to_string(answer.status) + ": " + answer.body);
}

Measured run_empty(int port) {
  int left = empty_count;
  const std::string bytes = driver::bytes_of({.method = "GET", .path = "/healthz"});
  return run({.port = port,
              .connections = connections_count,
              .next = [&](int) { return left-- > 0 ? std::optional(bytes) : std::nullopt; },
              .seen = [](int, const driver::Answer& answer) { must_be(200, answer); }});
}

Measured run_pages(int port, const driver::Session& clerk, const std::vector<base::Id>& cases) {
  int asked = 0;
  return run({.port = port,
              .connections = connections_count,
              .next = [&](int) -> std::optional<std::string> {
                if (asked == pages_count) return std::nullopt;
                const base::Id id = cases[static_cast<std::size_t>(asked++ * 7) % cases.size()];
                return driver::bytes_of(
                    {.method = "GET", .path = "/api/v1/cases/" + base::to_text(id), .session = &clerk});
              },
              .seen = [](int, const driver::Answer& answer) { must_be(200, answer); },
              .per_second = pages_per_second});
}

/// Each connection leads one case after the other from acceptance to hand-over.
class Journeys {
 public:
  struct Load {
    int port = 0;
    int connections = 1;
    std::string name;
  };
  Journeys(Load load, std::span<const base::Id> cases, std::map<std::string, bpmn::Key, std::less<>> keys)
      : load_(std::move(load)),
        cases_(cases.begin(), cases.end()),
        keys_(std::move(keys)),
        places_(static_cast<std::size_t>(load_.connections)) {
    for (const driver::Step& step : driver::journey())
      if (!sessions_.contains(step.account)) sessions_[step.account] = driver::sign_in(load_.port, step.account);
  }

  Measured run_all() {
    return run({.port = load_.port,
                .connections = load_.connections,
                .next = [this](int connection) { return next(places_[static_cast<std::size_t>(connection)]); },
                .seen =
                    [this](int connection, const driver::Answer& answer) {
                      must_be(places_[static_cast<std::size_t>(connection)].status, answer);
                    }});
  }

 private:
  struct Place {
    std::size_t of_case = 0;
    std::size_t step = driver::journey().size();
    int status = 200;  // of the answer that is awaited
  };

  std::optional<std::string> next(Place& place) {
    if (place.step == driver::journey().size()) {
      if (taken_ == cases_.size()) return std::nullopt;
      place = {.of_case = taken_++, .step = 0};
    }
    const driver::Step& step = driver::journey()[place.step++];
    const driver::Posted posted = driver::posted(step, {cases_[place.of_case], keys_.at(step.element)});
    place.status = posted.status;
    return driver::bytes_of({.method = "POST",
                             .path = posted.path,
                             .session = &sessions_.at(step.account),
                             .body = posted.body,
                             .key = load_.name + "-" + std::to_string(++keys_used_)});
  }

  Load load_;
  std::vector<base::Id> cases_;
  std::map<std::string, bpmn::Key, std::less<>> keys_;
  std::map<std::string, driver::Session> sessions_;
  std::vector<Place> places_;
  std::size_t taken_ = 0;
  std::int64_t keys_used_ = 0;
};

}  // namespace

Table http() {
  const driver::Folder folder;
  const std::string data = folder.path("data");
  std::vector<base::Id> cases;
  std::map<std::string, bpmn::Key, std::less<>> keys;
  {
    driver::District district(data);
    keys = district.model_case().keys;
    cases = district.submit_cases(cases_count);
  }
  driver::Process process({.data = data});
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const double memory_mb = static_cast<double>(process.memory_bytes()) / 1e6;
  const driver::Session clerk = driver::sign_in(process.port(), "clerk");
  const Measured pages = run_pages(process.port(), clerk, cases);
  const Measured empty = run_empty(process.port());
  const std::span all(cases);
  const Measured few =
      Journeys({process.port(), connections_count, "few"}, all.first(cases_led_by_few), keys).run_all();
  const Measured many =
      Journeys({process.port(), connections_many, "many"}, all.subspan(cases_led_by_few), keys).run_all();
  process.stop();
  const auto told = [](const Measured& measured) {
    return grouped(measured.per_second()) + " /s, " + decimal(measured.percentile_ms(0.5), 1) + " / " +
           decimal(measured.percentile_ms(0.99), 1) + " ms";
  };
  const double p99 = pages.percentile_ms(0.99);
  return {{"ready after start", decimal(process.ready_after_s()) + " s", "bar: " + decimal(ready_s_max, 0) + " s",
           process.ready_after_s() < ready_s_max},
          {"memory when idle", decimal(memory_mb, 0) + " MB", "bar: " + decimal(memory_mb_max, 0) + " MB",
           memory_mb < memory_mb_max},
          {"a case page's data at " + grouped(pages_per_second) + " requests/s, open loop, p50 / p99 / max",
           decimal(pages.percentile_ms(0.5)) + " / " + decimal(p99) + " / " + decimal(pages.percentile_ms(1)) + " ms",
           "bar: p99 " + decimal(page_p99_ms_max, 0) + " ms", p99 < page_p99_ms_max},
          {"completed tasks over HTTP, " + std::to_string(connections_many) + " connections, p50 / p99", told(many),
           "bar: " + grouped(tasks_per_second_min) + " /s; empty handler " + grouped(empty.per_second()) + " /s",
           many.per_second() >= tasks_per_second_min},
          {"the same from " + std::to_string(connections_count) + " connections: fewer share a sync", told(few),
           "empty handler " + grouped(empty.per_second()) + " /s"}};
}

}  // namespace bench
