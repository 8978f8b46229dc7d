#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <unordered_map>

#include "http/http.h"

namespace http {
namespace {

struct Bucket {
  double tokens = 0;
  double filled_s = 0;
};

}  // namespace

/// Two generations of buckets: when the young one is full, the old one is forgotten. What is asked for stays young.
struct Throttle::Impl {
  Rule rule;
  std::mutex mutex;
  std::unordered_map<std::string, Bucket> young;
  std::unordered_map<std::string, Bucket> old;

  Bucket& bucket(const std::string& key, double now_s) {
    const auto found = young.find(key);
    if (found != young.end()) return found->second;
    if (young.size() >= std::max<std::size_t>(1, rule.keys_max / 2)) {
      old = std::move(young);
      young = {};
    }
    const auto earlier = old.find(key);
    const Bucket start = earlier != old.end() ? earlier->second : Bucket{.tokens = rule.burst, .filled_s = now_s};
    return young.emplace(key, start).first->second;
  }
};

Throttle::Throttle(const Rule& rule) : impl_(std::make_unique<Impl>()) {
  impl_->rule = rule;
}
Throttle::~Throttle() = default;

std::optional<int> Throttle::take(std::string_view key) {
  const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
  return take(key, now.count());
}

std::optional<int> Throttle::take(std::string_view key, double now_s) {
  const Rule& rule = impl_->rule;
  if (rule.per_second <= 0) return std::nullopt;
  const std::lock_guard lock(impl_->mutex);
  Bucket& bucket = impl_->bucket(std::string(key), now_s);
  bucket.tokens = std::min(rule.burst, bucket.tokens + std::max(0.0, now_s - bucket.filled_s) * rule.per_second);
  bucket.filled_s = now_s;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / rule.per_second)));
}

Reply too_many(const Request& request, int wait_s) {
  const std::string wait = std::to_string(wait_s);
  Reply reply = problem(base::Error{.kind = base::Refusal::too_many,
                                    .code = "http.too_many",
                                    .message = {"操作过于频繁，请 " + wait + " 秒后再试",
                                                "too many requests; please try again in " + wait + " seconds"}},
                        request);
  for (auto& [name, value] : reply.headers) {
    if (name == "Retry-After") value = wait;
  }
  return reply;
}

}  // namespace http
