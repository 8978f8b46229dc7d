/// Timers, messages, errors, jobs, variables, decisions.
#include "testing.h"

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

constexpr std::int64_t second = base::us_per_second;
constexpr std::int64_t hour = 3600 * second;
constexpr std::int64_t day = 24 * hour;
const base::Instant midnight_after{1'795'478'400 * second + 16 * hour};  // 2026-11-25T00:00:00+08:00

std::string one(const std::string& middle, const std::string& more = "") {
  return process(start() + middle + user("after") + end() + line({"start", "t", "after", "end"}) + more, roots);
}

base::Instant due_of(const std::string& kind, const std::string& value, feel::Context variables = {}) {
  Player play(one(element("intermediateCatchEvent", "t", timer(kind, value))));
  play.start(std::move(variables));
  EXPECT_EQ(play.incident(), "") << value;
  return play.instance.waits().empty() ? base::Instant{} : play.instance.waits().front().due;
}

TEST(timer, takes_durations_dates_and_expressions) {
  const base::Instant now{1'795'478'400 * second};
  EXPECT_EQ(due_of("timeDuration", "PT1H30M").us, now.us + 5400 * second);
  EXPECT_EQ(due_of("timeDuration", "P1D").us, now.us + day);
  EXPECT_EQ(due_of("timeDate", "2026-11-25T09:00:00+08:00").us, midnight_after.us + 9 * hour);
  EXPECT_EQ(due_of("timeDate", "2026-11-25T01:00:00Z").us, midnight_after.us + 9 * hour);
  EXPECT_EQ(due_of("timeDuration", "=duration(\"PT1H\")").us, now.us + hour);
  EXPECT_EQ(due_of("timeDate", "=date and time(\"2026-11-25T09:00:00+08:00\")").us, midnight_after.us + 9 * hour);
  EXPECT_EQ(due_of("timeDate", "=at", {{"at", "2026-11-25T09:00:00+08:00"}}).us, midnight_after.us + 9 * hour);
}

/// Source: [MFD-203] the last day of a period ends at 24:00.
TEST(timer, on_a_civil_date_fires_when_that_day_is_over) {
  EXPECT_EQ(due_of("timeDate", "2026-11-24"), midnight_after);
  EXPECT_EQ(due_of("timeDate", "=date(\"2026-11-24\")"), midnight_after);
  EXPECT_EQ(due_of("timeDate", "=d", {{"d", feel::Value(*calendar::parse_date("2026-11-24"))}}), midnight_after);
}

TEST(timer, knows_zones_by_name_and_counts_working_days) {
  EXPECT_EQ(due_of("timeDate", "=date and time(\"2026-11-25T09:00:00@Asia/Shanghai\")").us,
            midnight_after.us + 9 * hour);
  EXPECT_EQ(due_of("timeDate", "=date and time(\"2026-11-25T01:00:00@Europe/London\")").us,
            midnight_after.us + 9 * hour);
  calendar::YearPlan plan;
  plan.year = 2026;
  const auto calendar = calendar::Calendar::of({plan});
  ASSERT_TRUE(calendar.has_value());
  Player play(one(element("intermediateCatchEvent", "t", timer("timeDate", "=add working days(accepted, 5)"))));
  play.world.feel.working_days = &calendar.value();
  play.start({{"accepted", feel::Value(*calendar::parse_date("2026-11-24"))}});
  ASSERT_EQ(play.incident(), "");
  EXPECT_EQ(play.instance.waits().front().due.us, midnight_after.us + 7 * day);  // the end of 1 December
}

TEST(timer, that_can_not_be_computed_is_an_incident_until_mended) {
  Player play(one(element("intermediateCatchEvent", "t", timer("timeDate", "=at"))));
  play.start();
  EXPECT_EQ(play.incident(), "bpmn.timer_invalid");
  play.run(SetVariables{process_key, {{"at", "2026-12-01"}}});
  EXPECT_EQ(play.run(ResolveIncident{play.incident_key()}), "");
  EXPECT_EQ(play.waiting(), "t");
  EXPECT_EQ(play.fire("t"), "");
  EXPECT_EQ(play.waiting(), "after");
}

TEST(boundary_timer, interrupts_the_task) {
  Player play(one(user("t"), boundary("late", "t", timer("timeDuration", "P5D")) + user("chase") + end("e2") +
                                 line({"late", "chase", "e2"})));
  play.start();
  EXPECT_EQ(play.waiting(), "t late");
  EXPECT_EQ(play.fire("late"), "");
  EXPECT_EQ(play.waiting(), "chase");
  EXPECT_EQ(play.cancelled("t"), 1);
  play.complete("chase");
  EXPECT_TRUE(play.instance.ended());
}

TEST(boundary_timer, is_closed_when_the_task_is_done) {
  Player play(one(user("t"), boundary("late", "t", timer("timeDuration", "P5D")) + end("e2") + flow("late", "e2")));
  play.start();
  const Key late = play.wait_at("late");
  play.complete("t");
  EXPECT_EQ(play.waiting(), "after");
  EXPECT_EQ(play.run(FireTimer{late}), "bpmn.nothing_waits");
}

TEST(boundary_timer, that_repeats_reminds_as_often_as_drawn) {
  Player play(
      one(user("t"), boundary("remind", "t", timer("timeCycle", "R3/P1D"), false) + end("e2") + flow("remind", "e2")));
  play.start();
  const base::Instant first = play.instance.waits().back().due;
  play.fire("remind");
  EXPECT_EQ(play.waiting(), "t remind");
  EXPECT_EQ(play.instance.waits().back().due.us, first.us + day);
  play.fire("remind");
  play.fire("remind");
  EXPECT_EQ(play.waiting(), "t");
  EXPECT_EQ(play.completed("remind"), 3);
  play.complete("t");
  play.complete("after");
  EXPECT_TRUE(play.instance.ended());
}

TEST(message, is_caught_by_name_and_correlation_key) {
  Player play(one(element("intermediateCatchEvent", "t", message_event)));
  play.start({{"number", "A-1"}});
  EXPECT_EQ(play.run(CorrelateMessage{"paid", "A-2", {}}), "bpmn.nothing_waits");
  EXPECT_EQ(play.run(CorrelateMessage{"paid", "A-1", {{"sum", 5}}}), "");
  EXPECT_EQ(play.waiting(), "after");
  EXPECT_EQ(play.variable("sum"), feel::Value(5));
}

TEST(message, without_a_correlation_key_to_compute_is_an_incident) {
  Player play(one(element("receiveTask", "t", "", "messageRef=\"m\"")));
  play.start();
  EXPECT_EQ(play.incident(), "bpmn.correlation_invalid");
}

TEST(message, boundary_that_does_not_interrupt_goes_on_listening) {
  Player play(one(user("t"), boundary("note", "t", "<b:messageEventDefinition messageRef=\"plain\"/>", false) +
                                 end("e2") + flow("note", "e2")));
  play.start();
  play.run(CorrelateMessage{"plain", "", {}});
  play.run(CorrelateMessage{"plain", "", {}});
  EXPECT_EQ(play.completed("note"), 2);
  EXPECT_EQ(play.waiting(), "t note");
}

TEST(message_start, starts_by_its_id_and_is_told_as_a_trigger) {
  Player play(process(start("paid", message_event) + user("a") + end() + line({"paid", "a", "end"}), roots));
  const auto triggers = start_triggers(play.definition(), play.world);
  ASSERT_TRUE(triggers.has_value());
  ASSERT_EQ(triggers.value().size(), 1u);
  EXPECT_EQ(triggers.value().front().message, "paid");
  EXPECT_EQ(play.run(Start{.variables = {{"x", 1}}, .start_event = "paid"}), "");
  EXPECT_EQ(play.waiting(), "a");
}

TEST(timer_start, tells_its_first_firing_and_the_next) {
  Player play(process(start("daily", timer("timeCycle", "R/P1D")) + user("a") + end() + line({"daily", "a", "end"})));
  const auto triggers = start_triggers(play.definition(), play.world);
  ASSERT_TRUE(triggers.has_value());
  const StartTrigger& first = triggers.value().front();
  EXPECT_EQ(first.due.us, play.world.feel.now.us + day);
  EXPECT_EQ(first.repetitions, -1);
  EXPECT_EQ(next_firing(first.due, first.interval).value().us, first.due.us + day);
  EXPECT_EQ(next_firing(first.due, "soon").error().code, "bpmn.timer_invalid");
}

TEST(event_gateway, goes_the_way_of_the_first_event) {
  const std::string xml =
      process(start() + element("eventBasedGateway", "g") + element("intermediateCatchEvent", "pay", message_event) +
                  element("intermediateCatchEvent", "late", timer("timeDuration", "P5D")) + user("a") + user("b") +
                  end() + flow("start", "g") + flow("g", "pay") + flow("g", "late") + line({"pay", "a", "end"}) +
                  line({"late", "b", "end"}),
              roots);
  Player paid(xml);
  paid.start({{"number", 7}});
  EXPECT_EQ(paid.waiting(), "pay late");
  EXPECT_EQ(paid.run(CorrelateMessage{"paid", "7", {}}), "");
  EXPECT_EQ(paid.waiting(), "a");
  Player late(xml);
  late.start({{"number", 7}});
  late.fire("late");
  EXPECT_EQ(late.waiting(), "b");
  EXPECT_EQ(late.entered("pay"), 0);
}

TEST(error, goes_to_the_matching_boundary_event_before_the_catch_all) {
  const std::string catchers = boundary("all", "t", "<b:errorEventDefinition/>") + boundary("e1", "t", error_event) +
                               user("a") + user("b") + end("x") + line({"all", "a", "x"}) + line({"e1", "b", "x"});
  Player exact(one(job("t"), catchers));
  exact.start();
  exact.fail("t", "E1");
  EXPECT_EQ(exact.waiting(), "b");
  Player other(one(job("t"), catchers));
  other.start();
  other.fail("t", "E9");
  EXPECT_EQ(other.waiting(), "a");
}

TEST(error, travels_outward_from_an_error_end_event) {
  const std::string inner = start("s2") + end("boom", error_event) + flow("s2", "boom");
  const std::string outer =
      start("s1") + element("subProcess", "inner", inner) + end("e1") + line({"s1", "inner", "e1"});
  Player play(one(element("subProcess", "t", outer),
                  boundary("caught", "t", error_event) + user("repair") + end("x") + line({"caught", "repair", "x"})));
  play.start();
  EXPECT_EQ(play.waiting(), "repair");
  EXPECT_EQ(play.cancelled("inner"), 1);
  EXPECT_EQ(play.cancelled("t"), 1);
}

TEST(error, that_nothing_catches_is_an_incident_and_can_be_tried_again) {
  Player play(one(job("t")));
  play.start();
  play.fail("t", "E1");
  EXPECT_EQ(play.incident(), "bpmn.error_uncaught");
  EXPECT_EQ(play.waiting(), "");
  play.run(ResolveIncident{play.incident_key()});
  EXPECT_EQ(play.waiting(), "t");
}

const std::string escalation_event = "<b:escalationEventDefinition escalationRef=\"esc\"/>";
const std::string escalation_root = "<b:escalation id=\"esc\" escalationCode=\"chief\"/>";

std::string escalating(bool interrupting) {
  const std::string sub = start("s") + element("intermediateThrowEvent", "up", escalation_event) + user("a") +
                          end("e") + line({"s", "up", "a", "e"});
  return process(start() + element("subProcess", "sub", sub) + end() + line({"start", "sub", "end"}) +
                     boundary("told", "sub", escalation_event, interrupting) + user("chief") + end("e2") +
                     line({"told", "chief", "e2"}),
                 escalation_root);
}

TEST(escalation, tells_the_scope_around_and_goes_on_unless_interrupted) {
  Player beside(escalating(false));
  beside.start();
  EXPECT_EQ(beside.waiting(), "a chief");
  Player instead(escalating(true));
  instead.start();
  EXPECT_EQ(instead.waiting(), "chief");
  EXPECT_EQ(instead.completed("up"), 1);
  Player nobody(process(start() + element("intermediateThrowEvent", "up", escalation_event) + user("a") + end() +
                            line({"start", "up", "a", "end"}),
                        escalation_root));
  nobody.start();
  EXPECT_EQ(nobody.waiting(), "a");
  EXPECT_FALSE(nobody.instance.has_incident());
}

TEST(job, that_fails_is_tried_again_and_then_is_an_incident) {
  Player play(one(job("t"), boundary("late", "t", timer("timeDuration", "P5D")) + end("x") + flow("late", "x")));
  play.start();
  EXPECT_EQ(play.run(FailJob{play.wait_at("t"), 2, {"忙", "busy"}}), "");
  EXPECT_EQ(play.last_of<JobOpened>()->retries, 2);
  EXPECT_EQ(play.run(FailJob{play.wait_at("t"), 0, {"坏", "broken"}}), "");
  EXPECT_EQ(play.incident(), "bpmn.job_failed");
  EXPECT_EQ(play.last_of<IncidentRaised>()->message.en, "broken");
  EXPECT_EQ(play.waiting(), "late");  // the deadline runs on
  play.run(ResolveIncident{play.incident_key()});
  EXPECT_EQ(play.last_of<JobOpened>()->retries, 3);
  play.complete("t");
  EXPECT_EQ(play.waiting(), "after");
}

std::string with_event_sub_process(const std::string& trigger, bool interrupting) {
  const std::string inner = element("startEvent", "es", trigger,
                                    std::string("isInterrupting=\"") + (interrupting ? "true" : "false") + "\"") +
                            user("handle") + end("ee") + line({"es", "handle", "ee"});
  return one(job("t"), element("subProcess", "esp", inner, "triggeredByEvent=\"true\""));
}

TEST(event_sub_process, interrupts_its_scope) {
  Player play(with_event_sub_process(error_event, true));
  play.start();
  play.fail("t", "E1");
  EXPECT_EQ(play.waiting(), "handle");
  EXPECT_EQ(play.cancelled("t"), 1);
  play.complete("handle");
  EXPECT_TRUE(play.instance.ended());
}

TEST(event_sub_process, runs_beside_its_scope_when_it_does_not_interrupt) {
  Player play(with_event_sub_process("<b:messageEventDefinition messageRef=\"plain\"/>", false));
  play.start();
  EXPECT_EQ(play.waiting(), "es t");
  play.run(CorrelateMessage{"plain", "", {{"why", "asked"}}});
  EXPECT_EQ(play.waiting(), "es t handle");
  EXPECT_EQ(play.variable("why"), feel::Value("asked"));
  play.complete("t");
  play.complete("after");
  EXPECT_FALSE(play.instance.ended());
  play.complete("handle");
  EXPECT_TRUE(play.instance.ended());
}

TEST(variables, without_output_mapping_go_to_the_nearest_scope_that_has_them) {
  Player play(one(job("t", io(input("=1", "mine")))));
  play.start({{"theirs", 1}});
  play.complete("t", {{"mine", 2}, {"theirs", 3}, {"fresh", 4}});
  EXPECT_EQ(play.variable("mine"), feel::Value("(unset)"));
  EXPECT_EQ(play.variable("theirs"), feel::Value(3));
  EXPECT_EQ(play.variable("fresh"), feel::Value(4));
}

TEST(variables, with_output_mapping_only_what_is_mapped_goes_on) {
  Player play(one(job("t", io(output("=raw + 1", "result.value") + output("=raw", "result.raw")))));
  play.start({{"result", feel::Context{{"old", 0}}}});
  play.complete("t", {{"raw", 1}});
  EXPECT_EQ(play.variable("raw"), feel::Value("(unset)"));
  EXPECT_EQ(play.variable("result"), feel::Value(feel::Context{{"old", 0}, {"value", 2}, {"raw", 1}}));
}

TEST(business_rule_task, asks_the_decision_and_keeps_its_basis) {
  const auto model = [](const std::string& id) {
    return one(element("businessRuleTask", "t",
                       extensions("<z:calledDecision decisionId=\"" + id + "\" resultVariable=\"answer\"/>")));
  };
  Player play(model("known"));
  play.start();
  EXPECT_EQ(play.variable("answer"), feel::Value("yes"));
  ASSERT_NE(play.last_of<DecisionMade>(), nullptr);
  EXPECT_EQ(play.last_of<DecisionMade>()->basis, std::vector<std::string>{"[ALL-34]"});
  Player unknown(model("unknown"));
  unknown.start();
  EXPECT_EQ(unknown.incident(), "dmn.not_found");
  unknown.world.decisions = nullptr;
  unknown.run(ResolveIncident{unknown.incident_key()});
  EXPECT_EQ(unknown.incident(), "bpmn.decision_unknown");
}

TEST(expression, takes_a_variable_that_is_called_like_a_function) {
  const std::string script =
      "<z:script expression=\"=if count &gt; 1 then date else string length(string(date)) + count([1])\" "
      "resultVariable=\"b\"/>";
  Player play(one(element("scriptTask", "t", extensions(script))));
  play.start({{"date", "today"}, {"count", 2}});
  EXPECT_EQ(play.variable("b"), feel::Value("today")) << "count is a variable where it is not called";
  const std::string plain =
      "<z:script expression=\"=if number &gt; 1 then date else string length(string(1))\" resultVariable=\"b\"/>";
  Player other(one(element("scriptTask", "t", extensions(plain))));
  other.start({{"date", "today"}, {"number", 2}});
  EXPECT_EQ(other.variable("b"), feel::Value("today"));
}

TEST(script_task, sets_its_result) {
  Player play(one(element("scriptTask", "t", extensions("<z:script expression=\"=a + 1\" resultVariable=\"b\"/>"))));
  play.start({{"a", 1}});
  EXPECT_EQ(play.variable("b"), feel::Value(2));
}

TEST(user_task, is_assigned_scheduled_and_given_its_form) {
  Player play(one(user("t", extensions("<z:userTask/><z:assignmentDefinition assignee=\"=who\" "
                                       "candidateGroups=\"window, examiner\" candidateUsers=\"=[who]\"/>"
                                       "<z:taskSchedule dueDate=\"=date(&quot;2026-11-24&quot;)\" "
                                       "followUpDate=\"2026-11-25\"/><z:priorityDefinition priority=\"70\"/>"
                                       "<z:formDefinition formId=\"examine\"/>"))));
  play.start({{"who", "u1"}});
  const TaskOpened* task = play.last_of<TaskOpened>();
  ASSERT_NE(task, nullptr) << play.incident();
  EXPECT_EQ(task->assignee, "u1");
  EXPECT_EQ(task->candidate_groups, (std::vector<std::string>{"window", "examiner"}));
  EXPECT_EQ(task->candidate_users, std::vector<std::string>{"u1"});
  EXPECT_EQ(task->due, midnight_after);
  EXPECT_EQ(task->follow_up, midnight_after);
  EXPECT_EQ(task->priority, 70);
  EXPECT_EQ(task->form, "examine");
}

TEST(user_task, with_a_priority_that_is_no_number_is_an_incident) {
  Player play(one(user("t", extensions("<z:priorityDefinition priority=\"=&quot;high&quot;\"/>"))));
  play.start();
  EXPECT_EQ(play.incident(), "bpmn.number_invalid");
}

TEST(service_task, with_an_empty_type_is_an_incident) {
  Player play(one(element("serviceTask", "t", extensions("<z:taskDefinition type=\"=kind\"/>"))));
  play.start();
  EXPECT_EQ(play.incident(), "bpmn.job_type_missing");
}

}  // namespace
}  // namespace bpmn
