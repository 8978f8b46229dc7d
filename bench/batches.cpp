/// One operation on 100,000 cases: moved to another version of their service, and taken back.
#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "bench.h"
#include "district.h"
#include "modules/batches/batches.h"
#include "process.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t cases_count = 100'000;
constexpr std::string_view service = "open-restaurant";

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().message.en);
  return std::move(result).value();
}

/// The service's version of today with one more line, a comment, in its file: all that a new version needs to be
/// another.
std::string deploy_another(driver::District& district, const std::string& version) {
  const base::Instant now = district.as("head").now;
  auto files = district.store().read_value(
      [&](storage::Snapshot& snapshot) { return casework::kept_files(snapshot, service, version); });
  if (!files || !files->contains("service.yaml")) throw std::runtime_error("the service's files are not kept");
  (*files)["service.yaml"] += "\n# another version\n";
  const std::string another = catalogue::fingerprint(*files);
  must(district.store().write_result([&](storage::Transaction& transaction) -> base::Result<bool> {
    district.engine().deploy(transaction, std::string(service), another, *files, now);
    return true;
  }));
  return another;
}

struct Carried {
  batches::Batch batch;
  double seconds = 0;
  double longest_ms = 0;  // piece: what others wait for at most
};

Carried carry_out(driver::District& district, const batches::Batches& work, base::Id id) {
  Carried carried;
  const auto begin = Clock::now();
  for (;;) {
    const auto piece = Clock::now();
    const bool more = work.work(district.store(), district.as("head").now);
    carried.longest_ms = std::max(carried.longest_ms, seconds_since(piece) * 1e3);
    if (!more) break;
  }
  carried.seconds = seconds_since(begin);
  carried.batch = must(district.store().read_value(
      [&](storage::Snapshot& snapshot) { return batches::load_batch(snapshot, district.as("head").actor.scope, id); }));
  if (carried.batch.state != "finished") throw std::runtime_error("the batch did not end");
  return carried;
}

Line line_of(const std::string& what, const Carried& carried) {
  return {
      what + ", in pieces of " + std::to_string(batches::piece_cases) + " cases; done, refused; the longest piece",
      grouped(carried.seconds) + " s, " + grouped(static_cast<double>(carried.batch.done) / carried.seconds) + " /s; " +
          grouped(static_cast<double>(carried.batch.done)) + ", " +
          grouped(static_cast<double>(carried.batch.refused)) + "; " + grouped(carried.longest_ms) + " ms",
      "bar: all of them, each once",
      carried.batch.total >= cases_count && carried.batch.done == carried.batch.total && carried.batch.refused == 0};
}

}  // namespace

Table many_cases() {
  const driver::Folder folder;
  driver::District district(folder.path("data"));
  const base::Id one = district.submit_cases(1).front();
  district.grow_waiting(one, cases_count - 1);
  const casework::Moment head = district.as("head");
  const std::string version = district.store().read_value([&](storage::Snapshot& snapshot) {
    return must(district.engine().load(snapshot, head.actor.scope, one)).head.service_version;
  });
  const std::string another = deploy_another(district, version);
  const batches::Batches work(district.engine());
  const base::Id forward = base::make_id(head.now, 1), back = base::make_id(head.now, 2);
  must(district.store().write_result([&](storage::Transaction& transaction) {
    return work.start(transaction,
                      {.id = forward,
                       .kind = "migrate",
                       .service = std::string(service),
                       .from_version = version,
                       .version = another,
                       .renamed = {},
                       .reason = "benchmark"},
                      head);
  }));
  const Carried moved = carry_out(district, work, forward);
  must(district.store().write_result(
      [&](storage::Transaction& transaction) { return work.undo(transaction, forward, back, "benchmark", head); }));
  const Carried returned = carry_out(district, work, back);
  return {line_of("a batch that moves 100,000 open cases, and the few of the demonstration, to another version", moved),
          line_of("the same taken back", returned)};
}

}  // namespace bench
