/// Steps that can not go on: kept, listed, tried again once the cause was put right.
#include <algorithm>
#include "kernel/base/refusals.h"

#include "testing.h"

namespace casework {
namespace {

using testing::day_us;
using testing::flow;
using testing::job;
using testing::line;
using testing::model;
using testing::Office;
using testing::user_task;

/// Two branches: one waits for a clerk, the other has to choose a way by `amount`.
std::string choosing() {
  return model("<b:startEvent id=\"start\"/><b:parallelGateway id=\"both\"/><b:exclusiveGateway id=\"choose\"/>" +
               user_task("beside") + user_task("large") + user_task("small") +
               line({"start", "both", "beside", "end"}) + flow("both", "choose") +
               flow("choose", "large", "=amount > 10") + flow("choose", "small", "=amount <= 10") +
               line({"large", "end"}) + line({"small", "end"}) + "<b:endEvent id=\"end\"/>");
}

TEST(incident, keeps_a_case_at_the_step_that_failed_until_somebody_retries_it) {
  Office office;
  office.offer(choosing());
  const base::Id id = office.open("probe", {{"amount", "much"}});
  EXPECT_EQ(office.waiting(id), "beside");
  const auto listed = office.incidents();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].head.id, id);
  EXPECT_EQ(listed[0].incident.element, "choose");
  EXPECT_FALSE(listed[0].incident.message.zh.empty());
  EXPECT_EQ(listed[0].incident.raised_at, office.now);
  EXPECT_TRUE(office.incidents({}, Office::applicant).empty() ||
              office.incidents({}, Office::applicant)[0].head.applicant == base::Id{Office::applicant});
  office.expect_replay(id);

  const feel::Context task{{"task", feel::Value(std::int64_t{listed[0].incident.key})}};
  EXPECT_EQ(office.operate(id, 11, "retry", task), "casework.operation_not_yours");
  EXPECT_EQ(office.operate(id, 13, "retry", {{"task", 99}}), "casework.incident_unknown");
  feel::Context silent = task;
  silent.put("reason", " ");
  EXPECT_EQ(office.operate(id, 13, "retry", silent), "casework.reason_missing");
  EXPECT_EQ(office.operate(id, 13, "suspend"), "");
  EXPECT_EQ(office.operate(id, 13, "retry", task), "casework.suspended");
  EXPECT_EQ(office.operate(id, 13, "resume"), "");

  // The cause is still there: the step fails again, and nothing else is lost.
  office.now = office.now.plus_us(day_us);
  EXPECT_EQ(office.operate(id, 13, "retry", task), "");
  ASSERT_EQ(office.incidents().size(), 1u);
  EXPECT_EQ(office.incidents()[0].incident.raised_at, office.now);
  office.expect_replay(id);

  feel::Context corrected = task;
  corrected.put("variables", feel::Value(feel::Context{{"answers", feel::Value(feel::Context{})}}));
  EXPECT_EQ(office.operate(id, 13, "retry", corrected), "casework.variable_reserved");
  // What the step sees and somebody with the right may put right is offered, as it stands.
  const auto offered = [&](int person) {
    const auto possible = office.store->read_value(
        [&](storage::Snapshot& snapshot) { return office.engine->possible(snapshot, id, office.as(person)); });
    for (const Possible& one : possible.value())
      if (one.kind->id == "retry") return feel::to_json(feel::Value(one.variables));
    return std::string("not offered");
  };
  EXPECT_EQ(offered(13), R"({"received_on":"2026-03-02","amount":"much"})");
  EXPECT_EQ(offered(11), "not offered");
  corrected.put("variables", feel::Value(feel::Context{{"amount", 20}}));
  EXPECT_EQ(office.operate(id, 13, "retry", corrected), "");
  EXPECT_EQ(office.waiting(id), "beside large");
  EXPECT_TRUE(office.incidents().empty());
  EXPECT_EQ(office.operate(id, 13, "retry", task), "casework.no_incident");
  office.expect_replay(id);
  const Case loaded = office.load(id);
  const feel::Value* changes = loaded.deeds.back().data.find("changes");
  ASSERT_TRUE(changes);
  EXPECT_EQ(feel::to_json(*changes), R"([{"key":"amount","before":"much","after":20}])");
}

TEST(incident, is_found_by_service_step_and_reason_and_counted_by_them) {
  Office office;
  office.offer(choosing());
  std::vector<base::Id> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(office.open("probe"));
    office.now = office.now.plus_us(day_us);
  }
  const access_control::Scope scope = office.as(13).actor.scope;
  const auto listed = [&](const IncidentFilter& filter) {
    return office.store->read_value(
        [&](storage::Snapshot& snapshot) { return list_incidents(snapshot, scope, filter); });
  };
  const std::string code = office.incidents()[0].incident.code;
  EXPECT_EQ(listed({.service = "probe", .element = "choose", .code = code}).total, 3);
  EXPECT_EQ(listed({.element = "beside"}).total, 0);
  EXPECT_EQ(listed({.code = "moon"}).total, 0);
  EXPECT_EQ(listed({.service = "open-restaurant"}).total, 0);
  // Either way round, a page after the other gives each once.
  for (const bool newest_first : {false, true}) {
    std::vector<base::Id> seen;
    std::string cursor;
    do {
      const IncidentPage page = listed({.newest_first = newest_first, .limit = 2, .cursor = cursor});
      for (const auto& item : page.items) seen.push_back(item.head.id);
      cursor = page.next.value_or("");
    } while (!cursor.empty());
    std::vector<base::Id> expected = ids;
    if (newest_first) std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(seen, expected);
  }
  const auto groups = [&](const access_control::Scope& of) {
    return office.store->read_value([&](storage::Snapshot& snapshot) { return group_incidents(snapshot, of, 10); });
  };
  const auto found = groups(scope);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].service, "probe");
  const std::string version = office.engine->catalogue().service("probe").value()->version;
  EXPECT_EQ(found[0].version, version);
  EXPECT_EQ(found[0].element, "choose");
  EXPECT_EQ(found[0].code, code);
  EXPECT_EQ(found[0].steps, 3);
  EXPECT_EQ(found[0].cases, 3);
  EXPECT_EQ(found[0].since, office.now.plus_us(-3 * day_us));
  EXPECT_TRUE(groups(access_control::Scope::of_division("110105")).empty());
  const auto counts =
      office.store->read_value([&](storage::Snapshot& snapshot) { return cases_by_version(snapshot, scope); });
  EXPECT_EQ(counts.size(), 1u);
  EXPECT_EQ(counts.at({"probe", version}), 3);
}

TEST(incident, is_gone_with_the_end_of_its_case_and_back_when_it_is_reopened) {
  Office office;
  office.offer(choosing());
  const base::Id id = office.open("probe");
  ASSERT_EQ(office.incidents(id).size(), 1u);
  EXPECT_EQ(office.operate(id, 13, "terminate"), "");
  EXPECT_TRUE(office.incidents(id).empty());
  EXPECT_EQ(office.operate(id, 13, "reopen"), "");
  ASSERT_EQ(office.incidents(id).size(), 1u);
  EXPECT_EQ(office.incidents(id)[0].incident.element, "choose");
  EXPECT_EQ(office.waiting(id), "beside");
  office.expect_replay(id);
}

TEST(incident, is_left_by_a_worker_that_refuses_when_nobody_is_there_to_be_told) {
  Office office;
  office.offer(model("<b:startEvent id=\"start\"/>" + user_task("wait") +
                     "<b:boundaryEvent id=\"late\" attachedToRef=\"wait\"><b:timerEventDefinition><b:timeDuration>P1D"
                     "</b:timeDuration></b:timerEventDefinition></b:boundaryEvent>" +
                     job("probe", "probe.work") + user_task("after") +
                     line({"start", "wait", "probe", "after", "end"}) + line({"late", "probe"}) +
                     "<b:endEvent id=\"end\"/>"));
  bool works = false;
  office.engine->work("probe.work", [&](storage::Transaction&, const JobContext&) -> base::Result<feel::Context> {
    if (works) return feel::Context{{"worked", true}};
    return base::conflict("probe.refused", {"登记簿正忙", "the register is busy"});
  });
  // A person is told, and nothing changes.
  const base::Id other = office.open("probe");
  EXPECT_EQ(office.complete(other, 11, "wait", {}), "probe.refused");
  EXPECT_EQ(office.waiting(other), "wait");
  EXPECT_EQ(office.operate(other, 13, "terminate"), "");

  const base::Id id = office.open("probe");
  office.now = office.now.plus_us(2 * day_us);
  EXPECT_EQ(office.engine->fire_due_timers(*office.store, office.now, 10), 1);
  ASSERT_EQ(office.incidents(id).size(), 1u);
  EXPECT_EQ(office.incidents(id)[0].incident.message.en, "the register is busy");
  EXPECT_EQ(office.engine->fire_due_timers(*office.store, office.now, 10), 0);
  office.expect_replay(id);
  const feel::Context task{{"task", feel::Value(std::int64_t{office.incidents(id)[0].incident.key})}};
  EXPECT_EQ(office.operate(id, 13, "retry", task), "probe.refused");
  works = true;
  EXPECT_EQ(office.operate(id, 13, "retry", task), "");
  EXPECT_EQ(office.waiting(id), "after");
  EXPECT_TRUE(office.incidents(id).empty());
  office.expect_replay(id);
}

}  // namespace
}  // namespace casework
