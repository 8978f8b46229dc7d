/// How much memory something keeps, whatever the allocator.
#pragma once

#include <cstdint>

namespace bench {

/// Counts what `new` hands out and `delete` takes back, in blocks as the allocator rounds them, while it lives. One at
/// a time.
class CountedMemory {
 public:
  CountedMemory();
  ~CountedMemory();
  CountedMemory(const CountedMemory&) = delete;
  CountedMemory& operator=(const CountedMemory&) = delete;
  /// Kept since the beginning.
  std::int64_t bytes() const;
};

}  // namespace bench
