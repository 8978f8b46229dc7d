/// Reading and checking models, and the stored forms.
#include "testing.h"

#include <set>

#include "kernel/calendar/calendar.h"
#include "timer.h"

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

/// "element:code" of every fault.
std::set<std::string> faults(const std::string& xml, const CompileOptions& options = {}) {
  const auto compiled = compile(xml, options);
  if (compiled) return {};
  EXPECT_EQ(compiled.error().code, "bpmn.invalid");
  std::set<std::string> found;
  for (const auto& place : compiled.error().places) {
    EXPECT_FALSE(place.message.zh.empty());
    EXPECT_FALSE(place.message.en.empty());
    found.insert(place.path + ":" + place.code);
  }
  return found;
}

using Set = std::set<std::string>;

TEST(model, is_read_with_any_prefix_and_kept_whole) {
  const std::string xml =
      "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\""
      " xmlns:c=\"http://camunda.org/schema/zeebe/1.0\" xmlns:di=\"urn:di\">"
      "<process id=\"p\" name=\"开办餐馆\"><startEvent id=\"s\"/><userTask id=\"a\" name=\"受理\">"
      "<documentation>说明</documentation><extensionElements><c:formDefinition formId=\"f\"/><c:properties>"
      "<c:property name=\"clock\" value=\"legal\"/></c:properties><c:assignmentDefinition candidateGroups=\"window , "
      "examiner,\"/><c:unknown/></extensionElements></userTask>"
      "<sequenceFlow id=\"s-a\" sourceRef=\"s\" targetRef=\"a\"/></process><di:shape/></definitions>";
  const auto compiled = compile(xml);
  ASSERT_TRUE(compiled.has_value());
  const Definition& definition = *compiled.value();
  EXPECT_EQ(process_id(definition), "p");
  EXPECT_EQ(process_name(definition), "开办餐馆");
  const ElementIndex a = find_element(definition, "a");
  ASSERT_NE(a, no_element);
  EXPECT_EQ(elements(definition)[a].form, "f");
  EXPECT_EQ(elements(definition)[a].documentation, "说明");
  EXPECT_EQ(elements(definition)[a].properties.at("clock"), "legal");
  EXPECT_EQ(elements(definition)[a].candidate_groups, (std::vector<std::string>{"window", "examiner"}));
  EXPECT_EQ(flows(definition).at(0).target, a);
  EXPECT_EQ(find_element(definition, "z"), no_element);
  EXPECT_EQ(xml_of(definition), xml);
  EXPECT_EQ(fingerprint(definition).size(), 16u);
  EXPECT_NE(fingerprint(definition), fingerprint(*compile(xml + " ").value()));
}

TEST(model, that_is_no_bpmn_is_refused) {
  EXPECT_EQ(faults("hello"), Set{":bpmn.not_xml"});
  EXPECT_EQ(faults("<a/>"), Set{":bpmn.not_bpmn"});
  EXPECT_EQ(faults(std::string(9'000'000, ' ')), Set{":bpmn.too_large"});
  EXPECT_EQ(faults(definitions("")), Set{":bpmn.process_unclear"});
  EXPECT_EQ(faults(process(""), {.process = "q"}), Set{"q:bpmn.process_unknown"});
  EXPECT_EQ(faults(definitions("<b:process><b:task id=\"a\"/></b:process>")), Set{":bpmn.id_missing"});
}

TEST(model, tells_all_faults_together) {
  const std::string xml = process(
      user("lost") + element("exclusiveGateway", "x", "", "default=\"gone\"") + user("a") + user("a") + user("b") +
      flow("x", "a") + flow("x", "b", "=1 +") + flow("b", "nowhere") + element("callActivity", "call") +
      element("boundaryEvent", "be", timer("timeDuration", "5 days"), "attachedToRef=\"none\"") +
      element("serviceTask", "job") + element("userTask", ""));
  EXPECT_EQ(faults(xml),
            (Set{"p:bpmn.start_missing", "lost:bpmn.unreachable", "x:bpmn.unreachable", "x:bpmn.unknown_reference",
                 "a:bpmn.id_twice", "x-a:bpmn.condition_missing", "x-b:bpmn.expression_invalid",
                 "b-nowhere:bpmn.unknown_reference", "call:bpmn.called_missing", "call:bpmn.unreachable",
                 "be:bpmn.not_attached", "be:bpmn.timer_invalid", "be:bpmn.flow_missing", "job:bpmn.unreachable",
                 "job:bpmn.job_type_missing", ":bpmn.id_missing"}));
}

TEST(model, checks_events) {
  const std::string body = start() + start("again") + flow("start", "m") + flow("again", "m") +
                           element("intermediateCatchEvent", "m", "<b:messageEventDefinition/>") +
                           element("intermediateCatchEvent", "r", "<b:messageEventDefinition messageRef=\"q\"/>") +
                           element("intermediateCatchEvent", "t", timer("timeCycle", "R/P1D")) +
                           element("intermediateCatchEvent", "u", "<b:timerEventDefinition/>") +
                           element("intermediateCatchEvent", "s", "<b:signalEventDefinition/>") +
                           element("intermediateCatchEvent", "none") + line({"m", "r", "t", "u", "s", "none", "e"}) +
                           end("e", "<b:errorEventDefinition/>") + flow("e", "m") + flow("m", "start");
  const Set found = faults(process(body));
  for (const std::string fault :
       {"m:bpmn.message_missing", "r:bpmn.unknown_reference", "u:bpmn.timer_missing", "s:bpmn.signal_missing",
        "none:bpmn.unsupported", "e:bpmn.error_code_missing", "e:bpmn.flow_not_allowed", "start:bpmn.flow_not_allowed"})
    EXPECT_TRUE(found.contains(fault)) << fault;
}

TEST(model, checks_scopes_and_gateways) {
  const std::string sub = user("inside");
  const std::string esp = start("es");
  const std::string body =
      start() + element("subProcess", "sub", sub) + element("subProcess", "esp", esp, "triggeredByEvent=\"true\"") +
      element("eventBasedGateway", "g") + user("u") + flow("start", "sub") + flow("sub", "g") + flow("g", "u") +
      flow("u", "inside") + boundary("b", "u", error_event, false) + flow("b", "u") +
      element("scriptTask", "s", extensions("<z:script/>" + io("<z:output target=\"a..b\"/>"))) + flow("u", "s") +
      element("userTask", "mi", "<b:multiInstanceLoopCharacteristics/>") + flow("s", "mi");
  const Set found = faults(process(body, roots));
  for (const std::string fault :
       {"sub:bpmn.start_missing", "esp:bpmn.start_missing", "g:bpmn.flow_missing", "u:bpmn.event_expected",
        "u-inside:bpmn.flow_crosses_scope", "b:bpmn.not_interrupting", "s:bpmn.script_missing", "s:bpmn.result_missing",
        "s:bpmn.target_invalid", "s:bpmn.source_missing", "mi:bpmn.collection_missing"})
    EXPECT_TRUE(found.contains(fault)) << fault;
  EXPECT_TRUE(faults(process(start() +
                             element("subProcess", "sub",
                                     start("s", timer("timeDuration", "PT1H")) + end("e") + flow("s", "e")) +
                             flow("start", "sub")))
                  .contains("sub:bpmn.start_missing") == false);
  EXPECT_TRUE(faults(process(start() +
                             element("subProcess", "sub",
                                     start("s", timer("timeDuration", "PT1H")) + end("e") + flow("s", "e")) +
                             flow("start", "sub")))
                  .contains("s:bpmn.start_not_none"));
}

TEST(model, checks_links_and_escalations) {
  const std::string link = "<b:linkEventDefinition name=\"L\"/>";
  const std::string other = "<b:linkEventDefinition name=\"M\"/>";
  EXPECT_EQ(faults(process(start() + element("intermediateThrowEvent", "out", link) + flow("start", "out") +
                           element("intermediateCatchEvent", "in", other) + end("e", "<b:escalationEventDefinition/>") +
                           flow("in", "e"))),
            (Set{"out:bpmn.link_missing", "in:bpmn.link_missing", "e:bpmn.escalation_code_missing"}));
}

TEST(model, refuses_nesting_without_end) {
  std::string body;
  for (int i = 0; i < 40; ++i) body = element("subProcess", "n" + std::to_string(i), body);
  const Set found = faults(process(body));
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const auto& one) { return one.ends_with("bpmn.too_deep"); }));
}

TEST(model, refuses_more_elements_than_fit) {
  std::string body = start();
  for (int i = 0; i < 10'001; ++i) body += element("task", "t" + std::to_string(i));
  EXPECT_FALSE(compile(process(body)).has_value());
}

/// Seconds after 2026-01-01T00:00:00Z, a Thursday; -1 when there is no next moment.
std::int64_t next_by(const std::string& cron, std::int64_t from = 0) {
  constexpr std::int64_t new_year = 1'767'225'600;
  const auto next = after({(new_year + from) * base::us_per_second}, cron);
  return next ? next->us / base::us_per_second - new_year : -1;
}

TEST(cron, names_moments_in_utc) {
  constexpr std::int64_t hour = 3600;
  constexpr std::int64_t day = 24 * hour;
  EXPECT_EQ(next_by("0 0 9-17 * * MON-FRI"), 9 * hour);
  EXPECT_EQ(next_by("0 0 9-17 * * MON-FRI", 9 * hour), 10 * hour);
  EXPECT_EQ(next_by("0 0 9-17 * * MON-FRI", day + 17 * hour), 4 * day + 9 * hour);
  EXPECT_EQ(next_by("*/10 * * * * *", 5), 10);
  EXPECT_EQ(next_by("0 15/20 * * * ?"), 900);
  EXPECT_EQ(next_by("@daily"), day);
  EXPECT_EQ(next_by("@monthly"), 31 * day);
  EXPECT_EQ(next_by("0 0 0 L * *"), 30 * day);
  EXPECT_EQ(next_by("0 0 0 29 2 *"), 789 * day);  // 29 February 2028
  EXPECT_EQ(next_by("0 0 0 31 2 *"), -1);
  for (const char* wrong :
       {"", "* * * * *", "60 * * * * *", "0 0 0 * * FUN", "0 0 17-9 * * *", "0 0/0 * * * *", "@never"})
    EXPECT_FALSE(parse_cycle(wrong).has_value()) << wrong;
}

TEST(period, is_read_as_iso_8601) {
  const std::int64_t second = base::us_per_second;
  EXPECT_EQ(parse_period("P1Y2M"), (Period{.months = 14, .us = 0}));
  EXPECT_EQ(parse_period("P2W"), (Period{.months = 0, .us = 14 * 86'400 * second}));
  EXPECT_EQ(parse_period("P1DT2H3M4.5S"), (Period{.months = 0, .us = (93'784 * 10 + 5) * second / 10}));
  EXPECT_EQ(parse_period("-PT5M"), (Period{.months = 0, .us = -300 * second}));
  for (const auto* wrong : {"", "P", "PT", "5D", "P5", "P1H", "PT1D", "P1D1Y", "P-1D", "P1.5D", "PT1.S",
                            "P99999999999D", "P1Dx", "PT9223372036854775807S"})
    EXPECT_FALSE(parse_period(wrong)) << wrong;
}

TEST(moment, is_read_in_china_unless_it_says_otherwise) {
  const auto at = [](const char* text) { return parse_moment(text, DayEnd::ends); };
  EXPECT_EQ(at("2026-11-24T08:00:00"), at("2026-11-24T00:00:00Z"));
  EXPECT_EQ(at("2026-11-24T08:00"), at("2026-11-24T08:00:00+08:00"));
  EXPECT_EQ(at("2026-11-24T08:00:00[Asia/Shanghai]"), at("2026-11-24T08:00:00+08:00"));
  EXPECT_EQ(at("2026-11-24"), at("2026-11-25T00:00:00+08:00"));
  EXPECT_EQ(parse_moment("2026-11-24", DayEnd::begins), at("2026-11-24T00:00:00+08:00"));
  for (const auto* wrong :
       {"", "2026-13-01", "2026-11-24 08:00", "2026-11-24T", "2026-11-24T25:00", "2026-11-24T08:00+8"})
    EXPECT_FALSE(at(wrong)) << wrong;
}

TEST(period, of_months_is_counted_on_the_civil_calendar) {
  const auto at = [](const char* text) { return *parse_moment(text, DayEnd::ends); };
  EXPECT_EQ(plus(at("2026-11-30T09:00:00"), *parse_period("P3M")), at("2027-02-28T09:00:00"));
  EXPECT_FALSE(plus(at("9999-11-30T09:00:00"), *parse_period("P3M")));
}

TEST(cycle, is_read_with_count_start_and_period) {
  EXPECT_EQ(parse_cycle("R3/PT1H")->firings, 3);
  EXPECT_EQ(parse_cycle("R/PT1H")->firings, -1);
  EXPECT_EQ(parse_cycle("R/2026-12-01T00:00:00Z/P1D")->start, parse_moment("2026-12-01T00:00:00Z", DayEnd::ends));
  for (const auto* wrong : {"", "R", "R0/PT1H", "R3", "R/PT0S", "R/-PT1H", "R//P1D", "0 9 * * *"})
    EXPECT_FALSE(parse_cycle(wrong)) << wrong;
}

TEST(stored_form, keeps_every_kind_of_value) {
  const feel::Time time{.second_of_day = 3600,
                        .nanosecond = 5,
                        .zone = {.kind = feel::Zone::Kind::named, .offset_seconds = 0, .name = "Asia/Shanghai"}};
  const feel::Context values{{"none", feel::Value()},
                             {"yes", true},
                             {"number", *feel::Decimal::parse("1234567890.12345678901234567890123")},
                             {"text", "引号\" \\ \n\x01 🐎"},
                             {"date", calendar::Date{20'416}},
                             {"time", time},
                             {"moment", feel::DateTime{.date = {20'416}, .time = time}},
                             {"months", feel::YearsMonths{14}},
                             {"seconds", feel::DaysTime{.seconds = -5, .nanoseconds = -1}},
                             {"list", feel::List{1, "a", feel::List{}, feel::Value()}},
                             {"context", feel::Context{{"a", 1}, {"b", feel::Context{}}}},
                             {"tricky", feel::Context{{"a", 1}, {"", "date"}, {"v", 3}}}};
  const std::vector<Event> events{VariablesSet{.scope = 1, .variables = values}};
  const auto read = decode_events(encode(events));
  ASSERT_TRUE(read.has_value());
  const auto& back = std::get<VariablesSet>(read.value().front()).variables;
  ASSERT_EQ(back.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(back.entries()[i].first, values.entries()[i].first);
    EXPECT_TRUE(back.entries()[i].second == values.entries()[i].second) << values.entries()[i].first;
  }
}

TEST(stored_form, keeps_every_kind_of_event) {
  const std::vector<Event> events{ElementEntered{3, 4, 1},
                                  ElementCompleted{3, 4},
                                  ElementCancelled{3, 4},
                                  FlowTaken{9, 1},
                                  TaskOpened{3, 4, "u", {"g", "h"}, {"v"}, "f", base::Instant{5}, std::nullopt, 70},
                                  JobOpened{3, 4, "type", 2},
                                  TimerOpened{3, 4, {77}, -1, "P1D", 2},
                                  MessageOpened{3, 4, "name", "key", 2},
                                  WaitClosed{4},
                                  VariablesSet{1, {{"a", 1}}},
                                  DecisionMade{3, 4, "d", {"[ALL-34]"}},
                                  IncidentRaised{3, 4, "code", {"中", "en"}, Step::completing},
                                  IncidentResolved{4},
                                  ProcessEnded{true},
                                  JoinChanged{3, 1, 9, -2},
                                  SignalOpened{3, 4, "alarm", 2, 1},
                                  ConditionOpened{3, 4, 2, 1, false},
                                  SignalThrown{3, 4, "alarm"},
                                  UndoChanged{3, 4, 1, UndoStage::started, 7},
                                  LoopOpened{4, 3},
                                  ItemCollected{4, 2, feel::Value("x")},
                                  InstanceMigrated{{{3, 5}, {4, 4}}, {{9, 8}}}};
  ASSERT_EQ(events.size(), std::variant_size_v<Event>);
  const std::string text = encode(events);
  const auto read = decode_events(text);
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read.value().size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(read.value()[i].index(), events[i].index());
  EXPECT_EQ(encode(read.value()), text);
  // What is stored is read for ever.
  EXPECT_EQ(text,
            "[[0,3,4,1],[1,3,4],[2,3,4],[3,9,1],[4,3,4,\"u\",[\"g\",\"h\"],[\"v\"],\"f\",5,null,70],"
            "[5,3,4,\"type\",2],[6,3,4,77,-1,\"P1D\",2],[7,3,4,\"name\",\"key\",2],[8,4],[9,1,{\"a\":1}],"
            "[10,3,4,\"d\",[\"[ALL-34]\"]],[11,3,4,\"code\",\"中\",\"en\",2],[12,4],[13,1],[14,3,1,9,-2],"
            "[15,3,4,\"alarm\",2,1],[16,3,4,2,1,0],[17,3,4,\"alarm\"],[18,3,4,1,2,7],[19,4,3],[20,4,2,\"x\"],"
            "[21,[[3,5],[4,4]],[[9,8]]]]");
  // Fields that were added at the end later are written only when they say something.
  const std::vector<Event> later{JobOpened{3, 4, "type", 2, 1}, TimerOpened{3, 4, {77}, 0, "", 2, 1},
                                 MessageOpened{3, 4, "name", "", 2, 1}, JoinChanged{3, 1, 9, 1, true},
                                 DecisionMade{3, 4, "d", {}, "why"}};
  const std::string more =
      "[[5,3,4,\"type\",2,1],[6,3,4,77,0,\"\",2,1],[7,3,4,\"name\",\"\",2,1],[14,3,1,9,1,1],[10,3,4,\"d\",[],\"why\"]]";
  EXPECT_EQ(encode(later), more);
  EXPECT_EQ(encode(decode_events(more).value()), more);
}

TEST(stored_form, may_have_been_laid_out_with_spaces) {
  const auto read =
      decode_events(" [ [ 9 , 1 , { \"a\" : [ 1 , { \"\" : \"date\" , \"v\" : 5 } ] } ] ,\n [ 8 , 4 ] ] ");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(encode(read.value()), "[[9,1,{\"a\":[1,{\"\":\"date\",\"v\":5}]}],[8,4]]");
}

TEST(stored_form, that_is_damaged_is_refused) {
  for (const auto* wrong :
       {"", "[", "{}", "[[99]]", "[[0,1,2]]", "[[0,1,2,3,4]]", "[[8,4]]x", "[[8,4],]", "[,[8,4]]", "[[9,1,[]]]",
        "[[9,1,{\"\":\"date\"}]]", "[[0,70000,1,1]]", "[[9,1,{\"a\":\"\\ud800\"}]]"}) {
    const auto read = decode_events(wrong);
    ASSERT_FALSE(read.has_value()) << wrong;
    EXPECT_EQ(read.error().code, "bpmn.stored_invalid");
  }
  Player play(process(start() + user("a") + end() + line({"start", "a", "end"})));
  play.start();
  const std::string text = encode(play.instance);
  for (std::size_t cut = 0; cut < text.size(); ++cut) EXPECT_FALSE(decode_instance(text.substr(0, cut)).has_value());
  EXPECT_FALSE(decode_instance("[1,1,0,0,3,[[1,65535,0],[2,0,7]],[],[],[],[]]").has_value());
}

TEST(instance, is_small_when_idle) {
  std::string body = start() + element("parallelGateway", "f") + flow("start", "f");
  for (const std::string id : {"a", "b"})
    body += user(id) + boundary(id + "t", id, timer("timeDuration", "P5D"), false) + end(id + "e") + flow("f", id) +
            flow(id, id + "e") + flow(id + "t", id + "e");
  Player play(process(body));
  play.start({{"case", "2026-0001"}, {"kind", "food"}, {"area", 120}, {"applicant", "某某餐饮有限公司"}});
  EXPECT_LE(encode(play.instance).size(), 1024u);
}

}  // namespace
}  // namespace bpmn
