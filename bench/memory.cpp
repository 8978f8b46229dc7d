#include "memory.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<bool> counts = false;
std::atomic<std::int64_t> kept = 0;

void* taken(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  if (counts.load(std::memory_order_relaxed))
    kept.fetch_add(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  return memory;
}

void given_back(void* memory) {
  if (memory != nullptr && counts.load(std::memory_order_relaxed))
    kept.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return taken(size);
}
void* operator new[](std::size_t size) {
  return taken(size);
}
void operator delete(void* memory) noexcept {
  given_back(memory);
}
void operator delete[](void* memory) noexcept {
  given_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  given_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  given_back(memory);
}

namespace bench {

CountedMemory::CountedMemory() {
  kept = 0;
  counts = true;
}
CountedMemory::~CountedMemory() {
  counts = false;
}
std::int64_t CountedMemory::bytes() const {
  return kept.load();
}

}  // namespace bench
