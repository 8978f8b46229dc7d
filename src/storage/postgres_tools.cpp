#include "postgres_tools.h"

#include <fcntl.h>
#include <postgresql/libpq-fe.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>

extern char** environ;

namespace storage {
namespace {

namespace fs = std::filesystem;

/// The newest version installed by Debian's packages, else whatever the search path holds.
std::string path_of_tool(const std::string& tool) {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const fs::path path = version.path() / "bin" / tool;
    if (fs::exists(path, ignored)) found.emplace_back(std::atoi(version.path().filename().c_str()), path);
  }
  return found.empty() ? tool : std::max_element(found.begin(), found.end())->second.string();
}

std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

/// The address without its password, which goes to `password`.
std::string without_password(const std::string& address, std::string& password) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(address.c_str(), nullptr),
                                                                             PQconninfoFree);
  std::string text;
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "password")
      password = option->val;
    else
      text += std::string(option->keyword) + "=" + quoted(option->val) + " ";
  }
  return text;
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t size = ::read(descriptor, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    if (text.size() < 10'000) text.append(block.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

std::string run_postgres_tool(const std::string& tool, const std::string& address, std::vector<std::string> arguments) {
  std::string password;
  arguments.insert(arguments.begin(), path_of_tool(tool));
  arguments.push_back("--dbname=" + without_password(address, password));
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::string secret = "PGPASSWORD=" + password;
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  if (!password.empty()) environment.insert(environment.begin(), secret.data());
  environment.push_back(nullptr);

  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return "no pipe";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (error != 0) {
    ::close(pipe[0]);
    return tool + " cannot be started; install Debian's package postgresql-client";
  }
  const std::string words = read_all(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  return words.empty() ? tool + " failed" : words;
}

}  // namespace storage
