/// The main journey and its conflicts over HTTP, against the program as a process, on SQLite and on PostgreSQL.
#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <set>
#include <thread>

#include "client.h"
#include "databases.h"
#include "district.h"
#include "log_checks.h"
#include "modules/evidence/model.h"
#include "process.h"

namespace {

using testing::HasSubstr;
using testing::Not;

/// A district in a folder of its own, on the database the parameter names, and `cases` submitted in it.
class journey : public testing::TestWithParam<const char*> {
 protected:
  void start(int cases) {
    if (GetParam() == std::string("postgresql")) database_ = testing_storage::new_postgres_database();
    driver::District district(data_, database_);
    keys_ = district.model_case().keys;
    cases_ = district.submit_cases(cases);
  }
  /// Whatever a journey has done, the checker finds every row as its events tell it.
  void TearDown() override {
    process_.reset();
    std::vector<std::string> words = {"check", "--data", data_};
    if (!database_.empty()) words.insert(words.end(), {"--database", database_});
    const driver::Finished checked = driver::run_program(words);
    EXPECT_EQ(checked.status, 0) << checked.output;
  }
  void serve(std::vector<std::string> more = {}) {
    driver::Process::Options options{.data = data_, .more = std::move(more)};
    if (!database_.empty()) options.more.insert(options.more.end(), {"--database", database_});
    process_.emplace(options);
  }
  driver::Answer ask(const std::string& method, const std::string& path, const driver::Session& session,
                     const std::string& body = {}) {
    return driver::Connection(process_->port())
        .ask({.method = method, .path = path, .session = &session, .body = body, .key = method + path + body});
  }
  driver::Answer complete(base::Id of_case, const driver::Step& step, const driver::Session& session,
                          const std::string& key, const std::string& language = "zh") {
    const driver::Posted posted = driver::posted(step, {of_case, keys_.at(step.element)});
    return driver::Connection(process_->port())
        .ask({.method = "POST",
              .path = posted.path,
              .session = &session,
              .body = posted.body,
              .key = key,
              .language = language});
  }

  driver::Folder folder_;
  std::string data_ = folder_.path("data");
  std::string database_;
  std::optional<driver::Process> process_;
  std::map<std::string, bpmn::Key, std::less<>> keys_;
  std::vector<base::Id> cases_;
};

TEST_P(journey, leads_cases_at_once_to_certificates_without_gap_or_duplicate) {
  constexpr int cases_count = 6;
  start(cases_count);
  serve();
  std::map<std::string, driver::Session> sessions;
  for (const driver::Step& step : driver::journey())
    if (!sessions.contains(step.account)) sessions[step.account] = driver::sign_in(process_->port(), step.account);
  for (const driver::Step& step : driver::journey()) {
    std::vector<std::thread> clerks;
    for (const base::Id of_case : cases_)
      clerks.emplace_back([&, of_case] {
        const driver::Answer answer =
            complete(of_case, step, sessions.at(step.account), step.element + base::to_text(of_case));
        EXPECT_EQ(answer.status, step.delivers ? 201 : 200) << step.element << answer.body;
      });
    for (std::thread& clerk : clerks) clerk.join();
  }
  ASSERT_EQ(process_->stop(), 0);

  const auto store =
      storage::open({.database = database_.empty() ? "sqlite:" + data_ + "/yichuang.db" : database_}).value();
  store->read([&](storage::Snapshot& snapshot) {
    std::set<std::string> codes;
    std::set<std::string> permits;
    for (const base::Id of_case : cases_) {
      const auto state = snapshot.find("SELECT state, ended_at FROM cases WHERE id = ?", {of_case});
      EXPECT_FALSE(state->at(1).is_null());
      for (const auto& certificate : licensing::certificates_of(snapshot, of_case))
        (certificate.kind == "food_permit" ? permits : codes).insert(certificate.number);
    }
    EXPECT_EQ(codes.size(), cases_.size());
    EXPECT_EQ(permits.size(), cases_.size());
    // No number of the counters was lost: each names an entity or a permit that is there.
    const auto counted = [&](const std::string& counter) {
      return snapshot.find("SELECT value FROM counters WHERE name = ?", {counter})->at(0).number();
    };
    const auto rows = [&](const std::string& sql) { return snapshot.query(sql)[0][0].number(); };
    EXPECT_EQ(counted("credit_code/430211"), rows("SELECT COUNT(DISTINCT credit_code) FROM entities"));
    EXPECT_EQ(counted("food_permit/430211/2"),
              rows("SELECT COUNT(DISTINCT number) FROM certificates WHERE kind = 'food_permit'"));
  });
}

TEST_P(journey, lets_one_of_two_clerks_accept_a_case_and_tells_the_other_who_and_when) {
  start(4);
  serve();
  const driver::Step& accept = driver::journey().front();
  const driver::Session first = driver::sign_in(process_->port(), accept.account);
  const driver::Session second = driver::sign_in(process_->port(), accept.account);
  for (const base::Id of_case : cases_) {
    driver::Answer answers[2];
    std::thread other([&] { answers[1] = complete(of_case, accept, second, "second" + base::to_text(of_case), "en"); });
    answers[0] = complete(of_case, accept, first, "first" + base::to_text(of_case), "en");
    other.join();
    const bool first_won = answers[0].status == 200;
    EXPECT_EQ(answers[first_won ? 0 : 1].status, 200);
    const driver::Answer& refused = answers[first_won ? 1 : 0];
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.text("code"), "casework.already_done");
    EXPECT_THAT(refused.text("detail"), HasSubstr("柳试窗"));              // who
    EXPECT_THAT(refused.text("detail"), HasSubstr("already done at 20"));  // when
    // The winner's own repetition is given the first answer again.
    const driver::Answer again = first_won ? complete(of_case, accept, first, "first" + base::to_text(of_case), "en")
                                           : complete(of_case, accept, second, "second" + base::to_text(of_case), "en");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, answers[first_won ? 0 : 1].body);
  }
}

TEST_P(journey, accepts_by_silence_when_nobody_answers_in_time) {
  start(2);
  const std::string path = "/api/v1/cases/" + base::to_text(cases_[0]);
  serve();
  const driver::Session reader = driver::sign_in(process_->port(), "clerk");
  EXPECT_EQ(ask("GET", path, reader).text("state"), "submitted");
  // What was answered reads in the clerk's language, as its label does.
  const driver::Answer english =
      driver::Connection(process_->port()).ask({.method = "GET", .path = path, .session = &reader, .language = "en"});
  EXPECT_THAT(english.body, HasSubstr(R"("value_text":"Yes")"));
  EXPECT_THAT(english.body, Not(HasSubstr(R"("value_text":"是")")));
  EXPECT_EQ(process_->stop(), 0);
  // Three weeks have five working days in any season; the timers fire soon after the start.
  serve({"--demonstration", "--clock-shift", std::to_string(21 * 86'400)});
  const driver::Session clerk = driver::sign_in(process_->port(), "clerk");
  std::string state;
  for (int tries = 0; tries < 100 && state != "accepted"; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    state = ask("GET", path, clerk).text("state");
  }
  EXPECT_EQ(state, "accepted");
  const driver::Answer late = complete(cases_[0], driver::journey()[0], clerk, "late", "en");
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.text("code"), "casework.already_done");
  EXPECT_THAT(late.body, HasSubstr("went another way"));
  // Both examinations are open, as after an acceptance by hand.
  for (const int step : {1, 2}) {
    const driver::Step& examination = driver::journey()[static_cast<std::size_t>(step)];
    const driver::Session examiner = driver::sign_in(process_->port(), examination.account);
    const std::string list = ask("GET", "/api/v1/tasks?tab=office&element=" + examination.element, examiner).body;
    EXPECT_THAT(list, HasSubstr(base::to_text(cases_[0]))) << examination.element;
  }
}

TEST_P(journey, ends_a_case_that_its_applicant_withdraws) {
  start(2);
  serve();
  const driver::Session citizen = driver::sign_in(process_->port(), "citizen1");
  const driver::Session clerk = driver::sign_in(process_->port(), "clerk");
  const std::string path = "/api/v1/applications/" + base::to_text(cases_[0]);
  EXPECT_EQ(ask("POST", path + "/withdrawal", citizen, R"({"reason":""})").status, 422);
  EXPECT_EQ(ask("POST", path + "/withdrawal", clerk, R"({"reason":"不是本人"})").status, 403);
  EXPECT_EQ(ask("POST", path + "/withdrawal", citizen, R"({"reason":"改租别处"})").status, 200);
  EXPECT_EQ(ask("GET", path, citizen).text("state"), "withdrawn");
  EXPECT_EQ(ask("POST", path + "/withdrawal", citizen, R"({"reason":"再撤一次"})").text("code"), "casework.ended");
  EXPECT_EQ(complete(cases_[0], driver::journey()[0], clerk, "gone").status, 409);
  EXPECT_EQ(complete(cases_[1], driver::journey()[0], clerk, "stays").status, 200);
}

TEST_P(journey, completes_a_hand_over_by_its_delivery_alone) {
  start(1);
  serve();
  const driver::Session clerk = driver::sign_in(process_->port(), "clerk");
  for (const driver::Step& step : driver::journey())
    if (!step.delivers) {
      const driver::Session session = driver::sign_in(process_->port(), step.account);
      ASSERT_EQ(complete(cases_[0], step, session, step.element).status, 200) << step.element;
    }
  const driver::Step by_hand{"hand_over", "clerk", R"({"way":"electronic"})"};
  const driver::Answer chinese = complete(cases_[0], by_hand, clerk, "by hand");
  EXPECT_EQ(chinese.status, 409) << chinese.body;
  EXPECT_EQ(chinese.text("code"), "delivery.not_recorded");
  EXPECT_EQ(chinese.text("detail"),
            "还没有登记全部证照的送达。请在办件的“打印与送达”中登记领取人、快递签收或电子送达,登记后这一环节自动办结");
  const driver::Answer english = complete(cases_[0], by_hand, clerk, "by hand in English", "en");
  EXPECT_EQ(english.status, 409);
  EXPECT_EQ(english.text("detail"),
            "Not every certificate has been recorded as handed over. Record under “Prints and hand-over” of the case "
            "who collected it, that the courier delivered it, or that it was sent electronically; this step is then "
            "completed by itself.");
  const driver::Answer recorded = complete(cases_[0], driver::journey().back(), clerk, "recorded");
  EXPECT_EQ(recorded.status, 201) << recorded.body;
  EXPECT_EQ(ask("GET", "/api/v1/cases/" + base::to_text(cases_[0]), clerk).text("state"), "finished");
}

TEST_P(journey, tells_the_place_of_a_step_in_the_public_log_and_proves_it) {
  start(1);
  serve();
  const driver::Session clerk = driver::sign_in(process_->port(), "clerk");
  const driver::Answer step = complete(cases_[0], driver::journey()[0], clerk, "logged");
  ASSERT_EQ(step.status, 200) << step.body;
  const std::string index = driver::header_of(step, "Log-Index");
  const auto leaf = tlog::parse_hex(driver::header_of(step, "Log-Leaf-Hash"));
  ASSERT_FALSE(index.empty());
  ASSERT_TRUE(leaf.has_value());
  const driver::Answer again = complete(cases_[0], driver::journey()[0], clerk, "logged");
  EXPECT_EQ(driver::header_of(again, "Log-Index"), index);

  // A program that has just started signs its first checkpoint within half a second.
  const std::string origin = driver::wait_for(process_->port(), "public", 1).checkpoint.origin;
  evidence::EntryReceipt receipt{.origin = origin, .index = std::stoull(index), .leaf = *leaf};
  const auto state_of = [&](const evidence::EntryReceipt& shown) {
    std::string text = evidence::to_text(shown);
    text.replace(text.find('#'), 1, "%23");
    return ask("GET", "/api/v1/receipts?text=" + text, clerk).text("state");
  };
  std::string state;
  for (int tries = 0; tries < 50 && state != "included"; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    state = state_of(receipt);
  }
  EXPECT_EQ(state, "included");
  --receipt.index;
  EXPECT_EQ(state_of(receipt), "contradicted");
}

INSTANTIATE_TEST_SUITE_P(on, journey, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return std::string(database.param); });

}  // namespace
