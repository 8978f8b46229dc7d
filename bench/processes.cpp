/// The process kernel alone: element steps, several instances of one element, the size of an idle instance.

#include <chrono>
#include <stdexcept>

#include "bench.h"
#include "kernel/bpmn/bpmn.h"
#include "memory.h"

namespace bench {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string flow(const std::string& from, const std::string& to) {
  return "<sequenceFlow id=\"" + from + "-" + to + "\" sourceRef=\"" + from + "\" targetRef=\"" + to + "\"/>";
}

std::shared_ptr<const bpmn::Definition> compiled_of(const std::string& body) {
  auto compiled = bpmn::compile(
      "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
      "xmlns:z=\"http://camunda.org/schema/zeebe/1.0\" "
      "id=\"d\" targetNamespace=\"t\"><process id=\"p\" isExecutable=\"true\"><startEvent id=\"s\"/>" +
      body + "</process></definitions>");
  if (!compiled) throw std::runtime_error("the bench's process is wrong");
  return std::move(compiled).value();
}

std::shared_ptr<const bpmn::Definition> model(const std::string& loop) {
  return compiled_of("<userTask id=\"t\">" + loop + "</userTask><endEvent id=\"e\"/>" + flow("s", "t") +
                     flow("t", "e"));
}

const std::string each =
    "<multiInstanceLoopCharacteristics><extensionElements><z:loopCharacteristics inputCollection=\"=items\" "
    "inputElement=\"item\" outputCollection=\"out\" outputElement=\"=item\"/></extensionElements>"
    "</multiInstanceLoopCharacteristics>";

bpmn::Start start_with(int items) {
  feel::List list;
  for (int i = 0; i < items; ++i) list.push_back(feel::Value(i));
  return {.variables = {{"items", feel::Value(std::move(list))}}};
}

/// Decides and applies. Returns the elements entered.
std::size_t step(const bpmn::Definition& definition, bpmn::Instance& instance, const bpmn::Command& command) {
  static const bpmn::World world;
  const auto events = bpmn::decide(definition, instance, command, world);
  if (!events) throw std::runtime_error("refused: " + events.error().message.en);
  std::size_t entered = 0;
  for (const bpmn::Event& event : *events) {
    bpmn::apply(definition, instance, event);
    entered += std::holds_alternative<bpmn::ElementEntered>(event) ? 1 : 0;
  }
  return entered;
}

feel::Context some_variables() {
  return {
      {"applicant", feel::Value("某餐饮服务部")}, {"area", feel::Value(24)}, {"number", feel::Value("A-2026-000123")}};
}

/// The floor: the events that were decided, applied once more, as a replay does.
Line steps() {
  constexpr int cases = 50'000;
  const auto definition = model("");
  const bpmn::World world;
  std::size_t entered = 0;
  std::vector<bpmn::Event> events;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < cases; ++i) {
    bpmn::Instance instance;
    entered += step(*definition, instance, bpmn::Start{.variables = some_variables()});
    entered += step(*definition, instance, bpmn::CompleteTask{instance.waits().front().key, {}});
  }
  const double rate = static_cast<double>(entered) / seconds_since(begin);
  bpmn::Instance one;
  for (const bpmn::Command& command :
       {bpmn::Command(bpmn::Start{.variables = some_variables()}), bpmn::Command(bpmn::CompleteTask{3, {}})}) {
    auto decided = bpmn::decide(*definition, one, command, world);
    if (!decided) throw std::runtime_error("refused: " + decided.error().message.en);
    for (bpmn::Event& event : *decided) {
      bpmn::apply(*definition, one, event);
      events.push_back(std::move(event));
    }
  }
  const auto again = std::chrono::steady_clock::now();
  for (int i = 0; i < cases; ++i) {
    bpmn::Instance instance;
    for (const bpmn::Event& event : events) bpmn::apply(*definition, instance, event);
  }
  const double floor = static_cast<double>(entered) / seconds_since(again);
  return {"element steps a second, kernel alone, one-task process", grouped(rate) + " (" + percent(rate, floor) + ")",
          grouped(floor) + " replayed; bar 500,000", rate >= 500'000};
}

Line several() {
  constexpr int items = 100'000;
  const auto definition = model(each);
  bpmn::Instance instance;
  const bpmn::Start start = start_with(items);
  const auto begin = std::chrono::steady_clock::now();
  step(*definition, instance, start);
  const double opened = seconds_since(begin);
  while (!instance.ended()) step(*definition, instance, bpmn::CompleteTask{instance.waits().front().key, {}});
  const double all = seconds_since(begin);
  const double each_us = (all - opened) * 1e6 / items;
  char text[96];
  std::snprintf(text, sizeof text, "%.1f s (opened in %.1f s), %.1f us a completion", all, opened, each_us);
  return {"several instances of a task: 100,000 items, opened and completed one by one", text, "bar 3 s", all <= 3};
}

/// A task that comes again and again, beside so many others that wait. Returns the microseconds a completion takes.
double beside(int others) {
  constexpr int rounds = 50'000;
  const auto definition =
      compiled_of("<parallelGateway id=\"g\"/><userTask id=\"t\">" + each +
                  "</userTask><endEvent id=\"e\"/><exclusiveGateway id=\"m\"/><userTask id=\"u\"/>" + flow("s", "g") +
                  flow("g", "t") + flow("t", "e") + flow("g", "m") + flow("m", "u") + flow("u", "m"));
  bpmn::Instance instance;
  step(*definition, instance, start_with(others));
  bpmn::Key key = 0;
  for (const bpmn::Wait& wait : instance.waits())
    if (bpmn::elements(*definition)[wait.element].id == "u") key = wait.key;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    step(*definition, instance, bpmn::CompleteTask{key, {}});
    key = instance.waits().back().key;
  }
  return seconds_since(begin) * 1e6 / rounds;
}

Line crowd() {
  const double one = beside(0);
  const double some = beside(1'000);
  const double many = beside(100'000);
  char text[96];
  std::snprintf(text, sizeof text, "%.1f / %.1f us (%s)", some, many, percent(many, some).c_str());
  char floor[96];
  std::snprintf(floor, sizeof floor, "%.1f us with 1; bar: 100,000 cost at most twice what 1,000 cost", one);
  return {"a completed task beside 1,000 and 100,000 living elements", text, floor, many <= 2 * some};
}

Line size() {
  constexpr std::size_t count = 20'000;
  const auto definition = model("");
  std::vector<bpmn::Instance> idle;
  idle.reserve(count);
  const CountedMemory memory;
  for (std::size_t i = 0; i < count; ++i) {
    bpmn::Instance instance;
    step(*definition, instance, bpmn::Start{.variables = some_variables()});
    idle.push_back(bpmn::decode_instance(bpmn::encode(instance)).value());
  }
  const std::size_t bytes = static_cast<std::size_t>(memory.bytes()) / count + sizeof(bpmn::Instance);
  return {"an idle instance in memory, three variables", grouped(static_cast<double>(bytes)) + " bytes", "bar 1,024",
          bytes <= 1024};
}

}  // namespace

Table processes() {
  return {steps(), several(), crowd(), size()};
}

}  // namespace bench
