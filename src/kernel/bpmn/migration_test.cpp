/// Instances that go on in another definition: what corresponds, what forbids it, what the new one asks.
#include "testing.h"

namespace bpmn {
namespace {

using namespace testing;

std::shared_ptr<const Definition> compiled(const std::string& xml) {
  auto definition = compile(xml);
  EXPECT_TRUE(definition) << (definition ? "" : definition.error().places.at(0).message.en);
  return std::move(definition).value();
}

/// Moves the player's instance and proves that its events alone give the same one.
std::string moved(const Player& player, const std::string& xml, Instance& out, const Renaming& renamed = {}) {
  const auto to = compiled(xml);
  const auto events = migrate(player.definition(), *to, player.instance, renamed, player.world);
  if (!events)
    return events.error().code + " " + events.error().places.at(0).path + " " + events.error().places.at(0).code;
  const auto stored = decode_events(encode(events.value()));
  EXPECT_TRUE(stored);
  out = player.instance;
  const Definition* definition = &player.definition();
  for (const Event& event : stored.value()) {
    if (std::holds_alternative<InstanceMigrated>(event)) definition = to.get();
    apply(*definition, out, event);
  }
  const auto read = decode_instance(encode(out));
  EXPECT_TRUE(read && read.value() == out);
  return "";
}

std::string waiting(const Definition& definition, const Instance& instance) {
  std::string out;
  for (const Wait& wait : instance.waits()) out += (out.empty() ? "" : " ") + elements(definition)[wait.element].id;
  return out;
}

const std::string one_task = process(start() + user("a") + end() + line({"start", "a", "end"}));

TEST(migrate, goes_on_where_it_stood) {
  Player player(one_task);
  player.start();
  const std::string longer = process(start() + user("before") + user("a") + user("b") + end() +
                                     boundary("late", "a", timer("timeDuration", "P1D")) +
                                     line({"start", "before", "a", "b", "end"}) + line({"late", "end"}));
  Instance instance;
  ASSERT_EQ(moved(player, longer, instance), "");
  const auto to = compiled(longer);
  EXPECT_EQ(waiting(*to, instance), "a late");
  EXPECT_EQ(instance.waits()[1].due, player.world.feel.now.plus_us(86'400 * base::us_per_second));
  const auto done = decide(*to, instance, CompleteTask{.key = instance.waits()[0].key, .variables = {}}, player.world);
  ASSERT_TRUE(done);
  for (const Event& event : done.value()) apply(*to, instance, event);
  EXPECT_EQ(waiting(*to, instance), "b");
}

TEST(migrate, to_the_same_drawing_changes_nothing_and_back_again_neither) {
  const std::string xml =
      process(start() + element("parallelGateway", "fork") + user("a") + user("b") +
                  element("subProcess", "sub", start("s2") + user("c") + end("e2") + line({"s2", "c", "e2"})) +
                  element("parallelGateway", "join") + end() + boundary("late", "sub", timer("timeDuration", "P1D")) +
                  element("intermediateCatchEvent", "pay", message_event) +
                  line({"start", "fork", "a", "join", "end"}) + line({"fork", "b", "join"}) +
                  line({"fork", "sub", "join"}) + line({"fork", "pay", "join"}) + line({"late", "end"}),
              roots);
  Player player(xml);
  player.start({{"number", 7}});
  player.complete("a");             // a token waits at the join
  const std::string beside = [&] {  // the same, with elements of other indexes before
    std::string changed = xml;
    const std::string at = "<b:startEvent id=\"start\"";
    changed.insert(changed.find(at), user("dead") + element("endEvent", "dead_end") + line({"dead", "dead_end"}));
    return changed;
  }();
  Instance same;
  ASSERT_EQ(moved(player, xml, same), "");
  EXPECT_TRUE(same == player.instance);
  CompileOptions tolerant;
  tolerant.tolerant = true;
  const auto other = compile(beside, tolerant).value();
  const auto away = migrate(player.definition(), *other, player.instance, {}, player.world);
  ASSERT_TRUE(away);
  Instance there = player.instance;
  const Definition* definition = &player.definition();
  for (const Event& event : away.value()) {
    if (std::holds_alternative<InstanceMigrated>(event)) definition = other.get();
    apply(*definition, there, event);
  }
  EXPECT_FALSE(there == player.instance);
  const auto back = migrate(*other, player.definition(), there, {}, player.world);
  ASSERT_TRUE(back);
  definition = other.get();
  for (const Event& event : back.value()) {
    if (std::holds_alternative<InstanceMigrated>(event)) definition = &player.definition();
    apply(*definition, there, event);
  }
  EXPECT_TRUE(there == player.instance) << encode(there) << encode(player.instance);
}

TEST(migrate, follows_elements_that_have_other_names) {
  Player player(one_task);
  player.start();
  const std::string renamed = process(start() + user("check") + end() + line({"start", "check", "end"}));
  Instance instance;
  EXPECT_EQ(moved(player, renamed, instance), "bpmn.migration_impossible a bpmn.element_gone");
  ASSERT_EQ(moved(player, renamed, instance, {{"a", "check"}}), "");
  EXPECT_EQ(waiting(*compiled(renamed), instance), "check");
}

TEST(migrate, is_refused_with_the_place_at_fault) {
  Player player(one_task);
  player.start();
  Instance instance;
  EXPECT_EQ(moved(player, process(start() + job("a") + end() + line({"start", "a", "end"})), instance),
            "bpmn.migration_impossible a bpmn.type_differs");
  EXPECT_EQ(moved(player,
                  process(start() +
                          element("subProcess", "sub", start("s2") + user("a") + end("e2") + line({"s2", "a", "e2"})) +
                          end() + line({"start", "sub", "end"})),
                  instance),
            "bpmn.migration_impossible a bpmn.nesting_differs");
  const std::string several = "<b:multiInstanceLoopCharacteristics>" +
                              extensions("<z:loopCharacteristics inputCollection=\"=[1,2]\" inputElement=\"x\"/>") +
                              "</b:multiInstanceLoopCharacteristics>";
  EXPECT_EQ(moved(player, process(start() + user("a", several) + end() + line({"start", "a", "end"})), instance),
            "bpmn.migration_impossible a bpmn.loop_differs");
  const std::string broken = extensions("<z:priorityDefinition priority=\"=urgency\"/>");
  EXPECT_EQ(moved(player, process(start() + user("a", broken) + end() + line({"start", "a", "end"})), instance),
            "bpmn.migration_impossible a bpmn.number_invalid");
}

TEST(migrate, keeps_branches_that_wait_at_a_join_and_refuses_when_there_is_none) {
  const auto forked = [](const std::string& gateway) {
    return process(start() + element("parallelGateway", "fork") + user("a") + user("b") + element(gateway, "join") +
                   user("c") + end() + line({"start", "fork", "a", "join", "c", "end"}) + line({"fork", "b", "join"}));
  };
  Player player(forked("parallelGateway"));
  player.start();
  player.complete("a");
  Instance instance;
  EXPECT_EQ(moved(player, forked("exclusiveGateway"), instance), "bpmn.migration_impossible join bpmn.join_differs");
  const std::string without_b =
      process(start() + element("parallelGateway", "fork") + user("a") + user("b") +
              element("parallelGateway", "join") + user("c") + end() + end("e2") +
              line({"start", "fork", "a", "join", "c", "end"}) + line({"fork", "b", "e2"}) + flow("fork", "join"));
  EXPECT_EQ(moved(player, without_b, instance), "");
  // The way that joins now can not come any more: told, not waited for in silence.
  ASSERT_EQ(instance.incidents().size(), 0u);
  EXPECT_EQ(waiting(*compiled(without_b), instance), "b");
}

TEST(migrate, closes_what_no_longer_listens_and_does_not_wake_what_is_over) {
  const std::string reminded = process(start() + user("a") + user("told") + end() + end("e2") +
                                       boundary("remind", "a", timer("timeDuration", "P1D"), false) +
                                       line({"start", "a", "end"}) + line({"remind", "told", "e2"}));
  Player player(reminded);
  player.start();
  const auto to = compiled(one_task);
  EXPECT_EQ(plan_migration(player.definition(), *to, player.instance, {}).closed.size(), 1u);
  Instance instance;
  ASSERT_EQ(moved(player, one_task, instance), "");
  EXPECT_EQ(waiting(*to, instance), "a");
  player.fire("remind");
  player.complete("told");
  ASSERT_EQ(moved(player, reminded, instance), "");
  EXPECT_EQ(waiting(player.definition(), instance), "a");  // it has fired, once is enough
}

TEST(migrate, waits_for_what_the_new_drawing_waits_for) {
  const auto paying = [](const std::string& key) {
    return process(start() + element("intermediateCatchEvent", "pay", message_event) + job("work") + end() +
                       line({"start", "pay", "work", "end"}),
                   "<b:message id=\"m\" name=\"paid\"><b:extensionElements><z:subscription correlationKey=\"=" + key +
                       "\"/></b:extensionElements></b:message>");
  };
  Player player(paying("number"));
  player.start({{"number", 7}, {"bill", "B"}});
  Instance instance;
  ASSERT_EQ(moved(player, paying("bill"), instance), "");
  EXPECT_EQ(instance.waits().front().correlation, "B");
  EXPECT_EQ(moved(player, paying("nothing"), instance), "bpmn.migration_impossible pay bpmn.correlation_invalid");
  player.run(CorrelateMessage{.name = "paid", .correlation = "7", .variables = {}});
  std::string other = paying("number");
  const std::string type = "type=\"work\"";
  other.replace(other.find(type), type.size(), "type=\"other\"");
  ASSERT_EQ(moved(player, other, instance), "");
  EXPECT_EQ(instance.waits().front().name, "other");
}

TEST(migrate, is_nothing_for_what_has_not_begun_or_is_over) {
  Player player(one_task);
  const auto code = [&] {
    return migrate(player.definition(), player.definition(), player.instance, {}, player.world).error().code;
  };
  EXPECT_EQ(code(), "bpmn.not_started");
  player.start();
  player.complete("a");
  EXPECT_EQ(code(), "bpmn.ended");
}

}  // namespace
}  // namespace bpmn
