/// A bounded queue of jobs and the threads that work on it.
#pragma once

#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace http {

class Pool {
 public:
  using Job = std::function<void()>;

  struct Size {
    unsigned workers = 1;
    std::size_t jobs_max = 1;
  };
  explicit Pool(Size size) : jobs_max_(size.jobs_max) {
    for (unsigned i = 0; i < size.workers; ++i) workers_.emplace_back([this] { work(); });
  }
  ~Pool() { stop(); }

  /// False when the queue is full or the pool is stopping: the caller says so at once instead of letting people wait.
  bool try_add(Job job) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= jobs_max_) return false;
    jobs_.push_back(std::move(job));
    if (!idle_.empty()) call_last();
    return true;
  }

  /// Finishes what is queued, then joins the threads.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      while (!idle_.empty()) call_last();
    }
    for (std::thread& worker : workers_) {
      if (worker.joinable()) worker.join();
    }
  }

 private:
  struct Idle {
    std::condition_variable wake;
    bool called = false;
  };

  /// With the lock held.
  void call_last() {
    idle_.back()->called = true;
    idle_.back()->wake.notify_one();
    idle_.pop_back();
  }

  void work() {
    ::pthread_setname_np(::pthread_self(), "requests");
    Idle self;
    std::unique_lock lock(mutex_);
    while (true) {
      while (!jobs_.empty()) {
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;  // what it holds goes without the lock
        lock.lock();
      }
      if (stopping_) return;
      self.called = false;
      idle_.push_back(&self);
      self.wake.wait(lock, [&] { return self.called; });
    }
  }

  std::size_t jobs_max_;
  std::mutex mutex_;
  std::deque<Job> jobs_;
  /// The one that worked last is woken first: few threads stay busy, whose memory is near, however many there are.
  std::vector<Idle*> idle_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace http
