#include "server/decision_commands.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace server {
namespace {

namespace fs = std::filesystem;

/// A folder that goes away with the test.
class decision_commands : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "yichuang-decisions-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  template <class Command>
  int run_it(const Command& command) {
    out_.str("");
    err_.str("");
    return run(command, out_, err_);
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  fs::path folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

constexpr const char* fee_model = R"(<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="fees" namespace="urn:fees">
 <inputData id="_area" name="floor area"><variable name="floor area" typeRef="number"/></inputData>
 <decision id="_fee" name="fee"><variable name="fee" typeRef="number"/>
  <informationRequirement><requiredInput href="#_area"/></informationRequirement>
  <decisionTable hitPolicy="UNIQUE">
   <input label="area"><inputExpression><text>floor area</text></inputExpression></input>
   <output/><annotation name="basis"/>
   <rule id="r1"><inputEntry><text>&lt; 100</text></inputEntry><outputEntry><text>50</text></outputEntry>
    <annotationEntry><text>Article 9</text></annotationEntry></rule>
   <rule id="r2"><inputEntry><text>&gt;= 100</text></inputEntry><outputEntry><text>80</text></outputEntry>
    <annotationEntry><text>Article 10</text></annotationEntry></rule>
  </decisionTable></decision>
</definitions>)";

TEST_F(decision_commands, feel_prints_the_value_as_json) {
  EXPECT_EQ(run_it(FeelCommand{.expression = "1 + 1"}), decided);
  EXPECT_EQ(out(), "2\n");
  run_it(FeelCommand{.expression = "{a: \"x\", b: [0.1 + 0.2, null]}"});
  EXPECT_EQ(out(), "{\"a\":\"x\",\"b\":[0.3,null]}\n");
}

TEST_F(decision_commands, feel_reads_its_variables_from_json_with_names_of_several_words) {
  const std::string context = file("c.json", R"({"order": {"unit price": 2.5, "count": 4}})");
  EXPECT_EQ(run_it(FeelCommand{.expression = "order.unit price * order.count", .context = context}), decided);
  EXPECT_EQ(out(), "10\n");
}

TEST_F(decision_commands, feel_reads_its_variables_from_a_feel_context_with_dates) {
  const std::string context = file("c.feel", R"({day: date("2026-11-24")})");
  run_it(FeelCommand{.expression = "day + duration(\"P1D\") = date(\"2026-11-25\")", .context = context});
  EXPECT_EQ(out(), "true\n");
}

TEST_F(decision_commands, feel_knows_the_camunda_dialect) {
  run_it(FeelCommand{.expression = "trim(\" a \")", .dialect = "camunda"});
  EXPECT_EQ(out(), "\"a\"\n");
  run_it(FeelCommand{.expression = "trim(\" a \")"});
  EXPECT_EQ(out(), "null\n");
  EXPECT_NE(err().find("trim"), std::string::npos);
}

TEST_F(decision_commands, feel_counts_working_days_by_the_table_given) {
  const std::string table = file("w.csv", "date,kind,name,source\n2026-01-01,holiday,New Year,test\n");
  run_it(FeelCommand{.expression = "add working days(date(\"2025-12-31\"), 1)", .calendar = table});
  EXPECT_EQ(out(), "\"2026-01-02\"\n");
  run_it(FeelCommand{.expression = "is working day(date(\"2026-01-01\"))", .calendar = table});
  EXPECT_EQ(out(), "false\n");
}

TEST_F(decision_commands, feel_refuses_what_it_cannot_read) {
  EXPECT_EQ(run_it(FeelCommand{.expression = "1 +"}), decision_refused);
  EXPECT_NE(err().find("feel.syntax"), std::string::npos);
  EXPECT_EQ(run_it(FeelCommand{.expression = "1", .context = "/nowhere/at/all"}), decision_refused);
  EXPECT_NE(err().find("decision.file_unreadable"), std::string::npos);
  EXPECT_EQ(run_it(FeelCommand{.expression = "1", .context = file("l.json", "[1]")}), decision_refused);
  EXPECT_NE(err().find("decision.context_invalid"), std::string::npos);
}

TEST_F(decision_commands, dmn_eval_prints_the_value_and_explains_it) {
  const std::string model = file("fees.dmn", fee_model);
  const std::string input = file("in.json", R"({"floor area": 120})");
  EXPECT_EQ(run_it(DmnEvalCommand{.models = {model}, .decision = "fee", .input = input}), decided);
  EXPECT_EQ(out(), "80\n");
  run_it(DmnEvalCommand{.models = {model}, .decision = "fee", .input = input, .explains = true});
  EXPECT_EQ(
      out(),
      R"({"value":80,"matches":[{"decision":"fee","row":2,"rule":"r2",)"
      R"("inputs":[{"input":"area","test":">= 100","value":120}],"annotations":["Article 10"]}],"diagnostics":[]})"
      "\n");
}

TEST_F(decision_commands, dmn_eval_refuses_an_unknown_decision_and_a_model_at_fault) {
  const std::string model = file("fees.dmn", fee_model);
  EXPECT_EQ(run_it(DmnEvalCommand{.models = {model}, .decision = "fees"}), decision_refused);
  EXPECT_NE(err().find("dmn.not_found"), std::string::npos);
  EXPECT_EQ(run_it(DmnEvalCommand{.models = {file("x.dmn", "<a/>")}, .decision = "fee"}), decision_refused);
  EXPECT_NE(err().find("dmn.invalid"), std::string::npos);
}

TEST_F(decision_commands, dmn_check_lists_findings_and_faults) {
  const std::string model = file("fees.dmn", fee_model);
  EXPECT_EQ(run_it(DmnCheckCommand{.models = {model}}), decided);
  EXPECT_EQ(out(), "1 checked, 0 faults, 0 findings\n");
  std::string gap = fee_model;
  gap.replace(gap.find("&gt;= 100"), 9, "&gt; 100");
  EXPECT_EQ(run_it(DmnCheckCommand{.models = {file("gap.dmn", gap)}}), decided);
  EXPECT_NE(out().find("gap"), std::string::npos);
  EXPECT_NE(out().find("1 checked, 0 faults, 1 findings"), std::string::npos);
  std::string broken = fee_model;
  broken.replace(broken.find("&gt;= 100"), 9, "&gt;= (");
  EXPECT_EQ(run_it(DmnCheckCommand{.models = {file("broken.dmn", broken)}}), decision_refused);
  EXPECT_NE(out().find("1 checked, 1 faults"), std::string::npos);
}

std::string test_case(const std::string& id, const std::string& area, const std::string& expected) {
  return "<testCase id=\"" + id + "\"><inputNode name=\"floor area\"><value xsi:type=\"xsd:decimal\">" + area +
         "</value></inputNode><resultNode name=\"fee\"><expected><value xsi:type=\"xsd:decimal\">" + expected +
         "</value></expected></resultNode></testCase>";
}

std::string test_file(const std::string& cases) {
  return "<testCases xmlns=\"http://www.omg.org/spec/DMN/20160719/testcase\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">"
         "<modelName>0001-fee.dmn</modelName>" +
         cases + "</testCases>";
}

TEST_F(decision_commands, tck_runs_a_folder_of_suites_a_level_or_one_suite_and_writes_the_csv) {
  file("TestCases/level/0001-fee/0001-fee.dmn", fee_model);
  file("TestCases/level/0001-fee/0001-fee-test-01.xml",
       test_file(test_case("001", "99", "50") + test_case("002", "100", "81")));
  for (const char* place :
       {"", "TestCases", "TestCases/level", "TestCases/level/0001-fee", "TestCases/level/0001-fee/"}) {
    const std::string csv = (folder_ / "out.csv").string();
    EXPECT_EQ(run_it(TckCommand{.folder = (folder_ / place).string(), .csv = csv, .is_strict = true}),
              decision_refused);
    EXPECT_TRUE(out().ends_with("\n1 passed, 1 failed\n")) << out();
    std::ifstream written(csv);
    const std::string rows{std::istreambuf_iterator<char>(written), {}};
    EXPECT_EQ(rows,
              "\"level/0001-fee\",\"0001-fee-test-01\",\"001\",\"SUCCESS\",\"\"\n"
              "\"level/0001-fee\",\"0001-fee-test-01\",\"002\",\"ERROR\",\"fee: expected 81, got 80\"\n");
  }
}

TEST_F(decision_commands, tck_says_when_there_is_no_suite) {
  EXPECT_EQ(run_it(TckCommand{.folder = folder_.string()}), no_kit);
  EXPECT_EQ(run_it(TckCommand{.folder = (folder_ / "nowhere").string()}), no_kit);
}

}  // namespace
}  // namespace server
