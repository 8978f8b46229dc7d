/// The public log as several authorities run it: witnesses as programs of their own, and two servers on one database.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "databases.h"
#include "district.h"
#include "log_checks.h"
#include "modules/evidence/evidence.h"
#include "process.h"

namespace {

using testing::HasSubstr;

constexpr int step_ms = 50, wait_ms_max = 15'000;

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

driver::Answer visit(driver::Connection& connection, base::Id of_case, const driver::Session& clerk,
                     const std::string& reason) {
  return connection.ask({.method = "POST",
                         .path = "/api/v1/cases/" + base::to_text(of_case) + "/visits",
                         .session = &clerk,
                         .body = R"({"reason":")" + reason + R"("})",
                         .key = reason});
}

/// The program, and three witnesses of whom two are asked for.
class Witnessed : public testing::Test {
 protected:
  Witnessed() {
    {
      driver::District district(data_);
      cases_ = district.submit_cases(1);
    }
    std::string keys;
    {
      driver::Process process({.data = data_});
      driver::wait_for(process.port(), "public", 1);
      for (const tlog::Policy::Log& log : driver::policy_of(process.port()).logs)
        keys += "log " + tlog::to_text(log.key) + "\n";
      process.stop();
    }
    write(folder_.path("watched"), keys + "quorum none\n");
    std::string policy;
    for (const char* name : {"one", "two", "three"}) {
      witnesses_.push_back(std::make_unique<driver::WitnessProcess>(options_of(name)));
      policy += std::string("witness ") + name + " " + witnesses_.back()->key() +
                " http://127.0.0.1:" + std::to_string(witnesses_.back()->port()) + "\n";
    }
    write(data_ + "/log/policy", policy + "group enough 2 one two three\nquorum enough\n");
    process_.emplace(driver::Process::Options{.data = data_});
  }
  driver::WitnessProcess::Options options_of(const std::string& name) const {
    return {.data = folder_.path(name), .name = name + ".example/w", .policy = folder_.path("watched")};
  }
  /// The public log as the trust page shows it.
  feel::Context shown() const {
    const feel::Context logs = driver::get(process_->port(), "/api/v1/logs").json();
    for (const feel::Value& log : logs.find("logs")->as_list())
      if (log.as_context().find("name")->as_string() == "public") return log.as_context();
    return {};
  }
  bool is_witnessed() const { return shown().find("witnessed")->is_true(); }
  template <class Condition>
  static bool waits_for(Condition condition) {
    for (int waited = 0; waited < wait_ms_max; waited += step_ms) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
    }
    return false;
  }
  int record_visit(const std::string& reason) {
    const driver::Session clerk = driver::sign_in(process_->port(), "clerk");
    driver::Connection connection(process_->port());
    return visit(connection, cases_[0], clerk, reason).status;
  }

  driver::Folder folder_;
  std::string data_ = folder_.path("data");
  std::vector<base::Id> cases_;
  std::vector<std::unique_ptr<driver::WitnessProcess>> witnesses_;
  std::optional<driver::Process> process_;
};

TEST_F(Witnessed, checkpoints_carry_cosignatures_and_the_quorum_is_shown) {
  EXPECT_TRUE(waits_for([&] { return is_witnessed(); }));
  const tlog::Policy policy = driver::policy_of(process_->port());
  EXPECT_EQ(policy.quorum, "enough");
  EXPECT_EQ(policy.witnesses.size(), 3U);
  ASSERT_TRUE(waits_for([&] { return driver::wait_for(process_->port(), "public", 1).witnesses.size() == 3; }));
  EXPECT_TRUE(policy.is_met(driver::wait_for(process_->port(), "public", 1).witnesses));

  // One witness away: the quorum is there still. Two away: the page says so, and the bureau's work goes on.
  witnesses_[0]->kill();
  EXPECT_EQ(record_visit("one away"), 201);
  EXPECT_TRUE(waits_for([&] { return is_witnessed(); }));
  witnesses_[1]->kill();
  EXPECT_EQ(record_visit("two away"), 201);
  EXPECT_TRUE(waits_for([&] { return !is_witnessed(); }));
  const feel::Context state = shown();
  EXPECT_FALSE(state.find("refusal") && state.find("refusal")->kind() == feel::Kind::string);
  // Back again, with what it has seen.
  driver::WitnessProcess::Options again = options_of("one");
  again.port = witnesses_[0]->port();
  witnesses_[0] = std::make_unique<driver::WitnessProcess>(again);
  EXPECT_TRUE(waits_for([&] { return is_witnessed(); }));
}

TEST_F(Witnessed, a_log_that_was_set_back_with_all_its_memory_is_refused) {
  ASSERT_TRUE(waits_for([&] { return is_witnessed(); }));
  process_->stop();
  process_.reset();
  // Database, tiles and high-water file together: nothing on this machine knows better afterwards.
  std::filesystem::copy(data_, folder_.path("older"), std::filesystem::copy_options::recursive);
  process_.emplace(driver::Process::Options{.data = data_});
  const std::uint64_t before = driver::wait_for(process_->port(), "public", 1).checkpoint.head.size;
  ASSERT_EQ(record_visit("what is to be forgotten"), 201);
  ASSERT_TRUE(waits_for(
      [&] { return driver::wait_for(process_->port(), "public", before + 1).witnesses.size() == witnesses_.size(); }));
  process_->stop();
  process_.reset();
  std::filesystem::remove_all(data_);
  std::filesystem::rename(folder_.path("older"), data_);
  process_.emplace(driver::Process::Options{.data = data_});
  EXPECT_TRUE(waits_for([&] {
    const feel::Context seen = shown();
    const feel::Value* refusal = seen.find("refusal");
    return refusal && refusal->kind() == feel::Kind::string;
  }));
  const feel::Context refused = shown();
  EXPECT_THAT(feel::to_json(*refused.find("refusal")), HasSubstr("它见过"));
  // Nothing is written any more, not even a session.
  EXPECT_TRUE(waits_for([&] {
    return driver::Connection(process_->port())
               .ask({.method = "POST",
                     .path = "/api/v1/sessions",
                     .body = R"({"account":"clerk","password":"tianyuan-demo-2026"})"})
               .status == 503;
  }));
}

/// The entries of the public log about a subject, as text.
std::string told_of(driver::District& district, const std::string& subject) {
  std::string all;
  district.store().read([&](storage::Snapshot& snapshot) {
    for (const evidence::StoredEntry& entry : evidence::entries_of(snapshot, subject, 100)) all += entry.text + "\n";
  });
  return all;
}

TEST(a_finished_case, has_its_registration_and_certificates_in_the_public_log) {
  const driver::Folder folder;
  driver::District district(folder.path("data"));
  const base::Id of_case = district.model_case().of_case;
  const auto certificates = district.store().read_value(
      [&](storage::Snapshot& snapshot) { return licensing::certificates_of(snapshot, of_case); });
  ASSERT_EQ(certificates.size(), 2U);
  const licensing::Certificate& permit = certificates[certificates[0].valid_to ? 0 : 1];
  ASSERT_TRUE(permit.valid_to);
  EXPECT_THAT(told_of(district, "entity/" + base::to_text(certificates[0].entity)),
              HasSubstr(R"("type":"registration.established")"));
  const std::string issued = told_of(district, "certificate/" + base::to_text(permit.id));
  EXPECT_THAT(issued, HasSubstr(R"("type":"licensing.certificate_issued")"));
  EXPECT_THAT(issued, HasSubstr("\"number\":\"" + permit.number + "\""));
  for (const licensing::Certificate::Field& field : permit.fields)
    if (field.value.size() > 9 && field.value != permit.number) {
      EXPECT_THAT(issued, testing::Not(HasSubstr(field.value)));
    }

  // Past its last day it is told once.
  const base::Instant later = calendar::start_of({permit.valid_to.value().days + 1});
  while (licensing::tell_expired(district.store(), later.plus_us(-1), 10) > 0) {
    // the demonstration's own certificates, which expire earlier
  }
  EXPECT_THAT(told_of(district, "certificate/" + base::to_text(permit.id)), testing::Not(HasSubstr("expired")));
  EXPECT_GE(licensing::tell_expired(district.store(), later, 10), 1);
  EXPECT_EQ(licensing::tell_expired(district.store(), later, 10), 0);
  EXPECT_THAT(told_of(district, "certificate/" + base::to_text(permit.id)), HasSubstr(R"("status":"expired")"));

  const auto found_after = [&](const std::string& sql) {
    std::string all;
    district.store().write([&](storage::Transaction& transaction) {
      if (!sql.empty()) transaction.execute(sql + " WHERE id = ?", {permit.id});
      for (const base::Text& finding : licensing::check(transaction)) all += finding.en + "\n";
      return false;
    });
    return all;
  };
  EXPECT_EQ(found_after(""), "");
  const std::string row = "row " + std::to_string(permit.id.number) + " of certificates";
  for (const char* column : {"status", "number", "kind", "valid_to", "issued_on", "fields", "details", "token",
                             "division", "status_since", "status_reason"})
    EXPECT_THAT(found_after(std::string("UPDATE certificates SET ") + column + " = '[]'"),
                HasSubstr(row + ": differs from the events in " + column));
  for (const char* column : {"entity", "case_id", "applicant", "document", "expiry_told"})
    EXPECT_THAT(found_after(std::string("UPDATE certificates SET ") + column + " = 7"),
                HasSubstr(row + ": differs from the events in " + column));
  EXPECT_THAT(found_after("DELETE FROM certificates"), HasSubstr(row + ": the events tell of it, and it is gone"));
}

TEST(two_servers_on_one_postgresql, append_to_one_log_without_fork_or_gap) {
  const driver::Folder folder;
  const std::string data = folder.path("data"), second_data = folder.path("second");
  const std::string database = testing_storage::new_postgres_database();
  std::vector<base::Id> cases;
  {
    driver::District district(data, database);
    cases = district.submit_cases(6);
  }
  std::filesystem::copy(data, second_data, std::filesystem::copy_options::recursive);
  driver::Process keeper({.data = data, .more = {"--database", database}});
  driver::Process other({.data = second_data, .more = {"--database", database, "--without-logs"}});
  const std::uint64_t before = driver::wait_for(keeper.port(), "public", 1).checkpoint.head.size;

  std::mutex mutex;
  std::vector<std::string> receipts;
  std::set<std::string> checkpoints;
  {
    std::jthread watcher(
        [&](const std::stop_token& stop) { driver::collect_checkpoints(keeper.port(), stop, checkpoints); });
    std::vector<std::jthread> clients;
    for (int client = 0; client < 6; ++client)
      clients.emplace_back([&, client] {
        const int port = client % 2 == 0 ? keeper.port() : other.port();
        const driver::Session clerk = driver::sign_in(port, "clerk");
        driver::Connection connection(port);
        for (int number = 0; number < 25; ++number) {
          const auto& of_case = cases[static_cast<std::size_t>(client + number) % cases.size()];
          const driver::Answer answer =
              visit(connection, of_case, clerk, std::to_string(client) + "-" + std::to_string(number));
          const std::lock_guard guard(mutex);
          EXPECT_EQ(answer.status, 201) << answer.body;
          receipts.push_back(driver::header_of(answer, "Log-Receipts"));
        }
      });
    clients.clear();
    driver::wait_for(keeper.port(), "public", before + receipts.size());
    watcher.request_stop();
  }
  std::set<std::uint64_t> places;
  for (const std::string& receipt : receipts) places.insert(driver::parse_place(receipt).index);
  EXPECT_EQ(places.size(), receipts.size());  // no place twice
  EXPECT_GE(checkpoints.size(), 2U);
  driver::expect_in_log(keeper.port(), checkpoints, receipts);
  other.stop();
  keeper.stop();
  const driver::Finished checked = driver::run_program({"check", "--data", data, "--database", database});
  EXPECT_EQ(checked.status, 0) << checked.output;
}

}  // namespace
