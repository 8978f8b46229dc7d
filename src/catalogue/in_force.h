/// What is in force of something that is replaced as a whole while the program runs.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace catalogue {

/// Readers hold plain references: what was found once stays valid as long as this object, since replaced values are
/// kept. Publishing is rare, and a value is small. Thread-safe. May hold nothing (null).
template <class T>
class InForce {
 public:
  explicit InForce(std::shared_ptr<const T> delivered) : delivered_(std::move(delivered)), now_(delivered_.get()) {}
  InForce(const InForce&) = delete;
  InForce& operator=(const InForce&) = delete;

  const T* now() const { return now_.load(std::memory_order_acquire); }
  /// As the folder holds it.
  const T* delivered() const { return delivered_.get(); }

  void put(std::shared_ptr<const T> next) {
    change([&](const T*) { return std::move(next); });
  }
  /// `make` is given what is in force and returns what takes its place; nobody else changes it meanwhile.
  template <class Make>
  void change(Make make) {
    const std::scoped_lock lock(mutex_);
    std::shared_ptr<const T> next = make(now());
    now_.store(next.get(), std::memory_order_release);
    kept_.push_back(std::move(next));
  }

 private:
  std::mutex mutex_;  // of those who change it
  const std::shared_ptr<const T> delivered_;
  std::vector<std::shared_ptr<const T>> kept_;
  std::atomic<const T*> now_;
};

}  // namespace catalogue
