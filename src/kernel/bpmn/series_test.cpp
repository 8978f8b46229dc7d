#include "series.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace bpmn {
namespace {

struct Entry {
  int key = 0;
  int value = 0;
  int place() const { return key; }
  bool operator==(const Entry&) const = default;
};

std::map<int, int> content(const Series<Entry>& series) {
  std::map<int, int> all;
  for (const Entry& entry : series) all[entry.key] = entry.value;
  EXPECT_EQ(all.size(), series.size());
  return all;
}

/// Whatever happens to a copy, the original stays; and both hold what a map would.
TEST(series, is_a_sorted_map_whose_copies_are_apart) {
  std::mt19937 random(7);
  Series<Entry> series;
  std::map<int, int> model;
  Series<Entry> before;
  std::map<int, int> model_before;
  for (int i = 0; i < 40'000; ++i) {
    const int key = static_cast<int>(random() % 3'000);
    const int value = static_cast<int>(random() % 100);
    if (random() % 3 == 0) {
      EXPECT_EQ(series.erase(key), model.erase(key) == 1);
    } else if (Entry* entry = series.edit(key)) {
      entry->value = value;
      model.at(key) = value;
    } else {
      series.insert({key, value});
      model[key] = value;
    }
    EXPECT_EQ(series.find(key) != nullptr, model.contains(key));
    const auto at = series.lower_bound(key);
    const auto expected = model.lower_bound(key);
    EXPECT_EQ(at == series.end(), expected == model.end());
    if (at != series.end()) {
      EXPECT_EQ(at->key, expected->first);
    }
    const Entry* before_key = series.last_before(key);
    EXPECT_EQ(before_key == nullptr, expected == model.begin());
    if (before_key != nullptr && expected != model.begin()) {
      EXPECT_EQ(before_key->key, std::prev(expected)->first);
    }
    if (i % 1'000 != 0) continue;
    EXPECT_EQ(content(series), model);
    EXPECT_EQ(content(before), model_before);
    before = series;
    model_before = model;
    EXPECT_TRUE(before == series);
  }
  for (const auto& [key, value] : model) EXPECT_TRUE(series.erase(key));
  EXPECT_TRUE(series.empty());
  EXPECT_TRUE(series.begin() == series.end());
  EXPECT_EQ(content(before), model_before);
}

TEST(series, keeps_entries_that_come_in_order) {
  Series<Entry> series;
  for (int i = 0; i < 2'000; ++i) series.insert({i, -i});
  EXPECT_EQ(series.size(), 2'000u);
  EXPECT_EQ(series.front().key, 0);
  EXPECT_EQ(series.back().key, 1'999);
  EXPECT_EQ(series[1'234].value, -1'234);
}

}  // namespace
}  // namespace bpmn
