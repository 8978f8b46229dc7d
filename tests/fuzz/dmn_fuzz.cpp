// Fuzz target: any bytes are either a model or a refusal with places, and a model's decisions end within their limits.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/dmn/conformance.h"
#include "kernel/dmn/dmn.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<dmn::Source> sources = {{"fuzz.dmn", text}};
  const auto strict = dmn::compile(sources);
  if (!strict && strict.error().places.empty()) __builtin_trap();

  const auto model = dmn::compile(sources, {.dialect = feel::Dialect::standard, .tolerate_faults = true});
  if (!model) return 0;
  feel::World world;
  world.limits = {.steps_max = 20'000, .bytes_max = 4'000'000, .depth_max = 64};
  int evaluated = 0;
  for (const dmn::Invocable& invocable : dmn::invocables(**model)) {
    const auto outcome = dmn::evaluate(**model, invocable.kind, invocable.id.empty() ? invocable.name : invocable.id,
                                       std::vector<dmn::Input>{}, world);
    static_cast<void>(outcome);
    if (++evaluated == 8) break;
  }
  return 0;
}
