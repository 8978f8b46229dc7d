/// The decisions of the catalogue over the API, and a changed one replayed over cases that were decided: on both
/// databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "modules/access/access.h"
#include "modules/decisions/decisions.h"
#include "player.h"
#include "storage/databases.h"

namespace {

using testing::HasSubstr;

const std::string root = SOURCE_DIR "/catalogue";
const std::shared_ptr<const catalogue::Catalogue>& offered() {
  static const auto loaded = catalogue::load(root).value();
  return loaded;
}

http::Caller staff(const std::vector<std::string>& roles) {
  return {.person = {77},
          .session = {78},
          .staff = true,
          .name = "龙演规",
          .permissions = access_control::permissions_of(roles),
          .division = "430211",
          .office = "bureau",
          .roles = roles,
          .csrf_token = "token"};
}

/// The text with the first `from` after `start` replaced.
std::string edited(std::string text, std::string_view start, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from, text.find(start));
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

class Decisions : public testing::TestWithParam<const char*> {
 protected:
  Decisions()
      : player(root, offered(),
               GetParam() == std::string("sqlite") ? std::string() : testing_storage::new_postgres_database()) {
    decisions::mount(router_, player.store(), player.engine());
  }

  /// The answer's JSON, of the status expected.
  feel::Value ask(const std::string& path, const feel::Context& body, int status = 200,
                  const std::vector<std::string>& roles = {"rule_owner"}) {
    http::Request request;
    request.method = body.empty() ? "GET" : "POST";
    const std::size_t query = path.find('?');
    request.path = "/api/v1/decisions" + path.substr(0, query);
    if (query != std::string::npos) request.query["version"] = path.substr(path.find('=') + 1);
    request.headers = {{"host", "one.example"}, {"x-csrf-token", "token"}, {"content-type", "application/json"}};
    if (!body.empty()) request.body = feel::to_json(feel::Value(body));
    request.at = calendar::start_of(*calendar::parse_date("2026-05-01"));
    request.language = http::Language::en;
    request.caller = staff(roles);
    const http::Reply reply = router_.handle(request);
    EXPECT_EQ(reply.status, status) << reply.body;
    const auto json = feel::parse_json(reply.body);
    EXPECT_TRUE(json) << reply.body;
    return json ? json.value() : feel::Value();
  }
  std::string code(const std::string& path, const feel::Context& body, int status) {
    const feel::Value answer = ask(path, body, status);
    const feel::Value* code = answer.as_context().find("code");
    return code ? code->as_string() : "";
  }
  std::string text(const std::string& model) {
    return player.store()
        .read_value(
            [&](storage::Snapshot& snapshot) { return decisions::find_model(snapshot, *offered(), model, "").value(); })
        .text;
  }

  services::Player player;
  http::Router router_;
};

const feel::Value& in(const feel::Value& value, std::string_view key) {
  static const feel::Value nothing;
  const feel::Value* found = value.kind() == feel::Kind::context ? value.as_context().find(key) : nullptr;
  EXPECT_TRUE(found) << "no " << key << " in " << feel::to_json(value);
  return found ? *found : nothing;
}
std::int64_t number(const feel::Value& value, std::string_view key) {
  return in(value, key).as_number().to_int64().value_or(-1);
}
const feel::List& list(const feel::Value& value, std::string_view key) {
  static const feel::List nothing;
  const feel::Value& found = in(value, key);
  return found.kind() == feel::Kind::list ? found.as_list() : nothing;
}

const feel::Context restaurant = {
    {"answers", feel::Context{{"area", 60}}},
    {"guide", feel::Context{{"food_form", "2"}, {"sells", feel::List{}}, {"cooks", feel::List{"hot"}}}}};

TEST_P(Decisions, are_listed_and_read_with_text_requirements_and_versions) {
  std::set<std::string> found;
  const feel::Value listed = ask("", {});
  for (const feel::Value& item : list(listed, "items"))
    found.insert(in(item, "model").as_string() + "/" + in(item, "decision").as_string());
  EXPECT_TRUE(found.contains("food-permit/inspection_needed"));
  EXPECT_TRUE(found.contains("open-restaurant/risk_class"));
  EXPECT_TRUE(found.contains("opening/required"));
  const feel::Value model = ask("/food-permit", {});
  EXPECT_THAT(in(model, "text").as_string(), HasSubstr("<decision id=\"inspection_needed\""));
  EXPECT_EQ(in(model, "version").as_string(), offered()->services->now().at("food-permit")->version);
  EXPECT_EQ(list(model, "versions").size(), 1u);
  EXPECT_NE(in(model, "valid_from"), feel::Value());
  bool is_required = false;
  for (const feel::Value& element : list(model, "elements"))
    if (in(element, "id") == feel::Value("inspection_needed"))
      is_required = in(element, "needs") == feel::Value(feel::List{"answers", "guide"});
  EXPECT_TRUE(is_required);
  const std::string version = offered()->services->now().at("food-permit")->version;
  EXPECT_EQ(in(ask("/food-permit?version=" + version, {}), "version").as_string(), version);
  EXPECT_EQ(in(ask("/nothing", {}, 404), "code").as_string(), "decisions.model_unknown");
  EXPECT_EQ(in(ask("/food-permit?version=0", {}, 404), "code").as_string(), "decisions.version_unknown");
  EXPECT_EQ(in(ask("/opening?version=0", {}, 404), "code").as_string(), "decisions.version_unknown");
}

TEST_P(Decisions, are_evaluated_with_reasons_alone_and_many_at_once) {
  const feel::Value made = ask("/food-permit/evaluation", {{"decision", "inspection_needed"}, {"inputs", restaurant}});
  EXPECT_EQ(in(made, "value"), feel::Value(true));
  ASSERT_EQ(list(made, "matches").size(), 1u);
  const feel::Value& match = list(made, "matches")[0];
  EXPECT_THAT(list(match, "basis").at(0).as_string(), HasSubstr("Order 78"));
  EXPECT_EQ(list(match, "inputs").size(), 0u) << "this row asks nothing";
  const feel::Context shop = {{"answers", feel::Context{{"area", 60}}},
                              {"guide", feel::Context{{"food_form", "1"}, {"sells", feel::List{}}}}};
  const feel::Value spared = ask("/food-permit/evaluation", {{"decision", "inspection_needed"}, {"inputs", shop}});
  EXPECT_EQ(in(spared, "value"), feel::Value(false));
  EXPECT_EQ(in(list(list(spared, "matches").at(0), "inputs").at(0), "value"), feel::Value("1"));

  const feel::Value many = ask("/food-permit/evaluations", {{"decision", "inspection_needed"},
                                                            {"inputs", feel::List{restaurant, feel::Context{}}}});
  ASSERT_EQ(list(many, "items").size(), 2u);
  EXPECT_EQ(in(list(many, "items")[0], "value"), feel::Value(true));
  const feel::List too_many(decisions::batch_inputs_max + 1, feel::Value(feel::Context{}));
  EXPECT_EQ(code("/food-permit/evaluations", {{"decision", "inspection_needed"}, {"inputs", too_many}}, 422),
            "decisions.too_many");
  EXPECT_EQ(code("/food-permit/evaluation", {{"decision", "none"}, {"inputs", restaurant}}, 404), "dmn.not_found");
}

TEST_P(Decisions, a_draft_is_evaluated_and_a_faulty_or_endless_one_refused) {
  const std::string as_is = text("food-permit");
  const std::string changed =
      edited(as_is, "id=\"inspection_needed_row_1\"", "<text>\"1\"</text>", "<text>\"2\"</text>");
  const feel::Context asked = {{"decision", "inspection_needed"}, {"inputs", restaurant}};
  const auto with = [&](const char* key, const feel::Value& value) {
    feel::Context body = asked;
    body.put(key, value);
    return body;
  };
  EXPECT_EQ(in(ask("/food-permit/evaluation", with("text", changed)), "value"), feel::Value(true));
  feel::Context both = with("text", changed);
  both.put("version", "1");
  EXPECT_EQ(code("/food-permit/evaluation", both, 422), "decisions.model_twice");
  const std::string broken = edited(as_is, "inspection_needed_expression_3", "answers.area", "answers.area +");
  const feel::Value refused = ask("/food-permit/evaluation", with("text", broken), 422);
  EXPECT_EQ(in(refused, "code").as_string(), "dmn.invalid");
  EXPECT_THAT(in(list(refused, "places").at(0), "path").as_string(), HasSubstr("/text#"));
  const std::string endless =
      edited(as_is, "inspection_needed_expression_3", "answers.area", "count(for i in 1..100000000 return i)");
  EXPECT_EQ(code("/food-permit/evaluation", with("text", endless), 409), "decisions.limit_passed");
}

TEST_P(Decisions, two_versions_are_compared_row_by_row) {
  const std::string as_is = text("food-permit");
  EXPECT_EQ(list(ask("/food-permit/comparison", {{"text", as_is}}), "changes").size(), 0u);
  const std::string changed =
      edited(as_is, "id=\"inspection_needed_row_1_out\"", "<text>false</text>", "<text>true</text>");
  const feel::Value compared = ask("/food-permit/comparison", {{"text", changed}});
  ASSERT_EQ(list(compared, "changes").size(), 1u);
  const feel::Value& change = list(compared, "changes")[0];
  EXPECT_EQ(in(change, "kind"), feel::Value("changed"));
  EXPECT_EQ(number(change, "row_after"), 1);
  EXPECT_EQ(list(in(change, "before"), "outputs").at(0), feel::Value("false"));
  EXPECT_EQ(list(in(change, "after"), "outputs").at(0), feel::Value("true"));
  EXPECT_EQ(code("/food-permit/comparison", {{"from", feel::Value()}}, 422), "decisions.nothing_to_compare");
}

TEST_P(Decisions, a_draft_is_replayed_over_what_past_cases_were_decided_on) {
  for (const char* played : {"food-permit/grant"})
    for (const std::string& fault : player.play(played)) ADD_FAILURE() << fault;
  const std::string as_is = text("food-permit");
  const auto replay = [&](const std::string& draft, feel::Context more = {}) {
    feel::Context body{{"decision", "inspection_needed"}, {"text", draft}};
    for (const auto& [key, value] : more.entries()) body.put(key, value);
    return ask("/food-permit/replay", body);
  };
  const feel::Value same = replay(as_is);
  EXPECT_EQ(number(same, "cases"), 1);
  EXPECT_EQ(number(same, "decisions"), 1);
  EXPECT_EQ(list(same, "differences").size(), 0u);
  EXPECT_EQ(list(same, "unread").size(), 0u);

  // Small kitchens would no longer be inspected: the case had 60 square metres.
  const std::string draft =
      edited(edited(edited(as_is, "id=\"inspection_needed_row_1\"", "\"1\"", "\"2\""),
                    "id=\"inspection_needed_row_1_in_2\"", "<text>false</text>", "<text>-</text>"),
             "id=\"inspection_needed_row_1_in_3\"", "<text>-</text>", "<text>&lt; 61</text>");
  const feel::Value other = replay(draft);
  ASSERT_EQ(list(other, "differences").size(), 1u);
  const feel::Value& difference = list(other, "differences")[0];
  EXPECT_EQ(in(difference, "before"), feel::Value(true));
  EXPECT_EQ(in(in(difference, "after"), "value"), feel::Value(false));
  EXPECT_EQ(in(difference, "record_differs"), feel::Value(false));
  EXPECT_EQ(in(difference, "case_title").as_string(), "株洲市天元区演修汽车维修店");
  EXPECT_THAT(list(difference, "basis_before").at(0).as_string(), HasSubstr("Order 78"));
  const feel::Value recorded = list(difference, "explanation_before").at(0);
  EXPECT_EQ(recorded.as_context().find("decision")->as_string(), "inspection_needed");
  EXPECT_THAT(recorded.as_context().find("rule")->as_string(), HasSubstr("inspection_needed_row_"));
  EXPECT_FALSE(recorded.as_context().find("basis")->as_list().empty()) << "kept with the case";
  const feel::Value& match = list(in(difference, "after"), "matches").at(0);
  EXPECT_EQ(number(match, "row"), 1);
  // What the applicant wrote beyond what the table asked is not told.
  EXPECT_EQ(feel::to_json(other).find("13000000001"), std::string::npos);

  EXPECT_EQ(number(replay(draft, {{"to", "2020-01-01"}}), "cases"), 0);
  EXPECT_EQ(number(replay(draft, {{"from", "2026-04-01"}, {"to", "2026-04-01"}}), "cases"), 1);
  const feel::Value page = replay(draft, {{"limit", 1}});
  EXPECT_EQ(number(replay(draft, {{"limit", 1}, {"after", in(page, "next")}}), "cases"), 0);
}

TEST_P(Decisions, a_replay_keeps_to_scope_role_and_limits) {
  for (const std::string& fault : player.play("food-permit/grant")) ADD_FAILURE() << fault;
  const std::string as_is = text("food-permit");
  const feel::Context asked{{"decision", "inspection_needed"}, {"text", as_is}};
  const auto with = [&](const char* key, const feel::Value& value) {
    feel::Context body = asked;
    body.put(key, value);
    return body;
  };
  for (const char* role : {"leader", "licensing_head", "food_examiner"})
    EXPECT_EQ(in(ask("/food-permit/replay", asked, 403, {role}), "code").as_string(), "http.not_allowed") << role;
  for (const char* role : {"window_clerk", "technician", "auditor", "food_inspector"})
    ask("/food-permit", {}, 403, {role});
  for (const char* role : {"leader", "licensing_head", "food_examiner", "registration_examiner"})
    ask("/food-permit", {}, 200, {role});
  EXPECT_EQ(code("/food-permit/replay", with("limit", 501), 422), "decisions.limit_invalid");
  EXPECT_EQ(code("/food-permit/replay", with("decision", "none"), 404), "dmn.not_found");
  feel::Context backwards = with("from", "2026-04-02");
  backwards.put("to", "2026-04-01");
  EXPECT_EQ(code("/food-permit/replay", backwards, 422), "decisions.period_invalid");
  EXPECT_EQ(code("/opening/replay", {{"decision", "required"}, {"text", text("opening")}}, 409), "decisions.no_cases");

  const auto cases = [&](const access_control::Scope& scope) {
    return player.store().read_value([&](storage::Snapshot& snapshot) {
      const decisions::Model model = decisions::find_model(snapshot, *offered(), "food-permit", "").value();
      return decisions::replay(snapshot, player.engine(), scope, model, {.decision = "inspection_needed"})
          .value()
          .cases_count;
    });
  };
  EXPECT_EQ(cases(access_control::Scope::of_division("4302")), 1);
  EXPECT_EQ(cases(access_control::Scope::of_division("430202")), 0);
  EXPECT_EQ(cases(access_control::Scope::of_office("430211", "songshan")), 0);
  EXPECT_EQ(cases(access_control::Scope{}), 0);
}

INSTANTIATE_TEST_SUITE_P(databases, Decisions, testing::Values("sqlite", "postgresql"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
