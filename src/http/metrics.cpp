#include <array>
#include <map>
#include <mutex>
#include <sstream>

#include "http/http.h"

namespace http {
namespace {

constexpr std::array<double, 12> buckets_s = {0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

struct Histogram {
  std::array<std::uint64_t, buckets_s.size()> counts = {};
  std::uint64_t count = 0;
  double sum = 0;
};

struct State {
  std::mutex mutex;
  std::map<std::string, std::map<std::string, double, std::less<>>, std::less<>> counters;
  std::map<std::string, std::map<std::string, Histogram, std::less<>>, std::less<>> histograms;
  std::map<std::string, std::function<double()>, std::less<>> gauges;
};

State& state() {
  static State one;
  return one;
}

/// The entry of `key`, made only when it is new: most calls find it without an allocation.
template <class Map>
auto& entry(Map& map, std::string_view key) {
  const auto found = map.find(key);
  return found != map.end() ? found->second : map[std::string(key)];
}

std::string braces(const std::string& labels) {
  return labels.empty() ? "" : "{" + labels + "}";
}

void print(std::ostream& out, const std::string& name, const std::string& labels, const Histogram& histogram) {
  const std::string lead = labels.empty() ? "" : labels + ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < buckets_s.size(); ++i) {
    total += histogram.counts[i];
    out << name << "_bucket{" << lead << "le=\"" << buckets_s[i] << "\"} " << total << '\n';
  }
  out << name << "_bucket{" << lead << "le=\"+Inf\"} " << histogram.count << '\n'
      << name << "_sum" << braces(labels) << ' ' << histogram.sum << '\n'
      << name << "_count" << braces(labels) << ' ' << histogram.count << '\n';
}

}  // namespace

Metrics& Metrics::instance() {
  static Metrics one;
  return one;
}

void Metrics::count(std::string_view name, std::string_view labels, double by) {
  const std::lock_guard lock(state().mutex);
  entry(entry(state().counters, name), labels) += by;
}

void Metrics::gauge(std::string_view name, std::function<double()> read) {
  const std::lock_guard lock(state().mutex);
  state().gauges.insert_or_assign(std::string(name), std::move(read));
}

void Metrics::observe(std::string_view name, std::string_view labels, double seconds) {
  const std::lock_guard lock(state().mutex);
  Histogram& histogram = entry(entry(state().histograms, name), labels);
  ++histogram.count;
  histogram.sum += seconds;
  for (std::size_t i = 0; i < buckets_s.size(); ++i) {
    if (seconds > buckets_s[i]) continue;
    ++histogram.counts[i];
    break;
  }
}

std::string Metrics::text() const {
  std::ostringstream out;
  out.precision(12);
  std::map<std::string, std::function<double()>, std::less<>> gauges;
  {
    const std::lock_guard lock(state().mutex);
    gauges = state().gauges;
    for (const auto& [name, rows] : state().counters) {
      out << "# TYPE " << name << " counter\n";
      for (const auto& [labels, value] : rows) out << name << braces(labels) << ' ' << value << '\n';
    }
    for (const auto& [name, rows] : state().histograms) {
      out << "# TYPE " << name << " histogram\n";
      for (const auto& [labels, histogram] : rows) print(out, name, labels, histogram);
    }
  }
  for (const auto& [name, read] : gauges) out << "# TYPE " << name << " gauge\n" << name << ' ' << read() << '\n';
  return std::move(out).str();
}

}  // namespace http
