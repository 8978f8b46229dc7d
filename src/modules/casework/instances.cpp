#include "instances.h"

namespace casework {
namespace {

/// Of the texts; what they were decoded to is about three times as large.
constexpr std::size_t bytes_max = 2'000'000;

}  // namespace

std::optional<bpmn::Instance> InstanceCache::find(base::Id of_case, std::string_view text) {
  const std::lock_guard guard(mutex_);
  const auto found = by_case_.find(of_case.number);
  if (found == by_case_.end() || found->second->text != text) return std::nullopt;
  latest_first_.splice(latest_first_.begin(), latest_first_, found->second);
  return found->second->instance;
}

void InstanceCache::keep(base::Id of_case, std::string_view text, const bpmn::Instance& instance) {
  Order let_go;  // ends after the lock
  const std::lock_guard guard(mutex_);
  const auto let_one_go = [&](Order::iterator which) {
    bytes_ -= which->text.size();
    by_case_.erase(which->of_case);
    let_go.splice(let_go.begin(), latest_first_, which);
  };
  if (const auto before = by_case_.find(of_case.number); before != by_case_.end()) let_one_go(before->second);
  if (text.size() > bytes_max) return;
  latest_first_.push_front({of_case.number, std::string(text), instance});
  by_case_.emplace(of_case.number, latest_first_.begin());
  bytes_ += text.size();
  while (bytes_ > bytes_max) let_one_go(std::prev(latest_first_.end()));
}

}  // namespace casework
