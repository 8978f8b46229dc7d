/// A bounded queue of jobs and the threads that work on it.
#pragma once

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
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || jobs_.size() >= jobs_max_) return false;
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
  }

  /// Finishes what is queued, then joins the threads.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) {
      if (worker.joinable()) worker.join();
    }
  }

 private:
  void work() {
    while (true) {
      Job job;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  std::size_t jobs_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace http
