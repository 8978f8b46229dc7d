#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <vector>

namespace {

const sandbox::Limits tight{
    .memory_bytes = 400'000'000, .processor = std::chrono::seconds(1), .output_bytes_max = 100'000};

/// What this program does when the test starts it again.
int enclosed(std::string_view word) {
  sandbox::enclose(tight);
  const auto input = sandbox::read_input(1'000'000);
  if (word == "child-repeat" && input) {
    sandbox::write_output(*input);
    return 3;
  }
  if (word == "child-echo") return input ? static_cast<int>(input->size() % 200) : 201;
  if (word == "child-open") return ::open("/etc/hostname", O_RDONLY) < 0 && errno == EPERM ? 7 : 8;
  if (word == "child-connect") return ::socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM ? 7 : 8;
  if (word == "child-fork") return ::fork() < 0 ? 7 : 8;
  if (word == "child-crash") ::raise(SIGSEGV);
  if (word == "child-spin")
    for (std::atomic<unsigned> i = 0;; ++i) {
    }
  if (word == "child-devour") {
    std::vector<std::string> all;
    for (int i = 0; i < 1000; ++i) all.emplace_back(10'000'000, 'x');
    return 8;
  }
  return 9;
}

std::optional<int> ask(const std::string& word, std::string_view input = "x", const sandbox::Limits& limits = {}) {
  return sandbox::run("/proc/self/exe", word, input, limits);
}

TEST(sandbox, answers_with_the_exit_status_after_reading_the_whole_input) {
  EXPECT_EQ(ask("child-echo", std::string(199'999, 'x')), 199);
  EXPECT_EQ(ask("child-echo", ""), 0);
  EXPECT_EQ(ask("child-echo", std::string(1'000'001, 'x')), 201);
}

TEST(sandbox, gives_what_the_child_has_written_and_nothing_when_it_writes_too_much) {
  const auto asked = [](std::size_t size) {
    return sandbox::ask("/proc/self/exe", "child-repeat", std::string(size, 'x'), tight);
  };
  const auto answer = asked(100'000);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 3);
  EXPECT_EQ(answer->output, std::string(100'000, 'x'));
  EXPECT_FALSE(asked(100'001));
}

TEST(sandbox, lets_the_child_open_no_file_no_connection_no_process) {
  EXPECT_EQ(ask("child-open"), 7);
  EXPECT_EQ(ask("child-connect"), 7);
  EXPECT_EQ(ask("child-fork"), 7);
}

TEST(sandbox, gives_no_answer_for_a_child_that_crashes_or_computes_for_ever) {
  EXPECT_EQ(ask("child-crash"), std::nullopt);
  EXPECT_EQ(ask("child-spin"), std::nullopt);  // the limit of processor time
  EXPECT_EQ(ask("child-spin", "x", {.patience = std::chrono::seconds(0)}), std::nullopt);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(sandbox, ends_a_child_that_devours_memory) {
  EXPECT_NE(ask("child-devour"), 8);
}
#endif

TEST(sandbox, says_when_no_child_can_be_started) {
  EXPECT_THROW(sandbox::run("/nowhere/program", "x", ""), std::system_error);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]).starts_with("child-")) return enclosed(argv[1]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
