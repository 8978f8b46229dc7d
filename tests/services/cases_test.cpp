/// catalogue/*/cases/*.yaml, each file a test: "service.case".
#include <gtest/gtest.h>

#include <iostream>

#include "player.h"

namespace {

const std::string root = SOURCE_DIR "/catalogue";

std::shared_ptr<const catalogue::Catalogue> offered() {
  static const auto loaded = catalogue::load(root);
  if (loaded) return loaded.value();
  for (const base::Place& place : loaded.error().places)
    std::cerr << place.path << ": " << place.code << ": " << place.message.en << "\n";
  return nullptr;
}

class CaseTest : public testing::Test {
 public:
  explicit CaseTest(std::string file) : file_(std::move(file)) {}
  void TestBody() override {
    ASSERT_TRUE(offered()) << "the catalogue is at fault";
    services::Player player(root, offered());
    for (const std::string& fault : player.play(file_)) ADD_FAILURE() << fault;
  }

 private:
  std::string file_;
};

/// Outcomes that every service must show, each in one of its cases.
TEST(services, show_every_outcome_by_a_case) {
  ASSERT_TRUE(offered());
  for (const auto& [id, service] : offered()->services->now()) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root + "/" + id + "/cases"))
      names.insert(entry.path().stem().string());
    const bool examined = bpmn::find_element(*service->process, "accept_application") != bpmn::no_element;
    for (const char* name :
         {"grant", "refusal", "correction", "send_back", "suspension", "extension", "withdrawal", "silence"})
      if (examined || std::string(name) == "grant") {
        EXPECT_TRUE(names.contains(name)) << id << " has no case that shows: " << name;
      }
  }
}

void register_cases() {
  for (const auto& service : std::filesystem::directory_iterator(root)) {
    const std::filesystem::path cases = service.path() / "cases";
    if (!std::filesystem::is_directory(cases)) continue;
    const std::string id = service.path().filename().string();
    for (const auto& file : std::filesystem::directory_iterator(cases)) {
      if (file.path().extension() != ".yaml") continue;
      const std::string name = file.path().stem().string();
      testing::RegisterTest(id.c_str(), name.c_str(), nullptr, nullptr, file.path().string().c_str(), 1,
                            [file = id + "/" + name]() -> CaseTest* { return new CaseTest(file); });
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  register_cases();
  return RUN_ALL_TESTS();
}
