#include "instances.h"

#include <gtest/gtest.h>

namespace {

using casework::InstanceCache;

TEST(instance_cache, gives_only_what_was_kept_under_the_very_same_text) {
  InstanceCache cache;
  cache.keep({1}, "first", {});
  EXPECT_TRUE(cache.find({1}, "first").has_value());
  EXPECT_FALSE(cache.find({1}, "other").has_value()) << "rolled back, or written elsewhere";
  EXPECT_FALSE(cache.find({2}, "first").has_value());
  cache.keep({1}, "second", {});
  EXPECT_FALSE(cache.find({1}, "first").has_value());
  EXPECT_TRUE(cache.find({1}, "second").has_value());
}

TEST(instance_cache, lets_go_what_was_not_asked_for_longest) {
  InstanceCache cache;
  const std::string large(900'000, 'x');
  cache.keep({1}, large, {});
  cache.keep({2}, large, {});
  EXPECT_TRUE(cache.find({1}, large).has_value());
  cache.keep({3}, large, {});
  EXPECT_TRUE(cache.find({1}, large).has_value());
  EXPECT_FALSE(cache.find({2}, large).has_value());
  EXPECT_TRUE(cache.find({3}, large).has_value());
}

TEST(instance_cache, does_not_keep_one_that_is_larger_than_all_it_may_keep) {
  InstanceCache cache;
  const std::string huge(2'000'001, 'x');
  cache.keep({1}, "small", {});
  cache.keep({1}, huge, {});
  EXPECT_FALSE(cache.find({1}, huge).has_value());
  EXPECT_FALSE(cache.find({1}, "small").has_value()) << "it is not what the case is any more";
}

}  // namespace
