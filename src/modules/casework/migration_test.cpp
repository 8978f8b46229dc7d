/// Cases of the catalogue that go on with another version of their service.
#include "testing.h"

namespace casework {
namespace {

using testing::day_us;
using testing::Office;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t count = 0;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()), ++count)
    text.replace(at, from.size(), to);
  EXPECT_GT(count, 0u) << from;
  return text;
}

using Edit = std::function<std::string(const std::string& path, const std::string& text)>;

/// The office after a start with another version of open-restaurant. Returns that version's name.
std::string publish(Office& office, const Edit& edit) {
  auto changed = std::make_shared<catalogue::Catalogue>(office.engine->catalogue());
  auto files = changed->service("open-restaurant").value()->files;
  for (auto& [path, text] : files) text = edit(path, text);
  const auto service = catalogue::read_version("open-restaurant", files);
  EXPECT_TRUE(service) << (service ? "" : service.error().places.at(0).path + service.error().places.at(0).message.en);
  catalogue::Services::Map services = changed->services->now();
  services["open-restaurant"] = service.value();
  changed->services = std::make_shared<catalogue::Services>(std::move(services));
  office.use(changed);
  EXPECT_TRUE(office.engine->deploy(*office.store, office.now));
  return service.value()->version;
}

/// The head accepts, and has two days more for it.
std::string by_the_head(const std::string& path, const std::string& text) {
  if (path != "process.bpmn") return text;
  std::string changed =
      replaced(text, "date(received_on)) + duration(\"P1D\")", "date(received_on)) + duration(\"P3D\")");
  const std::size_t at = changed.find("candidateGroups=\"window_clerk\"");
  changed.replace(at, std::string("candidateGroups=\"window_clerk\"").size(), "candidateGroups=\"licensing_head\"");
  return changed;
}

std::string with_another_name(const std::string&, const std::string& text) {
  if (text.find("accept_application") == std::string::npos) return text;
  std::string changed = replaced(text, "accept_application", "check_application");
  const std::string form = "formId=\"check_application\"";
  if (changed.find(form) != std::string::npos) changed = replaced(changed, form, "formId=\"accept_application\"");
  return changed;
}

base::Instant timer_due(Office& office, base::Id id) {
  for (const bpmn::Wait& wait : office.load(id).instance.waits())
    if (wait.kind == bpmn::WaitKind::timer) return wait.due;
  return {};
}

TEST(migrate, moves_a_case_with_its_tasks_and_timers_and_back) {
  Office office;
  const base::Id id = office.open();
  const std::string first = office.load(id).head.service_version;
  const base::Instant due = timer_due(office, id);
  const std::string second = publish(office, by_the_head);
  ASSERT_NE(first, second);
  office.now = office.now.plus_us(day_us);

  const auto preview = [&](const std::string& version) {
    return office.store->read_value([&](storage::Snapshot& snapshot) {
      return office.engine->preview_migration(snapshot, id, version, {}, office.as(13));
    });
  };
  ASSERT_TRUE(preview(""));
  EXPECT_EQ(preview("").value().to_version, second);
  EXPECT_EQ(preview("").value().steps.at(0).to_element, "accept_application");
  EXPECT_TRUE(preview("").value().obstacles.empty());
  EXPECT_EQ(preview("nonsense").error().code, "casework.version_unknown");
  EXPECT_EQ(preview(first).error().code, "casework.version_same");

  EXPECT_EQ(office.operate(id, 11, "migrate", {{"version", second}}), "casework.operation_not_yours");
  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", "nonsense"}}), "casework.version_unknown");
  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", first}}), "casework.version_same");
  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", second}, {"reason", " "}}), "casework.reason_missing");
  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", second}}), "");
  EXPECT_EQ(office.load(id).head.service_version, second);
  EXPECT_EQ(office.tasks(id).at(0).group, "licensing_head");
  EXPECT_EQ(timer_due(office, id), due.plus_us(2 * day_us));  // counted from when it was opened
  office.expect_replay(id);
  EXPECT_EQ(office.complete(id, 11, "accept_application", {{"outcome", "accept"}}), "casework.not_yours");

  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", first}}), "");
  EXPECT_EQ(office.tasks(id).at(0).group, "window_clerk");
  EXPECT_EQ(timer_due(office, id), due);
  office.expect_replay(id);
  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", second}}), "");
  EXPECT_EQ(office.complete(id, 13, "accept_application", {{"outcome", "accept"}}), "");
  EXPECT_EQ(office.waiting(id), "registration_examine food_examine");
  office.expect_replay(id);
}

TEST(migrate, is_refused_with_the_step_that_has_no_counterpart_and_follows_a_new_name) {
  Office office;
  const base::Id id = office.open();
  const std::string first = office.load(id).head.service_version;
  const std::string second = publish(office, with_another_name);
  const auto refused = office.store->write_result([&](storage::Transaction& transaction) {
    return office.engine->operate(
        transaction, {.of_case = id, .operation = "migrate", .data = {{"version", second}, {"reason", "新流程"}}},
        office.as(13));
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "bpmn.migration_impossible");
  EXPECT_EQ(refused.error().places.at(0).path, "accept_application");
  EXPECT_EQ(office.waiting(id), "accept_application");
  const auto renamed = [](const char* from, const char* to) { return feel::Value(feel::Context{{from, to}}); };
  for (const auto& wrong : {renamed("moon", "check_application"), renamed("accept_application", "moon")})
    EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", second}, {"renamed", wrong}}),
              "casework.renaming_invalid");
  EXPECT_EQ(office.operate(id, 13, "migrate",
                           {{"version", second}, {"renamed", renamed("accept_application", "check_application")}}),
            "");
  EXPECT_EQ(office.waiting(id), "check_application");
  office.expect_replay(id);
  EXPECT_EQ(office.complete(id, 11, "check_application", {{"outcome", "accept"}}), "");
  EXPECT_EQ(office.waiting(id), "registration_examine food_examine");
  // What was done under the new name is known under the old one again.
  EXPECT_EQ(office.operate(id, 13, "migrate",
                           {{"version", first}, {"renamed", renamed("check_application", "accept_application")}}),
            "");
  EXPECT_TRUE(office.load(id).instance.variables().find("accept_application"));
  office.expect_replay(id);
  EXPECT_EQ(
      office.operate(id, 12, "send_back", {{"task", office.key(id, "food_examine")}, {"to", "accept_application"}}),
      "");
  EXPECT_EQ(office.waiting(id), "accept_application");
  office.expect_replay(id);
}

TEST(migrate, is_kept_when_a_case_is_reopened) {
  Office office;
  const base::Id id = office.open();
  const std::string second = publish(office, by_the_head);
  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", second}}), "");
  EXPECT_EQ(office.operate(id, 13, "suspend"), "");
  EXPECT_EQ(office.operate(id, 13, "terminate"), "");
  EXPECT_EQ(office.operate(id, 13, "migrate", {{"version", second}}), "casework.ended");
  EXPECT_EQ(office.operate(id, 13, "reopen"), "");
  EXPECT_EQ(office.load(id).head.service_version, second);
  EXPECT_EQ(office.waiting(id), "accept_application");
  office.expect_replay(id);
}

}  // namespace
}  // namespace casework
