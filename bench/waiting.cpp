/// One million cases that wait: what they take, how the program starts with them, and all their timers due at once.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "bench.h"
#include "district.h"
#include "load.h"
#include "process.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t cases_count = 1'000'000;
constexpr int scans_count = 200;
constexpr int timers_per_round = 100;
constexpr double pages_per_second = 200;
constexpr int pages_count = 4'000;
constexpr double ready_s_max = 1;
constexpr double memory_mb_max = 150;
constexpr double page_p99_ms_max = 50;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string decimal(double number, int places) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", places, number);
  return text;
}

std::int64_t count(driver::District& district, const std::string& sql) {
  return district.store().read_value(
      [&](storage::Snapshot& snapshot) { return (*snapshot.find(sql, {}))[0].number(); });
}

/// Case pages at a fixed rate while timers fire.
Measured run_pages(int port, const driver::Session& clerk) {
  int asked = 0;
  return run({.port = port,
              .connections = 16,
              .next = [&](int) -> std::optional<std::string> {
                if (asked == pages_count) return std::nullopt;
                const base::Id id{1 + (asked++ * std::int64_t{7'919}) % cases_count};
                return driver::bytes_of(
                    {.method = "GET", .path = "/api/v1/cases/" + base::to_text(id), .session = &clerk});
              },
              .seen =
                  [](int, const driver::Answer& answer) {
                    if (answer.status != 200) throw std::runtime_error("answered " + std::to_string(answer.status));
                  },
              .per_second = pages_per_second});
}

}  // namespace

Table waiting() {
  const driver::Folder folder;
  const std::string data = folder.path("data");
  const std::string file = data + "/yichuang.db";
  double bytes = 0;
  std::vector<double> scans_us;
  {
    driver::District district(data);
    const base::Id one = district.submit_cases(1).front();
    const auto before = static_cast<double>(fs::file_size(file));
    district.grow_waiting(one, cases_count);
    bytes = (static_cast<double>(fs::file_size(file)) - before) / static_cast<double>(cases_count);
    const base::Instant now = district.as("clerk").now;
    for (int scan = 0; scan < scans_count; ++scan) {
      const auto begin = Clock::now();
      district.engine().fire_due_timers(district.store(), now, timers_per_round);
      scans_us.push_back(seconds_since(begin) * 1e6);
    }
    std::sort(scans_us.begin(), scans_us.end());
  }
  double ready_s = 0;
  double memory_mb = 0;
  {
    driver::Process process({.data = data});
    ready_s = process.ready_after_s();
    std::this_thread::sleep_for(std::chrono::seconds(2));
    memory_mb = static_cast<double>(process.memory_bytes()) / 1e6;
    process.stop();
  }
  {
    driver::District district(data);
    district.store().write([&](storage::Transaction& transaction) {
      transaction.execute("UPDATE timers SET due_at = ? WHERE case_id <= ?", {district.as("clerk").now, cases_count});
      return true;
    });
  }
  const std::string fired_sql =
      "SELECT count(*) FROM cases WHERE id <= " + std::to_string(cases_count) + " AND state <> 'submitted'";
  const std::string twice_sql =
      "SELECT count(*) FROM (SELECT stream_id FROM events WHERE stream_kind = 'case' AND stream_id <= " +
      std::to_string(cases_count) + " AND type = 'case.advanced' GROUP BY stream_id HAVING count(*) > 1) AS twice";
  Measured pages;
  double fired_s = 0;
  {
    driver::Process process({.data = data});
    const auto begin = Clock::now();
    pages = run_pages(process.port(), driver::sign_in(process.port(), "clerk"));
    process.stop();
    fired_s = seconds_since(begin) + process.ready_after_s();
  }
  driver::District district(data);
  const auto fired = static_cast<double>(count(district, fired_sql));
  const std::int64_t twice = count(district, twice_sql);
  const double p99 = pages.percentile_ms(0.99);
  return {
      {"1,000,000 waiting cases, each with a task and a timer: size of one in the database", grouped(bytes) + " B", ""},
      {"ready after start with them", decimal(ready_s, 2) + " s", "bar: " + decimal(ready_s_max, 0) + " s",
       ready_s < ready_s_max},
      {"memory when idle with them", grouped(memory_mb) + " MB", "bar: " + grouped(memory_mb_max) + " MB",
       memory_mb < memory_mb_max},
      {"looking for due timers among 1,000,000, none due, p50 / p99",
       decimal(scans_us[scans_us.size() / 2], 0) + " / " + decimal(scans_us[scans_us.size() * 99 / 100], 0) + " µs",
       ""},
      {"1,000,000 timers due at the same second: fired meanwhile, in small rounds, those fired twice",
       grouped(fired / fired_s) + " /s, " + std::to_string(twice), "bar: none twice", twice == 0},
      {"a case page's data at " + grouped(pages_per_second) + " requests/s meanwhile, p50 / p99 / max",
       decimal(pages.percentile_ms(0.5), 2) + " / " + decimal(p99, 2) + " / " + decimal(pages.percentile_ms(1), 1) +
           " ms",
       "bar: p99 " + grouped(page_p99_ms_max) + " ms, the server does not stall", p99 < page_p99_ms_max}};
}

}  // namespace bench
