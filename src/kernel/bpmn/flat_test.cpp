/// What a step costs must not depend on how much else lives in the instance.
#include "testing.h"

#include <functional>
#include <random>

#include <time.h>

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

/// Processor time of this thread, so that what else runs on the machine does not count.
double now_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Crowd {
  std::shared_ptr<const Definition> definition;
  World world;
  Instance instance;

  Crowd(const std::string& body, int count, const std::string& more) {
    auto compiled = compile(process(body, more));
    for (const auto& place : compiled ? std::vector<base::Place>{} : compiled.error().places)
      ADD_FAILURE() << place.path << " " << place.code << " " << place.message.en;
    definition = std::move(compiled).value();
    feel::List items;
    for (int i = 0; i < count; ++i) items.push_back(feel::Value(i));
    run(Start{.variables = {{"items", feel::Value(std::move(items))}, {"dice", 1}}});
  }
  void run(const Command& command) {
    const auto events = decide(*definition, instance, command, world);
    ASSERT_TRUE(events.has_value()) << events.error().code;
    for (const Event& event : *events) apply(*definition, instance, event);
  }
};

using StepOf = std::function<Command(const Crowd&, int)>;

/// The quickest of many steps: whatever disturbs one does not disturb all.
double step_us(const std::string& body, int count, const StepOf& step, const std::string& more) {
  Crowd crowd(body, count, more);
  double best = 1e9;
  for (int i = 0; i < 40; ++i) {
    const Command command = step(crowd, i);
    const double begin = now_us();
    crowd.run(command);
    best = std::min(best, now_us() - begin);
  }
  EXPECT_FALSE(crowd.instance.ended());
  EXPECT_GT(crowd.instance.living().size(), static_cast<std::size_t>(count) / 2);
  return best;
}

/// A hundred times as many beside it: a cost that follows their number is a hundred times as high.
void expect_flat(const std::string& body, const StepOf& step, const std::string& more = roots) {
  const double few = step_us(body, 100, step, more);
  const double many = step_us(body, 10'000, step, more);
  EXPECT_LT(many, 8 * few + 20) << "with 100: " << few << " us, with 10,000: " << many << " us";
}

const std::string each =
    "<b:multiInstanceLoopCharacteristics><b:extensionElements><z:loopCharacteristics inputCollection=\"=items\" "
    "inputElement=\"item\" outputCollection=\"out\" outputElement=\"=item\"/></b:extensionElements>"
    "</b:multiInstanceLoopCharacteristics>";

Key wait_of(const Crowd& crowd, const std::string& id) {
  for (const Wait& wait : crowd.instance.waits())
    if (elements(*crowd.definition)[wait.element].id == id) return wait.key;
  return 0;
}

TEST(flat_cost, of_several_instances_of_a_task) {
  expect_flat(start() + user("t", each) + end() + line({"start", "t", "end"}), [](const Crowd& crowd, int) {
    return CompleteTask{crowd.instance.waits().back().key, {{"x", 1}}};
  });
}

TEST(flat_cost, of_an_instance_that_was_stored_is_paid_once) {
  const std::string body = start() + user("t", each) + end() + line({"start", "t", "end"});
  Crowd crowd(body, 10'000, roots);
  crowd.instance = decode_instance(encode(crowd.instance)).value();
  const auto step = [&] {
    const double begin = now_us();
    crowd.run(CompleteTask{crowd.instance.waits().back().key, {}});
    return now_us() - begin;
  };
  step();
  double best = 1e9;
  for (int i = 0; i < 40; ++i) best = std::min(best, step());
  const double few = step_us(
      body, 100,
      [](const Crowd& one, int) {
        return CompleteTask{one.instance.waits().back().key, {}};
      },
      roots);
  EXPECT_LT(best, 8 * few + 20);
}

/// Each instance holds tokens at a parallel, an inclusive and a complex join.
TEST(flat_cost, of_joins_that_wait_in_many_scopes) {
  for (const std::string type : {"parallelGateway", "inclusiveGateway", "complexGateway"}) {
    const std::string inner = start("s") + element("parallelGateway", "f") + user("a") + element("task", "b") +
                              element(type, "j") + end("e") + line({"s", "f", "a", "j", "e"}) + line({"f", "b", "j"});
    expect_flat(start() + element("subProcess", "p1", inner + each) + end() + line({"start", "p1", "end"}),
                [](const Crowd& crowd, int) {
                  return CompleteTask{crowd.instance.waits().back().key, {}};
                });
  }
}

TEST(flat_cost, of_an_inclusive_join_beside_many_tokens) {
  const std::string body = start() + element("parallelGateway", "f") + user("t", each) + user("u") +
                           element("exclusiveGateway", "m") + user("v") + element("inclusiveGateway", "j") + end() +
                           end("e2") + line({"start", "f", "t", "j", "end"}) + line({"f", "u", "m", "j"}) +
                           line({"f", "v", "e2"});
  expect_flat(body, [](const Crowd& crowd, int i) -> Command {
    if (i == 0) return CompleteTask{wait_of(crowd, "u"), {}};
    return CompleteTask{crowd.instance.waits().back().key, {}};
  });
}

TEST(flat_cost, of_a_message_among_many) {
  const std::string own =
      "<b:message id=\"m\" name=\"paid\"><b:extensionElements><z:subscription "
      "correlationKey=\"=item\"/></b:extensionElements></b:message>";
  expect_flat(
      start() + element("receiveTask", "t", each, "messageRef=\"m\"") + end() + line({"start", "t", "end"}),
      [](const Crowd&, int i) {
        return CorrelateMessage{"paid", std::to_string(60 - i), {}};
      },
      own);
}

TEST(flat_cost, of_a_signal_and_a_condition_beside_many_tasks) {
  const auto aside = [](const std::string& id, const std::string& trigger) {
    return element("subProcess", id,
                   element("startEvent", id + "s", trigger, "isInterrupting=\"false\"") + end(id + "e") +
                       line({id + "s", id + "e"}),
                   "triggeredByEvent=\"true\"");
  };
  const std::string body = start() + user("t", each) + end() + line({"start", "t", "end"}) +
                           aside("g", "<b:signalEventDefinition signalRef=\"sig\"/>") +
                           aside("c",
                                 "<b:conditionalEventDefinition><b:condition>=dice = 7</b:condition>"
                                 "</b:conditionalEventDefinition>");
  const std::string more = roots + "<b:signal id=\"sig\" name=\"alarm\"/>";
  expect_flat(
      body, [](const Crowd&, int) { return BroadcastSignal{.name = "alarm"}; }, more);
  expect_flat(
      body,
      [](const Crowd&, int i) {
        return SetVariables{process_key, {{"dice", i % 2 == 0 ? 7 : 1}}};
      },
      more);
}

TEST(flat_cost, of_what_can_be_undone_later) {
  const std::string handled = element("userTask", "h1", "", "isForCompensation=\"true\"") +
                              "<b:association id=\"as\" sourceRef=\"b1\" targetRef=\"h1\"/>";
  const std::string inner = start("s") + user("t1") + end("e") + line({"s", "t1", "e"}) +
                            boundary("b1", "t1", "<b:compensateEventDefinition/>") + handled;
  const std::string whole = start() + element("subProcess", "p1", inner + each) + end() + line({"start", "p1", "end"});
  expect_flat(whole, [](const Crowd& crowd, int) { return CompleteTask{crowd.instance.waits().back().key, {}}; });
}

/// A terminate end event ends what else lives in its own instance of the sub-process, and looks at nothing else.
TEST(flat_cost, of_ending_one_scope_among_many) {
  const std::string inner = start("s") + element("parallelGateway", "f") + user("a") + user("b") +
                            end("e", "<b:terminateEventDefinition/>") + end("e2") + line({"s", "f", "a", "e"}) +
                            line({"f", "b", "e2"});
  expect_flat(start() + element("subProcess", "p1", inner + each) + end() + line({"start", "p1", "end"}),
              [](const Crowd& crowd, int) {
                return CompleteTask{wait_of(crowd, "a"), {}};
              });
}

}  // namespace
}  // namespace bpmn
