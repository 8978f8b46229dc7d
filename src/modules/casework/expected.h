/// The rows of a case as its events alone tell them.
#pragma once

#include <map>

#include "engine.h"
#include "modules/evidence/views.h"
#include "store.h"

namespace casework {

using evidence::ExpectedRow;
using evidence::ExpectedRows;

/// Follows a case while it is rebuilt; then `rows` is what stands in the tables.
class Expected : public Engine::Onlooker {
 public:
  explicit Expected(base::Id of_case) : id_(of_case) {}

  void before(const Replayed& state, const storage::Event& event, const std::vector<bpmn::Event>& step,
              std::size_t index) override;
  void after(const Replayed& state, const storage::Event& event, const feel::Context& data, const Deed* deed) override;

  /// By table. `state`: the rebuilt case. Days of clocks are left out when calendar or rules are not those that the
  /// rows were computed with.
  std::map<std::string_view, ExpectedRows> rows(storage::Snapshot& snapshot, const Replayed& state,
                                                const catalogue::Catalogue& catalogue) const;

  /// What is told by the first event; the service and its version too. Empty: of before it was told.
  const feel::Context& opening() const { return opening_; }

 private:
  struct TaskRow {
    std::string element;
    std::string group;
    std::string form;
    std::optional<base::Id> assignee;  // nothing: the applicant, whom the events do not name
    base::Instant opened_at;
    std::optional<base::Instant> done_at;
    base::Id done_by;
    int priority = 0;
    int reminded = 0;
  };
  struct Opened {
    bpmn::TaskOpened task;
    bool is_again = false;  // told anew by another version
  };
  void take_deed(const Replayed& state, const Deed& deed);
  void open_task(const Replayed& state, const Opened& opened, base::Instant at);
  std::optional<base::Id> applicant() const;
  Case case_of(const Replayed& state) const;
  ExpectedRow place() const;
  ExpectedRow head_row(const Case& of_case, bool with_days) const;
  ExpectedRow task_row(const TaskRow& task, const std::vector<ClockDue>* clocks, const Replayed& state) const;
  ExpectedRows timer_rows(const Replayed& state, const Case& of_case, const catalogue::Catalogue& catalogue) const;
  ExpectedRows incident_rows(const Replayed& state) const;

  base::Id id_;
  feel::Context opening_;
  std::optional<std::string> title_;
  base::Instant opened_at_;
  std::optional<base::Instant> ended_at_;
  std::int64_t sequence_ = 0;
  std::string first_version_;
  Conduct conduct_;
  std::map<bpmn::Key, TaskRow> tasks_;
  // Of the step under way.
  std::vector<Opened> opened_;
  std::vector<bpmn::Key> closed_;
};

}  // namespace casework
