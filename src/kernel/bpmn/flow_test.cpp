/// Tokens: tasks, gateways, joins, scopes.
#include "testing.h"

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

const std::string one_task = process(start() + user("a") + end() + line({"start", "a", "end"}));

TEST(process, runs_from_start_to_end) {
  Player play(one_task);
  EXPECT_EQ(play.start(), "");
  EXPECT_EQ(play.waiting(), "a");
  EXPECT_TRUE(play.instance.started());
  EXPECT_EQ(play.complete("a", {{"ok", true}}), "");
  EXPECT_TRUE(play.instance.ended());
  EXPECT_FALSE(play.instance.cancelled());
  EXPECT_TRUE(play.variable("ok").is_true());
}

TEST(process, refuses_commands_out_of_season) {
  Player play(one_task);
  EXPECT_EQ(play.run(CompleteTask{2, {}}), "bpmn.not_started");
  EXPECT_EQ(play.run(Start{.variables = {}, .start_event = "nowhere"}), "bpmn.start_unknown");
  play.start();
  EXPECT_EQ(play.start(), "bpmn.already_started");
  EXPECT_EQ(play.run(CompleteTask{77, {}}), "bpmn.nothing_waits");
  EXPECT_EQ(play.run(CompleteJob{play.wait_at("a"), {}}), "bpmn.nothing_waits");
  EXPECT_EQ(play.run(FireTimer{play.wait_at("a")}), "bpmn.nothing_waits");
  EXPECT_EQ(play.run(CorrelateMessage{"paid", "1", {}}), "bpmn.nothing_waits");
  EXPECT_EQ(play.run(ResolveIncident{2}), "bpmn.nothing_waits");
  EXPECT_EQ(play.run(SetVariables{99, {}}), "bpmn.nothing_waits");
  play.complete("a");
  EXPECT_EQ(play.run(Cancel{}), "bpmn.ended");
}

TEST(process, is_cancelled_with_all_that_lives) {
  Player play(process(start() + element("parallelGateway", "fork") + user("a") + job("b") + end() +
                      flow("start", "fork") + flow("fork", "a") + flow("fork", "b") + flow("a", "end") +
                      flow("b", "end")));
  play.start();
  EXPECT_EQ(play.run(Cancel{}), "");
  EXPECT_TRUE(play.instance.ended());
  EXPECT_TRUE(play.instance.cancelled());
  EXPECT_EQ(play.cancelled("a"), 1);
  EXPECT_EQ(play.cancelled("b"), 1);
  EXPECT_EQ(play.waiting(), "");
}

TEST(exclusive_gateway, takes_the_first_flow_that_holds_else_the_default) {
  const std::string xml =
      process(start() + element("exclusiveGateway", "x", "", "default=\"x-c\"") + user("a") + user("b") + user("c") +
              end() + flow("start", "x") + flow("x", "c") + flow("x", "a", "=n > 10") + flow("x", "b", "=n > 5") +
              flow("a", "end") + flow("b", "end") + flow("c", "end"));
  for (const auto& [n, expected] : std::vector<std::pair<int, std::string>>{{20, "a"}, {7, "b"}, {1, "c"}}) {
    Player play(xml);
    play.start({{"n", n}});
    EXPECT_EQ(play.waiting(), expected);
  }
}

TEST(exclusive_gateway, raises_an_incident_and_goes_on_when_the_variable_is_mended) {
  Player play(process(start() + element("exclusiveGateway", "x") + user("a") + user("b") + end() + flow("start", "x") +
                      flow("x", "a", "=n > 10") + flow("x", "b", "=n < 5") + flow("a", "end") + flow("b", "end")));
  play.start();
  EXPECT_EQ(play.incident(), "bpmn.condition_not_boolean");
  play.run(SetVariables{process_key, {{"n", 7}}});
  EXPECT_EQ(play.run(ResolveIncident{play.incident_key()}), "");
  EXPECT_EQ(play.incident(), "bpmn.no_flow_matches");
  std::string told;
  for (const Event& event : play.last)
    if (const auto* raised = std::get_if<IncidentRaised>(&event)) told = raised->message.en;
  EXPECT_EQ(told, "no condition of a way out holds, and there is no default way: n > 10; n < 5");
  play.run(SetVariables{process_key, {{"n", 1}}});
  play.run(ResolveIncident{play.incident_key()});
  EXPECT_EQ(play.waiting(), "b");
  EXPECT_FALSE(play.instance.has_incident());
}

TEST(parallel_gateway, waits_for_one_token_on_each_flow) {
  Player play(process(start() + element("parallelGateway", "fork") + user("a") + user("b") +
                      element("parallelGateway", "join") + user("c") + end() + flow("start", "fork") +
                      flow("fork", "a") + flow("fork", "b") + flow("a", "join") + flow("b", "join") +
                      line({"join", "c", "end"})));
  play.start();
  EXPECT_EQ(play.waiting(), "a b");
  play.complete("b");
  EXPECT_EQ(play.waiting(), "a");
  play.complete("a");
  EXPECT_EQ(play.waiting(), "c");
  play.complete("c");
  EXPECT_TRUE(play.instance.ended());
}

/// Tokens that come again over one flow wait for partners: two over each of two flows make two firings, not four.
TEST(parallel_gateway, counts_tokens_for_each_flow) {
  Player play(process(start() + element("parallelGateway", "f") + user("a") + user("b") + user("c") + user("d") +
                      element("exclusiveGateway", "left") + element("exclusiveGateway", "right") +
                      element("parallelGateway", "join") + user("z") + end() + flow("start", "f") + flow("f", "a") +
                      flow("f", "b") + flow("f", "c") + flow("f", "d") + flow("a", "left") + flow("b", "left") +
                      flow("c", "right") + flow("d", "right") + flow("left", "join") + flow("right", "join") +
                      line({"join", "z", "end"})));
  play.start();
  play.complete("a");
  play.complete("b");
  EXPECT_EQ(play.entered("z"), 0);
  play.complete("c");
  EXPECT_EQ(play.entered("z"), 1);
  play.complete("d");
  EXPECT_EQ(play.entered("z"), 2);
  play.complete("z");
  play.complete("z");
  EXPECT_TRUE(play.instance.ended());
}

TEST(parallel_gateway, says_when_a_branch_can_not_come_any_more) {
  Player play(process(start() + element("exclusiveGateway", "x", "", "default=\"x-a\"") + user("a") + user("b") +
                      element("parallelGateway", "join") + end() + flow("start", "x") + flow("x", "a") +
                      flow("x", "b", "=false") + flow("a", "join") + flow("b", "join") + flow("join", "end")));
  play.start();
  play.complete("a");
  EXPECT_EQ(play.incident(), "bpmn.stuck");
  play.run(ResolveIncident{play.incident_key()});
  EXPECT_EQ(play.incident(), "bpmn.stuck");
  EXPECT_EQ(play.run(Cancel{}), "");
  EXPECT_TRUE(play.instance.ended());
}

std::string inclusive_block(const std::string& more = "") {
  return process(start() + element("inclusiveGateway", "fork", "", "default=\"fork-c\"") + user("a") + user("b") +
                     user("c") + element("inclusiveGateway", "join") + user("z") + end() + flow("start", "fork") +
                     flow("fork", "a", "=a") + flow("fork", "b", "=b") + flow("fork", "c") + flow("a", "join") +
                     flow("b", "join") + flow("c", "join") + line({"join", "z", "end"}) + more,
                 roots);
}

TEST(inclusive_gateway, takes_all_that_hold_and_joins_what_was_taken) {
  Player both(inclusive_block());
  both.start({{"a", true}, {"b", true}});
  EXPECT_EQ(both.waiting(), "a b");
  both.complete("a");
  EXPECT_EQ(both.waiting(), "b");
  both.complete("b");
  EXPECT_EQ(both.waiting(), "z");
  Player one(inclusive_block());
  one.start({{"a", true}, {"b", false}});
  one.complete("a");
  EXPECT_EQ(one.waiting(), "z");
  Player none(inclusive_block());
  none.start({{"a", false}, {"b", false}});
  EXPECT_EQ(none.waiting(), "c");
}

/// Known to be wrong elsewhere: a branch ends by its error boundary event and nobody looks at the join again.
TEST(inclusive_gateway, is_judged_again_when_a_branch_dies_by_its_boundary_event) {
  Player play(inclusive_block(boundary("oops", "b", error_event) + end("dead") + flow("oops", "dead")));
  play.start({{"a", true}, {"b", true}});
  play.complete("a");
  EXPECT_EQ(play.waiting(), "b");
  play.fail("b", "E1");
  EXPECT_EQ(play.waiting(), "z");
  play.complete("z");
  EXPECT_TRUE(play.instance.ended());
}

/// Known to be wrong elsewhere: one flow taken twice leaves a remainder and the process never ends.
TEST(inclusive_gateway, fires_again_for_a_second_token_on_one_flow) {
  Player play(process(start() + element("parallelGateway", "f") + user("a") + user("b") + user("c") +
                      element("exclusiveGateway", "merge") + element("inclusiveGateway", "join") + user("z") + end() +
                      flow("start", "f") + flow("f", "a") + flow("f", "b") + flow("f", "c") + flow("a", "merge") +
                      flow("b", "merge") + flow("merge", "join") + flow("c", "join") + line({"join", "z", "end"})));
  play.start();
  play.complete("a");
  play.complete("b");
  EXPECT_EQ(play.entered("z"), 0);
  play.complete("c");
  EXPECT_EQ(play.entered("z"), 2);
  play.complete("z");
  play.complete("z");
  EXPECT_TRUE(play.instance.ended());
}

/// A token that can also come over a marked flow does not keep the join waiting.
/// Source: [BPMN-13.4].
TEST(inclusive_gateway, does_not_wait_for_a_token_that_may_come_over_a_marked_flow) {
  Player play(process(start() + element("parallelGateway", "f") + user("a") + user("b") +
                      element("exclusiveGateway", "x", "", "default=\"x-m\"") + element("exclusiveGateway", "m") +
                      element("inclusiveGateway", "join") + user("z") + end() + flow("start", "f") + flow("f", "a") +
                      flow("f", "b") + flow("a", "m") + flow("b", "x") + flow("x", "m") + flow("x", "join", "=true") +
                      flow("m", "join") + line({"join", "z", "end"})));
  play.start();
  play.complete("a");
  EXPECT_EQ(play.waiting(), "b z");
}

TEST(inclusive_gateway, lets_go_of_joins_that_only_wait_for_each_other) {
  Player play(process(
      start() + element("parallelGateway", "f") + user("a") + user("b") + element("inclusiveGateway", "j1") +
      element("inclusiveGateway", "j2") + element("exclusiveGateway", "x1", "", "default=\"x1-e1\"") +
      element("exclusiveGateway", "x2", "", "default=\"x2-e2\"") + end("e1") + end("e2") + flow("start", "f") +
      flow("f", "a") + flow("f", "b") + flow("a", "j1") + flow("b", "j2") + flow("j1", "x1") + flow("j2", "x2") +
      flow("x1", "e1") + flow("x2", "e2") + flow("x1", "j2", "=false") + flow("x2", "j1", "=false")));
  play.start();
  play.complete("a");
  EXPECT_FALSE(play.instance.ended());
  play.complete("b");
  EXPECT_TRUE(play.instance.ended());
}

TEST(task, takes_conditional_flows_as_an_inclusive_fork) {
  Player play(process(start() + user("t") + user("a") + user("b") + end() + flow("start", "t") +
                      flow("t", "a", "=true") + flow("t", "b") + flow("a", "end") + flow("b", "end")));
  play.start();
  play.complete("t");
  EXPECT_EQ(play.waiting(), "a b");
}

TEST(task, of_no_kind_is_passed_and_several_flows_out_fork) {
  Player play(process(start() + element("task", "t") + element("manualTask", "m") +
                      element("intermediateThrowEvent", "milestone") + user("a") + end() +
                      line({"start", "t", "m", "milestone", "a", "end"}) + flow("t", "a")));
  play.start();
  EXPECT_EQ(play.waiting(), "a a");
  EXPECT_EQ(play.completed("milestone"), 1);
}

TEST(sub_process, keeps_its_own_variables_and_ends_when_its_last_token_does) {
  const std::string sub = extensions(io(input("=1", "inner") + output("=inner + 1", "result"))) + start("s") +
                          element("parallelGateway", "f") + user("a") + user("b") + end("e") + flow("s", "f") +
                          flow("f", "a") + flow("f", "b") + flow("a", "e") + flow("b", "e");
  Player play(process(start() + element("subProcess", "sub", sub) + user("after") + end() +
                      line({"start", "sub", "after", "end"})));
  play.start();
  play.complete("a", {{"inner", 41}});
  EXPECT_EQ(play.waiting(), "b");
  play.complete("b");
  EXPECT_EQ(play.waiting(), "after");
  EXPECT_EQ(play.variable("result"), feel::Value(42));
  EXPECT_EQ(play.variable("inner"), feel::Value("(unset)"));
}

TEST(terminate_end_event, ends_its_own_scope_only) {
  const std::string sub = start("s") + element("parallelGateway", "f") + user("a") + user("b") + end("e") +
                          end("stop", "<b:terminateEventDefinition/>") + flow("s", "f") + flow("f", "a") +
                          flow("f", "b") + flow("a", "e") + flow("b", "stop");
  Player play(process(start() + element("subProcess", "sub", sub) + user("after") + end() +
                      line({"start", "sub", "after", "end"})));
  play.start();
  play.complete("b");
  EXPECT_EQ(play.cancelled("a"), 1);
  EXPECT_EQ(play.completed("sub"), 1);
  EXPECT_EQ(play.waiting(), "after");
}

TEST(multi_instance, runs_for_each_item_and_collects_the_results) {
  const std::string loop = [](const std::string& how) {
    return extensions("") + "<b:multiInstanceLoopCharacteristics isSequential=\"" + how +
           "\"><b:extensionElements><z:loopCharacteristics inputCollection=\"=items\" inputElement=\"item\""
           " outputCollection=\"results\" outputElement=\"=item * factor\"/></b:extensionElements>"
           "</b:multiInstanceLoopCharacteristics>";
  }("HOW");
  for (const std::string how : {"false", "true"}) {
    std::string text = loop;
    text.replace(text.find("HOW"), 3, how);
    Player play(process(start() + user("a", text) + user("after") + end() + line({"start", "a", "after", "end"})));
    play.start({{"items", feel::List{1, 2, 3}}, {"factor", 10}});
    EXPECT_EQ(play.waiting(), how == "true" ? "a" : "a a a");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(play.complete("a"), "");
    EXPECT_EQ(play.waiting(), "after") << play.incident();
    EXPECT_EQ(play.variable("results"), feel::Value(feel::List{10, 20, 30}));
    EXPECT_EQ(play.variable("item"), feel::Value("(unset)"));
    EXPECT_EQ(play.entered("a"), 4);  // the body and three
  }
}

TEST(multi_instance, ends_early_by_its_condition_and_passes_an_empty_collection) {
  const std::string loop =
      "<b:multiInstanceLoopCharacteristics><b:extensionElements><z:loopCharacteristics inputCollection=\"=items\"/>"
      "</b:extensionElements><b:completionCondition>=ok</b:completionCondition></b:multiInstanceLoopCharacteristics>";
  const std::string xml =
      process(start() + user("a", loop) + user("after") + end() + line({"start", "a", "after", "end"}));
  Player play(xml);
  play.start({{"items", feel::List{1, 2, 3}}, {"ok", false}});
  play.complete("a");
  EXPECT_EQ(play.waiting(), "a a");
  play.complete("a", {{"ok", true}});
  EXPECT_EQ(play.waiting(), "after");
  EXPECT_EQ(play.cancelled("a"), 1);
  Player empty(xml);
  empty.start({{"items", feel::List{}}});
  EXPECT_EQ(empty.waiting(), "after");
  Player wrong(xml);
  wrong.start({{"items", 5}});
  EXPECT_EQ(wrong.incident(), "bpmn.collection_not_list");
}

TEST(link, leads_to_the_catching_event_of_its_name) {
  const std::string link = "<b:linkEventDefinition name=\"L\"/>";
  Player play(process(start() + element("intermediateThrowEvent", "out", link) + flow("start", "out") +
                      element("intermediateCatchEvent", "in", link) + user("a") + end() + line({"in", "a", "end"})));
  play.start();
  EXPECT_EQ(play.waiting(), "a");
  EXPECT_EQ(play.completed("in"), 1);
}

TEST(link, counts_as_a_way_to_an_inclusive_join) {
  const std::string link = "<b:linkEventDefinition name=\"L\"/>";
  Player play(process(start() + element("parallelGateway", "f") + user("a") + user("b") +
                      element("intermediateThrowEvent", "out", link) + element("intermediateCatchEvent", "in", link) +
                      element("inclusiveGateway", "join") + user("z") + end() + flow("start", "f") + flow("f", "a") +
                      flow("f", "b") + flow("b", "out") + flow("in", "join") + flow("a", "join") +
                      line({"join", "z", "end"})));
  play.start();
  play.complete("a");
  EXPECT_EQ(play.waiting(), "b");
  play.complete("b");
  EXPECT_EQ(play.waiting(), "z");
}

TEST(move, sends_back_within_a_branch_and_keeps_the_other) {
  Player play(process(start() + element("parallelGateway", "f") + user("a") + user("a2") + user("b") +
                      element("parallelGateway", "j") + user("z") + end() + flow("start", "f") + flow("f", "a") +
                      flow("f", "b") + flow("a", "a2") + flow("a2", "j") + flow("b", "j") + line({"j", "z", "end"})));
  play.start();
  play.complete("a");
  play.complete("b");
  EXPECT_EQ(play.run(Move{play.wait_at("a2"), find_element(play.definition(), "a")}), "");
  EXPECT_EQ(play.waiting(), "a");
  EXPECT_EQ(play.cancelled("a2"), 1);
  play.complete("a");
  play.complete("a2");
  EXPECT_EQ(play.waiting(), "z");
  EXPECT_EQ(play.run(Move{play.wait_at("z"), find_element(play.definition(), "start")}), "bpmn.move_impossible");
  EXPECT_EQ(play.run(Move{play.wait_at("z"), no_element}), "bpmn.move_impossible");
  EXPECT_EQ(play.run(Move{99, find_element(play.definition(), "a")}), "bpmn.nothing_waits");
}

TEST(move, out_of_a_sub_process_ends_it) {
  const std::string sub = start("s") + element("parallelGateway", "f") + user("a") + user("b") + end("e") +
                          flow("s", "f") + flow("f", "a") + flow("f", "b") + flow("a", "e") + flow("b", "e");
  Player play(process(start() + user("first") + element("subProcess", "sub", sub) + end() +
                      line({"start", "first", "sub", "end"})));
  play.start();
  const ElementIndex inside = find_element(play.definition(), "a");
  EXPECT_EQ(play.run(Move{play.wait_at("first"), inside}), "bpmn.move_impossible");
  play.complete("first");
  EXPECT_EQ(play.run(Move{play.wait_at("a"), find_element(play.definition(), "first")}), "");
  EXPECT_EQ(play.waiting(), "first");
  EXPECT_EQ(play.cancelled("sub"), 1);
  EXPECT_EQ(play.cancelled("b"), 1);
}

TEST(steps, are_bounded_in_a_loop_without_end) {
  Player play(process(start() + element("exclusiveGateway", "m") + element("task", "t") + flow("start", "m") +
                      flow("m", "t") + flow("t", "m")));
  play.world.steps_max = 100;
  EXPECT_EQ(play.start(), "");
  EXPECT_EQ(play.incident(), "bpmn.steps_exceeded");
  EXPECT_FALSE(play.instance.ended());
  EXPECT_EQ(play.run(Cancel{}), "");
}

/// check, then two branches side by side, then the end of both: decide.
std::string side_by_side() {
  return process(start() + user("check") + element("parallelGateway", "fork") + user("a1") + user("a2") + user("b") +
                 element("parallelGateway", "join") + user("decide") + end() +
                 line({"start", "check", "fork", "a1", "a2", "join", "decide", "end"}) + line({"fork", "b", "join"}));
}

TEST(going_back, ends_what_comes_again_and_keeps_what_stands_beside) {
  Player play(side_by_side());
  play.start();
  play.run(CompleteTask{play.wait_at("check"), {}});
  play.run(CompleteTask{play.wait_at("a1"), {}});
  const auto at = [&](const char* id) { return find_element(play.definition(), id); };
  EXPECT_EQ(play.run(Move{play.wait_at("a2"), at("a1"), true}), "");
  EXPECT_EQ(play.waiting(), "b a1");
  play.run(CompleteTask{play.wait_at("b"), {}});  // its token waits at the join
  EXPECT_EQ(play.run(Move{play.wait_at("a1"), at("check"), true}), "");
  EXPECT_EQ(play.waiting(), "check");
  for (const auto& [flow, tokens] : play.tokens_at_joins()) EXPECT_EQ(tokens, 0) << flow;
  for (const char* id : {"check", "a1", "a2", "b", "decide"})
    EXPECT_EQ(play.run(CompleteTask{play.wait_at(id), {}}), "");
  EXPECT_TRUE(play.instance.ended());
}

TEST(going_back, is_refused_where_a_join_would_wait_for_ever) {
  Player play(side_by_side());
  play.start();
  for (const char* id : {"check", "a1", "a2", "b"}) play.run(CompleteTask{play.wait_at(id), {}});
  const auto at = [&](const char* id) { return find_element(play.definition(), id); };
  EXPECT_EQ(play.run(Move{play.wait_at("decide"), at("a1"), true}), "bpmn.move_impossible");
  EXPECT_FALSE(comes_after(play.definition(), at("decide"), at("a1")));
  EXPECT_FALSE(comes_after(play.definition(), at("a1"), at("b")));
  EXPECT_TRUE(comes_after(play.definition(), at("decide"), at("check")));
  EXPECT_EQ(play.run(Move{play.wait_at("decide"), at("check"), true}), "");
  EXPECT_EQ(play.waiting(), "check");
}

}  // namespace
}  // namespace bpmn
