#include "http/news.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace http {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int events_per_read = 1'000;
constexpr int person_wait_s = 5;

}  // namespace

struct News::Impl {
  struct Seat {
    std::shared_ptr<Listener> listener;
    base::Id person;
    Concern concern;
    Clock::time_point until;
    Clock::time_point quiet_since;
    bool changed = false;
  };

  storage::Store& store;
  Options options;
  mutable std::mutex mutex;
  std::condition_variable_any wake;
  std::vector<Seat> seats;
  std::size_t admitted = 0;  // and not seated yet
  std::int64_t position = -1;
  std::jthread thread;

  Impl(storage::Store& store_, const Options& options_) : store(store_), options(options_) {}

  void seat(std::shared_ptr<Listener> listener, base::Id person, Concern concern) {
    const Clock::time_point now = Clock::now();
    listener->send("retry: 3000\nevent: ready\ndata: {}\n\n");
    {
      const std::lock_guard lock(mutex);
      seats.push_back({.listener = std::move(listener),
                       .person = person,
                       .concern = std::move(concern),
                       .until = now + std::chrono::milliseconds(options.stay_ms),
                       .quiet_since = now});
    }
    wake.notify_all();
  }

  /// What has come into the log since the last look.
  std::vector<storage::LoggedEvent> look() {
    return store.read_value([&](storage::Snapshot& snapshot) {
      std::vector<storage::LoggedEvent> news;
      if (position < 0) {
        position = storage::log_end(snapshot);
        return news;
      }
      news = storage::load_log(snapshot, position, events_per_read);
      if (!news.empty()) position = news.back().event.position;
      return news;
    });
  }

  void tell(const std::vector<storage::LoggedEvent>& news) {
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(mutex);
    std::erase_if(seats, [&](Seat& seat) {
      const bool concerned = std::any_of(news.begin(), news.end(), seat.concern);
      const bool quiet = now - seat.quiet_since > std::chrono::milliseconds(options.heartbeat_ms);
      if (now > seat.until) {
        seat.listener->end();
        return true;
      }
      if (!concerned && !quiet) return false;
      seat.quiet_since = now;
      return !seat.listener->send(concerned ? "event: changed\ndata: {}\n\n" : ": still here\n\n");
    });
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      {
        std::unique_lock lock(mutex);
        if (seats.empty()) position = -1;  // nobody has missed anything
        wake.wait(lock, stop, [&] { return !seats.empty(); });
      }
      if (stop.stop_requested()) return;
      try {
        tell(look());
      } catch (const std::exception& fault) {
        spdlog::error("news: {}", fault.what());
      }
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop, std::chrono::milliseconds(options.interval_ms), [] { return false; });
    }
  }
};

News::News(storage::Store& store, const Options& options) : impl_(std::make_unique<Impl>(store, options)) {
  impl_->thread = std::jthread([impl = impl_.get()](const std::stop_token& stop) { impl->run(stop); });
}

News::~News() {
  impl_->thread.request_stop();
  impl_->thread.join();
}

std::size_t News::listeners() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seats.size();
}

Reply News::open(const Request& request, Concern concern) {
  if (request.method == "HEAD") return {.content_type = "text/event-stream"};
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->seats.size() + impl_->admitted >= impl_->options.listeners_max)
      return problem(503,
                     {.kind = base::Refusal::invalid,
                      .code = "http.busy",
                      .message = {"正在查看的页面过多，本页不会自动更新，请手动刷新",
                                  "too many pages are open; this one will not update by itself, please reload it"}},
                     request);
    const auto own = std::count_if(impl_->seats.begin(), impl_->seats.end(),
                                   [&](const auto& seat) { return seat.person == request.caller.person; });
    if (static_cast<std::size_t>(own) >= impl_->options.of_one_person_max) return too_many(request, person_wait_s);
    ++impl_->admitted;
  }
  // The place is given back when the answer is gone, whether it became a seat or not.
  const std::shared_ptr<void> place(nullptr, [impl = impl_.get()](void*) {
    const std::lock_guard lock(impl->mutex);
    --impl->admitted;
  });
  return {.content_type = "text/event-stream",
          .listen = [impl = impl_.get(), place, person = request.caller.person, concern = std::move(concern)](
                        std::shared_ptr<Listener> listener) { impl->seat(std::move(listener), person, concern); }};
}

}  // namespace http
