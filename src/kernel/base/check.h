/// CHECK: a broken assumption of ours, never a mistake of the sender.
#pragma once

#include <stdexcept>

namespace base {

/// Thrown by a failed CHECK in release builds: the one request fails, its transaction rolls back, an alarm is raised.
struct Bug : std::logic_error {
  using std::logic_error::logic_error;
};

/// Aborts in debug and test builds, throws Bug in release builds.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace base

#define CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::base::check_failed(#condition, __FILE__, __LINE__))
