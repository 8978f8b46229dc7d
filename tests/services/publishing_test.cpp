/// Models drafted, checked, compared, proposed by one person and approved by another, over the API: on both databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "catalogue/models.h"
#include "modules/access/access.h"
#include "modules/evidence/evidence.h"
#include "modules/opening/opening.h"
#include "modules/publishing/publishing.h"
#include "player.h"
#include "storage/databases.h"

namespace {

using testing::HasSubstr;

const std::string root = SOURCE_DIR "/catalogue";
const base::Instant today = calendar::start_of(*calendar::parse_date("2026-11-25")).plus_us(36'000'000'000);
constexpr std::int64_t day_us = std::int64_t{86'400'000'000};

/// Who asks: two rule owners, the leader, an examiner.
struct Who {
  std::int64_t person;
  std::string role;
};
const Who owner{77, "rule_owner"};
const Who other_owner{78, "rule_owner"};
const Who leader{79, "leader"};
const Who head{80, "licensing_head"};
const Who clerk{81, "window_clerk"};

http::Caller staff(const Who& who) {
  return {.person = {who.person},
          .session = {who.person + 1000},
          .staff = true,
          .name = "演示",
          .permissions = access_control::permissions_of({who.role}),
          .division = "430211",
          .office = "bureau",
          .roles = {who.role},
          .csrf_token = "token"};
}

struct Answer {
  int status = 0;
  std::string text;
  std::string tag;
  feel::Value json;
  const feel::Value& operator[](std::string_view key) const { return at(json, key); }
  static const feel::Value& at(const feel::Value& value, std::string_view key) {
    static const feel::Value nothing;
    const feel::Value* found = value.kind() == feel::Kind::context ? value.as_context().find(key) : nullptr;
    return found ? *found : nothing;
  }
  std::string code() const { return text_of("code"); }
  std::string text_of(std::string_view key) const {
    const feel::Value& found = (*this)[key];
    return found.kind() == feel::Kind::string ? found.as_string() : "";
  }
  std::string draft(std::string_view key) const {
    const feel::Value& found = at((*this)["draft"], key);
    return found.kind() == feel::Kind::string ? found.as_string() : feel::to_json(found);
  }
  std::string id() const { return draft("id"); }
  std::string edition() const { return feel::to_json((*this)["edition"]); }
};

class Publishing : public testing::TestWithParam<const char*> {
 protected:
  Publishing()
      : catalogue(catalogue::load(root).value()),
        player(root, catalogue,
               GetParam() == std::string("sqlite") ? std::string() : testing_storage::new_postgres_database()),
        publishing(player.engine()) {
    EXPECT_TRUE(player.store().migrate(publishing::migrations()));
    publishing::mount(router, player.store(), publishing);
  }

  Answer ask(const std::string& method, const std::string& path, const feel::Context& body = {}, const Who& who = owner,
             const std::string& edition = "") {
    http::Request request;
    request.method = method;
    const std::size_t query = path.find('?');
    request.path = "/api/v1/" + path.substr(0, query);
    if (query != std::string::npos) request.query["file"] = path.substr(path.find('=') + 1);
    request.headers = {{"host", "one.example"}, {"x-csrf-token", "token"}, {"content-type", "application/json"}};
    request.headers["idempotency-key"] = "key-" + std::to_string(++keys);
    if (!edition.empty()) request.headers["if-match"] = "\"" + edition + "\"";
    if (method != "GET") request.body = feel::to_json(feel::Value(body));
    request.at = now;
    request.language = http::Language::en;
    request.caller = staff(who);
    const http::Reply reply = router.handle(request);
    Answer answer{.status = reply.status, .text = reply.body, .tag = {}, .json = {}};
    if (const auto json = feel::parse_json(reply.body)) answer.json = json.value();
    return answer;
  }
  std::string text(const std::string& service, const std::string& file) {
    return ask("GET", "models/" + service + "/text?file=" + file).text_of("text");
  }
  /// The decision of food-permit with the area from which nothing is inspected on paper.
  std::string changed_decision(const std::string& to = "answers.area > 20") {
    return replaced(text("food-permit", "decision.dmn"), "<text>answers.area</text>", "<text>" + to + "</text>");
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
  /// A decision in which sellers of packaged food are inspected too.
  std::string stricter() {
    const std::string decision = text("food-permit", "decision.dmn");
    const std::size_t at = decision.find("<text>false</text>", decision.find("inspection_needed_row_1_out"));
    return at == std::string::npos ? decision : std::string(decision).replace(at, 18, "<text>true</text>");
  }
  Answer begin(const std::string& file, const std::string& content, const std::string& service = "food-permit") {
    return ask("POST", "models/" + service + "/drafts", {{"file", file}, {"text", content}});
  }
  Answer propose(const Answer& draft, const std::string& from = "2026-11-25", const Who& who = owner) {
    return ask("POST", "model-drafts/" + draft.id() + "/proposal", {{"reason", "限额调整"}, {"applies_from", from}},
               who, draft.edition());
  }
  Answer decide(const Answer& draft, const Who& who, const std::string& outcome = "approve",
                const std::string& reason = "") {
    return ask("POST", "model-drafts/" + draft.id() + "/decision", {{"outcome", outcome}, {"reason", reason}}, who,
               draft.edition());
  }
  std::string version() const { return catalogue->services->find("food-permit")->version; }
  std::vector<std::string> versions_of_cases() { return versions_of_cases(player.store()); }
  static std::vector<std::string> versions_of_cases(storage::Store& store) {
    return store.read_value([](storage::Snapshot& snapshot) {
      std::vector<std::string> versions;
      for (const auto& row :
           snapshot.query("SELECT service_version FROM cases WHERE service = 'food-permit' ORDER BY id"))
        versions.push_back(row[0].text());
      return versions;
    });
  }

  std::shared_ptr<const catalogue::Catalogue> catalogue;
  services::Player player;
  publishing::Publishing publishing;
  http::Router router;
  base::Instant now = today;
  int keys = 0;
};

TEST_P(Publishing, one_changes_another_approves_and_new_cases_alone_use_it) {
  EXPECT_THAT(player.play("food-permit/seller_without_inspection"), testing::IsEmpty());
  const std::string before = version();
  const std::size_t cases = versions_of_cases().size();
  ASSERT_GT(cases, 0u);

  const Answer draft = begin("decision.dmn", stricter());
  ASSERT_EQ(draft.status, 201) << draft.text;
  const Answer checked = ask("POST", "model-drafts/" + draft.id() + "/check");
  EXPECT_TRUE(checked["may_be_proposed"].is_true()) << checked.text;
  const Answer compared = ask("POST", "model-drafts/" + draft.id() + "/comparison");
  ASSERT_EQ(compared["changes"].as_list().size(), 1u) << compared.text;
  EXPECT_THAT(compared.text, HasSubstr(R"("details":[{"what":"output 1","before":"false","after":"true"}])"));

  const Answer proposed = propose(draft);
  ASSERT_EQ(proposed.status, 200) << proposed.text;
  EXPECT_EQ(proposed.draft("state"), "proposed");
  EXPECT_EQ(decide(proposed, owner).code(), "publishing.same_person");  // P1
  EXPECT_EQ(version(), before);
  const Answer approved = decide(proposed, leader);
  ASSERT_EQ(approved.status, 200) << approved.text;
  EXPECT_EQ(approved.draft("number"), "1");
  EXPECT_EQ(approved.draft("version"), version());
  EXPECT_NE(version(), before);
  EXPECT_EQ(decide(approved, leader).code(), "publishing.not_proposed");

  // A running case keeps its version; the same case begun now is inspected, which its file does not expect.
  EXPECT_EQ(versions_of_cases(), std::vector<std::string>(cases, before));
  services::Player other_place(root, catalogue);  // where the business holds no permit yet
  EXPECT_THAT(other_place.play("food-permit/seller_without_inspection"), testing::Not(testing::IsEmpty()));
  EXPECT_EQ(versions_of_cases(other_place.store()), std::vector<std::string>{version()});

  // Another process on the same database, and one that starts later, come to the same.
  const auto elsewhere = catalogue::load(root).value();
  const casework::Engine engine(elsewhere);
  const publishing::Publishing second(engine);
  const auto renewed = second.renew(player.store(), now);
  ASSERT_EQ(renewed.size(), 1u);
  EXPECT_FALSE(renewed[0].refusal);
  EXPECT_EQ(elsewhere->services->find("food-permit")->version, version());
  EXPECT_TRUE(second.renew(player.store(), now).empty());
  // What is in force is the text as it was drawn, to the letter.
  EXPECT_EQ(elsewhere->services->find("food-permit")->files.find("decision.dmn")->second,
            Answer::at(draft["files"].as_list().front(), "text").as_string());
  EXPECT_EQ(ask("GET", "models/food-permit")["versions"].as_list().size(), 1u);
}

TEST_P(Publishing, what_fails_the_check_is_told_by_element_and_not_proposed) {  // P2
  const Answer broken = begin("decision.dmn", changed_decision("answers.area >"));
  ASSERT_EQ(broken.status, 201) << broken.text;
  const Answer checked = ask("POST", "model-drafts/" + broken.id() + "/check");
  EXPECT_FALSE(checked["may_be_proposed"].is_true());
  ASSERT_FALSE(checked["findings"].as_list().empty()) << checked.text;
  const feel::Value& finding = checked["findings"].as_list().front();
  EXPECT_EQ(Answer::at(finding, "file").as_string(), "decision.dmn");
  EXPECT_THAT(Answer::at(finding, "element").as_string(), HasSubstr("inspection_needed")) << checked.text;
  const Answer refused = propose(broken);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.code(), "publishing.check_failed");
  EXPECT_FALSE(refused["places"].as_list().empty());

  // A process without the step that a clock counts by, and one that asks a decision that is not there.
  const std::string process = text("food-permit", "process.bpmn");
  const Answer unsaved = ask("POST", "model-drafts/" + broken.id() + "/check",
                             {{"file", "decision.dmn"},
                              {"text", replaced(text("food-permit", "decision.dmn"),
                                                R"(<decision id="inspection_needed" name="inspection_needed">)",
                                                R"(<decision id="other" name="other">)")}});
  EXPECT_THAT(unsaved.text, HasSubstr("process.bpmn"));
  EXPECT_THAT(unsaved.text, HasSubstr("catalogue.unknown_reference"));
  const Answer nonsense = begin("process.bpmn", "<a/>");
  EXPECT_EQ(propose(nonsense).code(), "publishing.check_failed");
  EXPECT_EQ(ask("POST", "model-drafts/" + nonsense.id() + "/comparison").code(), "bpmn.invalid");
  EXPECT_EQ(ask("POST", "model-drafts/" + nonsense.id() + "/play", {{"auto_tasks", true}}).code(), "bpmn.invalid");
  EXPECT_EQ(propose(begin("form.json", "[]")).code(), "publishing.check_failed");
  EXPECT_EQ(version(), catalogue->services->delivered().at("food-permit")->version);
}

TEST_P(Publishing, refuses_what_is_no_model_and_what_was_changed_meanwhile) {
  EXPECT_EQ(begin("service.yaml", "x").code(), "publishing.file_unknown");
  EXPECT_EQ(begin("decision.dmn", "").code(), "publishing.text_unfit");
  EXPECT_EQ(begin("decision.dmn", std::string(publishing::file_bytes_max + 1, 'x')).code(), "publishing.text_unfit");
  EXPECT_EQ(begin("decision.dmn", "x", "nothing").code(), "catalogue.service_unknown");
  EXPECT_EQ(ask("GET", "models/food-permit/text?file=service.yaml").code(), "publishing.file_unknown");
  EXPECT_EQ(ask("GET", "models/nothing").code(), "catalogue.service_unknown");
  EXPECT_EQ(ask("GET", "model-drafts/0000000000009").code(), "publishing.draft_unknown");
  const Answer draft = begin("decision.dmn", stricter());
  const feel::Context edit{{"file", "decision.dmn"}, {"text", stricter() + "\n"}};
  EXPECT_EQ(ask("PUT", "model-drafts/" + draft.id() + "/files", edit).code(), "http.version_missing");
  const Answer edited = ask("PUT", "model-drafts/" + draft.id() + "/files", edit, other_owner, draft.edition());
  EXPECT_EQ(edited.status, 200) << edited.text;
  const Answer stale = ask("PUT", "model-drafts/" + draft.id() + "/files", edit, owner, draft.edition());
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.code(), "publishing.stale");
  EXPECT_EQ(propose(draft).code(), "publishing.stale");
}

TEST_P(Publishing, an_edit_loses_the_proposal_and_all_who_wrote_are_barred) {  // P1, P3
  const Answer draft = begin("decision.dmn", stricter());
  const Answer proposed = propose(draft);
  const Answer edited =
      ask("PUT", "model-drafts/" + draft.id() + "/files",
          {{"file", "decision.dmn"}, {"text", stricter() + "<!-- 复核 -->"}}, other_owner, proposed.edition());
  EXPECT_EQ(edited.draft("state"), "drafted");
  EXPECT_EQ(decide(proposed, leader).code(), "publishing.stale");
  const Answer again = propose(edited);
  EXPECT_EQ(decide(again, other_owner).code(), "publishing.same_person");
  EXPECT_EQ(decide(again, leader, "send_back").code(), "publishing.reason_missing");
  const Answer back = decide(again, leader, "send_back", "缺少依据");
  EXPECT_EQ(back.draft("state"), "drafted");
  EXPECT_EQ(back.draft("remark"), "缺少依据");
  const Answer third = propose(back);
  const Answer taken = ask("POST", "model-drafts/" + draft.id() + "/withdrawal");
  EXPECT_EQ(taken.draft("state"), "drafted");
  EXPECT_EQ(ask("POST", "model-drafts/" + draft.id() + "/withdrawal").code(), "publishing.not_proposed");
  EXPECT_EQ(decide(third, leader).code(), "publishing.stale");
  const Answer dropped = ask("POST", "model-drafts/" + draft.id() + "/drop");
  EXPECT_EQ(dropped.draft("state"), "dropped");
  EXPECT_EQ(ask("POST", "model-drafts/" + draft.id() + "/drop").code(), "publishing.not_drafted");
  EXPECT_EQ(ask("PUT", "model-drafts/" + draft.id() + "/files", {{"file", "decision.dmn"}, {"text", "x"}}, owner,
                dropped.edition())
                .code(),
            "publishing.closed");
}

TEST_P(Publishing, of_two_who_approve_at_once_one_wins) {
  const Answer proposed = propose(begin("decision.dmn", stricter()));
  ASSERT_EQ(proposed.status, 200) << proposed.text;
  std::vector<Answer> answers(2);
  std::vector<std::thread> people;
  for (std::size_t at = 0; at < 2; ++at)
    people.emplace_back([&, at] {
      http::Request request;
      request.method = "POST";
      request.path = "/api/v1/model-drafts/" + proposed.id() + "/decision";
      request.headers = {{"host", "one.example"},
                         {"x-csrf-token", "token"},
                         {"content-type", "application/json"},
                         {"idempotency-key", "at-once-" + std::to_string(at)},
                         {"if-match", "\"" + proposed.edition() + "\""}};
      request.body = R"({"outcome":"approve"})";
      request.at = now;
      request.caller = staff(at == 0 ? leader : other_owner);
      answers[at].status = router.handle(request).status;
    });
  for (std::thread& each : people) each.join();
  const int statuses[] = {std::min(answers[0].status, answers[1].status),
                          std::max(answers[0].status, answers[1].status)};
  EXPECT_EQ(statuses[0], 200);
  EXPECT_THAT(statuses[1], testing::AnyOf(409, 412));  // seen before the commit, or after it
  EXPECT_EQ(ask("GET", "models/food-permit")["versions"].as_list().size(), 1u);
}

TEST_P(Publishing, two_drafts_of_one_file_do_not_overwrite_each_other) {  // P4
  const Answer first = propose(begin("decision.dmn", stricter()));
  const Answer second = propose(begin("decision.dmn", changed_decision("answers.area + 0")), "2026-11-25", other_owner);
  ASSERT_EQ(second.status, 200) << second.text;
  ASSERT_EQ(decide(first, leader).status, 200);
  EXPECT_EQ(decide(second, leader).code(), "publishing.overtaken");
  const Answer read = ask("GET", "model-drafts/" + second.id());
  EXPECT_EQ(read["overtaken"].as_list().size(), 1u);
  // Its owner takes over what stands now and changes that.
  const Answer merged =
      ask("PUT", "model-drafts/" + second.id() + "/files",
          {{"file", "decision.dmn"}, {"text", changed_decision("answers.area + 0")}, {"takes_over", true}}, owner,
          read.edition());
  EXPECT_TRUE(merged["overtaken"].as_list().empty());
  const Answer approved = decide(propose(merged), leader);
  EXPECT_EQ(approved.status, 200) << approved.text;
  EXPECT_EQ(approved.draft("number"), "2");
  EXPECT_THAT(catalogue->services->find("food-permit")->files.find("decision.dmn")->second,
              HasSubstr("answers.area + 0"));
}

TEST_P(Publishing, a_version_waits_for_its_day_and_can_be_revoked_before) {  // P5
  const std::string before = version();
  const Answer draft = begin("decision.dmn", stricter());
  EXPECT_EQ(propose(draft, "2026-11-24").code(), "publishing.day_past");
  EXPECT_EQ(propose(draft, "2029-11-24").code(), "publishing.day_far");
  const Answer approved = decide(propose(draft, "2026-12-01"), leader);
  ASSERT_EQ(approved.status, 200) << approved.text;
  EXPECT_EQ(version(), before);
  EXPECT_EQ(ask("GET", "models")["items"].as_list().empty(), false);
  const Answer form = begin("form.json", text("food-permit", "form.json") + "\n");
  EXPECT_EQ(propose(form, "2026-11-30").code(), "publishing.day_before_other");
  const Answer upon = decide(propose(form, "2026-12-05"), leader);
  ASSERT_EQ(upon.status, 200) << upon.text;
  const std::string revocation = "model-drafts/" + approved.id() + "/revocation";
  EXPECT_EQ(ask("POST", revocation, {{"reason", "另有规定"}}, leader).code(), "publishing.built_upon");
  EXPECT_EQ(ask("POST", "model-drafts/" + upon.id() + "/revocation", {{"reason", " "}}, leader).code(),
            "publishing.reason_missing");
  EXPECT_EQ(ask("POST", "model-drafts/" + upon.id() + "/revocation", {{"reason", "另有规定"}}, leader).draft("state"),
            "revoked");
  EXPECT_TRUE(publishing.renew(player.store(), today).empty());
  now = {today.us + 6 * day_us};
  const auto renewed = publishing.renew(player.store(), now);
  ASSERT_EQ(renewed.size(), 1u);
  EXPECT_EQ(version(), approved.draft("version"));
  EXPECT_EQ(ask("POST", revocation, {{"reason", "另有规定"}}, leader).code(), "publishing.not_scheduled");
  now = {today.us + 20 * day_us};
  EXPECT_TRUE(publishing.renew(player.store(), now).empty());
}

TEST_P(Publishing, a_process_is_compared_and_played_with_its_draft_decisions) {
  const std::string process = text("food-permit", "process.bpmn");
  const Answer draft = begin("process.bpmn", replaced(process, "<bpmn:userTask", "<!-- 注 --><bpmn:userTask"));
  const Answer same = ask("POST", "model-drafts/" + draft.id() + "/comparison");
  EXPECT_TRUE(same["changes"].as_list().empty()) << same.text;
  const Answer played = ask("POST", "model-drafts/" + draft.id() + "/play",
                            {{"script", R"({"variables":{"answers":{},"guide":{"food_form":"1","sells":[]}}})"}});
  ASSERT_EQ(played.status, 200) << played.text;
  ASSERT_GT(played["steps"].as_list().size(), 2u);
  EXPECT_TRUE(played["steps"].as_list().back().as_context().find("done")) << played.text;
  EXPECT_EQ(ask("POST", "model-drafts/" + draft.id() + "/play", {{"script", "{"}}).status, 400);
  EXPECT_EQ(ask("POST", "model-drafts/" + draft.id() + "/play", {{"script", R"({"steps":[{"fly":1}]})"}}).code(),
            "bpmn.script_invalid");
}

TEST_P(Publishing, the_dated_limits_are_changed_like_everything_else_and_due_days_follow) {
  EXPECT_THAT(player.play("food-permit/seller_without_inspection"), testing::IsEmpty());
  const auto day = calendar::local_date(today);
  const std::string limits = text("rules", "limits.dmn");
  const std::string row = "<outputEntry id=\"food_permit.decision.2023-12-01.out1\">\n          <text>";
  EXPECT_EQ(begin("food.dmn", limits, "rules").code(), "publishing.file_unknown");
  EXPECT_EQ(begin("decision.dmn", limits, "rules").code(), "publishing.file_unknown");

  const Answer broken = begin("limits.dmn", replaced(limits, row + "10", row + "ten"), "rules");
  EXPECT_EQ(propose(broken).code(), "publishing.check_failed");
  EXPECT_EQ(ask("POST", "model-drafts/" + broken.id() + "/play").code(), "publishing.nothing_to_play");
  const Answer checked = ask("POST", "model-drafts/" + broken.id() + "/check");
  EXPECT_THAT(checked.text, HasSubstr(R"("file":"limits.dmn","element":"food_permit.decision.2023-12-01")"));
  ASSERT_EQ(ask("POST", "model-drafts/" + broken.id() + "/drop").status, 200);

  const Answer draft = begin("limits.dmn", replaced(limits, row + "10", row + "8"), "rules");
  ASSERT_EQ(draft.status, 201) << draft.text;
  EXPECT_THAT(ask("POST", "model-drafts/" + draft.id() + "/comparison").text,
              HasSubstr(R"({"what":"output 1","before":"10","after":"8"})"));
  EXPECT_THAT(ask("POST", "model-drafts/" + draft.id() + "/check").text, HasSubstr(R"("findings":[])"));
  const auto planned = [&] { return player.engine().replan(player.store(), now, 100).changed; };
  planned();
  EXPECT_EQ(planned(), 0);
  ASSERT_EQ(decide(propose(draft), leader).status, 200);
  EXPECT_EQ(catalogue->rules.on("food_permit.decision", day).value().value.count, 8);
  planned();
  const std::string version = catalogue->rules.sets().now()->version;
  EXPECT_EQ(ask("GET", "models/rules").text_of("version"), version);

  // Another process, and one that starts later, come to the same; the version that was delivered can still be read.
  const auto elsewhere = catalogue::load(root).value();
  const casework::Engine engine(elsewhere);
  const publishing::Publishing second(engine);
  EXPECT_EQ(second.renew(player.store(), now).size(), 1u);
  EXPECT_EQ(elsewhere->rules.sets().now()->version, version);
  EXPECT_EQ(engine.replan(player.store(), now, 100).changed, 0) << "planned by the same rules already";
  player.store().read([&](storage::Snapshot& snapshot) {
    const auto kept = casework::kept_files(snapshot, "rules", elsewhere->rules.sets().delivered()->version);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->at("limits.dmn"), limits);
  });
}

TEST_P(Publishing, a_fee_is_changed_like_everything_else_and_asked_of_those_who_apply_from_its_day_on) {
  EXPECT_THAT(player.play("open-restaurant/grant"), testing::IsEmpty());  // applied for before the new fee
  const access_control::Access access(player.store(), {}, access_control::local_stand_in(),
                                      access_control::SecondFactorOfStaff::offered);
  evidence::ReadBook reads(player.store());
  licensing::mount(router, player.store(), player.files(), player.licensing(), access, reads);
  const auto day = [](const char* text) { return *calendar::parse_date(text); };
  const auto morning = [&](const char* text) { return calendar::start_of(day(text)).plus_us(36'000'000'000); };

  const std::string limits = text("rules", "limits.dmn");
  const std::string since = "<text>&gt;= date(\"2004-07-01\")</text>";
  const std::size_t row = limits.find("<rule id=\"fee.food_permit.2004-07-01\">");
  const std::size_t row_end = limits.find("</rule>", row) + 7;
  ASSERT_NE(row, std::string::npos);
  const std::string old_row = limits.substr(row, row_end - row);
  const std::string ending = replaced(old_row, since, "<text>[date(\"2004-07-01\")..date(\"2026-12-31\")]</text>");
  std::string new_row = replaced(old_row, since, "<text>&gt;= date(\"2027-01-01\")</text>");
  new_row = replaced(new_row, "<text>0</text>", "<text>5000</text>");
  new_row = replaced(new_row, "不收费", "试行收费");
  for (std::size_t at = 0; (at = new_row.find("2004-07-01", at)) != std::string::npos;)
    new_row.replace(at, 10, "2027-01-01");

  const Answer gap = begin("limits.dmn", replaced(limits, old_row, ending), "rules");
  EXPECT_THAT(ask("POST", "model-drafts/" + gap.id() + "/check").text, HasSubstr("catalogue.fee_gap"));
  ASSERT_EQ(ask("POST", "model-drafts/" + gap.id() + "/drop").status, 200);
  const Answer late = begin("limits.dmn", replaced(limits, old_row, new_row), "rules");
  EXPECT_THAT(ask("POST", "model-drafts/" + late.id() + "/check").text, HasSubstr("catalogue.fee_gone"));
  ASSERT_EQ(ask("POST", "model-drafts/" + late.id() + "/drop").status, 200);
  const Answer draft = begin("limits.dmn", replaced(limits, old_row, ending + new_row), "rules");
  ASSERT_EQ(draft.status, 201) << draft.text;
  EXPECT_THAT(ask("POST", "model-drafts/" + draft.id() + "/check").text, HasSubstr(R"("findings":[])"));
  ASSERT_EQ(decide(propose(draft), leader).status, 200);

  const feel::Context restaurant = feel::parse_json(R"({"activity":"catering","operator_kind":"individual",
      "address_kind":"ground_floor","premises_right":"leased","area":86,"food_items":["hot"]})")
                                       .value()
                                       .as_context();
  feel::Context opened = restaurant;
  opened.put("licence_held", "no");
  opened.put("receive", "electronic");
  const std::string applied = player.store().read_value([](storage::Snapshot& snapshot) {
    return base::to_text(snapshot.query("SELECT id FROM cases WHERE service = 'open-restaurant'").at(0)[0].id());
  });
  for (const auto& [on, fee] : {std::pair("2026-12-31", "0"), std::pair("2027-01-01", "5000")}) {
    now = morning(on);
    const Answer guide = ask("POST", "services/open-restaurant/guide", {{"answers", feel::Value(restaurant)}});
    EXPECT_EQ(feel::to_json(guide["fee_fen_total"]), fee) << on << guide.text;
    ASSERT_EQ(guide["registrations"].as_list().size(), 2u) << guide.text;
    const feel::Value& licence = guide["registrations"].as_list()[0];
    const feel::Value& permit = guide["registrations"].as_list()[1];
    EXPECT_EQ(feel::to_json(Answer::at(licence, "fee_fen")), "0") << on;
    EXPECT_EQ(feel::to_json(Answer::at(permit, "fee_fen")), fee) << on;
    EXPECT_THAT(Answer::at(permit, "fee_basis").as_string(), HasSubstr("Administrative Licensing Law"));
    EXPECT_THAT(ask("GET", "services/food-permit").text, HasSubstr("\"fee_fen\":" + std::string(fee))) << on;
    const Answer old_case = ask("GET", "cases/" + applied, {}, head);
    ASSERT_EQ(old_case["registrations"].as_list().size(), 2u) << old_case.text;
    EXPECT_EQ(feel::to_json(Answer::at(old_case["registrations"].as_list()[1], "fee_fen")), "0") << on;
    // The way of opening a business starts on the day that is asked for, today or later.
    for (const auto& [start, sum] : {std::pair(on, fee), std::pair("2027-03-01", "5000")}) {
      const auto way = opening::answer(*catalogue, opened, now, day(start));
      ASSERT_TRUE(way && way->soonest) << start;
      EXPECT_EQ(std::to_string(way->soonest->fee_fen), sum) << start;
    }
  }
}

TEST_P(Publishing, what_opening_a_business_needs_is_changed_too) {
  const std::string before = text("opening", "requirements.dmn");
  const Answer draft =
      begin("requirements.dmn", replaced(before, "（《食品安全法》第三十五条）", "（食品安全法35）"), "opening");
  ASSERT_EQ(draft.status, 201) << draft.text;
  EXPECT_EQ(begin("opening.yaml", "x", "opening").code(), "publishing.file_unknown");
  const Answer approved = decide(propose(draft), leader);
  ASSERT_EQ(approved.status, 200) << approved.text;
  EXPECT_EQ(catalogue->opening()->version, approved.draft("version"));
  EXPECT_EQ(text("opening", "requirements.dmn"), catalogue->opening()->files.at("requirements.dmn"));
}

TEST_P(Publishing, reading_drafting_and_approving_are_rights_of_their_own) {
  const Answer draft = begin("decision.dmn", stricter());
  for (const Who& who : {clerk}) {
    EXPECT_EQ(ask("GET", "models", {}, who).status, 403);
    EXPECT_EQ(ask("GET", "model-drafts/" + draft.id(), {}, who).status, 403);
  }
  EXPECT_EQ(ask("GET", "models", {}, head).status, 200);
  const feel::Context text{{"file", "decision.dmn"}, {"text", "x"}};
  EXPECT_EQ(ask("POST", "models/food-permit/drafts", text, head).status, 403);
  EXPECT_EQ(ask("POST", "models/food-permit/drafts", text, leader).status, 403);
  EXPECT_EQ(decide(propose(draft), head).status, 403);
}

INSTANTIATE_TEST_SUITE_P(both, Publishing, testing::Values("sqlite", "postgresql"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
