/// A ring of demonstration keys in a folder of its own, for tests.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "signing/signing.h"
#include "signing/verify.h"

namespace signing {

inline constexpr base::Instant test_now{1'795'620'000'000'000};  // 2026-11-25
inline constexpr std::int64_t test_day_us = 86'400 * base::us_per_second;

/// Not encryption: enough to see that the ring goes through it.
inline Vault test_vault(char pad = 0x5A) {
  const auto turn = [pad](std::string_view text) {
    std::string turned(text);
    for (char& byte : turned) byte = static_cast<char>(byte ^ pad);
    return turned;
  };
  return {.seal = turn, .open = [turn](std::string_view text) -> std::optional<std::string> { return turn(text); }};
}

class TestRing {
 public:
  explicit TestRing(const std::string& name)
      : folder_((std::filesystem::temp_directory_path() / ("signing_" + name + "." + std::to_string(::getpid())))
                    .string()) {
    std::filesystem::remove_all(folder_);
    ring_ = std::move(KeyRing::open_or_make(settings(), test_vault(), test_now)).value();
  }
  ~TestRing() { std::filesystem::remove_all(folder_); }
  TestRing(const TestRing&) = delete;
  TestRing& operator=(const TestRing&) = delete;

  KeySettings settings() const {
    return {.folder = folder_ + "/keys",
            .authority = {"株洲市天元区市场监督管理局", "Market Regulation Bureau of Tianyuan District"},
            .demonstration = true};
  }
  KeyRing& operator*() { return *ring_; }
  KeyRing* operator->() { return ring_.get(); }
  const std::string& folder() const { return folder_; }

  Trust trust() const {
    Trust trust{.authority = settings().authority, .demonstration = true, .made_at = test_now};
    trust.keys = ring_->keys();
    trust.kinds["food_permit"] = {.name = {"食品经营许可证", "Food business permit"},
                                  .fields = {{"name", {"经营者名称", "Operator"}}, {"place", {"经营场所", "Place"}}}};
    return trust;
  }

 private:
  std::string folder_;
  std::unique_ptr<KeyRing> ring_;
};

}  // namespace signing
