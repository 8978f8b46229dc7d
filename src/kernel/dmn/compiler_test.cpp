#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/dmn/dmn.h"
#include "testing.h"

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using namespace dmn::testing;

TEST(compile, reads_every_published_version_of_dmn) {
  for (const char* uri :
       {"http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/", "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/"}) {
    const auto compiled = dmn::compile(sources(model(decision("fee", text("1")), "urn:test", uri)));
    ASSERT_TRUE(compiled.has_value()) << uri;
    EXPECT_EQ(dmn::invocables(**compiled).at(0).name, "fee");
  }
}

TEST(compile, reads_prefixed_elements_and_passes_over_foreign_ones) {
  const std::string xml =
      "<m:definitions xmlns:m='https://www.omg.org/spec/DMN/20191111/MODEL/' xmlns:x='urn:tool' namespace='urn:test'>"
      "<m:extensionElements><x:thing/></m:extensionElements><x:decision name='not mine'/>"
      "<m:decision id='_a' name='a'><m:literalExpression><m:text>1</m:text></m:literalExpression></m:decision>"
      "</m:definitions>";
  const auto compiled = dmn::compile(sources(xml));
  ASSERT_TRUE(compiled.has_value());
  EXPECT_EQ(dmn::invocables(**compiled).size(), 1u);
}

TEST(compile, refuses_what_is_not_a_dmn_model) {
  EXPECT_THAT(fault_codes(sources("<definitions")), ElementsAre("dmn.xml_invalid"));
  EXPECT_THAT(fault_codes(sources("<definitions xmlns='urn:other'/>")), ElementsAre("dmn.not_dmn"));
  EXPECT_THAT(fault_codes(sources("<!DOCTYPE a [<!ENTITY b 'c'>]>" + model("").substr(21))),
              ElementsAre("dmn.doctype"));
}

TEST(compile, refuses_xml_that_is_nested_too_deeply) {
  std::string deep;
  for (int depth = 0; depth < 5000; ++depth) deep += "<list>";
  for (int depth = 0; depth < 5000; ++depth) deep += "</list>";
  EXPECT_THAT(fault_codes(sources(model(decision("a", deep)))), ElementsAre("dmn.too_deep"));
}

TEST(compile, lists_all_faults_at_once_with_their_place) {
  const auto compiled = dmn::compile(
      sources(model(decision("a", needs_decision("missing") + text("1 +")) + decision("b", text("1"), "tNowhere"))));
  ASSERT_FALSE(compiled.has_value());
  EXPECT_EQ(compiled.error().code, "dmn.invalid");
  std::vector<std::string> found;
  for (const base::Place& place : compiled.error().places) {
    found.push_back(place.path + " " + place.code);
    EXPECT_FALSE(place.message.zh.empty());
    EXPECT_FALSE(place.message.en.empty());
  }
  EXPECT_THAT(found, UnorderedElementsAre("test.dmn#_a dmn.unknown_reference", "test.dmn#_a dmn.expression_invalid",
                                          "test.dmn#_b dmn.unknown_type"));
}

TEST(compile, refuses_decisions_that_need_each_other_in_a_circle) {
  EXPECT_THAT(fault_codes(sources(model(decision("a", needs_decision("b") + text("b")) +
                                        decision("b", needs_decision("a") + text("a"))))),
              ElementsAre("dmn.requirement_cycle"));
}

TEST(compile, refuses_names_and_ids_used_twice) {
  EXPECT_THAT(fault_codes(sources(model(decision("a", text("1")) + decision("a", text("2"))))),
              ElementsAre("dmn.name_twice", "dmn.id_twice"));
}

TEST(compile, refuses_types_made_of_themselves_and_types_that_explode) {
  EXPECT_THAT(fault_codes(sources(model("<itemDefinition name='t'><itemComponent name='c'><typeRef>t</typeRef>"
                                        "</itemComponent></itemDefinition>"))),
              Contains("dmn.type_cycle"));
  std::string doubling = "<itemDefinition name='t0'><typeRef>string</typeRef></itemDefinition>";
  for (int step = 1; step < 40; ++step) {
    const std::string before = "<typeRef>t" + std::to_string(step - 1) + "</typeRef>";
    doubling += "<itemDefinition name='t" + std::to_string(step) + "'><itemComponent name='a'>" + before +
                "</itemComponent><itemComponent name='b'>" + before + "</itemComponent></itemDefinition>";
  }
  EXPECT_THAT(fault_codes(sources(model(doubling))), Contains("dmn.type_too_large"));
}

TEST(compile, refuses_types_that_refer_to_each_other_endlessly_deep) {
  std::string chain = "<itemDefinition name='t0'><typeRef>string</typeRef></itemDefinition>";
  for (int step = 1; step < 20'000; ++step)
    chain += "<itemDefinition name='t" + std::to_string(step) + "'><typeRef>t" + std::to_string(step - 1) +
             "</typeRef></itemDefinition>";
  EXPECT_THAT(fault_codes(sources(model(input("x", "t19999") + chain))), Contains("dmn.type_too_deep"));
}

TEST(compile, refuses_rows_that_do_not_fit_the_header) {
  EXPECT_THAT(fault_codes(sources(model(
                  decision("a",
                           "<decisionTable><input><inputExpression><text>1</text></inputExpression></input><output/>"
                           "<rule id='r'><outputEntry><text>1</text></outputEntry></rule></decisionTable>")))),
              ElementsAre("dmn.table_columns"));
}

TEST(compile, refuses_a_priority_table_without_priorities) {
  EXPECT_THAT(
      fault_codes(sources(model(decision("a", "<decisionTable hitPolicy='PRIORITY'><output/></decisionTable>")))),
      ElementsAre("dmn.priorities_missing"));
}

TEST(compile, refuses_an_unknown_hit_policy_and_a_table_without_outputs) {
  EXPECT_THAT(fault_codes(sources(model(decision("a", "<decisionTable hitPolicy='BEST'><output/></decisionTable>")))),
              ElementsAre("dmn.hit_policy_unknown"));
  EXPECT_THAT(fault_codes(sources(model(decision("a", "<decisionTable/>")))), ElementsAre("dmn.table_outputs"));
}

TEST(compile, refuses_an_import_that_is_not_there) {
  EXPECT_THAT(fault_codes(sources(model("<import name='base' namespace='urn:base' "
                                        "importType='https://www.omg.org/spec/DMN/20230324/MODEL/'/>"))),
              ElementsAre("dmn.import_missing"));
}

TEST(compile, tolerates_faulty_logic_only_when_asked) {
  const auto files = sources(model(decision("good", text("1")) + decision("bad", text("1 +"))));
  EXPECT_FALSE(dmn::compile(files).has_value());
  const auto tolerant = dmn::compile(files, {.dialect = feel::Dialect::standard, .tolerate_faults = true});
  ASSERT_TRUE(tolerant.has_value());
  EXPECT_EQ(dmn::faults(**tolerant).size(), 1u);
  EXPECT_EQ(dmn::evaluate(**tolerant, "good", {}, {})->value, feel::Value(1));
  const auto bad = dmn::evaluate(**tolerant, "bad", {}, {});
  EXPECT_TRUE(bad->value.is_null());
  EXPECT_EQ(bad->diagnostics.at(0).what.code, "dmn.expression_invalid");
}

}  // namespace
