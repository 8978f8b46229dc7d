/// The program is killed, and its disk fills up: nothing that was acknowledged is lost, nothing happens twice.
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "client.h"
#include "district.h"
#include "log_checks.h"
#include "process.h"

namespace {

using testing::AnyOf;
using testing::HasSubstr;

struct Visits {
  std::vector<std::string> acknowledged;  // the reasons of the visits that were answered with 201
  std::vector<std::string> receipts;      // their places in the public log: "public/12/ab34…"
  int unknown = 0;                        // the connection ended before the answer
};

driver::Request visit(const base::Id of_case, const driver::Session& clerk, const std::string& reason) {
  return {.method = "POST",
          .path = "/api/v1/cases/" + base::to_text(of_case) + "/visits",
          .session = &clerk,
          .body = R"({"reason":")" + reason + R"("})",
          .key = reason};
}

/// Clients that record visits one after the other until the connection breaks.
Visits record_until_broken(int port, const driver::Session& clerk, const std::vector<base::Id>& cases,
                           const std::string& round) {
  Visits visits;
  std::mutex mutex;
  std::vector<std::thread> clients;
  for (int client = 0; client < 8; ++client)
    clients.emplace_back([&, client] {
      try {
        driver::Connection connection(port);
        for (int number = 0;; ++number) {
          const std::string reason = round + "-" + std::to_string(client) + "-" + std::to_string(number);
          const auto& of_case = cases[static_cast<std::size_t>(client + number) % cases.size()];
          const driver::Answer answer = connection.ask(visit(of_case, clerk, reason));
          const std::lock_guard guard(mutex);
          EXPECT_EQ(answer.status, 201) << answer.body;
          visits.acknowledged.push_back(reason);
          visits.receipts.push_back(driver::header_of(answer, "Log-Receipts"));
        }
      } catch (const driver::Broken&) {
        const std::lock_guard guard(mutex);
        ++visits.unknown;
      }
    });
  for (std::thread& client : clients) client.join();
  return visits;
}

/// Kills the program `rounds` times at random moments under load and looks at what is there afterwards.
void kill_and_compare(int rounds) {
  const driver::Folder folder;
  const std::string data = folder.path("data");
  std::vector<base::Id> cases;
  {
    driver::District district(data);
    cases = district.submit_cases(5);
  }
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> acknowledged, receipts;
  std::set<std::string> checkpoints;
  int unknown = 0;
  for (int round = 0; round < rounds; ++round) {
    driver::Process process({.data = data});
    std::jthread watcher(
        [&](const std::stop_token& stop) { driver::collect_checkpoints(process.port(), stop, checkpoints); });
    const driver::Session clerk = driver::sign_in(process.port(), "clerk");
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 400));
      process.kill();
    });
    const Visits visits = record_until_broken(process.port(), clerk, cases, "kill" + std::to_string(round));
    killer.join();
    acknowledged.insert(acknowledged.end(), visits.acknowledged.begin(), visits.acknowledged.end());
    receipts.insert(receipts.end(), visits.receipts.begin(), visits.receipts.end());
    unknown += visits.unknown;
  }
  {
    // A repetition of an acknowledged command changes nothing.
    driver::Process process({.data = data});
    const driver::Session clerk = driver::sign_in(process.port(), "clerk");
    ASSERT_FALSE(acknowledged.empty());
    const std::string& reason = acknowledged.front();
    const driver::Answer again = driver::Connection(process.port()).ask(visit(cases[0], clerk, reason));
    EXPECT_THAT(again.status, AnyOf(201, 422));  // 422: the same key came with another case
    EXPECT_FALSE(checkpoints.empty());
    driver::expect_in_log(process.port(), checkpoints, receipts);
    process.stop();
  }
  const driver::Finished checked = driver::run_program({"check", "--data", data});
  EXPECT_EQ(checked.status, 0) << checked.output;  // integrity, and sequences without gaps
  driver::District district(data);
  std::multiset<std::string> there;
  district.store().read([&](storage::Snapshot& snapshot) {
    for (const base::Id of_case : cases)
      for (const licensing::Visit& each : licensing::visits_of(snapshot, of_case)) there.insert(each.reason);
  });
  for (const std::string& reason : acknowledged) EXPECT_EQ(there.count(reason), 1U) << reason;
  EXPECT_EQ(std::set<std::string>(there.begin(), there.end()).size(), there.size());
  EXPECT_LE(there.size(), acknowledged.size() + static_cast<std::size_t>(unknown));
}

TEST(a_killed_program, has_every_acknowledged_step_once) {
  kill_and_compare(3);
}

TEST(a_killed_program, has_every_acknowledged_step_once_after_many_kills_slow) {
  kill_and_compare(100);
}

TEST(a_restored_backup, is_written_only_after_the_next_log_was_opened) {
  const driver::Folder folder;
  const std::string data = folder.path("data");
  const std::string later = folder.path("later");
  std::vector<base::Id> cases;
  {
    driver::District district(data);
    cases = district.submit_cases(1);
  }
  const driver::Request checkpoint{.method = "GET", .path = "/log/public/checkpoint"};
  {
    driver::Process process({.data = data});
    int status = 0;
    for (int tries = 0; tries < 50 && status != 200; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      status = driver::Connection(process.port()).ask(checkpoint).status;
    }
    ASSERT_EQ(status, 200);
    process.stop();
  }
  ASSERT_EQ(driver::run_program({"backup", "--data", data, folder.path("backup")}).status, 0);
  ASSERT_EQ(driver::run_program({"restore", "--data", later, folder.path("backup")}).status, 0);
  std::filesystem::copy_file(data + "/secrets", later + "/secrets");

  const driver::Finished set_back = driver::run_program({"check", "--data", later});
  EXPECT_EQ(set_back.status, 1);
  EXPECT_THAT(set_back.output, HasSubstr("yichuang log reopen"));
  EXPECT_NE(driver::run_program({"log", "reopen", "--data", later, "--reason", " "}).status, 0);
  const driver::Finished reopened = driver::run_program({"log", "reopen", "--data", later, "--reason", "换机恢复"});
  EXPECT_EQ(reopened.status, 0) << reopened.output;
  EXPECT_THAT(reopened.output, HasSubstr("public-2"));
  {
    driver::Process process({.data = later});
    const driver::Session clerk = driver::sign_in(process.port(), "clerk");
    const driver::Answer done = driver::Connection(process.port()).ask(visit(cases[0], clerk, "after"));
    EXPECT_EQ(done.status, 201) << done.body;
    EXPECT_THAT(done.head, HasSubstr("Log-Receipts: public-2/"));
    process.stop();
  }
  const driver::Finished checked = driver::run_program({"check", "--data", later});
  EXPECT_EQ(checked.status, 0) << checked.output;
}

/// A small disk of its own where the system allows one; elsewhere a limit on the size of files stands for it.
class Disk {
 public:
  explicit Disk(const std::string& path) : path_(path) {
    std::filesystem::create_directories(path_);
    is_mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=64m") == 0;
  }
  ~Disk() {
    if (is_mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  bool is_mounted() const { return is_mounted_; }
  void fill(const driver::Process& process) const {
    if (!is_mounted_) return process.limit_files(4096);
    std::ofstream ballast(path_ + "/ballast", std::ios::binary);
    const std::string piece(4096, 'x');
    while (ballast.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush()) continue;
  }
  void make_room(const driver::Process& process) const {
    process.limit_files(0);
    std::filesystem::remove(path_ + "/ballast");
  }

 private:
  std::string path_;
  bool is_mounted_ = false;
};

TEST(a_full_disk, refuses_writes_in_words_while_reads_go_on_and_recovers) {
  const driver::Folder folder;
  const Disk disk(folder.path("disk"));
  const std::string data = folder.path("disk/data");
  std::vector<base::Id> cases;
  {
    driver::District district(data);
    cases = district.submit_cases(1);
  }
  driver::Process process({.data = data});
  const driver::Session clerk = driver::sign_in(process.port(), "clerk");
  driver::Connection connection(process.port());
  ASSERT_EQ(connection.ask(visit(cases[0], clerk, "before")).status, 201);

  disk.fill(process);
  driver::Answer refused = connection.ask(visit(cases[0], clerk, "meanwhile"));
  EXPECT_THAT(refused.status, AnyOf(503, 507)) << refused.body;
  EXPECT_THAT(refused.text("detail"), HasSubstr("没有生效"));
  driver::Request english = visit(cases[0], clerk, "meanwhile");
  english.language = "en";
  refused = connection.ask(english);
  EXPECT_THAT(refused.status, AnyOf(503, 507)) << refused.body;
  EXPECT_THAT(refused.text("detail"), HasSubstr("nothing was done"));
  const driver::Request read{.method = "GET", .path = "/api/v1/cases/" + base::to_text(cases[0]), .session = &clerk};
  EXPECT_EQ(connection.ask(read).status, 200);
  if (disk.is_mounted()) {
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.text("code"), "http.disk_full");
  }

  disk.make_room(process);
  // Once there is room, the store finds out by itself within seconds; the same command with the same key then happens
  // once.
  int status = 0;
  for (int tries = 0; tries < 50 && status != 201; ++tries) {
    status = connection.ask(visit(cases[0], clerk, "meanwhile")).status;
    if (status != 201) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (status != 201 && !disk.is_mounted()) {
    // A disk that failed in the midst of a write stops writing until the program is started again.
    process.stop();
    driver::Process again({.data = data});
    status = driver::Connection(again.port()).ask(visit(cases[0], clerk, "meanwhile")).status;
    again.stop();
  } else {
    process.stop();
  }
  EXPECT_EQ(status, 201);
  const driver::Finished checked = driver::run_program({"check", "--data", data});
  EXPECT_EQ(checked.status, 0) << checked.output;
}

}  // namespace
