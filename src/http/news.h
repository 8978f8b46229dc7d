/// Tells open pages that something has changed, so that lists update by themselves: server-sent events over the event
/// log.
///
/// News carries no content: who hears it asks again for what he may see. So it needs no more than the log that every
/// process reads, and a page that was away misses nothing.
#pragma once

#include <functional>
#include <memory>

#include "http/http.h"
#include "storage/storage.h"

namespace http {

class News {
 public:
  struct Options {
    int interval_ms = 1'000;    // how often the log is read while somebody listens
    int heartbeat_ms = 15'000;  // a comment, so that gone pages are noticed and proxies stay open
    int stay_ms = 300'000;      // then the page comes back, and is asked again who it is
    std::size_t listeners_max = 2'000;
    std::size_t of_one_person_max = 8;
  };
  explicit News(storage::Store& store, const Options& options);
  ~News();

  /// Which events are news for this page.
  using Concern = std::function<bool(const storage::LoggedEvent&)>;
  /// The answer that stays open: event `ready` at once, `changed` after each change. GET only; HEAD gets no body.
  /// 503 `http.busy` when too many listen, 429 `http.too_many` when one person does so in too many windows.
  Reply open(const Request& request, Concern concern);

  std::size_t listeners() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http
