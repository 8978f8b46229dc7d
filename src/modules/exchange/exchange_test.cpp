/// Jobs and messages between cases and other systems, on both databases.
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "modules/exchange/exchange.h"
#include "store.h"
#include "testing.h"

namespace exchange {
namespace {

using casework::testing::day_us;
using casework::testing::extensions;
using casework::testing::flow;
using casework::testing::job;
using casework::testing::line;
using casework::testing::model;
using casework::testing::Office;
using casework::testing::user_task;

constexpr int tax_system = 21;
constexpr int bank = 22;
constexpr std::int64_t second_us = base::us_per_second;

/// The office, and two other systems: one is granted the job "tax.check", the other the message "paid".
class Desk {
 public:
  Desk() : office(migrations()) {
    attach();
    office.hire(tax_system, "tax-system", {"other_system"});
    office.hire(bank, "bank", {"other_system"});
    EXPECT_EQ(grant("tax-system", {"job:tax.check"}), "");
    EXPECT_EQ(grant("bank", {"message:paid"}), "");
  }
  void offer(const std::string& xml) {
    office.offer(xml);
    attach();
  }
  /// The same office with one more service.
  void offer_service(const std::shared_ptr<const catalogue::Service>& service) {
    auto changed = std::make_shared<catalogue::Catalogue>(office.engine->catalogue());
    catalogue::Services::Map services = changed->services->now();
    services[service->id] = service;
    changed->services = std::make_shared<catalogue::Services>(std::move(services));
    office.use(changed);
    EXPECT_TRUE(office.engine->deploy(*office.store, office.now));
    attach();
  }
  std::vector<base::Id> cases_of(const std::string& service) {
    return office.store->read_value([&](storage::Snapshot& snapshot) {
      return casework::select_cases(snapshot, casework::system_scope(), {.service = service}, {}, 10);
    });
  }
  std::string grant(const std::string& account, std::vector<std::string> grants) {
    const auto done = office.store->write_result([&](storage::Transaction& transaction) {
      return office.access->administer(
          transaction, {.kind = "grants", .account = account, .password = {}, .roles = {}, .grants = grants},
          office.now);
    });
    return done ? "" : done.error().code;
  }
  base::Result<std::vector<Job>> activate(int person = tax_system, std::int64_t jobs = 10,
                                          const std::string& type = "tax.check") {
    return office.store->write_result([&](storage::Transaction& transaction) {
      return exchange->activate(
          transaction,
          {.type = type, .worker = "w", .jobs = jobs, .lock_seconds = 60, .lock = base::make_id(office.now, ++locks_)},
          office.as(person));
    });
  }
  std::string complete(const Job& job, const feel::Context& variables = {}, int person = tax_system) {
    const auto done = office.store->write_result([&](storage::Transaction& transaction) {
      return exchange->complete(transaction, job.id, job.lock, variables, office.as(person));
    });
    return done ? "" : done.error().code;
  }
  base::Result<Failed> fail(const Job& job, const Failure& failure) {
    return office.store->write_result([&](storage::Transaction& transaction) {
      return exchange->fail(transaction, job.id, job.lock, failure, office.as(tax_system));
    });
  }
  base::Result<Message> send(const NewMessage& wanted, int person = bank) {
    NewMessage message = wanted;
    message.id = base::make_id(office.now, ++locks_);
    const auto kept = office.store->write_result(
        [&](storage::Transaction& transaction) { return exchange->keep(transaction, message, office.as(person)); });
    if (!kept) return kept;
    exchange->deliver(*office.store, kept.value().id, office.now);
    return message_of(kept.value().id, person);
  }
  base::Result<Message> message_of(base::Id id, int person = bank) {
    return office.store->read_value([&](storage::Snapshot& snapshot) { return load_message(snapshot, {person}, id); });
  }

  Office office;
  std::unique_ptr<Exchange> exchange;

 private:
  void attach() {
    exchange = std::make_unique<Exchange>(*office.engine);
    office.engine->tell(*exchange);
  }
  std::uint32_t locks_ = 1000;
};

const std::string hands_over =
    "<z:ioMapping><z:input source=\"=debtor\" target=\"who\"/></z:ioMapping>"
    "<z:taskHeaders><z:header key=\"kind\" value=\"quick\"/></z:taskHeaders>";

std::string checking() {
  return model("<b:startEvent id=\"start\"/>" + job("check", "tax.check", hands_over) +
                   "<b:boundaryEvent id=\"debts\" attachedToRef=\"check\"><b:errorEventDefinition errorRef=\"e\"/>"
                   "</b:boundaryEvent>" +
                   user_task("decide") + user_task("ask") + line({"start", "check", "decide", "end"}) +
                   line({"debts", "ask", "end"}) + "<b:endEvent id=\"end\"/>",
               "<b:error id=\"e\" errorCode=\"DEBTS\"/>");
}

TEST(job, is_given_out_under_a_lock_and_completed_once) {
  Desk desk;
  desk.offer(checking());
  const base::Id id = desk.office.open("probe", {{"debtor", "某公司"}, {"secret", "x"}});
  EXPECT_EQ(desk.activate(bank).error().code, "exchange.not_granted");
  EXPECT_EQ(desk.activate(tax_system, 10, " ").error().code, "exchange.job_type_missing");
  EXPECT_EQ(desk.activate(tax_system, 1000).error().code, "exchange.jobs_number");
  EXPECT_EQ(desk.activate(tax_system, 10, "other").error().code, "exchange.not_granted");
  const auto jobs = desk.activate();
  ASSERT_TRUE(jobs);
  ASSERT_EQ(jobs.value().size(), 1u);
  const Job job = jobs.value()[0];
  EXPECT_EQ(job.retries, 3);
  EXPECT_EQ(job.headers.at("kind"), "quick");
  // Nothing of the case but what the model hands over.
  EXPECT_EQ(feel::to_json(feel::Value(job.variables)), R"({"who":"某公司"})");
  EXPECT_EQ(job.locked_until, desk.office.now.plus_us(60 * second_us));
  EXPECT_TRUE(desk.activate().value().empty());

  EXPECT_EQ(desk.complete(job, {}, bank), "exchange.job_unknown");
  EXPECT_EQ(desk.complete(job, {{"decide", "granted"}}), "exchange.variable_reserved");
  EXPECT_EQ(desk.complete(job, {{"answers", "other"}}), "exchange.variable_reserved");
  EXPECT_EQ(desk.complete(job, {{"x", std::string(variables_bytes_max, 'x')}}), "exchange.variables_too_large");
  Job forged = job;
  forged.lock = {77};
  EXPECT_EQ(desk.complete(forged), "exchange.lock_lost");
  EXPECT_EQ(desk.office.operate(id, 13, "suspend"), "");
  EXPECT_EQ(desk.complete(job), "casework.suspended");
  EXPECT_EQ(desk.office.operate(id, 13, "resume"), "");
  EXPECT_EQ(desk.complete(job, {{"owes", 0}}), "");
  EXPECT_EQ(desk.office.waiting(id), "decide");
  EXPECT_EQ(feel::to_text(*desk.office.load(id).instance.variables().find("owes")), "0");
  EXPECT_EQ(desk.complete(job), "exchange.job_unknown");
  desk.office.expect_replay(id);
}

TEST(job, is_given_out_again_when_the_lock_has_run_out) {
  Desk desk;
  desk.offer(checking());
  desk.office.open("probe");
  const Job first = desk.activate().value().at(0);
  desk.office.now = desk.office.now.plus_us(59 * second_us);
  const auto extend = [&](const Job& job, std::int64_t seconds) {
    return desk.office.store->write_result([&](storage::Transaction& transaction) {
      return desk.exchange->extend(transaction, job.id, job.lock, seconds, desk.office.as(tax_system));
    });
  };
  EXPECT_EQ(extend(first, 0).error().code, "exchange.lock_seconds");
  ASSERT_TRUE(extend(first, 120));
  desk.office.now = desk.office.now.plus_us(119 * second_us);
  EXPECT_TRUE(desk.activate().value().empty());
  desk.office.now = desk.office.now.plus_us(2 * second_us);
  const Job second = desk.activate().value().at(0);
  EXPECT_EQ(second.id.key, first.id.key);
  EXPECT_EQ(extend(first, 60).error().code, "exchange.lock_lost");
  EXPECT_EQ(desk.complete(first), "exchange.lock_lost");
  // Late, but nobody else has it: the work is not done twice.
  desk.office.now = desk.office.now.plus_us(day_us);
  EXPECT_EQ(desk.complete(second), "");
}

TEST(job, that_fails_waits_and_is_an_incident_when_no_attempts_are_left) {
  Desk desk;
  desk.offer(checking());
  const base::Id id = desk.office.open("probe");
  Job job = desk.activate().value().at(0);
  EXPECT_EQ(desk.fail(job, {.retries = {}, .message = " "}).error().code, "exchange.message_missing");
  EXPECT_EQ(desk.fail(job, {.retries = -1, .message = "x"}).error().code, "exchange.retries_number");
  EXPECT_EQ(desk.fail(job, {.retries = 1, .back_off_seconds = -1, .message = "x"}).error().code,
            "exchange.back_off_seconds");
  const auto failed = desk.fail(job, {.retries = {}, .back_off_seconds = 30, .message = "税务系统不可用"});
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed.value().retries, 2);
  EXPECT_FALSE(failed.value().incident);
  EXPECT_TRUE(desk.activate().value().empty());
  desk.office.now = desk.office.now.plus_us(31 * second_us);
  job = desk.activate().value().at(0);
  EXPECT_EQ(job.retries, 2);
  ASSERT_TRUE(desk.fail(job, {.retries = 0, .message = "税务系统不可用"}).value().incident);
  EXPECT_TRUE(desk.activate().value().empty());
  const auto incidents = desk.office.incidents(id);
  ASSERT_EQ(incidents.size(), 1u);
  EXPECT_EQ(incidents[0].incident.message.zh, "税务系统不可用");
  desk.office.expect_replay(id);
  EXPECT_EQ(desk.office.operate(id, 13, "retry", {{"task", feel::Value(std::int64_t{incidents[0].incident.key})}}), "");
  job = desk.activate().value().at(0);
  EXPECT_EQ(job.retries, 3);
  const auto thrown = [&](const std::string& code) {
    return desk.office.store->write_result([&](storage::Transaction& transaction) {
      return desk.exchange->throw_error(transaction, job.id, job.lock, code, {}, desk.office.as(tax_system));
    });
  };
  EXPECT_EQ(thrown("").error().code, "exchange.code_missing");
  ASSERT_TRUE(thrown("DEBTS"));
  EXPECT_EQ(desk.office.waiting(id), "ask");
  desk.office.expect_replay(id);
}

TEST(job, goes_with_its_case_and_waits_while_it_is_suspended) {
  Desk desk;
  desk.offer(checking());
  const base::Id gone = desk.office.open("probe");
  EXPECT_EQ(desk.office.operate(gone, 13, "terminate"), "");
  EXPECT_TRUE(desk.activate().value().empty());
  EXPECT_EQ(desk.office.operate(gone, 13, "reopen"), "");
  EXPECT_EQ(desk.office.operate(gone, 13, "suspend"), "");
  EXPECT_TRUE(desk.activate().value().empty());
  EXPECT_EQ(desk.office.operate(gone, 13, "resume"), "");
  desk.office.now = desk.office.now.plus_us(day_us);
  EXPECT_EQ(desk.activate().value().size(), 1u);
}

TEST(job, is_never_given_to_two_workers_at_once) {
  Desk desk;
  desk.offer(checking());
  constexpr int cases = 60;
  for (int i = 0; i < cases; ++i) desk.office.open("probe");
  // As two processes on one database; a SQLite file has one process, and two threads of it.
  std::unique_ptr<storage::Store> second;
  if (desk.office.address.starts_with("postgresql"))
    second = std::move(storage::open({.database = desk.office.address})).value();
  storage::Store* stores[] = {desk.office.store.get(), second ? second.get() : desk.office.store.get()};
  std::vector<Job> taken[2];
  std::vector<std::thread> workers;
  for (int at = 0; at < 2; ++at)
    workers.emplace_back([&, at] {
      for (std::uint32_t round = 0;; ++round) {
        const auto jobs = stores[at]->write_result([&](storage::Transaction& transaction) {
          return desk.exchange->activate(
              transaction,
              {.type = "tax.check",
               .worker = std::to_string(at),
               .jobs = 7,
               .lock_seconds = 60,
               .lock = base::make_id(desk.office.now, 5000 + round * 2 + static_cast<std::uint32_t>(at))},
              desk.office.as(tax_system));
        });
        if (!jobs || jobs.value().empty()) return;
        taken[at].insert(taken[at].end(), jobs.value().begin(), jobs.value().end());
      }
    });
  for (std::thread& worker : workers) worker.join();
  std::set<std::string> ids;
  for (const auto& mine : taken)
    for (const Job& one : mine) EXPECT_TRUE(ids.insert(casework::to_text(one.id)).second);
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(cases));
}

std::string paying() {
  return model(
      "<b:startEvent id=\"start\"/>" + user_task("before") +
          "<b:intermediateCatchEvent id=\"paid\"><b:messageEventDefinition messageRef=\"m\"/>"
          "</b:intermediateCatchEvent>" +
          user_task("after") + line({"start", "before", "paid", "after", "end"}) + "<b:endEvent id=\"end\"/>",
      "<b:message id=\"m\" name=\"paid\">" + extensions("<z:subscription correlationKey=\"=bill\"/>") + "</b:message>");
}

TEST(message, reaches_the_cases_that_await_it) {
  Desk desk;
  desk.offer(paying());
  const base::Id one = desk.office.open("probe", {{"bill", "B-1"}});
  const base::Id two = desk.office.open("probe", {{"bill", "B-1"}});
  const base::Id other = desk.office.open("probe", {{"bill", "B-2"}});
  for (const base::Id id : {one, two, other}) EXPECT_EQ(desk.office.complete(id, 11, "before", {}), "");
  EXPECT_EQ(desk.send({.name = "paid", .correlation = "B-1"}, tax_system).error().code, "exchange.not_granted");
  EXPECT_EQ(desk.send({.name = "", .correlation = "B-1"}).error().code, "exchange.message_name_missing");
  EXPECT_EQ(desk.send({.name = "paid", .correlation = std::string(300, 'x')}).error().code,
            "exchange.correlation_too_long");
  EXPECT_EQ(desk.send({.name = "paid", .sender_id = std::string(300, 'x')}).error().code,
            "exchange.sender_id_too_long");
  EXPECT_EQ(desk.send({.name = "paid", .keep_seconds = -1}).error().code, "exchange.keep_seconds");
  EXPECT_EQ(desk.send({.name = "paid", .correlation = "B-1", .variables = {{"answers", 1}}}).error().code,
            "exchange.variable_reserved");
  const auto sent = desk.send({.name = "paid", .correlation = "B-1", .variables = {{"amount_fen", 100}}});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent.value().state, "delivered");
  EXPECT_EQ(sent.value().case_numbers.size(), 2u);
  EXPECT_EQ(desk.office.waiting(one), "after");
  EXPECT_EQ(desk.office.waiting(two), "after");
  EXPECT_EQ(desk.office.waiting(other), "");
  EXPECT_EQ(feel::to_text(*desk.office.load(one).instance.variables().find("amount_fen")), "100");
  EXPECT_EQ(desk.message_of(sent.value().id, tax_system).error().code, "exchange.message_unknown");
  desk.office.expect_replay(one);
}

TEST(message, is_kept_until_it_is_awaited_or_expires) {
  Desk desk;
  desk.offer(paying());
  const auto at_once = desk.send({.name = "paid", .correlation = "B-1"});
  EXPECT_EQ(at_once.value().state, "expired");
  const NewMessage wanted{
      .name = "paid", .correlation = "B-1", .sender_id = "transfer 7", .keep_seconds = 3600, .variables = {}};
  const auto kept = desk.send(wanted);
  EXPECT_EQ(kept.value().state, "kept");
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 0);
  const base::Id id = desk.office.open("probe", {{"bill", "B-1"}});
  EXPECT_EQ(desk.office.complete(id, 11, "before", {}), "");
  EXPECT_EQ(desk.office.waiting(id), "");
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 1);
  EXPECT_EQ(desk.office.waiting(id), "after");
  EXPECT_EQ(desk.message_of(kept.value().id).value().state, "delivered");
  desk.office.expect_replay(id);

  // Sent again: the same message, and no other case gets it.
  const base::Id late = desk.office.open("probe", {{"bill", "B-1"}});
  EXPECT_EQ(desk.office.complete(late, 11, "before", {}), "");
  const auto again = desk.send(wanted);
  EXPECT_EQ(again.value().id, kept.value().id);
  EXPECT_EQ(again.value().state, "delivered");
  EXPECT_EQ(desk.office.waiting(late), "");

  const auto forgotten =
      desk.send({.name = "paid", .correlation = "B-9", .sender_id = {}, .keep_seconds = 60, .variables = {}});
  desk.office.now = desk.office.now.plus_us(61 * second_us);
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 1);
  EXPECT_EQ(desk.message_of(forgotten.value().id).value().state, "expired");
  desk.office.now = desk.office.now.plus_us(40 * day_us);
  EXPECT_EQ(desk.send({.name = "paid", .correlation = "B-9"}).value().state, "expired");
}

TEST(message, waits_while_the_case_is_suspended) {
  Desk desk;
  desk.offer(paying());
  const base::Id id = desk.office.open("probe", {{"bill", "B-1"}});
  EXPECT_EQ(desk.office.complete(id, 11, "before", {}), "");
  EXPECT_EQ(desk.office.operate(id, 13, "suspend"), "");
  EXPECT_EQ(desk.send({.name = "paid", .correlation = "B-1", .sender_id = {}, .keep_seconds = 60, .variables = {}})
                .value()
                .state,
            "kept");
  const auto looked_at = [&] {
    return desk.office.store->read_value(
        [&](storage::Snapshot& snapshot) { return messages_awaited_now(snapshot, desk.office.now, 10).size(); });
  };
  EXPECT_EQ(looked_at(), 0u) << "nothing is loaded at every round";
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 0);
  EXPECT_EQ(desk.office.operate(id, 13, "resume"), "");
  EXPECT_EQ(looked_at(), 1u);
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 1);
  EXPECT_EQ(desk.office.waiting(id), "after");
}

TEST(message, that_would_overwrite_the_work_of_staff_is_refused_once_and_its_sender_told) {
  Desk desk;
  desk.offer(paying());
  const base::Id id = desk.office.open("probe", {{"bill", "B-1"}});
  const NewMessage wanted{.name = "paid",
                          .correlation = "B-1",
                          .sender_id = "transfer 8",
                          .keep_seconds = 3600,
                          .variables = {{"before", "overwritten"}}};
  const auto kept = desk.send(wanted);
  ASSERT_EQ(kept.value().state, "kept");
  EXPECT_EQ(desk.office.complete(id, 11, "before", {}), "");
  desk.exchange->work(*desk.office.store, desk.office.now, 10);
  const Message refused = desk.message_of(kept.value().id).value();
  EXPECT_EQ(refused.state, "refused");
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(refused.refusals[0].code, "exchange.variable_reserved");
  EXPECT_EQ(refused.refusals[0].case_number, desk.office.load(id).head.number);
  EXPECT_NE(refused.refusals[0].reason.en.find("before"), std::string::npos);
  EXPECT_TRUE(refused.case_numbers.empty());
  EXPECT_EQ(desk.office.waiting(id), "");
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 0);
  EXPECT_EQ(desk.send(wanted).value().state, "refused") << "the same message";
  // Put right under an id of its own, it reaches the case.
  EXPECT_EQ(desk.send({.name = "paid", .correlation = "B-1", .sender_id = "transfer 9"}).value().state, "delivered");
  EXPECT_EQ(desk.office.waiting(id), "after");
}

TEST(message, refused_by_one_case_waits_for_another_that_is_suspended) {
  Desk desk;
  desk.offer(paying());
  const base::Id one = desk.office.open("probe", {{"bill", "B-1"}});
  EXPECT_EQ(desk.office.complete(one, 11, "before", {}), "");
  const base::Id other = desk.office.open("probe", {{"bill", "B-1"}});
  EXPECT_EQ(desk.office.complete(other, 11, "before", {}), "");
  EXPECT_EQ(desk.office.operate(other, 13, "suspend"), "");
  const auto sent =
      desk.send({.name = "paid", .correlation = "B-1", .keep_seconds = 3600, .variables = {{"after", "x"}}});
  EXPECT_EQ(sent.value().state, "kept");
  EXPECT_EQ(sent.value().refusals.size(), 1u);
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 0);
  EXPECT_EQ(desk.office.operate(other, 13, "resume"), "");
  desk.exchange->work(*desk.office.store, desk.office.now, 10);
  EXPECT_EQ(desk.message_of(sent.value().id).value().state, "refused");
  EXPECT_EQ(desk.message_of(sent.value().id).value().refusals.size(), 2u);
}

/// The smallest service of the tests, from its files; its process begins with the message "stall.applied".
std::shared_ptr<const catalogue::Service> stall_card() {
  const std::filesystem::path folder = SOURCE_DIR "/tests/services/sample/stall-card";
  std::map<std::string, std::string, std::less<>> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    files[std::filesystem::relative(entry.path(), folder).string()] = text.str();
  }
  std::string& process = files.at("process.bpmn");
  const auto put_before = [&](const std::string& mark, const std::string& text) {
    const std::size_t at = process.find(mark);
    EXPECT_NE(at, std::string::npos) << mark;
    process.insert(at, text);
  };
  put_before("</bpmn:startEvent>", "<bpmn:messageEventDefinition id=\"by_message\" messageRef=\"stall_applied\"/>");
  put_before("<bpmn:process ", "<bpmn:message id=\"stall_applied\" name=\"stall.applied\"/>");
  const std::string rule = "stall_card.decision";  // of the folder it came from
  process.replace(process.find(rule), rule.size(), "acceptance.notice");
  auto service = catalogue::read_version("stall-card", files);
  EXPECT_TRUE(service) << (service ? "" : service.error().places.at(0).message.en);
  auto known = std::make_shared<catalogue::Service>(*service.value());
  known->clocks.clear();
  known->subject.reset();
  known->admissions.clear();
  return known;
}

TEST(message, starts_a_case_of_the_service_whose_process_begins_with_it) {
  Desk desk;
  desk.offer_service(stall_card());
  EXPECT_EQ(desk.send({.name = "stall.applied"}).error().code, "exchange.not_granted");
  EXPECT_EQ(desk.grant("bank", {"message:stall.applied"}), "");
  const feel::Context guide{{"days", 2}};
  EXPECT_EQ(desk.send({.name = "stall.applied", .variables = {{"answers", 1}}}).error().code,
            "exchange.answers_invalid");
  EXPECT_EQ(desk.send({.name = "stall.applied", .variables = {{"case_number", "1"}}}).error().code,
            "exchange.variable_reserved");
  // What the form does not take is refused with the field, and leaves no case.
  const auto refused = desk.send(
      {.name = "stall.applied",
       .sender_id = "a 1",
       .keep_seconds = 3600,
       .variables = {{"guide", feel::Value(guide)}, {"answers", feel::Value(feel::Context{{"colour", "red"}})}}});
  EXPECT_EQ(refused.value().state, "refused");
  ASSERT_EQ(refused.value().refusals.size(), 1u);
  EXPECT_EQ(refused.value().refusals[0].code, "catalogue.answers_invalid");
  EXPECT_NE(refused.value().refusals[0].reason.zh.find("/variables/answers/colour"), std::string::npos);
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 0);
  EXPECT_EQ(desk.cases_of("stall-card").size(), 0u);

  const NewMessage wanted{
      .name = "stall.applied",
      .correlation = "M-7",
      .sender_id = "a 2",
      .keep_seconds = 3600,
      .variables = {{"guide", feel::Value(guide)},
                    {"answers", feel::Value(feel::Context{{"goods", "水果"}, {"declaration", true}})},
                    {"market", "东市"}}};
  const auto sent = desk.send(wanted);
  ASSERT_EQ(sent.value().state, "delivered")
      << (sent.value().refusals.empty() ? "" : sent.value().refusals[0].reason.en);
  ASSERT_EQ(sent.value().case_numbers.size(), 1u);
  const auto cases = desk.cases_of("stall-card");
  ASSERT_EQ(cases.size(), 1u);
  const casework::Case opened = desk.office.load(cases[0]);
  EXPECT_EQ(opened.head.number, sent.value().case_numbers[0]);
  EXPECT_EQ(opened.head.division, "430211");
  EXPECT_EQ(opened.head.applicant, base::Id{bank});
  EXPECT_EQ(desk.office.waiting(cases[0]), "decide");
  EXPECT_EQ(feel::to_text(*opened.instance.variables().find("market")), "东市");
  desk.office.expect_replay(cases[0]);
  // Sent again, it is the same message and the same case.
  EXPECT_EQ(desk.send(wanted).value().case_numbers, sent.value().case_numbers);
  desk.exchange->work(*desk.office.store, desk.office.now, 10);
  EXPECT_EQ(desk.cases_of("stall-card").size(), 1u);
}

TEST(message, starts_nothing_that_an_applicant_would_not_be_admitted_to) {
  Desk desk;
  auto service = std::make_shared<catalogue::Service>(*stall_card());
  service->admissions.push_back(
      {.require = feel::compile("days >= 2").value(), .message = {"每周至少摆摊两天", "Two days a week at least."}});
  desk.offer_service(service);
  EXPECT_EQ(desk.grant("bank", {"message:stall.applied"}), "");
  const auto refusal_of = [&](int days) {
    const auto sent =
        desk.send({.name = "stall.applied",
                   .variables = {{"guide", feel::Value(feel::Context{{"days", days}})},
                                 {"answers", feel::Value(feel::Context{{"goods", "水果"}, {"declaration", true}})}}});
    return sent.value().refusals.empty() ? std::string() : sent.value().refusals[0].code;
  };
  EXPECT_EQ(refusal_of(1), "exchange.not_admitted");
  EXPECT_EQ(refusal_of(8), "exchange.not_suitable") << "a guide's stop ends there, too";
  EXPECT_EQ(desk.cases_of("stall-card").size(), 0u);
  EXPECT_EQ(refusal_of(2), "");
  EXPECT_EQ(desk.cases_of("stall-card").size(), 1u);
}

TEST(message, starts_no_service_that_is_about_somebody_in_the_register) {
  Desk desk;
  auto service = std::make_shared<catalogue::Service>(*stall_card());
  service->subject = catalogue::Subject{};
  desk.offer_service(service);
  EXPECT_EQ(desk.grant("bank", {"message:stall.applied"}), "");
  const auto sent =
      desk.send({.name = "stall.applied", .variables = {{"guide", feel::Value(feel::Context{{"days", 2}})}}});
  EXPECT_EQ(sent.value().state, "refused");
  ASSERT_EQ(sent.value().refusals.size(), 1u);
  EXPECT_EQ(sent.value().refusals[0].code, "exchange.subject_unknown");
  EXPECT_EQ(desk.cases_of("stall-card").size(), 0u);
}

TEST(message, kept_before_the_service_is_offered_starts_its_case_once_it_is) {
  Desk desk;
  EXPECT_EQ(desk.grant("bank", {"message:stall.applied"}), "");
  const auto kept = desk.send({.name = "stall.applied", .keep_seconds = 3600, .variables = {{"market", "东市"}}});
  EXPECT_EQ(kept.value().state, "kept");
  auto service = std::make_shared<catalogue::Service>(*stall_card());
  service->form = {};
  service->guide.clear();
  desk.offer_service(service);
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 1);
  EXPECT_EQ(desk.message_of(kept.value().id).value().state, "delivered");
  EXPECT_EQ(desk.exchange->work(*desk.office.store, desk.office.now, 10), 0);
  EXPECT_EQ(desk.cases_of("stall-card").size(), 1u);
}

TEST(grants, are_for_accounts_of_other_systems) {
  Desk desk;
  EXPECT_EQ(desk.grant("clerk1", {"job:x"}), "access.grants_not_for_people");
  EXPECT_EQ(desk.grant("bank", {"everything"}), "access.grant_invalid");
  EXPECT_EQ(desk.grant("bank", {}), "");
  EXPECT_EQ(desk.send({.name = "paid"}).error().code, "exchange.not_granted");
}

}  // namespace
}  // namespace exchange
