#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace sandbox {
namespace {

constexpr int children_max = 4;
constexpr std::chrono::milliseconds look_again{2};

[[noreturn]] void fail(int error, const char* what) {
  throw std::system_error(error, std::generic_category(), what);
}

/// A turn among the children that may run at the same time.
class Turn {
 public:
  Turn() {
    std::unique_lock guard(mutex);
    ended.wait(guard, [] { return running < children_max; });
    ++running;
  }
  ~Turn() {
    {
      const std::lock_guard guard(mutex);
      --running;
    }
    ended.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static inline std::mutex mutex;
  static inline std::condition_variable ended;
  static inline int running = 0;
};

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// A file in memory alone: the child can be given all of it, and give back all, without anybody having to serve a pipe.
int in_memory(const char* name) {
  const int descriptor = ::memfd_create(name, MFD_CLOEXEC);
  if (descriptor < 0) fail(errno, "memfd_create");
  return descriptor;
}

void write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno != EINTR) fail(errno, "write");
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// From where the descriptor stands; nothing when there is more than `bytes_max` or it cannot be read.
std::optional<std::string> read_all(int descriptor, std::size_t bytes_max) {
  std::string content;
  std::array<char, 65'536> part{};
  while (true) {
    const ssize_t size = ::read(descriptor, part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    if (size == 0) return content;
    if (content.size() + static_cast<std::size_t>(size) > bytes_max) return std::nullopt;
    content.append(part.data(), static_cast<std::size_t>(size));
  }
}

pid_t start(const std::string& program, const std::string& word, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // The child learns nothing from the server's environment, where keys and addresses may stand.
  std::array<char*, 1> environment{nullptr};
  std::string program_copy = program;
  std::string word_copy = word;
  std::array<char*, 3> words{program_copy.data(), word_copy.data(), nullptr};
  pid_t child = -1;
  const int error = ::posix_spawn(&child, program.c_str(), &actions, nullptr, words.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(error, "posix_spawn");
  return child;
}

void limit(__rlimit_resource resource, rlim_t value) {
  rlimit both{};
  if (::getrlimit(resource, &both) != 0) fail(errno, "getrlimit");
  both.rlim_max = std::min(both.rlim_max, value);  // what the server itself may not use, its child may not either
  both.rlim_cur = both.rlim_max;
  if (::setrlimit(resource, &both) != 0) fail(errno, "setrlimit");
}

}  // namespace

std::optional<int> run(const std::string& program, const std::string& word, std::string_view input,
                       const Limits& limits) {
  const auto answer = ask(program, word, input, limits);
  if (!answer) return std::nullopt;
  return answer->status;
}

std::optional<Answer> ask(const std::string& program, const std::string& word, std::string_view input,
                          const Limits& limits) {
  const Turn turn;
  const File file(in_memory("input"));
  const File written(in_memory("output"));
  write_all(file.descriptor(), input);
  ::lseek(file.descriptor(), 0, SEEK_SET);
  const pid_t child = start(program, word, file.descriptor(), written.descriptor());
  const auto until = std::chrono::steady_clock::now() + limits.patience;
  int status = 0;
  bool late = false;
  while (true) {
    const pid_t ended = ::waitpid(child, &status, late ? 0 : WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) fail(errno, "waitpid");
    if (late) continue;
    late = std::chrono::steady_clock::now() >= until;
    if (late)
      ::kill(child, SIGKILL);
    else
      std::this_thread::sleep_for(look_again);
  }
  if (!WIFEXITED(status)) return std::nullopt;
  ::lseek(written.descriptor(), 0, SEEK_SET);
  auto output = read_all(written.descriptor(), limits.output_bytes_max);
  if (!output) return std::nullopt;
  return Answer{.status = WEXITSTATUS(status), .output = *std::move(output)};
}

void enclose(const Limits& limits) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  limit(RLIMIT_AS, limits.memory_bytes);  // sanitizers map terabytes of shadow
#endif
  limit(RLIMIT_CPU, static_cast<rlim_t>(limits.processor.count()));
  limit(RLIMIT_FSIZE, limits.output_bytes_max);
  limit(RLIMIT_CORE, 0);
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) fail(errno, "prctl");
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) fail(ENOMEM, "seccomp_init");
  int error = 0;
  for (const int call :
       {SCMP_SYS(read),           SCMP_SYS(pread64),       SCMP_SYS(readv),        SCMP_SYS(lseek),
        SCMP_SYS(fstat),          SCMP_SYS(newfstatat),    SCMP_SYS(write),        SCMP_SYS(writev),
        SCMP_SYS(close),          SCMP_SYS(brk),           SCMP_SYS(mmap),         SCMP_SYS(munmap),
        SCMP_SYS(mremap),         SCMP_SYS(mprotect),      SCMP_SYS(madvise),      SCMP_SYS(futex),
        SCMP_SYS(getrandom),      SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(sched_yield),
        SCMP_SYS(getpid),         SCMP_SYS(gettid),        SCMP_SYS(tgkill),       SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),  SCMP_SYS(exit),
        SCMP_SYS(exit_group)})
    if (error == 0) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  if (error == 0) error = seccomp_load(filter);
  seccomp_release(filter);
  if (error != 0) fail(-error, "seccomp");
}

std::optional<std::string> read_input(std::size_t bytes_max) {
  return read_all(STDIN_FILENO, bytes_max);
}

void write_output(std::string_view output) {
  write_all(STDOUT_FILENO, output);
}

}  // namespace sandbox
