#include "load.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

class Run {
 public:
  explicit Run(const Load& load) : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < load.connections; ++i) {
      const int descriptor = driver::connect_to(load.port);
      ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
      lines_.push_back({.descriptor = descriptor, .index = i, .received = {}, .since = {}});
    }
    for (Line& line : lines_) watch(line.descriptor, &line);
  }
  ~Run() {
    for (const Line& line : lines_) ::close(line.descriptor);
    if (timer_ >= 0) ::close(timer_);
    ::close(epoll_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Measured work() {
    const Clock::time_point start = Clock::now();
    if (load_.per_second > 0) {
      for (Line& line : lines_) idle_.push_back(&line);
      start_timer(start);
    } else {
      for (Line& line : lines_) send_next(line, Clock::now());
    }
    while (busy_ > 0 || timer_ >= 0) wait();
    Measured measured{.seconds = std::chrono::duration<double>(Clock::now() - start).count(),
                      .latencies_ms = std::move(latencies_ms_)};
    std::sort(measured.latencies_ms.begin(), measured.latencies_ms.end());
    return measured;
  }

 private:
  struct Line {
    int descriptor = -1;
    int index = 0;
    std::string received;
    Clock::time_point since;
  };

  void watch(int descriptor, void* what) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = what}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }

  void start_timer(Clock::time_point start) {
    interval_ = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / load_.per_second));
    arrival_ = start;
    timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    const timespec each{.tv_sec = interval_.count() / 1'000'000'000, .tv_nsec = interval_.count() % 1'000'000'000};
    const itimerspec times{.it_interval = each, .it_value = each};
    ::timerfd_settime(timer_, 0, &times, nullptr);
    watch(timer_, nullptr);
  }

  void wait() {
    epoll_event events[64];
    const int count = ::epoll_wait(epoll_, events, 64, 10'000);
    if (count == 0) throw driver::Broken("no answer for ten seconds");
    for (int i = 0; i < count; ++i) {
      if (events[i].data.ptr == nullptr)
        arrive();
      else
        receive(*static_cast<Line*>(events[i].data.ptr));
    }
  }

  /// Every arrival that is due by now; those without an idle connection wait, and their clock runs.
  void arrive() {
    std::uint64_t ticks = 0;
    if (::read(timer_, &ticks, sizeof ticks) != sizeof ticks) return;
    for (; ticks > 0; --ticks) waiting_.push_back(arrival_ += interval_);
    hand_out();
  }

  void hand_out() {
    while (!waiting_.empty() && !idle_.empty()) {
      Line& line = *idle_.front();
      idle_.pop_front();
      const Clock::time_point since = waiting_.front();
      waiting_.pop_front();
      if (send_next(line, since)) continue;
      ::close(timer_);
      timer_ = -1;
      waiting_.clear();
    }
  }

  bool send_next(Line& line, Clock::time_point since) {
    const std::optional<std::string> bytes = load_.next(line.index);
    if (!bytes) return false;
    line.since = since;
    // Requests are smaller than any socket's buffer.
    if (::send(line.descriptor, bytes->data(), bytes->size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes->size()))
      throw driver::Broken("the connection ended while sending");
    ++busy_;
    return true;
  }

  void receive(Line& line) {
    char piece[65'536];
    const ssize_t size = ::recv(line.descriptor, piece, sizeof piece, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) throw driver::Broken("the connection ended before the answer");
    line.received.append(piece, static_cast<std::size_t>(size));
    const std::size_t whole = driver::answer_size(line.received);
    if (whole == 0) return;
    --busy_;
    latencies_ms_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - line.since).count());
    load_.seen(line.index, driver::parse_answer(std::string_view(line.received).substr(0, whole)));
    line.received.erase(0, whole);
    if (load_.per_second > 0) {
      idle_.push_back(&line);
      hand_out();
    } else {
      send_next(line, Clock::now());
    }
  }

  const Load& load_;
  int epoll_;
  int timer_ = -1;
  std::deque<Line> lines_;
  std::deque<Line*> idle_;
  std::deque<Clock::time_point> waiting_;
  Clock::time_point arrival_;
  std::chrono::nanoseconds interval_{};
  std::size_t busy_ = 0;
  std::vector<double> latencies_ms_;
};

}  // namespace

Measured run(const Load& load) {
  return Run(load).work();
}

}  // namespace bench
