/// News of the event log, told to listeners that stand in for open pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>

#include "http/news.h"

namespace {

class Page : public http::Listener {
 public:
  bool send(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    if (gone) return false;
    heard_ += text;
    return true;
  }
  void end() override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  std::string heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  std::atomic<bool> gone = false;

 private:
  mutable std::mutex mutex_;
  std::string heard_;
  bool ended_ = false;
};

/// Waits until it holds, at most some seconds.
template <class Condition>
bool soon(Condition condition) {
  for (int tries = 0; tries < 500; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

class Newsroom : public testing::Test {
 protected:
  Newsroom() {
    folder_ = std::filesystem::temp_directory_path() / ("yichuang-news-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    store = storage::open({.database = "sqlite:" + (folder_ / "a.db").string()}).value();
    EXPECT_TRUE(store->migrate(storage::migrations()));
  }
  ~Newsroom() override {
    store.reset();
    std::filesystem::remove_all(folder_);
  }
  void happen(std::int64_t stream, const char* division) {
    store->write([&](storage::Transaction& transaction) {
      const storage::Stream of{"case", {stream}};
      transaction.append(of, storage::last_sequence(transaction, of),
                         {.type = "t", .at = {}, .actor = {}, .data = "{}"}, division);
      return true;
    });
  }
  static http::Request request(std::int64_t person) {
    http::Request request;
    request.method = "GET";
    request.caller.person = {person};
    return request;
  }
  static std::shared_ptr<Page> seat(http::News& news, std::int64_t person, const std::string& division) {
    const http::Reply reply = news.open(
        request(person), [division](const storage::LoggedEvent& event) { return event.division == division; });
    EXPECT_TRUE(reply.listen);
    auto page = std::make_shared<Page>();
    if (reply.listen) reply.listen(page);
    return page;
  }

  std::unique_ptr<storage::Store> store;

 private:
  std::filesystem::path folder_;
};

using testing::HasSubstr;
using testing::Not;

TEST_F(Newsroom, tells_those_concerned_and_nobody_else) {
  happen(1, "430211");  // before anybody listens: no news
  http::News news(*store, {.interval_ms = 10});
  const auto ours = seat(news, 1, "430211");
  const auto theirs = seat(news, 2, "430212");
  EXPECT_THAT(ours->heard(), HasSubstr("event: ready"));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_THAT(ours->heard(), Not(HasSubstr("changed")));
  happen(1, "430211");
  EXPECT_TRUE(soon([&] { return ours->heard().find("event: changed") != std::string::npos; }));
  EXPECT_THAT(theirs->heard(), Not(HasSubstr("changed")));
  happen(2, "430212");
  EXPECT_TRUE(soon([&] { return theirs->heard().find("event: changed") != std::string::npos; }));
}

TEST_F(Newsroom, forgets_pages_that_are_gone_and_lets_others_come) {
  http::News news(*store, {.interval_ms = 10, .heartbeat_ms = 20, .listeners_max = 1});
  const auto first = seat(news, 1, "430211");
  const http::Reply full = news.open(request(2), [](const storage::LoggedEvent&) { return true; });
  EXPECT_EQ(full.status, 503);
  EXPECT_FALSE(full.listen);
  EXPECT_TRUE(soon([&] { return first->heard().find(": still here") != std::string::npos; }));
  first->gone = true;
  EXPECT_TRUE(soon([&] { return news.listeners() == 0; }));
  EXPECT_EQ(news.open(request(2), [](const storage::LoggedEvent&) { return true; }).status, 200);
}

TEST_F(Newsroom, gives_a_place_back_that_was_never_taken) {
  http::News news(*store, {.interval_ms = 10, .listeners_max = 1});
  {
    const http::Reply unused = news.open(request(1), [](const storage::LoggedEvent&) { return true; });
  }
  EXPECT_EQ(news.open(request(1), [](const storage::LoggedEvent&) { return true; }).status, 200);
}

TEST_F(Newsroom, sends_a_page_back_after_its_time_and_limits_the_windows_of_one_person) {
  http::News news(*store, {.interval_ms = 10, .stay_ms = 100, .of_one_person_max = 1});
  const auto page = seat(news, 1, "430211");
  EXPECT_EQ(news.open(request(1), [](const storage::LoggedEvent&) { return true; }).status, 429);
  EXPECT_EQ(news.open(request(2), [](const storage::LoggedEvent&) { return true; }).status, 200);
  EXPECT_TRUE(soon([&] { return page->ended(); }));
  EXPECT_EQ(news.listeners(), 0u);
}

}  // namespace
