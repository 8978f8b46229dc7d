/// The public log: how soon a checkpoint covers what was committed, a proof in a long log, what an entry costs a step.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>
#include <thread>

#include "bench.h"
#include "kernel/tlog/tree.h"
#include "modules/evidence/evidence.h"
#include "process.h"
#include "tiles.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int entries_per_second = 5'000, entries_per_commit = 50, seconds_count = 20;
constexpr auto publishing_pause = std::chrono::milliseconds(500);  // as the program's LogKeeper
constexpr double checkpoint_bar_s = 2, proof_bar_us = 1'000;
constexpr std::uint64_t long_log = 10'000'000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

evidence::Sealing plain_sealing() {
  return {.seal = [](std::string_view plain) { return tlog::to_hex(*tlog::hash_of_bytes(plain)); },
          .open = [](std::string_view sealed) -> std::optional<std::string> {
            const auto hash = tlog::parse_hex(sealed);
            return hash ? std::optional(std::string(tlog::bytes_of(*hash))) : std::nullopt;
          }};
}

std::unique_ptr<storage::Store> open_store(const std::string& path) {
  auto store = storage::open({.database = "sqlite:" + path}).value();
  if (!store->migrate(evidence::migrations())) throw std::runtime_error("the migrations fail");
  return store;
}

void append_events(storage::Store& store, std::int64_t first, int count, bool with_log) {
  static const std::string body(800, 'x');
  store.write([&](storage::Transaction& transaction) {
    for (std::int64_t number = first; number < first + count; ++number) {
      const storage::Stream stream{"case", {1 + number % 5'000}};
      const storage::NewEvent event{.type = "case.advanced", .at = {number}, .actor = {7}, .data = body};
      if (with_log)
        evidence::append(transaction, stream, storage::last_sequence(transaction, stream), event, "430211",
                         {{"case", "2026-430211-000001"}, {"service", "open-restaurant"}});
      else
        transaction.append(stream, storage::last_sequence(transaction, stream), event, "430211");
    }
    return true;
  });
}

/// Entries committed at a fixed rate while the log publishes as in the program: how long each waits for a checkpoint.
Line checkpoints() {
  const driver::Folder folder;
  const auto store = open_store(folder.path("log.db"));
  const auto logs =
      std::move(
          evidence::Logs::open(
              *store, {.folder = folder.path("log"), .origin = "bench.example/log", .sealing = plain_sealing()}, {1}))
          .value();
  constexpr int commits = entries_per_second / entries_per_commit * seconds_count;
  std::vector<std::atomic<double>> committed(commits);
  std::vector<double> waited(commits, -1);
  std::atomic<int> done = 0;
  const auto start = Clock::now();
  std::jthread writer([&] {
    for (int commit = 0; commit < commits; ++commit) {
      std::this_thread::sleep_until(start + std::chrono::milliseconds(1'000 * entries_per_commit / entries_per_second) *
                                                commit);
      append_events(*store, std::int64_t{commit} * entries_per_commit, entries_per_commit, true);
      committed[static_cast<std::size_t>(commit)] = seconds_since(start);
      done = commit + 1;
    }
  });
  for (std::size_t covered = 0; covered < waited.size();) {
    logs->publish({1});
    const double now = seconds_since(start);
    const std::size_t upto = logs->standing("public")->head.size / entries_per_commit;
    for (; covered < upto && covered < static_cast<std::size_t>(done); ++covered)
      waited[covered] = now - committed[covered];
    std::this_thread::sleep_for(publishing_pause);
  }
  const double whole = seconds_since(start);
  std::sort(waited.begin(), waited.end());
  const auto ms = [&](double part) { return grouped(1'000 * waited[static_cast<std::size_t>(part * (commits - 1))]); };
  return {"a checkpoint over entries committed at " +
              grouped(commits * entries_per_commit / std::max<double>(whole, seconds_count)) +
              " /s, from commit to signature, p50 / p99 / max",
          ms(0.5) + " / " + ms(0.99) + " / " + ms(1) + " ms", "bar: 2 s at 5,000 /s",
          waited.back() <= checkpoint_bar_s && whole < seconds_count + checkpoint_bar_s};
}

/// Hash tiles of a log of ten million entries as files, without the entries themselves, which no proof reads.
void write_long_log(const fs::path& folder) {
  std::vector<std::string> levels(5);
  std::vector<std::uint64_t> indexes(levels.size());
  const auto write = [&](std::size_t level) {
    const fs::path path = folder / tlog::to_path({.level = static_cast<int>(level),
                                                  .index = indexes[level],
                                                  .width = levels[level].size() / sizeof(tlog::Hash)});
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << levels[level];
  };
  const std::function<void(std::size_t, const tlog::Hash&)> add = [&](std::size_t level, const tlog::Hash& hash) {
    levels[level] += tlog::bytes_of(hash);
    if (levels[level].size() < tlog::tile_width * sizeof(tlog::Hash)) return;
    write(level);
    tlog::Frontier tile;
    for (std::size_t at = 0; at < levels[level].size(); at += sizeof(tlog::Hash))
      tile.add(*tlog::hash_of_bytes(std::string_view(levels[level]).substr(at, sizeof(tlog::Hash))));
    levels[level].clear();
    ++indexes[level];
    add(level + 1, tile.root());
  };
  for (std::uint64_t entry = 0; entry < long_log; ++entry) add(0, tlog::leaf_hash(std::to_string(entry)));
  for (std::size_t level = 0; level < levels.size(); ++level)
    if (!levels[level].empty()) write(level);
}

Line proofs() {
  const driver::Folder folder;
  const fs::path tiles = folder.path("tiles");
  write_long_log(tiles);
  const tlog::HashReader read = evidence::reader_of(tiles, long_log);
  const tlog::Hash root = tlog::root_of(long_log, read).value();
  std::mt19937_64 random(20261126);
  std::vector<double> times;
  for (int round = 0; round < 5'000; ++round) {
    const std::uint64_t index = random() % long_log;
    const auto start = Clock::now();
    const auto path = tlog::inclusion_proof(index, long_log, evidence::reader_of(tiles, long_log)).value();
    times.push_back(1e6 * seconds_since(start));
    if (!tlog::verify_inclusion(tlog::leaf_hash(std::to_string(index)),
                                {.index = index, .size = long_log, .root = root}, path))
      throw std::runtime_error("a proof does not hold");
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return grouped(times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))]);
  };
  return {"a proof in a log of ten million entries, out of its tiles, p50 / p99 / max",
          at(0.5) + " / " + at(0.99) + " / " + at(1) + " µs", "bar: 1 ms",
          times[times.size() * 99 / 100] <= proof_bar_us};
}

double event_us(bool with_log) {
  const driver::Folder folder;
  const auto store = open_store(folder.path("events.db"));
  constexpr int batches = 600, batch = 32;
  append_events(*store, 0, batch, with_log);
  const auto start = Clock::now();
  for (int number = 1; number <= batches; ++number)
    append_events(*store, std::int64_t{number} * batch, batch, with_log);
  return 1e6 * seconds_since(start) / (batches * batch);
}

Line entry_cost() {
  std::vector<double> with, without;
  for (int round = 0; round < 5; ++round) {
    without.push_back(event_us(false));
    with.push_back(event_us(true));
  }
  std::sort(with.begin(), with.end());
  std::sort(without.begin(), without.end());
  return {"an event with its entry in the public log, batches of 32, durable", grouped(with[2]) + " µs",
          grouped(without[2]) + " µs without; compare with a completed task (tasks)"};
}

}  // namespace

Table logs() {
  return {checkpoints(), proofs(), entry_cost()};
}

}  // namespace bench
