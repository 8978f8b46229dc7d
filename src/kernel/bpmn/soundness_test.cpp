#include "testing.h"

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

/// "id:code" of every finding, those that are fatal with "!", in the order told.
std::string found(const std::string& body) {
  const auto compiled = compile(process(body, roots));
  if (!compiled) {
    for (const auto& place : compiled.error().places) ADD_FAILURE() << place.path << " " << place.code;
    return "";
  }
  std::string out;
  for (const Finding& finding : findings_of(**compiled)) {
    out +=
        (out.empty() ? "" : " ") + finding.place.path + ":" + finding.place.code.substr(5) + (finding.fatal ? "!" : "");
    EXPECT_FALSE(finding.place.message.zh.empty() || finding.place.message.en.empty());
  }
  return out;
}

std::string gateways(const std::string& fork, const std::string& join) {
  const std::string conditional = fork == "parallelGateway" ? "" : "=x";
  return start() + element(fork, "f", "", fork == "parallelGateway" ? "" : "default=\"f-a\"") + user("a") + user("b") +
         element(join, "j") + end() + flow("start", "f") + flow("f", "a") + flow("f", "b", conditional) +
         flow("a", "j") + flow("b", "j") + flow("j", "end");
}

TEST(soundness, says_nothing_of_what_fits) {
  for (const char* type : {"exclusiveGateway", "parallelGateway", "inclusiveGateway"})
    EXPECT_EQ(found(gateways(type, type)), "") << type;
  EXPECT_EQ(found(gateways("parallelGateway", "inclusiveGateway")), "");
  EXPECT_EQ(found(gateways("exclusiveGateway", "inclusiveGateway")), "");
}

TEST(soundness, finds_a_join_that_never_fires) {
  EXPECT_EQ(found(gateways("exclusiveGateway", "parallelGateway")), "j:deadlock! end:dead_step");
}

TEST(soundness, finds_a_join_that_fires_at_times_only) {
  EXPECT_EQ(found(gateways("inclusiveGateway", "parallelGateway")), "j:deadlock_possible");
}

TEST(soundness, finds_branches_that_meet_without_a_join) {
  EXPECT_EQ(found(gateways("parallelGateway", "exclusiveGateway")), "end:not_synchronised");
}

TEST(soundness, knows_loops_boundary_events_and_terminate_events) {
  EXPECT_EQ(found(start() + element("exclusiveGateway", "m") + user("t") +
                  element("exclusiveGateway", "x", "", "default=\"x-end\"") + end() +
                  line({"start", "m", "t", "x", "end"}) + flow("x", "m", "=again")),
            "");
  EXPECT_EQ(found(start() + user("t") + boundary("b", "t", timer("timeDuration", "P1D")) +
                  element("parallelGateway", "j") + end() + line({"start", "t", "j", "end"}) + flow("b", "j")),
            "j:deadlock! end:dead_step");
  EXPECT_EQ(found(start() + element("parallelGateway", "f") + user("a") + end("stop", "<b:terminateEventDefinition/>") +
                  user("b") + end() + line({"start", "f", "a", "stop"}) + line({"f", "b", "end"})),
            "");
}

TEST(soundness, looks_into_every_scope) {
  EXPECT_EQ(found(start() +
                  element("subProcess", "s",
                          start("is") + element("exclusiveGateway", "f", "", "default=\"f-a\"") + user("a") +
                              user("b") + element("parallelGateway", "j") + end("ie") +
                              line({"is", "f", "a", "j", "ie"}) + flow("f", "b", "=x") + flow("b", "j")) +
                  end() + line({"start", "s", "end"})),
            "j:deadlock! ie:dead_step");
}

TEST(soundness, gives_up_rather_than_claim_what_it_has_not_seen) {
  std::string body = start() + element("parallelGateway", "f") + element("parallelGateway", "j") + end() +
                     flow("start", "f") + flow("j", "end");
  for (int i = 0; i < 14; ++i) {
    const std::string a = "a" + std::to_string(i);
    const std::string b = "b" + std::to_string(i);
    body += user(a) + user(b) + line({"f", a, b, "j"});
  }
  EXPECT_EQ(found(body), "");
}

}  // namespace
}  // namespace bpmn
