/// What the engine's source files share.
#pragma once

#include <string>

#include "modules/casework/casework.h"

namespace casework {

base::Error case_unknown();
base::Error task_unknown();
base::Error not_yours(std::string_view zh, std::string_view en);
base::Error conflict(std::string code, std::string zh, std::string en);
base::Error invalid_at(std::string path, std::string code, std::string zh, std::string en);

/// "" when the element has no such property.
std::string property(const bpmn::Element& element, const std::string& name);
std::string text_in(const feel::Context& data, std::string_view key);
std::int64_t number_in(const feel::Context& data, std::string_view key);

/// What a completed element leaves behind beside the process instance: its mark, and the state it names.
struct Passed {
  std::vector<Mark>& marks;
  std::string& state;
};
void pass(const catalogue::Service& service, const bpmn::Event& event, base::Instant at, Passed passed);

/// Whether the case is another than somebody saw it at `sequence`. That somebody was reminded of it changes nothing
/// they decide on, and must not cost them what they have typed.
bool changed_since(storage::Snapshot& snapshot, const CaseHead& head, std::int64_t sequence);

inline constexpr int express_priority = 90;
inline constexpr int events_max = 100'000;  // of one case
/// A timer of a suspended case.
inline constexpr base::Instant never{INT64_MAX};

}  // namespace casework
