#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/dmn/dmn.h"
#include "testing.h"

namespace {

using ::testing::ElementsAre;
using namespace dmn::testing;
using feel::Value;

dmn::Outcome decided(const std::vector<dmn::Source>& files, std::string_view decision, const feel::Context& inputs = {},
                     const feel::World& world = {}) {
  const auto compiled = dmn::compile(files);
  EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error().places.at(0).message.en);
  if (!compiled) return {};
  auto outcome = dmn::evaluate(**compiled, decision, inputs, world);
  EXPECT_TRUE(outcome.has_value());
  return outcome ? *outcome : dmn::Outcome{};
}

Value value_of(const std::string& logic) {
  return decided(sources(model(decision("a", logic))), "a").value;
}

std::string knowledge(std::string_view name, std::string_view parameters, std::string_view body,
                      std::string_view needs = "") {
  return "<businessKnowledgeModel id='_" + std::string(name) + "' name='" + std::string(name) +
         "'><encapsulatedLogic>" + std::string(parameters) + std::string(body) + "</encapsulatedLogic>" +
         std::string(needs) + "</businessKnowledgeModel>";
}

TEST(evaluate, decisions_see_what_they_need_and_nothing_else) {
  const auto files = sources(model(input("Floor Area", "number") +
                                   decision("doubled", needs_input("Floor Area") + text("Floor Area * 2")) +
                                   decision("plus one", needs_decision("doubled") + text("doubled + 1"))));
  EXPECT_EQ(decided(files, "plus one", feel::Context({{"Floor Area", Value(20)}})).value, Value(41));
}

TEST(evaluate, refuses_a_decision_that_is_not_there) {
  const auto compiled = dmn::compile(sources(model(decision("a", text("1")))));
  EXPECT_EQ(dmn::evaluate(**compiled, "b", {}, {}).error().code, "dmn.not_found");
  EXPECT_EQ(dmn::evaluate(**compiled, "_a", {}, {})->value, Value(1));
  EXPECT_EQ(dmn::evaluate(**compiled, "urn:test#a", {}, {})->value, Value(1));
}

TEST(evaluate, names_the_needed_inputs_once) {
  const auto compiled =
      dmn::compile(sources(model(input("x", "number") + input("y", "number") + input("z", "number") +
                                 decision("a", needs_input("x") + needs_input("y") + text("x + y")) +
                                 decision("b", needs_decision("a") + needs_input("x") + text("a + x")))));
  EXPECT_THAT(dmn::inputs_of(**compiled, "b"), ElementsAre("x", "y"));
}

TEST(evaluate, long_chains_of_decisions_end) {
  std::string chain = decision("d0", text("0"));
  for (int step = 1; step < 3000; ++step) {
    const std::string before = "d" + std::to_string(step - 1);
    chain += decision("d" + std::to_string(step), needs_decision(before) + text(before + " + 1"));
  }
  EXPECT_EQ(decided(sources(model(chain)), "d2999").value, Value(2999));
}

TEST(evaluate, a_result_of_the_wrong_type_is_null_with_its_place) {
  const dmn::Outcome outcome = decided(sources(model(decision("a", text("\"text\""), "number"))), "a");
  EXPECT_TRUE(outcome.value.is_null());
  ASSERT_EQ(outcome.diagnostics.size(), 1u);
  EXPECT_EQ(outcome.diagnostics[0].element, "a");
  EXPECT_EQ(outcome.diagnostics[0].what.code, "dmn.type_mismatch");
  EXPECT_EQ(decided(sources(model(decision("a", text("[1]"), "number"))), "a").value, Value(1));
}

TEST(evaluate, says_which_part_of_a_value_does_not_fit) {
  const auto files = sources(model(
      "<itemDefinition name='tAge'><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues>"
      "</itemDefinition><itemDefinition name='tWorker'><itemComponent name='age'><typeRef>tAge</typeRef>"
      "</itemComponent><itemComponent name='certificates' isCollection='true'><typeRef>string</typeRef></itemComponent>"
      "</itemDefinition><itemDefinition name='tShop'><itemComponent name='workers' isCollection='true'>"
      "<typeRef>tWorker</typeRef></itemComponent></itemDefinition>" +
      input("shop", "tShop") + decision("a", needs_input("shop") + text("shop")) +
      decision("old", text("200"), "tAge")));
  const auto said = [&](const std::string& name, const char* json) {
    const feel::Value shop = *feel::parse_json(json);
    const dmn::Outcome outcome = decided(files, name, feel::Context({{"shop", shop}}));
    EXPECT_TRUE(outcome.value.is_null());
    return outcome.diagnostics.empty() ? "" : outcome.diagnostics.back().what.message.en;
  };
  EXPECT_EQ(
      said("a", R"({"workers": [{"age": 20, "certificates": []}, {"age": 151, "certificates": []}]})"),
      "the value 151 of \"workers[2].age\" is not among those that its type (number) allows; null is used instead");
  EXPECT_EQ(said("a", R"({"workers": [{"age": 20, "certificates": ["A", 7]}]})"),
            "the value 7 of \"workers[1].certificates[2]\" does not fit the type string; null is used instead");
  EXPECT_EQ(said("a", R"({"workers": [{"age": 20}]})"),
            "the value of \"workers[1]\" lacks \"certificates\"; null is used instead");
  EXPECT_EQ(said("old", R"({"workers": []})"),
            "the value 200 is not among those that its type (number) allows; null is used instead");
}

TEST(evaluate, inputs_outside_the_allowed_values_are_null) {
  const auto files =
      sources(model("<itemDefinition name='tGrade'><typeRef>string</typeRef><allowedValues>"
                    "<text>\"A\",\"B\"</text></allowedValues></itemDefinition>" +
                    input("grade", "tGrade") + decision("a", needs_input("grade") + text("grade"))));
  EXPECT_EQ(decided(files, "a", feel::Context({{"grade", Value("B")}})).value, Value("B"));
  EXPECT_TRUE(decided(files, "a", feel::Context({{"grade", Value("C")}})).value.is_null());
}

TEST(boxed, context_entries_see_the_earlier_ones_and_the_last_may_be_the_result) {
  const std::string entries = "<contextEntry><variable name='net fee'/>" + text("100") +
                              "</contextEntry><contextEntry><variable name='fee'/>" + text("net fee * 2") +
                              "</contextEntry>";
  EXPECT_EQ(value_of("<context>" + entries + "</context>"),
            Value(feel::Context({{"net fee", Value(100)}, {"fee", Value(200)}})));
  EXPECT_EQ(value_of("<context>" + entries + "<contextEntry>" + text("fee + 1") + "</contextEntry></context>"),
            Value(201));
}

TEST(boxed, lists_and_relations_build_values) {
  EXPECT_EQ(value_of("<list>" + text("1") + text("\"b\"") + "</list>"), Value(feel::List{Value(1), Value("b")}));
  EXPECT_EQ(
      value_of("<relation><column name='k'/><column name='v'/><row>" + text("\"a\"") + text("1") + "</row></relation>"),
      Value(feel::List{Value(feel::Context({{"k", Value("a")}, {"v", Value(1)}}))}));
}

TEST(boxed, conditional_takes_else_unless_true) {
  const auto conditional = [](const char* condition) {
    return value_of("<conditional><if>" + text(condition) + "</if><then>" + text("1") + "</then><else>" + text("2") +
                    "</else></conditional>");
  };
  EXPECT_EQ(conditional("true"), Value(1));
  EXPECT_EQ(conditional("null"), Value(2));
  EXPECT_TRUE(conditional("\"yes\"").is_null());
}

TEST(boxed, filter_keeps_matching_items_or_picks_one) {
  const auto filter = [](const char* match) {
    return value_of("<filter><in>" + text("[{n: 1}, {n: 2}, {n: 3}]") + "</in><match>" + text(match) +
                    "</match></filter>");
  };
  EXPECT_EQ(filter("item.n > 2"), Value(feel::List{Value(feel::Context({{"n", Value(3)}}))}));
  EXPECT_EQ(filter("n = 1"), Value(feel::List{Value(feel::Context({{"n", Value(1)}}))}));
  EXPECT_EQ(filter("-1"), Value(feel::Context({{"n", Value(3)}})));
}

TEST(boxed, for_some_and_every_walk_lists_and_ranges) {
  EXPECT_EQ(value_of("<for iteratorVariable='i'><in>" + text("[1..3]") + "</in><return>" +
                     text("i * 2 + count(partial)") + "</return></for>"),
            Value(feel::List{Value(2), Value(5), Value(8)}));
  const auto quantified = [](const std::string& kind, const char* satisfies) {
    return value_of("<" + kind + " iteratorVariable='i'><in>" + text("[1,2,3]") + "</in><satisfies>" + text(satisfies) +
                    "</satisfies></" + kind + ">");
  };
  EXPECT_EQ(quantified("some", "i > 2"), Value(true));
  EXPECT_EQ(quantified("every", "i > 2"), Value(false));
  EXPECT_TRUE(quantified("every", "if i = 1 then true else \"x\"").is_null());
}

TEST(boxed, functions_close_over_their_context) {
  EXPECT_EQ(value_of("<context><contextEntry><variable name='k'/>" + text("10") +
                     "</contextEntry><contextEntry><variable name='f'/><functionDefinition>"
                     "<formalParameter name='x' typeRef='number'/>" +
                     text("x * k") + "</functionDefinition></contextEntry><contextEntry>" + text("f(4)") +
                     "</contextEntry></context>"),
            Value(40));
}

TEST(knowledge_model, is_called_in_feel_or_by_a_boxed_invocation) {
  const std::string sum = knowledge("sum up", "<formalParameter name='a'/><formalParameter name='b'/>", text("a + b"));
  for (const char* call : {"sum up(1, 2)", "sum up(b: 1, a: 2)"})
    EXPECT_EQ(decided(sources(model(sum + decision("d", needs_knowledge("sum up") + text(call)))), "d").value,
              Value(3));
  const std::string invocation = "<invocation>" + text("sum up") + "<binding><parameter name='b'/>" + text("2") +
                                 "</binding><binding><parameter name='a'/>" + text("40") + "</binding></invocation>";
  EXPECT_EQ(decided(sources(model(sum + decision("d", needs_knowledge("sum up") + invocation))), "d").value, Value(42));
}

TEST(knowledge_model, may_call_itself_until_the_depth_is_used_up) {
  const std::string factorial = knowledge("factorial", "<formalParameter name='n' typeRef='number'/>",
                                          text("if n &lt;= 1 then 1 else n * factorial(n - 1)"));
  const std::string endless = knowledge("endless", "<formalParameter name='n'/>", text("endless(n + 1)"));
  const auto files =
      sources(model(factorial + endless + decision("d", needs_knowledge("factorial") + text("factorial(5)")) +
                    decision("e", needs_knowledge("endless") + text("endless(1)"))));
  EXPECT_EQ(decided(files, "d").value, Value(120));
  EXPECT_TRUE(decided(files, "e").limit_passed);
}

TEST(service, has_a_scope_of_its_own) {
  const std::string xml =
      model(input("x", "number") + decision("y", text("1")) +
            decision("z", needs_input("x") + needs_decision("y") + text("x + y")) +
            "<decisionService id='_s' name='s'><outputDecision href='#_z'/><inputDecision href='#_y'/>"
            "<inputData href='#_x'/></decisionService>" +
            decision("d", needs_input("x") + needs_decision("y") + needs_knowledge("s") + text("[s(10, 20), x, y]")));
  EXPECT_EQ(decided(sources(xml), "d", feel::Context({{"x", Value(5)}})).value,
            Value(feel::List{Value(30), Value(5), Value(1)}));
  const auto compiled = dmn::compile(sources(xml));
  const std::vector<dmn::Input> inputs = {{"", "x", Value(2)}, {"", "y", Value(3)}};
  EXPECT_EQ(dmn::evaluate(**compiled, dmn::Invocable::Kind::service, "s", inputs, {})->value, Value(5));
}

TEST(imports, bring_names_under_the_name_of_the_import) {
  const std::vector<dmn::Source> files = {
      {"main.dmn", model("<import name='base' namespace='urn:base' "
                         "importType='https://www.omg.org/spec/DMN/20230324/MODEL/'/>"
                         "<decision id='_d' name='d'><informationRequirement>"
                         "<requiredDecision href='urn:base#_Net Fee'/></informationRequirement>" +
                         text("base.Net Fee + 1") + "</decision>")},
      {"base.dmn",
       model(input("rate", "number") + decision("Net Fee", needs_input("rate") + text("rate * 10")), "urn:base")}};
  EXPECT_EQ(decided(files, "d", feel::Context({{"rate", Value(2)}})).value, Value(21));
  EXPECT_EQ(decided(files, "d", feel::Context({{"base", Value(feel::Context({{"rate", Value(3)}}))}})).value,
            Value(31));
}

TEST(limits, end_an_evaluation_that_takes_too_long) {
  feel::World world;
  world.limits.steps_max = 1000;
  const dmn::Outcome outcome =
      decided(sources(model(decision("a", "<for iteratorVariable='i'><in>" + text("[1..1000000]") + "</in><return>" +
                                              text("i") + "</return></for>"))),
              "a", {}, world);
  EXPECT_TRUE(outcome.limit_passed);
}

}  // namespace
