/// Process instances of cases lately worked on.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kernel/base/id.h"
#include "kernel/bpmn/bpmn.h"

namespace casework {

/// What a stored text was decoded to, so that it is not decoded again with the next step or look. It is found by the
/// text itself: what was written and rolled back, or written by another server, is no danger. Thread-safe.
class InstanceCache {
 public:
  /// Nothing unless the case was kept with exactly this text.
  std::optional<bpmn::Instance> find(base::Id of_case, std::string_view text);
  /// Copies of an instance share their pieces. Those not asked for longest are let go.
  void keep(base::Id of_case, std::string_view text, const bpmn::Instance& instance);

 private:
  struct Kept {
    std::int64_t of_case = 0;
    std::string text;
    bpmn::Instance instance;
  };
  using Order = std::list<Kept>;

  std::mutex mutex_;
  Order latest_first_;
  std::unordered_map<std::int64_t, Order::iterator> by_case_;
  std::size_t bytes_ = 0;  // of the texts
};

}  // namespace casework
