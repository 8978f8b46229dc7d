#include "process_commands.h"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace server {
namespace {

/// A file that is gone when the test is over.
class File {
 public:
  File(const std::string& name, const std::string& content) : path_(::testing::TempDir() + "/" + name) {
    std::ofstream(path_) << content;
  }
  ~File() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr const char* foreign =
    "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" id=\"d\" targetNamespace=\"t\">"
    "<process id=\"p\"><startEvent id=\"s\"/><userTask id=\"t\"/><endEvent id=\"e\"/>"
    "<sequenceFlow id=\"f1\" sourceRef=\"s\" targetRef=\"t\"/><sequenceFlow id=\"f2\" sourceRef=\"t\" targetRef=\"e\"/>"
    "</process></definitions>";

TEST(bpmn_play, tells_each_step_and_what_waits) {
  const File model("play.bpmn", foreign);
  std::ostringstream out, err;
  EXPECT_EQ(run(BpmnPlayCommand{.model = model.path()}, out, err), played) << err.str();
  EXPECT_EQ(out.str(),
            "{\"event\":\"enter\",\"element\":\"s\",\"scope\":\"p\",\"instance\":1,\"at\":\"2026-01-01T00:00:00Z\"}\n"
            "{\"event\":\"exit\",\"element\":\"s\",\"scope\":\"p\",\"instance\":1,\"at\":\"2026-01-01T00:00:00Z\"}\n"
            "{\"event\":\"take\",\"element\":\"f1\",\"scope\":\"p\",\"instance\":1,\"at\":\"2026-01-01T00:00:00Z\"}\n"
            "{\"event\":\"enter\",\"element\":\"t\",\"scope\":\"p\",\"instance\":2,\"at\":\"2026-01-01T00:00:00Z\"}\n"
            "{\"done\":false,\"waiting\":[{\"element\":\"t\",\"scope\":\"p\",\"kind\":\"task\",\"instance\":2}],"
            "\"incidents\":[]}\n");
}

TEST(bpmn_play, does_what_the_script_says_and_completes_tasks_when_asked) {
  const File model("play.bpmn", foreign);
  const File script("script.json", R"({"process":"p","steps":[{"complete":"t"}]})");
  std::ostringstream out, err;
  EXPECT_EQ(run(BpmnPlayCommand{.model = model.path(), .script = script.path()}, out, err), played) << err.str();
  EXPECT_NE(out.str().find("{\"done\":true,\"waiting\":[],\"incidents\":[]}"), std::string::npos) << out.str();
  std::ostringstream by_itself;
  EXPECT_EQ(run(BpmnPlayCommand{.model = model.path(), .completes_tasks = true}, by_itself, err), played);
  EXPECT_EQ(by_itself.str(), out.str());
}

TEST(bpmn_play, refuses_what_it_can_not_read) {
  const File model("play.bpmn", foreign);
  const File script("script.json", R"({"steps":[{"complete":"t","when":"now"},{}]})");
  const File broken("broken.bpmn", "<definitions>");
  std::ostringstream out, err;
  EXPECT_EQ(run(BpmnPlayCommand{.model = model.path(), .script = script.path()}, out, err), process_refused);
  EXPECT_NE(err.str().find("/steps/0/when"), std::string::npos) << err.str();
  EXPECT_NE(err.str().find("/steps/1"), std::string::npos) << err.str();
  EXPECT_EQ(run(BpmnPlayCommand{.model = broken.path()}, out, err), process_refused);
  EXPECT_EQ(run(BpmnPlayCommand{.model = "/nowhere.bpmn"}, out, err), process_refused);
  EXPECT_NE(err.str().find("process.file_unreadable"), std::string::npos);
}

/// The block of that language after `from`, and where it ends.
std::string block(const std::string& page, const std::string& language, std::size_t& from) {
  const std::string fence = "```" + language + "\n";
  const auto begin = page.find(fence, from);
  if (begin == std::string::npos) return {};
  const auto end = page.find("\n```", begin + fence.size());
  from = end;
  return page.substr(begin + fence.size(), end + 1 - begin - fence.size());
}

TEST(bpmn_page, shows_what_the_command_prints) {
  std::ifstream file(SOURCE_DIR "/docs/bpmn.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::size_t at = 0;
  int examples = 0;
  while (page.find("```xml", at) != std::string::npos) {
    const File model("page.bpmn", block(page, "xml", at));
    const File script("page.json", block(page, "json", at));
    std::ostringstream out, err;
    EXPECT_EQ(run(BpmnPlayCommand{.model = model.path(), .script = script.path()}, out, err), played) << err.str();
    EXPECT_EQ(out.str(), block(page, "text", at));
    ++examples;
  }
  EXPECT_GT(examples, 0);
}

TEST(bpmn_check, lists_each_fault_with_its_element) {
  const File sound("sound.bpmn", foreign);
  std::string text = foreign;
  text.replace(text.find("userTask"), 8, "serviceTask");
  const File faulty("faulty.bpmn", text);
  std::ostringstream out, err;
  EXPECT_EQ(run(BpmnCheckCommand{{sound.path()}}, out, err), played) << out.str();
  EXPECT_EQ(run(BpmnCheckCommand{{sound.path(), faulty.path()}}, out, err), process_refused);
  EXPECT_NE(out.str().find("t: 没有填写任务类型"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("2 checked, 1 faults, 0 warnings"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace server
