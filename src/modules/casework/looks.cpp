#include "modules/casework/looks.h"

#include "modules/access/access.h"

namespace casework {

std::string step_read_for(const std::vector<Task>& tasks, const access_control::Actor& actor) {
  for (const Task& task : tasks)
    if (!task.done_at && task.assignee && task.assignee == actor.person) return task.element;
  for (const Task& task : tasks)
    if (!task.done_at && !task.assignee && actor.has_role(task.group)) return task.element;
  std::string done;
  for (const Task& task : tasks)
    if (task.done_at && task.done_by && task.done_by == actor.person) done = task.element;
  return done;
}

void note_look(storage::Store& store, evidence::ReadBook& reads, const http::Request& request, base::Id of_case,
               std::string_view what) {
  const access_control::Actor actor = access_control::actor_of(request.caller);
  evidence::Read read{.division = request.caller.division,
                      .subject = "case/" + base::to_text(of_case),
                      .person = actor.person,
                      .what = std::string(what),
                      .reason = {},
                      .at = request.at};
  store.read(
      [&](storage::Snapshot& snapshot) { read.task = step_read_for(tasks_of(snapshot, actor.scope, of_case), actor); });
  reads.note(read);
}

}  // namespace casework
