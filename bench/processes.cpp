/// The process kernel alone: element steps, several instances of one element, the size of an idle instance.
#include <malloc.h>

#include <chrono>
#include <stdexcept>

#include "bench.h"
#include "kernel/bpmn/bpmn.h"

namespace bench {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::shared_ptr<const bpmn::Definition> model(const std::string& loop) {
  const std::string xml =
      "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
      "xmlns:z=\"http://camunda.org/schema/zeebe/1.0\" "
      "id=\"d\" targetNamespace=\"t\"><process id=\"p\" isExecutable=\"true\"><startEvent id=\"s\"/><userTask "
      "id=\"t\">" +
      loop +
      "</userTask><endEvent id=\"e\"/><sequenceFlow id=\"f1\" sourceRef=\"s\" targetRef=\"t\"/>"
      "<sequenceFlow id=\"f2\" sourceRef=\"t\" targetRef=\"e\"/></process></definitions>";
  auto compiled = bpmn::compile(xml);
  if (!compiled) throw std::runtime_error("the bench's process is wrong");
  return std::move(compiled).value();
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

Line steps() {
  constexpr int cases = 50'000;
  const auto definition = model("");
  std::size_t entered = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < cases; ++i) {
    bpmn::Instance instance;
    entered += step(*definition, instance, bpmn::Start{.variables = some_variables()});
    entered += step(*definition, instance, bpmn::CompleteTask{instance.waits().front().key, {}});
  }
  const double rate = static_cast<double>(entered) / seconds_since(begin);
  return {"element steps a second, kernel alone, one-task process", grouped(rate), "bar 500,000", rate >= 500'000};
}

Line several() {
  constexpr int items = 100'000;
  const auto definition = model(
      "<multiInstanceLoopCharacteristics><extensionElements><z:loopCharacteristics inputCollection=\"=items\" "
      "inputElement=\"item\" outputCollection=\"out\" outputElement=\"=item\"/></extensionElements>"
      "</multiInstanceLoopCharacteristics>");
  feel::List list;
  for (int i = 0; i < items; ++i) list.push_back(feel::Value(i));
  bpmn::Instance instance;
  const auto begin = std::chrono::steady_clock::now();
  step(*definition, instance, bpmn::Start{.variables = {{"items", feel::Value(std::move(list))}}});
  const double opened = seconds_since(begin);
  while (!instance.ended()) step(*definition, instance, bpmn::CompleteTask{instance.waits().front().key, {}});
  const double all = seconds_since(begin);
  const double each_us = (all - opened) * 1e6 / items;
  char text[96];
  std::snprintf(text, sizeof text, "%.1f s (opened in %.1f s), %.1f us a completion", all, opened, each_us);
  return {"several instances of a task: 100,000 items, opened and completed one by one", text, "bar 60 s", all <= 60};
}

Line size() {
  constexpr std::size_t count = 20'000;
  const auto definition = model("");
  std::vector<bpmn::Instance> idle;
  idle.reserve(count);
  const std::size_t before = mallinfo2().uordblks;
  for (std::size_t i = 0; i < count; ++i) {
    bpmn::Instance instance;
    step(*definition, instance, bpmn::Start{.variables = some_variables()});
    idle.push_back(bpmn::decode_instance(bpmn::encode(instance)).value());
  }
  const std::size_t bytes = (mallinfo2().uordblks - before) / count + sizeof(bpmn::Instance);
  return {"an idle instance in memory, three variables", grouped(static_cast<double>(bytes)) + " bytes", "bar 1,024",
          bytes <= 1024};
}

}  // namespace

Table processes() {
  return {steps(), several(), size()};
}

}  // namespace bench
