/// Each element's behaviour, played from scripts: `+` entered, `-` left as drawn, `~` cancelled, then what waits and
/// what is wrong.
#include "play.h"
#include "testing.h"

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

std::string field(const feel::Context& line, const char* name) {
  const feel::Value* value = line.find(name);
  return value == nullptr ? "" : feel::to_text(*value);
}

/// The last line in short: what waits, "| code@element" for what is wrong, "done".
std::string ending(const feel::Context& line) {
  std::string out;
  for (const feel::Value& wait : line.find("waiting")->as_list())
    out += " " + field(wait.as_context(), "element") + "?";
  for (const feel::Value& incident : line.find("incidents")->as_list())
    out += " | " + field(incident.as_context(), "code") + "@" + field(incident.as_context(), "element");
  return out + (line.find("done")->is_true() ? " done" : "");
}

std::string played(const std::string& xml, const std::string& steps, bool auto_tasks = false,
                   const std::string& more = "") {
  std::string out;
  const auto line = [&](const std::string& text) {
    const auto json = feel::parse_json(text);
    ASSERT_TRUE(json.has_value()) << text;
    const feel::Context& entries = json->as_context();
    if (entries.find("done") != nullptr) {
      out += ending(entries);
      return;
    }
    const std::string what = field(entries, "event");
    if (what == "take") return;
    const char* sign = what == "enter" ? "+" : what == "exit" ? "-" : "~";
    out += (out.empty() ? "" : " ") + std::string(sign) + field(entries, "element");
  };
  const auto done = play(xml, "{\"steps\":[" + steps + "]" + more + "}", {.auto_tasks = auto_tasks}, line);
  EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().message.en + " " + done.error().code);
  return out;
}

std::string events(const std::string& content) {
  return "<b:" + content + "/>";
}
const std::string signal_event = "<b:signalEventDefinition signalRef=\"sig\"/>";
const std::string undo_event = "<b:compensateEventDefinition/>";
const std::string more_roots =
    roots +
    "<b:signal id=\"sig\" name=\"alarm\"/><b:escalation id=\"esc\" name=\"up\" escalationCode=\"UP\"/>"
    "<b:message id=\"m2\" name=\"second\"/>";
std::string condition_event(const std::string& condition) {
  return "<b:conditionalEventDefinition><b:condition><![CDATA[" + condition +
         "]]></b:condition>"
         "</b:conditionalEventDefinition>";
}
std::string catching(const std::string& id, const std::string& event, const std::string& more = "") {
  return element("intermediateCatchEvent", id, event, more);
}
std::string throwing(const std::string& id, const std::string& event) {
  return element("intermediateThrowEvent", id, event);
}
std::string association(const std::string& from, const std::string& to) {
  return "<b:association id=\"as_" + from + "\" sourceRef=\"" + from + "\" targetRef=\"" + to + "\"/>";
}
std::string handler(const std::string& id) {
  return element("userTask", id, "", "isForCompensation=\"true\"");
}

TEST(play_signal, reaches_everything_that_waits) {
  const std::string xml = process(start() + element("parallelGateway", "g") + catching("c", signal_event) + user("t") +
                                      boundary("b", "t", signal_event) + user("u") + throwing("s", signal_event) +
                                      end("e1") + end("e2") + end("e3") + end("e4") + line({"start", "g", "c", "e1"}) +
                                      line({"g", "t", "e2"}) + line({"g", "u", "s", "e3"}) + line({"b", "e4"}),
                                  more_roots);
  EXPECT_EQ(played(xml, "{\"complete\":\"u\"}"),
            "+start -start +g -g +c +t +u -u +s -s -c ~t +b -b +e3 -e3 +e1 -e1 +e4 -e4 done");
  EXPECT_EQ(played(xml, "{\"signal\":\"alarm\"}"), "+start -start +g -g +c +t +u -c ~t +b -b +e1 -e1 +e4 -e4 u?");
}

TEST(play_signal, starts_processes_and_event_sub_processes) {
  const std::string one = "<b:process id=\"one\" isExecutable=\"true\">" + start() + end("e", signal_event) +
                          line({"start", "e"}) + "</b:process>";
  const std::string two = "<b:process id=\"two\">" + element("startEvent", "heard", signal_event) + end("e2") +
                          line({"heard", "e2"}) + "</b:process>";
  EXPECT_EQ(played(definitions(one + two + more_roots), ""), "+start -start +e -e +heard -heard +e2 -e2 done");
  const std::string inside = element("startEvent", "es", signal_event, "isInterrupting=\"false\"") + user("h") +
                             end("he") + line({"es", "h", "he"});
  const std::string xml = process(start() + user("t") + end() + line({"start", "t", "end"}) +
                                      element("subProcess", "esp", inside, "triggeredByEvent=\"true\""),
                                  more_roots);
  EXPECT_EQ(played(xml, "{\"signal\":\"alarm\"},{\"signal\":\"alarm\"},{\"complete\":\"h\",\"index\":1}"),
            "+start -start +t +esp +es -es +h +esp +es -es +h -h +he -he -esp es? t? h?");
}

TEST(play_escalation, goes_outward_and_does_not_stop_what_goes_on) {
  const std::string inside = start("s") + throwing("up", events("escalationEventDefinition escalationRef=\"esc\"")) +
                             end("ie", events("escalationEventDefinition escalationRef=\"esc\"")) +
                             line({"s", "up", "ie"});
  const auto model = [&](bool interrupting) {
    return process(start() + element("subProcess", "sub", inside) +
                       boundary("b", "sub", events("escalationEventDefinition"), interrupting) + end() + end("told") +
                       line({"start", "sub", "end"}) + line({"b", "told"}),
                   more_roots);
  };
  EXPECT_EQ(played(model(false), ""),
            "+start -start +sub +s -s +up -up +b -b +ie -ie +b -b +told -told +told -told -sub +end -end done");
  EXPECT_EQ(played(model(true), ""), "+start -start +sub +s -s +up -up ~sub +b -b +told -told done");
}

TEST(play_condition, fires_when_a_variable_makes_it_true) {
  const std::string xml = process(start() + catching("c", condition_event("=x > 5")) + user("t") +
                                      boundary("b", "t", condition_event("=y"), false) + end() + end("e2") +
                                      line({"start", "c", "t", "end"}) + line({"b", "e2"}),
                                  more_roots);
  EXPECT_EQ(played(xml, "{\"set\":{\"x\":1}},{\"set\":{\"x\":6}}"), "+start -start +c -c +t t? b?");
  EXPECT_EQ(played(xml, "", false, ",\"variables\":{\"x\":9}"), "+start -start +c -c +t t? b?");
  // Once for each time it becomes true.
  EXPECT_EQ(played(xml,
                   "{\"set\":{\"x\":6}},{\"set\":{\"y\":true}},{\"set\":{\"z\":1}},{\"set\":{\"y\":false}},"
                   "{\"set\":{\"y\":true}}"),
            "+start -start +c -c +t +b -b +e2 -e2 +b -b +e2 -e2 t? b?");
}

TEST(play_condition, looks_only_at_the_variables_it_names) {
  const std::string filtered = "<b:conditionalEventDefinition><b:condition>=x + y > 5</b:condition>" +
                               extensions("<z:conditionalFilter variableNames=\"y\" variableEvents=\"update\"/>") +
                               "</b:conditionalEventDefinition>";
  std::string escaped = filtered;
  escaped.replace(escaped.find("> 5"), 1, "&gt;");
  const std::string xml = process(start() + catching("c", escaped) + end() + line({"start", "c", "end"}), more_roots);
  const std::string begin = ",\"variables\":{\"x\":1,\"y\":1}";
  EXPECT_EQ(played(xml, "{\"set\":{\"x\":9}}", false, begin), "+start -start +c c?");
  EXPECT_EQ(played(xml, "{\"set\":{\"x\":9}},{\"set\":{\"y\":2}}", false, begin), "+start -start +c -c +end -end done");
}

TEST(play_link, goes_on_at_the_catching_event_of_its_name) {
  const std::string xml = process(start() + throwing("out", events("linkEventDefinition name=\"L\"")) +
                                  catching("in", events("linkEventDefinition name=\"L\"")) + end() +
                                  line({"start", "out"}) + line({"in", "end"}));
  EXPECT_EQ(played(xml, ""), "+start -start +out -out +in -in +end -end done");
}

TEST(play_terminate, ends_its_scope_only) {
  const std::string inside = start("s") + element("parallelGateway", "g") + user("t") + user("u") +
                             end("stop", events("terminateEventDefinition")) + end("ie") + line({"s", "g", "t", "ie"}) +
                             line({"g", "u", "stop"});
  const std::string xml = process(start() + element("subProcess", "sub", inside) + user("after") + end() +
                                  line({"start", "sub", "after", "end"}));
  EXPECT_EQ(played(xml, "{\"complete\":\"u\"}"),
            "+start -start +sub +s -s +g -g +t +u -u +stop ~t -stop -sub +after after?");
}

/// Two activities with handlers, then an event that asks to undo.
std::string undoing(const std::string& event, const std::string& more = "") {
  return user("a") + user("b") + boundary("ua", "a", undo_event) + boundary("ub", "b", undo_event) + handler("ha") +
         handler("hb") + association("ua", "ha") + association("ub", "hb") + event + more;
}

TEST(play_compensation, undoes_in_the_reverse_order_of_completion) {
  const std::string xml = process(start() + undoing(throwing("undo", undo_event)) + element("parallelGateway", "f") +
                                  element("parallelGateway", "j") + end() +
                                  line({"start", "f", "a", "j", "undo", "end"}) + line({"f", "b", "j"}));
  EXPECT_EQ(played(xml, "{\"complete\":\"b\"},{\"complete\":\"a\"},{\"complete\":\"ha\"},{\"complete\":\"hb\"}"),
            "+start -start +f -f +a +b -b -a +j -j +undo +ha -ha +hb -hb -undo +end -end done");
  EXPECT_EQ(played(xml, "{\"complete\":\"a\"},{\"complete\":\"b\"}"),
            "+start -start +f -f +a +b -a -b +j -j +undo +hb hb?");
}

TEST(play_compensation, of_one_activity_leaves_the_others) {
  const std::string xml =
      process(start() + undoing(throwing("undo", events("compensateEventDefinition activityRef=\"a\""))) + end() +
              line({"start", "a", "b", "undo", "end"}));
  EXPECT_EQ(played(xml, "", true), "+start -start +a -a +b -b +undo +ha -ha -undo +end -end done");
}

TEST(play_compensation, without_waiting_lets_the_token_go_on) {
  const std::string xml =
      process(start() + undoing(throwing("undo", events("compensateEventDefinition waitForCompletion=\"false\""))) +
              user("c") + end() + line({"start", "a", "b", "undo", "c", "end"}));
  EXPECT_EQ(played(xml, "{\"complete\":\"a\"},{\"complete\":\"b\"},{\"complete\":\"c\"}"),
            "+start -start +a -a +b -b +undo -undo +c +hb -c +end -end hb?");
  EXPECT_EQ(played(xml, "", true), "+start -start +a -a +b -b +undo -undo +c +hb -c +end -end -hb +ha -ha done");
}

TEST(play_compensation, reaches_into_completed_sub_processes) {
  const std::string inside = start("s") + undoing(end("ie")) + line({"s", "a", "b", "ie"});
  const std::string xml = process(start() + element("subProcess", "sub", inside) + end("undo", undo_event) +
                                  line({"start", "sub", "undo"}));
  EXPECT_EQ(played(xml, "", true),
            "+start -start +sub +s -s +a -a +b -b +ie -ie -sub +undo +hb -hb +ha -ha -undo done");
}

TEST(play_compensation, by_an_event_sub_process_decides_what_is_undone_inside) {
  const std::string undo_inside = element("startEvent", "us", undo_event) + throwing("inner", undo_event) +
                                  user("note") + end("ue") + line({"us", "inner", "note", "ue"});
  const std::string inside = start("s") + undoing(end("ie")) + line({"s", "a", "b", "ie"}) +
                             element("subProcess", "esp", undo_inside, "triggeredByEvent=\"true\"");
  const std::string xml = process(start() + element("subProcess", "sub", inside) + end("undo", undo_event) +
                                  line({"start", "sub", "undo"}));
  EXPECT_EQ(played(xml, "", true),
            "+start -start +sub +s -s +a -a +b -b +ie -ie -sub +undo +esp +us -us +inner +hb -hb +ha -ha -inner +note "
            "-note +ue -ue -esp -undo done");
}

TEST(play_transaction, that_is_cancelled_is_undone_and_leaves_by_its_cancel_event) {
  const std::string inside = start("s") + undoing("") + user("c") + element("parallelGateway", "g") +
                             end("stop", events("cancelEventDefinition")) + end("ie") +
                             line({"s", "a", "b", "g", "stop"}) + line({"g", "c", "ie"});
  const std::string xml = process(start() + element("transaction", "tx", inside) +
                                  boundary("cancelled", "tx", events("cancelEventDefinition")) + end() + end("bad") +
                                  line({"start", "tx", "end"}) + line({"cancelled", "bad"}));
  EXPECT_EQ(played(xml, "{\"complete\":\"a\"},{\"complete\":\"b\"},{\"complete\":\"hb\"},{\"complete\":\"ha\"}"),
            "+start -start +tx +s -s +a -a +b -b +g -g +stop -stop +hb -hb +ha -ha ~tx +cancelled -cancelled +bad "
            "-bad done");
}

TEST(play_message, reaches_receive_tasks_behind_event_gateways) {
  const std::string xml =
      process(start() + element("eventBasedGateway", "g") + element("receiveTask", "r", "", "messageRef=\"m2\"") +
                  catching("late", timer("timeDuration", "P1D")) + end() + end("e2") +
                  line({"start", "g", "r", "end"}) + line({"g", "late", "e2"}),
              more_roots);
  EXPECT_EQ(played(xml, "{\"message\":\"second\"}"), "+start -start +g -g +r -r +end -end done");
  EXPECT_EQ(played(xml, "{\"advance\":\"P1D\"}"), "+start -start +g -g +late -late +e2 -e2 done");
}

TEST(play_message, needs_the_right_key) {
  const std::string xml =
      process(start() + catching("c", message_event) + end() + line({"start", "c", "end"}), more_roots);
  const std::string begin = ",\"variables\":{\"number\":\"A\"}";
  EXPECT_EQ(played(xml, "{\"message\":\"paid\",\"key\":\"B\"}", false, begin),
            "+start -start +c c? | bpmn.step_refused@");
  EXPECT_EQ(played(xml, "{\"message\":\"paid\",\"key\":\"A\"}", false, begin), "+start -start +c -c +end -end done");
}

TEST(play_instantiation, by_an_event_gateway_and_by_a_receive_task) {
  const std::string any =
      process(element("eventBasedGateway", "g", "", "instantiate=\"true\"") + catching("c1", message_event) +
                  catching("c2", "<b:messageEventDefinition messageRef=\"m2\"/>") + end("e1") + end("e2") +
                  line({"g", "c1", "e1"}) + line({"g", "c2", "e2"}),
              more_roots);
  EXPECT_EQ(played(any, "{\"message\":\"second\"}"), "+g -g +c2 -c2 +e2 -e2 done");
  std::string all = any;
  all.replace(all.find("instantiate"), 0, "eventGatewayType=\"Parallel\" ");
  EXPECT_EQ(played(all, "{\"start\":\"c2\"},{\"message\":\"paid\"}"), "+g +c2 -c2 +e2 -e2 -g +c1 -c1 +e1 -e1 done");
  const std::string task =
      process(element("receiveTask", "r", "", "messageRef=\"m2\" instantiate=\"true\"") + end() + line({"r", "end"}),
              more_roots);
  EXPECT_EQ(played(task, "{\"message\":\"second\"}"), "+r -r +end -end done");
}

TEST(play_multiple, takes_any_of_its_events_or_all_of_them) {
  const std::string both = "<b:messageEventDefinition messageRef=\"m2\"/>" + signal_event;
  const std::string any = process(start() + catching("c", both) + end() + line({"start", "c", "end"}), more_roots);
  EXPECT_EQ(played(any, "{\"signal\":\"alarm\"}"), "+start -start +c -c +end -end done");
  const std::string all = process(
      start() + catching("c", both, "parallelMultiple=\"true\"") + end() + line({"start", "c", "end"}), more_roots);
  EXPECT_EQ(played(all, "{\"signal\":\"alarm\"}"), "+start -start +c c?");
  EXPECT_EQ(played(all, "{\"signal\":\"alarm\"},{\"message\":\"second\"}"), "+start -start +c -c +end -end done");
  EXPECT_EQ(played(all, "{\"trigger\":\"c\"}"), "+start -start +c -c +end -end done");
}

TEST(play_multiple, at_a_border_that_does_not_interrupt_begins_anew) {
  const std::string both = "<b:messageEventDefinition messageRef=\"m2\"/>" + signal_event;
  const std::string xml =
      process(start() + user("t") +
                  element("boundaryEvent", "b", both,
                          "attachedToRef=\"t\" cancelActivity=\"false\" parallelMultiple=\"true\"") +
                  end() + end("e2") + line({"start", "t", "end"}) + line({"b", "e2"}),
              more_roots);
  const std::string round = "{\"signal\":\"alarm\"},{\"message\":\"second\"}";
  EXPECT_EQ(played(xml, round + "," + round), "+start -start +t +b -b +e2 -e2 +b -b +e2 -e2 t? b? b?");
}

TEST(play_start, by_any_of_several_start_events) {
  const std::string xml = process(start("s1") + start("s2") + element("startEvent", "s3", message_event) + user("t") +
                                      end() + flow("s1", "t") + flow("s2", "t") + flow("s3", "t") + flow("t", "end"),
                                  more_roots);
  EXPECT_EQ(played(xml, ""), "+s1 -s1 +t t?");
  EXPECT_EQ(played(xml, "{\"start\":\"s2\"}"), "+s2 -s2 +t t?");
  EXPECT_EQ(played(xml, "{\"start\":\"s3\"}"), "+s3 -s3 +t t?");
}

TEST(play_start, without_a_start_event_begins_where_no_flow_leads) {
  EXPECT_EQ(played(process(user("a") + user("b") + end() + line({"a", "end"})), "", true),
            "+a +b -a +end -end -b done");
}

TEST(play_complex_gateway, lets_the_second_of_three_through_and_swallows_the_third) {
  const std::string xml =
      process(start() + element("parallelGateway", "f") + user("a") + user("b") + user("c") +
              element("complexGateway", "j", "<b:activationCondition>=activationCount >= 2</b:activationCondition>") +
              user("after") + end() + line({"start", "f", "a", "j", "after", "end"}) + line({"f", "b", "j"}) +
              line({"f", "c", "j"}));
  EXPECT_EQ(played(xml, "{\"complete\":\"a\"}"), "+start -start +f -f +a +b +c -a b? c?");
  EXPECT_EQ(played(xml, "{\"complete\":\"a\"},{\"complete\":\"c\"},{\"complete\":\"b\"},{\"complete\":\"after\"}"),
            "+start -start +f -f +a +b +c -a -c +j -j +after -b -after +end -end done");
}

TEST(play_flows, leave_a_task_by_their_conditions) {
  const std::string xml =
      process(start() + element("task", "t", "", "default=\"t-d\"") + end("a") + end("b") + end("d") +
              flow("start", "t") + flow("t", "a", "=x > 1") + flow("t", "b", "=x > 2") + flow("t", "d"));
  EXPECT_EQ(played(xml, "", false, ",\"variables\":{\"x\":3}"), "+start -start +t -t +a -a +b -b done");
  EXPECT_EQ(played(xml, "", false, ",\"variables\":{\"x\":0}"), "+start -start +t -t +d -d done");
}

std::string standard(const std::string& inner, const std::string& attributes = "") {
  return "<b:standardLoopCharacteristics " + attributes + ">" + inner + "</b:standardLoopCharacteristics>";
}

TEST(play_loop, goes_round_while_its_condition_holds) {
  const auto model = [](const std::string& loop) {
    return process(start() + user("t", loop) + end() + line({"start", "t", "end"}));
  };
  const std::string again = "<b:loopCondition>=again</b:loopCondition>";
  EXPECT_EQ(played(model(standard(again)),
                   "{\"complete\":\"t\",\"variables\":{\"again\":true}},"
                   "{\"complete\":\"t\",\"variables\":{\"again\":false}}"),
            "+start -start +t -t +t -t +end -end done");
  EXPECT_EQ(played(model(standard("", "loopMaximum=\"3\"")), "", true),
            "+start -start +t -t +t -t +t -t +end -end done");
  EXPECT_EQ(played(model(standard(again, "testBefore=\"true\"")), "", false, ",\"variables\":{\"again\":false}"),
            "+start -start +end -end done");
}

std::string several(const std::string& attributes, const std::string& loop, const std::string& inner = "") {
  return "<b:multiInstanceLoopCharacteristics " + attributes + ">" +
         extensions("<z:loopCharacteristics " + loop + "/>") + inner + "</b:multiInstanceLoopCharacteristics>";
}

TEST(play_several, side_by_side_and_one_after_the_other) {
  const auto model = [](const std::string& loop) {
    return process(start() + user("t", loop) + end() + line({"start", "t", "end"}));
  };
  const std::string items = "inputCollection=\"=[1,2,3]\" inputElement=\"item\"";
  EXPECT_EQ(played(model(several("", items)), "{\"complete\":\"t\",\"index\":2}"), "+start -start +t +t +t -t t? t?");
  EXPECT_EQ(played(model(several("isSequential=\"true\"", items)), "{\"complete\":\"t\"}"),
            "+start -start +t -t +t t?");
  const std::string enough = "<b:completionCondition>=numberOfCompletedInstances &gt;= 2</b:completionCondition>";
  EXPECT_EQ(played(model(several("", items, enough)), "{\"complete\":\"t\"},{\"complete\":\"t\"}"),
            "+start -start +t +t +t -t -t ~t +end -end done");
  EXPECT_EQ(played(model(several("", "inputCollection=\"=[]\"")), ""), "+start -start +end -end done");
  const std::string counted =
      "<b:multiInstanceLoopCharacteristics><b:loopCardinality>2</b:loopCardinality></"
      "b:multiInstanceLoopCharacteristics>";
  EXPECT_EQ(played(model(counted), "", true), "+start -start +t +t -t -t +end -end done");
}

TEST(play_several, collects_outputs_in_the_order_of_the_items) {
  const std::string loop = several("",
                                   "inputCollection=\"=[1,2,3]\" inputElement=\"item\" "
                                   "outputCollection=\"all\" outputElement=\"=item * 10 + extra\"");
  const std::string xml = process(start() + user("t", loop) + element("exclusiveGateway", "x") + end("right") +
                                  end("wrong") + line({"start", "t", "x", "right"}) + flow("x", "wrong"));
  std::string with_condition = xml;
  const std::string plain = flow("x", "right");
  with_condition.replace(with_condition.find(plain), plain.size(), flow("x", "right", "=all = [11, 22, 33]"));
  EXPECT_EQ(played(with_condition,
                   "{\"complete\":\"t\",\"index\":2,\"variables\":{\"extra\":3}},"
                   "{\"complete\":\"t\",\"index\":1,\"variables\":{\"extra\":2}},"
                   "{\"complete\":\"t\",\"variables\":{\"extra\":1}}"),
            "+start -start +t +t +t -t -t -t +x -x +right -right done");
}

const std::string callee =
    "<b:process id=\"sub\">" + start("cs") + user("ct") + end("ce") + line({"cs", "ct", "ce"}) + "</b:process>";

std::string calling(const std::string& extension, const std::string& inner = "", const std::string& more = "") {
  return definitions("<b:process id=\"p\" isExecutable=\"true\">" + start() +
                     element("callActivity", "call", extensions(extension) + inner) + user("after") + end() +
                     line({"start", "call", "after", "end"}) + more + "</b:process>" + callee + more_roots);
}

TEST(play_call, enters_the_process_of_that_name_and_comes_back) {
  EXPECT_EQ(played(calling("<z:calledElement processId=\"sub\"/>"), "{\"complete\":\"ct\"}"),
            "+start -start +call +cs -cs +ct -ct +ce -ce -call +after after?");
  EXPECT_EQ(played(calling("<z:calledElement processId=\"=name\"/>"), "", false, ",\"variables\":{\"name\":\"sub\"}"),
            "+start -start +call +cs -cs +ct ct?");
  const std::string loop = several("", "inputCollection=\"=[1,2]\"");
  EXPECT_EQ(played(calling("<z:calledElement processId=\"sub\"/>", loop), "{\"complete\":\"ct\",\"index\":1}"),
            "+start -start +call +call +cs -cs +cs -cs +ct +ct -ct +ce -ce -call ct?");
}

TEST(play_call, of_a_process_elsewhere_is_done_by_hand) {
  EXPECT_EQ(played(calling("<z:calledElement processId=\"elsewhere\"/>"), "{\"complete\":\"call\"}"),
            "+start -start +call -call +after after?");
}

TEST(play_call, lets_errors_out) {
  const std::string caught = boundary("b", "call", error_event) + end("bad") + line({"b", "bad"});
  EXPECT_EQ(played(calling("<z:calledElement processId=\"sub\"/>", "", caught), "{\"error\":\"ct\",\"code\":\"E1\"}"),
            "+start -start +call +cs -cs +ct ~ct ~call +b -b +bad -bad done");
}

std::string ad_hoc(const std::string& extension, const std::string& condition, const std::string& attributes = "") {
  const std::string inside = user("a") + user("b") + user("c") + flow("b", "c") + condition;
  return process(start() + element("adHocSubProcess", "ah", extensions(extension) + inside, attributes) + end() +
                 line({"start", "ah", "end"}));
}

TEST(play_ad_hoc, begins_what_is_active_and_ends_when_all_is_done) {
  EXPECT_EQ(played(ad_hoc("", ""), "", true), "+start -start +ah +a +b -a -b +c -c -ah +end -end done");
  EXPECT_EQ(played(ad_hoc("<z:adHoc activeElementsCollection=\"=[&quot;b&quot;]\"/>", ""), "", true),
            "+start -start +ah +b -b +c -c -ah +end -end done");
}

TEST(play_ad_hoc, ends_by_its_condition_and_cancels_what_is_left_unless_told_otherwise) {
  const std::string condition = "<b:completionCondition>=enough</b:completionCondition>";
  const std::string steps = "{\"complete\":\"a\",\"variables\":{\"enough\":true}}";
  EXPECT_EQ(played(ad_hoc("", condition), steps), "+start -start +ah +a +b -a ~b -ah +end -end done");
  EXPECT_EQ(played(ad_hoc("", condition, "cancelRemainingInstances=\"false\""),
                   steps + ",{\"complete\":\"b\"},{\"complete\":\"c\"}"),
            "+start -start +ah +a +b -a -b +c -c -ah +end -end done");
  EXPECT_EQ(played(ad_hoc("<z:adHoc activeElementsCollection=\"=[&quot;a&quot;]\"/>", condition),
                   "{\"complete\":\"a\"},{\"trigger\":\"b\"}"),
            "+start -start +ah +a -a +b b?");
}

TEST(play_listener, is_called_before_and_after_the_work) {
  const std::string listeners = extensions(
      "<z:taskDefinition type=\"work\"/><z:executionListeners><z:executionListener eventType=\"start\" type=\"l1\"/>"
      "<z:executionListener eventType=\"end\" type=\"l2\"/></z:executionListeners>");
  const std::string xml =
      process(start() + element("serviceTask", "t", listeners) + end() + line({"start", "t", "end"}));
  const std::string done = "{\"complete\":\"t\"}";
  EXPECT_EQ(played(xml, done + "," + done), "+start -start +t t?");
  EXPECT_EQ(played(xml, done + "," + done + "," + done), "+start -start +t -t +end -end done");
}

TEST(play_listener, of_a_user_task_is_called_when_it_is_made_and_when_it_is_done) {
  const std::string listeners = extensions(
      "<z:userTask/><z:taskListeners><z:taskListener eventType=\"creating\" type=\"l1\"/>"
      "<z:taskListener eventType=\"completing\" type=\"l2\"/></z:taskListeners>");
  const std::string xml = process(start() + user("t", listeners) + end() + line({"start", "t", "end"}));
  const std::string done = "{\"complete\":\"t\"}";
  EXPECT_EQ(played(xml, done + "," + done), "+start -start +t t?");
  EXPECT_EQ(played(xml, done + "," + done + "," + done), "+start -start +t -t +end -end done");
}

TEST(play_timer, of_every_kind_at_a_border) {
  const auto model = [](const std::string& kind, const std::string& value, bool interrupting) {
    return process(start() + user("t") + boundary("b", "t", timer(kind, value), interrupting) + end() + end("e2") +
                   line({"start", "t", "end"}) + line({"b", "e2"}));
  };
  const std::string once = "+start -start +t +b -b +e2 -e2";
  EXPECT_EQ(played(model("timeDuration", "PT1H", true), "{\"advance\":\"PT1H\"}"),
            "+start -start +t ~t +b -b +e2 -e2 done");
  EXPECT_EQ(played(model("timeDate", "2026-01-03T00:00:00Z", false), "{\"advance\":\"P3D\"}"), once + " t?");
  EXPECT_EQ(played(model("timeCycle", "R2/PT1H", false), "{\"advance\":\"P3D\"}"), once + " +b -b +e2 -e2 t?");
  EXPECT_EQ(played(model("timeCycle", "R/2026-01-02T00:00:00Z/P1D", false), "{\"advance\":\"P1D\"}"), once + " t? b?");
  EXPECT_EQ(played(model("timeCycle", "0 0 9 * * MON-FRI", false), "{\"advance\":\"P4DT9H\"}"),
            once + " +b -b +e2 -e2 +b -b +e2 -e2 t? b?");  // Thursday, Friday, Monday
  EXPECT_EQ(played(model("timeCycle", "R3/PT1H", true), "{\"advance\":\"P1D\"}"),
            "+start -start +t ~t +b -b +e2 -e2 done");
}

TEST(play_timer, starts_a_process_as_often_as_drawn) {
  const std::string xml = process(start("s", timer("timeCycle", "R2/P1D")) + end() + line({"s", "end"}));
  EXPECT_EQ(played(xml, "{\"advance\":\"P5D\"}"), "+s -s +end -end +s -s +end -end done");
}

TEST(play_foreign, takes_the_default_or_waits_to_be_told) {
  const auto model = [](const std::string& attributes) {
    return process(start() + element("exclusiveGateway", "x", "", attributes) + end("a") + end("b") +
                   flow("start", "x") + flow("x", "a", "${approved}") + flow("x", "b"));
  };
  EXPECT_EQ(played(model("default=\"x-b\""), ""), "+start -start +x -x +b -b done");
  EXPECT_EQ(played(model(""), "{\"take\":{\"x\":[\"x-a\"]}}"), "+start -start +x -x +b -b done")
      << "one way of two has no condition: it is what is left";
  const std::string bare = process(start() + element("exclusiveGateway", "x") + end("a") + end("b") +
                                   flow("start", "x") + flow("x", "a") + flow("x", "b"));
  EXPECT_EQ(played(bare, ""), "+start -start +x | bpmn.no_flow_matches@x");
  EXPECT_EQ(played(bare, "{\"take\":{\"x\":[\"x-b\"]}}"), "+start -start +x -x +b -b done");
  EXPECT_EQ(played(model(""), "", false, ",\"variables\":{\"approved\":true}"), "+start -start +x -x +a -a done");
}

TEST(play_foreign, plays_what_no_engine_would_deploy) {
  const std::string xml = process(
      start() + element("serviceTask", "job") + element("task", "plain") + element("scriptTask", "script") +
      element("sendTask", "send") + element("receiveTask", "receive") + catching("when", "<b:timerEventDefinition/>") +
      throwing("say", "<b:messageEventDefinition/>") + end("bye", "<b:messageEventDefinition/>") +
      line({"start", "job", "plain", "script", "send", "receive", "when", "say", "bye"}) +
      element("dataObject", "data") + "<x:vendor xmlns:x=\"urn:vendor\"><x:thing/></x:vendor>");
  EXPECT_EQ(played(xml, "{\"trigger\":\"receive\"},{\"trigger\":\"when\"}", true),
            "+start -start +job -job +plain -plain +script -script +send -send +receive -receive +when -when +say -say "
            "+bye -bye done");
}

TEST(play_participants, send_each_other_messages) {
  const std::string one = "<b:process id=\"one\">" + start() + user("ask") +
                          catching("answer", "<b:messageEventDefinition/>") + end() +
                          line({"start", "ask", "answer", "end"}) + "</b:process>";
  const std::string two = "<b:process id=\"two\">" + element("startEvent", "asked", "<b:messageEventDefinition/>") +
                          user("think") + end("reply", "<b:messageEventDefinition/>") +
                          line({"asked", "think", "reply"}) + "</b:process>";
  const std::string collaboration =
      "<b:collaboration id=\"c\"><b:participant id=\"p1\" processRef=\"one\"/><b:participant id=\"p2\" "
      "processRef=\"two\"/><b:messageFlow id=\"m1\" sourceRef=\"ask\" targetRef=\"asked\"/><b:messageFlow id=\"m3\" "
      "sourceRef=\"reply\" targetRef=\"answer\"/><b:messageFlow id=\"m4\" sourceRef=\"p1\" targetRef=\"p2\"/>"
      "</b:collaboration>";
  EXPECT_EQ(played(definitions(collaboration + one + two), "{\"complete\":\"ask\"},{\"complete\":\"think\"}"),
            "+start -start +ask -ask +answer +asked -asked +think -think +reply -reply -answer +end -end done");
}

TEST(play_step, that_can_not_be_done_is_told_and_the_play_goes_on) {
  const std::string xml = process(start() + user("t") + end() + line({"start", "t", "end"}));
  EXPECT_EQ(played(xml, "{\"complete\":\"u\"},{\"complete\":\"t\"}"),
            "+start -start +t -t +end -end | bpmn.step_refused@ done");
  EXPECT_EQ(played(xml, "{\"cancel\":true}"), "+start -start +t ~t done");
}

}  // namespace
}  // namespace bpmn
