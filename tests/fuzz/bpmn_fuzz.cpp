/// The process kernel on any bytes: models, command sequences on them, stored events and instances.
///
/// The first byte chooses: 0 a stored list of events, 1 a stored instance, else the number of commands that follow as
/// one byte each, then the model.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/base/check.h"
#include "kernel/bpmn/bpmn.h"

namespace {

void read_events(std::string_view text) {
  const auto events = bpmn::decode_events(text);
  if (!events) return;
  const auto again = bpmn::decode_events(bpmn::encode(events.value()));
  CHECK(again.has_value() && bpmn::encode(again.value()) == bpmn::encode(events.value()));
}

void read_instance(std::string_view text) {
  const auto instance = bpmn::decode_instance(text);
  if (!instance) return;
  const auto again = bpmn::decode_instance(bpmn::encode(instance.value()));
  CHECK(again.has_value() && again.value() == instance.value());
}

bpmn::Command command_for(const bpmn::Instance& instance, std::uint8_t choice) {
  if (choice >= 250) return bpmn::Cancel{};
  if (choice >= 240 && !instance.incidents().empty())
    return bpmn::ResolveIncident{instance.incidents()[choice % instance.incidents().size()].key};
  if (choice >= 235) return bpmn::TriggerEvent{.element = static_cast<bpmn::ElementIndex>(choice - 235)};
  if (choice >= 230) return bpmn::SetVariables{bpmn::process_key, {{"x", feel::Value(choice - 230)}}};
  if (instance.waits().empty()) return bpmn::Start{.variables = {{"x", feel::Value(int{choice})}}};
  const bpmn::Wait& wait = instance.waits()[choice % instance.waits().size()];
  switch (wait.kind) {
    case bpmn::WaitKind::task:
      return bpmn::CompleteTask{wait.key, {{"x", feel::Value(int{choice})}}};
    case bpmn::WaitKind::job:
      if (choice % 3 == 0) return bpmn::ThrowError{wait.key, "E", {}};
      if (choice % 3 == 1) return bpmn::FailJob{wait.key, choice % 2, {}};
      return bpmn::CompleteJob{wait.key, {}};
    case bpmn::WaitKind::timer:
      return bpmn::FireTimer{wait.key};
    case bpmn::WaitKind::message:
      return bpmn::CorrelateMessage{wait.name, wait.correlation, {}};
    case bpmn::WaitKind::signal:
      return bpmn::BroadcastSignal{.name = wait.name};
    case bpmn::WaitKind::condition:
      return bpmn::TriggerEvent{.element = wait.element, .host = wait.host};
  }
  return bpmn::Cancel{};
}

void run_model(std::string_view commands, std::string_view xml) {
  const auto definition = bpmn::compile(xml, {.tolerant = commands.size() % 2 == 1});
  if (!definition) return;
  static_cast<void>(bpmn::findings_of(**definition));
  bpmn::World world;
  world.feel.now = {1'795'478'400'000'000};
  world.feel.limits = {.steps_max = 10'000, .bytes_max = 1'000'000, .depth_max = 64};
  world.steps_max = 200;
  bpmn::Instance live;
  bpmn::Instance replayed;
  for (const char choice : commands) {
    const bpmn::Command command = command_for(live, static_cast<std::uint8_t>(choice));
    const auto events = bpmn::decide(*definition.value(), live, command, world);
    if (!events) continue;
    const auto stored = bpmn::decode_events(bpmn::encode(events.value()));
    CHECK(stored.has_value());
    for (const bpmn::Event& event : events.value()) bpmn::apply(*definition.value(), live, event);
    for (const bpmn::Event& event : stored.value()) bpmn::apply(*definition.value(), replayed, event);
    CHECK(live == replayed);
  }
  read_instance(bpmn::encode(live));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view rest = bytes.substr(1);
  if (data[0] == 0) {
    read_events(rest);
  } else if (data[0] == 1) {
    read_instance(rest);
  } else {
    const std::size_t count = data[0] < rest.size() ? data[0] : rest.size();
    run_model(rest.substr(0, count), rest.substr(count));
  }
  return 0;
}
