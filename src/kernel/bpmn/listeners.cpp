#include "run.h"

namespace bpmn {

/// Opens the job of the next listener of that moment; false when there is none.
bool Run::listen(Key key, Phase phase, std::size_t from) {
  const ElementIndex element = living(key).element;
  if (element == no_element) return false;
  const std::vector<Listener>& listeners = definition_.node(element).listeners;
  for (std::size_t i = from; i < listeners.size(); ++i) {
    if (listeners[i].phase != phase) continue;
    const auto opened = [&]() -> base::Result<void> {
      JobOpened job{.element = element, .key = key, .type = {}, .listener = static_cast<std::uint16_t>(i + 1)};
      TRY(job.type, text_of(listeners[i].type, key));
      if (job.type.empty())
        return refusal(base::Refusal::invalid, "bpmn.job_type_missing", "监听器的任务类型为空",
                       "the job type of a listener is empty");
      TRY(job.retries, number_of(listeners[i].retries, key, job.retries));
      emit(std::move(job));
      return base::done();
    }();
    if (!opened) raise(key, phase == Phase::end ? Step::completing : Step::entering, opened.error());
    return true;
  }
  return false;
}

/// Goes on where the listener was called.
void Run::after_listener(Key key, std::size_t index) {
  const Phase phase = node_of(key).listeners.at(index).phase;
  if (listen(key, phase, index + 1)) return;
  switch (phase) {
    case Phase::start:
      return work(key);
    case Phase::end:
      return complete_now(key);
    case Phase::creating:
      if (!node_of(key).assignee.empty() && listen(key, Phase::assigning, 0)) return;
      [[fallthrough]];
    case Phase::assigning:
      if (const auto opened = open_task(key); !opened) raise(key, Step::working, opened.error());
      return;
    case Phase::completing:
      return complete(key);
  }
}

}  // namespace bpmn
