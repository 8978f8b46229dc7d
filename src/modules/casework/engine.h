/// What the engine's source files share.
#pragma once

#include <memory>
#include <string>

#include "modules/casework/casework.h"

namespace http {
class Router;
}

namespace casework {

base::Error case_unknown();
base::Error task_unknown();
base::Error not_yours(std::string_view zh, std::string_view en);

/// Old element id -> new one, as the operation `migrate` says.
bpmn::Renaming renaming_in(const feel::Context& data);
void rename_marks(std::vector<Mark>& marks, const bpmn::Renaming& renamed);
/// What is closed is known by its kind only before the event is applied.
void note_waits(Case& of_case, const bpmn::Event& event);
/// Business rule tasks ask the service's own decision model.
std::unique_ptr<bpmn::Decisions> decisions_of(const catalogue::Service& service);

/// "" when the element has no such property.
std::string property(const bpmn::Element& element, const std::string& name);

/// What a completed element leaves behind beside the process instance: its mark, and the state it names.
struct Passed {
  std::vector<Mark>& marks;
  std::string& state;
};
void pass(const catalogue::Service& service, const bpmn::Event& event, base::Instant at, Passed passed);

/// Whether the case is another than somebody saw it at `sequence`. That somebody was reminded of it changes nothing
/// they decide on, and must not cost them what they have typed.
bool changed_since(storage::Snapshot& snapshot, const CaseHead& head, std::int64_t sequence);

/// Jobs that other systems do, and messages.
bool is_outside(bpmn::WaitKind kind);
/// The name of what lives under `key`: an element, or the process itself.
base::Text name_of_living(const Case& of_case, bpmn::Key key);
const bpmn::Element& element_at(const Case& of_case, bpmn::ElementIndex index);

inline constexpr int express_priority = 90;
inline constexpr int events_max = 100'000;  // of one case
/// A timer of a suspended case.
inline constexpr base::Instant never{INT64_MAX};

/// A number as text whose order by bytes is the order of the numbers.
std::string number_key(const feel::Decimal& number);

/// What lists of cases can be searched by.
void mount_search(http::Router& router, storage::Store& store, const Engine& engine);
/// Steps that can not go on, over all cases.
void mount_incidents(http::Router& router, storage::Store& store, const Engine& engine);
/// Previews of a move to another version.
void mount_migration(http::Router& router, storage::Store& store, const Engine& engine);

}  // namespace casework
