/// What the engine's source files share.
#pragma once

#include <memory>
#include <string>

#include "modules/casework/casework.h"
#include "modules/casework/clocks.h"

namespace http {
class Router;
}

namespace casework {

base::Error case_unknown();
base::Error task_unknown();
base::Error not_yours(std::string_view zh, std::string_view en);

/// Sees a case being rebuilt from its events.
class Engine::Onlooker {
 public:
  virtual ~Onlooker() = default;
  /// Before an event of the process is applied; `step`: all those of the same stored event.
  virtual void before(const Replayed& state, const storage::Event& event, const std::vector<bpmn::Event>& step,
                      std::size_t index);
  /// A stored event was applied; `data`: its content, `deed`: the operation it tells of, if it does.
  virtual void after(const Replayed& state, const storage::Event& event, const feel::Context& data, const Deed* deed);
};

/// What the event that opens a case tells of it under the name `case`; empty in events of before it was told.
feel::Context opening_in(const feel::Context& data);

/// Old element id -> new one, as the operation `migrate` says.
bpmn::Renaming renaming_in(const feel::Context& data);
void rename_marks(std::vector<Mark>& marks, const bpmn::Renaming& renamed);

/// What boards show of the case: the promised day, what is due next, why nothing runs. A case that has ended has no
/// days.
void set_days(CaseHead& head, const std::vector<ClockDue>& clocks);
/// The day of a task under a clock, named by the element's property `clock`; empty: the nearest of all.
std::optional<calendar::Date> due_under(const std::vector<ClockDue>& clocks, const std::string& clock);
/// When a timer of the case fires: `never` while the case is suspended.
/// Errors: `calendar.year_unknown`.
base::Result<base::Instant> timer_due(const Case& of_case, const bpmn::Wait& timer, base::Instant opened_at,
                                      const calendar::Calendar& calendar);
/// Changes when any day of the calendar or any rule does.
std::string plan_fingerprint(const catalogue::Catalogue& catalogue);
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

/// What a case with these variables is found by, in the order of its rows; nothing when not all cases of the service
/// were gone through for what it declares.
struct IndexedValue;
std::optional<std::vector<IndexedValue>> values_of(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                                   const std::string& service, const feel::Context& variables);

/// Writes them anew: the case went back to what it was.
void save_all_values(storage::Transaction& transaction, const catalogue::Catalogue& catalogue, const Case& of_case);

/// A number as text whose order by bytes is the order of the numbers.
std::string number_key(const feel::Decimal& number);

/// What lists of cases can be searched by.
void mount_search(http::Router& router, storage::Store& store, const Engine& engine);
/// Steps that can not go on, over all cases.
void mount_incidents(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads);
/// Previews of a move to another version.
void mount_migration(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads);

}  // namespace casework
