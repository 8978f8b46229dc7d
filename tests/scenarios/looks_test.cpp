/// Whoever of the office sees a firm's file leaves a look behind: every route that shows one is asked for.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <optional>

#include "client.h"
#include "district.h"
#include "modules/evidence/evidence.h"
#include "process.h"

namespace {

/// Routes of staff with a parameter that show nothing of a person or firm, or leave their trace otherwise.
const std::map<std::string, std::string> without_look = {
    {"/api/v1/batches/{batch}", "counts of a batch and who ordered it"},
    {"/api/v1/batches/{batch}/refusals", "numbers of cases and the reasons"},
    {"/api/v1/decisions/{model}", "a decision model"},
    {"/api/v1/imports/{import}", "counts of an import"},
    {"/api/v1/imports/{import}/rejects", "rows of the reader's own file; taken away as a file it leaves a trace"},
    {"/api/v1/messages/{message}", "what the reader has sent"},
    {"/api/v1/model-drafts/{draft}", "a draft of a service's models"},
    {"/api/v1/models/{service}", "a service's models"},
    {"/api/v1/models/{service}/text", "a service's models"},
    {"/api/v1/park/hosts/{host}", "a cluster host, which is public, with its members' public names"},
    {"/api/v1/statistics/{statistic}/records", "a list; taken away as a file it leaves a trace"}};
/// Lists of staff that can be taken away as a file and show nothing of a person or firm.
const std::map<std::string, std::string> without_names = {{"list_blank_serials", "serials of blank paper"},
                                                          {"list_imports", "counts of imports"},
                                                          {"list_batches", "counts of batches"},
                                                          {"list_batch_refusals", "numbers of cases and the reasons"}};
/// Not read with GET, and shows a case all the same.
const std::map<std::string, std::string> previews = {
    {"/api/v1/cases/{case}/operations/preview",
     R"({"operation":"suspend","reason":"试验","basis":"第四十五条","places":[]})"},
    {"/api/v1/cases/{case}/migration-previews", "{}"}};

class Looks : public testing::Test {
 protected:
  Looks() {
    {
      driver::District district(data_);
      cases_ = district.submit_cases(12);
      district.store().read([&](storage::Snapshot& snapshot) {
        for (const auto& row : snapshot.query("SELECT id FROM entities WHERE status = 'open' ORDER BY id LIMIT 4"))
          entities_.push_back(row[0].id());
        for (const base::Id of_case : cases_) files_.push_back(licensing::files_of(snapshot, of_case).at(0).id);
        const auto sent = snapshot.query(
            "SELECT id, case_id FROM deliveries WHERE state = 'delivered' OR state = 'returned' ORDER BY id");
        EXPECT_FALSE(sent.empty());
        const auto old = snapshot.query(
            "SELECT c.id FROM cases c WHERE c.ended_at IS NULL AND c.service_version <> (SELECT d.version FROM "
            "deployed_services d WHERE d.service = c.service ORDER BY d.deployed_at DESC LIMIT 1) ORDER BY c.id LIMIT "
            "1");
        ASSERT_FALSE(old.empty());
        old_case_ = old[0][0].id();
        for (const auto& row : sent) deliveries_.emplace_back(row[0].id(), row[1].id());
      });
    }
    std::ofstream(folder_.path("old.csv")) << "统一社会信用代码,企业名称,类型,登记状态,法定代表人,住所,成立日期\n"
                                           << "1,试,个体工商户,存续,柳试,演示路,2020-01-01\n";
    driver::run_program({"import", folder_.path("old.csv"), "--data", data_});
    process_.emplace(driver::Process::Options{.data = data_});
    head_ = driver::sign_in(process_->port(), "head");
  }

  driver::Answer ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    return driver::Connection(process_->port())
        .ask({.method = method, .path = path, .session = &head_, .body = body, .key = method + path});
  }

  /// The path with the next case, entity or delivery in it, and whose look that is. Nothing: it names none of them.
  std::optional<std::pair<std::string, std::string>> filled(std::string path) {
    const auto put = [&](const std::string& parameter, base::Id id) {
      const std::size_t at = path.find(parameter);
      if (at == std::string::npos) return false;
      path.replace(at, parameter.size(), base::to_text(id));
      return true;
    };
    if (put("{case}", cases_.at(next_case_))) {
      put("{file}", files_.at(next_case_));
      return std::pair(path, "case/" + base::to_text(cases_.at(next_case_++)));
    }
    if (put("{entity}", entities_.at(next_entity_)))
      return std::pair(path, "entity/" + base::to_text(entities_.at(next_entity_++)));
    if (put("{delivery}", deliveries_.front().first))
      return std::pair(path, "case/" + base::to_text(deliveries_.front().second));
    return std::nullopt;
  }

  /// How many looks of `subject` there are now; the program must have ended.
  std::size_t looks_at(storage::Snapshot& snapshot, const std::string& subject) {
    return evidence::reads_of(snapshot, subject, 10).size();
  }

  driver::Folder folder_;
  std::string data_ = folder_.path("data");
  std::vector<base::Id> cases_, entities_, files_;
  std::vector<std::pair<base::Id, base::Id>> deliveries_;
  base::Id old_case_;
  std::size_t next_case_ = 0, next_entity_ = 0;
  std::optional<driver::Process> process_;
  driver::Session head_;
};

std::string text_in(const feel::Context& context, const std::string& name) {
  const feel::Value* value = context.find(name);
  return value && value->kind() == feel::Kind::string ? value->as_string() : std::string();
}

bool has_format(const feel::Context& operation) {
  const feel::Value* parameters = operation.find("parameters");
  if (!parameters) return false;
  for (const feel::Value& parameter : parameters->as_list())
    if (text_in(parameter.as_context(), "name") == "format") return true;
  return false;
}

TEST_F(Looks, are_noted_at_every_route_of_staff_that_shows_a_file) {
  std::map<std::string, std::string> expected;  // subject -> the route that must have noted a look
  std::set<std::string> seen;
  const auto expect_look = [&](const std::string& method, const std::string& route, const std::string& body = {}) {
    const auto place = filled(route);
    ASSERT_TRUE(place) << route << " names neither case, entity nor delivery: say in this test why it leaves no look";
    const driver::Answer answer = ask(method, place->first, body);
    EXPECT_EQ(answer.status, 200) << method << " " << route << answer.body;
    expected[place->second] = method + " " + route;
  };
  const feel::Context document = ask("GET", "/openapi.json").json();
  for (const auto& [path, methods] : document.find("paths")->as_context().entries()) {
    const feel::Value* get = methods.as_context().find("get");
    if (!get) continue;
    const feel::Context& operation = get->as_context();
    if (text_in(operation.find("x-need")->as_context(), "kind") != "staff") continue;
    const std::string id = text_in(operation, "operationId");
    if (path.find('{') != std::string::npos && !without_look.contains(path)) expect_look("GET", path);
    if (without_look.contains(path)) seen.insert(path);
    if (!has_format(operation)) continue;
    if (without_names.contains(id)) {
      seen.insert(id);
      continue;
    }
    std::string list = path + "?format=csv";
    if (const std::size_t at = list.find("{statistic}"); at != std::string::npos)
      list.replace(at, 11, "entities_in_business") += "&part=in_business";
    if (const std::size_t at = list.find("{import}"); at != std::string::npos) {
      const feel::Context imports = ask("GET", "/api/v1/imports").json();
      list.replace(at, 8, text_in(imports.find("items")->as_list().at(0).as_context(), "id"));
    }
    const driver::Answer answer = ask("GET", list);
    EXPECT_EQ(answer.status, 200) << list << answer.body;
    expected["list/" + id] = "the export of " + path;
  }
  for (const auto& [path, body] : previews) {
    // Only a case that began with an older version can be moved.
    if (path.ends_with("migration-previews")) cases_[next_case_] = old_case_;
    expect_look("POST", path, body);
  }
  EXPECT_GE(expected.size(), 18U);
  // What is left out is there still.
  EXPECT_EQ(seen.size(), without_look.size() + without_names.size());

  ASSERT_EQ(process_->stop(), 0);
  const auto store = storage::open({.database = "sqlite:" + data_ + "/yichuang.db"}).value();
  store->read([&](storage::Snapshot& snapshot) {
    for (const auto& [subject, route] : expected) {
      const auto looks = evidence::reads_of(snapshot, subject, 10);
      ASSERT_EQ(looks.size(), 1U) << route << " of " << subject;
      EXPECT_TRUE(looks[0].read.person) << route;
      EXPECT_FALSE(looks[0].read.what.empty()) << route;
    }
  });
}

TEST_F(Looks, at_a_case_in_many_ways_are_one_look_of_the_case) {
  const std::string path = "/api/v1/cases/" + base::to_text(cases_.front());
  for (const char* part : {"", "/process", "/operations", "/receipts"}) EXPECT_EQ(ask("GET", path + part).status, 200);
  ASSERT_EQ(process_->stop(), 0);
  const auto store = storage::open({.database = "sqlite:" + data_ + "/yichuang.db"}).value();
  store->read([&](storage::Snapshot& snapshot) {
    const auto looks = evidence::reads_of(snapshot, "case/" + base::to_text(cases_.front()), 10);
    ASSERT_EQ(looks.size(), 1U);
    EXPECT_EQ(looks[0].read.what, "case");
  });
}

}  // namespace
