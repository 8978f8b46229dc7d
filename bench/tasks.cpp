/// Completed tasks inside the program: the real engine, the real service, durable commits.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "bench.h"
#include "district.h"
#include "process.h"
#include "replay.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int cases_count = 600;
constexpr std::size_t threads_count = 32;
constexpr int rounds_count = 3;
constexpr double steps_per_second_min = 20'000;

using Keys = std::map<std::string, bpmn::Key, std::less<>>;

/// One command as the HTTP route runs it: the idempotency record, the step, the kept answer.
base::Result<void> command(storage::Transaction& transaction, const driver::District& district, casework::TaskId task,
                           const driver::Step& step) {
  const storage::CommandKey key{.person = {7},
                                .key = casework::to_text(task),
                                .fingerprint = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
  TRY(std::ignore, storage::find_repeat(transaction, key));
  TRY(std::ignore, district.complete(transaction, task, step));
  static const std::string answer(150, 'x');
  storage::save_repeat(transaction, key, {.status = 200, .body = answer}, {1});
  return {};
}

void must(const base::Result<void>& done) {
  if (!done) throw std::runtime_error(done.error().code + ": " + done.error().message.en);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Every case through the whole journey, from many threads. Returns seconds.
double run_threads(driver::District& district, const std::vector<base::Id>& cases, const Keys& keys) {
  const auto start = std::chrono::steady_clock::now();
  for (const driver::Step& step : driver::journey()) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (std::size_t index = 0; index < threads_count; ++index)
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < cases.size(); i = next++)
          must(district.store().write_result([&](storage::Transaction& transaction) {
            return command(transaction, district, {cases[i], keys.at(step.element)}, step);
          }));
      });
    for (std::thread& thread : threads) thread.join();
  }
  return seconds_since(start);
}

/// A transaction that lets everything through but what waits for its end: the entries of the logs.
class Unlogged final : public storage::Transaction {
 public:
  explicit Unlogged(storage::Transaction& inner) : inner_(inner) {}
  using Snapshot::query;
  storage::Rows query(std::string_view sql, std::span<const storage::Datum> parameters) override {
    return inner_.query(sql, parameters);
  }
  using Transaction::execute;
  std::int64_t execute(std::string_view sql, std::span<const storage::Datum> parameters) override {
    return inner_.execute(sql, parameters);
  }

 private:
  storage::Transaction& inner_;
};

enum class Logs { written, left_out };

/// The same in this thread, `threads_count` commands in one transaction; `recording` may keep the statements.
double run_batches(driver::District& district, const std::vector<base::Id>& cases, const Keys& keys,
                   Recording* recording, Logs logs = Logs::written) {
  const auto start = std::chrono::steady_clock::now();
  for (const driver::Step& step : driver::journey())
    for (std::size_t first = 0; first < cases.size(); first += threads_count)
      must(district.store().write_result([&](storage::Transaction& transaction) -> base::Result<void> {
        for (std::size_t i = first; i < std::min(first + threads_count, cases.size()); ++i) {
          if (logs == Logs::left_out) {
            Unlogged unlogged(transaction);
            TRY(std::ignore, command(unlogged, district, {cases[i], keys.at(step.element)}, step));
          } else if (recording == nullptr) {
            TRY(std::ignore, command(transaction, district, {cases[i], keys.at(step.element)}, step));
          } else {
            Recorder recorder(transaction, *recording);
            TRY(std::ignore, command(recorder, district, {cases[i], keys.at(step.element)}, step));
            recorder.settle();  // the log's rows too
          }
        }
        return {};
      }));
  return seconds_since(start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string micro(double seconds) {
  return grouped(seconds * 1e6) + " µs";
}

}  // namespace

Table tasks() {
  const driver::Folder folder;
  const std::string origin = folder.path("origin");
  std::vector<base::Id> cases;
  driver::District::Model model;
  {
    driver::District district(origin);
    model = district.model_case();
    cases = district.submit_cases(cases_count);
  }
  const Keys& keys = model.keys;
  const std::string copied = folder.path("copy");
  const auto fresh = [&] {
    fs::remove_all(copied);
    fs::create_directory(copied);
    fs::copy_file(origin + "/yichuang.db", copied + "/yichuang.db");
  };
  Recording recording;
  {
    fresh();
    driver::District district(copied);
    run_batches(district, cases, keys, &recording);
  }
  const auto count = static_cast<double>(recording.commands.size());
  std::vector<double> logged;
  std::vector<double> unlogged;
  std::vector<double> threads;
  std::vector<double> writes;
  std::vector<double> all;
  std::vector<double> batches;
  for (int round = 0; round < rounds_count; ++round) {
    std::size_t batch = 0;
    {
      fresh();
      driver::District district(copied);
      const std::int64_t commits_before = district.store().figures().commits;
      threads.push_back(run_threads(district, cases, keys));
      const auto commits = static_cast<double>(district.store().figures().commits - commits_before);
      batch = static_cast<std::size_t>(std::lround(count / commits));
      batches.push_back(count / commits);
    }
    fresh();
    writes.push_back(replay(recording, copied + "/yichuang.db", batch, Replayed::writes));
    fresh();
    all.push_back(replay(recording, copied + "/yichuang.db", batch, Replayed::all));
    for (const auto& [logs, seconds] : {std::pair{Logs::written, &logged}, std::pair{Logs::left_out, &unlogged}}) {
      fresh();
      driver::District district(copied);
      seconds->push_back(run_batches(district, cases, keys, nullptr, logs));
    }
  }
  const double rate = count / median(threads);
  const double floor = count / median(writes);
  const double floor_all = count / median(all);
  const double steps = rate * static_cast<double>(model.elements_count) / static_cast<double>(driver::journey().size());
  return {{"completed tasks inside the program, “open a restaurant” from acceptance to hand-over, " +
               std::to_string(threads_count) + " threads, durable",
           grouped(rate) + " /s (" + percent(rate, floor) + ")",
           grouped(floor) + " /s plain SQLite writes the same rows in the same batches, " + grouped(median(batches)) +
               " to a commit; bar: half",
           2 * rate >= floor},
          {"what the public log costs a completed task, batches of " + std::to_string(threads_count),
           micro(median(logged) / count) + " (" + percent(median(logged), median(unlogged)) + ")",
           micro(median(unlogged) / count) + " without it; bar: 110 %", median(logged) <= 1.1 * median(unlogged)},
          {"the same beside plain SQLite that also runs the same reads",
           grouped(rate) + " /s (" + percent(rate, floor_all) + ")", grouped(floor_all) + " /s"},
          {"elements of the process entered meanwhile", grouped(steps) + " /s",
           "bar: " + grouped(steps_per_second_min) + " /s", steps >= steps_per_second_min}};
}

Table growth() {
  const driver::Folder folder;
  driver::District district(folder.path("data"));
  constexpr int cases_few = 200;
  const driver::District::Model model = district.model_case();
  const auto cost = [&](const std::vector<base::Id>& cases) {
    return run_batches(district, cases, model.keys, nullptr) /
           static_cast<double>(cases.size() * driver::journey().size());
  };
  cost(district.submit_cases(cases_few));  // warms up
  const std::vector<base::Id> second = district.submit_cases(cases_few);
  const std::int64_t few = district.events_count();
  const double at_few = cost(second);
  constexpr std::int64_t events_many = 1'000'000;
  district.grow_log(model.of_case, events_many);
  const std::vector<base::Id> third = district.submit_cases(cases_few);
  cost(district.submit_cases(cases_few));
  const std::int64_t many = district.events_count();
  const double at_many = cost(third);
  return {{"cost of a completed task with " + grouped(static_cast<double>(many)) + " events in the log, batches of " +
               std::to_string(threads_count),
           micro(at_many) + " (" + percent(at_many, at_few) + ")",
           micro(at_few) + " with " + grouped(static_cast<double>(few)) + " events; bar: does not grow (to 150 %)",
           at_many <= 1.5 * at_few}};
}

}  // namespace bench
